package actor_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// try signs in from somewhere with a password.
func (h *house) try(email, password, source string) error {
	_, err := h.gate.SignIn(h.Context(), actor.Credentials{Email: email, Password: password}, actor.Origin{Source: source})
	return err
}

func TestThrottles(t *testing.T) {
	limits := actor.Limits{Pair: 3, Account: 5, Source: 7, Window: 15 * time.Minute, Global: 9, GlobalWindow: time.Minute, Letters: 2, LetterWindow: time.Hour}
	cases := map[string]func(h *house) (email, source func(i int) string, allowed int){
		"one account from one source": func(h *house) (func(int) string, func(int) string, int) {
			return func(int) string { return h.person("admin of unit").Email }, func(int) string { return "192.0.2.1" }, 3
		},
		"one account from everywhere": func(h *house) (func(int) string, func(int) string, int) {
			return func(int) string { return h.person("admin of unit").Email }, func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }, 5
		},
		"no account from everywhere": func(*house) (func(int) string, func(int) string, int) {
			return func(int) string { return "nobody@example.cn" }, func(i int) string { return fmt.Sprintf("192.0.2.%d", i) }, 5
		},
		"all accounts from one source": func(*house) (func(int) string, func(int) string, int) {
			return func(i int) string { return fmt.Sprintf("n%d@example.cn", i) }, func(int) string { return "192.0.2.1" }, 7
		},
		"all accounts from one network": func(*house) (func(int) string, func(int) string, int) {
			return func(i int) string { return fmt.Sprintf("n%d@example.cn", i) }, func(i int) string { return fmt.Sprintf("2001:db8::%x", i) }, 7
		},
		"all accounts from everywhere": func(*house) (func(int) string, func(int) string, int) {
			return func(i int) string { return fmt.Sprintf("n%d@example.cn", i) }, func(i int) string { return fmt.Sprintf("192.0.%d.1", i) }, 9
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *house) {
				h.gate.Settings.Limits = limits
				email, source, allowed := c(h)
				var err error
				for i := range 12 {
					err = h.try(email(i), "a wrong password", source(i))
					wanted := "actor.wrong"
					if i >= allowed {
						wanted = "actor.throttled"
					}
					want(h, fmt.Sprintf("attempt %d", i+1), err, wanted)
				}
				if n := h.mostAttempts(); n > allowed {
					h.Errorf("a counter went on to %d: who is shut out is only read", n)
				}
				seconds, ok := actor.RetryAfter(err)
				if !ok || seconds < 1 || seconds > 15*60 {
					h.Fatalf("wait %d seconds, %v", seconds, ok)
				}
				h.clock().Add(time.Duration(seconds) * time.Second)
				want(h, "after waiting", h.try(email(0), "a wrong password", source(0)), "actor.wrong")
			})
		})
	}
}

// Whoever gets in uses up nobody's patience, and whoever is in is not shut out.
func TestSuccessDoesNotCount(t *testing.T) {
	each(t, func(h *house) {
		h.gate.Settings.Limits.Pair, h.gate.Settings.Limits.Source, h.gate.Settings.Limits.Global = 3, 3, 3
		p := h.person("admin of unit")
		for range 8 {
			want(h, "a right password", h.try(p.Email, password, "192.0.2.1"), "")
		}
		token := h.signIn(p)
		for range 5 {
			h.try(p.Email, "a wrong password", "192.0.2.1")
		}
		want(h, "a right password, too late", h.try(p.Email, password, "192.0.2.1"), "actor.throttled")
		_, err := h.gate.Prove(h.Context(), token, password, actor.Origin{Source: "192.0.2.1"})
		want(h, "guessing through a session", err, "actor.throttled")
		h.resume(token)
	})
}

func TestLettersAreCounted(t *testing.T) {
	each(t, func(h *house) {
		h.gate.Settings.Limits.Letters = 2
		p := h.person("admin of unit")
		for _, email := range []string{p.Email, "nobody@example.cn"} {
			for i, wanted := range []string{"", "", "actor.throttled"} {
				want(h, fmt.Sprintf("letter %d to %s", i+1, email), h.gate.AskReset(h.Context(), email, desk), wanted)
			}
			want(h, "another kind of letter", h.gate.AskToJoin(h.Context(), email, "", desk), "actor.throttled")
		}
		h.clock().Add(time.Hour)
		want(h, "an hour later", h.gate.AskReset(h.Context(), p.Email, desk), "")
	})
}

