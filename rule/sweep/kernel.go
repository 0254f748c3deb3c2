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
	v = v[from*64 : to*64]
	dst = dst[from*64 : to*64]
	for i, n := range v {
		dst[i] = int64(n)
	}
}

// plus adds v to dst.
func plus[T int32 | int64](dst []int64, v []T, from, to int) {
	v = v[from*64 : to*64]
	dst = dst[from*64 : to*64]
	for i, n := range v {
		dst[i] += int64(n)
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
