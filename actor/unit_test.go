package actor_test

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A scenario is one act in a house: who does it, what comes of it, and
// the lines it leaves in the journal, and no others.
type scenario struct {
	name  string
	by    func(h *house) db.By
	act   func(h *house, tx *db.Tx) error
	want  string // key of the fault, "" for none
	lines string
}

// play runs scenarios in one house. What an act did is looked at and then
// undone, so that each finds the house as it was built.
func play(t *testing.T, scenarios []scenario) {
	each(t, func(h *house) {
		undo := errors.New("undo")
		for _, s := range scenarios {
			by, before, lines := s.by(h), h.count(), ""
			err := h.as(by, func(tx *db.Tx) error {
				if err := s.act(h, tx); err != nil {
					return err
				}
				lines = verbs(h, tx, before)
				return undo
			})
			if errors.Is(err, undo) {
				err = nil
			}
			want(h, s.name, err, s.want)
			if lines != s.lines {
				h.Errorf("%s: lines %q, want %q", s.name, lines, s.lines)
			}
			if h.count() != before {
				h.Fatalf("%s was not undone", s.name)
			}
		}
	})
}

// verbs returns the lines of the journal after so many, as a transaction sees
// them.
func verbs(h *house, r db.Reader, before int) string {
	h.Helper()
	rows, err := r.Query(h.Context(), "SELECT verb FROM journal ORDER BY id")
	h.must(err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var verb string
		h.must(rows.Scan(&verb))
		all = append(all, verb)
	}
	h.must(rows.Err())
	return strings.Join(all[before:], " ")
}

func role(r actor.Role, unit string) func(*house) db.By {
	return func(h *house) db.By { return h.role(r, unit) }
}

func adminOf(unit string) func(*house) db.By { return func(h *house) db.By { return h.admin(unit) } }

func somebody(h *house) db.By { return visitor(h.person("newcomer")) }

// register registers a sound unit with one thing changed.
func register(change func(h *house, r *actor.Registration)) func(*house, *db.Tx) error {
	return func(h *house, tx *db.Tx) error {
		r := actor.Registration{Code: creditCode(99), Name: "济南新材料有限公司", Kind: "enterprise", Place: "370114"}
		change(h, &r)
		_, err := actor.RegisterUnit(h.Context(), tx, r)
		return err
	}
}

func plain(*house, *actor.Registration) {}

// wide is a code in full-width characters, as some input methods write it.
func wide(code string) string {
	return strings.Map(func(r rune) rune { return r + 0xfee0 }, code)
}

