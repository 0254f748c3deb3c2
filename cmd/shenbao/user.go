package main

import (
	"context"
	"fmt"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// userCmd is the group "shenbao user": the operator's way in. Whoever can run
// it on the data could read and write them anyway; what it does stands in the
// journal as done by the system. It sets no password: it prints the link with
// which the person sets their own.
type userCmd struct {
	dataFlags `embed:""`
	URL       string `setting:"" name:"url" placeholder:"URL" help:"cli.flag.url"`

	Add     userAddCmd     `cmd:"" help:"cli.user_add"`
	Grant   userGrantCmd   `cmd:"" help:"cli.user_grant"`
	Reset   userResetCmd   `cmd:"" help:"cli.user_reset"`
	Disable userDisableCmd `cmd:"" help:"cli.user_disable"`
}

// Help names the group's longer text.
func (userCmd) Help() string { return "cli.user.detail" }

// roleFlags say which role somebody gets.
type roleFlags struct {
	Role string `required:"" placeholder:"ROLE" enum:"editor,unit_admin,officer,head,programme_officer,expert,finance,auditor,sysadmin" help:"cli.flag.role"`
	Unit string `placeholder:"UNIT" help:"cli.flag.unit"`
}

// offer finds the unit, by its id or its credit code.
func (f *roleFlags) offer(ctx context.Context, r db.Reader) (actor.Offer, error) {
	o := actor.Offer{Role: actor.Role(f.Role)}
	if f.Unit == "" {
		return o, nil
	}
	u, err := actor.UnitByCode(ctx, r, f.Unit)
	if err != nil && fault.Of(err).Kind == fault.Missing {
		u, err = actor.FindUnit(ctx, r, actor.UnitID(f.Unit))
	}
	if err != nil {
		return o, err
	}
	o.Unit = u.ID
	return o, nil
}

// userJSON is what the commands of the group write.
type userJSON struct {
	Email string `json:"email"`
	Link  string `json:"link,omitempty"` // where the person goes on; once
}

// told writes the outcome of a command of the group.
func (a *app) told(key string, u userJSON) error {
	if a.JSON {
		return a.writeJSON(u)
	}
	_, err := fmt.Fprintln(a.out, a.text(key, u.Email, u.Link))
	return err
}

// gate opens the data for a command of the group. The letters that the gate
// writes are not sent: the link in the last one is handed to the operator.
func (g *userCmd) gate(a *app) (s *store, gate *actor.Gate, link func() (string, error), err error) {
	if s, err = g.openToOperate(a); err != nil {
		return nil, nil, nil, err
	}
	if err := s.openKeys(a, false); err != nil {
		s.close()
		return nil, nil, nil, err
	}
	gate = actor.NewGate(s.db, s.keys, actor.DefaultSettings())
	var last actor.Letter
	gate.Send = func(_ context.Context, _ *db.Tx, l actor.Letter) error {
		last = l
		return nil
	}
	base := strings.TrimRight(g.URL, "/")
	if base == "" {
		base = "http://127.0.0.1:8080"
	}
	return s, gate, func() (string, error) { return linkOf(gate, last, base) }, nil
}

// person finds an account by its whole e-mail address.
func person(ctx context.Context, r db.Reader, email string) (*actor.Person, error) {
	found, err := actor.ListPeople(ctx, r, db.System, actor.PeopleFilter{Text: email})
	if err != nil {
		return nil, err
	}
	for _, p := range found {
		if strings.EqualFold(p.Email, email) {
			return p, nil
		}
	}
	return nil, fault.New(fault.Missing, "user.missing", email)
}

// userAddCmd is "shenbao user add".
type userAddCmd struct {
	Email     string `arg:"" name:"EMAIL" help:"cli.arg.email"`
	roleFlags `embed:""`
}

// Help names the command's longer text.
func (userAddCmd) Help() string { return "cli.user_add.detail" }

// Run implements the command.
func (c *userAddCmd) Run(a *app, g *userCmd) error {
	s, gate, link, err := g.gate(a)
	if err != nil {
		return err
	}
	defer s.close()
	_, err = db.Update(a.ctx, s.db, db.System, func(tx *db.Tx) (int, error) {
		offer, err := c.offer(a.ctx, tx)
		if err != nil {
			return 0, err
		}
		return 0, gate.Invite(a.ctx, tx, actor.Invitation{Offer: offer, Email: c.Email, Language: a.Lang})
	})
	if err != nil {
		return err
	}
	to, err := link()
	if err != nil {
		return err
	}
	return a.told("user.added", userJSON{c.Email, to})
}

// userGrantCmd is "shenbao user grant".
type userGrantCmd struct {
	Email     string `arg:"" name:"EMAIL" help:"cli.arg.email"`
	roleFlags `embed:""`
}

// Help names the command's longer text.
func (userGrantCmd) Help() string { return "cli.user_grant.detail" }

// Run implements the command.
func (c *userGrantCmd) Run(a *app, g *userCmd) error {
	return g.change(a, "user.granted", c.Email, func(tx *db.Tx, p *actor.Person) error {
		offer, err := c.offer(a.ctx, tx)
		if err != nil {
			return err
		}
		_, err = actor.Grant(a.ctx, tx, p.ID, offer)
		return err
	})
}

// change changes something of a person, and tells under key that it did.
func (g *userCmd) change(a *app, key, email string, act func(*db.Tx, *actor.Person) error) error {
	s, err := g.openToOperate(a)
	if err != nil {
		return err
	}
	defer s.close()
	_, err = db.Update(a.ctx, s.db, db.System, func(tx *db.Tx) (int, error) {
		p, err := person(a.ctx, tx, email)
		if err != nil {
			return 0, err
		}
		return 0, act(tx, p)
	})
	if err != nil {
		return err
	}
	return a.told(key, userJSON{Email: email})
}

// userResetCmd is "shenbao user reset".
type userResetCmd struct {
	Email string `arg:"" name:"EMAIL" help:"cli.arg.email"`
}

// Help names the command's longer text.
func (userResetCmd) Help() string { return "cli.user_reset.detail" }

// Run implements the command.
func (c *userResetCmd) Run(a *app, g *userCmd) error {
	s, gate, link, err := g.gate(a)
	if err != nil {
		return err
	}
	defer s.close()
	p, err := db.View(a.ctx, s.db, func(r db.Reader) (*actor.Person, error) { return person(a.ctx, r, c.Email) })
	if err != nil {
		return err
	}
	if p.Disabled {
		return fault.New(fault.Conflict, "user.disabled_already", c.Email)
	}
	if err := gate.AskReset(a.ctx, p.Email, actor.Origin{}); err != nil {
		return err
	}
	to, err := link()
	if err != nil {
		return err
	}
	return a.told("user.reset", userJSON{c.Email, to})
}

// userDisableCmd is "shenbao user disable".
type userDisableCmd struct {
	Email string `arg:"" name:"EMAIL" help:"cli.arg.email"`
}

// Help names the command's longer text.
func (userDisableCmd) Help() string { return "cli.user_disable.detail" }

// Run implements the command.
func (c *userDisableCmd) Run(a *app, g *userCmd) error {
	return g.change(a, "user.disabled", c.Email, func(tx *db.Tx, p *actor.Person) error { return actor.DisablePerson(a.ctx, tx, p.ID) })
}
