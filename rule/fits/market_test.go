package fits

import "testing"

// The calls of the benchmarks, fewer of them, are answered as the reference
// does.
func TestMarket(t *testing.T) {
	var seen [3]int
	for _, set := range []func(*market){nil, func(k *market) { k.many = true }, func(k *market) { k.national = true }} {
		k := newMarket(t, 1500, set)
		m := NewIndex(k.calls).NewMatcher()
		for range 12 {
			agree(t, m, k.calls, laidBy(m.ix, k.unit()), &seen)
		}
	}
	if min(seen[0], seen[1], seen[2]) < 20 {
		t.Errorf("by class %v", seen)
	}
}
