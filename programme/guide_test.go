package programme_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"shenbao/internal/fault"
	"shenbao/programme"
)

// guideFiles is a guide of two programmes: people and prizes.
var guideFiles = map[string]string{
	"index.yaml": `packages:
  - id: guide-2024
    title: 示范指南
    issuer: 示范市科学技术局
    number: ""
    inventory: "900"
    region: "370100"
    year: 2024
    status: draft
    verified_on: null
    members:
      - {id: people, title: 人才专项}
      - {id: prizes, title: 奖励榜单}
`,
	"guide-2024/common.md": `# 共同条款

## 001 · 一.1 · 资格 · 必须
单位要有独立法人资格。

` + "```rule\nid: unit.legal\nrequire: 独立法人\neffect: refuse\nlabel: 独立法人\nlabel_en: legal person\n```" + `

## 002 · 一.2 · 排除 · 必须
人才专项的单位不能失信。

` + "```rule\nid: unit.honest\nfor: [people]\nrequire: 非 失信\neffect: refuse\nlabel: 不失信\nlabel_en: not dishonest\n```\n",
	"guide-2024/call.yaml": `document: {issuer: 示范市科学技术局, number: "", issued: 2024-03-01, title: 示范指南, clauses: []}
time_zone: Asia/Shanghai
parameters:
  - {id: last3, name: 近三年, type: years, value: 2021..2023}
stages:
  - {id: apply, name: 申报, act: apply, who: applicant}
`,
	"guide-2024/form.yaml": `sections:
  - id: unit
    name: 单位
    facts:
      - {id: legal, name: 独立法人, kind: bool, label_en: legal person}
      - {id: dishonest, name: 失信, kind: bool, label_en: dishonest, for: [people]}
      - {id: income, name: 收入, kind: series, of: money, unit: 万元, years: 2019..2024, label_en: income}
`,
	"guide-2024/CHANGES.md": "# 变更\n",
	"guide-2024/people/rules.md": `# 人才专项

## 003 · 二.1 · 资格 · 必须
人数不少于5人。

` + "```rule\nid: people.count\nrequire: 人数 不少于 5 人\neffect: refuse\nlabel: 人数\nlabel_en: people\n```\n",
	"guide-2024/people/call.yaml": `mode: call
stages:
  - {id: apply, name: 人才申报, act: apply, who: applicant, from: 2024-04-01}
`,
	"guide-2024/people/form.yaml": `sections:
  - id: unit
    name: 单位
    facts:
      - {id: people, name: 人数, kind: integer, unit: 人, label_en: people}
`,
	"guide-2024/people/cases/people.yaml": `base: {legal: true, dishonest: false, people: 5}
cases:
  - {name: 正好五人, as_of: 2024-04-01, expect: {people.count: met, "001": met, "002": met}, answer: eligible}
  - {name: 失信, as_of: 2024-04-01, facts: {dishonest: true}, expect: {"002": unmet}, answer: not_eligible}
`,
	"guide-2024/prizes/rules.md": `# 奖励榜单

## 004 · 三.1 · 程序 · 必须
按增速给单位排名。

` + "```note\nwhy: 由榜单承载\nshows: call.ranking\n```\n",
	"guide-2024/prizes/call.yaml": `mode: ranking
ranking:
  population: 独立法人
  index:
    - {id: growth, name: 增速, of: income, measure: growth, over: last3, weight: 100%}
  ties: [income]
  batches: {top: null, threshold: null}
  reward: ""
  clauses: ["004"]
`,
	"guide-2024/prizes/cases/ranking.yaml": `base: {legal: true}
ranking:
  units:
    - {name: 甲, facts: {income: {"2021": 100, "2023": 150}}}
    - {name: 乙, facts: {income: {"2021": 300, "2023": 400}}}
    - {name: 丙, facts: {income: {"2021": 0, "2023": 400}}}
    - {name: 丁, facts: {income: {"2021": 200, "2023": 300}}}
    - {name: 戊, facts: {legal: false, income: {"2021": 1, "2023": 9}}}
  expect: [丁, 甲, 乙]
  index: {甲: "50.00%", 乙: "33.33%"}
`,
}

