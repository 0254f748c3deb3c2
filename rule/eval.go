package rule

import (
	"math"
	"math/bits"
	"time"
)

// Result holds the answers of a Program on one application's facts. It is
// reused: Eval writes into it and allocates nothing.
type Result struct {
	Rules  []Truth
	Why    []Reasons
	leaves []leafResult
}

// leafResult is what a leaf saw: its operands and its answer.
type leafResult struct {
	truth   Truth
	why     Reasons
	l, r, m number
}

// number is an operand's value: an interval of integers in base units. A count
// over rows that are not all known is an interval; everything else is a point.
type number struct {
	lo, hi int64
	why    Reasons // not 0: not known
	none   bool    // there is no such quantity
}

func point(n int64) number { return number{lo: n, hi: n} }

// NewResult returns a result that fits the program.
func (p *Program) NewResult() *Result {
	return &Result{Rules: make([]Truth, len(p.Rules)), Why: make([]Reasons, len(p.Rules)), leaves: make([]leafResult, len(p.leaves))}
}

// run is one evaluation: the facts, the answers so far, and the row a
// condition is about.
type run struct {
	f    *Facts
	res  *Result
	vals []Value // the scalars of the application, or the cells of one row
}

// Eval answers every rule. No leaf is skipped, so that every finding can be
// explained. It allocates nothing.
func (p *Program) Eval(f *Facts, res *Result) {
	r := run{f: f, res: res, vals: f.vals}
	for _, i := range p.order {
		res.Rules[i], res.Why[i] = r.eval(p.roots[i])
	}
}

func (r *run) eval(c *code) (Truth, Reasons) {
	if c.leaf < 0 {
		return r.node(c, nil)
	}
	l := &r.res.leaves[c.leaf]
	*l = leafResult{}
	l.truth, l.why = r.node(c, l)
	return l.truth, l.why
}

// node answers c; a leaf that is recorded writes its operands to rec.
func (r *run) node(c *code, rec *leafResult) (Truth, Reasons) {
	switch c.op {
	case opAll, opAny, opLeast, opNot, opIf:
		return r.connective(c)
	case opRef:
		return r.res.Rules[c.k], r.res.Why[c.k]
	case opCompare, opAbout, opBetween, opRatio:
		return r.numeric(c, rec)
	case opExists, opEvery:
		return r.quantified(c)
	case opGivenList:
		return r.givenList(c)
	case opCall:
		return c.call.Run(r.f, c.args)
	}
	return r.scalar(c)
}

func (r *run) connective(c *code) (Truth, Reasons) {
	var met, unmet, unknown int
	var why Reasons
	var first Truth
	var last Truth
	for i, kid := range c.kids {
		t, w := r.eval(kid)
		if i == 0 {
			first = t
		}
		last = t
		switch t {
		case Met:
			met++
		case Unmet:
			unmet++
		default:
			unknown++
			why |= w
		}
	}
	var t Truth
	switch c.op {
	case opAll:
		t = least(met, unknown, len(c.kids))
	case opAny:
		t = least(met, unknown, 1)
	case opLeast:
		t = least(met, unknown, c.k)
	case opNot:
		t = first.Not()
	default:
		t = first.Not().Or(last)
	}
	if t != Unknown {
		why = 0
	}
	return t, why
}

// least answers "at least k" when met are met and unknown are unknown.
func least(met, unknown, k int) Truth {
	switch {
	case met >= k:
		return Met
	case met+unknown < k:
		return Unmet
	}
	return Unknown
}

func (r *run) numeric(c *code, rec *leafResult) (Truth, Reasons) {
	a, b := r.value(c.a), r.value(c.b)
	var m number
	if c.c != nil {
		m = r.value(c.c)
	}
	if rec != nil {
		rec.l, rec.r, rec.m = a, b, m
	}
	switch c.op {
	case opCompare:
		return compare(c.cmp, a, b)
	case opBetween:
		t1, w1 := compare(AtLeast, a, b)
		t2, w2 := compare(AtMost, a, m)
		return and(t1, w1, t2, w2)
	case opAbout:
		d := Share(b.lo, m.lo)
		t1, w1 := compare(AtLeast, a, point(b.lo-d))
		t2, w2 := compare(AtMost, a, point(b.lo+d))
		return and(t1, w1, t2, w2)
	}
	return ratio(c.cmp, a, b.lo, m)
}

func and(t1 Truth, w1 Reasons, t2 Truth, w2 Reasons) (Truth, Reasons) {
	if t := t1.And(t2); t != Unknown {
		return t, 0
	}
	return Unknown, w1 | w2
}

