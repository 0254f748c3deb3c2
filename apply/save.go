package apply

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/internal/secret"
	"shenbao/programme"
	"shenbao/rule"
)

// A Saving (暂存) is what a page of the form sends: the inputs that it shows, and
// for each field the hash of the value that it showed at first.
type Saving struct {
	Application ID
	Tab         string              // made with the page: what it wrote itself is no conflict
	Typed       map[string]string   // by the name of the input
	Was         map[string]string   // by the name of the field, see [Field.Hash]
	Drop        map[string]struct{} // rows to be removed, by the name of the field
	Mine        map[string]struct{} // fields in which the sender's value is to stand whatever somebody else wrote
}

// A Conflict (冲突) is a field that somebody else changed since the page was made:
// neither value is lost, and a person chooses.
type Conflict struct {
	Field  string         `json:"field"`
	Theirs string         `json:"theirs"` // what stands now, as an input or a line shows it
	Mine   string         `json:"mine"`
	By     actor.PersonID `json:"-"`
	ByName string         `json:"by"`
	At     time.Time      `json:"at"`
}

// Saved is what became of a [Saving].
type Saved struct {
	*Application
	At        time.Time  `json:"at"`
	Fields    []string   `json:"fields"`    // that were changed
	Conflicts []Conflict `json:"conflicts"` // that were not
}

// The limits of one form: nobody types more by hand.
const (
	maxInputs = 20_000
	maxInput  = 200_000 // bytes
	maxFields = 20_000  // of one application
)

// Save keeps what was typed, field by field. Nothing has to be complete or
// right: that is for [Office.Assess]. It is no act and leaves no line. A field that
// somebody else changed since the page was made is not overwritten: both values
// come back as a [Conflict].
func Save(ctx context.Context, tx *db.Tx, o *Office, s Saving) (*Saved, error) {
	sight, fm, err := o.editing(ctx, tx, s.Application)
	if err != nil {
		return nil, err
	}
	k := &keeping{office: o, fm: fm, part: sight.Part, unit: actor.UnitID(tx.By.Unit), s: s}
	changes, err := k.changes()
	if err != nil {
		return nil, err
	}
	out := &Saved{Application: fm.Of, At: tx.Now, Conflicts: k.conflicts, Fields: []string{}}
	for _, f := range changes {
		f.Tab, f.Changed, f.ChangedBy = s.Tab, tx.Now, actor.PersonID(tx.By.Person)
		if err := putField(ctx, tx, fm.Of.ID, f); err != nil {
			return nil, err
		}
		fm.put(f)
		out.Fields = append(out.Fields, f.Name)
	}
	for i := range out.Conflicts {
		if p, err := actor.FindPerson(ctx, tx, out.Conflicts[i].By); err == nil {
			out.Conflicts[i].ByName = p.Name
		}
	}
	if len(changes) == 0 {
		return out, nil
	}
	return out, fm.touch(ctx, tx)
}

// keeping compares what came with what stands.
type keeping struct {
	office    *Office
	fm        *Form
	part      bool         // the sender belongs to a partner
	unit      actor.UnitID // of the sender
	s         Saving
	conflicts []Conflict
}

