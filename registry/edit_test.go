package registry_test

import (
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/registry"
)

// A unit types a fact once; each value says who entered it, when, and how far
// it can be relied on.
func TestProfile(t *testing.T) {
	each(t, func(h *house) {
		editor, head := h.by(actor.Editor, "unit"), h.by(actor.Head, "city")
		admin := h.by(actor.UnitAdmin, "unit")
		n := h.count()
		facts := h.put(registry.FactsList, map[string]string{"legal_person": "是"}, map[string]string{"above_scale": "是"}, map[string]string{"summary": "主营机器人关节。"})
		staff := h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang, "post": "科研", "fulltime": "是"})
		h.put(registry.FinanceList, map[string]string{"year": "2023", "rd_expense": "1600", "main_income": "30000"})

		row := h.profile().Rows[registry.StaffList][0]
		if row.Cells["person"] != "370***********9017" || row.Cells["birth"] != "1977-08-12" || row.Cells["sex"] != "male" {
			t.Errorf("staff %v", row.Cells)
		}
		if row.Entered.Person != actor.PersonID(editor.Person) || !row.Entered.At.Equal(dbtest.Noon) || row.StateAt(dbtest.Noon) != registry.Declared {
			t.Errorf("entered %v, %s", row.Entered, row.StateAt(dbtest.Noon))
		}
		if row.Person != registry.PersonKey(h.keys, wang) || strings.Contains(row.Person, "1977") {
			t.Errorf("key %s", row.Person)
		}

		pick := registry.Selection{Unit: h.units["unit"].ID, Rows: []registry.Ref{{ID: staff[0].ID, Version: 1}, {ID: facts[1].ID, Version: 1}}}
		h.as(head, func(tx *db.Tx) error { _, err := registry.Verify(t.Context(), tx, pick); return err })
		if row = h.profile().Rows[registry.StaffList][0]; row.StateAt(dbtest.Noon) != registry.Verified {
			t.Error("an authority's verification does not show")
		}
		next, err := h.edit(registry.StaffList, registry.Change{ID: row.ID, Version: 1, Cells: map[string]string{"title": "研究员", "person": row.Cells["person"]}})
		if err != nil || next[0].Version != 2 || next[0].StateAt(dbtest.Noon) != registry.Declared || next[0].Cells["person"] != "370***********9017" {
			t.Errorf("a changed row is %+v, %v", next, err)
		}

		h.clock().Add(370 * 24 * time.Hour)
		p := h.profile()
		if s := p.Rows[registry.StaffList][0].StateAt(p.At); s != registry.Expired {
			t.Errorf("after a year the roster is %s", s)
		}
		if s := p.Rows[registry.FinanceList][0].StateAt(p.At); s != registry.Declared {
			t.Errorf("a past year of finance is %s", s)
		}
		if s := p.Fact("legal_person").StateAt(p.At); s != registry.Declared {
			t.Errorf("what does not change is %s", s)
		}
		pick.Rows = []registry.Ref{{ID: row.ID, Version: 2}}
		h.as(admin, func(tx *db.Tx) error { _, err := registry.Confirm(t.Context(), tx, pick); return err })
		if p = h.profile(); p.Rows[registry.StaffList][0].StateAt(p.At) != registry.Declared {
			t.Error("confirmed, and not renewed")
		}
		if got, want := h.lines(n), "registry.edit registry.edit registry.edit registry.verify registry.edit registry.confirm"; got != want {
			t.Errorf("journal %s, want %s", got, want)
		}
	})
}

