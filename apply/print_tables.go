package apply

import (
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/pdf"
	"shenbao/programme"
	"shenbao/rule"
)

func itoa(n int) string { return strconv.Itoa(n) }

// series prints a row of years.
func (p *paper) series(f *rule.Fact, value any) {
	years, _ := bare(value).(map[string]any)
	of := yearFact(f)
	t := pdf.Table{Columns: []pdf.Column{{Head: p.t("year"), Width: 40}}}
	row := []string{p.column(of)}
	var cells []string
	for y := f.Years[0]; y <= f.Years[1]; y++ {
		t.Columns = append(t.Columns, pdf.Column{Head: itoa(y), Align: pdf.Right})
		cells = append(cells, or(p.cell(of, years[itoa(y)]), "—"))
	}
	even(cells)
	t.Rows = [][]string{append(row, cells...)}
	p.Heading(2, p.label(f))
	p.Table(t)
}

// yearFact is the fact of one year of a series.
func yearFact(f *rule.Fact) *rule.Fact {
	return &rule.Fact{Code: f.Code, Name: f.Name, LabelEN: f.LabelEN, Kind: f.Of, Unit: f.Unit, Options: f.Options}
}

// rowsOf are the rows of a list as facts state it, and whether it was declared to
// hold all there is.
func rowsOf(value any) (rows []map[string]any, complete bool) {
	all, bareList := bare(value).([]any)
	if keyed, ok := value.(map[string]any); ok && !bareList {
		all, _ = keyed["rows"].([]any)
		complete = keyed["complete"] == true
	}
	for _, one := range all {
		row, _ := one.(map[string]any)
		rows = append(rows, row)
	}
	return rows, complete
}

// The widths of a table, in millimetres.
const (
	pageWidth   = 160.0
	numberWidth = 11.0
	narrowest   = 15.0 // what a column needs to be read
	padding     = 3.4
	wide        = 3.36 // a Chinese character
)

// list prints a list as a table; one with more columns than a page is wide, row
// by row.
func (p *paper) list(f *rule.Fact, d *programme.Fact, value any) {
	p.Heading(2, p.label(f))
	rows, complete := rowsOf(value)
	if len(rows) == 0 {
		if complete {
			p.remark(p.t("empty_complete"))
		} else {
			p.remark(p.t("not_given"))
		}
		return
	}
	if cells, widths := p.cells(f, rows), p.widths(f, rows); widths != nil {
		p.table(f, cells, widths)
	} else {
		p.blocks(f, cells)
	}
	count := p.t("rows", len(rows))
	if d.Complete == "declared" && complete {
		count = p.t("rows_complete", len(rows))
	} else if d.Complete == "declared" {
		count = p.t("rows_open", len(rows))
	}
	p.remark(count)
}

// cells are the rows in words. The amounts of a column have the same number of
// decimals.
func (p *paper) cells(f *rule.Fact, rows []map[string]any) [][]string {
	out := make([][]string, len(rows))
	for i := range out {
		out[i] = make([]string, len(f.Columns))
	}
	for j, c := range f.Columns {
		column := make([]string, len(rows))
		for i, row := range rows {
			column[i] = or(p.cell(c, row[c.Code]), "—")
		}
		if kindOf(c) == rule.MoneyKind || kindOf(c) == rule.DecimalKind {
			even(column)
		}
		for i := range rows {
			out[i][j] = column[i]
		}
	}
	return out
}

// even gives numbers as many decimals as the longest has, so that they stand
// under each other.
func even(numbers []string) {
	most := 0
	for _, n := range numbers {
		most = max(most, decimals(n))
	}
	for i, n := range numbers {
		if d := decimals(n); d >= 0 && d < most {
			if d == 0 {
				n += "."
			}
			numbers[i] = n + strings.Repeat("0", most-d)
		}
	}
}

// decimals is how many digits stand behind the point; -1 for what is no number.
func decimals(n string) int {
	if strings.Trim(n, "-0123456789.,") != "" || n == "" {
		return -1
	}
	_, behind, _ := strings.Cut(n, ".")
	return len(behind)
}

