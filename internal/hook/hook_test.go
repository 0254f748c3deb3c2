package hook_test

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/hook"
	"shenbao/internal/job"
	"shenbao/internal/secret"
)

// A post office is a runner that sends to a receiver of the test's own, which is
// reached under the name hooks.example.org.
type office struct {
	*testing.T
	*job.Runner
	hook.Keeper
	db      *db.DB
	server  *httptest.Server
	answer  func(w http.ResponseWriter, r *http.Request)
	known   map[string]bool // notices that may still be told
	stopped []string

	mu   sync.Mutex
	came []came
	log  bytes.Buffer // of the runner
}

// came is a message as it arrived.
type came struct {
	header http.Header
	at     *url.URL
	body   string
}

func newOffice(t *testing.T, d *db.DB) *office {
	o := &office{T: t, db: d, known: map[string]bool{"n1": true, "n2": true}}
	o.server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		o.mu.Lock()
		o.came = append(o.came, came{r.Header, r.URL, string(body)})
		o.mu.Unlock()
		if o.answer != nil {
			o.answer(w, r)
		}
	}))
	t.Cleanup(o.server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(o.server.Certificate())
	guard := &hook.Guard{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
	guard.Trust(roots)
	guard.Resolve(func(_ context.Context, host string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}, nil
	})
	o.Keeper = hook.Keeper{Keys: secret.New(), Guard: guard}
	o.Runner = job.New(d, job.Settings{Log: slog.New(slog.NewTextHandler(&o.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	hook.Handle(o.Runner, d, hook.Options{Keeper: o.Keeper, Base: "https://sb.example.gov.cn",
		Compose: func(_ context.Context, _ db.Reader, q hook.Question) (hook.Message, bool, error) {
			return hook.Message{Kind: "recommend.notice.arrived", Text: "来了“新件” " + q.Language, Link: "/queue/1", At: dbtest.Noon}, o.known[q.Notice] && q.Unit == "u", nil
		},
		Stopped: func(_ context.Context, _ *db.Tx, h *hook.Hook) error {
			o.stopped = append(o.stopped, h.Name)
			return nil
		}})
	return o
}

func (o *office) do(act func(tx *db.Tx) error) error {
	_, err := db.Update(o.Context(), o.db, db.By{Person: "chief", Unit: "u", Role: "unit_admin"}, func(tx *db.Tx) (int, error) { return 0, act(tx) })
	return err
}

func (o *office) add(f hook.Format, kinds ...string) (h *hook.Hook, shown string) {
	o.Helper()
	return o.make(hook.New{Format: f, Kinds: kinds})
}

// make makes a hook of what n says beside name and address.
func (o *office) make(n hook.New) (h *hook.Hook, shown string) {
	o.Helper()
	port := strings.TrimPrefix(o.server.URL, "https://127.0.0.1")
	n.Unit, n.Name, n.Address, n.Language = "u", string(n.Format)+"群", "https://example.com"+port+"/robot?key=geheim", "zh"
	err := o.do(func(tx *db.Tx) (err error) {
		h, shown, err = o.Add(o.Context(), tx, n)
		return err
	})
	if err != nil {
		o.Fatal(err)
	}
	return h, shown
}

// offer offers a notice, as its cause does.
func (o *office) offer(notice, key, once string) {
	o.Helper()
	err := o.do(func(tx *db.Tx) error {
		if err := hook.Offer(o.Context(), tx, hook.Event{Notice: notice, Unit: "u", Key: key, Once: once}); err != nil {
			return err
		}
		return tx.Record(o.Context(), "test.cause", "test:1", nil)
	})
	if err != nil {
		o.Fatal(err)
	}
}

func (o *office) arrived() []came {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.came)
}

func (o *office) deliveries(h *hook.Hook) []*hook.Delivery {
	o.Helper()
	all, err := db.View(o.Context(), o.db, func(r db.Reader) ([]*hook.Delivery, error) { return hook.Deliveries(o.Context(), r, h.ID, 50) })
	if err != nil {
		o.Fatal(err)
	}
	return all
}

func (o *office) hooks() []*hook.Hook {
	o.Helper()
	all, err := db.View(o.Context(), o.db, func(r db.Reader) ([]*hook.Hook, error) { return hook.List(o.Context(), r, "u") })
	if err != nil {
		o.Fatal(err)
	}
	return all
}

// later lets time pass, and sends what is due.
func (o *office) later(d time.Duration) {
	o.db.Clock.(*clock.Manual).Add(d)
	o.Drain(o.Context())
}

func TestSignedAndOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		h, shown := o.add(hook.JSON, "recommend.notice.arrived", "apply.")
		o.offer("n1", "recommend.notice.arrived", "arrived:7:1")
		o.offer("n2", "recommend.notice.arrived", "arrived:7:1") // a colleague is told the same
		o.offer("n2", "recommend.notice.rejected", "")           // nobody asked for it
		if len(o.arrived()) != 0 {
			t.Error("a message left before its cause")
		}
		o.Drain(t.Context())
		o.offer("n1", "recommend.notice.arrived", "arrived:7:1")
		o.Drain(t.Context())
		got := o.arrived()
		if len(got) != 1 {
			t.Fatalf("%d messages", len(got))
		}
		m := got[0]
		seconds, err := strconv.ParseInt(m.header.Get(hook.HeaderTimestamp), 10, 64)
		if err != nil || m.header.Get(hook.HeaderSignature) != "v1="+hook.Sign(shown, time.Unix(seconds, 0), []byte(m.body)) || !time.Unix(seconds, 0).Equal(dbtest.Noon) {
			t.Errorf("signature %v of %s", m.header, m.body)
		}
		if hook.Sign(shown, time.Unix(seconds+1, 0), []byte(m.body)) == hook.Sign(shown, time.Unix(seconds, 0), []byte(m.body)) ||
			hook.Sign(shown, time.Unix(seconds, 0), []byte(m.body+" ")) == hook.Sign(shown, time.Unix(seconds, 0), []byte(m.body)) {
			t.Error("the signature does not hold timestamp and body")
		}
		var said hook.Message
		if err := json.Unmarshal([]byte(m.body), &said); err != nil || said != (hook.Message{ID: "n1", Kind: "recommend.notice.arrived", Text: "来了“新件” zh",
			Link: "https://sb.example.gov.cn/queue/1", At: said.At}) || !said.At.Equal(dbtest.Noon) || m.header.Get(hook.HeaderDelivery) != "n1" {
			t.Errorf("message %s, %v", m.body, err)
		}
		if all := o.deliveries(h); len(all) != 1 || all[0].State != hook.Sent || all[0].Code != 200 {
			t.Errorf("deliveries %+v", all)
		}
		if got := dbtest.Lines(t, d); !slices.Equal(got, []string{"hook.add", "test.cause", "test.cause", "test.cause", "test.cause"}) {
			t.Errorf("lines %v", got)
		}
	})
}

