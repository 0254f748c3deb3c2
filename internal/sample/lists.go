package sample

import (
	"fmt"
	"strconv"
	"time"
)

// lists are the rows of the unit's profile.
func (u Unit) lists() map[string][]map[string]string {
	return map[string][]map[string]string{
		"facts":       u.facts(),
		"finance":     u.finance(),
		"staff":       u.staff(),
		"instruments": u.instruments(),
		"premises":    u.premises(),
		"platforms":   u.platforms(),
		"honours":     u.honours(),
		"projects":    u.projects(),
		"awards":      u.awards(),
	}
}

// facts are the single facts, a column a row.
func (u Unit) facts() []map[string]string {
	legal := map[string]string{"enterprise": "enterprise", "hospital": "institution"}[u.Kind]
	if legal == "" {
		legal = "institution"
	}
	founded := day(1998+int(u.seed)%15, time.Month(1+u.seed%12), 1+int(u.seed*7)%28)
	facts := []map[string]string{
		{"legal_person": "是"}, {"legal_kind": legal}, {"founded": founded.Format(time.DateOnly)}, {"representative": u.name(900)}, {"line": u.line()},
		{"field": u.Field}, {"staff_total": strconv.Itoa(u.spec.people * 6)}, {"rd_staff": strconv.Itoa(u.spec.people * 3 / 2)},
		{"summary": fmt.Sprintf("%s从事%s的研究和应用，科研人员%d人，在省内同行中居前。", u.Name, u.Field, u.spec.people)},
		{"complete_staff": "是"}, {"complete_instruments": "是"}, {"complete_premises": "是"}, {"complete_platforms": "是"},
	}
	if u.Kind == "enterprise" {
		facts = append(facts, map[string]string{"capital": strconv.Itoa(3000 + int(u.seed)*100)},
			map[string]string{"above_scale": yes(u.Lacks != "host.enterprise")}, map[string]string{"key_service": "否"})
	}
	return facts
}

// line is whom the unit reports to: institutions to their department.
func (u Unit) line() string {
	if u.Kind == "enterprise" {
		return "district"
	}
	return "direct"
}

func yes(b bool) string {
	if b {
		return "是"
	}
	return "否"
}

// yearly is a figure of a year: it grew by an eighth each year up to 2023.
func yearly(of2023, year int) int {
	for ; year < 2023; year++ {
		of2023 = of2023 * 8 / 9
	}
	return of2023
}

func (u Unit) finance() []map[string]string {
	var rows []map[string]string
	for year := 2019; year <= 2023; year++ {
		row := map[string]string{"year": strconv.Itoa(year), "rd_expense": strconv.Itoa(yearly(u.spec.rd, year)),
			"assets": strconv.Itoa(yearly(u.spec.rd*20, year)), "liabilities": strconv.Itoa(yearly(u.spec.rd*8, year))}
		if u.spec.income > 0 {
			income := yearly(u.spec.income, year)
			row["main_income"], row["total_income"] = strconv.Itoa(income), strconv.Itoa(income*104/100)
			row["net_profit"] = strconv.Itoa(income/14 - 300)
		}
		rows = append(rows, row)
	}
	return rows
}

func (u Unit) staff() []map[string]string {
	var rows []map[string]string
	r := u.dice(1)
	for n := range u.spec.people {
		p := u.person(n)
		row := map[string]string{"name": p.name, "person": p.number, "employer": u.Name, "employer_code": u.Code, "fulltime": "是", "post": "research",
			"degree": []string{"doctor", "master", "bachelor"}[r.IntN(3)], "rank": []string{"senior", "vice_senior", "middle", "junior"}[r.IntN(4)],
			"since": day(2012+r.IntN(11), time.Month(1+r.IntN(12)), 1).Format(time.DateOnly)}
		switch n {
		case u.spec.people - 2:
			row["post"] = "support"
		case u.spec.people - 1:
			row["post"] = "management"
		}
		rows = append(rows, row)
	}
	return rows
}

// tools are what laboratories have.
var tools = []string{"透射电子显微镜", "万能试验机", "环境试验箱", "激光干涉仪", "高速摄像系统", "频谱分析仪", "三坐标测量机", "质谱仪", "数控加工中心", "伺服试验台"}

