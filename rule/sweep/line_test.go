package sweep

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"shenbao/internal/locale"
	"shenbao/rule"
	"shenbao/rule/ruletest"
)

// differ holds the reader of lines to rule.Schema.ReadFacts on one line.
type differ struct {
	loader *Loader
	group  *lineGroup
	whole  bool // the table holds every fact
}

// newDiffer makes a table of the facts that keep chooses: of every fact, every
// year and every column.
func newDiffer(s *rule.Schema, keep func() bool) *differ {
	t := NewTable(s, nil)
	for _, f := range s.Facts {
		switch {
		case f.Kind == rule.ListKind && keep():
			t.use(f, nil)
			for _, c := range f.Columns {
				if keep() {
					t.use(c, f)
				}
			}
		case f.Kind == rule.SeriesKind && keep():
			t.use(f, nil)
			for i := range t.top.years[f] {
				if keep() {
					t.top.years[f][i] = t.top.column(f)
				}
			}
		case f.Kind != rule.ListKind && f.Kind != rule.SeriesKind && keep():
			t.use(f, nil)
		}
	}
	d := &differ{loader: &Loader{Table: t}}
	d.group = newLineGroup(d.loader)
	return d
}

// read reads one line as the loader does.
func (d *differ) read(line []byte) *unitRow {
	d.group.text = line
	d.group.lines = []objectLine{{row: 1, line: 1, to: len(line), encoding: inUTF8}}
	d.group.read(d.group.readers[0], 0, string(line))
	return &d.group.rows[0]
}

// documents are the faults that refuse a line whole.
var documents = []string{"utf8", "json", "end", "more", "many", "deep", "object", "twice", "large"}

// check compares what both make of a line, and reports whether it is a unit.
func (d *differ) check(t *testing.T, line []byte) bool {
	t.Helper()
	line = bytes.TrimSpace(line)
	row := d.read(line)
	_, faults := d.loader.Table.Schema.ReadFacts(bytes.NewReader(line))
	if len(faults) > 0 && slices.Contains(documents, strings.TrimPrefix(faults[0].Key, "rule.facts.")) {
		if row.left == nil || row.left.Key != faults[0].Key && row.left.Key != "sweep.zero" && row.left.Key != "sweep.not_utf8" {
			t.Fatalf("%q: a facts file says %s, the line %v", line, faults[0].Key, row.left)
		}
		return false
	}
	if row.left != nil {
		if len(faults) < maxLineFaults-1 {
			t.Fatalf("%q: the line is refused: %v; a facts file has %d faults", line, row.left, len(faults))
		}
		return false
	}
	var want, got []string
	for _, f := range faults {
		if !foreign(f.Field) && len(faults) < maxLineFaults {
			want = append(want, f.Field+" "+locale.Text("en", f.Key, f.Args...))
		}
	}
	for _, f := range row.faults {
		if !foreign(f.Field) && len(faults) < maxLineFaults {
			got = append(got, f.Field+" "+locale.Text("en", f.Key, f.Args...))
		}
	}
	if d.whole && !slices.Equal(got, want) {
		t.Fatalf("%q:\nline  %s\nfacts %s", line, strings.Join(got, "\n      "), strings.Join(want, "\n      "))
	}
	for _, g := range got {
		if !slices.Contains(want, g) {
			t.Fatalf("%q: a facts file does not say %s", line, g)
		}
	}
	facts, fault := d.loader.reference(string(line))
	if fault != nil {
		t.Fatalf("%q: %v", line, fault)
	}
	d.same(t, line, row, facts)
	return true
}

// foreign are the members that mean something else in a line.
func foreign(field string) bool {
	return slices.Contains(keyNames, field) || strings.HasPrefix(field, "registers")
}

