package rule

import (
	"maps"
	"slices"
)

func keys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// near is an argument that asks "did you mean …?", or nothing when no name is near.
func near(word string, names []string) any {
	if s := suggestion(word, names); s != "" {
		return problem("near", s)
	}
	return ""
}

// suggestion returns the name nearest to word, or "" when none is near: at
// most a third of the longer word's characters may differ.
func suggestion(word string, names []string) string {
	best, bestDist := "", 1<<30
	w := []rune(word)
	if len(w) > 60 {
		return ""
	}
	for _, n := range names {
		r := []rune(n)
		limit := max(1, max(len(w), len(r))/3)
		if d := distance(w, r, limit); d <= limit && d < bestDist {
			best, bestDist = n, d
		}
	}
	if best != "" {
		return best
	}
	for _, n := range names { // a name that begins or ends with the word: 研发 → 研发费用
		r := []rune(n)
		if len(w) >= 2 && len(r) > len(w) && (slices.Equal(r[:len(w)], w) || slices.Equal(r[len(r)-len(w):], w)) {
			return n
		}
	}
	return ""
}

// distance is the edit distance of a and b, or limit+1 if it is larger.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	prev := make([]int, len(b)+1)
	cur := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i, x := range a {
		cur[0] = i + 1
		for j, y := range b {
			cost := 1
			if x == y {
				cost = 0
			}
			cur[j+1] = min(prev[j]+cost, prev[j+1]+1, cur[j]+1)
		}
		prev, cur = cur, prev
	}
	return prev[len(b)]
}
