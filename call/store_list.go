package call

import (
	"context"
	"fmt"
	"strings"

	"shenbao/internal/chinacode"
	"shenbao/internal/db"
)

// query gathers the conditions of a list.
type query struct {
	where []string
	args  []any
}

// add appends a condition; each ? stands for one of the values.
func (q *query) add(condition string, values ...any) {
	for _, v := range values {
		q.args = append(q.args, v)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(q.args)), 1)
	}
	q.where = append(q.where, condition)
}

// phase narrows to calls that are open, closed and so on at now.
func (q *query) phase(p Phase, now, soon string) {
	switch p {
	case Upcoming:
		q.add("opens > ?", now)
	case Open:
		q.add("opens <= ? AND closes_order > ?", now, now)
	case Closing:
		q.add("opens <= ? AND closes_order > ? AND closes_order <= ?", now, now, soon)
	case Closed:
		q.add("closes_order <= ?", now)
	}
}

// place narrows to calls that units of a place may answer: those of the place
// and of the places around it, and those of places in it.
func (q *query) place(code string) {
	line := chinacode.PlaceLine(code)
	if len(line) == 0 {
		return
	}
	marks := make([]string, len(line))
	values := []any{}
	for i, p := range line {
		marks[i] = "?"
		values = append(values, p)
	}
	within := strings.TrimSuffix(strings.TrimSuffix(code, "00"), "00")
	q.add("(place IN ("+strings.Join(marks, ", ")+") OR (place >= ? AND place < ?))", append(values, within, within+"~")...)
}

// listCalls returns published calls that fit, by their end: the one that ends
// next first, those without an end last.
func listCalls(ctx context.Context, r db.Reader, f Filter) ([]*Call, error) {
	q := &query{}
	if f.Issuer != "" {
		q.add("issuer = ?", f.Issuer)
	}
	if len(f.States) == 0 {
		f.States = []State{Published}
	}
	states := make([]string, len(f.States))
	values := []any{}
	for i, s := range f.States {
		states[i] = "?"
		values = append(values, s)
	}
	q.add("state IN ("+strings.Join(states, ", ")+")", values...)
	q.phase(f.Phase, db.Time(r.At()), db.Time(r.At().Add(closingSoon)))
	q.place(f.Place)
	if f.Mode != "" {
		q.add("mode = ?", f.Mode)
	}
	if f.Year != 0 {
		q.add("year = ?", f.Year)
	}
	if f.Field != "" {
		q.add("id IN (SELECT call FROM call_fields WHERE code = ?)", f.Field)
	}
	for _, w := range wordsAsked(f.Text) {
		if prefix, ok := strings.CutSuffix(w, "*"); ok {
			q.add("id IN (SELECT call FROM call_words WHERE word >= ? AND word < ?)", prefix, prefix+"\U0010ffff")
			continue
		}
		q.add("id IN (SELECT call FROM call_words WHERE word = ?)", w)
	}
	order, after := "closes_order", ">"
	if f.Newest {
		order, after = "published", "<"
	}
	if f.After != "" {
		key, id, _ := strings.Cut(f.After, " ")
		q.add("("+order+" "+after+" ? OR ("+order+" = ? AND id "+after+" ?))", key, key, id)
	}
	direction := map[bool]string{false: "ASC", true: "DESC"}[f.Newest]
	var out []*Call
	err := each(ctx, r, func(row scanner) error {
		c, err := scanCall(row)
		out = append(out, c)
		return err
	}, `SELECT `+callColumns+` FROM calls WHERE `+strings.Join(q.where, " AND ")+
		` ORDER BY `+order+` `+direction+`, id `+direction+` LIMIT `+fmt.Sprint(f.limit()), q.args...)
	return out, err
}

// Fields returns the fields (领域方向) of published calls, each once.
func Fields(ctx context.Context, r db.Reader) (out []Field, err error) {
	err = each(ctx, r, func(row scanner) error {
		var f Field
		err := row.Scan(&f.Code, &f.Name)
		out = append(out, f)
		return err
	}, `SELECT DISTINCT f.code, f.name FROM call_fields f JOIN calls c ON c.id = f.call WHERE c.state = $1 ORDER BY f.name, f.code`, Published)
	return out, err
}
