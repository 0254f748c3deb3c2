package apply

import (
	"context"
	"encoding/json"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/rule"
)

// PlanText returns the plan of an application that the reader found, section by
// section, for those who read it and for the search for copied passages: of the
// version with a number, or with 0 as it stands now. A file that was uploaded
// counts before what was written in the editor. The plan of a form that asks for
// none has no sections.
func (o *Office) PlanText(ctx context.Context, r db.Reader, s *Sight, number int64) (*Plan, error) {
	var fm *Form
	var err error
	if number == 0 {
		fm, err = o.FormOf(ctx, r, s)
	} else {
		fm, err = o.versionForm(ctx, r, s, number)
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
func (o *Office) versionForm(ctx context.Context, r db.Reader, s *Sight, number int64) (*Form, error) {
	v, err := s.VersionOf(ctx, r, number)
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
			fm.Fields[code] = &Field{Name: code, Value: plain(value)}
		}
	}
	for id, text := range v.Texts.Outline {
		f, err := textField(text)
		if err != nil {
			return nil, err
		}
		f.Name = OutlinePrefix + id
		fm.Fields[f.Name] = f
	}
	for _, p := range v.Manifest.Parts {
		if material, name := split(p.Name); p.Kind == FilePart && material == planMaterial {
			fm.Files = append(fm.Files, &File{Material: material, Name: name, Hash: blob.Hash(p.Hash), Size: p.Size})
		}
	}
	return fm, nil
}
