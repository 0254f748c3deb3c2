package rule

import (
	"regexp"
	"shenbao/internal/fault"
	"slices"
	"strings"
)

// Character classes of 只含 and 不含, Chinese name by code.
var classes = map[string]string{
	"standard_han": "规范汉字", "han": "汉字", "letters": "字母", "digits": "数字", "punctuation": "标点", "spaces": "空格",
}

func (p *parser) leaf() (Node, *fault.Fault) {
	if p.accept("given") {
		f, prob := p.fact(FileKind, TextKind, LongTextKind, UnitKind, PersonKind, ListKind)
		return &Given{f}, prob
	}
	t := p.peek()
	if f := p.lookup(t); f != nil && keyword(t.text) == "" {
		switch {
		case f.Kind == BoolKind:
			p.i++
			return &Is{f}, nil
		case f.Kind == ChoiceKind, f.Kind == ChoicesKind:
			p.i++
			return p.choice(f)
		case f.Kind == PlaceKind:
			p.i++
			return p.place(f)
		case f.Kind.isText():
			p.i++
			return p.text(f)
		case (f.Kind == DateKind || f.Kind == YearKind) && p.isAt(1, "during"):
			p.i += 2
			w, prob := p.window(f)
			return &During{f, w}, prob
		case f.Kind == ListKind, f.Kind.isKey(), f.Kind == FileKind:
			return nil, problem("no_compare", f.Name, ref("kind."+string(f.Kind))).At("", t.line, t.col)
		}
	}
	return p.comparison()
}

func (p *parser) choice(f *Fact) (Node, *fault.Fault) {
	t := p.peek()
	if f.Kind == ChoicesKind {
		switch {
		case p.acceptTwo("has", "any"):
			s, prob := p.set(f)
			return &Has{f, false, s}, prob
		case p.acceptTwo("has", "all"):
			s, prob := p.set(f)
			return &Has{f, true, s}, prob
		}
		return nil, p.unexpected("expect.has")
	}
	switch {
	case p.accept("in"):
		s, prob := p.set(f)
		return &In{f, s}, prob
	case p.accept("not in") || p.is("not") && p.isAt(1, "in"):
		if t.text == "not" {
			p.i += 2
		}
		s, prob := p.set(f)
		return &Not{&In{f, s}}, prob
	case p.is("=") || p.is("!="):
		neg := p.is("!=")
		p.i++
		code, prob := p.option(f)
		if prob != nil {
			return nil, prob
		}
		var n Node = &In{f, Set{Codes: []string{code}}}
		if neg {
			n = &Not{n}
		}
		return n, nil
	}
	return nil, p.unexpected("expect.in")
}

// option reads one option of f, by name or code, as its code.
func (p *parser) option(f *Fact) (string, *fault.Fault) {
	t := p.peek()
	if t.kind != wordToken && t.kind != stringToken && t.kind != numberToken {
		return "", p.unexpected("expect.option")
	}
	i, ok := f.option[t.text]
	if !ok {
		return "", problem("no_option", t.text, f.Name, near(t.text, keys(f.option))).At("", t.line, t.col)
	}
	p.i++
	return f.Options[i].Code, nil
}

func (p *parser) set(f *Fact) (Set, *fault.Fault) {
	t := p.peek()
	if t.kind == wordToken {
		q := p.schema.param[t.text]
		if q == nil || q.Type != SetParam && q.Type != PlacesParam {
			return Set{}, problem("no_set", t.text).At("", t.line, t.col)
		}
		if (q.Type == PlacesParam) != (f.Kind == PlaceKind) {
			return Set{}, problem("set_kind", q.Name, f.Name).At("", t.line, t.col)
		}
		for _, c := range q.Codes {
			if _, ok := f.option[c]; !ok {
				return Set{}, problem("no_option", c, f.Name, near(c, keys(f.option))).At("", t.line, t.col)
			}
		}
		p.i++
		return Set{Param: q}, nil
	}
	if prob := p.expect("{", "expect.set"); prob != nil {
		return Set{}, prob
	}
	var s Set
	for {
		if prob := p.member(f, &s); prob != nil {
			return Set{}, prob
		}
		if len(s.Codes)+len(s.Places) > maxSet {
			return Set{}, problem("set_long", maxSet).At("", t.line, t.col)
		}
		if p.accept("}") {
			slices.Sort(s.Codes)
			slices.Sort(s.Places)
			s.Codes, s.Places = slices.Compact(s.Codes), slices.Compact(s.Places)
			return s, nil
		}
		if prob := p.expect(",", "expect.comma_set"); prob != nil {
			return Set{}, prob
		}
	}
}

