package actor

import (
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// A Person (人员) is somebody with an account.
type Person struct {
	ID       PersonID      `json:"id"`
	Name     string        `json:"name"`
	Email    string        `json:"email"`
	Phone    secret.Sealed `json:"-"` // see Gate.Phone
	Language string        `json:"language"`
	Disabled bool          `json:"disabled"`
	TOTP     bool          `json:"totp"` // signs in with a second factor
	Created  time.Time     `json:"created"`
}

// NewPerson is what an account is opened with.
type NewPerson struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	Phone    string `json:"phone"`    // may be ""
	Language string `json:"language"` // zh or en; "" is zh
}

// clean checks what an account is opened with and brings it into its right
// form.
func (n NewPerson) clean() (NewPerson, error) {
	var err error
	if n.Name, err = cleanLine("name", n.Name, 1, maxName); err != nil {
		return n, err
	}
	if n.Email, err = cleanEmail(n.Email); err != nil {
		return n, err
	}
	if n.Phone, err = cleanPhone(n.Phone); err != nil {
		return n, err
	}
	n.Language, err = cleanLanguage(n.Language)
	return n, err
}

// cleanEmail checks an e-mail address: one address, without a display name,
// with a host that has a dot.
func cleanEmail(s string) (string, error) {
	s = strings.TrimSpace(norm.NFKC.String(s))
	a, err := mail.ParseAddress(s)
	_, host, _ := strings.Cut(s, "@")
	if err != nil || a.Address != s || len(s) > 254 || !strings.Contains(host, ".") || strings.ContainsFunc(s, func(r rune) bool { return unseen(r) || r == ' ' || r == '"' }) {
		return "", fault.New(fault.Invalid, "actor.email").In("email")
	}
	return s, nil
}

// emailKey is what two spellings of one e-mail address have in common.
func emailKey(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) }

// cleanPhone checks a telephone number; "" is allowed. Blanks and hyphens are
// left out.
func cleanPhone(s string) (string, error) {
	s = strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(norm.NFKC.String(s))
	digits := strings.TrimPrefix(s, "+")
	if s != "" && (len(digits) < 5 || len(digits) > 20 || strings.Trim(digits, "0123456789") != "") {
		return "", fault.New(fault.Invalid, "actor.phone").In("phone")
	}
	return s, nil
}

func cleanLanguage(s string) (string, error) {
	switch s {
	case "":
		return "zh", nil
	case "zh", "en":
		return s, nil
	}
	return "", fault.New(fault.Invalid, "actor.language").In("language")
}

// cut shortens what a browser says of itself to n bytes, at the edge of a
// character.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "")
	s = strings.Map(func(r rune) rune {
		if unseen(r) {
			return -1
		}
		return r
	}, s)
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
