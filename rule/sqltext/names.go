package sqltext

import (
	"regexp"
	"strconv"
	"strings"

	"shenbao/rule"
)

// The parts of a fact that have a column of their own.
const (
	charsPart    = "chars"    // 字 of a text
	completePart = "complete" // of a list: true complete, false there may be more, NULL not known
	rowsPart     = "rows"     // of a list: the table of its rows
)

// The columns that every table, and every table of rows, begins with.
const (
	unitName = "unit"
	rowName  = "n"
)

// slot is a part of a fact.
type slot struct {
	fact *rule.Fact
	part string
}

// identifier is what a name in the text must be. Quoted names keep their case,
// and PostgreSQL cuts what is longer than 63 bytes.
var identifier = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,62}$`)

// taken are the columns that PostgreSQL gives every table.
var taken = []string{"tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"}

// quote makes a checked name safe from being read as a keyword.
func quote(name string) string { return `"` + name + `"` }

// namer gives each part of each fact its name, and leaves out those that cannot
// have one: too long, of other characters, or two of one name.
type namer struct {
	of    map[slot]string
	owner map[*rule.Fact]*rule.Fact // the list of a column
}

func newNamer(table string, s *rule.Schema) *namer {
	n := &namer{of: map[slot]string{}, owner: map[*rule.Fact]*rule.Fact{}}
	n.scope(s.Facts, unitName)
	lists := map[slot]string{}
	for _, f := range s.Facts {
		if f.Kind != rule.ListKind {
			continue
		}
		n.scope(f.Columns, unitName, rowName)
		for _, c := range f.Columns {
			n.owner[c] = f
		}
		lists[slot{f, rowsPart}] = table + "__" + columnName(f.Code, "")
	}
	n.keep(lists, map[string]int{table: 1})
	return n
}

// scope names the columns of one table.
func (n *namer) scope(facts []*rule.Fact, reserved ...string) {
	names, times := map[slot]string{}, map[string]int{}
	for _, r := range append(reserved, taken...) {
		times[r] = 1
	}
	for _, f := range facts {
		for _, part := range parts(f) {
			names[slot{f, part}] = columnName(f.Code, part)
		}
	}
	n.keep(names, times)
}

func (n *namer) keep(names map[slot]string, times map[string]int) {
	for _, name := range names {
		times[name]++
	}
	for s, name := range names {
		if times[name] == 1 && identifier.MatchString(name) {
			n.of[s] = name
		}
	}
}

// columnName joins a code and a part as one word.
func columnName(code, part string) string {
	name := strings.ReplaceAll(code, ".", "__")
	if part != "" {
		name += "__" + part
	}
	return name
}

// parts are the columns that a fact may have in its own table.
func parts(f *rule.Fact) (out []string) {
	switch f.Kind {
	case rule.ListKind:
		return []string{completePart}
	case rule.TextKind, rule.LongTextKind:
		return []string{"", charsPart}
	case rule.SeriesKind:
		for y := f.Years[0]; y <= f.Years[1]; y++ {
			out = append(out, strconv.Itoa(y))
		}
		return out
	}
	return []string{""}
}
