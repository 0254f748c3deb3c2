package registry_test

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/registry"
	"shenbao/rule"
)

// The registers are those of programmes/terms/registers.yaml, by id, name and
// column, and so are the options that they and the profile choose from.
func TestTerms(t *testing.T) {
	var terms struct {
		Registers []struct {
			ID, Name string
			Columns  []struct{ ID, Name, Kind string }
		}
	}
	read(t, "registers", &terms)
	seen := 0
	for _, r := range terms.Registers {
		l := registry.FindRegister(r.ID)
		if l == nil {
			if r.ID != "applications" {
				t.Errorf("no register %s", r.ID)
			}
			continue
		}
		if seen++; l.Name(locale.ZH) != r.Name || len(l.Columns) != len(r.Columns) {
			t.Errorf("%s is called %s and has %d columns, want %s and %d", r.ID, l.Name(locale.ZH), len(l.Columns), r.Name, len(r.Columns))
		}
		for _, want := range r.Columns {
			c := l.Column(want.ID)
			if c == nil || c.Name(locale.ZH) != want.Name || string(c.Kind) != want.Kind && (c.Kind != registry.Credit || want.Kind != "text") {
				t.Errorf("%s.%s is %+v, want %+v", r.ID, want.ID, c, want)
			}
		}
	}
	if seen != len(registry.RegisterLists) {
		t.Errorf("%d of %d registers stand in terms", seen, len(registry.RegisterLists))
	}
	for set, file := range map[string]string{"platform_kind": "platform-kinds", "honour": "honours"} {
		var options struct{ Options []struct{ Code, Name string } }
		read(t, file, &options)
		column := &registry.Column{Kind: registry.Choice, Options: set}
		var codes []string
		for _, o := range options.Options {
			codes = append(codes, o.Code)
			if got := column.OptionName(locale.ZH, o.Code); got != o.Name {
				t.Errorf("%s is called %s, want %s", o.Code, got, o.Name)
			}
		}
		if strings.Join(codes, " ") != strings.Join(registry.Options[set], " ") {
			t.Errorf("options of %s: %v, want %v", set, registry.Options[set], codes)
		}
	}
}

