package programme

import (
	"slices"
)

// Rooms are the rooms of the platform that exist today: what a package asks of
// another room is pending. "try" and "show" are this package's own commands.
var Rooms = map[string]bool{"try": true, "show": true}

// allRooms are the rooms that a package may name.
var allRooms = []string{"call", "apply", "recommend", "review", "decide", "monitor", "evaluate", "actor", "registry",
	"policy", "ledger", "voucher", "instrument", "outcome", "report"}

// State says whether a carrier runs today.
type State string

// The states of a carrier.
const (
	Runs    State = "runs"
	Pending State = "pending"
)

// A Carrier (承载) is one thing that carries a clause out.
type Carrier struct {
	Type  string `json:"type"` // rule, judge, field, material, stage, quota, table, duty or note
	ID    string `json:"id"`
	State State  `json:"state"`
	Room  string `json:"room"` // the room that runs it, or will
}

// Coverage (覆盖) is one clause with what carries it out.
type Coverage struct {
	Clause   string     `json:"clause"` // full id: 000-023
	Locator  string     `json:"locator"`
	Kind     ClauseKind `json:"kind"`
	Modality Modality   `json:"modality"`
	Carriers []Carrier  `json:"carriers"`
}

// Coverage lists every clause in the order of the inventory.
func (p *Package) Coverage() []Coverage {
	if len(p.Members) > 0 {
		return p.guideCoverage()
	}
	by := p.carriers()
	out := make([]Coverage, 0, len(p.Clauses))
	for _, c := range p.Clauses {
		carriers := by[c.Number]
		if c.inherited && carriers == nil {
			continue // a clause of the guide that is for other members
		}
		if carriers == nil {
			carriers = []Carrier{}
		}
		out = append(out, Coverage{p.clauseID(c.Number), c.Locator, c.Kind, c.Modality, carriers})
	}
	return out
}

// collector gathers carriers by clause number, each once.
type collector map[string][]Carrier

func (c collector) add(typ, id, room string, clauses []string) {
	state := Pending
	if Rooms[room] {
		state = Runs
	}
	carrier := Carrier{Type: typ, ID: id, State: state, Room: room}
	for _, n := range clauses {
		if !slices.Contains(c[n], carrier) {
			c[n] = append(c[n], carrier)
		}
	}
}

// carriers finds what carries each clause, in a fixed order of types.
func (p *Package) carriers() collector {
	c := collector{}
	for _, cl := range p.Clauses {
		for _, b := range cl.Rules {
			c.add("rule", b.ID, "try", b.Carries())
		}
		for _, b := range cl.Judges {
			c.add("judge", b.ID, b.Room, b.Carries())
		}
	}
	p.formCarriers(c)
	p.callCarriers(c)
	p.laterCarriers(c)
	for _, cl := range p.Clauses {
		for range cl.Notes {
			c.add("note", cl.Number, "show", []string{cl.Number})
		}
	}
	return c
}

func (p *Package) formCarriers(c collector) {
	for _, s := range p.Form.Sections {
		for _, f := range s.Facts {
			c.add("field", f.ID, "try", f.Clauses)
			for _, o := range f.Options {
				c.add("field", f.ID+"."+o.Code, "try", o.Clauses)
			}
			for _, col := range f.Columns {
				c.add("field", f.ID+"."+col.ID, "try", col.Clauses)
				for _, o := range col.Options {
					c.add("field", f.ID+"."+col.ID+"."+o.Code, "try", o.Clauses)
				}
			}
		}
	}
	for _, o := range p.Form.Outline {
		c.add("field", "outline."+o.ID, "apply", o.Clauses)
	}
	for _, m := range p.Form.Materials {
		c.add("material", m.ID, m.Room, m.Clauses)
	}
}

func (p *Package) callCarriers(c collector) {
	for _, s := range p.Call.Stages {
		c.add("stage", s.ID, s.room(), s.Clauses)
	}
	for _, q := range p.Call.Quotas {
		c.add("quota", q.ID, q.Room, q.Clauses)
	}
	c.add("note", "call.document", "show", p.Call.Document.Clauses)
	if r := p.Call.Recommend; r != nil {
		c.add("note", "call.recommend", "show", r.Clauses)
	}
	for _, t := range p.Call.Tracks {
		c.add("note", "call.tracks."+t.ID, "show", t.Clauses)
	}
	for _, t := range p.Call.Contacts {
		c.add("note", "call.contacts."+t.ID, "show", t.Clauses)
	}
	for _, l := range p.Call.Links {
		c.add("note", "call.links."+l.ID, "show", l.Clauses)
	}
	if r := p.Call.Ranking; r != nil {
		c.add("stage", "ranking", "decide", r.Clauses)
	}
	for _, r := range p.Call.References {
		c.add("note", "call.by_reference."+r.ID, "show", r.Clauses)
	}
	if v := p.Call.Valid; v != nil {
		c.add("note", "call.valid", "show", v.Clauses)
	}
}

func (p *Package) laterCarriers(c collector) {
	for _, s := range p.Review.Steps {
		c.add("stage", s.ID, s.Room, s.Clauses)
	}
	for _, k := range p.Review.Criteria {
		c.add("judge", "criteria."+k.ID, "review", k.Clauses)
	}
	c.add("note", "review.panel", "show", p.Review.Panel.Clauses)
	for _, t := range p.Tables.Tables {
		c.add("table", t.ID, t.Room, t.Clauses)
		for _, l := range t.Limits {
			c.add("table", t.ID+"."+l.Column, t.Room, l.Clauses)
		}
	}
	for _, d := range p.After.Duties {
		c.add("duty", d.ID, d.Room, d.Clauses)
	}
	p.ledgerCarriers(c)
	c.add("duty", "publicity", "decide", p.After.Publicity.Clauses)
	c.add("duty", "build", "monitor", p.After.Build.Clauses)
	c.add("duty", "evaluation", "evaluate", p.After.Evaluation.Clauses)
	for _, m := range p.After.Money {
		room := m.Room
		if room == "" {
			room = "monitor"
		}
		c.add("duty", "money."+m.ID, room, m.Clauses)
	}
}

// actRooms names the room of a stage that does not say its own.
var actRooms = map[Act]string{"announce": "call", "notify": "call", "intent": "apply", "filing": "apply", "claim": "apply", "apply": "apply", "check": "recommend",
	"recommend": "recommend", "review": "review", "defence": "review", "visit": "review", "decide": "decide",
	"publicity": "decide", "build": "monitor", "report": "monitor", "evaluate": "evaluate"}

func (s *Stage) room() string {
	if s.Room != "" {
		return s.Room
	}
	return actRooms[s.Act]
}
