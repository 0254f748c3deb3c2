package sweep

import "shenbao/rule"

// ask plans a leaf that has no column form: a named check. The reference engine
// answers it for one row after the other, on facts rebuilt from the columns.
func (b *builder) ask(l *level, n rule.Node) int {
	if l.conditions != nil {
		b.refuse(n)
		return l.register()
	}
	p, faults := rule.Compile(b.table.Schema, []rule.Rule{{ID: "x", Node: n}})
	if len(faults) > 0 {
		b.refuse(n)
		return l.register()
	}
	dst := l.register()
	l.add(func(w *work) {
		d := &w.truth[dst]
		*d = truth{}
		w.each(p, func(row int, res *rule.Result) {
			i, j := row%batchRows/64, row%64
			d.t[i] |= bit(res.Rules[0] == rule.Met) << j
			d.f[i] |= bit(res.Rules[0] == rule.Unmet) << j
		})
	}, func(w *work) {
		w.each(p, func(row int, res *rule.Result) {
			for r := range w.why[dst] {
				w.why[dst][r][row%batchRows/64] |= uint64(res.Why[0]) >> r & 1 << (row % 64)
			}
		})
	})
	return dst
}

// each evaluates p on every unit of the batch.
func (w *work) each(p *rule.Program, fn func(row int, res *rule.Result)) {
	t := w.plan.Table
	if w.facts == nil {
		w.facts = t.Schema.NewFacts()
	}
	res := w.asked[p]
	if res == nil {
		res = p.NewResult()
		w.asked[p] = res
	}
	for row := w.batch * batchRows; row < min(t.rows, (w.batch+1)*batchRows); row++ {
		t.Read(row, w.facts)
		p.Eval(w.facts, res)
		fn(row, res)
	}
}
