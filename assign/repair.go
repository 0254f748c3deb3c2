package assign

import (
	"fmt"
	"slices"

	"shenbao/assign/batch"
)

// A Repair (补救办法) is a change that makes a batch feasible. It has been
// tried: with it every seat can be filled.
type Repair struct {
	Kind  RepairKind `json:"kind"`
	Steps int        `json:"steps"` // single decisions that it takes
	Load  int        `json:"load,omitempty"`
	Each  []Change   `json:"each"`
}

// RepairKind says what a repair changes.
type RepairKind string

// The kinds of repairs. Of equally many steps the earlier comes first.
const (
	RaiseLoad   RepairKind = "load"    // some experts take more applications
	AddExperts  RepairKind = "experts" // more experts of a kind, who may serve every application
	RaiseLocal  RepairKind = "local"   // more experts from the application's own place
	RaiseUnit   RepairKind = "unit"    // more experts of one unit
	RaiseChance RepairKind = "chance"  // a pair may be more probable
	FewerSeats  RepairKind = "seats"   // some applications get fewer experts
)

// A Change names what changes (an expert, a kind of seat, an application) and
// by how much.
type Change struct {
	ID string `json:"id"`
	By int    `json:"by"`
}

// maxRepairs is how many repairs are shown.
const maxRepairs = 3

// repairs finds the cheapest repairs and tries each on the whole batch.
func (s *solver) repairs(n *network) ([]Repair, error) {
	var out []Repair
	for _, find := range []func(*network) (*Repair, *solver, error){s.raiseLoad, s.addExperts, s.raiseLocal, s.raiseUnit, s.raiseChance, s.fewerSeats} {
		r, changed, err := find(n)
		if err != nil {
			return nil, err
		}
		if r == nil {
			continue
		}
		ok, err := changed.fillable(0)
		if err != nil {
			return nil, err
		}
		if ok {
			out = append(out, *r)
		}
	}
	slices.SortStableFunc(out, func(a, b Repair) int { return a.Steps - b.Steps })
	return out[:min(len(out), maxRepairs)], nil
}

// with is a solver of a changed copy of the problem.
func (s *solver) with(change func(*batch.Problem)) *solver {
	p := *s.in.Problem
	p.Applications, p.Experts, p.Seats = slices.Clone(p.Applications), slices.Clone(p.Experts), slices.Clone(p.Seats)
	change(&p)
	o := s.o
	o.Progress = nil
	return &solver{ctx: s.ctx, in: ready(&p), o: o, result: &Result{}}
}

// raiseLoad finds the smallest number of seats beyond the loads, and whose.
func (s *solver) raiseLoad(*network) (*Repair, *solver, error) {
	t := task{weights: batch.Weights{One: 2}, units: int32(s.o.Units), most: int32(s.o.Most), fill: true}
	n := newNetwork(s.in, t, 0)
	if err := n.begin(s.ctx); err != nil {
		return nil, nil, err
	}
	over := make([]int32, len(s.in.Experts))
	for j := range over {
		over[j] = n.newArc(n.expertNode(j), 0, int32(len(s.in.rows))*t.units, 1)
	}
	if err := s.price(n, t); err != nil || n.unfilled() > 0 {
		return nil, nil, err
	}
	r := &Repair{Kind: RaiseLoad}
	by := map[int]int{}
	for j, a := range over {
		if f := int(n.arcs[a].flow); f > 0 {
			by[j] = (f + s.o.Units - 1) / s.o.Units
			r.Each = append(r.Each, Change{s.in.Experts[j].ID, by[j]})
		}
	}
	r.Steps = len(r.Each)
	return r, s.with(func(p *batch.Problem) {
		for j, more := range by {
			p.Experts[j].Load += more
		}
	}), nil
}

// addExperts finds how many more experts of each kind would do, each with the
// batch's usual load.
func (s *solver) addExperts(n *network) (*Repair, *solver, error) {
	load := s.usualLoad()
	if load == 0 {
		return nil, nil, nil
	}
	r := &Repair{Kind: AddExperts, Load: load}
	more := make([]int, len(s.in.Seats))
	for seat := range more {
		rows := s.rowsOf(seat)
		if n.missing(rows) == 0 {
			continue
		}
		k, err := s.moreExperts(n, seat, rows, load)
		if err != nil {
			return nil, nil, err
		}
		more[seat] = k
		r.Steps += k
		r.Each = append(r.Each, Change{s.in.Seats[seat].Name, k})
	}
	changed := s
	for seat, k := range more {
		if k > 0 {
			changed = changed.added(seat, k, load, n.shortOf(s.rowsOf(seat)))
		}
	}
	return r, changed, nil
}

// maxWidened bounds the pairs that a search for fewer experts may add.
const maxWidened = 1 << 20

