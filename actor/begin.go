package actor

import (
	"context"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// firstFor is how long the token of the first administrator is good for. A
// restart makes another one.
const firstFor = 24 * time.Hour

// FirstToken returns a new one-time token for [Gate.Begin] while the
// installation has no account, to be printed where it was started; "" once it
// has one. An earlier token is void.
func (g *Gate) FirstToken(ctx context.Context) (string, error) {
	return db.Update(ctx, g.DB, db.System, func(tx *db.Tx) (string, error) {
		begun, err := anyPerson(ctx, tx)
		if err != nil || begun {
			return "", err
		}
		if err := voidOneTimes(ctx, tx, purposeFirst, ""); err != nil {
			return "", err
		}
		token := secret.NewToken()
		o := &oneTime{purpose: purposeFirst, expires: tx.Now.Add(firstFor)}
		if err := storeOneTime(ctx, tx, secret.Hash(token), o); err != nil {
			return "", err
		}
		return token, tx.Record(ctx, "actor.first_token", "person:", nil)
	})
}

// Begin (首次设置) opens the first account, that of the system administrator, for
// whoever brings the token of [Gate.FirstToken].
func (g *Gate) Begin(ctx context.Context, token string, n NewPerson, password string) (*Person, error) {
	n, err := n.clean()
	if err != nil {
		return nil, err
	}
	hash, err := g.hashFor(ctx, token, purposeFirst, password, n.Name, n.Email)
	if err != nil {
		return nil, err
	}
	return db.Update(ctx, g.DB, db.System, func(tx *db.Tx) (*Person, error) {
		if _, err := useOneTime(ctx, tx, secret.Hash(token), purposeFirst); err != nil {
			return nil, err
		}
		// Two nodes may have printed a token each: who uses one voids the other.
		if err := voidOneTimes(ctx, tx, purposeFirst, ""); err != nil {
			return nil, err
		}
		if begun, err := anyPerson(ctx, tx); err != nil || begun {
			if err == nil {
				err = errOver
			}
			return nil, err
		}
		p, err := g.AddPerson(ctx, tx, n, hash)
		if err != nil {
			return nil, err
		}
		return p, g.admit(ctx, tx, p, Offer{Role: SysAdmin})
	})
}

// hashFor hashes a password for somebody who brings a one-time token, after a
// look at the token: nobody without one costs us a hash.
func (g *Gate) hashFor(ctx context.Context, token, purpose, password string, words ...string) (Hash, error) {
	_, err := db.View(ctx, g.DB, func(r db.Reader) (*oneTime, error) { return findOneTime(ctx, r, secret.Hash(token), purpose) })
	if err != nil {
		return "", err
	}
	return g.HashPassword(ctx, password, words...)
}

// admit gives a person the role of an offer that was checked when it was made.
func (g *Gate) admit(ctx context.Context, tx *db.Tx, p *Person, o Offer) error {
	m := &Membership{Person: p.ID, Unit: o.Unit, Role: o.Role, Scope: o.Scope, Until: o.Until}
	if err := addMembership(ctx, tx, m); err != nil {
		return err
	}
	return tx.Record(ctx, "actor.grant", "person:"+string(p.ID), m)
}

// AddPerson opens an account without an invitation: for the program itself, as
// in a demonstration. The hash is made before the transaction begins.
func (g *Gate) AddPerson(ctx context.Context, tx *db.Tx, n NewPerson, hash Hash) (*Person, error) {
	if err := May(ctx, tx, tx.By, ActAddPerson, ""); err != nil {
		return nil, err
	}
	return g.addPerson(ctx, tx, n, hash)
}

// addPerson opens an account for somebody who may have one.
func (g *Gate) addPerson(ctx context.Context, tx *db.Tx, n NewPerson, hash Hash) (*Person, error) {
	n, err := n.clean()
	if err != nil {
		return nil, err
	}
	if hash == "" {
		return nil, fault.New(fault.Invalid, "actor.password_length", g.Settings.Policy.Least, g.Settings.Policy.Most, 0).In("password")
	}
	p := &Person{ID: PersonID(db.NewID()), Name: n.Name, Email: n.Email, Language: n.Language, Created: tx.Now}
	if p.Phone, err = g.Keys.Seal("people.phone:"+string(p.ID), n.Phone); err != nil {
		return nil, err
	}
	if err := storePerson(ctx, tx, p, hash); err != nil {
		return nil, err
	}
	return p, tx.Record(ctx, "actor.add_person", "person:"+string(p.ID), nil)
}