// Every act for every way to be refused, with the journal it leaves: none.
func TestEditRefused(t *testing.T) {
	each(t, func(h *house) {
		staff := h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang})
		gone := h.put(registry.StaffList, map[string]string{"name": "李文静", "person": li})
		if _, err := h.edit(registry.StaffList, registry.Change{ID: gone[0].ID, Version: 1, Remove: true}); err != nil {
			t.Fatal(err)
		}
		n := h.count()
		id := staff[0].ID
		for _, c := range []struct {
			name, list, want, field string
			change                  registry.Change
		}{
			{"no such list", "dreams", "registry.missing", "", registry.Change{}},
			{"no such column", "staff", "registry.column_unknown", "salary", registry.Change{Cells: map[string]string{"name": "甲", "salary": "1"}}},
			{"a column to be filled", "staff", "registry.must", "name", registry.Change{Cells: map[string]string{"birth": "1980-01-01"}}},
			{"filled with white space", "staff", "registry.must", "name", registry.Change{Cells: map[string]string{"name": " \u200b "}}},
			{"emptied", "staff", "registry.must", "name", registry.Change{ID: id, Version: 1, Cells: map[string]string{"name": ""}}},
			{"check digit", "staff", "chinacode.identity_check", "person", registry.Change{Cells: map[string]string{"name": "甲", "person": "370000197708129018"}}},
			{"not the date of birth of the number", "staff", "registry.not_of_number", "birth", registry.Change{Cells: map[string]string{"name": "甲", "person": li, "birth": "1982-03-24"}}},
			{"nor later", "staff", "registry.not_of_number", "birth", registry.Change{ID: id, Version: 1, Cells: map[string]string{"birth": "1977-08-13"}}},
			{"nor the sex", "staff", "registry.not_of_number", "sex", registry.Change{ID: id, Version: 1, Cells: map[string]string{"sex": "女"}}},
			{"a passport of two letters", "staff", "registry.document_number", "person", registry.Change{Cells: map[string]string{"name": "Li", "document": "护照", "person": "E1"}}},
			{"the same person twice", "staff", "registry.duplicate", "person", registry.Change{Cells: map[string]string{"name": "王老师", "person": wang}}},
			{"the same year twice", "finance", "", "", registry.Change{Cells: map[string]string{"year": "2023"}}},
			{"two facts at once", "facts", "registry.one_fact", "", registry.Change{Cells: map[string]string{"address": "甲", "field": "乙"}}},
			{"proof that is no file", "staff", "registry.evidence", "evidence", registry.Change{Cells: map[string]string{"name": "甲"}, Evidence: "../x"}},
			{"a row that never was", "staff", "registry.missing", "", registry.Change{ID: "nobody", Version: 1, Cells: map[string]string{"name": "甲"}}},
			{"a row that somebody removed", "staff", "registry.gone", "", registry.Change{ID: gone[0].ID, Version: 1, Cells: map[string]string{"name": "甲"}}},
			{"nothing to remove", "staff", "registry.no_row", "", registry.Change{Remove: true}},
			{"an end before the beginning", "honours", "registry.backwards", "until", registry.Change{Cells: map[string]string{"name": "甲", "granted": "2024-01-01", "until": "2023-01-01"}}},
		} {
			if c.want == "" {
				h.put(c.list, c.change.Cells)
				n = h.count()
				c.want, c.field = "registry.duplicate", "year"
			}
			_, err := h.edit(c.list, c.change)
			if key(err) != c.want || fault.Of(err).Field != c.field {
				t.Errorf("%s: %v, want %s in %q", c.name, err, c.want, c.field)
			}
		}
		if got := h.lines(n); got != "" {
			t.Errorf("journal %s", got)
		}
	})
}