// widths divides the page among the columns by what stands in them; nil when
// they do not fit.
func (p *paper) widths(f *rule.Fact, rows []map[string]any) []float64 {
	wanted := make([]float64, len(f.Columns))
	for j, c := range f.Columns {
		longest := textWidth(p.column(c))
		if longest > 7 {
			longest /= 2 // long heads stand on two lines
		}
		for i := 0; i < len(rows); i += 1 + len(rows)/200 {
			longest = max(longest, textWidth(p.cell(c, rows[i][c.Code])))
		}
		wanted[j] = max(narrowest, longest*wide+padding)
	}
	room := pageWidth - numberWidth
	if float64(len(wanted))*narrowest > room {
		return nil
	}
	total := 0.0
	for _, w := range wanted {
		total += w
	}
	if total < room {
		for j := range wanted {
			wanted[j] *= room / total
		}
		return wanted
	}
	return capped(wanted, room)
}

// capped makes the widest columns narrower, none below the others, until all
// fit into the room.
func capped(wanted []float64, room float64) []float64 {
	sorted := slices.Clone(wanted)
	slices.Sort(sorted)
	limit, left := 0.0, room
	for i, w := range sorted {
		if limit = left / float64(len(sorted)-i); w >= limit {
			break
		}
		left -= w
	}
	for j, w := range wanted {
		wanted[j] = min(w, limit)
	}
	return wanted
}

// textWidth is how many Chinese characters wide the longest line of a text is.
func textWidth(s string) (most float64) {
	for line := range strings.Lines(s) {
		n := 0.0
		for _, r := range line {
			if r < 0x2000 {
				n += 0.57
			} else {
				n++
			}
		}
		most = max(most, n)
	}
	return most
}

// table prints rows under a head, with the sums of money at the foot.
func (p *paper) table(f *rule.Fact, cells [][]string, widths []float64) {
	t := pdf.Table{Columns: []pdf.Column{{Head: p.t("number"), Width: numberWidth, Align: pdf.Center}}}
	for j, c := range f.Columns {
		col := pdf.Column{Head: strings.ReplaceAll(p.column(c), ".", "·"), Width: widths[j]}
		if numeric(kindOf(c)) {
			col.Align = pdf.Right
		}
		t.Columns = append(t.Columns, col)
	}
	for i, row := range cells {
		t.Rows = append(t.Rows, append([]string{itoa(i + 1)}, row...))
	}
	t.Totals = p.totals(f, cells)
	p.Table(t)
}

// sum adds up a column of money; "" for any other.
func (p *paper) sum(f *rule.Fact, cells [][]string, column int) string {
	c := f.Columns[column]
	if kindOf(c) != rule.MoneyKind {
		return ""
	}
	sum, most := int64(0), 0
	for _, row := range cells {
		if n, ok := amountOf(c, row[column]); ok {
			sum += n
			most = max(most, decimals(row[column]))
		}
	}
	total := []string{rule.Thousands(decimal(sum, c.Unit)), "0." + strings.Repeat("0", most)}
	if most > 0 {
		even(total)
	}
	return total[0]
}

// totals is the last row of a list with money in it, nil for any other. The word
// stands in the first cell that is free.
func (p *paper) totals(f *rule.Fact, cells [][]string) []string {
	out := []string{""}
	for j := range f.Columns {
		out = append(out, p.sum(f, cells, j))
	}
	switch {
	case strings.Join(out, "") == "":
		return nil
	case out[1] == "":
		out[1] = p.t("total")
	default:
		out[0] = p.t("total")
	}
	return out
}

// blocks prints every row as a list of facts, and the sums of money after them.
func (p *paper) blocks(f *rule.Fact, cells [][]string) {
	var sums []pdf.Fact
	for j, c := range f.Columns {
		if sum := p.sum(f, cells, j); sum != "" {
			sums = append(sums, pdf.Fact{Term: p.t("total_of", p.label(c)), Value: withUnitName(sum, c.Unit)})
		}
	}
	for i, row := range cells {
		p.Heading(3, p.t("row", f.Row, i+1))
		var facts []pdf.Fact
		for j, c := range f.Columns {
			facts = append(facts, pdf.Fact{Term: strings.ReplaceAll(p.column(c), ".", "·"), Value: row[j]})
		}
		p.Facts(facts...)
	}
	if len(sums) > 0 {
		p.Facts(sums...)
	}
}
