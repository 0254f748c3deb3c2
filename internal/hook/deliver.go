package hook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/job"
	"shenbao/internal/locale"
)

// send is the job that sends a delivery, whose id it carries.
const send job.Kind[string] = "hook.send"

const (
	sweep job.Kind[struct{}] = "hook.sweep"

	remembered = 30 * 24 * time.Hour // how long a delivery is kept that ended
)

// A Delivery (推送记录) is one message to one hook.
type Delivery struct {
	ID       string    `json:"id"`
	Hook     string    `json:"-"`
	Notice   string    `json:"notice,omitempty"` // id; "" of a test
	State    string    `json:"state"`
	Outcome  string    `json:"outcome,omitempty"` // of the last attempt: [Outcomes]
	Code     int64     `json:"code,omitempty"`    // HTTP status, or the robot's own number
	Attempts int64     `json:"attempts"`
	Made     time.Time `json:"made"`
	Ended    time.Time `json:"ended,omitzero"`
}

// The states of a delivery.
const (
	Waiting = "waiting" // 待发送, or to be tried again
	Sent    = "sent"    // 已送达
	Failed  = "failed"  // 未送达
	Dropped = "dropped" // 不再发送: the hook or the access is gone
)

// Outcomes are what may become of an attempt.
var Outcomes = []string{"ok", "status", "redirect", "robot", "inside", "timeout", "connect", "tls"}

// Options say how deliveries are sent.
type Options struct {
	Keeper
	Base string // the platform's address as others see it

	// Compose makes the message of a notice in a language, for the people of a
	// unit; false when there is none any more, or nobody of the unit may know it
	// now. It is asked whenever a message is about to leave.
	Compose func(ctx context.Context, r db.Reader, q Question) (Message, bool, error)

	// Stopped tells the unit that its hook was stopped, in that transaction.
	Stopped func(ctx context.Context, tx *db.Tx, h *Hook) error
}

// A Question asks for the message of a notice.
type Question struct {
	Notice, Unit, Language string
}

// Handle sends deliveries, and forgets once a day those that ended long ago.
func Handle(r *job.Runner, d *db.DB, o Options) {
	s := &sender{Options: o, db: d}
	job.Handle(r, send, s.deliver)
	job.Handle(r, sweep, func(ctx context.Context, w *job.Work, _ struct{}) error {
		return w.Keep(ctx, func(tx *db.Tx) error { return forget(ctx, tx, tx.Now.Add(-remembered)) })
	})
	job.Every(r, 24*time.Hour, sweep, struct{}{})
}

type sender struct {
	Options
	db *db.DB
}

// A parcel is a delivery that is ready to leave.
type parcel struct {
	*Delivery
	hook    *Hook
	message Message
	drop    bool // nobody may know it any more, or nobody asks
}

// deliver makes one attempt.
func (s *sender) deliver(ctx context.Context, w *job.Work, id string) error {
	p, err := db.View(ctx, s.db, func(r db.Reader) (*parcel, error) { return s.pack(ctx, r, id) })
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing || p != nil && p.State != Waiting {
		return nil
	}
	if err != nil {
		return err
	}
	if p.drop {
		return w.Keep(ctx, func(tx *db.Tx) error { return p.end(ctx, tx, Dropped) })
	}
	p.Attempts = int64(w.Attempt())
	if p.Outcome, p.Code, err = s.post(ctx, p); err != nil {
		return err
	}
	if p.Outcome == "ok" {
		return w.Keep(ctx, func(tx *db.Tx) error {
			if err := p.end(ctx, tx, Sent); err != nil {
				return err
			}
			return arrived(ctx, tx, p.hook.ID)
		})
	}
	return s.failed(ctx, p)
}

// pack finds a delivery with its hook, and asks whether it may leave now.
func (s *sender) pack(ctx context.Context, r db.Reader, id string) (*parcel, error) {
	d, err := findDelivery(ctx, r, id)
	if err != nil {
		return nil, err
	}
	p := &parcel{Delivery: d}
	if p.hook, err = find(ctx, r, d.Hook); err != nil {
		return nil, err
	}
	if p.drop = p.hook.State != Active; p.drop {
		return p, nil
	}
	if d.Notice == "" {
		p.message = Message{ID: d.ID, Kind: "hook.try", Text: locale.Text(p.hook.Language, "hook.try", p.hook.Name), Link: s.Base + "/hooks", At: d.Made}
		return p, nil
	}
	m, ok, err := s.Compose(ctx, r, Question{d.Notice, p.hook.Unit, p.hook.Language})
	m.ID, p.drop = d.Notice, !ok
	m.Link = s.Base + m.Link
	if p.hook.Format != JSON { // a group gets messages of many programs
		m.Text = locale.Text(p.hook.Language, "hook.robot", m.Text)
	}
	p.message = m
	return p, err
}

