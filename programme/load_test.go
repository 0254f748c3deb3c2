package programme_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/programme"
)

const (
	library = "testdata/library"
	demo    = "demo-2024"
)

// edit is a planted fault: in a file of the library, old becomes new. An empty
// old appends; a new file is made when there is none.
type edit struct{ file, old, new string }

// planted is the library of testdata with edits.
func planted(t testing.TB, edits ...edit) fstest.MapFS {
	t.Helper()
	fsys := fstest.MapFS{}
	err := filepath.WalkDir(library, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		rel, _ := filepath.Rel(library, name)
		fsys[filepath.ToSlash(rel)] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range edits {
		f := fsys[e.file]
		switch {
		case f == nil:
			fsys[e.file] = &fstest.MapFile{Data: []byte(e.new)}
		case e.old == "":
			f.Data = append(f.Data, e.new...)
		case !strings.Contains(string(f.Data), e.old):
			t.Fatalf("%s does not hold %q", e.file, e.old)
		default:
			f.Data = []byte(strings.Replace(string(f.Data), e.old, e.new, 1))
		}
	}
	return fsys
}

func load(t testing.TB, fsys fs.FS) (*programme.Package, error) {
	t.Helper()
	lib, err := programme.Open(fsys)
	if err != nil {
		t.Fatal(err)
	}
	return lib.Load(demo)
}

func mustLoad(t testing.TB, fsys fs.FS) *programme.Package {
	t.Helper()
	p, err := load(t, fsys)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The library of testdata is sound: what a test finds in an edited one, the edit
// did.
func TestFixtureIsSound(t *testing.T) {
	p := mustLoad(t, planted(t))
	for _, q := range p.Check() {
		t.Errorf("%s", q.Fault.Error())
	}
	if got := len(p.RunCases()); got != 5 {
		t.Errorf("%d cases, want 5", got)
	}
}

// Every way in which a file can be malformed is refused with file, line, field
// and what to do.
func TestMalformed(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit edit
		want string // place: field: key
	}{
		{"unknown key", edit{demo + "/call.yaml", "time_zone:", "time_zon:"}, "demo-2024/call.yaml:7:1: time_zon: programme.yaml.key_near"},
		{"unknown key, far", edit{demo + "/call.yaml", "mode: call", "mode: call\nzzzzzz: 1"}, "demo-2024/call.yaml:9:1: zzzzzz: programme.yaml.key"},
		{"repeated key", edit{demo + "/call.yaml", "mode: call", "mode: call\nmode: call"}, "demo-2024/call.yaml:9:1: mode: programme.yaml.twice"},
		{"missing key", edit{demo + "/call.yaml", "mode: call\n", ""}, "demo-2024/call.yaml:1:1: : programme.yaml.required"},
		{"wrong type", edit{demo + "/call.yaml", "filing: false", "filing: perhaps"}, "recommend.filing: programme.yaml.bool"},
		{"number for text", edit{demo + "/call.yaml", `clauses: ["008"]`, `clauses: [8]`}, "stages[0].clauses[0]: programme.yaml.quote"},
		{"text for number", edit{demo + "/call.yaml", "limit: 3", "limit: three"}, "quotas[0].limit: programme.yaml.int"},
		{"text for list", edit{demo + "/call.yaml", "after: [system]", "after: system"}, "stages[1].after: programme.yaml.list"},
		{"list for text", edit{demo + "/call.yaml", "name: 区县推荐\n", "name: [区县推荐]\n"}, "stages[1].name: programme.yaml.text"},
		{"list for entry", edit{demo + "/call.yaml", "source: {parts: [], noise: []}", "source: []"}, "source: programme.yaml.map"},
		{"null", edit{demo + "/call.yaml", "limit: 3", "limit: null"}, "quotas[0].limit: programme.yaml.int"},
		{"unknown word", edit{demo + "/call.yaml", "act: apply", "act: aply"}, "stages[0].act: programme.yaml.word_near"},
		{"bad date", edit{demo + "/call.yaml", "issued: 2024-03-01", "issued: 2024-13-01"}, "document.issued: programme.yaml.date"},
		{"bad time", edit{demo + "/call.yaml", "from: 2024-03-04T09:00", "from: 2024-03-04 9点"}, "stages[0].from: programme.yaml.instant"},
		{"bad years", edit{demo + "/form.yaml", "years: 2019..2024", "years: 2019-2024"}, "sections[0].facts[3].years: programme.yaml.years"},
		{"years turned round", edit{demo + "/form.yaml", "years: 2019..2024", "years: 2024..2019"}, "sections[0].facts[3].years: programme.yaml.years_order"},
		{"bad need", edit{demo + "/form.yaml", `required: "when: 数量`, `required: "if: 数量`}, "materials[3].required: programme.yaml.need"},
		{"bad syntax", edit{demo + "/call.yaml", "mode: call", "mode: call\n  bad: [1"}, "demo-2024/call.yaml:"},
		{"two documents", edit{demo + "/call.yaml", "", "\n---\na: 1\n"}, "programme.yaml.documents"},
		{"anchor", edit{demo + "/call.yaml", "mode: call", "mode: &a call"}, "programme.yaml.anchor"},
		{"alias bomb", edit{demo + "/call.yaml", "links: []", "links: [&a [x, x], &b [*a, *a], &c [*b, *b]]"}, "programme.yaml.anchor"},
		{"merge", edit{demo + "/call.yaml", "mode: call", "mode: call\n<<: {title: x}"}, "programme.yaml.anchor"},
		{"own tag", edit{demo + "/call.yaml", "mode: call", "mode: !run call"}, "programme.yaml.tag"},
		{"nested without end", edit{demo + "/call.yaml", "links: []", "links: " + strings.Repeat("[", 60) + strings.Repeat("]", 60)}, "programme.yaml.depth"},
		{"empty file", edit{demo + "/tables.yaml", "", ""}, ""},
		{"not UTF-8", edit{demo + "/call.yaml", "mode: call", "mode: ca\xffll"}, "demo-2024/call.yaml:8: : programme.file.utf8"},
		{"NUL", edit{demo + "/call.yaml", "mode: call", "mode: ca\x00ll"}, "demo-2024/call.yaml:8: : programme.file.control"},
		{"escape", edit{demo + "/rules.md", "通知标题", "通知\x1b[31m标题"}, "demo-2024/rules.md:6: : programme.file.control"},
		{"too large", edit{demo + "/call.yaml", "", "# " + strings.Repeat("x", 1<<20)}, "programme.file.large"},
		{"no vocabulary", edit{demo + "/form.yaml", "terms/unit-kinds", "terms/unit-kind"}, "sections[0].facts[1].options_from: programme.term.missing"},
		{"vocabulary outside", edit{demo + "/form.yaml", "terms/unit-kinds", "terms/../../etc/passwd"}, "sections[0].facts[1].options_from: programme.term.ref"},
		{"vocabulary id", edit{"terms/unit-kinds.yaml", "id: unit-kinds", "id: kinds"}, "terms/unit-kinds.yaml:1:5: id: programme.term.id"},

		{"heading", edit{demo + "/rules.md", "## 003 · 一·2 · 资格 · 必须", "## 003 · 一·2 · 资格"}, "demo-2024/rules.md:33: : programme.rules.heading"},
		{"number", edit{demo + "/rules.md", "## 003 ·", "## 3 ·"}, "demo-2024/rules.md:33: : programme.rules.number"},
		{"number twice", edit{demo + "/rules.md", "## 003 ·", "## 002 ·"}, "demo-2024/rules.md:33: : programme.rules.twice"},
		{"kind", edit{demo + "/rules.md", "一·2 · 资格", "一·2 · 资恪"}, "demo-2024/rules.md:33: : programme.rules.kind_near"},
		{"kind by code", edit{demo + "/rules.md", "一·2 · 资格", "一·2 · exclusion"}, "programme.rules.kind_near"},
		{"modality", edit{demo + "/rules.md", "一·2 · 资格 · 必须", "一·2 · 资格 · 强烈"}, "programme.rules.modality"},
		{"no prose", edit{demo + "/rules.md", "每个区县推荐不超过3个。", ""}, "programme.rules.no_prose"},
		{"unknown block", edit{demo + "/rules.md", "```judge", "```jury"}, "programme.rules.block"},
		{"unclosed block", edit{demo + "/rules.md", "shows: call.document\n```", "shows: call.document"}, "demo-2024/rules.md:8: : programme.rules.unclosed"},
		{"unclosed at the end", edit{demo + "/rules.md", "", "\n```note\nwhy: x\n"}, "programme.rules.unclosed"},
		{"block before clauses", edit{demo + "/rules.md", "虚构的通知，只供测试。", "```note\nwhy: x\n```"}, "programme.rules.stray"},
		{"key in block", edit{demo + "/rules.md", "id: host.place\nrequire:", "id: host.place\nrequires:"}, "demo-2024/rules.md:27:1: requires: programme.yaml.key_near"},

		{"unit", edit{demo + "/form.yaml", "min: 0 万元", "min: 0 亩"}, "sections[0].facts[3].min: programme.fact.bound"},
		{"bound of another kind", edit{demo + "/form.yaml", "min: 0 万元", "min: 0 人"}, "sections[0].facts[3].min: programme.fact.bound"},
		{"length", edit{demo + "/form.yaml", "max: 1000 字", "max: 很多"}, "sections[0].facts[5].max: programme.fact.max_chars"},
		{"counter", edit{demo + "/form.yaml", "counter: 人", "counter: 头"}, "sections[1].facts[0].counter: programme.fact.unit"},
		{"fact twice", edit{demo + "/form.yaml", "id: income", "id: rd"}, "sections[0].facts[4]: rule.schema.twice"},
		{"parameter value", edit{demo + "/call.yaml", "value: 2021..2023", "value: 2021到2023"}, "parameters[2].value: programme.parameter.value"},
		{"parameter place", edit{demo + "/call.yaml", `value: ["370100"]`, `value: ["370200"]`}, "parameters[0].value: programme.parameter.place"},

		{"rule: unknown fact", edit{demo + "/rules.md", "require: 周岁(主任.出生日期", "require: 周岁(主任.生日"}, "demo-2024/rules.md:"},
		{"rule: dimension", edit{demo + "/rules.md", "数量(固定人员) 不少于 20 人", "数量(固定人员) 不少于 20 万元"}, "rule.dimension"},
		{"rule: syntax", edit{demo + "/rules.md", "存在 固定人员 满足 (博士)", "存在 固定人员 满足 (博士"}, "rule.unexpected"},
		{"rule twice", edit{demo + "/rules.md", "id: staff.doctor", "id: staff.number"}, "rule.rule_twice"},
		{"need: unknown fact", edit{demo + "/form.yaml", "when: 数量(固定人员)", "when: 数量(人)"}, "materials[3].required: rule."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := load(t, planted(t, tt.edit))
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			expect(t, fault.All(err), tt.want)
		})
	}
}

