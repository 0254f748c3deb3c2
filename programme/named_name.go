package programme

import (
	"slices"
	"strings"

	"shenbao/internal/hanzi"
	"shenbao/rule"
	"shenbao/similar"
)

func nameChecks() []*rule.Check {
	text, units := rule.TextArg, [][]string{nil, {"unit"}}
	return []*rule.Check{
		newCheck(rule.Check{
			Code: "name.standard", Name: "名称用字规范", LabelEN: "the name in standard characters",
			Args: []rule.ArgKind{text},
		}, nameStandard),
		newCheck(rule.Check{
			Code: "name.not_field", Name: "名称非领域名", LabelEN: "the name is not that of a field",
			Args: []rule.ArgKind{text, rule.ChoiceArg},
		}, nameNotField),
		newCheck(rule.Check{
			Code: "name.no_enterprise", Name: "名称不含企业名", LabelEN: "no enterprise in the name",
			Args: []rule.ArgKind{text, rule.ListArg}, Columns: units,
		}, func(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
			return nameNoEnterprise(f, args, true, n)
		}),
		newCheck(rule.Check{
			Code: "name.no_full_enterprise", Name: "名称不含企业全称", LabelEN: "no enterprise's full name in the name",
			Args: []rule.ArgKind{text, rule.ListArg}, Columns: units,
		}, func(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
			return nameNoEnterprise(f, args, false, n)
		}),
		newCheck(rule.Check{
			Code: "name.distinct", Name: "名称不近似", LabelEN: "no name like it",
			Args: []rule.ArgKind{text},
		}, func(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
			return nameQuestion{f: f}.ask(f.Value(args[0].Fact), n)
		}),
		newCheck(rule.Check{
			Code: "name.distinct_in_province", Name: "名称省内不近似", LabelEN: "no such platform of the province with a name like it",
			Args: []rule.ArgKind{text, rule.PlaceArg, rule.SetArg},
		}, func(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
			q := nameQuestion{f: f, scoped: true, place: f.Value(args[1].Fact), kinds: args[2].Param.Codes}
			return q.ask(f.Value(args[0].Fact), n)
		}),
	}
}

// maxName is how many characters of a name are taken apart without allocating.
const maxName = 128

// nameStandard answers whether a name holds nothing but the characters of
// 通用规范汉字表.
func nameStandard(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
	name, why := stated(f.Value(args[0].Fact))
	if why != 0 {
		return rule.Unknown, why
	}
	if n != nil {
		n.characters(name)
	}
	for _, r := range name {
		if !hanzi.Standard(r) {
			return rule.Unmet, 0
		}
	}
	return rule.Met, 0
}

// nameNotField answers whether the core of a name is another than that of every
// option of a choice. The answer of the choice does not matter.
func nameNotField(f *rule.Facts, args []rule.Arg, n *notes) (rule.Truth, rule.Reasons) {
	name, why := stated(f.Value(args[0].Fact))
	if why != 0 {
		return rule.Unknown, why
	}
	var a, b, c, d [maxName]rune
	core := similar.Split(similar.Fold(a[:0], name)).Core
	if len(core) == 0 {
		return rule.Met, 0
	}
	plain := similar.Plain(b[:0], core)
	v := verdict{}
	for _, option := range args[1].Fact.Options {
		field := similar.Fold(c[:0], option.Name)
		switch {
		case slices.Equal(core, field):
			v.add(rule.Unmet, 0)
			if n != nil {
				n.say("名称去掉地域和类型后为“%s”，就是领域“%s”", "without place and type the name is %s, the field %s", string(core), option.Name)
			}
		case slices.Equal(plain, similar.Plain(d[:0], field)):
			v.add(rule.Unknown, rule.Unverified)
			if n != nil {
				n.say("名称去掉地域和类型后为“%s”，与领域“%s”仅通用词不同，需人工判断",
					"without place and type the name is %s; it differs from the field %s in general words only: a person decides", string(core), option.Name)
			}
		}
	}
	return v.answer()
}

