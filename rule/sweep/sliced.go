package sweep

import "math/bits"

// Numbers that are compared with fixed ones are kept in bit planes: a word of a
// plane holds the same bit of 64 numbers, so that one instruction works on 64
// rows, and a number takes as many bits as the batch it stands in needs (Li and
// Patel, "BitWeaving", SIGMOD 2013). Numbers to reckon with are not cut: to add
// planes takes more instructions than to add numbers.

// line is a word of a plane for each of the 512 rows of a part of a batch: a
// line of the cache, or a vector register.
type line [lineWords]uint64

const (
	lineWords = 8
	lineRows  = lineWords * 64
	lineBytes = lineWords * 8
)

// sliced is the numbers of a batch: each is base and so many units, a number of
// width bits.
type sliced struct {
	base  int64
	unit  uint64
	width int
	lines []line // part after part, the planes of each from the lowest bit
}

// frameOf finds the narrowest form of the numbers that keep has a bit for; lo is
// the least and hi the greatest of them. Amounts are seldom odd to the 分: they
// are counted in the largest unit that divides them all.
func frameOf(v []int64, keep *words, lo, hi int64) sliced {
	unit := uint64(0)
	for i, n := range v {
		if keep[i/64]>>(i%64)&1 == 1 && unit != 1 {
			unit = gcd(uint64(n)-uint64(lo), unit)
		}
	}
	unit = max(unit, 1)
	width := bits.Len64((uint64(hi) - uint64(lo)) / unit)
	if lo > 0 && uint64(lo)%unit == 0 && bits.Len64(uint64(hi)/unit) == width {
		lo = 0 // as narrow, and thresholds are round numbers from there
	}
	return sliced{base: lo, unit: unit, width: width}
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// part returns the planes of a part of the batch.
func (s *sliced) part(h int) []line { return s.lines[h*s.width:][:s.width] }

// reach are the rows whose number is at least c.
func (s *sliced) reach(dst *words, c int64) {
	units := (uint64(c)-uint64(s.base)-1)/s.unit + 1
	switch {
	case c <= s.base:
		*dst = allRows
	case bits.Len64(units) > s.width:
		*dst = noRows
	default:
		for h := range batchParts {
			reachFast((*line)(dst[h*lineWords:]), s.part(h), units)
		}
	}
}

// at is the number of a row.
func (s *sliced) at(row int) int64 {
	n, w, j := uint64(0), row%lineRows/64, row%64
	for i, p := range s.part(row / lineRows) {
		n |= p[w] >> j & 1 << i
	}
	return s.base + int64(s.unit*n)
}

// side is how many planes are turned at once: the power of two from the width up.
func (s *sliced) side() int {
	n := 1
	for n < s.width {
		n *= 2
	}
	return n
}

// fill cuts values into planes. Where keep has no bit, base stands for them.
func (s *sliced) fill(v []int64, keep *words) {
	s.lines = make([]line, s.width*batchParts)
	side := s.side()
	var a [64]uint64
	for w := 0; w*64 < len(v) && s.width > 0; w++ {
		clear(a[:side])
		for j, n := range v[w*64 : min(len(v), w*64+64)] {
			a[j&(side-1)] |= ((uint64(n-s.base) / s.unit) & -(keep[w] >> j & 1)) << (j &^ (side - 1) & 63)
		}
		transpose(&a, side)
		for i, p := 0, s.part(w/lineWords); i < len(p); i++ {
			p[i][w%lineWords] = a[i]
		}
	}
}

// values writes the numbers of the words from up to to of the batch.
func (s *sliced) values(dst []int64, from, to int) {
	side := s.side()
	low := ^uint64(0) >> (64 - side)
	var a [64]uint64
	for w := from; w < to; w++ {
		p := s.part(w / lineWords)
		for i := range p {
			a[i] = p[i][w%lineWords]
		}
		clear(a[len(p):side])
		transpose(&a, side)
		d := (*[64]int64)(dst[w*64:])
		for j := range d {
			d[j] = s.base + int64(s.unit*(a[j&(side-1)]>>(j&^(side-1)&63)&low))
		}
	}
}

// transpose turns squares of side × side bits, side by side in the first words
// of a, about their diagonals. The side is a power of two.
func transpose(a *[64]uint64, side int) {
	for j := side / 2; j > 0; j /= 2 {
		m := ^uint64(0) / (1<<j + 1) // the lower half of every 2j bits
		for k := 0; k < side; k = (k + j + 1) &^ j {
			x, y := &a[k&63], &a[(k+j)&63]
			t := (*x>>j ^ *y) & m
			*x ^= t << j
			*y ^= t
		}
	}
}
