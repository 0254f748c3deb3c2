package apply

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"shenbao/internal/sample"
)

// changed is a copy of a content in which some facts are others.
func changed(c *Content, facts map[string]string) *Content {
	out := *c
	out.facts, out.Number = maps.Clone(c.facts), c.Number+1
	for code, text := range facts {
		if out.facts[code] = decode([]byte(text)); text == "" {
			delete(out.facts, code)
		}
	}
	return &out
}

// told is a comparison as lines.
func told(c *Comparison) []string {
	out := []string{}
	for _, s := range c.Sections {
		for _, x := range s.Changes {
			line := fmt.Sprintf("%s %s: %s -> %s", s.ID, x.Label, x.Old, x.New)
			if x.Masked {
				line += " masked"
			}
			if x.Complete != "" {
				line += " complete " + x.Complete
			}
			for _, r := range x.Rows {
				line += fmt.Sprintf(" [%s %d", r.Kind, r.Row)
				for i, cell := range r.Cells {
					if cell.Changed {
						line += fmt.Sprintf(" %s:%s>%s", x.Columns[i], cell.Old, cell.New)
					}
				}
				line += "]"
			}
			out = append(out, line)
		}
	}
	return out
}

func TestCompare(t *testing.T) {
	c := filled(t, sample.Shanxi)
	c.facts["directions"] = decode([]byte(`[{"title":"甲","content":"一"},{"title":"乙","content":"二"},{"title":"丙","content":"三"}]`))
	c.facts["tasks"] = decode([]byte(`{"complete":true,"rows":[{"title":"甲","number":"1","level":"national","led":true,"year":2021}]}`))
	c.facts["staff"] = decode([]byte(`{"complete":false,"rows":[{"name":"王明远","person":{"code":"k1","name":"370***********9017"}},{"name":"李文","person":{"code":"k2","name":"370***********1234"}}]}`))
	for _, one := range []struct {
		name  string
		facts map[string]string
		want  []string
	}{
		{"nothing", nil, nil},
		{"written differently", map[string]string{"host.place": `"140105 小店区"`}, nil},
		{"a choice and a bool", map[string]string{"domain": `"environment"`, "safety.hazard": `false`},
			[]string{"centre 技术领域: 材料 -> 环境", "safety 涉及危险物品或特种作业: 是 -> 否"}},
		{"taken out", map[string]string{"host.high_tech_until": ""}, []string{"host 高企证书有效期至: 2026-11-30 -> "}},
		{"the hidden part of a number", map[string]string{"director.person": strings.Replace(canonical(c.facts["director.person"]), "keyed-", "other-", 1)},
			[]string{"director 主任: " + masked(c.facts["director.person"]) + " -> " + masked(c.facts["director.person"]) + " masked"}},
		{"rows moved", map[string]string{"directions": `[{"title":"丙","content":"三"},{"title":"甲","content":"一"},{"title":"乙","content":"二"}]`}, nil},
		{"a row changed, one gone, one new", map[string]string{"directions": `[{"title":"乙","content":"二二"},{"title":"甲","content":"一"},{"title":"丁","content":"四"}]`},
			[]string{"centre 研究方向: 共 3 行 -> 共 3 行 [changed 1 方向内容:二>二二] [added 3 方向名称:>丁 方向内容:>四] [removed 3 方向名称:丙> 方向内容:三>]"}},
		{"a row renamed", map[string]string{"tasks": `{"complete":true,"rows":[{"title":"甲乙","number":"1","level":"national","led":true,"year":2021}]}`},
			[]string{"host 科技任务: 共 1 行 -> 共 1 行 [changed 1 任务名称:甲>甲乙]"}},
		{"declared complete", map[string]string{"staff": `{"complete":true,"rows":[{"name":"王明","person":{"code":"k1","name":"370***********9017"}},{"name":"李文","person":{"code":"k3","name":"370***********1234"}}]}`},
			[]string{"staff 固定人员: 共 2 行 -> 共 2 行 complete yes [changed 1 姓名:王明远>王明] [changed 2 证件号:370***********1234>370***********1234]"}},
		{"a list taken out", map[string]string{"tasks": ""}, []string{"host 科技任务: 共 1 行 -> 共 0 行 complete no [removed 1 任务名称:甲> 任务编号:1> 任务级别:国家级> 牵头:是> 立项年度:2021>]"}},
	} {
		got := told(Compare(c, changed(c, one.facts), "zh"))
		if strings.Join(got, "\n") != strings.Join(one.want, "\n") {
			t.Errorf("%s:\n got %s\nwant %s", one.name, strings.Join(got, "\n     "), strings.Join(one.want, "\n     "))
		}
	}
	sd := filled(t, sample.Shandong)
	got := told(Compare(sd, changed(sd, map[string]string{"rd_expense": `{"2021":"1,450.5 万元","2022":"15200 万元","2024":"9 万元"}`}), "zh"))
	if want := "host 研发费用 2023 年: 1,600 万元 -> \nhost 研发费用 2024 年:  -> 9 万元"; strings.Join(got, "\n") != want {
		t.Errorf("series: %s", strings.Join(got, "\n"))
	}
}

