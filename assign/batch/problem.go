// Package batch holds what experts are assigned from (评审批次) and what an
// assignment is: applications with the seats to be filled, experts with their
// loads, integer scores, recusals (回避) with their rule ids, caps; then the
// plan and its proof. It reads and checks them and knows no solver, so that
// whoever verifies a plan shares no code with whoever made it.
//
// Everything is a whole number: scores are millionths, probabilities are
// counted in units of 1/Units of a seat. No result depends on a platform.
package batch

import (
	"shenbao/internal/fault"
)

// The limits of a batch. They bound memory, and with MaxScore they keep every
// sum inside 63 bits.
const (
	MaxScore        = 1_000_000
	MaxApplications = 1_000_000
	MaxExperts      = 1_000_000
	MaxPairs        = 250_000_000 // of application and expert
	MaxSeats        = 10_000_000  // to be filled, all applications together
	MaxUnits        = 64          // of probability a seat
)

// Recused is the score of a pair that may not be: 回避.
const Recused = -1

// NoCap stands where a cap is not set.
const NoCap = -1

// An Application (申报书) needs experts.
type Application struct {
	ID    string `json:"id"`
	Needs []int  `json:"needs"` // experts for each of the batch's seats, in their order
	Place string `json:"place"` // 属地, "" when not known
}

// An Expert (专家) takes at most Load applications.
type Expert struct {
	ID    string `json:"id"`
	Load  int    `json:"load"`
	Place string `json:"place"` // 所在地, "" when not known: then nowhere local
	Seat  int    `json:"seat"`  // the kind of seat, an index of the batch's seats
	Unit  string `json:"unit"`  // 所在单位, "" when not known: then no cap counts it
}

// A Seat (席位) is a kind of place on every panel: 学术, 产业. Its caps count
// the experts of one application that sit on seats of this kind.
type Seat struct {
	Local   int    `json:"local"` // at most so many from the application's own place, or NoCap
	Name    string `json:"name"`
	PerUnit int    `json:"per_unit"` // at most so many of one unit, or NoCap
}

// A Recusal (回避) keeps an expert from an application, under a rule.
type Recusal struct {
	Application int    `json:"application"`
	Expert      int    `json:"expert"`
	Rule        string `json:"rule"`
}

// A Problem (分配问题) is a batch that waits for its plan.
type Problem struct {
	Applications []Application
	Experts      []Expert
	Seats        []Seat
	RemoteFirst  bool // as few local experts as possible come before the scores
	Recusals     []Recusal
	Scores       *Scores
}

// A Row is one application's demand for one kind of seat.
type Row struct {
	Application, Seat, Need int
}

// Rows are the demands of a batch in canonical order: by application, then by
// seat. Demands of nothing are left out.
func (p *Problem) Rows() []Row {
	rows := make([]Row, 0, len(p.Applications))
	for a := range p.Applications {
		for s, need := range p.Applications[a].Needs {
			if need > 0 {
				rows = append(rows, Row{a, s, need})
			}
		}
	}
	return rows
}

// Demand is the number of seats to be filled.
func (p *Problem) Demand() (n int) {
	for i := range p.Applications {
		for _, need := range p.Applications[i].Needs {
			n += need
		}
	}
	return n
}

// Capacity is the number of seats that the experts take.
func (p *Problem) Capacity() (n int) {
	for i := range p.Experts {
		n += p.Experts[i].Load
	}
	return n
}

// Local reports whether an expert is from an application's own place.
func (p *Problem) Local(application, expert int) bool {
	place := p.Experts[expert].Place
	return place != "" && place == p.Applications[application].Place
}

// UnitNumbers gives every expert the number of his unit, in the order in which
// the units first occur; -1 without one. n is how many units there are.
func (p *Problem) UnitNumbers() (of []int32, n int) {
	seen := map[string]int32{}
	of = make([]int32, len(p.Experts))
	for j := range p.Experts {
		unit := p.Experts[j].Unit
		if unit == "" {
			of[j] = -1
			continue
		}
		k, ok := seen[unit]
		if !ok {
			k = int32(len(seen))
			seen[unit] = k
		}
		of[j] = k
	}
	return of, len(seen)
}

