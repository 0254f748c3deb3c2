package inbox

import (
	"context"
	"strings"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/job"
	"shenbao/internal/locale"
	"shenbao/internal/mail"
)

// A Choice (邮件方式) is how somebody wants to be written to.
type Choice string

// The choices.
const (
	AtOnce   Choice = "at_once"  // 逐条: a letter for every notice
	Arrivals Choice = "arrivals" // 到达汇总: arrivals in the letter of the day, everything else at once
	Daily    Choice = "daily"    // 每日汇总: everything in the letter of the day
)

// Choices are all of them.
var Choices = []Choice{AtOnce, Arrivals, Daily}

// A Digest (每日摘要) says who has a letter of the day and what stands in it beside
// the notices that waited for it.
type Digest struct {
	// Arrival reports whether notices with a key are arrivals: a new thing to do,
	// of which an officer gets many.
	Arrival func(key string) bool

	// Usual is the choice of somebody who chose nothing; nil: [AtOnce].
	Usual func(ctx context.Context, r db.Reader, person string) (Choice, error)

	// Workers are the people who may have something to do, whether they were told
	// or not. Those who want every letter at once get no letter of the day.
	Workers func(ctx context.Context, r db.Reader) ([]string, error)

	// Work is what somebody has to do, in a language: the counts and the first
	// lines; "" for nothing.
	Work func(ctx context.Context, r db.Reader, person, language string) (string, error)
}

// ChoiceOf is what somebody chose, or what is usual for them.
func (g Digest) ChoiceOf(ctx context.Context, r db.Reader, person string) (Choice, error) {
	c, err := chosen(ctx, r, person)
	if err != nil || c != "" {
		return c, err
	}
	if g.Usual == nil {
		return AtOnce, nil
	}
	return g.Usual(ctx, r, person)
}

// Choose keeps what somebody chose about letters. It is no act: it needs no more
// than [db.Keep].
func Choose(ctx context.Context, tx *db.Tx, person string, c Choice) error {
	for _, one := range Choices {
		if c == one {
			return putChoice(ctx, tx, person, c)
		}
	}
	return fault.New(fault.Invalid, "inbox.choice").In("digest")
}

// putOff lets a notice wait for the letter of the day when its person wants it
// so, and reports whether it waits.
func (g Digest) putOff(ctx context.Context, d *db.DB, id string) (bool, error) {
	waits, err := db.View(ctx, d, func(r db.Reader) (bool, error) {
		n, err := find(ctx, r, id)
		if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if waits, err := waits(ctx, r, id); err != nil || waits {
			return waits, err // whatever was chosen since: it is told there
		}
		c, err := g.ChoiceOf(ctx, r, n.Person)
		return c == Daily || c == Arrivals && g.Arrival != nil && g.Arrival(n.Key), err
	})
	if err != nil || !waits {
		return false, err
	}
	_, err = db.Keep(ctx, d, func(tx *db.Tx) (int, error) { return 0, putOff(ctx, tx, id) })
	return err == nil, err
}

// A daily is a letter of the day.
type daily struct {
	Person string    `json:"person"`
	Day    string    `json:"day"`   // as 2024-11-28
	Until  time.Time `json:"until"` // what was sent from then on waits for the next one
}

const (
	lookForDay job.Kind[struct{}] = "inbox.day"
	beginDay   job.Kind[daily]    = "inbox.begin_day"
	mailDay    job.Kind[daily]    = "inbox.mail_day"
)

// When the letter of the day leaves, in the zone of deadlines; a platform that was
// away in the morning leaves it for the next day.
const (
	dayBegins = 8*time.Hour + 30*time.Minute
	dayEnds   = 10*time.Hour + 30*time.Minute
)

// dayOf is the letter that is due at an instant; false when none is.
func dayOf(now time.Time) (daily, bool) {
	now = now.In(clock.Zone)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, clock.Zone)
	begins := midnight.Add(dayBegins)
	return daily{Day: now.Format(time.DateOnly), Until: begins.UTC()}, !now.Before(begins) && now.Before(midnight.Add(dayEnds))
}

