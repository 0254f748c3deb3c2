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
	"time"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/internal/xlsx"
	"shenbao/recommend"
)

// act runs one act on the account of somebody.
func act[T any](h *house, who string, do func(ctx context.Context, tx *db.Tx) (T, error)) (T, error) {
	h.Helper()
	return applytest.Do(h.House, who, do)
}

// recommended brings n applications onto the table of the city, in order.
func (h *house) recommended(n int) (ids []apply.ID) {
	h.Helper()
	first := h.Ready()
	ids = append([]apply.ID{first}, h.Copies(first, n-1)...)
	for i, id := range ids {
		h.rename(id, "山东省"+[]string{"甲类材料", "乙类装备", "丙类传感", "丁类仿生"}[i]+"技术创新中心")
		h.submit(id)
		h.pass(id, "district officer")
		h.pass(id, "city officer")
	}
	return ids
}

// rename gives an application another name.
func (h *house) rename(id apply.ID, name string) {
	h.Helper()
	_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int, error) {
		tx.By = h.Staff["host editor"]
		_, err := apply.Save(h.Context(), tx, h.Office, apply.Saving{Application: id, Tab: "t", Typed: map[string]string{"centre.name": name}, Mine: map[string]struct{}{"centre.name": {}}})
		return 0, err
	})
	h.must(err)
}

// pass lets somebody endorse the step of theirs.
func (h *house) pass(id apply.ID, who string) {
	h.Helper()
	s := h.step(who, id)
	h.sign(who, s)
	_, err := h.decide(who, recommend.Endorse, recommend.Decision{Step: s.ID, Version: s.Version, Reason: "情况属实"})
	h.must(err)
}

// tables are those that somebody sees.
func (h *house) tables(who string) []recommend.SummaryEntry {
	h.Helper()
	all, err := db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Summaries, error) {
		return recommend.ListSummaries(h.Context(), r, h.office, h.Staff[who])
	})
	h.must(err)
	return all.Tables
}

func (h *house) table(who string, id recommend.SummaryID) (*recommend.Table, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Table, error) {
		return recommend.FindSummary(h.Context(), r, h.office, h.Staff[who], id)
	})
}

// cityTable is the only table of the city.
func (h *house) cityTable() *recommend.Table {
	h.Helper()
	all := h.tables("city officer")
	if len(all) == 0 {
		h.Fatal("the city has no table")
	}
	t, err := h.table("city officer", all[0].ID)
	h.must(err)
	return t
}

// order are the applications on a table by their place in ids.
func order(t *recommend.Table, ids []apply.ID) (out []int) {
	for _, w := range t.Rows {
		out = append(out, slices.Index(ids, w.Application))
	}
	return out
}

func (h *house) handUp(who string, id recommend.SummaryID) error {
	_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Summary, error) {
		return recommend.HandUp(ctx, tx, h.office, id)
	})
	return err
}

func (h *house) move(who string, m recommend.Move) error {
	_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Row, error) {
		return recommend.MoveRow(ctx, tx, h.office, m)
	})
	return err
}

func (h *house) edit(who string, e recommend.RowEdit) error {
	_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Row, error) {
		return recommend.EditRow(ctx, tx, h.office, e)
	})
	return err
}

func (h *house) remove(who string, m recommend.Removal) error {
	_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Summary, error) {
		return recommend.RemoveRow(ctx, tx, h.office, m)
	})
	return err
}

func (h *house) giveBack(who string, id recommend.SummaryID, why string) error {
	_, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Summary, error) {
		return recommend.ReturnSummary(ctx, tx, h.office, recommend.SendingDown{List: id, Reason: why})
	})
	return err
}

// gained asks for the verbs that the journal gained by an act.
func (h *house) gained(what string, do func(), want ...string) {
	h.Helper()
	n := len(dbtest.Lines(h.TB, h.DB))
	do()
	if got := dbtest.Lines(h.TB, h.DB)[n:]; !slices.Equal(got, want) {
		h.Errorf("%s: the journal gained %q, want %q", what, got, want)
	}
}

var official = []string{"序号", "中心名称", "领域（方向）", "牵头企业", "所属地市", "中心主任", "企业简介", "研究内容简介", "备注"}

