package rule

import (
	"strings"

	"shenbao/internal/fault"
)

// operand reads a quantity, day or year.
func (p *parser) operand() (Operand, *fault.Fault) {
	t := p.peek()
	switch {
	case t.kind == numberToken:
		return p.literal()
	case t.kind == dateToken:
		n, ok := parseDay(t.text)
		if !ok {
			return nil, problem("date", t.text).At("", t.line, t.col)
		}
		p.i++
		return &Day{n}, nil
	case p.is("age") && p.isAt(1, "("):
		return p.age()
	case p.is("length") && p.isAt(1, "("):
		return p.length()
	case (p.is("count") || p.is("sum") || p.is("max") || p.is("min")) && p.isAt(1, "("):
		return p.aggregate()
	case t.kind == wordToken && keyword(t.text) == "":
		return p.name()
	}
	return nil, p.unexpected("expect.operand")
}

// literal reads a number and, directly after it, its unit.
func (p *parser) literal() (Operand, *fault.Fault) {
	t := p.peek()
	p.i++
	q := Quantity{Dec: t.text}
	if u := p.peek(); u.kind == wordToken || u.text == "%" || u.text == "‰" {
		if q.Unit = FindUnit(u.text); q.Unit != nil {
			p.i++
		} else if keyword(u.text) == "" {
			return nil, problem("no_unit", u.text, near(u.text, keys(unitIndex))).At("", u.line, u.col)
		}
	}
	n, ok := toBase(q.Dec, q.Unit)
	if !ok {
		return nil, problem("number", t.text+unitName(q.Unit)).At("", t.line, t.col)
	}
	q.N, q.Dec = n, fromBase(n, q.Unit)
	return &Number{q}, nil
}

func unitName(u *Unit) string {
	if u == nil {
		return ""
	}
	return u.Name
}

func (p *parser) age() (Operand, *fault.Fault) {
	p.i += 2
	f, prob := p.fact(DateKind)
	if prob == nil {
		prob = p.expect(",", "expect.comma")
	}
	if prob != nil {
		return nil, prob
	}
	t := p.peek()
	at, prob := p.operand()
	if prob != nil {
		return nil, prob
	}
	if dimOf(at) != DateDim {
		return nil, problem("day", t.text).At("", t.line, t.col)
	}
	return &Age{f, at}, p.expect(")", "expect.close")
}

func (p *parser) length() (Operand, *fault.Fault) {
	p.i += 2
	f, prob := p.fact(TextKind, LongTextKind)
	if prob != nil {
		return nil, prob
	}
	return &Length{f}, p.expect(")", "expect.close")
}

func (p *parser) aggregate() (Operand, *fault.Fault) {
	fn := keyword(p.peek().text)
	t := p.peek()
	p.i += 2
	if p.row != nil {
		return nil, problem("in_row").At("", t.line, t.col)
	}
	t = p.peek()
	a := &Agg{Fn: fn}
	var prob *fault.Fault
	if fn == "count" {
		a.Of, prob = p.fact(ListKind)
	} else {
		a.Of, prob = p.columnName(t)
	}
	if prob != nil {
		return nil, prob
	}
	list := a.Of
	if a.Of.list != nil {
		list = a.Of.list
	}
	if a.Where, prob = p.where(list); prob != nil {
		return nil, prob
	}
	return a, p.expect(")", "expect.close_where")
}

// columnName reads list.column for a sum or greatest value.
func (p *parser) columnName(t token) (*Fact, *fault.Fault) {
	f := p.schema.Fact(t.text)
	if t.kind != wordToken || f == nil || f.list == nil {
		return nil, p.unexpected("expect.column")
	}
	switch f.Kind {
	case MoneyKind, DecimalKind, IntegerKind, PercentKind:
		p.i++
		return f, nil
	}
	return nil, problem("kind", f.Name, ref("kind."+string(f.Kind)), ref("kind.money")).At("", t.line, t.col)
}

// name reads a fact, a parameter, or a series over a window.
func (p *parser) name() (Operand, *fault.Fault) {
	t := p.peek()
	if f := p.lookup(t); f != nil {
		switch f.Kind {
		case IntegerKind, DecimalKind, MoneyKind, PercentKind, DateKind, YearKind:
			p.i++
			return &FactOf{f}, nil
		case SeriesKind:
			return nil, problem("series", f.Name).At("", t.line, t.col)
		}
		return nil, problem("kind", f.Name, ref("kind."+string(f.Kind)), ref("kind.money")).At("", t.line, t.col)
	}
	if q := p.schema.param[t.text]; q != nil {
		if q.Type != QuantityParam && q.Type != DateParam {
			return nil, problem("param_kind", q.Name).At("", t.line, t.col)
		}
		p.i++
		return &ParamOf{q}, nil
	}
	if a, prob := p.series(t); a != nil || prob != nil {
		p.i++
		return a, prob
	}
	return nil, p.unknownName(t)
}

