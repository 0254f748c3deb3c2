package web

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/xlsx"
	"shenbao/recommend"
)

// A chamber is a hall in which applications were recommended: they stand on the
// table of the city.
type chamber struct {
	*hall
	ids   []apply.ID
	table string // its address
}

func newChamber(t testing.TB, n int) *chamber {
	t.Helper()
	c := &chamber{hall: newHall(t)}
	first := c.house.Ready()
	c.ids = append([]apply.ID{first}, c.house.Copies(first, n-1)...)
	for _, id := range c.ids {
		_, err := applytest.Do(c.house, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
			return apply.Submit(ctx, tx, c.server.office, applytest.Submission(id))
		})
		must(t, err)
		_, err = db.Keep(t.Context(), c.db, func(tx *db.Tx) (int, error) { return 0, recommend.Arrive(t.Context(), tx, c.server.recommending(), id) })
		must(t, err)
		c.endorse("district officer", id)
		c.endorse("city officer", id)
	}
	c.table = tableAddress(c.summaries("city officer")[0].ID)
	return c
}

func (c *chamber) summaries(who string) []recommend.SummaryEntry {
	c.t.Helper()
	all, err := db.View(c.t.Context(), c.db, func(r db.Reader) (*recommend.Summaries, error) {
		return recommend.ListSummaries(c.t.Context(), r, c.server.recommending(), c.house.Staff[who])
	})
	must(c.t, err)
	return all.Tables
}

// endorse signs everything that a step asks, and passes the application on.
func (c *chamber) endorse(who string, id apply.ID) {
	c.t.Helper()
	_, err := applytest.Do(c.house, who, func(ctx context.Context, tx *db.Tx) (*recommend.Step, error) {
		q, err := recommend.List(ctx, tx, tx.By, recommend.Filter{})
		if err != nil {
			return nil, err
		}
		at := slices.IndexFunc(q.Entries, func(e recommend.QueueEntry) bool { return e.Application == id })
		s := q.Entries[at].Step
		k, err := recommend.Find(ctx, tx, tx.By, s.ID)
		if err != nil {
			return nil, err
		}
		o := c.server.recommending()
		for _, todo := range recommend.TodoOf(c.house.Version.Package, s, k.Submitted) {
			if _, err := recommend.Sign(ctx, tx, o, recommend.Signing{Step: s.ID, Version: s.Version, Kind: todo.Kind, Item: todo.Item, Answer: recommend.Yes}); err != nil {
				return nil, err
			}
		}
		return recommend.Endorse(ctx, tx, o, recommend.Decision{Step: s.ID, Version: s.Version, Reason: "情况属实"})
	})
	must(c.t, err)
}

// rows are those of the table, by their ids in order.
func (c *chamber) rows(who string) (out []string) {
	c.t.Helper()
	for part := range strings.SplitSeq(c.get(who, c.table), `data-id="`) {
		if id, _, ok := strings.Cut(part, `"`); ok && strings.HasPrefix(part, id) && !strings.Contains(id, "<") {
			out = append(out, id)
		}
	}
	return out
}

// send sends a file with other fields.
func (c *chamber) send(who, path, name string, content []byte, fields ...string) *httptest.ResponseRecorder {
	c.t.Helper()
	p := c.who(who)
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	must(c.t, parts.WriteField(formToken, c.formToken(p)))
	for i := 0; i+1 < len(fields); i += 2 {
		must(c.t, parts.WriteField(fields[i], fields[i+1]))
	}
	if content != nil {
		to, err := parts.CreateFormFile("file", name)
		must(c.t, err)
		_, err = to.Write(content)
		must(c.t, err)
	}
	must(c.t, parts.Close())
	a := httptest.NewRecorder()
	c.server.Handler().ServeHTTP(a, withBody(c.request(p, request{method: "GET", path: path}), parts.FormDataContentType(), body.String()))
	return a
}

