package programme

import (
	"slices"
	"strings"
	"unicode"

	"shenbao/internal/fault"
	"shenbao/internal/nearest"
	"shenbao/rule"
)

// compile makes the schema and the program out of what was read. Rules are not
// looked at while the schema is faulty: every one of them would seem wrong.
func (p *Package) compile() {
	before := p.problems.Count(Error)
	facts := p.ruleFacts()
	params := p.ruleParams()
	if p.problems.Count(Error) > before {
		return
	}
	schema, faults := rule.NewSchema(facts, params, NamedChecks())
	for _, f := range faults {
		p.problems.addFault(Error, func(int, int) Pos { return p.declared(f) }, f)
	}
	if len(faults) > 0 {
		return
	}
	p.Schema = schema
	p.parseNeeds()
	p.compileNeeds()
	p.compileRules()
}

// declared is the place of the fact or parameter that a schema fault names first.
func (p *Package) declared(f *fault.Fault) Pos {
	code := ""
	if len(f.Args) > 0 {
		code, _ = f.Args[0].(string)
	}
	for _, q := range p.Call.Parameters {
		if q.ID == code || q.Name == code {
			return q.Pos()
		}
	}
	pos := Pos{File: p.ID + "/form.yaml"}
	p.eachFact(func(fact *Fact) {
		if fact.ID == code || fact.Name == code || strings.HasSuffix(code, "."+fact.ID) {
			pos = fact.Pos()
		}
	})
	for _, m := range p.Form.Materials {
		if "material."+m.ID == code {
			pos = m.Pos()
		}
	}
	return pos
}

// ruleFacts declares the facts of the form, and a file fact a material.
func (p *Package) ruleFacts() []*rule.Fact {
	var out []*rule.Fact
	p.facts = map[string]*Fact{}
	for _, s := range p.Form.Sections {
		for _, f := range s.Facts {
			out = append(out, p.ruleFact(f))
			p.facts[f.ID] = f
			for _, c := range f.Columns {
				p.facts[f.ID+"."+c.ID] = c
			}
		}
	}
	for _, m := range p.Form.Materials {
		out = append(out, &rule.Fact{Code: "material." + m.ID, Name: "材料." + wordsOf(m.Name), LabelEN: m.LabelEN, Kind: rule.FileKind})
	}
	return out
}

// wordsOf leaves of a name what may stand in a rule: brackets and quotes go.
func wordsOf(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '.' {
			return r
		}
		return -1
	}, name)
}

func (p *Package) ruleFact(f *Fact) *rule.Fact {
	out := &rule.Fact{Code: f.ID, Name: f.Name, LabelEN: f.LabelEN, Kind: rule.Kind(f.Kind), Of: rule.Kind(f.Of),
		MaxItems: f.MaxItems, Closed: f.Complete == "always", Row: f.Row}
	if f.Years != nil {
		out.Years = [2]int{f.Years.From, f.Years.To}
	}
	out.Unit = p.unitOf(f)
	p.bounds(f, out)
	for _, o := range p.optionsOf(f) {
		out.Options = append(out.Options, rule.Option{Code: o.Code, Name: o.Name})
	}
	for _, c := range f.Columns {
		out.Columns = append(out.Columns, p.ruleFact(c))
	}
	return out
}

// unitOf is the unit or counter of a fact. A percentage needs none written.
func (p *Package) unitOf(f *Fact) *rule.Unit {
	word, key := f.Unit, "unit"
	if word == "" {
		word, key = f.Counter, "counter"
	}
	if word == "" && f.Kind == "percent" {
		word = "%"
	}
	if word == "" {
		return nil
	}
	u := rule.FindUnit(word)
	if u == nil {
		p.problems.add(Error, f.In(key), "fact.unit", word)
	}
	return u
}

