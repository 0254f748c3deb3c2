package fits

import (
	"testing"

	"shenbao/rule"
	"shenbao/rule/sweep"
)

const benchCalls = 100_000

// variants are the calls of the benchmarks: with round limits, with many
// different ones, and calls of which none names a place.
var variants = map[string]func(*market){
	"round":    func(*market) {},
	"many":     func(k *market) { k.many = true },
	"national": func(k *market) { k.national = true },
}

// made is the market that was asked for last; one takes most of a gigabyte.
var made struct {
	name   string
	market *benchMarket
}

func marketOf(name string) *benchMarket {
	if made.name != name {
		made.market = nil
		made.name, made.market = name, newBenchMarket(variants[name])
	}
	return made.market
}

type benchMarket struct {
	*market
	index *Index
	units [][]*rule.Facts
}

func newBenchMarket(set func(*market)) *benchMarket {
	b := &benchMarket{market: newMarket(&testing.B{}, benchCalls, set)}
	b.index = NewIndex(b.calls)
	for range 256 {
		b.units = append(b.units, laidBy(b.index, b.unit()))
	}
	return b
}

// BenchmarkMatch answers 100,000 calls for one unit after another: round limits,
// many different ones, and calls of which none names a place.
func BenchmarkMatch(b *testing.B) {
	for _, name := range []string{"round", "many", "national"} {
		b.Run(name, func(b *testing.B) {
			k := marketOf(name)
			m, i := k.index.NewMatcher(), 0
			for _, u := range k.units {
				m.Match(u...)
			}
			b.ReportAllocs()
			for b.Loop() {
				m.Match(k.units[i&255]...)
				i++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchCalls, "ns/call")
			b.ReportMetric(float64(k.index.Bytes())/(1<<20), "MiB")
		})
	}
}

// BenchmarkEval is the same by the reference engine, call by call.
func BenchmarkEval(b *testing.B) {
	k := marketOf("round")
	res := make([]*rule.Result, len(k.calls))
	for i, p := range k.calls {
		res[i] = p.NewResult()
	}
	classes, u := [3]int{}, 0
	for b.Loop() {
		facts := k.units[u&255]
		u++
		for i, p := range k.calls {
			p.Eval(facts[k.index.frame[i]], res[i])
			classes[classOf(p, res[i])]++
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchCalls, "ns/call")
}

// classOf folds a program's answers without building findings.
func classOf(p *rule.Program, res *rule.Result) sweep.Class {
	class := sweep.Qualifying
	for i, t := range res.Rules {
		binds, fails := binding(&p.Rules[i])
		switch {
		case fails && t == rule.Unmet:
			return sweep.Not
		case binds && t == rule.Unknown:
			class = sweep.Could
		}
	}
	return class
}

// BenchmarkBuild makes the index.
func BenchmarkBuild(b *testing.B) {
	k := marketOf("round")
	for b.Loop() {
		NewIndex(k.calls)
	}
}
