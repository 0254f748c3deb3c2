package sqltext

import "fmt"

// A Dialect (方言) is a database that text is written for.
type Dialect string

// The dialects.
const (
	Postgres Dialect = "postgres" // PostgreSQL 12 or later, encoding UTF8
	SQLite   Dialect = "sqlite"   // SQLite 3.37 or later
)

// columnType is the type of a column and what it may hold. Whole numbers are
// bounded, so that no sum leaves 64 bits, where PostgreSQL would give up the
// query and SQLite would go on with floating point.
func (d Dialect) columnType(c *Column) string {
	name := quote(c.Name)
	switch {
	case c.typ == textColumn && d == Postgres:
		return `TEXT COLLATE "C"`
	case c.typ == textColumn:
		return "TEXT"
	case c.typ == flagColumn && d == Postgres:
		return "BOOLEAN"
	case c.typ == flagColumn:
		return fmt.Sprintf("INTEGER CHECK (%s IN (0, 1))", name)
	}
	word := "BIGINT"
	if d == SQLite {
		word = "INTEGER"
	}
	return fmt.Sprintf("%s CHECK (%s BETWEEN %d AND %d)", word, name, c.typ.lo, c.typ.hi)
}

// tableEnd ends a CREATE TABLE. A strict table of SQLite takes no text for a
// number; any text would be greater than every number.
func (d Dialect) tableEnd() string {
	if d == SQLite {
		return ") STRICT"
	}
	return ")"
}

// bytewise makes a text compare by its bytes, whatever the column's collation.
func (d Dialect) bytewise(text expr) expr {
	if d == Postgres {
		return say(`@ COLLATE "C"`, text)
	}
	return say("@ COLLATE BINARY", text)
}

// holds is a text that another is part of.
func (d Dialect) holds(text expr, part string) expr {
	if d == Postgres {
		return say("(strpos(@, ?) > 0)", d.bytewise(text)).with(part)
	}
	return say("(instr(@, ?) > 0)", text).with(part)
}

// with adds the value of a ? that stands behind all others.
func (x expr) with(v any) expr { return expr{x.sql, append(x.args[:len(x.args):len(x.args)], v)} }

// hasChar is a text with a character of a class, or with one outside of it.
func (d Dialect) hasChar(text expr, c *charClass, outside bool) expr {
	if d == Postgres {
		return say("(@ ~ ?)", d.bytewise(text)).with(c.bracket(outside))
	}
	return say("(@ GLOB ?)", text).with("*" + c.glob(outside) + "*")
}

// calendar is a day, counted from 1970-01-01, as the number 20241202.
func (d Dialect) calendar(day expr) expr {
	if d == Postgres {
		return say("CAST(to_char(CAST(make_date(1970, 1, 1) + CAST(@ AS INTEGER) AS TIMESTAMP), ?) AS BIGINT)", day).with("YYYYMMDD")
	}
	return say("CAST(strftime(@, @ * 86400, ?) AS INTEGER)", bind("%Y%m%d"), day).with("unixepoch")
}

// greatest is the greatest or least of several numbers, NULL when one is. In
// SQLite max of one number would be an aggregate.
func (d Dialect) greatest(fn string, of []expr) expr {
	if len(of) == 1 {
		return of[0]
	}
	all := list(of, ", ")
	if d == SQLite {
		return say(fn+"(@)", all)
	}
	word := map[string]string{"max": "GREATEST", "min": "LEAST"}[fn]
	var missing []expr
	for _, x := range of {
		missing = append(missing, say("@ IS NOT NULL", x))
	}
	return say("CASE WHEN @ THEN "+word+"(@) END", join(missing, " AND "), all)
}
