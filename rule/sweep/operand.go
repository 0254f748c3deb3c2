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
			k, first := c.batch(w.batch)
			if k.wide != nil {
				d.lo = k.wide[first : first+batchRows]
			} else {
				widen(d.buf, k.narrow[first:first+batchRows], w.from, w.to)
				d.lo = d.buf
			}
			d.hi = d.lo
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

// below are the rows in which the lower (or with high the upper) bound of the
// operand is less than c.
func (o *operand) below(w *work, dst *words, c int64, high bool) {
	if o.col == nil {
		v := w.num[o.reg].lo
		if high {
			v = w.num[o.reg].hi
		}
		below64(dst, v, c, w.from, w.to)
		return
	}
	k, first := o.col.batch(w.batch)
	switch {
	case k.wide != nil:
		below64(dst, k.wide[first:first+batchRows], c, w.from, w.to)
	case c > math.MaxInt32:
		*dst = allRows
	case c < math.MinInt32:
		*dst = noRows
	default:
		below32(dst, k.narrow[first:first+batchRows], int32(c), w.from, w.to)
	}
}

// length is the number of 字 of a text.
func (b *builder) length(l *level, o *rule.Length) operand {
	c := b.frame(l).col[o.Of]
	reg := l.numberRegister(false)
	l.add(func(w *work) {
		d := &w.num[reg]
		k, first := c.batch(w.batch)
		entries := c.dict.entries
		for i := w.from * 64; i < w.to*64; i++ {
			d.buf[i] = int64(entries[k.number(first+i)].chars)
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
			d.buf[i] = fullYears(x.lo[i], y.lo[i])
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
		rest := years
		if len(years) >= 3 && o.Fn == "sum" && sum3(w, d.buf, years) {
			rest = years[3:]
		}
		for i, c := range rest {
			c.accumulate(w, d.buf, o.Fn, i == 0 && len(rest) == len(years))
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

// sum3 adds the first three years in one pass when all are kept in 64 bits.
func sum3(w *work, dst []int64, years []*column) bool {
	var v [3][]int64
	for i := range v {
		k, at := years[i].batch(w.batch)
		if k.wide == nil {
			return false
		}
		v[i] = k.wide[at : at+batchRows]
	}
	sumOf3(dst, v[0], v[1], v[2], w.from, w.to)
	return true
}

// accumulate takes the column's batch into a sum, greatest or least value.
func (c *column) accumulate(w *work, dst []int64, fn string, first bool) {
	k, at := c.batch(w.batch)
	if k.wide != nil {
		v := k.wide[at : at+batchRows]
		switch {
		case first:
			copy(dst[w.from*64:w.to*64], v[w.from*64:])
		case fn == "sum":
			plus(dst, v, w.from, w.to)
		case fn == "max":
			greatest(dst, v, w.from, w.to)
		default:
			least(dst, v, w.from, w.to)
		}
		return
	}
	v := k.narrow[at : at+batchRows]
	switch {
	case first:
		widen(dst, v, w.from, w.to)
	case fn == "sum":
		plus(dst, v, w.from, w.to)
	case fn == "max":
		greatest(dst, v, w.from, w.to)
	default:
		least(dst, v, w.from, w.to)
	}
}
