package call

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
	"shenbao/programme"
)

// A house is a database with a province, its city and district, another
// province, and people in them.
type house struct {
	*testing.T
	db    *db.DB
	gate  *actor.Gate
	hash  actor.Hash
	units map[string]actor.UnitID
	shelf Shelf
}

var oneHash = sync.OnceValue(func() actor.Hash {
	h, err := actor.NewGate(nil, secret.New(), actor.DefaultSettings()).HashPassword(context.Background(), "correct horse battery")
	if err != nil {
		panic(err)
	}
	return h
})

func build(t *testing.T, d *db.DB) *house {
	h := &house{T: t, db: d, gate: actor.NewGate(d, secret.New(), actor.DefaultSettings()), hash: oneHash(), units: map[string]actor.UnitID{}}
	for _, a := range []struct{ name, place, level string }{{"province", "370000", actor.Province}, {"city", "370100", actor.City},
		{"district", "370114", actor.District}, {"abroad", "140000", actor.Province}} {
		h.must(h.as(db.System, func(tx *db.Tx) error {
			u, err := actor.AddAuthority(t.Context(), tx, actor.Authority{Name: a.name + " authority", Place: a.place, Level: a.level})
			if err == nil {
				h.units[a.name] = u.ID
			}
			return err
		}))
	}
	return h
}

// inHouse runs fn in a fresh house on every kind of database.
func inHouse(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(build(t, d)) })
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// want asks that an error has a key, "" for none.
func (h *house) want(what string, err error, key string) {
	h.Helper()
	got := ""
	if err != nil {
		got = fault.Of(err).Key
	}
	if got != key {
		h.Errorf("%s: %v, want %q", what, err, key)
	}
}

// as runs one act on somebody's account.
func (h *house) as(by db.By, act func(tx *db.Tx) error) error {
	_, err := db.Update(h.Context(), h.db, by, func(tx *db.Tx) (int, error) { return 0, act(tx) })
	return err
}

// do is as for an act that returns a call.
func (h *house) do(by db.By, act func(tx *db.Tx) (*Call, error)) (*Call, error) {
	return db.Update(h.Context(), h.db, by, act)
}

// hire gives somebody new a role in a unit.
func (h *house) hire(unit string, role actor.Role) db.By {
	h.Helper()
	by := db.By{Unit: string(h.units[unit]), Role: string(role)}
	h.must(h.as(db.System, func(tx *db.Tx) error {
		p, err := h.gate.AddPerson(h.Context(), tx, actor.NewPerson{Name: "某人", Email: db.NewID() + "@example.cn"}, h.hash)
		if err != nil {
			return err
		}
		by.Person = string(p.ID)
		_, err = actor.Grant(h.Context(), tx, p.ID, actor.Offer{Unit: h.units[unit], Role: role})
		return err
	}))
	return by
}

func (h *house) clock() *clock.Manual { return h.db.Clock.(*clock.Manual) }

// lines are the verbs that the journal gained since it had n lines.
func (h *house) lines(n int) []string { return dbtest.Lines(h, h.db)[n:] }

func (h *house) count() int { return len(dbtest.Lines(h, h.db)) }

// version is a package of programmes/ with its copy.
func version(t testing.TB, id string) Version {
	t.Helper()
	l, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	return versionIn(t, l, id)
}

func versionIn(t testing.TB, l *programme.Library, id string) Version {
	t.Helper()
	p, err := l.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := l.Archive(id)
	if err != nil {
		t.Fatal(err)
	}
	return Version{p, archive}
}

// draft drafts a call of the district.
func (h *house) draft(by db.By, amends ID) *Call {
	h.Helper()
	v := version(h, "shandong-tic-2024")
	c, err := h.do(by, func(tx *db.Tx) (*Call, error) { return Draft(h.Context(), tx, v, amends) })
	h.must(err)
	return c
}

// publish drafts and publishes a call of the district.
func (h *house) publish(by db.By) *Call {
	h.Helper()
	c := h.draft(by, "")
	c, err := h.do(by, func(tx *db.Tx) (*Call, error) { return Publish(h.Context(), tx, c.ID, "") })
	h.must(err)
	return c
}

// find reads a call as somebody.
func (h *house) find(by db.By, id ID) (*Call, error) {
	return db.View(h.Context(), h.db, func(r db.Reader) (*Call, error) { return Find(h.Context(), r, by, id) })
}

// at is a time of the district's call, in Shanghai.
func at(month, day, hour, minute int) time.Time {
	return time.Date(2024, time.Month(month), day, hour, minute, 0, 0, clock.Zone)
}

type (
	programmeReport  = programme.VerifyReport
	programmePackage = programme.Package
)

func sqlite(t *testing.T) *db.DB { return dbtest.SQLite(t) }
