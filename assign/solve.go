package assign

import (
	"context"
	"math"
	"slices"

	"shenbao/assign/batch"
	"shenbao/internal/fault"
)

// Options say what is asked of a plan beyond filling every seat.
type Options struct {
	Floor    bool          // the worst match as good as possible, before the total
	Units    int           // units of probability a seat: a power of two; 0 and 1 mean no randomness
	Most     int           // at most so many units for one pair
	Before   []batch.Share // the plan before: as many of its pairs as possible stay
	Progress func(Progress)
}

// Progress says how far a solution has come. It is called often, from the
// solver's own goroutine.
type Progress struct {
	Round  int // of pricing
	Pairs  int // considered so far
	Pivots int
}

// A Result is a plan, or the shortage that forbids one.
type Result struct {
	Plan     *batch.Plan
	Shortage *Shortage // nil when there is a plan
	Total    int64     // sum of scores, times units
	Worst    int       // the smallest score in the plan
	Locals   int64     // units of experts from the applicant's own place
	Kept     int64     // units of pairs of the plan before
	Stats    Stats
}

// Stats count the work.
type Stats struct {
	Rounds, Pairs, Pivots int
}

// Solve finds the best plan of a checked problem. A batch without a plan gives
// a Shortage and no error.
func Solve(ctx context.Context, p *batch.Problem, o Options) (*Result, error) {
	if err := p.Check(); err != nil {
		return nil, err
	}
	s, err := newSolver(ctx, p, o)
	if err != nil {
		return nil, err
	}
	return s.solve()
}

// Price is Solve for those who want to know what an option would cost: of a
// batch without a plan it says no more than that.
func Price(ctx context.Context, p *batch.Problem, o Options) (*Result, error) {
	s, err := newSolver(ctx, p, o)
	if err != nil {
		return nil, err
	}
	s.brief = true
	return s.solve()
}

// solver is one solution on its way through the goals.
type solver struct {
	ctx    context.Context
	in     *instance
	o      Options
	base   batch.Weights // of the goals so far
	target int64         // what they reached
	brief  bool          // a shortage is not explained
	result *Result
}

func newSolver(ctx context.Context, p *batch.Problem, o Options) (*solver, error) {
	if o.Units == 0 {
		o.Units, o.Most = 1, 1
	}
	if o.Units < 1 || o.Units > batch.MaxUnits || o.Units&(o.Units-1) != 0 || o.Most < 1 || o.Most > o.Units {
		return nil, fault.New(fault.Invalid, "assign.units", o.Most, o.Units)
	}
	in := ready(p)
	if err := in.nested(); err != nil {
		return nil, err
	}
	if o.Before != nil {
		in.kept = make([]map[int]bool, len(in.rows))
		for _, s := range o.Before {
			if s.Row < 0 || s.Row >= len(in.rows) {
				return nil, fault.New(fault.Invalid, "assign.index", s.Row, s.Expert)
			}
			if in.kept[s.Row] == nil {
				in.kept[s.Row] = map[int]bool{}
			}
			in.kept[s.Row][s.Expert] = true
		}
	}
	return &solver{ctx: ctx, in: in, o: o, result: &Result{}}, nil
}

// ready numbers what the solver looks up often.
func ready(p *batch.Problem) *instance {
	in := &instance{Problem: p, rows: p.Rows()}
	in.unit, in.units = p.UnitNumbers()
	in.seatFor = make([]int32, len(p.Experts))
	places := map[string]int32{"": -1}
	number := func(place string) int32 {
		k, ok := places[place]
		if !ok {
			k = int32(len(places))
			places[place] = k
		}
		return k
	}
	for j := range p.Experts {
		in.seatFor[j] = int32(p.Experts[j].Seat)
		if p.Experts[j].Load == 0 {
			in.seatFor[j] = -1
		}
		in.placeOf = append(in.placeOf, number(p.Experts[j].Place))
	}
	for a := range p.Applications {
		in.applyPlace = append(in.applyPlace, number(p.Applications[a].Place))
	}
	return in
}

// nested asks that the caps form a tree: a unit with a cap sits on one kind of
// seat and, where local experts are capped too, in one place. Other families of
// caps have no exact solution in reasonable time.
func (in *instance) nested() error {
	first := make([]int, in.units)
	for i := range first {
		first[i] = -1
	}
	for j, unit := range in.unit {
		if unit < 0 {
			continue
		}
		e := &in.Experts[j]
		if first[unit] < 0 {
			first[unit] = j
			continue
		}
		f := &in.Experts[first[unit]]
		a, b := &in.Seats[e.Seat], &in.Seats[f.Seat]
		if a.PerUnit == batch.NoCap && b.PerUnit == batch.NoCap {
			continue
		}
		if e.Seat != f.Seat {
			return fault.New(fault.Invalid, "assign.unit_seats", e.Unit, f.ID, e.ID)
		}
		if a.Local != batch.NoCap && e.Place != f.Place {
			return fault.New(fault.Invalid, "assign.unit_places", e.Unit, f.ID, e.ID)
		}
	}
	return nil
}

