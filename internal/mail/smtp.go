package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"shenbao/internal/fault"
	"shenbao/internal/job"
)

// An SMTP sends letters through a mail server.
type SMTP struct {
	from    *netmail.Address
	host    string
	options []gomail.Option
}

// NewSMTP reads the address of a mail server. It connects when it sends.
//
//	smtp://user:password@mail.example.gov.cn:587    encrypted with STARTTLS
//	smtps://user:password@mail.example.gov.cn:465   encrypted from the first byte
//
// Both verify the server's certificate. Only to this machine itself does smtp
// go without encryption when the server offers none.
func NewSMTP(address string, from *netmail.Address) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, fault.New(fault.Invalid, "mail.server").Because(err)
	}
	s := &SMTP{from: from, host: u.Hostname()}
	port := map[string]int{"smtp": 587, "smtps": 465}[u.Scheme]
	if u.Port() != "" {
		if port, err = strconv.Atoi(u.Port()); err != nil {
			return nil, fault.New(fault.Invalid, "mail.server").Because(err)
		}
	}
	policy := gomail.TLSMandatory
	if local(s.host) {
		policy = gomail.TLSOpportunistic
	}
	s.options = []gomail.Option{gomail.WithPort(port), gomail.WithTLSPolicy(policy), gomail.WithTimeout(30 * time.Second),
		gomail.WithHELO(domain(from)), gomail.WithTLSConfig(&tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12})}
	if u.Scheme == "smtps" {
		s.options = append(s.options, gomail.WithSSL())
	}
	if name := u.User.Username(); name != "" {
		password, _ := u.User.Password()
		s.options = append(s.options, gomail.WithUsername(name), gomail.WithPassword(password), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	return s, nil
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Send implements [Sender].
func (s *SMTP) Send(ctx context.Context, l Letter) error {
	m, err := l.message(s.from, time.Now())
	if err != nil {
		return job.Permanent(err)
	}
	c, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return err
	}
	return refusal(c.DialAndSendWithContext(ctx, m))
}

// refusal is what went wrong, without the addressee: errors go to the log, and
// the server's own words often hold the address. An addressee that the server
// does not know is not tried again.
func refusal(err error) error {
	failed, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return err
	}
	plain := fmt.Errorf("the mail server refused the letter: %s (%d %s)", failed.Reason, failed.ErrorCode(), failed.EnhancedStatusCode())
	if failed.Reason == gomail.ErrSMTPRcptTo && !failed.IsTemp() {
		return job.Permanent(plain)
	}
	return plain
}