// Who may do what, and what the others are told.
func TestEditPermissions(t *testing.T) {
	each(t, func(h *house) {
		row := h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang})[0]
		unit := h.units["unit"].ID
		pick := registry.Selection{Unit: unit, Rows: []registry.Ref{{ID: row.ID, Version: 1}}}
		acts := map[string]func(tx *db.Tx) error{
			"edit": func(tx *db.Tx) error {
				_, err := registry.Edit(t.Context(), tx, h.keys, registry.Batch{Unit: unit, List: "facts", Changes: []registry.Change{{Cells: map[string]string{"field": "机器人"}}}})
				return err
			},
			"confirm": func(tx *db.Tx) error { _, err := registry.Confirm(t.Context(), tx, pick); return err },
			"verify":  func(tx *db.Tx) error { _, err := registry.Verify(t.Context(), tx, pick); return err },
			"reveal": func(tx *db.Tx) error {
				_, err := registry.Reveal(t.Context(), tx, h.keys, registry.Sight{Unit: unit, Row: row.ID, Why: "核对劳动合同"})
				return err
			},
			"freeze":  func(tx *db.Tx) error { _, err := registry.Freeze(t.Context(), tx, unit); return err },
			"view":    func(tx *db.Tx) error { _, err := registry.View(t.Context(), tx, tx.By, unit); return err },
			"history": func(tx *db.Tx) error { _, err := registry.History(t.Context(), tx, tx.By, row.ID); return err },
			"export": func(tx *db.Tx) error {
				_, err := registry.Export(t.Context(), tx, tx.By, registry.Order{Unit: unit, Lists: []string{"staff"}, Lang: "zh"})
				return err
			},
			"import": func(tx *db.Tx) error {
				_, err := registry.Import(t.Context(), tx, h.keys, registry.Upload{Unit: unit, List: "staff", Name: "a.csv", Data: []byte("姓名,岗位\n")})
				return err
			},
		}
		const no, none, ok, empty, gone = "actor.refused", "actor.missing", "", "registry.nothing", "registry.missing"
		for _, c := range []struct {
			by   db.By
			want map[string]string
		}{
			{h.by(actor.Editor, "unit"), map[string]string{"edit": ok, "confirm": no, "verify": no, "reveal": no, "freeze": ok, "view": ok, "history": ok, "export": ok, "import": "registry.stale"}},
			{h.by(actor.UnitAdmin, "unit"), map[string]string{"edit": ok, "confirm": ok, "verify": no, "reveal": ok, "freeze": ok, "view": ok, "history": ok, "export": ok, "import": "registry.stale"}},
			{h.by(actor.Officer, "city"), map[string]string{"edit": no, "confirm": no, "verify": ok, "reveal": no, "freeze": ok, "view": ok, "history": ok, "export": ok, "import": no}},
			{h.by(actor.Officer, "abroad"), map[string]string{"edit": none, "confirm": none, "verify": none, "reveal": none, "freeze": none, "view": none, "history": gone, "export": none, "import": none}},
			{h.by(actor.UnitAdmin, "other"), map[string]string{"edit": none, "confirm": none, "verify": none, "reveal": none, "freeze": none, "view": none, "history": gone, "export": none, "import": none}},
			{db.Visitor, map[string]string{"edit": none, "confirm": none, "verify": none, "reveal": none, "freeze": none, "view": none, "history": gone, "export": none, "import": none}},
		} {
			for name, act := range acts {
				if err := rolledBack(h, c.by, act); key(err) != c.want[name] {
					t.Errorf("%s by %s of another relation: %v, want %q", name, c.by.Role, err, c.want[name])
				}
			}
		}
	})
}

// rolledBack tries an act and takes it back, so that the next one finds what
// this one found.
func rolledBack(h *house, by db.By, act func(tx *db.Tx) error) error {
	stop := fault.New(fault.Internal, "stop")
	err := h.try(by, func(tx *db.Tx) error {
		if err := act(tx); err != nil {
			return err
		}
		return stop
	})
	if fault.Of(err) == stop {
		return nil
	}
	return err
}

