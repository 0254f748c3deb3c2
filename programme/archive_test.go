package programme

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func library(t testing.TB) *Library {
	t.Helper()
	l, err := Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// allIDs are the ids of all packages, guides and members.
func allIDs(l *Library) (out []string) {
	for _, e := range l.List() {
		out = append(out, e.ID)
		for _, m := range e.Members {
			out = append(out, e.ID+"/"+m.ID)
		}
	}
	return out
}

// A copy of every package is the same version, holds the same rules, and is the
// same bytes whenever it is made.
func TestArchive(t *testing.T) {
	l := library(t)
	for _, id := range allIDs(l) {
		t.Run(id, func(t *testing.T) {
			p, err := l.Load(id)
			if err != nil {
				t.Fatal(err)
			}
			copied, err := l.Archive(id)
			if err != nil {
				t.Fatal(err)
			}
			if again, err := library(t).Archive(id); err != nil || !bytes.Equal(copied, again) {
				t.Errorf("made again it differs: %v", err)
			}
			q, err := OpenArchive(copied, id)
			if err != nil {
				t.Fatal(err)
			}
			if q.Hash != p.Hash || q.ID != p.ID || q.Title != p.Title || len(q.Clauses) != len(p.Clauses) || len(q.Members) != len(p.Members) {
				t.Errorf("%s %s with %d clauses, %s %s with %d", q.ID, q.Hash, len(q.Clauses), p.ID, p.Hash, len(p.Clauses))
			}
			if p.Program != nil && len(q.Program.Rules) != len(p.Program.Rules) {
				t.Errorf("%d rules, %d", len(q.Program.Rules), len(p.Program.Rules))
			}
			if len(copied) > maxArchive/10 {
				t.Errorf("%d bytes", len(copied))
			}
		})
	}
}

// Any change of a rule makes another copy and another version; the old copy
// stays what it was when the folder is gone.
func TestArchiveOutlivesItsFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../programmes")); err != nil {
		t.Fatal(err)
	}
	const id = "jinan-2019/social"
	archive := func() []byte {
		l, err := Open(os.DirFS(dir))
		if err != nil {
			t.Fatal(err)
		}
		copied, err := l.Archive(id)
		if err != nil {
			t.Fatal(err)
		}
		return copied
	}
	old := archive()
	rules := filepath.Join(dir, "jinan-2019", "common.md") // what a guide says for all its members
	text, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rules, append(text, "\n<!-- 更正 -->\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	changed := archive()
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	p, err := OpenArchive(old, id)
	if err != nil {
		t.Fatal(err)
	}
	q, err := OpenArchive(changed, id)
	if err != nil {
		t.Fatal(err)
	}
	if p.Hash == q.Hash || bytes.Equal(old, changed) {
		t.Error("a member does not notice that its guide changed")
	}
}

func TestArchiveOfNothing(t *testing.T) {
	for _, id := range []string{"", "none", "jinan-2019/none", "../programmes", "terms", "shandong-tic-2024/"} {
		if copied, err := library(t).Archive(id); err == nil && strings.TrimSuffix(id, "/") != "shandong-tic-2024" {
			t.Errorf("%q: %d bytes", id, len(copied))
		}
	}
}

// A damaged copy is told as our own fault, and takes no memory.
func TestDamagedArchive(t *testing.T) {
	const id = "shandong-tic-2024"
	whole, err := library(t).Archive(id)
	if err != nil {
		t.Fatal(err)
	}
	lying := bytes.Clone(whole) // two files whose sizes add up to a little, modulo 2^32
	for at, n := 0, 0; n < 2; n++ {
		at += bytes.Index(lying[at:], []byte("PK\x01\x02")) + 4
		binary.LittleEndian.PutUint32(lying[at+20:], 0xfffffff0)
	}
	for name, content := range map[string][]byte{
		"empty": nil, "no archive": []byte("PK\x03\x04"), "cut short": whole[:len(whole)/2], "sizes that lie": lying,
		"one large file": zipped(t, "index.yaml", maxArchive+1), "no index": zipped(t, "other.yaml", 1), "too much altogether": padded(t, whole),
	} {
		if p, err := OpenArchive(content, id); err == nil || p != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := OpenArchive(whole, "shanxi-tic-2024"); err == nil {
		t.Error("the copy of one package opens as another")
	}
}

// zipped is an archive of one file of n bytes.
func zipped(t *testing.T, name string, n int64) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err == nil {
		_, err = io.CopyN(f, zeros{}, n)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// padded is an archive with more in it than a copy may hold, in files that
// nobody reads.
func padded(t *testing.T, archive []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	for i := range maxArchive>>20 + 1 {
		f, err := w.Create("more/" + strconv.Itoa(i))
		if err == nil {
			_, err = io.CopyN(f, zeros{}, 1<<20)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// The sentences of the official text stand at their locators, and nothing at
// others.
func TestOfficialSentences(t *testing.T) {
	p, err := library(t).Load("shandong-tic-2024")
	if err != nil {
		t.Fatal(err)
	}
	o, err := p.ReadSource(strings.NewReader(official(t, "000")))
	if err != nil {
		t.Fatal(err)
	}
	if got := o.Official("二.3"); len(got) == 0 || !strings.Contains(got[0].Text, "3000万元") {
		t.Errorf("%v", got)
	}
	for _, locator := range []string{"", "九.9", "二.3·99", "not a place", "二..3"} {
		if got := o.Official(locator); len(got) != 0 {
			t.Errorf("%q: %v", locator, got)
		}
	}
}
