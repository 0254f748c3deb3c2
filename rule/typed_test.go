package rule

import "testing"

// A number typed with another unit than the one beside its field becomes one in
// that unit; what is none stays as it was typed.
func TestTypedUnits(t *testing.T) {
	for _, one := range []struct {
		kind              Kind
		unit, typed, want string
	}{
		{MoneyKind, "万元", "3000", "3000 万元"},
		{MoneyKind, "万元", "12,000", "12,000 万元"},
		{MoneyKind, "万元", "1.2亿", "12000 万元"},
		{MoneyKind, "万元", "1.2 亿元", "12000 万元"},
		{MoneyKind, "万元", "3000万", "3000 万元"},
		{MoneyKind, "万元", "1元", "0.0001 万元"},
		{MoneyKind, "亿元", "5000 万", "0.5 亿元"},
		{MoneyKind, "万元", "不详亿", "不详亿元"},
		{DecimalKind, "平方米", "2 公顷", "20000 平方米"},
		{DecimalKind, "平方米", "3亿", "3亿"},
		{DecimalKind, "平方米", "5 万元", "5 万元"},
		{PercentKind, "%", "3‰", "0.3 %"},
		{PercentKind, "%", "3%", "3 %"},
	} {
		if got := Typed(one.kind, one.unit, one.typed); got != one.want {
			t.Errorf("%s in %s is kept as %q, want %q", one.typed, one.unit, got, one.want)
		}
	}
}
