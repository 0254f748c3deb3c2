package programme

import (
	"io"
	"slices"
	"strings"

	"shenbao/internal/locale"
	"shenbao/internal/terminal"
	"shenbao/rule"
)

// WritePage writes the report as a page for a terminal: the answer first, then
// what failed and by how much, what is missing, what people decide, and the
// counts. lang is the language the report was made in.
func (r *Report) WritePage(w io.Writer, style terminal.Style, lang string) error {
	p := &page{Report: r, style: style, lang: lang}
	p.head()
	p.answer()
	p.failed()
	p.exceptions()
	p.unknown()
	p.flags()
	p.advantages()
	p.met()
	p.questions()
	p.foot()
	_, err := io.WriteString(w, p.b.String())
	return err
}

// page lays one report out.
type page struct {
	*Report
	style terminal.Style
	lang  string
	b     strings.Builder
}

func (p *page) t(key string, args ...any) string {
	return locale.Text(p.lang, "programme."+key, args...)
}

// para writes wrapped text behind an indent.
func (p *page) para(indent int, text string) {
	for _, line := range terminal.Wrap(text, p.style.Columns-indent) {
		p.b.WriteString(strings.TrimRight(strings.Repeat(" ", indent)+line, " ") + "\n")
	}
}

// hanging writes text behind a label; further lines stand under the text.
func (p *page) hanging(indent int, label, text string) {
	at := indent + terminal.Width(label)
	for i, line := range terminal.Wrap(text, p.style.Columns-at) {
		lead := strings.Repeat(" ", at)
		if i == 0 {
			lead = strings.Repeat(" ", indent) + label
		}
		p.b.WriteString(lead + line + "\n")
	}
}

// section writes a heading with a count.
func (p *page) section(key, colour string, n int) {
	p.b.WriteString("\n" + p.style.Paint(terminal.Bold, p.style.Paint(colour, p.t("section."+key, n))) + "\n")
}

func (p *page) head() {
	for _, line := range terminal.Wrap(p.Title, p.style.Columns) {
		p.b.WriteString(p.style.Paint(terminal.Bold, line) + "\n")
	}
	asOf := p.AsOf
	if asOf == "" {
		asOf = p.t("no_day")
	}
	p.para(0, p.t("head", asOf, p.Package, p.Hash[:12]))
}

var answerColours = map[rule.Answer]string{rule.Eligible: terminal.Green, rule.Exceptions: terminal.Green,
	rule.NotYetProvable: terminal.Yellow, rule.OtherTrack: terminal.Yellow, rule.NotEligible: terminal.Red}

func (p *page) answer() {
	p.b.WriteString("\n" + p.style.Paint(terminal.Bold, p.style.Paint(answerColours[p.Answer], p.t("answer_line", p.AnswerText))) + "\n")
	if p.Track != "" {
		p.para(2, p.t("track", p.trackName()))
	}
	if len(p.Because) > 0 {
		var labels []string
		for _, id := range p.Because {
			labels = append(labels, p.finding(id).Label)
		}
		p.hanging(2, p.t("because"), strings.Join(labels, p.t("comma")))
	}
}

func (p *page) trackName() string {
	for _, t := range p.pkg.Call.Tracks {
		if t.ID == p.Track {
			return t.Name
		}
	}
	return p.Track
}

func (p *page) finding(id string) *rule.View {
	i := slices.IndexFunc(p.Findings, func(v rule.View) bool { return v.Rule == id })
	return &p.Findings[i]
}

// of lists the findings with a verdict and one of the given effects.
func (p *page) of(verdict string, effects ...rule.Effect) []*rule.View {
	var out []*rule.View
	for i := range p.Findings {
		v := &p.Findings[i]
		if v.Verdict == verdict && slices.Contains(effects, v.Effect) {
			out = append(out, v)
		}
	}
	return out
}

func (p *page) failed() {
	list := p.of("unmet", rule.Refuse, rule.Veto, rule.Route)
	if len(list) > 0 {
		p.section("unmet", terminal.Red, len(list))
		p.items(list)
	}
}

func (p *page) exceptions() {
	list := p.of("unmet", rule.Ask)
	if len(list) > 0 {
		p.section("exceptions", terminal.Yellow, len(list))
		p.items(list)
	}
}

func (p *page) unknown() {
	list := p.of("unknown", rule.Refuse, rule.Veto, rule.Route, rule.Ask)
	if len(list) > 0 {
		p.section("unknown", terminal.Yellow, len(list))
		p.items(list)
	}
	if len(p.Unfilled) > 0 {
		var labels []string
		for _, code := range p.Unfilled {
			labels = append(labels, p.pkg.Schema.Fact(code).Label(p.lang))
		}
		p.section("unfilled", terminal.Yellow, len(labels))
		p.para(2, strings.Join(labels, p.t("comma")))
	}
}

func (p *page) flags() {
	list := append(p.of("unmet", rule.Flag), p.of("unknown", rule.Flag)...)
	if len(list) > 0 {
		p.section("flags", terminal.Yellow, len(list))
		p.items(list)
	}
}

