package call

import (
	"context"
	"sync"

	"shenbao/internal/db"
	"shenbao/programme"
)

// A Shelf keeps the packages that calls are pinned to, read once: a version
// never changes. It may be used by several goroutines.
type Shelf struct {
	mu   sync.Mutex
	read map[string]*programme.Package
}

// Package returns the version of a package that a call is pinned to, from the
// copy that was kept when it was drafted.
func (s *Shelf) Package(ctx context.Context, r db.Reader, hash string) (*programme.Package, error) {
	s.mu.Lock()
	p := s.read[hash]
	s.mu.Unlock()
	if p != nil {
		return p, nil
	}
	id, archive, err := packageCopy(ctx, r, hash)
	if err != nil {
		return nil, err
	}
	if p, err = programme.OpenArchive(archive, id); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read == nil {
		s.read = map[string]*programme.Package{}
	}
	s.read[hash] = p
	return p, nil
}
