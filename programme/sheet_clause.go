package programme

import (
	"regexp"
	"slices"
	"strings"

	"shenbao/internal/locale"
)

// A sheetGroup is a run of clauses from one section of the source.
type sheetGroup struct {
	Anchor  string
	Name    string // 二, 附1
	Title   string // of a part of the source
	Again   bool   // the section was begun before
	First   string
	Last    string
	Clauses []*sheetClause
}

// A sheetClause is one clause: what it says, how it is carried out, what proves
// it.
type sheetClause struct {
	Number    string
	Locator   string
	Kind      string
	Modality  string
	Strong    bool // 必须
	Inherited bool
	Text      string
	State     string // all, partly, pending
	StateText string
	Kept      string // where the page holds its information
	Rules     []sheetRule
	Judges    []sheetJudge
	Notes     []sheetNote
	Values    []sheetValue
	Carriers  []*sheetCarriers
	Verdicts  []sheetVerdicts
}

// A sheetRule is a rule in words.
type sheetRule struct {
	Label    string
	Require  string
	Effect   string
	Code     Effect
	Modality string // when it is not the clause's
	Track    string
	Evidence []string
	Note     string
}

// A sheetJudge is a question that a person answers.
type sheetJudge struct {
	Who, Stage, Ask, Note string
	Evidence              []string
}

// A sheetNote says why nothing runs.
type sheetNote struct{ Why, Shows string }

// A sheetValue is a parameter that the clause carries.
type sheetValue struct {
	ID, Name, Value string
	Chosen          bool
}

// sheetCarriers are the carriers of one type beside rules and questions.
type sheetCarriers struct {
	Type  string
	Names []string
}

// add adds a name; the options of one fact follow its name once.
func (g *sheetCarriers) add(name string) {
	fact, option, isOption := strings.Cut(name, "：")
	if last := len(g.Names) - 1; isOption && last >= 0 {
		if g.Names[last] == fact {
			g.Names[last] = name
			return
		}
		if strings.HasPrefix(g.Names[last], fact+"：") {
			g.Names[last] += "、" + option
			return
		}
	}
	g.Names = appendNew(g.Names, name)
}

// Text is the names in a row.
func (g *sheetCarriers) Text() string {
	if slices.ContainsFunc(g.Names, func(n string) bool { return strings.Contains(n, "：") }) {
		return strings.Join(g.Names, "；")
	}
	return strings.Join(g.Names, "、")
}

// sheetVerdicts are the cases of one verdict: so many are shown, the others
// folded.
type sheetVerdicts struct {
	Verdict Verdict
	Name    string
	Count   int
	Cases   []string
	Folded  []string
}

// groups cuts the clauses where their first place goes over to another section.
func (s *sheetPart) groups() []sheetGroup {
	var out []sheetGroup
	carried := s.carriers()
	for _, c := range s.Clauses {
		if s.inGuide && c.inherited {
			continue
		}
		name := SectionOf(c.Locators()[0])
		if len(out) == 0 || out[len(out)-1].Name != name {
			again := slices.ContainsFunc(out, func(g sheetGroup) bool { return g.Name == name })
			g := sheetGroup{Anchor: s.Anchor + "-" + c.Number, Name: name, First: c.Number, Again: again}
			for _, q := range s.Call.Source.Parts {
				if q.ID == name {
					g.Title = q.Title
				}
			}
			out = append(out, g)
		}
		g := &out[len(out)-1]
		g.Last = c.Number
		g.Clauses = append(g.Clauses, s.clauseSheet(c, carried[c.Number]))
	}
	return out
}

// SectionOf is the first component of a locator: 二 of 二.3·1. What stands before
// the first section goes together.
func SectionOf(locator string) string {
	name, _, _ := strings.Cut(locator, "·")
	name, _, _ = strings.Cut(name, ".")
	if name == partTitle || name == partSalutation {
		return partPreface
	}
	return name
}

