package programme

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"shenbao/internal/locale"
)

// notice is an invented notice with one of everything that Verify looks at.
const notice = `登录
2030年甲类中心申报通知
各单位：
现开展申报。
一、条件（2028-2029年）
1.固定人员不少于50人，经费不超过300万元。
2.负责人须符合：（1）近三年主持2项课题；（2）45周岁以下。
二、时间
自3月5日起受理，2030年4月1日17:00截止。仅限申报一次。

联系电话：0100-1234567、7654321
附表样式
序号
名称
`

var noticeParts = []Part{{"附1", "附表样式"}}

func cite(field string, texts ...string) []Cited {
	var out []Cited
	for _, text := range texts {
		for _, f := range Figures(text) {
			out = append(out, Cited{Figure: f, File: "rules.md", Line: 9, Field: field})
		}
	}
	return out
}

// goodClaims carry the whole notice.
func goodClaims() []Claim {
	return []Claim{
		{Clause: "001", Locators: []string{"题、称", "序"}, Figures: cite("prose", "2030 年的申报")},
		{Clause: "002", Locators: []string{"一·1"}, Figures: cite("parameter", "2028..2029")},
		{Clause: "003", Locators: []string{"一.1"}, Figures: cite("rule", "固定人员 不少于 50 人", "300 万元以内")},
		{Clause: "004", Locators: []string{"一.2.1"}, Figures: cite("rule", "近三年主持 2 项")},
		{Clause: "005", Locators: []string{"一.2.（2）"}, Figures: cite("rule", "不超过 45 周岁")},
		{Clause: "006", Locators: []string{"二.段1·1"}, Figures: cite("stage", "2030-03-05", "2030-04-01T17:00")},
		{Clause: "007", Locators: []string{"二.段1·2"}, Figures: cite("quota", "1")},
		{Clause: "008", Locators: []string{"尾"}, Figures: cite("contact", "0100-1234567", "0100-7654321")},
		{Clause: "009", Locators: []string{"附1.段1-2"}},
	}
}

func verifyNotice(t *testing.T, text string, claims []Claim) *VerifyReport {
	t.Helper()
	return Verify(mustOutline(t, text, noticeParts, "^登录$"), claims)
}

func TestVerifyAgrees(t *testing.T) {
	r := verifyNotice(t, notice, goodClaims())
	if !r.OK || len(r.Faults) != 0 {
		t.Fatalf("faults: %+v", r.Faults)
	}
	if r.Clauses != 9 || r.Sentences != 15 || r.Figures != 12 {
		t.Errorf("%d clauses, %d sentences, %d figures", r.Clauses, r.Sentences, r.Figures)
	}
	if !slices.Equal(r.Noise, []NoiseLine{{1, "登录"}}) {
		t.Errorf("noise %v", r.Noise)
	}
}

