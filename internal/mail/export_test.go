package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"

	gomail "github.com/wneessen/go-mail"
)

// Redirect makes a sender dial a server of the test, whose certificate it
// trusts, whatever name it knows the server by.
func (s *SMTP) Redirect(address string, trust *x509.CertPool) {
	s.options = append(s.options,
		gomail.WithDialContextFunc(func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.host, RootCAs: trust, MinVersion: tls.VersionTLS12}))
}
