package rule

import (
	"fmt"
	"shenbao/internal/fault"
	"slices"
	"strings"
)

// Kind is the type of a fact, by its code in docs/rule-language.md section 1.
type Kind string

// The kinds of facts.
const (
	TextKind     Kind = "text"
	LongTextKind Kind = "longtext"
	BoolKind     Kind = "bool"
	IntegerKind  Kind = "integer"
	DecimalKind  Kind = "decimal"
	MoneyKind    Kind = "money"
	PercentKind  Kind = "percent"
	DateKind     Kind = "date"
	YearKind     Kind = "year"
	SeriesKind   Kind = "series"
	ChoiceKind   Kind = "choice"
	ChoicesKind  Kind = "choices"
	PlaceKind    Kind = "place"
	UnitKind     Kind = "unit"
	PersonKind   Kind = "person"
	FileKind     Kind = "file"
	ListKind     Kind = "list"
)

// Kinds lists every kind of fact.
func Kinds() []Kind {
	return []Kind{TextKind, LongTextKind, BoolKind, IntegerKind, DecimalKind, MoneyKind, PercentKind, DateKind, YearKind,
		SeriesKind, ChoiceKind, ChoicesKind, PlaceKind, UnitKind, PersonKind, FileKind, ListKind}
}

// isText reports whether values of k are characters.
func (k Kind) isText() bool { return k == TextKind || k == LongTextKind }

// isKey reports whether values of k are known by a code and shown by a name.
func (k Kind) isKey() bool { return k == UnitKind || k == PersonKind }

// maxRows bounds every list.
const maxRows = 1000

// An Option is one answer of a choice.
type Option struct{ Code, Name string }

// A Fact (事实) declares one thing that an application may say. For a list,
// Columns declare its rows and Unit its counter; for a series, Of is the kind
// of each year's value and Years the first and last year that may be given.
type Fact struct {
	Code, Name string
	LabelEN    string
	Kind       Kind
	Unit       *Unit  // shown, and assumed for bare numbers; nil for kinds without one
	Min, Max   *int64 // what is possible, in base units; nil when not bounded
	MaxChars   int    // 字 of a text; 0 when not bounded
	Options    []Option
	Of         Kind
	Years      [2]int
	Columns    []*Fact
	MaxItems   int
	Closed     bool   // the list is always complete: the application is the list
	Row        string // the word for one row, as 人员

	slot   int   // place in Facts.vals, Facts.lists, or the row's cells
	list   *Fact // the list a column belongs to
	option map[string]int
}

// Dim is the dimension of the fact's numbers, NoDimension if it has none.
func (f *Fact) Dim() Dimension {
	switch k := f.numeric(); k {
	case MoneyKind:
		return MoneyDim
	case PercentKind:
		return ShareDim
	case DateKind:
		return DateDim
	case YearKind:
		return YearDim
	case IntegerKind, DecimalKind:
		if f.Unit != nil {
			return f.Unit.Dim
		}
		return PiecesDim
	}
	return NoDimension
}

// numeric is the kind of the fact's values, looking into a series.
func (f *Fact) numeric() Kind {
	if f.Kind == SeriesKind {
		return f.Of
	}
	return f.Kind
}

// Label is the fact's name in the given language, "zh" or "en".
func (f *Fact) Label(lang string) string {
	if lang == "en" && f.LabelEN != "" {
		return f.LabelEN
	}
	return f.Name
}

// Path is the fact's full code; a column's begins with its list's.
func (f *Fact) Path() string {
	if f.list != nil {
		return f.list.Code + "." + f.Code
	}
	return f.Code
}

// OptionName is the Chinese name of the option at index i, as stored in Value.N.
func (f *Fact) OptionName(i int64) string {
	if i < 0 || int(i) >= len(f.Options) {
		return ""
	}
	return f.Options[i].Name
}

// ParamType is the type of a parameter.
type ParamType string

// The types of parameters.
const (
	QuantityParam ParamType = "quantity"
	DateParam     ParamType = "date"
	YearsParam    ParamType = "years"  // a window of calendar years
	DatesParam    ParamType = "dates"  // a window of days
	SetParam      ParamType = "set"    // codes of options
	PlacesParam   ParamType = "places" // GB/T 2260 codes
)

