package sqltext

import (
	"math"
	"strconv"

	"shenbao/rule"
)

// number is an operand: a whole number in base units, NULL when not known.
type number struct {
	lo, hi   expr  // equal but for a count of rows
	interval bool  // a count: from lo to hi, and without end when hi is NULL
	none     expr  // true when there is no such quantity; without text: there always is
	size     int64 // bounds it on both sides
	fixed    bool  // the same for every unit
}

func fixed(n int64) number { return number{lo: bind(n), hi: bind(n), fixed: true, size: abs(n)} }

func abs(n int64) int64 { return max(n, -n) }

// point is a number that the database computes. Size bounds it.
func point(x expr, size int64) number { return number{lo: x, hi: x, size: size} }

// ageSize bounds the ages of the calendar's years, maxShare the shares of the
// language, in basis points.
const (
	ageSize  = 10_000
	maxShare = 1_000_000
)

// number writes an operand. An age is the difference of two days written as
// 20241202, moved above 0 so that a whole quotient is rounded down.
func (e *emitter) number(o rule.Operand) number {
	if n, ok := rule.Constant(o); ok {
		return fixed(n)
	}
	switch o := o.(type) {
	case *rule.FactOf:
		return point(e.column(o.Fact, ""), most)
	case *rule.Length:
		return point(e.column(o.Of, charsPart), most)
	case *rule.Age:
		at := e.number(o.At).typed()
		return point(say("((@ - @ + 100000000) / 10000 - 10000)", e.Dialect.calendar(at.lo), e.Dialect.calendar(e.column(o.Of, ""))), ageSize)
	case *rule.Agg:
		switch {
		case o.Over != nil:
			return e.series(o)
		case o.Fn == "count":
			return e.count(o)
		}
		return e.fold(o)
	}
	e.cannot(&rule.Compare{L: o, Op: rule.Equal, R: o})
	return fixed(0)
}

// typed gives a fixed number a type, for where nothing else in the text does.
func (x number) typed() number {
	if x.fixed {
		x.lo = say("CAST(@ AS BIGINT)", x.lo)
		x.hi = x.lo
	}
	return x
}

// series is the sum, greatest or least of some years; NULL when one is.
func (e *emitter) series(o *rule.Agg) number {
	var years []expr
	for y := o.Over.From; y <= o.Over.To; y++ {
		years = append(years, e.column(o.Of, strconv.FormatInt(y, 10)))
	}
	if o.Fn == "sum" {
		return point(join(years, " + "), most*int64(len(years)))
	}
	return point(e.Dialect.greatest(o.Fn, years), most)
}

// comparison writes a comparison of two operands. The age of somebody at a
// fixed day against a fixed number is a question about the birthday.
func (e *emitter) comparison(n *rule.Compare) expr {
	if age, ok := n.L.(*rule.Age); ok {
		at, ok1 := rule.Constant(age.At)
		limit, ok2 := rule.Constant(n.R)
		if ok1 && ok2 && abs(limit) <= 300 {
			return bornLimit(point(e.column(age.Of, ""), 0), n.Op, bornBy(limit, at), bornBy(limit+1, at))
		}
	}
	return compare(e.number(n.L), n.Op, e.number(n.R))
}

// bornLimit compares a birthday with the last one that has had the asked years,
// and the last that has had one more.
func bornLimit(born number, op rule.Op, latest, next int64) expr {
	switch op {
	case rule.AtLeast:
		return compare(born, rule.AtMost, fixed(latest))
	case rule.Greater:
		return compare(born, rule.AtMost, fixed(next))
	case rule.Less:
		return compare(born, rule.Greater, fixed(latest))
	case rule.AtMost:
		return compare(born, rule.Greater, fixed(next))
	}
	same := say("(@ AND @)", compare(born, rule.AtMost, fixed(latest)), compare(born, rule.Greater, fixed(next)))
	if op == rule.NotEqual {
		return say("(NOT @)", same)
	}
	return same
}

// compare answers a op b over every pair of numbers of the two. A comparison
// with a NULL bound is NULL, so that what rests on it is not decided.
func compare(a number, op rule.Op, b number) expr {
	if a.fixed && b.fixed {
		a = a.typed()
	}
	x := say("(@ "+op.String()+" @)", a.lo, b.lo)
	if a.interval || b.interval {
		all, none := decided(a, op, b)
		x = say("CASE WHEN @ THEN TRUE WHEN @ THEN FALSE END", all, none)
	}
	return unlessNone(x, a, b)
}

