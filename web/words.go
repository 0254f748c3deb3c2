package web

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/locale"
)

// When writes an instant as its reader does, in the time zone of deadlines:
// 2024年12月2日 17:00, 2 December 2024 17:00. The zero time is a dash.
func (v *visit) When(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	return locale.When(v.Lang, t)
}

// Day writes the day of an instant.
func (v *visit) Day(t time.Time) string {
	if t.IsZero() {
		return "—"
	}
	t = t.In(clock.Zone)
	if v.Lang == "en" {
		return t.Format("2 January 2006")
	}
	return fmt.Sprintf("%d年%d月%d日", t.Year(), t.Month(), t.Day())
}

// grouped writes a whole number with separators: 12,345.
func grouped(n int64) string {
	sign, digits := "", strconv.FormatInt(n, 10)
	if n < 0 {
		sign, digits = "-", digits[1:]
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	return sign + b.String()
}
