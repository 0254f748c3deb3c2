package rule

import (
	"maps"
	"slices"

	"shenbao/internal/nearest"
)

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// near is an argument that asks "did you mean …?", or nothing when no name is near.
func near(word string, names []string) any {
	if s := nearest.Word(word, names); s != "" {
		return problem("near", s)
	}
	return ""
}