// A receiver that fails is tried again, with the same id; what it took is not
// sent again.
func TestAgainAfterAFailure(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		h, _ := o.add(hook.JSON)
		o.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
		o.offer("n1", "any", "")
		o.Drain(t.Context())
		if all := o.deliveries(h); len(all) != 1 || all[0].State != hook.Waiting || all[0].Outcome != "status" || all[0].Code != 503 || o.hooks()[0].Failures != 1 {
			t.Errorf("after a failure: %+v", all[0])
		}
		o.answer = nil
		o.later(time.Minute)
		o.later(time.Hour)
		got := o.arrived()
		if len(got) != 2 || got[0].header.Get(hook.HeaderDelivery) != "n1" || got[1].header.Get(hook.HeaderDelivery) != "n1" {
			t.Errorf("%d attempts", len(got))
		}
		if h := o.hooks()[0]; h.Failures != 0 || !h.Failing.IsZero() {
			t.Errorf("after it arrived: %+v", h)
		}
	})
}

// A hook that fails for hours is stopped, its unit is told, and nothing is sent
// any more until somebody turns it on.
func TestStopped(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		h, _ := o.add(hook.JSON)
		o.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(404) }
		o.offer("n1", "any", "")
		for range 12 { // more than enough failures, but in an hour
			o.later(5 * time.Minute)
		}
		if o.hooks()[0].State != hook.Active {
			t.Error("stopped within an hour")
		}
		for range 12 {
			o.later(90 * time.Minute)
		}
		if got := o.hooks()[0]; got.State != hook.Stopped || len(o.stopped) != 1 {
			t.Fatalf("after a day: %+v, told %v", got, o.stopped)
		}
		if all := o.deliveries(h); all[0].State != hook.Dropped {
			t.Errorf("what waited: %+v", all[0])
		}
		n := len(o.arrived())
		o.offer("n2", "any", "")
		o.later(time.Hour)
		if len(o.arrived()) != n || len(o.deliveries(h)) != 1 {
			t.Error("a stopped hook is told something")
		}
		if err := o.do(func(tx *db.Tx) error { _, err := o.Try(t.Context(), tx, "u", h.ID); return err }); err == nil || fault.Of(err).Key != "hook.not_active" {
			t.Errorf("a test of a stopped hook: %v", err)
		}
		o.answer = nil
		if err := o.do(func(tx *db.Tx) error { _, err := o.Turn(t.Context(), tx, "u", h.ID, hook.Active); return err }); err != nil {
			t.Fatal(err)
		}
		o.offer("n2", "any", "")
		o.later(time.Minute)
		if len(o.arrived()) != n+1 || o.hooks()[0].Failures != 0 {
			t.Errorf("turned on again: %d messages, %+v", len(o.arrived()), o.hooks()[0])
		}
		lines := dbtest.Lines(t, d)
		if !slices.Equal(lines, []string{"hook.add", "test.cause", "hook.stop", "test.cause", "hook.active", "test.cause"}) {
			t.Errorf("lines %v", lines)
		}
	})
}

