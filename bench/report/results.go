package main

import (
	"slices"
	"strconv"
	"strings"
)

// results are the fastest runs of the benchmarks, by their names.
type results map[string]measure

// A measure is what a run of a benchmark reported: numbers by their units.
type measure map[string]float64

func (m measure) ns() float64     { return m["ns/op"] }
func (m measure) allocs() float64 { return m["allocs/op"] }

// parse keeps, of every benchmark, the fastest run: what else the machine does
// can only make a run slower.
func (r results) parse(prefix, text string) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		name, ok := strings.CutPrefix(strings.Join(words[:min(1, len(words))], ""), "Benchmark")
		if !ok || len(words) < 4 {
			continue
		}
		if at := strings.LastIndexByte(name, '-'); at > 0 && strings.Trim(name[at+1:], "0123456789") == "" {
			name = name[:at] // the number of cores
		}
		m := measure{}
		for i := 2; i+1 < len(words); i += 2 {
			if n, err := strconv.ParseFloat(words[i], 64); err == nil {
				m[words[i+1]] = n
			}
		}
		if old, ok := r[prefix+name]; !ok || m.ns() < old.ns() {
			r[prefix+name] = m
		}
	}
}

// under are the last parts of the names that begin with a prefix, in order.
func (r results) under(prefix string) (out []string) {
	for name := range r {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			out = append(out, rest)
		}
	}
	slices.Sort(out)
	return out
}

// perUnit is what a side takes for one unit, in nanoseconds; 0 when it was not
// measured.
func (r results) perUnit(name string) float64 { return r[name]["ns/unit"] }

// share is how much of the machine's read bandwidth of one core it is to read so
// many bytes a unit in the time that the side takes.
func (r results) share(side string, bytesPerUnit float64) float64 {
	return bytesPerUnit / r.perUnit(side) / r["Memory/one-core"]["GB/s"]
}
