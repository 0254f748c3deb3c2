package call

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/textindex"
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

// in appends a condition that a column is one of the values.
func (q *query) in(column string, values []any) {
	q.where = append(q.where, column+" IN ("+marks(len(q.args)+1, len(values))+")")
	q.args = append(q.args, values...)
}

// phase narrows to calls that are open, closed and so on at an instant.
func (q *query) phase(f Filter, r db.Reader) {
	now, soon, past := db.Time(r.At()), db.Time(r.At().Add(closingSoon)), db.Time(r.At().Add(-archivedIn))
	switch f.Phase {
	case Current:
		q.add("closes_order > ?", now)
	case Upcoming:
		q.add("opens > ?", now)
	case Open:
		q.add("opens <= ? AND closes_order > ?", now, now)
	case Closing:
		q.add("opens <= ? AND closes_order > ? AND closes_order <= ?", now, now, soon)
	case Closed:
		q.add("closes_order <= ?", now)
	case Archived:
		q.add("closes_order <= ?", past)
	}
}

// place narrows to calls that units of a place may answer, those of the place
// and of the places around it, and to those of places in it.
func (q *query) place(code string) {
	line := chinacode.PlaceLine(code)
	if len(line) == 0 {
		return
	}
	values := make([]any, len(line))
	for i, p := range line {
		values[i] = p
	}
	within := strings.TrimSuffix(strings.TrimSuffix(code, "00"), "00")
	q.add("(place LIKE ? OR place IN ("+strings.TrimSuffix(strings.Repeat("?, ", len(line)), ", ")+"))", append([]any{within + "%"}, values...)...)
}

// text narrows to calls that hold what is looked for: by their rarest words, and
// then by their text itself. It reports whether there can be any.
func (q *query) text(ctx context.Context, r db.Reader, text string) (bool, error) {
	ask := textindex.Ask(text)
	rare, err := rareWords(ctx, r, ask.Words)
	if err != nil {
		return false, err
	}
	for _, w := range rare {
		if w.calls == 0 {
			return false, nil
		}
		q.add("id IN ("+withWord("?", "?")+")", w.word, w.word)
	}
	for _, p := range ask.Parts {
		q.add("(folded LIKE ? OR EXISTS (SELECT 1 FROM call_texts t WHERE t.hash = calls.hash AND t.folded LIKE ?))", "%"+p+"%", "%"+p+"%")
	}
	return true, nil
}

// withWord selects the calls that have a word, in what they say of themselves or
// in their package.
func withWord(a, b string) string {
	return `SELECT call FROM call_words WHERE word = ` + a + `
		UNION ALL SELECT c.id FROM call_text_words w JOIN calls c ON c.hash = w.hash WHERE w.word = ` + b
}

// A counted word is one with the number of calls that have it.
type counted struct {
	word  string
	calls int
}

const (
	common   = 1000 // calls that have a common word: it narrows down less than it costs
	narrowBy = 2    // words
)

// rareWords are the rarest of some words, none of them common: what all databases
// find quickly whatever they know of the words beforehand.
func rareWords(ctx context.Context, r db.Reader, words []string) (out []counted, err error) {
	for _, w := range words {
		c := counted{word: w}
		err := r.QueryRow(ctx, `SELECT COUNT(*) FROM (`+withWord("$1", "$1")+` LIMIT $2) AS found`, w, common).Scan(&c.calls)
		if err != nil {
			return nil, err
		}
		if c.calls < common {
			out = append(out, c)
		}
		if c.calls == 0 {
			return out, nil
		}
	}
	slices.SortStableFunc(out, func(a, b counted) int { return a.calls - b.calls })
	return out[:min(len(out), narrowBy)], nil
}

// queryOf is the query of a filter, but for its text.
func queryOf(f Filter, r db.Reader) *query {
	q := &query{}
	states := make([]any, len(f.States))
	for i, s := range f.States {
		states[i] = s
	}
	q.in("state", states)
	if f.Issuer != "" {
		q.add("issuer = ?", f.Issuer)
	}
	q.phase(f, r)
	q.place(f.Place)
	if f.Mode != "" {
		q.add("mode = ?", f.Mode)
	}
	if f.Year != 0 {
		q.add("year = ?", f.Year)
	}
	if f.Field != "" {
		q.add("hash IN (SELECT hash FROM call_fields WHERE code = ?)", f.Field)
	}
	return q
}

// listCalls returns the calls that fit: by their end, the one that ends next
// first and those without an end last; or the newest first; or, of an
// authority's own with its drafts, what was begun last.
func listCalls(ctx context.Context, r db.Reader, f Filter) (out []*Call, err error) {
	for _, text := range []string{f.Place, f.Field, f.Mode, string(f.Issuer), f.After} {
		if text != "" && !keyed(text) {
			return nil, nil
		}
	}
	q := queryOf(f, r)
	if any, err := q.text(ctx, r, f.Text); err != nil || !any {
		return nil, err
	}
	key, id, more := strings.Cut(f.After, " ")
	order, after, values := "closes_order, id", "(closes_order > ? OR closes_order = ? AND id > ?)", []any{key, key, id}
	switch own := len(f.States) > 1; {
	case own:
		order, after, values = "id DESC", "id < ?", []any{id}
	case f.Newest:
		order, after = "published DESC, id DESC", "(published < ? OR published = ? AND id < ?)"
	}
	if more {
		q.add(after, values...)
	}
	return db.All(ctx, r, scanCall, `SELECT `+callColumns+` FROM calls WHERE `+strings.Join(q.where, " AND ")+` ORDER BY `+order+fmt.Sprintf(" LIMIT %d", f.limit()), q.args...)
}

// Fields returns the fields (领域方向) that calls were published for, each once.
func Fields(ctx context.Context, r db.Reader) ([]Field, error) {
	return db.All(ctx, r, func(row db.Scanner) (f Field, err error) {
		err = row.Scan(&f.Code, &f.Name)
		return f, err
	}, `SELECT code, name FROM call_field_names ORDER BY name, code`)
}
