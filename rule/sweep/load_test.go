package sweep

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule"
)

// loaded is a table over every scalar of the world, filled from text.
type loaded struct {
	*Table
	loader *Loader
	faults []RowFault
	err    error
}

func load(t testing.TB, text string, ndjson bool) *loaded {
	t.Helper()
	w := newWorld(1)
	var rules []rule.Rule
	for _, text := range []string{"flag", "given doc", "given name", "given alias", "given org", "given lead", "n > 1 people", "m > m2", "area > 1 m2", "part > 1%",
		"kind = a", "field in {o1, o2}", "marks has any {a, b}", "place within {370000}", "birth < checked", "founded > 2020",
		"rd.last3.sum > income.last3.sum", "exists staff where (flag)"} {
		n, f := w.s.Parse(text)
		if f != nil {
			t.Fatal(f)
		}
		rules = append(rules, rule.Rule{ID: fmt.Sprintf("r%d", len(rules)), Node: n, Effect: rule.Refuse})
	}
	l := &loaded{Table: NewTable(w.s, rules)}
	l.loader = &Loader{Table: l.Table, Sample: 50, Faults: func(f RowFault) { l.faults = append(l.faults, f) }}
	if ndjson {
		l.err = l.loader.NDJSON(t.Context(), strings.NewReader(text))
	} else {
		l.err = l.loader.CSV(t.Context(), strings.NewReader(text))
	}
	if l.err != nil {
		return l
	}
	p, faults := rule.Compile(w.s, rules)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	plan, fault := NewPlan(p, l.Table)
	if fault != nil {
		t.Fatal(fault)
	}
	v, err := plan.Run(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, wrong, err := l.loader.Ratify(p, v); err != nil || len(wrong) > 0 {
		t.Fatalf("ratify: %v %+v\n%.500s", err, wrong, text)
	}
	return l
}

// said is every fault as a person reads it.
func (l *loaded) said() string {
	var out []string
	for _, f := range l.faults {
		left := ""
		if f.Left {
			left = " (left out)"
		}
		out = append(out, fmt.Sprintf("%d:%d %s%s", f.Row, f.Line, locale.Fault("en", f.Fault), left))
	}
	for _, f := range fault.All(l.err) {
		out = append(out, "error: "+locale.Fault("en", f))
	}
	return strings.Join(out, "\n")
}

func (l *loaded) value(t *testing.T, unit int, code string) rule.Value {
	t.Helper()
	f := l.Schema.NewFacts()
	l.Read(unit, f)
	return f.Value(l.Schema.Fact(code))
}

func TestCSVValues(t *testing.T) {
	l := load(t, "编号,flag,附件,name,org,n,m,area,part,kind,marks,place,birth,founded,研发费用.2023,rd.2022年,income2021\r\n"+
		"a1,是,1,\"甲, \"\"乙\"\"\n丙\",91x|甲公司,12,3000.5,1.25,3%,子,a;寅,370114,1980-02-29,2021,5,\"1,200 元\",-0.5\r\n"+
		"a2,0,no, 碳 ,yy,,1亿元,2 公顷,,b,,370114 章丘,,,,,\r\n", false)
	if l.err != nil || len(l.faults) > 0 || l.Rows() != 2 {
		t.Fatalf("%d rows\n%s", l.Rows(), l.said())
	}
	for code, want := range map[string]rule.Value{
		"flag": {N: 1}, "doc": {N: 1}, "name": {S: "甲, \"乙\"\n丙", N: 5}, "org": {S: "91x", Label: "甲公司", N: 4}, "n": {N: 12}, "m": {N: 3_000_500_000}, "area": {N: 125},
		"part": {N: 300}, "kind": {N: 0}, "marks": {Set: 5}, "place": {N: 370114}, "birth": {N: day("1980-02-29")}, "founded": {N: 2021},
	} {
		want.State = rule.Known
		got := l.value(t, 0, code)
		if code == "name" || code == "org" {
			got.N = want.N
		}
		if got != want {
			t.Errorf("%s = %+v, want %+v", code, got, want)
		}
	}
	f := l.Schema.NewFacts()
	l.Read(0, f)
	for y, want := range map[int]int64{2021: -500_000, 2022: 120_000, 2023: 5_000_000} {
		fact := l.Schema.Fact("rd")
		if y == 2021 {
			fact = l.Schema.Fact("income")
		}
		if v := f.YearValue(fact, y); v.N != want || v.State != rule.Known {
			t.Errorf("%d = %+v, want %d", y, v, want)
		}
	}
	if l.Key(0) != "a1" || l.Line(1) != 4 || !l.Keyed() {
		t.Errorf("key %q, line %d", l.Key(0), l.Line(1))
	}
	if v := l.value(t, 1, "m"); v.N != 1e10 {
		t.Errorf("m = %+v", v)
	}
	if v := l.value(t, 1, "n"); v.State != rule.NotSupplied {
		t.Errorf("n = %+v", v)
	}
}

func TestCSVFaults(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"unknown column", "flag,研发费,nn\n1,2,3\n", "error: 1: 研发费: "},
		{"list", "staff\n1\n", "error: 1: staff: "},
		{"year", "rd.2018\n1\n", "error: 1: rd.2018: "},
		{"twice", "flag,标志\n1,1\n", "error: 1: 标志: "},
		{"no name", "flag,,n\n1,1,1\n", "error: 1: "},
		{"empty", "", "error: "},
		{"workbook", "PK\x03\x04rest", "error: "},
		{"utf16", "\xff\xfef\x00", "error: "},
		{"too few", "flag,n\n1\n0,2\n", "1:2 "},
		{"too many", "flag,n\n1,2,3\n0,2\n", "1:2 "},
		{"bad values", "flag,n,m,birth,kind\nmaybe,1.5,x 元,2024-02-30,z\n", "1:2 flag: "},
		{"quote bomb", "flag,name\n1,\"" + strings.Repeat("a\n", 2_000_000), "error: 2: "},
		{"long cell", "flag,name\n1," + strings.Repeat("字", 1_000_000) + "\n0,b\n", "1:2 "},
		{"long quoted cell", "flag,name\n1,\"" + strings.Repeat("字\n", 1_000_000) + "\"\n0,b\n", "1:2 "},
		{"mixed", "flag,name\n1,中国中国\n0,\xd6\xd0\xb9\xfa\n", "2:3 "},
	} {
		l := load(t, c.text, false)
		if !strings.HasPrefix(l.said(), c.want) {
			t.Errorf("%s: %q, want %q…", c.name, l.said(), c.want)
		}
		if strings.Contains(l.said(), "sweep.") || strings.Contains(l.said(), "rule.") {
			t.Errorf("%s: a message is missing: %s", c.name, l.said())
		}
		if l.Bytes() > 4<<20 {
			t.Errorf("%s takes %d bytes", c.name, l.Bytes())
		}
	}
	l := load(t, "flag,n,m,birth,kind\nmaybe,1.5,x 元,2024-02-30,z\n1,2,3,2024-02-29,a\n", false)
	if l.Rows() != 2 || len(l.faults) != 5 || l.value(t, 0, "m").State != rule.NotSupplied || l.value(t, 1, "m").N != 3e6 {
		t.Errorf("%d rows, %s", l.Rows(), l.said())
	}
}

