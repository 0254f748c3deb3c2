package registry_test

import (
	"strings"
	"testing"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/registry"
)

// What people type, and what is kept of it.
func TestRead(t *testing.T) {
	for _, c := range []struct{ list, column, typed, want string }{
		{"facts", "founded", "2024-01-31", "2024-01-31"},
		{"facts", "founded", "2024/1/31", "2024-01-31"},
		{"facts", "founded", "2024.01.31", "2024-01-31"},
		{"facts", "founded", "２０２４年１月３１日", "2024-01-31"},
		{"facts", "founded", "2024年 1月 31日", "2024-01-31"},
		{"facts", "founded", "20240131", "2024-01-31"},
		{"facts", "founded", "2024-01-31T00:00:00Z", "2024-01-31"},
		{"facts", "founded", "2024/1/31 0:00:00", "2024-01-31"},
		{"facts", "founded", "2024-02-30", "registry.date"},
		{"facts", "founded", "31/01/2024", "registry.date"},
		{"facts", "founded", "24-1-31", "registry.date"},
		{"facts", "founded", "2024年", "registry.date"},
		{"facts", "founded", "  ", ""},
		{"facts", "capital", "3,000", "3000000000"},
		{"facts", "capital", "３０００．５", "3000500000"},
		{"facts", "capital", "0.3 亿元", "3000000000"},
		{"facts", "capital", "1200元", "120000"},
		{"facts", "capital", "0.0000001", "registry.fraction"},
		{"facts", "capital", "3000 人", "registry.number"},
		{"facts", "capital", "三千万", "registry.number"},
		{"facts", "capital", "-1", "registry.negative"},
		{"facts", "capital", "1e5", "registry.number"},
		{"facts", "capital", "99999999999999999999", "registry.number"},
		{"finance", "net_profit", "-12.5", "-12500000"},
		{"finance", "year", "2023年度", "2023"},
		{"finance", "year", "23", "registry.year"},
		{"facts", "staff_total", "120 人", "120"},
		{"facts", "staff_total", "120", "120"},
		{"facts", "staff_total", "12.5", "registry.integer"},
		{"premises", "area", "3000.25", "300025"},
		{"premises", "area", "3000㎡", "300000"},
		{"premises", "area", "3000.001", "registry.fraction"},
		{"facts", "legal_person", "是", "true"},
		{"facts", "legal_person", "√", "true"},
		{"facts", "legal_person", "NO", "false"},
		{"facts", "legal_person", "大概", "registry.bool"},
		{"staff", "post", "科研", "research"},
		{"staff", "post", "Research", "research"},
		{"staff", "post", "transfer", "transfer"},
		{"staff", "post", "保安", "registry.option"},
		{"platforms", "kind", "省重点实验室", "prov_key_lab"},
		{"staff", "employer_code", "９１３７００００ma0000001t", "91370000MA0000001T"},
		{"staff", "employer_code", "91370000MA00000010", "chinacode.credit_check"},
		{"facts", "address", " 章丘区 双山\r\n街道\t1号 ", "章丘区 双山 街道 1号"},
		{"facts", "address", "章\u200b丘\ufeff区", "章丘区"},
		{"facts", "address", "a\u202eb", "registry.characters"},
		{"facts", "address", "a\x07b", "registry.characters"},
		{"facts", "address", "a\xffb", "registry.characters"},
		{"facts", "summary", "一\r\n二", "一\n二"},
		{"facts", "representative", strings.Repeat("长", 61), "registry.long"},
		{"staff", "name", "𠅤𣗋·买买提", "𠅤𣗋·买买提"},
		{"staff", "name", "葛󠄀城", "葛󠄀城"}, // with a variation selector
		{"staff", "name", "=cmd|'/C calc'!A0", "=cmd|'/C calc'!A0"},
	} {
		got, f := registry.FindList(c.list).Column(c.column).Read(c.typed)
		if f != nil {
			got = f.Key
			if f.Kind != fault.Invalid || f.Field != c.column {
				t.Errorf("%q: fault %v", c.typed, f)
			}
		}
		if got != c.want {
			t.Errorf("%s.%s %q is read as %q, want %q", c.list, c.column, c.typed, got, c.want)
		}
	}
	place := registry.FindRegister("platforms").Column("place")
	for typed, want := range map[string]string{"370114": "370114", "370114 山东省济南市章丘区": "370114", "山东省济南市章丘区": "370114",
		"章丘区": "370114", "山东省": "370000", "市中区": "registry.place", "火星": "registry.place", "990000": "registry.place"} {
		got, f := place.Read(typed)
		if f != nil {
			got = f.Key
		}
		if got != want {
			t.Errorf("place %q is read as %q, want %q", typed, got, want)
		}
	}
}

// What is kept is read back to the same from what is shown.
func TestShow(t *testing.T) {
	for _, c := range []struct{ list, column, canonical, zh string }{
		{"facts", "capital", "3000500000", "3000.5"},
		{"instruments", "value", "12345", "123.45"},
		{"finance", "net_profit", "-12500000", "-12.5"},
		{"premises", "area", "300025", "3000.25"},
		{"facts", "legal_person", "true", "是"},
		{"staff", "rank", "vice_senior", "副高级"},
		{"facts", "founded", "2024-01-31", "2024-01-31"},
	} {
		column := registry.FindList(c.list).Column(c.column)
		if got := column.Show(locale.ZH, c.canonical); got != c.zh {
			t.Errorf("%s shows %q, want %q", c.canonical, got, c.zh)
		}
		for _, lang := range []string{locale.ZH, locale.EN} {
			if back, f := column.Read(column.Show(lang, c.canonical)); f != nil || back != c.canonical {
				t.Errorf("%s: %q came back as %q, %v", lang, c.canonical, back, f)
			}
		}
	}
}

// Every name of a list, column, option and hint is there in both languages.
func TestNames(t *testing.T) {
	named := func(what, text string) {
		if text == "" || strings.Contains(text, "registry.") {
			t.Errorf("%s is called %q", what, text)
		}
	}
	for _, lang := range []string{locale.ZH, locale.EN} {
		for _, l := range append(append([]*registry.List{}, registry.Lists...), registry.RegisterLists...) {
			named(l.ID, l.Name(lang))
			titles := map[string]bool{}
			for _, c := range l.Columns {
				named(l.ID+"."+c.Code, c.Title(lang))
				named(l.ID+"."+c.Code, c.Hint(lang))
				if titles[c.Name(lang)] {
					t.Errorf("%s has two columns %q", l.ID, c.Name(lang))
				}
				titles[c.Name(lang)] = true
				if c.Kind == registry.Choice && len(registry.Options[c.Options]) == 0 {
					t.Errorf("%s.%s has no options", l.ID, c.Code)
				}
				for _, code := range registry.Options[c.Options] {
					named(code, c.OptionName(lang, code))
				}
			}
			for _, key := range l.Keys {
				for _, code := range key {
					if l.Column(code) == nil {
						t.Errorf("%s has no key column %s", l.ID, code)
					}
				}
			}
		}
	}
}
