package journal_test

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/job"
	"shenbao/internal/journal"
)

// keys are a signing key and those that check it.
func keys(t testing.TB) (note.Signer, note.Verifiers) {
	t.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "shenbao-journal")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	return signer, note.VerifierList(verifier)
}

// act leaves lines in the journal, a second apart.
func act(t testing.TB, d *db.DB, n int) {
	t.Helper()
	by := db.By{Person: "p1", Unit: "u1", Role: "officer"}
	for i := range n {
		d.Clock.(*clock.Manual).Add(time.Second)
		if _, err := db.Update(t.Context(), d, by, func(tx *db.Tx) (int, error) {
			return 0, tx.RecordUnder(t.Context(), "000-023", "call.publish", fmt.Sprint("call:c", i%5), map[string]int{"i": i})
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func seal(t testing.TB, s *journal.Sealer) *journal.Checkpoint {
	t.Helper()
	c, err := s.Seal(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func verify(t testing.TB, d *db.DB, known note.Verifiers, external ...string) *journal.Report {
	t.Helper()
	report, err := db.View(t.Context(), d, func(r db.Reader) (*journal.Report, error) {
		return journal.Verify(t.Context(), r, known, external)
	})
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func faultKeys(report *journal.Report) (all []string) {
	for _, f := range report.Faults {
		all = append(all, strings.TrimPrefix(f.Key, "journal."))
	}
	return all
}

func TestSealing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key, known := keys(t)
		s := &journal.Sealer{DB: d, Key: key}
		if c := seal(t, s); c != nil {
			t.Errorf("a checkpoint of nothing: %+v", c)
		}
		if r := verify(t, d, known); r.Lines != 0 || len(r.Faults) != 0 {
			t.Errorf("an empty journal: %+v", r)
		}
		act(t, d, 7)
		first := seal(t, s)
		if first.Size != 7 || !first.At.Equal(d.Clock.Now()) {
			t.Errorf("checkpoint %+v", first)
		}
		if again := seal(t, s); again.Note != first.Note {
			t.Error("another checkpoint of the same size")
		}
		act(t, d, 1100) // more than two batches
		last := seal(t, s)
		act(t, d, 3)
		r := verify(t, d, known, first.Note, last.Note)
		if r.Lines != 1110 || r.Sealed != 1107 || r.Checkpoints != 1+3+2 || len(r.Faults) != 0 || r.Newest.Note != last.Note {
			t.Errorf("report %+v, faults %v", r, faultKeys(r))
		}
	})
}

// Two sealers at once: every line has one place, and both have a checkpoint
// that holds all lines.
func TestTwoSealers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key, known := keys(t)
		for range 5 {
			act(t, d, 30)
			var wait sync.WaitGroup
			for range 3 {
				wait.Go(func() { seal(t, &journal.Sealer{DB: d, Key: key}) })
			}
			wait.Wait()
		}
		if r := verify(t, d, known); r.Sealed != 150 || r.Checkpoints != 5 || len(r.Faults) != 0 {
			t.Errorf("report %+v, faults %v", r, faultKeys(r))
		}
	})
}

// A log that was put back in part cannot be sealed, and says so.
func TestSealingATornLog(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key, _ := keys(t)
		s := &journal.Sealer{DB: d, Key: key}
		act(t, d, 5)
		seal(t, s)
		act(t, d, 5)
		seal(t, s)
		if _, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int64, error) {
			return tx.Exec(t.Context(), "DELETE FROM journal_checkpoints WHERE size = 10")
		}); err != nil {
			t.Fatal(err)
		}
		act(t, d, 1)
		if _, err := s.Seal(t.Context()); err == nil || fault.Of(err).Key != "journal.torn" {
			t.Errorf("Seal = %v", err)
		}
	})
}

func TestSealingAsAJob(t *testing.T) {
	d := dbtest.SQLite(t)
	key, known := keys(t)
	act(t, d, 4)
	r := job.New(d, job.Settings{})
	(&journal.Sealer{DB: d, Key: key}).Handle(r)
	job.Every(r, 10*time.Minute, journal.SealJob, struct{}{})
	r.Drain(t.Context())
	if r := verify(t, d, known); r.Sealed != 4 || r.Checkpoints != 1 {
		t.Errorf("report %+v", r)
	}
}

func TestReceipts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key, known := keys(t)
		s := &journal.Sealer{DB: d, Key: key}
		for _, n := range []int{1, 6, 9} {
			act(t, d, n)
			seal(t, s)
		}
		act(t, d, 1)
		lines, err := db.View(t.Context(), d, func(r db.Reader) ([]journal.Line, error) {
			return journal.Lines(t.Context(), r, journal.Filter{})
		})
		if err != nil || len(lines) != 17 {
			t.Fatalf("%d lines, %v", len(lines), err)
		}
		prove := func(id string) (*journal.Receipt, error) {
			return db.View(t.Context(), d, func(r db.Reader) (*journal.Receipt, error) { return journal.Prove(t.Context(), r, id) })
		}
		if _, err := prove(lines[0].ID); err == nil || fault.Of(err).Key != "journal.not_sealed" {
			t.Errorf("the receipt of a line that is not sealed: %v", err)
		}
		if _, err := prove("none"); err == nil || fault.Of(err).Kind != fault.Missing {
			t.Errorf("the receipt of no line: %v", err)
		}
		for _, l := range lines[1:] {
			p, err := prove(l.ID)
			if err != nil {
				t.Fatal(err)
			}
			checkReceipt(t, p, known)
		}
	})
}

