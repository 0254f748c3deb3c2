package sweep

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule"
)

// withRows is a table of units in CSV with the lists staff and projects.
type withRows struct {
	*loaded
	program *rule.Program
}

// loadLists loads units and the files of lists; a name that ends in ! is a file
// declared complete.
func loadLists(t testing.TB, units string, files ...[2]string) *withRows {
	t.Helper()
	w := newWorld(1)
	var rules []rule.Rule
	for i, text := range []string{"n > 1 people", "count(staff) >= 2 people", "count(projects where (flag)) = 1 people", "exists staff where (name = \"甲\")",
		"every staff where (flag)", "sum(projects.m) > 3 wan_yuan", "given projects", "given staff", "check named(staff)", "every projects where (n > 1 people)"} {
		n, f := w.s.Parse(text)
		if f != nil {
			t.Fatal(f)
		}
		rules = append(rules, rule.Rule{ID: fmt.Sprintf("r%d", i), Node: n, Effect: rule.Refuse})
	}
	l := &withRows{loaded: &loaded{Table: NewTable(w.s, rules)}}
	l.loader = &Loader{Table: l.Table, Sample: 100, Faults: func(f RowFault) { l.faults = append(l.faults, f) }}
	l.err = l.loader.CSV(t.Context(), strings.NewReader(units))
	for _, file := range files {
		if l.err != nil {
			return l
		}
		code, complete := strings.CutSuffix(file[0], "!")
		l.err = l.loader.List(t.Context(), ListFile{Fact: w.s.Fact(code), Complete: complete}, strings.NewReader(file[1]))
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
		t.Fatalf("ratify: %v %+v\n%.500s\n%v", err, wrong, units, files)
	}
	l.program = p
	return l
}

func (l *withRows) said() string {
	var out []string
	for _, f := range l.faults {
		out = append(out, said(f))
	}
	for _, f := range fault.All(l.err) {
		out = append(out, "error "+locale.Fault("en", f))
	}
	return strings.Join(out, "\n")
}

// list shows a unit's list: its state, and the values of one column.
func (l *withRows) list(unit int, code, column string) string {
	f := l.Schema.NewFacts()
	l.Read(unit, f)
	rows := f.Rows(l.Schema.Fact(code))
	out := []string{fmt.Sprintf("%d", rows.State)}
	if rows.Complete {
		out = append(out, "all")
	}
	for i := range rows.N {
		v := f.Cell(l.Schema.Fact(code+"."+column), i)
		out = append(out, fmt.Sprintf("%s%d", v.S, v.N))
	}
	return strings.Join(out, " ")
}

const threeUnits = "编号,n\nu1,1\nu2,2\nu3,3\nu4,4\n"