// same compares the values of a line with those of its facts.
func (d *differ) same(t *testing.T, line []byte, row *unitRow, facts *rule.Facts) {
	t.Helper()
	table := d.loader.Table
	equal := func(what string, got, want rule.Value) {
		if got.State == want.State && got.N == want.N && got.S == want.S && got.Label == want.Label && got.Set == want.Set {
			return
		}
		t.Fatalf("%q: %s is %+v, in a facts file %+v", line, what, got, want)
	}
	for f, c := range table.top.col {
		equal(f.Code, column1(f, row.cells[slices.Index(table.top.cols, c)]), column1(f, facts.Value(f)))
	}
	for f, years := range table.top.years {
		for i, c := range years {
			if c != nil {
				equal(f.Code, row.cells[slices.Index(table.top.cols, c)], facts.YearValue(f, f.Years[0]+i))
			}
		}
	}
	for i, l := range table.lists {
		got, want := &row.lists[i], facts.Rows(l.fact)
		n := want.N
		if want.State != rule.Known {
			n = 0
		}
		if got.state != want.State || got.complete != want.Complete || got.n != n || len(got.cells) != n*len(l.cols) {
			t.Fatalf("%q: %s is %+v, in a facts file %+v", line, l.fact.Code, got, want)
		}
		for j, v := range got.cells {
			c := l.cols[j%len(l.cols)].fact
			equal(l.fact.Code+"."+c.Code, column1(c, v), column1(c, facts.Cell(c, j/len(l.cols))))
		}
	}
	if row.asOf != facts.AsOf {
		t.Fatalf("%q: as of %d, in a facts file %d", line, row.asOf, facts.AsOf)
	}
}

// column1 is a value without what a column does not keep.
func column1(f *rule.Fact, v rule.Value) rule.Value {
	out := rule.Value{State: v.State}
	switch f.Kind {
	case rule.TextKind, rule.LongTextKind:
		out.S = v.S
	case rule.UnitKind, rule.PersonKind:
		out.S, out.Label = v.S, v.Label
	case rule.ChoicesKind:
		out.Set = v.Set
	default:
		out.N = v.N
	}
	return out
}

// spelling writes facts as JSON in all the ways that a facts file knows.
type spelling struct {
	*world
}

func (w *spelling) line(f *rule.Facts) string {
	values := map[string]string{}
	for _, fact := range w.s.Facts {
		if w.pick(8) > 0 {
			values[w.oneOf(fact.Code, fact.Code, fact.Name)] = w.fact(f, fact)
		}
	}
	members := w.members(values)
	if w.pick(3) > 0 {
		members = append(members, `"as_of": `+w.oneOf(`"2024-05-06"`, `"1899-12-31"`, `"2024-02-30"`, "null", `"\u0032024-05-06"`))
	}
	if w.pick(3) > 0 {
		members = append(members, w.oneOf(`"id": 7`, `"编号": "甲\"1"`, `"comment": [1, {"a": []}]`, `"nobody": {"is": 1}`, `"nothing": {}`, `"registers": {}`))
	}
	w.r.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return "{" + strings.Join(members, w.oneOf(",", ", ", " ,\t")) + "}"
}

// members writes values by their names, flat or nested at the dots.
func (w *spelling) members(values map[string]string) (out []string) {
	inside := map[string]map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		head, rest, dots := strings.Cut(name, ".")
		if _, begun := inside[head]; dots && (begun || w.pick(2) == 0) {
			if !begun {
				inside[head] = map[string]string{}
			}
			inside[head][rest] = values[name]
			continue
		}
		out = append(out, w.text(name)+":"+w.oneOf("", " ")+values[name])
	}
	for _, head := range slices.Sorted(maps.Keys(inside)) {
		out = append(out, w.text(head)+": {"+strings.Join(w.members(inside[head]), ", ")+"}")
	}
	return out
}

// text writes a text, now and then with escapes.
func (w *spelling) text(s string) string {
	if w.pick(4) > 0 {
		b, _ := json.Marshal(s)
		return string(b)
	}
	return strconv.QuoteToASCII(s)
}

