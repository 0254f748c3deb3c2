package programme

import (
	"fmt"
	"slices"
	"strings"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

// Claim is what a package says about one clause: where it stands in the source
// and which figures it holds.
type Claim struct {
	Clause   string   // "023"
	Locators []string // as written, one or several each: "二.3·1"
	Figures  []Cited
	File     string
	Line     int
}

// Cited is a figure of the package with its place in the package.
type Cited struct {
	Figure
	File  string
	Line  int
	Field string // "rule host.rd_total", "clause prose", "stage system_open"
}

// VerifyReport is the outcome of comparing a package with its source.
type VerifyReport struct {
	OK        bool          `json:"ok"`
	Clauses   int           `json:"clauses"`   // claims compared
	Sentences int           `json:"sentences"` // sentences of the source
	Figures   int           `json:"figures"`   // figures of the source that some clause must carry
	Faults    []VerifyFault `json:"faults"`
	Noise     []NoiseLine   `json:"noise"`
}

// VerifyFault is one thing that does not agree. File and Line are a place in
// the package, SourceLine is one in the source; each may be empty.
type VerifyFault struct {
	Code       string        `json:"code"` // one of the constants below, and the key of its message
	Clause     string        `json:"clause,omitempty"`
	Locator    string        `json:"locator,omitempty"`
	File       string        `json:"file,omitempty"`
	Line       int           `json:"line,omitempty"`
	SourceLine int           `json:"source_line,omitempty"`
	Args       []string      `json:"args"`
	Message    VerifyMessage `json:"message"`
}

// VerifyMessage is a message in both languages.
type VerifyMessage struct {
	ZH string `json:"zh"`
	EN string `json:"en"`
}

// The codes of faults.
const (
	FaultLocatorForm     = "verify.locator_form"       // args: locator
	FaultLocatorNone     = "verify.locator_none"       // no args
	FaultLocatorMissing  = "verify.locator_missing"    // locator, nearest
	FaultLocatorSentence = "verify.locator_sentence"   // node, sentences it has, sentence asked for
	FaultLocatorEmpty    = "verify.locator_empty"      // node, what stands under it
	FaultFigureAbsent    = "verify.figure_absent"      // field, figure, what stands there
	FaultFigureElsewhere = "verify.figure_elsewhere"   // field, figure, what stands there, where it is
	FaultOperator        = "verify.operator"           // field, figure, its comparison, that of the source, words of the source
	FaultFigureUncarried = "verify.figure_uncarried"   // figure, clauses at the place
	FaultFigureHeading   = "verify.figure_heading"     // figure: a heading holds it and no clause names the heading
	FaultSentence        = "verify.sentence_unclaimed" // beginning of the sentence
)

// carried says how much of a figure of the source the clauses carry; a window
// of years is carried when both its ends are.
type carried uint8

const (
	carriesLow carried = 1 << iota
	carriesHigh
	carriesAll = carriesLow | carriesHigh
)

// verifier compares one package with one outline.
type verifier struct {
	o       *Outline
	figures [][]Figure  // of each sentence
	carried [][]carried // of each figure
	years   [][]int64   // the years that a day without a year may be in, by sentence
	claims  [][]string  // clauses of each sentence
	report  *VerifyReport
	lookups int
}

// Verify compares what a package says with the source: every place exists,
// every cited figure stands at one of its clause's places with the same
// comparison, every figure of the source is carried by a clause at its place,
// and every sentence belongs to a clause.
func Verify(o *Outline, claims []Claim) *VerifyReport {
	n := len(o.sentences)
	v := &verifier{
		o:       o,
		figures: make([][]Figure, n),
		carried: make([][]carried, n),
		claims:  make([][]string, n),
		report: &VerifyReport{
			Clauses: len(claims), Sentences: n,
			Faults: []VerifyFault{}, Noise: append([]NoiseLine{}, o.noise...),
		},
	}
	for i := range o.sentences {
		v.figures[i] = Figures(o.sentences[i].Text)
		v.carried[i] = make([]carried, len(v.figures[i]))
		for _, f := range v.figures[i] {
			if !f.Weak {
				v.report.Figures++
			}
		}
	}
	v.years = sentenceYears(v.figures)
	for i := range claims {
		v.claim(&claims[i])
	}
	v.source()
	v.report.OK = len(v.report.Faults) == 0
	return v.report
}

func (v *verifier) fault(f VerifyFault, args ...string) {
	f.Args = append([]string{}, args...)
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a
	}
	switch f.Code {
	case FaultOperator, FaultFigureElsewhere, FaultFigureAbsent:
		values[0] = holder(args[0])
	}
	f.Message = VerifyMessage{
		ZH: locale.Text(locale.ZH, f.Code, values...),
		EN: locale.Text(locale.EN, f.Code, values...),
	}
	v.report.Faults = append(v.report.Faults, f)
}

