package similar

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
)

// register makes n names out of the cores of testdata, two cores a name where
// there are more names than cores.
func register(tb testing.TB, n int) []string {
	text, err := os.ReadFile("testdata/cores.txt")
	if err != nil {
		tb.Fatal(err)
	}
	cores := strings.Fields(string(text))
	rnd := rand.New(rand.NewPCG(3, 4))
	names := make([]string, n)
	for i := range names {
		core := cores[i%len(cores)]
		if i >= len(cores) {
			a, b := []rune(core), []rune(cores[rnd.IntN(len(cores))])
			core = string(a[:1+rnd.IntN(len(a))]) + string(b[rnd.IntN(len(b)):])
		}
		names[i] = dress(core, rnd)
	}
	return names
}

// The index gives what comparing with every name gives, in the same order.
func TestNearestIsExact(t *testing.T) {
	names := register(t, 500)
	names = append(names, "", "+", names[7], "TCM材料", "tcm 材料")
	index := NewNames(names)
	rnd := rand.New(rand.NewPCG(5, 6))
	for i := range 60 {
		asked := names[rnd.IntN(len(names))]
		if i%3 > 0 {
			core := []rune(asked)
			asked = string(core[:len(core)-len(core)/3]) + "材料技术创新中心"
		}
		odd := func(row int) bool { return row%2 == 1 }
		for _, keep := range []func(int) bool{nil, odd} {
			var want []Match
			for row, name := range names {
				if s := Name(asked, name); s.Permille > 0 && (keep == nil || keep(row)) {
					want = append(want, Match{row, s.Permille})
				}
			}
			slices.SortStableFunc(want, func(a, b Match) int { return b.Permille - a.Permille })
			for _, k := range []int{1, 5, 40} {
				got := index.Nearest(nil, asked, k, keep)
				if !slices.Equal(got, want[:min(k, len(want))]) {
					t.Fatalf("%s, %d nearest:\n got %v\nwant %v", asked, k, got, want[:min(k, len(want))])
				}
			}
			for _, least := range []int{0, 1, 500, 700, 980, 1000} {
				n := slices.IndexFunc(want, func(m Match) bool { return m.Permille < least })
				if n < 0 {
					n = len(want)
				}
				if got := index.Search(nil, asked, Search{Most: len(names), Least: least, Keep: keep}); !slices.Equal(got, want[:n]) {
					t.Fatalf("%s, from %d:\n got %v\nwant %v", asked, least, got, want[:n])
				}
			}
		}
	}
	if got := index.Nearest(nil, names[0], 0, nil); got != nil {
		t.Errorf("none asked for, %v given", got)
	}
	if got := NewNames(nil).Nearest(nil, "碳捕集", 5, nil); got != nil {
		t.Errorf("an empty register gives %v", got)
	}
}

func TestNearestAppends(t *testing.T) {
	index := NewNames([]string{"碳捕集中心", "区块链中心"})
	first := Match{99, 1}
	got := index.Nearest([]Match{first}, "碳捕集实验室", 5, nil)
	if len(got) != 2 || got[0] != first || got[1] != (Match{0, 990}) {
		t.Errorf("%v", got)
	}
}

func TestNearestConcurrently(t *testing.T) {
	names := register(t, 600)
	index := NewNames(names)
	want := index.Nearest(nil, names[3], 5, nil)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if got := index.Nearest(nil, names[3], 5, nil); !slices.Equal(got, want) {
					t.Errorf("%v, want %v", got, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestNearestDoesNotAllocate(t *testing.T) {
	names := register(t, 2000)
	index := NewNames(names)
	if n := testing.AllocsPerRun(50, func() {
		var buf [5]Match
		day := 3
		index.Nearest(buf[:0], names[17], 5, func(row int) bool { return row != day })
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkName(b *testing.B) {
	for b.Loop() {
		Name("山东省二氧化碳捕集利用与封存技术创新中心", "二氧化碳捕集与资源化利用山东省重点实验室")
	}
}

func BenchmarkNewNames(b *testing.B) {
	names := register(b, 10_000)
	for b.Loop() {
		NewNames(names)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(names)), "ns/name")
}

func BenchmarkNearest(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			if n > 100_000 && testing.Short() {
				b.Skip("a million names take a while to index")
			}
			names := register(b, n)
			index := NewNames(names)
			asked := names[:347]
			var buf [5]Match
			i := 0
			for b.Loop() {
				index.Nearest(buf[:0], asked[i%len(asked)], 5, nil)
				i++
			}
		})
	}
}
