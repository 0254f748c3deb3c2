package verify

import (
	"shenbao/assign/batch"
	"shenbao/internal/fault"
)

// A Claim is what a plan says of itself.
type Claim struct {
	Plan   *batch.Plan
	Floor  bool          // the worst match is claimed to be as good as possible
	Before []batch.Share // the plan before, when few changes were asked for
}

// Plan checks a plan and its proofs. It returns the first fault that it finds,
// nil when the plan keeps every rule and is proven best.
func Plan(p *batch.Problem, c Claim) error {
	if err := p.Check(); err != nil {
		return err
	}
	v := newChecker(p, c)
	if err := v.rules(); err != nil {
		return err
	}
	return v.proofs()
}

// checker holds a problem as rows of numbers.
type checker struct {
	p      *batch.Problem
	c      Claim
	rows   []batch.Row
	unit   []int32
	units  int
	before map[[2]int]bool
}

func newChecker(p *batch.Problem, c Claim) *checker {
	v := &checker{p: p, c: c, rows: p.Rows()}
	v.unit, v.units = p.UnitNumbers()
	if c.Before != nil {
		v.before = map[[2]int]bool{}
		for _, s := range c.Before {
			v.before[[2]int{s.Row, s.Expert}] = true
		}
	}
	return v
}

func wrong(key string, args ...any) error { return fault.New(fault.Refused, key, args...) }

// name is how messages call a pair.
func (v *checker) name(s batch.Share) string {
	return v.p.Applications[v.rows[s.Row].Application].ID + " × " + v.p.Experts[s.Expert].ID
}

// rules checks the shares one by one, then the sums.
func (v *checker) rules() error {
	plan := v.c.Plan
	if plan.Units < 1 || plan.Units > batch.MaxUnits || plan.Most < 1 || plan.Most > plan.Units {
		return wrong("assign.units", plan.Most, plan.Units)
	}
	if err := v.recusals(); err != nil {
		return err
	}
	load := make([]int, len(v.p.Experts))
	seats := make([]int, len(v.rows))
	local := make([]int, len(v.rows))
	perUnit := map[[2]int]int{}
	last := batch.Share{Row: -1}
	for _, s := range plan.Shares {
		if s.Row < 0 || s.Row >= len(v.rows) || s.Expert < 0 || s.Expert >= len(v.p.Experts) {
			return wrong("assign.index", s.Row, s.Expert)
		}
		if s.Row < last.Row || s.Row == last.Row && s.Expert <= last.Expert {
			return wrong("assign.verify.order", v.name(s))
		}
		last = s
		if err := v.share(s); err != nil {
			return err
		}
		load[s.Expert] += s.Units
		seats[s.Row] += s.Units
		if v.p.Local(v.rows[s.Row].Application, s.Expert) {
			local[s.Row] += s.Units
		}
		if u := v.unit[s.Expert]; u >= 0 {
			perUnit[[2]int{s.Row, int(u)}] += s.Units
		}
	}
	return v.sums(load, seats, local, perUnit)
}

// recusals holds the finished list against the recusals as they were handed in,
// not against what became of them in the scores.
func (v *checker) recusals() error {
	rules := make(map[[2]int]string, len(v.p.Recusals))
	for _, r := range v.p.Recusals {
		rules[[2]int{r.Application, r.Expert}] = r.Rule
	}
	for _, s := range v.c.Plan.Shares {
		if s.Row < 0 || s.Row >= len(v.rows) || s.Expert < 0 || s.Expert >= len(v.p.Experts) {
			continue // told below
		}
		if rule, ok := rules[[2]int{v.rows[s.Row].Application, s.Expert}]; ok {
			return wrong("assign.verify.rule", v.name(s), rule)
		}
	}
	return nil
}

// share checks one pair.
func (v *checker) share(s batch.Share) error {
	row := v.rows[s.Row]
	score := v.p.Scores.Of(row.Application, s.Expert)
	switch {
	case score == batch.Recused:
		return wrong("assign.verify.recused", v.name(s))
	case int(score) < v.c.Plan.Floor:
		return wrong("assign.verify.floor", v.name(s), score, v.c.Plan.Floor)
	case v.p.Experts[s.Expert].Seat != row.Seat:
		return wrong("assign.verify.seat", v.name(s), v.p.Seats[row.Seat].Name)
	case s.Units < 1 || s.Units > v.c.Plan.Most:
		return wrong("assign.verify.chance", v.name(s), s.Units, v.c.Plan.Most, v.c.Plan.Units)
	}
	return nil
}

// sums checks demands, loads and caps.
func (v *checker) sums(load, seats, local []int, perUnit map[[2]int]int) error {
	units := v.c.Plan.Units
	for j, n := range load {
		if n > v.p.Experts[j].Load*units {
			return wrong("assign.verify.load", v.p.Experts[j].ID, v.p.Experts[j].Load)
		}
	}
	for r, row := range v.rows {
		id := v.p.Applications[row.Application].ID
		if seats[r] != row.Need*units {
			return wrong("assign.verify.need", id, row.Need)
		}
		if limit := v.p.Seats[row.Seat].Local; limit != batch.NoCap && local[r] > limit*units {
			return wrong("assign.verify.local", id, limit)
		}
	}
	for at, n := range perUnit {
		row := v.rows[at[0]]
		if limit := v.p.Seats[row.Seat].PerUnit; limit != batch.NoCap && n > limit*units {
			return wrong("assign.verify.unit", v.p.Applications[row.Application].ID, limit)
		}
	}
	return nil
}

