package bench

import (
	"testing"

	"shenbao/rule"
)

// centre is an application to shandong-tic-2024 as a Go programmer would hold
// it who needs no unknown, no explanation and no other programme. Money is in
// 分, areas in 0.01 平方米, shares in 0.01 %, options are their place in the form.
type centre struct {
	direction                                   int64
	hostPlace, hostKind                         int64
	legalPerson, leading, sharing, pilot, plant bool
	rd, income                                  [6]int64 // 2019 to 2024
	teams                                       uint64
	manager                                     int64 // length of the name
	area, equipment                             int64
	own                                         [4]int64
	born                                        int64 // 20241202
	fullTime, inHost                            bool
	planLength, profile, research, remark       int64
	staff                                       []member
	units                                       []partner
	projects                                    []project
	awards                                      []award
	titles                                      []title
	platforms                                   []platform
}

type (
	member  struct{ fullTime, research bool }
	partner struct {
		role, kind, place int64
		firstClass, prior bool
	}
	project struct {
		programme, grant, year int64
		leads                  bool
	}
	award struct {
		kind, year int64
		first      bool
	}
	title struct {
		title, class, year int64
		equal              bool
	}
	platform struct {
		kind int64
		same bool
	}
)

// byHand is each rule as a Go function.
var byHand = map[string]func(c *centre) bool{
	"partner.outside": func(c *centre) bool {
		for _, u := range c.units {
			if u.role == 1 && u.place/10000 != 37 && (u.kind == 1 && u.firstClass || u.kind == 2) {
				return true
			}
		}
		return false
	},
	"direction.listed":  func(c *centre) bool { return c.direction <= 10 },
	"host.place":        func(c *centre) bool { return c.hostPlace == 370114 },
	"host.legal_person": func(c *centre) bool { return c.legalPerson },
	"host.kind":         func(c *centre) bool { return c.hostKind == 0 },
	"host.rd_total":     func(c *centre) bool { return c.rd[2]+c.rd[3]+c.rd[4] >= 3000*1_000_000 },
	"host.rd_ratio": func(c *centre) bool {
		income := c.income[2] + c.income[3] + c.income[4]
		return income > 0 && (c.rd[2]+c.rd[3]+c.rd[4])*100 >= income*3
	},
	"team.kinds": func(c *centre) bool { return c.teams&15 == 15 },
	"staff.count": func(c *centre) bool {
		n := 0
		for _, m := range c.staff {
			if m.fullTime && m.research {
				n++
			}
		}
		return n >= 50
	},
	"manager.named":  func(c *centre) bool { return c.manager > 0 },
	"site.area":      func(c *centre) bool { return c.area >= 3000*100 },
	"site.equipment": func(c *centre) bool { return c.equipment >= 2000*1_000_000 },
	"site.sharing":   func(c *centre) bool { return c.sharing },
	"site.base":      func(c *centre) bool { return c.pilot || c.plant },
	"joint.preferred": func(c *centre) bool {
		for _, u := range c.units {
			if c.leading && u.role == 1 && u.kind >= 1 && u.kind <= 3 {
				return true
			}
		}
		return false
	},
	"joint.prior": func(c *centre) bool {
		for _, u := range c.units {
			if u.role != 0 && !u.prior {
				return false
			}
		}
		return true
	},
	"joint.count": func(c *centre) bool { return len(c.units) <= 3 },
	"joint.own_share": func(c *centre) bool {
		for _, u := range c.units {
			if u.role == 1 {
				return c.own[0] >= 6000 && c.own[1] >= 6000 && c.own[2] >= 6000 && c.own[3] >= 6000
			}
		}
		return true
	},
	"director.fulltime":   func(c *centre) bool { return c.fullTime },
	"director.in_host":    func(c *centre) bool { return c.inHost && c.hostPlace/10000 == 37 },
	"director.age":        func(c *centre) bool { return c.born > 19631202 },
	"director.young":      func(c *centre) bool { return c.born > 19781202 },
	"director.record":     (*centre).record,
	"director.nsfc":       (*centre).nsfc,
	"director.national":   (*centre).national,
	"director.provincial": (*centre).provincial,
	"director.award":      (*centre).award,
	"director.title":      (*centre).title,
	"host.platform_free": func(c *centre) bool {
		for _, p := range c.platforms {
			if p.same && (p.kind <= 8 || p.kind == 10 || p.kind == 12) {
				return false
			}
		}
		return true
	},
	"plan.summary_length": func(c *centre) bool { return c.planLength >= 2250 && c.planLength <= 2750 },
	"summary.lengths":     func(c *centre) bool { return c.profile <= 300 && c.research <= 300 && c.remark <= 200 },
}

func (c *centre) record() bool {
	return c.nsfc() || c.national() || c.provincial() || c.award() || c.title()
}

