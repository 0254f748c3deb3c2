package rule

import (
	"fmt"
	"strings"
)

// scalar words the leaves that look at one fact.
func (r renderer) scalar(v *LeafView, l *Leaf) {
	var f *Fact
	switch n := l.Node.(type) {
	case *Is:
		f = n.Fact
		v.Required = r.yes(!l.Negated)
	case *Given:
		f = n.Fact
		v.Required = r.not(l, r.t("given"))
	case *In:
		f = n.Fact
		v.Required = r.not(l, r.set(n.Fact, n.Set))
	case *Has:
		f = n.Fact
		key := "has_any"
		if n.All {
			key = "has_all"
		}
		v.Required = r.not(l, r.t(key, r.set(n.Fact, n.Set)))
	case *Within:
		f = n.Fact
		v.Required = r.not(l, r.t("within", r.set(n.Fact, n.Set)))
	case *During:
		f = n.Fact
		v.Required = r.not(l, r.window(n.Window))
	default:
		f, v.Required = r.textLeaf(l)
	}
	v.Label = f.Label(r.lang)
	if f.Kind == ListKind {
		v.Actual = r.t("rows_n", r.f.Rows(f).N)
		return
	}
	x := r.f.Value(f)
	switch {
	case x.State == Known:
		v.Actual = r.value(f, x)
	case x.State == NotSupplied:
		v.Actual = r.reasons(Missing)
	default:
		v.Actual = r.t("claimed", r.value(f, x), r.reasons(x.State.reasons()))
	}
}

func (r renderer) textLeaf(l *Leaf) (f *Fact, required string) {
	switch n := l.Node.(type) {
	case *TextClass:
		key := "only"
		if n.Without != l.Negated {
			key = "without"
		}
		return n.Fact, r.t(key, r.t("class."+n.Class))
	case *Matches:
		return n.Fact, r.not(l, r.t("matches", n.Re))
	case *Same:
		other := "“" + n.Str + "”"
		if n.Other != nil {
			other = n.Other.Label(r.lang)
		}
		return n.Fact, r.not(l, r.t("same", other))
	}
	return &Fact{}, ""
}

func (r renderer) yes(b bool) string {
	if b {
		return r.t("yes")
	}
	return r.t("no")
}

// set lists a set's options or places; a parameter is named.
func (r renderer) set(f *Fact, s Set) string {
	codes, places := s.Codes, s.Places
	var names []string
	if s.Param != nil {
		codes, places, names = s.Param.Codes, s.Param.Places, s.Param.PlaceNames
	}
	var parts []string
	for _, c := range codes {
		parts = append(parts, r.option(f, int64(f.option[c])))
	}
	for i, p := range places {
		if i < len(names) && names[i] != "" {
			parts = append(parts, names[i])
		} else {
			parts = append(parts, fmt.Sprintf("%06d", p))
		}
	}
	return strings.Join(parts, r.t("or_comma"))
}

func (r renderer) option(f *Fact, i int64) string {
	if name := f.OptionName(i); name != "" {
		return name
	}
	return fmt.Sprint(i)
}

func (r renderer) window(w Window) string {
	s := r.t("years", w.From, w.To)
	if w.Days {
		s = r.t("days", FormatDay(w.From), FormatDay(w.To))
	}
	if w.Param != nil {
		s += r.t("named", w.Param.Label(r.lang))
	}
	return s
}

// value is a fact's value in words.
func (r renderer) value(f *Fact, v Value) string {
	switch f.Kind {
	case BoolKind:
		return r.yes(v.N != 0)
	case FileKind:
		if v.N != 0 {
			return r.t("given")
		}
		return r.t("not_given")
	case ChoiceKind:
		return r.option(f, v.N)
	case ChoicesKind:
		var parts []string
		for i := range f.Options {
			if v.Set>>i&1 == 1 {
				parts = append(parts, f.Options[i].Name)
			}
		}
		if len(parts) == 0 {
			return r.t("none")
		}
		return strings.Join(parts, r.t("and_comma"))
	case DateKind:
		return FormatDay(v.N)
	case YearKind:
		return fmt.Sprint(v.N)
	case PlaceKind:
		if v.Label != "" {
			return v.Label
		}
		return fmt.Sprintf("%06d", v.N)
	case TextKind, LongTextKind:
		if len([]rune(v.S)) > 40 {
			return "“" + string([]rune(v.S)[:40]) + "…”"
		}
		return "“" + v.S + "”"
	case UnitKind, PersonKind:
		if v.Label != "" {
			return v.Label
		}
		return v.S
	}
	return r.amount(v.N, f.Unit)
}
