package assign

import (
	"context"
	"math"
	"slices"

	"shenbao/assign/batch"
)

// A task is one optimisation: fill the rows with pairs of at least the floor's
// score, so that the weights add up to as much as possible.
type task struct {
	floor   int32
	weights batch.Weights
	units   int32 // of flow a seat
	most    int32 // of flow a pair
	fill    bool  // an empty seat costs nothing: as many as possible are filled
}

// instance is a problem made ready: numbers in place of names.
type instance struct {
	*batch.Problem
	rows       []batch.Row
	unit       []int32 // of an expert, -1 without
	units      int
	seatFor    []int32        // of an expert; -1 when he takes nothing
	kept       []map[int]bool // by row: experts of the plan before, or nil
	placeOf    []int32        // the place of an expert, -1 when not known
	applyPlace []int32        // that of an application
}

// network is the flow network of a task: the root, which is also the sink, the
// rows, the experts, and for capped seats a node for a row's local experts and
// one for each unit of a row. Only pairs worth considering become arcs; pricing
// adds the rest.
type network struct {
	simplex
	in   *instance
	task task

	toRoot   []int32           // artificial arc of a row: seats that stay empty
	toSink   []int32           // arc of an expert
	localOf  []int32           // node of a row's local experts, or none
	groupOf  map[int64]int32   // node of a row's unit
	enter    map[int32]int32   // arc into a local or unit node
	pairs    []int32           // arc of every pair, in the order of adding
	pairRow  []int32           // its row
	ofRow    []int32           // first pair of a row, index of pairs
	nextPair []int32           // next pair of the same row
	groups   map[int32][]int32 // by row: its unit nodes
	groupKey map[int32]int32   // of a unit node: its unit
	stamp    []int32           // by expert: row that has him, +1

	experts []int32 // of the row at hand
	weights []int64
	locals  []bool
	prices  []int64 // by unit, of the row at hand
}

func (n *network) rowNode(r int) int32    { return int32(1 + r) }
func (n *network) expertNode(j int) int32 { return int32(1 + len(n.in.rows) + j) }

// newNetwork makes the nodes and the arcs that are always there. emptyCost
// is what an empty seat costs a unit.
func newNetwork(in *instance, t task, emptyCost int64) *network {
	n := &network{in: in, task: t, groupOf: map[int64]int32{}, enter: map[int32]int32{}, groups: map[int32][]int32{}, groupKey: map[int32]int32{}}
	size := 1 + len(in.rows) + len(in.Experts)
	n.nodes = make([]node, 0, size)
	for range size {
		n.newNode()
	}
	n.localOf, n.ofRow = make([]int32, len(in.rows)), make([]int32, len(in.rows))
	for r := range in.rows {
		n.localOf[r], n.ofRow[r] = none, none
		need := int32(in.rows[r].Need) * t.units
		a := n.newArc(n.rowNode(r), 0, math.MaxInt32, emptyCost)
		n.arcs[a].flow = need
		n.toRoot = append(n.toRoot, a)
	}
	for j := range in.Experts {
		n.toSink = append(n.toSink, n.newArc(n.expertNode(j), 0, int32(in.Experts[j].Load)*t.units, 0))
	}
	n.stamp = make([]int32, len(in.Experts))
	n.prices = make([]int64, in.units)
	return n
}

// row reads the allowed pairs of a row into experts, weights and locals.
func (n *network) row(r int) {
	in, row := n.in, &n.in.rows[r]
	n.experts, n.weights, n.locals = n.experts[:0], n.weights[:0], n.locals[:0]
	experts, scores := in.Scores.Row(row.Application)
	w, seat := n.task.weights, &in.Seats[row.Seat]
	place := in.applyPlace[row.Application]
	plain := w.Local == 0 && w.Kept == 0 && seat.Local == batch.NoCap
	for k, s := range scores {
		j := int32(k)
		if experts != nil {
			j = experts[k]
		}
		if s < n.task.floor || in.seatFor[j] != int32(row.Seat) {
			continue
		}
		if plain {
			n.experts, n.weights, n.locals = append(n.experts, j), append(n.weights, w.Score*int64(s)+w.One), append(n.locals, false)
			continue
		}
		local := place >= 0 && place == in.placeOf[j]
		if local && seat.Local == 0 {
			continue
		}
		kept := in.kept != nil && in.kept[r][int(j)]
		n.experts, n.weights, n.locals = append(n.experts, j), append(n.weights, w.Of(s, local, kept)), append(n.locals, local)
	}
}

