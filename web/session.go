package web

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/fault"
)

// errSignIn asks for a sign-in before anything else.
var errSignIn = fault.New(fault.Refused, "web.sign_in_first")

// sessionCookie is the name of the session's cookie. Over HTTPS it carries the
// prefix that keeps other hosts from setting it.
func (s *Server) sessionCookie() string {
	if s.Secure {
		return "__Host-session"
	}
	return "session"
}

// cookie is one of ours: sent back to this site alone and out of reach of
// scripts. An age of 0 ends with the browser, a negative one deletes.
func (s *Server) cookie(name, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, Secure: s.Secure,
		SameSite: http.SameSiteLaxMode, MaxAge: int(age.Seconds())}
}

// visit finds out who asks, in which language, and with which form token.
func (s *Server) visit(r *http.Request) (*visit, error) {
	v := &visit{Request: r, Server: s, Now: s.DB.Clock.Now(), Number: number(), Actor: actor.Actor{Role: actor.Visitor}}
	var asked bool
	if v.Lang, asked = language(r); asked {
		v.cookies = append(v.cookies, s.cookie("lang", v.Lang, 365*24*time.Hour))
	}
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && v.JSON() {
		return v, v.byToken(bearer)
	}
	if c, err := r.Cookie(s.sessionCookie()); err == nil && c.Value != "" {
		v.token = c.Value
		if err := v.resume(); err != nil {
			return v, err
		}
	}
	v.formToken = v.mint(v.seed())
	return v, nil
}

// number names a request in the log and to whoever asks for help.
func number() string {
	b := make([]byte, 6)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// admit refuses a forged form and whoever may not open the route at all.
func (v *visit) admit(rt route) error {
	if rt.method == http.MethodPost && v.formToken != "" && !v.JSON() && !v.genuine() {
		return fault.New(fault.Refused, "web.stale_form")
	}
	if rt.method == http.MethodPost && v.JSON() && v.token != "" && v.Header.Get("Content-Type") != "application/json" {
		return fault.New(fault.Invalid, "web.content_type", v.Header.Get("Content-Type"))
	}
	switch {
	case rt.act == public:
		return nil
	case !v.SignedIn():
		return errSignIn
	case rt.act != signedIn && v.Actor.Wants != "":
		return fault.New(fault.Refused, "web.wants."+v.Actor.Wants)
	}
	return nil
}

// resume finds out who holds the session's token. One that is over is thrown
// away, and its holder is a visitor again.
func (v *visit) resume() error {
	a, err := v.Server.Gate.Resume(v.Context(), v.token)
	switch f := fault.Of(err); {
	case f == nil:
		v.Actor = a
		if _, asked := language(v.Request); !asked && a.Language != "" {
			v.Lang = a.Language
		}
		return nil
	case f.Kind == fault.Missing || f.Kind == fault.Late:
		v.token = ""
		v.cookies = append(v.cookies, v.Server.cookie(v.Server.sessionCookie(), "", -time.Second))
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
	v.cookies = append(v.cookies, v.Server.cookie(v.Server.sessionCookie(), token, 0))
}

// origin is where the request comes from: the connection's address, or what a
// proxy of ours says it is.
func (v *visit) origin() actor.Origin {
	host, _, err := net.SplitHostPort(v.RemoteAddr)
	if err != nil {
		host = v.RemoteAddr
	}
	if slices.Contains(v.Server.Proxies, host) {
		hops := strings.Split(v.Header.Get("X-Forwarded-For"), ",")
		if last := strings.TrimSpace(hops[len(hops)-1]); last != "" {
			host = last
		}
	}
	return actor.Origin{Source: host, Agent: v.UserAgent()}
}

// seed is what a form token is bound to: the session, or a cookie of its own
// for those who are not signed in.
func (v *visit) seed() string {
	if v.token != "" {
		return v.token
	}
	if c, err := v.Cookie("form"); err == nil && len(c.Value) == 32 {
		return c.Value
	}
	b := make([]byte, 16)
	rand.Read(b)
	seed := hex.EncodeToString(b)
	v.cookies = append(v.cookies, v.Server.cookie("form", seed, 0))
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

// genuine reports whether the form carries a token of ours. http's own
// protection knows the browsers that say where a request comes from; this is
// for those that do not.
func (v *visit) genuine() bool {
	if _, _, err := v.values(nil); err != nil {
		return false
	}
	sent, err := base64.RawURLEncoding.DecodeString(v.PostForm.Get(formToken))
	return err == nil && len(sent) == 16+sha256.Size && hmac.Equal(sent[16:], v.signed(v.seed(), sent[:16]))
}