// changes are the fields that are to be written, in the order of their names.
func (k *keeping) changes() ([]*Field, error) {
	if len(k.s.Typed) > maxInputs {
		return nil, fault.New(fault.Invalid, "apply.too_much")
	}
	byField := map[string]map[string]string{}
	for input, text := range k.s.Typed {
		if len(text) > maxInput {
			return nil, fault.New(fault.Invalid, "apply.too_long_input", maxInput/1000).In(input)
		}
		field, cell, err := k.fieldOf(input)
		if err != nil {
			return nil, err
		}
		if byField[field] == nil {
			byField[field] = map[string]string{}
		}
		byField[field][cell] = text
	}
	for field := range k.s.Drop {
		if _, _, err := k.fieldOf(field + "/x"); err != nil {
			return nil, err
		}
		byField[field] = nil
	}
	var out []*Field
	for name, cells := range byField {
		f, err := k.field(name, cells)
		if err != nil {
			return nil, err
		}
		if f != nil {
			out = append(out, f)
		}
	}
	if len(k.fm.Fields)+len(out) > maxFields {
		return nil, fault.New(fault.Invalid, "apply.too_much")
	}
	slices.SortFunc(out, func(a, b *Field) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(k.conflicts, func(a, b Conflict) int { return strings.Compare(a.Field, b.Field) })
	return out, nil
}

// fieldOf finds the field and the cell of an input: projects/ROW/title is the
// cell title of projects/ROW; of another input the cell is "". What the form
// does not have is refused.
func (k *keeping) fieldOf(input string) (field, cell string, err error) {
	code, rest, isPath := strings.Cut(input, "/")
	unknown := fault.New(fault.Invalid, "apply.no_field", input).In(input)
	switch {
	case isPath && code+"/" == OutlinePrefix:
		for _, s := range k.fm.Package.Form.Outline {
			if s.ID == rest {
				return input, "", nil
			}
		}
		return "", "", unknown
	case isPath && code+"/" == ReasonPrefix:
		if k.fm.Package.Program == nil || k.fm.Package.Program.Rule(rest) < 0 {
			return "", "", unknown
		}
		return input, "", nil
	}
	code, year := split(strings.TrimSuffix(code, "/"))
	f := k.fm.Package.Schema.Fact(code)
	if f == nil || f.Code != code || strings.HasPrefix(code, "material.") {
		return "", "", unknown
	}
	switch {
	case f.Kind == rule.ListKind && isPath:
		row, column, _ := strings.Cut(rest, "/")
		if row == completeRow && column == "" || row == completeRow && column == "x" {
			return code + "/" + completeRow, "", nil
		}
		if !IsRow(row) || column == "" {
			return "", "", unknown
		}
		return code + "/" + row, column, nil
	case f.Kind == rule.SeriesKind && year != "" && !isPath:
		return input, "", nil
	case f.Kind != rule.ListKind && f.Kind != rule.SeriesKind && input == code:
		return input, "", nil
	}
	return "", "", unknown
}

// field is the new content of a field, nil when it stays as it is.
func (k *keeping) field(name string, cells map[string]string) (*Field, error) {
	old := k.fm.Fields[name]
	next, err := k.next(name, cells, old)
	if err != nil || next == nil || string(next.Value) == string(valueOfField(old)) {
		return nil, err
	}
	was, told := k.s.Was[name]
	_, mine := k.s.Mine[name]
	ours := old == nil || old.Tab == k.s.Tab && k.s.Tab != ""
	switch {
	case mine, ours, told && old.Hash() == was, !told && old.Empty():
	case told && hashOf(next.Value) == was:
		return nil, nil // the sender did not touch it; somebody else did
	default:
		k.conflicts = append(k.conflicts, Conflict{Field: name, Theirs: k.line(name, old), Mine: k.line(name, next), By: old.ChangedBy, At: old.Changed})
		return nil, nil
	}
	if next.Owner = k.unit; old != nil && old.Owner != "" {
		next.Owner = old.Owner
	}
	next.Name, next.Source = name, Typed
	if k.part && !k.open(name) {
		return nil, fault.New(fault.Refused, "apply.host_fills").In(name)
	}
	if k.part && !k.fm.mayWrite(k.unit, next) {
		return nil, fault.New(fault.Refused, "apply.not_your_part").In(name)
	}
	return next, nil
}

// open reports whether partners may fill in a field: rows of lists are, single
// facts are the host's.
func (k *keeping) open(name string) bool {
	list, row := split(name)
	return IsRow(row) && k.fm.Package.Schema.Fact(list) != nil
}

func valueOfField(f *Field) json.RawMessage {
	if f == nil {
		return nil
	}
	return f.Value
}

// next makes the content of a field of what was typed; nil when that is what
// its input showed already.
func (k *keeping) next(name string, cells map[string]string, old *Field) (*Field, error) {
	code, rest := split(name)
	prefix, _, _ := strings.Cut(name, "/")
	if prefix+"/" == OutlinePrefix || prefix+"/" == ReasonPrefix {
		return textField(intake.CleanText(cells[""]))
	}
	fact := k.fm.Package.Schema.Fact(code)
	if fact.Kind == rule.ListKind && rest == completeRow {
		if cells[""] == "true" || cells[""] == "on" {
			return &Field{Value: json.RawMessage("true")}, nil
		}
		return &Field{}, nil
	}
	if fact.Kind == rule.ListKind {
		return k.row(name, fact, cells, old)
	}
	if old.ShownIn(fact) == cells[""] {
		return nil, nil
	}
	return k.seal(name, fact, cells[""])
}

func textField(text string) (*Field, error) {
	if text == "" {
		return &Field{}, nil
	}
	value, err := json.Marshal(text)
	return &Field{Value: value}, err
}

// seal makes the content of a field of one value. An identity number is kept in
// full only sealed.
func (k *keeping) seal(name string, fact *rule.Fact, typed string) (*Field, error) {
	v, number := k.office.valueOf(fact, typed)
	if v == nil {
		return &Field{}, nil
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	f := &Field{Value: text}
	if number != "" {
		f.Sealed, err = k.office.Keys.Seal(k.fm.Of.sealPlace(name), number)
	}
	return f, err
}

// sealPlace binds a sealed number to the field that it was sealed for.
func (a *Application) sealPlace(name string) string { return a.subject() + ":" + name }

// row makes the content of a row of the cells that were sent; cells that were
// not sent, or show what they showed, stay.
func (k *keeping) row(name string, list *rule.Fact, cells map[string]string, old *Field) (*Field, error) {
	if _, drop := k.s.Drop[name]; drop {
		return &Field{}, nil
	}
	row := map[string]any{}
	var sealed secret.Sealed
	if !old.Empty() {
		row, _ = decode(old.Value).(map[string]any)
		sealed = old.Sealed
	}
	touched := false
	for column, typed := range cells {
		c := columnOf(list, column)
		if c == nil {
			return nil, fault.New(fault.Invalid, "apply.no_field", name+"/"+column).In(name + "/" + column)
		}
		if shownValue(c, row[column]) == typed {
			continue
		}
		touched = true
		v, number := k.office.valueOf(c, typed)
		if c.Kind == rule.PersonKind {
			var err error
			if sealed = ""; number != "" {
				if sealed, err = k.office.Keys.Seal(k.fm.Of.sealPlace(name), number); err != nil {
					return nil, err
				}
			}
		}
		if row[column] = v; v == nil {
			delete(row, column)
		}
	}
	if !touched {
		return nil, nil
	}
	if len(row) == 0 {
		return &Field{}, nil
	}
	text, err := json.Marshal(row)
	return &Field{Value: text, Sealed: sealed}, err
}

func columnOf(list *rule.Fact, code string) *rule.Fact {
	for _, c := range list.Columns {
		if c.Code == code {
			return c
		}
	}
	return nil
}

// line is a value in one line, for a message.
func (k *keeping) line(name string, f *Field) string {
	code, _ := split(name)
	fact := k.fm.Package.Schema.Fact(code)
	if f.Empty() {
		return ""
	}
	if fact == nil {
		text, _ := f.decoded().(string)
		return text
	}
	if fact.Kind != rule.ListKind {
		return f.ShownIn(fact)
	}
	var parts []string
	for _, c := range fact.Columns {
		if text := f.Cell(c); text != "" {
			parts = append(parts, optionName(c, text))
		}
	}
	return strings.Join(parts, " · ")
}

// optionName is the name of an option by its code; any other text as it is.
func optionName(f *rule.Fact, code string) string {
	for _, o := range f.Options {
		if o.Code == code {
			return o.Name
		}
	}
	return code
}

// MaxRows is how many rows a list of the form may have.
func MaxRows(d *programme.Fact) int { return max(d.MaxItems, 1) }