// TestVerifyFaults plants each fault once: clause n is replaced, and the report
// must hold exactly the faults named, as code, clause and arguments.
func TestVerifyFaults(t *testing.T) {
	tests := []struct {
		name  string
		claim Claim
		want  []string
	}{
		{"figure changed", Claim{Clause: "003", Locators: []string{"一.1"}, Figures: cite("rule", "不少于 60 人", "不超过 300 万元")},
			[]string{"verify.figure_absent 003 rule|60 人|≥50人", "verify.figure_uncarried 003 ≥50人|003"}},
		{"figure of another place", Claim{Clause: "003", Locators: []string{"一.1"}, Figures: cite("rule", "50 人", "300 万元", "45 周岁")},
			[]string{"verify.figure_elsewhere 003 rule|45 周岁|≥50人|一.2.2·1"}},
		{"unit changed", Claim{Clause: "003", Locators: []string{"一.1"}, Figures: cite("rule", "不少于 50 人", "不超过 300 亿元")},
			[]string{"verify.figure_absent 003 rule|300 亿元|≤300万元", "verify.figure_uncarried 003 ≤300万元|003"}},
		{"comparison changed", Claim{Clause: "003", Locators: []string{"一.1"}, Figures: cite("rule", "超过 50 人", "不超过 300 万元")},
			[]string{"verify.operator 003 rule|50 人|>|≥|50人"}},
		{"about for at most", Claim{Clause: "003", Locators: []string{"一.1"}, Figures: cite("rule", "50 人", "300 万元左右")},
			[]string{"verify.operator 003 rule|300 万元|≈|≤|300万元"}},
		{"figure left out", Claim{Clause: "003", Locators: []string{"一.1"}, Figures: cite("rule", "50 人")},
			[]string{"verify.figure_uncarried 003 ≤300万元|003"}},
		{"year of a day", Claim{Clause: "006", Locators: []string{"二.段1·1"}, Figures: cite("stage", "2029-03-05", "2030-04-01T17:00")},
			[]string{"verify.figure_absent 006 stage|2029-03-05|3月5日, 2030年4月1日", "verify.figure_uncarried 006 3月5日|006"}},
		{"clock", Claim{Clause: "006", Locators: []string{"二.段1·1"}, Figures: cite("stage", "2030-03-05", "2030-04-01T12:00")},
			[]string{"verify.figure_absent 006 stage|12:00|17:00", "verify.figure_uncarried 006 17:00|006"}},
		{"half a window", Claim{Clause: "002", Locators: []string{"一·1"}, Figures: cite("parameter", "2028")},
			[]string{"verify.figure_uncarried 002 2028-2029年|002"}},
		{"window by its years", Claim{Clause: "002", Locators: []string{"一·1"}, Figures: cite("parameter", "2028 年", "2029 年")}, nil},
		{"another window", Claim{Clause: "002", Locators: []string{"一·1"}, Figures: cite("parameter", "2027..2029")},
			[]string{"verify.figure_absent 002 parameter|2027..2029|2028-2029年", "verify.figure_uncarried 002 2028-2029年|002"}},
		{"heading not named", Claim{Clause: "002", Locators: []string{"一.1"}},
			[]string{"verify.figure_heading - 2028-2029年"}},
		{"phone changed", Claim{Clause: "008", Locators: []string{"尾"}, Figures: cite("contact", "0100-1234568", "7654321")},
			[]string{"verify.figure_absent 008 contact|0100-1234568|0100-1234567, 7654321", "verify.figure_uncarried 008 0100-1234567|008"}},
		{"sentence left out", Claim{Clause: "007", Locators: []string{"二.段1·1"}},
			[]string{"verify.sentence_unclaimed - 仅限申报一次。"}},
		{"idiom need not stand there", Claim{Clause: "003", Locators: []string{"一.1"}, Figures: cite("rule", "50 人、300 万元，一项、两条途径、“四个一批”")}, nil},
		{"no locator", Claim{Clause: "005"},
			[]string{"verify.locator_none 005 ", "verify.sentence_unclaimed - 45周岁以下。"}},
		{"locator misspelt", Claim{Clause: "005", Locators: []string{"一..2"}},
			[]string{"verify.locator_form 005 一..2", "verify.sentence_unclaimed - 45周岁以下。"}},
		{"locator missing", Claim{Clause: "005", Locators: []string{"一.2.3"}, Figures: cite("rule", "45 周岁")},
			[]string{"verify.locator_missing 005 一.2.3|一.2.1、一.2.2、一.2、一.1", "verify.sentence_unclaimed - 45周岁以下。"}},
		{"sentence missing", Claim{Clause: "005", Locators: []string{"一.2.2·1-2"}},
			[]string{"verify.locator_sentence 005 一.2.2|1|2", "verify.sentence_unclaimed - 45周岁以下。"}},
		{"paragraph missing", Claim{Clause: "009", Locators: []string{"附1.段1", "附1.段2-3"}},
			[]string{"verify.locator_missing 009 附1.段3|附1.段1、附1.段2、附1.题、附1", "verify.sentence_unclaimed - 名称"}},
		{"several clauses at one place", Claim{Clause: "002", Locators: []string{"一·1", "一.1", "一.2.1"}, Figures: cite("prose", "2028 至 2029 年，50 人")}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			claims := goodClaims()
			for i := range claims {
				if claims[i].Clause == tt.claim.Clause {
					claims[i] = tt.claim
				}
			}
			var got []string
			for _, f := range verifyNotice(t, notice, claims).Faults {
				clause := f.Clause
				if clause == "" {
					clause = "-"
				}
				got = append(got, f.Code+" "+clause+" "+strings.Join(f.Args, "|"))
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(tt.want, "\n"))
			}
		})
	}
}

func TestVerifyEmptyNode(t *testing.T) {
	o := mustOutline(t, "题\n一、\n1.甲", nil)
	r := Verify(o, []Claim{{Clause: "001", Locators: []string{"题", "一"}}, {Clause: "002", Locators: []string{"一.1"}}})
	if len(r.Faults) != 1 || r.Faults[0].Code != FaultLocatorEmpty || r.Faults[0].Args[1] != "一.1、一、题" {
		t.Errorf("%+v", r.Faults)
	}
}

// TestVerifyWindow: a window of years may stand in the text as two years.
func TestVerifyWindow(t *testing.T) {
	for cited, want := range map[string]int{"2028..2029": 0, "2028..2030": 3, "2028 年、2029 年": 0} {
		r := Verify(mustOutline(t, "题\n一、2028年建成，2029年验收。", nil), []Claim{{Clause: "001", Locators: []string{"题", "一"}, Figures: cite("stage", cited)}})
		if len(r.Faults) != want {
			t.Errorf("%s: %+v", cited, r.Faults)
		}
	}
}

