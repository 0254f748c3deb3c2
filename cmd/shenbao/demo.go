package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/terminal"
)

// demoCmd is "shenbao demo".
type demoCmd struct {
	Addr     string `placeholder:"ADDR" default:"127.0.0.1:8080" help:"cli.flag.addr"`
	Call     string `enum:"shandong,shanxi" default:"shandong" placeholder:"WHICH" help:"cli.flag.demo_call"`
	LogLevel string `enum:"debug,info,warn,error" default:"warn" placeholder:"LEVEL" help:"cli.flag.log_level"`
}

// Help names the command's longer text.
func (demoCmd) Help() string { return "cli.demo.detail" }

// demoBegins is when the demonstration believes to be started: three working
// days before the end of Shandong's call of 2024, or four before that of Shanxi's.
var demoBegins = map[string]time.Time{"shandong": beijing(2024, 11, 27, 10), "shanxi": beijing(2024, 4, 29, 10)}

// shifted is the clock of the machine, moved: it runs, and tells another time.
type shifted struct{ by time.Duration }

// Now implements clock.Clock.
func (s shifted) Now() time.Time { return clock.System{}.Now().Add(s.by) }

// demoJSON is what "demo --json" writes when it is ready.
type demoJSON struct {
	announceJSON
	Logins []loginJSON `json:"logins"`
	Begins time.Time   `json:"begins"` // the instant that it believes to start at
}

// A loginJSON is an account of the demonstration.
type loginJSON struct {
	Email    string `json:"email"`
	Password string `json:"password"`
	Name     string `json:"name"`
	Role     string `json:"role"`
	Unit     string `json:"unit"`
}

// Run implements the command.
func (c *demoCmd) Run(a *app) error {
	dir, err := os.MkdirTemp("", "shenbao-demo-")
	if err != nil {
		return fileFault(os.TempDir(), err)
	}
	defer os.RemoveAll(dir)
	f := &serveFlags{
		dataFlags: dataFlags{Data: filepath.Join(dir, "data")}, Addr: c.Addr, LogLevel: c.LogLevel,
		MailFrom: "shenbao@demo.example", Workers: 2, demo: true,
	}
	l, err := f.bind()
	if err != nil {
		return err
	}
	defer l.Close()
	s, err := f.openToServe(a)
	if err != nil {
		return err
	}
	defer s.close()
	p, err := f.wire(a, s, f.logger(a))
	if err != nil {
		return err
	}
	begins := demoBegins[c.Call]
	logins, err := seed(a, p, begins)
	if err != nil {
		return err
	}
	s.db.Clock = shifted{time.Until(begins)}
	return f.serve(a, p, l, func(address string) error {
		return a.announceDemo(demoJSON{announceJSON{Address: address, URL: f.base() + "/"}, logins, begins}, s.flags.path(mailFolder))
	})
}

// shownLogins are printed beside the first of every role: the people of the
// call that is open, and a unit that lacks one thing for it.
const shownLogins = " officer.zhangqiu@demo.example head.zhangqiu@demo.example unit04@demo.example "

// announceDemo says where the demonstration is and who can sign in.
func (a *app) announceDemo(d demoJSON, mail string) error {
	if a.JSON {
		if err := a.writeJSON(d); err != nil {
			return err
		}
		return a.out.Flush()
	}
	fmt.Fprintln(a.out, a.text("demo.ready", d.URL, d.Begins.Format("2006-01-02 15:04")))
	fmt.Fprintln(a.out, a.text("demo.logins", demoPassword))
	said := map[string]int{}
	for _, l := range d.Logins {
		if said[l.Role]++; said[l.Role] == 1 || strings.Contains(shownLogins, " "+l.Email+" ") {
			fmt.Fprintf(a.out, "  %-30s %s  %s\n", l.Email, terminal.Pad(a.text("actor.role."+l.Role), 18), l.Unit)
		}
	}
	fmt.Fprintln(a.out, a.text("demo.others", len(d.Logins)))
	fmt.Fprintln(a.out, a.text("demo.mail", mail))
	return a.out.Flush()
}
