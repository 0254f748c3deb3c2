package sweep

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"

	"shenbao/rule"
)

// The benchmark's rules are the twelve of a call for technology innovation
// centres: sums and a ratio over three years, limits, an age, a place, a choice
// of six achievements, an implication. 8 % of all values are missing.
var enterpriseRules = []string{
	"rd.last3.sum >= 3000 wan_yuan",
	"rd.last3.sum >= 3% of revenue.last3.sum",
	"staff >= 50 people",
	"premises >= 3000 m2",
	"instruments >= 2000 wan_yuan",
	"age(birth, age_day) <= 60 years_old",
	"units <= 3 organisations",
	"(not joint) or host_share >= 60%",
	"at least 1 of (award1; award2; award3; award4; award5; award6)",
	"legal and place within {370114}",
	"if enterprise then ((high_tech or (rd_org and above_scale)) and partner)",
	"not platform",
}

func enterprises(tb testing.TB) *rule.Program {
	tb.Helper()
	wan, people := rule.FindUnit("万元"), rule.FindUnit("人")
	years := [2]int{2021, 2023}
	facts := []*rule.Fact{
		{Code: "rd", Name: "研发费用", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		{Code: "revenue", Name: "主营业务收入", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		{Code: "staff", Name: "研发人员", Kind: rule.IntegerKind, Unit: people},
		{Code: "premises", Name: "场地面积", Kind: rule.DecimalKind, Unit: rule.FindUnit("平方米")},
		{Code: "instruments", Name: "仪器原值", Kind: rule.MoneyKind, Unit: wan},
		{Code: "birth", Name: "主任出生日期", Kind: rule.DateKind},
		{Code: "units", Name: "单位数", Kind: rule.IntegerKind, Unit: rule.FindUnit("家")},
		{Code: "host_share", Name: "牵头占比", Kind: rule.PercentKind, Unit: rule.FindUnit("%")},
		{Code: "place", Name: "注册地", Kind: rule.PlaceKind},
	}
	for i, code := range []string{"joint", "legal", "enterprise", "high_tech", "rd_org", "above_scale", "partner", "platform", "award1", "award2", "award3", "award4", "award5", "award6"} {
		facts = append(facts, &rule.Fact{Code: code, Name: fmt.Sprintf("是否%d", i), Kind: rule.BoolKind})
	}
	s, faults := rule.NewSchema(facts, []*rule.Param{
		{Code: "last3", Name: "近三年", Type: rule.YearsParam, From: 2021, To: 2023},
		{Code: "age_day", Name: "计算日", Type: rule.DateParam, From: day("2024-12-31")},
	}, nil)
	if len(faults) > 0 {
		tb.Fatal(faults[0])
	}
	var rules []rule.Rule
	for i, text := range enterpriseRules {
		n, f := s.Parse(text)
		if f != nil {
			tb.Fatal(text, f)
		}
		rules = append(rules, rule.Rule{ID: fmt.Sprintf("r%d", i+1), Node: n, Effect: rule.Refuse, Modality: rule.Must})
	}
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		tb.Fatal(faults[0])
	}
	return p
}

// enterprise draws one unit into f.
func enterprise(r *rand.Rand, f *rule.Facts) {
	value := func(n int64) rule.Value {
		if r.Float64() < 0.08 {
			return rule.Value{}
		}
		return rule.Value{State: rule.Known, N: n}
	}
	for _, fact := range f.Schema.Facts {
		var n int64
		switch fact.Code {
		case "rd":
			for y := 2021; y <= 2023; y++ {
				f.SetYear(fact, y, value(r.Int64N(4000)*1e6+r.Int64N(1e6)))
			}
			continue
		case "revenue":
			for y := 2021; y <= 2023; y++ {
				f.SetYear(fact, y, value(r.Int64N(100_000)*1e6+r.Int64N(1e6)))
			}
			continue
		case "staff":
			n = r.Int64N(100)
		case "premises":
			n = r.Int64N(600_000)
		case "instruments":
			n = r.Int64N(4000) * 1e6
		case "birth":
			n = r.Int64N(20_000) - 10_000
		case "units":
			n = 1 + r.Int64N(4)
		case "host_share":
			n = r.Int64N(10_001)
		case "place":
			n = 370100 + r.Int64N(20)
		default:
			n = r.Int64N(2)
		}
		f.Set(fact, value(n))
	}
}

const benchRows = 1_000_000

// million is the benchmark's table, filled once.
var million = sync.OnceValues(func() (*rule.Program, *Table) {
	p := enterprises(&testing.B{})
	t := NewTable(p.Schema, p.Rules)
	r, f := rand.New(rand.NewPCG(7, 7)), p.Schema.NewFacts()
	for range benchRows {
		enterprise(r, f)
		t.Append(f)
	}
	return p, t
})

// BenchmarkSweep answers 12 rules for a million units.
func BenchmarkSweep(b *testing.B) {
	p, t := million()
	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			plan, fault := NewPlan(p, t)
			if fault != nil {
				b.Fatal(fault)
			}
			for b.Loop() {
				if _, err := plan.Run(b.Context(), workers); err != nil {
					b.Fatal(err)
				}
			}
			perUnit := float64(b.Elapsed().Nanoseconds()) / float64(b.N) / benchRows
			bytes := float64(t.Bytes()) / benchRows
			b.ReportMetric(perUnit, "ns/unit")
			b.ReportMetric(bytes, "B/unit")
			b.ReportMetric(bytes/perUnit, "GB/s")
		})
	}
}

