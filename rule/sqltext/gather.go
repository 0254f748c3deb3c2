package sqltext

import (
	"fmt"
	"strconv"

	"shenbao/rule"
)

// gather is what rules ask of the rows of a list. It becomes one grouped table
// that is joined to the units, so that a list is read once for all rules.
type gather struct {
	fact     *rule.Fact
	alias    string
	complete expr // no further rows exist; not true when the list is not known

	conds []expr // row conditions
	cells []expr // columns added up
	sums  []expr // what is asked of the groups, beside the counts
	key   map[string]int
}

// gather returns what is asked of a list.
func (e *emitter) gather(f *rule.Fact) *gather {
	for _, g := range e.lists {
		if g.fact == f {
			return g
		}
	}
	g := &gather{fact: f, alias: "l" + strconv.Itoa(len(e.lists)+1), key: map[string]int{}}
	g.complete = e.column(f, completePart)
	if f.Closed {
		g.complete = say("@ IS NOT NULL", g.complete)
	}
	if e.namer.of[slot{f, rowsPart}] == "" {
		e.refuse("name", f.Path())
	}
	e.lists = append(e.lists, g)
	return g
}

// at returns the place of a thing in a slice, and adds it when it is new.
func (g *gather) at(of *[]expr, key string, x expr) int {
	if i, ok := g.key[key]; ok {
		return i
	}
	*of = append(*of, x)
	g.key[key] = len(*of)
	return len(*of)
}

// counts are the rows of a unit that meet a condition, and those of which it is
// not known.
type counts struct{ met, unknown expr }

// condition asks for a row condition and returns its number, 0 for none.
func (e *emitter) condition(g *gather, where rule.Node) int {
	if where == nil {
		return 0
	}
	if e.row != nil {
		e.cannot(where)
		return 0
	}
	e.row = g
	x := e.node(where)
	e.row = nil
	return g.at(&g.conds, "where "+string(rule.Canonical(where)), x)
}

// rows is how many rows the unit has.
func (g *gather) rows() expr { return g.column("n", 0) }

// column is a count or sum of the unit's rows. A unit without rows has none.
func (g *gather) column(name string, i int) expr {
	if i > 0 {
		name += strconv.Itoa(i)
	}
	return expr{sql: "COALESCE(" + g.alias + "." + name + ", 0)"}
}

func (g *gather) counts(cond int) counts {
	if cond == 0 {
		return counts{g.rows(), expr{}}
	}
	return counts{g.column("t", cond), g.column("u", cond)}
}

// sure is that no further row, and none whose condition is unknown, may count.
func (g *gather) sure(c counts) expr {
	if c.unknown.sql == "" {
		return g.complete
	}
	return say("(@ = 0 AND @)", c.unknown, g.complete)
}

func (e *emitter) exists(n *rule.Exists) expr {
	g := e.gather(n.List)
	c := g.counts(e.condition(g, n.Where))
	return say("CASE WHEN @ > 0 THEN TRUE WHEN @ THEN FALSE END", c.met, g.sure(c))
}

// every is decided by an unmet row: one that is neither met nor unknown.
func (e *emitter) every(n *rule.Every) expr {
	g := e.gather(n.List)
	c := g.counts(e.condition(g, n.Where))
	return say("CASE WHEN @ > @ + @ THEN FALSE WHEN @ THEN TRUE END", g.rows(), c.met, c.unknown, g.sure(c))
}

// count is how many rows meet a condition: from those that do to those that may,
// without end when there may be more.
func (e *emitter) count(o *rule.Agg) number {
	g := e.gather(o.Of)
	c := g.counts(e.condition(g, o.Where))
	all := c.met
	if c.unknown.sql != "" {
		all = say("@ + @", c.met, c.unknown)
	}
	return number{lo: c.met, hi: say("CASE WHEN @ THEN @ END", g.complete, all), interval: true, size: int64(o.Of.MaxItems)}
}

// fold is the sum, greatest or least value of a column of the rows that meet a
// condition: known when the list, the conditions and the values are.
func (e *emitter) fold(o *rule.Agg) number {
	owner := e.namer.owner[o.Of]
	g := e.gather(owner)
	cond := e.condition(g, o.Where)
	e.row = g
	cell := e.column(o.Of, "")
	e.row = nil
	v := g.at(&g.cells, "cell "+o.Of.Code, cell)
	c := g.counts(cond)
	key := fmt.Sprintf("%s %d %d", o.Fn, v, cond)
	value := g.column("s", g.at(&g.sums, key, total(o.Fn, v, cond)))
	known := g.column("s", g.at(&g.sums, "count"+key[3:], total("count", v, cond)))
	x := number{size: most}
	if o.Fn == "sum" {
		x.size *= int64(owner.MaxItems)
	} else {
		x.none = say("(@ = 0 AND @)", c.met, g.sure(c))
	}
	x.lo = say("CASE WHEN @ = @ AND @ THEN @ END", known, c.met, g.sure(c), value)
	x.hi = x.lo
	return x
}

// total is a sum, greatest, least or count of the known values of a column.
func total(fn string, cell, cond int) expr {
	x := fmt.Sprintf("%s(c.v%d)", map[string]string{"sum": "SUM", "max": "MAX", "min": "MIN", "count": "COUNT"}[fn], cell)
	if cond > 0 {
		x += fmt.Sprintf(" FILTER (WHERE c.p%d)", cond)
	}
	return expr{sql: "CAST(" + x + " AS BIGINT)"}
}

// joined writes the grouped table of a list. Rows of a list that is not known
// are passed over.
func (e *emitter) joined(g *gather) expr {
	inner := []expr{{sql: "r." + quote(unitName)}}
	outer := []expr{{sql: "c." + quote(unitName)}, {sql: "COUNT(*) AS n"}}
	for i, x := range g.conds {
		inner = append(inner, say(fmt.Sprintf("@ AS p%d", i+1), x))
		outer = append(outer, expr{sql: fmt.Sprintf("COUNT(*) FILTER (WHERE c.p%d) AS t%d", i+1, i+1)},
			expr{sql: fmt.Sprintf("COUNT(*) - COUNT(c.p%d) AS u%d", i+1, i+1)})
	}
	for i, x := range g.cells {
		inner = append(inner, say(fmt.Sprintf("@ AS v%d", i+1), x))
	}
	for i, x := range g.sums {
		outer = append(outer, say(fmt.Sprintf("@ AS s%d", i+1), x))
	}
	rows, known := e.namer.of[slot{g.fact, rowsPart}], e.namer.of[slot{g.fact, completePart}]
	return say(fmt.Sprintf("LEFT JOIN (\n  SELECT @\n  FROM (SELECT @ FROM %s AS r) AS c\n  GROUP BY c.%s\n) AS %s ON %s.%s = u.%s AND u.%s IS NOT NULL",
		quote(rows), quote(unitName), g.alias, g.alias, quote(unitName), quote(unitName), quote(known)), list(outer, ", "), list(inner, ", "))
}
