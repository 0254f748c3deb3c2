package apply

import (
	"context"
	"encoding/json"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/registry"
	"shenbao/rule"
)

// A Beginning (新建申报) asks for a new application.
type Beginning struct {
	Call call.ID
	Key  string // made by the page: the same request twice begins one application
	Kept string // token of what was typed into the short form (call.Keep); "" for none
}

// Begin starts an application of the unit that the author acts for, under the
// newest amendment of a call, and fills in what the unit's profile and the
// registers know of it, and what its people typed into the short form.
func Begin(ctx context.Context, tx *db.Tx, o *Office, b Beginning) (*Application, error) {
	unit := actor.UnitID(tx.By.Unit)
	if err := actor.May(ctx, tx, tx.By, actor.ActBeginApplication, unit); err != nil {
		return nil, err
	}
	if !keyed(b.Key) {
		return nil, fault.New(fault.Invalid, "apply.key")
	}
	if a, err := findBegun(ctx, tx, unit, b.Key); a != nil || err != nil {
		return a, err
	}
	c, err := call.Newest(ctx, tx, b.Call)
	if err != nil {
		return nil, err
	}
	a := &Application{ID: ID(db.NewID()), Call: c.ID, Hash: c.Hash, Unit: unit, State: Drafted, Begun: tx.Now, BegunBy: actor.PersonID(tx.By.Person),
		Changed: tx.Now, ChangedBy: actor.PersonID(tx.By.Person)}
	if err := a.begins(c, tx.Now); err != nil {
		return nil, err
	}
	p, err := registry.ProfileOf(ctx, tx, unit)
	if err != nil {
		return nil, err
	}
	a.UnitName = p.Unit.Name
	if free, err := insertApplication(ctx, tx, a, b.Key); err != nil {
		return nil, err
	} else if !free {
		return findBegun(ctx, tx, unit, b.Key)
	}
	fm := &Form{Of: a, Fields: map[string]*Field{}}
	if fm.Package, err = o.Shelf.Package(ctx, tx, a.Hash); err != nil {
		return nil, err
	}
	if err := fm.fill(ctx, tx, filling{profile: p, kept: b.Kept}); err != nil {
		return nil, err
	}
	return a, tx.Record(ctx, "apply.begin", a.subject(), map[string]string{"call": string(a.Call), "package": a.Hash})
}

// begins asks that applications can be begun under a call: from its publication
// until its end.
func (a *Application) begins(c *call.Call, now time.Time) error {
	if c.State != call.Published {
		return fault.New(fault.Conflict, "apply.call_ended", fault.Key("call.state."+string(c.State)))
	}
	if !c.Closes.IsZero() && !now.Before(c.Closes) {
		return fault.New(fault.Late, "apply.late", shown(now), shown(c.Closes))
	}
	return nil
}

// A filling says with what a form is filled in, and which of its sections; "" is
// all of them.
type filling struct {
	profile *registry.Profile
	kept    string
	section string
	over    bool // what came from the profile before is replaced
}

// fill writes what is known of a unit into the form.
func (fm *Form) fill(ctx context.Context, tx *db.Tx, from filling) error {
	typed, err := keptFacts(ctx, tx, fm.Of, from.kept)
	if err != nil {
		return err
	}
	for _, s := range fm.Package.Form.Sections {
		if from.section != "" && s.ID != from.section {
			continue
		}
		for _, d := range s.Facts {
			f := fm.Package.Schema.Fact(d.ID)
			put := &putting{ctx: ctx, tx: tx, fm: fm, over: from.over}
			if own := typed[d.ID]; own != nil && f.Kind != rule.ListKind {
				err = put.value(f, own, Typed)
			} else if g, ok := from.profile.Prefill(f, d.From); ok {
				err = put.value(f, plain(g.JSON(false)), d.From)
			} else {
				err = put.host(f, d, from.profile.Unit)
			}
			if err != nil {
				return err
			}
		}
	}
	return fm.touch(ctx, tx)
}

