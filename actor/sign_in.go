package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// Credentials are what somebody signs in with.
type Credentials struct {
	Email    string
	Password string
}

// SignIn (登录) begins a session and returns its token. With a second factor the
// session is good for nothing but [Gate.Code] (its Actor Wants a code). The
// answer for a wrong password, an unknown account and a disabled one is the
// same, and takes the same time; too many attempts, or a full queue of people
// signing in, are Late faults that say how long to wait ([RetryAfter]).
func (g *Gate) SignIn(ctx context.Context, c Credentials, from Origin) (string, error) {
	counters := g.signInCounters(c.Email, from)
	if err := g.attempt(ctx, counters); err != nil {
		return "", err
	}
	p, hash, renewed, err := g.check(ctx, c)
	if err != nil {
		return "", err
	}
	if p == nil {
		return "", g.failed(ctx, c, from)
	}
	return db.Update(ctx, g.DB, db.By{Person: string(p.ID), Role: string(Visitor)}, func(tx *db.Tx) (string, error) {
		if renewed != "" {
			if err := rehash(ctx, tx, p.ID, hash, renewed); err != nil {
				return "", err
			}
		}
		if err := succeed(ctx, tx, counters); err != nil {
			return "", err
		}
		factors := 1
		if p.TOTP {
			factors = 0
		}
		token, err := g.open(ctx, tx, p, factors, from)
		if err != nil {
			return "", err
		}
		return token, tx.Record(ctx, "actor.sign_in", "person:"+string(p.ID), map[string]any{"source": from.source(), "code_wanted": p.TOTP})
	})
}

// check returns the person whose password was brought, with its hash and, when
// its parameters are outdated, a new one; nil when it is wrong, or there is no
// such account, or it is disabled.
func (g *Gate) check(ctx context.Context, c Credentials) (p *Person, hash, renewed Hash, err error) {
	p, err = db.View(ctx, g.DB, func(r db.Reader) (*Person, error) {
		p, err := personByEmail(ctx, r, c.Email)
		if err != nil || p == nil {
			return nil, err
		}
		proofs, err := findProofs(ctx, r, p.ID)
		if err == nil {
			hash = proofs.password
		}
		return p, err
	})
	if err != nil {
		return nil, "", "", err
	}
	ok, renewed, err := g.verify(ctx, c.Password[:min(len(c.Password), maxPassword)], hash)
	if err != nil || !ok || p.Disabled {
		return nil, "", "", err
	}
	return p, hash, renewed, nil
}

// failed leaves a line about a failed attempt and is the one answer to it.
func (g *Gate) failed(ctx context.Context, c Credentials, from Origin) error {
	_, err := db.Update(ctx, g.DB, db.Visitor, func(tx *db.Tx) (int, error) {
		// The account by its keyed hash: what was typed may be a password in the wrong field.
		return 0, tx.Record(ctx, "actor.sign_in_failed", "account:"+g.Keys.Digest("account", emailKey(c.Email)), map[string]string{"source": from.source()})
	})
	if err != nil {
		return err
	}
	return fault.New(fault.Refused, "actor.wrong")
}

// Prove (再次验证) is a person bringing their password again, before an act that
// asks for a fresh proof. It returns the session's new token.
func (g *Gate) Prove(ctx context.Context, token, password string, from Origin) (string, error) {
	s, err := db.View(ctx, g.DB, func(r db.Reader) (*session, error) { return g.signedIn(ctx, r, token) })
	if err != nil {
		return "", err
	}
	if err := g.knows(ctx, &s.person, password, from); err != nil {
		return "", err
	}
	return inSession(ctx, g, token, g.signedIn, func(tx *db.Tx, s *session) (string, error) {
		s.proved = tx.Now
		fresh, err := renew(ctx, tx, s, token)
		if err != nil {
			return "", err
		}
		return fresh, tx.Record(ctx, "actor.prove", "person:"+string(s.person.ID), map[string]string{"session": s.ID})
	})
}

// knows checks that somebody who is signed in knows their password. It counts
// as signing in does, so that a stolen session is no way to guess it.
func (g *Gate) knows(ctx context.Context, p *Person, password string, from Origin) error {
	c := Credentials{Email: p.Email, Password: password}
	counters := g.signInCounters(p.Email, from)
	if err := g.attempt(ctx, counters); err != nil {
		return err
	}
	found, _, _, err := g.check(ctx, c)
	if err != nil {
		return err
	}
	if found == nil || !secret.Equal(string(found.ID), string(p.ID)) {
		return g.failed(ctx, c, from)
	}
	_, err = db.Keep(ctx, g.DB, func(tx *db.Tx) (int, error) { return 0, succeed(ctx, tx, counters) })
	return err
}
