package web

import (
	"encoding/base64"
	"time"

	"github.com/a-h/templ"
	"rsc.io/qr"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
)

// accountPage is a person's own account: who they are, what they act as, where
// they are signed in, and the tokens of their programs.
type accountPage struct {
	Person    *actor.Person       `json:"person"`
	Roles     []*actor.Membership `json:"roles"`
	Sessions  []actor.Session     `json:"sessions"`
	Tokens    []*actor.APIToken   `json:"tokens"`
	CodesLeft int                 `json:"recovery_codes_left"`
	Mailing   inbox.Choice        `json:"mailing"`
	Secret    string              `json:"-"` // a new token, shown once
	Phone     string              `json:"-"`
}

func (accountPage) title(v *visit) string           { return v.T("account.title") }
func (p accountPage) body(v *visit) templ.Component { return accountBody(v, p) }

func (s *Server) showAccount(v *visit, _ nothing) (accountPage, error) { return s.account(v) }

// account gathers what the reader's account page shows.
func (s *Server) account(v *visit) (accountPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p accountPage, err error) {
		ctx, id := v.Context(), v.Actor.Person
		if p.Person, err = actor.FindPerson(ctx, r, id); err != nil {
			return p, err
		}
		if p.Phone, err = s.Gate.Phone(p.Person); err != nil {
			return p, err
		}
		if p.Roles, err = actor.Memberships(ctx, r, id); err != nil {
			return p, err
		}
		if p.Sessions, err = s.Gate.Sessions(ctx, r, v.By(), id); err != nil {
			return p, err
		}
		if p.CodesLeft, err = actor.RecoveryCodesLeft(ctx, r, v.By()); err != nil {
			return p, err
		}
		if p.Mailing, err = s.Digest.ChoiceOf(ctx, r, string(id)); err != nil {
			return p, err
		}
		p.Tokens, err = actor.APITokens(ctx, r, v.By())
		return p, err
	})
}

// accountAgain shows the account page with what went wrong.
func (s *Server) accountAgain(v *visit, err error) (page, error) {
	if err == nil {
		return moved{"/account"}, nil
	}
	p, e := s.account(v)
	if e != nil {
		return nil, e
	}
	return p, err
}

func (s *Server) editPerson(v *visit, in struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Language string `json:"language"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*actor.Person, error) {
		return s.Gate.EditPerson(v.Context(), tx, actor.NewPerson{Name: in.Name, Phone: in.Phone, Language: in.Language})
	})
	if err == nil {
		v.set(langCookie, in.Language, oneYear)
	}
	return s.accountAgain(v, err)
}

func (s *Server) switchRole(v *visit, in struct {
	Membership string `json:"membership"`
}) (page, error) {
	token, err := s.Gate.SwitchTo(v.Context(), v.token, in.Membership)
	if err != nil {
		return s.accountAgain(v, err)
	}
	v.keep(token)
	a, err := s.Gate.Resume(v.Context(), token)
	return moved{afterSignIn(a, "/")}, err
}

func (s *Server) endSessions(v *visit, in struct {
	ID string `json:"id"` // "" ends all others
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		return 0, actor.EndSessions(v.Context(), tx, v.Actor.Person, in.ID, v.Actor.Session)
	})
	return s.accountAgain(v, err)
}

func (s *Server) createToken(v *visit, in struct {
	Label  string   `json:"label"`
	Scopes []string `json:"scopes"`
	Days   int      `json:"days"`
}) (page, error) {
	type made struct {
		*actor.APIToken
		secret string
	}
	m, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (made, error) {
		t, secret, err := actor.CreateAPIToken(v.Context(), tx, in.Label, in.Scopes, time.Duration(in.Days)*24*time.Hour)
		return made{t, secret}, err
	})
	if err != nil {
		return s.accountAgain(v, err)
	}
	p, err := s.account(v)
	p.Secret = m.secret
	return p, err
}

func (s *Server) revokeToken(v *visit, in struct {
	ID string `json:"id"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		return 0, actor.RevokeAPIToken(v.Context(), tx, in.ID)
	})
	return s.accountAgain(v, err)
}

// passwordPage changes the reader's password.
type passwordPage struct{}

