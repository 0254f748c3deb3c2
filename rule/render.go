package rule

import (
	"fmt"
	"math"
	"math/big"
	"strings"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

// A View is a finding in words, in one language. Its JSON form is stable.
type View struct {
	Clause   string     `json:"clause"`
	Clauses  []string   `json:"clauses"`
	Rule     string     `json:"rule"`
	Label    string     `json:"label"`
	Verdict  string     `json:"verdict"`
	Modality Modality   `json:"modality"`
	Effect   Effect     `json:"effect"`
	Route    string     `json:"route,omitempty"`
	Applies  bool       `json:"applies"`
	Required string     `json:"required"`
	Actual   string     `json:"actual"`
	Gap      string     `json:"gap"`
	Facts    []string   `json:"facts"`
	Evidence []string   `json:"evidence"`
	Reasons  []string   `json:"reasons"`
	Leaves   []LeafView `json:"leaves"`
}

// A LeafView is one comparison in words. The numbers beside the words are in
// base units of Unit's dimension (分, basis points, days …).
type LeafView struct {
	Label     string   `json:"label"`
	Verdict   string   `json:"verdict"`
	Negated   bool     `json:"negated,omitempty"`
	Live      bool     `json:"live"`
	Decisive  bool     `json:"decisive,omitempty"`
	Required  string   `json:"required"`
	Actual    string   `json:"actual"`
	Gap       string   `json:"gap"`
	Unit      string   `json:"unit,omitempty"`
	RequiredN *int64   `json:"required_n,omitempty"`
	ActualN   *int64   `json:"actual_n,omitempty"`
	GapN      *int64   `json:"gap_n,omitempty"`
	Reasons   []string `json:"reasons"`
	Facts     []string `json:"facts"`
	Items     []int    `json:"items,omitempty"`   // rows at fault, from 1
	Unknown   []int    `json:"unknown,omitempty"` // rows not known, from 1
	Notes     []string `json:"notes,omitempty"`
}

// renderer makes words of records, in one language, with the facts at hand.
type renderer struct {
	f    *Facts
	lang string
}

func (r renderer) t(key string, args ...any) string { return locale.Text(r.lang, "rule."+key, args...) }

// Render puts a finding into words; f are the facts it was made from.
func (fd *Finding) Render(f *Facts, lang string) View {
	r := renderer{f, lang}
	v := View{Rule: fd.Rule.ID, Clauses: notNil(fd.Rule.Clauses), Label: fd.Rule.label(lang), Verdict: fd.Verdict.String(),
		Modality: fd.Rule.Modality, Effect: fd.Rule.Effect, Route: fd.Rule.Route, Applies: fd.Applies,
		Evidence: notNil(fd.Rule.Evidence), Reasons: notNil(fd.Why.Codes())}
	if len(v.Clauses) > 0 {
		v.Clause = v.Clauses[0]
	}
	v.Facts = paths(FactsUsed(fd.Rule.Node))
	var live, all []LeafView
	for i := range fd.Leaves {
		lv := r.leaf(&fd.Leaves[i])
		v.Leaves = append(v.Leaves, lv)
		all = append(all, lv)
		if lv.Live {
			live = append(live, lv)
		}
	}
	if len(live) == 0 {
		live = all
	}
	named := len(all) > 1
	v.Required = r.join(live, named, func(l LeafView) string { return l.Required })
	v.Actual = r.join(live, named, func(l LeafView) string { return l.Actual })
	v.Gap = r.join(live, named, func(l LeafView) string { return l.Gap })
	return v
}

// label is the rule's name in the given language.
func (r *Rule) label(lang string) string {
	if lang == locale.EN && r.LabelEN != "" {
		return r.LabelEN
	}
	return r.Label
}

// Render puts one leaf into words.
func (l *Leaf) Render(f *Facts, lang string) LeafView { return renderer{f, lang}.leaf(l) }

// join puts the leaves' words side by side, each led by its label when the
// rule has several.
func (r renderer) join(ls []LeafView, named bool, word func(LeafView) string) string {
	var parts []string
	for _, l := range ls {
		w := word(l)
		if w == "" {
			continue
		}
		if named {
			w = l.Label + r.t("colon") + w
		}
		parts = append(parts, w)
	}
	return strings.Join(parts, r.t("join"))
}

func notNil[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

func paths(fs []*Fact) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, f.Path())
	}
	return out
}

