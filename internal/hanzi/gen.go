//go:build ignore

// Gen writes the data files of this package from the Unicode character
// database. Its argument is a folder with UnicodeData.txt and Unihan_*.txt,
// plain or bzip2 (on Debian: package unicode-data, /usr/share/unicode).
//
//	go run gen.go /usr/share/unicode
package main

import (
	"bufio"
	"compress/bzip2"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: go run gen.go FOLDER")
	}
	dir := os.Args[1]
	standard := map[rune]bool{}
	for r := range field(dir, "Unihan_OtherMappings.txt", "kTGH") {
		standard[r] = true
	}
	writeLines("tgh8105.txt", func(yield func(string)) {
		for _, r := range slices.Sorted(maps.Keys(standard)) {
			yield(string(r))
		}
	})
	writeVariants(dir, standard)
	writeReadings(dir, standard)
}

// writeVariants finds the standard character of every other one: t when the
// Unihan database calls it the simplified form, c when the two are compatible
// by decomposition (radicals, compatibility ideographs), v by its variants.
func writeVariants(dir string, standard map[rune]bool) {
	simplified := field(dir, "Unihan_Variants.txt", "kSimplifiedVariant")
	class, to := map[rune]string{}, map[rune]rune{}
	add := func(c string, r rune, targets []rune) {
		if i := slices.IndexFunc(targets, func(t rune) bool { return standard[t] }); !standard[r] && to[r] == 0 && i >= 0 {
			class[r], to[r] = c, targets[i]
		}
	}
	for r, ts := range simplified {
		add("t", r, ts)
	}
	for r, t := range decompositions(dir) {
		add("c", r, []rune{t, to[t]})
	}
	// A variant of a variant counts (裏 → 裡 → 里), but only where all the
	// database's answers agree.
	for _, name := range []string{"kZVariant", "kSemanticVariant"} {
		found := map[rune]rune{}
		for r, ts := range field(dir, "Unihan_Variants.txt", name) {
			set := map[rune]bool{}
			for _, t := range ts {
				if standard[t] {
					set[t] = true
				} else if to[t] != 0 {
					set[to[t]] = true
				}
			}
			if len(set) == 1 {
				found[r] = slices.Collect(maps.Keys(set))[0]
			}
		}
		for r, t := range found {
			add("v", r, []rune{t})
		}
	}
	writeLines("variants.txt", func(yield func(string)) {
		for _, r := range slices.Sorted(maps.Keys(to)) {
			yield(fmt.Sprintf("%s%c%c", class[r], r, to[r]))
		}
	})
}

// writeReadings writes the standard characters under their commonest Mandarin
// reading without its tone.
func writeReadings(dir string, standard map[rune]bool) {
	sound := map[string][]rune{}
	for r, reading := range textField(dir, "Unihan_Readings.txt", "kMandarin") {
		if standard[r] {
			s := toneless(strings.Fields(reading)[0])
			sound[s] = append(sound[s], r)
		}
	}
	writeLines("readings.txt", func(yield func(string)) {
		for _, s := range slices.Sorted(maps.Keys(sound)) {
			yield(s + " " + string(slices.Sorted(slices.Values(sound[s]))))
		}
	})
}

func toneless(s string) string {
	from, to := []rune("āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜńňǹḿ"), []rune("aaaaeeeeiiiioooouuuuüüüünnnm")
	return strings.Map(func(r rune) rune {
		if i := slices.Index(from, r); i >= 0 {
			return to[i]
		}
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
}

// decompositions lists the compatibility and singleton decompositions of Han
// characters and radicals to one character.
func decompositions(dir string) map[rune]rune {
	out := map[rune]rune{}
	for line := range lines(dir, "UnicodeData.txt") {
		p := strings.Split(line, ";")
		if len(p) < 6 || p[5] == "" {
			continue
		}
		words := strings.Fields(p[5])
		if words[0] == "<compat>" {
			words = words[1:]
		}
		r := hex(p[0])
		if len(words) == 1 && words[0][0] != '<' && unicode.Is(unicode.Han, r) {
			out[r] = hex(words[0])
		}
	}
	return out
}

// field reads a field whose value is a list of code points.
func field(dir, file, name string) map[rune][]rune {
	out := map[rune][]rune{}
	for r, v := range textField(dir, file, name) {
		out[r] = nil
		for _, w := range strings.Fields(v) {
			if w, _, _ = strings.Cut(w, "<"); strings.HasPrefix(w, "U+") {
				out[r] = append(out[r], hex(w[2:]))
			}
		}
	}
	return out
}

func textField(dir, file, name string) map[rune]string {
	out := map[rune]string{}
	for line := range lines(dir, file) {
		if p := strings.Split(line, "\t"); len(p) == 3 && p[1] == name {
			out[hex(p[0][2:])] = p[2]
		}
	}
	return out
}

func lines(dir, file string) func(func(string) bool) {
	return func(yield func(string) bool) {
		path := filepath.Join(dir, file)
		f, err := os.Open(path)
		var r io.Reader = f
		if err != nil {
			if f, err = os.Open(path + ".bz2"); err != nil {
				log.Fatal(err)
			}
			r = bzip2.NewReader(f)
		}
		defer f.Close()
		for sc := bufio.NewScanner(r); sc.Scan(); {
			if !yield(sc.Text()) {
				return
			}
		}
	}
}

func writeLines(file string, fill func(yield func(string))) {
	var b strings.Builder
	fill(func(s string) { b.WriteString(s + "\n") })
	if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
		log.Fatal(err)
	}
}

func hex(s string) rune {
	n, err := strconv.ParseInt(s, 16, 32)
	if err != nil {
		log.Fatal(err)
	}
	return rune(n)
}
