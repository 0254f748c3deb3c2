package programme

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/nearest"
	"shenbao/rule"
)

// Check finds everything that does not hold: in the package, which are errors
// and warnings, and in the official text itself, which are contradictions and
// remarks. The grave ones come first.
func (p *Package) Check() Problems {
	if len(p.Members) > 0 {
		return p.checkGuide()
	}
	ps := slices.Clone(p.problems)
	c := &checker{Package: p, problems: &ps}
	c.index()
	c.entries()
	c.clauses()
	c.references()
	c.stages()
	c.materials()
	c.tables()
	c.parameters()
	c.openPoints()
	c.mode()
	c.ledger()
	c.noise()
	c.lint()
	for _, r := range p.RunCases() {
		ps = append(ps, r.Failures...)
	}
	for _, q := range ps {
		if q.File == "" {
			q.File = p.ID // of a file that could not be read
		}
	}
	ps.sort()
	return ps
}

// checker holds one package against FORMAT.md.
type checker struct {
	*Package
	problems *Problems
}

func (c *checker) bad(pos Pos, key string, args ...any) *Problem {
	return c.problems.add(Error, pos, key, args...)
}

func (c *checker) warn(pos Pos, key string, args ...any) *Problem {
	return c.problems.add(Warning, pos, key, args...)
}

// index checks the package's line in index.yaml, and its time zone.
func (c *checker) index() {
	e := c.IndexEntry
	if _, ok := rule.ParsePlace(e.Region); !ok {
		c.bad(e.In("region"), "index.region", e.Region)
	}
	if !clauseNumber.MatchString(e.Inventory) {
		c.bad(e.In("inventory"), "index.inventory", e.Inventory)
	}
	if e.Status == "verified" && e.VerifiedOn == nil {
		c.bad(e.Pos(), "index.verified")
	}
	if z := c.Call.TimeZone; z != "" && z != zone.String() {
		c.bad(c.Call.In("time_zone"), "call.zone", z)
	}
}

var idPattern = regexp.MustCompile(`^[a-z0-9_.-]+$`)

// entry is what checks ask of any entry of any file.
type entry struct {
	at      At
	id      string
	clauses []string
}

// eachEntry calls fn for every entry under v, with the list it stands in.
func eachEntry(v reflect.Value, list string, fn func(list string, e entry)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			eachEntry(v.Elem(), list, fn)
		}
	case reflect.Slice:
		for i := range v.Len() {
			eachEntry(v.Index(i), list, fn)
		}
	case reflect.Struct:
		at := v.FieldByName("At")
		if !at.IsValid() {
			return
		}
		e := entry{at: at.Interface().(At)}
		if f := v.FieldByName("ID"); f.IsValid() {
			e.id = f.String()
		}
		if f := v.FieldByName("Clauses"); f.IsValid() {
			e.clauses, _ = f.Interface().([]string)
		}
		fn(list, e)
		for _, f := range fields(v.Type()) {
			eachEntry(v.Field(f.index), join(e.at.pos.Path, f.name), fn)
		}
	}
}

// files are the roots of the YAML files, by the name that paths begin with.
func (p *Package) fileRoots() []struct {
	name string
	root any
} {
	return []struct {
		name string
		root any
	}{{"call", p.Call}, {"form", p.Form}, {"review", p.Review}, {"after", p.After}, {"tables", p.Tables}, {"ledger", p.Ledger}}
}

// entries checks what holds of all entries alike: ids are well formed and
// unique in their list, and every clause they name exists.
func (c *checker) entries() {
	for _, f := range c.fileRoots() {
		seen := map[string]bool{}
		eachEntry(reflect.ValueOf(f.root), "", func(list string, e entry) {
			c.clausesExist(e.at, e.clauses)
			if e.id == "" || list == "source.parts" {
				return
			}
			if !idPattern.MatchString(e.id) {
				c.bad(e.at.In("id"), "id.form", e.id)
			}
			key := e.at.pos.File + "\x00" + list + "\x00" + e.id
			if seen[key] {
				c.bad(e.at.In("id"), "id.twice", e.id)
			}
			seen[key] = true
		})
	}
	seen := map[string]bool{}
	for _, cl := range c.Package.Clauses {
		for _, b := range cl.Judges {
			c.clausesExist(b.At, b.Clauses)
			if seen[b.ID] {
				c.bad(b.In("id"), "id.twice", b.ID).under(cl.Number)
			}
			seen[b.ID] = true
		}
		for _, b := range cl.Rules {
			c.clausesExist(b.At, b.Clauses)
			if !idPattern.MatchString(b.ID) {
				c.bad(b.In("id"), "id.form", b.ID).under(cl.Number)
			}
		}
	}
}

