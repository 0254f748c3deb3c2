package programme

import "shenbao/rule"

func rosterChecks() []*rule.Check {
	person := [][]string{{"person"}}
	return []*rule.Check{
		newCheck(rule.Check{
			Code: "roster.distinct", Name: "人员不重复", LabelEN: "staff of no other platform",
			Args: []rule.ArgKind{rule.ListArg, rule.SetArg}, Columns: person,
		}, func(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
			return newRoster(f, args[0].Fact, args[1].Param).ask(n)
		}),
		newCheck(rule.Check{
			Code: "roster.distinct_in_province", Name: "人员省内不重复", LabelEN: "staff of no other platform of the province",
			Args: []rule.ArgKind{rule.ListArg, rule.PlaceArg, rule.SetArg}, Columns: person,
		}, func(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
			q := newRoster(f, args[0].Fact, args[2].Param)
			q.scoped, q.place = true, f.Value(args[1].Fact)
			return q.ask(n)
		}),
		newCheck(rule.Check{
			Code: "roster.employed", Name: "人员属于单位", LabelEN: "staff employed by the units",
			Args: []rule.ArgKind{rule.ListArg, rule.ListArg}, Columns: [][]string{{"employer"}, {"unit"}},
		}, func(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
			return newEmployers(f, args[0].Fact, args[1].Fact).ask(n)
		}),
	}
}

// roster asks whether people of a list are fixed staff (固定人员) of platforms.
type roster struct {
	f            *rule.Facts
	list         *rule.Fact
	person, name *rule.Fact // columns; name may be nil
	kinds        []string
	reg          *rule.Register

	scoped bool // only platforms of the province of place count
	place  rule.Value
}

func newRoster(f *rule.Facts, list *rule.Fact, kinds *rule.Param) roster {
	return roster{f: f, list: list, person: column(list, "person"), name: column(list, "name"),
		kinds: kinds.Codes, reg: f.Registers["platform_staff"]}
}

func (q roster) ask(n *notes) (rule.Truth, rule.Reasons) {
	t, why := everyRow(q.f, q.list, func(i int) (rule.Truth, rule.Reasons) {
		t, why, _ := q.row(i)
		return t, why
	})
	if n != nil {
		q.explain(n)
		if why&(rule.NoRegister|rule.Open) != 0 {
			n.register("platform_staff", q.reg)
		}
	}
	return t, why
}

// row answers for one person; hit is the register's row that is or may be in
// the way, -1 if none.
func (q roster) row(i int) (t rule.Truth, why rule.Reasons, hit int) {
	code, why := stated(q.f.Cell(q.person, i))
	switch {
	case why != 0:
		return rule.Unknown, why, -1
	case q.reg == nil:
		return rule.Unknown, rule.NoRegister, -1
	}
	hit = -1
	for _, r := range q.reg.Find("person", code) {
		switch t, w := q.counts(r); {
		case t == rule.Met:
			return rule.Unmet, 0, r
		case t == rule.Unknown:
			why, hit = why|w, r
		}
	}
	for _, rows := range byPerson.perhaps(q.reg, q.shownName(i)) {
		for _, r := range rows {
			if t, _ := q.counts(r); t != rule.Unmet {
				why, hit = why|rule.Unverified, r
			}
		}
	}
	switch {
	case hit >= 0:
		return rule.Unknown, why, hit
	case !q.reg.Complete:
		return rule.Unknown, rule.Open, -1
	}
	return rule.Met, 0, -1
}

// counts says whether a row of the register is valid and of the kinds and
// place asked for.
func (q roster) counts(r int) (rule.Truth, rule.Reasons) {
	t := kindIn(q.reg.Rows[r]["kind"], q.kinds).And(q.reg.Valid(r, q.f.AsOf))
	why := rule.Unverified
	if q.scoped {
		in := rule.Unknown
		if w := reasonsOf(q.place.State); w != 0 {
			why = w
		} else {
			in = inProvince(placesOf(q.reg)[r], q.place.N)
		}
		t = t.And(in)
	}
	return t, why
}

