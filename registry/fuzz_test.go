package registry

import (
	"testing"
	"unicode/utf8"

	"shenbao/internal/locale"
	"shenbao/internal/secret"
)

// FuzzImport reads any file for any list: it is refused in words, or planned;
// what is planned can be shown and read again.
func FuzzImport(f *testing.F) {
	f.Add("a.csv", "姓名,证件号,出生日期,岗位\n王明远,370000197708129017,1977-08-12,科研\n,,\n李文静,x,y,z\n", uint8(2))
	f.Add("a.csv", "行编号（请勿改动）,年度,研发费用（亿元）\nr1,2023,1.5\nr1,2024,=1+1\n", uint8(1))
	f.Add("a.csv", "平台类别,平台名称,所在地,批复日期\n省实验室,甲,370114,2024年1月2日\n", uint8(9))
	f.Add("a.xlsx", "PK\x03\x04", uint8(0))
	keys := secret.New()
	lists := append(append([]*List{}, Lists...), RegisterLists...)
	f.Fuzz(func(t *testing.T, name, data string, which uint8) {
		list := lists[int(which)%len(lists)]
		g, err := readGrid(list, name, []byte(data))
		if err != nil {
			return
		}
		row := &Row{ID: "r1", List: list.ID, Version: 1, Cells: map[string]string{}, key: "x"}
		p := newPlan(list, keys, []*Row{row})
		if err := p.file(g, true, "2024-01-01"); err != nil {
			t.Fatal(err)
		}
		v := p.preview(g)
		for _, f := range v.Faults {
			if text := locale.Text(locale.ZH, f.Key, f.Args...); !utf8.ValidString(text) {
				t.Fatalf("a message is no text: %q", text)
			}
		}
		if len(v.Faults) > 0 {
			return
		}
		for _, m := range p.moves {
			for code, text := range m.cells {
				c := list.Column(code)
				if c.Kind == Person {
					continue
				}
				back, f := c.Read(c.Show(locale.ZH, text))
				if f != nil || back != text {
					t.Fatalf("%s.%s: %q is shown as %q and read as %q, %v", list.ID, code, text, c.Show(locale.ZH, text), back, f)
				}
			}
		}
	})
}
