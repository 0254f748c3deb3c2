// Package blobtest holds what every store of attachments must do.
package blobtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"shenbao/internal/blob"
	"shenbao/internal/fault"
)

// A Case is a store under test. Damage changes the kept bytes of a content
// behind the store's back; Strange puts something into the store's place that
// is not a content; Incoming is the folder where contents are received.
type Case struct {
	Store   blob.Store
	Damage  func(t *testing.T, h blob.Hash)
	Strange func(t *testing.T)

	Incoming string
}

// Test runs the suite. Make returns a fresh, empty store.
func Test(t *testing.T, make func(t *testing.T) Case) {
	for _, one := range []struct {
		name string
		test func(t *testing.T, c Case)
	}{
		{"what is put is read", putAndRead},
		{"the same content is kept once", keptOnce},
		{"what is missing", missing},
		{"a sender who fails", failingSender},
		{"a sender who leaves", leavingSender},
		{"deleting", deleting},
		{"listing", listing},
		{"many at once", manyAtOnce},
		{"damage is found and mended", damage},
	} {
		t.Run(one.name, func(t *testing.T) {
			c := make(t)
			one.test(t, c)
			if left, err := os.ReadDir(c.Incoming); err != nil || len(left) != 0 {
				t.Errorf("left behind: %v (%v)", left, err)
			}
		})
	}
}

func putAndRead(t *testing.T, c Case) {
	for _, size := range []int{0, 1, 4096, 3 << 20} {
		content := noise(uint64(size), size)
		// A reader that gives a byte at a time and its end with the last one.
		h, n, err := c.Store.Put(t.Context(), struct{ io.Reader }{bytes.NewReader(content)})
		if err != nil || n != int64(size) || h != blob.Sum(content) {
			t.Fatalf("Put of %d bytes = %s, %d, %v; want %s", size, h, n, err, blob.Sum(content))
		}
		if n, err := c.Store.Stat(t.Context(), h); err != nil || n != int64(size) {
			t.Errorf("Stat = %d, %v; want %d", n, err, size)
		}
		f, err := c.Store.Open(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes came back of %d (%v)", len(got), size, err)
		}
		if at, err := f.Seek(int64(size/2), io.SeekStart); err != nil || at != int64(size/2) {
			t.Errorf("Seek = %d, %v", at, err)
		}
		if got, err := io.ReadAll(f); err != nil || !bytes.Equal(got, content[size/2:]) {
			t.Errorf("the second half: %d bytes, %v", len(got), err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err := blob.Check(t.Context(), c.Store, h); err != nil {
			t.Error(err)
		}
	}
}

func keptOnce(t *testing.T, c Case) {
	first, second := put(t, c, "附件"), put(t, c, "附件")
	if first != second || len(list(t, c)) != 1 {
		t.Errorf("%s and %s, %d kept", first, second, len(list(t, c)))
	}
}

func missing(t *testing.T, c Case) {
	put(t, c, "something")
	for _, h := range []blob.Hash{
		blob.Sum([]byte("never put")), "", "ab", "../../../etc/passwd", "/etc/passwd", "incoming/x",
		blob.Hash(strings.ToUpper(string(blob.Sum([]byte("something"))))), blob.Sum([]byte("something")) + "\x00",
	} {
		if _, err := c.Store.Open(t.Context(), h); err == nil || fault.Of(err).Kind != fault.Missing {
			t.Errorf("Open(%q): %v", h, err)
		}
		if _, err := c.Store.Stat(t.Context(), h); err == nil || fault.Of(err).Kind != fault.Missing {
			t.Errorf("Stat(%q): %v", h, err)
		}
		if err := c.Store.Delete(t.Context(), h); err != nil {
			t.Errorf("Delete(%q): %v", h, err)
		}
	}
}

// broken gives some bytes and then an error.
type broken struct {
	left int
	err  error
}

// Read implements io.Reader.
func (b *broken) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, b.err
	}
	n := min(b.left, len(p))
	b.left -= n
	return n, nil
}