func (c *checker) clausesExist(at At, clauses []string) {
	for _, n := range clauses {
		if c.clause(n) == nil {
			c.bad(at.In("clauses"), "clause.missing", n)
		}
	}
}

// clause returns the clause with the given number, or nil.
func (p *Package) clause(number string) *Clause {
	i, ok := slices.BinarySearchFunc(p.Clauses, number, func(c *Clause, n string) int { return strings.Compare(c.Number, n) })
	if !ok {
		return nil
	}
	return p.Clauses[i]
}

// clauses checks that numbers run without a gap, that locators name known parts
// of the source, and that something carries every clause.
func (c *checker) clauses() {
	carried := c.carriers()
	next := 1
	for _, cl := range c.Package.Clauses {
		n, _ := strconv.Atoi(cl.Number)
		if n > next && c.guide == nil {
			c.warn(cl.pos, "clause.gap", number(next), number(n-1)).under(cl.Number)
		}
		next = n + 1
		if len(carried[cl.Number]) == 0 && c.guide == nil {
			c.bad(cl.pos, "clause.carrier", cl.Number).under(cl.Number)
		}
		for _, l := range cl.Locators() {
			c.locator(cl, l)
		}
	}
}

func number(n int) string {
	s := strconv.Itoa(n)
	return strings.Repeat("0", max(0, 3-len(s))) + s
}

// mainPart matches the beginning of a locator in the main text.
var mainPart = regexp.MustCompile(`^([题称序尾]|[一二三四五六七八九十百]+|[0-9]+)$`)

func (c *checker) locator(cl *Clause, l string) {
	first, _, _ := strings.Cut(l, ".")
	first, _, _ = strings.Cut(first, "·")
	if mainPart.MatchString(first) {
		return
	}
	var parts []string
	for _, p := range c.Call.Source.Parts {
		if p.ID == first {
			return
		}
		parts = append(parts, p.ID)
	}
	c.bad(cl.pos, "clause.part", l, first, strings.Join(parts, "、")).under(cl.Number)
}

// references checks what rules, questions, notes and facts point to.
func (c *checker) references() {
	for _, cl := range c.Package.Clauses {
		for _, b := range cl.Rules {
			c.evidence(b.At, b.Evidence)
			c.ruleMeaning(cl, b)
		}
		for _, b := range cl.Judges {
			c.evidence(b.At, b.Evidence)
			c.room(b.At, b.Room)
			if ids := c.stageIDs(); !slices.Contains(ids, b.Stage) {
				c.unknown(b.In("stage"), "stage.missing", b.Stage, ids).under(cl.Number)
			}
		}
		for _, b := range cl.Notes {
			if b.Shows != "" && !c.resolves(b.Shows) {
				c.bad(b.In("shows"), "note.shows", b.Shows).under(cl.Number)
			}
		}
	}
	c.eachFact(func(f *Fact) {
		c.evidence(f.At, f.Evidence)
		if id, ok := strings.CutPrefix(f.From, "register."); ok {
			c.register(f, id)
		} else if f.From != "" && f.From != "none" && !strings.HasPrefix(f.From, "profile.") {
			c.bad(f.In("from"), "fact.from", f.From)
		}
	})
}

// unknown reports a name that is not there, with the nearest one that is.
func (c *checker) unknown(pos Pos, key, name string, known []string) *Problem {
	if s := nearest.Word(name, known); s != "" {
		return c.bad(pos, key+"_near", name, s)
	}
	return c.bad(pos, key, name, strings.Join(known, ", "))
}

func (c *checker) evidence(at At, ids []string) {
	var known []string
	for _, m := range c.Form.Materials {
		known = append(known, m.ID)
	}
	for _, id := range ids {
		if !slices.Contains(known, id) {
			c.unknown(at.In("evidence"), "material.missing", id, known)
		}
	}
}

