package rule_test

import (
	"strings"
	"testing"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule"
)

// testSchema is a small programme: enough facts for every kind of leaf.
func testSchema(t testing.TB) *rule.Schema {
	t.Helper()
	wan, people, items := rule.FindUnit("万元"), rule.FindUnit("人"), rule.FindUnit("项")
	zero := int64(0)
	facts := []*rule.Fact{
		{Code: "legal_person", Name: "独立法人", Kind: rule.BoolKind},
		{Code: "joint", Name: "联合共建", Kind: rule.BoolKind},
		{Code: "host.kind", Name: "依托单位.性质", Kind: rule.ChoiceKind, Options: []rule.Option{{Code: "enterprise", Name: "企业"}, {Code: "university", Name: "高校"}, {Code: "institute", Name: "科研院所"}}},
		{Code: "host.place", Name: "依托单位.注册地", Kind: rule.PlaceKind},
		{Code: "rd", Name: "研发费用", LabelEN: "R&D expenses", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: [2]int{2019, 2024}, Min: &zero},
		{Code: "income", Name: "主营业务收入", LabelEN: "main income", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: [2]int{2019, 2024}},
		{Code: "area", Name: "用房面积", Kind: rule.DecimalKind, Unit: rule.FindUnit("平方米")},
		{Code: "share", Name: "研发人员占比", Kind: rule.PercentKind, Unit: rule.FindUnit("%")},
		{Code: "directions", Name: "研究方向数", Kind: rule.IntegerKind, Unit: rule.FindUnit("个")},
		{Code: "director.birth", Name: "主任.出生日期", LabelEN: "director's date of birth", Kind: rule.DateKind},
		{Code: "director.honours", Name: "主任.称号", Kind: rule.ChoicesKind, Options: []rule.Option{{Code: "taishan", Name: "泰山学者"}, {Code: "academician", Name: "院士"}}},
		{Code: "founded", Name: "成立年度", Kind: rule.YearKind},
		{Code: "centre.name", Name: "中心名称", Kind: rule.TextKind, MaxChars: 60},
		{Code: "summary", Name: "摘要", Kind: rule.LongTextKind},
		{Code: "material.audit", Name: "材料.审计报告", Kind: rule.FileKind},
		{Code: "staff", Name: "固定人员", LabelEN: "staff", Kind: rule.ListKind, Unit: people, MaxItems: 200, Row: "人员", Columns: []*rule.Fact{
			{Code: "name", Name: "姓名", Kind: rule.TextKind},
			{Code: "full_time", Name: "全职", Kind: rule.BoolKind},
			{Code: "birth", Name: "出生日期", Kind: rule.DateKind},
		}},
		{Code: "projects", Name: "项目", Kind: rule.ListKind, Unit: items, MaxItems: 50, Closed: true, Columns: []*rule.Fact{
			{Code: "kind", Name: "类别", Kind: rule.ChoiceKind, Options: []rule.Option{{Code: "nsfc", Name: "基金"}, {Code: "key_rd", Name: "重点研发"}}},
			{Code: "amount", Name: "经费", Kind: rule.MoneyKind, Unit: wan},
			{Code: "year", Name: "年度", Kind: rule.YearKind},
		}},
	}
	close, _ := rule.ParseDay("2024-12-02")
	params := []*rule.Param{
		{Code: "last3", Name: "近三年", Type: rule.YearsParam, From: 2021, To: 2023},
		{Code: "last5", Name: "近五年", Type: rule.YearsParam, From: 2020, To: 2024},
		{Code: "age_day", Name: "年龄计算日", Type: rule.DateParam, From: close},
		{Code: "hosts", Name: "可申报性质", Type: rule.SetParam, Codes: []string{"enterprise", "institute"}},
		{Code: "region", Name: "申报区域", Type: rule.PlacesParam, Places: []int64{370114}, PlaceNames: []string{"济南市章丘区"}},
	}
	check := &rule.Check{Code: "name.short", Name: "名称简短", Args: []rule.ArgKind{rule.TextArg},
		Run: func(f *rule.Facts, args []rule.Arg) (rule.Truth, rule.Reasons) {
			v := f.Value(args[0].Fact)
			if v.State != rule.Known {
				return rule.Unknown, rule.Missing
			}
			return rule.Of(v.N <= 10), 0
		},
		Explain: func(*rule.Facts, []rule.Arg) rule.Detail { return rule.Detail{Texts: []string{"名称过长"}} }}
	s, faults := rule.NewSchema(facts, params, []*rule.Check{check})
	for _, f := range faults {
		t.Fatal(locale.Fault("zh", f))
	}
	return s
}

