package programme_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"shenbao/programme"
	"shenbao/rule"
)

var updateNamed = flag.Bool("update-named", false, "rewrite the answers in testdata/named")

// namedSchema has a fact of every kind that a named check takes.
func namedSchema(tb testing.TB) *rule.Schema {
	people, things, houses := rule.FindUnit("人"), rule.FindUnit("项"), rule.FindUnit("家")
	facts := []*rule.Fact{
		{Code: "name", Name: "中心名称", Kind: rule.TextKind},
		{Code: "place", Name: "注册地", Kind: rule.PlaceKind},
		{Code: "host", Name: "依托单位", Kind: rule.UnitKind},
		{Code: "direction", Name: "申报方向", Kind: rule.ChoiceKind, Options: []rule.Option{
			{Code: "metaverse", Name: "“元宇宙+”"}, {Code: "blockchain", Name: "区块链"}, {Code: "humanoid", Name: "人形机器人"},
			{Code: "breeding", Name: "生物育种"}}},
		{Code: "staff", Name: "固定人员", Kind: rule.ListKind, Unit: people, MaxItems: 500, Row: "人员", Columns: []*rule.Fact{
			{Code: "name", Name: "姓名", Kind: rule.TextKind},
			{Code: "person", Name: "证件号", Kind: rule.PersonKind},
			{Code: "employer", Name: "工作单位", Kind: rule.UnitKind}}},
		{Code: "results", Name: "成果", Kind: rule.ListKind, Unit: things, MaxItems: 100, Columns: []*rule.Fact{
			{Code: "name", Name: "成果名称", Kind: rule.TextKind},
			{Code: "code", Name: "成果编码", Kind: rule.TextKind}}},
		{Code: "units", Name: "单位清单", Kind: rule.ListKind, Unit: houses, MaxItems: 20, Closed: true, Row: "单位", Columns: []*rule.Fact{
			{Code: "unit", Name: "单位名称", Kind: rule.UnitKind},
			{Code: "kind", Name: "单位性质", Kind: rule.ChoiceKind, Options: []rule.Option{
				{Code: "enterprise", Name: "企业"}, {Code: "university", Name: "高校"}}}}},
	}
	params := []*rule.Param{{Code: "kinds", Name: "平台类别", Type: rule.SetParam, Codes: []string{"prov_tic", "prov_key_lab"}}}
	s, probs := rule.NewSchema(facts, params, programme.NamedChecks())
	for _, p := range probs {
		tb.Fatal(p)
	}
	return s
}

// call parses a named check as a package writes it.
func call(tb testing.TB, s *rule.Schema, text string) *rule.Call {
	n, prob := s.Parse("核验 " + text)
	if prob != nil {
		tb.Fatalf("%s: %v", text, prob)
	}
	c, ok := n.(*rule.Call)
	if !ok {
		tb.Fatalf("%s is no named check", text)
	}
	return c
}

func readFacts(tb testing.TB, s *rule.Schema, text string) *rule.Facts {
	f, faults := s.ReadFacts(strings.NewReader(text))
	for _, p := range faults {
		tb.Fatalf("%s: %v", text, p)
	}
	return f
}

// A case is a block of testdata/named: what it shows, the check, the facts, and
// below these the answer.
type namedCase struct{ about, check, facts string }

func readCases(tb testing.TB, file string) (cases []namedCase, text string) {
	b, err := os.ReadFile(file)
	if err != nil {
		tb.Fatal(err)
	}
	check := ""
	for block := range strings.SplitSeq(strings.TrimSpace(string(b)), "\n\n") {
		var c namedCase
		for line := range strings.Lines(block) {
			key, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			switch key {
			case "#":
				c.about = rest
			case "check":
				check = rest
			case "facts":
				c.facts = rest
			}
		}
		if c.facts != "" {
			c.check = check
			cases = append(cases, c)
		}
	}
	return cases, string(b)
}