// Whether a list is known, open, complete or empty is what the file says, as
// the language has it.
func TestListStates(t *testing.T) {
	for _, c := range []struct {
		name, code, text string
		want             []string // of the four units: state, completeness, n of each row
	}{
		{"open", "staff", "unit,n\nu1,7\nu3,8\nu1,9\n", []string{"1 7 9", "0", "1 8", "0"}},
		{"complete file", "staff!", "unit,人数\nu1,7\nu3,8\nu1,9\n", []string{"1 all 7 9", "1 all", "1 all 8", "1 all"}},
		{"no rows at all", "staff", "unit,n\n", []string{"0", "0", "0", "0"}},
		{"complete file without rows", "staff!", "unit,n\n", []string{"1 all", "1 all", "1 all", "1 all"}},
		{"complete by unit", "staff", "unit,n,完整\nu1,7,是\nu2,8,否\nu1,9,\nu3,,yes\nu4,,\n", []string{"1 all 7 9", "1 8", "1 all", "1"}},
		{"they differ", "staff", "unit,complete,n\nu1,是,7\nu1,否,9\n", []string{"1 7 9", "0", "0", "0"}},
		{"a closed list", "projects", "unit,n\nu1,7\nu2,\n", []string{"1 all 7", "1 all", "0", "0"}},
		{"an unknown value", "staff!", "unit,n,flag\nu1,7,是\nu1,x,否\n", []string{"1 all 7 0", "1 all", "1 all", "1 all"}},
		{"a row without values is none", "staff", "unit,n\nu1,\nu1,7\nu1,\n", []string{"1 7", "0", "0", "0"}},
		{"a row too narrow", "staff!", "unit,n,flag\nu1,7,是\nu1,8\nu2,9,是\n", []string{"0", "1 all 9", "1 all", "1 all"}},
		{"a row that cannot be read", "staff!", "unit,n,name\nu1,7,甲\nu2,8,\xd6\xd0\xb9\xfa\nu3,9,乙\n", []string{"1 all 7", "0", "1 all 9", "1 all"}},
		{"a row of nobody", "staff!", "unit,n\nu1,7\n,8\nu2,9\n", []string{"1 7", "1 9", "1", "1"}},
		{"a row of nobody in a closed list", "projects", "unit,n\nu1,7\n,8\nu2,9\n", []string{"0", "0", "0", "0"}},
		{"a row of a stranger", "staff!", "unit,n\nu1,7\nx,8\nu2,9\n", []string{"1 all 7", "1 all 9", "1 all", "1 all"}},
		{"too many rows", "projects", "unit,n\nu2,1\n" + strings.Repeat("u1,7\n", 21) + "u1,8\n", []string{"0", "1 all 1", "0", "0"}},
		{"a long row", "staff!", "unit,n\nu1,7\nu2,\"" + strings.Repeat("9", maxRecord) + "\"\nu3,8\n", []string{"1 all 7", "0", "1 all 8", "1 all"}},
		{"a long row of nobody", "staff!", "unit,n\nu1,7\n" + strings.Repeat("9", maxRecord+1) + ",2\nu3,8\n", []string{"1 7", "1", "1 8", "1"}},
		{"keys with spaces", "staff", "unit,n\n u1 ,7\n", []string{"1 7", "0", "0", "0"}},
	} {
		l := loadLists(t, threeUnits, [2]string{c.code, c.text})
		code := strings.TrimSuffix(c.code, "!")
		var got []string
		for unit := range l.Rows() {
			got = append(got, l.list(unit, code, "n"))
		}
		if !slices.Equal(got, c.want) || l.err != nil {
			t.Errorf("%s: %q, want %q\n%s", c.name, got, c.want, l.said())
		}
	}
}