// An officer puts the table in order, shortens a text, and the head hands it up;
// the authority above reads it and gives it back. Nothing of it needs a script.
func TestTableIsOrderedAndHandedUp(t *testing.T) {
	c := newChamber(t, 3)
	list := c.get("city officer", "/tables")
	want(t, list, "答辩材料与推荐汇总表（终稿）", "编排中", c.table)
	page := c.get("city officer", c.table)
	want(t, page, "2024年山东省技术创新中心推荐汇总表", "济南市科学技术局", "领域（方向）", "所属地市", "济南市", "上移", "下移", "由本部门负责人报送")
	without(t, page, `action="`+c.table+`/hand-up"`, "退回汇总表")

	before := c.rows("city officer")
	a := c.post("city officer", c.table+"/move", 303, "row", before[2], "how", "up", "to", "", "reason", "")
	if to := a.Header().Get("Location"); to != c.table+"#row-"+before[2] {
		t.Errorf("sent to %s", to)
	}
	c.post("city officer", c.table+"/move", 303, "row", before[2], "how", "to", "to", "1", "reason", "产业基础更好")
	c.post("city officer", c.table+"/move", 422, "row", before[2], "how", "up", "to", "", "reason", "")
	if got := c.rows("city officer"); !slices.Equal(got, []string{before[2], before[0], before[1]}) {
		t.Errorf("order %v of %v", got, before)
	}
	c.post("city officer", c.table+"/order", 303, append(rowsAs("row", before), rowsAs("seen", []string{before[2], before[0], before[1]})...)...)
	c.post("city officer", c.table+"/order", 409, append(rowsAs("row", before[:2]), rowsAs("seen", before)...)...)

	form := c.get("city officer", c.table+"?row="+before[0])
	want(t, form, `data-max="300"`, `data-max="200"`, "data-counts", "移到第几位（1 到 3）", "移出此表")
	seen := between(form, `name="seen" value="`, `"`)
	a = c.post("city officer", c.table+"/row", 403, "row", before[0], "seen", seen, "reason", "", "cell.profile", strings.Repeat("长", 301))
	want(t, a.Body.String(), "“企业简介”现有 301 字，最多 300 字", strings.Repeat("长", 301), "000-089", `class="count over"`)
	c.post("city officer", c.table+"/row", 303, "row", before[0], "seen", seen, "reason", "", "cell.profile", "主营仿生机构。", "cell.remark", "<b>注</b>")
	c.post("city officer", c.table+"/row", 409, "row", before[0], "seen", seen, "reason", "", "cell.profile", "又改")
	form = c.get("city officer", c.table+"?row="+before[0])
	want(t, form, "主营仿生机构。", "申报书原文", "&lt;b&gt;注&lt;/b&gt;")

	c.post("city officer", c.table+"/hand-up", 404)
	c.post("district officer", c.table+"/move", 404, "row", before[0], "how", "up", "to", "", "reason", "")
	c.post("city head", c.table+"/hand-up", 303)
	page = c.get("city head", c.table)
	want(t, page, "已报送", "校验码", "还没有上传盖章件")
	without(t, page, "上移", "移出此表")
	hash := between(page, "校验码 ", "<")
	want(t, c.get("province officer", c.table+"?paper="+hash), "纸面校验码与系统中报送的版本一致", "退回汇总表", "主营仿生机构。")
	want(t, c.get("province officer", c.table+"?paper=0000"), "不一致")
	want(t, c.get("province officer", "/tables"), "济南市科学技术局")
	for _, who := range []string{"district officer", "abroad head", "host admin"} {
		if a := c.ask(c.who(who), request{method: http.MethodGet, path: c.table}); a.Code != 404 {
			t.Errorf("%s: %d", who, a.Code)
		}
	}
	c.post("province officer", c.table+"/return", 422, "reason", "")
	c.post("province officer", c.table+"/return", 303, "reason", "次序有误")
	want(t, c.get("city officer", c.table), "次序有误", "编排中")
}

func rowsAs(name string, ids []string) (out []string) {
	for _, id := range ids {
		out = append(out, name, id)
	}
	return out
}

// between is the text between two others, the first time.
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}

