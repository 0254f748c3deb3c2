package apply

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A Passage is a passage of a text that was changed: what stayed, what went, what
// came.
type Passage struct {
	Kind string `json:"kind"` // same, old, new; gap is a long passage that stayed, left out
	Text string `json:"text"`
}

// The kinds of passages.
const (
	PassageSame = "same"
	PassageOld  = "old"
	PassageNew  = "new"
	PassageGap  = "gap"
)

// The limits of a comparison of texts.
const (
	mostEdits = 700 // beyond so many differences the rest counts as replaced
	fineEdits = 400 // runes of a sentence that are compared one by one
	around    = 24  // characters of what stayed on each side of a change
)

// passages compares two texts: first by sentences, then what was replaced by
// characters. Of what stayed only the surroundings of changes are kept.
func passages(old, now string) []Passage {
	return trimmed(joinedPassages(refined(merge(edits(sentences(old), sentences(now))))))
}

// sentences cuts a text behind the signs that end sentences.
func sentences(s string) (out []string) {
	for len(s) > 0 {
		i := strings.IndexAny(s, "。；！？\n;!?")
		if i < 0 {
			return append(out, s)
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		out, s = append(out, s[:i+n]), s[i+n:]
	}
	return out
}

// characters cuts a text into its characters.
func characters(s string) (out []string) {
	for _, r := range s {
		out = append(out, string(r))
	}
	return out
}

// edits are the passages that lead from one sequence to another, each of one
// element: the shortest way, as long as it has not too many steps (Myers).
func edits(a, b []string) []Passage {
	var head, tail []Passage
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, Passage{PassageSame, a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, Passage{PassageSame, a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	out := append(head, middle(a, b)...)
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, tail[i])
	}
	return out
}

// middle is the part of edits between what both begin and end with.
func middle(a, b []string) []Passage {
	trace := walk(a, b)
	if trace == nil {
		return append(all(PassageOld, a), all(PassageNew, b)...)
	}
	var back []Passage
	x, y := len(a), len(b)
	for d := len(trace) - 1; d > 0; d-- {
		v := trace[d]
		k, before := x-y, x-y-1
		if k == -d || k != d && v[k-1+d] < v[k+1+d] {
			before = k + 1
		}
		px := v[before+d]
		py := px - before
		for x > px && y > py {
			x, y = x-1, y-1
			back = append(back, Passage{PassageSame, a[x]})
		}
		if x == px {
			y--
			back = append(back, Passage{PassageNew, b[y]})
		} else {
			x--
			back = append(back, Passage{PassageOld, a[x]})
		}
	}
	for ; x > 0; x-- {
		back = append(back, Passage{PassageSame, a[x-1]})
	}
	slices.Reverse(back)
	return back
}

// walk is the greedy search of Myers. The table for d steps says how far each
// diagonal got in fewer: that of diagonal k is at index k+d. nil when the way has
// more than [mostEdits] steps.
func walk(a, b []string) (trace [][]int) {
	limit := min(len(a)+len(b), mostEdits)
	v := make([]int, 2*limit+3)
	at := func(k int) int { return k + limit + 1 }
	for d := 0; d <= limit; d++ {
		trace = append(trace, slices.Clone(v[at(-d):at(d)+1]))
		for k := -d; k <= d; k += 2 {
			x := 0
			switch {
			case d == 0:
			case k == -d || k != d && v[at(k-1)] < v[at(k+1)]:
				x = v[at(k+1)]
			default:
				x = v[at(k-1)] + 1
			}
			y := x - k
			for x < len(a) && y < len(b) && a[x] == b[y] {
				x, y = x+1, y+1
			}
			v[at(k)] = x
			if x >= len(a) && y >= len(b) {
				return trace
			}
		}
	}
	return nil
}

func all(kind string, texts []string) (out []Passage) {
	for _, s := range texts {
		out = append(out, Passage{kind, s})
	}
	return out
}

// merge puts what went before what came, wherever both stand together.
func merge(in []Passage) (out []Passage) {
	var old, now strings.Builder
	flush := func() {
		if old.Len() > 0 {
			out = append(out, Passage{PassageOld, old.String()})
		}
		if now.Len() > 0 {
			out = append(out, Passage{PassageNew, now.String()})
		}
		old.Reset()
		now.Reset()
	}
	for _, p := range in {
		switch p.Kind {
		case PassageOld:
			old.WriteString(p.Text)
		case PassageNew:
			now.WriteString(p.Text)
		default:
			flush()
			out = append(out, p)
		}
	}
	flush()
	return out
}

// refined compares replaced passages character by character, where they are
// short and have enough in common to be read that way.
func refined(in []Passage) (out []Passage) {
	for i := 0; i < len(in); i++ {
		p := in[i]
		if p.Kind != PassageOld || i+1 == len(in) || in[i+1].Kind != PassageNew {
			out = append(out, p)
			continue
		}
		a, b := characters(p.Text), characters(in[i+1].Text)
		fine := merge(edits(a, b))
		same := 0
		for _, f := range fine {
			if f.Kind == PassageSame {
				same++
			}
		}
		if len(a)+len(b) > 2*fineEdits && len(fine) > fineEdits || same*2 < min(len(a), len(b)) {
			out = append(out, p, in[i+1])
		} else {
			out = append(out, fine...)
		}
		i++
	}
	return out
}

// joinedPassages joins neighbours of one kind.
func joinedPassages(in []Passage) (out []Passage) {
	for _, p := range in {
		if n := len(out); n > 0 && out[n-1].Kind == p.Kind {
			out[n-1].Text += p.Text
			continue
		}
		out = append(out, p)
	}
	return out
}

// trimmed leaves out the middle of long passages that stayed.
func trimmed(in []Passage) (out []Passage) {
	for i, p := range in {
		r := []rune(p.Text)
		if p.Kind != PassageSame || len(r) <= 3*around {
			out = append(out, p)
			continue
		}
		if i > 0 {
			out = append(out, Passage{PassageSame, string(r[:around])})
		}
		out = append(out, Passage{Kind: PassageGap})
		if i+1 < len(in) {
			out = append(out, Passage{PassageSame, string(r[len(r)-around:])})
		}
	}
	return out
}
