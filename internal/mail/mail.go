// Package mail sends letters (邮件) to people: plain text, one addressee each.
//
// A letter leaves as a job ([Handle]): it is enqueued in the transaction of its
// cause and sent after commit, at least once. Every attempt carries the same
// Message-ID, so that a mail server or a person can tell that a letter came
// twice. There are three senders: an SMTP server, a folder of .eml files, and
// the memory of a test.
package mail

import (
	"context"
	"io"
	netmail "net/mail"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"shenbao/internal/fault"
	"shenbao/internal/job"
)

// A Letter is one message to one person.
type Letter struct {
	ID      string // the same in every attempt at sending it; letters, digits, - and _
	To      string // the bare address
	Subject string
	Body    string // plain text
}

// A Sender sends letters. It may be used by several goroutines.
type Sender interface {
	// Send hands a letter on, or says why it could not. An error of
	// [job.Permanent] says that trying again is of no use.
	Send(ctx context.Context, l Letter) error
}

// Handle sends the letters that jobs of a kind ask for. Write makes the letter
// of a payload, when it is about to leave; its To is "" for a letter to nobody.
// The letter's ID is that of its job.
func Handle[T any](r *job.Runner, kind job.Kind[T], s Sender, write func(context.Context, T) (Letter, error)) {
	job.Handle(r, kind, func(ctx context.Context, w *job.Work, payload T) error {
		l, err := write(ctx, payload)
		if err != nil || l.To == "" {
			return err
		}
		l.ID = string(w.ID())
		if err := l.check(); err != nil {
			return job.Permanent(err)
		}
		return s.Send(ctx, l)
	})
}

// check refuses a letter that would say more than it should: an address that is
// none, or a line end that begins a header of its own.
func (l Letter) check() error {
	a, err := netmail.ParseAddress(l.To)
	if err != nil || a.Address != l.To {
		return fault.New(fault.Invalid, "mail.address").Because(err)
	}
	if strings.ContainsFunc(l.Subject+l.ID+l.To, unicode.IsControl) {
		return fault.New(fault.Invalid, "mail.header")
	}
	return nil
}

// message is the letter as it travels (RFC 5322).
func (l Letter) message(from *netmail.Address, at time.Time) (*gomail.Msg, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	m := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithEncoding(gomail.EncodingB64))
	m.FromMailAddress(from)
	m.ToMailAddress(&netmail.Address{Address: l.To})
	m.Subject(l.Subject)
	m.SetDateWithValue(at)
	m.SetMessageIDWithValue(l.ID + "@" + domain(from))
	m.SetGenHeader("Auto-Submitted", "auto-generated") // so that no answering machine answers
	m.SetBodyString(gomail.TypeTextPlain, l.Body)
	return m, nil
}

func domain(a *netmail.Address) string { return a.Address[strings.LastIndexByte(a.Address, '@')+1:] }

// write writes the letter as a file holds it.
func (l Letter) write(w io.Writer, from *netmail.Address, at time.Time) error {
	m, err := l.message(from, at)
	if err != nil {
		return err
	}
	_, err = m.WriteTo(w)
	return err
}