func (r renderer) leaf(l *Leaf) LeafView {
	l.Explain(r.f)
	v := LeafView{Verdict: l.Verdict.String(), Negated: l.Negated, Live: l.Live, Decisive: l.Decisive,
		Reasons: notNil(l.Why.Codes()), Facts: paths(FactsUsed(l.Node)), Items: fromOne(l.Rows), Unknown: fromOne(l.Unsure)}
	switch n := l.Node.(type) {
	case *Compare:
		r.compare(&v, l, n)
	case *Between:
		v.Label = r.operandLabel(n.X)
		v.Required = r.not(l, r.t("between", r.bound(n.Lo, l.Required), r.bound(n.Hi, l.Base)))
		r.numbers(&v, l, n.X, unitOf(n.Lo))
	case *About:
		v.Label = r.operandLabel(n.L)
		v.Required = r.not(l, r.t("about", r.bound(n.V, l.Required), r.amount(l.Base.lo, FindUnit("%"))))
		r.numbers(&v, l, n.L, unitOf(n.V))
	case *Ratio:
		r.ratio(&v, l, n)
	case *Exists, *Every:
		r.rows(&v, l)
	case *Call:
		r.call(&v, l, n)
	default:
		r.scalar(&v, l)
	}
	if l.Verdict == Unknown && v.Actual == "" {
		v.Actual = r.reasons(l.Why)
	}
	if l.Branch != nil {
		v.Label = l.Branch.label(r.lang)
	}
	return v
}

func fromOne(rows []int) []int {
	var out []int
	for _, i := range rows {
		out = append(out, i+1)
	}
	return out
}

// not says that the rule wants the opposite.
func (r renderer) not(l *Leaf, s string) string {
	if l.Negated {
		return r.t("not", s)
	}
	return s
}

// reasons says why something is not known.
func (r renderer) reasons(why Reasons) string {
	var words []string
	for _, c := range why.Codes() {
		words = append(words, r.t("reason."+c))
	}
	return strings.Join(words, r.t("and_comma"))
}

func (r renderer) compare(v *LeafView, l *Leaf, n *Compare) {
	v.Label = r.operandLabel(n.L)
	op := n.Op.under(l.Negated)
	u := unitOf(n.R)
	if _, fixed := Constant(n.R); !fixed {
		v.Required = op.Sign() + " " + r.operandLabel(n.R)
		if l.Required.known() {
			v.Required += r.t("that_is", r.number(l.Required, u, n.R))
		}
	} else {
		v.Required = op.Sign() + " " + r.bound(n.R, l.Required)
	}
	if u == nil {
		u = unitOf(n.L)
	}
	if l.Actual.none {
		v.Actual = r.t("no_value")
		return
	}
	r.numbers(v, l, n.L, u)
	r.gap(v, l, op, u, dimOf(n.L))
}

// bound is a limit in words: a parameter is named, a literal is not.
func (r renderer) bound(o Operand, n number) string {
	s := r.number(n, unitOf(o), o)
	if p, ok := o.(*ParamOf); ok {
		s += r.t("named", p.Param.Label(r.lang))
	}
	return s
}

// numbers fills in the actual value beside the words.
func (r renderer) numbers(v *LeafView, l *Leaf, actual Operand, u *Unit) {
	if u == nil {
		u = unitOf(actual)
	}
	if u != nil {
		v.Unit = u.Code
	}
	v.Actual = r.number(l.Actual, u, actual)
	if l.Actual.known() && l.Actual.lo == l.Actual.hi {
		n := l.Actual.lo
		v.ActualN = &n
	}
	if l.Required.known() && l.Required.lo == l.Required.hi {
		n := l.Required.lo
		v.RequiredN = &n
	}
	if l.Gap != 0 {
		n := l.Gap
		v.GapN = &n
		v.Gap = r.t("short", r.measure(l.Gap, u, dimOf(actual)))
	}
}