// nameNoEnterprise answers whether a name holds none of the names of the
// enterprises among the units: not the full name, nor, when trade is set, the
// 字号. Universities and institutes are no enterprises.
func nameNoEnterprise(f *rule.Facts, args []rule.Arg, trade bool, n *notes) (rule.Truth, rule.Reasons) {
	name, why := stated(f.Value(args[0].Fact))
	if why != 0 {
		return rule.Unknown, why
	}
	var buf [maxName]rune
	list := args[1].Fact
	q := enterprise{f: f, column: column(list, "unit"), kind: column(list, "kind"), name: similar.Fold(buf[:0], name), trade: trade}
	q.core = similar.Split(q.name).Core
	return everyRow(f, list, func(i int) (rule.Truth, rule.Reasons) {
		t, why := q.row(i, n)
		if n != nil && t == rule.Unmet {
			n.Rows = append(n.Rows, i)
		}
		if n != nil && t == rule.Unknown {
			n.Unknown = append(n.Unknown, i)
		}
		return t, why
	})
}

// enterprise asks whether a name holds the name of a unit.
type enterprise struct {
	f            *rule.Facts
	column, kind *rule.Fact
	name, core   []rune
	trade        bool
}

func (q *enterprise) row(i int, n *notes) (rule.Truth, rule.Reasons) {
	is, why := q.is(i)
	if is == rule.Unmet {
		return rule.Met, 0
	}
	v := q.f.Cell(q.column, i)
	code, w := stated(v)
	if w == 0 && v.Label == code && isCreditCode(code) {
		w = rule.Missing // the code alone: the name is not known
	}
	if w != 0 {
		return rule.Unknown, w
	}
	var buf [maxName]rune
	unit := similar.Fold(buf[:0], unitName(v))
	found := q.find(unit, unitName(v), n)
	if found == rule.Met || is == rule.Met {
		return found, unverified(found)
	}
	if n != nil {
		n.say("“%s”是否企业不明", "whether %s is an enterprise is not known", unitName(v))
	}
	return rule.Unknown, why | unverified(found)
}

// find says whether the name is free of the unit's.
func (q *enterprise) find(unit []rune, label string, n *notes) rule.Truth {
	if len(unit) >= 2 && similar.Contains(q.name, unit) {
		if n != nil {
			n.say("名称含有“%s”的全称", "the name holds the full name of %s", label)
		}
		return rule.Unmet
	}
	e, ok := similar.TradeName(unit)
	if !ok || !q.trade {
		return rule.Met
	}
	switch piece, sure := e.FoundIn(q.core); {
	case len(piece) == 0:
		return rule.Met
	case sure:
		if n != nil {
			n.say("名称含有“%s”的字号“%s”", "the name holds the trade name of %s: %s", label, string(piece))
		}
		return rule.Unmet
	default:
		if n != nil {
			n.say("名称中的“%[2]s”可能取自“%[1]s”，需人工判断", "%[2]s in the name may be taken from %[1]s: a person decides", label, string(piece))
		}
		return rule.Unknown
	}
}

// is says whether the unit of row i is an enterprise. A list that does not tell
// kinds apart leaves it to the name.
func (q *enterprise) is(i int) (rule.Truth, rule.Reasons) {
	if q.kind == nil || q.kind.Kind != rule.ChoiceKind {
		return rule.Met, 0
	}
	v := q.f.Cell(q.kind, i)
	if why := reasonsOf(v.State); why != 0 {
		return rule.Unknown, why
	}
	return rule.Of(q.kind.Options[v.N].Code == "enterprise"), 0
}

func unverified(t rule.Truth) rule.Reasons {
	if t == rule.Unknown {
		return rule.Unverified
	}
	return 0
}

// isCreditCode reports whether a text is a code and no name: letters and digits.
func isCreditCode(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return len(s) == 18
}

// nameQuestion asks whether a register has a name like another.
type nameQuestion struct {
	f    *rule.Facts
	reg  *rule.Register // the one being asked
	live bool           // it holds applications under way: whose they are is not told

	scoped bool // only platforms of these kinds, in the province of place
	place  rule.Value
	kinds  []string
}

// LiveNames is the register of the names of applications under way, for those
// who keep them apart from the register names: its rows have the columns of that
// one. It needs to hold only names that score [NearFrom] or more, and counts as
// complete.
const LiveNames = "live_names"

// shownNear is how many near names are shown, and NearFrom from what score.
const (
	shownNear = 5
	NearFrom  = 500
)

