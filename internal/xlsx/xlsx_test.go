package xlsx_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"shenbao/internal/fault"
	"shenbao/internal/xlsx"
)

// book packs parts into a workbook as a program would; sheet is the part of its
// one sheet.
func book(t testing.TB, sheet string, more ...string) []byte {
	t.Helper()
	parts := []string{
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"xl/workbook.xml", `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="人员" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", sheet,
	}
	return pack(t, append(parts, more...)...)
}

// pack makes an archive of names and contents; of a name given twice the later
// content counts.
func pack(t testing.TB, parts ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	last := map[string]int{}
	for i := 0; i < len(parts); i += 2 {
		last[parts[i]] = i
	}
	for i := 0; i < len(parts); i += 2 {
		if last[parts[i]] != i {
			continue
		}
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = w.Write([]byte(parts[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func rowsOf(t testing.TB, name string, data []byte) []xlsx.Row {
	t.Helper()
	b, err := xlsx.Open(name, data, xlsx.Roster)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := b.Rows(b.Sheets[0])
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// show writes rows as "number: kind text | kind text".
func show(rows []xlsx.Row) string {
	var b strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&b, "%d:", r.Number)
		for _, c := range r.Cells {
			fmt.Fprintf(&b, " %s%q", [...]string{"-", "t", "n", "b", "e"}[c.Kind], c.Text)
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestCells(t *testing.T) {
	const shared = `<sst><si><t>张三</t></si><si><r><t>生僻</t></r><r><t>字𠅤</t></r><rPh><t>sheng</t></rPh></si><si><t xml:space="preserve">  两边  </t></si><si><t>a_x000D_b_x005F_c</t></si></sst>`
	for _, c := range []struct{ name, sheet, want string }{
		{"types", `<c r="A1" t="s"><v>0</v></c><c r="B1"><v>12.5</v></c><c r="C1" t="b"><v>1</v></c><c r="D1" t="e"><v>#REF!</v></c><c r="E1" t="inlineStr"><is><t>行内</t></is></c>`,
			`1: t"张三" n"12.5" b"true" e"#REF!" t"行内"`},
		{"runs, and the reading above them", `<c r="A1" t="s"><v>1</v></c>`, `1: t"生僻字𠅤"`},
		{"white space around", `<c r="A1" t="s"><v>2</v></c>`, `1: t"两边"`},
		{"escaped characters", `<c r="A1" t="s"><v>3</v></c>`, `1: t"a\rb_c"`},
		{"a number as a text", `<c r="A1" t="str"><v>007</v></c>`, `1: t"007"`},
		{"binary leftovers", `<c r="A1"><v>0.30000000000000004</v></c><c r="B1"><v>1234567.8900000001</v></c>`, `1: n"0.3" n"1234567.89"`},
		{"an exponent", `<c r="A1"><v>3.7000019770812902E+17</v></c><c r="B1"><v>1.5E-3</v></c><c r="C1"><v>-2e2</v></c>`, `1: n"370000197708129000" n"0.0015" n"-200"`},
		{"a formula with its result", `<c r="A1"><f>B1*2</f><v>6</v></c><c r="B1" t="str"><f>T(1)</f><v>文</v></c>`, `1: n"6" t"文"`},
		{"a formula that was never calculated", `<c r="A1"><f>B1*2</f></c>`, `1: e""`},
		{"a gap", `<c r="C1" t="s"><v>0</v></c>`, `1: - - t"张三"`},
		{"cells without places", `<c t="s"><v>0</v></c><c/><c><v>3</v></c>`, `1: t"张三" - n"3"`},
		{"a date by its text", `<c r="A1" t="d"><v>2024-01-31</v></c>`, `1: t"2024-01-31"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := show(rowsOf(t, "a.xlsx", book(t, `<worksheet><sheetData><row r="1">`+c.sheet+`</row></sheetData></worksheet>`, "xl/sharedStrings.xml", shared)))
			if strings.TrimSpace(strings.ReplaceAll(got, `-""`, "-")) != c.want {
				t.Errorf("%s want %s", got, c.want)
			}
		})
	}
}

// Whoever fills in a form leaves blank rows, and merges what is the same.
func TestRows(t *testing.T) {
	cell := func(ref, text string) string {
		return `<c r="` + ref + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
	}
	got := show(rowsOf(t, "a.xlsx", book(t, `<x:worksheet xmlns:x="u"><x:sheetData>
		<x:row r="1"><c r="A1" s="3"/></x:row>
		<row r="3">`+cell("A3", "甲院")+cell("B3", "张三")+`</row>
		<row r="4">`+cell("B4", "李四")+`</row>
		<row r="6">`+cell("B6", "王五")+`</row>
		<row r="7">`+cell("B7", "赵六")+`</row>
		<row r="1048576"/></x:sheetData><mergeCells><mergeCell ref="A3:A6"/><mergeCell ref="A3:B3"/></mergeCells></x:worksheet>`)))
	want := "3: t\"甲院\" t\"张三\"\n4: t\"甲院\" t\"李四\"\n6: t\"甲院\" t\"王五\"\n7: -\"\" t\"赵六\"\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestDay(t *testing.T) {
	open := func(props string) *xlsx.Book {
		b, err := xlsx.Open("a.xlsx", book(t, `<worksheet><sheetData/></worksheet>`, "xl/workbook.xml",
			`<workbook xmlns:r="u">`+props+`<sheets><sheet name="人员" r:id="rId1"/></sheets></workbook>`), xlsx.Roster)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	old, mac := open(""), open(`<workbookPr date1904="1"/>`)
	for _, c := range []struct {
		book *xlsx.Book
		text string
		want string
	}{
		{old, "45322", "2024-01-31"},
		{old, "45322.75", "2024-01-31"},
		{old, "1", "1900-01-01"},
		{old, "59", "1900-02-28"},
		{old, "60", ""}, // the day that Excel invented
		{old, "61", "1900-03-01"},
		{mac, "43860", "2024-01-31"},
		{old, "0", ""},
		{old, "20240131", ""}, // a date typed without marks is no serial number
	} {
		day, ok := c.book.Day(xlsx.Cell{Kind: xlsx.Number, Text: c.text})
		if got := xlsx.Date(day).Format("2006-01-02"); ok != (c.want != "") || ok && got != c.want {
			t.Errorf("%s is %s %v, want %q", c.text, got, ok, c.want)
		}
	}
	if _, ok := old.Day(xlsx.Cell{Kind: xlsx.Text, Text: "45322"}); ok {
		t.Error("a text was taken for a serial number")
	}
}

func TestSheets(t *testing.T) {
	f := excelize.NewFile()
	for _, name := range []string{"说明", "人员", "隐藏", "深藏"} {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
	}
	f.DeleteSheet("Sheet1")
	f.SetSheetVisible("隐藏", false)
	f.SetSheetVisible("深藏", false, true)
	f.SetCellStr("人员", "A1", "姓名")
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	opened, err := xlsx.Open("a.xlsx", b.Bytes(), xlsx.Roster)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range opened.Sheets {
		got = append(got, fmt.Sprint(s.Name, s.Hidden))
	}
	if want := "[说明false 人员false 隐藏true 深藏true]"; fmt.Sprint(got) != want {
		t.Errorf("sheets %v, want %s", got, want)
	}
	rows, err := opened.Rows(opened.Sheets[1])
	if err != nil || show(rows) != "1: t\"姓名\"\n" {
		t.Errorf("rows %s, %v", show(rows), err)
	}
}

// Some programs name parts from the root of the archive, with other capitals or
// with backslashes.
func TestNamesOfParts(t *testing.T) {
	data := pack(t, `XL\workbook.xml`, `<workbook xmlns:r="u"><sheets><sheet name="a" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="/xl/Worksheets/Sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml", `<worksheet><sheetData><row><c><v>7</v></c></row></sheetData></worksheet>`)
	if got := show(rowsOf(t, "a.xlsx", data)); got != "1: n\"7\"\n" {
		t.Errorf("rows %s", got)
	}
}

func TestCSV(t *testing.T) {
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("姓名,备注\r\n张三,\"两\n行\"\r\n\r\n李四,007\r\n")
	if err != nil {
		t.Fatal(err)
	}
	want := "1: t\"姓名\" t\"备注\"\n2: t\"张三\" t\"两\\n行\"\n4: t\"李四\" t\"007\"\n"
	for name, data := range map[string]string{
		"gb18030": gbk,
		"utf-8":   "\xef\xbb\xbf姓名,备注\n张三,\"两\n行\"\n\n李四,007",
		"tabs":    "姓名\t备注\n张三\t\"两\n行\"\n\n李四\t007\n",
	} {
		if got := show(rowsOf(t, "a.csv", []byte(data))); got != want {
			t.Errorf("%s: got\n%swant\n%s", name, got, want)
		}
	}
}

// encrypted is what a workbook with a password begins like: the old container,
// with the name of a stream.
func encrypted() []byte {
	b := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 1000)...)
	for _, c := range utf16.Encode([]rune("EncryptedPackage")) {
		b = append(b, byte(c), byte(c>>8))
	}
	return b
}

func repeated(n int, one func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(one(i))
	}
	return b.String()
}

// Every file that cannot be taken says what it is, and nothing of it is read.
func TestRefused(t *testing.T) {
	sheet := func(inner string) []byte {
		return book(t, `<worksheet><sheetData>`+inner+`</sheetData></worksheet>`, "xl/sharedStrings.xml", `<sst><si><t>一</t></si></sst>`)
	}
	many := func(n int) []string {
		var parts []string
		for i := range n {
			parts = append(parts, fmt.Sprint("x/", i), "")
		}
		return parts
	}
	secret := excelize.NewFile()
	var locked bytes.Buffer
	if err := secret.Write(&locked, excelize.Options{Password: "1"}); err != nil {
		t.Fatal(err)
	}
	good := sheet(`<row><c t="inlineStr"><is><t>x</t></is></c></row>`)
	lying := bytes.Clone(sheet(repeated(2000, func(int) string { return `<row><c t="inlineStr"><is><t>x</t></is></c></row>` })))
	shorten(lying, "xl/worksheets/sheet1.xml", 100)
	for _, c := range []struct {
		name, key string
		file      string
		data      []byte
	}{
		{"nothing", "empty", "a.xlsx", nil},
		{"white space", "empty", "a.csv", []byte("\n \n")},
		{"too large", "bytes", "a.xlsx", make([]byte, xlsx.Roster.Bytes+1)},
		{"the old format", "xls", "a.xls", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...)},
		{"with a password", "encrypted", "a.xlsx", locked.Bytes()},
		{"the container of one with a password", "encrypted", "a.xlsx", encrypted()},
		{"text named a workbook", "text", "a.xlsx", []byte("姓名,单位\n张三,甲院\n")},
		{"a web page named a workbook", "text", "a.xls", []byte("<html><table></table></html>")},
		{"PDF", "type", "a.csv", []byte("%PDF-1.7\n")},
		{"a picture named text", "type", "a.csv", []byte("\x89PNG\r\n\x1a\n\x00\x00")},
		{"a document", "type", "a.xlsx", pack(t, "word/document.xml", "<document/>")},
		{"an archive", "type", "a.xlsx", pack(t, "a.txt", "hello")},
		{"OpenDocument", "ods", "a.xlsx", pack(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet", "content.xml", "<x/>")},
		{"binary workbook", "xlsb", "a.xlsx", pack(t, "xl/workbook.bin", "x")},
		{"macros", "macros", "a.xlsm", book(t, "<worksheet/>", "xl/vbaProject.bin", "x")},
		{"no sheet", "no_sheet", "a.xlsx", book(t, "<worksheet/>", "xl/workbook.xml", "<workbook><sheets/></workbook>")},
		{"cut off", "damaged", "a.xlsx", good[:len(good)/2]},
		{"no list of sheets", "damaged", "a.xlsx", book(t, "<worksheet/>", "xl/workbook.xml", "<workbook>")},
		{"a sheet that ends early", "damaged", "a.xlsx", book(t, `<worksheet><sheetData><row><c t="inlineStr"><is><t>x</t></is></c></row>`)},
		{"a cell that ends early", "damaged", "a.xlsx", book(t, `<worksheet><sheetData><row><c><v>1`)},
		{"rows out of order", "damaged", "a.xlsx", sheet(`<row r="5"/><row r="4"/>`)},
		{"a row beyond the last", "damaged", "a.xlsx", sheet(`<row r="1048577"><c><v>1</v></c></row>`)},
		{"columns out of order", "damaged", "a.xlsx", sheet(`<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>`)},
		{"a shared text that is not there", "damaged", "a.xlsx", sheet(`<row><c t="s"><v>7</v></c></row>`)},
		{"an entity of its own", "damaged", "a.xlsx", book(t, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet><sheetData><row><c t="inlineStr"><is><t>&e;</t></is></c></row></sheetData></worksheet>`)},
		{"merged cells without a place", "damaged", "a.xlsx", book(t, `<worksheet><sheetData/><mergeCells><mergeCell ref="A1:"/></mergeCells></worksheet>`)},
		{"a part longer than it says", "damaged", "a.xlsx", lying},
		{"too many parts", "parts", "a.xlsx", book(t, "<worksheet/>", many(2001)...)},
		{"a bomb", "unpacked", "a.xlsx", book(t, "<worksheet>"+strings.Repeat(" ", 17<<20)+"</worksheet>")},
		{"a bomb in pieces", "unpacked", "a.xlsx", book(t, "<worksheet/>", "xl/a.xml", strings.Repeat("a", 9<<20), "xl/b.xml", strings.Repeat("b", 9<<20))},
		{"too many rows", "rows", "a.xlsx", sheet(repeated(xlsx.Roster.Rows+1, func(int) string { return `<row><c><v>1</v></c></row>` }))},
		{"too many texts", "strings", "a.xlsx", book(t, `<worksheet><sheetData><row><c t="s"><v>0</v></c></row></sheetData></worksheet>`,
			"xl/sharedStrings.xml", "<sst>"+strings.Repeat("<si/>", 1<<20+1)+"</sst>")},
		{"too far right", "columns", "a.xlsx", sheet(`<row><c r="XFD1"><v>1</v></c></row>`)},
		{"a cell too long", "chars", "a.xlsx", sheet(`<row><c t="inlineStr"><is><t>` + strings.Repeat("长", 5001) + `</t></is></c></row>`)},
		{"too many merged cells", "merges", "a.xlsx", book(t, `<worksheet><sheetData/><mergeCells>`+strings.Repeat(`<mergeCell ref="A1:A2"/>`, xlsx.Roster.Rows+1)+`</mergeCells></worksheet>`)},
		{"csv: too many rows", "rows", "a.csv", []byte(strings.Repeat("a\n", xlsx.Roster.Rows+1))},
		{"csv: too far right", "columns", "a.csv", []byte(strings.Repeat(",", 70) + "a")},
		{"csv: nothing but commas", "cells", "a.csv", []byte(strings.Repeat(",", xlsx.Roster.Rows*xlsx.Roster.Columns+1))},
		{"csv: odd quotes", "quotes", "a.csv", []byte("a,\"b\nc")},
		{"csv: no encoding we know", "encoding", "a.csv", []byte("a,\xff\xff\xff\n")},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := xlsx.Open(c.file, c.data, xlsx.Roster)
			if err == nil {
				_, err = b.Rows(b.Sheets[0])
			}
			if f := fault.Of(err); f == nil || f.Key != "xlsx."+c.key || f.Kind != fault.Invalid {
				t.Errorf("error %v, want xlsx.%s", err, c.key)
			}
		})
	}
}

