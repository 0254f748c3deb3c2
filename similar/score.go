package similar

import (
	"slices"

	"shenbao/internal/hanzi"
)

// Near is the score from which two names are so near that a person should
// look. On the names of name_recall_test.go it finds 96 of 100 altered names
// and takes one in twelve names for a stranger's among a thousand others.
const Near = 700

// EqualCore is the score from which two names have the same core.
const EqualCore = sameCoreScore

// What equal parts are worth. Anything less than equal stays below them.
const (
	sameScore      = 1000
	sameCoreScore  = 990
	sameWordsScore = 980
	synonymScore   = 970
	mostScore      = 960
)

// A Reason says why two names are near.
type Reason string

// The reasons, from the strongest.
const (
	Same       Reason = "same"        // nothing differs but the writing and where place and type stand
	SameCore   Reason = "same_core"   // place, level or type differ
	SameWords  Reason = "same_words"  // 技术, 应用, 与 and the like differ
	Synonym    Reason = "synonym"     // words that stand for one another
	SameSound  Reason = "same_sound"  // other characters, pronounced alike
	Order      Reason = "order"       // the same characters in another order
	WordsAdded Reason = "words_added" // one has all the characters of the other
	SomeDiffer Reason = "some_differ" // most characters are the same
)

var reasonLabels = map[Reason][2]string{
	Same:       {"名称相同", "same name"},
	SameCore:   {"核心词相同", "same core, other place or type"},
	SameWords:  {"仅通用词不同", "only general words differ"},
	Synonym:    {"近义词", "synonyms"},
	SameSound:  {"读音相同", "sounds alike"},
	Order:      {"词序不同", "other order"},
	WordsAdded: {"增减词语", "words added or left out"},
	SomeDiffer: {"部分字不同", "some characters differ"},
}

// Label is the reason in the given language, "zh" or "en".
func (r Reason) Label(lang string) string {
	if lang == "en" {
		return reasonLabels[r][1]
	}
	return reasonLabels[r][0]
}

// A Score says how near two names are, in thousandths, and why.
type Score struct {
	Permille int
	Reasons  []Reason
}

// Name compares two names of centres. The order of its arguments does not
// matter.
func Name(a, b string) Score {
	x, y := newName(a), newName(b)
	if len(x.Full) == 0 || len(y.Full) == 0 {
		return Score{}
	}
	s := x.score(y)
	return Score{Permille: s, Reasons: x.reasons(y, s)}
}

// named is a name ready to be compared.
type named struct {
	Parts
	plain     []rune // the core without generic words
	canonical []rune // and with each synonym as the first of its group
}

func newName(s string) named {
	n := named{Parts: Split(Fold(nil, s))}
	n.plain = Plain(nil, n.Core)
	n.canonical = appendCanonical(nil, n.plain)
	return n
}

// Plain appends a core to dst without the words that make a name no less like
// another (技术, 应用, 与); if nothing would be left, the whole core.
func Plain(dst, core []rune) []rune {
	from := len(dst)
	for i := 0; i < len(core); {
		if n := generic.prefix(core[i:]); n > 0 {
			i += n
			continue
		}
		dst = append(dst, core[i])
		i++
	}
	if len(dst) == from {
		dst = append(dst, core...)
	}
	return dst
}

func appendCanonical(dst, plain []rune) []rune {
	for i := 0; i < len(plain); {
		n, first := synonyms.group(plain[i:])
		if n == 0 {
			n, first = 1, plain[i:i+1]
		}
		dst = append(dst, first...)
		i += n
	}
	return dst
}

func (x *named) score(y named) int {
	switch {
	case x.same(y.Parts):
		return sameScore
	case slices.Equal(x.Core, y.Core):
		return sameCoreScore
	}
	return keyScore(x.plain, x.canonical, y.plain, y.canonical)
}

// keyScore compares names whose cores differ. Synonyms and sounds count a
// little less than the characters themselves.
func keyScore(xPlain, xCanonical, yPlain, yCanonical []rune) int {
	switch {
	case slices.Equal(xPlain, yPlain):
		return sameWordsScore
	case slices.Equal(xCanonical, yCanonical):
		return synonymScore
	}
	return min(mostScore, max(near(xPlain, yPlain, false),
		near(xCanonical, yCanonical, false)-synonymCost, near(xPlain, yPlain, true)-soundCost))
}

const (
	synonymCost = 20
	soundCost   = 60
)

func (x *named) reasons(y named, score int) []Reason {
	switch score {
	case 0:
		return nil
	case sameScore:
		return []Reason{Same}
	case sameCoreScore:
		return []Reason{SameCore}
	case sameWordsScore:
		return []Reason{SameWords}
	case synonymScore:
		return []Reason{Synonym}
	}
	var out []Reason
	plain := min(mostScore, near(x.plain, y.plain, false))
	a, b := x.plain, y.plain
	bySound := false
	switch {
	case score == plain:
	case score == near(x.canonical, y.canonical, false)-synonymCost:
		out, a, b = append(out, Synonym), x.canonical, y.canonical
	default:
		out, bySound = append(out, SameSound), true
	}
	n := common(a, b, bySound)
	switch {
	case n == len(a) && n == len(b):
		if !bySound || order(a, b, true) < 1000 {
			out = append(out, Order)
		}
	case n == len(a) || n == len(b):
		out = append(out, WordsAdded)
	default:
		out = append(out, SomeDiffer)
	}
	return out
}

// near is how near two texts are: eight tenths for their characters, two for
// their order.
func near(a, b []rune, bySound bool) int {
	return (8*share(2*common(a, b, bySound), len(a)+len(b)) + 2*order(a, b, bySound) + 5) / 10
}

// maxKey bounds what is compared of one core; a core has about ten characters.
const maxKey = 256

// A mask marks the characters of a text that have found their partner.
type mask [maxKey / 64]uint64

func (m *mask) has(i int) bool { return m[i/64]&(1<<(i%64)) != 0 }
func (m *mask) set(i int)      { m[i/64] |= 1 << (i % 64) }

// alike reports whether two characters are of one class; see class.
func alike(a, b rune, bySound bool) bool {
	return a == b || bySound && class(a) == class(b)
}

// class is one number for all characters that sound alike; a character without
// a reading is alone in its class.
func class(r rune) uint32 {
	if s := hanzi.Sound(r); s != 0 {
		return uint32(s)
	}
	return 1<<16 + uint32(r)
}

// common counts the characters that two texts share, each as often as it
// stands in both.
func common(a, b []rune, bySound bool) int {
	a, b = a[:min(len(a), maxKey)], b[:min(len(b), maxKey)]
	var used mask
	n := 0
	for _, r := range a {
		for j, q := range b {
			if alike(r, q, bySound) && !used.has(j) {
				used.set(j)
				n++
				break
			}
		}
	}
	return n
}

// order is the share of neighbours that two texts have in common, in
// thousandths.
func order(a, b []rune, bySound bool) int {
	a, b = a[:min(len(a), maxKey)], b[:min(len(b), maxKey)]
	if len(a) < 2 || len(b) < 2 {
		return share(2*common(a, b, bySound), len(a)+len(b))
	}
	var used mask
	n := 0
	for i := range len(a) - 1 {
		for j := range len(b) - 1 {
			if alike(a[i], b[j], bySound) && alike(a[i+1], b[j+1], bySound) && !used.has(j) {
				used.set(j)
				n++
				break
			}
		}
	}
	return share(2*n, len(a)+len(b)-2)
}

// share is n of of, in thousandths.
func share(n, of int) int {
	if of == 0 {
		return 0
	}
	return (1000*n + of/2) / of
}
