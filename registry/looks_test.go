package registry_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/internal/xlsx"
	"shenbao/registry"
)

const staffHeader = "平台名称,平台类别,所在地,姓名,身份证号,进入日期"

// undone takes back an edition of the part of the province.
func (h *house) undone(register string, number int64) (*registry.Edition, error) {
	h.Helper()
	var e *registry.Edition
	err := h.try(h.by(actor.Officer, "province"), func(tx *db.Tx) (err error) {
		e, err = registry.Undo(h.Context(), tx, registry.Undoing{Register: register, Keeper: h.units["province"].ID, Number: number, Why: "文件有误"})
		return err
	})
	return e, err
}

func (h *house) reading() registry.Reading { return registry.Reading{DB: h.db, Keys: h.keys} }

// names are the cells in a column of what a query finds, page after page.
func (h *house) found(by db.By, q registry.Query, column string) string {
	h.Helper()
	var all []string
	for {
		f, err := h.reading().Rows(h.Context(), by, q)
		if err != nil {
			return key(err)
		}
		for _, row := range f.Rows {
			all = append(all, row.Cells[column])
		}
		if q.After = f.Next; f.Next == "" {
			return strings.Join(all, " ")
		}
	}
}

// An edition that was taken back stays to be read; the one before stands again,
// for the checks, for queries, and for the next import.
func TestUndo(t *testing.T) {
	each(t, func(h *house) {
		by, n := h.by(actor.Officer, "province"), h.count()
		head := "平台名称,平台类别,所在地"
		first := h.adoption("platforms", head, "深海装备,省重点实验室,370100", "传感中心,省重点实验室,370100")
		first.Day, first.Complete, first.Document = "2024-01-01", true, "一号文"
		h.adopted(first)
		second := h.adoption("platforms", head, "深海装备,省重点实验室,370200", "新材料,省重点实验室,370100")
		second.Whole = true
		h.adopted(second)
		e, err := h.undone("platforms", 2)
		if err != nil {
			t.Fatal(texts(err))
		}
		if e.Number != 3 || e.Undoes != 2 || e.Document != "一号文" || e.Day != "2024-01-01" || !e.Complete || e.Added != 1 || e.Changed != 1 || e.Ended != 1 {
			t.Errorf("the edition that takes it back is %+v", e)
		}
		read := func(number int64) string {
			p := see(h, func(r db.Reader) (*registry.RegisterPage, error) {
				return registry.ViewRegister(t.Context(), r, by, registry.RegisterPlace{Register: "platforms", Keeper: h.units["province"].ID, Number: number})
			})
			places := map[string]string{}
			for _, row := range p.Rows {
				places[row.Cells["name"]] = row.Cells["place"] + row.Cells["valid_to"]
			}
			return fmt.Sprint(places)
		}
		before, between := "map[传感中心:370100 深海装备:370100]", "map[传感中心:3701002024-05-31 新材料:370100 深海装备:370200]"
		if read(1) != before || read(2) != between || read(3) != before {
			t.Errorf("the editions read %s, %s and %s", read(1), read(2), read(3))
		}
		reg := h.asked("2024-11-27")["platforms"]
		if len(reg.Rows) != 2 || !reg.Complete || len(reg.Find("name", "新材料")) != 0 || registry.EditionOf(reg, 0).Number != 3 {
			t.Errorf("the checks ask %v", reg.Rows)
		}
		if got := h.found(by, registry.Query{Register: "platforms", Day: "2024-07-01"}, "place"); got != "370100 370100" {
			t.Errorf("on a day on which only the first was in force, and the second taken back: %s", got)
		}
		if _, err := h.undone("platforms", 3); err != nil || read(4) != between {
			t.Errorf("to undo the undoing: %v, %s", err, read(4))
		}
		if _, err := h.undone("platforms", 4); err != nil || read(5) != before {
			t.Errorf("and that: %v, %s", err, read(5))
		}
		h.adopted(second)
		if read(6) != between {
			t.Errorf("the import after it: %s", read(6))
		}
		if want := strings.TrimSpace("registry.adopt registry.adopt" + strings.Repeat(" registry.undo", 3) + " registry.adopt"); h.lines(n) != want {
			t.Errorf("journal %s", h.lines(n))
		}
	})
}

