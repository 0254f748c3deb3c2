package locale

import (
	"fmt"
	"time"

	"shenbao/internal/clock"
)

// When writes an instant as its reader does, in the time zone of deadlines:
// 2024年12月2日 17:00, 2 December 2024 17:00.
func When(lang string, t time.Time) string {
	t = t.In(clock.Zone)
	if lang == EN {
		return t.Format("2 January 2006 15:04")
	}
	return fmt.Sprintf("%d年%d月%d日 %s", t.Year(), t.Month(), t.Day(), t.Format("15:04"))
}
