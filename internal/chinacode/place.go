package chinacode

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
)

//go:embed places.txt
var placesText string

// A Place (行政区划) is a province, city, district or county.
type Place struct {
	Code string `json:"code"` // six digits of GB/T 2260
	Name string `json:"name"` // without the names of the places above: 章丘区
}

// places are the places by code, in the order of their codes.
var places = sync.OnceValue(func() []Place {
	var all []Place
	for line := range strings.Lines(placesText) {
		code, name, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		all = append(all, Place{code, name})
	}
	return all
})

// FindPlace returns the place with that code.
func FindPlace(code string) (Place, bool) {
	i, ok := slices.BinarySearchFunc(places(), code, func(p Place, code string) int { return strings.Compare(p.Code, code) })
	if !ok {
		return Place{}, false
	}
	return places()[i], true
}

// IsPlaceCode reports whether code has the form of a place code: six digits
// and a province that exists. The newest counties are in no table.
func IsPlaceCode(code string) bool {
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return false
	}
	_, ok := FindPlace(code[:2] + "0000")
	return ok
}

// PlaceLine returns code and the codes of the places above it, the smallest
// first: 370114, 370100, 370000. Places that only fill a level (110100) stand
// in it: nobody has to know that Beijing's districts have no city.
func PlaceLine(code string) []string {
	if len(code) != 6 {
		return nil
	}
	return slices.Compact([]string{code, code[:4] + "00", code[:2] + "0000"})
}

// Within reports whether the place code is the place above or lies in it.
func Within(code, above string) bool { return slices.Contains(PlaceLine(code), above) }

// PlaceParent returns the place right above that with the given code: of
// 370114 that is 370100, of 110101 it is 110000. A province has none.
func PlaceParent(code string) (Place, bool) {
	for _, above := range PlaceLine(code) {
		if p, ok := FindPlace(above); ok && above != code {
			return p, true
		}
	}
	return Place{}, false
}

// PlaceName returns the full name of a place: 山东省济南市章丘区. Of a code that
// the table does not have it is the name of what lies above, and the code.
func PlaceName(code string) string {
	name := ""
	for _, c := range PlaceLine(code) {
		if p, ok := FindPlace(c); ok {
			name = p.Name + name
		} else if c == code {
			name = code
		}
	}
	return name
}

// below are the places by the code of the place right above them.
var below = sync.OnceValue(func() map[string][]Place {
	m := map[string][]Place{}
	for _, p := range places() {
		parent, _ := PlaceParent(p.Code)
		m[parent.Code] = append(m[parent.Code], p)
	}
	return m
})

// PlacesIn returns the places right below that with the given code, by code;
// the provinces for "".
func PlacesIn(code string) []Place { return slices.Clone(below()[code]) }

// SearchPlaces returns up to limit places whose full name holds every word of
// text, the larger places first: "济南 章丘" finds 370114. A code or the
// beginning of one is found too.
func SearchPlaces(text string, limit int) []Place {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil
	}
	var found []Place
	for _, p := range places() {
		full := PlaceName(p.Code)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(full, w) && !strings.HasPrefix(p.Code, w) }) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b Place) int { return len(PlaceLine(a.Code)) - len(PlaceLine(b.Code)) })
	return found[:min(limit, len(found))]
}
