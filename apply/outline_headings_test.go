package apply

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"shenbao/programme"
)

// packages are those of programmes/, read once.
var packages = sync.OnceValues(func() (*programme.Library, error) { return programme.Open(os.DirFS("../programmes")) })

func formOf(t testing.TB, id string) *Form {
	t.Helper()
	l, err := packages()
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	return &Form{Package: p, Fields: map[string]*Field{}}
}

// prose is n 字 that are no heading.
func prose(n int) string {
	return strings.Repeat("本中心开展研究并服务企业。", n/13+1)[:n*3]
}

// planText is a plan with the headings given, 100 字 under each and 2500 under
// the first.
func planText(headings ...string) string {
	var b strings.Builder
	for i, h := range headings {
		b.WriteString(h + "\n")
		if i == 0 {
			b.WriteString(prose(2500) + "\n")
		} else {
			b.WriteString(prose(100) + "\n")
		}
	}
	return b.String()
}

var outline = []string{"摘要", "一、建设意义", "二、基础条件", "三、总体思路", "四、建设任务", "五、运行机制", "六、保障措施", "附件"}

// with is the outline with some of its headings written otherwise.
func with(changes ...string) []string {
	out := slices.Clone(outline)
	for i := 0; i < len(changes); i += 2 {
		out[slices.Index(outline, changes[i])] = changes[i+1]
	}
	return out
}

// said are the warnings in short: the key's last word and the section.
func said(fm *Form, text string) string {
	p := &Plan{File: &File{}, Text: text, Sections: fm.findSections(text)}
	var out []string
	for _, w := range fm.Warnings(p) {
		word := strings.TrimPrefix(w.Key, "apply.issue.plan_")
		if w.Section != nil {
			word += " " + w.Section.ID
		}
		out = append(out, word)
	}
	return strings.Join(out, ", ")
}

func TestHeadings(t *testing.T) {
	fm := formOf(t, "shandong-tic-2024")
	contents := strings.Join([]string{"目  录", "摘要............1", "一、建设意义……………3", "二、基础条件\t5", "三、总体思路 8", "四、建设任务....10", "五、运行机制.....20", "六、保障措施.....25", "附件.....30"}, "\n") + "\n"
	bare := strings.Join(outline, "\n") + "\n" // a table of contents without pages
	tests := []struct {
		name, text, want string
	}{
		{"as the outline has it", planText(outline...), ""},
		{"without annexes", planText(outline[:7]...), ""},
		{"spaced", planText("摘　　要", " 一、建 设 意 义 ", "二、 基础条件", "三、总体思路", "四、建设任务", "五、运行机制", "六、保障措施："), ""},
		{"chapters", planText("摘要", "第一章 建设意义", "第二章　基础条件", "第三部分：总体思路", "第4章 建设任务", "第五章运行机制", "第六篇 保障措施"), ""},
		{"arabic", planText("摘要", "1 建设意义", "2. 基础条件", "３．总体思路", "4、建设任务", "5．运行机制", "6) 保障措施"), ""},
		{"brackets", planText("摘要", "（一）建设意义", "(二) 基础条件", "（3）总体思路", "④建设任务", "(五)运行机制", "（六）保障措施"), ""},
		{"roman", planText("摘要", "I. 建设意义", "Ⅱ、基础条件", "III、总体思路", "IV. 建设任务", "Ⅴ. 运行机制", "VI. 保障措施"), ""},
		{"without numbers", planText("摘要", "建设意义", "基础条件", "总体思路", "建设任务", "运行机制", "保障措施"), ""},
		{"the summary counted as one", planText("一、摘要", "二、建设意义", "三、基础条件", "四、总体思路", "五、建设任务", "六、运行机制", "七、保障措施"), ""},
		{"in one line with its text", strings.Replace(planText(outline...), "摘要\n", "摘要：", 1), ""},
		{"more words", planText(with("一、建设意义", "一、项目建设意义与必要性", "五、运行机制", "五、中心运行机制")...), ""},
		{"after a table of contents", contents + planText(outline...), ""},
		{"after one without pages", bare + planText(outline...), ""},
		{"a table of contents alone", contents + prose(3000), "missing abstract, missing meaning, missing basis, missing approach, missing tasks, missing operation, missing safeguards"},
		{"one is missing", planText(with("四、建设任务", "四、其他")...), "missing tasks"},
		{"two are missing", planText(outline[0], outline[1], outline[2], outline[3], outline[5]), "missing tasks, missing safeguards"},
		{"two changed places", planText(with("三、总体思路", "四、建设任务", "四、建设任务", "三、总体思路")...), "moved tasks"},
		{"the first at the end", planText(outline[1], outline[2], outline[3], outline[4], outline[5], outline[6], outline[0]), "moved abstract, short abstract"},
		{"an empty one", strings.Replace(planText(outline...), "五、运行机制\n"+prose(100), "五、运行机制\n待补充", 1), "empty operation"},
		{"the last without text", planText(outline[:6]...) + "六、保障措施\n", "empty safeguards"},
		{"a short summary", strings.Replace(planText(outline...), prose(2500), prose(2000), 1), "short abstract"},
		{"a long summary", strings.Replace(planText(outline...), prose(2500), prose(3001), 1), "short abstract"},
		{"a summary at the edge", strings.Replace(planText(outline...), prose(2500), prose(2250), 1), ""},
		{"a part with the name of a section", strings.Replace(planText(outline...), "五、运行机制\n", "五、运行机制\n"+prose(60)+"\n（三）保障措施\n"+prose(500)+"\n", 1), ""},
		{"a sentence that begins like one", planText(outline...) + "建设意义在于服务企业，总体思路是稳步推进。\n", ""},
		{"no heading at all", prose(5000), "missing abstract, missing meaning, missing basis, missing approach, missing tasks, missing operation, missing safeguards"},
		{"a scan", " \n\f\n ", "unread"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := said(fm, tt.text); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
				for _, s := range fm.findSections(tt.text) {
					t.Logf("%s: line %d %q, %d 字, moved %v", s.ID, s.Line, s.Heading, s.Chars, s.Moved)
				}
			}
		})
	}
}

