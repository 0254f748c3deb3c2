package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"

	"shenbao/internal/lock"
)

// A spool is a content that is being received: a file with a name of its own,
// locked while its process lives.
type spool struct {
	file *os.File
	hash Hash
	size int64
}

// receive writes what r gives into a new file of dir and hashes it on the way.
// The file's bytes are on the disk when it returns. Of a failure nothing is
// left. An error of r is returned as it is, one of the disk as a fault.
func receive(ctx context.Context, dir string, r io.Reader) (*spool, error) {
	f, err := os.CreateTemp(dir, "put-*")
	if err != nil {
		return nil, writeFault(err)
	}
	s := &spool{file: f}
	if err := lock.Take(f); err != nil {
		s.discard()
		return nil, writeFault(err)
	}
	in := &sender{r: watched{ctx, r}}
	sum := sha256.New()
	s.size, err = io.Copy(io.MultiWriter(f, sum), in)
	switch {
	case in.err != nil:
		s.discard()
		return nil, in.err
	case err != nil:
		s.discard()
		return nil, writeFault(err)
	}
	if err := f.Sync(); err != nil {
		s.discard()
		return nil, writeFault(err)
	}
	s.hash = Hash(hex.EncodeToString(sum.Sum(nil)))
	return s, nil
}

// discard removes the file. It does nothing to a file that was moved away.
func (s *spool) discard() {
	_ = os.Remove(s.file.Name())
	_ = s.file.Close()
}

// A sender remembers that it was the reader that failed, not the disk.
type sender struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (s *sender) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// sweep removes what dead processes left in a folder of spools. A file that is
// locked belongs to somebody who is still receiving.
func sweep(dir string) error {
	names, err := filepath.Glob(filepath.Join(dir, "put-*"))
	if err != nil {
		return err
	}
	for _, name := range names {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			continue // somebody else's, or gone since
		}
		if lock.Take(f) == nil {
			_ = os.Remove(name)
		}
		_ = f.Close()
	}
	return nil
}
