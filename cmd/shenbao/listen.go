package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"shenbao/internal/fault"
)

// A listener is a server on an address. A nil listener serves nobody.
type listener struct {
	server  *http.Server
	net     net.Listener
	address string // http://127.0.0.1:8080
}

// front serves visitors.
func (f *serveFlags) front(p *platform, l net.Listener, h *health) (*listener, error) {
	mux := http.NewServeMux()
	h.mount(mux)
	mux.Handle("/", p.site.Handler())
	front := newListener(l, mux, p.log)
	if f.TLSCert == "" {
		return front, nil
	}
	pair := &certificate{certFile: f.TLSCert, keyFile: f.TLSKey}
	if _, err := pair.get(nil); err != nil {
		return nil, fault.New(fault.Invalid, "serve.tls", f.TLSCert).Because(err)
	}
	front.server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: pair.get}
	front.address = f.scheme() + l.Addr().String()
	return front, nil
}

// admin serves the operator, if there is an address for it.
func (f *serveFlags) admin(p *platform, h *health) (*listener, error) {
	if f.AdminAddr == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", f.AdminAddr)
	if err != nil {
		return nil, fault.New(fault.Internal, "serve.listen", f.AdminAddr).Because(err)
	}
	mux := http.NewServeMux()
	h.mount(mux)
	mux.Handle("GET /metrics", p.meters.handler())
	return newListener(l, mux, p.log), nil
}

func newListener(l net.Listener, h http.Handler, log *slog.Logger) *listener {
	return &listener{net: l, address: "http://" + l.Addr().String(), server: &http.Server{
		Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10,
		ReadTimeout: 15 * time.Minute, // a large upload over a slow line
		ErrorLog:    slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}}
}

// where is the address, or "".
func (l *listener) where() string {
	if l == nil {
		return ""
	}
	return l.address
}

func (l *listener) run(failed chan<- error) {
	if l == nil {
		return
	}
	serve := l.server.Serve
	if l.server.TLSConfig != nil {
		serve = func(n net.Listener) error { return l.server.ServeTLS(n, "", "") }
	}
	if err := serve(l.net); !errors.Is(err, http.ErrServerClosed) {
		failed <- fmt.Errorf("serve %s: %w", l.address, err)
	}
}

// stop takes no more requests and lets those under way come to their end.
func (l *listener) stop(ctx context.Context) error {
	if l == nil {
		return nil
	}
	if err := l.server.Shutdown(ctx); err != nil {
		return errors.Join(fmt.Errorf("requests were cut short: %w", err), l.server.Close())
	}
	return nil
}

// A certificate is read again when its file is renewed, so that nobody has to
// start the program anew for it.
type certificate struct {
	certFile, keyFile string

	mu      sync.Mutex
	changed time.Time
	pair    *tls.Certificate
}

// get implements tls.Config.GetCertificate. A renewed pair that cannot be read
// yet is asked for again at the next connection; the old one serves till then.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	info, err := os.Stat(c.certFile)
	if err == nil && (c.pair == nil || !info.ModTime().Equal(c.changed)) {
		var pair tls.Certificate
		if pair, err = tls.LoadX509KeyPair(c.certFile, c.keyFile); err == nil {
			c.pair, c.changed = &pair, info.ModTime()
		}
	}
	if c.pair == nil {
		return nil, err
	}
	return c.pair, nil
}