// pairs are rules in both surfaces: the two lines of a pair are one tree.
var pairs = [][2]string{
	{"独立法人", "legal_person"},
	{"已提交 材料.审计报告", "given material.audit"},
	{"研发费用.近三年合计 不少于 3000 万元 且 研发费用.近三年合计 不低于 主营业务收入.近三年合计 的 3%",
		"rd.last3.sum >= 3000 wan_yuan and rd.last3.sum >= 3% of income.last3.sum"},
	{"依托单位.注册地 位于 申报区域", "host.place within region"},
	{"依托单位.注册地 位于 {370000、140100}", "host.place within {140100, 370000}"},
	{"依托单位.性质 为 企业", "host.kind = enterprise"},
	{"依托单位.性质 属于 可申报性质", "host.kind in hosts"},
	{"非 依托单位.性质 属于 {企业、高校}", "not host.kind in {enterprise, university}"},
	{"数量(固定人员) 不少于 50 人", "count(staff) >= 50 people"},
	{"数量(固定人员 满足 (全职 且 出生日期 晚于 1979-12-02)) 超过 20 人", "count(staff where (full_time and birth > 1979-12-02)) > 20 people"},
	{"合计(项目.经费 满足 (类别 为 基金)) 不少于 300 万元", "sum(projects.amount where (kind = nsfc)) >= 300 wan_yuan"},
	{"最大(项目.经费) 不少于 0.5 亿元", "max(projects.amount) >= 0.5 yi_yuan"},
	{"存在 项目 满足 (类别 为 基金 且 年度 处于 近五年)", "exists projects where (kind = nsfc and year during last5)"},
	{"所有 固定人员 满足 (全职)", "every staff where (full_time)"},
	{"周岁(主任.出生日期, 年龄计算日) 不超过 60 周岁", "age(director.birth, age_day) <= 60 years_old"},
	{"若 联合共建 则 研发人员占比 不少于 60%", "if joint then share >= 60%"},
	{"研究方向数 在 3 个 至 5 个 之间", "directions between 3 pieces and 5 pieces"},
	{"字数(摘要) 约为 2500 字 容差 10%", "length(summary) about 2500 chars within 10%"},
	{"主任.称号 包含任一 {院士、泰山学者}", "director.honours has any {taishan, academician}"},
	{"中心名称 只含 规范汉字 且 非 中心名称 为 \"甲\"", "centre.name only standard_han and not centre.name = \"甲\""},
	{"中心名称 匹配 \"中心$\"", "centre.name matches \"中心$\""},
	{"至少 2 项 (独立法人; 联合共建; 用房面积 不少于 3000 平方米)", "at least 2 of (legal_person; joint; area >= 3000 m2)"},
	{"核验 名称简短(中心名称)", "check name.short(centre.name)"},
	{"规则 director.nsfc 或 规则 director.award", "rule director.nsfc or rule director.award"},
	{"主任.出生日期 处于 1960-01-01..1980-12-31", "director.birth during 1960-01-01..1980-12-31"},
	{"成立年度 不晚于 2020", "founded <= 2020"},
}

