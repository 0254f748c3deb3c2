package sweep

// The kernels: loops over one batch that turn numbers into bits. They are
// written so that the compiler makes them free of branches.

func bit(b bool) uint64 {
	var n uint64
	if b {
		n = 1
	}
	return n
}

// below sets the bit of every row whose value is less than c.
func below[T int32 | int64](dst *words, v []T, c T, from, to int) {
	for w := from; w < to; w++ {
		p := (*[64]T)(v[w*64:])
		var x uint64
		for j := 0; j < 64; j += 8 {
			x |= (bit(p[j] < c) | bit(p[j+1] < c)<<1 | bit(p[j+2] < c)<<2 | bit(p[j+3] < c)<<3 |
				bit(p[j+4] < c)<<4 | bit(p[j+5] < c)<<5 | bit(p[j+6] < c)<<6 | bit(p[j+7] < c)<<7) << j
		}
		dst[w] = x
	}
}

// belowSign is below for 32 bits: the sign of a 64-bit difference, which cannot
// overflow.
func belowSign(dst *words, v []int32, c int32, from, to int) {
	n := int64(c)
	for w := from; w < to; w++ {
		p := (*[64]int32)(v[w*64:])
		var x uint64
		for j := 0; j < 64; j += 8 {
			x |= (uint64(int64(p[j])-n)>>63 | uint64(int64(p[j+1])-n)>>63<<1 | uint64(int64(p[j+2])-n)>>63<<2 | uint64(int64(p[j+3])-n)>>63<<3 |
				uint64(int64(p[j+4])-n)>>63<<4 | uint64(int64(p[j+5])-n)>>63<<5 | uint64(int64(p[j+6])-n)>>63<<6 | uint64(int64(p[j+7])-n)>>63<<7) << j
		}
		dst[w] = x
	}
}

// ranged sets the bit of every row whose value is from low up to low + width.
func ranged[T int32 | int64](dst *words, v []T, low int64, width uint64, from, to int) {
	for w := from; w < to; w++ {
		p := (*[64]T)(v[w*64:])
		var x uint64
		for j := 0; j < 64; j += 4 {
			x |= (bit(uint64(int64(p[j])-low) <= width) | bit(uint64(int64(p[j+1])-low) <= width)<<1 |
				bit(uint64(int64(p[j+2])-low) <= width)<<2 | bit(uint64(int64(p[j+3])-low) <= width)<<3) << j
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

// lessScaled sets the bit of every row in which a×x is less than b×y; the
// products must fit.
func lessScaled(dst *words, a []int64, x int64, b []int64, y int64, w int) {
	p, q := (*[64]int64)(a[w*64:]), (*[64]int64)(b[w*64:])
	var r uint64
	for j := 0; j < 64; j += 4 {
		r |= (bit(p[j]*x < q[j]*y) | bit(p[j+1]*x < q[j+1]*y)<<1 | bit(p[j+2]*x < q[j+2]*y)<<2 | bit(p[j+3]*x < q[j+3]*y)<<3) << j
	}
	dst[w] = r
}

// among sets the bit of every row whose value is a member: bit v of mask.
func among[T int32 | int64](dst *words, v []T, mask uint64, from, to int) {
	for w := from; w < to; w++ {
		p := (*[64]T)(v[w*64:])
		var x uint64
		for j, n := range p {
			x |= mask >> (uint64(n) & 63) & 1 << j
		}
		dst[w] = x
	}
}

// listed is among for dictionaries and choices of many options.
func listed[T int32 | int64](dst *words, v []T, mask []uint64, from, to int) {
	for w := from; w < to; w++ {
		p := (*[64]T)(v[w*64:])
		var x uint64
		for j, n := range p {
			if at := uint64(n) / 64; at < uint64(len(mask)) {
				x |= mask[at] >> (uint64(n) & 63) & 1 << j
			}
		}
		dst[w] = x
	}
}

// test sets the bit of every row of which fn says so.
func test[T int32 | int64](dst *words, v []T, fn func(int64) bool, from, to int) {
	for w := from; w < to; w++ {
		p := (*[64]T)(v[w*64:])
		var x uint64
		for j, n := range p {
			x |= bit(fn(int64(n))) << j
		}
		dst[w] = x
	}
}

// widen copies 32 bits to 64.
func widen(dst []int64, v []int32, from, to int) {
	for w := from; w < to; w++ {
		p, d := (*[64]int32)(v[w*64:]), (*[64]int64)(dst[w*64:])
		for i := range d {
			d[i] = int64(p[i])
		}
	}
}

// plus adds v to dst.
func plus[T int32 | int64](dst []int64, v []T, from, to int) {
	for w := from; w < to; w++ {
		p, d := (*[64]T)(v[w*64:]), (*[64]int64)(dst[w*64:])
		for i := 0; i < 64; i += 4 {
			d[i] += int64(p[i])
			d[i+1] += int64(p[i+1])
			d[i+2] += int64(p[i+2])
			d[i+3] += int64(p[i+3])
		}
	}
}

// plus3 makes dst the sum of three columns.
func plus3(dst, a, b, c []int64, from, to int) {
	for w := from; w < to; w++ {
		d := (*[64]int64)(dst[w*64:])
		x, y, z := (*[64]int64)(a[w*64:]), (*[64]int64)(b[w*64:]), (*[64]int64)(c[w*64:])
		for i := 0; i < 64; i += 4 {
			d[i] = x[i] + y[i] + z[i]
			d[i+1] = x[i+1] + y[i+1] + z[i+1]
			d[i+2] = x[i+2] + y[i+2] + z[i+2]
			d[i+3] = x[i+3] + y[i+3] + z[i+3]
		}
	}
}

// greatest and least keep the larger, or smaller, of dst and v.
func greatest[T int32 | int64](dst []int64, v []T, from, to int) {
	for i := from * 64; i < to*64; i++ {
		dst[i] = max(dst[i], int64(v[i]))
	}
}

func least[T int32 | int64](dst []int64, v []T, from, to int) {
	for i := from * 64; i < to*64; i++ {
		dst[i] = min(dst[i], int64(v[i]))
	}
}