// unlessNone makes a leaf unmet that is about a quantity that does not exist.
func unlessNone(x expr, of ...number) expr {
	var none []expr
	for _, n := range of {
		if n.none.sql != "" {
			none = append(none, n.none)
		}
	}
	if len(none) == 0 {
		return x
	}
	return say("CASE WHEN @ THEN FALSE ELSE @ END", join(none, " OR "), x)
}

// decided is when every pair of two intervals satisfies the comparison, and
// when none does.
func decided(a number, op rule.Op, b number) (all, none expr) {
	switch op {
	case rule.AtLeast:
		return say("@ >= @", a.lo, b.hi), say("@ < @", a.hi, b.lo)
	case rule.Greater:
		return say("@ > @", a.lo, b.hi), say("@ <= @", a.hi, b.lo)
	case rule.AtMost:
		return say("@ <= @", a.hi, b.lo), say("@ > @", a.lo, b.hi)
	case rule.Less:
		return say("@ < @", a.hi, b.lo), say("@ >= @", a.lo, b.hi)
	}
	same := say("(@ = @ AND @ = @)", a.lo, b.hi, a.hi, b.lo)
	apart := say("(@ > @ OR @ < @)", a.lo, b.hi, a.hi, b.lo)
	if op == rule.NotEqual {
		return apart, same
	}
	return same, apart
}

// about is a number within a tolerance of a fixed one, the limit included.
func (e *emitter) about(n *rule.About) expr {
	v, ok1 := rule.Constant(n.V)
	within, ok2 := rule.Constant(n.Within)
	if !ok1 || !ok2 || v < 0 || within < 0 {
		return e.cannot(n)
	}
	x, d := e.number(n.L), rule.Share(v, within)
	return say("(@ AND @)", compare(x, rule.AtLeast, fixed(v-d)), compare(x, rule.AtMost, fixed(v+d)))
}

// ratio answers "base > 0 and part × 10000 op base × share".
func (e *emitter) ratio(n *rule.Ratio) expr {
	p, ok := rule.Constant(n.Share)
	if !ok || p < 0 || p > maxShare || n.Op == rule.Equal || n.Op == rule.NotEqual {
		return e.cannot(n)
	}
	part, base := e.number(n.L), e.number(n.Of)
	left, right := e.crossed(n.Op, part.typed(), base.typed(), p)
	positive := compare(base, rule.Greater, fixed(0))
	return unlessNone(say("(@ AND @)", positive, compare(left, n.Op, right)), part, base)
}

// crossed are the two sides of part × 10000 op base × p, in whole numbers that
// stay exact: multiplied out where 64 bits hold them, else as NUMERIC in
// PostgreSQL and by quotients in SQLite.
func (e *emitter) crossed(op rule.Op, part, base number, p int64) (left, right number) {
	common := gcd(10000, p)
	k, p := 10000/common, p/common
	form := "@ * ?"
	switch up := op == rule.AtLeast || op == rule.Less; {
	case fits(part.size, k) && fits(base.size, p):
	case e.Dialect == Postgres:
		form = "CAST(@ AS NUMERIC) * ?"
	case p <= k:
		return part, base.each(func(x expr) expr { return quotient(x, p, k, up) })
	default:
		return part.each(func(x expr) expr { return quotient(x, k, p, !up) }), base
	}
	times := func(n int64) func(expr) expr {
		return func(x expr) expr {
			if n == 1 {
				return x
			}
			return say(form, x).with(n)
		}
	}
	right = base.each(times(p))
	if p == 0 && base.interval {
		right = fixed(0) // nothing of however many rows is nothing
	}
	return part.each(times(k)), right
}

// quotient is x × a / b in whole numbers, where a is at most b, rounded down or
// up to the side on which the comparison keeps its answer. The language has no
// division; this one is by a constant, and both databases cut a whole quotient
// towards 0. Of a part below 0 that is wrong by one, but no such part comes
// near its share of a base above 0.
func quotient(x expr, a, b int64, up bool) expr {
	more := int64(0)
	if up {
		more = b - 1
	}
	whole := say("@ / ? * ?", x).with(b).with(a)
	rest := say("@ % ? * ? + ?", x).with(b).with(a).with(more)
	return say("(@ + (@) / ?)", whole, rest).with(b)
}

// each changes both ends.
func (x number) each(fn func(expr) expr) number {
	return number{lo: fn(x.lo), hi: fn(x.hi), interval: x.interval}
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// fits reports whether the product of two sizes stays within 64 bits.
func fits(a, b int64) bool { return b == 0 || a <= math.MaxInt64/b }