func TestSurfaces(t *testing.T) {
	s := testSchema(t)
	for _, p := range pairs {
		zh, f := s.Parse(p[0])
		if f != nil {
			t.Errorf("%s: %s", p[0], locale.Fault("zh", f))
			continue
		}
		en, f := s.Parse(p[1])
		if f != nil {
			t.Errorf("%s: %s", p[1], locale.Fault("en", f))
			continue
		}
		if a, b := string(rule.Canonical(zh)), string(rule.Canonical(en)); a != b {
			t.Errorf("%s\n zh %s\n en %s", p[0], a, b)
		}
		if got := rule.Format(zh, "zh"); !strings.HasPrefix(p[0], "依托单位.注册地 位于 {") && normal(got) != normal(p[0]) {
			t.Errorf("printed %s\n   want %s", got, p[0])
		}
		for _, lang := range []string{"zh", "en"} {
			again, f := s.Parse(rule.Format(zh, lang))
			if f != nil || rule.Hash(again) != rule.Hash(zh) {
				t.Errorf("%s does not come back: %v", rule.Format(zh, lang), f)
			}
		}
		if n, f := s.Decode(rule.Canonical(zh)); f != nil || rule.Hash(n) != rule.Hash(zh) {
			t.Errorf("%s: canonical form does not decode: %v", p[0], f)
		}
	}
}

// normal folds what a printed ratio words differently.
func normal(s string) string {
	return strings.NewReplacer("不低于", "不少于", " ", "").Replace(s)
}

func TestFaultsOfRules(t *testing.T) {
	s := testSchema(t)
	for _, tt := range []struct{ text, key string }{
		{"", "rule.unexpected_end"},
		{"研发费 不少于 3 万元", "rule.no_name"},
		{"独立法人不少于3", "rule.glued"},
		{"独立法人 且 联合共建 或 独立法人", "rule.mixed"},
		{"用房面积 不少于 3000 万元", "rule.dimension"},
		{"用房面积 不少于 3000", "rule.dimension"},
		{"数量(固定人员) 不少于 50 家", "rule.dimension"},
		{"用房面积 不少于 0.001 平方米", "rule.number"},
		{"用房面积 不少于 3000 亩", "rule.no_unit"},
		{"研发费用 不少于 3000 万元", "rule.series"},
		{"研发费用.近二年合计 不少于 3000 万元", "rule.series_window"},
		{"研发费用.近三年合计 不少于 3000", "rule.dimension"},
		{"存在 固定人员 满足 (存在 项目 满足 (类别 为 基金))", "rule.in_row"},
		{"所有 固定人员 满足 (独立法人)", "rule.outer"},
		{"所有 固定人员 满足 (全 职)", "rule.no_column"},
		{"依托单位.性质 为 公司", "rule.no_option"},
		{"主任.出生日期 晚于 2023-02-30", "rule.date"},
		{"成立年度 处于 2024..2020", "rule.window"},
		{"研究方向数 在 5 至 3 之间", "rule.between_order"},
		{"核验 没有这个(中心名称)", "rule.no_check"},
		{"核验 名称简短(固定人员)", "rule.arg"},
		{"独立法人 @", "rule.character"},
		{"中心名称 为 \"甲", "rule.string_end"},
		{"固定人员 不少于 5 人", "rule.no_compare"},
		{"研发费用.近三年合计 不低于 主营业务收入.近三年合计 的 3 万元", "rule.share"},
		{"至少 3 项 (独立法人; 联合共建)", "rule.least_many"},
		{"\xff\xfe", "rule.utf8"},
		{strings.Repeat("(", 100) + "独立法人", "rule.too_deep"},
		{strings.Repeat("非 ", 100) + "独立法人", "rule.too_deep"},
		{strings.Repeat("独立法人 且 ", 300) + "独立法人", "rule.leaves"},
		{strings.Repeat("甲", 6000), "rule.too_long"},
		{"中心名称 匹配 \"(\"", "rule.regexp"},
	} {
		_, f := s.Parse(tt.text)
		if f == nil || f.Key != tt.key {
			t.Errorf("%.40q: got %v, want %s", tt.text, f, tt.key)
			continue
		}
		for _, lang := range []string{"zh", "en"} {
			if m := locale.Fault(lang, f); strings.Contains(m, "rule.") || strings.Contains(m, "{1}") {
				t.Errorf("%.40q: message %q", tt.text, m)
			}
		}
		if f.Kind != fault.Invalid {
			t.Errorf("%.40q: kind %s", tt.text, f.Kind)
		}
	}
}
