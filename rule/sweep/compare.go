package sweep

import (
	"math"
	"math/bits"

	"shenbao/rule"
)

// compare answers l op r over every pair of numbers of the two operands.
func (b *builder) compare(l *level, left operand, op rule.Op, right operand) int {
	if left.fixed {
		left, right = right, left
		op = [...]rule.Op{0, rule.AtMost, rule.AtLeast, rule.Less, rule.Greater, rule.Equal, rule.NotEqual}[op]
	}
	dst := l.register()
	why := func(w *work) {
		p := w.blank(0)
		left.reasons(w, p)
		right.reasons(w, p)
		w.keep(dst, p)
	}
	if right.fixed && !left.fixed && right.n < math.MaxInt64 {
		c := right.n
		if !left.interval && !left.none && op != rule.Equal && op != rule.NotEqual {
			l.add(func(w *work) { left.limit(w, &w.truth[dst], op, c) }, why)
			return dst
		}
		l.add(func(w *work) {
			left.against(w, &w.truth[dst], op, c)
			w.settle(dst, &left, &right)
		}, why)
		return dst
	}
	left, right = b.load(l, left), b.load(l, right)
	l.add(func(w *work) {
		x, y := &w.num[left.reg], &w.num[right.reg]
		between(w, &w.truth[dst], op, x, y)
		w.settle(dst, &left, &right)
	}, why)
	return dst
}

// keep notes the reasons of a leaf where it is unknown.
func (w *work) keep(dst int, p *planes) {
	u := w.unknown(dst)
	for r := range p {
		for i := w.from; i < w.to; i++ {
			w.why[dst][r][i] = p[r][i] & u[i]
		}
	}
}

// settle leaves unknown what rests on an unknown operand, and makes unmet what
// is about a quantity that does not exist.
func (w *work) settle(dst int, l, r *operand) {
	d := &w.truth[dst]
	k1, k2 := l.knownRows(w), r.knownRows(w)
	if !l.none && !r.none {
		for i := w.from; i < w.to; i++ {
			k := k1[i] & k2[i]
			d.t[i] &= k
			d.f[i] &= k
		}
		return
	}
	n1, n2 := l.noneRows(w), r.noneRows(w)
	for i := w.from; i < w.to; i++ {
		k, n := k1[i]&k2[i], n1[i]|n2[i]
		d.t[i] &= k &^ n
		d.f[i] = d.f[i]&k | n
	}
}

// limit compares one number a row with a fixed one.
func (o *operand) limit(w *work, d *truth, op rule.Op, c int64) {
	if op == rule.Greater || op == rule.AtMost {
		c++
	}
	o.reach(w, &d.t, c, false)
	known := o.knownRows(w)
	if op == rule.AtLeast || op == rule.Greater {
		for i := w.from; i < w.to; i++ {
			d.t[i], d.f[i] = known[i]&d.t[i], known[i]&^d.t[i]
		}
		return
	}
	for i := w.from; i < w.to; i++ {
		d.t[i], d.f[i] = known[i]&^d.t[i], known[i]&d.t[i]
	}
}

// against compares with a fixed number.
func (o *operand) against(w *work, d *truth, op rule.Op, c int64) {
	switch op {
	case rule.Greater, rule.AtMost:
		c++
	case rule.Equal, rule.NotEqual:
		o.equal(w, d, op, c)
		return
	}
	o.reach(w, &d.t, c, false)
	d.f = d.t
	if o.interval {
		o.reach(w, &d.f, c, true)
	}
	d.f.invert()
	if op == rule.AtMost || op == rule.Less {
		d.t, d.f = d.f, d.t
	}
}

func (o *operand) equal(w *work, d *truth, op rule.Op, c int64) {
	var lo, lo1 words // at least c, and more than c
	o.reach(w, &lo, c, false)
	o.reach(w, &lo1, c+1, false)
	hi, hi1 := lo, lo1
	if o.interval {
		o.reach(w, &hi, c, true)
		o.reach(w, &hi1, c+1, true)
	}
	for i := range lo {
		d.t[i], d.f[i] = lo[i]&^hi1[i], lo1[i]|^hi[i]
	}
	if op == rule.NotEqual {
		d.t, d.f = d.f, d.t
	}
}

func (w *words) invert() {
	for i := range w {
		w[i] = ^w[i]
	}
}

