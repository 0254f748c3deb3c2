//go:build ignore

// Gen makes the two fonts in font/. Its argument is a folder into which
// the npm packages that font/SOURCE.md names are unpacked, each under its own name;
// it needs pyftsubset and pyftmerge (on Debian: package fonttools).
//
//	go run gen.go FOLDER
package main

import (
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Where the glyphs come from, in this order: a later font gives what the
// earlier ones lack.
var sources = []struct{ regular, bold, chars string }{
	{"noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf", "noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf", ""},
	{"noto-sans/400Regular/NotoSans_400Regular.ttf", "noto-sans/700Bold/NotoSans_700Bold.ttf", ""},
	{"noto-sans-symbols-2/400Regular/NotoSansSymbols2_400Regular.ttf", "noto-sans-symbols-2/400Regular/NotoSansSymbols2_400Regular.ttf", "☐☑☒✓✔✕✖✗✘"},
}

// symbols are the ranges of Unicode that the fonts should have beside the
// Chinese characters, as far as a source has them.
var symbols = [][2]rune{
	{0x20, 0x7E}, {0xA0, 0x17F}, {0x1CD, 0x1DC}, // Latin, and the vowels of pinyin
	{0x370, 0x3FF}, {0x400, 0x45F}, // Greek, Cyrillic
	{0x2010, 0x2027}, {0x2030, 0x205E}, {0x2070, 0x209C}, {0x20A0, 0x20BF}, // punctuation, raised and lowered figures, currencies
	{0x2100, 0x218B}, {0x2190, 0x22FF}, // letter-like signs, number forms, arrows, mathematics
	{0x2460, 0x25FF}, {0x2600, 0x266F}, {0x2776, 0x2793}, // numbers in circles, boxes, shapes
	{0x3000, 0x312F}, {0x3200, 0x33FF}, // Chinese punctuation, kana, bopomofo, units
	{0xFE30, 0xFE4F}, {0xFF01, 0xFFE6}, {0xFFFD, 0xFFFD},
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run gen.go FOLDER")
	}
	chars := charset()
	makeFont(chars, "font/NotoSansSC-Regular.ttf", func(i int) string { return sources[i].regular })
	makeFont(chars, "font/NotoSansSC-Bold.ttf", func(i int) string { return sources[i].bold })
}

// charset returns the standard characters, those of GB 2312, the traditional
// forms that people's names are written in, and the symbols.
func charset() []rune {
	data := "../hanzi/"
	set := []rune(strings.ReplaceAll(read(data+"tgh8105.txt"), "\n", ""))
	for line := range strings.Lines(read(data + "variants.txt")) {
		if r := []rune(line); r[0] == 't' {
			set = append(set, r[1])
		}
	}
	for a := byte(0xA1); a < 0xFF; a++ {
		for b := byte(0xA1); b < 0xFF; b++ {
			if s, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte{a, b}); err == nil {
				set = append(set, []rune(string(s))...)
			}
		}
	}
	for _, s := range symbols {
		for r := s[0]; r <= s[1]; r++ {
			set = append(set, r)
		}
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// makeFont takes the characters from the sources and merges them into one font.
func makeFont(chars []rune, name string, source func(i int) string) {
	tmp, err := os.MkdirTemp("", "font")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(tmp)
	var parts []string
	for i := range sources {
		want := chars
		if s := sources[i].chars; s != "" {
			want = []rune(s)
		}
		part, codes := filepath.Join(tmp, fmt.Sprint(i, ".ttf")), filepath.Join(tmp, fmt.Sprint(i, ".txt"))
		var b strings.Builder
		for _, r := range want {
			fmt.Fprintf(&b, "%04X\n", r)
		}
		if err := os.WriteFile(codes, []byte(b.String()), 0o644); err != nil {
			log.Fatal(err)
		}
		run("/usr/bin/pyftsubset", filepath.Join(os.Args[1], source(i)), "--unicodes-file="+codes, "--output-file="+part,
			"--no-hinting", "--layout-features=", "--drop-tables+=GSUB,GPOS,GDEF,vhea,vmtx,VORG,BASE,STAT,DSIG", "--notdef-outline",
			"--name-IDs=0,1,2,3,4,5,6,13,14", "--no-recalc-timestamp")
		parts = append(parts, part)
	}
	run("/usr/bin/pyftmerge", append([]string{"--output-file=" + name}, parts...)...)
}

func run(name string, args ...string) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "SOURCE_DATE_EPOCH=0")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		log.Fatal(name, ": ", err)
	}
}

func read(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		log.Fatal(err)
	}
	return string(b)
}
