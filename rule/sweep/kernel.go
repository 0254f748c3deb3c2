package sweep

import "math/bits"

// The kernels: loops over the planes of one part of a batch, or over its plain
// numbers, that turn numbers into bits. A plane is read once; what is kept from
// one to the next stays in registers.

var allLine = line{^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}

func bit(b bool) uint64 {
	var n uint64
	if b {
		n = 1
	}
	return n
}

// reach sets the bit of every row whose number is at least c, which is not 0 and
// no wider than they are. From the lowest bit up: where c has a one, a row needs
// one as well; where c has none, a one is enough. Zeros at the end of c say
// nothing, and their planes are not read.
func reach(dst *line, p []line, c uint64) {
	low := bits.TrailingZeros64(c)
	a0, a1, a2, a3, a4, a5, a6, a7 := ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)
	p, c = p[low:], c>>low
	for i := range p {
		q := &p[i]
		if c&1 == 1 {
			a0, a1, a2, a3, a4, a5, a6, a7 = a0&q[0], a1&q[1], a2&q[2], a3&q[3], a4&q[4], a5&q[5], a6&q[6], a7&q[7]
		} else {
			a0, a1, a2, a3, a4, a5, a6, a7 = a0|q[0], a1|q[1], a2|q[2], a3|q[3], a4|q[4], a5|q[5], a6|q[6], a7|q[7]
		}
		c >>= 1
	}
	*dst = line{a0, a1, a2, a3, a4, a5, a6, a7}
}

// options sets the bit of every row whose number has all, or one, of the bits of
// mask.
func options(dst *line, p []line, mask uint64, all bool) {
	*dst = line{}
	if all {
		*dst = allLine
	}
	for ; mask != 0; mask &= mask - 1 {
		var q line
		if i := bits.TrailingZeros64(mask); i < len(p) {
			q = p[i]
		}
		for w := range dst {
			if all {
				dst[w] &= q[w]
			} else {
				dst[w] |= q[w]
			}
		}
	}
}

// below sets the bit of every row whose plain number is less than c. The borrow
// of a subtraction goes into the word by an addition with carry.
func below(dst *words, v []int64, c int64, from, to int) {
	const sign = 1 << 63 // makes the order of signed numbers that of unsigned ones
	limit := uint64(c) ^ sign
	for w := from; w < to; w++ {
		p := (*[64]int64)(v[w*64:])
		var x, b uint64
		for j := 56; j >= 0; j -= 8 {
			q := (*[8]int64)(p[j:])
			_, b = bits.Sub64(uint64(q[7])^sign, limit, 0)
			x, _ = bits.Add64(x, x, b)
			_, b = bits.Sub64(uint64(q[6])^sign, limit, 0)
			x, _ = bits.Add64(x, x, b)
			_, b = bits.Sub64(uint64(q[5])^sign, limit, 0)
			x, _ = bits.Add64(x, x, b)
			_, b = bits.Sub64(uint64(q[4])^sign, limit, 0)
			x, _ = bits.Add64(x, x, b)
			_, b = bits.Sub64(uint64(q[3])^sign, limit, 0)
			x, _ = bits.Add64(x, x, b)
			_, b = bits.Sub64(uint64(q[2])^sign, limit, 0)
			x, _ = bits.Add64(x, x, b)
			_, b = bits.Sub64(uint64(q[1])^sign, limit, 0)
			x, _ = bits.Add64(x, x, b)
			_, b = bits.Sub64(uint64(q[0])^sign, limit, 0)
			x, _ = bits.Add64(x, x, b)
		}
		dst[w] = x
	}
}

// less sets the bit of every row in which a is less than b.
func less(dst *words, a, b []int64, from, to int) {
	for w := from; w < to; w++ {
		p, q := (*[64]int64)(a[w*64:]), (*[64]int64)(b[w*64:])
		var x uint64
		for j := 0; j < 64; j += 4 {
			x |= (bit(p[j] < q[j]) | bit(p[j+1] < q[j+1])<<1 | bit(p[j+2] < q[j+2])<<2 | bit(p[j+3] < q[j+3])<<3) << j
		}
		dst[w] = x
	}
}

