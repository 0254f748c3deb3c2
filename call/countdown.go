package call

import (
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/fault"
)

// Countdown (倒计时) says in words how long there is until an instant, as a
// message with its arguments: 还有 3 天 4 小时; the last day names the time of
// day; what is over says for how long.
func Countdown(until, now time.Time) *fault.Fault {
	left := until.Sub(now)
	say := func(key string, args ...any) *fault.Fault { return fault.New(fault.Late, key, args...) }
	switch days, hours := int(left.Hours())/24, int(left.Hours())%24; {
	case until.IsZero():
		return say("call.left.open")
	case left <= -48*time.Hour:
		return say("call.left.over_days", int(-left.Hours())/24)
	case left <= 0:
		return say("call.left.over", until.In(clock.Zone).Format("01-02 15:04"))
	case left < time.Hour:
		return say("call.left.minutes", int(left.Minutes())+1)
	case sameDay(until, now):
		return say("call.left.today", until.In(clock.Zone).Format("15:04"))
	case days == 0:
		return say("call.left.hours", hours)
	case hours == 0 || days > 14:
		return say("call.left.days", days)
	default:
		return say("call.left.both", days, hours)
	}
}

func sameDay(a, b time.Time) bool {
	return a.In(clock.Zone).Format(time.DateOnly) == b.In(clock.Zone).Format(time.DateOnly)
}
