package actor_test

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/alexedwards/argon2id"

	"shenbao/actor"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

const password = "correct horse battery"

// cheap are parameters of hashes that cost nothing.
var cheap = argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// dear makes hashes cost what they do in earnest until the test is over.
var dear func(t testing.TB)

func TestMain(m *testing.M) {
	undo := actor.SetHashing(cheap)
	dear = func(t testing.TB) {
		undo()
		t.Cleanup(func() { actor.SetHashing(cheap) })
	}
	os.Exit(m.Run())
}

// aHash is the hash of password, made once: hashing is slow.
var aHash = sync.OnceValue(func() actor.Hash {
	g := actor.NewGate(nil, secret.New(), actor.DefaultSettings())
	h, err := g.HashPassword(context.Background(), password)
	if err != nil {
		panic(err)
	}
	return h
})

// A house is a database with an authority tree, units and people in it:
//
//	province 370000 ── city 370100 ── district 370114 ── unit (confirmed), other (confirmed), fresh (pending)
//	         │                └──────── bureau (department of the city)
//	         └── office (department of the province) ── college (confirmed, by name)
//	province 140000
type house struct {
	*testing.T
	db     *db.DB
	gate   *actor.Gate
	mail   []actor.Letter
	units  map[string]*actor.Unit
	people map[string]*actor.Person
	mu     sync.Mutex
}

// build fills a fresh database. Its lines in the journal are not counted.
func build(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := &house{T: t, db: d, units: map[string]*actor.Unit{}, people: map[string]*actor.Person{}}
	h.gate = gateOf(h)
	h.authority("province", "370000", actor.Province, "")
	h.authority("city", "370100", actor.City, "")
	h.authority("district", "370114", actor.District, "")
	h.authority("bureau", "370100", actor.Department, "city")
	h.authority("office", "370000", actor.Department, "province")
	h.authority("abroad", "140000", actor.Province, "")
	h.registered("unit", "370114", "")
	h.registered("other", "370114", "")
	h.registered("college", "370102", "office")
	for _, name := range []string{"unit", "other", "college"} {
		h.must(h.as(db.System, func(tx *db.Tx) error {
			_, err := actor.ConfirmUnit(t.Context(), tx, h.units[name].ID)
			return err
		}))
	}
	h.registered("fresh", "370114", "")
	return h
}

// gateOf is a gate that keeps its letters in the house and asks no role for a
// second factor.
func gateOf(h *house) *actor.Gate {
	s := actor.DefaultSettings()
	s.TwoFactor = nil
	g := actor.NewGate(h.db, secret.New(), s)
	g.Send = func(_ context.Context, _ *db.Tx, l actor.Letter) error {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.mail = append(h.mail, l)
		return nil
	}
	return g
}

// each runs fn in a fresh house on every kind of database.
func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(build(t, d)) })
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// as runs one act on somebody's account.
func (h *house) as(by db.By, act func(tx *db.Tx) error) error {
	_, err := db.Update(h.Context(), h.db, by, func(tx *db.Tx) (int, error) { return 0, act(tx) })
	return err
}

// see runs one reading.
func see[T any](h *house, fn func(r db.Reader) (T, error)) (T, error) {
	return db.View(h.Context(), h.db, fn)
}

func (h *house) authority(name, place, level, under string) {
	h.Helper()
	var id actor.UnitID
	if under != "" {
		id = h.units[under].ID
	}
	h.must(h.as(db.System, func(tx *db.Tx) (err error) {
		h.units[name], err = actor.AddAuthority(h.Context(), tx, actor.Authority{Name: name + " authority", Place: place, Level: level, Under: id})
		return err
	}))
}

// registered registers a unit by a new person, "admin of <name>".
func (h *house) registered(name, place, under string) {
	h.Helper()
	p := h.person("admin of " + name)
	reg := actor.Registration{Code: creditCode(len(h.units)), Name: name + " company", Kind: "enterprise", Place: place}
	if under != "" {
		reg.Under = h.units[under].ID
	}
	h.must(h.as(visitor(p), func(tx *db.Tx) (err error) {
		h.units[name], err = actor.RegisterUnit(h.Context(), tx, reg)
		return err
	}))
}

// person returns the person of that name, with an account at first mention.
func (h *house) person(name string) *actor.Person {
	h.Helper()
	if p := h.people[name]; p != nil {
		return p
	}
	h.must(h.as(db.System, func(tx *db.Tx) (err error) {
		n := actor.NewPerson{Name: name, Email: strings.ReplaceAll(strings.TrimSpace(name), " ", ".") + "@example.cn", Phone: "138 0000 1234"}
		h.people[name], err = h.gate.AddPerson(h.Context(), tx, n, aHash())
		return err
	}))
	return h.people[name]
}

// role returns somebody who holds a role in a unit ("" = the platform), as the
// author of a change.
func (h *house) role(role actor.Role, unit string) db.By {
	h.Helper()
	switch role {
	case actor.System:
		return db.System
	case actor.Visitor:
		return visitor(h.person("visitor"))
	}
	name := string(role) + " of " + unit
	id := actor.UnitID("")
	if unit != "" {
		id = h.units[unit].ID
	}
	by := db.By{Unit: string(id), Role: string(role)}
	if p := h.people[name]; p != nil {
		by.Person = string(p.ID)
		return by
	}
	p := h.person(name)
	h.must(h.as(db.System, func(tx *db.Tx) error {
		_, err := actor.Grant(h.Context(), tx, p.ID, actor.Offer{Unit: id, Role: role})
		return err
	}))
	by.Person = string(p.ID)
	return by
}

// admin is the person who registered a unit, as its administrator.
func (h *house) admin(unit string) db.By {
	return db.By{Person: string(h.person("admin of " + unit).ID), Unit: string(h.units[unit].ID), Role: string(actor.UnitAdmin)}
}

func visitor(p *actor.Person) db.By { return db.By{Person: string(p.ID), Role: string(actor.Visitor)} }

// lines returns the verbs of the journal that are there since before lines of
// it.
func (h *house) lines(before int) string { return strings.Join(dbtest.Lines(h, h.db)[before:], " ") }

func (h *house) count() int { return len(dbtest.Lines(h, h.db)) }

// token returns the token of the last letter to somebody.
func (h *house) token(to string) string {
	h.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, l := range slices.Backward(h.mail) {
		if l.To == to && l.Token != "" {
			token, err := h.gate.Token(l)
			h.must(err)
			return token
		}
	}
	h.Fatalf("no letter with a token to %s", to)
	return ""
}

// clock is the clock of the database.
func (h *house) clock() *clock.Manual { return h.db.Clock.(*clock.Manual) }

// creditCode is the nth of a row of sound credit codes.
func creditCode(n int) string {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	code := fmt.Sprintf("91370100MA%07d", n)
	sum, weight := 0, 1
	for _, r := range code {
		sum += weight * strings.IndexRune(alphabet, r)
		weight = weight * 3 % 31
	}
	return code + string(alphabet[(31-sum%31)%31])
}

// key is the message key of an error, "" for none.
func key(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Key
}

func want(t testing.TB, what string, err error, wanted string) {
	t.Helper()
	if key(err) != wanted {
		t.Errorf("%s: %v, want %q", what, err, wanted)
	}
}

// noon is the instant at which every test begins.
var noon = dbtest.Noon

func sqlite(t *testing.T) *db.DB { return dbtest.SQLite(t) }
