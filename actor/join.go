package actor

import (
	"context"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// How long the letters are good for.
const (
	joinFor   = 7 * 24 * time.Hour
	resetFor  = 30 * time.Minute
	letterFor = 24 * time.Hour // confirm an address
)

// AskToJoin (申请账号) writes a letter with a token for [Gate.Join] to an e-mail
// address, or one that says that there is an account already. Whoever asks
// learns nothing of that.
func (g *Gate) AskToJoin(ctx context.Context, email, language string, from Origin) error {
	language, err := cleanLanguage(language)
	if err != nil {
		return err
	}
	return g.ask(ctx, email, from, joinFor, func(email string, p *Person) (Letter, *oneTime) {
		if p != nil {
			return Letter{To: p.Email, Language: p.Language, Purpose: noticeKnown}, &oneTime{purpose: noticeKnown}
		}
		return Letter{To: email, Language: language, Purpose: purposeJoin}, &oneTime{purpose: purposeJoin, email: email}
	})
}

// ask does the work behind every page that takes an e-mail address of anybody:
// the same steps whether there is an account or not. Answer says what is
// written, and what the token in it is for; a token that nothing takes keeps
// the steps equal.
func (g *Gate) ask(ctx context.Context, email string, from Origin, lasts time.Duration, answer func(email string, p *Person) (Letter, *oneTime)) error {
	email, err := cleanEmail(email)
	if err != nil {
		return err
	}
	if err := g.attempt(ctx, g.letterCounters(email, from)); err != nil {
		return err
	}
	_, err = db.Update(ctx, g.DB, db.Visitor, func(tx *db.Tx) (int, error) {
		p, err := personByEmail(ctx, tx, email)
		if err != nil {
			return 0, err
		}
		letter, o := answer(email, p)
		o.expires = tx.Now.Add(lasts)
		if err := g.post(ctx, tx, letter, o); err != nil {
			return 0, err
		}
		return 0, tx.Record(ctx, "actor.ask", "account:"+g.Keys.Digest("account", emailKey(email)), map[string]string{"purpose": letter.Purpose, "source": from.source()})
	})
	return err
}

// post stores a one-time token and sends the letter that it stands in. A letter
// whose purpose takes no token goes without it.
func (g *Gate) post(ctx context.Context, tx *db.Tx, l Letter, o *oneTime) error {
	token := secret.NewToken()
	if err := storeOneTime(ctx, tx, secret.Hash(token), o); err != nil {
		return err
	}
	sealed, err := g.Keys.Seal("letter", token)
	if err != nil {
		return err
	}
	if l.Purpose != noticeKnown {
		l.Token = sealed
	}
	return g.Send(ctx, tx, l)
}

// An Invitation is an offer to somebody by e-mail.
type Invitation struct {
	Offer
	Email    string `json:"email"`
	Language string `json:"language"`
}

// Invite (邀请) offers somebody a role: their letter holds a token for
// [Gate.Join], or for [Gate.Accept] when they have an account. Who may give the
// role may invite to it; the answer does not tell whether the account exists.
func (g *Gate) Invite(ctx context.Context, tx *db.Tx, v Invitation) error {
	if err := mayGrant(ctx, tx, v.Offer); err != nil {
		return err
	}
	err := checkOffer(ctx, tx, v.Offer)
	if err != nil {
		return err
	}
	if v.Email, err = cleanEmail(v.Email); err != nil {
		return err
	}
	if v.Language, err = cleanLanguage(v.Language); err != nil {
		return err
	}
	known, err := personByEmail(ctx, tx, v.Email)
	if err != nil {
		return err
	}
	if known != nil && string(known.ID) == tx.By.Person {
		return fault.New(fault.Refused, "actor.own_grant")
	}
	if n, err := count(ctx, tx, "invite:"+tx.By.Person, tx.Now.Truncate(24*time.Hour)); err != nil || n > maxInvitations {
		if err == nil {
			err = fault.New(fault.Late, "actor.invitations", maxInvitations)
		}
		return err
	}
	o := &oneTime{purpose: purposeJoin, email: v.Email, offer: v.Offer, madeBy: PersonID(tx.By.Person), expires: tx.Now.Add(joinFor)}
	if err := g.post(ctx, tx, Letter{To: v.Email, Language: v.Language, Purpose: purposeJoin}, o); err != nil {
		return err
	}
	return tx.Record(ctx, "actor.invite", "unit:"+string(v.Unit), map[string]any{"role": v.Role, "scope": v.Scope, "account": g.Keys.Digest("account", emailKey(v.Email))})
}

// maxInvitations is how many letters one person sends in a day.
const maxInvitations = 200

// Invited returns what the token of a letter is about: the address it was sent
// to, and the role it offers, if any.
func Invited(ctx context.Context, r db.Reader, token string) (email string, o Offer, err error) {
	found, err := findOneTime(ctx, r, secret.Hash(token), purposeJoin)
	if err != nil {
		return "", Offer{}, err
	}
	return found.email, found.offer, nil
}

// Join (开通账号) opens the account of whoever brings the token of a letter, and
// gives them the role it offers. The address is that of the letter.
func (g *Gate) Join(ctx context.Context, token string, n NewPerson, password string) (*Person, error) {
	words, err := g.invited(ctx, token, &n)
	if err != nil {
		return nil, err
	}
	if n, err = n.clean(); err != nil {
		return nil, err
	}
	hash, err := g.HashPassword(ctx, password, append(words, n.Name, n.Email)...)
	if err != nil {
		return nil, err
	}
	return db.Update(ctx, g.DB, db.Visitor, func(tx *db.Tx) (*Person, error) {
		o, err := useOneTime(ctx, tx, secret.Hash(token), purposeJoin)
		if err != nil {
			return nil, err
		}
		p, err := g.addPerson(ctx, tx, n, hash)
		if err != nil {
			return nil, err
		}
		return p, g.redeem(ctx, tx, p, o)
	})
}

// invited puts the address that a letter was sent to into n, and returns the
// name of the unit that it invites to as a word that the password must not
// hold.
func (g *Gate) invited(ctx context.Context, token string, n *NewPerson) ([]string, error) {
	return db.View(ctx, g.DB, func(r db.Reader) ([]string, error) {
		email, o, err := Invited(ctx, r, token)
		n.Email = email
		if err != nil || o.Unit == "" {
			return nil, err
		}
		u, err := FindUnit(ctx, r, o.Unit)
		if err != nil {
			return nil, err
		}
		return []string{u.Name}, nil
	})
}

// Accept (接受邀请) gives the role that a letter offers to the person who is
// signed in and whose address it was sent to.
func (g *Gate) Accept(ctx context.Context, tx *db.Tx, token string) error {
	if tx.By.Person == "" {
		return fault.New(fault.Refused, "actor.sign_in_first")
	}
	o, err := useOneTime(ctx, tx, secret.Hash(token), purposeJoin)
	if err != nil {
		return err
	}
	p, err := FindPerson(ctx, tx, PersonID(tx.By.Person))
	if err != nil {
		return err
	}
	if emailKey(p.Email) != emailKey(o.email) {
		return fault.New(fault.Refused, "actor.other_address")
	}
	if o.offer.Role == "" {
		return fault.New(fault.Conflict, "actor.email_taken")
	}
	return g.redeem(ctx, tx, p, o)
}

// redeem gives the role that a letter offered, if whoever wrote it may still
// give it.
func (g *Gate) redeem(ctx context.Context, tx *db.Tx, p *Person, o *oneTime) error {
	if o.offer.Role == "" {
		return nil
	}
	if still, err := stillGrants(ctx, tx, o); err != nil || !still {
		if err == nil {
			err = errOver
		}
		return err
	}
	return g.admit(ctx, tx, p, o.offer)
}

// stillGrants reports whether somebody who invited can give that role now: an
// administrator who was dismissed leaves no open doors.
func stillGrants(ctx context.Context, tx *db.Tx, o *oneTime) (bool, error) {
	if o.madeBy == "" {
		return true, nil
	}
	held, err := membershipsOf(ctx, tx, o.madeBy)
	if err != nil {
		return false, err
	}
	for _, m := range held {
		by := db.By{Person: string(m.Person), Unit: string(m.Unit), Role: string(m.Role)}
		if May(ctx, tx, by, GrantOf(o.offer.Role), o.offer.Unit) == nil {
			return true, nil
		}
	}
	return false, nil
}