// The nine columns of the official table, from what was submitted.
func TestTheTableIsTheOfficialOne(t *testing.T) {
	inHouse(t, func(h *house) {
		ids := h.recommended(1)
		table := h.cityTable()
		var names []string
		row := map[string]string{}
		for _, c := range table.Columns {
			names = append(names, c.Name)
			row[c.ID] = table.Value(table.Rows[0], c)
		}
		if !slices.Equal(names, official) {
			t.Errorf("columns %q", names)
		}
		facts := h.Host.Application()
		for id, want := range map[string]string{"seq": "1", "centre": "山东省甲类材料技术创新中心", "city": "济南市", "lead": h.Host.Name,
			"director": facts["director.name"].(string), "research": facts["summary.research"].(string)} {
			if row[id] != want {
				t.Errorf("%s is %q, want %q", id, row[id], want)
			}
		}
		if row["field"] == "" || strings.Contains(row["field"], "_") {
			t.Errorf("the direction is %q", row["field"])
		}
		if got := table.FileName("xlsx"); got != "济南市科学技术局推荐表.xlsx" {
			t.Errorf("the file is called %q", got)
		}
		if !table.Final || table.Rows[0].Application != ids[0] || table.Recommender != "济南市科学技术局" {
			t.Errorf("%+v", table.Summary)
		}
		for _, who := range []string{"district officer", "province officer", "host admin", "abroad head", "visitor"} {
			_, err := h.table(who, table.ID)
			h.want(who, err, "recommend.no_list")
		}
	})
}

func TestRanking(t *testing.T) {
	inHouse(t, func(h *house) {
		ids := h.recommended(3)
		table := h.cityTable()
		at := func(i int) recommend.RowID { return table.Rows[i].ID }
		if got := order(table, ids); !slices.Equal(got, []int{0, 1, 2}) {
			t.Fatalf("they joined as %v", got)
		}
		line := "recommend.rank"
		for _, c := range []struct {
			what, who, key string
			move           recommend.Move
			want           []int
		}{
			{"up", "city officer", "", recommend.Move{Row: at(2), By: -1, Reason: "产业基础更好"}, []int{0, 2, 1}},
			{"to the first place", "city head", "", recommend.Move{Row: at(1), To: 1}, []int{1, 0, 2}},
			{"down", "city officer", "", recommend.Move{Row: at(1), By: 1}, []int{0, 1, 2}},
			{"over the top", "city officer", "recommend.place", recommend.Move{Row: at(0), By: -1}, []int{0, 1, 2}},
			{"beyond the end", "city officer", "recommend.place", recommend.Move{Row: at(0), To: 4}, []int{0, 1, 2}},
			{"where it is", "city officer", "recommend.same_order", recommend.Move{Row: at(0), To: 1}, []int{0, 1, 2}},
			{"a row that is none", "city officer", "recommend.no_row", recommend.Move{Row: "x", To: 1}, []int{0, 1, 2}},
			{"by the authority below", "district head", "recommend.no_list", recommend.Move{Row: at(0), To: 2}, []int{0, 1, 2}},
			{"by the authority above", "province head", "recommend.no_list", recommend.Move{Row: at(0), To: 2}, []int{0, 1, 2}},
			{"by the applicant", "host admin", "recommend.no_list", recommend.Move{Row: at(0), To: 2}, []int{0, 1, 2}},
		} {
			c.move.List = table.ID
			var lines []string
			if c.key == "" {
				lines = []string{line}
			}
			h.gained(c.what, func() { h.want(c.what, h.move(c.who, c.move), c.key) }, lines...)
			now := h.cityTable()
			if got := order(now, ids); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.what, got, c.want)
			}
		}
		drag := func(g recommend.Ordering) error {
			g.List = table.ID
			_, err := act(h, "city officer", func(ctx context.Context, tx *db.Tx) (*recommend.Summary, error) {
				return recommend.OrderRows(ctx, tx, h.office, g)
			})
			return err
		}
		now := []recommend.RowID{at(0), at(1), at(2)}
		h.want("dragged", drag(recommend.Ordering{Rows: []recommend.RowID{at(2), at(0), at(1)}, Seen: now}), "")
		h.want("dragged on an order that is no more", drag(recommend.Ordering{Rows: now, Seen: now}), "recommend.list_changed")
		h.want("a row is missing", drag(recommend.Ordering{Rows: now[:2]}), "recommend.list_changed")
		h.want("a row twice", drag(recommend.Ordering{Rows: []recommend.RowID{at(0), at(0), at(1)}}), "recommend.list_changed")
		if got := order(h.cityTable(), ids); !slices.Equal(got, []int{2, 0, 1}) {
			t.Errorf("after dragging: %v", got)
		}
		if w := h.cityTable().Rows[0]; w.Reason != "产业基础更好" {
			t.Errorf("the reason is %q", w.Reason)
		}
	})
}

