package apply

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/fault"
	"shenbao/internal/sample"
	"shenbao/programme"
	"shenbao/rule"
)

var printLibrary = sync.OnceValues(func() (*programme.Library, error) { return programme.Open(os.DirFS("../programmes")) })

func printPackage(t testing.TB, id string) *programme.Package {
	t.Helper()
	lib, err := printLibrary()
	if err != nil {
		t.Fatal(err)
	}
	p, err := lib.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// printIdentity is the number of nobody; its middle is never to be read.
const printIdentity = "370000197708129017"

// filled is a version of the first unit of the sample that applies under a
// package, with everything in it.
func filled(t testing.TB, id string) *Content {
	t.Helper()
	p := printPackage(t, id)
	units := sample.Units()
	u := units[slices.IndexFunc(units, func(u sample.Unit) bool { return u.Call == id })]
	facts := u.Application()
	for code, value := range profileFacts(u) {
		if p.Schema.Fact(code) != nil && facts[code] == nil {
			facts[code] = value
		}
	}
	sealPeople(facts)
	text, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	decoded, _ := decode(text).(map[string]any)
	c := &Content{Application: "0192f3c4a1b27d3e8f0011223344abcd", Number: 2, Package: p, Name: fmt.Sprint(facts["centre.name"]), UnitName: u.Name, UnitCode: u.Code,
		Call: &call.Call{Title: p.Call.Document.Title, Number: p.Call.Document.Number, IssuerName: p.Call.Document.Issuer},
		At:   time.Date(2024, 12, 2, 16, 59, 59, 999e6, clock.Zone), PersonName: "王明远", Hash: strings.Repeat("0123456789abcdef", 4), facts: decoded,
		Texts:    Texts{Outline: map[string]string{}, Reasons: map[string]string{}, Pledges: Pledges},
		Partners: []Joined{{Name: "京北理工大学", State: Confirmed, Confirmed: time.Date(2024, 12, 1, 10, 20, 30, 456e6, clock.Zone), Part: strings.Repeat("ab", 32)}}}
	for i, s := range p.Form.Outline {
		c.Texts.Outline[s.ID] = fmt.Sprintf("第%d节正文。\n%s", i+1, strings.Repeat("围绕关键部件开展研究，形成完整链条。", 20))
	}
	if p.Program != nil {
		c.Texts.Reasons[p.Program.Rules[0].ID] = "属于新兴领域，团队正在组建，年内到位。"
	}
	for i, m := range p.Form.Materials {
		if m.Room == "apply" {
			c.Files = append(c.Files, HandedIn{m.ID, m.Name + ".pdf", fmt.Sprintf("%064x", i+1), int64(i+1) * 123_456})
		}
	}
	return c
}

// profileFacts are what the profile of a unit would fill in.
func profileFacts(u sample.Unit) map[string]any {
	var staff []map[string]any
	for i := range 56 {
		staff = append(staff, map[string]any{"name": "示例" + strconv.Itoa(i), "person": map[string]any{"code": printIdentity, "name": "x"}, "birth": "1985-03-12", "post": "research", "fulltime": i%2 == 0})
	}
	money := map[string]any{"2021": "1,450.5 万元", "2022": "1.52 亿元", "2023": "1600 万元"}
	return map[string]any{
		"host.unit": map[string]any{"code": u.Code, "name": u.Name}, "host.place": u.Place, "host.legal_person": true, "host.kind": u.Kind, "host.nature": u.Kind,
		"rd_expense": money, "main_income": money, "staff": map[string]any{"complete": true, "rows": staff}, "lab_area": "5200 平方米", "equipment_value": "3650 万元",
		"sharing_member": true, "summary.profile": strings.Repeat("企业简介。", 60), "host.high_tech": true, "host.high_tech_until": "2026-11-30", "host.above_scale": true,
	}
}

// sealPeople puts the keyed hash and the masked number where facts of the sample
// state people, as the form does.
func sealPeople(v any) {
	switch v := v.(type) {
	case map[string]any:
		if code, ok := v["code"].(string); ok && len(v) == 2 && regexp.MustCompile(`^\d{17}[\dX]$`).MatchString(code) {
			v["code"], v["name"] = "keyed-"+code[14:], code[:3]+"***********"+code[14:]
			return
		}
		for _, inner := range v {
			sealPeople(inner)
		}
	case []map[string]any:
		for _, inner := range v {
			sealPeople(inner)
		}
	}
}

func printed(t testing.TB, c *Content, lang string) []byte {
	t.Helper()
	body, err := Printing{Lang: lang, Base: "https://sb.example.gov.cn"}.Print(context.Background(), c)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// popplers runs a program of poppler-utils over a document, or skips the test.
func poppler(t testing.TB, body []byte, name string, args ...string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("needs %s (Debian package poppler-utils)", name)
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		args[i] = strings.Replace(args[i], "FILE", file, 1)
	}
	out, err := exec.Command(path, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
	return string(out)
}

// readBack is the text of a document without white space and page margins.
func readBack(t testing.TB, body []byte) string {
	t.Helper()
	text := poppler(t, body, "pdftotext", "-raw", "-enc", "UTF-8", "FILE", "-")
	return solid(text)
}

func solid(s string) string { return strings.Join(strings.Fields(norm.NFKC.String(s)), "") }

func TestEverythingIsPrinted(t *testing.T) {
	for _, id := range []string{sample.Shandong, sample.Shanxi} {
		t.Run(id, func(t *testing.T) {
			c := filled(t, id)
			for _, lang := range []string{"zh", "en"} {
				body := printed(t, c, lang)
				got := readBack(t, body)
				pages := regexp.MustCompile(`Pages:\s+(\d+)`).FindStringSubmatch(poppler(t, body, "pdfinfo", "FILE"))
				t.Logf("%s: %s pages, %d KB", lang, pages[1], len(body)>>10)
				missing := 0
				expect := func(text string) {
					if text = solid(text); !strings.Contains(got, text) && missing < 5 {
						missing++
						t.Errorf("%s: %q is not on paper", lang, text)
					}
				}
				w := wording{lang}
				for _, s := range c.Package.Form.Sections {
					expect(s.Name)
					for _, d := range s.Facts {
						expectFact(w, c.Package.Schema.Fact(d.ID), c.facts[d.ID], expect)
					}
				}
				for _, f := range c.Files {
					expect(f.Hash[:16])
				}
				for _, text := range []string{c.Name, c.UnitName, c.UnitCode, c.Call.Title, "2024-12-02 16:59:59.999", "2024-12-01 10:20:30.456", c.Hash, "年内到位"} {
					expect(text)
				}
				if strings.Contains(got, printIdentity) || strings.Contains(got, "keyed-") {
					t.Error("an identity number or its hash is on paper")
				}
			}
		})
	}
}

// expectFact asks for the words of a fact: of a list, for every cell.
func expectFact(w wording, f *rule.Fact, value any, expect func(string)) {
	switch f.Kind {
	case rule.ListKind:
		rows, _ := rowsOf(value)
		for _, row := range rows {
			for _, c := range f.Columns {
				if text := w.cell(c, row[c.Code]); len([]rune(text)) < 8 { // a longer one is broken over lines of its cell
					expect(text)
				}
			}
		}
	case rule.SeriesKind:
		years, _ := value.(map[string]any)
		for y := range years {
			expect(w.cell(yearFact(f), years[y]))
		}
	default:
		expect(w.label(f))
		if text := w.value(f, value); len([]rune(text)) < 28 {
			expect(text)
		}
	}
}

func TestFontsAreEmbedded(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(poppler(t, printed(t, filled(t, sample.Shandong), "zh"), "pdffonts", "FILE")), "\n")
	if len(lines) != 4 {
		t.Fatalf("%d fonts:\n%s", len(lines)-2, strings.Join(lines, "\n"))
	}
	for _, line := range lines[2:] {
		if !strings.Contains(line, "yes yes yes") {
			t.Errorf("not embedded, subset and readable: %s", line)
		}
	}
}

func TestWatermarkOfADraft(t *testing.T) {
	c := filled(t, sample.Shandong)
	for lang, word := range map[string]string{"zh": "草稿", "en": "DRAFT"} {
		if text := poppler(t, printed(t, c, lang), "pdftotext", "FILE", "-"); strings.Contains(text, word) {
			t.Errorf("%s: a version says %s", lang, word)
		}
		draft := *c
		draft.Number = 0
		body := printed(t, &draft, lang)
		pages := strings.Split(strings.TrimSuffix(poppler(t, body, "pdftotext", "FILE", "-"), "\f"), "\f")
		for i, page := range pages {
			// Slanted Latin letters are read back in several lines.
			if lang == "zh" && !strings.Contains(page, word) || lang == "en" && !strings.Contains(page, "AF\nT") {
				t.Errorf("%s: page %d of a draft has no watermark", lang, i+1)
			}
		}
		if strings.Contains(solid(strings.Join(pages, "")), "paper=") {
			t.Error("a draft has a code to be checked by")
		}
	}
}

// TestCode scans the code on the cover.
func TestCode(t *testing.T) {
	for _, tool := range []string{"pdftoppm", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs %s (Debian packages poppler-utils, zbar-tools)", tool)
		}
	}
	c := filled(t, sample.Shandong)
	png := filepath.Join(t.TempDir(), "cover")
	poppler(t, printed(t, c, "zh"), "pdftoppm", "-r", "150", "-f", "1", "-l", "1", "-singlefile", "-png", "FILE", png)
	out, err := exec.Command("zbarimg", "--raw", "-q", png+".png").Output()
	if want := "https://sb.example.gov.cn/applications/" + string(c.Application) + "/versions/2?paper=" + c.Hash; err != nil || strings.TrimSpace(string(out)) != want {
		t.Errorf("%v: %s, want %s", err, out, want)
	}
}