// Two people edit the same row: the second is told what the first changed, and
// nothing is lost.
func TestOvertaken(t *testing.T) {
	each(t, func(h *house) {
		row := h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang, "title": "工程师"})[0]
		change := func(version int64, cells map[string]string) error {
			_, err := h.edit(registry.StaffList, registry.Change{ID: row.ID, Version: version, Cells: cells})
			return err
		}
		if err := change(1, map[string]string{"title": "研究员", "degree": "博士"}); err != nil {
			t.Fatal(err)
		}
		err := change(1, map[string]string{"title": "教授"})
		if want := "“王明远”已由别人在 2024-11-27 12:00 改过：学位、职称；您看到的是改动以前的内容，没有保存，请核对后再改"; key(err) != "registry.changed" || texts(err) != want {
			t.Errorf("%s", texts(err))
		}
		if fault.Of(err).Kind != fault.Conflict {
			t.Errorf("kind %s", fault.Of(err).Kind)
		}
		fact := h.put(registry.FactsList, map[string]string{"field": "机器人"})[0]
		if _, err := h.edit(registry.FactsList, registry.Change{Cells: map[string]string{"field": "传感器"}}); key(err) != "registry.changed" {
			t.Errorf("a fact that was entered meanwhile: %v", err)
		}
		if _, err := h.edit(registry.FactsList, registry.Change{Version: fact.Version, Cells: map[string]string{"field": ""}}); err != nil {
			t.Error(err)
		}
		if h.profile().Fact("field") != nil {
			t.Error("an emptied fact is still there")
		}
		again := h.put(registry.FactsList, map[string]string{"field": "机器人"})[0]
		if _, err := h.edit(registry.FactsList, registry.Change{ID: again.ID, Version: 1, Remove: true}); err != nil || h.profile().Fact("field") != nil {
			t.Errorf("a fact that was removed by its id: %v", err)
		}
		if _, err := h.edit(registry.FactsList, registry.Change{Version: 1, Cells: map[string]string{"field": "传感器"}}); key(err) != "registry.gone" {
			t.Errorf("a fact that was removed meanwhile: %v", err)
		}
		past := see(h, func(r db.Reader) ([]*registry.Row, error) {
			return registry.History(t.Context(), r, h.by(actor.Editor, "unit"), row.ID)
		})
		if len(past) != 2 || past[0].Cells["title"] != "工程师" || !past[0].Ended.Done() || past[1].Ended.Done() {
			t.Errorf("history %+v", past)
		}
	})
}

// Many editors at once: of those who saw the same version one gets through,
// whether they change the row, remove it or add the same one.
func TestOneWins(t *testing.T) {
	each(t, func(h *house) {
		total := h.put(registry.FactsList, map[string]string{"staff_total": "1"})[0]
		year := h.put(registry.FinanceList, map[string]string{"year": "2022"})[0]
		by, unit := h.by(actor.Editor, "unit"), h.units["unit"].ID
		for name, c := range map[string]struct {
			list   string
			change registry.Change
		}{
			"change": {registry.FactsList, registry.Change{Version: total.Version, Cells: map[string]string{"staff_total": "20"}}},
			"remove": {registry.FinanceList, registry.Change{ID: year.ID, Version: 1, Remove: true}},
			"add":    {registry.FinanceList, registry.Change{Cells: map[string]string{"year": "2023"}}},
		} {
			const editors = 12
			n, results := h.count(), make(chan error, editors)
			for range editors {
				go func() {
					_, err := db.Update(t.Context(), h.db, by, func(tx *db.Tx) ([]*registry.Row, error) {
						return registry.Edit(t.Context(), tx, h.keys, registry.Batch{Unit: unit, List: c.list, Changes: []registry.Change{c.change}})
					})
					results <- err
				}()
			}
			won := 0
			for range editors {
				switch err := <-results; {
				case err == nil:
					won++
				case fault.Of(err).Kind != fault.Conflict && key(err) != "registry.duplicate":
					t.Error(err)
				}
			}
			if won != 1 || h.lines(n) != "registry.edit" {
				t.Errorf("%s: %d editors won, journal %s", name, won, h.lines(n))
			}
		}
		if p := h.profile(); p.Fact("staff_total").Version != 2 || len(p.Rows[registry.FinanceList]) != 1 {
			t.Errorf("rows %v", p.Rows)
		}
	})
}

