package apply

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"shenbao/similar"
)

// manyNames makes n names of centres out of the cores of package similar.
func manyNames(tb testing.TB, n int) []liveName {
	tb.Helper()
	text, err := os.ReadFile("../similar/testdata/cores.txt")
	if err != nil {
		tb.Fatal(err)
	}
	cores := strings.Fields(string(text))
	rnd := rand.New(rand.NewPCG(3, 4))
	out := make([]liveName, n)
	for i := range out {
		a, b := []rune(cores[i%len(cores)]), []rune(cores[rnd.IntN(len(cores))])
		core := string(a)
		if i >= len(cores) {
			core = string(a[:1+rnd.IntN(len(a))]) + string(b[rnd.IntN(len(b)):])
		}
		out[i] = liveName{application: ID(fmt.Sprintf("%08d", i)), kind: "prov_tic", place: "370114", name: "山东省" + core + "技术创新中心"}
	}
	return out
}

// sharded puts names into their shards, as reading them from a database does.
func sharded(names []liveName) []*nameShard {
	parts := make([][]liveName, nameShards)
	for _, n := range names {
		parts[shardOf(n.application)] = append(parts[shardOf(n.application)], n)
	}
	out := make([]*nameShard, nameShards)
	for i, part := range parts {
		out[i] = shardWith("mark", part)
	}
	return out
}

// Asking the shards gives what comparing with every name gives, but for the
// application itself.
func TestNearestOverShards(t *testing.T) {
	names := manyNames(t, 2000)
	shards := sharded(names)
	for _, asked := range []int{0, 17, 399, 1500} {
		var want []nearName
		for i, n := range names {
			if s := similar.Name(names[asked].name, n.name).Permille; s >= 500 && i != asked {
				want = append(want, nearName{n, s})
			}
		}
		slices.SortFunc(want, func(a, b nearName) int {
			return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.application, b.application))
		})
		if got := nearest(shards, names[asked].name, names[asked].application); !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%s: %d near names, want %d:\n%v\n%v", names[asked].name, len(got), len(want), got, want)
		}
	}
}

// A hundred thousand names are asked in far less than 20 ms.
func BenchmarkNearestLive(b *testing.B) {
	names := manyNames(b, 100_000)
	shards := sharded(names)
	i := 0
	for b.Loop() {
		nearest(shards, names[i%347].name, names[i%347].application)
		i++
	}
}

// What one more name costs whoever asks next: a shard is indexed again.
func BenchmarkShard(b *testing.B) {
	names := manyNames(b, 100_000)[:100_000/nameShards]
	for b.Loop() {
		shardWith("mark", names)
	}
}