// container is the node that a pair's arc leaves from; it is made when need be.
// fresh is set when nodes were made that hang nowhere yet, innermost first.
func (n *network) container(r int, j int32, local bool) (at int32, fresh []int32) {
	in, seat := n.in, &n.in.Seats[n.in.rows[r].Seat]
	at = n.rowNode(r)
	if local && seat.Local != batch.NoCap {
		if n.localOf[r] == none {
			x := n.newNode()
			n.localOf[r] = x
			n.enter[x] = n.newArc(at, x, int32(seat.Local)*n.task.units, 0)
			fresh = append(fresh, x)
		}
		at = n.localOf[r]
	}
	if unit := in.unit[j]; seat.PerUnit != batch.NoCap && unit >= 0 {
		key := int64(r)*int64(in.units) + int64(unit)
		x, ok := n.groupOf[key]
		if !ok {
			x = n.newNode()
			n.groupOf[key], n.groupKey[x] = x, unit
			n.enter[x] = n.newArc(at, x, int32(seat.PerUnit)*n.task.units, 0)
			n.groups[int32(r)] = append(n.groups[int32(r)], x)
			fresh = append([]int32{x}, fresh...)
		}
		at = x
	}
	return at, fresh
}

// add makes a pair an arc. New nodes on its way hang under the expert.
func (n *network) add(r int, j int32, weight int64, local bool) int32 {
	at, fresh := n.container(r, j, local)
	a := n.newArc(at, n.expertNode(int(j)), n.task.most, -weight)
	n.pairs, n.pairRow, n.nextPair = append(n.pairs, a), append(n.pairRow, int32(r)), append(n.nextPair, n.ofRow[r])
	n.ofRow[r] = int32(len(n.pairs) - 1)
	under, by := n.expertNode(int(j)), a
	for _, x := range fresh {
		n.hang(x, under, by)
		under, by = x, n.enter[x]
	}
	if len(fresh) > 0 && n.nodes[n.expertNode(int(j))].pred != none {
		n.settle(fresh[0])
	}
	return a
}

// price adds the pairs that are worth more than all their prices, at most
// perRow a row, and says how many there were. What it adds none of is proven
// optimal.
func (n *network) price(ctx context.Context, perRow int) (added int, err error) {
	type missed struct {
		k    int
		gain int64
	}
	var list []missed
	for r := range n.in.rows {
		if r&63 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		n.row(r)
		u, local := n.nodes[n.rowNode(r)].pot, n.localPrice(r)
		n.unitPrices(r, true)
		list = list[:0]
		marked := false
		for k, j := range n.experts {
			gain := n.weights[k] - u + min(0, n.nodes[1+len(n.in.rows)+int(j)].pot)
			if gain <= 0 {
				continue
			}
			if n.locals[k] {
				gain -= local
			}
			if unit := n.in.unit[j]; unit >= 0 {
				gain -= n.prices[unit]
			}
			if gain <= 0 {
				continue
			}
			if !marked {
				marked = true
				n.mark(r)
			}
			if n.stamp[j] != int32(r+1) {
				list = append(list, missed{k, gain})
			}
		}
		n.unitPrices(r, false)
		if len(list) > perRow {
			slices.SortFunc(list, func(a, b missed) int { return cmpDesc(a.gain, b.gain, a.k, b.k) })
			list = list[:perRow]
		}
		for _, m := range list {
			n.add(r, n.experts[m.k], n.weights[m.k], n.locals[m.k])
		}
		added += len(list)
	}
	return added, nil
}