// What is wrong with a file of rows, by line.
func TestListFaults(t *testing.T) {
	for _, c := range []struct{ name, units, code, text, want string }{
		{"stranger", threeUnits, "staff", "unit,n\nu1,7\nx9,8\n", `staff 3 No unit has the key "x9" (left out)`},
		{"nobody", threeUnits, "staff", "unit,n\n,8\n", "staff 2 The row has no key of a unit; nobody knows whose it is (left out)\nstaff 0 Of some rows nobody knows"},
		{"value", threeUnits, "staff", "unit,n,kind\nu1,x,a\nu1,2,z\n", "staff 2 n: \"x\" is no number, or none that \"人\" can hold exactly; write \"3000 万元\" or 3000\nstaff 3 kind: There is no option \"z\". Did you mean \"a\"?"},
		{"too narrow", threeUnits, "staff", "unit,n,flag\nu1,7\n", "staff 2 2 cells, the header has 3; check commas and quotation marks (left out)"},
		{"too many", threeUnits, "projects", "unit,n\n" + strings.Repeat("u1,7\n", 25), "projects 22 The list of this unit has more than 20 rows; the whole list counts as not supplied (left out)"},
		{"differ", threeUnits, "staff", "unit,完整,n\nu1,是,7\nu1,否,9\n", "staff 3 complete: The rows of this unit differ"},
		{"neither yes nor no", threeUnits, "staff", "unit,完整,n\nu1,大概,7\n", `staff 2 complete: "大概" is neither yes nor no`},
		{"key twice", "编号,n\nu1,1\nu1,2\nu2,3\n", "staff!", "unit,n\nu1,7\nu2,8\n", `3 The key "u1" is that of the unit on line 2 too; the lists of both count as not supplied` + "\n" + `staff 2 Several units have the key "u1"; nobody knows whose row this is (left out)`},
		{"no key", "编号,n\nu1,1\n,2\n", "staff!", "unit,n\nu1,7\n", "3 The unit has no key; its lists count as not supplied"},
		{"no column of keys", "n\n1\n", "staff", "unit,n\nu1,7\n", "error The units have no column of keys"},
		{"unknown column", threeUnits, "staff", "unit,nn,n,m\nu1,7,8,9\n", `error 1: nn: The list "人员" has no column "nn".`},
		{"column twice", threeUnits, "staff", "unit,n,人数\nu1,7,8\n", `error 1: 人数: "人数" has two columns`},
		{"no key first", threeUnits, "staff", "n,unit\n7,u1\n", "error 1: n: The first column must be the unit's key, as in the units' file; this is a column of the list\nerror 1: unit: The list"},
		{"no columns", threeUnits, "staff", "unit\nu1\n", `error 1: Behind the first column the columns of the list "人员" are wanted`},
		{"no name", threeUnits, "staff", "unit,,n\nu1,1,2\n", "error 1: Column 2 has no name"},
		{"complete twice", threeUnits, "staff!", "unit,n,complete\nu1,1,是\n", "error 1: complete: --complete staff declares the whole file"},
		{"empty", threeUnits, "staff", "", "error The file is empty"},
		{"open quote", threeUnits, "staff", "unit,n\nu1,1\nu2,\"2\n", "error 3: The quotation mark opened here is never closed"},
		{"UTF-16", threeUnits, "staff", "\xff\xfeu\x00", "error The file is in UTF-16"},
		{"a list in the units", "编号,staff\nu1,1\n", "staff", "unit,n\nu1,1\n", `error 1: staff: "人员" is a list and no column of the units; give it a file of its own, unit first: --list staff=FILE.csv`},
	} {
		l := loadLists(t, c.units, [2]string{c.code, c.text})
		if got := l.said(); !strings.HasPrefix(got, c.want) || strings.Count(got, "\n") > strings.Count(c.want, "\n") && c.name != "nobody" {
			t.Errorf("%s: %s\nwant %s", c.name, got, c.want)
		}
	}
	w := newWorld(1)
	l := &Loader{Table: NewTable(w.s, nil)}
	if err := errors.Join(l.NDJSON(t.Context(), strings.NewReader("{\"id\": 1}\n")), l.List(t.Context(), ListFile{Fact: w.s.Fact("staff")}, strings.NewReader("unit,n\n1,2\n"))); err == nil || !strings.Contains(err.Error(), "sweep.list.lines") {
		t.Errorf("lists beside NDJSON: %v", err)
	}
	same := loadLists(t, "编号,n\nu1,1\nu1,2\n,3\nu2,4\n", [2]string{"staff!", "unit,n\nu2,8\n"})
	for unit, want := range []string{"0", "0", "0", "1 all 8"} {
		if got := same.list(unit, "staff", "n"); got != want {
			t.Errorf("unit %d, of which some have no key of their own: %q, want %q", unit, got, want)
		}
	}
	chinese := loadLists(t, gbk(t, "编号,n\n甲公司,1\n乙公司,2\n"), [2]string{"staff!", gbk(t, "单位编号,n\n\"乙公司\",7\n乙公司,8\n")})
	if chinese.said() != "" || chinese.list(1, "staff", "n") != "1 all 7 8" {
		t.Errorf("keys in GBK: %q %s", chinese.list(1, "staff", "n"), chinese.said())
	}
	quiet := loadLists(t, threeUnits, [2]string{"staff", gbk(t, "编号,名称\nu1,甲公司\n\nu2,\"乙，\n丙\"\n")})
	if quiet.said() != "" || quiet.list(1, "staff", "name") != "1 乙，\n丙3" {
		t.Errorf("GBK: %q %s", quiet.list(1, "staff", "name"), quiet.said())
	}
}