func (w *spelling) fact(f *rule.Facts, fact *rule.Fact) string {
	switch fact.Kind {
	case rule.SeriesKind:
		var years []string
		for y := fact.Years[0]; y <= fact.Years[1]; y++ {
			years = append(years, fmt.Sprintf(`"%d": %s`, y, w.stated(fact, f.YearValue(fact, y))))
		}
		inner := "{" + strings.Join(years, ", ") + "}"
		if w.pick(10) == 0 {
			return `{"status": "` + w.oneOf("unverified", "known", "expired") + `", "value": ` + inner + "}"
		}
		return inner
	case rule.ListKind:
		return w.list(f, fact)
	}
	return w.stated(fact, f.Value(fact))
}

func (w *spelling) list(f *rule.Facts, list *rule.Fact) string {
	rows := f.Rows(list)
	var out []string
	for i := range rows.N {
		var cells []string
		for _, c := range list.Columns {
			if w.pick(4) > 0 {
				cells = append(cells, w.text(w.oneOf(c.Code, c.Name))+": "+w.stated(c, f.Cell(c, i)))
			}
		}
		out = append(out, "{"+strings.Join(cells, ", ")+"}")
	}
	array := "[" + strings.Join(out, ", ") + "]"
	switch w.pick(6) {
	case 0:
		return array
	case 1:
		return w.oneOf("null", `{"status": "missing"}`, `{"status": "conflict", "complete": true}`)
	case 2:
		return `{"rows": ` + array + `, "status": "` + w.oneOf("known", "unverified", "missing") + `", "complete": ` + w.oneOf("true", "false", `"true"`) + "}"
	}
	return fmt.Sprintf(`{"complete": %t, "rows": %s}`, rows.Complete, array)
}

var stateWords = map[rule.State]string{rule.Known: "known", rule.NotSupplied: "missing", rule.IsUnverified: "unverified", rule.IsExpired: "expired", rule.InConflict: "conflict"}

func (w *spelling) stated(f *rule.Fact, v rule.Value) string {
	text := w.bare(f, v)
	switch {
	case v.State == rule.NotSupplied && w.pick(2) == 0:
		return "null"
	case v.State == rule.Known && w.pick(8) > 0:
		return text
	case v.State != rule.Known && w.pick(4) == 0:
		return `{"status": "` + stateWords[v.State] + `"}`
	case w.pick(3) == 0:
		return `{"status": "` + stateWords[v.State] + `", "note": 1, "value": ` + text + "}"
	}
	return `{"value": ` + text + `, "status": "` + stateWords[v.State] + `"}`
}

// bare writes a value in one of its forms.
func (w *spelling) bare(f *rule.Fact, v rule.Value) string {
	kind := f.Kind
	if kind == rule.SeriesKind {
		kind = f.Of
	}
	switch kind {
	case rule.BoolKind, rule.FileKind:
		if v.N != 0 {
			return w.oneOf("true", `"是"`, `"yes"`)
		}
		return w.oneOf("false", `"否"`, `"no"`, `"\u5426"`)
	case rule.DateKind:
		return `"` + rule.FormatDay(v.N) + `"`
	case rule.YearKind, rule.PlaceKind:
		return fmt.Sprintf(w.oneOf("%d", `"%d"`), v.N)
	case rule.ChoiceKind:
		return w.text(w.oneOf(f.Options[v.N].Code, f.Options[v.N].Name))
	case rule.ChoicesKind:
		var of []string
		for i, o := range f.Options {
			if v.Set>>i&1 == 1 {
				of = append(of, w.text(w.oneOf(o.Code, o.Name)))
			}
		}
		return "[" + strings.Join(of, ",") + "]"
	case rule.UnitKind, rule.PersonKind:
		if v.Label == v.S || w.pick(4) == 0 {
			return w.text(v.S)
		}
		return `{"name": ` + w.text(v.Label) + `, "code": ` + w.text(v.S) + "}"
	case rule.TextKind, rule.LongTextKind:
		return w.text(v.S)
	}
	base := int64(1)
	if f.Unit != nil {
		base = f.Unit.Base
	}
	text := strconv.FormatInt(v.N/base, 10)
	if rest := v.N % base; rest != 0 && v.N > 0 {
		text += strings.TrimRight(fmt.Sprintf(".%0*d", len(strconv.FormatInt(base, 10))-1, rest), "0")
	}
	if f.Unit == nil || w.pick(2) == 0 {
		return text
	}
	unit := w.oneOf(f.Unit.Name, f.Unit.Code, "")
	if w.pick(50) == 0 {
		unit = w.oneOf("万元", "人", "亩")
	}
	return `"` + w.oneOf(text, text, text, "１２", "1,200", " 7 ") + w.oneOf("", " ", "　") + unit + `"`
}