// Check refuses a problem whose parts do not fit together: wrong indices,
// negative loads, needs or caps, scores out of range, doubled ids.
func (p *Problem) Check() error {
	switch {
	case len(p.Applications) == 0 || len(p.Experts) == 0 || len(p.Seats) == 0 || p.Scores == nil:
		return fault.New(fault.Invalid, "assign.empty")
	case len(p.Applications) > MaxApplications || len(p.Experts) > MaxExperts:
		return fault.New(fault.Invalid, "assign.many", MaxApplications, MaxExperts)
	case p.Scores.Applications() != len(p.Applications) || p.Scores.experts != len(p.Experts):
		return fault.New(fault.Invalid, "assign.shape", p.Scores.Applications(), p.Scores.experts, len(p.Applications), len(p.Experts))
	}
	for _, check := range []func() error{p.checkSeats, p.checkApplications, p.checkExperts, p.checkRecusals, p.Scores.check} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

func (p *Problem) checkSeats() error {
	seen := map[string]bool{}
	for _, s := range p.Seats {
		switch {
		case seen[s.Name]:
			return fault.New(fault.Invalid, "assign.twice", s.Name)
		case s.PerUnit < NoCap || s.PerUnit == 0:
			return fault.New(fault.Invalid, "assign.cap", s.PerUnit).In(s.Name)
		case s.Local < NoCap:
			return fault.New(fault.Invalid, "assign.cap", s.Local).In(s.Name)
		}
		seen[s.Name] = true
	}
	return nil
}

func (p *Problem) checkApplications() error {
	seen, demand := map[string]bool{}, 0
	for i := range p.Applications {
		a := &p.Applications[i]
		if a.ID == "" || seen[a.ID] {
			return fault.New(fault.Invalid, "assign.twice", a.ID)
		}
		seen[a.ID] = true
		if len(a.Needs) != len(p.Seats) {
			return fault.New(fault.Invalid, "assign.needs", len(a.Needs), len(p.Seats)).In(a.ID)
		}
		for _, n := range a.Needs {
			if n < 0 || n > MaxExperts {
				return fault.New(fault.Invalid, "assign.need", n, MaxExperts).In(a.ID)
			}
			demand += n
		}
	}
	if demand == 0 {
		return fault.New(fault.Invalid, "assign.empty")
	}
	if demand > MaxSeats {
		return fault.New(fault.Invalid, "assign.seats", demand, MaxSeats)
	}
	return nil
}

func (p *Problem) checkExperts() error {
	seen := map[string]bool{}
	for j := range p.Experts {
		e := &p.Experts[j]
		switch {
		case e.ID == "" || seen[e.ID]:
			return fault.New(fault.Invalid, "assign.twice", e.ID)
		case e.Load < 0 || e.Load > MaxApplications:
			return fault.New(fault.Invalid, "assign.load", e.Load, MaxApplications).In(e.ID)
		case e.Seat < 0 || e.Seat >= len(p.Seats):
			return fault.New(fault.Invalid, "assign.seat", e.Seat).In(e.ID)
		}
		seen[e.ID] = true
	}
	return nil
}

// checkRecusals asks that every recusal names a pair of the batch and its rule,
// and that the pair bears no score.
func (p *Problem) checkRecusals() error {
	for _, r := range p.Recusals {
		switch {
		case r.Application < 0 || r.Application >= len(p.Applications) || r.Expert < 0 || r.Expert >= len(p.Experts):
			return fault.New(fault.Invalid, "assign.index", r.Application, r.Expert)
		case r.Rule == "":
			return fault.New(fault.Invalid, "assign.no_rule").In(p.Applications[r.Application].ID + " × " + p.Experts[r.Expert].ID)
		case p.Scores.Of(r.Application, r.Expert) != Recused:
			return fault.New(fault.Invalid, "assign.not_recused").In(p.Applications[r.Application].ID + " × " + p.Experts[r.Expert].ID)
		}
	}
	return nil
}
