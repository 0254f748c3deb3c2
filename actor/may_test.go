package actor_test

import (
	"bufio"
	"go/ast"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/internal/arch"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

// A permitted is a line of testdata/may.txt.
type permitted struct {
	act   actor.Act
	sees  string
	early bool
	later string
	may   map[actor.Role][]actor.Relation
}

var permittedLine = regexp.MustCompile(`^(\S+)\s+\[(\S+)\]\s+\{([^}]*)\}:\s*(.+)$`)

// policy reads testdata/may.txt.
func policy(t testing.TB) map[actor.Act]permitted {
	t.Helper()
	f, err := os.Open("testdata/may.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all := map[actor.Act]permitted{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := permittedLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("may.txt: cannot read %q", line)
		}
		p := permitted{act: actor.Act(m[1]), sees: m[2], may: map[actor.Role][]actor.Relation{}}
		for _, mark := range strings.Split(m[3], ", ") {
			p.early = p.early || mark == "early"
			if room, ok := strings.CutPrefix(mark, "later "); ok {
				p.later = room
			}
		}
		for _, grant := range strings.Split(m[4], ", ") {
			role, relation, _ := strings.Cut(grant, " ")
			roles := []actor.Role{actor.Role(role)}
			if role == "everybody" {
				roles = actor.Roles
			}
			for _, r := range roles {
				if !slices.Contains(actor.Roles, r) || !slices.Contains(relations, actor.Relation(relation)) {
					t.Fatalf("may.txt: cannot read %q", grant)
				}
				p.may[r] = append(p.may[r], actor.Relation(relation))
			}
		}
		all[p.act] = p
	}
	return all
}

var relations = []actor.Relation{actor.Self, actor.Own, actor.Above, actor.Programme, actor.Any}

// places where roles are held in the tests; above is a unit under that one.
var offices = map[actor.Role]struct{ unit, above string }{
	actor.Visitor: {}, actor.Auditor: {}, actor.SysAdmin: {}, actor.System: {},
	actor.Editor: {unit: "unit"}, actor.UnitAdmin: {"district", "unit"}, actor.Officer: {"city", "unit"}, actor.Head: {"city", "unit"},
	actor.ProgrammeOfficer: {"city", "unit"}, actor.Expert: {"city", "unit"}, actor.Finance: {"city", "unit"},
}

// A stand is one way in which somebody stands to a thing: the thing, and the
// relations that hold by the meaning of the words.
type stand struct {
	name  string
	on    actor.On
	holds []actor.Relation
}

// stands are all of them for somebody who holds a role.
func (h *house) stands(by db.By) []stand {
	place := offices[actor.Role(by.Role)]
	own, any := actor.UnitID(by.Unit), actor.Any
	all := []stand{
		{"nothing in particular", actor.On{}, []actor.Relation{any}},
		{"a stranger's unit", actor.On{Unit: h.units["college"].ID}, []actor.Relation{any}},
		{"a unit that is not there", actor.On{Unit: "none"}, []actor.Relation{any}},
		{"the authority above", actor.On{Unit: h.units["province"].ID}, []actor.Relation{any}},
		{"a stranger", actor.On{Person: h.person("somebody else").ID}, []actor.Relation{any}},
		{"a stranger's call", actor.On{Unit: h.units["college"].ID, Issuer: h.units["abroad"].ID, Programme: "p-2024"}, []actor.Relation{any}},
	}
	if by.Person != "" {
		all = append(all, stand{"themself", actor.On{Person: actor.PersonID(by.Person)}, []actor.Relation{actor.Self, any}})
	}
	if own != "" {
		all = append(all,
			stand{"the own unit", actor.On{Unit: own}, []actor.Relation{actor.Own, any}},
			stand{"a colleague", actor.On{Unit: own, Person: h.person("somebody else").ID}, []actor.Relation{actor.Own, any}},
			stand{"the own unit's call", actor.On{Unit: own, Issuer: own, Programme: "p-2024"}, []actor.Relation{actor.Own, actor.Programme, any}},
			stand{"a stranger's application to the own unit's call", actor.On{Unit: h.units["college"].ID, Issuer: own, Programme: "p-2024"}, []actor.Relation{actor.Programme, any}})
	}
	if place.above != "" {
		all = append(all, stand{"a unit below", actor.On{Unit: h.units[place.above].ID}, []actor.Relation{actor.Above, any}})
	}
	return all
}

// verdict is what the policy says of somebody with a role to whom those
// relations hold: "", missing or refused.
func verdict(all map[actor.Act]permitted, act actor.Act, role actor.Role, holds []actor.Relation) fault.Kind {
	allowed := func(p permitted) bool {
		return slices.ContainsFunc(p.may[role], func(r actor.Relation) bool { return slices.Contains(holds, r) })
	}
	p := all[act]
	switch {
	case allowed(p):
		return ""
	case p.sees == "all" || allowed(all[actor.Act(p.sees)]):
		return fault.Refused
	}
	return fault.Missing
}