// compare answers a op b over every pair of numbers of the two intervals.
func compare(op Op, a, b number) (Truth, Reasons) {
	if a.none || b.none {
		return Unmet, 0
	}
	if why := a.why | b.why; why != 0 && (a.lo == math.MinInt64 || b.lo == math.MinInt64) {
		return Unknown, why
	}
	var t Truth
	switch op {
	case AtLeast:
		t = allOrNone(a.lo >= b.hi, a.hi < b.lo)
	case AtMost:
		t = allOrNone(a.hi <= b.lo, a.lo > b.hi)
	case Greater:
		t = allOrNone(a.lo > b.hi, a.hi <= b.lo)
	case Less:
		t = allOrNone(a.hi < b.lo, a.lo >= b.hi)
	case Equal:
		t = allOrNone(a.lo == b.hi && a.hi == b.lo, a.lo > b.hi || a.hi < b.lo)
	default:
		t = allOrNone(a.lo > b.hi || a.hi < b.lo, a.lo == b.hi && a.hi == b.lo)
	}
	if t != Unknown {
		return t, 0
	}
	return Unknown, a.why | b.why
}

func allOrNone(all, none bool) Truth {
	switch {
	case all:
		return Met
	case none:
		return Unmet
	}
	return Unknown
}

// ratio answers "base > 0 and part × 10000 op base × p", p in basis points.
func ratio(op Op, part number, p int64, base number) (Truth, Reasons) {
	positive, why := compare(Greater, base, point(0))
	if positive == Unmet || part.none {
		return Unmet, 0
	}
	if part.lo == math.MinInt64 || base.lo == math.MinInt64 {
		return Unknown, part.why | base.why
	}
	low, high := cmp128(part.lo, 10000, base.hi, p), cmp128(part.hi, 10000, base.lo, p)
	var t Truth
	switch op {
	case AtLeast:
		t = allOrNone(low >= 0, high < 0)
	case Greater:
		t = allOrNone(low > 0, high <= 0)
	case AtMost:
		t = allOrNone(high <= 0, low > 0)
	default:
		t = allOrNone(high < 0, low >= 0)
	}
	return and(positive, why, t, part.why|base.why)
}

// cmp128 compares a×x with b×y exactly; x and y are not negative.
func cmp128(a, x, b, y int64) int {
	ah, al := mul128(a, x)
	bh, bl := mul128(b, y)
	switch {
	case ah != bh:
		if ah < bh {
			return -1
		}
		return 1
	case al < bl:
		return -1
	case al > bl:
		return 1
	}
	return 0
}

func mul128(a, x int64) (hi int64, lo uint64) {
	if a >= 0 {
		h, l := bits.Mul64(uint64(a), uint64(x))
		return int64(h), l
	}
	h, l := bits.Mul64(uint64(-a), uint64(x))
	l, borrow := bits.Sub64(0, l, 0)
	h, _ = bits.Sub64(0, h, borrow)
	return int64(h), l
}

// Share is the whole part of v × p / 10000, exactly; both are not negative and
// p is at most a million. What is too large is a quarter of the largest number.
func Share(v, p int64) int64 {
	hi, lo := bits.Mul64(uint64(v), uint64(p))
	if hi >= 10000 {
		return math.MaxInt64 / 4
	}
	q, _ := bits.Div64(hi, lo, 10000)
	return int64(min(q, math.MaxInt64/4))
}

// unknown is a number of which nothing is known.
func unknown(why Reasons) number { return number{lo: math.MinInt64, hi: math.MaxInt64, why: why} }

func (r *run) value(v *value) number {
	switch v.op {
	case constValue:
		return point(v.n)
	case slotValue, lengthValue:
		x := &r.vals[v.slot]
		if x.State != Known {
			return unknown(x.State.reasons())
		}
		return point(x.N)
	case ageValue:
		at := r.value(v.at)
		x := &r.vals[v.slot]
		if why := at.why | x.State.reasons(); why != 0 {
			return unknown(why)
		}
		return point(fullYears(x.N, at.lo))
	case seriesValue:
		return fold64(v.fn, r.vals[v.slot:v.slot+v.years])
	case countValue:
		return r.count(v)
	}
	return r.rows(v)
}

// fold64 is the sum, greatest or least of a series' years.
func fold64(fn string, years []Value) number {
	var acc accumulator
	for i := range years {
		acc.add(fn, &years[i])
	}
	return acc.number()
}

// accumulator gathers a sum, greatest or least value.
type accumulator struct {
	n    int64
	any  bool
	why  Reasons
	zero bool // no rows make 0, not none
}

func (a *accumulator) add(fn string, v *Value) {
	switch {
	case v.State != Known:
		a.why |= v.State.reasons()
	case fn == "sum":
		a.n += v.N
	case !a.any, fn == "max" && v.N > a.n, fn == "min" && v.N < a.n:
		a.n = v.N
	}
	a.any = true
}

func (a *accumulator) number() number {
	switch {
	case a.why != 0:
		return unknown(a.why)
	case !a.any && !a.zero:
		return number{none: true}
	}
	return point(a.n)
}

