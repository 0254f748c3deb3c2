package programme_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenbao/programme"
)

const packages = "../programmes"

// eachPackage runs fn for every package of programmes/.
func eachPackage(t *testing.T, fn func(t *testing.T, p *programme.Package)) {
	lib, err := programme.Open(os.DirFS(packages))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range lib.List() {
		t.Run(e.ID, func(t *testing.T) {
			p, err := lib.Load(e.ID)
			if err != nil {
				t.Fatal(err)
			}
			fn(t, p)
		})
	}
}

// eachProgramme runs fn for every package, and for every programme of a guide.
func eachProgramme(t *testing.T, fn func(t *testing.T, p *programme.Package)) {
	eachPackage(t, func(t *testing.T, p *programme.Package) {
		for _, m := range p.Members {
			t.Run(strings.TrimPrefix(m.ID, p.ID+"/"), func(t *testing.T) { fn(t, m) })
		}
		if len(p.Members) == 0 {
			fn(t, p)
		}
	})
}

// Every package is free of errors: it parses, its rules compile, its references
// hold, its cases come out as they say.
func TestPackagesAreSound(t *testing.T) {
	eachPackage(t, func(t *testing.T, p *programme.Package) {
		for _, q := range p.Check() {
			if q.Severity == programme.Error {
				t.Errorf("%s: %s: %s", q.Place(), q.Field, q.Text("zh"))
			}
		}
	})
}

// Every programme is worked through: the two provincial calls by 25 cases and
// more, those with conditions of their own by 8, the three whose conditions
// interlock by 15; a programme by reference shows at least 2.
func TestPackagesHaveCases(t *testing.T) {
	many := map[string]int{"shandong-tic-2024": 25, "shanxi-tic-2024": 25, "jinan-2019/foreign-experts": 15,
		"jinan-2019/clinical-centre": 15, "jinan-2019/clinical-project": 15}
	eachProgramme(t, func(t *testing.T, p *programme.Package) {
		want := max(8, many[p.ID])
		if p.Call.Mode == "reference" || p.Call.Mode == "one-off" || p.Call.Mode == "ranking" {
			want = 2
		}
		if n := len(p.RunCases()); n < want {
			t.Errorf("%d cases, want at least %d", n, want)
		}
	})
}

// The contradictions of the official texts are those that a reader found.
func TestKnownContradictions(t *testing.T) {
	known := map[string][]string{
		"shandong-tic-2024": {"programme.lint.label 085 089", "programme.lint.opening 057 065", "programme.lint.term 049 052"},
	}
	eachPackage(t, func(t *testing.T, p *programme.Package) {
		var got []string
		for _, q := range p.Check() {
			if q.Severity == programme.Contradiction {
				got = append(got, q.Key+" "+strings.Join(q.Clauses, " "))
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, known[p.ID]) {
			t.Errorf("contradictions %q, want %q", got, known[p.ID])
		}
	})
}

// carrierTypes are the types that coverage may name.
var carrierTypes = []string{"rule", "judge", "field", "material", "stage", "quota", "table", "duty", "note"}

// Coverage lists every clause once, in order, each with a carrier of a known
// type; against the inventory, when it stands beside the project, not one is
// missing and not one is made up.
func TestPackagesCoverTheInventory(t *testing.T) {
	eachPackage(t, func(t *testing.T, p *programme.Package) {
		var got []string
		for _, c := range p.Coverage() {
			got = append(got, c.Clause)
			if len(c.Carriers) == 0 {
				t.Errorf("nothing carries %s", c.Clause)
			}
			for _, k := range c.Carriers {
				if !slices.Contains(carrierTypes, k.Type) || k.ID == "" || k.Room == "" || k.State != programme.Runs && k.State != programme.Pending {
					t.Errorf("%s: carrier %+v", c.Clause, k)
				}
			}
			if c.Locator == "" || c.Kind == "" || c.Modality == "" {
				t.Errorf("incomplete: %+v", c)
			}
		}
		if !slices.IsSorted(got) || len(slices.Compact(slices.Clone(got))) != len(got) {
			t.Error("the clauses are not in order, each once")
		}
		if want := inventory(t, p.Inventory); want != nil && !slices.Equal(got, want) {
			t.Errorf("covered %v, the inventory has %v", got, want)
		}
	})
}

// inventory reads the clause ids of a seed from the list beside the project, or
// returns nil where there is none.
func inventory(t *testing.T, seed string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../shared", "clauses.json"))
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Logf("not compared with the inventory: %v", err)
		return nil
	}
	var rows []struct {
		ID string `json:"id"`
	}
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range rows {
		if strings.HasPrefix(r.ID, seed+"-") {
			ids = append(ids, r.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// The JSON of coverage is that of its golden file.
func TestCoverageGolden(t *testing.T) {
	text, err := json.MarshalIndent(mustLoad(t, planted(t)).Coverage(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/coverage.json", append(text, '\n'))
}

// The JSON of show is that of its golden file.
func TestShowGolden(t *testing.T) {
	text, err := json.MarshalIndent(mustLoad(t, planted(t)).Show("zh"), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/show.json", append(text, '\n'))
}

// The fixture agrees with its official text, and no longer when a figure of any
// of its files is changed.
func TestVerifyFixture(t *testing.T) {
	source := func() *os.File {
		f, err := os.Open(library + "/source.txt")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	r, err := mustLoad(t, planted(t)).Verify(source())
	if err != nil || !r.OK || r.Clauses != 14 {
		t.Fatalf("%v %+v", err, r)
	}
	for _, e := range []edit{
		{demo + "/rules.md", "研发费用合计不少于500万元", "研发费用合计不少于600万元"},
		{demo + "/rules.md", "不少于 500 万元", "不少于 600 万元"},
		{demo + "/rules.md", "不少于 500 万元", "超过 500 万元"},
		{demo + "/rules.md", "的 3%", "的 4%"},
		{demo + "/rules.md", "不超过 60 周岁", "不超过 61 周岁"},
		{demo + "/call.yaml", "until: 2024-03-29T17:00", "until: 2024-03-28T17:00"},
		{demo + "/call.yaml", "until: 2024-03-29T17:00", "until: 2024-03-29T18:00"},
		{demo + "/call.yaml", "issued: 2024-03-01", "issued: 2024-03-02"},
		{demo + "/call.yaml", "limit: 3,", "limit: 4,"},
		{demo + "/call.yaml", "0531-12345678", "0531-12345679"},
		{demo + "/tables.yaml", "max: 300 字", "max: 200 字"},
		{demo + "/after.yaml", "due: 12月底", "due: 11月底"},
	} {
		r, err := mustLoad(t, planted(t, e)).Verify(source())
		if err != nil || r.OK {
			t.Errorf("%s: %q for %q still agrees (%v)", e.file, e.new, e.old, err)
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	lib, err := programme.Open(os.DirFS(packages))
	if err != nil {
		b.Fatal(err)
	}
	for _, e := range lib.List() {
		b.Run(e.ID, func(b *testing.B) {
			for b.Loop() {
				if p, _ := lib.Load(e.ID); p == nil {
					b.Fatal("not loaded")
				}
			}
		})
	}
}

// BenchmarkAll loads and checks every package, cases included, as
// "programme check" does. The goal is 300 ms.
func BenchmarkAll(b *testing.B) {
	for b.Loop() {
		lib, err := programme.Open(os.DirFS(packages))
		if err != nil {
			b.Fatal(err)
		}
		for _, e := range lib.List() {
			p, err := lib.Load(e.ID)
			if err != nil {
				b.Fatal(err)
			}
			p.Check()
		}
	}
}
