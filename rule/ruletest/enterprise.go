package ruletest

import (
	"fmt"
	"math/rand/v2"

	"shenbao/rule"
)

// enterpriseRules are twelve rules as a call for technology innovation centres
// has them: a sum and a ratio over three years, limits, an age, a place by the
// first digits of its code, a choice, one of six achievements, an implication.
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
	"legal and place within {370100}",
	"if enterprise then ((high_tech or (rd_org and above_scale)) and partner)",
	"field in {f1, f3, f4, f8} and not platform",
}

// EnterpriseFlags are the yes-or-no facts of the enterprises, the last in their
// schema.
var EnterpriseFlags = []string{"joint", "legal", "enterprise", "high_tech", "rd_org", "above_scale", "partner", "platform",
	"award1", "award2", "award3", "award4", "award5", "award6"}

// Enterprises (企业) is the program that speed is measured with. Its rules are
// called r1 to r12.
func Enterprises() *rule.Program {
	s := enterpriseSchema()
	var rules []rule.Rule
	for i, text := range enterpriseRules {
		n, f := s.Parse(text)
		if f != nil {
			panic(fmt.Sprint(text, f)) // the rules above are part of the benchmark
		}
		rules = append(rules, rule.Rule{ID: fmt.Sprintf("r%d", i+1), Node: n, Effect: rule.Refuse, Modality: rule.Must})
	}
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		panic(fmt.Sprint(faults[0]))
	}
	return p
}

func enterpriseSchema() *rule.Schema {
	wan, years := rule.FindUnit("万元"), [2]int{2021, 2023}
	var fields []rule.Option
	for i := range 11 {
		fields = append(fields, rule.Option{Code: fmt.Sprintf("f%d", i), Name: fmt.Sprintf("领域%d", i)})
	}
	facts := []*rule.Fact{
		{Code: "rd", Name: "研发费用", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		{Code: "revenue", Name: "主营业务收入", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: years},
		{Code: "staff", Name: "研发人员", Kind: rule.IntegerKind, Unit: rule.FindUnit("人")},
		{Code: "premises", Name: "场地面积", Kind: rule.DecimalKind, Unit: rule.FindUnit("平方米")},
		{Code: "instruments", Name: "仪器原值", Kind: rule.MoneyKind, Unit: wan},
		{Code: "birth", Name: "主任出生日期", Kind: rule.DateKind},
		{Code: "units", Name: "单位数", Kind: rule.IntegerKind, Unit: rule.FindUnit("家")},
		{Code: "host_share", Name: "牵头占比", Kind: rule.PercentKind, Unit: rule.FindUnit("%")},
		{Code: "place", Name: "注册地", Kind: rule.PlaceKind},
		{Code: "field", Name: "技术领域", Kind: rule.ChoiceKind, Options: fields},
	}
	for i, code := range EnterpriseFlags {
		facts = append(facts, &rule.Fact{Code: code, Name: fmt.Sprintf("是否%d", i), Kind: rule.BoolKind})
	}
	day, _ := rule.ParseDay("2024-12-31")
	s, faults := rule.NewSchema(facts, []*rule.Param{
		{Code: "last3", Name: "近三年", Type: rule.YearsParam, From: 2021, To: 2023},
		{Code: "age_day", Name: "计算日", Type: rule.DateParam, From: day},
	}, nil)
	if len(faults) > 0 {
		panic(fmt.Sprint(faults[0]))
	}
	return s
}

// DrawEnterprise draws one into f. Each value is missing in 8 of 100; amounts
// are to a hundredth of 万元, as forms ask for them.
func DrawEnterprise(r *rand.Rand, f *rule.Facts) {
	value := func(n int64) rule.Value {
		if r.Uint64N(100) < 8 {
			return rule.Value{}
		}
		return rule.Value{State: rule.Known, N: n}
	}
	for _, fact := range f.Schema.Facts {
		if fact.Kind == rule.SeriesKind {
			span := int64(400_000) // 4000 万元
			if fact.Code == "revenue" {
				span = 10_000_000
			}
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				f.SetYear(fact, y, value(r.Int64N(span)*10_000))
			}
			continue
		}
		f.Set(fact, value(drawEnterprise(r, fact)))
	}
}

func drawEnterprise(r *rand.Rand, fact *rule.Fact) int64 {
	switch fact.Code {
	case "staff":
		return r.Int64N(100)
	case "premises":
		return r.Int64N(600_000)
	case "instruments":
		return r.Int64N(400_000) * 10_000
	case "birth":
		return r.Int64N(20_000) - 10_000
	case "units":
		return 1 + r.Int64N(4)
	case "host_share":
		return r.Int64N(10_001)
	case "place":
		return 370101 + 100*r.Int64N(16) + r.Int64N(12)
	case "field":
		return r.Int64N(11)
	}
	return r.Int64N(2)
}
