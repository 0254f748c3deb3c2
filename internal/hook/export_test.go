package hook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/netip"
)

// Permits is permits.
func (g *Guard) Permits(ip netip.Addr, scheme string) bool { return g.permits(ip, scheme) }

// Resolve answers names in the place of the system.
func (g *Guard) Resolve(lookup func(ctx context.Context, host string) ([]netip.Addr, error)) {
	g.lookup = lookup
}

// Trust lets a test's own server prove itself.
func (g *Guard) Trust(roots *x509.CertPool) {
	g.trust = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
}
