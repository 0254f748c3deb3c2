package sqltext

import (
	"strconv"
	"strings"
)

// expr is a piece of SQL. Each ? in it stands for the next of its values; no
// name or word of the text holds a ? of its own.
type expr struct {
	sql  string
	args []any
}

// bind is a value that the database is given beside the text.
func bind(v any) expr { return expr{"?", []any{v}} }

// say puts the parts into the @ of the form, in order.
func say(form string, parts ...expr) expr {
	var b strings.Builder
	var args []any
	for _, p := range parts {
		before, after, _ := strings.Cut(form, "@")
		b.WriteString(before + p.sql)
		args = append(args, p.args...)
		form = after
	}
	b.WriteString(form)
	return expr{b.String(), args}
}

// manyTerms is how many terms of an AND, OR or + stand side by side. A database
// reads them as a tree that leans to one side, and bounds its depth.
const manyTerms = 100

// join puts terms in brackets with something between them.
func join(terms []expr, between string) expr {
	if n := len(terms); n > manyTerms {
		terms = []expr{join(terms[:n/2], between), join(terms[n/2:], between)}
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return say("(@)", list(terms, between))
}

// list puts something between pieces.
func list(of []expr, between string) expr {
	return say("@"+strings.Repeat(between+"@", max(0, len(of)-1)), of...)
}

// numbered writes the places of the values as $1, $2, … in the order of the
// text, which both drivers read alike.
func (x expr) numbered() string {
	var b strings.Builder
	n := 0
	for {
		before, after, found := strings.Cut(x.sql, "?")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		n++
		b.WriteString("$" + strconv.Itoa(n))
		x.sql = after
	}
}
