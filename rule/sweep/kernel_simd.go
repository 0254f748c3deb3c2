//go:build goexperiment.simd && amd64

package sweep

import (
	"math"
	"simd/archsimd"
)

// The same kernels with AVX-512, where the processor has it:
// GOEXPERIMENT=simd go build. The plain ones are the reference.

var vectors = archsimd.X86.AVX512()

// below64 is below for 64 bits.
func below64(dst *words, v []int64, c int64, from, to int) {
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

// below32 is below for 32 bits.
func below32(dst *words, v []int32, c int32, from, to int) {
	if !vectors {
		belowSign(dst, v, c, from, to)
		return
	}
	limit := archsimd.BroadcastInt32x16(c)
	for w := from; w < to; w++ {
		p := (*[64]int32)(v[w*64:])
		var x uint64
		for j := 0; j < 64; j += 16 {
			x |= uint64(archsimd.LoadInt32x16((*[16]int32)(p[j:])).Less(limit).ToBits()) << j
		}
		dst[w] = x
	}
}

// ranged32 is ranged for 32 bits.
func ranged32(dst *words, v []int32, low int64, width uint64, from, to int) {
	high := low + int64(width)
	if !vectors || low < math.MinInt32 || high < low || high > math.MaxInt32-1 {
		ranged(dst, v, low, width, from, to)
		return
	}
	var under words
	below32(&under, v, int32(low), from, to)
	below32(dst, v, int32(high+1), from, to)
	for w := from; w < to; w++ {
		dst[w] &^= under[w]
	}
}

// sumOf3 is plus3.
func sumOf3(dst, a, b, c []int64, from, to int) {
	if !vectors {
		plus3(dst, a, b, c, from, to)
		return
	}
	for i := from * 64; i < to*64; i += 8 {
		x, y, z := (*[8]int64)(a[i:]), (*[8]int64)(b[i:]), (*[8]int64)(c[i:])
		archsimd.LoadInt64x8(x).Add(archsimd.LoadInt64x8(y)).Add(archsimd.LoadInt64x8(z)).Store((*[8]int64)(dst[i:]))
	}
}

// scaledLess is lessScaled.
func scaledLess(dst *words, a []int64, x int64, b []int64, y int64, w int) {
	if !vectors {
		lessScaled(dst, a, x, b, y, w)
		return
	}
	p, q := (*[64]int64)(a[w*64:]), (*[64]int64)(b[w*64:])
	m, n := archsimd.BroadcastInt64x8(x), archsimd.BroadcastInt64x8(y)
	var r uint64
	for j := 0; j < 64; j += 8 {
		l := archsimd.LoadInt64x8((*[8]int64)(p[j:])).Mul(m)
		r |= uint64(l.Less(archsimd.LoadInt64x8((*[8]int64)(q[j:])).Mul(n)).ToBits()) << j
	}
	dst[w] = r
}
