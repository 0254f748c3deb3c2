package xlsx_test

import (
	"archive/zip"
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"

	"shenbao/internal/xlsx"
)

// An official form has lines above and below its table; it reads back as it was
// written.
func TestForm(t *testing.T) {
	table := xlsx.Table{Sheet: "表", Above: []string{"推荐汇总表", "=推荐单位"}, Below: []string{"注：按次序"}, Spare: 3,
		Fields: []xlsx.Field{{Title: "序号", Number: true}, {Title: "简介", Note: "最多 300 字", Wrap: true, Width: 20}},
		Rows:   slices.Values([][]any{{int64(1), strings.Repeat("长", 100)}, {int64(2), "短"}})}
	var b bytes.Buffer
	if err := xlsx.Write(&b, []xlsx.Table{table}, xlsx.Prose{}); err != nil {
		t.Fatal(err)
	}
	book, err := xlsx.Open("t.xlsx", b.Bytes(), xlsx.Roster)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.Rows(book.Sheets[0])
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, row := range rows {
		got = append(got, row.Cell(0).Text+"|"+row.Cell(1).Text)
	}
	want := []string{"推荐汇总表|", "=推荐单位|", "序号|简介", "1|" + strings.Repeat("长", 100), "2|短", "注：按次序|"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	sheet := partOf(t, b.Bytes(), "xl/worksheets/sheet1.xml")
	for _, part := range []string{`orientation="landscape"`, `ySplit="3"`, `ht="165"`, `ht="15"`} {
		if !strings.Contains(sheet, part) {
			t.Errorf("%s is missing in %s", part, sheet)
		}
	}
}

// partOf is one part of a workbook as it is stored.
func partOf(t *testing.T, data []byte, name string) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
