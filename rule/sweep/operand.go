package sweep

import (
	"math"

	"shenbao/rule"
)

// operand is where a leaf finds a number: a fixed value, a column as it is, or
// a number register.
type operand struct {
	fixed    bool
	n        int64
	col      *column
	reg      int
	interval bool  // a count of rows: not always one number
	none     bool  // may not exist
	lo, hi   int64 // bounds of its values, when it is no interval
}

// operandOf plans an operand.
func (b *builder) operandOf(l *level, o rule.Operand) operand {
	switch o := o.(type) {
	case *rule.FactOf:
		c := b.frame(l).col[o.Fact]
		l.reads(c)
		return operand{col: c, lo: c.lo, hi: c.hi}
	case *rule.Number:
		return fixed(o.N)
	case *rule.Day:
		return fixed(o.N)
	case *rule.ParamOf:
		if o.Param.Type == rule.DateParam {
			return fixed(o.Param.From)
		}
		return fixed(o.Param.Quantity.N)
	}
	key := string(rule.Canonical(&rule.Compare{L: o, Op: rule.AtLeast, R: o}))
	r, ok := l.operands[key]
	if !ok {
		r = b.computed(l, o)
		l.operands[key] = r
	}
	return r
}

func fixed(n int64) operand { return operand{fixed: true, n: n, lo: n, hi: n} }

func (b *builder) computed(l *level, o rule.Operand) operand {
	switch o := o.(type) {
	case *rule.Length:
		return b.length(l, o)
	case *rule.Age:
		return b.age(l, o)
	case *rule.Agg:
		switch {
		case o.Over != nil:
			return b.series(l, o)
		case o.Fn == "count":
			return b.count(l, o)
		}
		return b.fold(l, o)
	}
	b.refuse(o)
	return operand{}
}

// numberRegister makes room for a number.
func (l *level) numberRegister(interval bool) int {
	l.numbers = append(l.numbers, numberSpec{interval})
	return len(l.numbers) - 1
}

// load puts an operand into a number register, where every kernel can read it.
func (b *builder) load(l *level, o operand) operand {
	switch {
	case o.fixed:
		o.reg = l.numberRegister(false)
		n, reg := o.n, o.reg
		l.add(func(w *work) {
			d := &w.num[reg]
			for i := w.from * 64; i < w.to*64; i++ {
				d.buf[i] = n
			}
			d.known = allRows
		}, nil)
	case o.col != nil && l.loaded[o.col] > 0:
		o.reg = l.loaded[o.col] - 1
	case o.col != nil:
		c, reg := o.col, l.numberRegister(false)
		o.reg = reg
		l.loaded[c] = reg + 1
		l.add(func(w *work) {
			d := &w.num[reg]
			c.cut(w.batch).values(d.buf, w.from, w.to)
			d.known = *c.known(w.batch)
		}, func(w *work) { c.reasons(w.batch, &w.num[reg].why) })
	default:
		return o
	}
	o.fixed, o.col = false, nil
	return o
}

var allRows = func() (w words) {
	for i := range w {
		w[i] = ^uint64(0)
	}
	return w
}()

// knownRows are the rows in which the operand is known.
func (o *operand) knownRows(w *work) *words {
	switch {
	case o.fixed:
		return &allRows
	case o.col != nil:
		return o.col.known(w.batch)
	}
	return &w.num[o.reg].known
}

var noRows words

// noneRows are the rows in which there is no such quantity.
func (o *operand) noneRows(w *work) *words {
	if o.none {
		return &w.num[o.reg].none
	}
	return &noRows
}

// reasons adds why the operand is unknown.
func (o *operand) reasons(w *work, p *planes) {
	switch {
	case o.fixed:
	case o.col != nil:
		o.col.reasons(w.batch, p)
	default:
		for r := range p {
			for i := w.from; i < w.to; i++ {
				p[r][i] |= w.num[o.reg].why[r][i]
			}
		}
	}
}

// reach are the rows in which the lower (or with high the upper) bound of the
// operand is at least c.
func (o *operand) reach(w *work, dst *words, c int64, high bool) {
	if o.col != nil {
		o.col.cut(w.batch).reach(dst, c)
		return
	}
	v := w.num[o.reg].buf
	if high {
		v = w.num[o.reg].high
	}
	belowFast(dst, v, c, w.from, w.to)
	dst.invert()
}