// handleDigest writes the letters of the day. Each is a job with a key of its own
// for person and day, and each notice goes into one of them: nothing is told
// twice.
func (o Options) handleDigest(r *job.Runner, d *db.DB, post mail.Sender) {
	job.Handle(r, lookForDay, func(ctx context.Context, w *job.Work, _ struct{}) error {
		return w.Keep(ctx, func(tx *db.Tx) error {
			day, due := dayOf(tx.Now)
			if !due {
				return nil
			}
			return job.Enqueue(ctx, tx, beginDay, day, job.Options{Key: day.Day})
		})
	})
	job.Every(r, 30*time.Minute, lookForDay, struct{}{})
	job.Handle(r, beginDay, func(ctx context.Context, w *job.Work, day daily) error {
		return w.Keep(ctx, func(tx *db.Tx) error { return o.begin(ctx, tx, day) })
	})
	mail.Handle(r, mailDay, post, func(ctx context.Context, l daily) (mail.Letter, error) {
		if _, err := db.Keep(ctx, d, func(tx *db.Tx) (int, error) { return 0, take(ctx, tx, l) }); err != nil {
			return mail.Letter{}, err
		}
		return db.View(ctx, d, func(r db.Reader) (mail.Letter, error) { return o.writeDay(ctx, r, l) })
	})
}

// begin enqueues the letters of a day.
func (o Options) begin(ctx context.Context, tx *db.Tx, day daily) error {
	people, err := waiting(ctx, tx)
	if err != nil {
		return err
	}
	if o.Digest.Workers != nil {
		more, err := o.Digest.Workers(ctx, tx)
		if err != nil {
			return err
		}
		people = append(people, more...)
	}
	for _, person := range people {
		day.Person = person
		if err := job.Enqueue(ctx, tx, mailDay, day, job.Options{Key: day.Day + " " + person}); err != nil {
			return err
		}
	}
	return nil
}

// firstLines is how many notices a letter of the day names.
const firstLines = 10

// writeDay makes a letter of the day: none when there is nothing to tell.
func (o Options) writeDay(ctx context.Context, r db.Reader, l daily) (mail.Letter, error) {
	to, lang, err := o.Address(ctx, r, l.Person)
	if err != nil || to == "" {
		return mail.Letter{}, err
	}
	c, err := o.Digest.ChoiceOf(ctx, r, l.Person)
	if err != nil {
		return mail.Letter{}, err
	}
	work := ""
	if c != AtOnce && o.Digest.Work != nil {
		if work, err = o.Digest.Work(ctx, r, l.Person, lang); err != nil {
			return mail.Letter{}, err
		}
	}
	lines, err := o.lines(ctx, r, l, lang)
	if err != nil || work == "" && len(lines) == 0 {
		return mail.Letter{}, err
	}
	parts := []string{}
	if work != "" {
		parts = append(parts, work)
	}
	if n := len(lines); n > 0 {
		text := locale.Text(lang, "inbox.digest_notices", n) + "\n" + strings.Join(lines[:min(n, firstLines)], "\n")
		if n > firstLines {
			text += "\n" + locale.Text(lang, "inbox.digest_more", n-firstLines)
		}
		parts = append(parts, text)
	}
	return mail.Letter{To: to, Subject: locale.Text(lang, "inbox.digest_subject", l.Day),
		Body: locale.Text(lang, "inbox.digest_body", strings.Join(parts, "\n\n"), o.Base+"/inbox", o.Base+"/account")}, nil
}

// lines are the notices of a letter of the day, for who may still be told them.
func (o Options) lines(ctx context.Context, r db.Reader, l daily, lang string) ([]string, error) {
	all, err := taken(ctx, r, l)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, n := range all {
		still, err := o.belongs(ctx, r, n)
		if err != nil {
			return nil, err
		}
		if still {
			out = append(out, "· "+line(n.Text(lang))+"\n  "+o.Base+n.Link)
		}
	}
	return out, nil
}
