package fits

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"shenbao/rule"
)

// A frame is the calls whose schemas declare the same: one reading of a unit's
// file serves them all.
type frame struct {
	schema *rule.Schema // the first of them
	calls  []int
}

// A place is where a frame keeps an attribute: a fact, or one year of a series.
type place struct {
	frame int
	fact  *rule.Fact
	year  int
}

// frameOf is the frame of a schema.
func (b *builder) frameOf(s *rule.Schema) int {
	if i, ok := b.bySchema[s]; ok {
		return i
	}
	key := declares(s)
	i, ok := b.byContent[key]
	if !ok {
		i = len(b.index.frames)
		b.byContent[key] = i
		b.index.frames = append(b.index.frames, frame{schema: s})
	}
	b.bySchema[s] = i
	return i
}

// declares is all that a schema says about how facts are read and laid out.
func declares(s *rule.Schema) string {
	var k strings.Builder
	var add func(f *rule.Fact)
	add = func(f *rule.Fact) {
		unit := ""
		if f.Unit != nil {
			unit = f.Unit.Code
		}
		fmt.Fprintf(&k, "%q %q %s %s %d..%d %d %t %v %q %s..%s\n", f.Code, f.Name, f.Kind, f.Of, f.Years[0], f.Years[1], f.MaxItems, f.Closed,
			f.Options, unit, bound(f.Min), bound(f.Max))
		for _, c := range f.Columns {
			k.WriteString(" ")
			add(c)
		}
	}
	for _, f := range s.Facts {
		add(f)
	}
	for _, c := range s.Checks {
		fmt.Fprintf(&k, "check %q\n", c.Code)
	}
	return k.String()
}

func bound(n *int64) string {
	if n == nil {
		return ""
	}
	return fmt.Sprint(*n)
}

// signature tells attributes apart: code, kind and dimension, with what gives
// their stored values a meaning. Attributes of two programmes with one signature
// are one attribute.
func (b *builder) signature(f *rule.Fact) string {
	if s, ok := b.signatures[f]; ok {
		return s
	}
	s := fmt.Sprintf("%s %s %s %d", f.Path(), f.Kind, f.Of, f.Dim())
	for _, o := range f.Options {
		s += fmt.Sprintf(" %q", o.Code)
	}
	if f.Kind == rule.ListKind {
		s += fmt.Sprintf(" %t", f.Closed)
		for _, c := range f.Columns {
			s += " (" + b.signature(c) + ")"
		}
	}
	b.signatures[f] = s
	return s
}

// findShared finds the attributes that the operands of several frames rest on.
func (b *builder) findShared() {
	all := map[string][]place{}
	share := func(p place) {
		key := fmt.Sprintf("%s@%d", b.signature(p.fact), p.year)
		if !slices.ContainsFunc(all[key], func(q place) bool { return q.frame == p.frame }) {
			all[key] = append(all[key], p)
		}
	}
	for _, o := range b.index.operands {
		if len(o.homes) == 1 {
			continue
		}
		for _, h := range o.homes {
			for _, p := range o.places(h) {
				share(p)
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		b.index.shared = append(b.index.shared, all[key])
	}
}

// places are the attributes that an operand rests on in one of its homes.
func (o *operand) places(h home) (out []place) {
	switch o.how {
	case series:
		for y := o.from; y <= o.to; y++ {
			out = append(out, place{h.frame, h.fact, y})
		}
	case count, rows:
		out = append(out, place{h.frame, h.list, 0})
	case asked:
		for _, f := range rule.FactsUsed(h.node) {
			switch {
			case f.Path() != f.Code: // a column: its list is there too
			case f.Kind == rule.SeriesKind:
				out = append(out, windows(f, h)...)
			default:
				out = append(out, place{h.frame, f, 0})
			}
		}
	default:
		out = append(out, place{h.frame, h.fact, 0})
	}
	return out
}

// windows are the years of a series that a leaf looks at.
func windows(f *rule.Fact, h home) (out []place) {
	for _, o := range rule.Operands(h.node) {
		if a, ok := o.(*rule.Agg); ok && a.Of == f {
			for y := a.Over.From; y <= a.Over.To; y++ {
				out = append(out, place{h.frame, f, int(y)})
			}
		}
	}
	return out
}

// same reports whether two frames hold the same of an attribute, as far as a
// rule's answer can tell.
func same(f *rule.Facts, p place, g *rule.Facts, q place) bool {
	switch {
	case p.fact.Kind == rule.ListKind:
		return sameRows(f.Rows(p.fact), g.Rows(q.fact), p.fact.Closed)
	case p.fact.Kind == rule.SeriesKind:
		return sameValue(f.YearValue(p.fact, p.year), g.YearValue(q.fact, q.year))
	}
	return sameValue(f.Value(p.fact), g.Value(q.fact))
}

func sameValue(v, w rule.Value) bool {
	if v.State != rule.Known || w.State != rule.Known {
		return (v.State == rule.Known) == (w.State == rule.Known)
	}
	return v.N == w.N && v.Set == w.Set && v.S == w.S
}

func sameRows(v, w *rule.Rows, closed bool) bool {
	if v.State != rule.Known || w.State != rule.Known {
		return (v.State == rule.Known) == (w.State == rule.Known)
	}
	if v.N != w.N || v.Complete != w.Complete && !closed || len(v.Cells) != len(w.Cells) {
		return false
	}
	for i := range v.Cells {
		if !sameValue(v.Cells[i], w.Cells[i]) {
			return false
		}
	}
	return true
}
