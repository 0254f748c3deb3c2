package web

import (
	"context"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/internal/db"
)

// askPage takes an e-mail address of somebody who has no account, or cannot get
// into it. The answer is the same whether there is one.
type askPage struct {
	For   string `json:"-"` // join or reset
	Email string `json:"-"`
	Sent  bool   `json:"sent"`
}

func (p askPage) title(v *visit) string         { return v.T("title." + p.For) }
func (p askPage) body(v *visit) templ.Component { return askBody(v, p) }

func (s *Server) showJoin(v *visit, _ nothing) (askPage, error)  { return askPage{For: "join"}, nil }
func (s *Server) showReset(v *visit, _ nothing) (askPage, error) { return askPage{For: "reset"}, nil }

type addressed struct {
	Email string `json:"email"`
}

func (s *Server) askJoin(v *visit, in addressed) (askPage, error) {
	err := s.Gate.AskToJoin(v.Context(), in.Email, v.Lang, v.origin())
	return askPage{For: "join", Email: in.Email, Sent: err == nil}, err
}

func (s *Server) askReset(v *visit, in addressed) (askPage, error) {
	err := s.Gate.AskReset(v.Context(), in.Email, v.origin())
	return askPage{For: "reset", Email: in.Email, Sent: err == nil}, err
}

// byLetter names the token that stands in the address of a letter's link.
type byLetter struct {
	Token string `json:"token" in:"path"`
}

// joinPage opens an account for whoever got a letter, or takes on the role that
// it offers.
type joinPage struct {
	Token, Email, Name, Phone string
	UnitName                  string
	Role                      actor.Role
	First                     bool // the very first account
	Known                     bool // the reader is signed in: nothing to open
}

func (p joinPage) title(v *visit) string {
	if p.First {
		return v.T("first.title")
	}
	return v.T("join.open")
}
func (p joinPage) body(v *visit) templ.Component { return joinBody(v, p) }

func (s *Server) showInvitation(v *visit, in byLetter) (page, error) {
	p, err := db.View(v.Context(), s.DB, func(r db.Reader) (joinPage, error) {
		return invitation(v.Context(), r, in.Token)
	})
	if err != nil {
		return nil, err
	}
	p.Known = v.SignedIn()
	return p, nil
}

func invitation(ctx context.Context, r db.Reader, token string) (joinPage, error) {
	email, offer, err := actor.Invited(ctx, r, token)
	if err != nil {
		return joinPage{}, err
	}
	p := joinPage{Token: token, Email: email, Role: offer.Role}
	if offer.Unit != "" {
		u, err := actor.FindUnit(ctx, r, offer.Unit)
		if err != nil {
			return p, err
		}
		p.UnitName = u.Name
	}
	return p, nil
}

// opened is what somebody opens an account with.
type opened struct {
	Token    string `json:"token" in:"path"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`
	Password exact  `json:"password"`
}

func (o opened) person(v *visit) actor.NewPerson {
	return actor.NewPerson{Name: o.Name, Email: o.Email, Phone: o.Phone, Language: v.Lang}
}

func (s *Server) join(v *visit, in opened) (page, error) {
	p, err := s.Gate.Join(v.Context(), in.Token, in.person(v), string(in.Password))
	if err != nil {
		shown, _ := db.View(v.Context(), s.DB, func(r db.Reader) (joinPage, error) { return invitation(v.Context(), r, in.Token) })
		shown.Name, shown.Phone = in.Name, in.Phone
		return shown, err
	}
	return s.enter(v, p.Email, string(in.Password))
}

// enter signs in whoever has just opened an account.
func (s *Server) enter(v *visit, email, password string) (page, error) {
	token, err := s.Gate.SignIn(v.Context(), actor.Credentials{Email: email, Password: password}, v.origin())
	if err != nil {
		return nil, err
	}
	v.keep(token)
	a, err := s.Gate.Resume(v.Context(), token)
	if err != nil {
		return nil, err
	}
	if to := afterSignIn(a, "/"); to != "/" {
		return moved{to}, nil
	}
	return moved{"/units/new"}, nil
}

func (s *Server) acceptOffer(v *visit, in byLetter) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		return 0, s.Gate.Accept(v.Context(), tx, in.Token)
	})
	return moved{"/account"}, err
}

func (s *Server) showFirst(v *visit, in byLetter) (joinPage, error) {
	return joinPage{Token: in.Token, First: true}, nil
}

func (s *Server) begin(v *visit, in opened) (page, error) {
	p, err := s.Gate.Begin(v.Context(), in.Token, in.person(v), string(in.Password))
	if err != nil {
		return joinPage{Token: in.Token, First: true, Name: in.Name, Email: in.Email, Phone: in.Phone}, err
	}
	return s.enter(v, p.Email, string(in.Password))
}

// renewPage sets a new password with the token of a letter.
type renewPage struct{ Token string }

func (renewPage) title(v *visit) string           { return v.T("title.reset") }
func (p renewPage) body(v *visit) templ.Component { return renewBody(v, p) }

func (s *Server) showRenew(v *visit, in byLetter) (renewPage, error) { return renewPage(in), nil }

func (s *Server) renew(v *visit, in struct {
	Token    string `json:"token" in:"path"`
	Password exact  `json:"password"`
}) (page, error) {
	if err := s.Gate.ResetPassword(v.Context(), in.Token, string(in.Password)); err != nil {
		return renewPage{in.Token}, err
	}
	return moved{"/sign-in"}, nil
}

func (s *Server) confirmEmail(v *visit, in byLetter) (page, error) {
	return moved{"/account"}, s.Gate.ConfirmEmail(v.Context(), in.Token)
}

// letterPage asks for the press of a button before a letter's token is used: a
// mail program that opens every link must not use it up.
type letterPage struct{ Token string }

func (letterPage) title(v *visit) string           { return v.T("email.confirm") }
func (p letterPage) body(v *visit) templ.Component { return letterBody(v, p) }

func (s *Server) showEmailLetter(v *visit, in byLetter) (letterPage, error) {
	return letterPage(in), nil
}

// joinAction is where the form of a joinPage goes.
func joinAction(p joinPage) string {
	if p.First {
		return "/first/" + p.Token
	}
	return "/join/" + p.Token
}

// joinLead says what the letter offers.
func joinLead(v *visit, p joinPage) string {
	switch {
	case p.First:
		return v.T("first.lead")
	case p.Role == "":
		return v.T("join.for", p.Email)
	case p.UnitName == "":
		return v.T("join.role", p.Email, v.Text("actor.role."+string(p.Role)))
	}
	return v.T("join.offer", p.Email, p.UnitName, v.Text("actor.role."+string(p.Role)))
}
