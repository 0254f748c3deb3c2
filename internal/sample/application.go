package sample

import (
	"strconv"
	"strings"
	"time"
)

// AsOf is the day at which applications of a package are judged.
func AsOf(call string) string {
	return map[string]string{Shandong: "2024-12-02", Shanxi: "2024-05-06"}[call]
}

// Application are the facts of the unit's application that no profile holds, as
// programmes/FORMAT.md states facts: what the applicant types beside what is
// prefilled. People stand in them by their identity numbers. It is nil for a
// unit that does not apply.
func (u Unit) Application() map[string]any {
	switch u.Call {
	case Shandong:
		return u.shandong()
	case Shanxi:
		return u.shanxi()
	}
	return nil
}

// row is a row of a list of facts.
type row = map[string]any

func listOf(rows ...row) map[string]any {
	if rows == nil {
		rows = []row{}
	}
	return map[string]any{"complete": true, "rows": rows}
}

func key(code, name string) map[string]any { return map[string]any{"code": code, "name": name} }

func (u Unit) shandong() map[string]any {
	d := u.director()
	outside := creditCode("university", "110000", 90)
	return map[string]any{
		"centre.name": u.spec.centre, "direction": u.spec.direction,
		"centre.fit":   "对应本方向布局的" + u.Field + "部件、控制和整机验证。",
		"host.leading": true,
		"platforms":    listOf(), // 企业技术中心不是科技部门批复的平台
		"teams":        []string{"leader", "core", "support", "transfer"},
		"manager.name": u.name(501), "manager.record": "主持过研究所和中试平台的管理，参加过多个国家项目。",
		"pilot_base": true, "industrial_base": false,
		"units": []row{
			{"unit": key(u.Code, u.Name), "role": "lead", "kind": u.Kind, "place": u.Place, "first_class": false, "prior": true},
			{"unit": key(outside, "京北理工大学"), "role": "partner", "kind": "university", "place": "110000", "first_class": true, "prior": true},
		},
		"own.conditions": "72%", "own.staff": "65%", "own.projects": "70%", "own.results": "68%",
		"own.basis":     "条件按设备原值，人员按人数，项目按到账经费，成果按件数，均截至2023年末。",
		"director.name": d.name, "director.person": key(d.number, d.name), "director.birth": d.birth.Format(time.DateOnly),
		"director.fulltime": true, "director.in_host": true, "director.record": "本领域博士，管理研发团队十余年。",
		"projects":         listOf(row{"title": u.Field + "的基础问题", "programme": "nsfc_key", "leads": true, "subtopic": false, "grant": "295 万元", "year": 2021}),
		"awards":           listOf(),
		"titles":           listOf(),
		"summary.research": "研究" + u.Field + "的关键部件和控制，建设整机验证平台。", "summary.remark": "",
		"plan.summary": repeat("本中心围绕"+u.Field+"的关键部件开展研究，从材料、结构、控制到整机验证形成完整链条，服务省内企业。", 2500),
	}
}

// repeat is a text over and over, of n characters.
func repeat(s string, n int) string {
	r := []rune(strings.Repeat(s, n/len([]rune(s))+1))
	return string(r[:n])
}

// partners are a university and an institute of Shanxi that build a centre with
// the unit; units beside one another have different ones.
func (u Unit) partners() []Unit {
	of := map[string][]Unit{}
	for _, o := range Units() {
		if o.Place[:2] == "14" {
			of[o.Kind] = append(of[o.Kind], o)
		}
	}
	pick := func(all []Unit) Unit { return all[int(u.seed)%len(all)] }
	return []Unit{pick(of["university"]), pick(of["institute"])}
}

func (u Unit) shanxi() map[string]any {
	d, partners := u.director(), u.partners()
	facts := map[string]any{
		"centre.name": u.spec.centre, "centre.kind": "field", "domain": u.spec.direction, "subdomain": u.Field,
		"centre.org_form": "inner_body", "centre.aims": "围绕省内产业，解决" + u.Field + "从材料到构件的关键技术问题。", "incubate.reason": "",
		"centre.other_application": false,
		"host.rd_institution":      u.Lacks != "host.enterprise", "host.discipline": "none", "host.specialty": "none", "host.doctoral": false,
		"host.leading": "省内较早从事" + u.Field + "研制的企业，牵头制定过地方标准。",
		"tasks":        listOf(row{"title": u.Field + "关键技术", "number": "SX-2021-017", "level": "provincial", "led": true, "year": 2021}),
		"platforms":    listOf(), "collaborators": listOf(), "incidents": listOf(),
		"units.mechanism": "各方按协议投入，成果按贡献归属，人员互聘。",
		"director.person": key(d.number, d.name), "director.birth": d.birth.Format(time.DateOnly), "director.title": "senior",
		"director.full_time": true, "director.employer": "first", "director.honours": []string{}, "director.projects": listOf(),
		"director.awards":  listOf(row{"title": u.Field + "连续制备技术", "level": "provincial", "first": true, "year": 2019}),
		"director.profile": "长期从事" + u.Field + "研究，管理过百人研发团队。", "staff.structure": "老中青结合，覆盖材料、化工、机械。",
		"centre.management": "设理事会和专家委员会，制度成册，场地集中。",
		"safety.hazard":     true, "safety.licensed": true, "safety.statement": "危化品库和特种设备均有专人管理。",
		"prefer.tasks": []string{"energy"}, "prefer.town": false, "prefer.key_labs": []string{}, "prefer.gap": false,
		"centre.rules_read": true, "pledge.declassified": true,
	}
	facts["directions"], facts["results"] = u.directions(), u.results()
	facts["units"], facts["staff"] = u.cobuilders(partners), u.roster(partners)
	facts["sites"], facts["equipment"], facts["rd"] = u.sites(partners), u.equipment(partners), u.spending(partners)
	return facts
}