// expect looks for a fault whose "place: field: key" holds want, and checks that
// each fault has a message in both languages and a file.
func expect(t *testing.T, faults []*fault.Fault, want string) {
	t.Helper()
	var all []string
	for _, f := range faults {
		line := fmt.Sprintf("%s: %s: %s", f.Place(), f.Field, f.Key)
		all = append(all, line)
		for _, lang := range []string{locale.ZH, locale.EN} {
			if text := locale.Text(lang, f.Key, f.Args...); text == f.Key || strings.Contains(text, "{1}") {
				t.Errorf("%s: no whole message: %s", f.Key, text)
			}
		}
		if f.File == "" {
			t.Errorf("%s: no file", f.Key)
		}
	}
	if !slices.ContainsFunc(all, func(s string) bool { return strings.Contains(s, want) }) {
		t.Errorf("no fault %q in:\n%s", want, strings.Join(all, "\n"))
	}
}

// One load reports the faults of all files together.
func TestLoadReportsAllFaults(t *testing.T) {
	_, err := load(t, planted(t, edit{demo + "/call.yaml", "act: apply", "act: aply"}, edit{demo + "/form.yaml", "max: 1000 字", "max: 很多"},
		edit{demo + "/rules.md", "一·2 · 资格", "一·2 · 资恪"}))
	faults := fault.All(err)
	for _, want := range []string{"programme.yaml.word_near", "programme.fact.max_chars", "programme.rules.kind_near"} {
		expect(t, faults, want)
	}
}