// between compares two numbers that both vary.
func between(w *work, d *truth, op rule.Op, x, y *number) {
	switch op {
	case rule.Less, rule.AtMost:
		x, y = y, x
	}
	var a, c words
	switch op {
	case rule.AtLeast, rule.AtMost: // x ≥ y
		less(&a, x.buf, y.high, w.from, w.to)
		less(&c, x.high, y.buf, w.from, w.to)
		for i := w.from; i < w.to; i++ {
			d.t[i], d.f[i] = ^a[i], c[i]
		}
	case rule.Greater, rule.Less: // x > y
		less(&a, y.high, x.buf, w.from, w.to)
		less(&c, y.buf, x.high, w.from, w.to)
		for i := w.from; i < w.to; i++ {
			d.t[i], d.f[i] = a[i], ^c[i]
		}
	default:
		var e, g words
		less(&a, x.buf, y.high, w.from, w.to)
		less(&c, y.buf, x.high, w.from, w.to)
		less(&e, y.high, x.buf, w.from, w.to)
		less(&g, x.high, y.buf, w.from, w.to)
		for i := w.from; i < w.to; i++ {
			same, differ := ^(a[i] | c[i]), e[i]|g[i]
			if op == rule.Equal {
				d.t[i], d.f[i] = same, differ
			} else {
				d.t[i], d.f[i] = differ, same
			}
		}
	}
}

// ratio answers "base > 0 and part × 10000 op base × share".
func (b *builder) ratio(l *level, part operand, op rule.Op, share int64, base operand) int {
	dst := l.register()
	part, base = b.load(l, part), b.load(l, base)
	g := int64(gcd(10000, uint64(share)))
	m, n := 10000/g, share/g
	kernel := exactRatio
	if fits(part, m) && fits(base, n) && !part.interval && !base.interval {
		kernel = fastRatio
	}
	l.add(func(w *work) {
		d, x, y := &w.truth[dst], &w.num[part.reg], &w.num[base.reg]
		n1, n2 := part.noneRows(w), base.noneRows(w)
		for i := w.from; i < w.to; i++ {
			up, t, f, none := kernel(i, op, scaled{x, m}, scaled{y, n})
			// up: base > 0 is met; none: base > 0 is unmet
			k := x.known[i] & y.known[i]
			d.t[i] = k & up & t &^ (n1[i] | n2[i])
			d.f[i] = k&f | y.known[i]&none | n1[i] | n2[i]
		}
	}, func(w *work) {
		p := w.blank(0)
		part.reasons(w, p)
		base.reasons(w, p)
		w.keep(dst, p)
	})
	return dst
}

// scaled is numbers times a constant.
type scaled struct {
	*number
	times int64
}

// fits reports whether every value of the operand times x stays in 63 bits.
func fits(o operand, x int64) bool {
	const limit = math.MaxInt64 / 2
	return o.lo > -limit && (x == 0 || max(o.hi, -o.lo) <= limit/x)
}

// fastRatio answers 64 rows whose products fit.
func fastRatio(i int, op rule.Op, part, base scaled) (up, t, f, none uint64) {
	m, n := part.times, -base.times
	if op == rule.Greater || op == rule.AtMost {
		m, n = -m, -n
	}
	t, up = negativeFast(part.buf, m, base.buf, n, i)
	if op == rule.AtLeast || op == rule.AtMost {
		t = ^t
	}
	return up, t, ^t, ^up
}

// exactRatio answers 64 rows in 128 bits, with intervals.
func exactRatio(i int, op rule.Op, part, base scaled) (up, t, f, none uint64) {
	for j := range 64 {
		at := i*64 + j
		low := compare128(part.buf[at], part.times, base.high[at], base.times)
		high := compare128(part.high[at], part.times, base.buf[at], base.times)
		var all, nothing bool
		switch op {
		case rule.AtLeast:
			all, nothing = low >= 0, high < 0
		case rule.Greater:
			all, nothing = low > 0, high <= 0
		case rule.AtMost:
			all, nothing = high <= 0, low > 0
		default:
			all, nothing = high < 0, low >= 0
		}
		t |= bit(all) << j
		f |= bit(nothing) << j
		up |= bit(base.buf[at] > 0) << j
		none |= bit(base.high[at] <= 0) << j
	}
	return up, t, f, none
}

// compare128 compares a×x with b×y; x and y are not negative.
func compare128(a, x, b, y int64) int {
	ah, al := product(a, x)
	bh, bl := product(b, y)
	switch {
	case ah < bh || ah == bh && al < bl:
		return -1
	case ah == bh && al == bl:
		return 0
	}
	return 1
}

// product is a×x in 128 bits.
func product(a, x int64) (hi int64, lo uint64) {
	h, lo := bits.Mul64(uint64(a), uint64(x))
	return int64(h) - a>>63&x, lo
}
