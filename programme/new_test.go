package programme_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"shenbao/internal/fault"
	"shenbao/programme"
)

// draft makes a new package in a copy of a library and returns that copy with
// it.
func draft(t *testing.T, lib fstest.MapFS, want programme.IndexEntry, from string) (*programme.Draft, fstest.MapFS) {
	t.Helper()
	l, err := programme.Open(lib)
	if err != nil {
		t.Fatal(err)
	}
	d, err := l.NewDraft(want, from)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range d.Files {
		lib[want.ID+"/"+name] = &fstest.MapFile{Data: text}
	}
	lib["index.yaml"] = &fstest.MapFile{Data: d.Index}
	return d, lib
}

// problemsOf checks a package of a library and returns its errors.
func problemsOf(t *testing.T, lib fs.FS, id string) []string {
	t.Helper()
	l, err := programme.Open(lib)
	if err != nil {
		t.Fatal(err)
	}
	p, _ := l.Load(id)
	if p == nil {
		t.Fatalf("%s cannot be read", id)
	}
	var out []string
	for _, q := range p.Check() {
		if q.Severity == programme.Error {
			out = append(out, q.Place()+" "+q.Key)
		}
	}
	return out
}

// An empty package has no error but the region that nobody has given yet; with
// one it has none. Its title may hold anything that stands on one line.
func TestNewSkeleton(t *testing.T) {
	for _, title := range []string{"2025年示范技术中心", `试点："甲"项目 #1 {乙}: 丙`} {
		d, lib := draft(t, planted(t), programme.IndexEntry{ID: "trial-2025", Title: title, Region: "370100"}, "")
		if got := problemsOf(t, lib, "trial-2025"); len(got) > 0 {
			t.Errorf("%s: %v", title, got)
		}
		if d.Entry.Year != 2025 || d.Entry.Inventory != "901" || d.Entry.Status != "draft" {
			t.Errorf("entry %+v", d.Entry)
		}
		l, err := programme.Open(lib)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := l.Load("trial-2025"); err != nil || p.Title != title || p.Call.Document.Title != title {
			t.Errorf("title %q, %v", p.Title, err)
		}
	}
	_, lib := draft(t, planted(t), programme.IndexEntry{ID: "trial-2025", Title: "试点"}, "")
	if got := problemsOf(t, lib, "trial-2025"); len(got) != 1 || !strings.HasSuffix(got[0], "programme.index.region") {
		t.Errorf("without a region: %v", got)
	}
}

// A copy is last year's package without its dates and document numbers, and the
// steps name each of them with last year's value.
func TestNewCopy(t *testing.T) {
	d, lib := draft(t, planted(t), programme.IndexEntry{ID: "demo-2025", Title: "2025年示范技术中心"}, demo)
	if got := problemsOf(t, lib, "demo-2025"); len(got) > 0 {
		t.Error(got)
	}
	l, err := programme.Open(lib)
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Load("demo-2025")
	if err != nil {
		t.Fatal(err)
	}
	if p.Call.Document.Issued != nil || p.Status != "draft" || p.VerifiedOn != nil || p.Issuer == "" || p.Region == "" {
		t.Errorf("%+v", p.IndexEntry)
	}
	for _, s := range p.Call.Stages {
		if s.From != nil || s.Until != nil {
			t.Errorf("the stage %s still has a date", s.ID)
		}
	}
	call := string(d.Files["call.yaml"])
	for _, want := range []string{"# from: 2024-03-04T09:00\n", "# until: 2024-03-29T17:00\n", "issued: null"} {
		if !strings.Contains(call, want) {
			t.Errorf("call.yaml has no %q", want)
		}
	}
	var steps []string
	for _, s := range d.Todo {
		steps = append(steps, s.Key)
	}
	got := strings.Join(steps, " ")
	for _, want := range []string{"new.todo.issued", "new.todo.stage", "new.todo.parameter", "new.todo.old_year", "new.todo.verify"} {
		if !strings.Contains(got, want) {
			t.Errorf("no step %s in %s", want, got)
		}
	}
	if !strings.HasPrefix(string(d.Files["rules.md"]), "# 2025年示范技术中心") {
		t.Error("rules.md still has last year's title")
	}
}

// Every real package, guides too, can be copied into the next year.
func TestNewCopyOfAllPackages(t *testing.T) {
	lib, err := programme.Open(os.DirFS(packages))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range lib.List() {
		t.Run(e.ID, func(t *testing.T) {
			all := fstest.MapFS{}
			err := fs.WalkDir(os.DirFS(packages), ".", func(name string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() {
					return err
				}
				text, err := os.ReadFile(packages + "/" + name)
				all[name] = &fstest.MapFile{Data: text}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			before := len(problemsOf(t, all, e.ID))
			_, all = draft(t, all, programme.IndexEntry{ID: "next-2030", Title: "下一年"}, e.ID)
			if got := problemsOf(t, all, "next-2030"); len(got) > before {
				t.Errorf("%d errors, last year's has %d: %v", len(got), before, got)
			}
			l, err := programme.Open(all)
			if err != nil {
				t.Fatal(err)
			}
			p, _ := l.Load("next-2030")
			for _, m := range append([]*programme.Package{p}, p.Members...) {
				for _, s := range m.Call.Stages {
					if s.From != nil || s.Until != nil {
						t.Errorf("%s: the stage %s still has a date", m.ID, s.ID)
					}
				}
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	lib, err := programme.Open(planted(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		id, title, from, want string
	}{
		{"Demo-2025", "x", "", "new.id"},
		{"demo", "x", "", "new.id"},
		{"../demo-2025", "x", "", "new.id"},
		{"a/b-2025", "x", "", "new.id"},
		{"demo-20255", "x", "", "new.id"},
		{"demo-2025", " ", "", "new.title"},
		{"demo-2025", "a\nb", "", "new.title"},
		{demo, "x", "", "new.indexed"},
		{"demo-2025", "x", "demo-2023", "programme.package_near"},
	} {
		_, err := lib.NewDraft(programme.IndexEntry{ID: tt.id, Title: tt.title}, tt.from)
		if f := fault.Of(err); f == nil || f.Key != tt.want {
			t.Errorf("%q %q from %q: %v, want %s", tt.id, tt.title, tt.from, err, tt.want)
		}
	}
}

// Dates in braces are cut out, those on lines of their own stay behind a #.
func TestNewCopyOfFlow(t *testing.T) {
	_, lib := draft(t, planted(t,
		edit{demo + "/call.yaml", "    from: 2024-03-04T09:00\n    until: 2024-03-29T17:00\n", "    until: \"2024-03-29T17:00\" # 截止\n    from: 2024-03-04T09:00\n"},
		edit{demo + "/call.yaml", "quotas:", "  - {id: x, name: 甲, from: 2024-04-01, until: 2024-04-02, act: report, who: city}\n  - {id: y, name: 乙, act: report, who: city, until: 2024-04-02}\nquotas:"}),
		programme.IndexEntry{ID: "demo-2025", Title: "x"}, demo)
	if got := problemsOf(t, lib, "demo-2025"); len(got) > 0 {
		t.Error(got)
	}
	call := string(lib["demo-2025/call.yaml"].Data)
	for _, want := range []string{"    # until: \"2024-03-29T17:00\" # 截止\n    # from: 2024-03-04T09:00\n",
		"- {id: x, name: 甲, act: report, who: city}\n", "- {id: y, name: 乙, act: report, who: city}\n"} {
		if !strings.Contains(call, want) {
			t.Errorf("no %q in\n%s", want, call)
		}
	}
}