// The first edition taken back leaves a register that nobody keeps.
func TestUndoFirst(t *testing.T) {
	each(t, func(h *house) {
		h.adopted(h.adoption("sharing_network", "单位名称,统一社会信用代码", "泉山智行机器人有限公司,91370000MA0000001T"))
		if e, err := h.undone("sharing_network", 1); err != nil || !e.Blank || e.Ended != 1 {
			t.Fatalf("%+v %v", e, err)
		}
		if h.asked("2024-11-27")["sharing_network"] != nil {
			t.Error("it is still connected")
		}
		for _, day := range []string{"", "2024-11-27"} {
			if got := h.found(h.by(actor.Editor, "unit"), registry.Query{Register: "sharing_network", Day: day}, "unit"); got != "" {
				t.Errorf("on %q it holds %s", day, got)
			}
		}
		h.adopted(h.adoption("sharing_network", "单位名称,统一社会信用代码", "海岱精密传感有限公司,91370000MA0000006A"))
		if _, err := h.undone("sharing_network", 3); err != nil || h.asked("2024-11-27")["sharing_network"] != nil {
			t.Errorf("the next taken back: %v", err)
		}
	})
}

func TestUndoRefused(t *testing.T) {
	each(t, func(h *house) {
		rows := func(name string) registry.Adoption {
			return h.adoption("sharing_network", "单位名称,统一社会信用代码", name+",")
		}
		h.adopted(rows("甲"))
		h.adopted(rows("乙"))
		at := registry.Undoing{Register: "sharing_network", Keeper: h.units["province"].ID, Number: 2, Why: "文件有误"}
		for _, c := range []struct {
			name, want string
			by         db.By
			change     func(*registry.Undoing)
		}{
			{"another adopted one since", "registry.undo_overtaken", h.by(actor.Officer, "province"), func(u *registry.Undoing) { u.Number = 1 }},
			{"no reason", "registry.undo_why", h.by(actor.Officer, "province"), func(u *registry.Undoing) { u.Why = " " }},
			{"a part that nobody keeps", "registry.missing", h.by(actor.Officer, "province"), func(u *registry.Undoing) { u.Register = "high_tech" }},
			{"another authority", "actor.missing", h.by(actor.Officer, "abroad"), func(*registry.Undoing) {}},
			{"an applicant", "actor.missing", h.by(actor.UnitAdmin, "unit"), func(*registry.Undoing) {}},
		} {
			u, n := at, h.count()
			c.change(&u)
			if err := h.try(c.by, func(tx *db.Tx) error { _, err := registry.Undo(t.Context(), tx, u); return err }); key(err) != c.want || h.lines(n) != "" {
				t.Errorf("%s: %v, want %s; journal %s", c.name, err, c.want, h.lines(n))
			}
		}
		results := make(chan error, 4)
		by := h.by(actor.Officer, "province")
		for range 4 {
			go func() {
				_, err := db.Update(t.Context(), h.db, by, func(tx *db.Tx) (*registry.Edition, error) { return registry.Undo(t.Context(), tx, at) })
				results <- err
			}()
		}
		won := 0
		for range 4 {
			if err := <-results; err == nil {
				won++
			} else if fault.Of(err).Kind != fault.Conflict {
				t.Error(err)
			}
		}
		if won != 1 || len(h.asked("2024-11-27")["sharing_network"].Rows) != 1 {
			t.Errorf("%d of four undid it", won)
		}
	})
}

