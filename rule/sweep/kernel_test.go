package sweep

import (
	"math"
	"math/rand/v2"
	"testing"
)

// numbersOf draws a batch of numbers from lo up to lo + span, in units; some
// are at the ends.
func numbersOf(r *rand.Rand, lo int64, span, unit uint64) []int64 {
	v := make([]int64, batchRows)
	for i := range v {
		n := r.Uint64() % (span/unit + 1)
		switch r.IntN(8) {
		case 0:
			n = 0
		case 1:
			n = span / unit
		}
		v[i] = lo + int64(n*unit)
	}
	return v
}

// frames are ranges of every width, below, around and above zero.
var frames = []struct {
	lo         int64
	span, unit uint64
}{
	{0, 0, 1}, {7, 0, 1}, {0, 1, 1}, {-1, 2, 1}, {5, 7, 1}, {100, 100, 1}, {1 << 20, 1 << 16, 1}, {0, 999_999, 1}, {-3e9, 6e9, 1},
	{0, 4e9, 10_000}, {10_000, 4e9, 10_000}, {12_345, 4e9, 10_000}, {-70, 700, 7}, {-1e15, 2e15, 100}, {0, 1 << 62, 1}, {math.MinInt64, math.MaxUint64 - 1, 1},
}

// Numbers come out of the planes as they went in, and compare as they should.
func TestSliced(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range frames {
		v := numbersOf(r, f.lo, f.span, f.unit)
		lo, hi := v[0], v[0]
		for _, n := range v {
			lo, hi = min(lo, n), max(hi, n)
		}
		s := frameOf(v, &allRows, lo, hi)
		s.fill(v, &allRows)
		back := make([]int64, batchRows)
		s.values(back, 0, batchWords)
		for i, n := range v {
			if back[i] != n || s.at(i) != n {
				t.Fatalf("%+v, row %d: %d came back as %d and %d", f, i, n, back[i], s.at(i))
			}
		}
		limits := []int64{lo, hi, lo - 1, hi + 1, lo + 1, hi - 1, 0, 1, -1, math.MinInt64, math.MaxInt64, v[3], v[9] + 1, lo/2 + hi/2}
		for _, c := range limits {
			var got, plain words
			s.reach(&got, c)
			belowFast(&plain, v, c, 0, batchWords)
			for i, n := range v {
				if want := bit(n >= c); got[i/64]>>(i%64)&1 != want || plain[i/64]>>(i%64)&1 == want {
					t.Fatalf("%+v: %d ≥ %d is answered %d, its opposite %d", f, n, c, got[i/64]>>(i%64)&1, plain[i/64]>>(i%64)&1)
				}
			}
		}
	}
}

// The kernels do what the loops do that they stand for.
func TestKernels(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20 {
		lo, span := r.Int64N(2e9)-1e9, r.Uint64N(1<<34)
		x, y, z := numbersOf(r, lo, span, 1), numbersOf(r, -lo, span, 1), numbersOf(r, lo/3, span, 1)
		var narrow [3][]uint32
		for i := range narrow {
			for range batchRows {
				narrow[i] = append(narrow[i], r.Uint32()>>r.IntN(32))
			}
		}
		from, to := r.IntN(3), batchWords-r.IntN(3)
		wide, codes := make([]int64, batchRows), make([]int64, batchRows)
		sumWide(wide, &[3][]int64{x, y, z}, from, to)
		sumNarrow(codes, lo, 100, &narrow, from, to)
		m, n := r.Int64N(10_000), -r.Int64N(10_000)
		var under words
		less(&under, x, y, from, to)
		for i := from * 64; i < to*64; i++ {
			if want := x[i] + y[i] + z[i]; wide[i] != want {
				t.Fatalf("the sum of three is %d, want %d", wide[i], want)
			}
			if want := lo + 100*(int64(narrow[0][i])+int64(narrow[1][i])+int64(narrow[2][i])); codes[i] != want {
				t.Fatalf("the sum of three in units is %d, want %d", codes[i], want)
			}
			sum, up := negativeFast(x, m, y, n, i/64)
			if sum>>(i%64)&1 != bit(x[i]*m+y[i]*n < 0) || up>>(i%64)&1 != bit(y[i] > 0) || under[i/64]>>(i%64)&1 != bit(x[i] < y[i]) {
				t.Fatalf("%d × %d + %d × %d is answered %d, %d", x[i], m, y[i], n, sum>>(i%64)&1, up>>(i%64)&1)
			}
		}
	}
}
