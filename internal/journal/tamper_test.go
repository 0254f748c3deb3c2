package journal_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/journal"
)

// A bench of tampering: a journal of 60 sealed lines under 6 checkpoints and 5
// lines that are not sealed.
const (
	sealedLines = 60
	allLines    = 65
)

// tampering is something done to the database behind the platform's back. At
// is a place in the log, 1 to 59.
type tampering struct {
	name  string
	want  []string // faults, one of which must be among those that are found
	do    func(exec func(q string, args ...any), at int)
	once  bool // it has no place
	alone bool // only a checkpoint kept elsewhere finds it
}

func edit(column, value string) func(exec func(string, ...any), at int) {
	return func(exec func(string, ...any), at int) {
		exec("UPDATE journal SET "+column+" = $1 WHERE seq = $2", value, at)
	}
}

// shift moves the places from one on by one.
func shift(exec func(string, ...any), from, by int) {
	exec("UPDATE journal SET seq = -seq WHERE seq >= $1", from)
	exec("UPDATE journal SET seq = -seq + $1 WHERE seq < 0", by)
}

const insertion = `INSERT INTO journal (id, at, person, unit, role, verb, subject, clause, commitment, salt, payload, seq)
	SELECT $1, at, 'p9', unit, role, verb, subject, clause, commitment, salt, payload, $2 FROM journal WHERE seq = $3`

var tamperings = []tampering{
	{name: "edit the actor", want: []string{"altered"}, do: edit("person", "p2")},
	{name: "edit the unit", want: []string{"altered"}, do: edit("unit", "u2")},
	{name: "edit the role", want: []string{"altered"}, do: edit("role", "head")},
	{name: "edit the verb", want: []string{"altered"}, do: edit("verb", "call.close")},
	{name: "edit the subject", want: []string{"altered"}, do: edit("subject", "call:c9")},
	{name: "edit the clause", want: []string{"altered"}, do: edit("clause", "")},
	{name: "edit the id", want: []string{"altered"}, do: edit("id", "x")},
	{name: "change the clock a little", want: []string{"altered"}, do: edit("at", "2024-11-27T04:00:59.999Z")},
	{name: "change the clock by years", want: []string{"altered", "instant"}, do: edit("at", "2021-11-27T04:00:00.000Z")},
	{name: "edit the payload", want: []string{"payload"}, do: edit("payload", `{"i":999}`)},
	{name: "edit the salt", want: []string{"payload"}, do: edit("salt", "00")},
	{name: "edit payload and commitment", want: []string{"altered"}, do: func(exec func(string, ...any), at int) {
		exec("UPDATE journal SET payload = '1', salt = '', commitment = $1 WHERE seq = $2", db.Commit(nil, []byte("1")), at)
	}},
	{name: "delete", want: []string{"gap"}, do: func(exec func(string, ...any), at int) { exec("DELETE FROM journal WHERE seq = $1", at) }},
	{name: "delete and close the gap", want: []string{"altered", "cut"}, do: func(exec func(string, ...any), at int) {
		exec("DELETE FROM journal WHERE seq = $1", at)
		shift(exec, at, -1)
	}},
	{name: "delete many", want: []string{"gap", "cut"}, do: func(exec func(string, ...any), at int) {
		exec("DELETE FROM journal WHERE seq >= $1 AND seq < $2", at, at+20)
	}},
	{name: "insert", want: []string{"altered"}, do: func(exec func(string, ...any), at int) {
		shift(exec, at, 1)
		exec(insertion, "x", at, at+1)
	}},
	{name: "insert at the end", want: []string{"no_hash", "unsigned"}, do: func(exec func(string, ...any), at int) {
		exec(insertion, "x", sealedLines+1, at)
	}},
	{name: "unseal", want: []string{"gap"}, do: edit("seq", "0")},
	{name: "swap two", want: []string{"altered"}, do: func(exec func(string, ...any), at int) {
		exec("UPDATE journal SET seq = -1 WHERE seq = $1", at)
		exec("UPDATE journal SET seq = $1 WHERE seq = $2", at, at+1)
		exec("UPDATE journal SET seq = $1 WHERE seq = -1", at+1)
	}},
	{name: "turn round the rest", want: []string{"altered"}, do: func(exec func(string, ...any), at int) {
		exec("UPDATE journal SET seq = -seq WHERE seq >= $1", at)
		exec("UPDATE journal SET seq = $1 + seq WHERE seq < 0", sealedLines+at)
	}},
	{name: "cut the tail", want: []string{"cut"}, do: func(exec func(string, ...any), at int) { exec("DELETE FROM journal WHERE seq > $1", at) }},
	{name: "edit a stored hash", want: []string{"altered", "tree"}, do: func(exec func(string, ...any), at int) {
		exec("UPDATE journal_hashes SET hash = (SELECT hash FROM journal_hashes WHERE place = 0) WHERE place = $1", at+1)
	}},
	{name: "lose the hashes", want: []string{"no_hash"}, do: func(exec func(string, ...any), at int) { exec("DELETE FROM journal_hashes WHERE place >= $1", at) }},
	{name: "edit a checkpoint", want: []string{"bad_checkpoint"}, do: func(exec func(string, ...any), at int) {
		exec("UPDATE journal_checkpoints SET note = REPLACE(note, '2024', '2023') WHERE size = $1", (at/10+1)*10)
	}},
	{name: "move a checkpoint", want: []string{"moved_checkpoint"}, do: func(exec func(string, ...any), at int) {
		exec("UPDATE journal_checkpoints SET size = size - 1 WHERE size = $1", (at/10+1)*10)
	}},
	{name: "lose the last checkpoint", want: []string{"unsigned"}, once: true, do: func(exec func(string, ...any), _ int) {
		exec("DELETE FROM journal_checkpoints WHERE size = $1", sealedLines)
	}},
	{name: "edit what is not sealed", want: []string{"open_payload"}, once: true, do: func(exec func(string, ...any), _ int) {
		exec("UPDATE journal SET payload = '2' WHERE seq = 0")
	}},
	{name: "slip in a backdated line", want: []string{"backdated"}, do: func(exec func(string, ...any), at int) {
		exec(insertion, "x", 0, at)
		exec("UPDATE journal SET at = '2024-11-26T09:00:00.000Z' WHERE id = 'x'")
	}},
	{name: "put everything back", alone: true, do: func(exec func(string, ...any), at int) {
		size := at / 10 * 10
		exec("DELETE FROM journal WHERE seq > $1 OR seq = 0", size)
		exec("DELETE FROM journal_checkpoints WHERE size > $1", size)
	}},
}

