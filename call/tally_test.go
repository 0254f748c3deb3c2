package call

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"

	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
)

// packages are those of programmes/ that a call can be made of, read once.
func packages(t testing.TB) []*programme.Package {
	t.Helper()
	all, err := everyPackage()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var everyPackage = sync.OnceValues(func() (out []*programme.Package, err error) {
	l, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		return nil, err
	}
	for _, e := range l.List() {
		ids := []string{e.ID}
		if len(e.Members) > 0 {
			ids = nil
		}
		for _, m := range e.Members {
			ids = append(ids, e.ID+"/"+m.ID)
		}
		for _, id := range ids {
			p, err := l.Load(id)
			if err != nil {
				return nil, err
			}
			if p.Call.Mode != "plan" {
				out = append(out, p)
			}
		}
	}
	return out, nil
})

func pack(t testing.TB, id string) *programme.Package {
	t.Helper()
	l, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// randomFacts are facts of which everything is known.
func randomFacts(r *rand.Rand, s *rule.Schema) *rule.Facts {
	value := func(f *rule.Fact) rule.Value {
		v := rule.Value{State: rule.Known, N: r.Int64N(4)}
		switch f.Kind {
		case rule.BoolKind, rule.FileKind:
			v.N = r.Int64N(2)
		case rule.ChoiceKind:
			v.N = r.Int64N(int64(len(f.Options)))
		case rule.ChoicesKind:
			v.Set = r.Uint64() & (1<<len(f.Options) - 1)
		case rule.PlaceKind:
			v.N = []int64{370114, 140105, 110000}[r.IntN(3)]
		case rule.YearKind:
			v.N = 2019 + r.Int64N(6)
		case rule.DateKind:
			v.N = 18000 + r.Int64N(2000)
		case rule.MoneyKind, rule.DecimalKind:
			v.N = r.Int64N(5) * 50_000_000
		}
		return v
	}
	f := s.NewFacts()
	for _, fact := range s.Facts {
		switch fact.Kind {
		case rule.ListKind:
			var cells []rule.Value
			for range r.IntN(6) {
				for _, c := range fact.Columns {
					cells = append(cells, value(c))
				}
			}
			f.SetRows(fact, true, cells)
		case rule.SeriesKind:
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				f.SetYear(fact, y, rule.Value{State: rule.Known, N: r.Int64N(3) * 1_000_000_000})
			}
		default:
			f.Set(fact, value(fact))
		}
	}
	return f
}

// measured is what a tally truly comes to on facts.
func measured(t *testing.T, p *programme.Package, one *tally, f *rule.Facts) rule.Value {
	t.Helper()
	var node rule.Node
	for _, r := range bindingRules(p.Program) {
		rule.Walk(r.Node, func(n rule.Node) bool {
			if string(rule.Canonical(n)) == one.canonical {
				node = n
			}
			for _, o := range rule.Operands(n) {
				if a, ok := o.(*rule.Agg); ok && node == nil {
					if eq := (&rule.Compare{L: a, Op: rule.Equal, R: a}); string(rule.Canonical(eq)) == one.canonical {
						node = eq
					}
				}
			}
			return rule.Where(n) == nil
		})
	}
	prog, faults := rule.Compile(p.Schema, []rule.Rule{{ID: "x", Node: node, Effect: rule.Inform}})
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	res := prog.NewResult()
	prog.Eval(f, res)
	if one.fact.Kind == rule.BoolKind {
		return rule.Value{State: rule.Known, N: map[rule.Truth]int64{rule.Met: 1}[res.Rules[0]]}
	}
	lo, hi, ok := prog.Findings(f, res)[0].Leaves[0].Actual.Range()
	if !ok || lo != hi {
		t.Fatalf("%s of %s is not known", one.code, p.ID)
	}
	return rule.Value{State: rule.Known, N: lo}
}

