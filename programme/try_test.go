package programme_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/internal/terminal"
	"shenbao/programme"
)

// The report of one application, as JSON and as a page in both languages and in
// three widths, is that of the golden files; no line is too wide.
func TestTryGolden(t *testing.T) {
	p := mustLoad(t, planted(t))
	for _, name := range []string{"eligible", "refused", "unknown", "track"} {
		text, err := os.ReadFile(filepath.Join("testdata/try", name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := p.Try(bytes.NewReader(text), locale.ZH)
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		// The hash would change with every word of the fixture.
		r.Hash = strings.Repeat("0", 64)
		if err := enc.Encode(r); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("testdata/try", name+".report.json"), b.Bytes())
		golden(t, filepath.Join("testdata/try", name+".zh.txt"), pageOf(t, r, 80, locale.ZH))
		golden(t, filepath.Join("testdata/try", name+".narrow.txt"), pageOf(t, r, 40, locale.ZH))
		r, err = p.Try(bytes.NewReader(text), locale.EN)
		if err != nil {
			t.Fatal(err)
		}
		r.Hash = strings.Repeat("0", 64)
		golden(t, filepath.Join("testdata/try", name+".en.txt"), pageOf(t, r, 80, locale.EN))
	}
}

func pageOf(t *testing.T, r *programme.Report, columns int, lang string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := r.WritePage(&b, terminal.Style{Columns: columns}, lang); err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(b.String(), "\n") {
		if w := terminal.Width(line); w > columns {
			t.Errorf("%d columns in a page of %d: %q", w, columns, line)
		}
		if strings.Contains(line, "\x1b") {
			t.Errorf("colour where there is none: %q", line)
		}
	}
	return b.Bytes()
}

// With colour the page says the same.
func TestPageColour(t *testing.T) {
	p := mustLoad(t, planted(t))
	r, err := p.Try(strings.NewReader(`{"rd": {"2021": 1, "2022": 1, "2023": 1}}`), locale.ZH)
	if err != nil {
		t.Fatal(err)
	}
	var plain, coloured bytes.Buffer
	if err := r.WritePage(&plain, terminal.Style{Columns: 80}, locale.ZH); err != nil {
		t.Fatal(err)
	}
	if err := r.WritePage(&coloured, terminal.Style{Columns: 80, Colour: true}, locale.ZH); err != nil {
		t.Fatal(err)
	}
	bare := coloured.String()
	for _, c := range []string{"0", terminal.Bold, terminal.Red, terminal.Green, terminal.Yellow, terminal.Faint} {
		bare = strings.ReplaceAll(bare, "\x1b["+c+"m", "")
	}
	if bare != plain.String() || coloured.Len() == plain.Len() {
		t.Errorf("coloured page differs:\n%s", bare)
	}
}

// What is wrong with a facts file is said with file, line and field, all of it
// at once; nothing of the report is made.
func TestTryRefusesBadFacts(t *testing.T) {
	p := mustLoad(t, planted(t))
	for _, tt := range []struct{ name, facts, want string }{
		{"unknown fact", "{\n \"rd_total\": 1}", "facts.json:2:14: rd_total: rule.facts.name"},
		{"wrong unit", `{"rd": {"2021": "100 人"}}`, "rd.2021: rule.facts.dimension"},
		{"no unit known", `{"rd": {"2021": "100 亩"}}`, "rd.2021: rule.facts.number"},
		{"year outside", `{"rd": {"1999": "100 万元"}}`, "rd.1999: rule.facts.year"},
		{"option", `{"host.kind": "enterprize"}`, "host.kind: rule.facts.option"},
		{"below the least", `{"rd": {"2021": "-1 万元"}}`, "rd.2021: rule.facts.range"},
		{"column", `{"staff": [{"nick": "x"}]}`, "staff[1].nick: rule.facts.column"},
		{"no object", `[]`, "rule.facts.object"},
		{"broken", `{"rd": `, "facts.json:1:"},
		{"not UTF-8", "{\"profile\": \"\xff\xfe\"}", "facts.json:1:"},
		{"too deep", strings.Repeat("[", 100), "rule."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, err := p.Try(strings.NewReader(tt.facts), locale.ZH)
			if err == nil || r != nil {
				t.Fatalf("accepted: %+v", r)
			}
			expect(t, fault.All(programme.FactsFault(err, "facts.json")), tt.want)
		})
	}
}

// Ten thousand rows are refused by count, with the limit.
func TestTryTenThousandRows(t *testing.T) {
	p := mustLoad(t, planted(t))
	var b strings.Builder
	b.WriteString(`{"staff": [`)
	for i := range 10_000 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"name": "人员%d", "doctor": true}`, i)
	}
	b.WriteString(`]}`)
	_, err := p.Try(strings.NewReader(b.String()), locale.ZH)
	expect(t, fault.All(programme.FactsFault(err, "facts.json")), "staff: rule.facts.rows")
}

// endless is a facts file without an end; read counts what was taken from it.
type endless struct{ read int64 }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	e.read += int64(len(p))
	return len(p), nil
}

// A facts file of 100 MB is refused by its size, long before its end.
func TestTryHugeFacts(t *testing.T) {
	p := mustLoad(t, planted(t))
	src := &endless{}
	_, err := p.Try(io.LimitReader(src, 100<<20), locale.ZH)
	expect(t, fault.All(programme.FactsFault(err, "facts.json")), "rule.")
	if src.read > 20<<20 {
		t.Errorf("%d bytes were read", src.read)
	}
}