// instruments add up to the unit's equipment exactly.
func (u Unit) instruments() []map[string]string {
	var rows []map[string]string
	left := u.spec.equipment
	for n := range len(tools) {
		value := left
		if n < len(tools)-1 {
			value = u.spec.equipment / len(tools) * (14 - n) / 10
		}
		left -= value
		rows = append(rows, map[string]string{"name": tools[n], "code": fmt.Sprintf("ZC-%02d-%02d", u.seed+1, n+1), "model": fmt.Sprintf("M%d", 100+n),
			"serial": fmt.Sprintf("%06d", 1000*int(u.seed)+n), "value": strconv.Itoa(value) + "万元", "bought": day(2015+n%8, time.Month(1+n), 10).Format(time.DateOnly),
			"room": fmt.Sprintf("科研楼%d室", 101+n), "shared": "是", "sharing_id": fmt.Sprintf("GX%04d", int(u.seed)*20+n)})
	}
	return rows
}

func (u Unit) premises() []map[string]string {
	return []map[string]string{
		{"address": u.Name + "科研楼", "area": strconv.Itoa(u.spec.area * 2 / 3), "use": "research", "tenure": "owned", "certificate": fmt.Sprintf("不动产权第%05d号", 20000+u.seed)},
		{"address": u.Name + "中试楼", "area": strconv.Itoa(u.spec.area - u.spec.area*2/3), "use": "research", "tenure": "leased", "until": "2030-12-31", "certificate": fmt.Sprintf("租字%04d号", 100+u.seed)},
		{"address": u.Name + "综合楼", "area": strconv.Itoa(u.spec.area * 3), "use": "production", "tenure": "owned"},
	}
}

// platforms are those that the unit runs; who applies runs none that counts.
func (u Unit) platforms() []map[string]string {
	kind, level := "prov_key_lab", "provincial"
	switch {
	case u.Call != "" && u.seed%3 > 0:
		return nil
	case u.Kind == "enterprise":
		kind = "enterprise_tech_prov"
	case u.Kind == "hospital":
		kind = "prov_clinical"
	}
	return []map[string]string{{"name": u.platform(), "kind": kind, "level": level, "field": u.Field, "approved": day(2014+int(u.seed)%8, 5, 20).Format(time.DateOnly), "status": "running"}}
}

func (u Unit) platform() string {
	province := "山东省"
	if u.Place[:2] == "14" {
		province = "山西省"
	}
	what := map[string]string{"enterprise": "企业技术中心", "hospital": "临床医学研究中心"}[u.Kind]
	if what == "" {
		what = "重点实验室"
	}
	if u.Kind == "enterprise" {
		return u.Name + what
	}
	return fmt.Sprintf("%s%s%s（%s）", province, u.Field, what, u.Name)
}

func (u Unit) honours() []map[string]string {
	if u.Kind != "enterprise" {
		return []map[string]string{{"name": "泰山学者", "title": "taishan_scholar", "holder": u.person(0).name, "level": "provincial", "granted": "2020-12-01"}}
	}
	return []map[string]string{
		{"name": "专精特新中小企业", "title": "other", "level": "provincial", "granted": "2022-06-30", "until": "2025-06-29", "number": fmt.Sprintf("ZJ%04d", u.seed+1)},
		{"name": "瞪羚企业", "title": "other", "level": "provincial", "granted": "2021-11-15"},
	}
}

func (u Unit) projects() []map[string]string {
	return []map[string]string{
		{"name": u.Field + "关键技术", "number": fmt.Sprintf("2021ZD%04d", u.seed+1), "programme": "省重点研发计划", "level": "provincial", "leads": "是", "leader": u.person(0).name, "grant": "280", "year": "2021", "due": "2024-12-31"},
		{"name": u.Field + "应用示范", "number": fmt.Sprintf("2022CX%04d", u.seed+1), "programme": "市科技计划", "level": "city", "leads": "否", "leader": u.person(1).name, "grant": "60", "year": "2022", "due": "2025-06-30"},
	}
}

func (u Unit) awards() []map[string]string {
	return []map[string]string{{"name": u.Field + "系统及应用", "award": "省科学技术进步奖二等奖", "level": "provincial", "first": "是", "holder": u.person(0).name + "、" + u.person(1).name, "year": "2021"}}
}
