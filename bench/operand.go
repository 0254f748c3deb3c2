package bench

import (
	"fmt"
	"strings"

	"shenbao/rule"
)

// lowest and highest stand below and above every value that a fact can have.
const lowest, highest = "-4000000000000000000", "4000000000000000000"

// quantity is an operand as CEL. A count is not one number while rows are not
// known; it is kept as its terms, and compared by "at least k of them".
type quantity struct {
	text  string // a CEL integer; "" for a count
	there string // a CEL bool: the quantity exists; "" when it always does
	terms []string
	more  string // of a count: a CEL bool for the rows that nobody has told of
}

func (t *translator) operand(o rule.Operand) quantity {
	switch o := o.(type) {
	case *rule.FactOf:
		return quantity{text: t.ident(o.Fact)}
	case *rule.ParamOf:
		if o.Param.Type == rule.DateParam {
			return integer(calendar(o.Param.From))
		}
		return integer(o.Param.Quantity.N)
	case *rule.Number:
		return integer(o.N)
	case *rule.Day:
		return integer(calendar(o.N))
	case *rule.Length:
		return quantity{text: "chars(" + t.ident(o.Of) + ")"}
	case *rule.Age:
		return quantity{text: age(t.ident(o.Of), t.operand(o.At).text)}
	case *rule.Agg:
		return t.aggregate(o)
	}
	return quantity{text: t.fail(o)}
}

func integer(n int64) quantity { return quantity{text: fmt.Sprintf("(%d)", n)} }

// age is the difference of the years, less one before the birthday. Dates are
// numbers like 20241202.
func age(born, at string) string {
	return fmt.Sprintf("(%[2]s / 10000 - %[1]s / 10000 - (%[2]s %% 10000 < %[1]s %% 10000 ? 1 : 0))", born, at)
}

func (t *translator) aggregate(a *rule.Agg) quantity {
	if a.Fn == "count" {
		return quantity{terms: t.counted(a.Of, a.Where), more: moreName(a.Of)}
	}
	if a.Over != nil {
		var years []string
		for y := a.Over.From; y <= a.Over.To; y++ {
			years = append(years, yearName(a.Of, int(y)))
		}
		if a.Fn == "sum" {
			return quantity{text: join(years, " + ")}
		}
		return quantity{text: extreme(a.Fn, years)}
	}
	return t.rowsOf(a)
}

// rowsOf is a sum, greatest or least value over rows: unknown as soon as one
// row's condition, one counted row's value, or the number of rows is.
func (t *translator) rowsOf(a *rule.Agg) quantity {
	list := t.listOf(a.Of)
	if list == nil {
		return quantity{text: t.fail(a)}
	}
	counted := t.counted(list, a.Where)
	other := map[string]string{"sum": "0", "max": lowest, "min": highest}[a.Fn]
	var values []string
	for i, c := range counted {
		values = append(values, "("+c+" ? "+cellName(list, i, a.Of)+" : "+other+")")
	}
	if a.Fn == "sum" {
		return quantity{text: join(append(values, restName(list)), " + ")}
	}
	return quantity{text: "(" + extreme(a.Fn, values) + " + " + restName(list) + ")",
		there: join(append(counted, moreName(list)), " || ")}
}

// listOf finds the list that the column belongs to.
func (t *translator) listOf(column *rule.Fact) *rule.Fact {
	for _, f := range t.facts {
		for _, c := range f.Columns {
			if c == column {
				return f
			}
		}
	}
	return nil
}

func extreme(fn string, values []string) string {
	name := map[string]string{"max": "math.greatest", "min": "math.least"}[fn]
	return name + "([" + strings.Join(values, ", ") + "])"
}

func (t *translator) numeric(n rule.Node) string {
	switch n := n.(type) {
	case *rule.Compare:
		l, r := t.operand(n.L), t.operand(n.R)
		return exist(compare(n.Op, l, r), l, r)
	case *rule.Between:
		x, lo, hi := t.operand(n.X), t.operand(n.Lo), t.operand(n.Hi)
		return exist("("+ge(x, lo, false)+" && "+ge(hi, x, false)+")", x, lo, hi)
	case *rule.About:
		x, v, within := t.operand(n.L), t.operand(n.V), t.operand(n.Within)
		if v.text == "" {
			return t.fail(n) // the grammar wants a number there
		}
		return exist(about(x, v, within.text), x, v)
	case *rule.Ratio:
		l, share, of := t.operand(n.L), t.operand(n.Share), t.operand(n.Of)
		base := ge(of, integer(0), true)
		return exist("("+base+" && "+ratio(n.Op, l, share.text, of)+")", l, of)
	}
	return t.fail(n)
}