// bounds reads min and max: 字 for text, a quantity or a day for numbers.
func (p *Package) bounds(f *Fact, out *rule.Fact) {
	text := f.Kind == "text" || f.Kind == "longtext"
	if text && f.Max != "" {
		q, ok := rule.ParseQuantity(f.Max, rule.FindUnit("字"))
		if !ok || q.Unit.Code != "chars" || q.N < 1 || q.N > 1_000_000 {
			p.problems.add(Error, f.In("max"), "fact.max_chars", f.Max)
			return
		}
		out.MaxChars = int(q.N)
		return
	}
	out.Min, out.Max = p.bound(f, out, "min", f.Min), p.bound(f, out, "max", f.Max)
}

func (p *Package) bound(f *Fact, out *rule.Fact, key, text string) *int64 {
	if text == "" {
		return nil
	}
	if out.Kind == rule.DateKind {
		day, ok := rule.ParseDay(text)
		if !ok {
			p.problems.add(Error, f.In(key), "yaml.date", text)
		}
		return &day
	}
	q, ok := rule.ParseQuantity(text, out.Unit)
	if dim := out.Dim(); !ok || q.Unit != nil && q.Unit.Dim != dim && dim != rule.YearDim {
		p.problems.add(Error, f.In(key), "fact.bound", text, f.Name)
	}
	return &q.N
}

// optionsOf are the options written out or taken from a shared vocabulary.
func (p *Package) optionsOf(f *Fact) []*Option {
	if f.OptionsFrom == "" {
		return f.Options
	}
	if len(f.Options) > 0 {
		p.problems.add(Error, f.In("options"), "fact.options_both", f.ID)
	}
	if t := p.Terms[strings.TrimPrefix(f.OptionsFrom, "terms/")]; t != nil {
		return t.Options
	}
	return nil
}

// ruleParams declares the parameters.
func (p *Package) ruleParams() []*rule.Param {
	var out []*rule.Param
	for _, q := range p.Call.Parameters {
		r := &rule.Param{Code: q.ID, Name: q.Name, LabelEN: q.LabelEN, Type: rule.ParamType(q.Type)}
		if !p.readParam(q, r) {
			p.problems.add(Error, q.In("value"), "parameter.value", q.Value.Text(), q.Name, string(q.Type))
			continue
		}
		out = append(out, r)
	}
	return out
}

// readParam reads the value of a parameter by its type.
func (p *Package) readParam(q *Parameter, r *rule.Param) bool {
	text := q.Value.Text()
	switch q.Type {
	case "date":
		day, ok := rule.ParseDay(text)
		r.From, r.To = day, day
		return ok
	case "years", "dates":
		w, ok := rule.ParseWindow(text)
		r.From, r.To = w.From, w.To
		return ok && w.Days == (q.Type == "dates")
	case "share", "quantity":
		n, ok := rule.ParseQuantity(text, nil)
		r.Type, r.Quantity = rule.QuantityParam, n
		return ok && (q.Type == "quantity" || n.Unit != nil && n.Unit.Dim == rule.ShareDim)
	case "places":
		return p.readPlaces(q, r)
	case "set":
		r.Codes = q.Value.Texts()
		p.checkSet(q)
		return len(r.Codes) > 0
	}
	return false
}

func (p *Package) readPlaces(q *Parameter, r *rule.Param) bool {
	for _, code := range q.Value.Texts() {
		n, ok := rule.ParsePlace(code)
		if !ok {
			return false
		}
		i := slices.IndexFunc(p.Call.Places, func(l *Place) bool { return l.Code == code })
		if i < 0 {
			p.problems.add(Error, q.In("value"), "parameter.place", code)
			continue
		}
		r.Places = append(r.Places, n)
		r.PlaceNames = append(r.PlaceNames, p.Call.Places[i].Name)
	}
	return len(q.Value.Texts()) > 0
}

