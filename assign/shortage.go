package assign

import (
	"context"

	"shenbao/assign/batch"
)

// A Shortage (缺口) says why no plan fills every seat: the smallest set of
// demands that blocks one another, and what would help.
type Shortage struct {
	Missing int         // seats that stay empty in the fullest plan
	Block   Block       // demands that cannot all be met
	Proof   batch.Proof // that no plan fills more seats
	Repairs []Repair    // the cheapest first, each tried
}

// A Block (阻塞组) is a set of rows that need more than all who may serve them
// can give. With Minimal set no row can be left out of it.
type Block struct {
	Rows     []batch.Row
	Experts  []int // who may serve them and have no room left
	Need     int   // seats of the rows
	Capacity int   // seats that those experts take
	Capped   int   // seats that caps on units and local experts leave to others
	Single   int   // seats of other experts, who each sit once on a panel (with randomness, as far as they may)
	Minimal  bool
}

// maxFilter bounds how many rows are tried one by one.
const maxFilter = 200

// shortage explains the empty seats.
func (s *solver) shortage() (*Shortage, error) {
	n, _, err := s.optimum(task{weights: batch.Weights{One: 1}, fill: true})
	if err != nil {
		return nil, err
	}
	units := int64(s.o.Units)
	out := &Shortage{Missing: int((n.unfilled() + units - 1) / units), Proof: n.proof(batch.FilledSeats)}
	if out.Block, err = s.block(n); err != nil {
		return nil, err
	}
	out.Repairs, err = s.repairs(n)
	return out, err
}

// block shrinks the demands that block one another until none can be left out.
func (s *solver) block(n *network) (Block, error) {
	rows := n.in.rows
	for {
		smaller, err := s.narrow(n)
		if err != nil {
			return Block{}, err
		}
		// As many seats as are missing beyond one may be left out at once.
		spare := int(n.missing(smaller)-1) / s.o.Units
		kept := smaller[:0:0]
		for _, r := range smaller {
			if need := rows[r].Need; need <= spare && len(smaller) > maxFilter {
				spare -= need
				continue
			}
			kept = append(kept, r)
		}
		next := pick(rows, kept)
		if len(next) == len(rows) {
			break
		}
		rows = next
		if n, err = s.filled(rows); err != nil {
			return Block{}, err
		}
	}
	minimal := len(rows) <= maxFilter
	for i := 0; minimal && i < len(rows); {
		fewer := append(rows[:i:i], rows[i+1:]...)
		m, err := s.filled(fewer)
		if err != nil {
			return Block{}, err
		}
		if m.unfilled() == 0 {
			i++
			continue
		}
		rows, n = fewer, m
	}
	if minimal {
		var err error
		if n, err = s.filled(rows); err != nil {
			return Block{}, err
		}
	}
	return s.describe(n, minimal)
}

func pick(rows []batch.Row, which []int) []batch.Row {
	out := make([]batch.Row, 0, len(which))
	for _, r := range which {
		out = append(out, rows[r])
	}
	return out
}

// filled fills as many seats of some rows as can be.
func (s *solver) filled(rows []batch.Row) (*network, error) {
	in := *s.in
	in.rows, in.kept = rows, nil
	t := &solver{ctx: s.ctx, in: &in, o: s.o, result: &Result{}}
	t.o.Progress = nil
	n, _, err := t.optimum(task{weights: batch.Weights{One: 1}, fill: true})
	return n, err
}

// narrow is the smallest of the sets of rows that one unfilled row reaches, as
// far as looking for it does not take longer than a few looks at all rows.
func (s *solver) narrow(n *network) ([]int, error) {
	var smallest []int
	work := 10*maxFilter + len(n.in.rows)
	for r := range n.in.rows {
		if n.arcs[n.toRoot[r]].flow == 0 || smallest != nil && work < 0 {
			continue
		}
		c, err := n.reach(s.ctx, r)
		if err != nil {
			return nil, err
		}
		rows := c.rows()
		if smallest == nil || len(rows) < len(smallest) {
			smallest = rows
		}
		work -= len(rows)
	}
	return smallest, nil
}

// missing is how many units of the rows are unfilled.
func (n *network) missing(rows []int) (sum int64) {
	for _, r := range rows {
		sum += int64(n.arcs[n.toRoot[r]].flow)
	}
	return sum
}