// series resolves 研发费用.近三年合计 and rd_expense.last3.sum. It returns nil
// when the word does not begin with a series.
func (p *parser) series(t token) (*Agg, *fault.Fault) {
	if p.row != nil {
		return nil, nil
	}
	for i := len(t.text) - 1; i > 0; i-- {
		if t.text[i] != '.' {
			continue
		}
		f := p.schema.fact[t.text[:i]]
		if f == nil || f.Kind != SeriesKind {
			continue
		}
		rest := t.text[i+1:]
		window, fn := splitWindow(rest)
		q := p.schema.param[window]
		if fn == "" || q == nil || q.Type != YearsParam {
			return nil, problem("series_window", rest, f.Name, p.windowNames()).At("", t.line, t.col)
		}
		if q.From < int64(f.Years[0]) || q.To > int64(f.Years[1]) {
			return nil, problem("series_years", q.Name, q.From, q.To, f.Name, f.Years[0], f.Years[1]).At("", t.line, t.col)
		}
		return &Agg{Fn: fn, Of: f, Over: q}, nil
	}
	return nil, nil
}

// splitWindow cuts 近三年合计 or last3.sum into the window's name and the function.
func splitWindow(s string) (window, fn string) {
	if i := strings.LastIndexByte(s, '.'); i > 0 {
		if fn := keyword(s[i+1:]); fn == "sum" || fn == "max" || fn == "min" {
			return s[:i], fn
		}
	}
	for _, w := range []string{"合计", "最大", "最小"} {
		if strings.HasSuffix(s, w) {
			return strings.TrimSuffix(s, w), keyword(w)
		}
	}
	return s, ""
}

func (p *parser) windowNames() string {
	var names []string
	for _, q := range p.schema.Params {
		if q.Type == YearsParam {
			names = append(names, q.Name)
		}
	}
	return strings.Join(names, "、")
}

// dimOf is the dimension of an operand.
func dimOf(o Operand) Dimension {
	switch o := o.(type) {
	case *FactOf:
		return o.Fact.Dim()
	case *ParamOf:
		if o.Param.Type == DateParam {
			return DateDim
		}
		if o.Param.Quantity.Unit != nil {
			return o.Param.Quantity.Unit.Dim
		}
	case *Number:
		if o.Unit != nil {
			return o.Unit.Dim
		}
	case *Day:
		return DateDim
	case *Agg:
		if o.Fn == "count" {
			return o.Of.Unit.Dim
		}
		return o.Of.Dim()
	case *Age:
		return YearsDim
	case *Length:
		return CharsDim
	}
	return NoDimension
}

// unitOf is the unit an operand is shown in, or nil.
func unitOf(o Operand) *Unit {
	switch o := o.(type) {
	case *FactOf:
		return o.Fact.Unit
	case *ParamOf:
		return o.Param.Quantity.Unit
	case *Number:
		return o.Unit
	case *Agg:
		return o.Of.Unit
	case *Age:
		return FindUnit("周岁")
	case *Length:
		return FindUnit("字")
	}
	return nil
}

// Constant is the value of an operand that is fixed before any fact is known: a
// number, a day or a parameter.
func Constant(o Operand) (int64, bool) {
	switch o := o.(type) {
	case *Number:
		return o.N, true
	case *Day:
		return o.N, true
	case *ParamOf:
		if o.Param.Type == DateParam {
			return o.Param.From, true
		}
		return o.Param.Quantity.N, true
	}
	return 0, false
}

// alike refuses operands of different dimensions; a bare number takes its
// partner's counter.
func alike(start token, l, r *Operand) *fault.Fault {
	for _, o := range []struct{ a, b *Operand }{{l, r}, {r, l}} {
		n, ok := (*o.a).(*Number)
		if !ok || n.Unit != nil {
			continue
		}
		d := dimOf(*o.b)
		switch {
		case d == YearDim:
			return nil
		case d.counts():
			u := unitOf(*o.b)
			if u == nil {
				u = FindUnit("个")
			}
			n.Unit = u
		}
	}
	if a, b := dimOf(*l), dimOf(*r); a != b || a == NoDimension {
		return problem("dimension", describe(*l), ref(dimKey(a)), describe(*r), ref(dimKey(b))).At("", start.line, start.col)
	}
	return nil
}

func dimKey(d Dimension) string {
	return "dim." + [...]string{"none", "money", "share", "area", "years", "months", "days", "chars", "people", "organisations",
		"pieces", "items", "articles", "machines", "sets", "times", "papers", "copies", "date", "year"}[d]
}

// describe is an operand as written, for messages.
func describe(o Operand) string { return formatOperand(o, "zh") }
