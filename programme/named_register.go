package programme

import (
	"slices"
	"time"

	"shenbao/rule"
	"shenbao/similar"
)

func registerChecks() []*rule.Check {
	return []*rule.Check{
		newCheck(rule.Check{
			Code: "platform.field_free", Name: "平台未占用", LabelEN: "no platform of the city in the same field",
			Args: []rule.ArgKind{rule.PlaceArg, rule.ChoiceArg, rule.SetArg},
		}, fieldFree),
		newCheck(rule.Check{
			Code: "platform.none_of", Name: "单位无此类平台", LabelEN: "the unit runs no such platform",
			Args: []rule.ArgKind{rule.UnitArg, rule.SetArg},
		}, platformNoneOf),
		newCheck(rule.Check{
			Code: "resource.unused", Name: "资源不重复", LabelEN: "resources in no other application",
			Args: []rule.ArgKind{rule.ListArg}, Columns: [][]string{{"person|code"}},
		}, resourceUnused),
		newCheck(rule.Check{
			Code: "application.once", Name: "同年仅申报一次", LabelEN: "one application a year",
			Args: []rule.ArgKind{rule.UnitArg},
		}, applicationOnce),
		newCheck(rule.Check{
			Code: "register.holds", Name: "名录包含", LabelEN: "the register holds the unit",
			Args: []rule.ArgKind{rule.StringArg, rule.UnitArg},
		}, registerHolds),
	}
}

// placedField is one row of the register of platforms, ready to be compared.
type placedField struct {
	row   int
	place int64  // 0 when none can be read
	field []rune // folded
}

// fieldIndex finds the platforms of a city; those whose city is not known
// stand under 0.
type fieldIndex map[int64][]placedField

func fieldIndexOf(reg *rule.Register) fieldIndex {
	type key struct{}
	index, _ := reg.Keep(key{}, func(r *rule.Register) any {
		index, places := fieldIndex{}, placesOf(r)
		for i, row := range r.Rows {
			p := placedField{i, places[i], similar.Fold(nil, row["field"])}
			city, ok := cityOf(p.place)
			if p.place == 0 || !ok {
				city = 0
			}
			index[city] = append(index[city], p)
		}
		return index
	}).(fieldIndex)
	return index
}

// fieldQuestion asks whether a platform of the same city has the same field (领域方向).
type fieldQuestion struct {
	f      *rule.Facts
	place  rule.Value
	choice rule.Value
	fact   *rule.Fact
	kinds  []string
	reg    *rule.Register
}

// fieldFree answers whether the city has no platform of the kinds in the field.
func fieldFree(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
	q := fieldQuestion{f: f, place: f.Value(args[0].Fact), choice: f.Value(args[1].Fact), fact: args[1].Fact,
		kinds: args[2].Param.Codes, reg: f.Registers["platforms"]}
	city, known := cityOf(q.place.N)
	v := verdict{}
	v.addState(q.place.State)
	v.addState(q.choice.State)
	switch {
	case v.unknown:
		return v.answer()
	case !known: // a province says nothing of the city
		return rule.Unknown, rule.Missing
	case q.reg == nil:
		v.add(rule.Unknown, rule.NoRegister)
	default:
		q.cities(city, n, &v)
		if !q.reg.Complete {
			v.add(rule.Unknown, rule.Open)
		}
	}
	return n.answered("platforms", q.reg, v)
}

// cities looks at the platforms of the city and at those that may be there.
func (q fieldQuestion) cities(city int64, n *notes, v *verdict) {
	option := q.fact.Options[q.choice.N]
	var a, b [64]rune
	code, name := similar.Fold(a[:0], option.Code), similar.Fold(b[:0], option.Name)
	index := fieldIndexOf(q.reg)
	for _, at := range [...]int64{city, 0} {
		for _, p := range index[at] {
			t := kindIn(q.reg.Rows[p.row]["kind"], q.kinds).And(q.reg.Valid(p.row, q.f.AsOf)).And(sameField(p.field, code, name))
			if at == 0 {
				t = t.And(mayBeIn(p.place, q.place.N))
			}
			if t == rule.Unmet {
				continue
			}
			v.add(t.Not(), rule.Unverified)
			if n != nil {
				q.say(n, q.reg.Rows[p.row], t)
			}
		}
	}
}

func (q fieldQuestion) say(n *notes, row map[string]string, t rule.Truth) {
	if t == rule.Met {
		n.say("同市已有“%s”，领域方向为“%s”", "the city has %s in the field %s", called(row["name"]), called(row["field"]))
		return
	}
	n.say("“%s”的领域方向“%s”是否相同，需核对", "whether %s is in the same field (%s) is to be checked", called(row["name"]), called(row["field"]))
}