func (s *sheetPart) clauseSheet(c *Clause, carriers []Carrier) *sheetClause {
	out := &sheetClause{Number: c.Number, Locator: c.Locator, Kind: s.w.kind(c.Kind), Strong: c.Modality == "must",
		Inherited: c.inherited, Text: c.Prose, Verdicts: s.verdicts(c)}
	if word := s.w.modality(c.Modality); c.Modality != "none" && word != out.Kind {
		out.Modality = word
	}
	for _, b := range c.Rules {
		out.Rules = append(out.Rules, s.ruleSheet(c, b))
	}
	for _, b := range c.Judges {
		out.Judges = append(out.Judges, sheetJudge{Who: s.w.who(b.Who), Stage: s.stageName(b.Stage), Ask: b.Ask, Note: b.Note,
			Evidence: s.materialNames(b.Evidence)})
	}
	for _, b := range c.Notes {
		out.Notes = append(out.Notes, sheetNote{Why: b.Why})
	}
	for _, q := range s.Call.Parameters {
		if slices.Contains(q.Clauses, c.Number) {
			out.Values = append(out.Values, sheetValue{q.ID, q.Name, s.value(q, q.Value), q.Choice != nil})
		}
	}
	s.carriedBy(out, c, carriers)
	return out
}

func (w *sheetWords) modality(m Modality) string {
	return locale.Text(w.lang, "coverage.modality."+string(m))
}

func (s *sheetPart) ruleSheet(c *Clause, b *RuleBlock) sheetRule {
	v := s.ruleView(c, b, s.w.lang)
	r := sheetRule{Label: v.Label, Require: v.Require, Code: b.Effect, Note: b.Note, Evidence: s.materialNames(b.Evidence),
		Effect: locale.Text(s.w.lang, "programme.effect."+string(b.Effect))}
	if s.w.lang == locale.EN && v.RequireEN != "" {
		r.Require = v.RequireEN
	}
	r.Require = inLines(s.namedRules(r.Require))
	if b.Modality != "" && b.Modality != c.Modality {
		r.Modality = s.w.modality(b.Modality)
	}
	if b.Route != "" {
		r.Track = nameIn(s.Call.Tracks, b.Route, func(t *Track) (string, string) { return t.ID, t.Name })
	}
	return r
}

// carriedBy names the carriers beside the clause's own blocks, by type, and the
// rooms that the clause waits for.
func (s *sheetPart) carriedBy(out *sheetClause, c *Clause, carriers []Carrier) {
	runs := 0
	var waits, kept []string
	for _, k := range carriers {
		if k.State == Runs {
			runs++
		} else {
			waits = appendNew(waits, s.w.room(k.Room))
		}
		if k.Type == "note" && k.ID != c.Number {
			kept = appendNew(kept, s.placeName(k.ID))
		}
		if ownBlock(c, k) || k.Type == "note" {
			continue
		}
		typ := s.carrierType(k)
		if k.Type == "material" && c.proves(k.ID) {
			continue // named with the rule or the question
		}
		i := slices.IndexFunc(out.Carriers, func(g *sheetCarriers) bool { return g.Type == typ })
		if i < 0 {
			i = len(out.Carriers)
			out.Carriers = append(out.Carriers, &sheetCarriers{Type: typ})
		}
		out.Carriers[i].add(s.carrierName(k))
	}
	out.Kept = s.w.list(kept)
	switch runs {
	case len(carriers):
		out.State = "all"
	case 0:
		out.State = "pending"
	default:
		out.State = "partly"
	}
	out.StateText = s.w.t("state."+out.State, s.w.list(waits))
}

// carrierType is what people call the type of a carrier.
func (s *sheetPart) carrierType(k Carrier) string {
	switch {
	case strings.HasPrefix(k.ID, "criteria."):
		return s.w.t("title.criteria")
	case strings.HasPrefix(k.ID, "ledger.targets."):
		return s.w.t("title.targets")
	case strings.HasPrefix(k.ID, "ledger.systems."):
		return s.w.kind("system-to-exist")
	case s.dutyIsTask(k):
		return s.w.t("task")
	}
	return locale.Text(s.w.lang, "coverage.type."+k.Type)
}