// Two rows may change places, and a removed one may come back.
func TestPlaces(t *testing.T) {
	each(t, func(h *house) {
		rows := h.put(registry.FinanceList, map[string]string{"year": "2022", "rd_expense": "1"}, map[string]string{"year": "2023", "rd_expense": "2"})
		_, err := h.edit(registry.FinanceList,
			registry.Change{ID: rows[0].ID, Version: 1, Cells: map[string]string{"year": "2023"}},
			registry.Change{ID: rows[1].ID, Version: 1, Cells: map[string]string{"year": "2022"}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.edit(registry.FinanceList,
			registry.Change{ID: rows[0].ID, Version: 2, Remove: true},
			registry.Change{Cells: map[string]string{"year": "2023", "rd_expense": "3"}})
		if err != nil {
			t.Fatal(err)
		}
		if v := h.profile().Value("profile.rd_expense"); v.Years[2022] != "2000000" || v.Years[2023] != "3000000" {
			t.Errorf("years %v", v.Years)
		}
	})
}

// Several faults are told at once, each with its change.
func TestFaultsTogether(t *testing.T) {
	h := build(t, dbtest.SQLite(t))
	_, err := h.edit(registry.FinanceList,
		registry.Change{Cells: map[string]string{"year": "二三", "rd_expense": "-1"}},
		registry.Change{Cells: map[string]string{"year": "2023"}},
		registry.Change{Cells: map[string]string{"year": "2023"}})
	var got []string
	for _, f := range fault.All(err) {
		got = append(got, f.Field+" "+f.Key)
	}
	if want := "year registry.year,rd_expense registry.negative,3.year registry.twice"; strings.Join(got, ",") != want {
		t.Errorf("faults %v, want %s", got, want)
	}
}

// Reading an identity number in full is an act, and the journal does not hold
// the number.
func TestReveal(t *testing.T) {
	each(t, func(h *house) {
		row := h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang})[0]
		plain := h.put(registry.StaffList, map[string]string{"name": "某人"})[0]
		admin, unit := h.by(actor.UnitAdmin, "unit"), h.units["unit"].ID
		n := h.count()
		var number string
		h.as(admin, func(tx *db.Tx) (err error) {
			number, err = registry.Reveal(t.Context(), tx, h.keys, registry.Sight{Unit: unit, Row: row.ID, Why: "核对劳动合同"})
			return err
		})
		if number != wang || h.lines(n) != "registry.reveal" {
			t.Errorf("number %q, journal %s", number, h.lines(n))
		}
		for why, at := range map[string]registry.Sight{
			"registry.why":     {Unit: unit, Row: row.ID, Why: " "},
			"registry.missing": {Unit: unit, Row: plain.ID, Why: "看看"},
			"actor.missing":    {Unit: h.units["other"].ID, Row: row.ID, Why: "看看"},
		} {
			if err := h.try(admin, func(tx *db.Tx) error { _, err := registry.Reveal(t.Context(), tx, h.keys, at); return err }); key(err) != why {
				t.Errorf("%v, want %s", err, why)
			}
		}
		stranger := h.by(actor.UnitAdmin, "other")
		borrowed := registry.Sight{Unit: h.units["other"].ID, Row: row.ID, Why: "看看"}
		if err := h.try(stranger, func(tx *db.Tx) error { _, err := registry.Reveal(t.Context(), tx, h.keys, borrowed); return err }); key(err) != "registry.missing" {
			t.Errorf("a row of another unit under one's own name: %v", err)
		}
		if text := dump(h); strings.Contains(text, wang) || strings.Contains(text, wang[3:14]) {
			t.Error("the database holds the number in clear")
		}
	})
}

