package verify

import (
	"slices"

	"shenbao/assign/batch"
	"shenbao/assign/draw"
	"shenbao/internal/fault"
)

// A Report says which steps of the protocol a bundle has taken and that each
// was found right.
type Report struct {
	Steps   []Step         `json:"steps"`
	Head    string         `json:"head"`   // of the log: to be compared with what was published
	Open    bool           `json:"open"`   // the draw, or a step before it, is still to come
	Direct  bool           `json:"direct"` // the seed was given, not derived: how it was chosen is not proven
	Redraw  *draw.Redraw   `json:"redraw"` // the earlier draw that this one replaces
	Floor   int            `json:"floor"`
	Units   int            `json:"units"`
	Most    int            `json:"most"`
	Total   int64          `json:"total"` // of the plan: scores times units
	Panels  [][]int        `json:"panels"`
	Changes []draw.Change  `json:"changes"`
	Problem *batch.Problem `json:"-"`
}

// A Step is one thing that was checked.
type Step string

// The steps, in their order.
const (
	LogStep        Step = "log"        // the log is whole and names every file's digest
	BatchStep      Step = "batch"      // the batch is well formed
	PlanStep       Step = "plan"       // the plan keeps recusals, loads, seats and caps
	ProofStep      Step = "proof"      // the plan is proven best
	CommitmentStep Step = "commitment" // every party revealed what it had committed to
	SeedStep       Step = "seed"       // the seed follows from secrets, values and plan
	DrawStep       Step = "draw"       // the panels follow from the seed
	PanelStep      Step = "panel"      // the panels keep recusals, loads, seats and caps
	ChangeStep     Step = "change"     // every alternate was next in the queue
)

// Bundle checks a bundle, as far as it goes, from its first step on. The error
// is a fault that says what is wrong; the report holds the steps before.
func Bundle(b draw.Bundle) (*Report, error) {
	r := &Report{Head: b.Head(), Steps: []Step{}, Panels: [][]int{}, Changes: []draw.Change{}}
	log, err := b.Entries()
	if err != nil {
		return r, err
	}
	if err := order(log); err != nil {
		return r, err
	}
	r.pass(LogStep)
	p, frozen, err := b.Problem()
	if err != nil {
		return r, err
	}
	r.pass(BatchStep)
	r.Problem, r.Redraw = p, frozen.Redraw
	if _, ok := b[draw.SolutionFile]; !ok {
		r.Open = true
		return r, nil
	}
	plan, err := b.Plan()
	if err != nil {
		return r, err
	}
	if plan.Units != frozen.Units || plan.Most != frozen.Most {
		return r, wrong("assign.verify.policy")
	}
	v := newChecker(p, Claim{Plan: plan, Floor: frozen.Floor, Before: frozen.BeforeShares()})
	if err := v.rules(); err != nil {
		return r, err
	}
	r.pass(PlanStep)
	if err := v.proofs(); err != nil {
		return r, err
	}
	r.pass(ProofStep)
	r.Floor, r.Units, r.Most, r.Total = plan.Floor, plan.Units, plan.Most, v.value(batch.Weights{Score: 1})
	return r, r.draw(b, v)
}

func (r *Report) pass(s Step) { r.Steps = append(r.Steps, s) }

// order asks that the log's files came to be in the protocol's order.
func order(log []draw.Entry) error {
	steps := []string{draw.BatchFile, draw.SolutionFile, draw.PlanFile, draw.RevealFile, draw.ResultFile, draw.ChangesFile}
	last := -1
	for i, e := range log {
		at := slices.Index(steps, e.File)
		if at < last || at < 0 || i == 0 && at != 0 {
			return wrong("assign.verify.steps", e.File)
		}
		last = at
	}
	if last < 0 {
		return wrong("assign.verify.steps", draw.BatchFile)
	}
	return nil
}

// draw checks what comes after the plan.
func (r *Report) draw(b draw.Bundle, v *checker) error {
	var result draw.Result
	_, announced := b[draw.PlanFile]
	_, drawn := b[draw.ResultFile]
	if announced {
		var a draw.Announcement
		if err := b.Read(draw.PlanFile, &a); err != nil {
			return err
		}
		if a.Batch != draw.Digest(b[draw.BatchFile]) || a.Solution != draw.Digest(b[draw.SolutionFile]) {
			return fault.New(fault.Refused, "assign.bundle.digest", draw.PlanFile)
		}
		if !drawn {
			r.Open = true
			return nil
		}
		if err := r.seed(b, &a); err != nil {
			return err
		}
	}
	if !drawn {
		r.Open = true
		return nil
	}
	if err := b.Read(draw.ResultFile, &result); err != nil {
		return err
	}
	seed, err := draw.ParseSeed(result.Seed)
	if err != nil {
		return err
	}
	r.Direct = !announced
	if result.Solution != draw.Digest(b[draw.SolutionFile]) {
		return fault.New(fault.Refused, "assign.bundle.digest", draw.SolutionFile)
	}
	if !equal(draw.Lottery(v.p, v.c.Plan, seed), result.Panels) {
		return wrong("assign.verify.draw")
	}
	r.pass(DrawStep)
	return r.panels(b, v, result.Panels)
}

// seed checks commitments and derivation.
func (r *Report) seed(b draw.Bundle, a *draw.Announcement) error {
	var reveal draw.Reveal
	var result draw.Result
	if err := b.Read(draw.RevealFile, &reveal); err != nil {
		return err
	}
	if err := b.Read(draw.ResultFile, &result); err != nil {
		return err
	}
	seed, err := draw.Derive(a, &reveal)
	if err != nil {
		return err
	}
	r.pass(CommitmentStep)
	given, err := draw.ParseSeed(result.Seed)
	if err != nil {
		return err
	}
	if given != seed {
		return wrong("assign.verify.seed")
	}
	r.pass(SeedStep)
	return nil
}

// panels checks the drawn panels like a plan without randomness, and what
// changed since.
func (r *Report) panels(b draw.Bundle, v *checker, panels [][]int) error {
	plan := &batch.Plan{Units: 1, Most: 1, Floor: v.c.Plan.Floor}
	for row, panel := range panels {
		for _, j := range panel {
			plan.Shares = append(plan.Shares, batch.Share{Row: row, Expert: j, Units: 1})
		}
	}
	if err := newChecker(v.p, Claim{Plan: plan}).rules(); err != nil {
		return err
	}
	r.pass(PanelStep)
	roll, changes, err := b.Roll()
	if err != nil {
		return err
	}
	r.Panels = roll.Panels
	if len(changes) > 0 {
		r.Changes = changes
		r.pass(ChangeStep)
	}
	return nil
}

func equal(a, b [][]int) bool {
	return slices.EqualFunc(a, b, func(x, y []int) bool { return slices.Equal(x, y) })
}
