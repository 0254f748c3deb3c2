package programme

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Locator is a place of the source as a clause names it: the node it names and the sentences it picks.
type Locator struct {
	Path     string // "二.8.4"
	From, To int    // sentences of the node's own line, from 1; 0 for all of its own text
	LastPara int    // of 附2.段2-10: 10; else 0
}

// SplitLocators parts several locators that stand in one text: 一.3·2、附1.摘要.
func SplitLocators(raw string) []string {
	return strings.FieldsFunc(raw, func(r rune) bool { return strings.ContainsRune("、，,；;", r) || blank(r) })
}

// ParseLocator reads one locator. It forgives what changes nothing: brackets
// around a number, full-width digits and dots.
func ParseLocator(raw string) (Locator, bool) {
	text := strings.Map(func(r rune) rune {
		switch {
		case blank(r):
			return -1
		case r == '・' || r == '•' || r == '‧' || r == '∙' || r == '⋅':
			return '·'
		}
		return narrow(r)
	}, raw)
	path, pick, picked := strings.Cut(text, "·")
	var p Locator
	if picked {
		from, to, ok := readRange(pick)
		if !ok {
			return Locator{}, false
		}
		p.From, p.To = from, to
	}
	words := strings.Split(path, ".")
	for i, w := range words {
		w = strings.TrimSuffix(strings.TrimPrefix(w, "("), ")")
		if w == "" || len(w) > 60 || strings.ContainsAny(w, "()") {
			return Locator{}, false
		}
		words[i] = w
	}
	last := &words[len(words)-1]
	if first, rest, ok := strings.Cut(*last, "-"); ok && strings.HasPrefix(first, paraPrefix) && !picked {
		from, to, ok := readRange(strings.TrimPrefix(*last, paraPrefix))
		if !ok || rest == "" {
			return Locator{}, false
		}
		*last, p.LastPara = fmt.Sprintf("%s%d", paraPrefix, from), to
	}
	p.Path = strings.Join(words, ".")
	return p, true
}

// readRange reads n or n-m with 1 ≤ n ≤ m.
func readRange(s string) (from, to int, ok bool) {
	first, last, two := strings.Cut(s, "-")
	from, err := strconv.Atoi(first)
	if err != nil || from < 1 {
		return 0, 0, false
	}
	to = from
	if two {
		if to, err = strconv.Atoi(last); err != nil || to < from {
			return 0, 0, false
		}
	}
	return from, to, true
}

// trouble is a locator that picks nothing: the message and its arguments.
type trouble struct {
	code string
	args []string
}

// resolve gives the sentences that a locator picks.
func (o *Outline) resolve(raw string) ([]int, *trouble) {
	p, ok := ParseLocator(raw)
	if !ok {
		return nil, &trouble{FaultLocatorForm, []string{raw}}
	}
	at, ok := o.byLocator[p.Path]
	if !ok {
		return nil, &trouble{FaultLocatorMissing, []string{raw, o.nearest(p.Path)}}
	}
	n := &o.nodes[at]
	if p.LastPara > 0 {
		return o.resolveParas(raw, p, n)
	}
	if p.From > 0 {
		if p.To > len(n.own) {
			return nil, &trouble{FaultLocatorSentence, []string{n.locator, strconv.Itoa(len(n.own)), strconv.Itoa(p.To)}}
		}
		return n.own[p.From-1 : p.To], nil
	}
	out := slices.Clone(n.own)
	for _, c := range n.paras {
		out = append(out, o.nodes[c].own...)
	}
	if len(out) == 0 {
		return nil, &trouble{FaultLocatorEmpty, []string{n.locator, o.nearest(p.Path + ".1")}}
	}
	return out, nil
}

// resolveParas gives the sentences of a run of paragraphs: 附2.段2-10.
func (o *Outline) resolveParas(raw string, p Locator, first *treeNode) ([]int, *trouble) {
	if first.parent < 0 {
		return nil, &trouble{FaultLocatorForm, []string{raw}}
	}
	var out []int
	i := strings.LastIndex(p.Path, paraPrefix)
	from, _ := strconv.Atoi(p.Path[i+len(paraPrefix):])
	for k := from; k <= p.LastPara; k++ {
		path := fmt.Sprintf("%s%d", p.Path[:i+len(paraPrefix)], k)
		at, ok := o.byLocator[path]
		if !ok {
			return nil, &trouble{FaultLocatorMissing, []string{path, o.nearest(path)}}
		}
		out = append(out, o.nodes[at].own...)
	}
	return out, nil
}

const maxNearest = 4

// nearest names the places most like a path that does not exist: those under
// the longest part of it that does, then by the number of changed characters.
func (o *Outline) nearest(path string) string {
	type candidate struct {
		locator         string
		shared, changes int
	}
	var best []candidate
	want := []rune(path)
	for i := range o.nodes {
		loc := []rune(o.nodes[i].locator)
		c := candidate{locator: o.nodes[i].locator}
		for c.shared < len(loc) && c.shared < len(want) && loc[c.shared] == want[c.shared] {
			c.shared++
		}
		c.changes = max(len(loc), len(want)) - c.shared
		best = append(best, c)
		if len(best) > 4*maxNearest {
			best = closest(best, func(a, b candidate) int {
				return cmp.Or(cmp.Compare(b.shared, a.shared), cmp.Compare(a.changes, b.changes))
			})
		}
	}
	best = closest(best, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.shared, a.shared), cmp.Compare(a.changes, b.changes))
	})
	names := make([]string, len(best))
	for i, c := range best {
		names[i] = c.locator
	}
	return strings.Join(names, "、")
}

func closest[T any](all []T, less func(a, b T) int) []T {
	slices.SortStableFunc(all, less)
	return all[:min(len(all), maxNearest)]
}
