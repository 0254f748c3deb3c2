package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"shenbao/internal/fault"
)

// A Dir keeps contents as files of a directory: DIR/ab/abcd… by the first two
// digits of the hash, and what is being received in DIR/incoming.
type Dir struct{ root string }

// incoming is the folder of contents that are being received.
const incoming = "incoming"

// OpenDir makes the directory when it is missing and removes what a process
// that died had received in part.
func OpenDir(root string) (*Dir, error) {
	d := &Dir{root}
	if err := os.MkdirAll(filepath.Join(root, incoming), 0o700); err != nil {
		return nil, openFault(root, err)
	}
	if err := sweep(filepath.Join(root, incoming)); err != nil {
		return nil, openFault(root, err)
	}
	return d, nil
}

func openFault(where string, err error) error {
	return fault.New(fault.Internal, "blob.open", where).Because(err)
}

func (d *Dir) path(h Hash) string { return filepath.Join(d.root, string(h[:2]), string(h)) }

// Put implements [Store]: write, sync, rename, sync the folders. A content that
// is there already is written again, which mends one that was damaged.
func (d *Dir) Put(ctx context.Context, r io.Reader) (Hash, int64, error) {
	s, err := receive(ctx, filepath.Join(d.root, incoming), r)
	if err != nil {
		return "", 0, err
	}
	defer s.discard()
	if err := d.place(s); err != nil {
		return "", 0, writeFault(err)
	}
	return s.hash, s.size, nil
}

func (d *Dir) place(s *spool) error {
	to := d.path(s.hash)
	switch err := os.Mkdir(filepath.Dir(to), 0o700); {
	case err == nil, errors.Is(err, fs.ErrExist):
	default:
		return err
	}
	if err := os.Rename(s.file.Name(), to); err != nil {
		return err
	}
	// Another process may have made the folder a moment ago: whoever answers
	// first has synced it.
	if err := syncFolder(filepath.Dir(to)); err != nil {
		return err
	}
	return syncFolder(d.root)
}

// syncFolder puts the names of a folder on the disk.
func syncFolder(name string) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Open implements [Store].
func (d *Dir) Open(_ context.Context, h Hash) (io.ReadSeekCloser, error) {
	if !h.Valid() {
		return nil, missing(h)
	}
	f, err := os.Open(d.path(h))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missing(h)
	}
	if err != nil {
		return nil, readFault(h, err)
	}
	return f, nil
}

// Stat implements [Store].
func (d *Dir) Stat(_ context.Context, h Hash) (int64, error) {
	if !h.Valid() {
		return 0, missing(h)
	}
	info, err := os.Stat(d.path(h))
	if errors.Is(err, fs.ErrNotExist) {
		// A content that is missing is one thing, a disk that is not mounted
		// another.
		if _, err := os.Stat(d.root); err != nil {
			return 0, readFault(h, err)
		}
		return 0, missing(h)
	}
	if err != nil {
		return 0, readFault(h, err)
	}
	return info.Size(), nil
}

// Delete implements [Store].
func (d *Dir) Delete(_ context.Context, h Hash) error {
	if !h.Valid() {
		return nil
	}
	if err := os.Remove(d.path(h)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return writeFault(err)
	}
	return nil
}

// List implements [Store].
func (d *Dir) List(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		folders, err := os.ReadDir(d.root)
		if err != nil {
			yield(Entry{}, openFault(d.root, err))
			return
		}
		for _, folder := range folders {
			if err := ctx.Err(); err != nil {
				yield(Entry{}, err)
				return
			}
			if folder.IsDir() && len(folder.Name()) == 2 && !d.listFolder(folder.Name(), yield) {
				return
			}
		}
	}
}

// listFolder tells of the contents of one folder and reports whether to go on.
func (d *Dir) listFolder(name string, yield func(Entry, error) bool) bool {
	files, err := os.ReadDir(filepath.Join(d.root, name))
	if err != nil {
		return yield(Entry{}, openFault(d.root, err))
	}
	for _, file := range files {
		h := Hash(file.Name())
		if !h.Valid() || string(h[:2]) != name {
			continue
		}
		info, err := file.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // deleted since
		}
		if err != nil {
			return yield(Entry{}, readFault(h, err))
		}
		if !yield(Entry{Hash: h, Size: info.Size(), Put: info.ModTime()}, nil) {
			return false
		}
	}
	return true
}
