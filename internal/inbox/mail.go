package inbox

import (
	"context"
	"strings"
	"time"
	"unicode"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/hook"
	"shenbao/internal/job"
	"shenbao/internal/locale"
	"shenbao/internal/mail"
)

// Options say how notices are mailed.
type Options struct {
	Base string // the platform's address as others see it: https://sb.example.gov.cn

	// Address says where a person is written to, and in which language. It is
	// asked when a letter leaves. "" is nowhere: the account is disabled or
	// gone.
	Address func(ctx context.Context, r db.Reader, person string) (address, language string, err error)

	// Belongs reports whether somebody is one of a unit's people now; nil is
	// "always". What they were told as one of them is not sent when they left.
	Belongs func(ctx context.Context, r db.Reader, person, unit string) (bool, error)

	Digest Digest // the letter of the day; its zero value is "nobody has one"
}

const (
	sweepNotices job.Kind[struct{}] = "inbox.sweep"

	remembered = 180 * 24 * time.Hour // how long what was read is kept
)

// Handle mails the notices that were sent, each by itself or in the letter of the
// day, and forgets once a day what was read long ago.
func Handle(r *job.Runner, d *db.DB, post mail.Sender, o Options) {
	mail.Handle(r, mailNotice, post, func(ctx context.Context, id string) (mail.Letter, error) {
		waits, err := o.Digest.putOff(ctx, d, id)
		if err != nil || waits {
			return mail.Letter{}, err
		}
		return db.View(ctx, d, func(r db.Reader) (mail.Letter, error) { return o.write(ctx, r, id) })
	})
	o.handleDigest(r, d, post)
	job.Handle(r, sweepNotices, func(ctx context.Context, w *job.Work, _ struct{}) error {
		return w.Keep(ctx, func(tx *db.Tx) error { return forget(ctx, tx, tx.Now.Add(-remembered)) })
	})
	job.Every(r, 24*time.Hour, sweepNotices, struct{}{})
}

// write makes the letter of a notice: none when the notice is forgotten or its
// person is written to nowhere.
func (o Options) write(ctx context.Context, r db.Reader, id string) (mail.Letter, error) {
	n, err := find(ctx, r, id)
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return mail.Letter{}, nil
	}
	if err != nil {
		return mail.Letter{}, err
	}
	to, lang, err := o.Address(ctx, r, n.Person)
	if err != nil || to == "" {
		return mail.Letter{}, err
	}
	if still, err := o.belongs(ctx, r, n); err != nil || !still {
		return mail.Letter{}, err
	}
	text := n.Text(lang)
	return mail.Letter{To: to, Subject: locale.Text(lang, "inbox.subject", line(text)),
		Body: locale.Text(lang, "inbox.body", text, o.Base+n.Link, o.Base+"/inbox")}, nil
}

// belongs reports whether the person of a notice may still be told it.
func (o Options) belongs(ctx context.Context, r db.Reader, n Notice) (bool, error) {
	if n.Unit == "" || o.Belongs == nil {
		return true, nil
	}
	return o.Belongs(ctx, r, n.Person, n.Unit)
}

// Compose makes the message of a notice for the webhooks of its unit: as long as
// one of those who were told it belongs to the unit.
func (o Options) Compose(ctx context.Context, r db.Reader, q hook.Question) (hook.Message, bool, error) {
	n, err := find(ctx, r, q.Notice)
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return hook.Message{}, false, nil
	}
	if err != nil || n.Unit != q.Unit {
		return hook.Message{}, false, err
	}
	all, err := told(ctx, r, n)
	if err != nil {
		return hook.Message{}, false, err
	}
	for _, one := range all {
		if still, err := o.belongs(ctx, r, one); err != nil || still {
			return hook.Message{Kind: n.Key, Text: n.Text(q.Language), Link: n.Link, At: n.At}, still, err
		}
	}
	return hook.Message{}, false, nil
}

// longest is how many characters of a notice the subject of its letter holds.
const longest = 60

// line is a text as the subject of a letter takes it: one line, not too long.
func line(text string) string {
	runes := []rune(strings.Join(strings.FieldsFunc(text, unicode.IsControl), " "))
	if len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return string(runes)
}
