package assign

import (
	"context"
	"slices"
)

// start says how many pairs become arcs at the start: the best of every row, at
// least so many for each seat, and the best of every expert. Tests begin with
// almost none, so that pricing has to find the rest.
var start = struct{ row, perSeat, expert int }{30, 6, 15}

// A candidate is a pair that may become an arc. Of equal weights a fixed
// mixture of their numbers decides, so that ties do not all fall on the experts
// that stand first.
type candidate struct {
	weight int64
	mix    uint32
	row    int32
	expert int32
	local  bool
}

func (a candidate) less(b candidate) bool {
	return a.weight < b.weight || a.weight == b.weight && a.mix < b.mix
}

// mix spreads a pair of numbers over 32 bits.
func mix(row, expert int32) uint32 {
	x := uint64(uint32(row))<<32 | uint64(uint32(expert))
	x = (x ^ x>>31) * 0x9E3779B97F4A7C15
	x = (x ^ x>>29) * 0xBF58476D1CE4E5B9
	return uint32(x >> 32)
}

// best keeps the largest candidates, at most size, as a heap with the smallest
// on top.
type best struct {
	size int
	list []candidate
}

// takes reports whether a weight could still enter.
func (b *best) takes(weight int64) bool {
	return len(b.list) < b.size || b.size > 0 && weight >= b.list[0].weight
}

func (b *best) push(c candidate) {
	if len(b.list) < b.size {
		b.list = append(b.list, c)
		i := len(b.list) - 1
		for i > 0 && b.list[i].less(b.list[(i-1)/2]) {
			b.list[i], b.list[(i-1)/2] = b.list[(i-1)/2], b.list[i]
			i = (i - 1) / 2
		}
		return
	}
	if !b.list[0].less(c) {
		return
	}
	b.list[0] = c
	for i := 0; ; {
		k := 2*i + 1
		if k >= len(b.list) {
			return
		}
		if k+1 < len(b.list) && b.list[k+1].less(b.list[k]) {
			k++
		}
		if !b.list[k].less(b.list[i]) {
			return
		}
		b.list[i], b.list[k] = b.list[k], b.list[i]
		i = k
	}
}

// candidates finds the pairs to begin with, heaviest first.
func (n *network) candidates(ctx context.Context) (all []candidate, err error) {
	in := n.in
	spread := int(n.task.units+n.task.most-1) / int(n.task.most) // experts a seat needs at least
	experts := make([]best, len(in.Experts))
	for j := range experts {
		experts[j].size = start.expert
		if start.expert > 0 {
			experts[j].size = max(start.expert, in.Experts[j].Load*spread+3)
		}
	}
	var row best
	for r := range in.rows {
		if r&63 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		n.row(r)
		row.size, row.list = max(start.row, start.perSeat*in.rows[r].Need*spread), row.list[:0]
		for k, j := range n.experts {
			w, e := n.weights[k], &experts[j]
			inRow, inExpert := row.takes(w), e.takes(w)
			if !inRow && !inExpert {
				continue
			}
			c := candidate{w, mix(int32(r), j), int32(r), j, n.locals[k]}
			if inRow {
				row.push(c)
			}
			if inExpert {
				e.push(c)
			}
		}
		all = append(all, row.list...)
	}
	for j := range experts {
		all = append(all, experts[j].list...)
	}
	if all, err = sorted(ctx, all); err != nil {
		return nil, err
	}
	return slices.CompactFunc(all, func(a, b candidate) bool { return a.row == b.row && a.expert == b.expert }), nil
}

// order puts the heavier candidate first; no two pairs are equal.
func (a candidate) order(b candidate) int {
	switch {
	case b.less(a):
		return -1
	case a.less(b):
		return 1
	case a.row != b.row:
		return int(a.row - b.row)
	}
	return int(a.expert - b.expert)
}

// sortRun is how much is sorted between two looks at the context.
const sortRun = 1 << 14

