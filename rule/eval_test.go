package rule_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"shenbao/internal/locale"
	"shenbao/rule"
)

// read reads facts for the test schema; a fault fails the test.
func read(t testing.TB, s *rule.Schema, doc string) *rule.Facts {
	t.Helper()
	f, faults := s.ReadFacts(strings.NewReader(doc))
	for _, x := range faults {
		t.Fatal(locale.Fault("zh", x))
	}
	return f
}

// one answers one rule on facts given as JSON.
func one(t *testing.T, text, doc string) (rule.Truth, []string) {
	t.Helper()
	s := testSchema(t)
	n, f := s.Parse(text)
	if f != nil {
		t.Fatalf("%s: %s", text, locale.Fault("zh", f))
	}
	p, faults := rule.Compile(s, []rule.Rule{{ID: "r", Node: n}})
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	res := p.NewResult()
	p.Eval(read(t, s, doc), res)
	return res.Rules[0], res.Why[0].Codes()
}

// TestTruthTables holds the tables of docs/rule-language.md section 2: rows A
// and columns B in the order T, U, F.
func TestTruthTables(t *testing.T) {
	values := map[byte]string{'T': "true", 'U': "null", 'F': "false"}
	code := map[rule.Truth]byte{rule.Met: 'T', rule.Unknown: 'U', rule.Unmet: 'F'}
	for _, tt := range []struct{ text, want string }{
		{"独立法人 且 联合共建", "TUF UUF FFF"},
		{"独立法人 或 联合共建", "TTT TUU TUF"},
		{"若 独立法人 则 联合共建", "TUF TUU TTT"},
		{"至少 1 项 (独立法人; 联合共建)", "TTT TUU TUF"},
		{"至少 2 项 (独立法人; 联合共建)", "TUF UUF FFF"},
		{"非 独立法人", "FFF UUU TTT"},
	} {
		got := ""
		for i, a := range "TUF" {
			if i > 0 {
				got += " "
			}
			for _, b := range "TUF" {
				r, _ := one(t, tt.text, fmt.Sprintf(`{"legal_person": %s, "joint": %s}`, values[byte(a)], values[byte(b)]))
				got += string(code[r])
			}
		}
		if got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.text, got, tt.want)
		}
	}
}

// TestListPatterns holds the patterns of lists in which SQL's NULL logic goes
// wrong: rows T, U, F; closed lists are projects, open ones staff.
func TestListPatterns(t *testing.T) {
	row := map[rune]string{'T': `{"full_time": true}`, 'U': `{}`, 'F': `{"full_time": false}`}
	rows := func(pattern string) string {
		var parts []string
		for _, c := range pattern {
			parts = append(parts, row[c])
		}
		return "[" + strings.Join(parts, ",") + "]"
	}
	code := map[rule.Truth]string{rule.Met: "T", rule.Unknown: "U", rule.Unmet: "F"}
	for _, tt := range []struct{ rows, exists, every, openExists, openEvery, two string }{
		// rows, complete: exists, every; open: exists, every; complete: count >= 2
		{"", "F", "T", "U", "U", "F"},
		{"T", "T", "T", "T", "U", "F"},
		{"F", "F", "F", "U", "F", "F"},
		{"U", "U", "U", "U", "U", "F"},
		{"TU", "T", "U", "T", "U", "U"},
		{"FU", "U", "F", "U", "F", "F"},
		{"TF", "T", "F", "T", "F", "F"},
		{"TT", "T", "T", "T", "U", "T"},
		{"UU", "U", "U", "U", "U", "U"},
		{"TTU", "T", "U", "T", "U", "T"},
		{"FF", "F", "F", "U", "F", "F"},
	} {
		closed := fmt.Sprintf(`{"staff": {"complete": true, "rows": %s}}`, rows(tt.rows))
		open := fmt.Sprintf(`{"staff": %s}`, rows(tt.rows))
		for _, c := range []struct{ text, doc, want string }{
			{"存在 固定人员 满足 (全职)", closed, tt.exists},
			{"所有 固定人员 满足 (全职)", closed, tt.every},
			{"存在 固定人员 满足 (全职)", open, tt.openExists},
			{"所有 固定人员 满足 (全职)", open, tt.openEvery},
			{"数量(固定人员 满足 (全职)) 不少于 2 人", closed, tt.two},
		} {
			if r, _ := one(t, c.text, c.doc); code[r] != c.want {
				t.Errorf("%s on %q (%s): got %s, want %s", c.text, tt.rows, c.doc, code[r], c.want)
			}
		}
	}
}