// moreExperts is the smallest number of experts who fill the rows of a kind of
// seat. So many that the empty seats alone keep them busy are needed; so many
// that every row has enough of them are enough.
func (s *solver) moreExperts(n *network, seat int, rows []int, load int) (int, error) {
	all := (int(n.missing(rows)) + load*s.o.Units - 1) / (load * s.o.Units)
	enough := all
	for _, r := range rows {
		enough = max(enough, (int(n.arcs[n.toRoot[r]].flow)+s.o.Most-1)/s.o.Most)
	}
	if enough*len(s.in.Applications) > maxWidened {
		return enough, nil
	}
	lo, hi := all-1, enough
	for hi-lo > 1 {
		mid := (lo + hi) / 2
		ok, err := s.added(seat, mid, load, nil).fillableFor(seat)
		if err != nil {
			return 0, err
		}
		if ok {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi, nil
}

// shortOf are the applications of those rows that are not filled.
func (n *network) shortOf(rows []int) []int {
	out := []int{}
	for _, r := range rows {
		if n.arcs[n.toRoot[r]].flow > 0 {
			out = append(out, n.in.rows[r].Application)
		}
	}
	return out
}

// rowsOf are the rows that ask for a kind of seat.
func (s *solver) rowsOf(seat int) (out []int) {
	for r := range s.in.rows {
		if s.in.rows[r].Seat == seat {
			out = append(out, r)
		}
	}
	return out
}

// fillableFor is fillable for one kind of seat: experts sit on one kind only,
// so that the kinds have nothing to do with each other.
func (s *solver) fillableFor(seat int) (bool, error) {
	n, err := s.filled(pick(s.in.rows, s.rowsOf(seat)))
	return err == nil && n.unfilled() == 0, err
}

// usualLoad is the median load.
func (s *solver) usualLoad() int {
	var loads []int
	for j := range s.in.Experts {
		loads = append(loads, s.in.Experts[j].Load)
	}
	slices.Sort(loads)
	return loads[len(loads)/2]
}

// added is a solver with k more experts on a kind of seat, who may serve every
// application, or where the batch is large the given ones.
func (s *solver) added(seat, k, load int, applications []int) *solver {
	if k*len(s.in.Applications) <= maxWidened {
		applications = nil
	}
	return s.with(func(p *batch.Problem) {
		for i := range k {
			p.Experts = append(p.Experts, batch.Expert{ID: fmt.Sprintf("+%d.%d", seat, i+1), Seat: seat, Load: load})
		}
		p.Scores = p.Scores.Widen(k, applications)
	})
}

// raiseLocal raises the caps on local experts step by step.
func (s *solver) raiseLocal(n *network) (*Repair, *solver, error) {
	return s.raiseCap(n, RaiseLocal, func(x *batch.Seat) *int { return &x.Local })
}

// raiseUnit raises the caps on experts of one unit step by step.
func (s *solver) raiseUnit(n *network) (*Repair, *solver, error) {
	return s.raiseCap(n, RaiseUnit, func(x *batch.Seat) *int { return &x.PerUnit })
}

// maxSteps bounds how far a cap is raised.
const maxSteps = 4

func (s *solver) raiseCap(n *network, kind RepairKind, of func(*batch.Seat) *int) (*Repair, *solver, error) {
	r := &Repair{Kind: kind}
	changed := s
	for seat := range s.in.Seats {
		if n.missing(s.rowsOf(seat)) == 0 {
			continue
		}
		if *of(&s.in.Seats[seat]) == batch.NoCap {
			return nil, nil, nil
		}
		for step := 1; ; step++ {
			if step > maxSteps {
				return nil, nil, nil
			}
			next := changed.with(func(p *batch.Problem) { *of(&p.Seats[seat]) += step })
			ok, err := next.fillableFor(seat)
			if err != nil {
				return nil, nil, err
			}
			if ok {
				changed = next
				r.Steps += step
				r.Each = append(r.Each, Change{s.in.Seats[seat].Name, step})
				break
			}
		}
	}
	return r, changed, nil
}

// raiseChance lets pairs be more probable, up to certain.
func (s *solver) raiseChance(*network) (*Repair, *solver, error) {
	for most := s.o.Most + 1; most <= s.o.Units; most++ {
		changed := s.with(func(*batch.Problem) {})
		changed.o.Most = most
		ok, err := changed.fillable(0)
		if err != nil {
			return nil, nil, err
		}
		if ok {
			by := most - s.o.Most
			return &Repair{Kind: RaiseChance, Steps: by, Each: []Change{{fmt.Sprintf("%d/%d", most, s.o.Units), by}}}, changed, nil
		}
	}
	return nil, nil, nil
}

// fewerSeats takes away the seats that cannot be filled.
func (s *solver) fewerSeats(n *network) (*Repair, *solver, error) {
	r := &Repair{Kind: FewerSeats}
	by := map[int]int{}
	for i, a := range n.toRoot {
		if f := int(n.arcs[a].flow); f > 0 {
			by[i] = (f + s.o.Units - 1) / s.o.Units
			r.Steps += by[i]
			r.Each = append(r.Each, Change{s.in.Applications[s.in.rows[i].Application].ID, by[i]})
		}
	}
	rows := s.in.rows
	return r, s.with(func(p *batch.Problem) {
		for i, less := range by {
			a := rows[i].Application
			p.Applications[a].Needs = slices.Clone(p.Applications[a].Needs)
			p.Applications[a].Needs[rows[i].Seat] -= less
		}
	}), nil
}