// sorted sorts by order: runs first, then pairs of runs merged.
func sorted(ctx context.Context, list []candidate) ([]candidate, error) {
	for from := 0; from < len(list); from += sortRun {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		slices.SortFunc(list[from:min(from+sortRun, len(list))], candidate.order)
	}
	other := make([]candidate, len(list))
	for run := sortRun; run < len(list); run *= 2 {
		for from := 0; from < len(list); from += 2 * run {
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			mid, end := min(from+run, len(list)), min(from+2*run, len(list))
			merge(other[from:end], list[from:mid], list[mid:end])
		}
		list, other = other, list
	}
	return list, nil
}

// merge merges two sorted lists into dst.
func merge(dst, a, b []candidate) {
	for k := range dst {
		if len(b) == 0 || len(a) > 0 && a[0].order(b[0]) <= 0 {
			dst[k], a = a[0], a[1:]
		} else {
			dst[k], b = b[0], b[1:]
		}
	}
}

// begin makes arcs of the candidates, fills seats greedily with them, and hangs
// every node so that the tree is strongly feasible.
func (n *network) begin(ctx context.Context) error {
	list, err := n.candidates(ctx)
	if err != nil {
		return err
	}
	n.reserve(len(list))
	weakest := make([]int32, len(n.in.Experts)) // pair that holds an expert
	for j := range weakest {
		weakest[j] = none
	}
	inside := make(map[int32]int32) // a pair's arc out of a local or unit node
	for _, c := range list {
		at, fresh := n.container(int(c.row), c.expert, c.local)
		a := n.newArc(at, n.expertNode(int(c.expert)), n.task.most, -c.weight)
		n.pairs, n.pairRow, n.nextPair = append(n.pairs, a), append(n.pairRow, c.row), append(n.nextPair, n.ofRow[c.row])
		n.ofRow[c.row] = int32(len(n.pairs) - 1)
		under := a
		for _, x := range fresh {
			inside[x], under = under, n.enter[x]
		}
		if n.fill(a) {
			weakest[c.expert] = a
		}
	}
	n.plant(weakest, inside)
	return nil
}

// reserve makes room for so many pairs.
func (n *network) reserve(pairs int) {
	n.arcs, n.state = slices.Grow(n.arcs, pairs+pairs/16), slices.Grow(n.state, pairs+pairs/16)
	n.pairs, n.pairRow, n.nextPair = make([]int32, 0, pairs+pairs/16), make([]int32, 0, pairs+pairs/16), make([]int32, 0, pairs+pairs/16)
}

// fill sends a pair's whole flow along its arc if demand, caps and load allow.
func (n *network) fill(a int32) bool {
	most := n.task.most
	sink := &n.arcs[n.toSink[n.expertOf(a)]]
	if sink.cap-sink.flow < most {
		return false
	}
	var way [2]int32
	k := 0
	at := n.arcs[a].from
	for {
		e, ok := n.enter[at]
		if !ok {
			break
		}
		if n.arcs[e].cap-n.arcs[e].flow < most {
			return false
		}
		way[k] = e
		k++
		at = n.arcs[e].from
	}
	rest := &n.arcs[n.toRoot[at-1]]
	if rest.flow < most {
		return false
	}
	rest.flow -= most
	sink.flow += most
	n.arcs[a].flow = most
	n.state[a] = full
	for _, e := range way[:k] {
		n.arcs[e].flow += most
	}
	return true
}

// plant hangs the nodes: rows at the root by their empty seats; experts with
// room at the sink, those without under the pair that holds them most weakly;
// local and unit nodes with flow where the flow comes from, those without where
// it could go.
func (n *network) plant(weakest []int32, inside map[int32]int32) {
	for r := range n.in.rows {
		n.hang(n.rowNode(r), 0, n.toRoot[r])
	}
	for j := range n.in.Experts {
		x, sink := n.expertNode(j), n.toSink[j]
		if a := &n.arcs[sink]; a.flow < a.cap || weakest[j] == none {
			n.hang(x, 0, sink)
			continue
		}
		n.state[sink] = full
		n.hang(x, n.arcs[weakest[j]].from, weakest[j])
	}
	for x := n.expertNode(len(n.in.Experts)); int(x) < len(n.nodes); x++ {
		e := n.enter[x]
		if n.arcs[e].flow > 0 {
			n.hang(x, n.arcs[e].from, e)
		} else {
			n.hang(x, n.arcs[inside[x]].to, inside[x])
		}
	}
	n.settle(0)
}
