package rule_test

import (
	"slices"
	"strings"
	"testing"

	"shenbao/internal/locale"
	"shenbao/rule"
)

// One file, three schemas: what one does not know is for the others, what none
// knows or can read is a fault of the file.
func TestReadUnit(t *testing.T) {
	wan, people := rule.FindUnit("万元"), rule.FindUnit("人")
	schema := func(facts ...*rule.Fact) *rule.Schema {
		s, faults := rule.NewSchema(facts, nil, nil)
		if len(faults) > 0 {
			t.Fatal(faults[0])
		}
		return s
	}
	list := func(column string) *rule.Fact {
		return &rule.Fact{Code: "staff", Name: "人员", Kind: rule.ListKind, Unit: people, MaxItems: 5, Columns: []*rule.Fact{{Code: column, Name: "列" + column, Kind: rule.BoolKind}}}
	}
	rd := func(first int) *rule.Fact {
		return &rule.Fact{Code: "rd", Name: "研发费用", Kind: rule.SeriesKind, Of: rule.MoneyKind, Unit: wan, Years: [2]int{first, first + 2}}
	}
	schemas := []*rule.Schema{
		schema(rd(2021), list("a"), &rule.Fact{Code: "host.kind", Name: "类型", Kind: rule.ChoiceKind, Options: []rule.Option{{Code: "x", Name: "甲"}}}),
		schema(rd(2022), list("b"), &rule.Fact{Code: "area", Name: "面积", Kind: rule.DecimalKind, Unit: rule.FindUnit("平方米")}),
		schema(&rule.Fact{Code: "host", Name: "单位", Kind: rule.UnitKind}),
	}
	for _, tt := range []struct {
		text   string
		faults string      // of the file
		own    [3][]string // of each schema, by field
	}{
		{`{"rd": {"2022": 5}, "area": "3 平方米"}`, "", [3][]string{}},
		{`{"研发费用": {"2021": "1 万元", "2020": 1}}`, `1:35: 研发费用.2020: There is no year "2020"; 2021 to 2023 may be given`, [3][]string{1: {"研发费用.2021"}}},
		{`{"staff": [{"a": true, "b": false}]}`, "", [3][]string{0: {"staff[1].b"}, 1: {"staff[1].a"}}},
		{`{"staff": [{"a": true, "b": 7}]}`, `1:29: staff[1].b: Expected yes or no, written true or false`, [3][]string{1: {"staff[1].a"}}},
		{`{"host": {"kind": "x"}}`, "", [3][]string{2: {"host"}}},
		{`{"host": {"kind": "y"}}`, `1:19: host.kind: There is no option "y". Did you mean "x"?`, [3][]string{2: {"host"}}},
		{`{"aera": 3, "area": {"value": "x", "status": "known"}}`, "1:10: aera: There is no fact \"aera\". Did you mean \"area\"?\n" +
			`1:31: area: "x" is no number, or none that "平方米" can hold exactly; write "3000 万元" or 3000`, [3][]string{}},
		{`{"as_of": "2024-13-01"}`, `1:11: as_of: "2024-13-01" is no date; write "2024-12-02"`, [3][]string{}},
		{`[]`, "1:1: The outermost value must be an object {…}", [3][]string{}},
		{`{`, "1:2: The JSON is not finished; check that brackets are paired", [3][]string{}},
	} {
		readings, faults := rule.ReadUnit(strings.NewReader(tt.text), schemas)
		var got []string
		for _, f := range faults {
			got = append(got, locale.Fault("en", f))
		}
		if strings.Join(got, "\n") != tt.faults {
			t.Errorf("%s:\n%s\nwant\n%s", tt.text, strings.Join(got, "\n"), tt.faults)
		}
		for i, r := range readings {
			var own []string
			for _, f := range r.Faults {
				own = append(own, f.Field)
			}
			if !slices.Equal(own, tt.own[i]) || r.Facts.Schema != schemas[i] {
				t.Errorf("%s: schema %d alone could not read %q, want %q", tt.text, i, own, tt.own[i])
			}
		}
		if (readings == nil) != (tt.text[0] == '[' || len(tt.text) == 1) {
			t.Errorf("%s: %d readings", tt.text, len(readings))
		}
	}
}