// keptFacts are the facts that somebody typed into the short form of the call,
// by code. A link that is over, or of another call, gives none.
func keptFacts(ctx context.Context, r db.Reader, a *Application, token string) (map[string]json.RawMessage, error) {
	if token == "" {
		return nil, nil
	}
	id, text, err := call.Kept(ctx, r, token)
	if f := fault.Of(err); f != nil && f.Kind != fault.Internal {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	facts := map[string]json.RawMessage{}
	if c, err := call.Newest(ctx, r, id); err != nil || c.ID != a.Call {
		return nil, err
	}
	return facts, json.Unmarshal(text, &facts)
}

// plain is a value without its status: what an application states, the
// applicant states anew.
func plain(text json.RawMessage) json.RawMessage {
	stated := struct {
		Status string          `json:"status"`
		Value  json.RawMessage `json:"value"`
	}{}
	if json.Unmarshal(text, &stated) == nil && stated.Status != "" && len(stated.Value) > 0 {
		return stated.Value
	}
	return text
}

// putting writes values into the fields of a form, where nothing else stands.
type putting struct {
	ctx  context.Context
	tx   *db.Tx
	fm   *Form
	over bool
}

// value writes a fact from its JSON, series by year and lists by row.
func (p *putting) value(f *rule.Fact, text json.RawMessage, source string) error {
	switch f.Kind {
	case rule.SeriesKind:
		years := map[string]json.RawMessage{}
		if json.Unmarshal(text, &years) != nil {
			return nil
		}
		for year, v := range years {
			if err := p.field(f.Code+":"+year, plain(v), source); err != nil {
				return err
			}
		}
		return nil
	case rule.ListKind:
		return p.list(f, text, source)
	}
	return p.field(f.Code, text, source)
}

// list writes a list, unless there are rows already: then the rows that came
// from the same source are replaced, when that was asked for.
func (p *putting) list(f *rule.Fact, text json.RawMessage, source string) error {
	list := struct {
		Complete bool              `json:"complete"`
		Rows     []json.RawMessage `json:"rows"`
	}{}
	if json.Unmarshal(text, &list) != nil {
		return nil
	}
	for _, row := range p.fm.Rows(f.Code) {
		old := p.fm.Fields[f.Code+"/"+row]
		if !p.over {
			return nil
		}
		if old.Source != source {
			continue // somebody typed it
		}
		if err := p.write(&Field{Name: old.Name, Source: source}); err != nil {
			return err
		}
	}
	for _, row := range list.Rows {
		if err := p.field(f.Code+"/"+db.NewID(), row, source); err != nil {
			return err
		}
	}
	if list.Complete {
		return p.field(f.Code+"/"+completeRow, json.RawMessage("true"), source)
	}
	return nil
}

// host writes what every application begins with: the list of its units holds
// the host.
func (p *putting) host(f *rule.Fact, d *programme.Fact, u *actor.Unit) error {
	if !isUnits(f) || len(p.fm.Rows(f.Code)) > 0 {
		return nil
	}
	text, err := json.Marshal(unitRow(f, u, hostRole(f)))
	if err != nil {
		return err
	}
	return p.field(d.ID+"/"+db.NewID(), text, "profile.unit")
}

// isUnits reports whether a list holds the units of an application: a column for
// the unit, and one for its role.
func isUnits(f *rule.Fact) bool {
	unit, role := false, false
	for _, c := range f.Columns {
		unit = unit || c.Code == "unit" && c.Kind == rule.UnitKind
		role = role || c.Code == "role" && c.Kind == rule.ChoiceKind
	}
	return f.Kind == rule.ListKind && unit && role
}

// field writes a value where nothing stands, or, when that was asked for, what
// came from elsewhere than the keyboard.
func (p *putting) field(name string, value json.RawMessage, source string) error {
	if old := p.fm.Fields[name]; !old.Empty() && (!p.over || old.Source == Typed) {
		return nil
	}
	return p.write(&Field{Name: name, Value: value, Source: source})
}

// write keeps a value; an empty text is none.
func (p *putting) write(f *Field) error {
	if text := string(f.Value); text == `""` || text == "null" {
		f.Value = nil
	}
	f.Owner, f.Changed, f.ChangedBy = p.fm.Of.Unit, p.tx.Now, actor.PersonID(p.tx.By.Person)
	p.fm.put(f)
	return putField(p.ctx, p.tx, p.fm.Of.ID, f)
}