// gap words the gap as missing or as too much.
func (r renderer) gap(v *LeafView, l *Leaf, op Op, u *Unit, d Dimension) {
	if l.Gap == 0 {
		return
	}
	key := "short"
	if op == AtMost || op == Less {
		key = "over"
	}
	v.Gap = r.t(key, r.measure(l.Gap, u, d))
}

// measure is a difference: days between dates, years between years, else an amount.
func (r renderer) measure(n int64, u *Unit, d Dimension) string {
	switch d {
	case DateDim:
		return r.amount(n, FindUnit("天"))
	case YearDim:
		return r.amount(n, FindUnit("年"))
	}
	return r.amount(n, u)
}

// number is a value in words: exact, a range of a count, or why it is not known.
func (r renderer) number(n number, u *Unit, o Operand) string {
	lo, hi, ok := n.Range()
	switch {
	case n.none:
		return r.t("no_value")
	case !ok:
		return r.claimed(n.why, o)
	}
	switch dimOf(o) {
	case DateDim:
		return FormatDay(lo)
	case YearDim:
		return fmt.Sprint(lo)
	}
	switch {
	case hi == math.MaxInt64:
		return r.t("from", r.amount(lo, u), r.reasons(n.why))
	case lo != hi:
		return r.t("range", r.amount(lo, u), r.amount(hi, u), r.reasons(n.why))
	}
	return r.amount(lo, u)
}

// claimed shows a value that was supplied but does not count yet.
func (r renderer) claimed(why Reasons, o Operand) string {
	f, ok := o.(*FactOf)
	if !ok || why&Missing != 0 || f.Fact.list != nil {
		return r.reasons(why)
	}
	v := r.f.Value(f.Fact)
	if v.State == NotSupplied {
		return r.reasons(why)
	}
	return r.t("claimed", r.value(f.Fact, v), r.reasons(why))
}

// amount is n base units in unit u, with separators: 2,650 万元.
func (r renderer) amount(n int64, u *Unit) string {
	s := Thousands(fromBase(n, u))
	if u == nil {
		return s
	}
	if u.Dim == ShareDim {
		return s + u.Name
	}
	return s + " " + r.t("unit."+u.Code)
}

// Thousands puts separators into an exact decimal: 2650.5 as 2,650.5.
func Thousands(dec string) string {
	whole, frac, _ := strings.Cut(dec, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(c)
	}
	if frac != "" {
		return sign + b.String() + "." + frac
	}
	return sign + b.String()
}

func (r renderer) ratio(v *LeafView, l *Leaf, n *Ratio) {
	op := n.Op.under(l.Negated)
	u := unitOf(n.L)
	v.Label = r.t("share_of", r.operandLabel(n.L), r.operandLabel(n.Of))
	v.Required = op.Sign() + " " + r.bound(n.Share, l.Required)
	if u != nil {
		v.Unit = u.Code
	}
	switch {
	case l.Base.known() && l.Base.lo <= 0:
		v.Actual = r.t("no_base", r.operandLabel(n.Of), r.amount(l.Base.lo, u))
	case !l.Actual.known() || !l.Base.known():
		v.Actual = r.reasons(l.Why)
		if l.Why == 0 {
			v.Actual = r.reasons(l.Actual.why | l.Base.why)
		}
	default:
		v.Actual = r.t("ratio", percent(l.Actual.lo, l.Base.lo), r.amount(l.Actual.lo, u), r.amount(l.Base.lo, u))
		a, b := l.Actual.lo, l.Required.lo
		v.ActualN, v.RequiredN = &a, &b
	}
	if l.Gap != 0 {
		g := l.Gap
		v.GapN = &g
		r.gap(v, l, op, u, dimOf(n.L))
	}
}