func TestRegisterUnit(t *testing.T) {
	play(t, []scenario{
		{"a newcomer", somebody, register(plain), "", "actor.register_unit"},
		{"somebody of another unit", adminOf("unit"), register(plain), "", "actor.register_unit"},
		{"nobody", func(*house) db.By { return db.Visitor }, register(plain), "actor.sign_in_first", ""},
		{"an officer", role(actor.Officer, "city"), register(plain), "actor.refused", ""},
		{"who runs the platform", role(actor.SysAdmin, ""), register(plain), "actor.refused", ""},
		{"who runs it, without saying so", func(h *house) db.By {
			by := h.role(actor.SysAdmin, "")
			return db.By{Person: by.Person, Role: string(actor.Visitor)}
		}, register(plain), "actor.apart", ""},
		{"a wrong code", somebody, register(func(_ *house, r *actor.Registration) { r.Code = "91370100MA00000990" }), "chinacode.credit_check", ""},
		{"no code", somebody, register(func(_ *house, r *actor.Registration) { r.Code = "" }), "chinacode.credit_length", ""},
		{"a code that is taken", somebody, register(func(h *house, r *actor.Registration) { r.Code = strings.ToLower(h.units["unit"].Code) }), "actor.code_taken", ""},
		{"a code that is taken, in wide characters", somebody, register(func(h *house, r *actor.Registration) { r.Code = wide(h.units["unit"].Code) }), "actor.code_taken", ""},
		{"a code that is taken, with blanks", somebody, register(func(h *house, r *actor.Registration) {
			c := h.units["unit"].Code
			r.Code = " " + c[:8] + " " + c[8:] + "\u3000"
		}), "actor.code_taken", ""},
		{"a code that waits", somebody, register(func(h *house, r *actor.Registration) { r.Code = h.units["fresh"].Code }), "actor.code_taken", ""},
		{"no kind", somebody, register(func(_ *house, r *actor.Registration) { r.Kind = "" }), "actor.kind", ""},
		{"a kind of its own", somebody, register(func(_ *house, r *actor.Registration) { r.Kind = "企业" }), "actor.kind", ""},
		{"no place", somebody, register(func(_ *house, r *actor.Registration) { r.Place = "" }), "actor.place", ""},
		{"a place on the moon", somebody, register(func(_ *house, r *actor.Registration) { r.Place = "990000" }), "actor.place", ""},
		{"a newly made county", somebody, register(func(_ *house, r *actor.Registration) { r.Place = "370199" }), "", "actor.register_unit"},
		{"one character", somebody, register(func(_ *house, r *actor.Registration) { r.Name = " 甲 " }), "actor.length", ""},
		{"a hundred and one", somebody, register(func(_ *house, r *actor.Registration) { r.Name = strings.Repeat("甲", 101) }), "actor.length", ""},
		{"a hundred outside the BMP", somebody, register(func(_ *house, r *actor.Registration) { r.Name = strings.Repeat("𠅤", 100) }), "", "actor.register_unit"},
		{"a name that turns around", somebody, register(func(_ *house, r *actor.Registration) { r.Name = "甲\u202e公司" }), "actor.unseen", ""},
		{"a name with a line end", somebody, register(func(_ *house, r *actor.Registration) { r.Name = "甲公司\r\n乙公司" }), "actor.unseen", ""},
		{"broken text", somebody, register(func(_ *house, r *actor.Registration) { r.Name = "甲公司\xff" }), "actor.unseen", ""},
		{"under a department", somebody, register(func(h *house, r *actor.Registration) { r.Under = h.units["office"].ID }), "", "actor.register_unit"},
		{"under a company", somebody, register(func(h *house, r *actor.Registration) { r.Under = h.units["unit"].ID }), "actor.no_authority", ""},
		{"under nothing", somebody, register(func(_ *house, r *actor.Registration) { r.Under = "none" }), "actor.missing", ""},
	})
}

// One person does not fill the desks of an authority.
func TestManyPendingUnits(t *testing.T) {
	each(t, func(h *house) {
		by := somebody(h)
		for i := range 6 {
			err := h.as(by, func(tx *db.Tx) error {
				return register(func(_ *house, r *actor.Registration) { r.Code = creditCode(100 + i) })(h, tx)
			})
			wanted := ""
			if i == 5 {
				wanted = "actor.many_pending"
			}
			want(h, fmt.Sprintf("unit %d", i+1), err, wanted)
		}
	})
}

// A code that is taken says whom to ask, and names no person.
func TestCodeTakenSaysWhomToAsk(t *testing.T) {
	each(t, func(h *house) {
		err := h.as(somebody(h), func(tx *db.Tx) error {
			return register(func(h *house, r *actor.Registration) { r.Code = h.units["unit"].Code })(h, tx)
		})
		f := fault.Of(err)
		if f.Kind != fault.Conflict || f.Field != "code" || fmt.Sprint(f.Args) != fmt.Sprint([]any{h.units["unit"].Code, "district authority"}) {
			h.Errorf("fault %+v", f)
		}
	})
}

