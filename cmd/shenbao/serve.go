package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"shenbao/actor"
	"shenbao/internal/fault"
)

// serveCmd is "shenbao serve".
type serveCmd struct {
	serveFlags `embed:""`
}

// serveFlags are the settings of the platform, listed in
// docs/operate/config.md.
type serveFlags struct {
	dataFlags    `embed:""`
	Addr         string   `setting:"" placeholder:"ADDR" default:"127.0.0.1:8080" help:"cli.flag.addr"`
	URL          string   `setting:"" name:"url" placeholder:"URL" help:"cli.flag.url"`
	TLSCert      string   `setting:"" name:"tls-cert" placeholder:"FILE" help:"cli.flag.tls_cert"`
	TLSKey       string   `setting:"" name:"tls-key" placeholder:"FILE" help:"cli.flag.tls_key"`
	TrustedProxy []string `setting:"" placeholder:"IP" help:"cli.flag.trusted_proxy"`
	AdminAddr    string   `setting:"" placeholder:"ADDR" help:"cli.flag.admin_addr"`
	Mail         string   `setting:"" placeholder:"URL" help:"cli.flag.mail"`
	MailFrom     string   `setting:"" placeholder:"ADDRESS" default:"shenbao@localhost.localdomain" help:"cli.flag.mail_from"`
	Clamd        string   `setting:"" placeholder:"URL" help:"cli.flag.clamd"`
	HookNetwork  []string `setting:"" placeholder:"CIDR" help:"cli.flag.hook_network"`
	Passwords    string   `setting:"" enum:"asvs,mlps" default:"asvs" placeholder:"asvs|mlps" help:"cli.flag.passwords"`
	Programmes   string   `setting:"" placeholder:"DIR" help:"cli.flag.programmes"`
	Workers      int      `setting:"" placeholder:"N" default:"4" help:"cli.flag.workers"`
	LogLevel     string   `setting:"" enum:"debug,info,warn,error" default:"info" placeholder:"LEVEL" help:"cli.flag.log_level"`

	demo bool // nothing in it is real
}

// Help names the command's longer text.
func (serveCmd) Help() string { return "cli.serve.detail" }

// How long things may go on after the program is told to stop.
const (
	stopRequests = 20 * time.Second
	stopJobs     = 10 * time.Second
)

// Run implements the command.
func (c *serveCmd) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	l, err := c.bind()
	if err != nil {
		return err
	}
	defer l.Close()
	s, err := c.openToServe(a)
	if err != nil {
		return err
	}
	defer s.close()
	p, err := c.wire(a, s, c.logger(a))
	if err != nil {
		return err
	}
	if c.Mail == "" {
		p.log.Warn("no mail server: letters are written into a folder", "folder", c.path(mailFolder))
	}
	token, err := p.gate.FirstToken(a.ctx)
	if err != nil {
		return err
	}
	return c.serve(a, p, l, func(address string) error { return c.announce(a, address, token) })
}

// check finds settings that contradict each other.
func (f *serveFlags) check() error {
	if (f.TLSCert == "") != (f.TLSKey == "") {
		return fault.New(fault.Invalid, "serve.tls_pair")
	}
	for _, ip := range f.TrustedProxy {
		if _, err := netip.ParseAddr(ip); err != nil {
			return fault.New(fault.Invalid, "serve.proxy", ip).Because(err)
		}
	}
	for _, network := range f.HookNetwork {
		if _, err := netip.ParsePrefix(network); err != nil {
			return fault.New(fault.Invalid, "serve.hook_network", network).In("--hook-network").Because(err)
		}
	}
	if f.URL != "" && !strings.HasPrefix(f.URL, "http://") && !strings.HasPrefix(f.URL, "https://") {
		return fault.New(fault.Invalid, "serve.url", f.URL)
	}
	return nil
}

// bind takes the address for visitors, before anything else is touched. It also
// says what the platform's address is when no option does.
func (f *serveFlags) bind() (net.Listener, error) {
	l, err := net.Listen("tcp", f.Addr)
	if err != nil {
		return nil, fault.New(fault.Internal, "serve.listen", f.Addr).Because(err)
	}
	if f.URL == "" {
		at := l.Addr().(*net.TCPAddr)
		host := at.IP.String()
		if at.IP.IsUnspecified() {
			host = "localhost"
		}
		f.URL = f.scheme() + net.JoinHostPort(host, strconv.Itoa(at.Port))
	}
	return l, nil
}

func (f *serveFlags) scheme() string {
	if f.TLSCert != "" {
		return "https://"
	}
	return "http://"
}

// base is the platform's address as others see it, without a slash at the end.
func (f *serveFlags) base() string { return strings.TrimRight(f.URL, "/") }

// rules are the rules of the gate.
func (f *serveFlags) rules() actor.Settings {
	rules := actor.DefaultSettings()
	if f.demo {
		rules.TwoFactor = nil // nobody has a telephone at hand for every account
	}
	if f.Passwords == "mlps" {
		rules.Policy = actor.MLPS
	}
	return rules
}

// announceJSON is what serve --json writes when it is ready.
type announceJSON struct {
	Address string `json:"address"`         // where it listens
	URL     string `json:"url"`             // as others see it
	First   string `json:"first,omitempty"` // where the first administrator begins; once
}

// announce says where the platform is, and where its first administrator
// begins.
func (c *serveCmd) announce(a *app, address, token string) error {
	said := announceJSON{Address: address, URL: c.base() + "/"}
	if token != "" {
		said.First = c.base() + "/first/" + token
	}
	if a.JSON {
		if err := a.writeJSON(said); err != nil {
			return err
		}
		return a.out.Flush()
	}
	fmt.Fprintln(a.out, a.text("serve.ready", said.URL))
	if said.First != "" {
		fmt.Fprintln(a.out, a.text("serve.first", said.First))
	}
	return a.out.Flush()
}

// serve answers requests on l and does jobs until it is told to stop. Ready is
// called when it does.
func (f *serveFlags) serve(a *app, p *platform, l net.Listener, ready func(address string) error) error {
	ctx, cancel := signal.NotifyContext(a.ctx, syscall.SIGINT, syscall.SIGTERM)
	defer cancel()
	health := &health{platform: p}
	front, err := f.front(p, l, health)
	if err != nil {
		return err
	}
	admin, err := f.admin(p, health)
	if err != nil {
		return err
	}
	failed := make(chan error, 2)
	go front.run(failed)
	go admin.run(failed)
	jobs, stopped := f.work(p)
	p.log.Info("serving", "address", front.address, "admin", admin.where(), "postgres", p.db.Postgres())
	if err = ready(front.address); err == nil {
		select {
		case <-ctx.Done():
		case err = <-failed:
		}
	}
	cancel() // a second signal ends the process at once
	health.stopping.Store(true)
	p.log.Info("stopping")
	end, cancelEnd := context.WithTimeout(context.WithoutCancel(ctx), stopRequests)
	defer cancelEnd()
	err = errors.Join(err, front.stop(end))
	jobs()
	<-stopped
	err = errors.Join(err, admin.stop(end))
	p.log.Info("stopped")
	return err
}

// work does jobs until stop is called; ended is closed when none runs any more.
func (f *serveFlags) work(p *platform) (stop func(), ended <-chan struct{}) {
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		p.runner.Run(ctx)
	}()
	return stop, done
}
