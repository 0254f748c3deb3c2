package programme

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"shenbao/rule"
)

// A Ranking (榜单) says who is ranked, by which index, and how ties are broken.
type Ranking struct {
	At         `yaml:"-"`
	Population string       `yaml:"population" jsonschema:"required"` // a rule over one unit's facts
	Index      []*IndexPart `yaml:"index" jsonschema:"required"`
	Ties       []string     `yaml:"ties"` // facts, the greatest first; then the unit's name
	Batches    Batches      `yaml:"batches"`
	Reward     string       `yaml:"reward"` // empty: open
	Choice     *Choice      `yaml:"choice"` // when the source names no index
	Clauses    []string     `yaml:"clauses"`
	Note       string       `yaml:"note"`
}

// Measure is what a part of an index takes of a fact.
type Measure string

// Values implements word.
func (Measure) Values() []string { return []string{"growth", "value"} }

// An IndexPart is one weighted part of an index.
type IndexPart struct {
	At      `yaml:"-"`
	ID      string  `yaml:"id" jsonschema:"required"`
	Name    string  `yaml:"name" jsonschema:"required"`
	Of      string  `yaml:"of" jsonschema:"required"` // a series, or for value any number
	Measure Measure `yaml:"measure" jsonschema:"required"`
	Over    string  `yaml:"over"` // a parameter of years
	Weight  string  `yaml:"weight" jsonschema:"required"`
}

// Batches is how many, or from which index, are rewarded; nil is open.
type Batches struct {
	At        `yaml:"-"`
	Top       *int    `yaml:"top" jsonschema:"nullable"`
	Threshold *string `yaml:"threshold" jsonschema:"nullable"`
}

// A Ranked unit has its place, from 1; units that are not ranked have place 0
// and say why: not of the population, or a figure that is missing or no growth.
type Ranked struct {
	Name  string
	Place int
	Index *big.Rat // exact; nil when not ranked
	Why   string   // message key when not ranked: rank.outside, rank.unknown, rank.no_growth
}

// RankUnit is a unit to be ranked.
type RankUnit struct {
	Name  string
	Facts *rule.Facts
}

// Rank orders units by the package's index, greatest first. Equal indexes are
// ordered by the ties, then by name; equal in all of them they share a place.
// Units that cannot be ranked follow, by name.
func (p *Package) Rank(units []RankUnit) ([]Ranked, error) {
	r, ps := p.ranker()
	if len(ps) > 0 {
		return nil, ps.Err()
	}
	type row struct {
		Ranked
		ties []int64
	}
	rows := make([]row, len(units))
	for i, u := range units {
		rows[i] = row{r.rank(u), r.tieValues(u.Facts)}
	}
	slices.SortStableFunc(rows, func(a, b row) int {
		switch {
		case a.Index == nil || b.Index == nil:
			return cmp.Or(boolCmp(a.Index == nil, b.Index == nil), strings.Compare(a.Name, b.Name))
		case a.Index.Cmp(b.Index) != 0:
			return b.Index.Cmp(a.Index)
		}
		return cmp.Or(slices.Compare(b.ties, a.ties), strings.Compare(a.Name, b.Name))
	})
	out := make([]Ranked, len(rows))
	for i := range rows {
		out[i] = rows[i].Ranked
		if out[i].Index == nil {
			continue
		}
		out[i].Place = i + 1
		if i > 0 && out[i].Index.Cmp(out[i-1].Index) == 0 && slices.Equal(rows[i].ties, rows[i-1].ties) {
			out[i].Place = out[i-1].Place
		}
	}
	return out, nil
}