// exist makes a leaf false when a quantity that it is about does not exist.
func exist(text string, of ...quantity) string {
	for _, q := range of {
		if q.there != "" {
			text = "(" + q.there + " && " + text + ")"
		}
	}
	return text
}

func compare(op rule.Op, l, r quantity) string {
	switch op {
	case rule.AtLeast:
		return ge(l, r, false)
	case rule.Greater:
		return ge(l, r, true)
	case rule.AtMost:
		return ge(r, l, false)
	case rule.Less:
		return ge(r, l, true)
	case rule.Equal:
		return "(" + ge(l, r, false) + " && " + ge(r, l, false) + ")"
	}
	return "(" + ge(l, r, true) + " || " + ge(r, l, true) + ")"
}

// ge is l >= r, or l > r when strict. A count is at least r when, for some k not
// below r, k of its terms are true; a count that l must reach is turned the same
// way: whenever it is at least k, so must l be.
func ge(l, r quantity, strict bool) string {
	sign, plus := " >= ", int64(0)
	if strict {
		sign, plus = " > ", 1
	}
	switch {
	case l.text != "" && r.text != "":
		return "(" + l.text + sign + r.text + ")"
	case r.text != "":
		terms := []string{l.more}
		for k := range len(l.terms) + 1 {
			terms = append(terms, fmt.Sprintf("(%d%s%s && %s)", k, sign, r.text, atLeast(k, l.terms)))
		}
		return join(terms, " || ")
	}
	return whenever(r, func(k int64) string { return reaches(l, k+plus) })
}

// whenever says of a count: for every k that it reaches, then(k) holds. Rows
// that nobody has told of may make it larger than any k.
func whenever(count quantity, then func(k int64) string) string {
	terms := []string{"(!" + count.more + " || " + then(1e16) + ")"}
	for k := range len(count.terms) + 1 {
		terms = append(terms, "(!"+atLeast(k, count.terms)+" || "+then(int64(k))+")")
	}
	return join(terms, " && ")
}

// reaches is q >= k for a fixed k.
func reaches(q quantity, k int64) string {
	if q.text != "" {
		return fmt.Sprintf("(%s >= %d)", q.text, k)
	}
	if k <= 0 {
		return "true"
	}
	return "(" + q.more + " || " + atLeast(int(k), q.terms) + ")"
}

// about is |x - v| <= within × v, in whole numbers: v less and plus the whole
// part of the tolerance.
func about(x, v quantity, within string) string {
	d := quantity{text: part(v.text, within, "0")}
	lo, hi := quantity{text: "(" + v.text + " - " + d.text + ")"}, quantity{text: "(" + v.text + " + " + d.text + ")"}
	return fmt.Sprintf("((%s >= 0 || %s == 0) && %s && %s)", v.text, within, ge(x, lo, false), ge(hi, x, false))
}

// part is v × share / 10000 without leaving 64 bits, rounded down after up has
// been added to the last step.
func part(v, share, up string) string {
	return fmt.Sprintf("(%[1]s / 10000 * %[2]s + (%[1]s %% 10000 * %[2]s + %[3]s) / 10000)", v, share, up)
}

// ratio is l op share of a base that is known to be positive: l × 10000 >= base
// × share exactly when l is at least the product's whole part, rounded up.
func ratio(op rule.Op, l quantity, share string, of quantity) string {
	switch op {
	case rule.AtLeast:
		return reachesPart(l, share, of, false)
	case rule.Greater:
		return reachesPart(l, share, of, true)
	case rule.AtMost:
		return "!" + reachesPart(l, share, of, true)
	}
	return "!" + reachesPart(l, share, of, false)
}

// reachesPart is l × 10000 >= of × share, or > when strict.
func reachesPart(l quantity, share string, of quantity, strict bool) string {
	up := "9999"
	if strict {
		up = "0"
	}
	if of.text != "" {
		return ge(l, quantity{text: part(of.text, share, up)}, strict)
	}
	return whenever(of, func(k int64) string {
		base := quantity{text: part(fmt.Sprint(k), share, up)}
		return ge(l, base, strict)
	})
}
