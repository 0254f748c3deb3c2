package similar

import (
	_ "embed"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed places.txt
var placesText string

// A place is one name of a division: full (济南市) or short (济南).
type place struct {
	name  []rune
	code  int // GB/T 2260
	short bool
}

type gazetteer struct {
	first, last map[rune][]place // longest first, then by code
}

var places = sync.OnceValue(func() *gazetteer {
	g := &gazetteer{first: map[rune][]place{}, last: map[rune][]place{}}
	for line := range strings.Lines(placesText) {
		p := strings.Fields(line)
		code, err := strconv.Atoi(p[0])
		if err != nil {
			continue // a test reads every line of the file
		}
		for i, name := range p[1:] {
			n := []rune(name)
			pl := place{name: n, code: code, short: i > 0}
			g.first[n[0]] = append(g.first[n[0]], pl)
			g.last[n[len(n)-1]] = append(g.last[n[len(n)-1]], pl)
		}
	}
	for _, m := range []map[rune][]place{g.first, g.last} {
		for _, ps := range m {
			slices.SortStableFunc(ps, func(a, b place) int { return len(b.name) - len(a.name) })
		}
	}
	return g
})

// in reports whether p may be read as a place once the place with code within
// has been read; 0 when none has. The short name of a county is an ordinary
// word too often (平安, 新华) to be read as a place on its own.
func (p place) in(within int) bool {
	switch {
	case within == 0 && p.code%100 != 0:
		return !p.short && len(p.name) >= 3
	case within == 0:
		return true
	case p.code/10000 != within/10000:
		return false
	}
	return within%10000 == 0 || p.code/100 == within/100
}

// prefix is the length and code of the longest place that s begins with.
func (g *gazetteer) prefix(s []rune, within int) (n, code int) {
	if len(s) > 0 {
		for _, p := range g.first[s[0]] {
			if len(p.name) <= len(s) && p.in(within) && slices.Equal(p.name, s[:len(p.name)]) {
				return len(p.name), p.code
			}
		}
	}
	return 0, within
}

// suffix is the length and code of the longest province or city that s ends with.
func (g *gazetteer) suffix(s []rune, within int) (n, code int) {
	if len(s) > 0 {
		for _, p := range g.last[s[len(s)-1]] {
			if k := len(s) - len(p.name); k >= 0 && p.code%100 == 0 && p.in(within) && slices.Equal(p.name, s[k:]) {
				return len(p.name), p.code
			}
		}
	}
	return 0, within
}