// A public list is open to whoever is signed in, by text, code and day.
func TestQuery(t *testing.T) {
	each(t, func(h *house) {
		rows := []string{"企业名称,统一社会信用代码,证书编号,发证日期,有效期至", "泉山智行机器人有限公司,91370000MA0000001T,GR1,2022-01-01,2025-01-01"}
		for i := range 250 {
			rows = append(rows, fmt.Sprintf("齐鲁企业%03d号,,GQ%03d,2022-01-01,2025-01-01", i, i))
		}
		a := h.adoption("high_tech", rows...)
		a.Day = "2024-01-01"
		h.adopted(a)
		there := h.adoption("high_tech", rows[0], "雁门复合材料有限公司,91140000MA0000005D,JR1,2022-01-01,2025-01-01")
		there.Keeper = h.units["abroad"].ID
		h.adopted(there)
		by, n := h.by(actor.Editor, "unit"), h.count()
		for _, c := range []struct {
			name string
			q    registry.Query
			want string
		}{
			{"a text", registry.Query{Text: "机器人"}, "GR1"},
			{"two words, in another width", registry.Query{Text: "ｇｑ00 企业007"}, "GQ007"},
			{"of another keeper", registry.Query{Text: "复合材料"}, "JR1"},
			{"a code", registry.Query{Code: "91140000ma0000005d"}, "JR1"},
			{"a code and a text that do not meet", registry.Query{Code: "91140000MA0000005D", Text: "机器人"}, ""},
			{"before the second was adopted", registry.Query{Code: "91140000MA0000005D", Day: "2024-05-31"}, ""},
			{"before the first", registry.Query{Text: "机器人", Day: "2023-12-31"}, ""},
			{"a wrong code", registry.Query{Code: "1"}, "chinacode.credit_length"},
			{"a wrong day", registry.Query{Day: "昨天"}, "registry.date"},
		} {
			c.q.Register = "high_tech"
			if got := h.found(by, c.q, "certificate"); got != c.want && !(strings.HasPrefix(c.want, "chinacode") && strings.HasPrefix(got, "chinacode")) {
				t.Errorf("%s: %q, want %q", c.name, got, c.want)
			}
		}
		if all := strings.Fields(h.found(by, registry.Query{Register: "high_tech"}, "certificate")); len(all) != 252 {
			t.Errorf("%d rows on all pages", len(all))
		}
		if all := strings.Fields(h.found(by, registry.Query{Register: "high_tech", Text: "齐鲁"}, "certificate")); len(all) != 250 || all[0] != "GQ000" || all[249] != "GQ249" {
			t.Errorf("%d rows of a text on all pages", len(all))
		}
		if got := h.found(by, registry.Query{Register: "names", Code: "91140000MA0000005D"}, "name"); got != "registry.column_unknown" {
			t.Errorf("a code of a register without: %s", got)
		}
		if got := h.found(db.Visitor, registry.Query{Register: "high_tech"}, "unit"); got != "actor.missing" {
			t.Errorf("a visitor: %s", got)
		}
		if got := h.found(by, registry.Query{Register: "applications"}, ""); got != "registry.missing" {
			t.Errorf("no register: %s", got)
		}
		if h.lines(n) != "" {
			t.Errorf("a public list leaves %s", h.lines(n))
		}
		content, err := h.reading().Workbook(t.Context(), by, registry.Query{Register: "high_tech", Text: "机器人"}, locale.ZH)
		if err != nil {
			t.Fatal(err)
		}
		if got := cellsOf(t, content); !strings.Contains(got, "province 泉山智行机器人有限公司 91370000MA0000001T GR1") || strings.Contains(got, "齐鲁") {
			t.Errorf("the workbook: %s", got)
		}
	})
}

// people keeps a register of people in both provinces and the city.
func (h *house) staffed() {
	h.Helper()
	h.adopted(h.adoption("platform_staff", staffHeader, "深海装备,省重点实验室,370100,王明远,"+wang+",2019-01-01"))
	there := h.adoption("platform_staff", staffHeader, "煤机装备,省重点实验室,140100,李文静,"+li+",2019-01-01")
	there.Keeper = h.units["abroad"].ID
	h.adopted(there)
}

