package hanzi_test

import (
	"os"
	"slices"
	"testing"
	"unicode"

	"shenbao/internal/hanzi"
)

func TestStandard(t *testing.T) {
	n, beyond := 0, 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !hanzi.Standard(r) {
			continue
		}
		n++
		if r > 0xFFFF {
			beyond++
		}
		if !hanzi.IsHan(r) {
			t.Errorf("%c is standard but no Chinese character", r)
		}
		if hanzi.Sound(r) == 0 {
			t.Errorf("%c has no reading", r)
		}
		if to, f := hanzi.StandardOf(r); to != r || f != hanzi.NoForm {
			t.Errorf("%c is standard but leads to %c", r, to)
		}
	}
	if n != 8105 || beyond != 196 {
		t.Errorf("%d standard characters, %d outside the BMP; want 8105 and 196", n, beyond)
	}
}

func TestStandardSamples(t *testing.T) {
	for _, r := range "技术创新中心省乾藉瞭𬭊𬭛鿏㑇" {
		if !hanzi.Standard(r) {
			t.Errorf("%c should be standard", r)
		}
	}
	for _, r := range "東國態峯羣麼〇々A1a，、· +\u200b\u3000⼀\uF90AｶかāÀ\uFFFD-" {
		if hanzi.Standard(r) {
			t.Errorf("%c should not be standard", r)
		}
	}
	if hanzi.Standard(-1) || hanzi.Standard(unicode.MaxRune+1) {
		t.Error("no character at all is called standard")
	}
}

func TestIsHan(t *testing.T) {
	for _, r := range "中國峯〇㐀𠀀𬭊﨑\uF90A" {
		if !hanzi.IsHan(r) {
			t.Errorf("%c is a Chinese character", r)
		}
	}
	for _, r := range "⼀⺀々㇀〡かアA1，。　\u200b" {
		if hanzi.IsHan(r) {
			t.Errorf("%U is no Chinese character", r)
		}
	}
}

func TestStandardOf(t *testing.T) {
	for _, c := range []struct {
		r, want rune
		form    hanzi.Form
	}{
		{'態', '态', hanzi.Traditional}, {'國', '国', hanzi.Traditional}, {'線', '线', hanzi.Traditional},
		{'峯', '峰', hanzi.Variant}, {'裏', '里', hanzi.Variant}, {'羣', '群', hanzi.Variant},
		{'⼀', '一', hanzi.Lookalike}, {0xF90A, '金', hanzi.Lookalike},
		{'乾', '乾', hanzi.NoForm}, {'中', '中', hanzi.NoForm}, {'A', 'A', hanzi.NoForm}, {'か', 'か', hanzi.NoForm},
	} {
		if to, f := hanzi.StandardOf(c.r); to != c.want || f != c.form {
			t.Errorf("StandardOf(%c) = %c, %d; want %c, %d", c.r, to, f, c.want, c.form)
		}
	}
}

// Every other form leads to a standard character and is not standard itself.
func TestForms(t *testing.T) {
	n := 0
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if to, f := hanzi.StandardOf(r); f != hanzi.NoForm {
			n++
			if !hanzi.Standard(to) || hanzi.Standard(r) {
				t.Errorf("%c (%U) leads to %c", r, r, to)
			}
		}
	}
	if n < 4000 {
		t.Errorf("only %d forms", n)
	}
}

func TestPinyin(t *testing.T) {
	for r, want := range map[rune]string{'申': "shen", '报': "bao", '绿': "lü", '重': "zhong", '態': "", 'A': "", '〇': ""} {
		if got := hanzi.Pinyin(r); got != want {
			t.Errorf("Pinyin(%c) = %q, want %q", r, got, want)
		}
	}
	if hanzi.Sound('机') != hanzi.Sound('鸡') || hanzi.Sound('机') == hanzi.Sound('器') {
		t.Error("机 and 鸡 sound alike, 机 and 器 do not")
	}
}

// The data file is the list as people read it: one character a line, ordered.
func TestDataFile(t *testing.T) {
	text, err := os.ReadFile("tgh8105.txt")
	if err != nil {
		t.Fatal(err)
	}
	var runes []rune
	for i, r := range []rune(string(text)) {
		if i%2 == 1 && r != '\n' {
			t.Fatalf("character %d is %q, want a line end", i, r)
		}
		if i%2 == 0 {
			runes = append(runes, r)
		}
	}
	if len(runes) != 8105 || !slices.IsSorted(runes) {
		t.Errorf("%d characters, sorted %t", len(runes), slices.IsSorted(runes))
	}
}

func TestNoAllocation(t *testing.T) {
	hanzi.StandardOf('態')
	hanzi.Sound('中')
	if n := testing.AllocsPerRun(100, func() {
		for _, r := range "山东省碳捕集態A𬭊" {
			hanzi.Standard(r)
			hanzi.IsHan(r)
			hanzi.StandardOf(r)
			hanzi.Sound(r)
			hanzi.Pinyin(r)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkStandard(b *testing.B) {
	text := []rune("山东省二氧化碳捕集利用与封存技术创新中心態A𬭊")
	n := 0
	for b.Loop() {
		for _, r := range text {
			if hanzi.Standard(r) {
				n++
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(text)), "ns/char")
}