// length is the number of 字 of a text.
func (b *builder) length(l *level, o *rule.Length) operand {
	c := b.frame(l).col[o.Of]
	reg := l.numberRegister(false)
	l.add(func(w *work) {
		d := &w.num[reg]
		codes, entries := c.batches[w.batch].codes, c.dict.entries
		for i := w.from * 64; i < w.to*64; i++ {
			d.buf[i] = int64(entries[codes[i]].chars)
		}
		d.known = *c.known(w.batch)
	}, func(w *work) { c.reasons(w.batch, &w.num[reg].why) })
	return operand{reg: reg, hi: math.MaxInt32}
}

// age is the full years from a date to another.
func (b *builder) age(l *level, o *rule.Age) operand {
	at := b.load(l, b.operandOf(l, o.At))
	born := b.load(l, b.operandOf(l, &rule.FactOf{Fact: o.Of}))
	reg := l.numberRegister(false)
	l.add(func(w *work) {
		d, x, y := &w.num[reg], &w.num[born.reg], &w.num[at.reg]
		for i := w.from * 64; i < w.to*64; i++ {
			d.buf[i] = fullYears(x.buf[i], y.buf[i])
		}
		for i := range d.known {
			d.known[i] = x.known[i] & y.known[i]
		}
	}, func(w *work) {
		born.reasons(w, &w.num[reg].why)
		at.reasons(w, &w.num[reg].why)
	})
	return operand{reg: reg, lo: math.MinInt32, hi: math.MaxInt32}
}

// series is the sum, greatest or least of some years.
func (b *builder) series(l *level, o *rule.Agg) operand {
	first := int(o.Over.From) - o.Of.Years[0]
	years := b.table.top.years[o.Of][first : first+int(o.Over.To-o.Over.From)+1]
	for _, c := range years {
		l.reads(c)
	}
	reg := l.numberRegister(false)
	l.add(func(w *work) {
		d := &w.num[reg]
		for i, c := range years {
			known := c.known(w.batch)
			if i == 0 {
				d.known = *known
			}
			for j := range known {
				d.known[j] &= known[j]
			}
		}
		rest, fn := years, ""
		if len(years) >= 3 && o.Fn == "sum" && w.sum3(d.buf, years) {
			rest, fn = years[3:], o.Fn
		}
		for _, c := range rest {
			k := &c.batches[w.batch]
			if k.wide != nil {
				into(d.buf, &sliced{unit: 1}, k.wide, fn, w.from, w.to)
			} else {
				into(d.buf, &k.cut, k.codes, fn, w.from, w.to)
			}
			fn = o.Fn
		}
	}, func(w *work) {
		for _, c := range years {
			c.reasons(w.batch, &w.num[reg].why)
		}
	})
	r := operand{reg: reg}
	for i, c := range years {
		switch {
		case i == 0:
			r.lo, r.hi = c.lo, c.hi
		case o.Fn == "sum":
			r.lo, r.hi = r.lo+c.lo, r.hi+c.hi
		default:
			r.lo, r.hi = min(r.lo, c.lo), max(r.hi, c.hi)
		}
	}
	return r
}

// sum3 adds the first three years in one pass when all are kept alike.
func (w *work) sum3(dst []int64, years []*column) bool {
	x, y, z := &years[0].batches[w.batch], &years[1].batches[w.batch], &years[2].batches[w.batch]
	switch {
	case x.wide != nil && y.wide != nil && z.wide != nil:
		sumWide(dst, &[3][]int64{x.wide, y.wide, z.wide}, w.from, w.to)
	case x.wide == nil && y.wide == nil && z.wide == nil && x.cut.unit == y.cut.unit && y.cut.unit == z.cut.unit:
		sumNarrow(dst, x.cut.base+y.cut.base+z.cut.base, int64(x.cut.unit), &[3][]uint32{x.codes, y.codes, z.codes}, w.from, w.to)
	default:
		return false
	}
	return true
}
