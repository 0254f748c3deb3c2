package hook_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/hook"
	"shenbao/internal/job"
)

const robotSecret = "SECgeheim012"

// The signatures of robotSecret at [dbtest.Noon], as OpenSSL makes them: with a
// plus and a stroke in them, which an address has to escape.
const (
	dingTalkAtNoon = "mcef7ZaMkp6lQrX0xRhjykSUO+1mtyybcL/oWipI7lI="
	feishuAtNoon   = "0TEVkrlBoLLLcKyKG1KhaGPBJ0Z+4YgUp9MS/Gj1iF8="
)

// byHand is HMAC-SHA256 in Base64 as RFC 2104 writes it down.
func byHand(key, text string) string {
	var inner, outer [64]byte
	for i := range inner {
		var k byte
		if i < len(key) {
			k = key[i]
		}
		inner[i], outer[i] = k^0x36, k^0x5c
	}
	first := sha256.Sum256(append(inner[:], text...))
	second := sha256.Sum256(append(outer[:], first[:]...))
	return base64.StdEncoding.EncodeToString(second[:])
}

// DingTalk has time and signature in the address, Feishu in the message, each
// made anew for every attempt; WeCom has none. Our own headers are not theirs.
func TestSignaturesOfRobots(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		ding, _ := o.make(hook.New{Format: hook.DingTalk, Secret: "  " + robotSecret + "\n"})
		lark, _ := o.make(hook.New{Format: hook.Feishu, Secret: robotSecret})
		wecom, shown := o.make(hook.New{Format: hook.WeCom})
		if !ding.Signed || !lark.Signed || wecom.Signed || shown != "" {
			t.Errorf("signed: %v %v %v, shown %q", ding.Signed, lark.Signed, wecom.Signed, shown)
		}
		o.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }
		o.offer("n1", "any", "")
		o.Drain(t.Context())
		o.answer = nil
		o.later(time.Minute)
		for i, m := range o.arrived() {
			at := dbtest.Noon
			if i >= 3 {
				at = at.Add(time.Minute)
			}
			seconds := strconv.FormatInt(at.Unix(), 10)
			q := m.at.Query()
			var said struct{ Timestamp, Sign string }
			if err := json.Unmarshal([]byte(m.body), &said); err != nil {
				t.Fatal(err)
			}
			switch {
			case q.Get("key") != "geheim" || m.header.Get(hook.HeaderSignature) != "" || m.header.Get(hook.HeaderTimestamp) != "" || m.header.Get(hook.HeaderDelivery) != "n1":
				t.Errorf("%v %v", m.at, m.header)
			case strings.Contains(m.body, "msg_type"):
				if want := byHand(seconds+"\n"+robotSecret, ""); said.Timestamp != seconds || said.Sign != want || len(q) != 1 || i < 3 && want != feishuAtNoon {
					t.Errorf("Feishu: %s, want %s at %s", m.body, want, seconds)
				}
			case len(q) == 3:
				if want := byHand(robotSecret, seconds+"000\n"+robotSecret); q.Get("timestamp") != seconds+"000" || q.Get("sign") != want || said.Sign != "" || i < 3 && want != dingTalkAtNoon {
					t.Errorf("DingTalk: %v, want %s at %s000", q, want, seconds)
				}
			case len(q) != 1 || said.Sign != "" || said.Timestamp != "":
				t.Errorf("WeCom: %v %s", q, m.body)
			}
		}
		if n := len(o.arrived()); n != 6 {
			t.Errorf("%d messages", n)
		}
	})
}

// A robot that asks for no signature gets none.
func TestRobotsWithoutSecret(t *testing.T) {
	o := newOffice(t, dbtest.SQLite(t))
	for _, f := range []hook.Format{hook.DingTalk, hook.Feishu} {
		if h, shown := o.add(f); h.Signed || shown != "" {
			t.Errorf("%s: signed %v, shown %q", f, h.Signed, shown)
		}
	}
	o.offer("n1", "any", "")
	o.Drain(t.Context())
	for _, m := range o.arrived() {
		if len(m.at.Query()) != 1 || strings.Contains(m.body, "sign") {
			t.Errorf("%v %s", m.at, m.body)
		}
	}
	if n := len(o.arrived()); n != 2 {
		t.Errorf("%d messages", n)
	}
}

// A secret that a robot's owner typed stands nowhere but sealed: not in the
// database, the journal, the log, the errors of jobs, or what the API tells; nor
// does a signature.
func TestTheSecretIsNotTold(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d)
		for _, f := range []hook.Format{hook.DingTalk, hook.Feishu} {
			o.make(hook.New{Format: f, Secret: robotSecret})
		}
		o.answer = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(500) }
		o.offer("n1", "any", "status")
		o.Drain(t.Context())
		o.server.Close()
		o.offer("n1", "any", "closed")
		o.Drain(t.Context())
		told, err := json.Marshal(o.hooks())
		if err != nil {
			t.Fatal(err)
		}
		texts := map[string]string{"the API": string(told), "the log": o.log.String()}
		_, err = db.View(t.Context(), d, func(r db.Reader) (int, error) {
			for name, query := range map[string]string{"the database": `SELECT address || ' ' || secret || ' ' || host FROM hooks`, "the journal": `SELECT payload FROM journal`,
				"the deliveries": `SELECT once || outcome FROM hook_deliveries`} {
				all, err := db.All(t.Context(), r, func(row db.Scanner) (text string, err error) { return text, row.Scan(&text) }, query)
				if err != nil || len(all) == 0 {
					t.Errorf("%s: %d rows, %v", name, len(all), err)
				}
				texts[name] = strings.Join(all, "\n")
			}
			jobs, err := job.List(t.Context(), r, job.Waiting, "", 50)
			for _, j := range jobs {
				texts["the errors of jobs"] += j.Error + "\n"
			}
			return 0, err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range texts {
			for _, hidden := range []string{"geheim", robotSecret, dingTalkAtNoon, feishuAtNoon, "mcef7ZaMkp6l", "sign="} {
				if text == "" || strings.Contains(text, hidden) {
					t.Errorf("%s tells %q: %s", name, hidden, text)
				}
			}
		}
	})
}
