package registry_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"shenbao/actor"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/internal/secret"
	"shenbao/registry"
)

// aHash is the hash of a password, made once: hashing is slow.
var aHash = sync.OnceValue(func() actor.Hash {
	h, err := actor.NewGate(nil, secret.New(), actor.DefaultSettings()).HashPassword(context.Background(), "correct horse battery")
	if err != nil {
		panic(err)
	}
	return h
})

// A house is a database with two provinces, a city, and units in it.
type house struct {
	testing.TB
	db     *db.DB
	keys   *secret.Keys
	gate   *actor.Gate
	units  map[string]*actor.Unit
	people map[string]actor.PersonID
}

// The units of a house: code, name, place.
var units = map[string][3]string{
	"unit":  {"91370000MA0000001T", "泉山智行机器人有限公司", "370114"},
	"other": {"91370000MA0000006A", "海岱精密传感有限公司", "370114"},
}

func build(t testing.TB, d *db.DB) *house {
	t.Helper()
	keys := secret.New()
	h := &house{TB: t, db: d, keys: keys, gate: actor.NewGate(d, keys, actor.DefaultSettings()),
		units: map[string]*actor.Unit{}, people: map[string]actor.PersonID{}}
	h.gate.Send = func(context.Context, *db.Tx, actor.Letter) error { return nil }
	for _, a := range []struct{ name, place, level string }{{"province", "370000", actor.Province}, {"city", "370100", actor.City}, {"abroad", "140000", actor.Province}} {
		h.as(db.System, func(tx *db.Tx) (err error) {
			h.units[a.name], err = actor.AddAuthority(t.Context(), tx, actor.Authority{Name: a.name, Place: a.place, Level: a.level})
			return err
		})
	}
	for _, name := range []string{"unit", "other"} {
		u := units[name]
		by := db.By{Person: string(h.person("admin of " + name)), Role: string(actor.Visitor)}
		h.as(by, func(tx *db.Tx) (err error) {
			h.units[name], err = actor.RegisterUnit(t.Context(), tx, actor.Registration{Code: u[0], Name: u[1], Kind: "enterprise", Place: u[2]})
			return err
		})
		h.as(db.System, func(tx *db.Tx) error {
			_, err := actor.ConfirmUnit(t.Context(), tx, h.units[name].ID)
			return err
		})
	}
	return h
}

// each runs fn in a fresh house on every kind of database.
func each(t *testing.T, fn func(h *house)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) { fn(build(t, d)) })
}

// as runs an act that has to succeed.
func (h *house) as(by db.By, act func(tx *db.Tx) error) {
	h.Helper()
	if err := h.try(by, act); err != nil {
		h.Fatal(err)
	}
}

func (h *house) try(by db.By, act func(tx *db.Tx) error) error {
	_, err := db.Update(h.Context(), h.db, by, func(tx *db.Tx) (int, error) { return 0, act(tx) })
	return err
}

func see[T any](h *house, fn func(r db.Reader) (T, error)) T {
	h.Helper()
	v, err := db.View(h.Context(), h.db, fn)
	if err != nil {
		h.Fatal(err)
	}
	return v
}

func (h *house) person(name string) actor.PersonID {
	h.Helper()
	if id := h.people[name]; id != "" {
		return id
	}
	h.as(db.System, func(tx *db.Tx) error {
		p, err := h.gate.AddPerson(h.Context(), tx, actor.NewPerson{Name: name, Email: strings.ReplaceAll(name, " ", ".") + "@example.cn"}, aHash())
		if err == nil {
			h.people[name] = p.ID
		}
		return err
	})
	return h.people[name]
}

// by is somebody who holds a role in a unit, as the author of a change.
func (h *house) by(role actor.Role, unit string) db.By {
	h.Helper()
	if role == actor.UnitAdmin && h.people["admin of "+unit] != "" {
		return db.By{Person: string(h.people["admin of "+unit]), Unit: string(h.units[unit].ID), Role: string(role)}
	}
	name := string(role) + " of " + unit
	known := h.people[name] != ""
	p := h.person(name)
	if !known {
		h.as(db.System, func(tx *db.Tx) error {
			_, err := actor.Grant(h.Context(), tx, p, actor.Offer{Unit: h.units[unit].ID, Role: role})
			return err
		})
	}
	return db.By{Person: string(p), Unit: string(h.units[unit].ID), Role: string(role)}
}

// edit changes a list of the unit as its editor.
func (h *house) edit(list string, changes ...registry.Change) ([]*registry.Row, error) {
	h.Helper()
	var rows []*registry.Row
	err := h.try(h.by(actor.Editor, "unit"), func(tx *db.Tx) (err error) {
		rows, err = registry.Edit(h.Context(), tx, h.keys, registry.Batch{Unit: h.units["unit"].ID, List: list, Changes: changes})
		return err
	})
	return rows, err
}

// put adds rows that have to be right.
func (h *house) put(list string, rows ...map[string]string) []*registry.Row {
	h.Helper()
	var changes []registry.Change
	for _, cells := range rows {
		changes = append(changes, registry.Change{Cells: cells})
	}
	written, err := h.edit(list, changes...)
	if err != nil {
		h.Fatalf("%s: %s", list, texts(err))
	}
	return written
}

// profile is the unit's profile as it stands.
func (h *house) profile() *registry.Profile {
	h.Helper()
	return see(h, func(r db.Reader) (*registry.Profile, error) {
		return registry.ProfileOf(h.Context(), r, h.units["unit"].ID)
	})
}

// lines are the verbs of the journal since there were n of them.
func (h *house) lines(n int) string { return strings.Join(dbtest.Lines(h, h.db)[n:], " ") }

func (h *house) count() int { return len(dbtest.Lines(h, h.db)) }

func (h *house) clock() *clock.Manual { return h.db.Clock.(*clock.Manual) }

// key is the message key of an error, "" for none.
func key(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Key
}

// texts are the sentences that a Chinese reader sees of an error.
func texts(err error) string {
	var all []string
	for _, f := range fault.All(err) {
		text := locale.Text(locale.ZH, f.Key, f.Args...)
		if f.Err != nil && f.Kind == fault.Internal {
			text += ": " + f.Err.Error()
		}
		all = append(all, text)
	}
	return strings.Join(all, "\n")
}

// The numbers of invented people; the check digits are right.
const (
	wang = "370000197708129017" // male, 1977-08-12
	li   = "370000198203239020" // female, 1982-03-23
	zhou = "37000019930808949X"
)
