package call

import (
	"context"
	"sync"

	"shenbao/internal/db"
	"shenbao/programme"
)

// A Shelf keeps the packages that calls are pinned to, read once: a version
// never changes. It holds the last few hundred that were asked for, and may be
// used by several goroutines.
type Shelf struct {
	mu   sync.Mutex
	read map[string]*slot
	row  []string // hashes, the one asked for longest ago first
}

// A slot holds one version, once somebody has read it.
type slot struct {
	reading sync.Mutex
	p       *programme.Package
}

// shelfHolds is how many versions a shelf keeps.
const shelfHolds = 200

// Package returns the version of a package that a call is pinned to, from the
// copy that was kept when it was drafted. Of several who ask at once, one reads.
func (s *Shelf) Package(ctx context.Context, r db.Reader, hash string) (*programme.Package, error) {
	one := s.slot(hash)
	one.reading.Lock()
	defer one.reading.Unlock()
	if one.p != nil {
		return one.p, nil
	}
	id, archive, err := packageCopy(ctx, r, hash)
	if err != nil {
		return nil, err
	}
	p, err := programme.OpenArchive(archive, id)
	if err != nil {
		return nil, err
	}
	one.p = p
	return p, nil
}

// slot finds the place of a version, or makes one, at the cost of the version
// that was asked for longest ago.
func (s *Shelf) slot(hash string) *slot {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.read == nil {
		s.read = map[string]*slot{}
	}
	one := s.read[hash]
	if one == nil {
		one = &slot{}
		s.read[hash] = one
	} else {
		for i, h := range s.row {
			if h == hash {
				s.row = append(s.row[:i], s.row[i+1:]...)
				break
			}
		}
	}
	s.row = append(s.row, hash)
	if len(s.row) > shelfHolds {
		delete(s.read, s.row[0])
		s.row = s.row[1:]
	}
	return one
}
