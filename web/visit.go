package web

import (
	"net/http"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

// A visit is one request as handlers and pages see it.
type visit struct {
	*http.Request
	Server   *Server
	Actor    actor.Actor // Role is Visitor when nobody is signed in
	Lang     string      // zh or en
	Now      time.Time
	Received time.Time    // when the body was fully read: what counts for deadlines
	Number   string       // of the request, for the log
	Fault    *fault.Fault // what was wrong with what was sent; shown beside its field
	Notice   string       // what the act did, when its page is shown at once

	token     string // of the session
	formToken string
	unread    int            // notices, for the frame: see count
	uploads   bool           // the request may carry files
	most      int64          // bytes of a form or JSON body
	largest   int64          // bytes of a form with files
	octets    bool           // the body may be bytes: see octets
	scope     string         // put behind the ids of the fields of a form: see form
	cookies   []*http.Cookie // to be set with the answer
	standsAt  string         // the address of what a form is answered with, when it has one of its own
	clearData bool           // the browser is to forget what it keeps of this site
}

// By is on whose account the request changes things.
func (v *visit) By() db.By { return v.Actor.By() }

// T is the message key of the namespace web in the reader's language.
func (v *visit) T(key string, args ...any) string { return locale.Text(v.Lang, "web."+key, args...) }

// Text is a message of any namespace.
func (v *visit) Text(key string, args ...any) string { return locale.Text(v.Lang, key, args...) }

// SignedIn reports whether somebody is signed in.
func (v *visit) SignedIn() bool { return v.Actor.Person != "" }

// JSON reports whether the answer is data.
func (v *visit) JSON() bool { return wantsJSON(v.Request) }

// Wrong is the sentence about a field, or "".
func (v *visit) Wrong(field string) string {
	if v.Fault == nil || v.Fault.Field != field || field == "" {
		return ""
	}
	return v.sentence(v.Fault)
}

// sentence is what the reader is told about a fault: without the field, which
// stands beside it, and with the clause it rests on.
func (v *visit) sentence(f *fault.Fault) string {
	text := v.Text(f.Key, f.Args...)
	if f.Clause != "" {
		text += v.Text("fault.clause", f.Clause)
	}
	return text
}

// language is what the reader asked for: by link, by the cookie's value kept,
// by the browser's own setting; Chinese otherwise.
func language(r *http.Request, kept string) (lang string, asked bool) {
	if q := r.URL.Query().Get("lang"); q == locale.ZH || q == locale.EN {
		return q, true
	}
	if kept == locale.ZH || kept == locale.EN {
		return kept, false
	}
	for one := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		switch tag := strings.ToLower(strings.TrimSpace(one)); {
		case strings.HasPrefix(tag, "zh"):
			return locale.ZH, false
		case strings.HasPrefix(tag, "en"):
			return locale.EN, false
		}
	}
	return locale.ZH, false
}

// here is the address of this page with another language; that of the first
// page where there is none, or a form was answered, which cannot be asked for
// again.
func (v *visit) here(lang string) string {
	if v.standsAt != "" {
		return v.standsAt + "?lang=" + lang
	}
	if v.Method != http.MethodGet || v.Pattern == "/" {
		return "/?lang=" + lang
	}
	u := *v.URL
	q := u.Query()
	q.Set("lang", lang)
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// with is the address of this page with another value of its query.
func (v *visit) with(name, value string) string {
	u := *v.URL
	q := u.Query()
	q.Set(name, value)
	q.Del("lang")
	u.RawQuery = q.Encode()
	return u.RequestURI()
}

// placed is the sentence about a fault with its place in a file.
func (v *visit) placed(f *fault.Fault) string { return locale.Fault(v.Lang, f) }