// holder names what holds a figure, as "rule host.rd_total", in the reader's
// language.
func holder(field string) *fault.Fault {
	kind, id, _ := strings.Cut(field, " ")
	return fault.New(fault.Invalid, "verify.in."+kind, id)
}

// claim checks the places and figures of one clause.
func (v *verifier) claim(c *Claim) {
	at := VerifyFault{Clause: c.Clause, File: c.File, Line: c.Line}
	var place []int
	var names []string
	bad := false
	for _, raw := range c.Locators {
		for _, loc := range SplitLocators(raw) {
			names = append(names, loc)
			sentences, t := v.o.resolve(loc)
			if t != nil {
				at.Code, at.Locator, bad = t.code, loc, true
				v.fault(at, t.args...)
				continue
			}
			place = append(place, sentences...)
		}
	}
	if len(names) == 0 {
		at.Code = FaultLocatorNone
		v.fault(at)
		return
	}
	slices.Sort(place)
	place = slices.Compact(place)
	for _, s := range place {
		v.claims[s] = append(v.claims[s], c.Clause)
	}
	for i := range c.Figures {
		// With a place missing, what is not found here may well stand there:
		// one fault says enough.
		v.cited(c, &c.Figures[i], place, strings.Join(names, "、"), bad)
	}
}

// cited looks for one figure of the package at the places of its clause.
func (v *verifier) cited(c *Claim, f *Cited, place []int, names string, quiet bool) {
	found, agreed := false, f.Op == OpNone
	var other Figure
	for _, s := range place {
		for i := range v.figures[s] {
			src := &v.figures[s][i]
			part := v.matches(f.Figure, *src, s)
			if part == 0 {
				continue
			}
			found = true
			v.carried[s][i] |= part
			if src.Op == OpNone || src.Op == f.Op {
				agreed = true
			} else {
				other = *src
			}
		}
	}
	if !found && f.Kind == FigureWindow {
		found, agreed = v.windowOfYears(f.Figure, place), true
	}
	at := VerifyFault{Clause: c.Clause, Locator: names, File: f.File, Line: f.Line}
	switch {
	case found && !agreed:
		at.Code = FaultOperator
		v.fault(at, f.Field, f.Text, f.Op.sign(), other.Op.sign(), other.Text)
	case !found && !f.Weak && !f.Spelled && !quiet:
		there := v.there(f.Figure, place)
		if where := v.elsewhere(f.Figure); where != "" {
			at.Code = FaultFigureElsewhere
			v.fault(at, f.Field, f.Text, there, where)
			return
		}
		at.Code = FaultFigureAbsent
		v.fault(at, f.Field, f.Text, there)
	}
}

// matches says how much of a figure of sentence s a cited figure carries.
func (v *verifier) matches(f, src Figure, s int) carried {
	if f.same(src) {
		if f.Kind == FigureDate && f.Value >= 10000 && src.Value < 10000 && !v.yearFits(f.Value/10000, s) {
			return 0
		}
		if f.Kind == FigureMonth && f.Value >= 100 && src.Value < 100 && !v.yearFits(f.Value/100, s) {
			return 0
		}
		return carriesAll
	}
	if src.Kind != FigureWindow {
		return 0
	}
	year := f.Value
	switch {
	case f.Kind == FigureNumber && year%unitScale == 0:
		year /= unitScale
	case f.Kind != FigureYear:
		return 0
	}
	switch year {
	case src.Value:
		return carriesLow
	case src.High:
		return carriesHigh
	}
	return 0
}

func (v *verifier) yearFits(year int64, s int) bool {
	return len(v.years[s]) == 0 || slices.Contains(v.years[s], year)
}