func TestDecideUnit(t *testing.T) {
	confirm := func(name string) func(*house, *db.Tx) error {
		return func(h *house, tx *db.Tx) error {
			_, err := actor.ConfirmUnit(h.Context(), tx, h.units[name].ID)
			return err
		}
	}
	refuse := func(reason string) func(*house, *db.Tx) error {
		return func(h *house, tx *db.Tx) error {
			_, err := actor.RefuseUnit(h.Context(), tx, h.units["fresh"].ID, reason)
			return err
		}
	}
	play(t, []scenario{
		{"its district", role(actor.Officer, "district"), confirm("fresh"), "", "actor.confirm_unit"},
		{"its province", role(actor.Head, "province"), confirm("fresh"), "", "actor.confirm_unit"},
		{"a department of the city", role(actor.Officer, "bureau"), confirm("fresh"), "actor.missing", ""},
		{"another province", role(actor.Head, "abroad"), confirm("fresh"), "actor.missing", ""},
		{"itself", adminOf("fresh"), confirm("fresh"), "actor.refused", ""},
		{"its finance officer", role(actor.Finance, "district"), confirm("fresh"), "actor.refused", ""},
		{"a stranger", adminOf("unit"), confirm("fresh"), "actor.missing", ""},
		{"who runs the platform", role(actor.SysAdmin, ""), confirm("fresh"), "actor.refused", ""},
		{"twice", role(actor.Officer, "district"), confirm("unit"), "actor.not_pending", ""},
		{"what is not there", role(actor.Officer, "district"), func(h *house, tx *db.Tx) error {
			_, err := actor.ConfirmUnit(h.Context(), tx, "none")
			return err
		}, "actor.missing", ""},
		{"refused with a reason", role(actor.Officer, "district"), refuse("营业执照与名称不符"), "", "actor.refuse_unit"},
		{"refused without a reason", role(actor.Officer, "district"), refuse(" "), "actor.length", ""},
		{"refused by a stranger", role(actor.Officer, "abroad"), refuse("营业执照与名称不符"), "actor.missing", ""},
	})
}

// The credit code of a refused unit is free; that of a closed one is not.
func TestCodeAfterwards(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.as(h.role(actor.Officer, "district"), func(tx *db.Tx) error {
			_, err := actor.RefuseUnit(h.Context(), tx, h.units["fresh"].ID, "不是本单位注册")
			return err
		}))
		h.must(h.as(h.role(actor.Head, "district"), func(tx *db.Tx) error {
			_, err := actor.CloseUnit(h.Context(), tx, h.units["other"].ID, "已注销")
			return err
		}))
		_, err := see(h, func(r db.Reader) (*actor.Unit, error) { return actor.UnitByCode(h.Context(), r, h.units["fresh"].Code) })
		want(h, "the unit of a refused code", err, "actor.missing")
		again := func(name string) error {
			return h.as(somebody(h), func(tx *db.Tx) error {
				return register(func(h *house, r *actor.Registration) { r.Code = h.units[name].Code })(h, tx)
			})
		}
		want(h, "after a refusal", again("fresh"), "")
		want(h, "after the refusal of a refusal", again("fresh"), "actor.code_taken")
		want(h, "after closing", again("other"), "actor.code_taken")
	})
}

func TestChangeUnit(t *testing.T) {
	change := func(unit, name, place string) func(*house, *db.Tx) error {
		return func(h *house, tx *db.Tx) error {
			_, err := actor.ChangeUnit(h.Context(), tx, h.units[unit].ID, name, place)
			return err
		}
	}
	play(t, []scenario{
		{"a pending unit itself", adminOf("fresh"), change("fresh", "新名称公司", "370102"), "", "actor.change_unit"},
		{"a confirmed unit itself", adminOf("unit"), change("unit", "新名称公司", "370114"), "actor.change_confirmed", ""},
		{"its authority", role(actor.Officer, "city"), change("unit", "新名称公司", "370114"), "", "actor.change_unit"},
		{"its editor", role(actor.Editor, "unit"), change("unit", "新名称公司", "370114"), "actor.refused", ""},
		{"a stranger", adminOf("other"), change("unit", "新名称公司", "370114"), "actor.missing", ""},
		{"nothing", role(actor.Officer, "city"), change("unit", "unit company", "370114"), "actor.nothing_changed", ""},
		{"a bad place", role(actor.Officer, "city"), change("unit", "unit company", "37"), "actor.place", ""},
		{"the seat of an authority", role(actor.Head, "province"), change("district", "章丘区", "370115"), "actor.seat_moves", ""},
		{"the name of an authority", role(actor.Head, "province"), change("district", "章丘区科技局", "370114"), "", "actor.change_unit"},
	})
}