// lineWorld is a world with names that have dots.
func lineWorld(seed uint64) *spelling {
	w := newWorld(seed)
	facts := append(slices.Clone(w.s.Facts),
		&rule.Fact{Code: "host.kind", Name: "申报单位.类型", Kind: rule.ChoiceKind, Options: worldOptions},
		&rule.Fact{Code: "host.rd.cost", Name: "申报单位.研发.费用", Kind: rule.MoneyKind, Unit: rule.FindUnit("元"), Min: new(int64)},
		&rule.Fact{Code: "host.note", Name: "申报单位.说明", Kind: rule.LongTextKind, MaxChars: 10},
		&rule.Fact{Code: "loose", Name: "个数", Kind: rule.IntegerKind})
	s, faults := rule.NewSchema(facts, w.s.Params, w.s.Checks)
	if len(faults) > 0 {
		panic(faults[0].Error()) // the schema above is part of the test
	}
	w.s = s
	return &spelling{w}
}

// A line says what it says in a facts file, to a table that holds everything.
func TestLinesAgree(t *testing.T) {
	units, faulty := 0, 0
	for seed := range uint64(6) {
		w := lineWorld(seed)
		d := newDiffer(w.s, func() bool { return true })
		d.whole = true
		for range 60 {
			if !d.check(t, []byte(w.line(w.facts(0.3, nil)))) && d.group.rows[0].left.Key != "sweep.row" {
				t.Fatalf("a sound line is refused: %v", d.group.rows[0].left)
			}
			units++
			faulty += min(1, len(d.group.rows[0].faults))
		}
	}
	if faulty < units/10 || faulty > units*8/10 {
		t.Errorf("of %d lines %d have faults", units, faulty)
	}
}

// The same to tables that hold a part, for the random schema of the rules'
// own tests too.
func TestLinesAgreeInPart(t *testing.T) {
	for seed := range uint64(18) {
		w := lineWorld(seed)
		if seed%3 == 0 {
			w.s = ruletest.Schema()
		}
		d := newDiffer(w.s, func() bool { return w.pick(3) > 0 })
		g := &ruletest.Gen{R: w.r, S: w.s}
		for range 30 {
			f := w.facts(0.3, nil)
			if seed%3 == 0 {
				f = g.Facts(0.3)
			}
			d.check(t, []byte(w.line(f)))
		}
	}
}