func read(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile("../programmes/terms/" + name + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// adoption is a list of platforms that the province would adopt.
func (h *house) adoption(register string, rows ...string) registry.Adoption {
	return registry.Adoption{Register: register, Keeper: h.units["province"].ID, Name: "名录.csv", Data: []byte(strings.Join(rows, "\n")),
		Document: "鲁科字〔2024〕1号", Day: "2024-06-01"}
}

// adopted previews, accepts and adopts a list that has to be right.
func (h *house) adopted(a registry.Adoption) *registry.Edition {
	h.Helper()
	keeper := h.by(actor.Officer, "province")
	if a.Keeper == h.units["abroad"].ID {
		keeper = h.by(actor.Officer, "abroad")
	}
	p, err := db.View(h.Context(), h.db, func(r db.Reader) (*registry.Preview, error) { return a.Preview(h.Context(), r, keeper, h.keys) })
	if err != nil {
		h.Fatal(texts(err))
	}
	if len(p.Faults) > 0 {
		h.Fatal(faultTexts(p))
	}
	a.Accept = p.Accept
	var e *registry.Edition
	h.as(keeper, func(tx *db.Tx) (err error) { e, err = registry.Adopt(h.Context(), tx, h.keys, a); return err })
	return e
}

// asked are the registers on a day, as a check asks them.
func (h *house) asked(day string) rule.Registers {
	h.Helper()
	n, ok := rule.ParseDay(day)
	if !ok {
		h.Fatal(day)
	}
	return see(h, func(r db.Reader) (rule.Registers, error) { return registry.Registers(h.Context(), r, n) })
}

const platformsHeader = "平台类别,平台名称,依托单位名称,依托单位代码,所在地,领域方向,批复日期,撤销日期"

// A register goes through its editions: rows are added, changed and ended, and
// what an edition said can still be read.
func TestAdopt(t *testing.T) {
	each(t, func(h *house) {
		h.by(actor.Officer, "province")
		n := h.count()
		first := h.adopted(h.adoption("platforms", platformsHeader,
			"省重点实验室,深海装备,海右研究院,,370100,海洋工程,2012-03-01,",
			"省技术创新中心,传感中心,海岱精密传感有限公司,91370000MA0000006A,370114,传感,2018-01-01,",
			"省技术创新中心,旧中心,某单位,,370100,矿山,2001-01-01,2020-12-31"))
		if first.Number != 1 || first.Added != 3 {
			t.Errorf("first edition %+v", first)
		}
		whole := h.adoption("platforms", platformsHeader,
			"省重点实验室,深海装备,海右研究院,,370102,海洋工程,2012-03-01,",
			"省实验室,泉城实验室,,,370100,,2021-05-01,")
		whole.Whole, whole.Complete, whole.CompleteFrom = true, true, "2024-01-01"
		second := h.adopted(whole)
		if second.Number != 2 || second.Added != 1 || second.Changed != 1 || second.Ended != 1 {
			t.Errorf("second edition %+v", second)
		}
		reg := h.asked("2024-11-27")["platforms"]
		at := func(name string) map[string]string {
			rows := reg.Find("name", name)
			if len(rows) != 1 {
				t.Fatalf("%d rows of %s", len(rows), name)
			}
			return reg.Rows[rows[0]]
		}
		if len(reg.Rows) != 4 || at("深海装备")["place"] != "370102" || at("传感中心")["valid_to"] != "2024-05-31" || at("旧中心")["valid_to"] != "2020-12-31" {
			t.Errorf("rows %v", reg.Rows)
		}
		if !reg.Complete || h.asked("2023-12-31")["platforms"].Complete {
			t.Error("complete is said from 2024 on")
		}
		page := see(h, func(r db.Reader) (*registry.RegisterPage, error) {
			return registry.ViewRegister(t.Context(), r, h.by(actor.Officer, "province"), registry.RegisterPlace{Register: "platforms", Keeper: h.units["province"].ID, Number: 1})
		})
		if len(page.Editions) != 2 || page.Edition.Number != 1 || len(page.Rows) != 3 || page.Rows[0].Cells["place"] != "370100" {
			t.Errorf("the first edition reads %+v", page)
		}
		if h.lines(n) != "registry.adopt registry.adopt" {
			t.Errorf("journal %s", h.lines(n))
		}
	})
}

// The parts that several authorities keep are one register; it is complete when
// all of them say so.
func TestParts(t *testing.T) {
	each(t, func(h *house) {
		here := h.adoption("sharing_network", "单位名称,统一社会信用代码", "泉山智行机器人有限公司,91370000MA0000001T")
		here.Complete = true
		there := h.adoption("sharing_network", "单位名称,统一社会信用代码", "雁门复合材料有限公司,91140000MA0000005D")
		there.Keeper = h.units["abroad"].ID
		h.adopted(here)
		if reg := h.asked("2024-11-27")["sharing_network"]; !reg.Complete || len(reg.Rows) != 1 {
			t.Errorf("one part: %+v", reg)
		}
		h.adopted(there)
		if reg := h.asked("2024-11-27")["sharing_network"]; reg.Complete || len(reg.Rows) != 2 {
			t.Errorf("two parts, one of which is open: %+v", reg)
		}
		here.Complete, there.Complete = false, true
		h.adopted(there)
		h.adopted(here)
		if h.asked("2024-11-27")["sharing_network"].Complete {
			t.Error("complete without the part of the first")
		}
		here.Complete = true
		h.adopted(here)
		again := h.asked("2024-11-27")["sharing_network"]
		if !again.Complete {
			t.Error("both parts are complete, and the register is not")
		}
		if again != h.asked("2024-11-28")["sharing_network"] {
			t.Error("the register was read and indexed again")
		}
		if h.asked("2024-11-27")["high_tech"] != nil {
			t.Error("a register that nobody keeps is connected")
		}
	})
}

// Identity numbers of a register are compared with those of applications by
// their keyed hashes, and kept nowhere.
func TestRegisterOfPeople(t *testing.T) {
	each(t, func(h *house) {
		h.adopted(h.adoption("platform_staff", "平台名称,平台类别,所在地,姓名,身份证号,进入日期", "深海装备,省重点实验室,370100,王明远,"+wang+",2019-01-01"))
		reg := h.asked("2024-11-27")["platform_staff"]
		if rows := reg.Find("person", registry.PersonKey(h.keys, wang)); len(rows) != 1 || reg.Rows[rows[0]]["name"] != "王明远" {
			t.Errorf("rows %v", reg.Rows)
		}
		if strings.Contains(dump(h), wang[3:14]) {
			t.Error("the database holds the number in clear")
		}
	})
}

func TestAdoptRefused(t *testing.T) {
	each(t, func(h *house) {
		good := h.adoption("high_tech", "企业名称,统一社会信用代码,证书编号,发证日期,有效期至", "海岱精密传感有限公司,91370000MA0000006A,GR1,2022-01-01,2025-01-01")
		for _, c := range []struct {
			name, want string
			by         db.By
			change     func(a *registry.Adoption)
		}{
			{"an applicant", "actor.missing", h.by(actor.UnitAdmin, "unit"), nil},
			{"another authority", "actor.missing", h.by(actor.Officer, "city"), nil},
			{"no document", "registry.document", db.By{}, func(a *registry.Adoption) { a.Document = "" }},
			{"no day", "registry.date", db.By{}, func(a *registry.Adoption) { a.Day = "2024年" }},
			{"no such register", "registry.missing", db.By{}, func(a *registry.Adoption) { a.Register = "applications" }},
			{"not previewed", "registry.stale", db.By{}, nil},
			{"a wrong code", "registry.at", db.By{}, func(a *registry.Adoption) {
				a.Data = []byte(strings.Replace(string(a.Data), "06A", "06B", 1))
			}},
			{"a certificate twice", "registry.at", db.By{}, func(a *registry.Adoption) {
				a.Data = append(a.Data, []byte("\n另一企业,,GR1,,")...)
			}},
		} {
			a, by := good, c.by
			if by.Role == "" {
				by = h.by(actor.Officer, "province")
			}
			if c.change != nil {
				c.change(&a)
			}
			n := h.count()
			if err := h.try(by, func(tx *db.Tx) error { _, err := registry.Adopt(t.Context(), tx, h.keys, a); return err }); key(err) != c.want {
				t.Errorf("%s: %v, want %s", c.name, err, c.want)
			}
			if h.lines(n) != "" {
				t.Errorf("%s: journal %s", c.name, h.lines(n))
			}
		}
		good.Keeper = h.units["unit"].ID
		if err := h.try(db.System, func(tx *db.Tx) error { _, err := registry.Adopt(t.Context(), tx, h.keys, good); return err }); key(err) != "registry.no_authority" || fault.Of(err).Kind != fault.Refused {
			t.Errorf("a unit that is no authority: %v", err)
		}
	})
}

// Two officers adopt at once: one edition follows the other, or is refused.
func TestAdoptTogether(t *testing.T) {
	each(t, func(h *house) {
		by := h.by(actor.Officer, "province")
		const officers = 6
		results := make(chan error, officers)
		for i := range officers {
			a := h.adoption("sharing_network", "单位名称,统一社会信用代码", "单位"+string(rune('甲'+i))+",")
			p := see(h, func(r db.Reader) (*registry.Preview, error) { return a.Preview(t.Context(), r, by, h.keys) })
			a.Accept = p.Accept
			go func() {
				_, err := db.Update(t.Context(), h.db, by, func(tx *db.Tx) (*registry.Edition, error) { return registry.Adopt(t.Context(), tx, h.keys, a) })
				results <- err
			}()
		}
		won := 0
		for range officers {
			if err := <-results; err == nil {
				won++
			} else if fault.Of(err).Kind != fault.Conflict {
				t.Error(err)
			}
		}
		if reg := h.asked("2024-11-27")["sharing_network"]; won == 0 || len(reg.Rows) != won {
			t.Errorf("%d editions, %d rows", won, len(reg.Rows))
		}
	})
}

// A register of many rows is adopted and asked in one go.
func TestLargeRegister(t *testing.T) {
	h := build(t, dbtest.SQLite(t))
	rows := []string{"企业名称,证书编号,发证日期,有效期至"}
	for i := range 20_000 {
		rows = append(rows, "企业"+number(i)+",GR"+number(i)+",2022-01-01,2025-01-01")
	}
	h.adopted(h.adoption("high_tech", rows...))
	if reg := h.asked("2024-11-27")["high_tech"]; len(reg.Rows) != 20_000 || len(reg.Find("certificate", "GR12345")) != 1 {
		t.Errorf("%d rows", len(reg.Rows))
	}
}

func number(n int) string {
	return string([]byte{byte('0' + n/10000%10), byte('0' + n/1000%10), byte('0' + n/100%10), byte('0' + n/10%10), byte('0' + n%10)})
}

// An exported register comes back as it was, and so does an old export after
// another edition: rows are known by what they say.
func TestRegisterRoundTrip(t *testing.T) {
	each(t, func(h *house) {
		by := h.by(actor.Officer, "province")
		h.adopted(h.adoption("platform_staff", "平台名称,平台类别,所在地,姓名,身份证号,进入日期", "深海装备,省重点实验室,370100,王明远,"+wang+",2019-01-01", "深海装备,省重点实验室,370100,李文静,,2019-01-01"))
		order := registry.RegisterOrder{Register: "platform_staff", Keeper: h.units["province"].ID, Lang: locale.ZH}
		export := func() []byte {
			return see(h, func(r db.Reader) ([]byte, error) { return registry.ExportRegister(t.Context(), r, by, order) })
		}
		again := h.adoption("platform_staff")
		again.Name, again.Data = "a.xlsx", export()
		preview := func() *registry.Preview {
			return see(h, func(r db.Reader) (*registry.Preview, error) { return again.Preview(t.Context(), r, by, h.keys) })
		}
		if p := preview(); p.Counts != (registry.Counts{Same: 2}) {
			t.Errorf("%+v %s", p.Counts, faultTexts(p))
		}
		h.adopted(h.adoption("platform_staff", "平台名称,平台类别,所在地,姓名,进入日期", "深海装备,省重点实验室,370102,李文静,2019-01-01"))
		if p := preview(); p.Counts != (registry.Counts{Same: 1, Changed: 1}) || p.Changed[0].Label != "深海装备" {
			t.Errorf("%+v %s", p, faultTexts(p))
		}
		order.Blank = true
		again.Data = export()
		if p := preview(); p.Rows != 0 {
			t.Errorf("the template holds %d rows", p.Rows)
		}
		if _, err := db.View(t.Context(), h.db, func(r db.Reader) ([]byte, error) {
			return registry.ExportRegister(t.Context(), r, h.by(actor.UnitAdmin, "unit"), order)
		}); key(err) != "actor.missing" {
			t.Errorf("an applicant: %v", err)
		}
	})
}

// Anybody may know which registers are kept, by whom and since when, and not
// which person adopted them.
func TestRegisterStates(t *testing.T) {
	h := build(t, dbtest.SQLite(t))
	h.adopted(h.adoption("sharing_network", "单位名称,统一社会信用代码", "泉山智行机器人有限公司,91370000MA0000001T"))
	states := see(h, func(r db.Reader) ([]registry.RegisterState, error) { return registry.RegisterStates(t.Context(), r) })
	if len(states) != len(registry.RegisterLists) {
		t.Errorf("%d registers", len(states))
	}
	for _, s := range states {
		if (s.ID == "sharing_network") != (len(s.Parts) == 1) {
			t.Errorf("%s has %d parts", s.ID, len(s.Parts))
		}
		for _, e := range s.Parts {
			if e.Keeper != h.units["province"].ID || e.Document == "" || e.Adopted.Person != "" {
				t.Errorf("%+v", e)
			}
		}
	}
}
