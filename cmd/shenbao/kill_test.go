package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// These tests kill a process that submits applications, again and again, with
// kill -9 at any moment, and hold what it acknowledged against what the next
// process finds: nothing that was acknowledged is lost, nothing is there twice.
//
// The process is this test binary. It opens the data as shenbao serve does, and
// several people submit, withdraw and submit again. When a submission has
// returned, it says so: that is the acknowledgement. After a kill everybody
// begins with the request that was under way, under the same key.

// killPlan is what a process that is to be killed gets.
type killPlan struct {
	Flags  *dataFlags   `json:"flags"`
	People []*submitter `json:"people"`
	Early  bool         `json:"early"` // it says that it has submitted before that is on the disk: the fault that is to be found
}

// A submitter submits one application over and over.
type submitter struct {
	applytest.Applicant
	Round int `json:"round"` // of the request that was tried last
}

// killEnv holds the plan of a process.
const killEnv = "SHENBAO_TEST_KILL"

// TestMain becomes a process that submits when a test asks for one.
func TestMain(m *testing.M) {
	if plan := os.Getenv(killEnv); plan != "" {
		if err := submitUntilKilled(plan); err != nil {
			fmt.Println("F", err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// submitUntilKilled never ends by itself unless something fails.
func submitUntilKilled(text string) error {
	var p killPlan
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	a, _ := testApp()
	a.ctx, a.Getenv = context.Background(), func(string) string { return "" }
	s, err := p.Flags.openToServe(a)
	if err != nil {
		return err
	}
	o := &apply.Office{Keys: s.keys, Shelf: &call.Shelf{}, Blobs: s.blobs, Sign: s.key}
	failed := make(chan error)
	for i, one := range p.People {
		go func() {
			for ; ; one.Round++ {
				if err := one.once(s, o, i, p.Early); err != nil {
					failed <- err
				}
			}
		}()
	}
	return <-failed
}

// once submits and withdraws. Lines are written with one system call each.
func (one *submitter) once(s *store, o *apply.Office, i int, early bool) error {
	ctx := context.Background()
	fmt.Printf("T %d %d\n", i, one.Round)
	said := func(v *apply.Version) {
		fmt.Printf("S %d %d %d %s %s\n", i, one.Round, v.Number, v.Hash, sha(v.Receipt))
	}
	request := applytest.Submission(one.Application)
	request.Key = one.key(one.Round)
	var err error
	if early {
		_, err = db.Update(ctx, s.db, one.By, func(tx *db.Tx) (*apply.Version, error) {
			v, err := apply.Submit(ctx, tx, o, request)
			if err == nil {
				said(v)
			}
			return v, err
		})
	} else {
		var v *apply.Version
		if v, err = o.HandIn(ctx, s.db, one.By, request); err == nil {
			said(v)
		}
	}
	if err != nil {
		return fmt.Errorf("submit %s: %w", request.Key, err)
	}
	_, err = db.Update(ctx, s.db, one.By, func(tx *db.Tx) (*apply.Application, error) {
		return apply.Withdraw(ctx, tx, apply.Recall{Application: one.Application})
	})
	if f := fault.Of(err); err != nil && f.Key != "apply.not_submitted" { // it was withdrawn before the kill
		return fmt.Errorf("withdraw %s: %w", request.Key, err)
	}
	return nil
}

func (one *submitter) key(round int) string { return fmt.Sprintf("%s-%d", one.Application, round) }

// A ledger is what processes acknowledged, by the key of the request.
type ledger struct {
	*testing.T
	plan  killPlan
	acked map[string]string // number, hash of the manifest, hash of the receipt
	kills int
}

// newLedger fills a fresh installation with applications that are ready.
func newLedger(t *testing.T, flags *dataFlags) *ledger {
	t.Helper()
	s, o := served(t, flags)
	defer s.close()
	h := applytest.Build(t, s.db, o)
	l := &ledger{T: t, plan: killPlan{Flags: flags}, acked: map[string]string{}}
	for _, a := range h.Crowd(h.Ready(), 16) {
		l.plan.People = append(l.plan.People, &submitter{Applicant: a})
	}
	change(t, s.db, "UPDATE calls SET closes = '2099-12-31T09:00:00.000Z'") // the processes go by the time of the day
	return l
}

// kill lets a process submit for a while, and kills it.
func (l *ledger) kill(after time.Duration) {
	l.Helper()
	plan, err := json.Marshal(l.plan)
	if err != nil {
		l.Fatal(err)
	}
	c := exec.Command(os.Args[0], "-test.run", "^$")
	c.Env = append(os.Environ(), killEnv+"="+string(plan))
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		l.Fatal(err)
	}
	var once sync.Once
	for lines := bufio.NewReader(out); ; {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // what has no end was not said
		}
		l.heard(line)
		if line[0] == 'S' || l.kills%5 == 0 { // some are killed before they answer anything
			once.Do(func() { time.AfterFunc(after, func() { c.Process.Kill() }) })
		}
	}
	_ = c.Wait() // it was killed
	l.kills++
}

// heard enters a line that a process wrote.
func (l *ledger) heard(line string) {
	l.Helper()
	var i, round int
	word := strings.Fields(line)
	if word[0] == "F" {
		l.Fatalf("a process failed: %s", line)
	}
	if _, err := fmt.Sscan(word[1], &i); err != nil {
		l.Fatalf("%q: %v", line, err)
	}
	if _, err := fmt.Sscan(word[2], &round); err != nil {
		l.Fatalf("%q: %v", line, err)
	}
	one := l.plan.People[i]
	one.Round = round
	if word[0] == "T" {
		return
	}
	said := strings.Join(word[3:], " ")
	if before, again := l.acked[one.key(round)]; again && before != said {
		l.Errorf("%s was acknowledged with %s, and then with %s", one.key(round), before, said)
	}
	l.acked[one.key(round)] = said
}

// lost are the keys that were acknowledged and are not there as they were.
func (l *ledger) lost() (lost []string) {
	l.Helper()
	a, _ := testApp()
	a.ctx, a.Getenv = l.Context(), func(string) string { return "" }
	s, err := l.plan.Flags.openToOperate(a)
	if err != nil {
		l.Fatal(err)
	}
	defer s.close()
	there, err := db.View(l.Context(), s.db, func(r db.Reader) (map[string]string, error) {
		there := map[string]string{}
		err := db.Each(l.Context(), r, func(row db.Scanner) error {
			var key, hash, receipt string
			var n int64
			if err := row.Scan(&key, &n, &hash, &receipt); err != nil {
				return err
			}
			if _, twice := there[key]; twice {
				l.Errorf("%s is there twice", key)
			}
			there[key] = fmt.Sprintf("%d %s %s", n, hash, sha(receipt))
			return nil
		}, "SELECT submit_key, number, hash, receipt FROM application_versions")
		return there, err
	})
	if err != nil {
		l.Fatal(err)
	}
	for key, said := range l.acked {
		if there[key] != said {
			lost = append(lost, fmt.Sprintf("%s: acknowledged %s, found %q", key, said, there[key]))
		}
	}
	return lost
}

// verified asks that the data are in order.
func (l *ledger) verified(args ...string) {
	l.Helper()
	ok(l.T, append([]string{"journal", "checkpoint"}, args...)...)
	if found := faultsOf(l.T, args...); len(found) > 0 {
		l.Errorf("verify-data: %q", found)
	}
}

// killed runs many kills, each at another moment, and tells how it went.
func (l *ledger) killed(times int, args ...string) {
	l.Helper()
	for range times {
		l.kill(rand.N(150 * time.Millisecond))
		if l.kills%20 == 0 || l.kills == times {
			for _, one := range l.lost() {
				l.Errorf("after kill %d: %s", l.kills, one)
			}
		}
		if l.Failed() {
			return
		}
	}
	l.verified(args...)
	if len(l.acked) < times/4 { // after a kill most of what is answered first was answered before
		l.Errorf("%d submissions were acknowledged in %d rounds: nothing was shown", len(l.acked), times)
	}
	l.Logf("%d kills, %d submissions acknowledged, none lost, none twice", l.kills, len(l.acked))
}

func TestKillsOnSQLite(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a process two hundred times")
	}
	data := filepath.Join(t.TempDir(), "data")
	newLedger(t, &dataFlags{Data: data}).killed(200, "--data", data)
}

func TestKillsOnPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a process twenty times")
	}
	server, data := postgres(t), filepath.Join(t.TempDir(), "data")
	newLedger(t, &dataFlags{Data: data, Database: server}).killed(20, "--data", data, "--database", server)
}

// The harness finds a platform that acknowledges before the disk has it: a
// process that does so is caught within a few kills.
func TestKillsFindAnEarlyAnswer(t *testing.T) {
	if testing.Short() {
		t.Skip("kills a process until something is lost")
	}
	l := newLedger(t, &dataFlags{Data: filepath.Join(t.TempDir(), "data")})
	l.plan.Early = true
	for range 60 {
		l.kill(rand.N(60 * time.Millisecond)) // while several wait for one commit
		if lost := l.lost(); len(lost) > 0 {
			t.Logf("after %d kills and %d answers %d are lost", l.kills, len(l.acked), len(lost))
			return
		}
	}
	t.Errorf("%d kills, %d early answers, and nothing is lost: the harness is blind", l.kills, len(l.acked))
}