func (p *parser) member(f *Fact, s *Set) *fault.Fault {
	if f.Kind != PlaceKind {
		code, prob := p.option(f)
		s.Codes = append(s.Codes, code)
		return prob
	}
	t := p.peek()
	code, ok := ParsePlace(t.text)
	if t.kind != numberToken || !ok {
		return p.unexpected("expect.place")
	}
	p.i++
	s.Places = append(s.Places, code)
	return nil
}

// ParsePlace reads a GB/T 2260 code of six digits.
func ParsePlace(s string) (int64, bool) {
	if len(s) != 6 || strings.Trim(s, "0123456789") != "" || s[:2] < "11" {
		return 0, false
	}
	n, ok := toBase(s, nil)
	return n, ok
}

func (p *parser) place(f *Fact) (Node, *fault.Fault) {
	neg := p.accept("not within")
	if !neg && p.is("not") && p.isAt(1, "within") {
		p.i += 2
		neg = true
	} else if !neg && !p.accept("within") {
		return nil, p.unexpected("expect.within")
	}
	s, prob := p.set(f)
	if prob != nil {
		return nil, prob
	}
	if neg {
		return &Not{&Within{f, s}}, nil
	}
	return &Within{f, s}, nil
}

func (p *parser) text(f *Fact) (Node, *fault.Fault) {
	t := p.peek()
	switch {
	case p.accept("only"):
		c, prob := p.class()
		return &TextClass{f, false, c}, prob
	case p.accept("without"):
		c, prob := p.class()
		return &TextClass{f, true, c}, prob
	case p.accept("matches"):
		return p.regexp(f)
	case p.is("=") || p.is("!="):
		p.i++
		n, prob := p.same(f)
		if prob == nil && keyword(t.text) == "!=" || t.text == "!=" {
			return &Not{n}, prob
		}
		return n, prob
	}
	return nil, p.unexpected("expect.text")
}

func (p *parser) class() (string, *fault.Fault) {
	t := p.peek()
	for code, name := range classes {
		if t.kind == wordToken && (t.text == code || t.text == name) {
			p.i++
			return code, nil
		}
	}
	return "", p.unexpected("expect.class")
}

func (p *parser) regexp(f *Fact) (Node, *fault.Fault) {
	t := p.peek()
	if t.kind != stringToken {
		return nil, p.unexpected("expect.string")
	}
	p.i++
	if len(t.text) > maxRegexp {
		return nil, problem("regexp_long", maxRegexp).At("", t.line, t.col)
	}
	if _, err := regexp.Compile(t.text); err != nil {
		return nil, problem("regexp", err.Error()).At("", t.line, t.col)
	}
	return &Matches{f, t.text}, nil
}

func (p *parser) same(f *Fact) (Node, *fault.Fault) {
	if t := p.peek(); t.kind == stringToken {
		p.i++
		return &Same{Fact: f, Str: t.text}, nil
	}
	other, prob := p.fact(TextKind, LongTextKind)
	return &Same{Fact: f, Other: other}, prob
}

// window reads a window for f: a parameter, or years or dates written out.
func (p *parser) window(f *Fact) (Window, *fault.Fault) {
	t := p.peek()
	if t.kind == rangeToken {
		w, ok := ParseWindow(t.text)
		if !ok {
			return w, problem("window", t.text).At("", t.line, t.col)
		}
		if w.Days && f.Kind == YearKind {
			return w, problem("window_years", f.Name).At("", t.line, t.col)
		}
		p.i++
		return w, nil
	}
	q := p.schema.param[t.text]
	if t.kind != wordToken || q == nil || q.Type != YearsParam && q.Type != DatesParam {
		return Window{}, p.unexpected("expect.window")
	}
	if q.Type == DatesParam && f.Kind == YearKind {
		return Window{}, problem("window_years", f.Name).At("", t.line, t.col)
	}
	p.i++
	return Window{Days: q.Type == DatesParam, From: q.From, To: q.To, Param: q}, nil
}