func (c *centre) nsfc() bool {
	for _, p := range c.projects {
		if p.leads && p.year >= 2020 && p.year <= 2024 && (p.programme == 0 || p.programme == 1 && p.grant >= 300*1_000_000) {
			return true
		}
	}
	return false
}

func (c *centre) national() bool {
	for _, p := range c.projects {
		if p.leads && p.year >= 2020 && p.year <= 2024 && (p.programme == 2 || p.programme == 3) && p.grant >= 200*1_000_000 {
			return true
		}
	}
	return false
}

func (c *centre) provincial() bool {
	for _, p := range c.projects {
		if p.leads && p.year >= 2020 && p.year <= 2024 && (p.programme == 4 || p.programme == 5) {
			return true
		}
	}
	return false
}

func (c *centre) award() bool {
	for _, a := range c.awards {
		if a.first && a.year >= 2019 && a.year <= 2023 && a.kind <= 2 {
			return true
		}
	}
	return false
}

func (c *centre) title() bool {
	for _, t := range c.titles {
		old := t.year >= 2000 && t.year <= 2020 && t.class <= 2
		recent := t.year >= 2021 && t.year <= 2024 && t.class == 3
		if t.title <= 4 || t.title == 6 && (old || recent) || t.title == 8 && t.equal {
			return true
		}
	}
	return false
}

// newCentre reads facts that are all known.
func newCentre(f *rule.Facts) *centre {
	n := func(code string) int64 { return f.Value(f.Schema.Fact(code)).N }
	yes := func(code string) bool { return n(code) != 0 }
	born := calendar(n("director.birth"))
	c := &centre{direction: n("direction"), hostPlace: n("host.place"), hostKind: n("host.kind"),
		legalPerson: yes("host.legal_person"), leading: yes("host.leading"), sharing: yes("sharing_member"),
		pilot: yes("pilot_base"), plant: yes("industrial_base"), teams: f.Value(f.Schema.Fact("teams")).Set,
		manager: n("manager.name"), area: n("lab_area"), equipment: n("equipment_value"),
		own:  [4]int64{n("own.conditions"), n("own.staff"), n("own.projects"), n("own.results")},
		born: born, fullTime: yes("director.fulltime"), inHost: yes("director.in_host"),
		planLength: n("plan.summary"), profile: n("summary.profile"), research: n("summary.research"), remark: n("summary.remark")}
	for i := range c.rd {
		c.rd[i] = f.YearValue(f.Schema.Fact("rd_expense"), 2019+i).N
		c.income[i] = f.YearValue(f.Schema.Fact("main_income"), 2019+i).N
	}
	c.lists(f)
	return c
}

// lists reads the rows.
func (c *centre) lists(f *rule.Facts) {
	each := func(list string, fn func(cell func(column string) int64)) {
		l := f.Schema.Fact(list)
		for i := range f.Rows(l).N {
			fn(func(column string) int64 { return f.Cell(f.Schema.Fact(list+"."+column), i).N })
		}
	}
	each("staff", func(cell func(string) int64) {
		c.staff = append(c.staff, member{cell("fulltime") != 0, cell("post") == 0})
	})
	each("units", func(cell func(string) int64) {
		c.units = append(c.units, partner{cell("role"), cell("kind"), cell("place"), cell("first_class") != 0, cell("prior") != 0})
	})
	each("projects", func(cell func(string) int64) {
		c.projects = append(c.projects, project{cell("programme"), cell("grant"), cell("year"), cell("leads") != 0})
	})
	each("awards", func(cell func(string) int64) {
		c.awards = append(c.awards, award{cell("award"), cell("year"), cell("first") != 0})
	})
	each("titles", func(cell func(string) int64) {
		c.titles = append(c.titles, title{cell("title"), cell("class"), cell("year"), cell("equal") != 0})
	})
	each("platforms", func(cell func(string) int64) {
		c.platforms = append(c.platforms, platform{cell("kind"), cell("same_direction") != 0})
	})
}

// hand is all rules of a package by hand: a function each, and for a named
// check the check itself.
type hand []func(c *centre, f *rule.Facts) bool

func newHand(tb testing.TB, rules []rule.Rule) hand {
	var out hand
	for _, r := range rules {
		if call, ok := r.Node.(*rule.Call); ok {
			out = append(out, func(_ *centre, f *rule.Facts) bool {
				t, _ := call.Check.Run(f, call.Args)
				return t == rule.Met
			})
			continue
		}
		fn := byHand[r.ID]
		if fn == nil {
			tb.Fatalf("rule %s of %s has no function in byHand: write one, so that all sides answer the same rules", r.ID, packageID)
		}
		out = append(out, func(c *centre, _ *rule.Facts) bool { return fn(c) })
	}
	return out
}

// eval answers every rule.
func (h hand) eval(c *centre, f *rule.Facts, out []bool) {
	for i, fn := range h {
		out[i] = fn(c, f)
	}
}