// Of a register of people officers read what they keep or stand over, never a
// number; an authority elsewhere leaves no trace in what they see.
func TestQueryPeople(t *testing.T) {
	each(t, func(h *house) {
		h.staffed()
		q := registry.Query{Register: "platform_staff"}
		for _, c := range []struct {
			name, want string
			by         db.By
		}{
			{"the keeper", "王明远", h.by(actor.Officer, "province")},
			{"the other keeper", "李文静", h.by(actor.Officer, "abroad")},
			{"an officer under the keeper", "", h.by(actor.Officer, "city")},
			{"an applicant", "actor.missing", h.by(actor.UnitAdmin, "unit")},
			{"finance", "actor.missing", h.by(actor.Finance, "province")},
			{"the auditor", "actor.missing", h.auditor()},
		} {
			if got := h.found(c.by, q, "name"); got != c.want {
				t.Errorf("%s reads %q, want %q", c.name, got, c.want)
			}
		}
		by := h.by(actor.Officer, "province")
		q.Text = wang[14:]
		if got := h.found(by, q, "name"); got != "" {
			t.Errorf("found by the end of the number: %s", got)
		}
		q.Text = "深海"
		if got := h.found(by, q, "person"); got != "" {
			t.Errorf("shows the number %s", got)
		}
	})
}

// A question by number is answered by its keyed hash: to the keeper, and to an
// authority under it, whose findings rest on the same part.
func TestAsk(t *testing.T) {
	each(t, func(h *house) {
		h.staffed()
		ask := func(by db.By, number, day string) string {
			a, err := h.reading().Ask(t.Context(), by, registry.Question{Register: "platform_staff", Number: number, Day: day})
			if err != nil {
				return key(err)
			}
			out := fmt.Sprint(a.Held, len(a.Parts))
			for _, row := range a.Rows {
				out += " " + row.Cells["platform"] + row.Cells["person"]
			}
			return out
		}
		for _, c := range []struct {
			name, number, day, want string
			by                      db.By
		}{
			{"the keeper", wang, "", "true 1 深海装备", h.by(actor.Officer, "province")},
			{"under the keeper", wang, "", "true 1 深海装备", h.by(actor.Officer, "city")},
			{"before the edition", wang, "2024-05-31", "false 0", h.by(actor.Officer, "city")},
			{"elsewhere", wang, "", "false 1", h.by(actor.Officer, "abroad")},
			{"somebody of elsewhere", li, "", "false 1", h.by(actor.Officer, "province")},
			{"nobody", zhou, "", "false 1", h.by(actor.Officer, "province")},
			{"no number", "王明远", "", "registry.ask_number", h.by(actor.Officer, "province")},
			{"a register without credit codes", "91370000MA0000001T", "", "registry.ask_number", h.by(actor.Officer, "province")},
			{"an applicant", wang, "", "actor.missing", h.by(actor.UnitAdmin, "unit")},
		} {
			if got := ask(c.by, c.number, c.day); got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
		}
		if strings.Contains(dump(h), wang[3:14]) {
			t.Error("the database holds the number in clear")
		}
	})
}

// auditor is somebody who watches the platform.
func (h *house) auditor() db.By {
	h.Helper()
	p := h.person("auditor")
	h.as(db.System, func(tx *db.Tx) error {
		_, err := actor.Grant(h.Context(), tx, p, actor.Offer{Role: actor.Auditor})
		return err
	})
	return db.By{Person: string(p), Role: string(actor.Auditor)}
}

// looks are what somebody sees of who looked at what, the oldest first.
func (h *house) looks(by db.By) string {
	h.Helper()
	all, err := db.View(h.Context(), h.db, func(r db.Reader) ([]*registry.Look, error) {
		return h.reading().Looks(h.Context(), r, by, registry.LookFilter{})
	})
	if err != nil {
		return key(err)
	}
	var out []string
	for i := range all {
		l := all[len(all)-1-i]
		out = append(out, strings.TrimSpace(fmt.Sprint(l.Kind, " ", l.Found, " ", l.Asked.Text, l.Asked.Code)))
	}
	return strings.Join(out, ", ")
}

