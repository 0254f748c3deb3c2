package web

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
)

// contentPolicy allows what we serve ourselves and nothing inline.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guarded sets the headers that protect visitors, refuses changes that another
// site sends in a visitor's name, and turns a panic into an answer.
func (s *Server) guarded(next http.Handler) http.Handler {
	cross := http.NewCrossOriginProtection()
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "cross-site request refused", http.StatusForbidden)
	}))
	inner := cross.Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		defer func() {
			if p := recover(); p != nil {
				s.Log.ErrorContext(r.Context(), "panic", "route", r.Pattern, "panic", p, "stack", string(debug.Stack()))
				http.Error(w, "500", http.StatusInternalServerError)
			}
		}()
		inner.ServeHTTP(w, r)
	})
}

// watched remembers the status of an answer.
type watched struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements http.ResponseWriter.
func (w *watched) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *watched) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// observed tells Observe of every request, by its pattern: a path may hold what
// nobody should count.
func (s *Server) observed(next http.Handler) http.Handler {
	if s.Observe == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := s.DB.Clock.Now()
		seen := &watched{ResponseWriter: w}
		next.ServeHTTP(seen, r)
		s.Observe(r.Pattern, r.Method, max(seen.status, http.StatusOK), s.DB.Clock.Now().Sub(began))
	})
}

// zippers are reused: making one costs more than most pages.
var zippers = sync.Pool{New: func() any { return gzip.NewWriter(nil) }}

// smallest is the size below which compression is not worth its header.
const smallest = 1024

// held keeps a text until it is whole, to choose how to send it. Anything else
// goes on as it comes.
type held struct {
	http.ResponseWriter
	body    bytes.Buffer
	status  int
	through bool // it is no text
}

// WriteHeader implements http.ResponseWriter.
func (h *held) WriteHeader(status int) {
	if h.status != 0 {
		return
	}
	h.status = status
	kind := h.Header().Get("Content-Type")
	text := strings.HasPrefix(kind, "text/") || strings.Contains(kind, "json") || strings.Contains(kind, "/xml") || strings.Contains(kind, "+xml")
	parts := h.Header().Get("Accept-Ranges") != "" // of a file, which are counted as it is
	if h.through = kind != "" && !text || parts; h.through {
		h.ResponseWriter.WriteHeader(status)
	}
}

// Write implements http.ResponseWriter.
func (h *held) Write(p []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	if h.through {
		return h.ResponseWriter.Write(p)
	}
	return h.body.Write(p)
}

// compressed sends pages and data in gzip to those who understand it. Assets
// come compressed already; files are sent as they are.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") || strings.HasPrefix(r.URL.Path, "/static/") {
			next.ServeHTTP(w, r)
			return
		}
		h := &held{ResponseWriter: w}
		next.ServeHTTP(h, r)
		if h.through {
			return
		}
		if h.body.Len() < smallest {
			w.WriteHeader(max(h.status, http.StatusOK))
			h.body.WriteTo(w)
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(h.status)
		z := zippers.Get().(*gzip.Writer)
		z.Reset(w)
		z.Write(h.body.Bytes())
		z.Close()
		zippers.Put(z)
	})
}
