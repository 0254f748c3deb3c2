package sqltext

import (
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

func containsMark(s string) bool { return strings.Contains(s, optionMark) }
