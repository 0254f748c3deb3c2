package apply_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/sample"
	"shenbao/registry"
)

func (h *house) pick(who string, in apply.Picking) (*apply.Picked, error) {
	return kept(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Picked, error) { return apply.Pick(ctx, tx, h.Office, in) })
}

func (h *house) pickRows(who string, in apply.RowPicking) (*apply.Picked, error) {
	return kept(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Picked, error) {
		return apply.PickRows(ctx, tx, h.Office, in)
	})
}

// roster are the rows of a roster of somebody's own unit.
func (h *house) roster(who, list string) []*registry.Row {
	h.Helper()
	rows, err := db.View(h.Context(), h.DB, func(r db.Reader) ([]*registry.Row, error) {
		rows, _, err := registry.Roster{Unit: h.unit(who), List: list}.Search(h.Context(), r, h.Staff[who], "", 5000)
		return rows, err
	})
	h.must(err)
	return rows
}

// unit is the unit that somebody acts for.
func (h *house) unit(who string) actor.UnitID { return actor.UnitID(h.Staff[who].Unit) }

// listed writes rows of a list of a unit's profile.
func (h *house) listed(who, list string, rows ...map[string]string) []*registry.Row {
	h.Helper()
	out, err := do(h, who, func(ctx context.Context, tx *db.Tx) ([]*registry.Row, error) {
		b := registry.Batch{Unit: h.unit(who), List: list}
		for _, cells := range rows {
			b.Changes = append(b.Changes, registry.Change{Cells: cells})
		}
		return registry.Edit(ctx, tx, h.Office.Keys, b)
	})
	h.must(err)
	return out
}

// value is a field in clear.
func (h *house) value(id apply.ID, name string) string {
	if f := h.Form(id).Fields[name]; f != nil {
		return string(f.Value)
	}
	return ""
}

// number is the identity number of a person of the sample, by the row's name.
func (h *house) number(row *registry.Row) string {
	for _, one := range h.Host.Lists[registry.StaffList] {
		if one["name"] == row.Cells["name"] {
			return one["person"]
		}
	}
	h.Fatalf("nobody is called %s", row.Cells["name"])
	return ""
}

// What the roster knows of a person is filled in, what was typed stays unless
// that was asked for, and a second person leaves nothing of the first.
func TestPick(t *testing.T) {
	each(t, func(h *house) {
		id, staff, n := h.Begin().ID, h.roster("host editor", registry.StaffList), h.count()
		got, err := h.pick("host editor", apply.Picking{Application: id, Fact: "director.person", Row: staff[0].ID})
		h.must(err)
		if want := []string{"director.person", "director.name", "director.birth", "director.fulltime"}; !slices.Equal(got.Fields, want) || len(got.Kept) != 0 {
			t.Errorf("wrote %q, kept %q", got.Fields, got.Kept)
		}
		form := h.Form(id)
		for name, want := range map[string]string{"director.name": `"` + staff[0].Cells["name"] + `"`, "director.birth": `"` + staff[0].Cells["birth"] + `"`, "director.fulltime": "true",
			"director.person": `{"code":"` + registry.PersonKey(h.Office.Keys, h.number(staff[0])) + `","name":"` + staff[0].Cells["person"] + `"}`} {
			if f := form.Fields[name]; string(f.Value) != want || f.Source != "profile.staff" || f.Owner != h.Units["host"].ID {
				t.Errorf("%s is %s of %s from %s, want %s", name, f.Value, f.Owner, f.Source, want)
			}
		}
		if again, err := h.pick("host editor", apply.Picking{Application: id, Fact: "director.name", Row: staff[0].ID}); err != nil || len(again.Fields) != 0 {
			t.Errorf("again: %v, %v", again, err)
		}

		_, err = h.save("host editor", apply.Saving{Application: id, Tab: "t", Typed: map[string]string{"director.birth": "1970-01-01"}, Mine: map[string]struct{}{"director.birth": {}}})
		h.must(err)
		bare := h.listed("host admin", registry.StaffList, map[string]string{"name": "无证件者", "birth": "1980-02-03"})[0]
		got, err = h.pick("second editor", apply.Picking{Application: id, Fact: "director.person", Row: bare.ID})
		h.must(err)
		if !slices.Equal(got.Kept, []string{"director.birth"}) || h.value(id, "director.birth") != `"1970-01-01"` || h.value(id, "director.name") != `"无证件者"` {
			t.Errorf("kept %q: %s, %s", got.Kept, h.value(id, "director.birth"), h.value(id, "director.name"))
		}
		if f := h.Form(id).Fields["director.person"]; !f.Empty() || f.Sealed != "" || h.Form(id).Has("director.fulltime") {
			t.Errorf("the first person's number stays with the second: %+v", f)
		}
		_, err = h.pick("host editor", apply.Picking{Application: id, Fact: "director.person", Row: bare.ID, Over: true})
		h.must(err)
		if h.value(id, "director.birth") != `"1980-02-03"` {
			t.Errorf("the birth that was to be replaced is %s", h.value(id, "director.birth"))
		}
		if lines := h.lines(n); !slices.Equal(lines, []string{"registry.edit"}) {
			t.Errorf("filling in left %q", lines)
		}
	})
}