// end writes what became of a delivery.
func (p *parcel) end(ctx context.Context, tx *db.Tx, state string) error {
	p.State, p.Ended = state, tx.Now
	return saveDelivery(ctx, tx, p.Delivery)
}

// tries is how often a message is tried, over some seven hours: a few times less
// than a job is, so that what became of it is written down.
const tries = 17

// failed counts a failure, and stops a hook that failed too long. The job's own
// pauses say when it is tried again.
func (s *sender) failed(ctx context.Context, p *parcel) error {
	last := p.Attempts >= tries
	stop, err := db.Keep(ctx, s.db, func(tx *db.Tx) (bool, error) {
		if last {
			p.State, p.Ended = Failed, tx.Now
		}
		if err := saveDelivery(ctx, tx, p.Delivery); err != nil {
			return false, err
		}
		h, err := countFailure(ctx, tx, p.hook.ID)
		return err == nil && h.State == Active && h.spent(tx.Now), err
	})
	if err == nil && stop {
		err = s.stop(ctx, p.hook.ID)
	}
	if err != nil || last {
		return err
	}
	return fmt.Errorf("hook %s: %s %d", p.hook.ID, p.Outcome, p.Code)
}

// stop stops a hook and tells its unit.
func (s *sender) stop(ctx context.Context, id string) error {
	_, err := db.Update(ctx, s.db, db.System, func(tx *db.Tx) (int, error) {
		h, err := find(ctx, tx, id)
		if err != nil || h.State != Active || !h.spent(tx.Now) {
			return 0, err
		}
		h.State = Stopped
		if err := saveHook(ctx, tx, h); err != nil {
			return 0, err
		}
		if err := s.Stopped(ctx, tx, h); err != nil {
			return 0, err
		}
		return 0, tx.Record(ctx, "hook.stop", h.subject(), map[string]any{"unit": h.Unit, "failures": h.Failures, "since": h.Failing})
	})
	return err
}

// post sends a message and says what came of it. An error is ours, not the
// receiver's.
func (s *sender) post(ctx context.Context, p *parcel) (outcome string, code int64, err error) {
	address, err := s.Keys.Open("hooks.address:"+p.hook.ID, p.hook.address)
	if err != nil {
		return "", 0, err
	}
	sign := stamp{at: s.db.Clock.Now()}
	if p.hook.secret != "" {
		if sign.secret, err = s.Keys.Open("hooks.secret:"+p.hook.ID, p.hook.secret); err != nil {
			return "", 0, err
		}
	}
	u, bad := s.Guard.read(address)
	if bad != nil { // the operator allows less than before
		return "inside", 0, nil
	}
	body, err := p.message.body(p.hook.Format, sign)
	if err != nil {
		return "", 0, err
	}
	sign.query(p.hook.Format, u)
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return "", 0, bare(err)
	}
	r.Header.Set("Content-Type", "application/json; charset=utf-8")
	r.Header.Set("User-Agent", "shenbao")
	r.Header.Set(HeaderDelivery, p.message.ID)
	sign.header(r.Header, p.hook.Format, body)
	answer, err := s.Guard.client(u.Scheme).Do(r)
	if err != nil {
		return trouble(err), 0, nil
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, answerSize)) // cut short or broken off: the status is there
	outcome, code = judge(p.hook.Format, answer.StatusCode, said)
	return outcome, code, nil
}

// judge is what an answer means.
func judge(f Format, status int, said []byte) (string, int64) {
	code := int64(status)
	switch {
	case status >= 300 && status < 400:
		return "redirect", code
	case status < 200 || status >= 400:
		return "status", code
	}
	if n := f.refusal(said); n != 0 {
		return "robot", n
	}
	return "ok", code
}

// trouble is a word for what kept a message from arriving. It tells nothing of
// what a name stands for inside the network.
func trouble(err error) string {
	_, unproved := errors.AsType[*tls.CertificateVerificationError](err)
	slow, _ := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, errInside):
		return "inside"
	case unproved:
		return "tls"
	case errors.Is(err, context.DeadlineExceeded), slow != nil && slow.Timeout():
		return "timeout"
	}
	return "connect"
}
