package recommend

import (
	"bytes"
	"fmt"
	"strings"

	"shenbao/internal/clock"
	"shenbao/internal/locale"
	"shenbao/internal/pdf"
	"shenbao/internal/xlsx"
)

// spareRows is how many empty rows below the last one a workbook prepares for
// typing, in a table that is kept by hand.
const spareRows = 50

// Workbook (导出汇总表) is the table as the official form has it: its title, who
// recommends, its columns and no other, its note. It can be filled in and
// imported again.
func (t *Table) Workbook(lang string) ([]byte, error) {
	sheet := xlsx.Table{Sheet: t.sheetName(), Above: []string{t.Title, t.heading(lang)}, Below: t.notes(lang)}
	if !t.Final && t.State == SummaryOpen {
		sheet.Spare = spareRows
	}
	for _, c := range t.Columns {
		f := xlsx.Field{Title: c.Name, Width: 16, Wrap: true}
		switch {
		case c.From == rankWord:
			f.Width, f.Number, f.Wrap = 6, true, false
		case c.Max > 0:
			f.Width, f.Note = 48, locale.Text(lang, "recommend.table.limit", c.Max)
		}
		sheet.Fields = append(sheet.Fields, f)
	}
	sheet.Rows = func(yield func([]any) bool) {
		for _, w := range t.Rows {
			var cells []any
			for _, c := range t.Columns {
				if c.From == rankWord {
					cells = append(cells, w.Rank)
				} else {
					cells = append(cells, t.Value(w, c))
				}
			}
			if !yield(cells) {
				return
			}
		}
	}
	var b bytes.Buffer
	err := xlsx.Write(&b, []xlsx.Table{sheet}, xlsx.Prose{})
	return b.Bytes(), err
}

// sheetName is a name that Excel takes for a sheet.
func (t *Table) sheetName() string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`[]:*?/\'`, r) {
			return -1
		}
		return r
	}, t.Title)
	if r := []rune(name); len(r) > 31 {
		return string(r[:31])
	}
	return name
}

func (t *Table) heading(lang string) string {
	return locale.Text(lang, "recommend.table.recommender", t.Recommender)
}

// notes are what stands under the table: what its order means, how long its
// texts may be, and which version it is.
func (t *Table) notes(lang string) []string {
	var limits []string
	for _, c := range t.Columns {
		if c.Max > 0 {
			limits = append(limits, locale.Text(lang, "recommend.table.limit_of", c.Label, c.Max))
		}
	}
	note := locale.Text(lang, "recommend.table.note")
	if len(limits) > 0 {
		note += strings.Join(limits, locale.Text(lang, "recommend.table.comma")) + locale.Text(lang, "recommend.table.stop")
	}
	return []string{note, t.VersionLine(lang)}
}

// VersionLine says which version of the table it is, and its hash.
func (t *Table) VersionLine(lang string) string {
	if t.State != SummaryHanded {
		return locale.Text(lang, "recommend.table.draft")
	}
	return locale.Text(lang, "recommend.table.version", t.Number, t.Version, t.Handed.In(clock.Zone).Format("2006-01-02 15:04:05"), t.Hash[:16])
}

// Print makes the table as a document to be sealed: A4, lying, with its version,
// its hash, a code that finds it again, and the places for the seal. Base is the
// platform's address.
func (t *Table) Print(lang, base string) ([]byte, error) {
	meta := pdf.Meta{Title: t.Title, Lang: lang, Header: t.CallTitle, Footer: t.VersionLine(lang), Created: t.Handed, Spell: true, Landscape: true}
	if t.State != SummaryHanded {
		meta.Watermark = locale.Text(lang, "recommend.table.watermark")
	}
	d := pdf.New(meta)
	d.Title(t.Title)
	d.Text(t.heading(lang))
	d.Table(t.printed())
	for _, line := range t.notes(lang) {
		d.Note(line)
	}
	if t.State == SummaryHanded {
		address := fmt.Sprintf("%s/tables/%s?paper=%s", base, t.ID, t.Hash)
		d.QR(address, locale.Text(lang, "recommend.table.qr"), t.Hash)
	}
	d.SealLine(locale.Text(lang, "recommend.table.seal"), locale.Text(lang, "recommend.table.date"))
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// printed is the table on paper: narrow columns for what is short, the rest for
// the texts.
func (t *Table) printed() pdf.Table {
	out := pdf.Table{}
	for _, c := range t.Columns {
		column := pdf.Column{Head: c.Name, Width: 20}
		switch {
		case c.From == rankWord:
			column.Width, column.Align = 11, pdf.Center
		case c.Max >= 250:
			column.Width = 0
		case c.Max > 0:
			column.Width = 30
		}
		out.Columns = append(out.Columns, column)
	}
	for _, w := range t.Rows {
		var cells []string
		for _, c := range t.Columns {
			cells = append(cells, t.Value(w, c))
		}
		out.Rows = append(out.Rows, cells)
	}
	return out
}
