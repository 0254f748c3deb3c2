package textindex_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"shenbao/internal/textindex"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"２０２４年　山东省“技术创新中心”": "2024年 山东省技术创新中心",
		"5G/ＡＩ（人工智能）":       "5g ai人工智能",
		"元宇宙＋":              "元宇宙",
		"生物育种、合成生物。":        "生物育种 合成生物",
		"目⽬":                "目目", // the second is a Kangxi radical, as PDF files have them
		"a\u200bb":          "ab",
		"":                  "",
	} {
		if got := textindex.Fold(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
}

// found is what a table of words and a second look come to.
func found(text, question string) bool {
	q := textindex.Ask(question)
	words := textindex.Words(text)
	for _, w := range q.Words {
		if !slices.Contains(words, w) {
			return false
		}
	}
	folded := textindex.Fold(text)
	for _, p := range q.Parts {
		if !strings.Contains(folded, p) {
			return false
		}
	}
	return true
}

func TestFinding(t *testing.T) {
	const text = "关于组织开展2024年山东省“技术创新中心”申报工作的通知：人形机器人、5G通信、AIGC，鲁科字〔2024〕12号，𠅤某"
	for _, c := range []struct {
		question string
		want     bool
	}{
		{"申报", true},      // two characters
		{"省", true},       // one
		{"机器人 山东", true},  // both, in any order
		{"机器人 山西", false}, // not both
		{"技术创新中心申报", true},
		{"中心技术", false}, // both pairs stand there, not together
		{"5g", true},
		{"５Ｇ通信", true},
		{"g通信", false}, // a word is found by its beginning
		{"aig", true},
		{"igc", false},
		{"2024年", true},
		{"024年", false},
		{"鲁科字〔2024〕12号", true},
		{"𠅤", true},
		{"(", true}, // nothing asked
		{"", true},
	} {
		if got := found(text, c.question); got != c.want {
			t.Errorf("%q: %v, want %v (%+v)", c.question, got, c.want, textindex.Ask(c.question))
		}
	}
}

// Whatever stands in a text and begins where a word begins is found, and what
// is found stands there.
func TestEveryPieceIsFound(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("省市区技术创新中心申报通知机器人𠅤5G2024aB，、“”（） ")
	for range 2000 {
		text := make([]rune, 40)
		for i := range text {
			text[i] = alphabet[r.IntN(len(alphabet))]
		}
		words := strings.Fields(textindex.Fold(string(text)))
		if len(words) == 0 {
			continue
		}
		word := []rune(words[r.IntN(len(words))])
		piece := string(word[:1+r.IntN(len(word))])
		if !found(string(text), piece) {
			t.Fatalf("%q is not found in %q", piece, string(text))
		}
		other := make([]rune, 3)
		for i := range other {
			other[i] = alphabet[r.IntN(20)]
		}
		if found(string(text), string(other)) && !strings.Contains(textindex.Fold(string(text)), textindex.Fold(string(other))) {
			t.Fatalf("%q is found in %q", string(other), string(text))
		}
	}
}

func TestLongQuestions(t *testing.T) {
	long := strings.Repeat("技术创新中心申报通知机器人", 1000)
	if q := textindex.Ask(long); len(q.Words) > 24 || len([]rune(q.Parts[0])) != 100 {
		t.Errorf("%d words, %d characters", len(q.Words), len([]rune(q.Parts[0])))
	}
	if q := textindex.Ask(strings.Repeat("a", 500)); q.Words[0] != strings.Repeat("a", 12) {
		t.Errorf("words %v", q.Words)
	}
}

func FuzzAsk(f *testing.F) {
	f.Add("5G 通信", "５g通信\xff")
	f.Fuzz(func(t *testing.T, text, question string) {
		q := textindex.Ask(question)
		if len(q.Words) > 24 {
			t.Errorf("%d words", len(q.Words))
		}
		if textindex.Fold(textindex.Fold(text)) != textindex.Fold(text) {
			t.Errorf("folding %q twice differs: %q", text, textindex.Fold(text))
		}
		if whole := textindex.Fold(text); len([]rune(whole)) <= 100 && !found(text, whole) {
			t.Errorf("%q is not found in itself", whole)
		}
	})
}