// A Param (参数) is a value that a clause leaves open or several rules share.
type Param struct {
	Code, Name string
	LabelEN    string
	Type       ParamType
	Quantity   Quantity // QuantityParam
	From, To   int64    // DateParam: From; YearsParam: years; DatesParam: days
	Codes      []string // SetParam: option codes, in the package's order
	Places     []int64  // PlacesParam
	PlaceNames []string // PlacesParam: names shown, parallel to Places
}

// Label is the parameter's name in the given language.
func (p *Param) Label(lang string) string {
	if lang == "en" && p.LabelEN != "" {
		return p.LabelEN
	}
	return p.Name
}

// A Schema holds the facts, parameters and named checks that rules may use.
type Schema struct {
	Facts  []*Fact
	Params []*Param
	Checks []*Check

	fact        map[string]*Fact // by code and by name
	param       map[string]*Param
	check       map[string]*Check
	vals, lists int // how many slots Facts needs
}

// NewSchema joins facts, parameters and named checks. The problems name what
// is declared twice or wrongly; the schema is usable only when there are none.
func NewSchema(facts []*Fact, params []*Param, checks []*Check) (*Schema, []*fault.Fault) {
	s := &Schema{Facts: facts, Params: params, Checks: checks,
		fact: map[string]*Fact{}, param: map[string]*Param{}, check: map[string]*Check{}}
	var probs []*fault.Fault
	for _, f := range facts {
		probs = append(probs, s.addFact(f)...)
	}
	for _, p := range params {
		for _, w := range distinct(p.Code, p.Name) {
			if s.fact[w] != nil || s.param[w] != nil {
				probs = append(probs, problem("schema.twice", w))
			}
			s.param[w] = p
		}
		if pr := p.check(); pr != nil {
			probs = append(probs, pr)
		}
	}
	for _, c := range checks {
		for _, w := range distinct(c.Code, c.Name) {
			s.check[w] = c
		}
	}
	return s, probs
}

func distinct(a, b string) []string {
	if a == b || b == "" {
		return []string{a}
	}
	return []string{a, b}
}

func (s *Schema) addFact(f *Fact) []*fault.Fault {
	probs := f.check(false)
	for _, w := range distinct(f.Code, f.Name) {
		if s.fact[w] != nil {
			probs = append(probs, problem("schema.twice", w))
		}
		s.fact[w] = f
	}
	switch f.Kind {
	case ListKind:
		f.slot = s.lists
		s.lists++
		seen := map[string]bool{}
		for i, c := range f.Columns {
			c.slot, c.list = i, f
			probs = append(probs, c.check(true)...)
			for _, w := range distinct(c.Code, c.Name) {
				if seen[w] {
					probs = append(probs, problem("schema.twice", f.Code+"."+w))
				}
				seen[w] = true
			}
		}
	case SeriesKind:
		f.slot = s.vals
		s.vals += max(1, f.Years[1]-f.Years[0]+1)
	default:
		f.slot = s.vals
		s.vals++
	}
	return probs
}

// check finds what is wrong with the declaration itself, and indexes options.
func (f *Fact) check(column bool) []*fault.Fault {
	var probs []*fault.Fault
	bad := func(code string, args ...any) {
		probs = append(probs, problem(code, append([]any{f.Code}, args...)...))
	}
	if !isCode(f.Code) {
		bad("schema.code")
	}
	if !isName(f.Name) {
		bad("schema.name", f.Name)
	}
	if !slices.Contains(Kinds(), f.Kind) {
		bad("schema.kind", string(f.Kind))
	}
	if column && (f.Kind == ListKind || f.Kind == SeriesKind) {
		bad("schema.nested")
	}
	f.option = map[string]int{}
	for i, o := range f.Options {
		for _, w := range distinct(o.Code, o.Name) {
			if _, ok := f.option[w]; ok {
				bad("schema.option_twice", w)
			}
			f.option[w] = i
		}
	}
	if (f.Kind == ChoiceKind || f.Kind == ChoicesKind) && len(f.Options) == 0 {
		bad("schema.options")
	}
	if f.Kind == ChoicesKind && len(f.Options) > 64 {
		bad("schema.options64")
	}
	if f.Kind == SeriesKind && (f.Years[0] < 1900 || f.Years[1] < f.Years[0] || f.Years[1]-f.Years[0] > 50 ||
		f.Of != MoneyKind && f.Of != DecimalKind && f.Of != IntegerKind) {
		bad("schema.series")
	}
	if f.Kind == ListKind && (f.MaxItems < 1 || f.MaxItems > maxRows || len(f.Columns) == 0) {
		bad("schema.list")
	}
	if f.Min != nil && f.Max != nil && *f.Min > *f.Max {
		bad("schema.range")
	}
	probs = append(probs, f.checkUnit()...)
	return probs
}

