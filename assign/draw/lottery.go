package draw

import (
	"slices"

	"shenbao/assign/batch"
)

// An edge of the network that a plan flows through, with its flow.
type edge struct{ from, to, flow int32 }

// lottery is the network: nodes 0 to rows−1 are the rows, then come local and
// unit nodes, the experts, and last the sink. The order of nodes and edges is
// part of the specification.
type lottery struct {
	nodes int
	pairs int // the first so many edges are the shares
	edges []edge
}

// Lottery draws panels: for every row its experts, in ascending order. The
// plan must be a checked one: what it holds is taken to be within bounds.
func Lottery(p *batch.Problem, plan *batch.Plan, seed Seed) [][]int {
	l := newLottery(p, plan.Shares)
	for round, left := 0, plan.Units; left > 1; round, left = round+1, left/2 {
		l.halve(newStream(seed, round))
	}
	panels := make([][]int, len(p.Rows()))
	for k, s := range plan.Shares {
		if l.edges[k].flow > 0 {
			panels[s.Row] = append(panels[s.Row], s.Expert)
		}
	}
	return panels
}

// newLottery lays out the network of a plan's shares.
func newLottery(p *batch.Problem, shares []batch.Share) *lottery {
	rows := p.Rows()
	units, _ := p.UnitNumbers()
	l := &lottery{nodes: len(rows), pairs: len(shares)}
	var groups []edge // into local and unit nodes
	for from := 0; from < len(shares); {
		to := from
		for to < len(shares) && shares[to].Row == shares[from].Row {
			to++
		}
		r := shares[from].Row
		seat := p.Seats[rows[r].Seat]
		local, unit := none, map[int32]int32{}
		var found []int32
		for _, s := range shares[from:to] {
			if seat.Local != batch.NoCap && local == none && p.Local(rows[r].Application, s.Expert) {
				local = l.node()
				groups = append(groups, edge{int32(r), local, 0})
			}
			if u := units[s.Expert]; seat.PerUnit != batch.NoCap && u >= 0 {
				found = append(found, u)
			}
		}
		slices.Sort(found)
		for _, u := range slices.Compact(found) {
			unit[u] = l.node()
			groups = append(groups, edge{none, unit[u], 0})
		}
		base := int(l.nodes) - len(groups)
		for _, s := range shares[from:to] {
			at := int32(r)
			if local != none && p.Local(rows[r].Application, s.Expert) {
				groups[int(local)-base].flow += int32(s.Units)
				at = local
			}
			if x, ok := unit[units[s.Expert]]; ok {
				groups[int(x)-base].from = at
				groups[int(x)-base].flow += int32(s.Units)
				at = x
			}
			l.edges = append(l.edges, edge{at, int32(s.Expert), int32(s.Units)})
		}
		from = to
	}
	l.close(len(p.Experts), groups)
	return l
}

const none = int32(-1)

// node adds a node and returns its number.
func (l *lottery) node() int32 {
	l.nodes++
	return int32(l.nodes - 1)
}

// close numbers the experts and the sink and adds the edges of the groups and
// those from every expert to the sink.
func (l *lottery) close(experts int, groups []edge) {
	first := int32(l.nodes)
	load := make([]int32, experts)
	for k := range l.edges {
		e := &l.edges[k]
		load[e.to] += e.flow
		e.to += first
	}
	l.edges = append(l.edges, groups...)
	l.nodes += experts + 1
	for j, n := range load {
		if n > 0 {
			l.edges = append(l.edges, edge{first + int32(j), int32(l.nodes - 1), n})
		}
	}
}

// halve halves every flow. The odd ones form a graph in which every node has an
// even degree; its edges are walked in closed trails, and one coin a trail
// rounds those walked forwards up and those walked backwards down, or the other
// way round. What flows through a node stays in balance.
func (l *lottery) halve(s *stream) {
	lists := make([][]int32, l.nodes)
	for k := range l.edges {
		if e := &l.edges[k]; e.flow&1 == 1 {
			lists[e.from] = append(lists[e.from], int32(k))
			lists[e.to] = append(lists[e.to], int32(k))
		}
	}
	// Without the shuffle trails would be few and long, and panels would hang
	// together that should not.
	for _, list := range lists {
		for i := len(list) - 1; i > 0; i-- {
			j := s.below(i + 1)
			list[i], list[j] = list[j], list[i]
		}
	}
	used := make([]bool, len(l.edges))
	var trail []int32 // edges; those walked backwards as their complement
	for k := range l.nodes {
		start := k - 1 // the sink first, then the nodes in order
		if k == 0 {
			start = l.nodes - 1
		}
		for {
			trail = l.walk(int32(start), lists, used, trail[:0])
			if len(trail) == 0 {
				break
			}
			coin := s.below(2) == 1
			for _, k := range trail {
				forwards := k >= 0
				if !forwards {
					k = ^k
				}
				if forwards == coin {
					l.edges[k].flow++
				} else {
					l.edges[k].flow--
				}
			}
		}
	}
	for k := range l.edges {
		l.edges[k].flow /= 2
	}
}

// walk goes along unused edges until there is none to leave by.
func (l *lottery) walk(at int32, lists [][]int32, used []bool, trail []int32) []int32 {
	for {
		list := lists[at]
		for len(list) > 0 && used[list[0]] {
			list = list[1:]
		}
		if len(list) == 0 {
			lists[at] = nil
			return trail
		}
		k := list[0]
		lists[at] = list[1:]
		used[k] = true
		if e := &l.edges[k]; e.from == at {
			trail, at = append(trail, k), e.to
		} else {
			trail, at = append(trail, ^k), e.from
		}
	}
}