func TestShortening(t *testing.T) {
	inHouse(t, func(h *house) {
		h.recommended(1)
		table := h.cityTable()
		w := table.Rows[0]
		long := strings.Repeat("长", 301)
		for _, c := range []struct {
			what, column, text, key string
		}{
			{"300 字", "profile", long[:900], ""},
			{"301 字", "profile", long, "recommend.cell_long"},
			{"200 字", "remark", long[:600], ""},
			{"201 字", "remark", long[:603], "recommend.cell_long"},
			{"the name", "centre", "另一个名称", "recommend.no_column"},
			{"the rank", "seq", "9", "recommend.no_column"},
			{"no column", "x", "y", "recommend.no_column"},
			{"back to the applicant's own", "profile", w.Own["profile"], ""},
		} {
			err := h.edit("city officer", recommend.RowEdit{List: table.ID, Row: w.ID, Cells: map[string]string{c.column: c.text}})
			h.want(c.what, err, c.key)
			if c.key == "recommend.cell_long" && fault.Of(err).Clause != "000-089" {
				t.Errorf("%s: under clause %q", c.what, fault.Of(err).Clause)
			}
		}
		now := h.cityTable().Rows[0]
		if _, kept := now.Cells["profile"]; kept || now.Cells["remark"] != long[:600] || now.Own["profile"] != w.Own["profile"] {
			t.Errorf("cells %v", now.Cells)
		}
		h.want("what a colleague changed", h.edit("city officer", recommend.RowEdit{List: table.ID, Row: w.ID, Cells: map[string]string{"remark": "短"}, Seen: w.Digest()}), "recommend.row_changed")
		h.want("as it was seen", h.edit("city officer", recommend.RowEdit{List: table.ID, Row: w.ID, Cells: map[string]string{"remark": "短"}, Seen: now.Digest()}), "")
		h.want("by the authority above", h.edit("province head", recommend.RowEdit{List: table.ID, Row: w.ID, Cells: map[string]string{"remark": "短"}}), "recommend.no_list")
		h.want("a row by hand", h.edit("city officer", recommend.RowEdit{List: table.ID, Cells: map[string]string{"centre": "新"}}), "recommend.only_recommended")
	})
}

