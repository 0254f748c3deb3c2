package rule

import (
	"testing"
)

func lintSchema(t *testing.T) *Schema {
	t.Helper()
	zero, full := int64(0), int64(10000)
	s, faults := NewSchema([]*Fact{
		{Code: "money", Name: "金额", Kind: MoneyKind, Unit: FindUnit("万元"), Min: &zero},
		{Code: "share", Name: "占比", Kind: PercentKind, Unit: FindUnit("%"), Min: &zero, Max: &full},
		{Code: "summary", Name: "摘要", Kind: LongTextKind, MaxChars: 300},
		{Code: "kind", Name: "类型", Kind: ChoiceKind, Options: []Option{{"a", "甲"}, {"b", "乙"}, {"c", "丙"}}},
		{Code: "day", Name: "日子", Kind: DateKind},
		{Code: "staff", Name: "人员", Kind: ListKind, Unit: FindUnit("人"), MaxItems: 100, Columns: []*Fact{
			{Code: "year", Name: "年度", Kind: YearKind}, {Code: "leads", Name: "主持", Kind: BoolKind}}},
	}, nil, nil)
	if len(faults) > 0 {
		t.Fatal(faults)
	}
	return s
}

// Each rule, and the kind of the dead part that Lint must find, "" for none.
func TestLint(t *testing.T) {
	s := lintSchema(t)
	for _, tt := range []struct{ rule, want string }{
		{"金额 不少于 3000 万元", ""},
		{"金额 不少于 0 万元", "always"},
		{"金额 低于 0 万元", "never"},
		{"占比 不超过 100%", "always"},
		{"占比 超过 100%", "never"},
		{"字数(摘要) 不超过 300 字", "always"},
		{"字数(摘要) 不超过 299 字", ""},
		{"数量(人员) 超过 100 人", "never"},
		{"金额 不少于 5 万元 且 金额 低于 5 万元", "excludes"},
		{"金额 不少于 5 万元 且 金额 低于 6 万元", ""},
		{"金额 不少于 5 万元 且 金额 不少于 6 万元", "implied"},
		{"金额 不少于 5 万元 或 金额 不少于 6 万元", "implied"},
		{"类型 为 甲 且 类型 为 乙", "excludes"},
		{"类型 属于 {甲, 乙} 且 类型 为 乙", "implied"},
		{"类型 为 甲 或 类型 属于 {甲, 丙}", "implied"},
		{"类型 为 甲 或 类型 为 乙", ""},
		{"类型 为 甲 且 非 (类型 属于 {甲, 乙})", "excludes"},
		{"若 类型 为 甲 则 类型 属于 {甲, 乙}", "always"},
		{"若 类型 为 甲 则 金额 不少于 5 万元", ""},
		{"存在 人员 满足 (主持 且 年度 处于 2020..2024) 或 存在 人员 满足 (主持 且 年度 处于 2020..2022)", "implied"},
		{"存在 人员 满足 (主持 且 年度 处于 2020..2024) 或 存在 人员 满足 (主持 且 年度 处于 2019..2023)", ""},
		{"存在 人员 满足 (年度 处于 2020..2021 且 年度 处于 2022..2023)", "excludes"},
	} {
		n, f := s.Parse(tt.rule)
		if f != nil {
			t.Fatalf("%s: %v", tt.rule, f)
		}
		got := ""
		dead := Lint(n)
		if len(dead) > 0 {
			got = dead[0].Kind
		}
		if got != tt.want || len(dead) > 1 {
			t.Errorf("%s: got %q (%d found), want %q", tt.rule, got, len(dead), tt.want)
		}
	}
}
