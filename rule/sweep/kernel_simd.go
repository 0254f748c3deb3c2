//go:build goexperiment.simd && amd64

package sweep

import (
	"math/bits"
	"simd/archsimd"
)

// The same kernels with AVX-512, where the processor has it:
// GOEXPERIMENT=simd go build. The plain ones are the reference.

var vectors = archsimd.X86.AVX512()

// reachFast is reach.
func reachFast(dst *line, p []line, c uint64) {
	if !vectors {
		reach(dst, p, c)
		return
	}
	a := archsimd.BroadcastUint64x8(^uint64(0))
	for i := bits.TrailingZeros64(c); i < len(p); i++ {
		q := archsimd.LoadUint64x8((*[8]uint64)(&p[i]))
		if c>>(i&63)&1 == 1 {
			a = a.And(q)
		} else {
			a = a.Or(q)
		}
	}
	a.Store((*[8]uint64)(dst))
}

// belowFast is below.
func belowFast(dst *words, v []int64, c int64, from, to int) {
	if !vectors {
		below(dst, v, c, from, to)
		return
	}
	limit := archsimd.BroadcastInt64x8(c)
	for w := from; w < to; w++ {
		p := (*[64]int64)(v[w*64:])
		var x uint64
		for j := 0; j < 64; j += 8 {
			x |= uint64(archsimd.LoadInt64x8((*[8]int64)(p[j:])).Less(limit).ToBits()) << j
		}
		dst[w] = x
	}
}

// sumNarrow is sum3 of 32 bits.
func sumNarrow(dst []int64, base, unit int64, v *[3][]uint32, from, to int) {
	if !vectors {
		sum3(dst, base, unit, v, from, to)
		return
	}
	least, times := archsimd.BroadcastInt64x8(base), archsimd.BroadcastInt64x8(unit)
	for w := from; w < to; w++ {
		d := (*[64]int64)(dst[w*64:])
		x, y, z := (*[64]uint32)(v[0][w*64:]), (*[64]uint32)(v[1][w*64:]), (*[64]uint32)(v[2][w*64:])
		for i := 0; i < 64; i += 8 {
			s := archsimd.LoadUint32x8((*[8]uint32)(x[i:])).ExtendToUint64()
			s = s.Add(archsimd.LoadUint32x8((*[8]uint32)(y[i:])).ExtendToUint64())
			s = s.Add(archsimd.LoadUint32x8((*[8]uint32)(z[i:])).ExtendToUint64())
			s.AsInt64x8().Mul(times).Add(least).Store((*[8]int64)(d[i:]))
		}
	}
}

// sumWide is sum3 of 64 bits.
func sumWide(dst []int64, v *[3][]int64, from, to int) {
	if !vectors {
		sum3(dst, 0, 1, v, from, to)
		return
	}
	for w := from; w < to; w++ {
		d := (*[64]int64)(dst[w*64:])
		x, y, z := (*[64]int64)(v[0][w*64:]), (*[64]int64)(v[1][w*64:]), (*[64]int64)(v[2][w*64:])
		for i := 0; i < 64; i += 8 {
			s := archsimd.LoadInt64x8((*[8]int64)(x[i:])).Add(archsimd.LoadInt64x8((*[8]int64)(y[i:])))
			s.Add(archsimd.LoadInt64x8((*[8]int64)(z[i:]))).Store((*[8]int64)(d[i:]))
		}
	}
}

// negativeFast is negative.
func negativeFast(a []int64, x int64, b []int64, y int64, w int) (sum, up uint64) {
	if !vectors {
		return negative(a, x, b, y, w)
	}
	p, q := (*[64]int64)(a[w*64:]), (*[64]int64)(b[w*64:])
	m, n, zero := archsimd.BroadcastInt64x8(x), archsimd.BroadcastInt64x8(y), archsimd.BroadcastInt64x8(0)
	for j := 0; j < 64; j += 8 {
		s, t := archsimd.LoadInt64x8((*[8]int64)(p[j:])), archsimd.LoadInt64x8((*[8]int64)(q[j:]))
		sum |= uint64(s.Mul(m).Add(t.Mul(n)).Less(zero).ToBits()) << j
		up |= uint64(t.Greater(zero).ToBits()) << j
	}
	return sum, up
}
