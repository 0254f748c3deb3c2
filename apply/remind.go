package apply

import (
	"context"
	"fmt"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/inbox"
)

// The reminders (截止提醒) before an application is late, the last first.
var reminders = []struct {
	before time.Duration
	key    string
}{
	{4 * time.Hour, "apply.notice.due_hours"},
	{2 * 24 * time.Hour, "apply.notice.due_days"},
	{7 * 24 * time.Hour, "apply.notice.due_days"},
}

// due is an application that is not submitted, and its end.
type due struct {
	id        ID
	unit      actor.UnitID
	name      string
	callTitle string
	until     time.Time
}

// Remind tells the people of every unit with an application that is not
// submitted how long they have: seven days, two days and four hours before its
// end, each once. When the end is moved, they are told again. It is run every
// few minutes, and returns how many applications are due.
func Remind(ctx context.Context, tx *db.Tx) (int, error) {
	all, err := dueBefore(ctx, tx, tx.Now.Add(reminders[len(reminders)-1].before))
	if err != nil {
		return 0, err
	}
	for _, d := range all {
		for _, m := range reminders {
			if d.until.Sub(tx.Now) > m.before {
				continue
			}
			if err := d.tell(ctx, tx, m.key, m.before); err != nil {
				return 0, err
			}
			break
		}
	}
	return len(all), nil
}

// tell reminds the people who can do something about it.
func (d due) tell(ctx context.Context, tx *db.Tx, key string, before time.Duration) error {
	once := fmt.Sprintf("apply.due:%s:%s:%s", d.id, before, db.Time(d.until))
	name := d.name
	if name == "" {
		name = d.callTitle
	}
	return Tell(ctx, tx, d.unit, inbox.Notice{Key: key, Link: link(d.id) + "/check",
		Args: []any{name, d.until, int(before / (24 * time.Hour))}}, once)
}

// link is the address of an application's first page.
func link(id ID) string { return "/applications/" + string(id) }