// proofs checks that each goal that was asked for is proven, in its order, and
// that the later proofs hold to what the earlier ones reached.
func (v *checker) proofs() error {
	list := v.c.Plan.Proofs
	next := func(goal batch.Goal) (*batch.Proof, error) {
		if len(list) == 0 || list[0].Goal != goal {
			return nil, wrong("assign.verify.missing", goal)
		}
		p := &list[0]
		list = list[1:]
		return p, nil
	}
	var base batch.Weights
	target := int64(0)
	for _, goal := range v.goals() {
		p, err := next(goal)
		if err != nil {
			return err
		}
		if goal == batch.HighestFloor {
			if err := v.floorProof(p, base, target); err != nil {
				return err
			}
			continue
		}
		floor := 0
		if goal == batch.HighestTotal {
			floor = v.c.Plan.Floor
		}
		if !follows(p.Weights, goal, base) || p.Floor != floor {
			return wrong("assign.verify.weights", goal)
		}
		bound, err := v.bound(p)
		if err != nil {
			return err
		}
		if value := v.value(p.Weights); bound != value || p.Bound != value {
			return wrong("assign.verify.bound", goal, value, bound)
		}
		base, target = p.Weights, p.Bound
	}
	if len(list) > 0 {
		return wrong("assign.verify.missing", list[0].Goal)
	}
	return nil
}

// goals are those that were asked for, in their order.
func (v *checker) goals() (out []batch.Goal) {
	if v.c.Before != nil {
		out = append(out, batch.MostKept)
	}
	if v.p.RemoteFirst {
		out = append(out, batch.FewestLocal)
	}
	if v.c.Floor {
		out = append(out, batch.HighestFloor)
	}
	return append(out, batch.HighestTotal)
}

// follows reports whether weights are a goal's own plus a positive multiple of
// those before it.
func follows(w batch.Weights, goal batch.Goal, base batch.Weights) bool {
	own := map[batch.Goal]batch.Weights{batch.MostKept: {Kept: 1}, batch.FewestLocal: {Local: -1}, batch.HighestTotal: {Score: 1}}[goal]
	rest := batch.Weights{Score: w.Score - own.Score, Local: w.Local - own.Local, Kept: w.Kept - own.Kept, One: w.One - own.One}
	if base == (batch.Weights{}) {
		return rest == batch.Weights{}
	}
	times := int64(0)
	switch {
	case base.Kept != 0:
		times = rest.Kept / base.Kept
	case base.Local != 0:
		times = rest.Local / base.Local
	}
	return times > 0 && rest == batch.Weights{Score: times * base.Score, Local: times * base.Local, Kept: times * base.Kept, One: times * base.One}
}

// floorProof checks that the next higher floor leaves seats empty, or misses a
// goal before it.
func (v *checker) floorProof(p *batch.Proof, base batch.Weights, target int64) error {
	if p.Floor != v.c.Plan.Floor+1 {
		return wrong("assign.verify.weights", p.Goal)
	}
	bound, err := v.bound(p)
	if err != nil {
		return err
	}
	if p.Weights == (batch.Weights{One: 1}) {
		for _, price := range p.Rows {
			if price < 0 {
				return wrong("assign.verify.price", p.Goal)
			}
		}
		base, target = p.Weights, int64(v.p.Demand())*int64(v.c.Plan.Units)
	}
	if base == (batch.Weights{}) || p.Weights != base || bound >= target {
		return wrong("assign.verify.bound", p.Goal, target, bound)
	}
	return nil
}

// Short checks the proof that a batch has no plan: no plan fills as many seats
// as are asked for.
func Short(p *batch.Problem, units, most int, proof *batch.Proof) error {
	if err := p.Check(); err != nil {
		return err
	}
	v := newChecker(p, Claim{Plan: &batch.Plan{Units: units, Most: most, Floor: -1}})
	shifted := *proof
	shifted.Goal = batch.HighestFloor
	if proof.Floor != 0 || proof.Weights != (batch.Weights{One: 1}) {
		return wrong("assign.verify.weights", proof.Goal)
	}
	return v.floorProof(&shifted, batch.Weights{}, 0)
}

// value is what the plan is worth by weights.
func (v *checker) value(w batch.Weights) (sum int64) {
	for _, s := range v.c.Plan.Shares {
		a := v.rows[s.Row].Application
		sum += int64(s.Units) * w.Of(v.p.Scores.Of(a, s.Expert), v.p.Local(a, s.Expert), v.before[[2]int{s.Row, s.Expert}])
	}
	return sum
}