func (passwordPage) title(v *visit) string           { return v.T("password.change") }
func (p passwordPage) body(v *visit) templ.Component { return passwordBody(v) }

func (s *Server) showPassword(*visit, nothing) (page, error) { return passwordPage{}, nil }

func (s *Server) changePassword(v *visit, in struct {
	Current  exact `json:"current"`
	Password exact `json:"password"`
}) (page, error) {
	token, err := s.Gate.ChangePassword(v.Context(), v.token, string(in.Current), string(in.Password), v.origin())
	if err != nil {
		return passwordPage{}, err
	}
	v.keep(token)
	return moved{"/account"}, nil
}

// provePage asks for the password again before something far-reaching.
type provePage struct{ Next string }

func (provePage) title(v *visit) string           { return v.T("prove.title") }
func (p provePage) body(v *visit) templ.Component { return proveBody(v, p) }

func (s *Server) askProof(_ *visit, in struct {
	Next string `json:"next"`
}) (page, error) {
	return provePage{inside(in.Next)}, nil
}

func (s *Server) prove(v *visit, in struct {
	Password exact  `json:"password"`
	Next     string `json:"next"`
}) (page, error) {
	token, err := s.Gate.Prove(v.Context(), v.token, string(in.Password), v.origin())
	if err != nil {
		return provePage{inside(in.Next)}, err
	}
	v.keep(token)
	return moved{inside(in.Next)}, nil
}

// needsProof reports whether an act wants the reader to prove who they are
// first.
func needsProof(err error) bool { return err != nil && fault.Of(err).Key == "actor.prove_first" }

func (s *Server) changeEmail(v *visit, in addressed) (page, error) {
	err := s.Gate.ChangeEmail(v.Context(), v.token, in.Email, v.origin())
	if needsProof(err) {
		return moved{"/account/prove?next=/account"}, nil
	}
	if err != nil {
		return s.accountAgain(v, err)
	}
	p, err := s.account(v)
	v.Notice = v.T("letter.sent", in.Email)
	return p, err
}

// factorPage sets up the second factor. Codes are shown once, after it counts.
type factorPage struct {
	Key     string   `json:"key"`
	Picture string   `json:"-"` // a QR code as a data address
	Codes   []string `json:"codes,omitempty"`
}

func (factorPage) title(v *visit) string           { return v.T("factor.title") }
func (p factorPage) body(v *visit) templ.Component { return factorBody(v, p) }

func (s *Server) newFactor(v *visit, _ nothing) (page, error) {
	t, err := s.Gate.NewTOTP(v.Context(), v.token)
	if needsProof(err) {
		return moved{"/account/prove?next=/account/second-factor"}, nil
	}
	if err != nil {
		return nil, err
	}
	return factorOf(t.Key, t.Address)
}

// factorOf draws the address of a second factor.
func factorOf(key, address string) (page, error) {
	code, err := qr.Encode(address, qr.M)
	if err != nil {
		return nil, err
	}
	return factorPage{Key: key, Picture: "data:image/png;base64," + base64.StdEncoding.EncodeToString(code.PNG())}, nil
}

func (s *Server) showFactor(*visit, nothing) (page, error) { return factorPage{}, nil }

func (s *Server) confirmFactor(v *visit, in struct {
	Code string `json:"code"`
}) (page, error) {
	token, codes, err := s.Gate.ConfirmTOTP(v.Context(), v.token, in.Code)
	if err != nil {
		return factorPage{Key: "…"}, err
	}
	v.keep(token)
	return factorPage{Codes: codes}, nil
}

func (s *Server) dropFactor(v *visit, _ nothing) (page, error) {
	token, err := s.Gate.DropTOTP(v.Context(), v.token)
	if needsProof(err) {
		return moved{"/account/prove?next=/account"}, nil
	}
	if err != nil {
		return s.accountAgain(v, err)
	}
	v.keep(token)
	return moved{"/account"}, nil
}

func (s *Server) newCodes(v *visit, _ nothing) (page, error) {
	codes, err := s.Gate.NewRecoveryCodes(v.Context(), v.token)
	if needsProof(err) {
		return moved{"/account/prove?next=/account"}, nil
	}
	if err != nil {
		return s.accountAgain(v, err)
	}
	return factorPage{Codes: codes}, nil
}