// What is gone when the message would leave is not told: the notice, the access,
// the hook.
func TestNothingAfterAccessIsGone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		h, _ := o.add(hook.JSON)
		o.offer("n1", "any", "")
		o.known["n1"] = false
		o.Drain(t.Context())
		if all := o.deliveries(h); len(o.arrived()) != 0 || all[0].State != hook.Dropped {
			t.Errorf("%d messages, %+v", len(o.arrived()), all[0])
		}
		for _, to := range []hook.State{hook.Paused, hook.Removed} {
			h, _ := o.add(hook.JSON)
			o.offer("n2", "any", string(to))
			if err := o.do(func(tx *db.Tx) error { _, err := o.Turn(t.Context(), tx, "u", h.ID, to); return err }); err != nil {
				t.Fatal(err)
			}
			n := len(o.arrived())
			o.Drain(t.Context())
			if len(o.arrived()) != n+1 { // the first hook's
				t.Errorf("%s: %d messages", to, len(o.arrived())-n)
			}
		}
		for _, unit := range []string{"another", ""} {
			if err := o.do(func(tx *db.Tx) error { _, err := o.Turn(t.Context(), tx, unit, h.ID, hook.Removed); return err }); err == nil || fault.Of(err).Kind != fault.Missing {
				t.Errorf("removed by %q: %v", unit, err)
			}
		}
	})
}