func TestHandingUp(t *testing.T) {
	inHouse(t, func(h *house) {
		now := h.DB.Clock.(*clock.Manual)
		ids := h.recommended(3)
		id := h.cityTable().ID
		h.stand("recommended", ids[0], recommend.Endorsed, recommend.Endorsed, recommend.Waiting)
		h.want("by the officer", h.handUp("city officer", id), "actor.refused")
		h.want("by somebody else", h.handUp("province head", id), "recommend.no_list")

		long := h.cityTable().Rows[1]
		h.must(h.move("city officer", recommend.Move{List: id, Row: long.ID, To: 1}))
		now.Set(time.Date(2024, 12, 4, 12, 0, 0, 0, clock.Zone))
		h.gained("handing up", func() { h.must(h.handUp("city head", id)) }, "recommend.hand_up")
		h.want("twice", h.handUp("city head", id), "recommend.list_handed")
		for _, one := range ids {
			h.stand("handed up", one, recommend.Endorsed, recommend.Endorsed, recommend.Open)
		}
		table := h.cityTable()
		if got := order(table, ids); !slices.Equal(got, []int{1, 0, 2}) || !table.Late || table.Version != 1 || len(table.Hash) != 64 {
			t.Errorf("%v late %v, version %d, hash %s", got, table.Late, table.Version, table.Hash)
		}
		h.want("moved after it", h.move("city officer", recommend.Move{List: id, Row: long.ID, To: 2}), "recommend.list_handed")
		h.want("written after it", h.edit("city officer", recommend.RowEdit{List: id, Row: long.ID}), "recommend.list_handed")
		seen, err := h.table("province officer", id)
		h.must(err)
		if seen.MayEdit || seen.MayHandUp || !seen.MayReturn || len(seen.Rows) != 3 {
			t.Errorf("the province sees %+v", seen)
		}
		if all := h.tables("province officer"); len(all) != 1 || !all[0].Received {
			t.Errorf("the province has %d tables", len(all))
		}
		if n := h.notices("province head"); n != 1 {
			t.Errorf("the province's head was told %d times", n)
		}
		h.want("seen by the district", second(h.table("district officer", id)), "recommend.no_list")

		h.want("given back by whose it is", h.giveBack("city head", id, "次序有误"), "recommend.no_list")
		h.want("without a reason", h.giveBack("province officer", id, " "), "recommend.reason")
		h.gained("giving back", func() { h.must(h.giveBack("province officer", id, "次序有误")) }, "recommend.return_summary")
		h.stand("given back", ids[0], recommend.Endorsed, recommend.Endorsed, recommend.Waiting)
		h.want("seen by the province", second(h.table("province officer", id)), "recommend.no_list")
		h.must(h.handUp("city head", id))
		if again := h.cityTable(); again.Version != 2 || again.Hash == table.Hash {
			t.Errorf("version %d, hash %s", again.Version, again.Hash)
		}
		s := h.step("province officer", ids[2])
		_, err = h.decide("province officer", recommend.Receive, recommend.Decision{Step: s.ID, Version: 1})
		h.must(err)
		h.want("after one was received", h.giveBack("province officer", id, "次序有误"), "recommend.list_received")
		h.stand("nothing came of it", ids[0], recommend.Endorsed, recommend.Endorsed, recommend.Open)
	})
}

func second[T any](_ T, err error) error { return err }

// notices counts what somebody was told about tables.
func (h *house) notices(who string) (n int) {
	h.Helper()
	all, err := db.View(h.Context(), h.DB, func(r db.Reader) ([]inbox.Notice, error) {
		return inbox.List(h.Context(), r, h.Staff[who].Person, "", 100)
	})
	h.must(err)
	for _, one := range all {
		if strings.HasPrefix(one.Link, "/tables/") {
			n++
		}
	}
	return n
}

// What is too long, empty, or not as it was recommended is not handed up.
func TestWhatIsNotHandedUp(t *testing.T) {
	inHouse(t, func(h *house) {
		ids := h.recommended(2)
		id := h.cityTable().ID
		long := h.Copies(ids[0], 0)
		_ = long
		_, err := act(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
			return apply.Withdraw(ctx, tx, apply.Recall{Application: ids[0]})
		})
		h.must(err)
		if table := h.cityTable(); !table.Rows[0].Changed || table.Rows[1].Changed {
			t.Error("what changed is not shown")
		}
		h.want("before the withdrawal arrived", h.handUp("city head", id), "recommend.row_stale")
		h.arrive(ids[0])
		if got := order(h.cityTable(), ids); !slices.Equal(got, []int{1}) || h.cityTable().Rows[0].Rank != 1 {
			t.Errorf("left on the table: %v", got)
		}
		row := h.cityTable().Rows[0].ID
		h.want("off the table without a reason", h.remove("city officer", recommend.Removal{List: id, Row: row}), "recommend.reason")
		h.want("off the table by a stranger", h.remove("district officer", recommend.Removal{List: id, Row: row, Reason: "复核"}), "recommend.no_list")
		h.gained("off the table", func() { h.must(h.remove("city officer", recommend.Removal{List: id, Row: row, Reason: "复核"})) }, "recommend.remove_row")
		h.stand("to be decided again", ids[1], recommend.Endorsed, recommend.Open, recommend.Waiting)
		h.want("empty", h.handUp("city head", id), "recommend.empty")
		h.pass(ids[1], "city officer")
		h.must(h.handUp("city head", id))

		h.submit(ids[0]) // the one that was taken back comes again, behind
		h.pass(ids[0], "district officer")
		h.pass(ids[0], "city officer")
		all := h.tables("city officer")
		if len(all) != 2 || all[0].Number != 2 || all[0].Count != 1 || all[1].State != recommend.SummaryHanded {
			t.Errorf("no supplement: %+v", all)
		}
	})
}