// An identity number goes from the roster to the form without being shown: it
// stands nowhere in clear, and what was sealed opens in its new place only.
func TestPickedNumbersAreSealed(t *testing.T) {
	each(t, func(h *house) {
		id, staff := h.Begin().ID, h.roster("host editor", registry.StaffList)
		n := h.count()
		one, err := h.pick("host editor", apply.Picking{Application: id, Fact: "director.person", Row: staff[1].ID})
		h.must(err)
		h.empty(id, "staff")
		rows, err := h.pickRows("host editor", apply.RowPicking{Application: id, List: "staff", Rows: []registry.RowID{staff[1].ID}})
		h.must(err)
		number, form := h.number(staff[1]), h.Form(id)
		places := []string{"director.person", rows.Fields[0]}
		for _, name := range places {
			f := form.Fields[name]
			for _, place := range append(places, "director.name") {
				text, err := h.Office.Keys.Open("application:"+string(id)+":"+place, f.Sealed)
				if (err == nil) != (place == name) || err == nil && text != number {
					t.Errorf("%s opens at %s: %q, %v", name, place, text, err)
				}
			}
			if _, err := h.Office.Keys.Open("profile_rows.sealed:"+string(staff[1].ID), f.Sealed); err == nil {
				t.Errorf("%s opens where it came from", name)
			}
		}
		var all bytes.Buffer
		for _, v := range []any{one, rows, form.Fields, staff, h.sight(id)} {
			text, err := json.Marshal(v)
			h.must(err)
			all.Write(text)
		}
		fmt.Fprintf(&all, "%+v %+v", *one, *rows)
		if strings.Contains(all.String(), number) {
			t.Errorf("%s stands in clear in %s", number, all.String())
		}
		found, err := db.View(h.Context(), h.DB, func(r db.Reader) ([]*registry.Row, error) {
			rows, _, err := registry.Roster{Unit: h.unit("host editor"), List: registry.StaffList}.Search(h.Context(), r, h.Staff["host editor"], number[6:14], 50)
			return rows, err
		})
		if err != nil || len(found) != 0 {
			t.Errorf("a search finds what the mask hides: %v, %v", found, err)
		}
		if got := h.lines(n); len(got) != 0 {
			t.Errorf("the journal gained %q", got)
		}
	})
}

// empty takes all rows out of a list.
func (h *house) empty(id apply.ID, list string) {
	h.Helper()
	all := map[string]struct{}{}
	for _, row := range h.Form(id).Rows(list) {
		all[list+"/"+row] = struct{}{}
	}
	_, err := h.save("host editor", apply.Saving{Application: id, Drop: all, Mine: all})
	h.must(err)
}