// Pictures in a workbook are not unpacked, however large.
func TestPictures(t *testing.T) {
	data := book(t, `<worksheet><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>`, "xl/media/image1.png", strings.Repeat("a", 20<<20))
	if rows := rowsOf(t, "a.xlsx", data); len(rows) != 1 {
		t.Errorf("%d rows", len(rows))
	}
}

// shorten makes the archive's directory say that a part is n bytes long when
// unpacked.
func shorten(archive []byte, name string, n byte) {
	at := bytes.LastIndex(archive, []byte(name)) // the directory stands at the end
	copy(archive[at-46+24:], []byte{n, 0, 0, 0})
}

func FuzzOpen(f *testing.F) {
	f.Add("a.xlsx", book(f, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>1</f></c></row></sheetData><mergeCells><mergeCell ref="A1:A9"/></mergeCells></worksheet>`, "xl/sharedStrings.xml", "<sst><si><t>_x000D_</t></si></sst>"))
	f.Add("a.csv", []byte("姓名,单位\n张三,\"甲\n院\"\n"))
	f.Add("a.xlsx", encrypted())
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		b, err := xlsx.Open(name, data, xlsx.Roster)
		if err != nil {
			return
		}
		for _, s := range b.Sheets {
			rows, err := b.Rows(s)
			if err != nil {
				continue
			}
			last := 0
			for _, r := range rows {
				if r.Number <= last || len(r.Cells) > xlsx.Roster.Columns {
					t.Fatalf("row %d after %d, %d cells", r.Number, last, len(r.Cells))
				}
				last = r.Number
			}
		}
	})
}

// FuzzSheet puts the part of a sheet into a workbook: a random archive hardly
// ever gets so far.
func FuzzSheet(f *testing.F) {
	f.Add(`<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c><v>1e5</v></c></row></sheetData></worksheet>`, `<sst><si><t>a</t></si></sst>`)
	f.Add(`<worksheet><sheetData/><mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>`, ``)
	f.Fuzz(func(t *testing.T, sheet, shared string) {
		b, err := xlsx.Open("a.xlsx", book(t, sheet, "xl/sharedStrings.xml", shared), xlsx.Roster)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := b.Rows(b.Sheets[0])
		if err != nil {
			return
		}
		for _, r := range rows {
			for _, c := range r.Cells {
				b.Day(c)
			}
		}
	})
}