func TestOpenAndList(t *testing.T) {
	if _, err := programme.Open(fstest.MapFS{}); err == nil || fault.Of(err).Key != "programme.file.missing" {
		t.Errorf("no index: %v", err)
	}
	lib, err := programme.Open(planted(t))
	if err != nil {
		t.Fatal(err)
	}
	if list := lib.List(); len(list) != 1 || list[0].ID != demo || list[0].Year != 2024 {
		t.Errorf("List: %+v", list)
	}
	if _, err := lib.Load("demo-2023"); fault.Of(err).Key != "programme.package_near" || fault.Of(err).Kind != fault.Missing {
		t.Errorf("near id: %v", err)
	}
	if _, err := lib.Load("../etc"); fault.Of(err).Key != "programme.package" {
		t.Errorf("far id: %v", err)
	}
	twice := edit{"index.yaml", "packages:\n", "packages:\n  - {id: demo-2024, title: x, issuer: x, inventory: \"1\", region: \"370100\", year: 2024, status: draft}\n"}
	if _, err := programme.Open(planted(t, twice)); fault.Of(err).Key != "programme.id.twice" {
		t.Errorf("id twice: %v", err)
	}
}

// The hash is that of the content: it changes with a file of the package and
// with a vocabulary that it uses, with nothing else.
func TestHash(t *testing.T) {
	plain := mustLoad(t, planted(t)).Hash
	if again := mustLoad(t, planted(t)).Hash; again != plain {
		t.Error("two loads give two hashes")
	}
	for _, e := range []edit{{demo + "/CHANGES.md", "", "\n"}, {demo + "/rules.md", "已建场地;", "已建场地 ;"}, {"terms/unit-kinds.yaml", "", "# x\n"}} {
		if mustLoad(t, planted(t, e)).Hash == plain {
			t.Errorf("%s does not count", e.file)
		}
	}
	if mustLoad(t, planted(t, edit{"terms/other.yaml", "", "id: other\nname: x\n"})).Hash != plain {
		t.Error("a vocabulary that is not used counts")
	}
}

// A package may not be larger than 16 MiB in all.
func TestPackageSize(t *testing.T) {
	fsys := planted(t)
	for i := range 18 {
		fsys[fmt.Sprintf("%s/cases/big%02d.yaml", demo, i)] = &fstest.MapFile{Data: []byte("cases: []\n#" + strings.Repeat("x", 1<<20-20))}
	}
	_, err := load(t, fsys)
	expect(t, fault.All(err), "programme.package.large")
}