// comparison reads an operand and what it is held against.
func (p *parser) comparison() (Node, *fault.Fault) {
	start := p.peek()
	l, prob := p.operand()
	if prob != nil {
		return nil, prob
	}
	switch {
	case p.accept("between"):
		return p.between(l, start)
	case p.accept("about"):
		return p.about(l, start)
	}
	op, ok := p.operator()
	if !ok {
		return nil, p.unexpected("expect.operator")
	}
	r, prob := p.operand()
	if prob != nil {
		return nil, prob
	}
	if p.accept("of") {
		return p.ratio(l, op, r, start)
	}
	n := &Compare{l, op, r}
	return n, alike(start, &n.L, &n.R)
}

func (p *parser) operator() (Op, bool) {
	for op := AtLeast; op <= NotEqual; op++ {
		if p.accept(op.String()) {
			return op, true
		}
	}
	return 0, false
}

func (p *parser) between(x Operand, start token) (Node, *fault.Fault) {
	lo, prob := p.operand()
	if prob != nil {
		return nil, prob
	}
	if !p.accept("to") && !p.accept("and") {
		return nil, p.unexpected("expect.to")
	}
	hi, prob := p.operand()
	if prob != nil {
		return nil, prob
	}
	p.accept("end between")
	n := &Between{x, lo, hi}
	if prob := alike(start, &n.X, &n.Lo); prob != nil {
		return nil, prob
	}
	if prob := alike(start, &n.X, &n.Hi); prob != nil {
		return nil, prob
	}
	a, okA := Constant(n.Lo)
	b, okB := Constant(n.Hi)
	if okA && okB && a > b {
		return nil, problem("between_order").At("", start.line, start.col)
	}
	return n, nil
}

func (p *parser) about(x Operand, start token) (Node, *fault.Fault) {
	t := p.peek()
	v, prob := p.operand()
	if prob != nil {
		return nil, prob
	}
	if n, ok := Constant(v); !ok || n < 0 {
		return nil, problem("about_value", t.text).At("", t.line, t.col)
	}
	if !p.accept("tolerance") && !p.accept("within") {
		return nil, p.unexpected("expect.tolerance")
	}
	t = p.peek()
	within, prob := p.operand()
	if prob != nil {
		return nil, prob
	}
	n := &About{x, v, within}
	if dimOf(n.Within) != ShareDim {
		return nil, problem("share", t.text).At("", t.line, t.col)
	}
	if n, ok := Constant(n.Within); !ok || n < 0 {
		return nil, problem("share", t.text).At("", t.line, t.col)
	}
	return n, alike(start, &n.L, &n.V)
}

// ratio joins the parts of "A >= 3% of B" and "A 不低于 B 的 3%"; r has been read, 的 or of taken.
func (p *parser) ratio(l Operand, op Op, r Operand, start token) (Node, *fault.Fault) {
	t := p.peek()
	last, prob := p.operand()
	if prob != nil {
		return nil, prob
	}
	n := &Ratio{L: l, Op: op, Share: r, Of: last}
	if dimOf(last) == ShareDim {
		n.Share, n.Of = last, r
	}
	if dimOf(n.Share) != ShareDim {
		return nil, problem("share", t.text).At("", t.line, t.col)
	}
	if v, ok := Constant(n.Share); !ok || v < 0 || v > 1_000_000 {
		return nil, problem("share", t.text).At("", t.line, t.col)
	}
	if n.Op == Equal || n.Op == NotEqual {
		return nil, problem("ratio_op").At("", start.line, start.col)
	}
	return n, alike(start, &n.L, &n.Of)
}