// advantages says which preferences are met; of the others, what is known.
func (p *page) advantages() {
	n := len(p.of("met", rule.Advantage)) + len(p.of("unmet", rule.Advantage)) + len(p.of("unknown", rule.Advantage))
	if n == 0 {
		return
	}
	p.section("advantages", "", n)
	for _, verdict := range []string{"met", "unknown", "unmet"} {
		var labels []string
		for _, v := range p.of(verdict, rule.Advantage) {
			labels = append(labels, v.Label)
		}
		if len(labels) > 0 {
			p.hanging(2, terminal.Pad(p.t("verdict."+verdict), p.verdictWidth())+"  ", strings.Join(labels, p.t("comma")))
		}
	}
}

func (p *page) verdictWidth() int {
	w := 0
	for _, v := range []string{"met", "unmet", "unknown"} {
		w = max(w, terminal.Width(p.t("verdict."+v)))
	}
	return w
}

func (p *page) met() {
	var labels []string
	for _, v := range p.of("met", rule.Refuse, rule.Veto, rule.Route, rule.Ask, rule.Flag) {
		label := v.Label
		if !v.Applies {
			label = p.t("not_applicable", label)
		}
		labels = append(labels, label)
	}
	if len(labels) > 0 {
		p.section("met", terminal.Green, len(labels))
		p.para(2, strings.Join(labels, p.t("comma")))
	}
}

// items writes findings one under the other: name and clause on a line, then
// the comparisons that the verdict rests on.
func (p *page) items(list []*rule.View) {
	for _, v := range list {
		p.line(2, v.Label, p.t("clause", p.locator(v.Clause), v.Clause))
		near := slices.IndexFunc(p.Nearest, func(n Near) bool { return n.Rule == v.Rule })
		switch {
		case v.Verdict == "unmet" && near >= 0:
			n := p.Nearest[near]
			p.para(4, p.t("nearest", n.Branch, n.Label))
			p.leaves(6, n.Lacks, true)
		default:
			p.leaves(4, live(v.Leaves), len(v.Leaves) > 1)
		}
		if v.Verdict == "unknown" {
			p.materials(v)
		}
	}
}

// line writes text at the left and a remark at the right edge, or under it when
// both do not fit.
func (p *page) line(indent int, left, right string) {
	left, right = terminal.Clean(left), terminal.Clean(right)
	room := p.style.Columns - indent - terminal.Width(left) - terminal.Width(right)
	if room < 2 {
		p.para(indent, left)
		p.b.WriteString(strings.Repeat(" ", max(indent, p.style.Columns-terminal.Width(right))) + p.style.Paint(terminal.Faint, right) + "\n")
		return
	}
	p.b.WriteString(strings.Repeat(" ", indent) + left + strings.Repeat(" ", room) + p.style.Paint(terminal.Faint, right) + "\n")
}

func live(leaves []rule.LeafView) []rule.LeafView {
	var out []rule.LeafView
	for _, l := range leaves {
		if l.Live {
			out = append(out, l)
		}
	}
	if len(out) == 0 {
		return leaves
	}
	return out
}

// maxLeaves is how many comparisons of one rule a page shows.
const maxLeaves = 6

// leaves writes comparisons; of several, each begins with what it measures.
func (p *page) leaves(indent int, leaves []rule.LeafView, labelled bool) {
	for i, l := range leaves {
		if i == maxLeaves {
			p.para(indent, p.t("more", len(leaves)-maxLeaves))
			return
		}
		text := measured(l.Actual, l.Required, l.Gap, p.lang)
		if labelled || len(leaves) > 1 {
			text = p.t("labelled", l.Label, text)
		}
		p.para(indent, text)
	}
}

// materials names the documents that would prove what is not known.
func (p *page) materials(v *rule.View) {
	var list []string
	for _, e := range p.Evidence {
		if e.Rule == v.Rule {
			list = appendNew(list, e.Materials...)
		}
	}
	if len(list) == 0 {
		return
	}
	for i, id := range list {
		for _, m := range p.pkg.Form.Materials {
			if m.ID == id {
				list[i] = m.Name
			}
		}
	}
	p.hanging(4, p.t("prove"), strings.Join(list, p.t("comma")))
}

// locator is where the clause with a full id stands in the source.
func (p *page) locator(id string) string {
	if c := p.pkg.clause(strings.TrimPrefix(id, p.pkg.Inventory+"-")); c != nil {
		return c.Locators()[0]
	}
	return ""
}

// questions writes what people decide, by stage.
func (p *page) questions() {
	if len(p.Questions) == 0 {
		return
	}
	p.section("questions", "", len(p.Questions))
	var stages []string
	for _, q := range p.Questions {
		stages = appendNew(stages, q.Stage)
	}
	for _, s := range stages {
		first := true
		for _, q := range p.Questions {
			if q.Stage != s {
				continue
			}
			if first {
				p.para(2, p.t("stage", p.t("who."+string(q.Who)), p.stageName(s)))
				first = false
			}
			p.hanging(4, q.Clause+"  ", q.Ask)
		}
	}
}

func (p *page) stageName(id string) string { return p.pkg.stageName(id) }

func (p *page) foot() {
	inform := 0
	for _, v := range p.Findings {
		if v.Effect == rule.Inform {
			inform++
		}
	}
	p.b.WriteString("\n")
	if inform == 0 {
		p.para(0, p.t("counts", len(p.Findings), len(p.Questions)))
	} else {
		p.para(0, p.t("counts_inform", len(p.Findings), inform, len(p.Questions)))
	}
	p.para(0, p.t("signed"))
}
