package assign

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"shenbao/assign/assigntest"
	"shenbao/assign/batch"
	"shenbao/assign/verify"
)

// flow is a second formulation, sharing nothing with the solver: the whole
// network written out, and shortest paths by Bellman and Ford, a unit at a time.
type flow struct {
	to, next  []int
	cap, cost []int64
	head      []int
}

func (f *flow) node() int {
	f.head = append(f.head, -1)
	return len(f.head) - 1
}

func (f *flow) arc(from, to int, cap, cost int64) {
	for _, x := range [][4]int64{{int64(from), int64(to), cap, cost}, {int64(to), int64(from), 0, -cost}} {
		f.to, f.cap, f.cost = append(f.to, int(x[1])), append(f.cap, x[2]), append(f.cost, x[3])
		f.next = append(f.next, f.head[x[0]])
		f.head[x[0]] = len(f.to) - 1
	}
}

// run sends as much as it can from s to t and returns amount and cost.
func (f *flow) run(s, t int) (amount, cost int64) {
	for {
		dist, by := make([]int64, len(f.head)), make([]int, len(f.head))
		for i := range dist {
			dist[i], by[i] = 1<<60, -1
		}
		dist[s] = 0
		for changed := true; changed; {
			changed = false
			for u := range f.head {
				for a := f.head[u]; a >= 0 && dist[u] < 1<<60; a = f.next[a] {
					if v := f.to[a]; f.cap[a] > 0 && dist[u]+f.cost[a] < dist[v] {
						dist[v], by[v], changed = dist[u]+f.cost[a], a, true
					}
				}
			}
		}
		if by[t] < 0 {
			return amount, cost
		}
		for v := t; v != s; v = f.to[by[v]^1] {
			f.cap[by[v]]--
			f.cap[by[v]^1]++
		}
		amount, cost = amount+1, cost+dist[t]
	}
}

// second solves by the second formulation: units of seats that can be filled
// with at least the floor's score, and the largest total that fills as many.
// With remote, local experts count first.
func second(p *batch.Problem, o Options, floor int) (filled, locals, total int64) {
	const heavy = 1 << 40
	f := &flow{}
	s, t := f.node(), f.node()
	experts := make([]int, len(p.Experts))
	for j := range experts {
		experts[j] = f.node()
		f.arc(experts[j], t, int64(p.Experts[j].Load*o.Units), 0)
	}
	for _, row := range p.Rows() {
		seat := p.Seats[row.Seat]
		r, local := f.node(), -1
		f.arc(s, r, int64(row.Need*o.Units), 0)
		units := map[string]int{}
		for j, e := range p.Experts {
			score := p.Scores.Of(row.Application, j)
			if score == batch.Recused || int(score) < floor || e.Seat != row.Seat {
				continue
			}
			at, cost := r, -int64(score)
			if p.Local(row.Application, j) {
				if p.RemoteFirst {
					cost += heavy
				}
				if seat.Local != batch.NoCap {
					if local < 0 {
						local = f.node()
						f.arc(r, local, int64(seat.Local*o.Units), 0)
					}
					at = local
				}
			}
			if seat.PerUnit != batch.NoCap && e.Unit != "" {
				if _, ok := units[e.Unit]; !ok {
					units[e.Unit] = f.node()
					f.arc(at, units[e.Unit], int64(seat.PerUnit*o.Units), 0)
				}
				at = units[e.Unit]
			}
			f.arc(at, experts[j], int64(o.Most), cost)
		}
	}
	filled, cost := f.run(s, t)
	locals = (cost + heavy - 1) / heavy
	if cost <= 0 {
		locals = 0
	}
	return filled, locals, locals*heavy - cost
}

// With randomness, where trying everything is out of the question, the second
// formulation agrees.
func TestSolveAgainstSecondFormulation(t *testing.T) {
	t.Run("from many pairs", testSecondFormulation)
	t.Run("from one pair a row", func(t *testing.T) {
		few(t)
		testSecondFormulation(t)
	})
}

