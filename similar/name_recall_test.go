package similar

import (
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"shenbao/internal/hanzi"
)

// The cores of testdata/cores.txt are invented and typical. Each is dressed as
// the name of a centre and altered in the ways in which names come back a
// second time. The floors below are what the measure reached when it was
// chosen; a change of the measure must not fall under them.
var floors = []struct {
	kind       string
	nearEnough float64 // share of altered names that score at least Near
}{
	{"affixes", 1}, {"swapped", 1}, {"conjunction", 1}, {"traditional", 1}, {"punctuation", 1},
	{"generic", 1}, {"homophone", 0.98}, {"synonym", 0.98}, {"inserted", 0.95}, {"dropped", 0.88}, {"substituted", 0.72},
}

const (
	maxStrangers = 0.12 // other names that score at least Near, for each name among a thousand
	minTopOne    = 0.985
	minTopFive   = 1.0
)

func TestRecall(t *testing.T) {
	text, err := os.ReadFile("testdata/cores.txt")
	if err != nil {
		t.Fatal(err)
	}
	cores := strings.Fields(string(text))
	rnd := rand.New(rand.NewPCG(1, 2))
	names := make([]string, len(cores))
	for i, c := range cores {
		names[i] = dress(c, rnd)
	}
	index := NewNames(names)
	strangers(t, names, index)
	one, five, all := 0, 0, 0
	for _, f := range floors {
		n, enough := 0, 0
		for i, core := range cores {
			altered := alter(f.kind, core, rnd)
			if altered == "" {
				continue
			}
			altered = dress(altered, rnd)
			top := index.Nearest(nil, altered, 5, nil)
			at := slices.IndexFunc(top, func(m Match) bool { return m.Row == i })
			n++
			if at >= 0 && top[at].Permille >= Near {
				enough++
			}
			if at == 0 {
				one++
			}
			if at >= 0 {
				five++
			}
		}
		all += n
		if share := float64(enough) / float64(n); share < f.nearEnough || n < 60 {
			t.Errorf("%s: %.3f of %d altered names are near, want %.3f", f.kind, share, n, f.nearEnough)
		}
	}
	if r := float64(one) / float64(all); r < minTopOne {
		t.Errorf("%.4f come first, want %.3f", r, minTopOne)
	}
	if r := float64(five) / float64(all); r < minTopFive {
		t.Errorf("%.4f are among five, want %.3f", r, minTopFive)
	}
	t.Logf("%d altered names: first %.4f, among five %.4f", all, float64(one)/float64(all), float64(five)/float64(all))
}

// At the score at which each name has one false hint, at least 97 of 100 altered
// names are found: what people are shown below Near costs them little.
func TestRecallAtOneFalseHint(t *testing.T) {
	text, err := os.ReadFile("testdata/cores.txt")
	if err != nil {
		t.Fatal(err)
	}
	cores := strings.Fields(string(text))
	rnd := rand.New(rand.NewPCG(7, 8))
	names := make([]string, len(cores))
	for i, c := range cores {
		names[i] = dress(c, rnd)
	}
	index := NewNames(names)
	var hints []int // scores of strangers
	for i, name := range names {
		for _, m := range index.Search(nil, name, Search{Most: len(names), Least: 300, Keep: func(row int) bool { return row != i }}) {
			hints = append(hints, m.Permille)
		}
	}
	slices.Sort(hints)
	least := hints[len(hints)-len(names)] // one a name
	found, all := 0, 0
	for _, f := range floors {
		for i, core := range cores {
			if altered := alter(f.kind, core, rnd); altered != "" {
				all++
				for _, m := range index.Search(nil, dress(altered, rnd), Search{Most: len(names), Least: least}) {
					if m.Row == i {
						found++
					}
				}
			}
		}
	}
	recall := float64(found) / float64(all)
	t.Logf("recall %.4f of %d altered names at a score of %d", recall, all, least)
	if recall < 0.97 {
		t.Errorf("recall %.4f, want 0.97", recall)
	}
}

// strangers counts the names that are near another one though they are not the
// same centre.
func strangers(t *testing.T, names []string, index *Names) {
	n := 0
	for i, name := range names {
		for _, m := range index.Nearest(nil, name, len(names), nil) {
			if m.Row != i && m.Permille >= Near {
				n++
			}
		}
	}
	if r := 1000 * float64(n) / float64(len(names)*len(names)); r > maxStrangers {
		t.Errorf("%.3f strangers for each name among a thousand, want at most %.2f", r, maxStrangers)
	}
}

var (
	somePlaces = []string{"山东省", "山西省", "河南省", "", "济南市", "国家", "江苏省"}
	someTypes  = []string{"技术创新中心", "重点实验室", "工程技术研究中心", "工程研究中心", "临床医学研究中心"}
)

func dress(core string, rnd *rand.Rand) string {
	p, typ := somePlaces[rnd.IntN(len(somePlaces))], someTypes[rnd.IntN(len(someTypes))]
	if rnd.IntN(4) == 0 {
		return core + p + typ
	}
	return p + core + typ
}

// alter changes a core in the way of a kind; it returns "" where it cannot.
func alter(kind, core string, rnd *rand.Rand) string {
	c := []rune(core)
	half, at := len(c)/2, rnd.IntN(len(c))
	switch kind {
	case "swapped":
		return string(c[half:]) + string(c[:half])
	case "conjunction":
		return string(c[:half]) + "与" + string(c[half:])
	case "punctuation":
		return string(c[:half]) + "　·" + string(c[half:])
	case "generic":
		return core + "技术应用"
	case "traditional":
		return strings.Map(func(r rune) rune {
			if t, ok := traditional[r]; ok {
				return t
			}
			return r
		}, core)
	case "homophone":
		same := homophones[hanzi.Sound(c[at])]
		c[at] = same[rnd.IntN(len(same))]
	case "substituted":
		c[at] = []rune("新高大智绿海能合光电")[rnd.IntN(10)]
	case "inserted":
		words := []string{"新型", "高效", "关键技术", "智能", "先进", "综合"}
		return string(c[:at]) + words[rnd.IntN(len(words))] + string(c[at:])
	case "dropped":
		if len(c) < 6 {
			return ""
		}
		at = rnd.IntN(len(c) - 1)
		return string(c[:at]) + string(c[at+2:])
	case "synonym":
		return replaceSynonym(core)
	}
	return string(c)
}

// replaceSynonym puts the next word of its group in place of the first synonym.
func replaceSynonym(core string) string {
	plain := Plain(nil, []rune(core))
	for i := range plain {
		n := synonyms.prefix(plain[i:])
		for line := range strings.Lines(synonymText) {
			group := strings.Fields(line)
			if k := slices.Index(group, string(plain[i:i+n])); n > 0 && k >= 0 {
				return string(plain[:i]) + group[(k+1)%len(group)] + string(plain[i+n:])
			}
		}
	}
	return ""
}

var traditional, homophones = func() (map[rune]rune, map[uint16][]rune) {
	trad, same := map[rune]rune{}, map[uint16][]rune{}
	for r := rune(0x4E00); r < 0xA000; r++ {
		if to, f := hanzi.StandardOf(r); f == hanzi.Traditional {
			trad[to] = r
		}
		if s := hanzi.Sound(r); s != 0 {
			same[s] = append(same[s], r)
		}
	}
	return trad, same
}()