// TestSamePaper asks for the same bytes for the same version, whenever it is
// printed and by however many.
func TestSamePaper(t *testing.T) {
	want := printed(t, filled(t, sample.Shandong), "zh")
	if !bytes.Equal(want, printed(t, filled(t, sample.Shandong), "zh")) {
		t.Error("printed twice, a version differs")
	}
	other := filled(t, sample.Shandong)
	other.facts["lab_area"] = "5201 平方米"
	if bytes.Equal(want, printed(t, other, "zh")) {
		t.Error("another content gave the same bytes")
	}
}

// TestPrintNeverFails prints what somebody may have typed.
func TestPrintNeverFails(t *testing.T) {
	c := filled(t, sample.Shanxi)
	c.Name = "中心😀\u202e名称𠮷"
	c.facts["centre.aims"] = strings.Repeat("很长的话😀，", 20_000)
	c.facts["director.person"] = printIdentity // was typed where a number with a typing error would stand
	c.facts["staff"] = "不是清单"
	c.facts["safety.hazard"] = "也许"
	c.facts["host.place"] = "山西"
	c.facts["results"] = map[string]any{"rows": []any{nil, "x", map[string]any{"name": strings.Repeat("w", 5000), "role": 7}}}
	delete(c.facts, "equipment")
	c.Files = append(c.Files, HandedIn{"no_such", "\x00../坏😀.pdf", "", 0})
	for _, lang := range []string{"zh", "en"} {
		got := readBack(t, printed(t, c, lang))
		if !strings.Contains(got, "[U+1F600]") {
			t.Error("what the fonts lack is not spelled")
		}
		if strings.Contains(got, printIdentity) {
			t.Error("a number that was typed wrongly is printed in full")
		}
	}
}

