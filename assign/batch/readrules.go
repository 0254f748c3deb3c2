package batch

import (
	"context"
	"strings"

	"shenbao/internal/fault"
)

// Places of the experts' and applications' numbers by their ids.
type numbers struct{ applications, experts map[string]int }

func (p *Problem) numbers() numbers {
	n := numbers{map[string]int{}, map[string]int{}}
	for a := range p.Applications {
		n.applications[p.Applications[a].ID] = a
	}
	for j := range p.Experts {
		n.experts[p.Experts[j].ID] = j
	}
	return n
}

// ReadRecusals reads a CSV file with the columns application, expert, rule and
// makes each pair one that may not be.
func (p *Problem) ReadRecusals(ctx context.Context, src Source) error {
	t := newTable(ctx, src)
	at, ok := t.columns([][2]string{{"application", "申报书"}, {"expert", "专家"}, {"rule", "规则"}}, 3)
	if !ok {
		return t.err()
	}
	n := p.numbers()
	for t.next() {
		a, known := n.applications[t.cell(at[0])]
		if !known {
			t.fault(t.cell(at[0]), "assign.stranger", at[0]+1)
			continue
		}
		j, known := n.experts[t.cell(at[1])]
		if !known {
			t.fault(t.cell(at[1]), "assign.stranger", at[1]+1)
			continue
		}
		rule := strings.Clone(t.cell(at[2]))
		if rule == "" {
			t.fault(p.Applications[a].ID+" × "+p.Experts[j].ID, "assign.no_rule")
			continue
		}
		p.Scores.Recuse(a, j)
		p.Recusals = append(p.Recusals, Recusal{a, j, rule})
	}
	return t.err()
}

// ReadCaps reads a CSV file with the columns cap, seat, value:
//
//	seat,academic,3      three experts on academic seats for every application
//	unit,academic,1      at most one of them from one unit
//	local,academic,1     at most one of them from the application's own place
//	remote,,first        as few local experts as possible before all else
//
// The seat is empty where a batch has only one kind.
func (p *Problem) ReadCaps(ctx context.Context, src Source) (perSeat []int, err error) {
	t := newTable(ctx, src)
	at, ok := t.columns([][2]string{{"cap", "限制"}, {"seat", "席位"}, {"value", "值"}}, 3)
	if !ok {
		return nil, t.err()
	}
	caps := &capReader{table: t, p: p, seen: map[[2]string]bool{}}
	for t.next() {
		caps.read(t.cell(at[0]), strings.Clone(t.cell(at[1])), t.cell(at[2]))
	}
	return caps.needs, t.err()
}

// capReader reads caps; needs are the seats of every application, by kind.
type capReader struct {
	*table
	p     *Problem
	needs []int
	seen  map[[2]string]bool
}

func (c *capReader) read(kind, seat, value string) {
	kind = capKind(kind)
	if c.seen[[2]string{kind, seat}] {
		c.fault(kind, "assign.twice", strings.TrimSpace(kind+" "+seat))
		return
	}
	c.seen[[2]string{kind, seat}] = true
	n, ok := whole(value, MaxApplications)
	switch kind {
	case "seat":
		if !ok || n == 0 || seat == "" {
			c.fault(kind, "assign.seat_line", value)
			return
		}
		if len(c.needs) == 0 {
			c.p.Seats = nil
		}
		c.p.Seats = append(c.p.Seats, Seat{Name: seat, PerUnit: NoCap, Local: NoCap})
		c.needs = append(c.needs, n)
	case "unit", "local":
		s := c.seat(seat)
		switch {
		case s == nil:
			c.fault(kind, "assign.which_seat", seat)
		case !ok || kind == "unit" && n == 0:
			c.fault(kind, "assign.cap", value)
		case kind == "unit":
			s.PerUnit = n
		default:
			s.Local = n
		}
	case "remote":
		if value != "first" && value != "优先" {
			c.fault(kind, "assign.remote", value)
		}
		c.p.RemoteFirst = true
	default:
		c.fault(kind, "assign.cap_kind", kind)
	}
}

// capKind is the English word for a cap.
func capKind(s string) string {
	for _, n := range [][2]string{{"seat", "席位"}, {"unit", "同一单位"}, {"local", "本地"}, {"remote", "异地"}} {
		if strings.EqualFold(s, n[0]) || s == n[1] {
			return n[0]
		}
	}
	return strings.Clone(s)
}