func TestEdges(t *testing.T) {
	rd := func(a, b, c string) string {
		return fmt.Sprintf(`{"rd": {"2021": %q, "2022": %q, "2023": %q}, "income": {"2021": "3 亿元", "2022": "3 亿元", "2023": "4 亿元"}}`, a, b, c)
	}
	for _, tt := range []struct{ text, doc, want, why string }{
		{"研发费用.近三年合计 不少于 3000 万元", rd("1000 万元", "1000 万元", "1000 万元"), "met", ""},
		{"研发费用.近三年合计 不少于 3000 万元", rd("1000 万元", "1000 万元", "999.999999 万元"), "unmet", ""},
		{"研发费用.近三年合计 超过 3000 万元", rd("1000 万元", "1000 万元", "1000 万元"), "unmet", ""},
		{"研发费用.近三年合计 不少于 3000 万元", `{"rd": {"2021": "3000 万元"}}`, "unknown", "missing"},
		{"研发费用.近三年合计 不少于 3000 万元", `{"rd": {"2021": "3000 万元", "2022": {"value": 1, "status": "unverified"}, "2023": 1}}`, "unknown", "unverified"},
		{"研发费用.近三年合计 不低于 主营业务收入.近三年合计 的 3%", rd("1000 万元", "1000 万元", "1000 万元"), "met", ""},
		{"研发费用.近三年合计 不低于 主营业务收入.近三年合计 的 3%", rd("1000 万元", "1000 万元", "999.9999 万元"), "unmet", ""},
		{"研发费用.近三年合计 不低于 主营业务收入.近三年合计 的 3%", `{"income": {"2021": 0, "2022": 0, "2023": 0}}`, "unmet", ""},
		{"研发费用.近三年合计 低于 主营业务收入.近三年合计 的 3%", `{"income": {"2021": 0, "2022": 0, "2023": 0}}`, "unmet", ""},
		{"周岁(主任.出生日期, 年龄计算日) 不超过 60 周岁", `{"director.birth": "1963-12-03"}`, "met", ""},
		{"周岁(主任.出生日期, 年龄计算日) 不超过 60 周岁", `{"director.birth": "1963-12-02"}`, "unmet", ""},
		{"周岁(主任.出生日期, 2023-02-28) 不少于 23 周岁", `{"director.birth": "2000-02-29"}`, "unmet", ""},
		{"周岁(主任.出生日期, 2023-03-01) 不少于 23 周岁", `{"director.birth": "2000-02-29"}`, "met", ""},
		{"研究方向数 在 3 个 至 5 个 之间", `{"directions": 3}`, "met", ""},
		{"研究方向数 在 3 个 至 5 个 之间", `{"directions": 5}`, "met", ""},
		{"研究方向数 在 3 个 至 5 个 之间", `{"directions": 6}`, "unmet", ""},
		{"字数(中心名称) 约为 10 字 容差 10%", `{"centre.name": "一二三四五六七八九"}`, "met", ""},
		{"字数(中心名称) 约为 10 字 容差 10%", `{"centre.name": "一二三四五六七八"}`, "unmet", ""},
		{"依托单位.注册地 位于 {370000}", `{"host.place": "370114"}`, "met", ""},
		{"依托单位.注册地 位于 {370100}", `{"host.place": "370200"}`, "unmet", ""},
		{"依托单位.注册地 位于 申报区域", `{"host.place": {"value": "370114", "status": "conflict"}}`, "unknown", "conflict"},
		{"主任.出生日期 处于 2020..2024", `{"director.birth": "2020-01-01"}`, "met", ""},
		{"主任.出生日期 处于 2020..2024", `{"director.birth": "2024-12-31"}`, "met", ""},
		{"主任.出生日期 处于 2020..2024", `{"director.birth": "2025-01-01"}`, "unmet", ""},
		{"最大(项目.经费) 不少于 0 万元", `{"projects": []}`, "unmet", ""},
		{"合计(项目.经费) 不少于 0 万元", `{"projects": []}`, "met", ""},
		{"合计(项目.经费 满足 (类别 为 基金)) 不少于 3 万元", `{"projects": [{"kind": "nsfc", "amount": 3}, {"kind": "key_rd"}]}`, "met", ""},
		{"合计(项目.经费 满足 (类别 为 基金)) 不少于 3 万元", `{"projects": [{"kind": "nsfc", "amount": 3}, {"amount": 1}]}`, "unknown", "missing"},
		{"数量(固定人员) 不少于 2 人", `{"staff": [{}, {}]}`, "met", ""},
		{"数量(固定人员) 不超过 2 人", `{"staff": [{}, {}]}`, "unknown", "open"},
		{"数量(固定人员) 不超过 1 人", `{"staff": [{}, {}]}`, "unmet", ""},
		{"数量(固定人员) 不少于 1 人", `{}`, "unknown", "missing"},
		{"主任.称号 包含任一 {泰山学者、院士}", `{"director.honours": ["院士"]}`, "met", ""},
		{"主任.称号 包含全部 {泰山学者、院士}", `{"director.honours": ["院士"]}`, "unmet", ""},
		{"主任.称号 包含任一 {泰山学者、院士}", `{"director.honours": []}`, "unmet", ""},
		{"已提交 材料.审计报告", `{"material.audit": "审计.pdf"}`, "met", ""},
		{"已提交 材料.审计报告", `{"material.audit": false}`, "unmet", ""},
		{"已提交 材料.审计报告", `{}`, "unknown", "missing"},
		{"中心名称 只含 规范汉字", `{"centre.name": "新材料𬭩中心"}`, "met", ""},
		{"中心名称 只含 规范汉字", `{"centre.name": "新材料東中心"}`, "unmet", ""},
		{"中心名称 不含 字母", `{"centre.name": "AI中心"}`, "unmet", ""},
		{"中心名称 不含 标点", `{"centre.name": "人工·智能"}`, "unmet", ""},
	} {
		r, why := one(t, tt.text, tt.doc)
		if r.String() != tt.want || strings.Join(why, ",") != tt.why {
			t.Errorf("%s on %s: got %s %v, want %s %s", tt.text, tt.doc, r, why, tt.want, tt.why)
		}
	}
}

