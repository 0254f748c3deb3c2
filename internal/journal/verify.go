package journal

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Report is what [Verify] found.
type Report struct {
	Lines       int64          // all lines
	Sealed      int64          // those with a place in the log
	Checkpoints int            // that were checked, kept elsewhere or here
	Newest      *Checkpoint    // the newest one here that is in order; nil before the first
	Faults      []*fault.Fault // nothing when all is in order
	More        int            // faults beyond the first hundred
}

// mostFaults is how many faults are told: one cut tail can make a million.
const mostFaults = 100

// slack is how far the instant of a line may lie before the checkpoint that did
// not hold it yet, or after the one that does: a long transaction, and the
// clocks of two machines.
const slack = time.Hour

// Verify recomputes the whole journal: every commitment, every place, every
// hash of the tree, every checkpoint. External holds checkpoints that were kept
// elsewhere; only they find that everything was put back to an earlier state.
func Verify(ctx context.Context, r db.Reader, keys note.Verifiers, external []string) (*Report, error) {
	v := &verifier{ctx: ctx, r: r, Report: &Report{Faults: []*fault.Fault{}}, wanted: map[int64][]*Checkpoint{}}
	own, err := v.readCheckpoints(keys, external)
	if err != nil {
		return nil, err
	}
	if err := v.walk(); err != nil {
		return nil, err
	}
	v.ends(own)
	return v.Report, v.open()
}

// A verifier walks along the log once.
type verifier struct {
	*Report
	ctx context.Context
	r   db.Reader

	wanted   map[int64][]*Checkpoint // by size: checkpoints to be compared on the way
	external map[*Checkpoint]bool    // those kept elsewhere
	own      []*Checkpoint           // those kept here, by size
	next     int                     // in own: the first that holds the line at hand
	hashes   map[int64]tlog.Hash     // stored hashes of the tree, some of those below …
	below    int64                   // … this place
	err      error                   // of the database
	frontier []tlog.Hash             // roots of the complete subtrees, the largest first
	spoiled  bool                    // a root did not fit: those after it do not either
}

func (v *verifier) fault(key string, args ...any) {
	if len(v.Faults) == mostFaults {
		v.More++
		return
	}
	v.Faults = append(v.Faults, fault.New(fault.Refused, key, args...))
}

// readCheckpoints reads the checkpoints and returns the size of the newest one
// here, in order or not.
func (v *verifier) readCheckpoints(keys note.Verifiers, external []string) (int64, error) {
	v.external = map[*Checkpoint]bool{}
	for _, text := range external {
		c, err := OpenCheckpoint(text, keys)
		if err != nil {
			return 0, err
		}
		v.external[c] = true
		v.wanted[c.Size] = append(v.wanted[c.Size], c)
	}
	sizes, texts, err := notes(v.ctx, v.r)
	if err != nil {
		return 0, err
	}
	for i, text := range texts {
		c, err := OpenCheckpoint(text, keys)
		if err != nil {
			v.fault("journal.bad_checkpoint", sizes[i])
			continue
		}
		if c.Size != sizes[i] {
			v.fault("journal.moved_checkpoint", sizes[i], c.Size)
			continue
		}
		v.own = append(v.own, c)
		v.wanted[c.Size] = append(v.wanted[c.Size], c)
		v.Newest = c
	}
	if len(sizes) == 0 {
		return 0, nil
	}
	return sizes[len(sizes)-1], nil
}

// page is how many lines are read at a time.
const page = 1000

// walk goes through the lines that are sealed.
func (v *verifier) walk() error {
	v.compare() // a checkpoint of nothing is one too
	for v.err == nil {
		lines, err := sealed(v.ctx, v.r, v.Sealed, page)
		if err != nil || len(lines) == 0 {
			return err
		}
		for i := range lines {
			v.line(&lines[i])
		}
	}
	return v.err
}