// TestVerifyYears: a day without a year takes it from the full dates around it;
// without any full date in the text, every year will do.
func TestVerifyYears(t *testing.T) {
	claim := func(text, at string) []Claim {
		return []Claim{{Clause: "001", Locators: []string{"题", at}, Figures: cite("stage", text)}}
	}
	for _, tt := range []struct {
		text, cited string
		ok          bool
	}{
		{"题\n一、3月5日截止。", "2029-03-05", true},
		{"题\n一、3月5日截止，2030年4月1日公布。", "2030-03-05", true},
		{"题\n一、3月5日截止，2030年4月1日公布。", "2029-03-05", false},
		{"题\n一、2029年12月1日起，3月5日截止，2030年4月1日公布。", "2029-03-05", true},
	} {
		r := Verify(mustOutline(t, tt.text, nil), claim(tt.cited+" 2030年4月1日 2029年12月1日", "一"))
		if got := !slices.ContainsFunc(r.Faults, func(f VerifyFault) bool { return f.Args[1] == tt.cited }); got != tt.ok {
			t.Errorf("%s with %s: %v", tt.text, tt.cited, r.Faults)
		}
	}
}

func TestVerifyReportJSON(t *testing.T) {
	claims := goodClaims()
	claims[4].Locators = []string{"一.2.9"}
	claims[4].File, claims[4].Line = "rules.md", 40
	text, err := json.Marshal(verifyNotice(t, notice, claims))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"ok":false,"clauses":9,"sentences":15,"figures":12,"faults":[` +
		`{"code":"verify.locator_missing","clause":"005","locator":"一.2.9","file":"rules.md","line":40,"args":["一.2.9","一.2.1、一.2.2、一.2、一.1"],` +
		`"message":{"zh":"原文没有“一.2.9”这一处。相近的有：一.2.1、一.2.2、一.2、一.1","en":"the source has no place \"一.2.9\"; near it: 一.2.1、一.2.2、一.2、一.1"}},` +
		`{"code":"verify.sentence_unclaimed","locator":"一.2.2·1","source_line":7,"args":["45周岁以下。"],` +
		`"message":{"zh":"原文这一句不属于任何条款：“45周岁以下。”","en":"this sentence of the source belongs to no clause: \"45周岁以下。\""}}],` +
		`"noise":[{"line":1,"text":"登录"}]}`
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if text, _ := json.Marshal(Verify(mustOutline(t, "题", nil), nil)); !strings.Contains(string(text), `"noise":[]`) {
		t.Errorf("empty lists must be lists: %s", text)
	}
}

func TestVerifyMessages(t *testing.T) {
	for _, code := range []string{FaultLocatorForm, FaultLocatorNone, FaultLocatorMissing, FaultLocatorSentence, FaultLocatorEmpty,
		FaultFigureAbsent, FaultFigureElsewhere, FaultOperator, FaultFigureUncarried, FaultFigureHeading, FaultSentence} {
		if locale.Text(locale.EN, code) == code {
			t.Errorf("no message for %s", code)
		}
	}
}

func TestParseLocator(t *testing.T) {
	tests := []struct {
		raw  string
		want Locator
		ok   bool
	}{
		{"二.3", Locator{Path: "二.3"}, true},
		{"二.3·1", Locator{Path: "二.3", From: 1, To: 1}, true},
		{"二.3・2-4", Locator{Path: "二.3", From: 2, To: 4}, true},
		{"二．（一）．（３）", Locator{Path: "二.一.3"}, true},
		{" 附1.二 ", Locator{Path: "附1.二"}, true},
		{"附2.段2-10", Locator{Path: "附2.段2", LastPara: 10}, true},
		{"一#2.3", Locator{Path: "一#2.3"}, true},
		{"第一章.第二条", Locator{Path: "第一章.第二条"}, true},
		{"", Locator{}, false},
		{"二.", Locator{}, false},
		{"二·", Locator{}, false},
		{"二·0", Locator{}, false},
		{"二·3-2", Locator{}, false},
		{"二·1·2", Locator{}, false},
		{"二·x", Locator{}, false},
		{"附2.段5-3", Locator{}, false},
		{"附2.段-3", Locator{}, false},
		{"二.（3", Locator{Path: "二.3"}, true},
		{"二.3)(", Locator{}, false},
		{"二." + strings.Repeat("三", 40), Locator{}, false},
	}
	for _, tt := range tests {
		if got, ok := ParseLocator(tt.raw); ok != tt.ok || got != tt.want {
			t.Errorf("%q: %+v, %v, want %+v, %v", tt.raw, got, ok, tt.want, tt.ok)
		}
	}
	if got := SplitLocators("一.3·2、附1.摘要， 二"); !slices.Equal(got, []string{"一.3·2", "附1.摘要", "二"}) {
		t.Errorf("split into %q", got)
	}
}
