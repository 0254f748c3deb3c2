package recommend

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
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
	back  bool // what is before a place, the nearest first
}

// sorts are the orders of a queue: the expression, and whether it is a number,
// which falls.
var sorts = map[string]struct {
	by     string
	number bool
}{
	"":        {"s.arrived", false},
	"arrived": {"s.arrived", false},
	"name":    {"a.folded", false},
	"unmet":   {"a.unmet", true},
	"unknown": {"a.unknown", true},
	"due":     {"COALESCE(NULLIF(w.ends, ''), '9999')", false},
}

// arguments collects the arguments of a query and gives their places.
type arguments struct{ all []any }

func (a *arguments) place(v any) string {
	a.all = append(a.all, v)
	return fmt.Sprintf("$%d", len(a.all))
}

// order is what a queue is sorted by, in SQL: the expression and its direction,
// the direction of the keys, and the condition that a step is beyond the place
// where the reader is. A place that none is narrows nothing.
func (k asking) order(args *arguments) (by, direction, keys, beyond string) {
	sort, ok := sorts[k.f.Sort]
	if !ok {
		sort = sorts[""]
	}
	signs := map[bool][2]string{false: {"", ">"}, true: {" DESC", "<"}}
	value, key := signs[sort.number != k.back], signs[k.back]
	by, direction, keys = sort.by, value[0], key[0]
	cut := strings.LastIndex(k.f.After, "\x1f")
	if cut < 0 {
		return by, direction, keys, ""
	}
	var at any = k.f.After[:cut]
	if sort.number {
		n, err := strconv.ParseInt(k.f.After[:cut], 10, 64)
		if err != nil {
			return by, direction, keys, ""
		}
		at = n
	}
	mark := args.place(at)
	return by, direction, keys, fmt.Sprintf("(%s %s %s OR %s = %s AND s.id %s %s)", by, value[1], mark, by, mark, key[1], args.place(k.f.After[cut+1:]))
}

// queue returns the entries that are asked for, one more than a page. The page
// is chosen first, and only what stands on it is read whole.
func queue(ctx context.Context, r db.Reader, k asking) ([]QueueEntry, error) {
	args := &arguments{}
	person := args.place(k.by.Person)
	by, direction, keys, beyond := k.order(args)
	where := append([]string{"s.authority = " + args.place(k.by.Unit)}, k.narrow(args)...)
	if beyond != "" {
		where = append(where, beyond)
	}
	text := `
		WITH page AS (
			SELECT s.id AS id, ` + by + ` AS place` + fromSteps + `JOIN applications a ON a.id = s.application
			WHERE ` + strings.Join(where, " AND ") + fmt.Sprintf(" ORDER BY %s%s, s.id%s LIMIT %d", by, direction, keys, k.f.Limit+1) + `)
		SELECT ` + stepColumns + `, a.unit_name, a.name, c.title, a.submitted, a.answer, a.met, a.unmet, a.unknown, a.version,
			(SELECT COUNT(*) FROM recommend_answers n WHERE n.step = s.id AND n.version = s.version),
			COALESCE(l.version, 0), COALESCE(p.name, ''), CAST(page.place AS TEXT)
		` + fromSteps + `JOIN page ON page.id = s.id JOIN applications a ON a.id = s.application JOIN calls c ON c.id = s.call
			LEFT JOIN recommend_looks l ON l.person = ` + person + ` AND l.application = s.application
			LEFT JOIN people p ON p.id = s.assignee
		ORDER BY page.place` + direction + `, page.id` + keys
	return db.All(ctx, r, func(row db.Scanner) (e QueueEntry, err error) {
		e.Step = &Step{}
		var key string
		err = row.Scan(append(e.into(), &e.UnitName, &e.Name, &e.CallTitle, db.Into(&e.Submitted), &e.Answer, &e.Met, &e.Unmet, &e.Unknown,
			&e.Latest, &e.Answered, &e.Seen, &e.Assigned, &key)...)
		e.place = key + "\x1f" + string(e.ID)
		return e, err
	}, text, args.all...)
}

// placeOf is where a step of the queue's authority stands in its order; "" for
// any other.
func placeOf(ctx context.Context, r db.Reader, k asking, id StepID) (string, error) {
	by, _, _, _ := k.order(&arguments{})
	var place string
	err := r.QueryRow(ctx, `SELECT CAST(`+by+` AS TEXT)`+fromSteps+`JOIN applications a ON a.id = s.application WHERE s.id = $1 AND s.authority = $2`,
		id, k.by.Unit).Scan(&place)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return place + "\x1f" + string(id), err
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
	where = append(where, k.inScope(args)...)
	if k.f.Clause != "" {
		condition := "EXISTS (SELECT 1 FROM recommend_findings f WHERE f.application = s.application AND f.clause = " + args.place(k.f.Clause)
		if k.f.Verdict != "" {
			condition += " AND f.verdict = " + args.place(k.f.Verdict)
		}
		where = append(where, condition+")")
	} else if k.f.Verdict != "" {
		where = append(where, cmp.Or(verdicts[k.f.Verdict], "1 = 0"))
	}
	if k.f.Changed {
		where = append(where, "NOT EXISTS (SELECT 1 FROM recommend_looks l WHERE l.person = "+args.place(k.by.Person)+" AND l.application = s.application AND l.version = a.version)")
	}
	if k.f.Late {
		where = append(where, "s.state = 'open' AND w.ends <> '' AND w.ends <= "+args.place(db.Time(k.f.now)))
	}
	if k.f.Text != "" {
		where = append(where, "a.folded LIKE "+args.place("%"+escape.Replace(k.f.Text)+"%")+" ESCAPE '~'")
	}
	return where
}

// verdicts are the conditions that some finding has a verdict: they were counted
// when the application was submitted.
var verdicts = map[string]string{"met": "a.met > 0", "unmet": "a.unmet > 0", "unknown": "a.unknown > 0"}

// escape takes the meaning from the characters that LIKE knows.
var escape = strings.NewReplacer("~", "~~", "%", "~%", "_", "~_")

// inScope is the condition that a step is of the programmes that the reader's
// membership is limited to.
func (k asking) inScope(args *arguments) []string {
	if len(k.scope) == 0 {
		return nil
	}
	var marks []string
	for _, one := range k.scope {
		marks = append(marks, args.place(one))
	}
	return []string{"s.call IN (SELECT id FROM calls WHERE package IN (" + strings.Join(marks, ", ") + "))"}
}

// counts are how many steps of an authority are in each state.
func counts(ctx context.Context, r db.Reader, k asking) (map[State]int64, error) {
	args, found := &arguments{}, map[State]int64{}
	where := append([]string{"s.authority = " + args.place(k.by.Unit)}, k.inScope(args)...)
	return found, db.Each(ctx, r, func(row db.Scanner) error {
		var s State
		var n int64
		if err := row.Scan(&s, &n); err != nil {
			return err
		}
		found[s] = n
		return nil
	}, `SELECT s.state, COUNT(*) FROM recommend_steps s WHERE `+strings.Join(where, " AND ")+` GROUP BY s.state`, args.all...)
}

func callsOf(ctx context.Context, r db.Reader, k asking) ([]call.ID, error) {
	args := &arguments{}
	where := append([]string{"s.authority = " + args.place(k.by.Unit)}, k.inScope(args)...)
	return db.All(ctx, r, func(row db.Scanner) (id call.ID, err error) {
		err = row.Scan(&id)
		return id, err
	}, `SELECT DISTINCT s.call FROM recommend_steps s WHERE `+strings.Join(where, " AND ")+` ORDER BY s.call DESC LIMIT 50`, args.all...)
}