// Whoever states truly what a list comes to gets of every condition the verdict
// that the list itself would give, or none yet.
func TestTalliesTellTheTruth(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 8))
	decided := map[string]int{}
	for _, p := range packages(t) {
		tallies := talliesOf(p, bindingRules(p.Program))
		q, err := stating(p, tallies)
		if err != nil {
			t.Fatal(err)
		}
		for range 30 {
			whole := randomFacts(r, p.Schema)
			short := q.Schema.NewFacts()
			for _, f := range p.Schema.Facts {
				g := q.Schema.Fact(f.Code)
				switch f.Kind {
				case rule.ListKind, rule.FileKind:
				case rule.SeriesKind:
					for y := f.Years[0]; y <= f.Years[1]; y++ {
						short.SetYear(g, y, whole.YearValue(f, y))
					}
				default:
					short.Set(g, whole.Value(f))
				}
			}
			for _, one := range tallies {
				short.Set(q.Schema.Fact(one.code), measured(t, p, one, whole))
			}
			want, got := p.Program.NewResult(), q.Program.NewResult()
			p.Program.Eval(whole, want)
			q.Program.Eval(short, got)
			for i, truth := range got.Rules {
				if truth == rule.Unknown {
					continue
				}
				decided[p.ID]++
				if truth != want.Rules[i] {
					t.Fatalf("%s %s: %v by the short form, %v by the lists", p.ID, p.Program.Rules[i].ID, truth, want.Rules[i])
				}
			}
		}
	}
	if decided["shandong-tic-2024"] == 0 || decided["shanxi-tic-2024"] == 0 {
		t.Error("the short form decides nothing")
	}
}

// A tally that nobody stated is not known, and a list that is given decides as
// before.
func TestStatingALittle(t *testing.T) {
	p := pack(t, "shandong-tic-2024")
	all := talliesOf(p, bindingRules(p.Program))
	var staff *tally
	for _, one := range all {
		if one.list.Code == "staff" && one.fact.Kind == rule.IntegerKind {
			staff = one
		}
	}
	if staff == nil {
		t.Fatalf("the fixed staff is not counted: %v", all)
	}
	for facts, want := range map[string]string{
		`{"` + staff.code + `": 50}`:                    "met",
		`{"` + staff.code + `": 49}`:                    "unmet",
		`{"asked": {"` + staff.code[6:] + `": "50 人"}}`: "met",
		`{}`: "unknown",
		`{"staff": {"complete": true, "rows": []}}`: "unmet",
	} {
		c, err := Check(p, []byte(facts), "zh")
		if err != nil {
			t.Fatal(facts, err)
		}
		if got := c.byRule()["staff.count"]; got.Verdict != want {
			t.Errorf("%s: %s, want %s", facts, got.Verdict, want)
		}
	}
	c, err := Check(p, []byte(`{"`+staff.code+`": 49}`), "zh")
	if err != nil {
		t.Fatal(err)
	}
	one := c.byRule()["staff.count"]
	if one.Actual != "49 人" || one.Gap != "差 1 人" || one.Sign != "✗" || one.Word != "不符合" || !one.Decides || c.Answer != rule.NotEligible {
		t.Errorf("condition %+v, answer %s", one, c.Answer)
	}
	if c.byRule()["staff.no_overlap"].Verdict != "unknown" {
		t.Error("who the people are was not stated, and yet something is known of them")
	}
}

func TestQuestions(t *testing.T) {
	for _, p := range packages(t) {
		qs := Questions(p, "zh")
		first := 0
		seen := map[string]bool{}
		for i, q := range qs {
			if q.First {
				first++
			}
			if q.First != (i < firstQuestions) || q.Label == "" || seen[q.Code] || q.Weight < 1 {
				t.Errorf("%s: question %d %+v", p.ID, i, q)
			}
			seen[q.Code] = true
			for _, key := range []string{q.Code, q.Key(2023)} {
				if strings.ContainsAny(key, "\"'<>&\n") {
					t.Errorf("%s: %q cannot be the name of a field", p.ID, key)
				}
			}
		}
		if first > 15 || len(qs) == 0 {
			t.Errorf("%s: %d questions, %d first", p.ID, len(qs), first)
		}
	}
	var got []string
	for _, q := range Questions(pack(t, "shandong-tic-2024"), "zh")[:9] {
		got = append(got, q.Label)
	}
	want := "依托单位.注册地 依托单位.独立法人 依托单位.单位类型 研发费用 申报方向 主营业务收入 科研用房面积 仪器设备原值 专职且岗位为科研的固定人员数量"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("the first questions are\n%s, want\n%s", s, want)
	}
}

