package recommend_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/xlsx"
	"shenbao/recommend"
)

// sheetOf reads a workbook back: the rows as texts.
func sheetOf(t *testing.T, content []byte) (out [][]string) {
	t.Helper()
	book, err := xlsx.Open("t.xlsx", content, xlsx.Roster)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.Rows(book.Sheets[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		var cells []string
		for _, c := range row.Cells {
			cells = append(cells, c.Text)
		}
		out = append(out, cells)
	}
	return out
}

// workbook writes a table as somebody filled it in.
func workbook(t *testing.T, rows [][]string) []byte {
	t.Helper()
	table := xlsx.Table{Sheet: "表", Above: []string{"推荐汇总表", "推荐单位（公章）："}}
	for _, name := range rows[0] {
		table.Fields = append(table.Fields, xlsx.Field{Title: name})
	}
	table.Rows = func(yield func([]any) bool) {
		for _, row := range rows[1:] {
			var cells []any
			for _, c := range row {
				cells = append(cells, c)
			}
			if !yield(cells) {
				return
			}
		}
	}
	var b bytes.Buffer
	if err := xlsx.Write(&b, []xlsx.Table{table}, xlsx.Prose{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The workbook has the official columns and no other, opens elsewhere, and holds
// no formula whatever somebody typed.
func TestWorkbook(t *testing.T) {
	h := &house{House: applytest.Build(t, dbtest.SQLite(t), nil)}
	h.office = &recommend.Office{Office: h.Office}
	h.recommended(2)
	table := h.cityTable()
	h.must(h.edit("city officer", recommend.RowEdit{List: table.ID, Row: table.Rows[0].ID, Cells: map[string]string{"remark": "=1+1", "profile": "@SUM(A1)\n+2"}}))
	table = h.cityTable()
	content, err := table.Workbook("zh")
	h.must(err)
	rows := sheetOf(t, content)
	if rows[0][0] != table.Title || !strings.HasPrefix(rows[1][0], "推荐单位（公章）：济南市科学技术局") || !slices.Equal(rows[2], official) {
		t.Errorf("head: %q", rows[:3])
	}
	if rows[3][0] != "1" || rows[3][8] != "=1+1" || rows[3][6] != "@SUM(A1)\n+2" {
		t.Errorf("row: %q", rows[3])
	}
	if note := rows[5][0]; note != "注：此表顺序为拟推荐顺序。企业简介不超过300字，研究方向简介不超过300字，备注不超过200字。" {
		t.Errorf("note: %s", note)
	}
	// Its order is that of the page, whenever it is exported.
	h.must(h.move("city officer", recommend.Move{List: table.ID, Row: table.Rows[1].ID, To: 1}))
	moved, err := h.cityTable().Workbook("zh")
	h.must(err)
	if again := sheetOf(t, moved); !strings.Contains(again[3][1], "乙类装备") || !strings.Contains(again[4][1], "甲类材料") || again[3][0] != "1" || again[4][8] != "=1+1" {
		t.Errorf("after a move: %q", again[3:5])
	}
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Skip("soffice is not installed")
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "t.xlsx")
	h.must(os.WriteFile(file, content, 0o600))
	out, err := exec.CommandContext(t.Context(), "soffice", "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76", "--outdir", dir, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	csv, err := os.ReadFile(filepath.Join(dir, "t.csv"))
	h.must(err)
	for _, want := range []string{"序号,中心名称,领域（方向）", "=1+1", "@SUM(A1)", "乙类装备"} {
		if !strings.Contains(string(csv), want) {
			t.Errorf("LibreOffice does not show %q:\n%s", want, csv)
		}
	}
}

func (h *house) preview(u recommend.TableUpload) (*recommend.TablePreview, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.TablePreview, error) {
		return u.Preview(h.Context(), r, h.office, h.Staff["city officer"])
	})
}

func (h *house) load(u recommend.TableUpload) error {
	_, err := act(h, "city officer", func(ctx context.Context, tx *db.Tx) (*recommend.TablePreview, error) {
		return recommend.ImportTable(ctx, tx, h.office, u)
	})
	return err
}

// faults are the keys of what is wrong, the inner ones of those with a place.
func faults(p *recommend.TablePreview) (out []string) {
	for _, f := range p.Faults {
		key := f.Key
		if inner, ok := f.Args[len(f.Args)-1].(*fault.Fault); ok {
			key = inner.Key
		}
		out = append(out, key)
	}
	return out
}

// What comes back from Excel: the order of its rows, and the texts that the
// authority may write; everything else is told, row by row.
func TestImporting(t *testing.T) {
	inHouse(t, func(h *house) {
		ids := h.recommended(3)
		table := h.cityTable()
		content, err := table.Workbook("zh")
		h.must(err)
		rows := sheetOf(t, content)[2:6]
		a, b, c := rows[1], rows[2], rows[3]
		with := func(row []string, column int, text string) []string {
			row = append(slices.Clone(row), make([]string, len(official)-len(row))...)
			row[column] = text
			return row
		}
		for _, one := range []struct {
			what     string
			rows     [][]string
			byNumber bool
			faults   []string
			moved    int
			changed  int
		}{
			{"as it was exported", [][]string{official, a, b, c}, false, nil, 0, 0},
			{"in another order", [][]string{official, c, a, b}, false, nil, 3, 0},
			{"a shorter text", [][]string{official, with(a, 6, "短"), b, c}, false, nil, 0, 1},
			{"without spare lines and numbers", [][]string{official, with(a, 0, ""), with(b, 0, ""), {"4"}, with(c, 0, "")}, false, nil, 0, 0},
			{"by its numbers", [][]string{official, with(a, 0, "3"), with(b, 0, "2"), with(c, 0, "1")}, true, nil, 2, 0},
			{"numbers twice", [][]string{official, a, with(b, 0, "1"), c}, true, []string{"recommend.number_twice"}, 0, 0},
			{"a number that is none", [][]string{official, a, with(b, 0, "第二"), c}, true, []string{"recommend.no_number"}, 0, 0},
			{"too long", [][]string{official, with(a, 8, strings.Repeat("长", 201)), b, c}, false, []string{"recommend.cell_long"}, 0, 0},
			{"another director", [][]string{official, with(a, 5, "王某"), b, c}, false, []string{"recommend.fixed"}, 0, 0},
			{"a row that was not recommended", [][]string{official, a, b, c, {"4", "山东省戊类技术创新中心", "x", "戊公司", "青岛市", "李某", "", "", ""}}, false, []string{"recommend.not_listed"}, 0, 0},
			{"a row twice", [][]string{official, a, b, c, a}, false, []string{"recommend.row_twice"}, 0, 0},
			{"a row less", [][]string{official, a, c}, false, []string{"recommend.left_out"}, 0, 0},
		} {
			p, err := h.preview(recommend.TableUpload{List: table.ID, Name: "t.xlsx", Data: workbook(t, one.rows), ByNumber: one.byNumber})
			if err != nil {
				t.Errorf("%s: %v", one.what, err)
				continue
			}
			if got := faults(p); !slices.Equal(got, one.faults) || one.faults == nil && (len(p.Moved) != one.moved || len(p.Changed) != one.changed || len(p.Added)+len(p.Removed) > 0) {
				t.Errorf("%s: faults %v, moved %v, changed %v", one.what, got, p.Moved, p.Changed)
			}
		}
		_, err = h.preview(recommend.TableUpload{List: table.ID, Name: "t.xlsx", Data: workbook(t, [][]string{{"甲", "乙"}, {"1", "2"}})})
		h.want("another table", err, "recommend.header")

		u := recommend.TableUpload{List: table.ID, Name: "t.xlsx", Data: workbook(t, [][]string{official, c, with(a, 6, "短"), b})}
		h.want("not previewed", h.load(u), "recommend.stale")
		p, err := h.preview(u)
		h.must(err)
		u.Accept = p.Accept
		h.must(h.move("city officer", recommend.Move{List: table.ID, Row: table.Rows[0].ID, To: 2}))
		h.want("changed since", h.load(u), "recommend.stale")
		p, err = h.preview(u)
		h.must(err)
		u.Accept = p.Accept
		h.gained("importing", func() { h.must(h.load(u)) }, "recommend.import_table")
		now := h.cityTable()
		if got := order(now, ids); !slices.Equal(got, []int{2, 0, 1}) || now.Value(now.Rows[1], now.Columns[6]) != "短" {
			t.Errorf("after the import: %v, %q", got, now.Rows[1].Cells)
		}
		p, err = h.preview(u)
		h.must(err)
		u.Accept = p.Accept
		h.want("again", h.load(u), "recommend.nothing_new")
	})
}

// A table of intents takes its rows from Excel, and lets go of those that are
// left out.
func TestImportingIntents(t *testing.T) {
	inHouse(t, func(h *house) {
		l, err := act(h, "city officer", func(ctx context.Context, tx *db.Tx) (*recommend.Summary, error) {
			return recommend.OpenSummary(ctx, tx, h.office, recommend.NewSummary{Call: h.Call.ID, Stage: "intent"})
		})
		h.must(err)
		put := func(rows ...[]string) *recommend.TablePreview {
			u := recommend.TableUpload{List: l.ID, Name: "t.xlsx", Data: workbook(t, append([][]string{official}, rows...))}
			p, err := h.preview(u)
			h.must(err)
			if len(p.Faults) == 0 {
				u.Accept = p.Accept
				h.must(h.load(u))
			}
			return p
		}
		a, b := []string{"1", "甲中心", "元宇宙", "甲公司", "济南市", "张某", "简介", "内容", ""}, []string{"2", "乙中心", "元宇宙", "乙公司", "济南市", "李某", "", "", ""}
		if p := put(a, b); len(p.Added) != 2 {
			t.Errorf("added %v", p.Added)
		}
		b[3] = "乙集团"
		if p := put(b, []string{"", "丙中心", "", "丙公司", "", "", "", "", ""}); len(p.Added) != 1 || len(p.Removed) != 1 || len(p.Changed) != 1 || len(p.Moved) != 1 {
			t.Errorf("%+v", p)
		}
		if p := put([]string{"1", "", "", "丁公司", "", "", "", "", ""}); !slices.Contains(faults(p), "recommend.cell_empty") {
			t.Errorf("a row without a name: %v", faults(p))
		}
		now, err := h.table("city officer", l.ID)
		h.must(err)
		var got []string
		for _, w := range now.Rows {
			got = append(got, now.Value(w, now.Columns[1])+now.Value(w, now.Columns[3]))
		}
		if !slices.Equal(got, []string{"乙中心乙集团", "丙中心丙公司"}) {
			t.Errorf("rows %v", got)
		}
	})
}

// The scan of the sealed table belongs to what was handed up, and to nothing
// else.
func TestSeal(t *testing.T) {
	inHouse(t, func(h *house) {
		h.recommended(1)
		table := h.cityTable()
		printed, err := table.Print("zh", "https://sb.example.cn")
		h.must(err)
		scan, err := recommend.Scan{Name: "盖章件.pdf", Data: printed}.Receive(h.Context(), h.office)
		h.must(err)
		_, err = recommend.Scan{Name: "盖章件.pdf", Data: []byte("MZ\x90\x00 a program")}.Receive(h.Context(), h.office)
		if fault.Of(err).Kind != fault.Invalid && fault.Of(err).Kind != fault.Refused {
			t.Errorf("a program was taken: %v", err)
		}
		seal := func(who, of string) error {
			_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Summary, error) {
				return recommend.SealSummary(ctx, tx, h.office, recommend.Sealing{List: table.ID, Of: of, Seal: scan})
			})
			return err
		}
		h.want("before it was handed up", seal("city officer", ""), "recommend.not_handed")
		h.must(h.handUp("city head", table.ID))
		hash := h.cityTable().Hash
		h.want("of something else", seal("city officer", strings.Repeat("0", 64)), "recommend.other_hash")
		h.want("by whoever received it", seal("province officer", hash), "recommend.no_list")
		h.gained("sealing", func() { h.must(seal("city officer", hash)) }, "recommend.seal_summary")
		seen, err := h.table("province officer", table.ID)
		h.must(err)
		_, content, err := seen.SealOf(h.Context(), h.office)
		h.must(err)
		if !bytes.Equal(content, printed) || seen.Seal.Name != "盖章件.pdf" {
			t.Error("the scan is another")
		}
		h.must(h.giveBack("province officer", table.ID, "重新盖章"))
		h.must(h.handUp("city head", table.ID))
		if h.cityTable().Seal.Hash != "" {
			t.Error("the old seal stands for the new version")
		}
	})
}