// Whether there is an account shows neither in the answer, nor in what is
// stored, nor in what is sent, nor in the time it takes.
func TestEnumeration(t *testing.T) {
	dear(t)
	each(t, func(h *house) {
		hash, err := h.gate.HashPassword(h.Context(), password)
		h.must(err)
		h.setHash(h.person("admin of unit"), string(hash))
		h.setHash(h.person("disabled"), string(hash))
		h.gate.Settings.Limits = actor.Limits{Pair: 1e6, Account: 1e6, Source: 1e6, Window: time.Hour, Global: 1e6, GlobalWindow: time.Hour, Letters: 1e6, LetterWindow: time.Hour}
		known, disabled := h.person("admin of unit").Email, h.person("disabled")
		h.must(h.as(h.role(actor.SysAdmin, ""), func(tx *db.Tx) error { return actor.DisablePerson(h.Context(), tx, disabled.ID) }))
		pages := map[string]func(email string) error{
			"sign in": func(email string) error { return h.try(email, "a wrong password", "192.0.2.1") },
			"reset":   func(email string) error { return h.gate.AskReset(h.Context(), email, desk) },
			"join":    func(email string) error { return h.gate.AskToJoin(h.Context(), email, "", desk) },
		}
		for page, ask := range pages {
			times := map[string][]time.Duration{}
			answers := map[string]string{}
			for range 15 {
				for _, email := range []string{known, "nobody@example.cn", disabled.Email} {
					lines, letters := h.count(), len(h.mail)
					begin := time.Now()
					err := ask(email)
					times[email] = append(times[email], time.Since(begin))
					answers[email] = fmt.Sprintf("%v; %s; %d letters", err, h.lines(lines), len(h.mail)-letters)
				}
			}
			if answers[known] != answers["nobody@example.cn"] || answers[known] != answers[disabled.Email] {
				h.Errorf("%s: %v", page, answers)
			}
			// The quickest of many: what else the machine does only adds to it.
			a, b, c := slices.Min(times[known]), slices.Min(times["nobody@example.cn"]), slices.Min(times[disabled.Email])
			if max(a, b, c) > 2*min(a, b, c) && max(a, b, c)-min(a, b, c) > 2*time.Millisecond {
				h.Errorf("%s takes %v with an account, %v without, %v with a disabled one", page, a, b, c)
			}
			h.Logf("%s: %v, %v, %v", page, a, b, c)
		}
		err = h.try(disabled.Email, password, "192.0.2.1")
		want(h, "the right password of a disabled account", err, "actor.wrong")
	})
}

// race lets fifty do the same thing at the same time and returns what became of
// each: one "" and otherwise the same key.
func race(h *house, act func(i int) error) map[string]int {
	h.Helper()
	const racers = 50
	var wait sync.WaitGroup
	begin := make(chan struct{})
	results := make([]string, racers)
	for i := range racers {
		wait.Go(func() {
			<-begin
			results[i] = key(act(i))
		})
	}
	close(begin)
	wait.Wait()
	count := map[string]int{}
	for _, r := range results {
		count[r]++
	}
	return count
}

// Of fifty who bring the same thing, one wins.
func TestRaces(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.Context()
		h.gate.Settings.Limits = actor.Limits{Pair: 1e6, Account: 1e6, Source: 1e6, Window: time.Hour, Global: 1e6, GlobalWindow: time.Hour, Letters: 1e6, LetterWindow: time.Hour}
		h.gate.Settings.Sessions = 1000
		p, admin := h.person("admin of unit"), h.admin("unit")
		one := func(name, others string, act func(i int) error) {
			h.Helper()
			got, lost := race(h, act), 0
			for _, k := range strings.Fields(others) {
				lost += got[k]
			}
			if got[""] != 1 || lost != 49 {
				h.Errorf("%s: %v, want one winner and 49 times %s", name, got, others)
			}
		}

		newcomer := visitor(h.person("newcomer"))
		one("a credit code", "actor.code_taken", func(int) error {
			return h.as(newcomer, func(tx *db.Tx) error { return register(plain)(h, tx) })
		})
		one("a seat", "actor.seat_taken", func(int) error {
			return h.as(db.System, func(tx *db.Tx) error {
				_, err := actor.AddAuthority(ctx, tx, actor.Authority{Name: "青岛市科技局", Place: "370200", Level: actor.City})
				return err
			})
		})
		one("a decision", "actor.not_pending actor.changed_meanwhile", func(int) error {
			return h.as(db.System, func(tx *db.Tx) error {
				_, err := actor.ConfirmUnit(ctx, tx, h.units["fresh"].ID)
				return err
			})
		})
		one("a role", "actor.has_role", func(int) error {
			return h.as(admin, func(tx *db.Tx) error {
				_, err := actor.Grant(ctx, tx, h.people["newcomer"].ID, actor.Offer{Unit: h.units["unit"].ID, Role: actor.Editor})
				return err
			})
		})
		h.must(h.gate.AskToJoin(ctx, "raced@example.cn", "", desk))
		join := h.token("raced@example.cn")
		one("an account", "actor.token_over", func(int) error { return h.join(join) })
		h.must(h.gate.AskReset(ctx, p.Email, desk))
		reset := h.token(p.Email)
		one("a reset", "actor.token_over", func(int) error { return h.reset(reset) })

		k, codes, _ := h.enrol(p)
		h.clock().Add(time.Minute)
		var half []string
		for range 50 {
			half = append(half, h.signIn(p))
		}
		now := h.code(k, h.clock().Now())
		one("a code", "actor.wrong_code", func(i int) error {
			_, err := h.gate.Code(ctx, half[i], now, desk)
			return err
		})
		half = nil
		for range 50 {
			half = append(half, h.signIn(p))
		}
		one("a recovery code", "actor.wrong_code", func(i int) error {
			_, err := h.gate.Code(ctx, half[i], codes[0], desk)
			return err
		})
		half = half[:0]
		half = append(half, h.signIn(p))
		h.clock().Add(time.Minute)
		now = h.code(k, h.clock().Now())
		if got := race(h, func(int) error { _, err := h.gate.Code(ctx, half[0], now, desk); return err }); got[""] != 1 {
			h.Errorf("one session and one code: %v", got)
		}
	})
}

