package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/secret"
)

// AskReset (忘记口令) writes a letter with a token for [Gate.ResetPassword] to an
// account's address. Whoever asks does not learn whether there is one.
func (g *Gate) AskReset(ctx context.Context, email string, from Origin) error {
	return g.ask(ctx, email, from, resetFor, func(_ string, p *Person) (Letter, *oneTime) {
		if p == nil || p.Disabled {
			return Letter{Purpose: purposeReset}, &oneTime{purpose: purposeReset}
		}
		return Letter{To: p.Email, Language: p.Language, Purpose: purposeReset}, &oneTime{purpose: purposeReset, person: p.ID}
	})
}

// ResetPassword (重设口令) sets a new password for whoever brings the token of a
// letter, and ends all sessions and personal tokens of the account. The second
// factor stays.
func (g *Gate) ResetPassword(ctx context.Context, token, password string) error {
	id, words, err := g.resetting(ctx, token)
	if err != nil {
		return err
	}
	hash, err := g.HashPassword(ctx, password, words...)
	if err != nil {
		return err
	}
	_, err = db.Update(ctx, g.DB, db.By{Person: string(id), Role: string(Visitor)}, func(tx *db.Tx) (int, error) {
		if _, err := useOneTime(ctx, tx, secret.Hash(token), purposeReset); err != nil {
			return 0, err
		}
		p, err := FindPerson(ctx, tx, id)
		if err != nil {
			return 0, err
		}
		if p.Disabled {
			return 0, errOver
		}
		if err := setPassword(ctx, tx, p.ID, hash); err != nil {
			return 0, err
		}
		if err := voidOneTimes(ctx, tx, purposeReset, p.ID); err != nil {
			return 0, err
		}
		if err := lockOut(ctx, tx, p.ID); err != nil {
			return 0, err
		}
		if err := g.notify(ctx, tx, p, "actor.reset_password"); err != nil {
			return 0, err
		}
		return 0, tx.Record(ctx, "actor.reset_password", "person:"+string(p.ID), nil)
	})
	return err
}

// resetting returns whose password the token resets, and the words that the
// new one must not hold.
func (g *Gate) resetting(ctx context.Context, token string) (id PersonID, words []string, err error) {
	_, err = db.View(ctx, g.DB, func(r db.Reader) (int, error) {
		o, err := findOneTime(ctx, r, secret.Hash(token), purposeReset)
		if err != nil {
			return 0, err
		}
		id = o.person
		words, err = wordsOf(ctx, r, id)
		if isMissing(err) {
			return 0, errOver // it was made for nobody
		}
		return 0, err
	})
	return id, words, err
}

// wordsOf returns the words that a person's password must not hold: their
// names and those of their units.
func wordsOf(ctx context.Context, r db.Reader, id PersonID) ([]string, error) {
	p, err := FindPerson(ctx, r, id)
	if err != nil {
		return nil, err
	}
	held, err := membershipsOf(ctx, r, id)
	words := []string{p.Name, p.Email}
	for _, m := range held {
		words = append(words, m.UnitName)
	}
	return words, err
}

// lockOut ends whatever is open in a person's name.
func lockOut(ctx context.Context, tx *db.Tx, person PersonID) error {
	if _, err := endSessions(ctx, tx, person, ""); err != nil {
		return err
	}
	return revokeAPITokens(ctx, tx, person)
}