func TestCompareFilesTextsAndPartners(t *testing.T) {
	old := filled(t, sample.Shandong)
	now := changed(old, nil)
	now.Files = append([]HandedIn{}, old.Files...)
	now.Files[0].Hash = strings.Repeat("f", 64)
	now.Files[1].Name = "改名.pdf"
	now.Files[2].Name, now.Files[2].Hash = "换一份.pdf", strings.Repeat("e", 64)
	gone := now.Files[3]
	now.Files = append(now.Files[:3], now.Files[4:]...)
	now.Texts.Outline = maps.Clone(old.Texts.Outline)
	now.Texts.Outline["meaning"] = strings.Replace(now.Texts.Outline["meaning"], "形成完整链条。围绕", "形成完整的链条。围绕", 1)
	now.Partners = []Joined{{Name: "京北理工大学", State: Confirmed, Confirmed: time.Now(), Part: strings.Repeat("cd", 32)}, {Name: "新单位", State: Confirmed}}
	got := told(Compare(old, now, "zh"))
	for i, want := range []string{"outline 一、建设意义", "files 推荐汇总表意向稿: 推荐汇总表意向稿.pdf", "files 建设方案: 建设方案.pdf", "files 脱密处理声明: 脱密处理声明.pdf", "files 签字盖章材料扫描件: " + gone.Name,
		"partners 京北理工大学: 已确认 abababababababab -> 已确认 cdcdcdcdcdcdcdcd", "partners 新单位:  -> 已确认"} {
		if i >= len(got) || !strings.HasPrefix(got[i], want) {
			t.Fatalf("line %d is not %q:\n%s", i, want, strings.Join(got, "\n"))
		}
	}
	var shown string
	for _, p := range Compare(old, now, "zh").Sections[0].Changes[0].Passages {
		shown += map[string]string{PassageSame: "=", PassageOld: "-", PassageNew: "+", PassageGap: "…"}[p.Kind] + p.Text
	}
	if !strings.Contains(shown, "+的=") || !strings.Contains(shown, "…") || len([]rune(shown)) > 120 {
		t.Errorf("the passage is shown as %q", shown)
	}
}

// TestPassages asks that both texts can be read back from their comparison.
func TestPassages(t *testing.T) {
	texts := []string{"", "甲", "甲乙", "乙甲", "甲。乙。丙。", "甲。丁丁丁。丙。", "甲。丙。", strings.Repeat("句子。", 50), strings.Repeat("句子。", 49) + "末句", "abc😀def", "abc😁def",
		strings.Repeat("长", 5000), strings.Repeat("短", 5000) + "。", "一二三四五六七八九十", "一二X四五六七八Y十"}
	for _, old := range texts {
		for _, now := range texts {
			var a, b strings.Builder
			for _, p := range joinedPassages(refined(merge(edits(sentences(old), sentences(now))))) {
				if p.Kind != PassageNew {
					a.WriteString(p.Text)
				}
				if p.Kind != PassageOld {
					b.WriteString(p.Text)
				}
			}
			if a.String() != old || b.String() != now {
				t.Errorf("%.40q and %.40q read back as %.40q and %.40q", old, now, a.String(), b.String())
			}
		}
	}
	big := strings.Repeat("完全不同的句子，没有标点", 8000)
	other := strings.Repeat("另外一段话而已没有关系", 8000)
	began := time.Now()
	passages(big, other)
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("two long texts took %v", took)
	}
}

// TestCompareLongLists asks for bounded time.
func TestCompareLongLists(t *testing.T) {
	c := filled(t, sample.Shanxi)
	list := func(prefix string) string {
		var rows []string
		for i := range 1000 {
			rows = append(rows, fmt.Sprintf(`{"name":"%s%d","code":"%s-%d","value":"%d 万元","managed":true}`, prefix, i, prefix, i, i))
		}
		return `{"complete":true,"rows":[` + strings.Join(rows, ",") + `]}`
	}
	old := changed(c, map[string]string{"equipment": list("A")})
	began := time.Now()
	got := Compare(old, changed(c, map[string]string{"equipment": list("B")}), "zh")
	if n := len(got.Sections[0].Changes[0].Rows); n != 1000 && n != 2000 {
		t.Errorf("%d rows differ", n)
	}
	if took := time.Since(began); took > 50*time.Second {
		t.Errorf("took %v", took)
	}
}