func TestTamperingIsFound(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key, known := keys(t)
		last := tamperBench(t, d, key)
		if r := verify(t, d, known, last.Note); len(r.Faults) != 0 || r.Lines != allLines {
			t.Fatalf("before: %v, %d lines", faultKeys(r), r.Lines)
		}
		for _, one := range tamperings {
			places := 12
			if one.once {
				places = 1
			}
			for range places {
				at := rand.IntN(sealedLines-1) + 1
				found, kept := tamper(t, d, known, last, func(tx *db.Tx) error {
					return one.run(t, tx, at)
				})
				switch {
				case one.alone && len(found) != 0:
					t.Errorf("%s at %d: found without a checkpoint kept elsewhere: %v", one.name, at, found)
				case one.alone && !slices.Contains(kept, "rolled_back"):
					t.Errorf("%s at %d: a checkpoint kept elsewhere finds %v", one.name, at, kept)
				case !one.alone && !slices.ContainsFunc(one.want, func(w string) bool { return slices.Contains(found, w) }):
					t.Errorf("%s at %d: found %v, want one of %v", one.name, at, found, one.want)
				}
			}
		}
	})
}

func (one tampering) run(t *testing.T, tx *db.Tx, at int) error {
	var failed error
	one.do(func(q string, args ...any) {
		if _, err := tx.Exec(t.Context(), q, args...); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %s: %w", one.name, q, err))
		}
	}, at)
	return failed
}

// Who can write to the database may hash everything anew; without the key it is
// found here, with the key only elsewhere.
func TestRehashing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key, known := keys(t)
		last := tamperBench(t, d, key)
		other, _ := keys(t)
		for range 5 {
			at := rand.IntN(sealedLines) + 1
			change := func(tx *db.Tx) error {
				_, err := tx.Exec(t.Context(), "UPDATE journal SET person = 'p2' WHERE seq = $1", at)
				return err
			}
			for _, c := range []struct {
				name      string
				key       note.Signer
				here      string
				elsewhere string
			}{{"without the key", nil, "root", "forked"}, {"with another key", other, "bad_checkpoint", "forked"}, {"with the key", key, "", "forked"}} {
				found, kept := tamper(t, d, known, last, func(tx *db.Tx) error {
					return errors.Join(change(tx), journal.Rehash(t.Context(), tx, c.key))
				})
				if c.here == "" && len(found) != 0 || c.here != "" && !slices.Contains(found, c.here) {
					t.Errorf("%s at %d: found %v, want %q", c.name, at, found, c.here)
				}
				if !slices.Contains(kept, c.elsewhere) {
					t.Errorf("%s at %d: a checkpoint kept elsewhere finds %v", c.name, at, kept)
				}
			}
		}
		// Nor does a checkpoint of another key pass as one of ours.
		forged, err := journal.Resign(last.Note, other)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := journal.OpenCheckpoint(forged, known); err == nil {
			t.Error("a forged checkpoint was read")
		}
	})
}

// tamperBench fills a journal and returns its last checkpoint.
func tamperBench(t *testing.T, d *db.DB, key note.Signer) *journal.Checkpoint {
	s := &journal.Sealer{DB: d, Key: key}
	var last *journal.Checkpoint
	for range sealedLines / 10 {
		act(t, d, 10)
		last = seal(t, s)
		d.Clock.(*clock.Manual).Add(10 * time.Minute)
	}
	act(t, d, allLines-sealedLines)
	return last
}

var errUndo = errors.New("undo")

// tamper does something to the database, verifies with the checkpoints that are
// there and with the one kept elsewhere, and undoes it.
func tamper(t *testing.T, d *db.DB, known note.Verifiers, last *journal.Checkpoint, do func(*db.Tx) error) (found, kept []string) {
	t.Helper()
	_, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int, error) {
		if err := do(tx); err != nil {
			return 0, err
		}
		r, err := journal.Verify(t.Context(), tx, known, nil)
		if err != nil {
			return 0, err
		}
		found = faultKeys(r)
		if r, err = journal.Verify(t.Context(), tx, known, []string{last.Note}); err != nil {
			return 0, err
		}
		kept = faultKeys(r)
		return 0, errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
	return found, kept
}
