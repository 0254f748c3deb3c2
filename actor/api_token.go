package actor

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// An APIToken (个人令牌) lets a program act for a person, within its scopes and
// until it runs out.
type APIToken struct {
	ID      string    `json:"id"`
	Label   string    `json:"label"`  // what its person calls it
	Scopes  []string  `json:"scopes"` // acts ("registry.view") or whole rooms ("registry")
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`

	person     PersonID
	membership string // what the program acts as
}

const (
	apiTokenPrefix = "sb_" // so that a token is recognised where it should not be
	maxAPITokens   = 20
	maxAPILife     = 366 * 24 * time.Hour
)

// closedScopes are the rooms that no token opens: a program that could change
// its own account could make itself more tokens.
var closedScopes = []string{"actor", "token", "journal"}

// Scopes returns the scopes that a token can have: rooms and their acts.
func Scopes() []string {
	var out []string
	for _, p := range table {
		room, _, _ := strings.Cut(string(p.act), ".")
		if slices.Contains(closedScopes, room) {
			continue
		}
		if !slices.Contains(out, room) {
			out = append(out, room)
		}
		out = append(out, string(p.act))
	}
	return out
}

// CreateAPIToken (生成个人令牌) makes a token for the person who is signed in, to
// act as they do now. The second value is the token itself, which nobody can
// show again.
func CreateAPIToken(ctx context.Context, tx *db.Tx, label string, scopes []string, lasts time.Duration) (*APIToken, string, error) {
	person := PersonID(tx.By.Person)
	if err := MayOn(ctx, tx, tx.By, ActCreateAPIToken, On{Person: person}); err != nil {
		return nil, "", err
	}
	label, err := cleanLine("label", label, 1, maxName)
	if err != nil {
		return nil, "", err
	}
	if lasts <= 0 || lasts > maxAPILife {
		return nil, "", fault.New(fault.Invalid, "actor.token_life", int(maxAPILife.Hours()/24)).In("expires")
	}
	if len(scopes) == 0 || slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(Scopes(), s) }) {
		return nil, "", fault.New(fault.Invalid, "actor.token_scopes").In("scopes")
	}
	if err := lockPerson(ctx, tx, person); err != nil {
		return nil, "", err
	}
	have, err := apiTokensOf(ctx, tx, person)
	if err != nil {
		return nil, "", err
	}
	if len(have) >= maxAPITokens {
		return nil, "", fault.New(fault.Refused, "actor.token_many", maxAPITokens)
	}
	t := &APIToken{ID: db.NewID(), Label: label, Scopes: scopes, Created: tx.Now, Expires: tx.Now.Add(lasts), person: person}
	if t.membership, err = actingBy(ctx, tx, tx.By); err != nil {
		return nil, "", err
	}
	token := apiTokenPrefix + secret.NewToken()
	if err := storeAPIToken(ctx, tx, t, secret.Hash(token)); err != nil {
		return nil, "", err
	}
	return t, token, tx.Record(ctx, "token.create", "person:"+string(person), t)
}

// actingBy returns the id of the membership that by names; "" for a person
// without one.
func actingBy(ctx context.Context, r db.Reader, by db.By) (string, error) {
	held, err := membershipsOf(ctx, r, PersonID(by.Person))
	if err != nil {
		return "", err
	}
	for _, m := range held {
		if string(m.Unit) == by.Unit && string(m.Role) == by.Role {
			return m.ID, nil
		}
	}
	return "", nil
}

// APITokens returns the tokens of the person who is signed in, the newest
// first.
func APITokens(ctx context.Context, r db.Reader, by db.By) ([]*APIToken, error) {
	person := PersonID(by.Person)
	if err := MayOn(ctx, r, by, ActViewAPITokens, On{Person: person}); err != nil {
		return nil, err
	}
	return apiTokensOf(ctx, r, person)
}

// RevokeAPIToken (撤销个人令牌) ends a token of the person who is signed in.
func RevokeAPIToken(ctx context.Context, tx *db.Tx, id string) error {
	person := PersonID(tx.By.Person)
	if err := MayOn(ctx, tx, tx.By, ActRevokeAPIToken, On{Person: person}); err != nil {
		return err
	}
	ok, err := revokeAPIToken(ctx, tx, person, id)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Missing, "actor.missing")
	}
	return tx.Record(ctx, "token.revoke", "person:"+string(person), map[string]string{"token": id})
}

// ResumeAPI returns who acts by a personal token, and the context in which
// their request must run: [May] allows in it only what the token covers.
func (g *Gate) ResumeAPI(ctx context.Context, token string) (context.Context, Actor, error) {
	if !strings.HasPrefix(token, apiTokenPrefix) {
		return ctx, Actor{}, fault.New(fault.Missing, "actor.no_token")
	}
	var scopes []string
	a, err := db.View(ctx, g.DB, func(r db.Reader) (Actor, error) {
		t, err := findAPIToken(ctx, r, secret.Hash(token))
		if err != nil {
			return Actor{}, err
		}
		if t == nil {
			return Actor{}, fault.New(fault.Missing, "actor.no_token")
		}
		p, err := FindPerson(ctx, r, t.person)
		if err != nil {
			return Actor{}, fmt.Errorf("the person of token %s: %w", t.ID, err)
		}
		scopes = t.Scopes
		a := Actor{Person: p.ID, PersonName: p.Name, Language: p.Language}
		return a, a.as(ctx, r, t.membership)
	})
	if err != nil {
		return ctx, Actor{}, err
	}
	return limit(ctx, scopes), a, nil
}