// What is typed comes back as it was typed, and is read.
func TestTypedAndBack(t *testing.T) {
	for _, p := range packages(t) {
		qs := Questions(p, "zh")
		typed := map[string]string{}
		for _, q := range qs {
			text := map[rule.Kind]string{rule.BoolKind: "false", rule.IntegerKind: "3", rule.DecimalKind: "12.5", rule.MoneyKind: "260.5",
				rule.PercentKind: "30", rule.DateKind: "2023-05-06", rule.YearKind: "2021", rule.PlaceKind: "370114", rule.TextKind: "甲"}[q.Kind]
			switch q.Kind {
			case rule.ChoiceKind:
				text = q.Options[0].Code
			case rule.ChoicesKind:
				text = q.Options[0].Code + " " + q.Options[len(q.Options)-1].Code
			case rule.SeriesKind:
				for _, y := range q.Years {
					typed[q.Key(y)] = "7"
				}
				continue
			}
			typed[q.Code] = text
		}
		facts, err := Facts(qs, typed)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Check(p, facts, "zh")
		if err != nil {
			t.Fatalf("%s: %v", p.ID, err)
		}
		if c.Counts.Met+c.Counts.Unmet == 0 {
			t.Errorf("%s: nothing is decided", p.ID)
		}
		back := Typed(qs, facts)
		for name, text := range typed {
			if back[name] != text {
				t.Errorf("%s: %s was %q and came back as %q", p.ID, name, text, back[name])
			}
		}
		if len(back) != len(typed) {
			t.Errorf("%s: %d values came back, %d were typed", p.ID, len(back), len(typed))
		}
	}
}

// Hostile facts are refused or harmless, and quickly.
func TestHostileFacts(t *testing.T) {
	p := pack(t, "shandong-tic-2024")
	for name, facts := range map[string]string{
		"too large":        `{"centre.name": "` + strings.Repeat("a", maxFacts) + `"}`,
		"too deep":         strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000),
		"a key twice":      `{"lab_area": "1 平方米", "lab_area": "5000 平方米"}`,
		"a fact twice":     `{"lab_area": "1 平方米", "科研用房面积": "5000 平方米"}`,
		"a tally twice":    `{"asked": {"x": 1}, "asked": {"x": 2}}`,
		"a huge number":    `{"lab_area": 1e999999999}`,
		"a long number":    `{"lab_area": ` + strings.Repeat("9", 100000) + `}`,
		"a negative count": `{"asked.staff_00000000": -1}`,
		"no object":        `[1, 2, 3]`,
		"no JSON":          `{"lab_area": `,
		"more":             `{} {}`,
		"not UTF-8":        "{\"centre.name\": \"\xff\xfe\"}",
		"null byte":        `{"centre.name": "a` + "\x00" + `b"}`,
		"unknown facts":    `{"__proto__": {"x": 1}, "constructor": "y"}`,
		"asked of no use":  `{"asked": "x"}`,
	} {
		_, err := Check(p, []byte(facts), "zh")
		if err == nil || fault.Of(err).Kind == fault.Internal {
			t.Errorf("%s: %v", name, err)
		}
	}
	if c, err := Check(p, []byte(`{"lab_area": null, "comment": "x", "registers": {"platforms": []}}`), "zh"); err != nil || c.Answer == rule.Eligible {
		t.Errorf("nothing: %+v, %v", c, err)
	}
	rows := make([]map[string]string, 1001)
	text, _ := json.Marshal(map[string]any{"staff": rows})
	if _, err := Check(p, text, "zh"); err == nil {
		t.Error("more rows than the list may hold")
	}
}