// A cut is what can be reached from an unfilled row by giving its seats to
// others in turn: nobody there has room, else the row would be filled.
type cut struct {
	n       *network
	visited map[int32]bool
	into    map[int32][]int32 // by expert node: pairs that hold him
	whole   map[int]bool      // rows all of whose pairs are arcs
}

// reach finds the cut of a row. Every allowed pair of the rows that it comes by
// becomes an arc, so that none is forgotten.
func (n *network) reach(ctx context.Context, row int) (*cut, error) {
	c := &cut{n: n, visited: map[int32]bool{}, into: map[int32][]int32{}, whole: map[int]bool{}}
	for _, a := range n.pairs {
		if n.arcs[a].flow > 0 {
			c.into[n.arcs[a].to] = append(c.into[n.arcs[a].to], a)
		}
	}
	c.visited[n.rowNode(row)] = true
	for stack := []int32{n.rowNode(row)}; len(stack) > 0; {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		x := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, y := range c.next(x) {
			if !c.visited[y] {
				c.visited[y] = true
				stack = append(stack, y)
			}
		}
	}
	return c, nil
}

// next are the nodes that flow could go to from x, or be taken back from.
func (c *cut) next(x int32) (out []int32) {
	n := c.n
	experts := n.rowNode(len(n.in.rows))
	if x >= experts && int(x) < int(experts)+len(n.in.Experts) {
		for _, a := range c.into[x] {
			out = append(out, n.arcs[a].from)
		}
		return out
	}
	r := n.rowOf(x)
	if !c.whole[r] {
		n.addAll(r)
		c.whole[r] = true
	}
	if e, inner := n.enter[x]; inner && n.arcs[e].flow > 0 {
		out = append(out, n.arcs[e].from)
	}
	for _, y := range n.inner(r) {
		if e := &n.arcs[n.enter[y]]; e.from == x && e.flow < e.cap {
			out = append(out, y)
		}
	}
	for k := n.ofRow[r]; k != none; k = n.nextPair[k] {
		if a := &n.arcs[n.pairs[k]]; a.from == x && a.flow < a.cap {
			out = append(out, a.to)
		}
	}
	return out
}

// rowOf is the row that a local or unit node, or a row's own node, belongs to.
func (n *network) rowOf(x int32) int {
	for {
		e, ok := n.enter[x]
		if !ok {
			return int(x - 1)
		}
		x = n.arcs[e].from
	}
}

// inner are a row's local and unit nodes.
func (n *network) inner(r int) (out []int32) {
	if n.localOf[r] != none {
		out = append(out, n.localOf[r])
	}
	return append(out, n.groups[int32(r)]...)
}

// addAll makes arcs of all allowed pairs of a row.
func (n *network) addAll(r int) {
	n.row(r)
	n.mark(r)
	for k, j := range n.experts {
		if n.stamp[j] != int32(r+1) {
			n.add(r, j, n.weights[k], n.locals[k])
		}
	}
}

// rows are the rows of the cut.
func (c *cut) rows() (out []int) {
	for r := range c.n.in.rows {
		if c.visited[c.n.rowNode(r)] {
			out = append(out, r)
		}
	}
	return out
}

// describe counts what a block needs and what it can get.
func (s *solver) describe(n *network, minimal bool) (Block, error) {
	b := Block{Rows: n.in.rows, Minimal: minimal}
	visited := map[int32]bool{}
	var last *cut
	for r := range n.in.rows {
		b.Need += n.in.rows[r].Need
		if n.arcs[n.toRoot[r]].flow == 0 {
			continue
		}
		c, err := n.reach(s.ctx, r)
		if err != nil {
			return b, err
		}
		for x := range c.visited {
			visited[x] = true
		}
		last = c
	}
	last.visited = visited
	for j := range n.in.Experts {
		if visited[n.expertNode(j)] {
			b.Experts = append(b.Experts, j)
			b.Capacity += n.in.Experts[j].Load
		}
	}
	units := 0
	for r := range n.in.rows {
		for _, x := range n.inner(r) {
			if e := &n.arcs[n.enter[x]]; visited[e.from] && !visited[x] {
				b.Capped += int(e.cap) / s.o.Units
			}
		}
		for k := n.ofRow[r]; k != none; k = n.nextPair[k] {
			if a := &n.arcs[n.pairs[k]]; visited[a.from] && !visited[a.to] {
				units += int(a.cap)
			}
		}
	}
	b.Single = units / s.o.Units
	return b, nil
}
