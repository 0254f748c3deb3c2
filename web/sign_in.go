package web

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"shenbao/actor"
)

// signInPage asks who somebody is. Next is where they wanted to go.
type signInPage struct {
	Next  string `json:"-"`
	Email string `json:"-"`
}

func (signInPage) title(v *visit) string           { return v.T("sign_in") }
func (p signInPage) body(v *visit) templ.Component { return signInBody(v, p) }

// inside returns an address of this site, and the first page for any other.
// Browsers read a backslash as a slash, and over tabs and line ends.
func inside(address string) string {
	odd := func(r rune) bool { return r == '\\' || r <= ' ' || r == 0x7f }
	if !strings.HasPrefix(address, "/") || strings.HasPrefix(address, "//") || strings.ContainsFunc(address, odd) {
		return "/"
	}
	return address
}

func (s *Server) askSignIn(v *visit, in struct {
	Next string `json:"next"`
}) (page, error) {
	if v.SignedIn() {
		return moved{inside(in.Next)}, nil
	}
	if v.Actor.Wants == actor.WantsCode {
		return codePage{Next: in.Next}, nil
	}
	return signInPage{Next: in.Next}, nil
}

func (s *Server) signIn(v *visit, in struct {
	Email    string `json:"email"`
	Password exact  `json:"password"`
	Next     string `json:"next"`
}) (page, error) {
	token, err := s.Gate.SignIn(v.Context(), actor.Credentials{Email: in.Email, Password: string(in.Password)}, v.origin())
	if err != nil {
		return signInPage{Next: in.Next, Email: in.Email}, err
	}
	v.keep(token)
	a, err := s.Gate.Resume(v.Context(), token)
	if err != nil {
		return nil, err
	}
	return moved{afterSignIn(a, in.Next)}, nil
}

// afterSignIn is where somebody goes who has just signed in: to what they must
// do first, else to where they wanted to go, else to where their work is.
func afterSignIn(a actor.Actor, next string) string {
	switch a.Wants {
	case actor.WantsCode:
		return "/sign-in?next=" + url.QueryEscape(inside(next))
	case actor.WantsFactor:
		return "/account/second-factor"
	case actor.WantsPassword:
		return "/account/password"
	}
	if next = inside(next); next != "/" {
		return next
	}
	return homeOf(a)
}

// codePage asks for the code of the second factor.
type codePage struct {
	Next string `json:"-"`
}

func (codePage) title(v *visit) string           { return v.T("code.title") }
func (p codePage) body(v *visit) templ.Component { return codeBody(v, p) }

func (s *Server) signInCode(v *visit, in struct {
	Code string `json:"code"`
	Next string `json:"next"`
}) (page, error) {
	token, err := s.Gate.Code(v.Context(), v.token, in.Code, v.origin())
	if err != nil {
		return codePage{Next: in.Next}, err
	}
	v.keep(token)
	a, err := s.Gate.Resume(v.Context(), token)
	if err != nil {
		return nil, err
	}
	return moved{afterSignIn(a, in.Next)}, nil
}

func (s *Server) signOut(v *visit, _ nothing) (page, error) {
	if err := s.Gate.SignOut(v.Context(), v.token); err != nil {
		return nil, err
	}
	v.set(sessionCookie, "", noLonger)
	v.clearData = true
	return moved{"/"}, nil
}