// Units with their lists in lines, and the same in files of CSV with the rows in
// any order, make the same table.
func TestListsAgree(t *testing.T) {
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 9))
		var units strings.Builder
		units.WriteString("id,n\n")
		var lines []string
		files := map[string][]string{}
		rows := map[string][][]string{}
		const count = 1500
		for u := range count {
			key := fmt.Sprintf("单位%d", u)
			fmt.Fprintf(&units, "%s,%d\n", key, u%5)
			line := fmt.Sprintf(`"id": %q, "n": %d`, key, u%5)
			for _, code := range []string{"staff", "projects"} {
				of, doc := randomList(r, key)
				rows[code] = append(rows[code], of)
				if doc != "" {
					line += fmt.Sprintf(", %q: %s", code, doc)
				}
			}
			lines = append(lines, "{"+line+"}")
		}
		for code, of := range rows {
			if seed > 0 { // units anyhow, but the rows of each in their order
				files[code] = interleave(r, of)
			} else {
				files[code] = slices.Concat(of...)
			}
		}
		header := "编号,flag,名称,m,完整\n"
		got := loadLists(t, units.String(), [2]string{"staff", header + strings.Join(files["staff"], "\n")}, [2]string{"projects", header + strings.Join(files["projects"], "\n")})
		if got.said() != "" {
			t.Fatal(got.said())
		}
		want := &Loader{Table: NewTable(got.Schema, got.program.Rules), Faults: func(f RowFault) { t.Fatal(f.Fault) }}
		if err := want.NDJSON(t.Context(), strings.NewReader(strings.Join(lines, "\n"))); err != nil {
			t.Fatal(err)
		}
		a, b := got.Schema.NewFacts(), got.Schema.NewFacts()
		for u := range count {
			got.Read(u, a)
			want.Table.Read(u, b)
			for _, code := range []string{"staff", "projects"} {
				x, y := a.Rows(got.Schema.Fact(code)), b.Rows(got.Schema.Fact(code))
				if x.State != y.State || x.Complete != y.Complete || x.N != y.N || !reflect.DeepEqual(x.Cells[:len(y.Cells)], y.Cells) {
					t.Fatalf("seed %d, unit %d, %s: %+v, in a line %+v\n%s", seed, u, code, x, y, lines[u])
				}
			}
		}
	}
}

// randomList is a list as lines of CSV and as JSON; "" when it is not supplied.
func randomList(r *rand.Rand, key string) (rows []string, doc string) {
	n := r.IntN(4)
	if r.IntN(20) == 0 {
		n = 20
	}
	said := []string{"", "是", "否"}[r.IntN(3)]
	if n == 0 && r.IntN(2) == 0 {
		return nil, ""
	}
	var objects []string
	for i := range n {
		flag, name, m := r.IntN(3), []string{"", "甲", "A,\"1\"", "丙 丁"}[1+r.IntN(3)], r.IntN(9)
		mark := ""
		if i == n-1 {
			mark = said
		}
		rows = append(rows, fmt.Sprintf("%s,%s,\"%s\",%d,%s", key, []string{"是", "否", ""}[flag], strings.ReplaceAll(name, `"`, `""`), m, mark))
		text, _ := json.Marshal(name)
		objects = append(objects, fmt.Sprintf(`{"flag": %s, "name": %s, "m": %d}`, []string{"true", "false", "null"}[flag], text, m))
	}
	if n == 0 {
		rows = []string{key + ",,,," + said}
	}
	return rows, fmt.Sprintf(`{"complete": %t, "rows": [%s]}`, said == "是", strings.Join(objects, ", "))
}

// interleave mixes lists of lines, keeping the order within each.
func interleave(r *rand.Rand, lists [][]string) (out []string) {
	lists = slices.DeleteFunc(slices.Clone(lists), func(l []string) bool { return len(l) == 0 })
	for len(lists) > 0 {
		i := r.IntN(len(lists))
		out = append(out, lists[i][0])
		if lists[i] = lists[i][1:]; len(lists[i]) == 0 {
			lists[i] = lists[len(lists)-1]
			lists = lists[:len(lists)-1]
		}
	}
	return out
}

// FuzzList looks for a file of rows that breaks the reader, that loses rows
// without a word, or that makes the sweep answer otherwise than the reference.
func FuzzList(f *testing.F) {
	f.Add([]byte("unit,n,flag\nu1,1,是\nu2,x,否\n"), false)
	f.Add([]byte("编号;名称;完整\nu1;\"甲;\"\"乙\";是\nu3;;是\n"), false)
	f.Add([]byte("unit\tm\nu4\t1,200 元\nu9\t2\n\t3\n"), true)
	f.Add([]byte("unit,\xc3\xfb\xb3\xc6\nu1,\xd6\xd0\xb9\xfa\nu2,\"\xd2\xd2\n\n"), true)
	f.Fuzz(func(t *testing.T, data []byte, complete bool) {
		code := "projects"
		if complete {
			code += "!"
		}
		l := loadLists(t, threeUnits, [2]string{code, string(data)})
		if l.err != nil {
			return
		}
		kept := 0
		facts := l.Schema.NewFacts()
		for unit := range l.Rows() {
			l.Read(unit, facts)
			kept += facts.Rows(l.Schema.Fact("projects")).N
		}
		if kept > strings.Count(string(data), "\n")+strings.Count(string(data), "\r") {
			t.Fatalf("%d rows of %q", kept, data)
		}
	})
}