func failingSender(t *testing.T, c Case) {
	gone := errors.New("the line is dead")
	for _, sent := range []int{0, 1, 1 << 20} {
		if _, _, err := c.Store.Put(t.Context(), &broken{sent, gone}); !errors.Is(err, gone) {
			t.Errorf("Put = %v, want the sender's error", err)
		}
	}
	if kept := list(t, c); len(kept) != 0 {
		t.Errorf("kept %v", kept)
	}
}

func leavingSender(t *testing.T, c Case) {
	ctx, leave := context.WithCancel(t.Context())
	r, w := io.Pipe()
	go func() {
		w.Write(noise(1, 1<<20))
		leave()
		w.Write(noise(2, 1<<20))
		w.Close()
	}()
	if _, _, err := c.Store.Put(ctx, r); !errors.Is(err, context.Canceled) {
		t.Errorf("Put = %v, want context.Canceled", err)
	}
	r.Close()
	if kept := list(t, c); len(kept) != 0 {
		t.Errorf("kept %v", kept)
	}
}

func deleting(t *testing.T, c Case) {
	h, other := put(t, c, "one"), put(t, c, "other")
	for range 2 {
		if err := c.Store.Delete(t.Context(), h); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.Store.Stat(t.Context(), h); err == nil || fault.Of(err).Kind != fault.Missing {
		t.Errorf("Stat after Delete: %v", err)
	}
	if got := list(t, c); !slices.Equal(got, []blob.Hash{other}) {
		t.Errorf("left are %v", got)
	}
	put(t, c, "one")
}

func listing(t *testing.T, c Case) {
	if got := list(t, c); len(got) != 0 {
		t.Errorf("an empty store lists %v", got)
	}
	var want []blob.Hash
	for i := range 40 {
		want = append(want, put(t, c, strings.Repeat("x", i)))
	}
	slices.Sort(want)
	c.Strange(t)
	if got := list(t, c); !slices.Equal(got, want) {
		t.Errorf("listed %d, want %d in the order of hashes", len(got), len(want))
	}
	n := 0
	for e, err := range c.Store.List(t.Context()) {
		if n++; err != nil || e.Put.IsZero() {
			t.Errorf("entry %+v, %v", e, err)
		}
		if n == 3 {
			break
		}
	}
}

func manyAtOnce(t *testing.T, c Case) {
	var wait sync.WaitGroup
	for i := range 24 {
		wait.Go(func() {
			content := noise(uint64(i%4), 100_000)
			if h, _, err := c.Store.Put(t.Context(), bytes.NewReader(content)); err != nil || h != blob.Sum(content) {
				t.Errorf("Put = %s, %v", h, err)
			}
		})
	}
	wait.Wait()
	got := list(t, c)
	if len(got) != 4 {
		t.Errorf("kept %d, want 4", len(got))
	}
	for _, h := range got {
		if err := blob.Check(t.Context(), c.Store, h); err != nil {
			t.Error(err)
		}
	}
}

func damage(t *testing.T, c Case) {
	h := put(t, c, "要紧的附件")
	c.Damage(t, h)
	if err := blob.Check(t.Context(), c.Store, h); err == nil || fault.Of(err).Key != "blob.damaged" {
		t.Errorf("Check of a damaged content: %v", err)
	}
	put(t, c, "要紧的附件")
	if err := blob.Check(t.Context(), c.Store, h); err != nil {
		t.Errorf("put again: %v", err)
	}
	if err := blob.Check(t.Context(), c.Store, blob.Sum(nil)); err == nil || fault.Of(err).Kind != fault.Missing {
		t.Errorf("Check of a missing content: %v", err)
	}
}

func put(t *testing.T, c Case, content string) blob.Hash {
	t.Helper()
	h, n, err := c.Store.Put(t.Context(), strings.NewReader(content))
	if err != nil || n != int64(len(content)) {
		t.Fatalf("Put: %d, %v", n, err)
	}
	return h
}

func list(t *testing.T, c Case) (all []blob.Hash) {
	t.Helper()
	for e, err := range c.Store.List(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Hash)
	}
	return all
}

// noise is n bytes that no compression or chance makes equal to others.
func noise(seed uint64, n int) []byte {
	r := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24)})
	b := make([]byte, n)
	r.Read(b)
	return b
}
