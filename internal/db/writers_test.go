package db_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// BenchmarkFsync is what the disk allows: 4 KiB written at the end of a file
// and synchronised, one after the other.
func BenchmarkFsync(b *testing.B) {
	f, err := os.Create(filepath.Join(b.TempDir(), "file"))
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	page := make([]byte, 4096)
	for b.Loop() {
		if _, err := f.Write(page); err != nil {
			b.Fatal(err)
		}
		if err := f.Sync(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkWriters is an act of one journal line by so many writers at a time;
// the time is that of one act when all are counted.
func BenchmarkWriters(b *testing.B) {
	for _, kind := range []struct {
		name string
		open func(testing.TB) *db.DB
	}{{"sqlite", dbtest.SQLite}, {"postgres", dbtest.Postgres}} {
		for _, writers := range []int{1, 4, 16, 64} {
			b.Run(fmt.Sprintf("%s/%d", kind.name, writers), func(b *testing.B) {
				d := kind.open(b)
				d.Clock = clock.System{}
				var left atomic.Int64
				left.Store(int64(b.N))
				var wait sync.WaitGroup
				b.ResetTimer()
				for range writers {
					wait.Go(func() {
						for left.Add(-1) >= 0 {
							if _, err := db.Update(b.Context(), d, officer(), func(tx *db.Tx) (int, error) {
								return 0, tx.Record(b.Context(), "call.publish", "call:c1", nil)
							}); err != nil {
								b.Error(err)
								return
							}
						}
					})
				}
				wait.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acts/s")
			})
		}
	}
}