// sameField says whether a register's field is the option. A field that holds
// the option's name, or lies in it, may be.
func sameField(field, code, name []rune) rule.Truth {
	switch {
	case len(field) == 0:
		return rule.Unknown
	case slices.Equal(field, code), slices.Equal(field, name):
		return rule.Met
	case similar.Contains(field, name), len(field) >= 2 && similar.Contains(name, field):
		return rule.Unknown
	}
	return rule.Unmet
}

// mayBeIn says whether a platform without a city may lie in the city of place.
func mayBeIn(platform, place int64) rule.Truth {
	if inProvince(platform, place) == rule.Unmet {
		return rule.Unmet
	}
	return rule.Unknown
}

// platformNoneOf answers whether a unit runs no platform of the kinds.
func platformNoneOf(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
	reg, unit := f.Registers["platforms"], f.Value(args[0].Fact)
	code, why := stated(unit)
	v := verdict{unknown: why != 0, why: why}
	if why == 0 && reg == nil {
		v.add(rule.Unknown, rule.NoRegister)
	}
	if why == 0 && reg != nil {
		for _, r := range reg.Find("unit_code", code) {
			t := kindIn(reg.Rows[r]["kind"], args[1].Param.Codes).And(reg.Valid(r, f.AsOf))
			n.platform(reg.Rows[r], t)
			v.add(t.Not(), rule.Unverified)
		}
		for _, rows := range byUnit.perhaps(reg, unitKnownAs(unit)) {
			for _, r := range rows {
				t := kindIn(reg.Rows[r]["kind"], args[1].Param.Codes).And(reg.Valid(r, f.AsOf)).And(rule.Unknown)
				n.platform(reg.Rows[r], t)
				v.add(t.Not(), rule.Unverified)
			}
		}
		if !reg.Complete {
			v.add(rule.Unknown, rule.Open)
		}
	}
	return n.answered("platforms", reg, v)
}

func (n *notes) platform(row map[string]string, t rule.Truth) {
	switch {
	case n == nil || t == rule.Unmet:
	case t == rule.Met:
		n.say("该单位建有“%s”", "the unit runs %s", called(row["name"]))
	default:
		n.say("“%s”是否属于该单位、该类别，需核对", "whether %s is the unit's and of the kinds is to be checked", called(row["name"]))
	}
}

// resources asks whether the rows of a list are used in another application
// under way. People are looked up by their number, other resources by their
// code.
type resources struct {
	f            *rule.Facts
	list         *rule.Fact
	column, name *rule.Fact
	reg          *rule.Register
}

func resourceUnused(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
	list := args[0].Fact
	q := resources{f: f, list: list, column: column(list, "person"), name: column(list, "name"), reg: f.Registers["applications"]}
	if q.column == nil {
		q.column = column(list, "code")
	}
	t, why := everyRow(f, list, func(i int) (rule.Truth, rule.Reasons) {
		t, why, _ := q.row(i)
		return t, why
	})
	if n != nil {
		q.explain(n)
		if why&(rule.NoRegister|rule.Open) != 0 {
			n.register("applications", q.reg)
		}
	}
	return t, why
}

