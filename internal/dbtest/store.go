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
		return db.All(t.Context(), r, func(row db.Scanner) (verb string, err error) {
			err = row.Scan(&verb)
			return verb, err
		}, "SELECT verb FROM journal ORDER BY id")
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