func boolCmp(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

// ranker is a ranking made ready to run.
type ranker struct {
	population *rule.Program
	parts      []rankPart
	ties       []*rule.Fact
}

type rankPart struct {
	fact    *rule.Fact
	measure Measure
	window  *rule.Param
	weight  *big.Rat
}

// ranker resolves the ranking's names; what is wrong is a problem for each.
func (p *Package) ranker() (*ranker, Problems) {
	k := p.Call.Ranking
	var ps Problems
	r := &ranker{}
	n, f := p.Schema.Parse(k.Population)
	if f != nil {
		ps.addFault(Error, func(line, col int) Pos { return k.textPos("population", line, col) }, f)
		return nil, ps
	}
	prog, faults := rule.Compile(p.Schema, []rule.Rule{{ID: "population", Node: n}})
	for _, f := range faults {
		ps.addFault(Error, func(int, int) Pos { return k.In("population") }, f)
	}
	r.population = prog
	for _, x := range k.Index {
		part := rankPart{fact: p.Schema.Fact(x.Of), measure: x.Measure, window: p.Schema.Param(x.Over)}
		q, ok := rule.ParseQuantity(x.Weight, rule.FindUnit("%"))
		part.weight = big.NewRat(q.N, 10000)
		isSeries := part.fact != nil && part.fact.Kind == rule.SeriesKind
		switch {
		case part.fact == nil, isSeries && (part.window == nil || part.window.Type != rule.YearsParam), !isSeries && x.Measure == "growth":
			ps.add(Error, x.In("of"), "rank.of", x.Of)
		case !ok || q.Unit == nil || q.Unit.Dim != rule.ShareDim:
			ps.add(Error, x.In("weight"), "rank.weight", x.Weight)
		}
		r.parts = append(r.parts, part)
	}
	for _, t := range k.Ties {
		fact := p.Schema.Fact(t)
		if fact == nil {
			ps.add(Error, k.In("ties"), "rank.of", t)
			continue
		}
		r.ties = append(r.ties, fact)
	}
	return r, ps
}

func (r *ranker) rank(u RankUnit) Ranked {
	out := Ranked{Name: u.Name}
	res := r.population.NewResult()
	r.population.Eval(u.Facts, res)
	switch res.Rules[0] {
	case rule.Unmet:
		out.Why = "rank.outside"
		return out
	case rule.Unknown:
		out.Why = "rank.unknown"
		return out
	}
	sum := new(big.Rat)
	for _, part := range r.parts {
		v, why := part.value(u.Facts)
		if v == nil {
			out.Why = why
			return out
		}
		sum.Add(sum, v.Mul(v, part.weight))
	}
	out.Index = sum
	return out
}

// value is a part of the index, exact, or nil and why there is none.
func (x rankPart) value(f *rule.Facts) (v *big.Rat, why string) {
	if x.fact.Kind != rule.SeriesKind {
		val := f.Value(x.fact)
		if val.State != rule.Known {
			return nil, "rank.unknown"
		}
		return new(big.Rat).SetInt64(val.N), ""
	}
	last := f.YearValue(x.fact, int(x.window.To))
	first := f.YearValue(x.fact, int(x.window.From))
	switch {
	case last.State != rule.Known || x.measure == "growth" && first.State != rule.Known:
		return nil, "rank.unknown"
	case x.measure == "value":
		return new(big.Rat).SetInt64(last.N), ""
	case first.N <= 0:
		return nil, "rank.no_growth"
	}
	return big.NewRat(last.N-first.N, first.N), ""
}

// tieValues are the facts that break ties: of a series, its last known year.
func (r *ranker) tieValues(f *rule.Facts) []int64 {
	out := make([]int64, len(r.ties))
	for i, t := range r.ties {
		if t.Kind != rule.SeriesKind {
			out[i] = f.Value(t).N
			continue
		}
		for y := t.Years[1]; y >= t.Years[0]; y-- {
			if v := f.YearValue(t, y); v.State == rule.Known {
				out[i] = v.N
				break
			}
		}
	}
	return out
}

// Percent is an index as a percentage of two decimals, rounded half up, for
// reading: the order rests on the exact fraction.
func (r Ranked) Percent() string {
	if r.Index == nil {
		return ""
	}
	return new(big.Rat).Mul(r.Index, big.NewRat(100, 1)).FloatString(2) + "%"
}
