package recommend

import (
	"context"
	"fmt"
	"strings"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
)

// asking is who asks for which part of a queue.
type asking struct {
	by    db.By
	scope actor.Scope
	f     Filter
}

// sorts are the orders of a queue: the expression, and whether it falls.
var sorts = map[string]struct {
	by   string
	desc bool
}{
	"":        {"s.arrived", false},
	"arrived": {"s.arrived", false},
	"name":    {"a.folded", false},
	"unmet":   {"a.unmet", true},
	"unknown": {"a.unknown", true},
	"due":     {"CASE WHEN s.due = '' THEN '9999' ELSE s.due END", false},
}

// arguments collects the arguments of a query and gives their places.
type arguments struct{ all []any }

func (a *arguments) place(v any) string {
	a.all = append(a.all, v)
	return fmt.Sprintf("$%d", len(a.all))
}

// queue returns the entries that are asked for, one more than a page.
func queue(ctx context.Context, r db.Reader, k asking) ([]QueueEntry, error) {
	args := &arguments{}
	person := args.place(k.by.Person)
	where := append([]string{"s.authority = " + args.place(k.by.Unit)}, k.narrow(args)...)
	sort, ok := sorts[k.f.Sort]
	if !ok {
		sort = sorts[""]
	}
	direction, beyond := "", ">"
	if sort.desc {
		direction, beyond = " DESC", "<"
	}
	if at, id, ok := strings.Cut(k.f.After, "\x1f"); ok {
		value := args.place(at)
		if sort.desc {
			value = "CAST(" + value + " AS BIGINT)"
		}
		where = append(where, fmt.Sprintf("(%s %s %s OR %s = %s AND s.id > %s)", sort.by, beyond, value, sort.by, value, args.place(id)))
	}
	columns := "s." + strings.ReplaceAll(strings.Join(strings.Fields(stepColumns), " "), ", ", ", s.")
	text := `
		SELECT ` + columns + `, a.unit_name, a.name, c.title, a.submitted, a.answer, a.met, a.unmet, a.unknown,
			(SELECT COUNT(*) FROM recommend_answers n WHERE n.step = s.id AND n.version = s.version),
			COALESCE(l.version, 0), COALESCE(p.name, ''), CAST(` + sort.by + ` AS TEXT)
		FROM recommend_steps s JOIN applications a ON a.id = s.application JOIN calls c ON c.id = s.call
			LEFT JOIN recommend_looks l ON l.person = ` + person + ` AND l.application = s.application
			LEFT JOIN people p ON p.id = s.assignee
		WHERE ` + strings.Join(where, " AND ") + fmt.Sprintf(" ORDER BY %s%s, s.id LIMIT %d", sort.by, direction, k.f.Limit+1)
	return db.All(ctx, r, func(row db.Scanner) (e QueueEntry, err error) {
		e.Step = &Step{}
		var key string
		err = row.Scan(append(e.into(), &e.UnitName, &e.Name, &e.CallTitle, db.Into(&e.Submitted), &e.Answer, &e.Met, &e.Unmet, &e.Unknown,
			&e.Answered, &e.Seen, &e.Assigned, &key)...)
		e.place = key + "\x1f" + string(e.ID)
		return e, err
	}, text, args.all...)
}

// narrow are the conditions of a filter.
func (k asking) narrow(args *arguments) []string {
	var where []string
	equal := func(column, value string) {
		if value != "" {
			where = append(where, column+" = "+args.place(value))
		}
	}
	equal("s.call", string(k.f.Call))
	equal("s.state", string(k.f.State))
	equal("s.kind", string(k.f.Kind))
	equal("s.assignee", string(k.f.Assignee))
	if len(k.scope) > 0 {
		var marks []string
		for _, one := range k.scope {
			marks = append(marks, args.place(one))
		}
		where = append(where, "c.package IN ("+strings.Join(marks, ", ")+")")
	}
	if k.f.Clause != "" || k.f.Verdict != "" {
		condition := "EXISTS (SELECT 1 FROM recommend_findings f WHERE f.application = s.application"
		if k.f.Clause != "" {
			condition += " AND f.clause = " + args.place(k.f.Clause)
		}
		if k.f.Verdict != "" {
			condition += " AND f.verdict = " + args.place(k.f.Verdict)
		}
		where = append(where, condition+")")
	}
	if k.f.Changed {
		where = append(where, "(l.version IS NULL OR l.version <> s.version)")
	}
	if k.f.Late {
		where = append(where, "s.state = 'open' AND s.due <> '' AND s.due <= "+args.place(db.Time(k.f.now)))
	}
	if k.f.Text != "" {
		where = append(where, "a.folded LIKE "+args.place("%"+escape.Replace(k.f.Text)+"%")+" ESCAPE '~'")
	}
	return where
}

// escape takes the meaning from the characters that LIKE knows.
var escape = strings.NewReplacer("~", "~~", "%", "~%", "_", "~_")

// counts are how many steps of an authority are in each state.
func counts(ctx context.Context, r db.Reader, by db.By) (map[State]int64, error) {
	found := map[State]int64{}
	return found, db.Each(ctx, r, func(row db.Scanner) error {
		var s State
		var n int64
		if err := row.Scan(&s, &n); err != nil {
			return err
		}
		found[s] = n
		return nil
	}, `SELECT state, COUNT(*) FROM recommend_steps WHERE authority = $1 GROUP BY state`, by.Unit)
}

func callsOf(ctx context.Context, r db.Reader, by db.By) ([]call.ID, error) {
	return db.All(ctx, r, func(row db.Scanner) (id call.ID, err error) {
		err = row.Scan(&id)
		return id, err
	}, `SELECT DISTINCT call FROM recommend_steps WHERE authority = $1 ORDER BY call DESC LIMIT 50`, by.Unit)
}
