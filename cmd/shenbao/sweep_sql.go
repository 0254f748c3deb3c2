package main

import (
	"fmt"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule/sqltext"
)

// unitsTable is the table that the units are expected in.
const unitsTable = "units"

// sqlJSON is the rules as SQL, as sweep --sql --json shows them.
type sqlJSON struct {
	Package    string        `json:"package"`
	Hash       string        `json:"hash"`
	Dialect    string        `json:"dialect"`
	Create     []string      `json:"create"`
	Query      string        `json:"query"`
	Args       []any         `json:"args"`
	Candidates statementJSON `json:"candidates"`
	Rules      []string      `json:"rules"`
	Refused    []refusedJSON `json:"refused"`
}

type statementJSON struct {
	Query string `json:"query"`
	Args  []any  `json:"args"`
}

type refusedJSON struct {
	Rule string `json:"rule"`
	Key  string `json:"key"`
	Text string `json:"text"`
}

// writeSQL writes the query that answers the rules inside a database, and says
// which rules it leaves out.
func (s *sweeping) writeSQL() error {
	if f := s.cmd.unitsOnly(); f != nil {
		return f
	}
	_, program, err := s.settings()
	if err != nil {
		return err
	}
	text, f := sqltext.New(program, sqltext.Dialect(s.cmd.SQL), unitsTable)
	if f != nil {
		return f
	}
	if err := s.showSQL(text); err != nil {
		return err
	}
	for _, f := range text.Refused {
		s.say(locale.Fault(s.Lang, f))
	}
	if len(text.Refused) > 0 {
		return errFindings
	}
	return nil
}

func (s *sweeping) showSQL(text *sqltext.Text) error {
	q := text.Query(true)
	if !s.JSON {
		_, err := fmt.Fprintf(s.out, "-- %s %s\n%s%s;\n", s.pkg.ID, s.pkg.Hash, boundValues(q.Args), q.SQL)
		return err
	}
	c := text.Candidates()
	out := sqlJSON{Package: s.pkg.ID, Hash: s.pkg.Hash, Dialect: s.cmd.SQL, Create: text.Create(), Query: q.SQL, Args: q.Args,
		Candidates: statementJSON{c.SQL, append([]any{}, c.Args...)}, Rules: []string{}, Refused: []refusedJSON{}}
	for _, i := range text.Rules {
		out.Rules = append(out.Rules, text.Program.Rules[i].ID)
	}
	for _, f := range text.Refused {
		out.Refused = append(out.Refused, refusedJSON{f.Field, f.Key, s.text(f.Key, f.Args...)})
	}
	return s.writeJSON(out)
}

// boundValues lists the values of a query as comments. A text is quoted, so
// that no line end in it ends its comment.
func boundValues(args []any) string {
	var b strings.Builder
	for i, v := range args {
		word := fmt.Sprint(v)
		if s, ok := v.(string); ok {
			word = strconv.Quote(s)
		}
		fmt.Fprintf(&b, "-- $%d = %s\n", i+1, word)
	}
	return b.String()
}

// unitsOnly says which flag asks for something that needs the units at hand.
func (c *sweepCmd) unitsOnly() *fault.Fault {
	for _, x := range []struct {
		flag  string
		given bool
	}{{"--list", len(c.List) > 0}, {"--complete", len(c.Complete) > 0}, {"--registers", c.Registers != ""}, {"--out", c.Out != ""},
		{"--curve", c.Curve != ""}, {"--svg", c.SVG != ""}, {"--ratify", c.Ratify != 0}, {"--faults", c.Faults != ""}, {"--as-of", c.AsOf != ""}} {
		if x.given {
			return fault.New(fault.Invalid, "sqltext.flag").In(x.flag)
		}
	}
	return nil
}
