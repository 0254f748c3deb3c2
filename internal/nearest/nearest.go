// Package nearest finds the word that somebody meant: the "did you mean" of
// every message.
package nearest

import "slices"

// Word returns the candidate most like word, or "" when none is near: at most a
// third of the longer word's characters may differ, or a candidate of which word
// is the beginning or the end (研发 for 研发费用). Of several the first wins.
func Word(word string, candidates []string) string {
	w := []rune(word)
	if len(w) > 60 {
		return "" // nobody mistypes a paragraph
	}
	best, bestDist := "", 1<<30
	for _, c := range candidates {
		r := []rune(c)
		limit := max(1, max(len(w), len(r))/3)
		if d := Distance(w, r, limit); d <= limit && d < bestDist {
			best, bestDist = c, d
		}
	}
	if best != "" {
		return best
	}
	for _, c := range candidates {
		r := []rune(c)
		if len(w) >= 2 && len(r) > len(w) && (slices.Equal(r[:len(w)], w) || slices.Equal(r[len(r)-len(w):], w)) {
			return c
		}
	}
	return ""
}

// Distance is the number of insertions, deletions, replacements and swaps of
// neighbours between a and b, or limit+1 when it is more than limit.
func Distance(a, b []rune, limit int) int {
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	before, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := range a {
		cur[0] = i + 1
		for j := range b {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			cur[j+1] = min(prev[j]+cost, prev[j+1]+1, cur[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				cur[j+1] = min(cur[j+1], before[j-1]+1)
			}
		}
		before, prev, cur = prev, cur, before
	}
	return min(prev[len(b)], limit+1)
}
