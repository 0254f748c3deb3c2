package mail

import (
	"context"
	"errors"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"shenbao/internal/fault"
)

// A Folder keeps letters as .eml files, for a demonstration and for an
// installation that has no mail server yet: its operator hands them on.
type Folder struct {
	dir  string
	from *netmail.Address
}

// NewFolder makes the folder when it is missing.
func NewFolder(dir string, from *netmail.Address) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fault.New(fault.Internal, "mail.folder", dir).Because(err)
	}
	return &Folder{dir, from}, nil
}

// Send implements [Sender]. A letter that is sent again replaces its file.
func (f *Folder) Send(_ context.Context, l Letter) error {
	draft, err := os.CreateTemp(f.dir, ".letter-*") // mode 0600
	if err != nil {
		return fault.New(fault.Internal, "mail.folder", f.dir).Because(err)
	}
	defer os.Remove(draft.Name())
	if err := errors.Join(l.write(draft, f.from, time.Now()), draft.Close()); err != nil {
		return err
	}
	return os.Rename(draft.Name(), filepath.Join(f.dir, filepath.Base(l.ID)+".eml"))
}

// Memory keeps letters in memory, for tests.
type Memory struct {
	mu      sync.Mutex
	letters []Letter
}

// Send implements [Sender].
func (m *Memory) Send(_ context.Context, l Letter) error {
	if err := l.check(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.letters = append(m.letters, l)
	return nil
}

// Letters returns what was sent so far, oldest first.
func (m *Memory) Letters() []Letter {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.letters)
}
