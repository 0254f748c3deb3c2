package blob_test

import (
	"bytes"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"shenbao/internal/blob"
	"shenbao/internal/blobtest"
	"shenbao/internal/fault"
)

func TestDir(t *testing.T) {
	blobtest.Test(t, func(t *testing.T) blobtest.Case {
		root := t.TempDir()
		s, err := blob.At(t.Context(), root)
		if err != nil {
			t.Fatal(err)
		}
		return blobtest.Case{
			Store:    s,
			Incoming: filepath.Join(root, "incoming"),
			Damage: func(t *testing.T, h blob.Hash) {
				write(t, filepath.Join(root, string(h[:2]), string(h)), "other bytes")
			},
			Strange: func(t *testing.T) {
				write(t, filepath.Join(root, "README"), "not a content")
				write(t, filepath.Join(root, "zz", "notes"), "not a content")
				write(t, filepath.Join(root, "00", string(blob.Sum(nil))), "in the wrong folder")
			},
		}
	})
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// files counts the files below a folder.
func files(t *testing.T, root string) (n int) {
	t.Helper()
	err := filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A process is killed in the middle of an upload: the next start removes what
// it left, and not what another process is still receiving.
func TestLeftoversAreRemoved(t *testing.T) {
	if dir := os.Getenv("BLOB_UPLOAD"); dir != "" {
		halfAnUpload(t, dir)
		return
	}
	root := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestLeftoversAreRemoved$")
	child.Env = append(os.Environ(), "BLOB_UPLOAD="+root)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if found, _ := filepath.Glob(filepath.Join(root, "incoming", "put-*")); len(found) == 1 {
			if info, err := os.Stat(found[0]); err == nil && info.Size() > 0 {
				break
			}
		}
		time.Sleep(5 * time.Millisecond)
	}
	if _, err := blob.OpenDir(root); err != nil || files(t, root) != 1 {
		t.Fatalf("while it is received: %d files, %v", files(t, root), err)
	}
	child.Process.Kill()
	child.Wait()
	if _, err := blob.OpenDir(root); err != nil || files(t, root) != 0 {
		t.Errorf("after the kill: %d files, %v", files(t, root), err)
	}
}

func halfAnUpload(t *testing.T, dir string) {
	s, err := blob.OpenDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, w := io.Pipe()
	go w.Write(make([]byte, 100_000)) // and nothing more
	s.Put(t.Context(), r)
}

// A disk that is full gives a clean fault and leaves no half file; when there
// is space again, so is service.
func TestDiskFull(t *testing.T) {
	root := t.TempDir()
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(root, 0); err != nil {
			t.Error(err)
		}
	})
	s, err := blob.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	small := []byte("a small one")
	h, _, err := s.Put(t.Context(), bytes.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, _, err = s.Put(t.Context(), bytes.NewReader(make([]byte, 2<<20)))
		if err == nil || fault.Of(err).Key != "blob.full" {
			t.Errorf("Put on a full disk: %v", err)
		}
	}
	if n := files(t, root); n != 1 {
		t.Errorf("%d files are left", n)
	}
	if err := blob.Check(t.Context(), s, h); err != nil {
		t.Errorf("reading on a full disk: %v", err)
	}
	if _, _, err := s.Put(t.Context(), bytes.NewReader(make([]byte, 500_000))); err != nil {
		t.Errorf("with space again: %v", err)
	}
}

// A disk that fails in the middle of a file leaves none. The system is told to
// refuse files above a size, in a process of its own.
func TestDiskFails(t *testing.T) {
	if dir := os.Getenv("BLOB_REFUSED"); dir != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 64 << 10, Max: 64 << 10}); err != nil {
			t.Fatal(err)
		}
		s, err := blob.OpenDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.Put(t.Context(), bytes.NewReader(make([]byte, 1<<20))); err == nil || fault.Of(err).Key != "blob.unwritten" {
			t.Errorf("Put = %v", err)
		}
		if _, _, err := s.Put(t.Context(), strings.NewReader("a small one")); err != nil {
			t.Error(err)
		}
		return
	}
	root := t.TempDir()
	child := exec.Command(os.Args[0], "-test.run=^TestDiskFails$")
	child.Env = append(os.Environ(), "BLOB_REFUSED="+root)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := files(t, root); n != 1 {
		t.Errorf("%d files are left, want the small one", n)
	}
}

func TestDirThatCannotBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	_, err := blob.OpenDir(filepath.Join(file, "below"))
	if err == nil || fault.Of(err).Key != "blob.open" || !strings.Contains(err.Error(), "file") {
		t.Errorf("OpenDir below a file: %v", err)
	}
}

// A folder that vanishes under a running store is a fault, not a lost content.
func TestVanishedFolder(t *testing.T) {
	root := filepath.Join(t.TempDir(), "blobs")
	s, err := blob.OpenDir(root)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Put(t.Context(), strings.NewReader("x")); err == nil || fault.Of(err).Key != "blob.unwritten" {
		t.Errorf("Put = %v", err)
	}
	if _, err := s.Stat(t.Context(), blob.Sum(nil)); err == nil || fault.Of(err).Key != "blob.unreadable" {
		t.Errorf("Stat = %v", err)
	}
}

func BenchmarkPut(b *testing.B) {
	s, err := blob.OpenDir(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	content := make([]byte, 300_000)
	b.SetBytes(int64(len(content)))
	for i := 0; b.Loop(); i++ {
		content[0], content[1], content[2] = byte(i), byte(i>>8), byte(i>>16)
		if _, _, err := s.Put(b.Context(), bytes.NewReader(content)); err != nil {
			b.Fatal(err)
		}
	}
}