// An application's own text may be longer than the table takes: nothing is cut,
// and nothing is handed up before the authority has put it more shortly.
func TestTooLongIsToldAndNotCut(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		text := strings.Repeat("本企业主营业务突出。", 40)
		_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int, error) {
			tx.By = h.Staff["host editor"]
			_, err := apply.Save(h.Context(), tx, h.Office, apply.Saving{Application: id, Tab: "t", Typed: map[string]string{"summary.profile": text}, Mine: map[string]struct{}{"summary.profile": {}}})
			return 0, err
		})
		h.must(err)
		h.submit(id)
		h.pass(id, "district officer")
		h.pass(id, "city officer")
		table := h.cityTable()
		err = h.handUp("city head", table.ID)
		h.want("too long", err, "recommend.in_row")
		if f := fault.Of(err); f.Field != "profile" || f.Clause != "000-089" {
			t.Errorf("in %q under %q", f.Field, f.Clause)
		}
		if table.Rows[0].Own["profile"] != text {
			t.Error("the applicant's own text was cut")
		}
		h.must(h.edit("city officer", recommend.RowEdit{List: table.ID, Row: table.Rows[0].ID, Cells: map[string]string{"profile": "主营业务突出。"}}))
		h.must(h.handUp("city head", table.ID))
	})
}

// The table of intents is kept by hand, before anybody applies.
func TestIntents(t *testing.T) {
	inHouse(t, func(h *house) {
		begin := func(who, stage string) (*recommend.Summary, error) {
			return act(h, who, func(ctx context.Context, tx *db.Tx) (*recommend.Summary, error) {
				return recommend.OpenSummary(ctx, tx, h.office, recommend.NewSummary{Call: h.Call.ID, Stage: stage})
			})
		}
		h.want("of what was recommended", second(begin("district officer", "final")), "recommend.no_hand_in")
		h.want("of no hand-in", second(begin("district officer", "expert")), "recommend.no_hand_in")
		h.want("by somebody far away", second(begin("abroad officer", "intent")), "recommend.not_concerned")
		h.want("by the applicant", second(begin("host admin", "intent")), "actor.missing")
		offered, err := db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Summaries, error) {
			return recommend.ListSummaries(h.Context(), r, h.office, h.Staff["district officer"])
		})
		h.must(err)
		if len(offered.Begin) != 1 || offered.Begin[0].Stage != "intent" {
			t.Errorf("offered: %+v", offered.Begin)
		}
		var l *recommend.Summary
		h.gained("beginning", func() { l, err = begin("district officer", "intent"); h.must(err) }, "recommend.open_list")
		again, err := begin("district head", "intent")
		h.must(err)
		if again.ID != l.ID || l.Recommender != "济南市科学技术局" {
			t.Errorf("another table, or %q recommends", l.Recommender)
		}
		cells := map[string]string{"centre": "山东省甲类技术创新中心", "lead": "甲公司", "city": "济南市", "profile": "简介"}
		h.want("a row", h.edit("district officer", recommend.RowEdit{List: l.ID, Cells: cells}), "")
		h.want("without a name", h.edit("district officer", recommend.RowEdit{List: l.ID, Cells: map[string]string{"lead": "乙公司"}}), "recommend.cell_empty")
		h.want("too long", h.edit("district officer", recommend.RowEdit{List: l.ID, Cells: map[string]string{"centre": "乙", "profile": strings.Repeat("长", 301)}}), "recommend.cell_long")
		table, err := h.table("district officer", l.ID)
		h.must(err)
		if table.Final || !table.Late || len(table.Rows) != 1 {
			t.Errorf("%+v", table)
		}
		h.must(h.handUp("district head", l.ID))
		seen, err := h.table("city officer", l.ID)
		h.must(err)
		if seen.Value(seen.Rows[0], seen.Columns[1]) != cells["centre"] {
			t.Error("the city does not see the row")
		}
		h.must(h.giveBack("city officer", l.ID, "请补充备注"))
		h.must(h.remove("district officer", recommend.Removal{List: l.ID, Row: table.Rows[0].ID}))
	})
}

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
