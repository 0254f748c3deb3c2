package sqltext

import (
	"math"
	"math/bits"
	"strings"
	"time"

	"shenbao/rule"
)

// What a tree leaves to parameters and to the calendar, made into fixed values.

func codesOf(s rule.Set) []string {
	if s.Param != nil {
		return s.Param.Codes
	}
	return s.Codes
}

func placesOf(s rule.Set) []int64 {
	if s.Param != nil {
		return s.Param.Places
	}
	return s.Places
}

// below is how many codes a place has below its own: a province or city holds
// all that begin like it.
func below(place int64) int64 {
	switch {
	case place%10000 == 0:
		return 9999
	case place%100 == 0:
		return 99
	}
	return 0
}

// days is a window in the measure of the fact: days, or years.
func days(w rule.Window, f *rule.Fact) (from, to int64) {
	if w.Days || f.Kind != rule.DateKind {
		return w.From, w.To
	}
	return dayOf(w.From, time.January, 1), dayOf(w.To, time.December, 31)
}

func dayOf(year int64, month time.Month, day int) int64 {
	return time.Date(int(year), month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400
}

// bornBy is the last birthday with which somebody has had k full years on a
// day. Whoever is born on 29 February has the birthday on 1 March of a common
// year, so that on 28 February of one they do not count.
func bornBy(k, at int64) int64 {
	y, m, d := time.Unix(at*86400, 0).UTC().Date()
	lastOfMonth := time.Date(y-int(k), m+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return dayOf(int64(y)-k, m, min(d, lastOfMonth))
}

// constant is the value of an operand that is the same for every unit.
func constant(o rule.Operand) (n int64, ok bool) {
	switch o := o.(type) {
	case *rule.Number:
		return o.N, true
	case *rule.Day:
		return o.N, true
	case *rule.ParamOf:
		if o.Param.Type == rule.DateParam {
			return o.Param.From, true
		}
		return o.Param.Quantity.N, true
	}
	return 0, false
}

// share is the whole part of v × p / 10000; both are not negative.
func share(v, p int64) int64 {
	hi, lo := bits.Mul64(uint64(v), uint64(p))
	if hi >= 10000 {
		return math.MaxInt64 / 4
	}
	q, _ := bits.Div64(hi, lo, 10000)
	return int64(min(q, math.MaxInt64/4))
}

func containsMark(s string) bool { return strings.Contains(s, optionMark) }