// row answers for one row; hit is the register's row that uses it too.
func (q resources) row(i int) (t rule.Truth, why rule.Reasons, hit int) {
	key, why := stated(q.f.Cell(q.column, i))
	switch {
	case why != 0:
		return rule.Unknown, why, -1
	case q.reg == nil:
		return rule.Unknown, rule.NoRegister, -1
	}
	hit = -1
	for _, r := range q.reg.Find(q.column.Code, key) {
		if kind := q.reg.Rows[r]["resource"]; q.column.Code == "code" && (kind == "person" || kind == "platform") {
			continue
		}
		switch q.reg.Valid(r, q.f.AsOf) {
		case rule.Met:
			return rule.Unmet, 0, r
		case rule.Unknown:
			why, hit = rule.Unverified, r
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

func (q resources) explain(n *notes) {
	rows, _ := rowsOf(q.f, q.list)
	for i := range rows {
		t, _, hit := q.row(i)
		switch {
		case t == rule.Unmet:
			n.Rows = append(n.Rows, i)
			n.say("第%d号%s已用于%s", "No. %d%s is used in %s", i+1, brackets(q.shown(i)), application(q.reg.Rows[hit]))
		case hit >= 0:
			n.Unknown = append(n.Unknown, i)
			n.say("第%d号%s可能已用于%s，需核对", "No. %d%s may be used in %s: to be checked",
				i+1, brackets(q.shown(i)), application(q.reg.Rows[hit]))
		default:
			if _, why := stated(q.f.Cell(q.column, i)); why != 0 {
				n.Unknown = append(n.Unknown, i)
			}
		}
	}
	if len(n.Unknown) > 0 && len(n.Texts) == 0 {
		n.say("%d 行没有可查的编码", "%d rows without a code to look up", len(n.Unknown))
	}
}

// shown is the name of row i's resource.
func (q resources) shown(i int) string {
	if q.name == nil {
		return ""
	}
	name, _ := stated(q.f.Cell(q.name, i))
	return name
}

// applicationOnce answers whether the unit has no other application of the
// year in which it is judged. Of the register's rows those of the resource
// platform stand for an application itself.
func applicationOnce(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
	reg := f.Registers["applications"]
	code, why := stated(f.Value(args[0].Fact))
	v := verdict{unknown: why != 0, why: why}
	switch {
	case why != 0:
	case reg == nil:
		v.add(rule.Unknown, rule.NoRegister)
	default:
		for _, r := range ownersOf(reg)[code] {
			n.application(reg.Rows[r], inYear(reg.Rows[r]["year"], f.AsOf), &v)
		}
		for _, r := range ownersOf(reg)[""] {
			n.application(reg.Rows[r], inYear(reg.Rows[r]["year"], f.AsOf).And(rule.Unknown), &v)
		}
		if !reg.Complete {
			v.add(rule.Unknown, rule.Open)
		}
	}
	return n.answered("applications", reg, v)
}

// ownersOf finds the applications of a unit; those of none that is stated stand
// under "".
func ownersOf(reg *rule.Register) map[string][]int {
	type key struct{}
	owners, _ := reg.Keep(key{}, func(r *rule.Register) any {
		owners := map[string][]int{}
		for i, row := range r.Rows {
			if row["resource"] == "platform" {
				owners[row["unit_code"]] = append(owners[row["unit_code"]], i)
			}
		}
		return owners
	}).(map[string][]int)
	return owners
}

// application counts another application of the unit against it.
func (n *notes) application(row map[string]string, t rule.Truth, v *verdict) {
	v.add(t.Not(), rule.Unverified)
	switch {
	case n == nil || t == rule.Unmet:
	case t == rule.Met:
		n.say("该单位本年度已有%s", "the unit has %s this year", application(row))
	default:
		n.say("%s：是否属于该单位、本年度，需核对", "whether %s is the unit's and of this year is to be checked", application(row))
	}
}

// application is what a row of the applications under way is called. A row that
// does not name its application is one that the reader may not know.
func application(row map[string]string) both {
	id := row["application"]
	if id == "" {
		return both{"另一份在办申报书", "another application under way"}
	}
	return both{"申报书 " + inQuotes.Replace(id), "application " + id}
}

// inYear says whether a cell is the calendar year of a day.
func inYear(cell string, day int64) rule.Truth {
	year, ok := yearOf(cell)
	if !ok {
		return rule.Unknown
	}
	return rule.Of(year == time.Unix(day*86400, 0).UTC().Year())
}

func yearOf(cell string) (int, bool) {
	if len(cell) != 4 {
		return 0, false
	}
	year := 0
	for i := range len(cell) {
		if cell[i] < '0' || cell[i] > '9' {
			return 0, false
		}
		year = year*10 + int(cell[i]-'0')
	}
	return year, true
}

// registerHolds answers whether a register holds the unit on the day. A row
// that names a year counts in that year; one with a column done only when that
// says yes.
func registerHolds(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
	id := args[0].Str
	reg, unit := f.Registers[id], f.Value(args[1].Fact)
	code, why := stated(unit)
	switch {
	case why != 0:
		return rule.Unknown, why
	case reg == nil:
		if n != nil {
			n.register(id, reg)
		}
		return rule.Unknown, rule.NoRegister
	}
	held := rule.Unmet
	for _, r := range reg.Find("unit_code", code) {
		held = held.Or(standing(reg, r, f.AsOf))
	}
	for _, rows := range byUnit.perhaps(reg, unitKnownAs(unit)) {
		for _, r := range rows {
			held = held.Or(standing(reg, r, f.AsOf).And(rule.Unknown))
		}
	}
	switch {
	case held == rule.Met:
		return rule.Met, 0
	case held == rule.Unknown:
		why = rule.Unverified
		if n != nil {
			n.say("名录“%s”中有一条记录是否有效、是否属于该单位，需核对", "whether a row of the %s counts and is the unit's is to be checked", registerName(id))
		}
	case reg.Complete:
		if n != nil {
			n.say("名录“%s”中没有该单位当日有效的记录", "the %s has no row of the unit that counts on the day", registerName(id))
		}
		return rule.Unmet, 0
	}
	if !reg.Complete {
		why |= rule.Open
		if n != nil {
			n.register(id, reg)
		}
	}
	return rule.Unknown, why
}

// standing says whether row r of a register counts on a day.
func standing(reg *rule.Register, r int, day int64) rule.Truth {
	row := reg.Rows[r]
	t := reg.Valid(r, day)
	if year, ok := row["year"]; ok {
		t = t.And(inYear(year, day))
	}
	if done, ok := row["done"]; ok {
		t = t.And(yes(done))
	}
	return t
}

func yes(cell string) rule.Truth {
	switch cell {
	case "true", "是", "yes", "1":
		return rule.Met
	case "false", "否", "no", "0":
		return rule.Unmet
	}
	return rule.Unknown
}
