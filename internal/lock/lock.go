// Package lock holds a file for one process at a time: a data directory, an
// upload under way. A lock is let go when its file is closed and when its
// process dies, however it dies.
package lock

import (
	"errors"
	"os"
)

// ErrHeld says that another open file holds the lock.
var ErrHeld = errors.New("the lock is held")

// File opens the file name, makes it when it is missing, and locks it. The
// lock is held until the file is closed. It returns [ErrHeld] at once when
// somebody else has it.
func File(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	if err := Take(f); err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
