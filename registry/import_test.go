package registry_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/registry"
)

// sheet makes a workbook of rows as somebody types them: a float64 is a number,
// a string a text.
func sheet(t testing.TB, name string, rows ...[]any) []byte {
	t.Helper()
	return workbook(t, func(f *excelize.File) {
		if err := f.SetSheetName("Sheet1", name); err != nil {
			t.Fatal(err)
		}
		fillSheet(t, f, name, rows)
	})
}

func fillSheet(t testing.TB, f *excelize.File, name string, rows [][]any) {
	t.Helper()
	for i, row := range rows {
		if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
}

func workbook(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload is a file for a list of the unit.
func (h *house) upload(list string, data []byte) registry.Upload {
	return registry.Upload{Unit: h.units["unit"].ID, List: list, Name: "名册.xlsx", Data: data}
}

func (h *house) preview(u registry.Upload) (*registry.Preview, error) {
	h.Helper()
	return db.View(h.Context(), h.db, func(r db.Reader) (*registry.Preview, error) {
		return u.Preview(h.Context(), r, h.by(actor.Editor, "unit"), h.keys)
	})
}

// imported previews and accepts a file that has to be right.
func (h *house) imported(u registry.Upload) *registry.Preview {
	h.Helper()
	p, err := h.preview(u)
	if err != nil {
		h.Fatal(err)
	}
	if len(p.Faults) > 0 {
		h.Fatalf("faults: %s", faultTexts(p))
	}
	u.Accept = p.Accept
	h.as(h.by(actor.Editor, "unit"), func(tx *db.Tx) error { _, err := registry.Import(h.Context(), tx, h.keys, u); return err })
	return p
}

func faultTexts(p *registry.Preview) string {
	var all []string
	for _, f := range p.Faults {
		all = append(all, locale.Text(locale.ZH, f.Key, f.Args...))
	}
	return strings.Join(all, "\n")
}

// cells shows some cells of a list's rows, a row a line.
func (h *house) cells(list string, columns ...string) string {
	var b strings.Builder
	for _, r := range h.profile().Rows[list] {
		var one []string
		for _, c := range columns {
			one = append(one, r.Cells[c])
		}
		b.WriteString(strings.Join(one, "|") + "\n")
	}
	return b.String()
}

// A roster as a personnel office keeps it: a title above, columns of its own,
// dates of every kind, full-width digits, blank rows below.
func TestImport(t *testing.T) {
	each(t, func(h *house) {
		data := sheet(t, "2024年人员",
			[]any{"研究院人员名册（2024）"},
			[]any{"序号", "姓名*", "身份证号码", "出生日期", "岗位", "专职", "工作单位", "备注"},
			[]any{1.0, "王明远", wang, 28349.0, "科研", "是", "甲院", "x"},
			[]any{2.0, "李文静", "３７００００１９８２０３２３９０２０", "1982年3月23日", "管理", "", "甲院", nil},
			[]any{3.0, "𠅤晓", strings.ToLower(zhou), "1993.8.8", "技术支撑", "√", "", nil},
			[]any{}, []any{nil, "  "}, []any{})
		u := h.upload(registry.StaffList, data)
		p, err := h.preview(u)
		if err != nil {
			t.Fatal(err)
		}
		// “管理” is no option: nothing of the file is taken.
		want := "“2024年人员”第 4 行 岗位：没有“管理”这个选项；可以填：科研、技术支撑、成果转化、运营管理"
		if faultTexts(p) != want || strings.Join(p.Ignored, " ") != "序号 备注" {
			t.Errorf("faults %s\nignored %v", faultTexts(p), p.Ignored)
		}
		u.Accept = p.Accept
		n := h.count()
		err = h.try(h.by(actor.Editor, "unit"), func(tx *db.Tx) error { _, err := registry.Import(t.Context(), tx, h.keys, u); return err })
		if key(err) != "registry.at" || h.lines(n) != "" || len(h.profile().Rows[registry.StaffList]) != 0 {
			t.Errorf("a file with a fault was imported: %v", err)
		}

		n = h.count()
		if p := h.imported(h.upload(registry.StaffList, mended(t, data, "E4", "运营管理"))); p.Counts != (registry.Counts{Added: 3}) {
			t.Errorf("counts %+v", p.Counts)
		}
		got := h.cells(registry.StaffList, "name", "person", "birth", "sex", "post", "fulltime", "employer")
		wantRows := "王明远|370***********9017|1977-08-12|male|research|true|甲院\n" +
			"李文静|370***********9020|1982-03-23|female|management||甲院\n" +
			"𠅤晓|370***********949X|1993-08-08|male|support|true|\n"
		if got != wantRows || h.lines(n) != "registry.import" {
			t.Errorf("rows\n%s journal %s", got, h.lines(n))
		}
	})
}

// mended is a workbook with one cell changed.
func mended(t testing.TB, data []byte, cell string, value any) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.SetCellValue(f.GetSheetName(0), cell, value); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What is wrong is told in words, with sheet, row and column, and never with
// the identity number.
func TestImportFaults(t *testing.T) {
	h := build(t, dbtest.SQLite(t))
	h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang})
	staff := []any{"姓名", "证件号", "出生日期", "性别"}
	for _, c := range []struct {
		name, list string
		rows       [][]any
		want       string
	}{
		{"check digit", "staff", [][]any{staff, {"甲", "370000197708129018"}},
			"“名册”第 2 行 证件号：" + locale.Text(locale.ZH, "chinacode.identity_check")},
		{"a number that lost its digits", "staff", [][]any{staff, {"甲", 370000197708129017.0}},
			"“名册”第 2 行 证件号：证件号在表格里存成了数字，末几位已经丢失；请把这一列设为“文本”格式后重新填写"},
		{"two faults in two rows", "staff", [][]any{staff, {"", li}, {}, {"甲", zhou, "1993-08-09", "女"}},
			"“名册”第 2 行 姓名：“姓名”没有填\n“名册”第 4 行 性别：“性别”与证件号不一致；请核对这两栏\n“名册”第 4 行 出生日期：“出生日期”与证件号不一致；请核对这两栏"},
		{"twice in the file", "staff", [][]any{staff, {"甲", li}, {"乙", li}},
			"“名册”第 3 行 证件号：与第 2 行是同一项；请删去其中一行"},
		{"an error of a formula", "finance", [][]any{{"年度", "研发费用（万元）"}, {2023.0, "#N/A!"}},
			"“名册”第 2 行 研发费用：“#N/A!”不是数字或单位不对；请填数字，不带单位时按 万元 计"},
		{"a year where a day should be", "staff", [][]any{staff, {"甲", nil, 1980.0}},
			"“名册”第 2 行 出生日期：“1980”不是日期；请写成 2024-01-31 这样的年月日"},
		{"no header", "staff", [][]any{{"甲", "乙"}, {"丙", "丁"}},
			"没有找到“人员名册”的表头；表头那一行要有“姓名”等栏目，请用下载的模板填写"},
		{"half a header", "instruments", [][]any{{"仪器名称", "型号"}, {"电镜", "X1"}},
			"“名册”第 1 行表头缺少栏目：原值；请补上，或用下载的模板填写"},
		{"a column twice", "staff", [][]any{{"姓名", "证件号", "姓名"}, {"甲", li, "乙"}},
			"“名册”第 1 行表头中“姓名”出现了两次；请删去一列"},
	} {
		p, err := h.preview(h.upload(c.list, sheet(t, "名册", c.rows...)))
		got := ""
		if err != nil {
			got = texts(err)
		} else {
			got = faultTexts(p)
		}
		if got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", c.name, got, c.want)
		}
		for _, number := range []string{wang, li, zhou} {
			if strings.Contains(got, number[6:14]) {
				t.Errorf("%s: the message holds an identity number", c.name)
			}
		}
	}
	if _, err := h.preview(registry.Upload{Unit: h.units["unit"].ID, List: "staff", Name: "a.xlsx", Data: []byte("x")}); key(err) != "xlsx.text" {
		t.Errorf("a text as a workbook: %v", err)
	}
}

