package call

import (
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/fault"
)

// Countdown (倒计时) says in words how long there is until an instant, as a
// message with its arguments: 还有 3 天 4 小时; the last day and the one before
// name the time of day; what is over says for how long. An end at midnight
// belongs to the day before, as 24:00.
func Countdown(until, now time.Time) *fault.Fault {
	left := until.Sub(now)
	say := func(key string, args ...any) *fault.Fault { return fault.New(fault.Late, key, args...) }
	switch days, hours := int(left/(24*time.Hour)), int(left/time.Hour)%24; {
	case until.IsZero():
		return say("call.left.open")
	case left <= -24*time.Hour:
		return say("call.left.over_days", -days)
	case left <= 0:
		return say("call.left.over", until.In(clock.Zone).Format("01-02 15:04"))
	case left <= time.Hour:
		return say("call.left.minutes", int((left+time.Minute-1)/time.Minute))
	case daysUntil(until, now) == 0:
		return say("call.left.today", dayTime(until))
	case daysUntil(until, now) == 1 && days == 0:
		return say("call.left.tomorrow", dayTime(until), hours)
	case hours == 0 || days > 14:
		return say("call.left.days", days)
	default:
		return say("call.left.both", days, hours)
	}
}

// daysUntil is how many midnights in Shanghai lie between now and the last
// moment before until.
func daysUntil(until, now time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(clock.Zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(until.Add(-time.Millisecond)).Sub(day(now)) / (24 * time.Hour))
}

// dayTime is the time of day of an end.
func dayTime(until time.Time) string {
	if text := until.In(clock.Zone).Format("15:04"); text != "00:00" {
		return text
	}
	return "24:00"
}