func (h *house) join(token string) error {
	_, err := h.gate.Join(h.Context(), token, actor.NewPerson{Name: "新"}, second)
	return err
}

func (h *house) reset(token string) error { return h.gate.ResetPassword(h.Context(), token, password) }

// Two administrators who dismiss each other at once: one stays.
func TestOneAdministratorStays(t *testing.T) {
	each(t, func(h *house) {
		for range 5 {
			a, b := h.role(actor.UnitAdmin, "unit"), h.admin("unit")
			var wait sync.WaitGroup
			for _, pair := range [][2]db.By{{a, b}, {b, a}} {
				id := h.membership(pair[1])
				wait.Go(func() {
					h.as(pair[0], func(tx *db.Tx) error { return actor.EndMembership(h.Context(), tx, id) })
				})
			}
			wait.Wait()
			found, err := see(h, func(r db.Reader) ([]*actor.Membership, error) {
				return actor.Members(h.Context(), r, h.role(actor.SysAdmin, ""), h.units["unit"].ID)
			})
			h.must(err)
			if len(found) != 1 {
				h.Fatalf("%d administrators are left", len(found))
			}
			h.must(h.as(db.System, func(tx *db.Tx) error {
				for _, by := range []db.By{a, b} {
					if by.Person != string(found[0].Person) {
						_, err := actor.Grant(h.Context(), tx, actor.PersonID(by.Person), actor.Offer{Unit: h.units["unit"].ID, Role: actor.UnitAdmin})
						return err
					}
				}
				return nil
			}))
		}
	})
}

// Units that register while the authority of their place is set up come under
// it, whoever is first.
func TestRegisteringMeanwhile(t *testing.T) {
	each(t, func(h *house) {
		var wait sync.WaitGroup
		var people []db.By
		for i := range 20 {
			people = append(people, visitor(h.person(fmt.Sprintf("p%d", i))))
		}
		for i, by := range people {
			wait.Go(func() {
				err := h.as(by, func(tx *db.Tx) error {
					return register(func(_ *house, r *actor.Registration) { r.Code, r.Place = creditCode(200+i), "370103" })(h, tx)
				})
				if err != nil {
					h.Error(err)
				}
			})
		}
		h.authority("downtown", "370103", actor.District, "")
		wait.Wait()
		found, err := see(h, func(r db.Reader) ([]*actor.Unit, error) {
			return actor.ListUnits(h.Context(), r, h.role(actor.Head, "downtown"), actor.Filter{State: actor.Pending})
		})
		if h.must(err); len(found) != len(people) {
			h.Errorf("%d of %d units stand under the new authority", len(found), len(people))
		}
	})
}

// Two moves that are each sound must not close a ring together.
func TestNoRingByTwo(t *testing.T) {
	each(t, func(h *house) {
		a, b := h.units["bureau"].ID, h.units["office"].ID
		for range 10 {
			for _, id := range []actor.UnitID{a, b} {
				h.must(h.as(db.System, func(tx *db.Tx) error {
					_, err := actor.MoveUnit(h.Context(), tx, id, h.units["province"].ID)
					return err
				}))
			}
			var wait sync.WaitGroup
			for _, pair := range [][2]actor.UnitID{{a, b}, {b, a}} {
				wait.Go(func() {
					h.as(db.System, func(tx *db.Tx) error { _, err := actor.MoveUnit(h.Context(), tx, pair[0], pair[1]); return err })
				})
			}
			wait.Wait()
			if h.parent("bureau") == b && h.parent("office") == a {
				h.Fatal("two authorities stand under each other")
			}
		}
	})
}

