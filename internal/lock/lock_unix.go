//go:build unix

package lock

import (
	"errors"
	"os"
	"syscall"
)

// Take locks an open file until it is closed, or returns [ErrHeld].
func Take(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return ErrHeld
	}
	return err
}