// TestLongLists prints the longest lists that the form takes.
func TestLongLists(t *testing.T) {
	c := filled(t, sample.Shanxi)
	var rows []any
	for i := range 1000 {
		rows = append(rows, map[string]any{"name": "示例仪器" + strconv.Itoa(i), "code": fmt.Sprintf("ZC-%05d", i), "role": "first", "value": fmt.Sprintf("%d.25 万元", i), "managed": true, "shared": false})
	}
	c.facts["equipment"] = map[string]any{"complete": true, "rows": rows}
	began := time.Now()
	body := printed(t, c, "zh")
	if took := time.Since(began); took > 60*time.Second {
		t.Errorf("took %v", took)
	}
	got := readBack(t, body)
	for _, want := range []string{"ZC-00000", "ZC-00500", "ZC-00999", "999.25", "合计", "499,750.00", "共1000行;申报单位声明已全部列出"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not on paper", want)
		}
	}
}

func TestPress(t *testing.T) {
	p := newPress(2, 20*time.Millisecond)
	hold, held := make(chan struct{}), make(chan struct{}, 2)
	var done sync.WaitGroup
	for range 2 {
		done.Go(func() {
			_, err := p.print(context.Background(), func() ([]byte, error) { held <- struct{}{}; <-hold; return nil, nil })
			if err != nil {
				t.Error(err)
			}
		})
	}
	<-held
	<-held
	if _, err := p.print(context.Background(), nil); fault.Of(err).Key != "apply.print.busy" {
		t.Errorf("the third: %v", err)
	}
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := newPress(0, time.Hour).print(gone, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("who went away: %v", err)
	}
	close(hold)
	done.Wait()
	if _, err := p.print(context.Background(), func() ([]byte, error) { return nil, nil }); err != nil {
		t.Errorf("after them: %v", err)
	}
}

