package sqltext_test

import (
	"strings"
	"testing"

	"shenbao/internal/locale"
	"shenbao/rule"
)

// small is a schema for cases that are written out, and reads its rules and
// facts.
type small struct{ *rule.Schema }

func newSmall(t *testing.T) small {
	t.Helper()
	people := rule.FindUnit("人")
	columns := func() []*rule.Fact { return []*rule.Fact{{Code: "full_time", Name: "全职", Kind: rule.BoolKind}} }
	s, faults := rule.NewSchema([]*rule.Fact{
		{Code: "a", Name: "甲", Kind: rule.BoolKind},
		{Code: "b", Name: "乙", Kind: rule.BoolKind},
		{Code: "born", Name: "生日", Kind: rule.DateKind},
		{Code: "day", Name: "那天", Kind: rule.DateKind},
		{Code: "name", Name: "名称", Kind: rule.TextKind},
		{Code: "marks", Name: "荣誉", Kind: rule.ChoicesKind, Options: []rule.Option{{Code: "x", Name: "子"}, {Code: "xy", Name: "丑"}}},
		{Code: "part", Name: "部分", Kind: rule.MoneyKind, Unit: rule.FindUnit("元")},
		{Code: "base", Name: "全部", Kind: rule.MoneyKind, Unit: rule.FindUnit("元")},
		{Code: "staff", Name: "人员", Kind: rule.ListKind, Unit: people, MaxItems: 5, Columns: columns()},
		{Code: "closed", Name: "成员", Kind: rule.ListKind, Unit: people, MaxItems: 5, Closed: true, Columns: columns()},
	}, nil, nil)
	for _, f := range faults {
		t.Fatal(locale.Fault("en", f))
	}
	return small{s}
}

func (s small) rules(t *testing.T, texts ...string) (out []rule.Rule) {
	t.Helper()
	for i, text := range texts {
		n, f := s.Parse(text)
		if f != nil {
			t.Fatalf("%s: %s", text, locale.Fault("en", f))
		}
		out = append(out, rule.Rule{ID: "r" + string(rune('a'+i)), Node: n, Effect: rule.Refuse})
	}
	return out
}

func (s small) facts(t *testing.T, docs ...string) (out []*rule.Facts) {
	t.Helper()
	for _, doc := range docs {
		f, faults := s.ReadFacts(strings.NewReader(doc))
		for _, x := range faults {
			t.Fatal(locale.Fault("en", x))
		}
		out = append(out, f)
	}
	return out
}

// answers asks the database and returns, a rule, the answers of all units in
// their order: T, U, F.
func (s small) answers(t *testing.T, db database, rules []rule.Rule, units []*rule.Facts) []string {
	t.Helper()
	text := db.written(t, s.Schema, rules)
	db.fill(t, text, units)
	defer db.drop(t, text)
	q := text.Query(false)
	q.SQL += "\nORDER BY CAST(u.\"unit\" AS INTEGER)"
	_, rows := db.ask(t, q)
	out := make([]string, len(rules))
	for _, row := range rows {
		for i := range rules {
			out[i] += map[rule.Truth]string{rule.Met: "T", rule.Unknown: "U", rule.Unmet: "F"}[truth(row[i+1])]
		}
	}
	return out
}

// TestTruthTables holds the tables of docs/rule-language.md section 2 in both
// databases: 54 cases, rows A and columns B in the order T, U, F.
func TestTruthTables(t *testing.T) {
	s := newSmall(t)
	values := []string{"true", "null", "false"}
	var docs []string
	for _, a := range values {
		for _, b := range values {
			docs = append(docs, `{"a": `+a+`, "b": `+b+`}`)
		}
	}
	cases := [][2]string{
		{"a and b", "TUFUUFFFF"},
		{"a or b", "TTTTUUTUF"},
		{"if a then b", "TUFTUUTTT"},
		{"at least 1 of (a; b)", "TTTTUUTUF"},
		{"at least 2 of (a; b)", "TUFUUFFFF"},
		{"not a", "FFFUUUTTT"},
		{"at least 2 of (a; b; b)", "TUFTUFTUF"}, // by counting
	}
	onBoth(t, func(t *testing.T, db database) {
		var texts []string
		for _, c := range cases {
			texts = append(texts, c[0])
		}
		for i, got := range s.answers(t, db, s.rules(t, texts...), s.facts(t, docs...)) {
			if got != cases[i][1] {
				t.Errorf("%s: got %s, want %s", cases[i][0], got, cases[i][1])
			}
		}
	})
}