func kindOf(err error) fault.Kind {
	if err == nil {
		return ""
	}
	return fault.Of(err).Kind
}

func TestMatrix(t *testing.T) {
	all := policy(t)
	each(t, func(h *house) {
		cells := map[fault.Kind]int{}
		for _, role := range actor.Roles {
			by := h.role(role, offices[role].unit)
			for _, s := range h.stands(by) {
				for act := range all {
					err := ask(h, by, act, s.on)
					wanted := verdict(all, act, role, s.holds)
					if kindOf(err) != wanted {
						h.Errorf("%s, %s, %s: %v, want %q", role, act, s.name, err, wanted)
					}
					cells[wanted]++
				}
			}
		}
		h.Logf("%d cells allowed, %d refused, %d missing", cells[""], cells[fault.Refused], cells[fault.Missing])
		if cells[""] == 0 || cells[fault.Refused] == 0 || cells[fault.Missing] == 0 {
			h.Error("a kind of answer never occurred")
		}
	})
}

func ask(h *house, by db.By, act actor.Act, on actor.On) error {
	_, err := see(h, func(r db.Reader) (int, error) { return 0, actor.MayOn(h.Context(), r, by, act, on) })
	return err
}

// Without the membership that By names, it is the visitor's rights: whoever
// made it up, has left, was disabled, or comes before or after their time.
func TestNoRightsWithoutAMembership(t *testing.T) {
	all := policy(t)
	each(t, func(h *house) {
		real := h.role(actor.Head, "city")
		gone := h.role(actor.Officer, "city")
		off := h.role(actor.Finance, "city")
		over := h.role(actor.ProgrammeOfficer, "city")
		h.must(h.as(db.System, func(tx *db.Tx) error {
			return actor.EndMembership(h.Context(), tx, h.membership(gone))
		}))
		h.must(h.as(h.role(actor.SysAdmin, ""), func(tx *db.Tx) error {
			return actor.DisablePerson(h.Context(), tx, actor.PersonID(off.Person))
		}))
		early := h.clock().Now()
		for name, by := range map[string]db.By{
			"made up":       {Person: real.Person, Unit: string(h.units["province"].ID), Role: real.Role},
			"another role":  {Person: real.Person, Unit: real.Unit, Role: string(actor.SysAdmin)},
			"nobody":        {Person: "", Unit: real.Unit, Role: real.Role},
			"taken away":    gone,
			"disabled":      off,
			"not yet there": over,
		} {
			if name == "not yet there" {
				h.clock().Set(early.AddDate(0, 0, -1))
			}
			for act, p := range all {
				on := actor.On{Unit: actor.UnitID(by.Unit), Issuer: actor.UnitID(by.Unit)}
				want := verdict(all, act, actor.Visitor, []actor.Relation{actor.Any})
				if err := ask(h, by, act, on); kindOf(err) != want {
					h.Errorf("%s: %s: %v, want %q (%v)", name, act, err, want, p.may)
				}
			}
			h.clock().Set(early)
		}
	})
}

// A scope narrows a membership to its programmes.
func TestScope(t *testing.T) {
	each(t, func(h *house) {
		city := h.units["city"].ID
		by := db.By{Person: string(h.person("narrow").ID), Unit: string(city), Role: string(actor.ProgrammeOfficer)}
		officer := by
		officer.Role = string(actor.Officer)
		for _, b := range []db.By{by, officer} {
			h.must(h.as(db.System, func(tx *db.Tx) error {
				_, err := actor.Grant(h.Context(), tx, actor.PersonID(b.Person), actor.Offer{Unit: city, Role: actor.Role(b.Role), Scope: actor.Scope{"p-2024", "q-2024"}})
				return err
			}))
		}
		for _, c := range []struct {
			by   db.By
			on   actor.On
			kind fault.Kind
		}{
			{by, actor.On{Unit: city, Issuer: city, Programme: "p-2024"}, ""},
			{by, actor.On{Unit: city, Issuer: city, Programme: "q-2024"}, ""},
			{by, actor.On{Unit: city, Issuer: city, Programme: "r-2024"}, fault.Missing},
			{by, actor.On{Unit: city, Issuer: city}, fault.Missing}, // of which programme?
			{by, actor.On{Unit: city, Issuer: h.units["province"].ID, Programme: "p-2024"}, fault.Missing},
			{officer, actor.On{Unit: city, Programme: "p-2024"}, ""},
			{officer, actor.On{Unit: city, Programme: "r-2024"}, fault.Missing},
			{officer, actor.On{Unit: city}, ""},
		} {
			if err := ask(h, c.by, actor.ActPublishCall, c.on); kindOf(err) != c.kind {
				h.Errorf("%s on %+v: %v, want %q", c.by.Role, c.on, err, c.kind)
			}
		}
		// Even of what a role may do to anything.
		admin := db.By{Person: by.Person, Unit: by.Unit, Role: string(actor.UnitAdmin)}
		h.must(h.as(db.System, func(tx *db.Tx) error {
			_, err := actor.Grant(h.Context(), tx, actor.PersonID(by.Person), actor.Offer{Unit: city, Role: actor.UnitAdmin, Scope: actor.Scope{"p-2024"}})
			return err
		}))
		want(h, "within the scope", ask(h, admin, actor.ActRegisterUnit, actor.On{Programme: "p-2024"}), "")
		want(h, "outside the scope", ask(h, admin, actor.ActRegisterUnit, actor.On{Programme: "r-2024"}), "actor.refused")
	})
}

