package hook

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"
)

// A Guard lets messages leave for the open Internet alone, so that nobody reaches
// what stands inside this network by way of us: every address that a name stands
// for is looked at, the one that was looked at is dialled, and nobody is followed
// to another place. The zero value is the strictest.
type Guard struct {
	// Networks are those inside that may be reached all the same, without
	// encryption too, as the operator says.
	Networks []netip.Prefix

	lookup func(ctx context.Context, host string) ([]netip.Addr, error) // nil: the system's
	trust  *http.Transport                                              // nil: the system's authorities; tests have their own
}

// closed are the networks that lie in the open range but are not the open
// Internet (IANA's special-purpose registries), and the metadata services of
// clouds that have a public address.
var closed = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
	"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32",
	"2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20",
)

// global is where unicast addresses of IPv6 are given out; everything else is
// not the open Internet.
var global = netip.MustParsePrefix("2000::/3")

func prefixes(all ...string) []netip.Prefix {
	var out []netip.Prefix
	for _, one := range all {
		out = append(out, netip.MustParsePrefix(one))
	}
	return out
}

// permits reports whether an address may be dialled: with https one of the open
// Internet, with http only one that the operator allows.
func (g *Guard) permits(ip netip.Addr, scheme string) bool {
	zone := ip.Zone()
	ip = ip.WithZone("").Unmap()
	if slices.ContainsFunc(g.Networks, func(p netip.Prefix) bool { return p.Contains(ip) }) {
		return true
	}
	if scheme != "https" || zone != "" || !ip.IsValid() || ip.Is6() && !global.Contains(ip) {
		return false
	}
	return !slices.ContainsFunc(closed, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// errInside says that a name stands for an address that may not be dialled.
var errInside = errors.New("the address lies inside the network")

// How long a message may take, and how much of the answer is read.
const (
	patience   = 10 * time.Second
	answerSize = 64 << 10
)

// client sends to addresses of a scheme. Connections are not kept: the next
// message looks the name up anew.
func (g *Guard) client(scheme string) *http.Client {
	t := &http.Transport{}
	if g.trust != nil {
		t = g.trust.Clone()
	}
	t.Proxy = nil // of the environment: the guard could not see behind it
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		return g.dial(ctx, scheme, network, address)
	}
	t.DisableKeepAlives, t.DisableCompression = true, true
	t.TLSHandshakeTimeout, t.ResponseHeaderTimeout, t.MaxResponseHeaderBytes = patience/2, patience, answerSize
	return &http.Client{Transport: t, Timeout: patience,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// dial looks a name up, looks at every address that it stands for, and dials
// those very addresses: the name is not asked again, which could answer otherwise
// the second time.
func (g *Guard) dial(ctx context.Context, scheme, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	lookup := g.lookup
	if lookup == nil {
		lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	all, err := lookup(ctx, host)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(all, func(ip netip.Addr) bool { return !g.permits(ip, scheme) }) {
		return nil, errInside
	}
	var d net.Dialer
	failed := errors.New("the name has no address")
	for _, ip := range all {
		c, err := d.DialContext(ctx, network, net.JoinHostPort(ip.Unmap().String(), port))
		if err == nil {
			return c, nil
		}
		failed = err
	}
	return nil, failed
}

// bare is an error of the client without the address, which may hold a key.
func bare(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
