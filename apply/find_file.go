package apply

import (
	"context"
	"slices"
	"strings"

	"shenbao/internal/db"
)

// FindFile returns a file of an application to those who may see that: those who
// fill it in get what is part of it, everybody what a version that was submitted
// names, under the name that it had there.
func FindFile(ctx context.Context, r db.Reader, by db.By, at FileAt) (*File, error) {
	s, err := Find(ctx, r, by, at.Application)
	if err != nil {
		return nil, err
	}
	f, err := findFile(ctx, r, s.ID, at.File)
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

// fileOf reports whether a part of a version is a file, and what the file was
// called there.
func (p Part) fileOf(f *File) (name string, ok bool) {
	material, name, _ := strings.Cut(p.Name, "/")
	return name, p.Kind == FilePart && p.Hash == string(f.Hash) && material == f.Material
}

// FilesOf returns the files that a version of the application names, in the
// order of its manifest, under the names that they had there.
func (s *Sight) FilesOf(ctx context.Context, r db.Reader, v *Version) ([]*File, error) {
	out := []*File{}
	for _, p := range v.Manifest.Parts {
		if p.Kind != FilePart {
			continue
		}
		all, err := findHashed(ctx, r, s.ID, p.Hash)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(f *File) bool { _, ok := p.fileOf(f); return ok })
		if i < 0 {
			return nil, errNoFile()
		}
		all[i].Name, _ = p.fileOf(all[i])
		out = append(out, all[i])
	}
	return out, nil
}
