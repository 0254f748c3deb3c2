//go:build !(goexperiment.simd && amd64)

package sweep

// The kernels that have a form for vector instructions, in plain Go.

// reachFast is reach.
func reachFast(dst *line, p []line, c uint64) { reach(dst, p, c) }

// belowFast is below.
func belowFast(dst *words, v []int64, c int64, from, to int) { below(dst, v, c, from, to) }

// sumNarrow and sumWide are sum3.
func sumNarrow(dst []int64, base, unit int64, v *[3][]uint32, from, to int) {
	sum3(dst, base, unit, v, from, to)
}
func sumWide(dst []int64, v *[3][]int64, from, to int) { sum3(dst, 0, 1, v, from, to) }

// negativeFast is negative.
func negativeFast(a []int64, x int64, b []int64, y int64, w int) (sum, up uint64) {
	return negative(a, x, b, y, w)
}
