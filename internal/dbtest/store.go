package dbtest

import (
	"testing"

	"shenbao/internal/db"
)

// Lines returns the verbs of the journal, oldest first: what a scenario says
// was recorded, and nothing else.
func Lines(t testing.TB, d *db.DB) []string {
	t.Helper()
	lines, err := db.View(t.Context(), d, func(r db.Reader) ([]string, error) {
		rows, err := r.Query(t.Context(), "SELECT verb FROM journal ORDER BY id")
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		var out []string
		for rows.Next() {
			var verb string
			if err := rows.Scan(&verb); err != nil {
				return nil, err
			}
			out = append(out, verb)
		}
		return out, rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
