package mail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// A server is a small mail server: enough of RFC 5321 for one client.
type server struct {
	address string
	trust   *x509.CertPool
	tls     *tls.Config // nil: it offers no encryption
	refuse  map[string]string

	mu       sync.Mutex
	received []string // letters, as they came
	plain    bool     // a letter came without encryption
	auth     []string
}

// newServer starts a mail server with a certificate for mail.example.org.
func newServer(t *testing.T, encrypted bool) *server {
	t.Helper()
	s := &server{trust: x509.NewCertPool(), refuse: map[string]string{}}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"mail.example.org"},
		NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	s.trust.AddCert(cert)
	if encrypted {
		s.tls = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s.address = l.Addr().String()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

// letters returns what was received.
func (s *server) letters() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.received...)
}

func (s *server) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	say := func(format string, args ...any) { fmt.Fprintf(c, format+"\r\n", args...) }
	encrypted := false
	say("220 ready")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		verb, rest, _ := strings.Cut(line, " ")
		switch verb = strings.ToUpper(verb); {
		case s.refuse[verb] != "":
			say("%s", s.refuse[verb])
		case verb == "EHLO":
			say("250-mail.example.org")
			if s.tls != nil && !encrypted {
				say("250-STARTTLS")
			}
			say("250 AUTH PLAIN LOGIN")
		case verb == "STARTTLS":
			say("220 go on")
			encrypted = true
			c = tls.Server(c, s.tls)
			in = bufio.NewReader(c)
		case verb == "AUTH":
			s.mu.Lock()
			s.auth = append(s.auth, rest)
			s.mu.Unlock()
			say("235 welcome")
		case verb == "DATA":
			say("354 go on")
			s.receive(in, encrypted)
			say("250 kept")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *server) receive(in *bufio.Reader, encrypted bool) {
	var b strings.Builder
	for {
		line, err := in.ReadString('\n')
		if err != nil || line == ".\r\n" {
			break
		}
		b.WriteString(line)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.received = append(s.received, b.String())
	s.plain = s.plain || !encrypted
}
