package registry_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/registry"
)

// verified says how many looks there are, and what is wrong with them.
func verified(t testing.TB, r db.Reader) string {
	t.Helper()
	n, faults, err := registry.VerifyLooks(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, f := range faults {
		keys = append(keys, f.Key[len("registry.verify."):])
	}
	slices.Sort(keys)
	return fmt.Sprint(n, " ", keys)
}

func (h *house) verified() (text string) {
	h.Helper()
	if _, err := db.View(h.Context(), h.db, func(r db.Reader) (int, error) { text = verified(h, r); return 0, nil }); err != nil {
		h.Fatal(err)
	}
	return text
}

// Whoever changes, adds or takes away a look behind the acts is found out by the
// line of the journal that took it in; what waits for its line is counted only.
func TestVerifyLooks(t *testing.T) {
	each(t, func(h *house) {
		h.staffed()
		by := h.by(actor.Officer, "province")
		rows := func(text string) {
			t.Helper()
			if _, err := h.reading().Rows(t.Context(), by, registry.Query{Register: "platform_staff", Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		if got := h.verified(); got != "0 []" {
			t.Errorf("before any look: %s", got)
		}
		rows("") // a line of its own
		rows("深海")
		rows("煤机") // wait
		if got := h.verified(); got != "3 []" {
			t.Errorf("one in the journal, two waiting: %s", got)
		}
		h.clock().Add(2 * time.Minute)
		h.as(db.System, func(tx *db.Tx) error { return registry.WriteLooks(t.Context(), tx) })
		if got := h.verified(); got != "3 []" {
			t.Errorf("all in the journal: %s", got)
		}
		var last, line string // the last look, and its line
		_, err := db.View(t.Context(), h.db, func(r db.Reader) (int, error) {
			return 0, r.QueryRow(t.Context(), `SELECT id, line FROM register_looks ORDER BY id DESC LIMIT 1`).Scan(&last, &line)
		})
		if err != nil {
			t.Fatal(err)
		}
		one := ` WHERE id = '` + last + `'`
		for what, c := range map[string]struct{ spoil, want string }{
			"who":           {`UPDATE register_looks SET person = 'x'` + one, "3 [changed]"},
			"unit":          {`UPDATE register_looks SET unit = 'x'` + one, "3 [changed]"},
			"role":          {`UPDATE register_looks SET role = 'x'` + one, "3 [changed]"},
			"when":          {`UPDATE register_looks SET at = '2020-01-01T00:00:00.000Z'` + one, "3 [changed]"},
			"whose":         {`UPDATE register_looks SET keeper = 'x'` + one, "3 [changed]"},
			"register":      {`UPDATE register_looks SET register = 'x'` + one, "3 [changed]"},
			"kind":          {`UPDATE register_looks SET kind = 'export'` + one, "3 [changed]"},
			"asked":         {`UPDATE register_looks SET asked = (SELECT MIN(asked) FROM register_looks WHERE line <> '` + line + `')` + one, "3 [changed]"},
			"number":        {`UPDATE register_looks SET number = 'x'` + one, "3 [changed]"},
			"found":         {`UPDATE register_looks SET found = found + 1` + one, "3 [changed]"},
			"id":            {`UPDATE register_looks SET id = 'x'` + one, "3 [changed]"},
			"taken away":    {`DELETE FROM register_looks` + one, "2 [changed]"},
			"unlined":       {`UPDATE register_looks SET line = ''` + one, "3 [changed]"},
			"all of a line": {`DELETE FROM register_looks WHERE line = '` + line + `'`, "1 [gone]"},
			"all":           {`DELETE FROM register_looks`, "0 [gone gone]"},
			"no line":       {`UPDATE register_looks SET line = 'x'` + one, "3 [changed stray]"},
			"another line": {`UPDATE register_looks SET line = (SELECT MIN(id) FROM journal WHERE verb = 'registry.look')` + one,
				"3 [changed changed]"},
			"another act": {`UPDATE register_looks SET line = (SELECT MIN(id) FROM journal WHERE verb <> 'registry.look') WHERE line = '` + line + `'`,
				"3 [gone stray]"},
			"added": {`INSERT INTO register_looks SELECT 'z', keeper, register, at, person, unit, role, kind, asked, number, found, line FROM register_looks` + one,
				"4 [changed]"},
			"the line says nothing": {`UPDATE journal SET payload = 'x' WHERE id = '` + line + `'`, "3 [stray]"},
		} {
			t.Run(what, func(t *testing.T) {
				rollback := fmt.Errorf("as it was")
				_, err := db.Keep(t.Context(), h.db, func(tx *db.Tx) (int, error) {
					if _, err := tx.Exec(t.Context(), c.spoil); err != nil {
						return 0, err
					}
					if got := verified(t, tx); got != c.want {
						t.Errorf("found %s, want %s", got, c.want)
					}
					return 0, rollback
				})
				if err != rollback {
					t.Fatal(err)
				}
			})
		}
		if got := h.verified(); got != "3 []" {
			t.Errorf("as it was: %s", got)
		}
	})
}