func (c *checker) room(at At, room string) {
	if !slices.Contains(allRooms, room) {
		c.unknown(at.In("room"), "room.missing", room, allRooms)
	}
}

func (c *checker) register(f *Fact, id string) {
	var known []string
	if t := c.Terms["registers"]; t != nil {
		for _, r := range t.Registers {
			known = append(known, r.ID)
		}
	}
	if !slices.Contains(known, id) {
		c.unknown(f.In("from"), "register.missing", id, known)
	}
}

// stageIDs are the stages of the call and the steps of the review.
func (c *checker) stageIDs() []string {
	var ids []string
	for _, s := range c.Call.Stages {
		ids = append(ids, s.ID)
	}
	for _, s := range c.Review.Steps {
		ids = append(ids, s.ID)
	}
	return ids
}

// ruleMeaning checks that effect, modality and route fit each other.
func (c *checker) ruleMeaning(cl *Clause, b *RuleBlock) {
	m := b.Modality
	if m == "" {
		m = cl.Modality
	}
	switch {
	case b.Effect == "route" && b.Route == "":
		c.bad(b.Pos(), "rule.no_route", b.ID).under(cl.Number)
	case b.Effect != "route" && b.Route != "":
		c.bad(b.In("route"), "rule.stray_route", b.ID, b.Effect).under(cl.Number)
	case (b.Effect == "refuse" || b.Effect == "veto") && m != "must":
		c.warn(b.In("effect"), "rule.soft_refusal", b.ID, b.Effect, m.Name()).under(cl.Number)
	case b.Effect == "advantage" && m == "must":
		c.warn(b.In("effect"), "rule.hard_advantage", b.ID).under(cl.Number)
	}
	if b.Route == "" {
		return
	}
	var tracks []string
	for _, t := range c.Call.Tracks {
		tracks = append(tracks, t.ID)
	}
	if !slices.Contains(tracks, b.Route) {
		c.unknown(b.In("route"), "track.missing", b.Route, tracks).under(cl.Number)
	}
}

// stages checks what stages point to, and that their order has no circle.
func (c *checker) stages() {
	ids := c.stageIDs()
	steps := map[string]bool{}
	for _, s := range c.Review.Steps {
		steps[s.ID] = true
		c.room(s.At, s.Room)
	}
	after := map[string][]string{}
	for _, s := range c.Call.Stages {
		if steps[s.ID] {
			c.bad(s.In("id"), "id.twice", s.ID)
		}
		if s.Room != "" {
			c.room(s.At, s.Room)
		}
		for _, a := range s.After {
			if !slices.Contains(ids, a) {
				c.unknown(s.In("after"), "stage.missing", a, ids)
			}
		}
		after[s.ID] = s.After
	}
	for _, s := range c.Call.Stages {
		if reaches(after, s.ID, s.ID, map[string]bool{}) {
			c.bad(s.In("after"), "stage.circle", s.ID)
		}
	}
}

// reaches reports whether to comes up on the way back from a stage.
func reaches(after map[string][]string, from, to string, seen map[string]bool) bool {
	for _, a := range after[from] {
		if a == to {
			return true
		}
		if !seen[a] {
			seen[a] = true
			if reaches(after, a, to, seen) {
				return true
			}
		}
	}
	return false
}

// noise checks the patterns of lines that are not the text's own.
func (c *checker) noise() {
	for _, n := range c.Call.Source.Noise {
		if _, err := regexp.Compile(n); err != nil {
			c.bad(c.Call.Source.In("noise"), "source.noise", n)
		}
	}
}

// clauseOf picks of an entry's clauses the first of the given kind, or the first.
func (p *Package) clauseOf(clauses []string, kind ClauseKind) string {
	for _, n := range clauses {
		if c := p.clause(n); c != nil && c.Kind == kind {
			return n
		}
	}
	if len(clauses) == 0 {
		return ""
	}
	return clauses[0]
}

// usedBy lists the facts that rules and conditions read.
func (p *Package) usedBy() map[*rule.Fact]bool {
	used := map[*rule.Fact]bool{}
	add := func(n rule.Node) {
		if n == nil {
			return
		}
		for _, f := range rule.FactsUsed(n) {
			used[f] = true
		}
	}
	p.eachRule(func(_ *Clause, b *RuleBlock) { add(b.node) })
	for _, n := range p.needs {
		add(n)
	}
	return used
}