// NamesOf is the index of the names of a register. It is made once and kept with
// the register.
func NamesOf(reg *rule.Register) *similar.Names {
	type key struct{}
	names, _ := reg.Keep(key{}, func(r *rule.Register) any {
		all := make([]string, len(r.Rows))
		for i, row := range r.Rows {
			all[i] = row["name"]
		}
		return similar.NewNames(all)
	}).(*similar.Names)
	return names
}

// ask answers unmet only for the same name; a name that is near is left to a
// person.
func (q nameQuestion) ask(v rule.Value, n *notes) (rule.Truth, rule.Reasons) {
	name, why := stated(v)
	if why != 0 {
		return rule.Unknown, why
	}
	out, live := verdict{}, q
	live.live, live.reg, q.reg = true, q.f.Registers[LiveNames], q.f.Registers["names"]
	if q.reg == nil {
		out.add(rule.Unknown, rule.NoRegister)
	} else {
		q.compare(name, n, &out)
		if !q.reg.Complete {
			out.add(rule.Unknown, rule.Open)
		}
	}
	if live.reg != nil {
		live.compare(name, n, &out)
	}
	if q.scoped && (q.reg != nil || live.reg != nil) {
		out.addState(q.place.State)
	}
	return n.answered("names", q.reg, out)
}

// compare asks one register.
func (q nameQuestion) compare(name string, n *notes, out *verdict) {
	var counted, possible [shownNear]similar.Match
	near := NamesOf(q.reg).Nearest(counted[:0], name, shownNear, func(row int) bool { return q.counts(row) == rule.Met })
	maybe := NamesOf(q.reg).Nearest(possible[:0], name, shownNear, func(row int) bool { return q.counts(row) == rule.Unknown })
	for _, m := range near {
		if m.Permille == 1000 {
			out.add(rule.Unmet, 0)
		} else if m.Permille >= similar.Near {
			out.add(rule.Unknown, rule.Unverified)
		}
	}
	if len(maybe) > 0 && maybe[0].Permille >= similar.Near {
		out.add(rule.Unknown, rule.Unverified)
	}
	switch {
	case n == nil:
	case q.live:
		q.hint(slices.Concat(near, maybe), n)
	default:
		q.show(name, near, both{}, n)
		q.show(name, maybe, both{"，是否有效、是否在范围内需核对", "; whether it counts is to be checked"}, n)
	}
}

// hint says that applications under way have such a name, and nothing of them:
// not even how near it is, from which the name could be guessed.
func (q nameQuestion) hint(matches []similar.Match, n *notes) {
	best := 0
	for _, m := range matches {
		best = max(best, m.Permille)
	}
	switch {
	case best == 1000:
		n.say("与另一份在办申报书重名", "the same as in another application under way")
	case best >= similar.Near:
		n.say("与另一份在办申报书的名称近似", "like the name in another application under way")
	}
}

// counts says whether a row of the register is to be compared.
func (q nameQuestion) counts(row int) rule.Truth {
	t := q.reg.Valid(row, q.f.AsOf)
	if !q.scoped {
		return t
	}
	in := rule.Unknown
	if q.place.State == rule.Known {
		in = inProvince(placesOf(q.reg)[row], q.place.N)
	}
	return t.And(in).And(kindIn(q.reg.Rows[row]["kind"], q.kinds))
}

// show lists the nearest names with their scores and reasons.
func (q nameQuestion) show(name string, matches []similar.Match, more both, n *notes) {
	for _, m := range matches {
		if m.Permille < NearFrom {
			break
		}
		other := q.reg.Rows[m.Row]["name"]
		var zh, en []string
		for _, r := range similar.Name(name, other).Reasons {
			zh, en = append(zh, r.Label("zh")), append(en, r.Label("en"))
		}
		why := both{strings.Join(zh, "、"), strings.Join(en, ", ")}
		switch {
		case m.Permille == 1000:
			n.say("与“%s”重名%s", "the same as %s%s", other, more)
		case m.Permille >= similar.Near:
			n.say("与“%s”近似（相似度 0.%03d：%s）%s", "like %s (0.%03d: %s)%s", other, m.Permille, why, more)
		default:
			n.say("较接近的有“%s”（相似度 0.%03d：%s）%s", "nearest is %s (0.%03d: %s)%s", other, m.Permille, why, more)
		}
	}
}