// seat finds a kind of seat by its name; "" names the only one. Lines of seats
// come before their caps.
func (c *capReader) seat(name string) *Seat {
	if name == "" && len(c.p.Seats) == 1 {
		return &c.p.Seats[0]
	}
	for i := range c.p.Seats {
		if c.p.Seats[i].Name == name && name != "" {
			return &c.p.Seats[i]
		}
	}
	return nil
}

// ReadExperts reads a CSV file with the columns expert, and as needed unit,
// place, seat, load. Every expert of the scores must have a row; load is what a
// row without one means.
func (p *Problem) ReadExperts(ctx context.Context, src Source, load int) error {
	t := newTable(ctx, src)
	at, ok := t.columns([][2]string{{"expert", "专家"}, {"unit", "单位"}, {"place", "所在地"}, {"seat", "席位"}, {"load", "上限"}}, 1)
	if !ok {
		return t.err()
	}
	n := p.numbers()
	seen := make([]bool, len(p.Experts))
	for t.next() {
		id := t.cell(at[0])
		j, known := n.experts[id]
		switch {
		case !known:
			continue // an expert without any candidate pair
		case seen[j]:
			t.fault(id, "assign.twice", id)
			continue
		}
		seen[j] = true
		e := &p.Experts[j]
		e.Unit, e.Place, e.Load = strings.Clone(t.cell(at[1])), strings.Clone(t.cell(at[2])), load
		if c := t.cell(at[4]); c != "" {
			if e.Load, ok = whole(c, MaxApplications); !ok {
				t.fault(id, "assign.load", c, MaxApplications)
			}
		}
		if e.Seat = p.seatNumber(t.cell(at[3])); e.Seat < 0 {
			t.fault(id, "assign.which_seat", t.cell(at[3]))
		}
	}
	if len(t.faults) == 0 {
		for j, ok := range seen {
			if !ok {
				return fault.New(fault.Invalid, "assign.no_row").At(src.Name, 0, 0).In(p.Experts[j].ID)
			}
		}
	}
	return t.err()
}

// seatNumber finds a kind of seat by its name; "" is the only one. -1 is none.
func (p *Problem) seatNumber(name string) int {
	if name == "" && len(p.Seats) == 1 {
		return 0
	}
	for i := range p.Seats {
		if p.Seats[i].Name == name {
			return i
		}
	}
	return -1
}

// ReadApplications reads a CSV file with the columns application, and as needed
// place and one for each kind of seat with the number of experts; where there
// is one kind only, that column is called per. Every application of the scores
// must have a row.
func (p *Problem) ReadApplications(ctx context.Context, src Source) error {
	t := newTable(ctx, src)
	known := [][2]string{{"application", "申报书"}, {"place", "所在地"}}
	for _, s := range p.Seats {
		if s.Name == "" {
			known = append(known, [2]string{"per", "人数"})
		} else {
			known = append(known, [2]string{s.Name, s.Name})
		}
	}
	at, ok := t.columns(known, 1)
	if !ok {
		return t.err()
	}
	n := p.numbers()
	seen := make([]bool, len(p.Applications))
	for t.next() {
		id := t.cell(at[0])
		a, known := n.applications[id]
		switch {
		case !known:
			t.fault(id, "assign.stranger", at[0]+1)
			continue
		case seen[a]:
			t.fault(id, "assign.twice", id)
			continue
		}
		seen[a] = true
		p.Applications[a].Place = strings.Clone(t.cell(at[1]))
		for s := range p.Seats {
			if c := t.cell(at[2+s]); c != "" {
				if p.Applications[a].Needs[s], ok = whole(c, MaxExperts); !ok {
					t.fault(id, "assign.need", c, MaxExperts)
				}
			}
		}
	}
	if len(t.faults) == 0 {
		for a, ok := range seen {
			if !ok {
				return fault.New(fault.Invalid, "assign.no_row").At(src.Name, 0, 0).In(p.Applications[a].ID)
			}
		}
	}
	return t.err()
}

// Ask sets the number of experts for every application, by kind of seat, and
// the load of every expert.
func (p *Problem) Ask(needs []int, load int) {
	for a := range p.Applications {
		p.Applications[a].Needs = append([]int(nil), needs...)
	}
	for j := range p.Experts {
		p.Experts[j].Load = load
	}
}
