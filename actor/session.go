package actor

import (
	"context"
	"slices"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// A Session (会话) is one browser in which a person is signed in, as they see it.
type Session struct {
	ID      string    `json:"id"`
	Created time.Time `json:"created"`
	Seen    time.Time `json:"seen"`
	Source  string    `json:"source"` // network address
	Agent   string    `json:"agent"`  // what the browser says of itself
}

// touchEvery is how exact the instant of the last request is kept: a session is
// not written at every request.
const touchEvery = time.Minute

// codeWait is how long a session waits for the code of the second factor.
const codeWait = 10 * time.Minute

// Resume returns who holds the session token of a request: a zero Actor and a
// Missing fault when there is no such session, a Late fault when it has run
// out. It is asked at every request, so that a role that was taken away and an
// account that was disabled are gone at once.
func (g *Gate) Resume(ctx context.Context, token string) (Actor, error) {
	var stale bool
	a, err := db.View(ctx, g.DB, func(r db.Reader) (Actor, error) {
		s, a, err := g.resume(ctx, r, token)
		stale = err == nil && r.At().Sub(s.Seen) >= touchEvery
		return a, err
	})
	if err != nil || !stale {
		return a, err
	}
	_, err = db.Keep(ctx, g.DB, func(tx *db.Tx) (int, error) { return 0, touchSession(ctx, tx, a.Session) })
	return a, err
}

// resume finds the session of a token and who acts in it.
func (g *Gate) resume(ctx context.Context, r db.Reader, token string) (*session, Actor, error) {
	s, err := findSession(ctx, r, secret.Hash(token))
	if err != nil {
		return nil, Actor{}, err
	}
	if s == nil || s.person.Disabled {
		return nil, Actor{}, fault.New(fault.Missing, "actor.no_session")
	}
	a := Actor{Session: s.ID, Language: s.person.Language, Proved: s.proved}
	idle, old := g.Settings.Idle, g.Settings.Policy.OlderThan
	if s.factors == 0 {
		a.Role, a.Wants, idle = Visitor, WantsCode, codeWait
	} else {
		a.Person, a.PersonName = s.person.ID, s.person.Name
		if err := a.as(ctx, r, s.membership); err != nil {
			return nil, Actor{}, err
		}
	}
	if a.Role.staff() {
		idle = g.Settings.StaffIdle
	}
	now := r.At()
	switch {
	case !now.Before(s.ends) || now.Sub(s.Seen) >= idle:
		return nil, Actor{}, fault.New(fault.Late, "actor.session_over")
	case a.Wants != "":
	case old > 0 && now.Sub(s.passwordAt) >= old:
		a.Wants = WantsPassword
	case s.factors < 2 && slices.Contains(g.Settings.TwoFactor, a.Role):
		a.Wants = WantsFactor
	}
	return s, a, nil
}

// signedIn is resume for acts about the own account: somebody who still owes a
// code is nobody.
func (g *Gate) signedIn(ctx context.Context, r db.Reader, token string) (*session, error) {
	s, a, err := g.resume(ctx, r, token)
	if err != nil {
		return nil, err
	}
	if a.Wants == WantsCode {
		return nil, fault.New(fault.Refused, "actor.code_first")
	}
	return s, nil
}

// proven is signedIn for acts that ask for a fresh proof.
func (g *Gate) proven(ctx context.Context, r db.Reader, token string) (*session, error) {
	s, err := g.signedIn(ctx, r, token)
	if err == nil && !fresh(s.proved, r.At()) {
		return nil, fault.New(fault.Refused, "actor.prove_first")
	}
	return s, err
}

// open begins a session and returns its token. The membership is that of the
// person's last session, or their oldest one.
func (g *Gate) open(ctx context.Context, tx *db.Tx, p *Person, factors int, from Origin) (string, error) {
	earlier, err := sessionsOf(ctx, tx, p.ID)
	if err != nil {
		return "", err
	}
	held, err := membershipsOf(ctx, tx, p.ID)
	if err != nil {
		return "", err
	}
	s := &session{ID: db.NewID(), person: *p, factors: factors, Created: tx.Now, proved: tx.Now, Seen: tx.Now,
		ends: tx.Now.Add(g.Settings.Longest), Source: from.source(), Agent: cut(from.Agent, 200)}
	for _, m := range held {
		if s.membership == "" || len(earlier) > 0 && m.ID == earlier[0].membership {
			s.membership = m.ID
		}
	}
	token := secret.NewToken()
	if err := storeSession(ctx, tx, s, secret.Hash(token)); err != nil {
		return "", err
	}
	return token, keepSessions(ctx, tx, p.ID, g.Settings.Sessions)
}

// renew gives a session another token after its holder gained something, so
// that a token that was seen before is worth nothing now.
func renew(ctx context.Context, tx *db.Tx, s *session, before string) (string, error) {
	token := secret.NewToken()
	ok, err := renewSession(ctx, tx, s, secret.Hash(before), secret.Hash(token))
	if err == nil && !ok {
		return "", fault.New(fault.Missing, "actor.no_session")
	}
	return token, err
}

// SwitchTo (切换身份) makes the session act by another membership of its person
// and returns the session's new token.
func (g *Gate) SwitchTo(ctx context.Context, token, membership string) (string, error) {
	return inSession(ctx, g, token, g.signedIn, func(tx *db.Tx, s *session) (string, error) {
		m, err := findMembership(ctx, tx, membership)
		if err != nil {
			return "", err
		}
		if m.Person != s.person.ID {
			return "", fault.New(fault.Missing, "actor.missing")
		}
		s.membership = m.ID
		fresh, err := renew(ctx, tx, s, token)
		if err != nil {
			return "", err
		}
		return fresh, tx.Record(ctx, "actor.switch", "person:"+string(s.person.ID), m)
	})
}

// SignOut (退出) ends the session of a token. A token without a session is
// signed out already.
func (g *Gate) SignOut(ctx context.Context, token string) error {
	s, err := db.View(ctx, g.DB, func(r db.Reader) (*session, error) { return findSession(ctx, r, secret.Hash(token)) })
	if err != nil || s == nil {
		return err
	}
	_, err = db.Update(ctx, g.DB, db.By{Person: string(s.person.ID), Role: string(Visitor)}, func(tx *db.Tx) (int, error) {
		if _, err := endSession(ctx, tx, s.person.ID, s.ID); err != nil {
			return 0, err
		}
		return 0, tx.Record(ctx, "actor.sign_out", "person:"+string(s.person.ID), map[string]string{"session": s.ID})
	})
	return err
}

// Sessions returns a person's sessions, the newest first.
func (g *Gate) Sessions(ctx context.Context, r db.Reader, by db.By, person PersonID) ([]Session, error) {
	if err := mayTo(ctx, r, by, ActEndSessions, person); err != nil {
		return nil, err
	}
	found, err := sessionsOf(ctx, r, person)
	var out []Session
	for _, s := range found {
		if r.At().Sub(s.Seen) < g.Settings.Idle {
			out = append(out, Session{ID: s.ID, Created: s.Created, Seen: s.Seen, Source: s.Source, Agent: s.Agent})
		}
	}
	return out, err
}

// EndSessions (结束会话) ends one session of a person, or for "" all but except.
func EndSessions(ctx context.Context, tx *db.Tx, person PersonID, id, except string) error {
	if err := mayTo(ctx, tx, tx.By, ActEndSessions, person); err != nil {
		return err
	}
	if id == "" {
		if _, err := endSessions(ctx, tx, person, except); err != nil {
			return err
		}
	} else if ok, err := endSession(ctx, tx, person, id); err != nil || !ok {
		if err == nil {
			err = fault.New(fault.Missing, "actor.missing")
		}
		return err
	}
	return tx.Record(ctx, "actor.end_sessions", "person:"+string(person), map[string]string{"session": id})
}

// inSession runs an act about the account of a session, in its person's name.
// Find is signedIn or proven.
func inSession[T any](ctx context.Context, g *Gate, token string, find func(context.Context, db.Reader, string) (*session, error), act func(*db.Tx, *session) (T, error)) (T, error) {
	var none T
	s, err := db.View(ctx, g.DB, func(r db.Reader) (*session, error) { return find(ctx, r, token) })
	if err != nil {
		return none, err
	}
	return db.Update(ctx, g.DB, db.By{Person: string(s.person.ID), Role: string(Visitor)}, func(tx *db.Tx) (T, error) {
		s, err := find(ctx, tx, token) // again: it may have ended meanwhile
		if err != nil {
			return none, err
		}
		if err := MayOn(ctx, tx, tx.By, ActEditAccount, On{Person: s.person.ID}); err != nil {
			return none, err
		}
		return act(tx, s)
	})
}

func isMissing(err error) bool { return err != nil && fault.Of(err).Kind == fault.Missing }
