package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/internal/clock"
	"shenbao/internal/fault"
)

// statuses are the HTTP statuses of the kinds of faults.
var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.Refused: http.StatusForbidden, fault.Missing: http.StatusNotFound,
	fault.Conflict: http.StatusConflict, fault.Late: http.StatusGone, fault.Internal: http.StatusInternalServerError,
}

// outages are internal faults that their reader is told of, with the statuses:
// nothing is wrong with what was sent, and it can be sent again.
var outages = map[string]int{
	"blob.full": http.StatusInsufficientStorage, "db.full": http.StatusInsufficientStorage, "blob.unwritten": http.StatusServiceUnavailable,
	"apply.print.busy": http.StatusServiceUnavailable,
	"intake.scanner":   http.StatusServiceUnavailable, "intake.scanner_limit": http.StatusServiceUnavailable,
}

// serve answers the requests of a route.
func (s *Server) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		span := clock.Begin()
		v, err := s.visit(r)
		var p page
		if err == nil {
			err = v.admit(rt)
		}
		if err == nil {
			p, err = rt.serve(v)
		}
		if f := fault.Of(err); err != nil && f.Kind == fault.Missing && f.Key != "web.no_page" {
			span.Fill(r.Context(), s.Even)
		}
		if err := s.answer(w, v, p, err); err != nil {
			s.Log.ErrorContext(r.Context(), "answer", "request", v.Number, "error", err.Error())
		}
	})
}

// notFound answers every path that no route stands for.
func notFound(v *visit) (page, error) {
	return nil, fault.New(fault.Missing, "web.no_page")
}

// answer writes a page, or what went wrong. Nothing is sent before all of it
// is there.
func (s *Server) answer(w http.ResponseWriter, v *visit, p page, err error) error {
	status := http.StatusOK
	if err != nil {
		status, p = s.failed(w, v, p, err)
	}
	for _, c := range v.cookies {
		http.SetCookie(w, c)
	}
	w.Header().Set("Cache-Control", v.caching())
	w.Header().Add("Vary", "Cookie, Accept-Language, HX-Request")
	if v.clearData {
		w.Header().Set("Clear-Site-Data", `"cache", "storage"`)
	}
	if l, ok := p.(located); ok && err == nil && !v.JSON() && l.location() != "" {
		return redirect(w, v, l.location())
	}
	if f, ok := p.(raw); ok {
		return f.write(w, v.Request, status)
	}
	var b bytes.Buffer
	if v.JSON() {
		return s.writeJSON(w, v, p, status)
	}
	if e := s.render(&b, v, p); e != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return e
	}
	if v.standsAt != "" {
		w.Header().Set("Content-Location", v.standsAt)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", map[string]string{"zh": "zh-CN", "en": "en"}[v.Lang])
	w.WriteHeader(status)
	_, e := b.WriteTo(w)
	return e
}

// caching is how long an answer may be kept: what belongs to somebody not at
// all, so that the next person at the browser cannot go back to it.
func (v *visit) caching() string {
	if v.SignedIn() || v.Method == http.MethodPost || v.PathValue("token") != "" {
		return "no-store"
	}
	return "private, no-cache"
}

// render writes the page, or the part of it that htmx asks for.
func (s *Server) render(b *bytes.Buffer, v *visit, p page) error {
	if f, ok := p.(fragmented); ok && v.Header.Get("HX-Request") == "true" {
		if part := f.fragment(v, v.Header.Get("HX-Target")); part != nil {
			return part.Render(v.Context(), b)
		}
	}
	v.count()
	return frame(v, p.title(v), p.body(v)).Render(v.Context(), b)
}

// redirect sends the browser on with GET. htmx follows its own header, so that
// the whole page is loaded.
func redirect(w http.ResponseWriter, v *visit, to string) error {
	if v.Header.Get("HX-Request") == "true" {
		w.Header().Set("HX-Redirect", to)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// failed picks status and page of an error. A form is shown again with what
// was typed and the fault beside its field.
func (s *Server) failed(w http.ResponseWriter, v *visit, p page, err error) (int, page) {
	f := fault.Of(err)
	status := statuses[f.Kind]
	if seconds, ok := actor.RetryAfter(err); ok {
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", strconv.Itoa(seconds))
	}
	if out, ok := outages[f.Key]; ok {
		status = out
	}
	if errors.Is(err, errSignIn) {
		if v.JSON() {
			w.Header().Set("WWW-Authenticate", "Bearer")
			return http.StatusUnauthorized, faultPage{f}
		}
		next := ""
		if v.Method == http.MethodGet { // a form cannot be sent again by following a link
			next = v.URL.RequestURI()
		}
		return http.StatusUnauthorized, signInPage{Next: next}
	}
	if f.Kind == fault.Internal { // under the route, not the path: a letter's path holds its token
		s.Log.ErrorContext(v.Context(), "internal", "request", v.Number, "route", v.Pattern, "error", err.Error())
	}
	v.Fault = f
	switch p.(type) {
	case nil, moved, raw: // nothing to show the fault on
		return status, faultPage{f}
	}
	if v.JSON() || f.Kind == fault.Internal {
		return status, faultPage{f}
	}
	return status, p
}

// problem is a fault as the API tells it (RFC 9457).
type problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Number string `json:"instance"`
	Kind   string `json:"kind"`
	Key    string `json:"key"`
	Field  string `json:"field,omitempty"`
	Clause string `json:"clause,omitempty"`
}

func (s *Server) writeJSON(w http.ResponseWriter, v *visit, p page, status int) error {
	kind, body := "application/json", any(p)
	if f, ok := p.(faultPage); ok {
		kind = "application/problem+json"
		body = problem{Type: "about:blank", Title: f.sentence(v), Status: status, Number: v.Number,
			Kind: string(f.Kind), Key: f.Key, Field: f.Field, Clause: f.Clause}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Language", v.Lang)
	w.WriteHeader(status)
	_, err = w.Write(text)
	return err
}

// write sends a file. A browser never shows one as a page of ours.
func (f raw) write(w http.ResponseWriter, r *http.Request, status int) error {
	w.Header().Set("Content-Type", f.contentType)
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if f.fileName != "" {
		w.Header().Set("Content-Disposition", disposition(f.fileName))
	}
	if f.stream != nil { // a browser may ask for parts of it
		http.ServeContent(w, r, "", f.changed, f.stream)
		return f.stream.Close()
	}
	w.WriteHeader(status)
	_, err := w.Write(f.content)
	return err
}

// faultPage says what went wrong and what to do next.
type faultPage struct{ *fault.Fault }

func (f faultPage) title(v *visit) string { return v.T("fault." + string(f.Kind)) }

func (f faultPage) body(v *visit) templ.Component { return faultBody(v, f) }

// sentence is what is told: of an internal error only that it happened, and
// the number under which the log has it.
func (f faultPage) sentence(v *visit) string {
	if _, told := outages[f.Key]; f.Kind == fault.Internal && !told {
		return v.T("fault.number", v.Number)
	}
	return v.sentence(f.Fault)
}
