package apply

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
	"shenbao/rule"
)

// A Picking (选取人员) fills the facts about one person of the form (中心主任) in
// from a row of the host's roster of staff.
type Picking struct {
	Application ID
	Fact        string         // the person, or the name: whatever has the same prefix is filled in
	Row         registry.RowID // of the roster
	Over        bool           // what came from elsewhere is replaced as well
}

// Picked is what became of a picking.
type Picked struct {
	*Application
	Fields []string `json:"fields"` // that were written
	Kept   []string `json:"kept"`   // facts that hold something else, which stayed
	Twice  int      `json:"twice"`  // rows that the list had already
}

// rosters are the rosters from which lists of forms are filled, by the ends of
// the lists' codes; a list that is prefilled from a roster needs none of these.
var rosters = map[string]string{
	"staff": registry.StaffList, "instruments": registry.InstrumentsList, "equipment": registry.InstrumentsList,
	"premises": registry.PremisesList, "sites": registry.PremisesList,
}

// RosterOf is the roster from which a fact of the form can be picked: of a list
// that of its rows, of the person (or else the name) among the facts about one
// person that of staff; "" for every other fact.
func (fm *Form) RosterOf(code string) string {
	d, _ := fm.Declared(code)
	f := fm.Package.Schema.Fact(code)
	switch {
	case d == nil || f == nil:
		return ""
	case f.Kind != rule.ListKind:
		if about := fm.personFacts(code); len(about) > 0 && about[0] == f {
			return registry.StaffList
		}
		return ""
	}
	list, known := strings.CutPrefix(d.From, "profile.")
	if !known {
		list = rosters[code[strings.LastIndex(code, ".")+1:]]
	}
	if l := registry.FindList(list); l == nil || l.Single || list != registry.StaffList && list != registry.InstrumentsList && list != registry.PremisesList {
		return ""
	}
	return list
}

// personFacts are the facts about the person that a fact is about: those with
// its prefix. The first says who it is, by number or, where no number is asked
// for, by name. Nil when they are not about a person.
func (fm *Form) personFacts(code string) []*rule.Fact {
	prefix := code[:strings.LastIndex(code, ".")+1]
	var all []*rule.Fact
	person, name, birth := -1, -1, false
	for _, f := range fm.Package.Schema.Facts {
		if end, ok := strings.CutPrefix(f.Code, prefix); !ok || prefix == "" || strings.Contains(end, ".") {
			continue
		}
		if d, _ := fm.Declared(f.Code); d == nil || f.Kind == rule.ListKind || f.Kind == rule.SeriesKind {
			continue
		}
		switch {
		case f.Kind == rule.PersonKind:
			person = len(all)
		case f.Code == prefix+"name" && f.Kind == rule.TextKind:
			name = len(all)
		}
		birth = birth || f.Code == prefix+"birth" && f.Kind == rule.DateKind
		all = append(all, f)
	}
	first := person
	if first < 0 && birth {
		first = name
	}
	if first < 0 {
		return nil
	}
	who := all[first]
	return slices.Insert(slices.Delete(all, first, first+1), 0, who)
}

// picking is a form into which its author picks.
type picking struct {
	ctx    context.Context
	tx     *db.Tx
	office *Office
	fm     *Form
	part   bool         // the author belongs to a partner
	unit   actor.UnitID // whose rosters they are, and whose the rows are
	out    *Picked
}

// picks opens a form to be filled in from rosters.
func (o *Office) picks(ctx context.Context, tx *db.Tx, id ID) (*picking, error) {
	sight, fm, err := o.editing(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return &picking{ctx, tx, o, fm, sight.Part, sight.rosters(tx.By), &Picked{Application: fm.Of, Fields: []string{}, Kept: []string{}}}, nil
}

// rosters is the unit whose rosters somebody picks from: the host's people from
// the host's, a partner's from their own.
func (s *Sight) rosters(by db.By) actor.UnitID {
	if s.Part {
		return actor.UnitID(by.Unit)
	}
	return s.Unit
}

// Roster is a roster from which somebody may pick for the form of an
// application that they found.
func (s *Sight) Roster(by db.By, list string) registry.Roster {
	return registry.Roster{Unit: s.rosters(by), List: list}
}

// rows are rows of the roster from which a fact is picked.
func (p *picking) rows(code string, ids []registry.RowID) ([]*registry.Row, error) {
	list := p.fm.RosterOf(code)
	if list == "" {
		return nil, fault.New(fault.Invalid, "apply.no_roster", code).In(code)
	}
	if len(ids) == 0 {
		return nil, fault.New(fault.Invalid, "apply.nothing_picked").In(code)
	}
	return registry.Roster{Unit: p.unit, List: list}.Pick(p.ctx, p.tx, p.tx.By, ids)
}

// put writes a field.
func (p *picking) put(f *Field) error {
	f.Changed, f.ChangedBy = p.tx.Now, actor.PersonID(p.tx.By.Person)
	p.fm.put(f)
	p.out.Fields = append(p.out.Fields, f.Name)
	return putField(p.ctx, p.tx, p.fm.Of.ID, f)
}

// done notes that the application was changed.
func (p *picking) done() (*Picked, error) {
	if len(p.out.Fields) == 0 {
		return p.out, nil
	}
	return p.out, p.fm.touch(p.ctx, p.tx)
}

// Pick fills in what the roster of staff knows of a person, for the facts that
// are about that person. What somebody typed, or what came from elsewhere, stays
// unless that was asked for; what came from the roster before is replaced, and
// emptied where the roster says nothing of this person. The identity number goes
// sealed from one place to the other. It is no act: nothing was submitted.
func Pick(ctx context.Context, tx *db.Tx, o *Office, in Picking) (*Picked, error) {
	p, err := o.picks(ctx, tx, in.Application)
	if err != nil {
		return nil, err
	}
	if p.part {
		return nil, fault.New(fault.Refused, "apply.host_fills").In(in.Fact)
	}
	about := p.fm.personFacts(in.Fact)
	if len(about) == 0 {
		return nil, fault.New(fault.Invalid, "apply.no_roster", in.Fact).In(in.Fact)
	}
	rows, err := p.rows(about[0].Code, slices.DeleteFunc([]registry.RowID{in.Row}, func(id registry.RowID) bool { return id == "" }))
	if err != nil {
		return nil, err
	}
	for _, f := range about {
		if err := p.fact(f, rows[0], in.Over); err != nil {
			return nil, err
		}
	}
	return p.done()
}

// fact writes what a row of the roster says about a fact.
func (p *picking) fact(f *rule.Fact, row *registry.Row, over bool) error {
	name := f.Code[strings.LastIndex(f.Code, ".")+1:]
	if f.Kind == rule.PersonKind {
		name = "person"
	}
	next := &Field{Name: f.Code, Owner: p.fm.Of.Unit, Source: "profile." + row.List}
	value, known := row.ValueFor(f, name)
	if known {
		var err error
		if next.Value, err = json.Marshal(value); err != nil {
			return err
		}
	}
	old := p.fm.Fields[f.Code]
	same := string(valueOfField(old)) == string(next.Value)
	switch {
	case !known && (old.Empty() || old.Source != next.Source), same && old != nil && old.Source == next.Source:
		return nil
	case !old.Empty() && !same && old.Source != next.Source && !over:
		p.out.Kept = append(p.out.Kept, f.Code)
		return nil
	}
	if known && f.Kind == rule.PersonKind {
		var err error
		if next.Sealed, err = row.Reseal(p.office.Keys, p.fm.Of.sealPlace(next.Name)); err != nil {
			return err
		}
	}
	return p.put(next)
}