// dump is every text that the tables of this room and the journal hold.
func dump(h *house) string {
	return see(h, func(r db.Reader) (string, error) {
		var b strings.Builder
		for _, q := range []string{"SELECT id || cells || person || sealed || key FROM profile_rows", "SELECT payload || subject FROM journal",
			"SELECT body FROM profile_snapshots", "SELECT cells || person || key FROM register_rows", "SELECT asked || number FROM register_looks"} {
			rows, err := r.Query(h.Context(), q)
			if err != nil {
				return "", err
			}
			for rows.Next() {
				var text string
				if err := rows.Scan(&text); err != nil {
					return "", err
				}
				b.WriteString(text)
			}
			if err := rows.Close(); err != nil {
				return "", err
			}
		}
		return b.String(), nil
	})
}

// A frozen copy is known by what stands in it, and what comes later does not
// change it.
func TestFreeze(t *testing.T) {
	each(t, func(h *house) {
		row := h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang})[0]
		by, unit := h.by(actor.Editor, "unit"), h.units["unit"].ID
		freeze := func() (s registry.Snapshot) {
			h.as(by, func(tx *db.Tx) (err error) { s, err = registry.Freeze(t.Context(), tx, unit); return err })
			return s
		}
		n := h.count()
		first := freeze()
		h.clock().Add(time.Hour)
		if again := freeze(); again.Hash != first.Hash {
			t.Error("nothing changed, and the copy did")
		}
		if h.lines(n) != "registry.freeze registry.freeze" {
			t.Errorf("journal %s", h.lines(n))
		}
		if _, err := h.edit(registry.StaffList, registry.Change{ID: row.ID, Version: 1, Cells: map[string]string{"title": "教授"}}); err != nil {
			t.Fatal(err)
		}
		if later := freeze(); later.Hash == first.Hash {
			t.Error("a change left the copy as it was")
		}
		kept := see(h, func(r db.Reader) (registry.Snapshot, error) { return registry.FindSnapshot(t.Context(), r, first.Hash) })
		body := string(kept.Body)
		if kept.Unit != unit || body != string(first.Body) || strings.Contains(body, "教授") || strings.Contains(body, wang) || !strings.Contains(body, row.Person) {
			t.Errorf("kept %s", body)
		}
	})
}

// What is confirmed is what somebody saw: all of it, or nothing.
func TestSelection(t *testing.T) {
	each(t, func(h *house) {
		rows := h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang}, map[string]string{"name": "Li Ming", "document": "护照", "person": "e 1234567"})
		if mask := rows[1].Cells["person"]; mask != "********" || rows[1].Person != registry.PersonKey(h.keys, "E1234567") {
			t.Errorf("a passport is shown as %s", mask)
		}
		if _, err := h.edit(registry.StaffList, registry.Change{ID: rows[0].ID, Version: 1, Cells: map[string]string{"title": "教授"}}); err != nil {
			t.Fatal(err)
		}
		admin, unit := h.by(actor.UnitAdmin, "unit"), h.units["unit"].ID
		n := h.count()
		for want, refs := range map[string][]registry.Ref{
			"registry.none":    nil,
			"registry.touched": {{ID: rows[1].ID, Version: 1}, {ID: rows[0].ID, Version: 1}},
			"registry.missing": {{ID: rows[1].ID, Version: 1}, {ID: "nobody", Version: 1}},
		} {
			h.clock().Add(time.Minute)
			err := h.try(admin, func(tx *db.Tx) error {
				_, err := registry.Confirm(t.Context(), tx, registry.Selection{Unit: unit, Rows: refs})
				return err
			})
			if key(err) != want || h.lines(n) != "" {
				t.Errorf("%v, want %s; journal %s", err, want, h.lines(n))
			}
		}
		if at := h.profile().Rows[registry.StaffList][1].Confirmed.At; !at.Equal(dbtest.Noon) {
			t.Errorf("half a selection was confirmed at %v", at)
		}
	})
}