// The table goes out to Excel and comes back; the sealed scan goes up and comes
// back as it was.
func TestTableGoesOutAndComesBack(t *testing.T) {
	c := newChamber(t, 2)
	a := c.ask(c.who("city officer"), request{method: http.MethodGet, path: c.table + "/workbook"})
	if a.Code != 200 || !strings.Contains(a.Header().Get("Content-Disposition"), "xlsx") {
		t.Fatalf("%d %v", a.Code, a.Header())
	}
	before := c.rows("city officer")
	sent := c.send("city officer", c.table+"/import", "t.xlsx", turned(t, a.Body.Bytes()), "by_number", "off")
	want(t, sent.Body.String(), "移动 2 行，改 1 格", "从第 2 位到第 1 位", "精简后的简介")
	kept, accept, name := between(sent.Body.String(), `name="kept" value="`, `"`), between(sent.Body.String(), `name="accept" value="`, `"`), between(sent.Body.String(), `name="name" value="`, `"`)
	if a := c.send("city officer", c.table+"/import", "", nil, "kept", kept, "name", name, "accept", strings.Repeat("0", 64)); a.Code != 409 {
		t.Errorf("what was not previewed: %d", a.Code)
	}
	if a := c.send("city officer", c.table+"/import", "", nil, "kept", kept, "name", name, "accept", accept); a.Code != 303 {
		t.Errorf("accepting: %d %s", a.Code, a.Body.String())
	}
	if got := c.rows("city officer"); !slices.Equal(got, []string{before[1], before[0]}) {
		t.Errorf("order %v of %v", got, before)
	}
	if a := c.send("city officer", c.table+"/import", "t.xlsx", []byte("no workbook")); a.Code != 422 {
		t.Errorf("no workbook: %d", a.Code)
	}

	c.post("city head", c.table+"/hand-up", 303)
	printed := c.ask(c.who("city officer"), request{method: http.MethodGet, path: c.table + "/print.pdf"})
	if !bytes.HasPrefix(printed.Body.Bytes(), []byte("%PDF")) {
		t.Fatalf("print: %d", printed.Code)
	}
	hash := between(c.get("city officer", c.table), `name="of" value="`, `"`)
	for _, one := range []struct {
		who, name, of string
		content       []byte
		status        int
	}{
		{"city officer", "a.pdf", "0000", printed.Body.Bytes(), 409},
		{"city officer", "a.exe", hash, []byte("MZ a program that is none"), 422},
		{"province officer", "a.pdf", hash, printed.Body.Bytes(), 404},
		{"city officer", "盖章件.pdf", hash, printed.Body.Bytes(), 303},
	} {
		if a := c.send(one.who, c.table+"/seal", one.name, one.content, "of", one.of); a.Code != one.status {
			t.Errorf("%s sends %s: %d, want %d", one.who, one.name, a.Code, one.status)
		}
	}
	scan := c.ask(c.who("province officer"), request{method: http.MethodGet, path: c.table + "/seal"})
	content, _ := io.ReadAll(scan.Body)
	if scan.Code != 200 || !bytes.Equal(content, printed.Body.Bytes()) {
		t.Errorf("the scan: %d, %d bytes", scan.Code, len(content))
	}
	want(t, c.get("province officer", c.table), "盖章件.pdf")
}

// turned is the workbook with its two rows the other way round, and a shorter
// text in the first.
func turned(t *testing.T, content []byte) []byte {
	t.Helper()
	book, err := xlsx.Open("t.xlsx", content, xlsx.Roster)
	must(t, err)
	rows, err := book.Rows(book.Sheets[0])
	must(t, err)
	table := xlsx.Table{Sheet: "表"}
	for _, cell := range rows[2].Cells {
		table.Fields = append(table.Fields, xlsx.Field{Title: cell.Text})
	}
	table.Rows = func(yield func([]any) bool) {
		for i, row := range []xlsx.Row{rows[4], rows[3]} {
			var cells []any
			for n := range table.Fields {
				text := row.Cell(n).Text
				if i == 0 && n == 6 {
					text = "精简后的简介"
				}
				cells = append(cells, text)
			}
			yield(cells)
		}
	}
	var b bytes.Buffer
	must(t, xlsx.Write(&b, []xlsx.Table{table}, xlsx.Prose{}))
	return b.Bytes()
}

// The table of intents is begun and filled in on the page.
func TestIntentsByHand(t *testing.T) {
	h := newHall(t)
	list := h.get("district officer", "/tables")
	want(t, list, "推荐汇总表（意向）", "建立这张表")
	a := h.post("district officer", "/tables", 303, "call", string(h.house.Call.ID), "stage", "intent")
	at := a.Header().Get("Location")
	want(t, h.get("district officer", at), "添加一行", "逾期", "推荐汇总表")
	h.post("district officer", at+"/row", 422, "row", "", "seen", "", "reason", "", "cell.centre", "", "cell.lead", "甲公司")
	h.post("district officer", at+"/row", 303, "row", "", "seen", "", "reason", "", "cell.centre", "山东省甲类技术创新中心", "cell.lead", "甲公司")
	page := h.get("district officer", at)
	want(t, page, "山东省甲类技术创新中心", "甲公司")
	row := between(page, `data-id="`, `"`)
	want(t, h.get("district officer", at+"?row="+row), `name="cell.director"`)
	h.post("district officer", at+"/remove", 303, "row", row, "reason", "")
	want(t, h.get("district officer", at), "表里还没有内容")
	h.post("district head", at+"/hand-up", 409)
	h.post("abroad officer", "/tables", 409, "call", string(h.house.Call.ID), "stage", "intent")
}