// checkSet holds the codes of a set against the options of the fact it is of.
func (p *Package) checkSet(q *Parameter) {
	f := p.facts[q.Of]
	if f == nil {
		p.problems.add(Error, q.In("of"), "parameter.of", q.Of, q.Name)
		return
	}
	var codes []string
	for _, o := range p.optionsOf(f) {
		codes = append(codes, o.Code)
	}
	for _, c := range q.Value.Texts() {
		if slices.Contains(codes, c) {
			continue
		}
		if s := nearest.Word(c, codes); s != "" {
			p.problems.add(Error, q.In("value"), "parameter.option_near", c, q.Of, s)
		} else {
			p.problems.add(Error, q.In("value"), "parameter.option", c, q.Of)
		}
	}
}

// parseNeeds parses the conditions under which facts and materials are required,
// quotas count and stages are gone through.
func (p *Package) parseNeeds() {
	p.needs = map[string]rule.Node{}
	when := func(id, text string, at Pos) {
		if text == "" {
			return
		}
		node, f := p.Schema.Parse(text)
		if f != nil {
			p.problems.addFault(Error, func(int, int) Pos { return at }, f)
			return
		}
		p.needs[id] = node
	}
	p.eachFact(func(f *Fact) { when(f.ID, f.Required.When, f.In("required")) })
	for _, m := range p.Form.Materials {
		when("material."+m.ID, m.Required.When, m.In("required"))
	}
	for _, q := range p.Call.Quotas {
		when(quotaPrefix+q.ID, q.When, q.In("when"))
	}
	for _, s := range p.Call.Stages {
		when(stagePrefix+s.ID, s.When, s.In("when"))
	}
}

// compileRules parses every rule and compiles them together.
func (p *Package) compileRules() {
	var rules []rule.Rule
	ok := true
	p.eachRule(func(c *Clause, b *RuleBlock) {
		node, f := p.Schema.Parse(b.Require)
		if f != nil {
			p.problems.addFault(Error, func(line, col int) Pos { return b.textPos("require", line, col) }, f).under(c.Number)
			ok = false
			return
		}
		b.node = node
		rules = append(rules, p.ruleOf(c, b))
	})
	program, faults := rule.Compile(p.Schema, rules)
	if !ok {
		// The rules that can be read still run their cases, so that one
		// check finds as much as it can; the package itself stays refused.
		p.partial = program
		return
	}
	for _, f := range faults {
		p.problems.addFault(Error, func(int, int) Pos { return p.rulePos(f.Field) }, f)
	}
	if len(faults) == 0 {
		p.Program = program
	}
}

func (p *Package) ruleOf(c *Clause, b *RuleBlock) rule.Rule {
	m := b.Modality
	if m == "" {
		m = c.Modality
	}
	r := rule.Rule{ID: b.ID, Node: b.node, Modality: rule.Modality(m), Effect: rule.Effect(b.Effect), Route: b.Route,
		Label: b.Label, LabelEN: b.LabelEN, Evidence: b.Evidence, Note: b.Note}
	for _, n := range b.Carries() {
		r.Clauses = append(r.Clauses, p.clauseID(n))
	}
	return r
}

// clauseID is the full id of a clause: inventory and number.
func (p *Package) clauseID(number string) string { return p.Inventory + "-" + number }

// ClauseIDs are the full ids of clause numbers.
func (p *Package) ClauseIDs(numbers []string) []string {
	out := []string{}
	for _, n := range numbers {
		out = append(out, p.clauseID(n))
	}
	return out
}

// eachRule calls fn for every rule, in the order of the clauses.
func (p *Package) eachRule(fn func(*Clause, *RuleBlock)) {
	for _, c := range p.Clauses {
		for _, b := range c.Rules {
			fn(c, b)
		}
	}
}

// rulePos is the place of the rule with the given id; of several, the last.
func (p *Package) rulePos(id string) Pos {
	pos := Pos{File: p.ID + "/rules.md"}
	p.eachRule(func(_ *Clause, b *RuleBlock) {
		if b.ID == id {
			pos = b.Pos()
		}
	})
	return pos
}
