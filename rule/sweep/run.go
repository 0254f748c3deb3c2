package sweep

import (
	"context"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"

	"shenbao/rule"
)

// Verdicts (核验结果) are the answers of every rule for every unit: two bits a
// rule and unit.
type Verdicts struct {
	Rows       int
	met, unmet [][]uint64 // by rule of the program, then by unit
}

func newVerdicts(rules, rows int) *Verdicts {
	v := &Verdicts{Rows: rows, met: make([][]uint64, rules), unmet: make([][]uint64, rules)}
	return v
}

// Truth is the answer of rule i, counted in the program, for a unit.
func (v *Verdicts) Truth(i, unit int) rule.Truth {
	switch {
	case v.met[i][unit/64]>>(unit%64)&1 == 1:
		return rule.Met
	case v.unmet[i][unit/64]>>(unit%64)&1 == 1:
		return rule.Unmet
	}
	return rule.Unknown
}

// Counts is how many units have each answer of a rule.
func (v *Verdicts) Counts(i int) (met, unmet, unknown int) {
	met, unmet = ones(v.met[i]), ones(v.unmet[i])
	return met, unmet, v.Rows - met - unmet
}

func ones(w []uint64) (n int) {
	for _, x := range w {
		n += bits.OnesCount64(x)
	}
	return n
}

// Run answers the rules for all units, on as many goroutines as workers says,
// or one a core when that is 0. It ends early with the context's error.
func (p *Plan) Run(ctx context.Context, workers int) (*Verdicts, error) {
	rows := p.Table.rows
	batches := (rows + batchRows - 1) / batchRows
	v := newVerdicts(len(p.Program.Rules), rows)
	if p.given != nil {
		copy(v.met, p.given.met)
		copy(v.unmet, p.given.unmet)
	}
	for _, i := range p.rules {
		v.met[i], v.unmet[i] = make([]uint64, batches*batchWords), make([]uint64, batches*batchWords)
	}
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for range min(workers, batches) {
		wait.Go(func() {
			m := p.machine(false)
			for b := int(next.Add(1)) - 1; b < batches && ctx.Err() == nil; b = int(next.Add(1)) - 1 {
				m.run(b)
				m.store(v, b)
			}
		})
	}
	wait.Wait()
	return v, ctx.Err()
}

// store copies the answers of a batch out of the registers.
func (m *machine) store(v *Verdicts, batch int) {
	whole := (batch+1)*batchRows <= v.Rows
	mask := rowsOf(v.Rows, batch)
	for i, reg := range m.plan.roots {
		rule, d := m.plan.rules[i], &m.top.truth[reg]
		met, unmet := (*words)(v.met[rule][batch*batchWords:]), (*words)(v.unmet[rule][batch*batchWords:])
		*met, *unmet = d.t, d.f
		for w := 0; !whole && w < batchWords; w++ {
			met[w] &= mask[w]
			unmet[w] &= mask[w]
		}
	}
}

// rowsOf are the rows of a batch that exist.
func rowsOf(rows, batch int) (w words) {
	for i := range w {
		switch n := rows - batch*batchRows - i*64; {
		case n >= 64:
			w[i] = ^uint64(0)
		case n > 0:
			w[i] = 1<<n - 1
		}
	}
	return w
}

// Reasons calls fn for every unit in order with the answers of the plan's
// rules and why they are unknown, until fn returns false. The slices are
// reused.
func (p *Plan) Reasons(ctx context.Context, fn func(unit int, answers []rule.Truth, why []rule.Reasons) bool) error {
	m := p.machine(true)
	answers, why := make([]rule.Truth, len(p.roots)), make([]rule.Reasons, len(p.roots))
	for unit := range p.Table.rows {
		if unit%batchRows == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			m.run(unit / batchRows)
		}
		for i, reg := range p.roots {
			answers[i], why[i] = m.top.at(reg, unit%batchRows)
		}
		if !fn(unit, answers, why) {
			break
		}
	}
	return nil
}

// at is the answer in a row of the batch, and why it is unknown.
func (w *work) at(reg, row int) (rule.Truth, rule.Reasons) {
	i, j := row/64, row%64
	switch {
	case w.truth[reg].t[i]>>j&1 == 1:
		return rule.Met, 0
	case w.truth[reg].f[i]>>j&1 == 1:
		return rule.Unmet, 0
	}
	var why rule.Reasons
	for r := range w.why[reg] {
		why |= rule.Reasons(w.why[reg][r][i]>>j&1) << r
	}
	return rule.Unknown, why
}
