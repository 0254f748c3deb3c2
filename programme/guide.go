package programme

import (
	"path"
	"reflect"
	"slices"
	"strings"
)

// inherit gives a member of a guide what the guide's own files hold for it.
// An entry of the member takes the place of the guide's entry with its id.
func (p *Package) inherit(g *Package) {
	p.guide = g
	p.problems = append(slices.Clone(g.problems), p.problems...)
	for _, f := range []struct{ own, common any }{{p.Call, g.Call}, {p.Form, g.Form}, {p.Review, g.Review},
		{p.After, g.After}, {p.Tables, g.Tables}} {
		overlay(reflect.ValueOf(f.own).Elem(), reflect.ValueOf(f.common).Elem(), p.member())
	}
	for name, text := range g.files {
		p.files[path.Join("..", name)] = text
	}
	for _, c := range g.Clauses {
		if i := p.clauseAt(c.Number); i < 0 {
			if c := c.forMember(p.member()); c != nil {
				p.Clauses = append(p.Clauses, c)
			}
		}
	}
	slices.SortStableFunc(p.Clauses, func(a, b *Clause) int { return strings.Compare(a.Number, b.Number) })
	for _, c := range g.Cases { // to start from; the guide's cases are its members'
		p.Cases = append(p.Cases, &CaseFile{At: c.At, Base: c.Base, BaseFrom: c.BaseFrom, Registers: c.Registers,
			Name: "../" + c.Name, path: c.path})
	}
}

// member is the package's id inside its guide.
func (p *Package) member() string { return path.Base(p.ID) }

func (p *Package) clauseAt(number string) int {
	return slices.IndexFunc(p.Clauses, func(c *Clause) bool { return c.Number == number })
}

// owns reports whether an entry is the package's own: what a member inherits,
// others may use.
func (p *Package) owns(a At) bool { return p.guide == nil || strings.HasPrefix(a.pos.File, p.ID+"/") }

// isFor reports whether an entry of a guide is for the member.
func (a At) isFor(member string) bool { return len(a.For) == 0 || slices.Contains(a.For, member) }

// forMember copies a guide's clause with the blocks that are for the member. A
// clause all of whose blocks are for others gives nil. Blocks are copied: each
// member compiles its own.
func (c *Clause) forMember(member string) *Clause {
	out := *c
	out.inherited = true
	out.Rules, out.Judges, out.Notes = nil, nil, nil
	for _, b := range c.Rules {
		if b.isFor(member) {
			b := *b
			b.clause = &out
			out.Rules = append(out.Rules, &b)
		}
	}
	for _, b := range c.Judges {
		if b.isFor(member) {
			b := *b
			b.clause = &out
			out.Judges = append(out.Judges, &b)
		}
	}
	for _, b := range c.Notes {
		if b.isFor(member) {
			b := *b
			b.clause = &out
			out.Notes = append(out.Notes, &b)
		}
	}
	if len(c.Rules)+len(c.Judges)+len(c.Notes) > 0 && len(out.Rules)+len(out.Judges)+len(out.Notes) == 0 {
		return nil
	}
	return &out
}

// overlay gives dst what src holds for the member and dst does not say itself.
func overlay(dst, src reflect.Value, member string) {
	for _, f := range fields(dst.Type()) {
		d, s := dst.Field(f.index), src.Field(f.index)
		if d.Kind() == reflect.Slice && d.Type().Elem().Kind() == reflect.Pointer {
			d.Set(lists(d, s, member))
			continue
		}
		if empty(d) {
			d.Set(s)
		}
	}
}

// empty reports whether a value was left out of its file.
func empty(v reflect.Value) bool {
	if v.Kind() == reflect.Struct {
		at, ok := v.FieldByName("At").Interface().(At)
		return ok && at.pos.File == ""
	}
	return v.IsZero()
}

// lists joins the guide's entries for the member with the member's own.
func lists(own, common reflect.Value, member string) reflect.Value {
	out := reflect.MakeSlice(own.Type(), 0, own.Len()+common.Len())
	taken := map[string]reflect.Value{}
	for i := range own.Len() {
		taken[idOf(own.Index(i))] = own.Index(i)
	}
	for i := range common.Len() {
		e := common.Index(i)
		mine, replaced := taken[idOf(e)]
		section, isSection := e.Interface().(*Section)
		switch {
		case !e.Elem().FieldByName("At").Interface().(At).isFor(member):
		case isSection:
			s := *section
			var facts []*Fact
			if replaced {
				facts = mine.Interface().(*Section).Facts
			}
			s.Facts = lists(reflect.ValueOf(facts), reflect.ValueOf(section.Facts), member).Interface().([]*Fact)
			out = reflect.Append(out, reflect.ValueOf(&s))
		case !replaced:
			out = reflect.Append(out, e)
		}
	}
	for i := range own.Len() {
		if _, isSection := own.Index(i).Interface().(*Section); isSection && has(common, idOf(own.Index(i))) {
			continue // joined into the guide's section above
		}
		out = reflect.Append(out, own.Index(i))
	}
	return out
}