// TestListPatterns holds the patterns of lists in which the obvious SQL goes
// wrong. A row that is not known passes no "every", and an absent row proves
// nothing while the list is open or not known at all.
func TestListPatterns(t *testing.T) {
	s := newSmall(t)
	row := map[rune]string{'T': `{"full_time": true}`, 'U': `{}`, 'F': `{"full_time": false}`}
	patterns := []string{"", "T", "F", "U", "TU", "FU", "TF", "TT", "UU", "TTU", "FF"}
	var complete, open, closed []string
	for _, p := range patterns {
		var rows []string
		for _, c := range p {
			rows = append(rows, row[c])
		}
		all := "[" + strings.Join(rows, ",") + "]"
		complete = append(complete, `{"staff": {"complete": true, "rows": `+all+`}}`)
		open = append(open, `{"staff": `+all+`}`)
		closed = append(closed, `{"closed": `+all+`}`)
	}
	rules := []string{"exists staff where (full_time)", "every staff where (full_time)", "count(staff where (full_time)) >= 2 people",
		"count(staff where (full_time)) < 2 people", "count(staff where (full_time)) = 1 people", "given staff"}
	onBoth(t, func(t *testing.T, db database) {
		for _, c := range []struct {
			name  string
			units []*rule.Facts
			rules []string
			want  []string // a rule, by pattern
		}{
			{"complete", s.facts(t, complete...), rules, []string{"FTFUTUTTUTF", "TTFUUFFTUUF", "FFFFUFFTUTF", "TTTTUTTFUFT", "FTFUUUTFUFF", "FTTTTTTTTTT"}},
			{"open", s.facts(t, open...), rules, []string{"UTUUTUTTUTU", "UUFUUFFUUUF", "UUUUUUUTUTU", "UUUUUUUFUFU", "UUUUUUUFUFU", "UTTTTTTTTTT"}},
			{"closed", s.facts(t, closed...), []string{"exists closed where (full_time)", "every closed where (full_time)"}, []string{"FTFUTUTTUTF", "TTFUUFFTUUF"}},
			{"not known", s.facts(t, "{}", "{}"), append(rules, "exists closed where (full_time)", "every closed where (full_time)"), []string{"UU", "UU", "UU", "UU", "UU", "UU", "UU", "UU"}},
		} {
			for i, got := range s.answers(t, db, s.rules(t, c.rules...), c.units) {
				if got != c.want[i] {
					t.Errorf("%s: %s on %q: got %s, want %s", c.name, c.rules[i], patterns, got, c.want[i])
				}
			}
		}
	})
}

// Rows that stand beside a list that is not known say nothing.
func TestStrayRows(t *testing.T) {
	s := newSmall(t)
	rules := s.rules(t, "exists staff where (full_time)", "count(staff) >= 1 people", "given staff")
	onBoth(t, func(t *testing.T, db database) {
		text := db.written(t, s.Schema, rules)
		db.fill(t, text, s.facts(t, "{}"))
		if _, err := db.Exec(text.Tables[1].Insert(1), "0", int64(1), true); err != nil {
			t.Fatal(err)
		}
		_, rows := db.ask(t, text.Query(false))
		for _, v := range rows[0][1:] {
			if v != nil {
				t.Errorf("got %v", rows[0])
			}
		}
	})
}

// TestCalendar tries every birthday around the limits of leap years, at days
// that are fixed and at days that are facts.
func TestCalendar(t *testing.T) {
	s := newSmall(t)
	var units []*rule.Facts
	days := []string{"2023-02-28", "2024-02-28", "2024-02-29", "2024-03-01", "2025-02-28", "2025-03-01", "2100-02-28"}
	var texts []string
	for _, at := range days {
		for _, op := range []string{">=", "<=", ">", "<", "=", "!="} {
			texts = append(texts, "age(born, "+at+") "+op+" 24 years_old")
		}
	}
	texts = append(texts, "age(born, day) >= 24 years_old", "age(born, day) = -1 years_old", "24 years_old > age(born, day)")
	for from := day("1998-02-20"); from <= day("2001-03-10"); from++ {
		if md := rule.FormatDay(from)[5:]; md < "02-26" || md > "03-03" {
			continue
		}
		for _, at := range append(days, "1997-05-05", "1998-02-27") {
			f := s.NewFacts()
			f.Set(s.Fact("born"), rule.Value{State: rule.Known, N: from})
			f.Set(s.Fact("day"), rule.Value{State: rule.Known, N: day(at)})
			units = append(units, f)
		}
	}
	onBoth(t, func(t *testing.T, db database) {
		agree(t, db, db.written(t, s.Schema, numbered(s.rules(t, texts...))), units)
	})
}

func numbered(rules []rule.Rule) []rule.Rule {
	for i := range rules {
		rules[i].ID = "r" + strings.Repeat("x", i)
	}
	return rules
}

// TestShares tries shares at the edge of what 64 bits hold, one base unit to
// either side of the limit.
func TestShares(t *testing.T) {
	s := newSmall(t)
	var texts []string
	for _, share := range []string{"0%", "0.01%", "3%", "3.33%", "33.33%", "99.99%", "100%", "100.01%", "300%", "333.33%", "9999.99%"} {
		for _, op := range []string{">=", "<=", ">", "<"} {
			texts = append(texts, "part "+op+" "+share+" of base")
		}
	}
	const most = 1_000_000_000_000_000
	var units []*rule.Facts
	for _, base := range []int64{-most, -1, 0, 1, 2, 3, 9999, 10000, 10001, 99_999_999, most/3 - 1, most - 1, most} {
		for _, p := range []int64{0, 1, 300, 333, 3333, 9999, 10000, 10001, 30000, 33333, 999999} {
			near := min(most-1, base/10000*p+base%10000*p/10000)
			for d := int64(-1); d <= 1; d++ {
				f := s.NewFacts()
				f.Set(s.Fact("part"), rule.Value{State: rule.Known, N: max(-most, near+d)})
				f.Set(s.Fact("base"), rule.Value{State: rule.Known, N: base})
				units = append(units, f)
			}
		}
		f := s.NewFacts()
		f.Set(s.Fact("base"), rule.Value{State: rule.Known, N: base})
		g := s.NewFacts()
		g.Set(s.Fact("part"), rule.Value{State: rule.Known, N: base})
		units = append(units, f, g)
	}
	onBoth(t, func(t *testing.T, db database) {
		agree(t, db, db.written(t, s.Schema, numbered(s.rules(t, texts...))), units)
	})
}