// debris is what a broken file may hold in the place of anything.
var debris = []string{`"`, `\`, "{", "}", "[", "]", ",", ":", " ", "null", "true", "nul", "1", "-", "1e5", "1.", "01", ".5", "-0", `\u00`, `\ud800`, `\n`, "\t", "\x00", "\x1f",
	"\xff", "\xef\xbb\xbf", "　", "é", `"status"`, `"value"`, `"rows"`, `"complete"`, `"flag":`, `"标志":`, `{"flag":true}`, `"registers":[],`, `"comment":`, `"host":{`, "{}", "[]", `""`, `"0":`}

// At the limits of a document both say the same.
func TestLineLimits(t *testing.T) {
	w := lineWorld(1)
	d := newDiffer(w.s, func() bool { return true })
	d.whole = true
	accepted := 0
	nested := func(open, inner, end string, n int) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	var lines []string
	for n := 13; n < 20; n++ {
		lines = append(lines, nested(`{"a":`, "{}", "}", n), `{"comment":`+nested("[", "1", "]", n)+"}", `{"n":{"status":"known","value":1,"x":`+nested("[", "", "]", n)+"}}")
	}
	for n := 400_000; n <= 400_001; n++ {
		lines = append(lines, `{"comment": [0`+strings.Repeat(",0", n-3)+"]}")
	}
	for n := 254; n < 260; n++ {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"k%d":{},`, i)
		}
		lines = append(lines, "{"+b.String()+`"flag":true}`, "{"+b.String()+`"k7":{}}`, "{"+b.String()+`"k`+strconv.Itoa(n-1)+`":{}}`)
	}
	for _, n := range []string{"0", "-0", "00", "01", "1.0", "1.", ".1", "1e2", "1E+2", "1e", "1e+", "--1", "+1", "1-1", "1.5e-3x", "999999999", "1000000000", "1000000001", "0.000001", "0.0000001"} {
		lines = append(lines, `{"m": `+n+"}", `{"m": "`+n+`"}`, `{"area": `+n+"}", `{"nobody": `+n+"}", `{"founded": `+n+"}")
	}
	for _, line := range lines {
		if d.check(t, []byte(line)) {
			accepted++
		}
	}
	if accepted < 50 || accepted > len(lines)-30 {
		t.Errorf("%d of %d lines are taken", accepted, len(lines))
	}
}

// Mutated lines are refused by both, or mean the same to both.
func TestMutatedLines(t *testing.T) {
	accepted, refused := 0, 0
	for seed := range uint64(8) {
		w := lineWorld(seed)
		d := newDiffer(w.s, func() bool { return true })
		d.whole = true
		for range 150 {
			line := mutate(w.r, []byte(w.line(w.facts(0.3, nil))))
			if d.check(t, line) {
				accepted++
			} else {
				refused++
			}
		}
	}
	if accepted < 80 || refused < 500 {
		t.Errorf("%d accepted, %d refused", accepted, refused)
	}
}

// mutate damages a line in a few places.
func mutate(r *rand.Rand, line []byte) []byte {
	for range 1 + r.IntN(3) {
		i := r.IntN(len(line) + 1)
		j := min(len(line), i+r.IntN(6))
		switch r.IntN(4) {
		case 0:
			line = slices.Delete(line, i, j)
		case 1:
			line = slices.Insert(line, i, []byte(debris[r.IntN(len(debris))])...)
		case 2:
			line = slices.Replace(line, i, j, []byte(debris[r.IntN(len(debris))])...)
		case 3: // a part twice
			k := min(len(line), i+r.IntN(60))
			line = slices.Insert(line, k, slices.Clone(line[i:k])...)
		}
	}
	return line
}

// FuzzLine looks for a line that breaks the reader, or that it understands in
// another way than a facts file says: to a table of everything, and to one of a
// part.
func FuzzLine(f *testing.F) {
	w := lineWorld(1)
	whole := newDiffer(w.s, func() bool { return true })
	whole.whole = true
	n := 0
	part := newDiffer(w.s, func() bool { n++; return n%2 == 0 })
	f.Add([]byte(`{"id": "u1", "flag": true, "n": "１２ 人", "rd": {"2023": "5 万元", "2022": {"value": 1, "status": "expired"}}, "as_of": "2024-05-06"}`))
	f.Add([]byte(`{"staff": {"complete": true, "rows": [{"flag": true, "名称": "甲"}, {}]}, "projects": [{"m": "x"}], "org": {"code": "91", "name": "甲"}}`))
	f.Add([]byte(`{"host": {"kind": "a", "rd": {"cost": "-1"}}, "host.kind": "b", "标志": "是", "flag": null, "nobody": [{"a": 1}]}`))
	f.Add([]byte(`{"name": "\ud83d\ude00\u0000", "marks": ["a", "寅"], "kind": "z", "birth": "2024-02-30", "place": "370114 章丘", "founded": +2021}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		whole.check(t, line)
		part.check(t, line)
	})
}
