package actor_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"shenbao/actor"
	"shenbao/internal/db"
)

// Two hundred random moves: after each, who stands above whom is what a model
// says that knows nothing but parents, and a ring was refused.
func TestRandomMoves(t *testing.T) {
	each(t, func(h *house) {
		names := []string{"province", "city", "district", "bureau", "office", "abroad", "unit", "other", "college"}
		over := []string{"province", "city", "district", "bureau", "office", "abroad"}
		model := map[string]string{}
		for _, n := range names {
			model[n] = h.nameOf(h.parent(n))
		}
		above := func(a, n string) bool {
			for p := model[n]; p != ""; p = model[p] {
				if p == a {
					return true
				}
			}
			return false
		}
		sysadmin := h.role(actor.SysAdmin, "")
		officers := map[string]db.By{}
		for _, a := range over {
			officers[a] = h.role(actor.Officer, a)
		}
		rings := 0
		rnd := rand.New(rand.NewPCG(1, 2))
		for range 200 {
			n, to := names[rnd.IntN(len(names))], over[rnd.IntN(len(over))]
			ring := n == to || above(n, to)
			err := h.as(sysadmin, func(tx *db.Tx) error {
				_, err := actor.MoveUnit(h.Context(), tx, h.units[n].ID, h.units[to].ID)
				return err
			})
			if ring {
				rings++
				want(h, "a ring", err, "actor.loop")
			} else {
				h.must(err)
				model[n] = to
			}
			a, b := over[rnd.IntN(len(over))], names[rnd.IntN(len(names))]
			for _, pair := range [][2]string{{a, b}, {to, n}, {a, n}} {
				sees := ask(h, officers[pair[0]], actor.ActViewUnit, actor.On{Unit: h.units[pair[1]].ID}) == nil
				if should := pair[0] == pair[1] || above(pair[0], pair[1]); sees != should {
					h.Fatalf("%s sees %s: %v, but the model says %v", pair[0], pair[1], sees, should)
				}
			}
		}
		if rings < 20 {
			h.Errorf("only %d rings were tried", rings)
		}
	})
}

func (h *house) nameOf(id actor.UnitID) string {
	for name, u := range h.units {
		if u.ID == id {
			return name
		}
	}
	return ""
}

// Whatever the order in which authorities are set up, every unit comes under
// that of the smallest place it lies in.
func TestAuthoritiesInAnyOrder(t *testing.T) {
	seats := []struct{ name, place, level string }{
		{"province", "370000", actor.Province}, {"city", "370100", actor.City},
		{"district", "370114", actor.District}, {"next district", "370102", actor.District},
	}
	for n, order := range [][]int{{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}, {1, 3, 0, 2}} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			h := &house{T: t, db: sqlite(t), units: map[string]*actor.Unit{}, people: map[string]*actor.Person{}}
			h.gate = gateOf(h)
			h.registered("in the district", "370114", "")
			h.registered("in the city", "370103", "")
			h.registered("in the province", "370200", "")
			for _, i := range order {
				h.authority(seats[i].name, seats[i].place, seats[i].level, "")
			}
			h.registered("late", "370102", "")
			for name, want := range map[string]string{
				"in the district": "district", "in the city": "city", "in the province": "province", "late": "next district",
				"district": "city", "next district": "city", "city": "province", "province": "",
			} {
				if got := h.nameOf(h.parent(name)); got != want {
					t.Errorf("%s stands under %q, want %q", name, got, want)
				}
			}
		})
	}
}

// A unit that was put under a department by name stays there.
func TestByNameStays(t *testing.T) {
	each(t, func(h *house) {
		h.authority("downtown", "370102", actor.District, "")
		if got := h.nameOf(h.parent("college")); got != "office" {
			h.Errorf("the college stands under %q", got)
		}
		h.must(h.as(db.System, func(tx *db.Tx) error {
			_, err := actor.MoveUnit(h.Context(), tx, h.units["college"].ID, "")
			return err
		}))
		if got := h.nameOf(h.parent("college")); got != "downtown" {
			h.Errorf("by its place the college stands under %q", got)
		}
	})
}