// Rows of a roster come into a list once, with the columns that both have.
func TestPickRows(t *testing.T) {
	each(t, func(h *house) {
		id, staff := h.Begin().ID, h.roster("host editor", registry.StaffList)
		before := len(h.Form(id).Rows("staff"))
		got, err := h.pickRows("host editor", apply.RowPicking{Application: id, List: "staff", Rows: ids(staff[:3])})
		h.must(err)
		if len(got.Fields) != 0 || got.Twice != 3 || len(h.Form(id).Rows("staff")) != before {
			t.Errorf("what was prefilled is added again: %+v", got)
		}
		h.empty(id, "staff")
		row := db.NewID() // somebody typed one of them
		_, err = h.save("host editor", apply.Saving{Application: id, Tab: "t", Typed: map[string]string{"staff/" + row + "/name": "改名", "staff/" + row + "/person": h.number(staff[2])}})
		h.must(err)
		got, err = h.pickRows("host editor", apply.RowPicking{Application: id, List: "staff", Rows: append(ids(staff[:3]), staff[0].ID)})
		h.must(err)
		form := h.Form(id)
		if len(got.Fields) != 2 || len(form.Rows("staff")) != 3 || !form.Holds(form.Package.Schema.Fact("staff"), staff[0]) || form.Holds(form.Package.Schema.Fact("staff"), staff[4]) {
			t.Errorf("added %+v, there are %d", got, len(form.Rows("staff")))
		}
		if f := form.Fields[got.Fields[0]]; f.Source != "profile.staff" || !strings.Contains(string(f.Value), staff[0].Cells["person"]) || !strings.Contains(string(f.Value), `"post":"research"`) {
			t.Errorf("added %s from %s", f.Value, f.Source)
		}
		again, err := h.pickRows("second editor", apply.RowPicking{Application: id, List: "staff", Rows: ids(staff[:3])})
		if err != nil || again.Twice != 3 || len(h.Form(id).Rows("staff")) != 3 {
			t.Errorf("again: %+v, %v", again, err)
		}
	})
}

func ids(rows []*registry.Row) (out []registry.RowID) {
	for _, row := range rows {
		out = append(out, row.ID)
	}
	return out
}

// Instruments and premises go into lists that are called otherwise, an option by
// its name; a full list takes no more.
func TestPickInstruments(t *testing.T) {
	each(t, func(h *house) {
		c, err := do(h, "abroad officer", func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
			c, err := call.Draft(ctx, tx, applytest.ReadVersion(t, sample.Shanxi), "")
			if err == nil {
				_, err = call.Schedule(ctx, tx, call.Slot{Call: c.ID, Stage: "apply", From: h.clock.Now(), Until: h.clock.Now().AddDate(0, 1, 0)})
			}
			if err != nil {
				return nil, err
			}
			return call.Publish(ctx, tx, c.ID, "试办")
		})
		h.must(err)
		a, err := h.begin("host editor", apply.Beginning{Call: c.ID, Key: db.NewID()})
		h.must(err)
		tools := h.listed("host admin", registry.InstrumentsList,
			map[string]string{"name": "示波器", "code": "pick-1", "value": "12 万元", "shared": "是"}, map[string]string{"name": "示波器", "code": "pick-2", "value": "12 万元", "shared": "是"})
		got, err := h.pickRows("host editor", apply.RowPicking{Application: a.ID, List: "equipment", Rows: ids(tools)})
		h.must(err)
		if len(got.Fields) != 2 || h.value(a.ID, got.Fields[0]) != `{"code":"pick-1","name":"示波器","shared":true,"value":"12"}` {
			t.Errorf("%q: %s", got.Fields, h.value(a.ID, got.Fields[0]))
		}
		rooms := h.roster("host editor", registry.PremisesList)
		for _, want := range []int{0, len(rooms)} {
			got, err := h.pickRows("host editor", apply.RowPicking{Application: a.ID, List: "sites", Rows: ids(rooms)})
			if err != nil || got.Twice != want || len(got.Fields) != len(rooms)-want {
				t.Errorf("%d rooms: %+v, %v", len(rooms), got, err)
			}
		}
		one := h.listed("host admin", registry.StaffList, map[string]string{"name": "副高者", "birth": "1980-02-03", "rank": "副高级", "title": "高级工程师"})[0]
		_, err = h.pick("host editor", apply.Picking{Application: a.ID, Fact: "director.person", Row: one.ID})
		h.must(err)
		if got := h.value(a.ID, "director.title"); got != `"associate"` {
			t.Errorf("the rank became %s", got)
		}
		var many []map[string]string
		for i := range 100 {
			many = append(many, map[string]string{"address": fmt.Sprint("科技路", i, "号"), "area": "1", "use": "research", "tenure": "owned"})
		}
		_, err = h.pickRows("host editor", apply.RowPicking{Application: a.ID, List: "sites", Rows: ids(h.listed("host admin", registry.PremisesList, many...))})
		h.want("more than the list holds", err, "apply.list_full")
	})
}

