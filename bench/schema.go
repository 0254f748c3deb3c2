package bench

import (
	"fmt"

	"shenbao/rule"
	"shenbao/rule/ruletest"
)

// Schema is the schema of ruletest and, beside it, the kinds of facts and the
// extremes of values that ruletest leaves out.
func Schema() *rule.Schema {
	base := ruletest.Schema()
	unit := rule.FindUnit
	options := base.Fact("kind").Options
	teams := []*rule.Fact{
		{Code: "name", Name: "名称", Kind: rule.TextKind},
		{Code: "seat", Name: "所在地", Kind: rule.PlaceKind},
		{Code: "marks", Name: "荣誉", Kind: rule.ChoicesKind, Options: options},
		{Code: "size", Name: "规模", Kind: rule.IntegerKind, Unit: unit("人")},
		{Code: "part", Name: "占比", Kind: rule.PercentKind, Unit: unit("%")},
		{Code: "born", Name: "成立日期", Kind: rule.DateKind},
		{Code: "org", Name: "单位", Kind: rule.UnitKind},
	}
	s, faults := rule.NewSchema(append(base.Facts, []*rule.Fact{
		{Code: "title", Name: "标题", Kind: rule.TextKind},
		{Code: "summary", Name: "摘要", Kind: rule.LongTextKind},
		{Code: "host.unit", Name: "依托.单位", Kind: rule.UnitKind},
		{Code: "head", Name: "负责人", Kind: rule.PersonKind},
		{Code: "paper", Name: "附件", Kind: rule.FileKind},
		{Code: "part", Name: "比例", Kind: rule.PercentKind, Unit: unit("%")},
		{Code: "area", Name: "面积", Kind: rule.DecimalKind, Unit: unit("平方米")},
		{Code: "ended", Name: "结束日期", Kind: rule.DateKind},
		{Code: "big0", Name: "巨额一", Kind: rule.MoneyKind, Unit: unit("亿元")},
		{Code: "big1", Name: "巨额二", Kind: rule.MoneyKind, Unit: unit("亿元")},
		{Code: "teams", Name: "团队", Kind: rule.ListKind, Unit: unit("家"), MaxItems: 20, Columns: teams},
	}...), append(base.Params, []*rule.Param{
		{Code: "share", Name: "份额", Type: rule.QuantityParam, Quantity: quantityOf("33.33", "%")},
		{Code: "floor", Name: "下限", Type: rule.QuantityParam, Quantity: quantityOf("1", "wan_yuan")},
		{Code: "days", Name: "若干日", Type: rule.DatesParam, From: dayOf("1979-12-02"), To: dayOf("2021-01-01")},
		{Code: "home", Name: "本地", Type: rule.PlacesParam, Places: []int64{370100, 140000}},
	}...), nil)
	if len(faults) > 0 {
		panic(fmt.Sprint(faults[0])) // the schema above is part of the tests
	}
	return s
}

func quantityOf(dec, unit string) rule.Quantity {
	q, ok := rule.ParseQuantity(dec+" "+unit, nil)
	if !ok {
		panic("bad quantity " + dec + " " + unit)
	}
	return q
}

func dayOf(s string) int64 {
	n, ok := rule.ParseDay(s)
	if !ok {
		panic("bad day " + s)
	}
	return n
}