// GBK is read like UTF-8, with and without a mark, from the header or later.
func TestEncodings(t *testing.T) {
	text := "编号,名称,性质\n甲,中心,子\n乙,重点实验室,丑\n"
	late := "id,name,kind\n" + strings.Repeat("x,abc,a\n", 20_000) + "甲,国家重点实验室,a\n"
	for _, s := range []string{text, late} {
		plain := load(t, s, false)
		gbk, err := simplifiedchinese.GBK.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		for name, s := range map[string]string{"gbk": gbk, "mark": "\xef\xbb\xbf" + s} {
			l := load(t, s, false)
			last := l.Rows() - 1
			if l.said() != "" || last != plain.Rows()-1 || l.value(t, last, "name") != plain.value(t, last, "name") || l.Key(last) != plain.Key(last) {
				t.Errorf("%s: %d rows, %q\n%s", name, l.Rows(), l.Key(last), l.said())
			}
		}
	}
	mixed := load(t, "名称\n"+strings.Repeat("中国\n", 10)+"\xd6\xd0\xb9\xfa\n", false)
	if mixed.Rows() != 10 || len(mixed.faults) != 1 || !mixed.faults[0].Left {
		t.Errorf("%d rows\n%s", mixed.Rows(), mixed.said())
	}
}

func TestNDJSON(t *testing.T) {
	for line, want := range map[string]string{
		`{"flag": true, "标志": true}`:               `1:1 标志: "flag" and "标志" are the same fact; give one`,
		`{"flag": true, "flag": false}`:            `1:1 1:16: "flag" is given twice; keep one (left out)`,
		`{"编号": "a", "id": "b"}`:                   `1:1 编号: There is no fact "编号".`,
		`{"id": {"a": 1}}`:                         `1:1 id.a: There is no fact "id.a".`,
		`[{"flag": true}]`:                         `1:1 1:1: The outermost value must be an object {…} (left out)`,
		`{"nobody": [1, {"a": 2, "a": 3}]}`:        `1:1 1:25: "a" is given twice; keep one (left out)`,
		"{\"flag\": \"a\x00b\"}":                   `1:1 The row has a zero byte; the file may be damaged, or be no text (left out)`,
		"\xef\xbb\xbf{\"flag\": true}\xef\xbb\xbf": `1:1 1:15: There is more after the end of the JSON; one file holds one set of facts (left out)`,
	} {
		l := load(t, `{"id": "b", "flag": true}`+"\n"+line+"\n", true)
		got := strings.TrimPrefix(l.said(), "2:2 ")
		if _, want, _ = strings.Cut(want, " "); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
		if v := l.value(t, l.Rows()-1, "flag"); l.Rows() == 2 && v.State != rule.NotSupplied || l.Key(l.Rows()-1) != "b" && l.Key(l.Rows()-1) != "" {
			t.Errorf("%s: %+v, key %q", line, v, l.Key(l.Rows()-1))
		}
	}
	l := load(t, `{"id": "u1", "flag": true, "rd": {"2023": "5 万元"}, "staff": {"complete": true, "rows": [{"flag": true}]}}
{"编号": 7, "n": {"value": 3, "status": "unverified"}, "nobody": 1, "kind": "z"}

{"flag": }
[1]
{"registers": {}, "m": 5, "staff": [{"flag": 3}]}
`, true)
	if l.Rows() != 3 || l.Key(0) != "u1" || l.Key(1) != "7" || l.Line(2) != 6 {
		t.Fatalf("%d rows, %s", l.Rows(), l.said())
	}
	if v := l.value(t, 1, "n"); v.State != rule.IsUnverified {
		t.Errorf("n = %+v", v)
	}
	if v := l.value(t, 2, "m"); v.N != 5e6 {
		t.Errorf("m = %+v", v)
	}
	left := 0
	for _, f := range l.faults {
		if f.Left {
			left++
		}
	}
	if left != 2 || len(l.faults) != 6 {
		t.Errorf("%d rows left out, faults:\n%s", left, l.said())
	}
}

