package registry_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/locale"
	"shenbao/internal/sample"
	"shenbao/programme"
	"shenbao/registry"
	"shenbao/rule"
)

// sampleHouse has the sample's authorities, units, profiles and registers, all
// of them entered by the acts.
func sampleHouse(t *testing.T, d *db.DB) *house {
	t.Helper()
	h := build(t, d)
	for _, a := range sample.Authorities() {
		under := actor.UnitID("")
		if a.Under != "" {
			under = h.units[a.Under].ID
		}
		if u := h.seat(a); u != nil {
			h.units[a.Name] = u
			continue
		}
		h.as(db.System, func(tx *db.Tx) (err error) {
			h.units[a.Name], err = actor.AddAuthority(t.Context(), tx, actor.Authority{Name: a.Name, Place: a.Place, Level: a.Level, Under: under})
			return err
		})
	}
	for _, u := range sample.Units() {
		admin := db.By{Person: string(h.person("admin of " + u.Code)), Role: string(actor.Visitor)}
		h.as(admin, func(tx *db.Tx) (err error) {
			h.units[u.Code], err = actor.RegisterUnit(t.Context(), tx, actor.Registration{Code: u.Code, Name: u.Name, Kind: u.Kind, Place: u.Place})
			return err
		})
		h.as(db.System, func(tx *db.Tx) error { _, err := actor.ConfirmUnit(t.Context(), tx, h.units[u.Code].ID); return err })
		admin.Unit, admin.Role = string(h.units[u.Code].ID), string(actor.UnitAdmin)
		for list, rows := range u.Lists {
			var changes []registry.Change
			for _, cells := range rows {
				changes = append(changes, registry.Change{Cells: cells})
			}
			h.as(admin, func(tx *db.Tx) error {
				_, err := registry.Edit(t.Context(), tx, h.keys, registry.Batch{Unit: h.units[u.Code].ID, List: list, Changes: changes})
				return err
			})
		}
	}
	for _, r := range sample.Registers() {
		h.keep(r)
	}
	return h
}

// seat is the province of the house that sits where a sample authority does.
func (h *house) seat(a sample.Authority) *actor.Unit {
	for _, name := range []string{"province", "city", "abroad"} {
		if u := h.units[name]; u.Place == a.Place && a.Under == "" {
			return u
		}
	}
	return nil
}

// keep adopts a register of the sample.
func (h *house) keep(r sample.Register) {
	h.Helper()
	list := registry.FindRegister(r.ID)
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	header := []string{}
	for _, c := range list.Columns {
		header = append(header, c.Name(locale.ZH))
	}
	w.Write(header)
	for _, row := range r.Rows {
		cells := []string{}
		for _, c := range list.Columns {
			cells = append(cells, row[c.Code])
		}
		w.Write(cells)
	}
	w.Flush()
	h.adopted(registry.Adoption{Register: r.ID, Keeper: h.units[r.Keeper].ID, Name: r.ID + ".csv", Data: b.Bytes(), Document: r.Document, Day: r.Day, Whole: true, Complete: true})
}

// facts are the facts of a unit's application: what its profile gives and what
// it types beside that, laid over it.
func (h *house) facts(u sample.Unit, pkg *programme.Package) (*rule.Facts, error) {
	h.Helper()
	p := see(h, func(r db.Reader) (*registry.Profile, error) {
		return registry.ProfileOf(h.Context(), r, h.units[u.Code].ID)
	})
	all := map[string]any{"as_of": sample.AsOf(u.Call)}
	for _, s := range pkg.Form.Sections {
		for _, f := range s.Facts {
			if given, ok := p.Prefill(pkg.Schema.Fact(f.ID), f.From); ok {
				all[f.ID] = given.JSON(false)
			}
		}
	}
	for id, value := range u.Application() {
		all[id] = value
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	for _, person := range everybody() {
		text = bytes.ReplaceAll(text, []byte(`"`+person+`"`), []byte(`"`+registry.PersonKey(h.keys, person)+`"`))
	}
	facts, faults := pkg.Schema.ReadFacts(bytes.NewReader(text))
	for _, f := range faults {
		h.Errorf("%s: %s: %s", u.Name, f.Field, locale.Text(locale.ZH, f.Key, f.Args...))
	}
	facts.Registers = h.asked(sample.AsOf(u.Call))
	facts.Registers["applications"] = rule.NewRegister(nil, true)
	return facts, nil
}

// everybody are the identity numbers of the sample.
func everybody() []string {
	var all []string
	for _, u := range sample.Units() {
		for _, p := range u.Lists["staff"] {
			all = append(all, p["person"])
		}
	}
	return all
}

// The sample's units are what they are said to be: those that meet a call meet
// it, and those that lack something lack that alone.
func TestSample(t *testing.T) {
	h := sampleHouse(t, dbtest.SQLite(t))
	found := map[string]*programme.Package{}
	for _, p := range packages(t) {
		found[p.ID] = p
	}
	for _, u := range sample.Units() {
		if u.Call == "" {
			continue
		}
		facts, err := h.facts(u, found[u.Call])
		if err != nil {
			t.Fatal(err)
		}
		report := found[u.Call].Explain(facts, locale.ZH)
		var lacks []string
		for _, g := range report.Gaps {
			if !slices.Contains(lacks, g.Rule) && slices.Contains(report.Because, g.Rule) {
				lacks = append(lacks, g.Rule)
			}
		}
		fits := report.Answer == rule.Eligible
		if fits != (u.Lacks == "") || strings.Join(lacks, " ") != u.Lacks {
			var open []string
			for _, f := range report.Findings {
				if string(f.Verdict) != "met" {
					open = append(open, string(f.Rule)+"="+string(f.Verdict))
				}
			}
			t.Errorf("%s: %s, lacks %v, want %q; open %v", u.Name, report.Answer, lacks, u.Lacks, open)
		}
	}
	if strings.Contains(dump(h), "370000197") {
		t.Error("the database holds identity numbers in clear")
	}
}