func guideFS(edits map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range guideFiles {
		if e, ok := edits[name]; ok {
			text = e
		}
		fsys[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func loadFrom(t *testing.T, fsys fstest.MapFS, id string) *programme.Package {
	t.Helper()
	lib, err := programme.Open(fsys)
	if err != nil {
		t.Fatal(err)
	}
	p, err := lib.Load(id)
	for _, f := range fault.All(err) {
		t.Fatal(f)
	}
	return p
}

func TestGuideMembersInherit(t *testing.T) {
	fsys := guideFS(nil)
	people := loadFrom(t, fsys, "guide-2024/people")
	prizes := loadFrom(t, fsys, "guide-2024/prizes")
	ids := func(p *programme.Package) string {
		var out []string
		for _, r := range p.Program.Rules {
			out = append(out, r.ID)
		}
		return strings.Join(out, " ")
	}
	if got := ids(people); got != "unit.legal unit.honest people.count" {
		t.Errorf("people has the rules %s", got)
	}
	if got := ids(prizes); got != "unit.legal" {
		t.Errorf("prizes has the rules %s: an entry for others came along", got)
	}
	if prizes.Schema.Fact("dishonest") != nil || people.Schema.Fact("dishonest") == nil || people.Schema.Fact("people") == nil {
		t.Error("facts are not those of the guide for the member, and the member's own")
	}
	if s := people.Call.Stages; len(s) != 1 || s[0].Name != "人才申报" {
		t.Errorf("the member's stage does not take the place of the guide's: %+v", s)
	}
	if people.Call.Document.Title != "示范指南" {
		t.Error("the document is not inherited")
	}
}

func TestGuideIsChecked(t *testing.T) {
	g := loadFrom(t, guideFS(nil), "guide-2024")
	for _, q := range g.Check() {
		if q.Severity == programme.Error {
			t.Errorf("%s: %s", q.Place(), q.Text("zh"))
		}
	}
	var clauses []string
	for _, c := range g.Coverage() {
		clauses = append(clauses, c.Clause)
	}
	if want := []string{"900-001", "900-002", "900-003", "900-004"}; !slices.Equal(clauses, want) {
		t.Errorf("covers %v, want %v", clauses, want)
	}
	if s := g.Sizes(); s != (programme.Sizes{Clauses: 4, Rules: 3, Cases: 2}) {
		t.Errorf("sizes %+v", s)
	}
	if n := len(g.RunCases()); n != 3 {
		t.Errorf("%d cases ran, want 2 and the ranking", n)
	}
}

// Every way in which a guide and its programmes can disagree is found.
func TestGuideFaults(t *testing.T) {
	for _, tt := range []struct{ name, file, old, new, key string }{
		{"unknown member", "guide-2024/common.md", "for: [people]", "for: [peple]", "programme.guide.member_near"},
		{"clause twice", "guide-2024/prizes/rules.md", "## 004", "## 003", "programme.rules.twice"},
		{"case that fails", "guide-2024/people/cases/people.yaml", "people: 5}", "people: 4}", "programme.case.verdict"},
		{"wrong order", "guide-2024/prizes/cases/ranking.yaml", "[丁, 甲, 乙]", "[甲, 丁, 乙]", "programme.case.ranking"},
		{"wrong index", "guide-2024/prizes/cases/ranking.yaml", "33.33%", "33.34%", "programme.case.index"},
		{"weight without unit", "guide-2024/prizes/call.yaml", "weight: 100%", "weight: 100 万元", "programme.rank.weight"},
		{"growth of no series", "guide-2024/prizes/call.yaml", "of: income, measure", "of: legal, measure", "programme.rank.of"},
		{"ranking missing", "guide-2024/people/call.yaml", "mode: call", "mode: ranking", "programme.mode.needs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := guideFiles[tt.file]
			if !strings.Contains(text, tt.old) {
				t.Fatalf("%s does not hold %q", tt.file, tt.old)
			}
			lib, err := programme.Open(guideFS(map[string]string{tt.file: strings.Replace(text, tt.old, tt.new, 1)}))
			if err != nil {
				t.Fatal(err)
			}
			g, _ := lib.Load("guide-2024")
			var keys []string
			for _, q := range g.Check() {
				keys = append(keys, q.Key)
			}
			if !slices.Contains(keys, tt.key) {
				t.Errorf("found %v, want %s", keys, tt.key)
			}
		})
	}
}

func TestGuideIsNotTried(t *testing.T) {
	g := loadFrom(t, guideFS(nil), "guide-2024")
	if _, err := g.Try(strings.NewReader("{}"), "zh"); fault.Of(err) == nil || fault.Of(err).Key != "programme.try_member" {
		t.Errorf("got %v", err)
	}
	m := loadFrom(t, guideFS(nil), "guide-2024/people")
	if _, err := m.Verify(strings.NewReader("x")); fault.Of(err) == nil || fault.Of(err).Key != "programme.verify_guide" {
		t.Errorf("got %v", err)
	}
}

// TestRank holds places, exact indexes and the reasons of those not ranked.
func TestRank(t *testing.T) {
	p := loadFrom(t, guideFS(nil), "guide-2024/prizes")
	unit := func(name, doc string) programme.RankUnit {
		f, faults := p.Schema.ReadFacts(strings.NewReader(doc))
		if len(faults) > 0 {
			t.Fatal(faults[0])
		}
		return programme.RankUnit{Name: name, Facts: f}
	}
	ranked, err := p.Rank([]programme.RankUnit{
		unit("甲", `{"legal": true, "income": {"2021": 3, "2023": 4}}`),
		unit("乙", `{"legal": true, "income": {"2021": 6, "2023": 8}}`),
		unit("丙", `{"legal": true, "income": {"2021": 3, "2023": 4}}`),
		unit("丁", `{"legal": true, "income": {"2021": 3}}`),
		unit("戊", `{"legal": true, "income": {"2021": 0, "2023": 4}}`),
		unit("己", `{"income": {"2021": 1, "2023": 4}}`),
		unit("庚", `{"legal": false, "income": {"2021": 1, "2023": 4}}`),
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range ranked {
		s := r.Name + string(rune('0'+r.Place))
		if r.Why != "" {
			s += r.Why
		}
		got = append(got, s)
	}
	want := "乙1 丙2 甲2 丁0rank.unknown 己0rank.unknown 庚0rank.outside 戊0rank.no_growth"
	if strings.Join(got, " ") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, " "), want)
	}
	if ranked[0].Index.Cmp(big.NewRat(1, 3)) != 0 {
		t.Errorf("index %s, want exactly 1/3", ranked[0].Index)
	}
}
