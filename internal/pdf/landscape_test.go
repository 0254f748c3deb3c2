package pdf_test

import (
	"strings"
	"testing"

	"shenbao/internal/pdf"
)

// A lying sheet has its long side across, and a table is as wide as it.
func TestLandscape(t *testing.T) {
	wide := func(landscape bool) *pdf.Document {
		d := pdf.New(pdf.Meta{Header: "页眉", Footer: "页脚", Watermark: "草稿", Landscape: landscape})
		d.Title("推荐汇总表")
		d.Table(pdf.Table{Columns: []pdf.Column{{Head: "序号", Width: 11}, {Head: "简介"}}, Rows: [][]string{{"1", strings.Repeat("简介文字", 60)}}})
		d.SealLine("推荐单位（盖章）：")
		return d
	}
	if info := run(t, "pdfinfo", file(t, wide(true))); !strings.Contains(info, "841.89 x 595.28") {
		t.Errorf("the sheet does not lie:\n%s", info)
	}
	if info := run(t, "pdfinfo", file(t, wide(false))); !strings.Contains(info, "595.28 x 841.89") {
		t.Errorf("the sheet does not stand:\n%s", info)
	}
	lines := func(d *pdf.Document) (n int) {
		for line := range strings.Lines(run(t, "pdftotext", "-layout", file(t, d), "-")) {
			if strings.Contains(line, "文字简") {
				n++
			}
		}
		return n
	}
	if lying, standing := lines(wide(true)), lines(wide(false)); lying >= standing {
		t.Errorf("the text takes %d lines lying and %d standing", lying, standing)
	}
}
