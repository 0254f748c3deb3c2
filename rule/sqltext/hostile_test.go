package sqltext_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"shenbao/internal/fault"
	"shenbao/rule"
	"shenbao/rule/sqltext"
)

// What a rule says reaches the database as a value: nothing in it can end a
// text, begin a comment or stand for another value.
func TestHostileLiterals(t *testing.T) {
	hostile := []string{`'; DROP TABLE units; --`, `"; DROP TABLE units; --`, `' OR 1=1 --`, `/* */`, `$1`, `?`, `@`, `\`, `%`, "a\nb", "𠅤\u2028", "x' + 'y", "中心"}
	options := []rule.Option{}
	for i, s := range hostile {
		options = append(options, rule.Option{Code: s, Name: fmt.Sprintf("选%d", i)})
	}
	s, faults := rule.NewSchema([]*rule.Fact{
		{Code: "name", Name: "名称", Kind: rule.TextKind},
		{Code: "kind", Name: "类", Kind: rule.ChoiceKind, Options: options},
		{Code: "marks", Name: "荣誉", Kind: rule.ChoicesKind, Options: options},
	}, nil, nil)
	for _, f := range faults {
		t.Fatal(f)
	}
	var rules []rule.Rule
	var units []*rule.Facts
	for i, text := range hostile {
		set := rule.Set{Codes: []string{text}}
		for j, n := range []rule.Node{&rule.Same{Fact: s.Fact("name"), Str: text}, &rule.In{Fact: s.Fact("kind"), Set: set}, &rule.Has{Fact: s.Fact("marks"), Set: set}} {
			rules = append(rules, rule.Rule{ID: fmt.Sprintf("r%d.%d", i, j), Node: n, Effect: rule.Refuse})
		}
		f := s.NewFacts()
		f.Set(s.Fact("name"), rule.Value{State: rule.Known, S: text})
		f.Set(s.Fact("kind"), rule.Value{State: rule.Known, N: int64(i)})
		f.Set(s.Fact("marks"), rule.Value{State: rule.Known, Set: 1 << i})
		units = append(units, f)
	}
	onBoth(t, func(t *testing.T, db database) {
		text := db.written(t, s, rules)
		for _, q := range []sqltext.Statement{text.Query(true), text.Candidates()} {
			if left := regexp.MustCompile(`"C"|"[a-z0-9_.-]+"|\$[0-9]+|[A-Za-z0-9_.,()<>=+*\s-]`).ReplaceAllString(q.SQL, ""); left != "" {
				t.Errorf("the text holds %q:\n%s", left, q.SQL)
			}
		}
		if pairs := agree(t, db, text, units); pairs != len(rules)*len(units) {
			t.Errorf("%d pairs", pairs)
		}
	})
}

// A name that is no plain identifier, or could be taken for another, refuses
// the rules that use it and no others.
func TestHostileNames(t *testing.T) {
	list := func(code string, columns ...*rule.Fact) *rule.Fact {
		return &rule.Fact{Code: code, Name: "清单" + code, Kind: rule.ListKind, Unit: rule.FindUnit("项"), MaxItems: 3, Columns: columns}
	}
	flag := func(code string) *rule.Fact { return &rule.Fact{Code: code, Name: "名" + code, Kind: rule.BoolKind} }
	long := strings.Repeat("x", 64)
	fine := flag("fine")
	bad := []*rule.Fact{flag(`x" OR 1=1 --`), flag("Upper"), flag("名"), flag(long), flag("unit"), flag("ctid"), flag("a.b"), flag("a__b"),
		list("rows", flag("n")), list(long[:60], flag("x")), list("staff", flag("y")), flag("staff__complete")}
	s, _ := rule.NewSchema(append([]*rule.Fact{fine}, bad...), nil, nil)
	rules := []rule.Rule{{ID: "fine", Node: &rule.Is{Fact: fine}}, {ID: `x"; --`, Node: &rule.Is{Fact: fine}}, {ID: "unit", Node: &rule.Is{Fact: fine}}, {ID: "answer", Node: &rule.Is{Fact: fine}}}
	for i, f := range bad {
		var n rule.Node = &rule.Is{Fact: f}
		if f.Kind == rule.ListKind {
			n = &rule.Exists{List: f, Where: &rule.Is{Fact: f.Columns[0]}}
		}
		rules = append(rules, rule.Rule{ID: fmt.Sprintf("bad%d", i), Node: n})
	}
	p, faults := rule.Compile(s, rules)
	for _, f := range faults {
		t.Fatal(f)
	}
	for _, d := range []sqltext.Dialect{sqltext.Postgres, sqltext.SQLite} {
		text, f := sqltext.New(p, d, "units")
		if f != nil {
			t.Fatal(f)
		}
		if len(text.Rules) != 1 || len(text.Refused) != len(rules)-1 || len(text.Tables) != 1 || len(text.Tables[0].Columns) != 2 {
			t.Errorf("rules %v, tables %v", text.Rules, text.Tables)
		}
		for i, f := range text.Refused {
			if key := map[bool]string{true: "sqltext.id", false: "sqltext.name"}[i < 3]; f.Key != key || f.Field != rules[i+1].ID || f.Kind != fault.Invalid {
				t.Errorf("rule %s: %v", rules[i+1].ID, f)
			}
		}
		if _, f := sqltext.New(p, d, `units"; DROP TABLE x; --`); f == nil || f.Key != "sqltext.table" {
			t.Errorf("a hostile table: %v", f)
		}
	}
}

