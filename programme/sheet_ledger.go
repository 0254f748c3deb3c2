package programme

import (
	"strconv"
	"strings"
)

// tasks lists the work of a plan with those who lead and support it.
func (s *sheetPart) tasks() sheetTable {
	t := s.table("tasks", "w-num", "w-name", "w-name", "w-name", "", "w-ref")
	for _, section := range s.Ledger.Sections {
		first := true
		for _, x := range s.Ledger.Tasks {
			if x.Section != section.ID {
				continue
			}
			if first {
				t.heading(strings.TrimSpace(section.Number + "　" + section.Name))
				first = false
			}
			t.row(x.Clauses, count(x.Number), sheetCell{Text: x.Name, Small: x.Note}, cell(s.units(x.Lead)), cell(s.units(x.Support)),
				sheetCell{Lines: x.Does})
		}
	}
	if r := s.Ledger.Reports; r != nil && len(t.Rows) > 0 {
		every := s.w.t("open_value")
		if r.Every != nil {
			every = *r.Every
		}
		t.Note = s.w.t("reports", every)
	}
	return t
}

func (s *sheetPart) units(ids []string) string {
	var names []string
	for _, id := range ids {
		names = append(names, nameIn(s.Ledger.Units, id, func(u *LedgerUnit) (string, string) { return u.ID, u.Name }))
	}
	return s.w.list(names)
}

// targets lists what is to be reached, a column a year.
func (s *sheetPart) targets() sheetTable {
	t := s.table("targets", "", "w-who", "w-who")
	if s.Ledger.Period == nil {
		return t
	}
	var years []string
	for y := s.Ledger.Period.From; y <= s.Ledger.Period.To; y++ {
		years = append(years, strconv.Itoa(y))
		t.Cols = append(t.Cols, sheetCol{s.w.t("year", y), "num"})
	}
	for i, name := range strings.Split(s.w.t("cols.targets_after"), "|") {
		t.Cols = append(t.Cols, sheetCol{name, []string{"w-unit", "w-ref"}[min(i, 1)]})
	}
	for i, x := range s.Ledger.Targets {
		if i == 0 || x.Task != s.Ledger.Targets[i-1].Task {
			t.heading(s.taskName(x.Task))
		}
		cells := []sheetCell{{Text: x.Name, Small: x.Note}, cell(s.w.word("sheet.period.", string(x.Period))), cell(s.w.op(x.Op))}
		for _, y := range years {
			cells = append(cells, cell(valueOf(x, y)))
		}
		t.row(x.Clauses, append(cells, cell(x.Unit))...)
	}
	return t
}

// taskName is a task with its number, or the plan as a whole.
func (s *sheetPart) taskName(id string) string {
	for _, k := range s.Ledger.Tasks {
		if k.ID == id {
			return strconv.Itoa(k.Number) + "　" + k.Name
		}
	}
	return s.w.t("whole_plan")
}

// op is how a target's value is meant, in words.
func (w *sheetWords) op(op TargetOp) string {
	return w.t("op." + map[TargetOp]string{">=": "least", ">": "over", "<=": "most"}[op] +
		map[bool]string{true: string(op)}[strings.Trim(string(op), "<>=") != ""])
}

// valueOf is a target's value for a year without its unit, which has a column.
func valueOf(x *Target, year string) string {
	v := strings.TrimSpace(strings.TrimSuffix(x.Values[year], x.Unit))
	if v == "" {
		return "—"
	}
	return strings.Replace(v, "..", "—", 1)
}

// systems lists what a plan wants to exist.
func (s *sheetPart) systems() sheetTable {
	t := s.table("systems", "w-pick", "", "w-who", "w-ref")
	for i, x := range s.Ledger.Systems {
		if i == 0 || x.Task != s.Ledger.Systems[i-1].Task {
			t.heading(s.taskName(x.Task))
		}
		t.row(x.Clauses, sheetCell{Text: x.Name, Small: x.Note}, cell(x.Least), cell(s.w.room(roomOr(x.Room, "ledger"))))
	}
	return t
}
