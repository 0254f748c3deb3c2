package assign

import "context"

// An arc carries flow from one node to another. Of its reduced cost
// cost + pot(from) − pot(to) the simplex wants: not negative when the arc is
// empty, not positive when it is full, zero when it is in the tree.
type arc struct {
	from, to  int32
	cap, flow int32
	cost      int64
}

// The states of an arc.
const (
	empty  int8 = 1  // outside the tree, no flow
	inTree int8 = 0  // in the tree
	full   int8 = -1 // outside the tree, as much flow as it bears
)

// A node of the spanning tree: its parent, the arc to it, its children as a
// list, and its potential.
type node struct {
	parent, pred      int32
	first, next, prev int32
	depth             int32
	pot               int64
}

const none = int32(-1)

// A simplex is a network simplex: a spanning tree, improved arc by arc. The
// tree is strongly feasible (from every node some flow could go to the root
// along it), so that pivots which move no flow cannot go round in circles.
type simplex struct {
	nodes  []node
	arcs   []arc
	state  []int8
	list   []int32 // arcs that were worth entering when last seen
	cursor int     // where the next scan goes on
	pivots int
}

// The sizes of the candidate list; measured, not tuned further.
const (
	listSize  = 60
	minBlock  = 64
	checkMask = 255 // the context is asked every so many pivots
)

// reduced is the reduced cost of an arc.
func (s *simplex) reduced(a int32) int64 {
	x := &s.arcs[a]
	return x.cost + s.nodes[x.from].pot - s.nodes[x.to].pot
}

// newNode adds a node that hangs nowhere yet.
func (s *simplex) newNode() int32 {
	s.nodes = append(s.nodes, node{parent: none, pred: none, first: none, next: none, prev: none})
	return int32(len(s.nodes) - 1)
}

// newArc adds an arc without flow, outside the tree.
func (s *simplex) newArc(from, to, cap int32, cost int64) int32 {
	s.arcs = append(s.arcs, arc{from: from, to: to, cap: cap, cost: cost})
	s.state = append(s.state, empty)
	return int32(len(s.arcs) - 1)
}

// hang puts x under parent by an arc that joins the tree. Depth and potential
// follow later.
func (s *simplex) hang(x, parent, by int32) {
	n := &s.nodes[x]
	n.parent, n.pred, n.prev = parent, by, none
	n.next = s.nodes[parent].first
	if n.next != none {
		s.nodes[n.next].prev = x
	}
	s.nodes[parent].first = x
	s.state[by] = inTree
}

// unhang takes x from its parent.
func (s *simplex) unhang(x int32) {
	n := &s.nodes[x]
	if n.prev != none {
		s.nodes[n.prev].next = n.next
	} else {
		s.nodes[n.parent].first = n.next
	}
	if n.next != none {
		s.nodes[n.next].prev = n.prev
	}
}

// settle works out depth and potential of x and all below it.
func (s *simplex) settle(x int32) {
	top := x
	for {
		n := &s.nodes[x]
		if n.parent != none {
			up, a := &s.nodes[n.parent], &s.arcs[n.pred]
			n.depth = up.depth + 1
			if a.from == x {
				n.pot = up.pot - a.cost
			} else {
				n.pot = up.pot + a.cost
			}
		}
		if n.first != none {
			x = n.first
			continue
		}
		for x != top && s.nodes[x].next == none {
			x = s.nodes[x].parent
		}
		if x == top {
			return
		}
		x = s.nodes[x].next
	}
}

// run pivots until no arc is worth entering.
func (s *simplex) run(ctx context.Context) error {
	s.list = s.list[:0]
	for {
		if s.pivots&checkMask == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		a := s.entering()
		if a == none {
			return nil
		}
		s.pivot(a)
		s.pivots++
	}
}

