package recommend_test

import (
	"context"
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

		h.want("given back by whose it is", h.giveBack("city head", id, "次序有误"), "recommend.not_receiver")
		h.want("given back by a stranger", h.giveBack("district head", id, "次序有误"), "recommend.no_list")
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
