package apply

import (
	"context"
	"encoding/json"
	"slices"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/rule"
)

// Enter (整体填入) fills in the form from facts as a program states them
// (programmes/FORMAT.md): each fact that is given replaces the one that stood, a
// list with all its rows. Like [Save] it is no act.
func Enter(ctx context.Context, tx *db.Tx, o *Office, id ID, facts Facts) error {
	fm, err := o.hosting(ctx, tx, id)
	if err != nil {
		return err
	}
	given := map[string]json.RawMessage{}
	if len(facts) > maxEntered || json.Unmarshal(facts, &given) != nil {
		return fault.New(fault.Invalid, "apply.facts", maxEntered>>20)
	}
	e := &entering{putting{ctx: ctx, tx: tx, fm: fm, over: true}, o}
	if err := e.object("", given); err != nil {
		return err
	}
	return fm.touch(ctx, tx)
}

// maxEntered bounds the facts that a program sends, in bytes.
const maxEntered = 4 << 20

// entering is putting for what was said on purpose: it replaces what was typed.
type entering struct {
	putting
	office *Office
}

// object enters the members of an object whose names continue prefix.
func (e *entering) object(prefix string, members map[string]json.RawMessage) error {
	for name, text := range members {
		path := prefix + name
		f := e.fm.Package.Schema.Fact(path)
		inner := map[string]json.RawMessage{}
		switch {
		case f != nil && f.Kind == rule.FileKind, path == "as_of", path == "registers", path == "comment":
		case f != nil:
			if err := e.fact(f, plain(text)); err != nil {
				return err
			}
		case json.Unmarshal(text, &inner) == nil:
			if err := e.object(path+".", inner); err != nil {
				return err
			}
		default:
			return fault.New(fault.Invalid, "apply.no_field", path).In(path)
		}
	}
	return nil
}

// fact replaces what stands in the fields of a fact.
func (e *entering) fact(f *rule.Fact, text json.RawMessage) error {
	for name, old := range e.fm.Fields {
		if code, _ := split(name); code == f.Code && !old.Empty() {
			if err := e.write(&Field{Name: name, Source: Typed}); err != nil {
				return err
			}
		}
	}
	if string(text) == "null" {
		return nil
	}
	var rows []json.RawMessage
	if f.Kind == rule.ListKind && json.Unmarshal(text, &rows) == nil {
		whole, err := json.Marshal(map[string]any{"rows": rows})
		if err != nil {
			return err
		}
		text = whole
	}
	if f.Kind == rule.PersonKind {
		return e.person(f.Code, f, text)
	}
	if f.Kind != rule.ListKind || !slices.ContainsFunc(f.Columns, isPerson) {
		return e.value(f, text, Typed)
	}
	list := struct {
		Complete bool              `json:"complete"`
		Rows     []json.RawMessage `json:"rows"`
	}{}
	if json.Unmarshal(text, &list) != nil {
		return fault.New(fault.Invalid, "apply.facts", maxEntered>>20).In(f.Code)
	}
	for _, row := range list.Rows {
		if err := e.people(f, row); err != nil {
			return err
		}
	}
	if !list.Complete {
		return nil
	}
	return e.field(f.Code+"/"+completeRow, json.RawMessage("true"), Typed)
}

func isPerson(f *rule.Fact) bool { return f.Kind == rule.PersonKind }

// person enters an identity number: sealed, and known by its keyed hash.
func (e *entering) person(name string, f *rule.Fact, text json.RawMessage) error {
	value, number := e.office.valueOf(f, typedPerson(text))
	return e.sealed(name, value, number)
}

// people enters a row with an identity number in it.
func (e *entering) people(list *rule.Fact, text json.RawMessage) error {
	row, _ := decode(text).(map[string]any)
	name, sealed := list.Code+"/"+db.NewID(), ""
	for _, c := range list.Columns {
		if cell, ok := row[c.Code]; ok && isPerson(c) {
			raw, err := json.Marshal(cell)
			if err != nil {
				return err
			}
			row[c.Code], sealed = e.office.valueOf(c, typedPerson(raw))
		}
	}
	return e.sealed(name, row, sealed)
}

// typedPerson is the number of a person as facts state it: bare, or as a code.
func typedPerson(text json.RawMessage) string {
	var number string
	keyed := struct {
		Code string `json:"code"`
	}{}
	if json.Unmarshal(text, &number) == nil {
		return number
	}
	_ = json.Unmarshal(text, &keyed) // anything else is no number
	return keyed.Code
}

// sealed writes a value with the number that it was made of.
func (e *entering) sealed(name string, value any, number string) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	f := &Field{Name: name, Value: text, Source: Typed}
	if number != "" {
		if f.Sealed, err = e.office.Keys.Seal(e.fm.Of.sealPlace(name), number); err != nil {
			return err
		}
	}
	return e.write(f)
}
