package apply

import (
	"context"
	"encoding/json"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/rule"
)

// A PlanAt names the plan of an application that the reader found: of the version
// with a number, or with 0 as it stands now.
type PlanAt struct {
	*Sight
	Number int64
}

// PlanText returns a plan section by section, for those who read it and for the
// search for copied passages. A file that was uploaded counts before what was
// written in the editor. The plan of a form that asks for none has no sections.
// A long file may take seconds.
func PlanText(ctx context.Context, r db.Reader, o *Office, at PlanAt) (*Plan, error) {
	var fm *Form
	var err error
	if at.Number == 0 {
		fm, err = o.FormOf(ctx, r, at.Sight)
	} else {
		fm, err = o.versionForm(ctx, r, at)
	}
	if err != nil {
		return nil, err
	}
	if err := o.ReadPlan(ctx, fm); err != nil {
		return nil, err
	}
	if fm.Plan != nil {
		return fm.Plan, nil
	}
	return fm.Written(), nil
}

// versionForm is as much of a submitted version as its plan takes: its texts and
// its file.
func (o *Office) versionForm(ctx context.Context, r db.Reader, at PlanAt) (*Form, error) {
	v, err := at.VersionOf(ctx, r, at.Number)
	if err != nil {
		return nil, err
	}
	fm := &Form{Fields: map[string]*Field{}}
	if fm.Package, err = o.Shelf.Package(ctx, r, v.Package); err != nil {
		return nil, err
	}
	facts := map[string]json.RawMessage{}
	if err := json.Unmarshal(v.Facts, &facts); err != nil {
		return nil, err
	}
	for code, value := range facts {
		if f := fm.Package.Schema.Fact(code); f != nil && f.Kind == rule.LongTextKind {
			fm.put(&Field{Name: code, Value: plain(value)})
		}
	}
	for id, text := range v.Texts.Outline {
		f, err := textField(text)
		if err != nil {
			return nil, err
		}
		f.Name = OutlinePrefix + id
		fm.put(f)
	}
	for _, p := range v.Manifest.Parts {
		if material, name := split(p.Name); p.Kind == FilePart && material == planMaterial {
			fm.Files = append(fm.Files, &File{Material: material, Name: name, Hash: blob.Hash(p.Hash), Size: p.Size})
		}
	}
	return fm, nil
}