func (s *sheetPart) dutyIsTask(k Carrier) bool {
	return k.Type == "duty" && slices.ContainsFunc(s.Ledger.Tasks, func(t *LedgerTask) bool { return t.ID == k.ID })
}

// ruleRef recognises a rule that another one refers to by its id.
var ruleRef = regexp.MustCompile(`(规则|rule) ([a-z0-9_.-]+)`)

// namedRules gives the rules that a condition refers to by their labels.
func (s *sheetPart) namedRules(require string) string {
	return ruleRef.ReplaceAllStringFunc(require, func(ref string) string {
		word, id, _ := strings.Cut(ref, " ")
		label := ""
		s.eachRule(func(_ *Clause, b *RuleBlock) {
			if b.ID == id {
				label = b.Label
				if s.w.lang == locale.EN {
					label = b.LabelEN
				}
			}
		})
		if label == "" {
			return ref
		}
		return word + "“" + label + "”"
	})
}

// proves reports whether a rule or question of the clause names a material.
func (c *Clause) proves(material string) bool {
	return slices.ContainsFunc(c.Rules, func(b *RuleBlock) bool { return slices.Contains(b.Evidence, material) }) ||
		slices.ContainsFunc(c.Judges, func(b *JudgeBlock) bool { return slices.Contains(b.Evidence, material) })
}

// ownBlock reports whether a carrier is a rule or question of the clause itself.
func ownBlock(c *Clause, k Carrier) bool {
	return k.Type == "rule" && slices.ContainsFunc(c.Rules, func(b *RuleBlock) bool { return b.ID == k.ID }) ||
		k.Type == "judge" && slices.ContainsFunc(c.Judges, func(b *JudgeBlock) bool { return b.ID == k.ID })
}

// maxSheetCases is how many cases of a verdict are shown open.
const maxSheetCases = 6

// verdicts lists the cases of a clause by what they expect of it. The cases of a
// clause that programmes share are theirs.
func (s *sheetPart) verdicts(c *Clause) []sheetVerdicts {
	var shown []CaseShown
	for _, m := range append([]*Package{s.Package}, s.Members...) {
		own := c
		if m != s.Package {
			i := m.clauseAt(c.Number)
			if i < 0 {
				continue
			}
			own = m.Clauses[i]
		}
		shown = append(shown, m.casesOf(own)...)
	}
	var out []sheetVerdicts
	for _, verdict := range []Verdict{"met", "unmet", "unknown"} {
		var names []string
		for _, k := range shown {
			if k.Verdict == verdict {
				names = appendNew(names, k.Name)
			}
		}
		if len(names) == 0 {
			continue
		}
		v := sheetVerdicts{Verdict: verdict, Name: locale.Text(s.w.lang, "programme.verdict."+string(verdict)), Count: len(names)}
		n := len(names)
		if n > maxSheetCases+1 {
			n = maxSheetCases
		}
		v.Cases, v.Folded = names[:n], names[n:]
		out = append(out, v)
	}
	return out
}

// inLines puts the parts of a long condition on lines of their own: before 且
// and 或 (and, or), as deep as they stand in brackets.
func inLines(require string) string {
	const long = 36
	if len([]rune(require)) <= long {
		return require
	}
	var b strings.Builder
	depth := 0
	for i, r := range require {
		switch r {
		case '(', '（':
			depth++
		case ')', '）':
			depth--
		}
		if r == ' ' && depth <= 2 && joint(require[i+1:]) {
			b.WriteString("\n" + strings.Repeat("　", depth))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

func joint(rest string) bool {
	for _, word := range []string{"且 ", "或 ", "则 ", "and ", "or ", "then "} {
		if strings.HasPrefix(rest, word) {
			return true
		}
	}
	return false
}