// A stolen database tells nobody's telephone number, second factor, password,
// token or code.
func TestStolenDatabase(t *testing.T) {
	file := filepath.Join(t.TempDir(), db.File)
	d, err := db.Open(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	d.Clock = clock.At(noon)
	h := build(t, d)
	ctx, p := t.Context(), h.person("admin of unit")
	plain := []string{"13800001234", password}
	k, codes, token := h.enrol(p)
	plain = append(plain, k, token, strings.ReplaceAll(codes[0], "-", ""), codes[0])
	h.must(h.gate.AskReset(ctx, p.Email, desk))
	plain = append(plain, h.token(p.Email))
	h.must(h.as(h.admin("unit"), func(tx *db.Tx) error {
		_, api, err := actor.CreateAPIToken(ctx, tx, "x", []string{"registry"}, time.Hour)
		plain = append(plain, api)
		return err
	}))
	h.try("mistyped-"+password, "x", "192.0.2.1") // a password in the wrong field
	h.must(d.Close())
	var dump []byte
	for _, name := range []string{file, file + "-wal"} {
		text, err := os.ReadFile(name)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		dump = append(dump, text...)
	}
	if !bytes.Contains(dump, []byte(p.Email)) {
		t.Fatal("the dump does not hold what it must: is it the right file?")
	}
	for i, s := range plain {
		if len(s) < 8 || bytes.Contains(dump, []byte(s)) {
			t.Errorf("the database tells secret %d: %.4s…", i, s)
		}
	}
}

// While the queue for hashing is full, newcomers are asked to wait, and who is
// in notices nothing.
func TestFullQueue(t *testing.T) {
	dear(t)
	h := build(t, sqlite(t))
	s := h.gate.Settings
	s.Hashers = 1
	h.gate = actor.NewGate(h.db, secret.New(), s)
	token := h.signIn(h.person("admin of unit"))
	var wait sync.WaitGroup
	results := make(chan string, 200)
	for range 200 {
		wait.Go(func() {
			_, err := h.gate.HashPassword(t.Context(), second)
			if seconds, ok := actor.RetryAfter(err); err != nil && (!ok || seconds < 1 || fault.Of(err).Kind != fault.Late) {
				t.Errorf("the answer to those who must wait: %v", err)
			}
			results <- key(err)
		})
	}
	time.Sleep(50 * time.Millisecond)
	begin := time.Now()
	h.resume(token)
	if d := time.Since(begin); d > 500*time.Millisecond {
		t.Errorf("who is in waited for %v", d)
	}
	wait.Wait()
	close(results)
	count := map[string]int{}
	for r := range results {
		count[r]++
	}
	if count["actor.busy"] < 100 || count[""] < 60 || count[""]+count["actor.busy"] != 200 {
		t.Errorf("results %v", count)
	}
}

// Whoever goes away gives up their place in the queue.
func TestGivingUp(t *testing.T) {
	dear(t)
	g := actor.NewGate(nil, secret.New(), actor.Settings{Policy: actor.ASVS, Hashers: 1})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var err error
	for range 10 { // a free worker may be quicker than the context
		var wait sync.WaitGroup
		wait.Go(func() { g.HashPassword(t.Context(), second) })
		time.Sleep(5 * time.Millisecond)
		_, err = g.HashPassword(ctx, second)
		wait.Wait()
		if err == context.Canceled {
			return
		}
	}
	t.Errorf("hashed for nobody: %v", err)
}

func TestSweep(t *testing.T) {
	each(t, func(h *house) {
		old := h.signIn(h.person("admin of unit"))
		h.must(h.gate.AskReset(h.Context(), h.person("admin of unit").Email, desk))
		h.clock().Add(48 * time.Hour)
		token := h.signIn(h.person("admin of unit"))
		h.must(h.gate.Sweep(h.Context()))
		h.resume(token)
		h.over("a session of the day before yesterday", old, "actor.no_session")
		for table, want := range map[string]int{"sessions": 1, "one_time_tokens": 0} {
			if got := h.rows(table); got != want {
				h.Errorf("%d rows in %s, want %d", got, table, want)
			}
		}
	})
}

// mostAttempts is the highest of the counters.
func (h *house) mostAttempts() (n int) {
	h.Helper()
	_, err := see(h, func(r db.Reader) (int, error) {
		return 0, r.QueryRow(h.Context(), "SELECT MAX(n) FROM attempts").Scan(&n)
	})
	h.must(err)
	return n
}

func (h *house) rows(table string) (n int) {
	h.Helper()
	_, err := see(h, func(r db.Reader) (int, error) {
		return 0, r.QueryRow(h.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n)
	})
	h.must(err)
	return n
}