// line checks one line that is sealed.
func (v *verifier) line(l *record) {
	v.Lines++
	if l.seq > v.Sealed+1 {
		v.fault("journal.gap", v.Sealed+1, l.seq-1)
		for v.Sealed+1 < l.seq && v.err == nil { // go on by the hashes that were stored
			h, _ := v.stored(tlog.StoredHashIndex(0, v.Sealed))
			v.grow(h)
		}
	}
	if !l.kept() {
		v.fault("journal.payload", l.seq, l.id)
	}
	h := leafHash(l.fields())
	switch stored, ok := v.stored(tlog.StoredHashIndex(0, v.Sealed)); {
	case !ok:
		v.fault("journal.no_hash", l.seq, l.id)
	case stored != h:
		v.fault("journal.altered", l.seq, l.id)
		h = stored // it is told; what follows may still be in order
	}
	v.grow(h)
	v.instant(l)
}

// stored returns a stored hash of the tree. They are asked for in order.
func (v *verifier) stored(at int64) (tlog.Hash, bool) {
	if at >= v.below && v.err == nil {
		v.below = at + 2*page
		v.hashes, v.err = hashesFrom(v.ctx, v.r, at, v.below)
	}
	h, ok := v.hashes[at]
	return h, ok
}

// grow adds a leaf to the tree and compares the hashes that it completes with
// the stored ones.
func (v *verifier) grow(h tlog.Hash) {
	at := tlog.StoredHashIndex(0, v.Sealed)
	for n := v.Sealed; n&1 == 1; n >>= 1 {
		last := len(v.frontier) - 1
		h = tlog.NodeHash(v.frontier[last], h)
		v.frontier = v.frontier[:last]
		at++
		if stored, _ := v.stored(at); stored != h {
			v.fault("journal.tree", v.Sealed+1)
		}
	}
	v.frontier = append(v.frontier, h)
	v.Sealed++
	v.compare()
}

// compare compares the tree with the checkpoints of its size.
func (v *verifier) compare() {
	for _, c := range v.wanted[v.Sealed] {
		v.Checkpoints++
		if v.root() == c.Root {
			continue
		}
		if v.external[c] {
			v.fault("journal.forked", c.Size)
		} else if !v.spoiled {
			v.spoiled = true
			v.fault("journal.root", c.Size)
		}
	}
	delete(v.wanted, v.Sealed)
}

// root is the hash of the tree so far.
func (v *verifier) root() tlog.Hash {
	n := len(v.frontier)
	if n == 0 {
		h, _ := tlog.TreeHash(0, nil)
		return h
	}
	h := v.frontier[n-1]
	for i := n - 2; i >= 0; i-- {
		h = tlog.NodeHash(v.frontier[i], h)
	}
	return h
}

// instant checks that a line says it was written between the checkpoint before
// it and the one that holds it.
func (v *verifier) instant(l *record) {
	for v.next < len(v.own) && v.own[v.next].Size < l.seq {
		v.next++
	}
	at, err := time.Parse(clock.Layout, l.at)
	early := v.next > 0 && at.Before(v.own[v.next-1].At.Add(-slack))
	late := v.next < len(v.own) && at.After(v.own[v.next].At.Add(slack))
	if err != nil || early || late {
		v.fault("journal.instant", l.seq, l.id, l.at)
	}
}

// ends compares the end of the log with the newest checkpoint here, and says
// which checkpoints the log is too short for.
func (v *verifier) ends(newest int64) {
	switch {
	case newest > v.Sealed:
		v.fault("journal.cut", v.Sealed, newest)
	case newest < v.Sealed:
		v.fault("journal.unsigned", newest+1, v.Sealed)
	}
	for size, all := range v.wanted {
		for _, c := range all {
			v.Checkpoints++
			if v.external[c] {
				v.fault("journal.rolled_back", v.Sealed, size)
			}
		}
	}
}

// open checks the lines that are not sealed yet.
func (v *verifier) open() error {
	for after := ""; ; {
		lines, err := unsealed(v.ctx, v.r, after, page)
		if err != nil {
			return fmt.Errorf("read the lines that are not sealed: %w", err)
		}
		for i := range lines {
			l := &lines[i]
			v.Lines++
			if !l.kept() {
				v.fault("journal.open_payload", l.id)
			}
			v.backdated(l)
			after = l.id
		}
		if len(lines) < page {
			return nil
		}
	}
}

// backdated finds a line that says it was written before a checkpoint that does
// not hold it.
func (v *verifier) backdated(l *record) {
	at, err := time.Parse(clock.Layout, l.at)
	if err != nil || v.Newest != nil && at.Before(v.Newest.At.Add(-slack)) {
		v.fault("journal.backdated", l.id, l.at)
	}
}