// windowOfYears finds both ends of a cited window as single years.
func (v *verifier) windowOfYears(f Figure, place []int) bool {
	var low, high []*carried
	for _, s := range place {
		for i, src := range v.figures[s] {
			switch {
			case src.Kind == FigureYear && src.Value == f.Value:
				low = append(low, &v.carried[s][i])
			case src.Kind == FigureYear && src.Value == f.High:
				high = append(high, &v.carried[s][i])
			}
		}
	}
	if len(low) == 0 || len(high) == 0 {
		return false
	}
	for _, c := range append(low, high...) {
		*c = carriesAll
	}
	return true
}

const (
	maxShown   = 6   // figures listed in a message
	maxLookups = 200 // faults for which the whole source is searched
)

// there lists what the clause's places hold: figures of the same kind, else all.
func (v *verifier) there(f Figure, place []int) string {
	var same, all []string
	for _, s := range place {
		for _, src := range v.figures[s] {
			word := src.Op.sign() + src.Text
			all = append(all, word)
			if src.Kind == f.Kind {
				same = append(same, word)
			}
		}
	}
	if len(same) == 0 {
		same = all
	}
	if len(same) == 0 {
		return "-"
	}
	if len(same) > maxShown {
		same = append(same[:maxShown:maxShown], "…")
	}
	return strings.Join(same, ", ")
}

// elsewhere lists other places of the source that hold the figure.
func (v *verifier) elsewhere(f Figure) string {
	if v.lookups++; v.lookups > maxLookups {
		return ""
	}
	var out []string
	for s := range v.figures {
		for _, src := range v.figures[s] {
			if v.matches(f, src, s) == carriesAll && len(out) < 3 {
				out = append(out, v.o.sentences[s].Locator)
				break
			}
		}
	}
	return strings.Join(out, "、")
}

// sentenceYears gives each sentence the years that a day without a year in it
// may belong to: of the full dates next before and next after, also in the same
// sentence. A text without any full date allows every year.
func sentenceYears(figures [][]Figure) [][]int64 {
	out := make([][]int64, len(figures))
	visit := func(s int, last int64) int64 {
		for _, f := range figures[s] {
			if f.Kind == FigureDate && f.Value >= 10000 {
				last = f.Value / 10000
				out[s] = append(out[s], last)
			}
		}
		return last
	}
	last := int64(0)
	for s := range figures {
		if last > 0 {
			out[s] = append(out[s], last)
		}
		last = visit(s, last)
	}
	last = 0
	for s := len(figures) - 1; s >= 0; s-- {
		if last > 0 {
			out[s] = append(out[s], last)
		}
		last = visit(s, last)
	}
	return out
}

// source reports what of the source no clause carries.
func (v *verifier) source() {
	claimed := make([]bool, len(v.o.nodes)) // the node or something below it
	for i, s := range v.o.sentences {
		if len(v.claims[i]) == 0 {
			continue
		}
		for n := s.node; n >= 0 && !claimed[n]; n = v.o.nodes[n].parent {
			claimed[n] = true
		}
	}
	for i, s := range v.o.sentences {
		n := s.node
		if v.o.nodes[n].title {
			n = v.o.nodes[n].parent
		}
		at := VerifyFault{Locator: s.Locator, SourceLine: s.Line}
		if len(v.claims[i]) == 0 && !(s.Heading && claimed[n]) {
			at.Code = FaultSentence
			v.fault(at, opening(s.Text))
			continue
		}
		v.uncarried(i, at)
	}
}

// uncarried reports the figures of a sentence that no clause carries.
func (v *verifier) uncarried(i int, at VerifyFault) {
	for k, f := range v.figures[i] {
		if f.Weak || v.carried[i][k] == carriesAll {
			continue
		}
		if len(v.claims[i]) == 0 {
			at.Code = FaultFigureHeading
			v.fault(at, f.Op.sign()+f.Text)
			continue
		}
		clauses := slices.Compact(slices.Sorted(slices.Values(v.claims[i])))
		at.Code, at.Clause = FaultFigureUncarried, clauses[0]
		v.fault(at, f.Op.sign()+f.Text, strings.Join(clauses, ", "))
	}
}

const openingRunes = 24

// opening is the beginning of a sentence, enough to find it.
func opening(s string) string {
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) <= openingRunes {
		return string(r)
	}
	return fmt.Sprintf("%s…", string(r[:openingRunes]))
}