// BenchmarkBandwidth is how fast this machine reads memory, on one core and on
// all: the limit of any sweep.
func BenchmarkBandwidth(b *testing.B) {
	block := make([]uint64, 32<<20) // 256 MiB: larger than the caches
	for i := range block {
		block[i] = uint64(i)
	}
	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			for b.Loop() {
				var wait sync.WaitGroup
				part := len(block) / workers
				for i := range workers {
					wait.Go(func() { readAll(block[i*part : (i+1)*part]) })
				}
				wait.Wait()
			}
			b.ReportMetric(float64(len(block)*8)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GB/s")
		})
	}
}

var sink uint64

func readAll(v []uint64) {
	var a, c, d, e uint64
	for ; len(v) >= 8; v = v[8:] {
		a += v[0] + v[4]
		c += v[1] + v[5]
		d += v[2] + v[6]
		e += v[3] + v[7]
	}
	if a+c+d+e == 1 {
		sink = a
	}
}

// BenchmarkEval is the reference engine, one unit after the other.
func BenchmarkEval(b *testing.B) {
	p := enterprises(b)
	r := rand.New(rand.NewPCG(7, 7))
	units := make([]*rule.Facts, 4096)
	for i := range units {
		units[i] = p.Schema.NewFacts()
		enterprise(r, units[i])
	}
	res, i := p.NewResult(), 0
	for b.Loop() {
		p.Eval(units[i&4095], res)
		i++
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N), "ns/unit")
}

// BenchmarkWhatIf moves one threshold over a million units; the other rules'
// answers are kept.
func BenchmarkWhatIf(b *testing.B) {
	p, t := million()
	plan, fault := NewPlan(p, t)
	if fault != nil {
		b.Fatal(fault)
	}
	v, err := plan.Run(b.Context(), 0)
	if err != nil {
		b.Fatal(err)
	}
	for _, i := range []int{2, 4, 0} { // a count, a sum of money, a sum over three years
		b.Run(p.Rules[i].ID, func(b *testing.B) {
			for b.Loop() {
				again, fault := newPlan(p, t, []int{i}, v)
				if fault != nil {
					b.Fatal(fault)
				}
				if _, err := again.Run(b.Context(), 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