// negative has the bit of every row of word w in which a×x + b×y is less than
// zero, and of every row in which b is more. Neither may overflow.
func negative(a []int64, x int64, b []int64, y int64, w int) (sum, up uint64) {
	p, q := (*[64]int64)(a[w*64:]), (*[64]int64)(b[w*64:])
	var c, d uint64
	for j := 60; j >= 0; j -= 4 {
		s, t := (*[4]int64)(p[j:]), (*[4]int64)(q[j:])
		d = uint64(s[3]*x + t[3]*y)
		_, c = bits.Add64(d, d, 0) // the sign
		sum, _ = bits.Add64(sum, sum, c)
		d = uint64(-t[3])
		_, c = bits.Add64(d, d, 0)
		up, _ = bits.Add64(up, up, c)
		d = uint64(s[2]*x + t[2]*y)
		_, c = bits.Add64(d, d, 0)
		sum, _ = bits.Add64(sum, sum, c)
		d = uint64(-t[2])
		_, c = bits.Add64(d, d, 0)
		up, _ = bits.Add64(up, up, c)
		d = uint64(s[1]*x + t[1]*y)
		_, c = bits.Add64(d, d, 0)
		sum, _ = bits.Add64(sum, sum, c)
		d = uint64(-t[1])
		_, c = bits.Add64(d, d, 0)
		up, _ = bits.Add64(up, up, c)
		d = uint64(s[0]*x + t[0]*y)
		_, c = bits.Add64(d, d, 0)
		sum, _ = bits.Add64(sum, sum, c)
		d = uint64(-t[0])
		_, c = bits.Add64(d, d, 0)
		up, _ = bits.Add64(up, up, c)
	}
	return sum, up
}

// listed sets the bit of every row whose code is a member: bit v of mask.
func listed(dst *words, v []uint32, mask []uint64, from, to int) {
	for w := from; w < to; w++ {
		p := (*[64]uint32)(v[w*64:])
		var x uint64
		for j, n := range p {
			if at := n / 64; int(at) < len(mask) {
				x |= mask[at] >> (n & 63) & 1 << j
			}
		}
		dst[w] = x
	}
}

// sum3 makes dst the sum of base and the units of three columns.
func sum3[T uint32 | int64](dst []int64, base, unit int64, v *[3][]T, from, to int) {
	for w := from; w < to; w++ {
		d := (*[64]int64)(dst[w*64:])
		x, y, z := (*[64]T)(v[0][w*64:]), (*[64]T)(v[1][w*64:]), (*[64]T)(v[2][w*64:])
		for i := 0; i < 64; i += 4 {
			d[i] = base + unit*(int64(x[i])+int64(y[i])+int64(z[i]))
			d[i+1] = base + unit*(int64(x[i+1])+int64(y[i+1])+int64(z[i+1]))
			d[i+2] = base + unit*(int64(x[i+2])+int64(y[i+2])+int64(z[i+2]))
			d[i+3] = base + unit*(int64(x[i+3])+int64(y[i+3])+int64(z[i+3]))
		}
	}
}

// into takes a column into dst, by a sum, the greatest or the least of both.
func into[T uint32 | int64](dst []int64, k *sliced, v []T, fn string, from, to int) {
	base, unit := k.base, int64(k.unit)
	for w := from; w < to; w++ {
		d, p := (*[64]int64)(dst[w*64:]), (*[64]T)(v[w*64:])
		switch fn {
		case "sum":
			for i := range d {
				d[i] += base + unit*int64(p[i])
			}
		case "max":
			for i := range d {
				d[i] = max(d[i], base+unit*int64(p[i]))
			}
		case "min":
			for i := range d {
				d[i] = min(d[i], base+unit*int64(p[i]))
			}
		default:
			for i := range d {
				d[i] = base + unit*int64(p[i])
			}
		}
	}
}