func (u Unit) directions() []row {
	var rows []row
	for _, part := range []string{"原料制备", "成型工艺", "性能表征", "工程应用"} {
		rows = append(rows, row{"title": u.Field + part, "content": "研究" + u.Field + part + "的关键问题"})
	}
	return rows
}

func (u Unit) results() map[string]any {
	var rows []row
	for i, part := range []string{"表面处理方法", "温控系统", "成型工艺", "表征方法"} {
		role := "first"
		if i == 3 {
			role = "other"
		}
		rows = append(rows, row{"name": u.Field + part, "code": "CL-" + padded(int(u.seed)*10+i, 4), "role": role, "own_ip": true, "applied": i < 2})
	}
	return listOf(rows...)
}

// lent is how many people each partner lends to a centre.
const lent = 8

func (u Unit) cobuilders(partners []Unit) []row {
	one := func(x Unit, role string, staff int) row {
		return row{"unit": key(x.Code, x.Name), "role": role, "kind": x.Kind, "legal": true, "place": x.Place, "staff": staff, "conditions": true,
			"prior_results": true, "signed": true, "authority": over(x), "filed": true, "tech_centre": "none", "chain": false,
			"national_platform": false, "runs_platform": false, "selfcheck": false}
	}
	rows := []row{one(u, "first", u.spec.people)}
	for _, p := range partners {
		rows = append(rows, one(p, "other", lent))
	}
	return rows
}

// over is the authority over a unit, as it writes it.
func over(u Unit) string {
	switch u.Kind {
	case "enterprise":
		return "市科技局"
	case "university":
		return "省教育厅"
	}
	return "省科技厅"
}

// roster are the host's people and those whom the partners lend: not the first
// six, who belong to a platform.
func (u Unit) roster(partners []Unit) map[string]any {
	var rows []row
	add := func(x Unit, employer string, from, to int) {
		for n := from; n < to; n++ {
			p := x.person(n)
			rows = append(rows, row{"name": p.name, "person": key(p.number, p.name), "birth": p.birth.Format(time.DateOnly), "employer": employer, "elsewhere": []string{}})
		}
	}
	add(u, "first", 0, u.spec.people)
	for i, p := range partners {
		from := 6 + lent*(int(u.seed)%4*2+i)%(p.spec.people-6-lent)
		add(p, "other", from, from+lent)
	}
	return listOf(rows...)
}

func (u Unit) sites(partners []Unit) map[string]any {
	rows := []row{{"address": u.Name + "科研楼", "code": "CD-" + padded(int(u.seed)*10, 4), "role": "first", "area": strconv.Itoa(u.spec.area) + " 平方米", "fire": true}}
	for i, p := range partners {
		rows = append(rows, row{"address": p.Name + "实验楼", "code": "CD-" + padded(int(u.seed)*10+i+1, 4), "role": "other", "area": "400 平方米", "fire": true})
	}
	return listOf(rows...)
}

func (u Unit) equipment(partners []Unit) map[string]any {
	var rows []row
	for _, i := range u.Lists["instruments"] {
		rows = append(rows, row{"name": i["name"], "code": i["code"], "role": "first", "value": i["value"], "managed": true, "shared": true})
	}
	for i, p := range partners {
		rows = append(rows, row{"name": p.Field + "分析系统", "code": "HZ-" + padded(int(u.seed)*10+i, 4), "role": "other", "value": "200 万元", "managed": true, "shared": true})
	}
	return listOf(rows...)
}

func (u Unit) spending(partners []Unit) map[string]any {
	var rows []row
	for year := 2021; year <= 2023; year++ {
		rows = append(rows, row{"role": "first", "year": year, "amount": strconv.Itoa(yearly(u.spec.rd, year)) + " 万元"})
	}
	return listOf(append(rows, row{"role": "other", "year": 2023, "amount": strconv.Itoa(100*len(partners)) + " 万元"})...)
}