// checkReceipt checks that a receipt holds, also after it travelled as JSON, and
// that nothing in it can be changed.
func checkReceipt(t *testing.T, p *journal.Receipt, known note.Verifiers) {
	t.Helper()
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	read := func() *journal.Receipt {
		var back journal.Receipt
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		return &back
	}
	if c, err := read().Check(known); err != nil || c.Size < p.Seq {
		t.Fatalf("line %d: %v", p.Seq, err)
	}
	without := read()
	without.Salt, without.Payload = "", ""
	if _, err := without.Check(known); err != nil {
		t.Errorf("line %d without its content: %v", p.Seq, err)
	}
	_, strangers := keys(t)
	if _, err := read().Check(strangers); err == nil {
		t.Error("a receipt signed by somebody else")
	}
	for name, change := range map[string]func(p *journal.Receipt){
		"actor":      func(p *journal.Receipt) { p.Fields[2] = "p2" },
		"instant":    func(p *journal.Receipt) { p.Fields[1] = strings.Replace(p.Fields[1], "2024", "2023", 1) },
		"boundary":   func(p *journal.Receipt) { p.Fields[3], p.Fields[4] = p.Fields[3]+p.Fields[4][:1], p.Fields[4][1:] },
		"a field":    func(p *journal.Receipt) { p.Fields = append(p.Fields, "") },
		"payload":    func(p *journal.Receipt) { p.Payload += " " },
		"salt":       func(p *journal.Receipt) { p.Salt = strings.Repeat("0", 32) },
		"place":      func(p *journal.Receipt) { p.Seq++ },
		"far place":  func(p *journal.Receipt) { p.Seq = 1 << 40 },
		"no place":   func(p *journal.Receipt) { p.Seq = 0 },
		"checkpoint": func(p *journal.Receipt) { p.Checkpoint = strings.Replace(p.Checkpoint, "\n", "\n1", 1) },
		"nothing":    func(p *journal.Receipt) { *p = journal.Receipt{} },
	} {
		p := read()
		change(p)
		if _, err := p.Check(known); err == nil {
			t.Errorf("line %d: a receipt with another %s holds", p.Seq, name)
		}
	}
}

func TestReadingInPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		act(t, d, 23)
		read := func(f journal.Filter) []journal.Line {
			lines, err := db.View(t.Context(), d, func(r db.Reader) ([]journal.Line, error) { return journal.Lines(t.Context(), r, f) })
			if err != nil {
				t.Fatal(err)
			}
			return lines
		}
		var all []string
		for before := ""; ; {
			page := read(journal.Filter{Before: before, Limit: 10})
			for _, l := range page {
				all = append(all, l.ID)
			}
			if len(page) < 10 {
				break
			}
			before = page[len(page)-1].ID
		}
		if !slices.IsSortedFunc(all, func(a, b string) int { return strings.Compare(b, a) }) || len(all) != 23 || len(slices.Compact(all)) != 23 {
			t.Errorf("pages give %d lines", len(all))
		}
		for f, want := range map[journal.Filter]int{
			{Subject: "call:c1"}: 5, {Subject: "call:c1", Person: "p1"}: 5, {Subject: "call:c1", Person: "p2"}: 0, {Person: "p1"}: 23,
			{Subject: "call:c1", Limit: 2}: 2, {Subject: "call:' OR 1=1"}: 0,
		} {
			if got := read(f); len(got) != want {
				t.Errorf("%+v: %d lines, want %d", f, len(got), want)
			}
		}
		l := read(journal.Filter{Limit: 1})[0]
		if l.Verb != "call.publish" || l.Clause != "000-023" || l.Person != "p1" || !l.At.Equal(d.Clock.Now()) || string(l.Payload) != `{"i":22}` {
			t.Errorf("line %+v", l)
		}
	})
}

func BenchmarkSealAndVerify(b *testing.B) {
	d := dbtest.SQLite(b)
	key, known := keys(b)
	s := &journal.Sealer{DB: d, Key: key}
	b.Run("seal 1000 lines", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			act(b, d, 1000)
			b.StartTimer()
			seal(b, s)
		}
	})
	b.Run("verify", func(b *testing.B) {
		var lines int64
		for b.Loop() {
			lines += verify(b, d, known).Lines
		}
		b.ReportMetric(float64(lines)/b.Elapsed().Seconds(), "lines/s")
	})
}
