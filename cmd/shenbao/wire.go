package main

import (
	"context"
	"crypto/sha256"
	"log/slog"
	netmail "net/mail"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/hook"
	"shenbao/internal/intake"
	"shenbao/internal/job"
	"shenbao/internal/journal"
	"shenbao/internal/mail"
	"shenbao/recommend"
	"shenbao/registry"
	"shenbao/web"
)

// A platform is everything that runs, wired together: who starts whom.
type platform struct {
	*store
	gate   *actor.Gate
	runner *job.Runner
	guard  *hook.Guard // of webhooks
	site   *web.Server
	log    *slog.Logger
	meters *meters
}

// The background work, by kind.
const (
	sendLetter    job.Kind[actor.Letter] = "actor.letter"
	sweepActors   job.Kind[struct{}]     = "actor.sweep"
	forgetKept    job.Kind[struct{}]     = "call.forget"
	forgetUploads job.Kind[struct{}]     = "apply.forget_uploads"
	remindDue     job.Kind[struct{}]     = "apply.remind"
	writeLooks    job.Kind[struct{}]     = "registry.write_looks"
)

// wire builds a platform over opened data.
func (f *serveFlags) wire(a *app, s *store, log *slog.Logger) (*platform, error) {
	p := &platform{store: s, log: log, meters: newMeters(s.db)}
	p.gate = actor.NewGate(s.db, s.keys, f.rules())
	p.runner = job.New(s.db, job.Settings{Workers: f.Workers, Grace: stopJobs, Log: log, Observe: p.meters.job})
	p.guard = f.guard()
	if err := p.wirePost(f); err != nil {
		return nil, err
	}

	library, err := (&programmeCmd{Programmes: f.Programmes}).open()
	if err != nil {
		return nil, err
	}
	form := sha256.Sum256([]byte(s.keys.Digest("web.form", "v1"))) // the same on every node
	scanner, err := f.scanner()
	if err != nil {
		return nil, err
	}
	p.site, err = web.New(web.Options{
		DB: s.db, Gate: p.gate, Blobs: s.blobs, Library: library,
		Key: form[:], Sign: p.key, Scanner: scanner, Base: f.base(), Secure: strings.HasPrefix(f.base(), "https:"), Proxies: f.TrustedProxy,
		Demo: f.demo, Log: log, Observe: p.observe, Hooks: p.guard, Digest: letterOfTheDay,
		Even: 10 * time.Millisecond, // several times what a look-up takes
	})
	if err != nil {
		return nil, err
	}
	p.wireJobs()
	return p, nil
}

// scanner is the virus scanner that a setting names, nil for none.
func (f *serveFlags) scanner() (intake.Scanner, error) {
	if f.Clamd == "" {
		return nil, nil
	}
	s, err := intake.Clamd(f.Clamd)
	if err != nil {
		return nil, fault.Of(err).In("--clamd")
	}
	return s, nil
}

// wirePost lets the gate put its letters in the post, and the post take them
// away.
func (p *platform) wirePost(f *serveFlags) error {
	from, err := netmail.ParseAddress(f.MailFrom)
	if err != nil {
		return fault.New(fault.Invalid, "serve.mail_from").In("--mail-from").Because(err)
	}
	var post mail.Sender
	if f.Mail == "" {
		post, err = mail.NewFolder(f.path(mailFolder), from)
	} else {
		post, err = mail.NewSMTP(f.Mail, from)
	}
	if err != nil {
		return err
	}
	p.gate.Send = func(ctx context.Context, tx *db.Tx, l actor.Letter) error {
		return job.Enqueue(ctx, tx, sendLetter, l, job.Options{})
	}
	mail.Handle(p.runner, sendLetter, post, func(_ context.Context, l actor.Letter) (mail.Letter, error) {
		link, err := linkOf(p.gate, l, f.base())
		if err != nil {
			return mail.Letter{}, job.Permanent(err)
		}
		return mail.Letter{To: l.To, Subject: l.Subject(), Body: l.Body(f.base()+"/", link)}, nil
	})
	p.wireNotices(f.base(), post)
	return nil
}

// addressOf is where a person is told things: nowhere when the account is
// disabled or gone.
func addressOf(ctx context.Context, r db.Reader, person string) (address, language string, err error) {
	p, err := actor.FindPerson(ctx, r, actor.PersonID(person))
	if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
		return "", "", nil
	}
	if err != nil || p.Disabled {
		return "", "", err
	}
	return p.Email, p.Language, nil
}

// linkOf is the address of the page that takes a letter's token.
func linkOf(g *actor.Gate, l actor.Letter, base string) (string, error) {
	if l.Token == "" {
		return "", nil
	}
	token, err := g.Token(l)
	return base + "/" + l.Purpose + "/" + token, err
}

// wireJobs says what is done in the background, and when.
func (p *platform) wireJobs() {
	(&journal.Sealer{DB: p.db, Key: p.key}).Handle(p.runner)
	job.Every(p.runner, 10*time.Minute, journal.SealJob, struct{}{})

	job.Handle(p.runner, sweepActors, func(ctx context.Context, _ *job.Work, _ struct{}) error { return p.gate.Sweep(ctx) })
	job.Every(p.runner, time.Hour, sweepActors, struct{}{})

	// What was submitted goes to the authorities; what was taken back leaves them.
	office := &recommend.Office{Office: p.site.Office()}
	job.Handle(p.runner, apply.Moved, func(ctx context.Context, w *job.Work, id apply.ID) error {
		return w.Keep(ctx, func(tx *db.Tx) error { return recommend.Arrive(ctx, tx, office, id) })
	})

	job.Handle(p.runner, remindDue, func(ctx context.Context, w *job.Work, _ struct{}) error {
		return w.Keep(ctx, func(tx *db.Tx) error {
			_, err := apply.Remind(ctx, tx)
			return err
		})
	})
	job.Every(p.runner, 10*time.Minute, remindDue, struct{}{})

	job.Handle(p.runner, writeLooks, func(ctx context.Context, w *job.Work, _ struct{}) error {
		return w.Keep(ctx, func(tx *db.Tx) error { return registry.WriteLooks(ctx, tx) })
	})
	job.Every(p.runner, 10*time.Minute, writeLooks, struct{}{})

	job.Handle(p.runner, forgetKept, func(ctx context.Context, w *job.Work, _ struct{}) error {
		return w.Keep(ctx, func(tx *db.Tx) error {
			_, err := call.Forget(ctx, tx)
			return err
		})
	})
	job.Every(p.runner, 24*time.Hour, forgetKept, struct{}{})

	job.Handle(p.runner, forgetUploads, func(ctx context.Context, _ *job.Work, _ struct{}) error {
		return apply.ForgetUploads(ctx, p.db, p.blobs)
	})
	job.Every(p.runner, time.Hour, forgetUploads, struct{}{})
}