// Robots take their text in a form of their own, and refuse in an answer of
// status 200.
func TestRobots(t *testing.T) {
	d := dbtest.SQLite(t)
	o := newOffice(t, d)
	text := `【申报平台】来了“新件” zh\nhttps://sb.example.gov.cn/queue/1`
	for f, want := range map[hook.Format][2]string{
		hook.WeCom:    {`{"msgtype":"text","text":{"content":"` + text + `"}}`, `{"errcode":93000,"errmsg":"invalid webhook url"}`},
		hook.DingTalk: {`{"msgtype":"text","text":{"content":"` + text + `"}}`, `{"errcode":310000,"errmsg":"keywords not in content"}`},
		hook.Feishu:   {`{"msg_type":"text","content":{"text":"` + text + `"}}`, `{"code":19021,"msg":"sign match fail"}`},
	} {
		h, _ := o.add(f)
		o.offer("n1", "any", string(f))
		o.answer = func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, want[1]) }
		o.Drain(t.Context())
		got := o.arrived()
		if body := got[len(got)-1].body; body != want[0] {
			t.Errorf("%s: %s, want %s", f, body, want[0])
		}
		if all := o.deliveries(h); all[0].State != hook.Waiting || all[0].Outcome != "robot" || all[0].Code == 0 {
			t.Errorf("%s refused: %+v", f, all[0])
		}
		o.answer = func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"errcode":0,"code":0,"errmsg":"ok"}`)
		}
		o.later(time.Hour)
		if all := o.deliveries(h); all[0].State != hook.Sent {
			t.Errorf("%s took it: %+v", f, all[0])
		}
		if err := o.do(func(tx *db.Tx) error { _, err := o.Turn(t.Context(), tx, "u", h.ID, hook.Removed); return err }); err != nil {
			t.Fatal(err)
		}
	}
}

// Nobody is led inside: not by a name that stands for an inner address, for an
// outer one and an inner one, or for another one the second time; not by a
// redirect.
func TestNobodyIsLedInside(t *testing.T) {
	d := dbtest.SQLite(t)
	o := newOffice(t, d)
	inner := netip.MustParseAddr("127.0.0.1")
	h, _ := o.add(hook.JSON)
	o.answer = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://169.254.169.254/", http.StatusTemporaryRedirect)
	}
	o.offer("n1", "any", "redirect")
	o.Drain(t.Context())
	if all := o.deliveries(h); all[0].Outcome != "redirect" || all[0].Code != 307 {
		t.Errorf("a redirect: %+v", all[0])
	}
	before := len(o.arrived())
	asked := 0
	for name, lookup := range map[string][]netip.Addr{"inner": {inner}, "one of each": {netip.MustParseAddr("8.8.8.8"), inner}, "mapped": {netip.MustParseAddr("::ffff:127.0.0.1")}} {
		o.Guard.Networks = nil
		o.Guard.Resolve(func(context.Context, string) ([]netip.Addr, error) { asked++; return lookup, nil })
		o.offer("n1", "any", name)
		o.later(time.Minute)
		if all := o.deliveries(h); all[0].Outcome != "inside" || all[0].State != hook.Waiting {
			t.Errorf("%s: %+v", name, all[0])
		}
	}
	if len(o.arrived()) != before || asked < 3 {
		t.Errorf("%d messages went inside; %d times asked", len(o.arrived())-before, asked)
	}
}

// The address of a robot is a key: it stands sealed in the database, and nothing
// that is told of a failure holds it.
func TestTheAddressIsNotTold(t *testing.T) {
	d := dbtest.SQLite(t)
	o := newOffice(t, d)
	o.add(hook.JSON)
	o.server.Close()
	o.offer("n1", "any", "")
	o.Drain(t.Context())
	jobs, err := db.View(t.Context(), d, func(r db.Reader) ([]job.Job, error) { return job.List(t.Context(), r, job.Waiting, "", 50) })
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if strings.Contains(j.Error, "geheim") || strings.Contains(j.Error, "/robot") {
			t.Errorf("the error of the job tells: %s", j.Error)
		}
	}
	h := o.hooks()[0]
	if u, err := url.Parse("https://" + h.Host); err != nil || u.Hostname() != "example.com" || strings.Contains(h.Host, "geheim") {
		t.Errorf("shown of the address: %q", h.Host)
	}
	told, err := json.Marshal(h)
	if err != nil || strings.Contains(string(told), "geheim") {
		t.Errorf("the API tells %s", told)
	}
	stored, err := db.View(t.Context(), d, func(r db.Reader) (text string, err error) {
		err = r.QueryRow(t.Context(), `SELECT address || secret || host FROM hooks`).Scan(&text)
		return text, err
	})
	if err != nil || strings.Contains(stored, "geheim") {
		t.Errorf("the database tells %s, %v", stored, err)
	}
}

// A receiver that says much, or slowly, holds nobody up.
func TestAnAnswerHasAnEnd(t *testing.T) {
	d := dbtest.SQLite(t)
	o := newOffice(t, d)
	h, _ := o.add(hook.JSON)
	o.answer = func(w http.ResponseWriter, _ *http.Request) {
		for range 1 << 10 {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}
	o.offer("n1", "any", "")
	begun := time.Now()
	o.Drain(t.Context())
	if all := o.deliveries(h); all[0].State != hook.Sent || time.Since(begun) > 5*time.Second {
		t.Errorf("after %v: %+v", time.Since(begun), all[0])
	}
}

func TestForgetting(t *testing.T) {
	d := dbtest.SQLite(t)
	o := newOffice(t, d)
	h, _ := o.add(hook.JSON)
	o.offer("n1", "any", "")
	o.Drain(t.Context())
	o.later(29 * 24 * time.Hour)
	if len(o.deliveries(h)) != 1 {
		t.Error("forgotten too early")
	}
	o.later(3 * 24 * time.Hour)
	if len(o.deliveries(h)) != 0 {
		t.Error("not forgotten")
	}
}