// The host picks from its roster, a partner from its own for rows of its own;
// no row of another unit is there for either.
func TestPickingFromOnesOwn(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		theirs := h.listed("partner admin", registry.StaffList, map[string]string{"name": "乙方一", "birth": "1981-01-01"}, map[string]string{"name": "乙方二", "birth": "1982-02-02"})
		ours := h.roster("host editor", registry.StaffList)
		got, err := h.pickRows("partner editor", apply.RowPicking{Application: id, List: "staff", Rows: ids(theirs)})
		h.must(err)
		for _, name := range got.Fields {
			if f := h.Form(id).Fields[name]; f.Owner != h.Units["partner"].ID {
				t.Errorf("a row of the partner belongs to %s", f.Owner)
			}
		}
		stranger := h.listed("other admin", registry.StaffList, map[string]string{"name": "外人", "birth": "1981-01-01"})
		for _, tc := range []struct {
			what, who string
			row       registry.RowID
			want      string
		}{
			{"of the partner's roster", "host editor", theirs[0].ID, "registry.missing"},
			{"of a stranger's roster", "host admin", stranger[0].ID, "registry.missing"},
			{"of the host's roster", "partner editor", ours[0].ID, "registry.missing"},
			{"of another list", "host editor", h.roster("host editor", registry.InstrumentsList)[0].ID, "registry.missing"},
			{"that is none", "host editor", "nothing", "registry.missing"},
			{"hostile", "host editor", "'; DROP TABLE profile_rows --", "registry.missing"},
			{"not chosen", "host editor", "", "apply.nothing_picked"},
		} {
			rows := []registry.RowID{tc.row}
			if tc.row == "" {
				rows = nil
			}
			_, err := h.pickRows(tc.who, apply.RowPicking{Application: id, List: "staff", Rows: rows})
			h.want(tc.what, err, tc.want)
			want := tc.want
			if tc.who == "partner editor" {
				want = "apply.host_fills"
			}
			_, err = h.pick(tc.who, apply.Picking{Application: id, Fact: "director.person", Row: tc.row})
			h.want("a person "+tc.what, err, want)
		}
		for _, fact := range []string{"centre.name", "units", "projects", "nothing", "", "director.nothing.person"} {
			_, err := h.pickRows("host editor", apply.RowPicking{Application: id, List: fact, Rows: ids(ours[:1])})
			h.want("rows for "+fact, err, "apply.no_roster")
			_, err = h.pick("host editor", apply.Picking{Application: id, Fact: fact, Row: ours[0].ID})
			h.want("a person for "+fact, err, "apply.no_roster")
		}
		_, err = h.pickRows("host editor", apply.RowPicking{Application: id, List: "director.person", Rows: ids(ours[:1])})
		h.want("rows for a person", err, "apply.no_roster")
	})
}

func TestPicking(t *testing.T) {
	play(t, slices.Concat([]scenario{
		{"a draft", "host editor", "empty", "", nil},
		{"what was returned", "host admin", "returned", "", nil},
		{"what was withdrawn", "second editor", "withdrawn", "", nil},
		{"by the partner", "partner editor", "ready", "apply.host_fills", nil},
		{"by an authority", "district head", "returned", "apply.missing", nil},
	}, over("host editor"), strangers("empty")), func(h *house, who string, id apply.ID) error {
		_, err := h.pick(who, apply.Picking{Application: id, Fact: "director.person", Row: h.roster("host admin", registry.StaffList)[0].ID})
		return err
	})
	play(t, slices.Concat([]scenario{
		{"a draft", "host editor", "empty", "", nil},
		{"by an authority", "district head", "returned", "apply.missing", nil},
	}, over("host editor"), strangers("empty")), func(h *house, who string, id apply.ID) error {
		_, err := h.pickRows(who, apply.RowPicking{Application: id, List: "staff", Rows: ids(h.roster("host admin", registry.StaffList)[:1])})
		return err
	})
}
