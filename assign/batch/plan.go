package batch

// A Share (份额) is a pair of a row and an expert with its probability, in
// units of 1/Plan.Units. Without randomness it is a seat.
type Share struct {
	Row, Expert, Units int
}

// A Plan (分配方案) fills every seat: with certainty when Units is 1, else with
// probabilities that a draw turns into seats. Shares are sorted by row, then by
// expert.
type Plan struct {
	Units  int // a power of two: units of probability a seat
	Most   int // at most so many units a pair: Units unless randomness is asked for
	Floor  int // no pair with a smaller score was allowed
	Shares []Share
	Proofs []Proof
}

// Goal says what a proof bounds.
type Goal string

// The goals, in their order: each is reached among the plans that reach all
// before.
const (
	MostKept     Goal = "kept"   // as many pairs as possible of the plan before
	FewestLocal  Goal = "local"  // as few experts as possible from the application's own place
	HighestFloor Goal = "floor"  // the worst match as good as possible
	HighestTotal Goal = "total"  // the sum of scores as large as possible
	FilledSeats  Goal = "filled" // as many seats as possible; falls short where no plan fills all
)

// A Proof (证书) bounds what any plan can reach by prices. For every plan that
// keeps the rules and every price list
//
//	Σ weight·units ≤ Σ Need·Units·Row + Σ Load·Units·Expert
//	               + Σ Local cap·Units·Locals + Σ PerUnit cap·Units·UnitPrices
//	               + Σ Most·max(0, weight − the prices of the pair)
//
// because every pair is worth at most its prices plus what it exceeds them by,
// and the caps say how often each price can be paid. A plan that reaches the
// bound is proven to be best. Prices of experts and caps are never negative;
// those of rows may be, as every seat is filled.
type Proof struct {
	Bound   int64   `json:"bound"`
	Experts []int64 `json:"experts"`
	Floor   int     `json:"floor"` // pairs with a smaller score are left out
	Goal    Goal    `json:"goal"`
	Locals  []Price `json:"locals"` // of the rows' caps on local experts
	Rows    []int64 `json:"rows"`
	Units   []Price `json:"units"`   // of the rows' caps on one unit
	Weights Weights `json:"weights"` // what a pair is worth
}

// Weights say what one unit of a pair is worth: Score·its score + Local if it
// is local + Kept if the plan before had it + One.
type Weights struct {
	Kept  int64 `json:"kept"`
	Local int64 `json:"local"`
	One   int64 `json:"one"`
	Score int64 `json:"score"`
}

// A Price is that of one cap: of a row, and of a unit by its number.
type Price struct {
	Price int64 `json:"price"`
	Row   int   `json:"row"`
	Unit  int   `json:"unit"`
}

// Of is the worth of one unit of a pair.
func (w Weights) Of(score int32, local, kept bool) int64 {
	v := w.Score*int64(score) + w.One
	if local {
		v += w.Local
	}
	if kept {
		v += w.Kept
	}
	return v
}

// Seats are a plan's shares as they are when nothing is random: for every row
// its experts.
func (p *Plan) Seats(rows int) [][]int {
	out := make([][]int, rows)
	for _, s := range p.Shares {
		out[s.Row] = append(out[s.Row], s.Expert)
	}
	return out
}
