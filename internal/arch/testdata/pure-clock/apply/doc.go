// Package apply is 申报书.
package apply

import "time"

func late(until time.Time) bool { return time.Now().After(until) }