// An option that would blur into its neighbours in a column of options.
func TestHostileOptions(t *testing.T) {
	for _, code := range []string{"a|b", ""} {
		f := &rule.Fact{Code: "marks", Name: "荣誉", Kind: rule.ChoicesKind, Options: []rule.Option{{Code: "a", Name: "甲"}, {Code: code, Name: "乙"}}}
		s, _ := rule.NewSchema([]*rule.Fact{f}, nil, nil)
		p, faults := rule.Compile(s, []rule.Rule{{ID: "r", Node: &rule.Has{Fact: f, Set: rule.Set{Codes: []string{"a"}}}}})
		for _, f := range faults {
			t.Fatal(f)
		}
		if text, _ := sqltext.New(p, sqltext.SQLite, "units"); len(text.Refused) != 1 || text.Refused[0].Key != "sqltext.option" {
			t.Errorf("option %q: %v", code, text.Refused)
		}
	}
}

// Rules that grow by their references are refused before they fill memory, and
// one that is only wide runs in both databases.
func TestSizes(t *testing.T) {
	s := newSmall(t)
	rules := s.rules(t, "a and b")
	for i := range 40 {
		again := &rule.Ref{Rule: rules[i].ID}
		rules = append(rules, rule.Rule{ID: fmt.Sprintf("x%d", i), Node: &rule.Any{Of: []rule.Node{again, &rule.Not{X: again}}}})
	}
	p, faults := rule.Compile(s.Schema, rules)
	for _, f := range faults {
		t.Fatal(f)
	}
	text, _ := sqltext.New(p, sqltext.SQLite, "units")
	if n := len(text.Refused); n < 20 || n > 35 || text.Refused[0].Key != "sqltext.size" {
		t.Errorf("%d refused: %v", n, text.Refused)
	}
	var of []rule.Node
	for i := range 3000 {
		of = append(of, &rule.Same{Fact: s.Fact("name"), Str: fmt.Sprint(i)})
	}
	var many []rule.Rule
	for i := range 70 {
		many = append(many, rule.Rule{ID: fmt.Sprintf("m%d", i), Node: &rule.Any{Of: of[i : i+500]}, Effect: rule.Refuse})
	}
	if p, faults = rule.Compile(s.Schema, many); len(faults) > 0 {
		t.Fatal(faults[0])
	}
	text, _ = sqltext.New(p, sqltext.SQLite, "units")
	if n := len(text.Query(true).Args); len(text.Refused) != 6 || n < 32_000 || n > 32_766 {
		t.Errorf("%d values, refused %v", n, text.Refused)
	}
	wide := []rule.Rule{{ID: "wide", Node: &rule.Any{Of: of}}, {ID: "least", Node: &rule.Least{K: 2, Of: of[:500]}}}
	onBoth(t, func(t *testing.T, db database) {
		agree(t, db, db.written(t, s.Schema, wide), s.facts(t, `{"name": "2999"}`, `{"name": "x"}`, `{}`))
	})
}

// foreign are collations of columns under which texts are equal that differ.
func foreign(t *testing.T, db database, create string) string {
	if db.dialect == sqltext.SQLite {
		return strings.ReplaceAll(create, "TEXT", "TEXT COLLATE NOCASE")
	}
	if _, err := db.Exec(`CREATE COLLATION IF NOT EXISTS anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`); err != nil {
		t.Skip(err) // a PostgreSQL without ICU has no such collation either
	}
	return strings.ReplaceAll(create, `TEXT COLLATE "C"`, "TEXT COLLATE anycase")
}