func TestWords(t *testing.T) {
	p := printPackage(t, sample.Shandong)
	for _, c := range []struct{ code, value, zh string }{
		{"equipment_value", `"1.2 亿元"`, "12,000 万元"}, {"equipment_value", `295`, "295 万元"}, {"equipment_value", `"约三千万"`, "约三千万"},
		{"equipment_value", `"5 平方米"`, "5 平方米"}, {"equipment_value", `{"status":"unverified","value":"3 万元"}`, "3 万元"},
		{"own.staff", `"65%"`, "65%"}, {"lab_area", `"5200.5"`, "5,200.5 平方米"}, {"host.leading", `false`, "否"}, {"direction", `"deep_earth"`, "深地"},
		{"direction", `"unheard"`, "unheard"}, {"teams", `["leader","core"]`, "领军人才、全职核心技术团队"}, {"teams", `[]`, "无"},
		{"host.place", `"370114 章丘区"`, "山东省济南市章丘区"}, {"host.unit", `{"code":"91370000MA0000001T","name":"甲公司"}`, "甲公司（91370000MA0000001T）"},
		{"director.person", `{"code":"k","name":"370***********9017"}`, "370***********9017"}, {"director.person", `"` + printIdentity + `"`, "370***********9017"},
		{"director.birth", `"1977-08-12"`, "1977-08-12"}, {"centre.name", `"某中心"`, "某中心"}, {"centre.name", `null`, ""},
	} {
		if got := (wording{"zh"}).value(p.Schema.Fact(c.code), decode([]byte(c.value))); got != c.zh {
			t.Errorf("%s %s = %q, want %q", c.code, c.value, got, c.zh)
		}
	}
	for n, want := range map[int]string{1: "一、", 10: "十、", 11: "十一、", 20: "二十、", 21: "二十一、"} {
		if got := (wording{"zh"}).ordinal(n, ""); got != want {
			t.Errorf("%d is %q", n, got)
		}
	}
}

func BenchmarkPrint(b *testing.B) {
	c := filled(b, sample.Shandong)
	size := 0
	for b.Loop() {
		size = len(printed(b, c, "zh"))
	}
	b.ReportMetric(float64(size)/1024, "KB")
}
