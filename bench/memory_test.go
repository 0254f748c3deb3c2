package bench

import (
	"runtime"
	"sync"
	"testing"
)

// What the machine can do at best, measured beside the sweep.

// BenchmarkMemory reads 256 MiB, far more than any cache holds, on one core and
// on all: the fastest loop that plain Go has for it.
func BenchmarkMemory(b *testing.B) {
	block := make([]uint64, 32<<20)
	for i := range block {
		block[i] = uint64(i)
	}
	for name, workers := range map[string]int{"one-core": 1, "all-cores": runtime.GOMAXPROCS(0)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				var wait sync.WaitGroup
				part := len(block) / workers
				for i := range workers {
					wait.Go(func() { readAll(block[i*part : (i+1)*part]) })
				}
				wait.Wait()
			}
			b.ReportMetric(float64(len(block)*8)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GB/s")
		})
	}
}

var sink uint64

func readAll(v []uint64) {
	var a, c, d, e uint64
	for ; len(v) >= 8; v = v[8:] {
		a += v[0] + v[4]
		c += v[1] + v[5]
		d += v[2] + v[6]
		e += v[3] + v[7]
	}
	if a+c+d+e == 1 {
		sink = a
	}
}

// The numeric facts of a unit in the layout that nothing is saved in: amounts in
// 64 bits, other numbers in 32.
const amounts, numbers = 7, 7

// BenchmarkBare is the least that a loop over plain columns can do: each numeric
// fact of a million units is loaded, compared with a constant and the bit packed
// into a word, column after column. There is no sum, no ratio, no unknown, no
// rule in it.
func BenchmarkBare(b *testing.B) {
	var wide [amounts][]int64
	var narrow [numbers][]int32
	for i := range wide {
		wide[i] = make([]int64, bulkUnits)
		narrow[i] = make([]int32, bulkUnits)
		for j := range bulkUnits {
			wide[i][j], narrow[i][j] = int64(j*7919%4_000_000)*10_000, int32(j*7919%1000)
		}
	}
	out := make([]uint64, bulkUnits/64)
	for b.Loop() {
		for _, v := range wide {
			pack(out, v, 20_000_000_000)
		}
		for _, v := range narrow {
			pack(out, v, 500)
		}
	}
	perUnit(b, bulkUnits)
	b.ReportMetric(8*amounts+4*numbers, "B/unit")
}

// pack sets the bit of every value that is less than c.
func pack[T int32 | int64](out []uint64, v []T, c T) {
	for w := range out {
		p := (*[64]T)(v[w*64:])
		var x uint64
		for j := 0; j < 64; j += 8 {
			x |= (bit(p[j] < c) | bit(p[j+1] < c)<<1 | bit(p[j+2] < c)<<2 | bit(p[j+3] < c)<<3 |
				bit(p[j+4] < c)<<4 | bit(p[j+5] < c)<<5 | bit(p[j+6] < c)<<6 | bit(p[j+7] < c)<<7) << j
		}
		out[w] = x
	}
}

func bit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}
