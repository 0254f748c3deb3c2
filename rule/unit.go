package rule

import (
	"math/big"
	"strings"
)

// A Dimension is what a number measures. Numbers of different dimensions are
// never compared.
type Dimension uint8

// The dimensions of docs/rule-language.md section 1, each with its base unit.
const (
	NoDimension Dimension = iota // a bare number, before it takes its partner's unit
	MoneyDim                     // 分
	ShareDim                     // 万分之一
	AreaDim                      // 0.01 平方米
	YearsDim                     // years
	MonthsDim
	DaysDim
	CharsDim // 字
	PeopleDim
	OrganisationsDim
	PiecesDim
	ItemsDim
	ArticlesDim
	MachinesDim
	SetsDim
	TimesDim
	PapersDim
	CopiesDim
	DateDim // days since 1970-01-01; no literal unit
	YearDim // a calendar year
)

// maxBase bounds every stored value, so that the sum of a full list cannot
// leave int64.
const maxBase = 1e15

// A Unit (单位) is one way of writing a number of a dimension.
type Unit struct {
	Code string // English surface and canonical form
	Name string // Chinese, as printed
	Dim  Dimension
	Base int64 // how many base units one of it is
}

var units = []*Unit{
	{"yuan", "元", MoneyDim, 100},
	{"wan_yuan", "万元", MoneyDim, 1e6},
	{"yi_yuan", "亿元", MoneyDim, 1e10},
	{"%", "%", ShareDim, 100},
	{"‰", "‰", ShareDim, 10},
	{"m2", "平方米", AreaDim, 100},
	{"hectare", "公顷", AreaDim, 1e6},
	{"km2", "平方公里", AreaDim, 1e8},
	{"years_old", "周岁", YearsDim, 1},
	{"years", "年", YearsDim, 1},
	{"months", "个月", MonthsDim, 1},
	{"days", "天", DaysDim, 1},
	{"chars", "字", CharsDim, 1},
	{"people", "人", PeopleDim, 1},
	{"organisations", "家", OrganisationsDim, 1},
	{"pieces", "个", PiecesDim, 1},
	{"items", "项", ItemsDim, 1},
	{"articles", "件", ArticlesDim, 1},
	{"machines", "台", MachinesDim, 1},
	{"sets", "套", SetsDim, 1},
	{"times", "次", TimesDim, 1},
	{"papers", "篇", PapersDim, 1},
	{"copies", "份", CopiesDim, 1},
}

// unitAlias maps further spellings to the unit they stand for.
var unitAlias = map[string]string{
	"％": "%", "岁": "周岁", "日": "天", "名": "人", "位": "人", "㎡": "平方米", "m²": "平方米",
}

var unitIndex = func() map[string]*Unit {
	m := map[string]*Unit{}
	for _, u := range units {
		m[u.Code], m[u.Name] = u, u
	}
	for alias, name := range unitAlias {
		m[alias] = m[name]
	}
	return m
}()

// FindUnit returns the unit written s, in Chinese or by its code, or nil.
func FindUnit(s string) *Unit { return unitIndex[s] }

// counts reports whether d is a counter, which a bare number may take.
func (d Dimension) counts() bool { return d >= YearsDim && d <= CopiesDim }

// toBase turns an exact decimal in unit u into base units. u may be nil for a
// bare whole number. ok is false when the result is no whole number or is out
// of range.
func toBase(dec string, u *Unit) (n int64, ok bool) {
	r, ok := new(big.Rat).SetString(dec)
	if !ok || len(dec) > 40 || strings.ContainsAny(dec, "eE/_xXpP") {
		return 0, false
	}
	if u != nil {
		r.Mul(r, new(big.Rat).SetInt64(u.Base))
	}
	if !r.IsInt() || !r.Num().IsInt64() {
		return 0, false
	}
	n = r.Num().Int64()
	return n, n >= -maxBase && n <= maxBase
}

// fromBase writes n base units as an exact decimal in unit u.
func fromBase(n int64, u *Unit) string {
	if u == nil || u.Base == 1 {
		return big.NewInt(n).String()
	}
	s := new(big.Rat).SetFrac64(n, u.Base).FloatString(10)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// Quantity is a number as written: an exact decimal, its unit, and its value
// in base units.
type Quantity struct {
	Dec  string
	Unit *Unit
	N    int64
}

// ParseQuantity reads a number with or without a unit, as "3000 万元", "3%" or
// "50". def is the unit of a bare number and may be nil. ok is false when s is
// no number, its unit is not known, or the value is no whole number of the base.
func ParseQuantity(s string, def *Unit) (q Quantity, ok bool) {
	s = strings.TrimSpace(halfWidth(s))
	end := 0
	for end < len(s) && strings.ContainsRune("+-0123456789.,", rune(s[end])) {
		end++
	}
	q.Dec = strings.ReplaceAll(s[:end], ",", "")
	q.Unit = def
	if word := strings.TrimSpace(s[end:]); word != "" {
		if q.Unit = FindUnit(word); q.Unit == nil {
			return q, false
		}
	}
	if q.Dec == "" {
		return q, false
	}
	q.N, ok = toBase(q.Dec, q.Unit)
	return q, ok
}

// halfWidth folds full-width digits, letters and punctuation to ASCII.
func halfWidth(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r == '　' || r >= '！' && r <= '～' }) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '　':
			return ' '
		case r >= '！' && r <= '～':
			return r - '！' + '!'
		}
		return r
	}, s)
}
