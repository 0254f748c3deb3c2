package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// EditPerson (修改个人资料) changes the name, telephone number and language of the
// person who is signed in; the e-mail address is changed by
// [Gate.ChangeEmail].
func (g *Gate) EditPerson(ctx context.Context, tx *db.Tx, n NewPerson) (*Person, error) {
	id := PersonID(tx.By.Person)
	if err := MayOn(ctx, tx, tx.By, ActEditAccount, On{Person: id}); err != nil {
		return nil, err
	}
	p, err := FindPerson(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	n.Email = p.Email
	if n, err = n.clean(); err != nil {
		return nil, err
	}
	p.Name, p.Language = n.Name, n.Language
	if p.Phone, err = g.Keys.Seal("people.phone:"+string(p.ID), n.Phone); err != nil {
		return nil, err
	}
	if err := savePerson(ctx, tx, p); err != nil {
		return nil, err
	}
	return p, tx.Record(ctx, "actor.edit_person", "person:"+string(p.ID), nil)
}

// ChangePassword (修改口令) sets a new password for the person of a session who
// knows the current one. It ends their other sessions and personal tokens and
// returns this session's new token.
func (g *Gate) ChangePassword(ctx context.Context, token, current, password string, from Origin) (string, error) {
	var words []string
	s, err := db.View(ctx, g.DB, func(r db.Reader) (*session, error) {
		s, err := g.signedIn(ctx, r, token)
		if err == nil {
			words, err = wordsOf(ctx, r, s.person.ID)
		}
		return s, err
	})
	if err != nil {
		return "", err
	}
	if err := g.knows(ctx, &s.person, current, from); err != nil {
		return "", err
	}
	if secret.Equal(current, password) {
		return "", fault.New(fault.Invalid, "actor.password_same").In("password")
	}
	hash, err := g.HashPassword(ctx, password, words...)
	if err != nil {
		return "", err
	}
	return inSession(ctx, g, token, g.signedIn, func(tx *db.Tx, s *session) (string, error) {
		if err := setPassword(ctx, tx, s.person.ID, hash); err != nil {
			return "", err
		}
		if err := revokeAPITokens(ctx, tx, s.person.ID); err != nil {
			return "", err
		}
		s.proved = tx.Now
		return g.proofsChanged(ctx, tx, s, token, "actor.change_password")
	})
}

// ChangeEmail (更换邮箱) writes a letter with a token for [Gate.ConfirmEmail] to a
// new address, and a notice to the old one. The session must have been proven
// a moment ago.
func (g *Gate) ChangeEmail(ctx context.Context, token, email string, from Origin) error {
	email, err := cleanEmail(email)
	if err != nil {
		return err
	}
	if err := g.attempt(ctx, g.letterCounters(email, from)); err != nil {
		return err
	}
	_, err = inSession(ctx, g, token, g.proven, func(tx *db.Tx, s *session) (int, error) {
		p := &s.person
		if err := voidOneTimes(ctx, tx, purposeEmail, p.ID); err != nil {
			return 0, err
		}
		o := &oneTime{purpose: purposeEmail, person: p.ID, email: email, expires: tx.Now.Add(letterFor)}
		if err := g.post(ctx, tx, Letter{To: email, Language: p.Language, Purpose: purposeEmail}, o); err != nil {
			return 0, err
		}
		if err := g.notify(ctx, tx, p, "actor.change_email"); err != nil {
			return 0, err
		}
		return 0, tx.Record(ctx, "actor.change_email", "person:"+string(p.ID), nil)
	})
	return err
}

// ConfirmEmail makes a new e-mail address count, for whoever brings the token
// that was sent to it.
func (g *Gate) ConfirmEmail(ctx context.Context, token string) error {
	_, err := db.Update(ctx, g.DB, db.Visitor, func(tx *db.Tx) (int, error) {
		o, err := useOneTime(ctx, tx, secret.Hash(token), purposeEmail)
		if err != nil {
			return 0, err
		}
		if err := setEmail(ctx, tx, o.person, o.email); err != nil {
			return 0, err
		}
		return 0, tx.Record(ctx, "actor.confirm_email", "person:"+string(o.person), nil)
	})
	return err
}