// entering finds an arc whose reduced cost is wrong: the worst of the list, and
// when the list has run dry, of the next blocks that have any.
func (s *simplex) entering() int32 {
	if a := s.worst(); a != none {
		return a
	}
	m := len(s.arcs)
	block := max(minBlock, isqrt(m)/2)
	for seen := 0; seen < m; {
		for range min(block, m-seen) {
			a := int32(s.cursor)
			if s.cursor++; s.cursor == m {
				s.cursor = 0
			}
			seen++
			if st := s.state[a]; st != inTree && int64(st)*s.reduced(a) < 0 {
				s.list = append(s.list, a)
				if len(s.list) == listSize {
					return s.worst()
				}
			}
		}
		if len(s.list) >= listSize/4 {
			break
		}
	}
	return s.worst()
}

// worst is the arc of the list whose reduced cost is furthest from right. Arcs
// that have become right leave the list.
func (s *simplex) worst() int32 {
	best, at := int64(0), none
	kept := s.list[:0]
	for _, a := range s.list {
		st := s.state[a]
		if st == inTree {
			continue
		}
		v := int64(st) * s.reduced(a)
		if v >= 0 {
			continue
		}
		kept = append(kept, a)
		if v < best {
			best, at = v, a
		}
	}
	s.list = kept
	return at
}

// pivot sends flow round the circle that the entering arc closes and puts the
// arc into the tree in place of the last one that stops the flow.
func (s *simplex) pivot(in int32) {
	a := &s.arcs[in]
	first, second := a.from, a.to // the flow goes first → second
	delta := a.cap - a.flow
	if s.state[in] == full {
		first, second = a.to, a.from
		delta = a.flow
	}
	join := s.join(first, second)
	side, out := 0, none
	for u := first; u != join; u = s.nodes[u].parent {
		if d := s.room(u, false); d < delta {
			delta, side, out = d, 1, u
		}
	}
	for u := second; u != join; u = s.nodes[u].parent {
		if d := s.room(u, true); d <= delta {
			delta, side, out = d, 2, u
		}
	}
	if delta > 0 {
		s.send(in, first, second, join, delta)
	}
	if side == 0 {
		s.state[in] = -s.state[in]
		return
	}
	leaving := s.nodes[out].pred
	if side == 1 {
		s.rehang(first, second, out, in)
	} else {
		s.rehang(second, first, out, in)
	}
	s.state[leaving] = empty
	if x := &s.arcs[leaving]; x.flow == x.cap && x.flow > 0 {
		s.state[leaving] = full
	}
}

// join is where the ways from x and y to the root meet.
func (s *simplex) join(x, y int32) int32 {
	for x != y {
		if s.nodes[x].depth >= s.nodes[y].depth {
			x = s.nodes[x].parent
		} else {
			y = s.nodes[y].parent
		}
	}
	return x
}

// room is how much more flow the arc between u and its parent bears, upwards or
// downwards.
func (s *simplex) room(u int32, up bool) int32 {
	a := &s.arcs[s.nodes[u].pred]
	if (a.from == u) == up {
		return a.cap - a.flow
	}
	return a.flow
}

// send moves delta round the circle.
func (s *simplex) send(in, first, second, join, delta int32) {
	if s.state[in] == full {
		s.arcs[in].flow -= delta
	} else {
		s.arcs[in].flow += delta
	}
	for u := first; u != join; u = s.nodes[u].parent {
		if a := &s.arcs[s.nodes[u].pred]; a.from == u {
			a.flow -= delta
		} else {
			a.flow += delta
		}
	}
	for u := second; u != join; u = s.nodes[u].parent {
		if a := &s.arcs[s.nodes[u].pred]; a.from == u {
			a.flow += delta
		} else {
			a.flow -= delta
		}
	}
}

// rehang cuts the tree above out and hangs the part below at x under y by the
// entering arc.
func (s *simplex) rehang(x, y, out, in int32) {
	top, parent, by := x, y, in
	for {
		above, pred := s.nodes[x].parent, s.nodes[x].pred
		s.unhang(x)
		s.hang(x, parent, by)
		if x == out {
			break
		}
		parent, by, x = x, pred, above
	}
	s.settle(top)
}

// isqrt is the whole square root of n.
func isqrt(n int) int {
	r := 0
	for (r+1)*(r+1) <= n {
		r++
	}
	return r
}
