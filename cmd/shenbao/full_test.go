package main

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// smallDisk mounts a file system that can be made smaller and larger.
func smallDisk(t *testing.T) (root string, resize func(options string)) {
	t.Helper()
	root = t.TempDir()
	if err := syscall.Mount("tmpfs", root, "tmpfs", 0, "size=256m"); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(root, 0); err != nil {
			t.Error(err)
		}
	})
	return root, func(options string) {
		t.Helper()
		if err := syscall.Mount("tmpfs", root, "tmpfs", syscall.MS_REMOUNT, options); err != nil {
			t.Fatal(err)
		}
	}
}

// left lets a file system hold so many KiB more than it does.
func left(t *testing.T, root string, kib uint64) string {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(root, &s); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("size=%dk", (s.Blocks-s.Bfree)*uint64(s.Bsize)/1024+kib)
}

// The disk with the database and the attachments gets full while people submit
// and upload: each is told that it is full or is served whole, reading goes on,
// and with space again there is service again without a restart.
func TestDiskFull(t *testing.T) {
	root, resize := smallDisk(t)
	data := filepath.Join(root, "data")
	s, o := served(t, &dataFlags{Data: data})
	defer func() { s.close() }()
	h := applytest.Build(t, s.db, o)
	crowd := h.Crowd(h.Ready(), 60)
	resize(left(t, root, 1024))

	isFull := func(err error) bool {
		f := fault.Of(err)
		return f.Kind == fault.Internal && (f.Key == "db.full" || f.Key == "blob.full")
	}
	var mu sync.Mutex
	var wait sync.WaitGroup
	told, kept, refused := map[apply.ID]*apply.Version{}, []blob.Hash{}, 0
	requests := make([]apply.Submission, len(crowd))
	for i, a := range crowd {
		requests[i] = applytest.Submission(a.Application)
	}
	for w := range 6 {
		wait.Go(func() {
			for i := w; i < len(crowd); i += 6 {
				v, err := o.HandIn(t.Context(), s.db, crowd[i].By, requests[i])
				content := make([]byte, 40_000)
				rand.Read(content)
				hash, _, putErr := s.blobs.Put(t.Context(), bytes.NewReader(content))
				mu.Lock()
				for _, e := range []error{err, putErr} {
					if e != nil && !isFull(e) {
						t.Error(e)
					}
				}
				if err == nil {
					told[crowd[i].Application] = v
				} else {
					refused++
				}
				if putErr == nil {
					kept = append(kept, hash)
				}
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if refused == 0 || len(told) == 0 {
		t.Errorf("%d were told that the disk is full, %d were served: nothing was shown", refused, len(told))
	}
	for _, hash := range kept {
		if err := blob.Check(t.Context(), s.blobs, hash); err != nil {
			t.Error(err)
		}
	}
	for _, a := range crowd { // reading needs no space
		all, err := db.View(t.Context(), s.db, func(r db.Reader) ([]*apply.Version, error) {
			sight, err := apply.Find(t.Context(), r, a.By, a.Application)
			if err != nil {
				return nil, err
			}
			return sight.Versions(t.Context(), r)
		})
		v := told[a.Application]
		if err != nil || (v != nil) != (len(all) == 1) || v != nil && all[0].Receipt != v.Receipt {
			t.Errorf("told %v, found %d versions: %v", v != nil, len(all), err)
		}
	}
	resize("size=256m")
	for i, a := range crowd {
		v, err := o.HandIn(t.Context(), s.db, a.By, requests[i])
		if err != nil || told[a.Application] != nil && v.Receipt != told[a.Application].Receipt {
			t.Errorf("with space again: %v", err)
		}
	}
	t.Logf("%d served, %d told that the disk is full", len(told), refused)
	s.close()
	if found := faultsOf(t, "--data", data); len(found) > 0 {
		t.Errorf("verify-data: %q", found)
	}
	s = &store{}
}