// A text is equal byte by byte, whatever the collation of somebody's column.
func TestForeignCollation(t *testing.T) {
	s := newSmall(t)
	rules := s.rules(t, `name = "ABC"`, "marks has any {x}", `name without letters`)
	onBoth(t, func(t *testing.T, db database) {
		text := db.written(t, s.Schema, rules)
		for _, create := range text.Create() {
			if _, err := db.Exec(foreign(t, db, create)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.Exec(text.Tables[0].Insert(1), "0", "abc", "|X|"); err != nil {
			t.Fatal(err)
		}
		_, rows := db.ask(t, text.Query(false))
		if fmt.Sprint(rows) != "[[0 0 0 0]]" {
			t.Errorf("got %v", rows)
		}
	})
}

// The tables take nothing that would be compared wrongly.
func TestTablesRefuse(t *testing.T) {
	s := newSmall(t)
	rules := s.rules(t, "part >= 1 yuan", "a", "born >= 2000-01-01", "count(staff) >= 1 people")
	onBoth(t, func(t *testing.T, db database) {
		text := db.written(t, s.Schema, rules)
		db.fill(t, text, nil)
		for i, row := range [][]any{
			{"1", true, int64(0), int64(1e15 + 1), true},
			{"2", true, int64(3_000_000), int64(1), true},
			{"3", true, int64(0), "a lot", true},
			{"4", int64(7), int64(0), int64(1), true},
			{nil, true, int64(0), int64(1), true},
		} {
			if _, err := db.Exec(text.Tables[0].Insert(1), row...); err == nil {
				t.Errorf("row %d was taken: %v", i, row)
			}
		}
		if _, err := db.Exec(text.Tables[0].Insert(1), "5", true, int64(0), 0.5, true); err == nil && db.dialect == sqltext.SQLite {
			t.Error("half a base unit was taken as it is") // PostgreSQL takes it as a whole number
		}
		for _, n := range []int64{0, 6} {
			if _, err := db.Exec(text.Tables[1].Insert(1), "1", n); err == nil {
				t.Errorf("row %d of a list of five was taken", n)
			}
		}
		if _, err := db.Exec(text.Tables[0].Insert(1), "9", true, int64(0), int64(1e15), nil); err != nil {
			t.Error(err)
		}
	})
}

// What a database cannot say exactly is refused, and the fault names it.
func TestRefusals(t *testing.T) {
	s := newSmall(t)
	match := func(re string) rule.Node { return &rule.Matches{Fact: s.Fact("name"), Re: re} }
	check := &rule.Check{Code: "known", Name: "在册"}
	for _, tt := range []struct {
		node    rule.Node
		dialect sqltext.Dialect
		key     string
		args    string
	}{
		{match(`^a`), sqltext.SQLite, "sqltext.regex", "[^a]"},
		{match(`^a`), sqltext.Postgres, "", ""},
		{match(`\bword`), sqltext.Postgres, "sqltext.pattern", `[\bword \b]`},
		{match(`(?m)^word`), sqltext.Postgres, "sqltext.pattern", `[(?m)^word (?m:^)]`},
		{match(`x{0}[^\x00-\x{10FFFF}]`), sqltext.Postgres, "sqltext.pattern", `[x{0}[^\x00-\x{10FFFF}] [^\x00-\x{10FFFF}]]`},
		{match(`\x00`), sqltext.Postgres, "sqltext.pattern", `[\x00 \x00]`},
		{&rule.Call{Check: check}, sqltext.Postgres, "sqltext.check", "[在册 known]"},
		{&rule.Not{X: &rule.Call{Check: check}}, sqltext.SQLite, "sqltext.check", "[在册 known]"},
		{&rule.Ref{Rule: "r0"}, sqltext.SQLite, "sqltext.check", "[在册 known]"},
		{&rule.Has{Fact: s.Fact("marks")}, sqltext.SQLite, "sqltext.node", `[{"has":{"how":"any","set":[],"x":"marks"}}]`},
	} {
		p, faults := rule.Compile(s.Schema, []rule.Rule{{ID: "r", Node: tt.node}, {ID: "r0", Node: &rule.Call{Check: check}}})
		for _, f := range faults {
			t.Fatal(f)
		}
		text, _ := sqltext.New(p, tt.dialect, "units")
		key, args := "", ""
		if f := text.Refused[0]; f.Field == "r" {
			key, args = f.Key, fmt.Sprint(f.Args)
		}
		if key != tt.key || args != tt.args {
			t.Errorf("%s: refused with %q %s, want %q %s", rule.Canonical(tt.node), key, args, tt.key, tt.args)
		}
	}
}
