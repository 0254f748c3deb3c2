package ruletest

import "shenbao/rule"

// Facts returns random facts; a value is unknown with probability unknown.
func (g *Gen) Facts(unknown float64) *rule.Facts {
	f := g.S.NewFacts()
	for _, fact := range g.S.Facts {
		switch fact.Kind {
		case rule.ListKind:
			g.rows(f, fact, unknown)
		case rule.SeriesKind:
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				f.SetYear(fact, y, g.value(fact, unknown))
			}
		default:
			f.Set(fact, g.value(fact, unknown))
		}
	}
	return f
}

func (g *Gen) rows(f *rule.Facts, list *rule.Fact, unknown float64) {
	if g.R.Float64() < unknown/2 {
		return // the whole list was not supplied
	}
	var cells []rule.Value
	for range g.pick(4) {
		for _, c := range list.Columns {
			cells = append(cells, g.value(c, unknown))
		}
	}
	f.SetRows(list, g.R.Float64() >= unknown, cells)
}

// value is a known value of the fact's kind, or an unknown one of any cause.
func (g *Gen) value(f *rule.Fact, unknown float64) rule.Value {
	if g.R.Float64() < unknown {
		return rule.Value{State: []rule.State{rule.NotSupplied, rule.IsUnverified, rule.IsExpired, rule.InConflict}[g.pick(4)], N: 1}
	}
	v := rule.Value{State: rule.Known}
	switch f.Kind {
	case rule.BoolKind:
		v.N = int64(g.pick(2))
	case rule.ChoiceKind:
		v.N = int64(g.pick(3))
	case rule.ChoicesKind:
		v.Set = uint64(g.pick(8))
	case rule.PlaceKind:
		v.N = places[g.pick(len(places))]
	case rule.DateKind:
		v.N = []int64{day(1979, 12, 1), day(1979, 12, 2), day(1979, 12, 3), day(1964, 12, 2), day(1964, 12, 3), day(1980, 2, 29), day(2021, 1, 1), day(2023, 12, 31)}[g.pick(8)]
	case rule.YearKind:
		v.N = int64(2019 + g.pick(5))
	case rule.IntegerKind:
		v.N = int64(g.pick(5))
	default: // money, and each year of a series
		v.N = []int64{-1_000_000, 0, 500_000, 999_999, 1_000_000, 1_000_001, 2_000_000, 3_000_000}[g.pick(8)]
	}
	return v
}

// Learn returns a copy of f in which some of what was unknown has become
// known, and open lists may have grown or been completed. Nothing known changes.
func (g *Gen) Learn(f *rule.Facts) *rule.Facts {
	out := f.Clone()
	learn := func(fact *rule.Fact, v rule.Value) rule.Value {
		if v.State == rule.Known || g.pick(2) == 0 {
			return v
		}
		return g.value(fact, 0)
	}
	for _, fact := range g.S.Facts {
		switch fact.Kind {
		case rule.ListKind:
			g.learnRows(out, fact, learn)
		case rule.SeriesKind:
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				out.SetYear(fact, y, learn(fact, out.YearValue(fact, y)))
			}
		default:
			out.Set(fact, learn(fact, out.Value(fact)))
		}
	}
	return out
}

func (g *Gen) learnRows(f *rule.Facts, list *rule.Fact, learn func(*rule.Fact, rule.Value) rule.Value) {
	rows := f.Rows(list)
	open := rows.State != rule.Known || !rows.Complete
	cells := rows.Cells
	for i := range cells {
		cells[i] = learn(list.Columns[i%len(list.Columns)], cells[i])
	}
	if open && g.pick(2) == 0 {
		for range g.pick(3) {
			for _, c := range list.Columns {
				cells = append(cells, g.value(c, 0.2))
			}
		}
		f.SetRows(list, g.pick(2) == 0, cells)
	}
}