// Numbers, dates and merged cells as spreadsheets store them, in sheets as
// people leave them.
func TestImportForms(t *testing.T) {
	header := []any{"仪器名称", "资产编号", "原值（万元）", "购置日期", "已入仪器共享网"}
	const want = "电镜|Z-1|12345678|2020-02-29|true\n离心机|00012|30|2021-01-05|\n"
	for name, data := range map[string][]byte{
		"typed": sheet(t, "仪器设备", header, []any{"电镜", "Z-1", 12.345678, 43890.0, true}, []any{"离心机", "00012", "0.00003", "2021/1/5", nil}),
		"numbers as text, with units": sheet(t, "x", header,
			[]any{"电镜", "Z-1", "123456.78元", "2020-02-29", "有"}, []any{"离心机", "00012", "０.３元", "20210105", ""}),
		"the count from 1904": workbook(t, func(f *excelize.File) {
			old := true
			f.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &old})
			fillSheet(t, f, "Sheet1", [][]any{header, {"电镜", "Z-1", 12.345678, 42428.0, 1.0}, {"离心机", "00012", 0.00003, 42739.0, nil}})
		}),
		"the second sheet, after one that is hidden": workbook(t, func(f *excelize.File) {
			f.NewSheet("旧表")
			f.NewSheet("填这里")
			fillSheet(t, f, "Sheet1", [][]any{{"说明"}, {"请填第三张表"}})
			fillSheet(t, f, "旧表", [][]any{header, {"旧仪器", "O-1", 1.0, nil, nil}})
			fillSheet(t, f, "填这里", [][]any{header, {"电镜", "Z-1", 12.345678, 43890.0, "yes"}, {"离心机", "00012", 0.00003, "2021-01-05", nil}})
			f.SetSheetVisible("旧表", false)
		}),
		"with formulas": workbook(t, func(f *excelize.File) {
			fillSheet(t, f, "Sheet1", [][]any{header, {"电镜", "Z-1", 12.345678, 43890.0, "是"}, {"离心机", "00012", 0.00003, 44201.0, nil}})
			f.SetCellFormula("Sheet1", "C2", "6.172839*2")
			f.SetCellFormula("Sheet1", "D3", "DATE(2021,1,5)")
		}),
	} {
		t.Run(name, func(t *testing.T) {
			h := build(t, dbtest.SQLite(t))
			h.imported(h.upload(registry.InstrumentsList, data))
			if got := h.cells(registry.InstrumentsList, "name", "code", "value", "bought", "shared"); got != want {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
	t.Run("merged", func(t *testing.T) {
		h := build(t, dbtest.SQLite(t))
		h.imported(h.upload(registry.StaffList, workbook(t, func(f *excelize.File) {
			fillSheet(t, f, "Sheet1", [][]any{{"工作单位", "姓名", "岗位"}, {"甲院", "张三", "科研"}, {nil, "李四", nil}, {nil, "王五", nil}, {"乙院", "赵六", "科研"}})
			f.MergeCell("Sheet1", "A2", "A4")
			f.MergeCell("Sheet1", "C2", "C3")
		})))
		if got, want := h.cells(registry.StaffList, "employer", "name", "post"), "甲院|张三|research\n甲院|李四|research\n甲院|王五|\n乙院|赵六|research\n"; got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

// An exported list comes back as it was: nothing to import. Then changes,
// additions and, when the file is the whole list, what it leaves out.
func TestRoundTrip(t *testing.T) {
	each(t, func(h *house) {
		h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang, "title": "工程师", "fulltime": "是"},
			map[string]string{"name": "李文静", "person": li, "employer": "=1+1"},
			map[string]string{"name": "无号者", "birth": "1890-05-01"})
		export := func(lists ...string) []byte {
			return see(h, func(r db.Reader) ([]byte, error) {
				return registry.Export(t.Context(), r, h.by(actor.Editor, "unit"), registry.Order{Unit: h.units["unit"].ID, Lists: lists, Lang: "zh"})
			})
		}
		data := export(registry.StaffList)
		p, err := h.preview(h.upload(registry.StaffList, data))
		if err != nil || p.Counts != (registry.Counts{Same: 3}) {
			t.Fatalf("%+v, %v, %s", p, err, faultTexts(p))
		}
		u := h.upload(registry.StaffList, data)
		u.Accept = p.Accept
		if err := h.try(h.by(actor.Editor, "unit"), func(tx *db.Tx) error { _, err := registry.Import(t.Context(), tx, h.keys, u); return err }); key(err) != "registry.nothing" {
			t.Errorf("nothing to import: %v", err)
		}

		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		titleColumn := columnOf(t, f, "职称")
		f.SetCellStr("人员名册", titleColumn+"2", "研究员")
		f.DuplicateRowTo("人员名册", 2, 5) // a copied row brings its hidden key along
		f.SetCellStr("人员名册", columnOf(t, f, "姓名")+"5", "周立新")
		f.SetCellStr("人员名册", columnOf(t, f, "证件号")+"5", zhou)
		f.SetCellStr("人员名册", columnOf(t, f, "出生日期")+"5", "1993-08-08")
		f.RemoveRow("人员名册", 4)
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			t.Fatal(err)
		}
		u = h.upload(registry.StaffList, b.Bytes())
		if p, err = h.preview(u); err != nil || p.Counts != (registry.Counts{Added: 1, Changed: 1, Same: 1}) {
			t.Fatalf("%+v, %v, %s", p, err, faultTexts(p))
		}
		if c := p.Changed[0]; c.Row != 2 || c.Label != "王明远" || strings.Join(c.Columns, " ") != "title" || c.Before["title"] != "工程师" {
			t.Errorf("changed %+v", c)
		}
		u.Whole = true
		if p, err = h.preview(u); err != nil || p.Counts.Ended != 1 || p.Ended[0].Label != "无号者" || p.Ended[0].Row != 0 {
			t.Fatalf("%+v, %v", p, err)
		}
		h.imported(u)
		if got, want := h.cells(registry.StaffList, "name", "person", "title"), "王明远|370***********9017|研究员\n李文静|370***********9020|\n周立新|370***********949X|研究员\n"; got != want {
			t.Errorf("got\n%swant\n%s", got, want)
		}
	})
}

func columnOf(t *testing.T, f *excelize.File, title string) string {
	t.Helper()
	cells, err := f.SearchSheet("人员名册", title)
	if err != nil || len(cells) == 0 {
		t.Fatalf("no column %s: %v", title, err)
	}
	return strings.TrimRight(cells[0], "0123456789")
}

// A roster that was changed after the preview is not imported.
func TestStale(t *testing.T) {
	each(t, func(h *house) {
		row := h.put(registry.StaffList, map[string]string{"name": "王明远", "person": wang})[0]
		u := h.upload(registry.StaffList, sheet(t, "x", []any{"姓名", "证件号", "职称"}, []any{"王明远", wang, "教授"}))
		p, err := h.preview(u)
		if err != nil || p.Counts.Changed != 1 {
			t.Fatalf("%+v, %v", p, err)
		}
		u.Accept = p.Accept
		if _, err := h.edit(registry.StaffList, registry.Change{ID: row.ID, Version: 1, Cells: map[string]string{"degree": "博士"}}); err != nil {
			t.Fatal(err)
		}
		err = h.try(h.by(actor.Editor, "unit"), func(tx *db.Tx) error { _, err := registry.Import(t.Context(), tx, h.keys, u); return err })
		if key(err) != "registry.stale" || fault.Of(err).Kind != fault.Conflict {
			t.Errorf("%v", err)
		}
	})
}

// Every list can be exported, filled in and imported again, in both languages.
func TestEveryList(t *testing.T) {
	for _, lang := range []string{locale.ZH, locale.EN} {
		h := build(t, dbtest.SQLite(t))
		for id, rows := range everything() {
			h.put(id, rows...)
		}
		for _, l := range registry.Lists {
			data := see(h, func(r db.Reader) ([]byte, error) {
				return registry.Export(t.Context(), r, h.by(actor.Editor, "unit"), registry.Order{Unit: h.units["unit"].ID, Lists: []string{l.ID}, Lang: lang})
			})
			p, err := h.preview(h.upload(l.ID, data))
			if err != nil || p.Counts.Same != len(h.profile().Rows[l.ID]) || p.Counts.Same == 0 || p.Counts.Faults+p.Counts.Added+p.Counts.Changed > 0 {
				t.Errorf("%s in %s: %+v %v %s", l.ID, lang, p, err, faultTexts(p))
			}
			blank := see(h, func(r db.Reader) ([]byte, error) {
				return registry.Export(t.Context(), r, h.by(actor.Editor, "unit"), registry.Order{Unit: h.units["unit"].ID, Lists: []string{l.ID}, Lang: lang, Blank: true})
			})
			if p, err := h.preview(h.upload(l.ID, blank)); err != nil || p.Rows != 0 {
				t.Errorf("the template of %s in %s: %+v %v", l.ID, lang, p, err)
			}
		}
	}
}

// everything is a value for every column of every list.
func everything() map[string][]map[string]string {
	facts := []map[string]string{}
	for code, text := range map[string]string{"legal_person": "是", "legal_kind": "enterprise", "founded": "2010-05-06", "representative": "高立新", "line": "district",
		"capital": "5000", "address": "章丘区双山街道1号", "field": "机器人", "staff_total": "800", "rd_staff": "260", "above_scale": "是", "key_service": "否",
		"summary": "主营机器人关节\n和灵巧手。", "complete_staff": "是", "complete_instruments": "是", "complete_premises": "是", "complete_platforms": "是",
		"complete_honours": "是", "complete_projects": "否", "complete_awards": "否"} {
		facts = append(facts, map[string]string{code: text})
	}
	return map[string][]map[string]string{
		"facts": facts,
		"finance": {
			{"year": "2021", "main_income": "22000", "total_income": "22500", "rd_expense": "1100", "net_profit": "-12.34", "assets": "50000", "liabilities": "20000"},
			{"year": "2018", "main_income": "15000", "rd_expense": "700"}, {"year": "2022", "main_income": "26000", "rd_expense": "1300"}, {"year": "2023", "main_income": "30000", "rd_expense": "1600.5"}},
		"staff": {{"name": "王明远", "document": "id", "person": wang, "degree": "doctor", "rank": "senior", "title": "研究员", "employer": "泉山智行机器人有限公司",
			"employer_code": "91370000MA0000001T", "fulltime": "是", "post": "research", "since": "2015-07-01"}},
		"instruments": {{"name": "电镜", "code": "Z-1", "model": "X9", "serial": "00012", "value": "1234567.89", "bought": "2020-02-29", "room": "A座101", "shared": "是", "sharing_id": "SD-7"}},
		"premises": {{"address": "A座", "area": "3200.25", "use": "research", "tenure": "owned", "certificate": "鲁2020"},
			{"address": "B座", "area": "800", "use": "research", "tenure": "leased", "until": "2023-12-31"}, {"address": "C座", "area": "9000", "use": "production", "tenure": "owned"}},
		"platforms": {{"name": "泉山企业技术中心", "kind": "enterprise_tech_prov", "level": "provincial", "field": "机器人", "approved": "2019-03-04", "number": "鲁工信〔2019〕3号", "status": "running"}},
		"honours":   {{"name": "专精特新企业", "title": "other", "holder": "泉山智行", "level": "provincial", "granted": "2022-01-01", "until": "2025-01-01", "number": "Z1"}},
		"projects":  {{"name": "灵巧手", "number": "2021YFB1", "programme": "国家重点研发计划", "level": "national", "leads": "是", "leader": "王明远", "grant": "295", "year": "2021", "due": "2024-12-31"}},
		"awards":    {{"name": "行走机构", "award": "山东省科学技术奖二等奖", "level": "provincial", "first": "是", "holder": "王明远、李文静", "year": "2020"}},
	}
}

// A large roster is read, compared and stored in one go.
func TestLargeRoster(t *testing.T) {
	each(t, func(h *house) {
		rows := [][]any{{"姓名", "出生日期", "工作单位", "岗位"}}
		for i := range 5000 {
			rows = append(rows, []any{fmt.Sprintf("员工%d", i), "1980-01-01", "泉山智行机器人有限公司", "科研"})
		}
		h.imported(h.upload(registry.StaffList, sheet(t, "名册", rows...)))
		if n := len(h.profile().Rows[registry.StaffList]); n != 5000 {
			t.Errorf("%d rows", n)
		}
		more := h.upload(registry.StaffList, sheet(t, "名册", rows[0], []any{"另一人", "1980-01-01", "", ""}))
		if p, err := h.preview(more); err != nil || faultTexts(p) != "“人员名册”最多 5000 行；请删去不用的行" {
			t.Errorf("%v %s", err, faultTexts(p))
		}
	})
}