func (f *Fact) checkUnit() []*fault.Fault {
	want := NoDimension
	switch f.numeric() {
	case MoneyKind:
		want = MoneyDim
	case PercentKind:
		want = ShareDim
	case DecimalKind, IntegerKind:
		if f.Unit == nil {
			return nil
		}
		want = f.Unit.Dim
	case ListKind:
		if f.Unit == nil || !f.Unit.Dim.counts() {
			return []*fault.Fault{problem("schema.counter", f.Code)}
		}
		return nil
	}
	if f.Unit == nil && want == NoDimension || f.Unit != nil && f.Unit.Dim == want {
		return nil
	}
	return []*fault.Fault{problem("schema.unit", f.Code)}
}

func (p *Param) check() *fault.Fault {
	switch {
	case !isCode(p.Code):
		return problem("schema.code", p.Code)
	case !isName(p.Name):
		return problem("schema.name", p.Code, p.Name)
	case (p.Type == YearsParam || p.Type == DatesParam) && p.From > p.To:
		return problem("schema.range", p.Code)
	case p.Type == SetParam && len(p.Codes) == 0, p.Type == PlacesParam && len(p.Places) == 0:
		return problem("schema.options", p.Code)
	}
	return nil
}

// isCode reports whether s is lower-case ASCII words joined by dots.
func isCode(s string) bool {
	for _, w := range strings.Split(s, ".") {
		if w == "" || w[0] >= '0' && w[0] <= '9' || strings.ContainsFunc(w, func(r rune) bool {
			return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z')
		}) {
			return false
		}
	}
	return len(s) <= 120 && keyword(s) == ""
}

// isName reports whether s can be written in a rule as a Chinese name.
func isName(s string) bool {
	for _, w := range strings.Split(s, ".") {
		if w == "" || strings.ContainsFunc(w, func(r rune) bool { return !isWordRune(r) }) {
			return false
		}
	}
	return len(s) <= 240 && keyword(s) == ""
}

// Fact returns the fact with the given code or Chinese name; "list.column"
// finds a column. It returns nil if there is none.
func (s *Schema) Fact(path string) *Fact {
	if f := s.fact[path]; f != nil {
		return f
	}
	for i := len(path) - 1; i > 0; i-- {
		if path[i] != '.' {
			continue
		}
		if l := s.fact[path[:i]]; l != nil && l.Kind == ListKind {
			return l.column(path[i+1:])
		}
	}
	return nil
}

// Param returns the parameter with the given code or Chinese name, or nil.
func (s *Schema) Param(word string) *Param { return s.param[word] }

// Check returns the named check with the given code or Chinese name, or nil.
func (s *Schema) Check(word string) *Check { return s.check[word] }

func (f *Fact) column(word string) *Fact {
	for _, c := range f.Columns {
		if c.Code == word || c.Name == word {
			return c
		}
	}
	return nil
}

// Scalar reports whether the fact has one value: it is no list, no series and
// no column.
func (f *Fact) Scalar() bool { return f.list == nil && f.Kind != ListKind && f.Kind != SeriesKind }

// String names the fact for debugging.
func (f *Fact) String() string { return fmt.Sprintf("%s %s", f.Kind, f.Path()) }
