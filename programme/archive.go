package programme

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"path"
	"strings"

	"shenbao/internal/fault"
)

// maxArchive bounds a copy of a package when it is read: packed and unpacked.
const maxArchive = 16 << 20

// Archive returns a copy of the package with this id and all it rests on, its
// guide and the shared vocabularies, so that a decision made under it can be
// explained when the package has changed. The same files give the same bytes.
func (l *Library) Archive(id string) ([]byte, error) {
	p, err := l.Load(id)
	if err != nil {
		return nil, err
	}
	folder, _, _ := strings.Cut(id, "/")
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	index, err := fs.ReadFile(l.fsys, "index.yaml")
	if err != nil {
		return nil, err
	}
	if err := put(w, "index.yaml", index); err != nil {
		return nil, err
	}
	for _, root := range []string{folder, "terms"} {
		if err := l.archiveFolder(w, root); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	copied, err := OpenArchive(b.Bytes(), id)
	if err != nil || copied.Hash != p.Hash {
		return nil, fault.New(fault.Internal, "programme.archive", id).Because(err)
	}
	return b.Bytes(), nil
}

func (l *Library) archiveFolder(w *zip.Writer, root string) error {
	return fs.WalkDir(l.fsys, root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" && path.Ext(name) != ".md" {
			return err
		}
		text, err := fs.ReadFile(l.fsys, name)
		if err != nil {
			return err
		}
		return put(w, name, text)
	})
}

func put(w *zip.Writer, name string, text []byte) error {
	f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return err
}

// OpenArchive loads a package from a copy that [Library.Archive] made.
func OpenArchive(copied []byte, id string) (*Package, error) {
	r, err := zip.NewReader(bytes.NewReader(copied), int64(len(copied)))
	if err != nil {
		return nil, fault.New(fault.Internal, "programme.archive", id).Because(err)
	}
	left := uint64(maxArchive)
	for _, f := range r.File {
		if f.UncompressedSize64 > left { // their sum could begin again at 0
			return nil, fault.New(fault.Internal, "programme.archive", id).Because(io.ErrShortBuffer)
		}
		left -= f.UncompressedSize64
	}
	l, err := Open(r)
	if err != nil {
		return nil, err
	}
	return l.Load(id)
}

// Official returns the sentences of the official text at one of a clause's
// places; none when there is no such place.
func (o *Outline) Official(locator string) []SourceSentence {
	var out []SourceSentence
	at, trouble := o.resolve(locator)
	if trouble != nil {
		return nil
	}
	for _, i := range at {
		out = append(out, o.sentences[i])
	}
	return out
}
