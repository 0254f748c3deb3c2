package actor

import (
	"shenbao/internal/locale"
	"shenbao/internal/secret"
)

// The purposes of letters, which are those of the one-time tokens in them, and
// the notices of changes, which hold none.
const (
	purposeFirst  = "first"  // the first administrator
	purposeJoin   = "join"   // open an account, with a role or without
	purposeReset  = "reset"  // set a new password
	purposeEmail  = "email"  // confirm a new e-mail address
	noticeKnown   = "known"  // somebody asked for an account at an address that has one
	noticeChanged = "notice" // something about the account was changed
)

// A Letter (邮件) is what the gate writes to people.
type Letter struct {
	To       string        `json:"to"` // "" = to nobody: see Gate.Send
	Language string        `json:"language"`
	Purpose  string        `json:"purpose"` // join, reset, email: their pages take the token; known, notice
	Token    secret.Sealed `json:"token"`   // sealed, because letters wait in the database: see Gate.Token
	About    string        `json:"about"`   // what a notice is about, as a key of the catalogues
}

// Token returns the one-time token of a letter, to be put into its link; "" for
// a letter without one.
func (g *Gate) Token(l Letter) (string, error) { return g.Keys.Open("letter", l.Token) }

// Subject is the subject of the letter in its language.
func (l Letter) Subject() string {
	return locale.Text(l.Language, "actor.letter_subject."+l.Purpose)
}

// Body is its text. Link is the address of the page that takes the token, with
// the token in it; site is that of the first page.
func (l Letter) Body(site, link string) string {
	about := ""
	if l.About != "" {
		about = locale.Text(l.Language, l.About)
	}
	return locale.Text(l.Language, "actor.letter_body."+l.Purpose, site, link, about)
}