// list returns the rows of the list and why there may be more.
func (r *run) list(slot int, closed bool) (*Rows, Reasons) {
	l := &r.f.lists[slot]
	if l.State != Known {
		return &noRows, l.State.reasons()
	}
	if !l.Complete && !closed {
		return l, Open
	}
	return l, 0
}

var noRows Rows

// row answers a condition for one row.
func (r *run) row(c *code, cells []Value) (Truth, Reasons) {
	outer := r.vals
	r.vals = cells
	t, why := r.eval(c)
	r.vals = outer
	return t, why
}

func (r *run) count(v *value) number {
	l, why := r.list(v.slot, v.closed)
	var met, open int64
	for i := range l.N {
		t, w := Met, Reasons(0)
		if v.where != nil {
			t, w = r.row(v.where, l.Cells[i*v.cols:(i+1)*v.cols])
		}
		switch t {
		case Met:
			met++
		case Unknown:
			open++
			why |= w
		}
	}
	n := number{lo: met, hi: met + open, why: why}
	if _, more := r.list(v.slot, v.closed); more != 0 {
		n.hi = math.MaxInt64
	}
	return n
}

func (r *run) rows(v *value) number {
	l, why := r.list(v.slot, v.closed)
	acc := accumulator{why: why, zero: v.fn == "sum"}
	for i := range l.N {
		cells := l.Cells[i*v.cols : (i+1)*v.cols]
		t := Met
		if v.where != nil {
			var w Reasons
			if t, w = r.row(v.where, cells); t == Unknown {
				acc.why |= w
			}
		}
		if t == Met {
			acc.add(v.fn, &cells[v.col])
		}
	}
	return acc.number()
}

func (r *run) quantified(c *code) (Truth, Reasons) {
	l, why := r.list(c.slot, c.closed)
	decided := Met // the row that settles exists; every is settled by its mirror
	if c.op == opEvery {
		decided = Unmet
	}
	open := why != 0
	found := false
	for i := range l.N {
		t, w := r.row(c.where, l.Cells[i*c.cols:(i+1)*c.cols])
		switch t {
		case decided:
			found = true
		case Unknown:
			open = true
			why |= w
		}
	}
	switch {
	case found:
		return decided, 0
	case open:
		return Unknown, why
	}
	return decided.Not(), 0
}

func (r *run) givenList(c *code) (Truth, Reasons) {
	l, why := r.list(c.slot, c.closed)
	switch {
	case l.N > 0:
		return Met, 0
	case why != 0:
		return Unknown, why
	}
	return Unmet, 0
}

func (r *run) scalar(c *code) (Truth, Reasons) {
	v := &r.vals[c.slot]
	if v.State != Known {
		return Unknown, v.State.reasons()
	}
	switch c.op {
	case opIs:
		return Of(v.N != 0), 0
	case opGivenText:
		return Of(v.N != 0), 0
	case opGivenKey:
		return Of(v.S != ""), 0
	case opIn:
		return Of(c.mask[v.N/64]>>(v.N%64)&1 == 1), 0
	case opHas:
		both := v.Set & c.mask[0]
		return Of(both == c.mask[0] || !c.without && both != 0), 0
	case opWithin:
		return Of(inRanges(c.ranges, v.N)), 0
	case opDuring:
		return Of(v.N >= c.from && v.N <= c.to), 0
	case opClass:
		return Of(onlyOrWithout(v.S, c.class, c.without)), 0
	case opMatch:
		return Of(c.re.MatchString(v.S)), 0
	}
	if c.slot2 < 0 {
		return Of(v.S == c.str), 0
	}
	o := &r.vals[c.slot2]
	if o.State != Known {
		return Unknown, o.State.reasons()
	}
	return Of(v.S == o.S), 0
}

func inRanges(ranges [][2]int64, n int64) bool {
	for _, r := range ranges {
		if n >= r[0] && n <= r[1] {
			return true
		}
	}
	return false
}

// onlyOrWithout reports whether s is made of the class only, or has none of it.
func onlyOrWithout(s string, class func(rune) bool, without bool) bool {
	for _, r := range s {
		if class(r) == without {
			return false
		}
	}
	return true
}

// fullYears is the number of full years from day a to day b; someone born on
// 29 February has the birthday on 1 March of a common year.
func fullYears(a, b int64) int64 {
	y1, m1, d1 := time.Unix(a*86400, 0).UTC().Date()
	y2, m2, d2 := time.Unix(b*86400, 0).UTC().Date()
	n := int64(y2 - y1)
	if m2 < m1 || m2 == m1 && d2 < d1 {
		n--
	}
	return n
}

// yearStart is 1 January of the year, in days since 1970-01-01.
func yearStart(year int64) int64 {
	return time.Date(int(year), 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400
}
