package programme_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"shenbao/programme"
)

func sheet(t *testing.T, p *programme.Package, lang string) string {
	t.Helper()
	var b strings.Builder
	if err := p.WriteSheet(&b, lang); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	sheetID   = regexp.MustCompile(` id="([^"]*)"`)
	sheetLink = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	sheetKey  = regexp.MustCompile(`\b(sheet|coverage|programme|room|check|list)\.[a-z_]+\.?[a-z_]*\b`)
)

// soundSheet asks that a page stands by itself: every link leads to a place of
// it, no place is there twice, no message key shows through.
func soundSheet(t *testing.T, page string) {
	t.Helper()
	ids := map[string]bool{}
	for _, m := range sheetID.FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two places are called %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range sheetLink.FindAllStringSubmatch(page, -1) {
		if to, ok := strings.CutPrefix(m[1], "#"); !ok || !ids[to] {
			t.Errorf("a link leads to %q", m[1])
		}
	}
	_, body, _ := strings.Cut(page, "</style>")
	if key := sheetKey.FindString(body); key != "" {
		t.Errorf("a message key shows through: %s", key)
	}
	for _, bad := range []string{"<script", "ZgotmplZ", "<no value>", "%!"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
}

// Every package of programmes/, and every programme of a guide, is a page that
// shows all its clauses.
func TestSheetsOfAllPackages(t *testing.T) {
	lib, err := programme.Open(os.DirFS(packages))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range lib.List() {
		ids := []string{e.ID}
		for _, m := range e.Members {
			ids = append(ids, e.ID+"/"+m.ID)
		}
		for _, id := range ids {
			t.Run(id, func(t *testing.T) {
				p, _ := lib.Load(id)
				if p == nil {
					t.Fatal("cannot be read")
				}
				page := sheet(t, p, "zh")
				soundSheet(t, page)
				for _, c := range p.Coverage() {
					if !strings.Contains(page, `id="c-`+strings.TrimPrefix(c.Clause, e.Inventory+"-")+`"`) {
						t.Errorf("%s is not shown", c.Clause)
					}
				}
				soundSheet(t, sheet(t, p, "en"))
			})
		}
	}
}

// What a package says is text on the page, whatever it looks like.
func TestSheetEscapes(t *testing.T) {
	const attack = `</p><script>alert(1)</script>`
	p := mustLoad(t, planted(t,
		edit{demo + "/rules.md", "研发费用合计不少于500万元", "研发费用合计不少于500万元" + attack},
		edit{demo + "/call.yaml", "name: 市科技局", "name: '" + attack + "'"}))
	page := sheet(t, p, "zh")
	soundSheet(t, page)
	if n := strings.Count(page, "&lt;script&gt;"); n < 2 {
		t.Errorf("the text is shown %d times, want it in the clause and among the contacts", n)
	}
}

// A faulty package has a page, which says what is wrong.
func TestSheetOfFaultyPackage(t *testing.T) {
	lib, err := programme.Open(planted(t, edit{demo + "/call.yaml", "act: apply", "act: aply"}))
	if err != nil {
		t.Fatal(err)
	}
	p, err := lib.Load(demo)
	if err == nil {
		t.Fatal("no fault")
	}
	page := sheet(t, p, "zh")
	soundSheet(t, page)
	if !strings.Contains(page, `class="error"`) || !strings.Contains(page, "不能写“aply”") {
		t.Error("the fault is not shown")
	}
}

// The page of a guide holds what all share once, and every programme with its
// own; that of a programme holds both, and marks what it shares.
func TestSheetOfGuide(t *testing.T) {
	page := sheet(t, loadFrom(t, guideFS(nil), "guide-2024"), "zh")
	soundSheet(t, page)
	for _, want := range []string{`href="#p-guide-2024-people"`, `id="p-guide-2024-prizes"`, "人才专项", `id="c-001"`, `id="c-003"`} {
		if strings.Count(page, want) == 0 {
			t.Errorf("no %s", want)
		}
	}
	page = sheet(t, loadFrom(t, guideFS(nil), "guide-2024/people"), "zh")
	soundSheet(t, page)
	if !strings.Contains(page, `class="shared"`) || !strings.Contains(page, `id="c-001"`) {
		t.Error("the shared clauses are not shown as such")
	}
}