func testSecondFormulation(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	plans, short := 0, 0
	for i := range 1500 {
		p := assigntest.Random(rnd, 1+rnd.IntN(7), 2+rnd.IntN(12))
		if p.Demand() == 0 {
			continue
		}
		units := 1 << rnd.IntN(5)
		o := Options{Units: units, Most: 1 + rnd.IntN(units), Floor: rnd.IntN(2) == 0}
		got, err := Solve(context.Background(), p, o)
		if err != nil {
			t.Fatal(err)
		}
		demand := int64(p.Demand() * units)
		filled, locals, total := second(p, o, 0)
		if (got.Shortage == nil) != (filled == demand) {
			t.Fatalf("%d: shortage %v, %d of %d filled", i, got.Shortage, filled, demand)
		}
		if got.Shortage != nil {
			short++
			checkShortage(t, p, o, got.Shortage)
			continue
		}
		plans++
		if o.Floor {
			above, more, _ := second(p, o, got.Plan.Floor+1)
			filled, at, best := second(p, o, got.Plan.Floor)
			if filled != demand || at != locals || above == demand && more == locals {
				t.Fatalf("%d: floor %d", i, got.Plan.Floor)
			}
			total = best
		}
		if got.Total != total || p.RemoteFirst && got.Locals != locals {
			t.Fatalf("%d: total %d with %d locals, want %d with %d", i, got.Total, got.Locals, total, locals)
		}
		if err := verify.Plan(p, verify.Claim{Plan: got.Plan, Floor: o.Floor}); err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
	if min(plans, short) < 200 {
		t.Errorf("one-sided: %d plans, %d short", plans, short)
	}
}

// checkShortage asks that the block blocks, that no row of it can be left out,
// and that its account adds up.
func checkShortage(t *testing.T, p *batch.Problem, o Options, s *Shortage) {
	t.Helper()
	only := func(rows []batch.Row) (filled, need int64) {
		q := *p
		q.RemoteFirst = false
		q.Applications = nil
		for _, a := range p.Applications {
			a.Needs = make([]int, len(p.Seats))
			q.Applications = append(q.Applications, a)
		}
		for _, r := range rows {
			q.Applications[r.Application].Needs[r.Seat] = r.Need
			need += int64(r.Need * o.Units)
		}
		filled, _, _ = second(&q, o, 0)
		return filled, need
	}
	b := s.Block
	if filled, need := only(b.Rows); filled == need {
		t.Fatalf("the block %+v can be served", b)
	}
	for i := range b.Rows {
		if filled, need := only(append(b.Rows[:i:i], b.Rows[i+1:]...)); filled < need {
			t.Fatalf("row %d of the block %+v can be left out", i, b)
		}
	}
	if !b.Minimal || b.Need <= b.Capacity+b.Capped+b.Single {
		t.Fatalf("the block's account does not add up: %+v", b)
	}
	if len(s.Repairs) == 0 {
		t.Fatal("no repair")
	}
	for i, r := range s.Repairs {
		if i > 0 && r.Steps < s.Repairs[i-1].Steps {
			t.Fatalf("repairs out of order: %+v", s.Repairs)
		}
	}
}

// A repair of loads takes as few seats beyond the loads as are missing, when
// loads are all that is missing.
func TestRepairs(t *testing.T) {
	p := &batch.Problem{Seats: []batch.Seat{{PerUnit: batch.NoCap, Local: batch.NoCap}},
		Applications: []batch.Application{{ID: "A"}, {ID: "B"}, {ID: "C"}}, Experts: []batch.Expert{{ID: "X"}, {ID: "Y"}, {ID: "Z"}},
		Scores: batch.NewMatrix(3, [][]int32{{5, 5, batch.Recused}, {5, 5, batch.Recused}, {5, 5, 5}})}
	p.Ask([]int{2}, 1)
	r, err := Solve(context.Background(), p, Options{})
	if err != nil || r.Shortage == nil {
		t.Fatal(r, err)
	}
	s := r.Shortage
	if s.Missing != 3 || len(s.Block.Rows) != 2 || s.Block.Need != 4 || s.Block.Capacity != 2 {
		t.Errorf("missing %d, block %+v", s.Missing, s.Block)
	}
	got := map[RepairKind]Repair{}
	for _, r := range s.Repairs {
		got[r.Kind] = r
	}
	if load := got[RaiseLoad]; load.Steps != 2 {
		t.Errorf("loads: %+v", load)
	}
	if more := got[AddExperts]; more.Steps != 3 || more.Load != 1 {
		t.Errorf("experts: %+v", more)
	}
}

// A cancelled solution ends at once, wherever it is.
func TestCancel(t *testing.T) {
	p := assigntest.Generate(assigntest.Size{Applications: 4000, Experts: 2000, Need: 5, Load: 12, Listed: 200})
	for _, after := range []time.Duration{0, 20, 60, 150, 400} {
		ctx, cancel := context.WithTimeout(context.Background(), after*time.Millisecond)
		_, err := Solve(ctx, p, Options{Floor: true})
		deadline, _ := ctx.Deadline()
		late := time.Since(deadline)
		cancel()
		if err == nil {
			break // it was faster
		}
		if late > 200*time.Millisecond {
			t.Errorf("cancelled after %d ms it ended %v late", after, late)
		}
	}
}