func TestReadFactsFaults(t *testing.T) {
	s := testSchema(t)
	many := `{"staff": [` + strings.Repeat(`{"name": "甲"},`, 9_999) + `{}]}`
	for _, tt := range []struct {
		doc, key, field string
		line            int
	}{
		{`{"研发费": 3}`, "rule.facts.name", "研发费", 1},
		{"{\n\"area\": \"3000 万元\"}", "rule.facts.dimension", "area", 2},
		{`{"area": "三千"}`, "rule.facts.number", "area", 1},
		{`{"rd": {"2018": 1}}`, "rule.facts.year", "rd.2018", 1},
		{`{"rd": {"2021": -1}}`, "rule.facts.range", "rd.2021", 1},
		{`{"legal_person": 3}`, "rule.facts.kind", "legal_person", 1},
		{`{"host": {"kind": "公司"}}`, "rule.facts.option", "host.kind", 1},
		{`{"director.birth": "2000-02-30"}`, "rule.facts.kind", "director.birth", 1},
		{`{"area": {"value": 1, "status": "old"}}`, "rule.facts.status", "area", 1},
		{`{"area": 1, "用房面积": 2}`, "rule.facts.both", "用房面积", 1},
		{`{"area": 1, "area": 2}`, "rule.facts.twice", "", 1},
		{`{"staff": [{"姓": "甲"}]}`, "rule.facts.column", "staff[1].姓", 1},
		{many, "rule.facts.rows", "staff", 1},
		{`{"area": 1`, "rule.facts.end", "", 1},
		{"{\n\"area\" 1}", "rule.facts.json", "", 2},
		{`[]`, "rule.facts.object", "", 1},
		{`{} {}`, "rule.facts.more", "", 1},
		{"{\n\"area\": \"\xff\"}", "rule.facts.utf8", "", 2},
		{strings.Repeat("[", 100), "rule.facts.deep", "", 1},
		{`{"area": [` + strings.Repeat("0,", 500_000) + `0]}`, "rule.facts.many", "", 1},
		{`{"area": "` + strings.Repeat("0", 17<<20) + `"}`, "rule.facts.large", "", 0},
	} {
		_, faults := s.ReadFacts(strings.NewReader(tt.doc))
		if len(faults) == 0 {
			t.Errorf("%.60s: no fault, want %s", tt.doc, tt.key)
			continue
		}
		f := faults[0]
		if f.Key != tt.key || f.Field != tt.field || f.Line != tt.line {
			t.Errorf("%.60s: got %s %q line %d, want %s %q line %d", tt.doc, f.Key, f.Field, f.Line, tt.key, tt.field, tt.line)
		}
		for _, lang := range []string{"zh", "en"} {
			if m := locale.Fault(lang, f); strings.Contains(m, "rule.") {
				t.Errorf("%.60s: message %q", tt.doc, m)
			}
		}
	}
}