// percent is part of base as a percentage cut to two decimals, for reading only.
func percent(part, base int64) string {
	q := new(big.Int).Mul(big.NewInt(part), big.NewInt(10000))
	q.Quo(q, big.NewInt(base))
	return fromBase(q.Int64(), FindUnit("%")) + "%"
}

// operandLabel names what is measured.
func (r renderer) operandLabel(o Operand) string {
	switch o := o.(type) {
	case *FactOf:
		return o.Fact.Label(r.lang)
	case *ParamOf:
		return o.Param.Label(r.lang)
	case *Age:
		return r.t("label.age", o.Of.Label(r.lang), formatOperand(o.At, r.lang))
	case *Length:
		return r.t("label.length", o.Of.Label(r.lang))
	case *Agg:
		label := o.Of.Label(r.lang)
		if o.Of.list != nil {
			label = o.Of.list.Label(r.lang) + r.t("label.of") + label
		}
		switch {
		case o.Over != nil:
			return r.t("label.over", label, r.t("label."+o.Fn), o.Over.Label(r.lang))
		case o.Where != nil:
			return r.t("label.where", label, r.t("label."+o.Fn), Format(o.Where, r.lang))
		}
		return r.t("label.plain", label, r.t("label."+o.Fn))
	}
	return formatOperand(o, r.lang)
}

// rows words exists and every, naming the rows.
func (r renderer) rows(v *LeafView, l *Leaf) {
	where := Format(Where(l.Node), r.lang)
	v.Label = l.List.Label(r.lang)
	key := "exists"
	if _, ok := l.Node.(*Every); ok {
		key = "every"
	}
	if l.Negated {
		key += "_not"
	}
	v.Required = r.t(key, where)
	v.Actual = r.listed(l, r.f.Rows(l.List))
}

// listed names the rows at fault and the rows not known.
func (r renderer) listed(l *Leaf, rows *Rows) string {
	var parts []string
	if len(l.Rows) > 0 {
		parts = append(parts, r.t("rows_fault", numbers(l.Rows), r.rowWord(l.List)))
	}
	if len(l.Unsure) > 0 {
		parts = append(parts, r.t("rows_unknown", numbers(l.Unsure), r.rowWord(l.List)))
	}
	if l.Verdict == Unknown && len(l.Unsure) == 0 {
		parts = append(parts, r.reasons(l.Why))
	}
	if len(parts) == 0 {
		return r.t("rows_all", Thousands(fmt.Sprint(rows.N)))
	}
	return strings.Join(parts, r.t("join"))
}

func (r renderer) rowWord(list *Fact) string {
	if r.lang == locale.EN || list.Row == "" {
		return r.t("row")
	}
	return list.Row
}

// numbers lists rows from 1; a long list is cut and says how many there are.
func numbers(rows []int) string {
	const shown = 12
	var parts []string
	for i, n := range rows {
		if i == shown {
			parts = append(parts, fmt.Sprintf("…(%d)", len(rows)))
			break
		}
		parts = append(parts, fmt.Sprint(n+1))
	}
	return strings.Join(parts, "、")
}

func (r renderer) call(v *LeafView, l *Leaf, n *Call) {
	v.Label = n.Check.Name
	if r.lang == locale.EN && n.Check.LabelEN != "" {
		v.Label = n.Check.LabelEN
	}
	v.Required = r.not(l, r.t("check_met"))
	if d := l.Detail; d != nil {
		v.Notes = d.Texts
		if r.lang == locale.EN {
			v.Notes = d.TextsEN
		}
	}
	switch {
	case len(v.Notes) > 0:
		v.Actual = strings.Join(v.Notes, r.t("join"))
	case l.List != nil && len(l.Rows)+len(l.Unsure) > 0:
		v.Actual = r.listed(l, r.f.Rows(l.List))
	case l.Verdict == Unknown:
		v.Actual = r.reasons(l.Why)
	default:
		v.Actual = r.t(string(fault.Key("verdict." + l.Verdict.String())))
	}
}
