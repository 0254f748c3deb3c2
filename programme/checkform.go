package programme

import (
	"reflect"
	"regexp"
	"slices"
	"strings"

	"shenbao/rule"
)

// materials checks the stage, room and file name of every material.
func (c *checker) materials() {
	ids := c.stageIDs()
	for _, m := range c.Form.Materials {
		if !slices.Contains(ids, m.Stage) {
			c.unknown(m.In("stage"), "stage.missing", m.Stage, ids)
		}
		c.room(m.At, m.Room)
		c.fileName(m.At, m.FileName)
	}
	for _, q := range c.Call.Quotas {
		c.room(q.At, q.Room)
		c.quota(q)
	}
	for _, d := range c.After.Duties {
		c.room(d.At, d.Room)
	}
	for _, k := range c.Review.Criteria {
		if k.Step != "" && !slices.Contains(ids, k.Step) {
			c.unknown(k.In("step"), "stage.missing", k.Step, ids)
		}
	}
}

// quota checks whom a quota is for: somebody whom the platform knows, or the
// value of a fact.
func (c *checker) quota(q *Quota) {
	if !slices.Contains(QuotaPer, q.Per) && !c.known(q.Per) {
		c.unknown(q.In("per"), "quota.per", q.Per, QuotaPer)
	}
	if q.Fact != "" && c.Schema != nil && c.Schema.Fact(q.Fact) == nil {
		c.unknown(q.In("fact"), "fact.missing", q.Fact, c.factCodes())
	}
	if q.Letter && (q.Room != "recommend" || !slices.Contains([]string{"province", "city", "district"}, q.Per)) {
		c.bad(q.In("letter"), "quota.letter", q.Name) // letters go with recommendations, and are of places
	}
}

var braces = regexp.MustCompile(`\{([^{}]*)\}`)

// fileName checks that what stands in braces is a fact, or the recommender.
func (c *checker) fileName(at At, name string) {
	for _, m := range braces.FindAllStringSubmatch(name, -1) {
		if !c.known(m[1]) {
			c.unknown(at.In("file_name"), "fact.missing", m[1], c.factCodes())
		}
	}
	if rest := braces.ReplaceAllString(name, ""); strings.ContainsAny(rest, "{}") {
		c.bad(at.In("file_name"), "file_name.brace", name)
	}
}

// known reports whether a table column or file name may be taken from word: a
// fact, or what recommendation knows.
func (c *checker) known(word string) bool {
	switch word {
	case "recommender", "recommend.rank", "recommend.recommender", "recommend.place":
		return true
	}
	return c.Schema == nil || c.Schema.Fact(word) != nil
}