// The sample is drawn from the whole file, and held to the reference with all
// that was wrong with its rows.
func TestSample(t *testing.T) {
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, `{"id": %d, "flag": %t, "n": "%d 人", "标志": true, "staff": [{"n": %d}, {"m": "x"}]}`+"\n", i, i%2 == 0, i, i)
	}
	l := load(t, b.String(), true)
	if l.Rows() != 3000 || len(l.loader.sampled) != 50 {
		t.Fatalf("%d rows, %d sampled", l.Rows(), len(l.loader.sampled))
	}
	late := 0
	for _, s := range l.loader.sampled {
		if s.unit >= 1500 {
			late++
		}
	}
	if late < 10 || late > 40 {
		t.Errorf("%d of 50 rows are from the second half", late)
	}
}

// What CSV reads on its own means the same as in a facts file.
func TestPlainCells(t *testing.T) {
	w := newWorld(1)
	r := rand.New(rand.NewPCG(1, 2))
	parts := []string{"0", "1", "9", "12", ".", "-", "00", "5", "2024", "-02-29", "-12-31", "-13-01", "370", "114", " ", "e", "+", ",", "%", "元", "万元", "人", "公顷", "０", "是", "o69", "999999999"}
	tried := 0
	for range 30_000 {
		var b strings.Builder
		for range 1 + r.IntN(5) {
			b.WriteString(parts[r.IntN(len(parts))])
		}
		cell := []byte(strings.TrimSpace(b.String()))
		for _, code := range []string{"n", "m", "area", "part", "birth", "founded", "place", "field", "flag"} {
			x := newTarget(w.s, w.s.Fact(code), 0)
			if len(cell) == 0 {
				continue
			}
			if n, ok := measured(x.fact, string(cell)); ok {
				if m, again := measured(x.fact, cell); !again || m != n {
					t.Fatalf("%s %q: %d as a text, %d as a cell", code, cell, n, m)
				}
			}
			fast, ok := x.fast(cell)
			if !ok {
				continue
			}
			tried++
			slow, f := x.slow(cell)
			slow.Label = ""
			if f != nil || slow != fast {
				t.Fatalf("%s %q: %+v, in a facts file %+v %v", code, cell, fast, slow, f)
			}
		}
	}
	if tried < 5000 {
		t.Errorf("only %d cells tried", tried)
	}
}

// FuzzCSV looks for a file that breaks the reader or that it understands in
// another way than a facts file says.
func FuzzCSV(f *testing.F) {
	f.Add([]byte("编号,flag,n,m\n1,是,2,3\n"))
	f.Add([]byte("\xef\xbb\xbfflag;name\n1;\"a;\"\"b\"\n"))
	f.Add([]byte("name\n\xd6\xd0\xb9\xfa\n\"\n"))
	f.Add([]byte("rd.2023\torg\n1.5\tx|y\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		l := load(t, string(data), false)
		if l.err == nil && l.Rows()+len(l.faults) > bytes.Count(data, []byte("\n"))*12+12 {
			t.Fatal("more rows than lines: " + strconv.Itoa(l.Rows()))
		}
	})
}
