//go:build !(goexperiment.simd && amd64)

package sweep

// The kernels that have a form for vector instructions, in plain Go.

// below64 is below for 64 bits.
func below64(dst *words, v []int64, c int64, from, to int) { below(dst, v, c, from, to) }

// below32 is below for 32 bits.
func below32(dst *words, v []int32, c int32, from, to int) { belowSign(dst, v, c, from, to) }

// ranged32 is ranged for 32 bits.
func ranged32(dst *words, v []int32, low int64, width uint64, from, to int) {
	ranged(dst, v, low, width, from, to)
}

// sumOf3 is plus3.
func sumOf3(dst, a, b, c []int64, from, to int) { plus3(dst, a, b, c, from, to) }

// scaledLess is lessScaled.
func scaledLess(dst *words, a []int64, x int64, b []int64, y int64, w int) {
	lessScaled(dst, a, x, b, y, w)
}