// Sections cover the text: what stands under a heading is its section's, and
// what stands under the annexes nobody's.
func TestSectionsHoldTheirText(t *testing.T) {
	fm := formOf(t, "shandong-tic-2024")
	text := "封面\n摘要：甲\n一、建设意义\n乙\n（一）背景\n丙\n二、基础条件\n丁\n附件1：营业执照\n戊\n"
	want := map[string]string{"abstract": "甲", "meaning": "乙\n（一）背景\n丙", "basis": "丁"}
	for _, s := range fm.findSections(text) {
		if s.Text != want[s.ID] {
			t.Errorf("%s: %q, want %q", s.ID, s.Text, want[s.ID])
		}
		if s.ID == "abstract" && (s.Heading != "摘要" || s.Line != 2) {
			t.Errorf("the summary is said to begin at line %d with %q", s.Line, s.Heading)
		}
	}
}

// The annexes are not written, and the summary is not asked for twice.
func TestWhatIsWritten(t *testing.T) {
	fm := formOf(t, "shandong-tic-2024")
	var inputs []string
	for _, s := range fm.PlanSections() {
		inputs = append(inputs, fm.PlanInput(s))
	}
	if got := strings.Join(inputs, " "); got != "plan.summary outline/meaning outline/basis outline/approach outline/tasks outline/operation outline/safeguards" {
		t.Errorf("written are %s", got)
	}
	if l, ok := fm.AskedLength("plan.summary"); !ok || l != (Length{2500, 2250, 2750}) {
		t.Errorf("the summary should have %+v, %v", l, ok)
	}
	if _, ok := fm.AskedLength("outline/meaning"); ok {
		t.Error("no condition says how long a section is")
	}
	if formOf(t, "shanxi-tic-2024").PlanAsked() {
		t.Error("this form asks for no plan")
	}
}

func FuzzSections(f *testing.F) {
	for _, seed := range []string{planText(outline...), "一、\n、\n第章\n（）\n:::", "摘要：：\n摘要:\x00"} {
		f.Add(seed)
	}
	fm := formOf(f, "shandong-tic-2024")
	f.Fuzz(func(t *testing.T, text string) {
		n := strings.Count(text, "\n") + 1
		for _, s := range fm.findSections(text) {
			if s.Line < 0 || s.Line > n || s.Line == 0 && (s.Text != "" || s.Moved) {
				t.Errorf("%+v of %d lines", s, n)
			}
		}
	})
}