// TestFindingWords is the explanation as people read it.
func TestFindingWords(t *testing.T) {
	s := testSchema(t)
	f := read(t, s, `{"rd": {"2021": 650, "2022": 1000, "2023": 1000}, "income": {"2021": 30000, "2022": 30000, "2023": 40000},
		"director.birth": "1963-12-02", "host.kind": "university", "directions": {"value": 4, "status": "unverified"}, "legal_person": false, "joint": false,
		"staff": {"complete": true, "rows": [{"full_time": true}, {"full_time": false}, {}]}}`)
	for _, tt := range []struct{ text, required, actual, gap string }{
		{"研发费用.近三年合计 不少于 3000 万元", "≥ 3,000 万元", "2,650 万元", "差 350 万元"},
		{"研发费用.近三年合计 不低于 主营业务收入.近三年合计 的 3%", "≥ 3%", "2.65%（2,650 万元 ÷ 100,000 万元）", "差 350 万元"},
		{"周岁(主任.出生日期, 年龄计算日) 不超过 60 周岁", "≤ 60 周岁", "61 周岁", "超出 1 周岁"},
		{"依托单位.性质 为 企业", "企业", "高校", ""},
		{"非 依托单位.性质 为 高校", "不得：高校", "高校", ""},
		{"研究方向数 不少于 5 个", "≥ 5 个", "4 个（未核实）", ""},
		{"用房面积 不少于 3000 平方米", "≥ 3,000 平方米", "未填报", ""},
		{"所有 固定人员 满足 (全职)", "每一项都满足：全职", "第 2 号人员不符；第 3 号人员待证明", ""},
		{"数量(固定人员 满足 (全职)) 不少于 2 人", "≥ 2 人", "1 人 至 2 人（未填报）", ""},
		{"核验 名称简短(中心名称)", "通过核验", "名称过长", ""},
	} {
		n, ft := s.Parse(tt.text)
		if ft != nil {
			t.Fatal(locale.Fault("zh", ft))
		}
		p, _ := rule.Compile(s, []rule.Rule{{ID: "r", Node: n, Clauses: []string{"000-023"}, Label: "标签", LabelEN: "label", Modality: rule.Must, Effect: rule.Refuse}})
		res := p.NewResult()
		p.Eval(f, res)
		v := p.Findings(f, res)[0].Render(f, "zh")
		if v.Required != tt.required || v.Actual != tt.actual || v.Gap != tt.gap {
			t.Errorf("%s:\n got %s | %s | %s\nwant %s | %s | %s", tt.text, v.Required, v.Actual, v.Gap, tt.required, tt.actual, tt.gap)
		}
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{`"clause":"000-023"`, `"rule":"r"`, `"verdict"`, `"modality":"must"`, `"effect":"refuse"`, `"required"`, `"actual"`, `"gap"`, `"facts":[`, `"evidence":[`} {
			if !strings.Contains(string(b), key) {
				t.Errorf("%s: JSON lacks %s: %s", tt.text, key, b)
			}
		}
		if en := p.Findings(f, res)[0].Render(f, "en"); en.Label != "label" || strings.Contains(en.Required+en.Gap, "rule.") {
			t.Errorf("%s: English %+v", tt.text, en)
		}
	}
}

