package recommend

import (
	"bytes"
	"context"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/locale"
	"shenbao/internal/textindex"
	"shenbao/internal/xlsx"
)

// What a list of papers may show beside the lines that count ("").
const (
	PapersAwaited    = "awaited"    // 未到: submitted, and nothing came yet
	PapersIncomplete = "incomplete" // 不齐
	PapersLate       = "late"       // 逾期
	PapersRefused    = "refused"    // 不予接收
	PapersAll        = "all"        // 全部登记: the corrected lines, too
)

// PapersShown are all of them.
var PapersShown = []string{"", PapersAwaited, PapersIncomplete, PapersLate, PapersRefused, PapersAll}

// A PaperFilter narrows a list of papers; zero values do not narrow.
type PaperFilter struct {
	Call  call.ID
	Show  string
	Text  string // in the name of the application or its host
	After string // the place where the page before ended
	Limit int    // 100 unless told otherwise, at most 10,000
}

// A PaperRow is a line of a list: an application, and what came of it.
type PaperRow struct {
	*Paper
	Application apply.ID  `json:"application"`
	UnitName    string    `json:"unit_name"`
	Name        string    `json:"name"`
	CallTitle   string    `json:"call_title"`
	Submitted   time.Time `json:"submitted"`
	Version     int64     `json:"version"` // that stands
	EnteredName string    `json:"entered_by,omitempty"`
	place       string
}

// A PaperList is a page of the register.
type PaperList struct {
	Rows []PaperRow `json:"papers"`
	Next string     `json:"next,omitempty"`
}

// ListPapers returns the register of the reader's unit, what came last first; or
// the applications of which nothing came, the oldest first.
func ListPapers(ctx context.Context, r db.Reader, by db.By, f PaperFilter) (*PaperList, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	f.Limit = min(f.Limit, 10_000)
	f.Text = textindex.Fold(f.Text)
	unit := actor.UnitID(by.Unit)
	if err := actor.May(ctx, r, by, actor.ActEnterPaper, unit); err != nil {
		return nil, err
	}
	scope, held, err := actor.Holding(ctx, r, by)
	if err != nil || !held {
		return nil, err
	}
	rows, err := paperRows(ctx, r, papersAsked{unit, scope, f})
	if err != nil {
		return nil, err
	}
	out := &PaperList{Rows: []PaperRow{}}
	out.Rows = append(out.Rows, rows...)
	if len(rows) > f.Limit {
		out.Rows = out.Rows[:f.Limit]
		out.Next = out.Rows[f.Limit-1].place
	}
	return out, nil
}

// Workbook (导出登记簿) is a list as a workbook.
func (l *PaperList) Workbook(lang string) ([]byte, error) {
	t := func(key string, args ...any) string { return locale.Text(lang, "recommend.paper.column."+key, args...) }
	sheet := xlsx.Table{Sheet: locale.Text(lang, "recommend.paper.sheet")}
	for _, f := range []struct {
		key    string
		width  float64
		number bool
	}{{"unit", 32, false}, {"name", 36, false}, {"call", 36, false}, {"version", 8, true}, {"received", 18, false}, {"until", 18, false}, {"late", 8, false},
		{"copies", 8, true}, {"outcome", 12, false}, {"complete", 8, false}, {"remark", 40, false}, {"number", 8, true}, {"corrected", 10, false},
		{"entered", 18, false}, {"entered_by", 12, false}, {"hash", 20, false}} {
		sheet.Fields = append(sheet.Fields, xlsx.Field{Title: t(f.key), Width: f.width, Number: f.number})
	}
	sheet.Rows = func(yield func([]any) bool) {
		for _, row := range l.Rows {
			cells := []any{row.UnitName, row.Name, row.CallTitle}
			if p := row.Paper; p == nil {
				cells = append(cells, row.Version, "", "", "", nil, t("awaited"))
			} else {
				cells = append(cells, p.Version, minute(p.Received), minute(p.Until), yesNo(lang, p.Late), p.Copies, locale.Text(lang, "recommend.paper.outcome."+p.Outcome),
					yesNo(lang, p.Complete), p.Remark, p.Number, yesNo(lang, p.Corrected), minute(p.Entered), row.EnteredName, p.Hash[:min(16, len(p.Hash))])
			}
			for len(cells) < len(sheet.Fields) {
				cells = append(cells, nil)
			}
			if !yield(cells) {
				return
			}
		}
	}
	var b bytes.Buffer
	err := xlsx.Write(&b, []xlsx.Table{sheet}, xlsx.Prose{Sheet: locale.Text(lang, "recommend.paper.notes"), Lines: []string{locale.Text(lang, "recommend.paper.note")}})
	return b.Bytes(), err
}

// minute is an instant in a cell.
func minute(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Zone).Format("2006-01-02 15:04")
}

func yesNo(lang string, yes bool) string {
	if yes {
		return locale.Text(lang, "recommend.paper.yes")
	}
	return locale.Text(lang, "recommend.paper.no")
}

// PaperCalls returns the keys and titles of the calls of the reader's unit that
// ask for paper, the newest first.
func PaperCalls(ctx context.Context, r db.Reader, by db.By) ([][2]string, error) {
	if err := actor.May(ctx, r, by, actor.ActEnterPaper, actor.UnitID(by.Unit)); err != nil {
		return nil, err
	}
	return paperCalls(ctx, r, actor.UnitID(by.Unit))
}
