package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"shenbao/assign/batch"
	"shenbao/internal/fault"
)

// A Change (递补) takes an expert from a row's panel, for a reason, and seats
// the next of the queue; In is -1 when the queue holds nobody who may.
type Change struct {
	In     int    `json:"in"`
	Out    int    `json:"out"`
	Reason string `json:"reason"`
	Row    int    `json:"row"`
}

// Queue is the order of a row's alternates: all experts who may serve it, by
// SHA-256(seed | "alt" | row | expert). It is the same whoever was drawn.
func Queue(p *batch.Problem, floor int, seed Seed, row int) []int {
	r := p.Rows()[row]
	type place struct {
		key    [32]byte
		expert int
	}
	var list []place
	experts, scores := p.Scores.Row(r.Application)
	for k, s := range scores {
		j := k
		if experts != nil {
			j = int(experts[k])
		}
		e := &p.Experts[j]
		if s == batch.Recused || int(s) < floor || e.Seat != r.Seat || e.Load == 0 {
			continue
		}
		in := append(seed[:], "alt"...)
		in = binary.BigEndian.AppendUint32(in, uint32(row))
		in = binary.BigEndian.AppendUint32(in, uint32(j))
		list = append(list, place{sha256.Sum256(in), j})
	}
	slices.SortFunc(list, func(a, b place) int { return bytes.Compare(a.key[:], b.key[:]) })
	out := make([]int, len(list))
	for i, x := range list {
		out[i] = x.expert
	}
	return out
}

// A Roll (名单) is the panels as they stand after changes.
type Roll struct {
	p      *batch.Problem
	rows   []batch.Row
	floor  int
	seed   Seed
	Panels [][]int
	load   []int
	gone   map[[2]int]bool // row, expert: has been on the panel and left it
}

// NewRoll begins with the drawn panels.
func NewRoll(p *batch.Problem, floor int, seed Seed, panels [][]int) *Roll {
	r := &Roll{p: p, rows: p.Rows(), floor: floor, seed: seed, load: make([]int, len(p.Experts)), gone: map[[2]int]bool{}}
	for _, panel := range panels {
		r.Panels = append(r.Panels, slices.Clone(panel))
		for _, j := range panel {
			r.load[j]++
		}
	}
	return r
}

// Leave takes an expert from a row's panel and seats the next of the queue who
// may: not recused, not there before, with room in his load and in the caps.
func (r *Roll) Leave(row, expert int, reason string) (Change, error) {
	c := Change{In: -1, Out: expert, Reason: reason, Row: row}
	if row < 0 || row >= len(r.Panels) || !slices.Contains(r.Panels[row], expert) {
		return c, fault.New(fault.Invalid, "assign.draw.not_there", row, expert)
	}
	if reason == "" {
		return c, fault.New(fault.Invalid, "assign.draw.no_reason")
	}
	panel := slices.DeleteFunc(r.Panels[row], func(j int) bool { return j == expert })
	r.load[expert]--
	r.gone[[2]int{row, expert}] = true
	for _, j := range Queue(r.p, r.floor, r.seed, row) {
		if !slices.Contains(panel, j) && !r.gone[[2]int{row, j}] && r.load[j] < r.p.Experts[j].Load && r.capsAllow(row, panel, j) {
			c.In = j
			r.load[j]++
			panel = append(panel, j)
			slices.Sort(panel)
			break
		}
	}
	r.Panels[row] = panel
	return c, nil
}

// capsAllow reports whether one more expert keeps a panel within the caps.
func (r *Roll) capsAllow(row int, panel []int, expert int) bool {
	seat, e := r.p.Seats[r.rows[row].Seat], &r.p.Experts[expert]
	a := r.rows[row].Application
	unit, local := 1, 1
	for _, j := range panel {
		if e.Unit != "" && r.p.Experts[j].Unit == e.Unit {
			unit++
		}
		if r.p.Local(a, j) {
			local++
		}
	}
	if seat.PerUnit != batch.NoCap && unit > seat.PerUnit {
		return false
	}
	return seat.Local == batch.NoCap || !r.p.Local(a, expert) || local <= seat.Local
}

// Roll is the bundle's panels with the changes so far.
func (b Bundle) Roll() (*Roll, []Change, error) {
	p, _, err := b.Problem()
	if err != nil {
		return nil, nil, err
	}
	plan, err := b.Plan()
	if err != nil {
		return nil, nil, err
	}
	var result Result
	if err := decode(b, ResultFile, &result); err != nil {
		return nil, nil, err
	}
	seed, err := ParseSeed(result.Seed)
	if err != nil {
		return nil, nil, err
	}
	roll := NewRoll(p, plan.Floor, seed, result.Panels)
	var changes []Change
	if _, ok := b[ChangesFile]; ok {
		if err := decode(b, ChangesFile, &changes); err != nil {
			return nil, nil, err
		}
	}
	for i, c := range changes {
		got, err := roll.Leave(c.Row, c.Out, c.Reason)
		if err != nil {
			return nil, nil, err
		}
		if got != c {
			return nil, nil, fault.New(fault.Refused, "assign.draw.change", i+1)
		}
	}
	return roll, changes, nil
}

// Change adds a change to the bundle.
func (b Bundle) Change(row, expert int, reason string) (Change, error) {
	roll, changes, err := b.Roll()
	if err != nil {
		return Change{}, err
	}
	c, err := roll.Leave(row, expert, reason)
	if err != nil {
		return c, err
	}
	b.put(ChangesFile, Canonical(append(changes, c)))
	return c, nil
}