// TestJudge draws the overall answer in its order, and the three lists.
func TestJudge(t *testing.T) {
	s := testSchema(t)
	rules := func() []rule.Rule {
		var out []rule.Rule
		for _, r := range []struct {
			id, text string
			m        rule.Modality
			e        rule.Effect
		}{
			{"legal", "独立法人", rule.Must, rule.Refuse},
			{"area", "用房面积 不少于 3000 平方米", rule.Must, rule.Route},
			{"age", "周岁(主任.出生日期, 年龄计算日) 不超过 60 周岁", rule.Should, rule.Ask},
			{"nsfc", "存在 项目 满足 (类别 为 基金 且 经费 不少于 300 万元)", rule.Must, rule.Inform},
			{"key", "存在 项目 满足 (类别 为 重点研发)", rule.Must, rule.Inform},
			{"big", "研发费用.近三年合计 不少于 3000 万元", rule.Must, rule.Inform},
			{"record", "规则 nsfc 或 规则 key 或 规则 big", rule.Must, rule.Refuse},
			{"young", "周岁(主任.出生日期, 年龄计算日) 不超过 45 周岁", rule.Prefer, rule.Advantage},
			{"joint", "若 联合共建 则 研究方向数 不少于 3 个", rule.Must, rule.Refuse},
		} {
			n, f := s.Parse(r.text)
			if f != nil {
				t.Fatal(locale.Fault("zh", f))
			}
			out = append(out, rule.Rule{ID: r.id, Node: n, Modality: r.m, Effect: r.e, Route: "incubate"})
		}
		return out
	}()
	p, faults := rule.Compile(s, rules)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	ok := map[string]any{"legal_person": true, "area": 3000, "director.birth": "1979-12-03", "projects": []any{map[string]any{"kind": "key_rd", "amount": 1}},
		"rd": map[string]any{"2021": 1, "2022": 1, "2023": 1}, "joint": false}
	for _, tt := range []struct {
		name   string
		change map[string]any
		want   rule.Answer
		lists  string // evidence, gaps, nearest, exceptions, advantages
	}{
		{"all met", nil, rule.Eligible, "0 0 0 0 1"},
		{"over the soft age", map[string]any{"director.birth": "1950-01-01"}, rule.Exceptions, "0 1 0 1 0"},
		{"area unknown", map[string]any{"area": nil}, rule.NotYetProvable, "1 0 0 0 1"},
		{"area unknown and over age", map[string]any{"area": nil, "director.birth": "1950-01-01"}, rule.NotYetProvable, "1 1 0 1 0"},
		{"area short", map[string]any{"area": 2999}, rule.OtherTrack, "0 1 0 0 1"},
		{"no legal person beats the track", map[string]any{"area": 2999, "legal_person": false}, rule.NotEligible, "0 2 0 0 1"},
		{"no branch", map[string]any{"projects": []any{}, "rd": map[string]any{"2021": 1000, "2022": 1000, "2023": 900}}, rule.NotEligible, "0 3 1 0 1"},
		{"joint without directions", map[string]any{"joint": true}, rule.NotYetProvable, "1 0 0 0 1"},
	} {
		doc := map[string]any{}
		for k, v := range ok {
			doc[k] = v
		}
		for k, v := range tt.change {
			doc[k] = v
		}
		b, _ := json.Marshal(doc)
		f := read(t, s, string(b))
		res := p.NewResult()
		p.Eval(f, res)
		j := p.Judge(f, res, p.Findings(f, res))
		lists := fmt.Sprint(len(j.Evidence), len(j.Gaps), len(j.Nearest), len(j.Exceptions), len(j.Advantages))
		if j.Answer != tt.want || lists != tt.lists {
			t.Errorf("%s: got %s %s, want %s %s", tt.name, j.Answer, lists, tt.want, tt.lists)
		}
		if tt.name == "no branch" && (j.Nearest[0].Rule == nil || j.Nearest[0].Rule.ID != "big") {
			t.Errorf("nearest branch is %+v, want the one that lacks 100 万元", j.Nearest[0])
		}
		if tt.want == rule.OtherTrack && j.Track != "incubate" {
			t.Errorf("track %q", j.Track)
		}
	}
}

func TestImplicationThatDoesNotApply(t *testing.T) {
	s := testSchema(t)
	n, _ := s.Parse("若 联合共建 则 研发人员占比 不少于 60%")
	p, _ := rule.Compile(s, []rule.Rule{{ID: "r", Node: n}})
	f := read(t, s, `{"joint": false}`)
	res := p.NewResult()
	p.Eval(f, res)
	fd := p.Findings(f, res)[0]
	if fd.Verdict != rule.Met || fd.Applies || len(fd.Leaves) != 1 || fd.Leaves[0].Verdict != rule.Unmet {
		t.Errorf("got %+v", fd)
	}
}

func TestCompileFaults(t *testing.T) {
	s := testSchema(t)
	parse := func(text string) rule.Node {
		n, f := s.Parse(text)
		if f != nil {
			t.Fatal(f)
		}
		return n
	}
	for _, tt := range []struct {
		key   string
		rules []rule.Rule
	}{
		{"rule.rule_twice", []rule.Rule{{ID: "a", Node: parse("独立法人")}, {ID: "a", Node: parse("联合共建")}}},
		{"rule.no_rule", []rule.Rule{{ID: "a", Node: parse("规则 b")}}},
		{"rule.cycle", []rule.Rule{{ID: "a", Node: parse("规则 b")}, {ID: "b", Node: parse("规则 a")}}},
	} {
		_, faults := rule.Compile(s, tt.rules)
		if len(faults) == 0 || faults[0].Key != tt.key {
			t.Errorf("got %v, want %s", faults, tt.key)
		}
	}
}

func TestCountChars(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "摘要": 2, "摘 要": 2, "AI 中心": 3, "“元宇宙+”": 6, "3000万元": 3, "hello world": 2, "𬭩钅": 2, "，。": 2,
	} {
		if got := rule.CountChars(text); got != want {
			t.Errorf("%q: %d 字, want %d", text, got, want)
		}
	}
}