// What a unit may do before it is confirmed is written in the policy.
func TestUnconfirmedUnit(t *testing.T) {
	all := policy(t)
	each(t, func(h *house) {
		by := h.admin("fresh")
		for act, p := range all {
			on := actor.On{Unit: actor.UnitID(by.Unit)}
			want := verdict(all, act, actor.UnitAdmin, []actor.Relation{actor.Own, actor.Any})
			if want == "" && !p.early {
				want = fault.Refused
			}
			if err := ask(h, by, act, on); kindOf(err) != want {
				h.Errorf("%s: %v, want %q", act, err, want)
			}
		}
	})
}

// The table, the policy and the constants name the same acts, every act has a
// name in both languages, and is used or marked for a later room.
func TestEveryActHasARow(t *testing.T) {
	all := policy(t)
	consts, used := actsInCode(t)
	d := build(t, sqlite(t))
	for name, act := range consts {
		p, ok := all[act]
		if !ok {
			t.Errorf("testdata/may.txt has no line for %s", act)
		}
		if err := ask(d, db.Visitor, act, actor.On{}); err != nil && fault.Of(err).Kind == fault.Internal {
			t.Error(err)
		}
		if !used[name] && p.later == "" && !strings.HasPrefix(name, "ActGrant") {
			t.Errorf("nothing uses %s: mark it in testdata/may.txt for a later room, or take it out", name)
		}
		for _, lang := range []string{locale.ZH, locale.EN} {
			if text := locale.Text(lang, "actor.act."+string(act)); strings.HasPrefix(text, "actor.") {
				t.Errorf("no name for %s in %s", act, lang)
			}
		}
	}
	if len(all) != len(consts) {
		t.Errorf("%d lines in testdata/may.txt, %d acts in act.go", len(all), len(consts))
	}
	for _, role := range actor.Roles {
		if act := actor.GrantOf(role); act != "" && all[act].act == "" {
			t.Errorf("role %s is given by %s, which has no row", role, act)
		}
		if locale.Text("en", "actor.role."+string(role)) == "actor.role."+string(role) {
			t.Errorf("no name for role %s", role)
		}
	}
	if err := ask(d, db.Visitor, "actor.unheard_of", actor.On{}); err == nil || fault.Of(err).Kind != fault.Internal {
		t.Errorf("an act without a row: %v", err)
	}
}

func TestEver(t *testing.T) {
	all := policy(t)
	for act, p := range all {
		for _, role := range actor.Roles {
			if got, want := actor.Ever(role, act), len(p.may[role]) > 0; got != want {
				t.Errorf("Ever(%s, %s) = %v", role, act, got)
			}
		}
	}
}

// actsInCode returns the constants of act.go, and which of them any code but
// the table uses.
func actsInCode(t *testing.T) (consts map[string]actor.Act, used map[string]bool) {
	t.Helper()
	tree, err := arch.Load(os.DirFS(".."), "shenbao")
	if err != nil {
		t.Fatal(err)
	}
	consts, used = map[string]actor.Act{}, map[string]bool{}
	for _, f := range tree.Files {
		ast.Inspect(f.AST, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if typ, ok := n.Type.(*ast.Ident); ok && typ.Name == "Act" && f.Path == "actor/act.go" {
					lit, ok := n.Values[0].(*ast.BasicLit)
					if !ok {
						t.Fatalf("%s is no plain text", n.Names[0].Name)
					}
					text, err := strconv.Unquote(lit.Value)
					if err != nil {
						t.Fatal(err)
					}
					consts[n.Names[0].Name] = actor.Act(text)
				}
			case *ast.Ident:
				if strings.HasPrefix(n.Name, "Act") && !f.Test && f.Path != "actor/act.go" && f.Path != "actor/may.go" {
					used[n.Name] = true
				}
			}
			return true
		})
	}
	return consts, used
}

// membership returns the id of the membership that by names.
func (h *house) membership(by db.By) string {
	h.Helper()
	held, err := see(h, func(r db.Reader) ([]*actor.Membership, error) {
		return actor.Memberships(h.Context(), r, actor.PersonID(by.Person))
	})
	h.must(err)
	for _, m := range held {
		if string(m.Unit) == by.Unit && string(m.Role) == by.Role {
			return m.ID
		}
	}
	h.Fatalf("no membership of %v", by)
	return ""
}