// Every look at a register of people leaves a trace for the auditor and the
// keeper, and the journal one line a minute.
func TestLooks(t *testing.T) {
	each(t, func(h *house) {
		h.staffed()
		by, abroad, auditor := h.by(actor.Officer, "province"), h.by(actor.Officer, "abroad"), h.auditor()
		city := h.by(actor.Officer, "city")
		n := h.count()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		rows := func(text string) {
			t.Helper()
			_, err := h.reading().Rows(t.Context(), by, registry.Query{Register: "platform_staff", Text: text})
			must(err)
		}
		rows("")
		rows("深海")
		_, err := h.reading().Part(t.Context(), by, registry.RegisterPlace{Register: "platform_staff", Keeper: h.units["province"].ID})
		must(err)
		_, err = h.reading().PartWorkbook(t.Context(), by, registry.RegisterOrder{Register: "platform_staff", Keeper: h.units["province"].ID, Lang: locale.ZH})
		must(err)
		if h.lines(n) != "registry.look" {
			t.Errorf("journal after four looks in a minute: %s", h.lines(n))
		}
		h.clock().Add(time.Minute)
		rows("煤机")
		if h.lines(n) != "registry.look registry.look" {
			t.Errorf("journal after a minute: %s", h.lines(n))
		}
		_, err = h.reading().Ask(t.Context(), city, registry.Question{Register: "platform_staff", Number: wang})
		must(err)
		_, err = h.reading().Ask(t.Context(), city, registry.Question{Register: "platform_staff", Number: li})
		must(err)
		h.clock().Add(2 * time.Minute)
		for range 2 {
			h.as(db.System, func(tx *db.Tx) error { return registry.WriteLooks(t.Context(), tx) })
		}
		if h.lines(n) != "registry.look registry.look registry.look registry.look" {
			t.Errorf("journal when the rest is written: %s", h.lines(n))
		}
		mine := "rows 1, rows 1 深海, part 1, export 1, rows 0 煤机, asked 1 370***********9017, asked 0 370***********9020"
		if got := h.looks(by); got != mine {
			t.Errorf("the keeper sees %s", got)
		}
		if got := h.looks(auditor); got != mine {
			t.Errorf("the auditor sees %s", got)
		}
		for who, want := range map[string]string{"abroad": "", "city": ""} {
			if got := h.looks(h.by(actor.Officer, who)); got != want {
				t.Errorf("%s sees %s", who, got)
			}
		}
		if got := h.looks(h.by(actor.UnitAdmin, "unit")); got != "actor.missing" {
			t.Errorf("an applicant sees %s", got)
		}
		if text := dump(h); strings.Contains(text, "煤机 ") || strings.Contains(text, `"text":"煤机"`) {
			t.Error("what was asked stands in clear")
		}
		before := h.looks(by)
		h.found(abroad, registry.Query{Register: "platform_staff"}, "name")
		if h.looks(by) != before || !strings.HasPrefix(h.looks(abroad), "rows 1") {
			t.Errorf("a look at the part of another: %s, %s", h.looks(by), h.looks(abroad))
		}
	})
}

// crowd keeps a register of n units.
func crowd(t testing.TB, d *db.DB, n int) *house {
	h := build(t, d)
	var b bytes.Buffer
	b.WriteString("企业名称,证书编号,发证日期,有效期至\n")
	for i := range n {
		fmt.Fprintf(&b, "齐鲁%d号精密制造有限公司,GR%06d,2022-01-01,2025-01-01\n", i, i)
	}
	a := h.adoption("high_tech")
	a.Data = b.Bytes()
	h.adopted(a)
	return h
}

// A page of a query over a hundred thousand rows: the limit is 30 ms.
func BenchmarkQuery(b *testing.B) {
	for name, open := range map[string]func(testing.TB) *db.DB{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			h := crowd(b, open(b), 100_000)
			by := h.by(actor.Officer, "province")
			for what, q := range map[string]registry.Query{"name": {Text: "齐鲁"}, "number": {Text: "99998号"}, "nothing": {Text: "没有这样的"}, "all": {},
				"unit": {Code: "91370000MA0000001T"}, "day": {Text: "精密", Day: "2024-11-01"}} {
				q.Register = "high_tech"
				b.Run(what, func(b *testing.B) {
					for b.Loop() {
						if _, err := h.reading().Rows(b.Context(), by, q); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		})
	}
}

// cellsOf are the cells of the first sheet of a workbook, row by row.
func cellsOf(t *testing.T, content []byte) string {
	t.Helper()
	book, err := xlsx.Open("a.xlsx", content, xlsx.Register)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.Rows(book.Sheets[0])
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, row := range rows {
		for _, c := range row.Cells {
			b.WriteString(c.Text + " ")
		}
		b.WriteByte('\n')
	}
	return b.String()
}
