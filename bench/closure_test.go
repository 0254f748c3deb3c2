package bench

import "shenbao/rule"

// The twelve rules of ruletest.Enterprises as closures over a row of numbers and
// a mask of those that are known, as a programmer would write them by hand for
// this one call.

type closureRow struct {
	known uint64
	n     [28]int64
}

type closure func(r *closureRow) rule.Truth

func (r *closureRow) has(i int) bool { return r.known>>i&1 == 1 }

func closeAtLeast(i int, c int64) closure {
	return func(r *closureRow) rule.Truth {
		if !r.has(i) {
			return rule.Unknown
		}
		return rule.Of(r.n[i] >= c)
	}
}

func closeIn(i int, mask uint64) closure {
	return func(r *closureRow) rule.Truth {
		if !r.has(i) {
			return rule.Unknown
		}
		return rule.Of(mask>>r.n[i]&1 == 1)
	}
}

func closeIs(i int) closure { return closeAtLeast(i, 1) }

func closeNot(x closure) closure { return func(r *closureRow) rule.Truth { return x(r).Not() } }

func closeAll(of ...closure) closure {
	return func(r *closureRow) rule.Truth {
		t := rule.Met
		for _, x := range of {
			if t = t.And(x(r)); t == rule.Unmet {
				break
			}
		}
		return t
	}
}

func closeAny(of ...closure) closure {
	return func(r *closureRow) rule.Truth {
		t := rule.Unmet
		for _, x := range of {
			if t = t.Or(x(r)); t == rule.Met {
				break
			}
		}
		return t
	}
}

// Places of the fields in a row, in the order of the schema.
const (
	rowRD, rowRevenue, rowStaff, rowPremises, rowInstruments, rowBirth, rowUnits, rowShare, rowPlace, rowField, rowFlags = 0, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14
)

func closures() []closure {
	flag := func(i int) closure { return closeIs(rowFlags + i) }
	sum := func(r *closureRow, i int) (int64, bool) {
		return r.n[i] + r.n[i+1] + r.n[i+2], r.known>>i&7 == 7
	}
	return []closure{
		func(r *closureRow) rule.Truth {
			v, ok := sum(r, rowRD)
			if !ok {
				return rule.Unknown
			}
			return rule.Of(v >= 3000e6)
		},
		func(r *closureRow) rule.Truth {
			base, ok := sum(r, rowRevenue)
			part, ok2 := sum(r, rowRD)
			switch {
			case ok && base <= 0:
				return rule.Unmet
			case !ok || !ok2:
				return rule.Unknown
			}
			return rule.Of(part*10000 >= base*300)
		},
		closeAtLeast(rowStaff, 50), closeAtLeast(rowPremises, 300_000), closeAtLeast(rowInstruments, 2000e6),
		closeAtLeast(rowBirth, dayOf("1963-12-31")+1), closeNot(closeAtLeast(rowUnits, 4)),
		closeAny(closeNot(flag(0)), closeAtLeast(rowShare, 6000)),
		closeAny(flag(8), flag(9), flag(10), flag(11), flag(12), flag(13)),
		closeAll(flag(1), closeAtLeast(rowPlace, 370100), closeNot(closeAtLeast(rowPlace, 370200))),
		closeAny(closeNot(flag(2)), closeAll(closeAny(flag(3), closeAll(flag(4), flag(5))), flag(6))),
		closeAll(closeIn(rowField, 1<<1|1<<3|1<<4|1<<8), closeNot(flag(7))),
	}
}

// rowOf lays facts out as a row.
func rowOf(f *rule.Facts) (r closureRow) {
	i := 0
	put := func(v rule.Value) {
		if v.State == rule.Known {
			r.known |= 1 << i
			r.n[i] = v.N
		}
		i++
	}
	for _, fact := range f.Schema.Facts {
		if fact.Kind != rule.SeriesKind {
			put(f.Value(fact))
			continue
		}
		for y := fact.Years[0]; y <= fact.Years[1]; y++ {
			put(f.YearValue(fact, y))
		}
	}
	return r
}