func TestHistory(t *testing.T) {
	each(t, func(h *house) {
		id := h.units["unit"].ID
		h.clock().Set(noon.AddDate(1, 0, 0))
		officer := h.role(actor.Officer, "province")
		h.must(h.as(officer, func(tx *db.Tx) error {
			u, err := actor.ChangeUnit(h.Context(), tx, id, "更名后公司", "370200")
			if err == nil && u.Parent != h.units["province"].ID {
				h.Errorf("after the move it stands under %s", u.Parent)
			}
			return err
		}))
		past, err := see(h, func(r db.Reader) ([]actor.Past, error) { return actor.History(h.Context(), r, id) })
		h.must(err)
		got := ""
		for _, p := range past {
			got += fmt.Sprintf("%s %s %s–%s; ", p.Name, p.Place, p.From.Format("2006"), p.Until.Format("2006"))
		}
		if want := "更名后公司 370200 2025–0001; unit company 370114 2024–2025; "; got != want {
			h.Errorf("history %s, want %s", got, want)
		}
	})
}

func TestCloseUnit(t *testing.T) {
	shut := func(unit string) func(*house, *db.Tx) error {
		return func(h *house, tx *db.Tx) error {
			_, err := actor.CloseUnit(h.Context(), tx, h.units[unit].ID, "已注销")
			return err
		}
	}
	play(t, []scenario{
		{"the head above", role(actor.Head, "district"), shut("unit"), "", "actor.close_unit"},
		{"an officer above", role(actor.Officer, "district"), shut("unit"), "actor.refused", ""},
		{"a pending unit", role(actor.Head, "district"), shut("fresh"), "actor.not_confirmed", ""},
		{"an authority with units by place", role(actor.Head, "city"), shut("district"), "", "actor.close_unit"},
		{"an authority with units by name", role(actor.Head, "province"), shut("office"), "actor.has_units", ""},
	})
	t.Run("nothing is left", func(t *testing.T) {
		each(t, func(h *house) {
			editor := h.role(actor.Editor, "unit")
			h.must(h.as(h.role(actor.Head, "district"), func(tx *db.Tx) error { return shut("unit")(h, tx) }))
			want(h, "an editor of a closed unit", ask(h, editor, actor.ActViewUnit, actor.On{Unit: h.units["unit"].ID}), "actor.missing")
		})
	})
	t.Run("the units go to the authority above", func(t *testing.T) {
		each(t, func(h *house) {
			h.must(h.as(h.role(actor.Head, "city"), func(tx *db.Tx) error { return shut("district")(h, tx) }))
			if got := h.parent("unit"); got != h.units["city"].ID {
				h.Errorf("the unit stands under %s", got)
			}
		})
	})
}

func (h *house) parent(name string) actor.UnitID {
	h.Helper()
	u, err := see(h, func(r db.Reader) (*actor.Unit, error) { return actor.FindUnit(h.Context(), r, h.units[name].ID) })
	h.must(err)
	return u.Parent
}

func TestAddAuthority(t *testing.T) {
	add := func(a actor.Authority) func(*house, *db.Tx) error {
		return func(h *house, tx *db.Tx) error {
			_, err := actor.AddAuthority(h.Context(), tx, a)
			return err
		}
	}
	bureau := actor.Authority{Name: "历下区科技局", Place: "370102", Level: actor.District}
	changed := func(change func(*actor.Authority)) actor.Authority {
		a := bureau
		change(&a)
		return a
	}
	sysadmin := role(actor.SysAdmin, "")
	play(t, []scenario{
		{"who runs the platform", sysadmin, add(bureau), "", "actor.add_authority"},
		{"a head", role(actor.Head, "province"), add(bureau), "actor.missing", ""},
		{"a unit", adminOf("unit"), add(bureau), "actor.missing", ""},
		{"a seat that is taken", sysadmin, add(changed(func(a *actor.Authority) { a.Place = "370114" })), "actor.seat_taken", ""},
		{"a district on the level of a province", sysadmin, add(changed(func(a *actor.Authority) { a.Place = "440000" })), "actor.level", ""},
		{"a province in a district", sysadmin, add(changed(func(a *actor.Authority) { a.Level = actor.Province })), "actor.level", ""},
		{"no level", sysadmin, add(changed(func(a *actor.Authority) { a.Level = "" })), "actor.level", ""},
		{"a code that is wrong", sysadmin, add(changed(func(a *actor.Authority) { a.Code = "1" })), "chinacode.credit_length", ""},
		{"a code that is taken", sysadmin, func(h *house, tx *db.Tx) error {
			return add(changed(func(a *actor.Authority) { a.Code = h.units["unit"].Code }))(h, tx)
		}, "actor.code_taken", ""},
		{"a department", sysadmin, add(changed(func(a *actor.Authority) { a.Level = actor.Department })), "", "actor.add_authority"},
	})
}