// solve goes through the goals in their order.
func (s *solver) solve() (*Result, error) {
	plan := &batch.Plan{Units: s.o.Units, Most: s.o.Most}
	s.result.Plan = plan
	if s.o.Before != nil {
		if ok, err := s.reach(batch.MostKept, batch.Weights{Kept: 1}); !ok {
			return s.short(err)
		}
	}
	if s.in.RemoteFirst {
		if ok, err := s.reach(batch.FewestLocal, batch.Weights{Local: -1}); !ok {
			return s.short(err)
		}
	}
	if s.o.Floor {
		if ok, err := s.floor(); !ok {
			return s.short(err)
		}
	}
	n, err := s.best(plan.Floor, batch.Weights{Score: 1})
	if n == nil {
		return s.short(err)
	}
	plan.Proofs = append(plan.Proofs, n.proof(batch.HighestTotal))
	plan.Shares = n.shares()
	s.measure(n)
	return s.result, nil
}

// measure fills in what the plan is worth.
func (s *solver) measure(n *network) {
	r := s.result
	r.Total, r.Locals, r.Kept = n.value(batch.Weights{Score: 1}), n.value(batch.Weights{Local: 1}), n.value(batch.Weights{Kept: 1})
	r.Worst = s.worst(r.Plan.Shares)
}

// short explains why there is no plan, unless err says that the work ended.
func (s *solver) short(err error) (*Result, error) {
	if err != nil {
		return nil, err
	}
	s.result.Plan = nil
	if s.brief {
		s.result.Shortage = &Shortage{}
		return s.result, nil
	}
	s.result.Shortage, err = s.shortage()
	return s.result, err
}

// reach takes a goal as far as it goes and holds the later goals to it.
func (s *solver) reach(goal batch.Goal, w batch.Weights) (bool, error) {
	n, err := s.best(0, w)
	if n == nil {
		return false, err
	}
	proof := n.proof(goal)
	s.base, s.target = proof.Weights, proof.Bound
	s.result.Plan.Proofs = append(s.result.Plan.Proofs, proof)
	return true, nil
}

// best solves for a goal among the plans that reach all goals before; nil when
// no plan fills every seat. The weight of the goals before is raised until
// they are reached.
func (s *solver) best(floor int, w batch.Weights) (*network, error) {
	if s.base == (batch.Weights{}) {
		n, filled, err := s.optimum(task{floor: int32(floor), weights: w})
		if !filled {
			return nil, err
		}
		return n, err
	}
	unit := int64(4)
	if w.Score != 0 {
		unit = 2 * (batch.MaxScore + 1)
	}
	for times := unit; ; times *= 16 {
		if times > math.MaxInt64/1_000_000_000 {
			return nil, fault.New(fault.Invalid, "assign.weights")
		}
		v := batch.Weights{Score: w.Score, Local: w.Local + times*s.base.Local, Kept: w.Kept + times*s.base.Kept}
		n, filled, err := s.optimum(task{floor: int32(floor), weights: v})
		if err != nil || !filled {
			return nil, err
		}
		if n.value(s.base) == s.target {
			return n, nil
		}
	}
}

// optimum solves one task. filled is false when seats stay empty although an
// empty seat costs more than anything can gain.
func (s *solver) optimum(t task) (n *network, filled bool, err error) {
	t.units, t.most = int32(s.o.Units), int32(s.o.Most)
	heavy := max(1, abs(t.weights.Score)*batch.MaxScore+abs(t.weights.Local)+abs(t.weights.Kept))
	cost := heavy * 32
	if t.fill {
		cost = 0
	}
	n = newNetwork(s.in, t, cost)
	if err := n.begin(s.ctx); err != nil {
		return nil, false, err
	}
	for known := false; ; {
		if err := s.price(n, t); err != nil {
			return nil, false, err
		}
		if t.fill || n.unfilled() == 0 {
			return n, true, nil
		}
		if !known {
			full, err := s.fillable(t.floor)
			if err != nil || !full {
				return nil, false, err
			}
			known = true
		}
		if cost > math.MaxInt64/1024 {
			return nil, false, fault.New(fault.Invalid, "assign.weights")
		}
		cost *= 32
		for _, a := range n.toRoot {
			n.arcs[a].cost = cost
		}
		n.settle(0)
	}
}