// TestNamed answers every case, shows what the answer rests on in both
// languages, and counts what the answer allocates.
func TestNamed(t *testing.T) {
	files, err := filepath.Glob("testdata/named/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	s := namedSchema(t)
	seen := map[string]map[rule.Truth]bool{}
	for _, file := range files {
		cases, old := readCases(t, file)
		var b strings.Builder
		last := ""
		for _, c := range cases {
			if c.check != last {
				fmt.Fprintf(&b, "check %s\n\n", c.check)
				last = c.check
			}
			n, f := call(t, s, c.check), readFacts(t, s, c.facts)
			truth, why := n.Check.Run(f, n.Args)
			if seen[n.Check.Code] == nil {
				seen[n.Check.Code] = map[rule.Truth]bool{}
			}
			seen[n.Check.Code][truth] = true
			fmt.Fprintf(&b, "# %s\nfacts %s\n%s", c.about, c.facts, answer(truth, why, n.Check.Explain(f, n.Args)))
			if k := testing.AllocsPerRun(20, func() { n.Check.Run(f, n.Args) }); k != 0 {
				t.Errorf("%s: %s: %v allocations", c.check, c.about, k)
			}
		}
		if *updateNamed {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if got := strings.TrimSpace(b.String()); got != strings.TrimSpace(old) {
			t.Errorf("%s: the answers are now\n%s", file, got)
		}
	}
	for _, c := range programme.NamedChecks() {
		if len(seen[c.Code]) != 3 {
			t.Errorf("%s: the cases show %d of the three answers", c.Code, len(seen[c.Code]))
		}
	}
}

func answer(truth rule.Truth, why rule.Reasons, d rule.Detail) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", truth, strings.Join(why.Codes(), " "))
	if len(d.Rows) > 0 {
		fmt.Fprintln(&b, "rows", fromOne(d.Rows))
	}
	if len(d.Unknown) > 0 {
		fmt.Fprintln(&b, "unsure", fromOne(d.Unknown))
	}
	for i := range d.Texts {
		fmt.Fprintf(&b, "zh %s\nen %s\n", d.Texts[i], d.TextsEN[i])
	}
	return strings.ReplaceAll(b.String(), " \n", "\n") + "\n"
}

func fromOne(rows []int) string {
	var out []string
	for _, r := range rows {
		out = append(out, fmt.Sprint(r+1))
	}
	return strings.Join(out, " ")
}

// Every check can be written in both languages, and comes back the same.
func TestNamedPrinted(t *testing.T) {
	s := namedSchema(t)
	cases := 0
	files, _ := filepath.Glob("testdata/named/*.txt")
	for _, file := range files {
		list, _ := readCases(t, file)
		for _, c := range list {
			n := call(t, s, c.check)
			if n.Check.LabelEN == "" || len(n.Check.Args) != len(n.Args) {
				t.Errorf("%s has no English label", n.Check.Code)
			}
			cases++
		}
	}
	if cases < 60 {
		t.Errorf("only %d cases", cases)
	}
}

// A list without the column that a check asks for is refused where it is written.
func TestNamedColumns(t *testing.T) {
	s := namedSchema(t)
	for text, column := range map[string]string{
		"人员不重复(成果, 平台类别)":      "person",
		"人员属于单位(成果, 单位清单)":     "employer",
		"人员属于单位(固定人员, 成果)":     "unit",
		"资源不重复(单位清单)":          "person|code",
		"名称不含企业名(中心名称, 固定人员)":  "unit",
		"名称不含企业全称(中心名称, 固定人员)": "unit",
	} {
		_, prob := s.Parse("核验 " + text)
		if prob == nil || !slices.Contains(prob.Args, any(column)) {
			t.Errorf("%s: %v, want the column %s named", text, prob, column)
		}
	}
}

// The registers that the checks ask are those of terms/registers.yaml, by name
// and column.
func TestNamedRegisters(t *testing.T) {
	text, err := os.ReadFile("../programmes/terms/registers.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var terms struct {
		Registers []struct {
			ID, Name string
			Columns  []struct{ ID string }
		}
	}
	if err := yaml.Unmarshal(text, &terms); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"platforms":          "创新平台名录 kind name unit unit_code place field valid_from valid_to",
		"platform_staff":     "平台固定人员名录 platform kind place name person valid_from valid_to",
		"names":              "平台名称库 kind name place valid_from valid_to",
		"applications":       "在办申报书 year application unit_code resource code person",
		"chain_leaders":      "产业链链主企业名单 unit unit_code valid_from valid_to",
		"sharing_network":    "大型科研仪器开放共享服务网成员 unit unit_code valid_from valid_to",
		"safety_selfcheck":   "安全自查自纠完成情况 unit unit_code year done",
		"double_first_class": "双一流建设高校名单 unit unit_code valid_from valid_to",
		"high_tech":          "高新技术企业名录 unit unit_code valid_from valid_to",
		"integrity":          "科研失信和违法失信记录 unit unit_code valid_from valid_to",
	}
	s := namedSchema(t)
	for _, r := range terms.Registers {
		words := strings.Fields(want[r.ID])
		if len(words) == 0 {
			continue
		}
		delete(want, r.ID)
		if r.Name != words[0] {
			t.Errorf("%s is called %s, want %s", r.ID, r.Name, words[0])
		}
		for _, col := range words[1:] {
			if !slices.ContainsFunc(r.Columns, func(c struct{ ID string }) bool { return c.ID == col }) {
				t.Errorf("%s has no column %s", r.ID, col)
			}
		}
		// A check that asks a missing register names it as the file does.
		d := call(t, s, `名录包含("`+r.ID+`", 依托单位)`)
		f := readFacts(t, s, `{"host": "A"}`)
		if texts := d.Check.Explain(f, d.Args).Texts; len(texts) != 1 || !strings.Contains(texts[0], "“"+r.Name+"”") {
			t.Errorf("%s: %v", r.ID, texts)
		}
	}
	if len(want) > 0 {
		t.Errorf("terms/registers.yaml lacks %v", want)
	}
}
