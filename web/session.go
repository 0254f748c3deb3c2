package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/fault"
)

// errSignIn asks for a sign-in before anything else.
var errSignIn = fault.New(fault.Refused, "web.sign_in_first")

// The cookies.
const (
	sessionCookie = "session" // the token of the session
	formCookie    = "form"    // what the form tokens of a visitor are bound to
	langCookie    = "lang"
)

// How long a cookie stays: until the browser is closed, a year, not at all.
const (
	whileOpen time.Duration = 0
	oneYear                 = 365 * 24 * time.Hour
	noLonger                = -time.Second
)

// prefixed is a cookie's name as the browser has it. Over HTTPS it carries the
// prefix that keeps other hosts from setting it.
func (s *Server) prefixed(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

// cookie is one of ours: sent back to this site alone and out of reach of
// scripts.
func (s *Server) cookie(name, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{Name: s.prefixed(name), Value: value, Path: "/", HttpOnly: true, Secure: s.Secure,
		SameSite: http.SameSiteLaxMode, MaxAge: int(age.Seconds())}
}

// sent is the value of a cookie of ours that came with the request, or "".
func (s *Server) sent(r *http.Request, name string) string {
	c, err := r.Cookie(s.prefixed(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// visit finds out who asks, in which language, and with which form token.
func (s *Server) visit(r *http.Request) (*visit, error) {
	v := &visit{Request: r, Server: s, Now: s.DB.Clock.Now(), Number: number(), Actor: actor.Actor{Role: actor.Visitor}}
	var asked bool
	if v.Lang, asked = language(r, s.sent(r, langCookie)); asked {
		v.set(langCookie, v.Lang, oneYear)
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && v.JSON() {
		return v, v.byToken(bearer)
	}
	if v.token = s.sent(r, sessionCookie); v.token != "" {
		if err := v.resume(asked); err != nil {
			return v, err
		}
	}
	v.formToken = v.mint(v.seed())
	return v, nil
}

// set puts a cookie on the answer.
func (v *visit) set(name, value string, age time.Duration) {
	v.cookies = slices.DeleteFunc(v.cookies, func(c *http.Cookie) bool { return c.Name == v.Server.prefixed(name) })
	v.cookies = append(v.cookies, v.Server.cookie(name, value, age))
}

// number names a request in the log and to whoever asks for help.
func number() string {
	b := make([]byte, 6)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// admit refuses a forged change, and whoever may not open the route at all: for
// a role that never may, it does not exist.
func (v *visit) admit(rt route) error {
	never := rt.act != public && rt.act != signedIn && !actor.Ever(v.Actor.Role, rt.act)
	v.uploads, v.largest = rt.uploads && v.SignedIn() && !never, max(rt.largest, maxUpload)
	v.octets = rt.octets
	if v.most = maxForm; rt.small {
		v.most = maxSmall
	}
	if rt.method == http.MethodPost {
		if err := v.meant(); err != nil {
			return err
		}
	}
	switch {
	case rt.act == public:
		return nil
	case !v.SignedIn():
		return errSignIn
	case never:
		return fault.New(fault.Missing, "web.no_page")
	case rt.act != signedIn && v.Actor.Wants != "":
		return fault.New(fault.Refused, "web.wants."+v.Actor.Wants)
	}
	return nil
}

// meant refuses a change that its sender may not have meant: a form without a
// token of ours, or, through the API with a session, what a form of another
// site could send.
func (v *visit) meant() error {
	switch {
	case !v.JSON():
		return v.genuine()
	case v.token != "" && v.kind() != jsonType && !v.bodyOctets():
		return fault.New(fault.Invalid, "web.content_type", v.kind())
	}
	return nil
}

// resume finds out who holds the session's token. One that is over is thrown
// away, and its holder is a visitor again. Asked says that the request itself
// chose the language.
func (v *visit) resume(asked bool) error {
	a, err := v.Server.Gate.Resume(v.Context(), v.token)
	switch f := fault.Of(err); {
	case f == nil:
		v.Actor = a
		if !asked && a.Language != "" {
			v.Lang = a.Language
		}
		return nil
	case f.Kind == fault.Missing || f.Kind == fault.Late:
		v.token = ""
		v.set(sessionCookie, "", noLonger)
		return nil
	default:
		return err
	}
}

// byToken finds out whose personal token came with a request of the API. What
// the token may do is carried by the context.
func (v *visit) byToken(token string) error {
	ctx, a, err := v.Server.Gate.ResumeAPI(v.Context(), token)
	if err != nil {
		return errSignIn
	}
	v.Actor, v.Request = a, v.WithContext(ctx)
	return nil
}

// keep gives the browser a session's token.
func (v *visit) keep(token string) {
	v.token = token
	v.set(sessionCookie, token, whileOpen)
}

// origin is where the request comes from: the connection's address, or what the
// proxies of ours in front of it say. What stands before the last address that
// is none of ours, anybody may have written.
func (v *visit) origin() actor.Origin {
	source, _, err := net.SplitHostPort(v.RemoteAddr)
	if err != nil {
		source = v.RemoteAddr
	}
	hops := strings.Split(strings.Join(v.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && slices.Contains(v.Server.Proxies, source); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		source = hop.String()
	}
	return actor.Origin{Source: source, Agent: strings.ToValidUTF8(v.UserAgent(), "?")}
}

// seed is what a form token is bound to: the session, or a cookie of its own
// for those who are not signed in.
func (v *visit) seed() string {
	if v.token != "" {
		return v.token
	}
	if c := v.Server.sent(v.Request, formCookie); len(c) == 32 {
		return c
	}
	b := make([]byte, 16)
	rand.Read(b)
	seed := hex.EncodeToString(b)
	v.set(formCookie, seed, whileOpen)
	return seed
}

// mint makes a form token. It is another one each time, so that a page that is
// compressed gives nothing away about it.
func (v *visit) mint(seed string) string {
	nonce := make([]byte, 16)
	rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(append(nonce, v.signed(seed, nonce)...))
}

func (v *visit) signed(seed string, nonce []byte) []byte {
	h := hmac.New(sha256.New, v.Server.Key)
	h.Write(nonce)
	h.Write([]byte(seed))
	return h.Sum(nil)
}

// genuine refuses a form without a token of ours. http's own protection knows
// the browsers that say where a request comes from; this is for those that do
// not.
func (v *visit) genuine() error {
	if v.kind() != jsonType { // which carries no form
		if _, _, err := v.values(nil); err != nil {
			return err
		}
	}
	sent, err := base64.RawURLEncoding.DecodeString(v.PostForm.Get(formToken))
	if err != nil || len(sent) != 16+sha256.Size || !hmac.Equal(sent[16:], v.signed(v.seed(), sent[:16])) {
		return fault.New(fault.Refused, "web.stale_form")
	}
	return nil
}
