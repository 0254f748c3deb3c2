package rule

import (
	"shenbao/internal/fault"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The limits of docs/rule-language.md section 7.
const (
	maxText   = 16 << 10
	maxLeaves = 256
	maxDepth  = 12
	maxSet    = 512
	maxCost   = 20_000
	maxRegexp = 200
)

// parser reads one rule against a schema.
type parser struct {
	schema *Schema
	toks   []token
	i      int
	row    *Fact // the list whose rows the condition is about, or nil
	depth  int
}

// Parse reads a rule in Chinese or English and checks it against the schema:
// names, types, dimensions, limits. The problem carries line and column,
// counted in characters from 1.
func (s *Schema) Parse(text string) (Node, *fault.Fault) {
	if len(text) > maxText {
		return nil, problem("too_long", maxText)
	}
	toks, prob := lex(text)
	if prob != nil {
		return nil, prob
	}
	p := &parser{schema: s, toks: toks}
	n, prob := p.rule()
	if prob == nil && p.peek().kind != endToken {
		prob = p.unexpected("expect.end")
	}
	if prob == nil {
		prob = checkLimits(n)
	}
	if prob != nil {
		return nil, prob
	}
	return n, nil
}

func (p *parser) peek() token { return p.toks[p.i] }

// is reports whether the next token is the reserved word or symbol with the given meaning.
func (p *parser) is(meaning string) bool { return p.isAt(0, meaning) }

func (p *parser) isAt(n int, meaning string) bool {
	if p.i+n >= len(p.toks) {
		return false
	}
	t := p.toks[p.i+n]
	return t.kind == wordToken && keyword(t.text) == meaning || t.kind == symbolToken && t.text == meaning
}

// accept takes the next token if it has the given meaning.
func (p *parser) accept(meaning string) bool {
	if p.is(meaning) {
		p.i++
		return true
	}
	return false
}

// acceptTwo takes two English words, or the Chinese word, of one meaning.
func (p *parser) acceptTwo(first, second string) bool {
	if p.accept(first + " " + second) {
		return true
	}
	if p.is(first) && p.isAt(1, second) {
		p.i += 2
		return true
	}
	return false
}

func (p *parser) expect(meaning, what string) *fault.Fault {
	if p.accept(meaning) {
		return nil
	}
	return p.unexpected(what)
}

// unexpected says what stands at the next token and what should.
func (p *parser) unexpected(want string) *fault.Fault {
	t := p.peek()
	if t.kind == endToken {
		return problem("unexpected_end", ref(want)).At("", t.line, t.col)
	}
	if t.kind == wordToken {
		if w := gluedKeyword(t.text); w != "" {
			return problem("glued", t.text, w).At("", t.line, t.col)
		}
	}
	return problem("unexpected", t.text, ref(want)).At("", t.line, t.col)
}

// gluedKeyword finds an operator word written without spaces inside a longer word.
func gluedKeyword(word string) string {
	best := ""
	for k, m := range words {
		if len(k) >= 6 && len(k) > len(best) && k[0] >= 0x80 && k != word && strings.Contains(word, k) && strings.ContainsAny(m, "<>=") {
			best = k
		}
	}
	return best
}

func (p *parser) rule() (Node, *fault.Fault) {
	if p.depth++; p.depth > 2*maxDepth {
		return nil, problem("too_deep", maxDepth).At("", p.peek().line, p.peek().col)
	}
	defer func() { p.depth-- }()
	if !p.accept("if") {
		return p.junction()
	}
	cond, prob := p.junction()
	if prob == nil {
		prob = p.expect("then", "expect.then")
	}
	if prob != nil {
		return nil, prob
	}
	then, prob := p.junction()
	return &If{cond, then}, prob
}

func (p *parser) junction() (Node, *fault.Fault) {
	first, prob := p.term()
	if prob != nil || !p.is("and") && !p.is("or") {
		return first, prob
	}
	word := "or"
	if p.is("and") {
		word = "and"
	}
	of := []Node{first}
	for p.accept(word) {
		n, prob := p.term()
		if prob != nil {
			return nil, prob
		}
		of = append(of, n)
	}
	if p.is("and") || p.is("or") {
		return nil, problem("mixed").At("", p.peek().line, p.peek().col)
	}
	return join(word, of), nil
}

// join makes one node of several, taking up the parts of a nested node of the same kind.
func join(word string, of []Node) Node {
	var flat []Node
	for _, n := range of {
		switch n := n.(type) {
		case *All:
			if word == "and" {
				flat = append(flat, n.Of...)
				continue
			}
		case *Any:
			if word == "or" {
				flat = append(flat, n.Of...)
				continue
			}
		}
		flat = append(flat, n)
	}
	if word == "and" {
		return &All{flat}
	}
	return &Any{flat}
}

func (p *parser) term() (Node, *fault.Fault) {
	switch {
	case p.is("not"):
		p.i++
		if p.depth++; p.depth > 2*maxDepth {
			return nil, problem("too_deep", maxDepth).At("", p.peek().line, p.peek().col)
		}
		x, prob := p.term()
		p.depth--
		return &Not{x}, prob
	case p.is("("):
		return p.inBrackets()
	case p.is("at least") || p.is("at") && p.isAt(1, "least"):
		return p.least()
	case p.is("rule"):
		return p.ref()
	case p.is("exists"), p.is("every"):
		return p.quantified()
	case p.is("check"):
		return p.call()
	}
	return p.leaf()
}

func (p *parser) inBrackets() (Node, *fault.Fault) {
	if prob := p.expect("(", "expect.open"); prob != nil {
		return nil, prob
	}
	n, prob := p.rule()
	if prob == nil {
		prob = p.expect(")", "expect.close")
	}
	return n, prob
}

func (p *parser) least() (Node, *fault.Fault) {
	p.acceptTwo("at", "least")
	t := p.peek()
	k, err := strconv.Atoi(t.text)
	if t.kind != numberToken || err != nil || k < 1 {
		return nil, p.unexpected("expect.count")
	}
	p.i++
	if !p.accept("of") && p.peek().text == "项" {
		p.i++
	}
	if prob := p.expect("(", "expect.open"); prob != nil {
		return nil, prob
	}
	n := &Least{K: k}
	for {
		x, prob := p.rule()
		if prob != nil {
			return nil, prob
		}
		n.Of = append(n.Of, x)
		if p.accept(")") {
			break
		}
		if prob := p.expect(";", "expect.semicolon"); prob != nil {
			return nil, prob
		}
	}
	if k > len(n.Of) {
		return nil, problem("least_many", k, len(n.Of)).At("", t.line, t.col)
	}
	return n, nil
}

func (p *parser) ref() (Node, *fault.Fault) {
	p.i++
	t := p.peek()
	if p.row != nil {
		return nil, problem("in_row").At("", t.line, t.col)
	}
	if t.kind != wordToken || !isCode(t.text) {
		return nil, p.unexpected("expect.rule_id")
	}
	p.i++
	return &Ref{t.text}, nil
}

func (p *parser) quantified() (Node, *fault.Fault) {
	t := p.peek()
	every := p.is("every")
	p.i++
	if p.row != nil {
		return nil, problem("in_row").At("", t.line, t.col)
	}
	list, prob := p.fact(ListKind)
	if prob == nil && !p.is("where") {
		prob = p.unexpected("expect.where")
	}
	if prob != nil {
		return nil, prob
	}
	w, prob := p.where(list)
	if every {
		return &Every{list, w}, prob
	}
	return &Exists{list, w}, prob
}

// where reads an optional row condition: nil when there is none.
func (p *parser) where(list *Fact) (Node, *fault.Fault) {
	if !p.accept("where") {
		return nil, nil
	}
	p.row = list
	n, prob := p.inBrackets()
	p.row = nil
	return n, prob
}

func (p *parser) call() (Node, *fault.Fault) {
	p.i++
	t := p.peek()
	if p.row != nil {
		return nil, problem("in_row").At("", t.line, t.col)
	}
	c := p.schema.check[t.text]
	if t.kind != wordToken || c == nil {
		return nil, problem("no_check", t.text, near(t.text, keys(p.schema.check))).At("", t.line, t.col)
	}
	p.i++
	if prob := p.expect("(", "expect.open"); prob != nil {
		return nil, prob
	}
	n := &Call{Check: c}
	for i := range c.Args {
		if i > 0 {
			if prob := p.expect(",", "expect.comma"); prob != nil {
				return nil, prob
			}
		}
		a, prob := p.arg(c, i)
		if prob != nil {
			return nil, prob
		}
		n.Args = append(n.Args, a)
	}
	return n, p.expect(")", "expect.close_args")
}

func (p *parser) arg(c *Check, i int) (Arg, *fault.Fault) {
	kind, t := c.Args[i], p.peek()
	p.i++
	wrong := problem("arg", t.text, c.Name, ref("arg."+string(kind))).At("", t.line, t.col)
	if kind == StringArg {
		if t.kind != stringToken {
			return Arg{}, wrong
		}
		return Arg{Str: t.text}, nil
	}
	if t.kind != wordToken {
		return Arg{}, wrong
	}
	if kind == SetArg {
		if q := p.schema.param[t.text]; q != nil && q.Type == SetParam {
			return Arg{Param: q}, nil
		}
		return Arg{}, wrong
	}
	f := p.schema.fact[t.text]
	if f == nil {
		return Arg{}, p.unknownName(t)
	}
	ok := map[ArgKind]bool{TextArg: f.Kind.isText(), ListArg: f.Kind == ListKind, ChoiceArg: f.Kind == ChoiceKind,
		PlaceArg: f.Kind == PlaceKind, UnitArg: f.Kind == UnitKind}[kind]
	if !ok {
		return Arg{}, wrong
	}
	if kind == ListArg && i < len(c.Columns) {
		for _, either := range c.Columns[i] {
			has := func(col string) bool { return f.column(col) != nil }
			if !slices.ContainsFunc(strings.Split(either, "|"), has) {
				return Arg{}, problem("arg_column", f.Name, c.Name, either).At("", t.line, t.col)
			}
		}
	}
	return Arg{Fact: f}, nil
}

// fact reads the name of a fact of one of the given kinds.
func (p *parser) fact(kinds ...Kind) (*Fact, *fault.Fault) {
	t := p.peek()
	f := p.lookup(t)
	if t.kind != wordToken || f == nil {
		if t.kind != wordToken || keyword(t.text) != "" {
			return nil, p.unexpected("expect.fact")
		}
		return nil, p.unknownName(t)
	}
	if !slices.Contains(kinds, f.Kind) {
		return nil, problem("kind", f.Name, ref("kind."+string(f.Kind)), ref("kind."+string(kinds[0]))).At("", t.line, t.col)
	}
	p.i++
	return f, nil
}

// lookup resolves a name where the parser stands: a column inside a row
// condition, a fact outside.
func (p *parser) lookup(t token) *Fact {
	if t.kind != wordToken {
		return nil
	}
	if p.row != nil {
		return p.row.column(t.text)
	}
	return p.schema.fact[t.text]
}

func (p *parser) unknownName(t token) *fault.Fault {
	if w := gluedKeyword(t.text); w != "" {
		return problem("glued", t.text, w).At("", t.line, t.col)
	}
	if p.row != nil {
		var names []string
		for _, c := range p.row.Columns {
			names = append(names, c.Name, c.Code)
		}
		if p.schema.fact[t.text] != nil {
			return problem("outer", t.text, p.row.Name).At("", t.line, t.col)
		}
		return problem("no_column", t.text, p.row.Name, near(t.text, names)).At("", t.line, t.col)
	}
	return problem("no_name", t.text, near(t.text, append(keys(p.schema.fact), keys(p.schema.param)...))).At("", t.line, t.col)
}

// parseDay reads 2006-01-02 as days since 1970-01-01.
func parseDay(s string) (int64, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil || t.Year() < 1800 || t.Year() > 2200 {
		return 0, false
	}
	return t.Unix() / 86400, true
}

// FormatDay writes days since 1970-01-01 as 2006-01-02.
func FormatDay(n int64) string { return time.Unix(n*86400, 0).UTC().Format(time.DateOnly) }

// ParseDay reads a day written 2006-01-02 as days since 1970-01-01.
func ParseDay(s string) (int64, bool) { return parseDay(s) }

// ParseWindow reads 2020..2024 or two dates. A window of days has Days set.
func ParseWindow(s string) (Window, bool) {
	a, b, ok := strings.Cut(s, "..")
	if !ok {
		return Window{}, false
	}
	if y, err := strconv.Atoi(a); err == nil && len(a) == 4 && len(b) == 4 {
		z, err := strconv.Atoi(b)
		return Window{From: int64(y), To: int64(z)}, err == nil && y <= z
	}
	from, ok1 := parseDay(a)
	to, ok2 := parseDay(b)
	return Window{Days: true, From: from, To: to}, ok1 && ok2 && from <= to
}
