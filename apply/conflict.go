package apply

import (
	"fmt"
	"slices"
	"strings"

	"shenbao/internal/locale"
	"shenbao/rule"
	"shenbao/similar"
)

// The kinds of conflicts beside those of things that only one application may
// have ([PersonKind] … [DirectionKind]).
const (
	NameKind  = "name"  // 名称: like another platform's, or like one that is applied for
	StaffKind = "staff" // 固定人员: somebody is fixed staff of a platform that the package excludes
	HeldKind  = "held"  // 已建平台: the host runs a platform in the direction
	CityKind  = "city"  // 同市平台: the city has a platform in the direction
)

// A Clash (冲突) is something of an application that another application under
// way has too, or that a register speaks against. It stands beside the package's
// own rules: a refusal rests on a clause, and where no clause asks, a conflict is
// a hint for people. Only an equal core of the name blocks.
type Clash struct {
	Kind    string           `json:"kind"`
	Place   string           `json:"place"`             // section of the form
	Field   string           `json:"field"`             // the input or the row that it is about
	Mine    string           `json:"mine"`              // what of the application it touches
	Sure    bool             `json:"sure"`              // false: a person has to compare
	Clause  string           `json:"clause,omitempty"`  // of the package, that asks about it
	Blocks  bool             `json:"blocks"`            // cannot be submitted with it
	Score   int              `json:"score,omitempty"`   // of a name, in thousandths
	Reasons []similar.Reason `json:"reasons,omitempty"` // why a name is near
	Others  []Other          `json:"others,omitempty"`  // only those that the reader may see

	fact    *rule.Fact
	rule    *rule.Rule    // that asks about it
	covered bool          // the rule answers it: the conditions show it already
	keys    []resourceKey // by which others are found
	names   []nearName    // of applications under way
}

// An Other (另一方) is what a conflict is with: another application, or a platform
// of a register, which has a name alone.
type Other struct {
	Application ID     `json:"application,omitempty"`
	Unit        string `json:"unit,omitempty"`   // name of its host
	Name        string `json:"name"`             // what it is for
	Theirs      string `json:"theirs,omitempty"` // what of theirs it touches
}

// A nearName is the name of an application under way that is near.
type nearName struct {
	liveName
	score int
}

// Label is what the form calls the fact that the conflict is about.
func (c *Clash) Label(lang string) string { return c.fact.Label(lang) }

// Text says what the conflict is. With whom it is, Others says to those who may
// know; the text names no one but the platforms of a register.
func (c *Clash) Text(lang string) string { return c.about(lang, quoted(lang, c.Mine)) }

// about is Text about mine, which may be several things that conflict alike.
func (c *Clash) about(lang, mine string) string {
	switch {
	case c.Kind == NameKind && c.Score > 0:
		key := "like"
		if c.Blocks {
			key = "taken"
		}
		return locale.Text(lang, "apply.conflict.name_"+key, quoted(lang, c.Others[0].Name), c.why(lang))
	case len(c.Others) > 0 && c.Others[0].Application == "":
		return locale.Text(lang, "apply.conflict.platform."+c.Kind, mine, quoted(lang, c.Others[0].Name))
	case c.Blocks:
		return locale.Text(lang, "apply.conflict.name_blocked")
	case c.Sure:
		return locale.Text(lang, "apply.conflict.sure."+c.Kind, mine)
	}
	return locale.Text(lang, "apply.conflict.maybe."+c.Kind, mine)
}

// why says how near a name is: 0.930：近义词、增减词语.
func (c *Clash) why(lang string) string {
	var reasons []string
	for _, r := range c.Reasons {
		reasons = append(reasons, r.Label(lang))
	}
	return locale.Text(lang, "apply.conflict.why", fmt.Sprintf("%d.%03d", c.Score/1000, c.Score%1000), strings.Join(reasons, locale.Text(lang, "apply.print.comma")))
}

// View is the conflict in the shape of a finding. It is unmet when it is sure
// and a clause asks, or it blocks; else a person decides.
func (c *Clash) View(lang string) rule.View {
	v := rule.View{Rule: "conflict." + c.Kind, Clause: c.Clause, Clauses: []string{}, Label: locale.Text(lang, "apply.conflict.kind."+c.Kind), Verdict: "unknown",
		Modality: rule.Must, Effect: rule.Flag, Applies: true, Required: locale.Text(lang, "apply.conflict.required"), Actual: c.Text(lang),
		Facts: []string{c.fact.Code}, Evidence: []string{}, Reasons: []string{}, Leaves: []rule.LeafView{}}
	if c.rule != nil {
		v.Clauses, v.Effect, v.Modality, v.Evidence = c.rule.Clauses, c.rule.Effect, c.rule.Modality, append(v.Evidence, c.rule.Evidence...)
	}
	if c.Blocks {
		v.Effect = rule.Refuse
	}
	if c.Blocks || c.Sure && c.rule != nil {
		v.Verdict = "unmet"
	} else {
		v.Reasons = append(v.Reasons, "unverified")
	}
	return v
}

// quoted are up to five things in a sentence: “甲”、“乙” 等 12 项.
func quoted(lang string, things ...string) string {
	const most = 5
	var out []string
	for _, t := range things[:min(len(things), most)] {
		out = append(out, locale.Text(lang, "apply.conflict.quoted", t))
	}
	text := strings.Join(out, locale.Text(lang, "apply.print.comma"))
	if len(things) > most {
		return locale.Text(lang, "apply.conflict.several", text, len(things))
	}
	return text
}

// issuesOf are what the applicant is told of conflicts: those that no condition of
// the call answers, things that conflict alike in one sentence.
func issuesOf(conflicts []Clash, lang string) []Issue {
	type group struct {
		first  *Clash
		things []string
	}
	var groups []*group
	for i := range conflicts {
		c := &conflicts[i]
		if c.Kind == DirectionKind || c.covered && !c.Blocks {
			continue // the direction of others is for those who know them
		}
		at := slices.IndexFunc(groups, func(g *group) bool { return g.first.alike(c) })
		if at < 0 {
			at, groups = len(groups), append(groups, &group{first: c})
		}
		if !slices.Contains(groups[at].things, c.Mine) {
			groups[at].things = append(groups[at].things, c.Mine)
		}
	}
	out := []Issue{}
	for _, g := range groups {
		c := g.first
		out = append(out, Issue{Blocks: c.Blocks, Place: c.Place, Field: c.Field, Label: c.Label(lang), Clause: c.Clause, Text: c.about(lang, quoted(lang, g.things...))})
	}
	return out
}

// alike reports whether one sentence can tell of both.
func (c *Clash) alike(d *Clash) bool {
	return c.Kind == d.Kind && c.fact == d.fact && c.Sure == d.Sure && c.Blocks == d.Blocks && slices.Equal(c.Others, d.Others) && c.Kind != NameKind
}