// shownName is the name of the person in row i, "" when none is given.
func (q roster) shownName(i int) string {
	if q.name != nil {
		if name, why := stated(q.f.Cell(q.name, i)); why == 0 {
			return name
		}
		return ""
	}
	if v := q.f.Cell(q.person, i); v.State == rule.Known && v.Label != v.S {
		return v.Label
	}
	return ""
}

func (q roster) explain(n *notes) {
	rows, _ := rowsOf(q.f, q.list)
	for i := range rows {
		t, _, hit := q.row(i)
		switch {
		case t == rule.Unmet:
			n.Rows = append(n.Rows, i)
			n.say("第%d号%s是“%s”的固定人员", "No. %d%s is fixed staff of %s", i+1, brackets(q.shownName(i)), called(q.reg.Rows[hit]["platform"]))
		case hit >= 0:
			n.Unknown = append(n.Unknown, i)
			n.say("第%d号%s可能是“%s”的固定人员，需核对", "No. %d%s may be fixed staff of %s: to be checked",
				i+1, brackets(q.shownName(i)), called(q.reg.Rows[hit]["platform"]))
		case t == rule.Unknown && q.unread(i):
			n.Unknown = append(n.Unknown, i)
		}
	}
	if len(n.Unknown) > 0 && len(n.Rows) == 0 && len(n.Texts) == 0 {
		n.say("%d 人没有可查的证件号", "%d people without a number to look up", len(n.Unknown))
	}
}

// unread reports whether row i itself lacks what the check asks.
func (q roster) unread(i int) bool {
	_, why := stated(q.f.Cell(q.person, i))
	return why != 0
}

// brackets puts a name behind a number: （张三）.
func brackets(name string) both {
	if name == "" {
		return both{}
	}
	return both{"（" + name + "）", " (" + name + ")"}
}

// employers asks whether the employer of each person is one of the units.
type employers struct {
	f                    *rule.Facts
	staff, units         *rule.Fact
	employer, unit, name *rule.Fact
}

func newEmployers(f *rule.Facts, staff, units *rule.Fact) employers {
	return employers{f: f, staff: staff, units: units,
		employer: column(staff, "employer"), name: column(staff, "name"), unit: column(units, "unit")}
}

func (q employers) ask(n *notes) (rule.Truth, rule.Reasons) {
	if n != nil {
		q.explain(n)
	}
	return everyRow(q.f, q.staff, func(i int) (rule.Truth, rule.Reasons) { return q.row(i) })
}

func (q employers) row(i int) (rule.Truth, rule.Reasons) {
	v := q.f.Cell(q.employer, i)
	code, why := stated(v)
	if why != 0 {
		return rule.Unknown, why
	}
	n, more := rowsOf(q.f, q.units)
	for j := range n {
		u := q.f.Cell(q.unit, j)
		switch unit, why := stated(u); {
		case why != 0:
			more |= why
		case unit == code:
			return rule.Met, 0
		case u.Label == v.Label && u.Label != "":
			more |= rule.Unverified // the same name under another code
		}
	}
	if more != 0 {
		return rule.Unknown, more
	}
	return rule.Unmet, 0
}

func (q employers) explain(n *notes) {
	rows, _ := rowsOf(q.f, q.staff)
	for i := range rows {
		v := q.f.Cell(q.employer, i)
		switch t, why := q.row(i); {
		case t == rule.Unmet:
			n.Rows = append(n.Rows, i)
			n.say("第%d号%s的工作单位“%s”不在单位清单内", "No. %d%s is employed by %s, which is none of the units",
				i+1, brackets(q.personName(i)), unitName(v))
		case t == rule.Unknown:
			n.Unknown = append(n.Unknown, i)
			if v.State == rule.Known && why&rule.Unverified != 0 {
				n.say("第%d号%s的工作单位“%s”与清单中的单位同名而代码不同，需核对",
					"No. %d%s: %s bears the name of one of the units under another code: to be checked",
					i+1, brackets(q.personName(i)), unitName(v))
			}
		}
	}
}

func (q employers) personName(i int) string {
	if q.name == nil {
		return ""
	}
	name, _ := stated(q.f.Cell(q.name, i))
	return name
}

// unitName is the name of a unit, or its code when it has none.
func unitName(v rule.Value) string {
	if v.Label != "" {
		return v.Label
	}
	return v.S
}