func (c *checker) factCodes() []string {
	codes := []string{"recommender", "recommend.rank"}
	for code := range c.facts {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// tables checks columns, limits and stages of the official tables.
func (c *checker) tables() {
	ids := c.stageIDs()
	for _, t := range c.Tables.Tables {
		c.room(t.At, t.Room)
		c.fileName(t.At, t.FileName)
		for _, s := range t.Stage {
			if !slices.Contains(ids, s) {
				c.unknown(t.In("stage"), "stage.missing", s, ids)
			}
		}
		if t.Order != "" && !c.known(t.Order) {
			c.unknown(t.In("order"), "fact.missing", t.Order, c.factCodes())
		}
		columns := map[string]*Column{}
		var names []string
		for _, col := range t.Columns {
			columns[col.ID] = col
			names = append(names, col.ID)
			if !c.known(col.From) {
				c.unknown(col.In("from"), "fact.missing", col.From, c.factCodes())
			}
			if col.Level != "" && !slices.Contains(placeLevels, col.Level) {
				c.unknown(col.In("level"), "table.level", col.Level, placeLevels)
			}
		}
		for _, l := range t.Limits {
			col := columns[l.Column]
			if col == nil {
				c.unknown(l.In("column"), "table.column", l.Column, names)
				continue
			}
			c.limit(l, col)
		}
	}
}

// limit holds the limit of a column against that of the fact it is taken from.
func (c *checker) limit(l *Limit, col *Column) {
	q, ok := rule.ParseQuantity(l.Max, rule.FindUnit("字"))
	if !ok || q.Unit.Code != "chars" {
		c.bad(l.In("max"), "fact.max_chars", l.Max)
		return
	}
	if c.Schema == nil {
		return
	}
	if f := c.Schema.Fact(col.From); f != nil && f.MaxChars > 0 && int64(f.MaxChars) < q.N {
		c.warn(l.In("max"), "table.limit", l.Max, f.Name, f.MaxChars).under(l.Clauses...)
	}
}

// parameters checks that a recorded choice holds the value that was chosen, and
// that something uses the parameter.
func (c *checker) parameters() {
	used := map[string]bool{}
	c.eachRule(func(_ *Clause, b *RuleBlock) {
		if b.node != nil {
			for _, q := range rule.ParamsUsed(b.node) {
				used[q.Code] = true
			}
		}
	})
	for _, n := range c.needs {
		for _, q := range rule.ParamsUsed(n) {
			used[q.Code] = true
		}
	}
	if k := c.Call.Ranking; k != nil {
		for _, x := range k.Index {
			used[x.Over] = true
		}
	}
	for _, q := range c.Call.Parameters {
		if q.Choice != nil && !slices.ContainsFunc(q.Choice.Options, func(o Raw) bool { return o.Text() == q.Value.Text() }) {
			c.warn(q.Choice.In("options"), "parameter.choice", q.Value.Text(), q.Name)
		}
		if c.Program != nil && !used[q.ID] && c.owns(q.At) {
			c.problems.add(Info, q.Pos(), "parameter.unused", q.Name).under(q.Clauses...)
		}
	}
}

// openPoints checks that what review.yaml and after.yaml call open exists.
func (c *checker) openPoints() {
	for _, o := range c.Review.Open {
		if !c.resolves("review." + o) {
			c.bad(c.Review.In("open"), "open.missing", o)
		}
	}
	for _, o := range c.After.Open {
		if !c.resolves("after." + o) {
			c.bad(c.After.In("open"), "open.missing", o)
		}
	}
}

// resolves reports whether a path like call.contacts.city leads to something.
func (p *Package) resolves(path string) bool {
	file, rest, _ := strings.Cut(path, ".")
	if after, ok := strings.CutPrefix(path, "form.facts"); ok {
		return p.resolvesFact(strings.TrimPrefix(after, "."))
	}
	for _, f := range p.fileRoots() {
		if f.name == file {
			return rest == "" || leadsTo(reflect.ValueOf(f.root), rest)
		}
	}
	return false
}

// resolvesFact finds a fact by its code, or one of its options.
func (p *Package) resolvesFact(code string) bool {
	if code == "" || p.facts[code] != nil {
		return true
	}
	i := strings.LastIndex(code, ".")
	if i < 0 || p.facts[code[:i]] == nil {
		return false
	}
	return slices.ContainsFunc(p.facts[code[:i]].Options, func(o *Option) bool { return o.Code == code[i+1:] })
}

// leadsTo follows a path of keys and ids. Ids may hold dots, so a list tries
// every entry whose id the path begins with.
func leadsTo(v reflect.Value, path string) bool {
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return path == ""
		}
		v = v.Elem()
	}
	if path == "" {
		return true
	}
	switch v.Kind() {
	case reflect.Struct:
		key, rest, _ := strings.Cut(path, ".")
		f := find(fields(v.Type()), key)
		return f != nil && leadsTo(v.Field(f.index), rest)
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Pointer && find(fields(v.Type().Elem().Elem()), path) != nil {
			return true // criteria.weight: a key of every entry
		}
		for i := range v.Len() {
			id := reflect.Indirect(v.Index(i)).FieldByName("ID")
			if !id.IsValid() {
				continue
			}
			if rest, ok := strings.CutPrefix(path, id.String()); ok && (rest == "" || rest[0] == '.') &&
				leadsTo(v.Index(i), strings.TrimPrefix(rest, ".")) {
				return true
			}
		}
	}
	return false
}