// fillable reports whether all seats can be filled by pairs of at least the
// floor's score.
func (s *solver) fillable(floor int32) (bool, error) {
	n, _, err := s.optimum(task{floor: floor, weights: batch.Weights{One: 1}, fill: true})
	return err == nil && n.unfilled() == 0, err
}

// perRow bounds what one round of pricing adds to a row.
const perRow = 40

// price alternates pivots and pricing until no pair is worth adding.
func (s *solver) price(n *network, t task) error {
	for round := 1; ; round++ {
		if err := n.run(s.ctx); err != nil {
			return err
		}
		added, err := n.price(s.ctx, perRow)
		if err != nil {
			return err
		}
		st := &s.result.Stats
		st.Rounds, st.Pairs = st.Rounds+1, max(st.Pairs, len(n.pairs))
		if s.o.Progress != nil {
			s.o.Progress(Progress{Round: round, Pairs: len(n.pairs), Pivots: n.pivots})
		}
		if added == 0 {
			st.Pivots += n.pivots
			return nil
		}
	}
}

// floor finds the highest floor with which the goals before are still reached,
// and proves that the next higher one misses them. The best plan without a
// floor comes near: the search goes up from its worst match in growing steps.
func (s *solver) floor() (bool, error) {
	levels, err := s.levels()
	if err != nil {
		return false, err
	}
	n, err := s.best(0, batch.Weights{Score: 1})
	if n == nil {
		return false, err
	}
	lo, _ := slices.BinarySearch(levels, s.worst(n.shares()))
	hi := len(levels) // levels[lo] is reached, levels[hi] is not
	var proof *batch.Proof
	for step := 1; hi-lo > 1; step *= 2 {
		mid := lo + step
		if proof != nil || mid >= hi {
			mid = (lo + hi) / 2
		}
		missed, err := s.misses(int32(levels[mid]))
		if err != nil {
			return false, err
		}
		if missed == nil {
			lo = mid
		} else {
			hi, proof = mid, missed
		}
	}
	if proof == nil {
		if proof, err = s.misses(int32(levels[lo] + 1)); err != nil {
			return false, err
		}
	}
	s.result.Plan.Floor = levels[lo]
	proof.Floor = levels[lo] + 1 // no pair's score is between the two levels
	s.result.Plan.Proofs = append(s.result.Plan.Proofs, *proof)
	return true, nil
}

// misses is the proof that with a floor not every seat can be filled, or a goal
// before is missed; nil when neither is so.
func (s *solver) misses(floor int32) (*batch.Proof, error) {
	n, _, err := s.optimum(task{floor: floor, weights: batch.Weights{One: 1}, fill: true})
	if err != nil {
		return nil, err
	}
	if n.unfilled() == 0 {
		if s.base == (batch.Weights{}) {
			return nil, nil
		}
		if n, _, err = s.optimum(task{floor: floor, weights: s.base}); err != nil {
			return nil, err
		}
		if n.value(s.base) == s.target {
			return nil, nil
		}
	}
	proof := n.proof(batch.HighestFloor)
	return &proof, nil
}

// worst is the smallest score of a plan.
func (s *solver) worst(plan []batch.Share) int {
	worst := batch.MaxScore
	for _, x := range plan {
		worst = min(worst, int(s.in.Scores.Of(s.in.rows[x.Row].Application, x.Expert)))
	}
	return worst
}

// levels are the scores that can be the floor, ascending, from 0: none is
// higher than the score that a row needs from its own best experts.
func (s *solver) levels() ([]int, error) {
	n := newNetwork(s.in, task{weights: batch.Weights{Score: 1}, units: 1, most: 1}, 0)
	top := int64(batch.MaxScore)
	seen := make([]bool, batch.MaxScore+1)
	var sorted []int64
	for r := range s.in.rows {
		if s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
		n.row(r)
		for _, w := range n.weights {
			seen[w] = true
		}
		need := (s.in.rows[r].Need*s.o.Units + s.o.Most - 1) / s.o.Most
		if need > len(n.weights) {
			return []int{0}, nil
		}
		sorted = append(sorted[:0], n.weights...)
		slices.Sort(sorted)
		top = min(top, sorted[len(sorted)-need])
	}
	levels := []int{0}
	for x := 1; x <= int(top); x++ {
		if seen[x] {
			levels = append(levels, x)
		}
	}
	return levels, nil
}

func abs(x int64) int64 {
	if x < 0 {
		return -x
	}
	return x
}