func has(list reflect.Value, id string) bool {
	for i := range list.Len() {
		if idOf(list.Index(i)) == id {
			return true
		}
	}
	return false
}

// idOf is the id of an entry; an entry without one stands for itself.
func idOf(entry reflect.Value) string {
	if f := entry.Elem().FieldByName("ID"); f.IsValid() {
		return f.String()
	}
	return entry.Elem().FieldByName("At").Interface().(At).pos.Path
}

// Sizes are how much a package holds; of a guide, itself and its members.
type Sizes struct{ Clauses, Rules, Cases int }

// Sizes counts clauses, rules and cases, each once.
func (p *Package) Sizes() Sizes {
	s := Sizes{Clauses: len(p.Coverage())}
	for _, m := range append([]*Package{p}, p.Members...) {
		m.eachRule(func(c *Clause, _ *RuleBlock) {
			if !c.inherited || m == p {
				s.Rules++
			}
		})
		for _, f := range m.Cases {
			s.Cases += len(f.Cases)
		}
	}
	return s
}

// checkGuide checks a guide: its members, and what holds of them together.
func (p *Package) checkGuide() Problems {
	var ps Problems
	at := map[string]Pos{}
	c := &checker{Package: p, problems: &ps}
	c.index()
	c.members()
	for _, m := range append([]*Package{p}, p.Members...) {
		for _, cl := range m.Clauses {
			if cl.inherited {
				continue
			}
			if first, twice := at[cl.Number]; twice {
				c.bad(cl.pos, "rules.twice", cl.Number, first.File).under(cl.Number)
			}
			at[cl.Number] = cl.pos
		}
	}
	for _, e := range p.Coverage() {
		if len(e.Carriers) == 0 {
			n := strings.TrimPrefix(e.Clause, p.Inventory+"-")
			c.bad(at[n], "clause.carrier", n).under(n)
		}
	}
	for _, m := range p.Members {
		ps = append(ps, m.Check()...)
	}
	return ps.distinct()
}

// members checks that the entries of a guide name members that exist.
func (c *checker) members() {
	var known []string
	for _, m := range c.IndexEntry.Members {
		known = append(known, m.ID)
	}
	check := func(at At) {
		for _, m := range at.For {
			if !slices.Contains(known, m) {
				c.unknown(at.In("for"), "guide.member", m, known)
			}
		}
	}
	for _, f := range c.fileRoots() {
		eachEntry(reflect.ValueOf(f.root), "", func(_ string, e entry) { check(e.at) })
	}
	for _, cl := range c.Package.Clauses {
		for _, b := range cl.Rules {
			check(b.At)
		}
		for _, b := range cl.Judges {
			check(b.At)
		}
		for _, b := range cl.Notes {
			check(b.At)
		}
	}
}

// guideCoverage lists the clauses of the guide and of its members, each once.
// What a member carries by itself has the member's id before its own.
func (p *Package) guideCoverage() []Coverage {
	common := p.carriers()
	byNumber := map[string]*Coverage{}
	add := func(m *Package, cl *Clause) {
		if cl.inherited || byNumber[cl.Number] != nil {
			return
		}
		byNumber[cl.Number] = &Coverage{m.clauseID(cl.Number), cl.Locator, cl.Kind, cl.Modality, slices.Clone(common[cl.Number])}
	}
	for _, cl := range p.Clauses {
		add(p, cl)
	}
	for _, m := range p.Members {
		for _, cl := range m.Clauses {
			add(m, cl)
		}
	}
	for _, m := range p.Members {
		for n, carriers := range m.carriers() {
			for _, k := range carriers {
				if e := byNumber[n]; e != nil && !slices.Contains(common[n], k) {
					k.ID = m.member() + "/" + k.ID
					e.Carriers = append(e.Carriers, k)
				}
			}
		}
	}
	out := []Coverage{}
	for _, n := range sortedKeys(byNumber) {
		e := byNumber[n]
		if e.Carriers == nil {
			e.Carriers = []Carrier{}
		}
		out = append(out, *e)
	}
	return out
}

// guideClaims joins the claims of the guide and its members, each figure once.
func (p *Package) guideClaims() []Claim {
	var out []Claim
	at := map[string]int{}
	for _, m := range append([]*Package{p}, p.Members...) {
		for _, c := range m.claims() {
			key := c.Clause + "\x00" + c.File + "\x00" + strings.Join(c.Locators, "、") + "\x00" + number(c.Line)
			i, ok := at[key]
			if !ok {
				at[key] = len(out)
				out = append(out, c)
				continue
			}
			for _, f := range c.Figures {
				if !slices.Contains(out[i].Figures, f) {
					out[i].Figures = append(out[i].Figures, f)
				}
			}
		}
	}
	return out
}
