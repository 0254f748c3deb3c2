package apply

import (
	"context"
	"slices"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/journal"
)

// VersionOf returns a submitted version of an application that the reader found.
func (s *Sight) VersionOf(ctx context.Context, r db.Reader, number int64) (*Version, error) {
	v, err := version(ctx, r, s.ID, number)
	if err == nil && v == nil {
		err = fault.New(fault.Missing, "apply.no_version", number)
	}
	return v, err
}

// Versions returns what was submitted of an application that the reader found,
// the newest first.
func (s *Sight) Versions(ctx context.Context, r db.Reader) ([]*Version, error) {
	return versions(ctx, r, s.ID)
}

// RemarksOf returns what was to be mended in a version that was returned.
func (s *Sight) RemarksOf(ctx context.Context, r db.Reader, number int64) ([]Remark, error) {
	return remarks(ctx, r, s.ID, number)
}

// File returns a file of an application that the reader found: those who fill it
// in get what is part of it, everybody what a version that was submitted names,
// under the name that it had there.
func (s *Sight) File(ctx context.Context, r db.Reader, by db.By, id FileID) (*File, error) {
	f, err := findFile(ctx, r, s.ID, id)
	if err != nil {
		return nil, err
	}
	sees, err := s.SeesDraft(ctx, r, by)
	if err != nil || sees && f.Removed.IsZero() {
		return f, err
	}
	all, err := manifests(ctx, r, s.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range all {
		for _, p := range m.Parts {
			if name, ok := p.fileOf(f); ok {
				f.Name = name
				return f, nil
			}
		}
	}
	return nil, errNoFile()
}

// FilesOf returns the files that a version of the application names, in the
// order of its manifest, under the names that they had there.
func (s *Sight) FilesOf(ctx context.Context, r db.Reader, v *Version) ([]*File, error) {
	all, err := everyFile(ctx, r, s.ID)
	if err != nil {
		return nil, err
	}
	out := []*File{}
	for _, p := range v.Manifest.Parts {
		if p.Kind != FilePart {
			continue
		}
		i := slices.IndexFunc(all, func(f *File) bool { _, ok := p.fileOf(f); return ok })
		if i < 0 {
			return nil, errNoFile()
		}
		f := *all[i]
		f.Name, _ = p.fileOf(&f)
		out = append(out, &f)
	}
	return out, nil
}

// SeesDraft reports whether the reader may see what is being filled in: those of
// the host and of its partners may. The others see what was submitted, and
// nothing of what is being mended since.
func (s *Sight) SeesDraft(ctx context.Context, r db.Reader, by db.By) (bool, error) {
	if s.Part {
		return true, nil
	}
	err := may(ctx, r, by, actor.ActViewApplication, s.Application, s.Of)
	if f := fault.Of(err); err != nil && f.Kind == fault.Internal {
		return false, err
	}
	return err == nil, nil
}

// Stand is the version that counts now: the one that was submitted last, or 0
// while something newer is being filled in.
func (a *Application) Stand() int64 {
	if a.Editable() {
		return 0
	}
	return a.Version
}

// PartnersOf returns the units that take part in an application beside the host
// and have confirmed it, whoever asks: for acts of later rooms.
func PartnersOf(ctx context.Context, r db.Reader, id ID) ([]*Partner, error) {
	all, err := partners(ctx, r, id)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(p *Partner) bool { return p.State != Confirmed }), nil
}

// Get returns an application whoever asks, and the version of it that stands,
// nil when none does: for acts of later rooms, which check for themselves.
func Get(ctx context.Context, r db.Reader, id ID) (*Application, *Version, error) {
	a, err := find(ctx, r, id)
	if err != nil || a.Version == 0 {
		return a, nil, err
	}
	v, err := version(ctx, r, id, a.Version)
	return a, v, err
}

// Contents is what a version of an application says; number 0 is the draft. The
// draft is for those who fill it in: see [Sight.SeesDraft].
func (o *Office) Contents(ctx context.Context, r db.Reader, by db.By, s *Sight, number int64) (*Content, error) {
	if number != 0 {
		return o.submitted(ctx, r, by, s, number)
	}
	sees, err := s.SeesDraft(ctx, r, by)
	if err != nil {
		return nil, err
	}
	if !sees {
		return nil, fault.New(fault.Missing, "apply.no_version", number)
	}
	fm, err := o.formOf(ctx, r, s.Application)
	if err != nil {
		return nil, err
	}
	of, err := call.Find(ctx, r, by, s.Call)
	if err != nil {
		return nil, err
	}
	return fm.content(s.Application, of), nil
}

// submitted is what a version says, under the call and the package that it was
// submitted under.
func (o *Office) submitted(ctx context.Context, r db.Reader, by db.By, s *Sight, number int64) (*Content, error) {
	v, err := s.VersionOf(ctx, r, number)
	if err != nil {
		return nil, err
	}
	of, err := call.Find(ctx, r, by, v.Call)
	if err != nil {
		return nil, err
	}
	p, err := o.Shelf.Package(ctx, r, v.Package)
	if err != nil {
		return nil, err
	}
	return v.content(of, p), nil
}

// Prove returns the proof of a version. Before its line is sealed, which happens
// within ten minutes, that is a conflict fault.
func (v *Version) Prove(ctx context.Context, r db.Reader) (*Proof, error) {
	inclusion, err := journal.Prove(ctx, r, v.Line)
	if err != nil {
		return nil, err
	}
	return &Proof{Receipt: v.Receipt, Manifest: v.Manifest, Inclusion: inclusion}, nil
}