func TestKindsAreThoseOfThePackages(t *testing.T) {
	text, err := os.ReadFile("../programmes/terms/unit-kinds.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var terms struct{ Options []struct{ Code string } }
	if err := yaml.Unmarshal(text, &terms); err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, o := range terms.Options {
		codes = append(codes, o.Code)
	}
	if !slices.Equal(codes, actor.Kinds) {
		t.Errorf("Kinds are %v, programmes/terms/unit-kinds.yaml has %v", actor.Kinds, codes)
	}
}

func TestListUnits(t *testing.T) {
	each(t, func(h *house) {
		for _, c := range []struct {
			by   db.By
			f    actor.Filter
			want string
		}{
			{h.role(actor.Officer, "district"), actor.Filter{}, "district unit other fresh"},
			{h.role(actor.Officer, "city"), actor.Filter{}, "city district bureau unit other fresh"},
			{h.role(actor.Head, "province"), actor.Filter{State: actor.Confirmed, Kind: "enterprise"}, "unit other college"},
			{h.role(actor.Head, "province"), actor.Filter{State: actor.Pending}, "fresh"},
			{h.role(actor.Head, "province"), actor.Filter{Place: "370100", Authorities: true}, "city district bureau"},
			{h.role(actor.Head, "office"), actor.Filter{}, "office college"},
			{h.role(actor.Head, "abroad"), actor.Filter{}, "abroad"},
			{h.role(actor.SysAdmin, ""), actor.Filter{Limit: 2}, "province city"},
			{h.role(actor.SysAdmin, ""), actor.Filter{Limit: 2, After: h.units["city"].ID}, "district bureau"},
			{h.role(actor.SysAdmin, ""), actor.Filter{Text: "company"}, "unit other college fresh"},
			{h.role(actor.SysAdmin, ""), actor.Filter{Text: h.units["other"].Code[9:]}, "other"},
			{h.role(actor.SysAdmin, ""), actor.Filter{Text: "%"}, ""},
			{h.role(actor.SysAdmin, ""), actor.Filter{Text: "un_t"}, ""},
			{h.role(actor.SysAdmin, ""), actor.Filter{Text: "' OR 1=1 --"}, ""},
			{h.admin("unit"), actor.Filter{}, "unit"},
			{h.admin("fresh"), actor.Filter{}, "fresh"},
		} {
			found, err := see(h, func(r db.Reader) ([]*actor.Unit, error) { return actor.ListUnits(h.Context(), r, c.by, c.f) })
			h.must(err)
			if got := h.names(found); got != c.want {
				h.Errorf("%s of %s with %+v: %q, want %q", c.by.Role, c.by.Unit, c.f, got, c.want)
			}
		}
		_, err := see(h, func(r db.Reader) ([]*actor.Unit, error) {
			return actor.ListUnits(h.Context(), r, somebody(h), actor.Filter{})
		})
		want(h, "a visitor's list", err, "actor.missing")
		open, err := see(h, func(r db.Reader) ([]*actor.Unit, error) {
			return actor.Authorities(h.Context(), r, actor.Filter{Place: "370114"})
		})
		if h.must(err); h.names(open) != "district" {
			h.Errorf("authorities of a place: %s", h.names(open))
		}
	})
}

// names are the names that the tests call units by.
func (h *house) names(units []*actor.Unit) string {
	var out []string
	for _, u := range units {
		for name, known := range h.units {
			if known.ID == u.ID {
				out = append(out, name)
			}
		}
	}
	return strings.Join(out, " ")
}