// cmpDesc puts the larger first, then the smaller number.
func cmpDesc(a, b int64, i, j int) int {
	switch {
	case a > b:
		return -1
	case a < b:
		return 1
	}
	return i - j
}

// mark stamps the experts whose pair with the row is an arc.
func (n *network) mark(r int) {
	for k := n.ofRow[r]; k != none; k = n.nextPair[k] {
		n.stamp[n.expertOf(n.pairs[k])] = int32(r + 1)
	}
}

// expertOf is the expert of a pair's arc.
func (n *network) expertOf(a int32) int32 { return n.arcs[a].to - int32(1+len(n.in.rows)) }

// localPrice is the price of a row's cap on local experts.
func (n *network) localPrice(r int) int64 {
	if n.localOf[r] == none {
		return 0
	}
	return max(0, -n.reduced(n.enter[n.localOf[r]]))
}

// unitPrices writes the prices of a row's caps on units, or clears them.
func (n *network) unitPrices(r int, set bool) {
	for _, x := range n.groups[int32(r)] {
		n.prices[n.groupKey[x]] = 0
		if set {
			n.prices[n.groupKey[x]] = max(0, -n.reduced(n.enter[x]))
		}
	}
}

// proof reads the prices off the potentials.
func (n *network) proof(goal batch.Goal) batch.Proof {
	p := batch.Proof{Goal: goal, Floor: int(n.task.floor), Weights: n.task.weights,
		Rows: make([]int64, len(n.in.rows)), Experts: make([]int64, len(n.in.Experts)), Locals: []batch.Price{}, Units: []batch.Price{}}
	for r := range n.in.rows {
		p.Rows[r] = n.nodes[n.rowNode(r)].pot
		if w := n.localPrice(r); w > 0 {
			p.Locals = append(p.Locals, batch.Price{Row: r, Price: w})
		}
		from := len(p.Units)
		for _, x := range n.groups[int32(r)] {
			if w := max(0, -n.reduced(n.enter[x])); w > 0 {
				p.Units = append(p.Units, batch.Price{Row: r, Unit: int(n.groupKey[x]), Price: w})
			}
		}
		slices.SortFunc(p.Units[from:], func(a, b batch.Price) int { return a.Unit - b.Unit })
	}
	for j := range n.in.Experts {
		p.Experts[j] = max(0, -n.nodes[n.expertNode(j)].pot)
	}
	p.Bound = n.value(n.task.weights)
	return p
}

// shares reads the plan off the flow.
func (n *network) shares() []batch.Share {
	var out []batch.Share
	for k, a := range n.pairs {
		if f := n.arcs[a].flow; f > 0 {
			out = append(out, batch.Share{Row: int(n.pairRow[k]), Expert: int(n.expertOf(a)), Units: int(f)})
		}
	}
	slices.SortFunc(out, func(a, b batch.Share) int {
		if a.Row != b.Row {
			return a.Row - b.Row
		}
		return a.Expert - b.Expert
	})
	return out
}

// value is what the flow is worth by other weights than the task's.
func (n *network) value(w batch.Weights) (sum int64) {
	for k, a := range n.pairs {
		f := n.arcs[a].flow
		if f == 0 {
			continue
		}
		r, j := int(n.pairRow[k]), int(n.expertOf(a))
		app := n.in.rows[r].Application
		kept := n.in.kept != nil && n.in.kept[r][j]
		sum += int64(f) * w.Of(n.in.Scores.Of(app, j), n.in.Local(app, j), kept)
	}
	return sum
}

// unfilled is how many units of seats stay empty.
func (n *network) unfilled() (sum int64) {
	for _, a := range n.toRoot {
		sum += int64(n.arcs[a].flow)
	}
	return sum
}
