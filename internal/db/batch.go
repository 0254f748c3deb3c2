package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	sqlite "modernc.org/sqlite"
)

// Group commit. SQLite takes one writer at a time, and a commit that a power
// cut cannot undo waits for the disk. So that a hundred writers do not wait for
// a hundred such commits one after the other, those that are in line share one
// transaction: each runs in its own goroutine, in its turn and inside its own
// savepoint, and hands the transaction to the next; the last commits for all,
// and only then is any of them answered. Nobody waits for company: a writer
// that finds no one behind it commits at once. While it does, a line forms.

// How long a batch goes on taking in those who wait: the first of them is kept
// from its answer meanwhile.
const (
	batchTurns = 64
	batchTime  = 5 * time.Millisecond
)

// A queue is the line of the writers of a SQLite database, first come, first
// served. One of them has the turn.
type queue struct {
	mu      sync.Mutex
	taken   bool
	waiting []*seat
}

// A seat is the place of a writer in the line.
type seat struct {
	alone bool        // it shares its transaction with nobody
	turn  chan *batch // gets the batch to join, or nil to begin one
}

// A batch is a transaction that writers share. Whoever has the turn owns its
// fields; err is for all once done is closed.
type batch struct {
	conn    *sql.Conn
	tx      *sql.Tx
	alone   bool
	began   time.Time
	last    time.Time // Now of the latest member
	turns   int       // members so far
	kept    int       // those of them whose work is in the transaction
	sealing bool      // the commit of the batch itself runs
	err     error     // why nothing was written
	done    chan struct{}
}

// A lost transaction was shared with others, any of whom may have spoilt it. It
// is worth another try: alone, so that whoever spoils it again harms nobody.
type lost struct{ cause error }

// Error implements error.
func (l *lost) Error() string { return "db: the shared transaction was lost: " + l.cause.Error() }

// Unwrap returns what ended the transaction.
func (l *lost) Unwrap() error { return l.cause }

// share runs act as a member of a batch, and returns when its work is on the
// disk or is undone. Once act has run, the end of ctx makes no difference: the
// answer is what became of the batch.
func (d *DB) share(ctx context.Context, t *Tx, alone bool, act func(*Tx) error) error {
	b, err := d.queue.enter(ctx, alone)
	if err != nil {
		return err
	}
	if b == nil {
		if b, err = d.begin(ctx, alone); err != nil {
			d.hand(nil)
			return err
		}
	}
	t.Now = d.Clock.Now().UTC()
	if err := d.member(b, t, act); err != nil {
		return err
	}
	<-b.done
	return b.err
}

// enter waits for the turn. The batch it returns is to be joined; nil is to be
// begun. Whoever got no error must hand the turn on.
func (q *queue) enter(ctx context.Context, alone bool) (*batch, error) {
	q.mu.Lock()
	if !q.taken {
		q.taken = true
		q.mu.Unlock()
		return nil, nil
	}
	s := &seat{alone: alone, turn: make(chan *batch, 1)}
	q.waiting = append(q.waiting, s)
	q.mu.Unlock()
	select {
	case b := <-s.turn:
		return b, nil
	case <-ctx.Done():
	}
	q.mu.Lock()
	i := slices.Index(q.waiting, s)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	q.mu.Unlock()
	if i < 0 { // called at that very moment: the turn must be taken to be handed on
		return <-s.turn, nil
	}
	return nil, ctx.Err()
}

// hand gives the turn to the next in line, to join b, or, when b is nil, to
// begin a batch of its own. It reports whether b is off the caller's hands;
// when not, b is to be closed.
func (d *DB) hand(b *batch) bool {
	q := &d.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		q.taken = b != nil
		return b == nil
	}
	next := q.waiting[0]
	if b != nil && (b.err != nil || b.alone || next.alone || b.turns == batchTurns || d.Clock.Now().Sub(b.began) >= batchTime) {
		return false
	}
	q.waiting = slices.Delete(q.waiting, 0, 1)
	next.turn <- b
	return true
}

// member runs act in its own savepoint of b and hands the turn on. When it
// fails, or act panics, its work is undone and that of the others stands.
func (d *DB) member(b *batch, t *Tx, act func(*Tx) error) (err error) {
	err = errors.New("db: the function did not return") // stays when it panics
	defer func() {
		if err != nil {
			b.undo(err)
		} else {
			b.kept++
		}
		switch {
		case d.hand(b):
		case err != nil && b.kept > 0: // who failed is answered without waiting for the disk
			go d.end(b)
		default:
			d.end(b)
		}
	}()
	return b.run(t, act)
}

// end closes b and gives the turn to whoever waits for it.
func (d *DB) end(b *batch) {
	b.close()
	d.hand(nil)
}

// begin opens a transaction for a batch. Ctx is that of the first member and
// ends the wait for the connection only: the transaction is not its own.
func (d *DB) begin(ctx context.Context, alone bool) (*batch, error) {
	conn, err := d.write.Conn(ctx)
	if err != nil {
		return nil, err
	}
	b := &batch{conn: conn, alone: alone, done: make(chan struct{})}
	if err = b.guard(b.mayCommit); err == nil {
		b.tx, err = conn.BeginTx(context.Background(), nil)
	}
	if err != nil {
		b.guard(nil)
		conn.Close()
		return nil, err
	}
	b.began = d.Clock.Now()
	return b, nil
}

// mayCommit refuses every commit but that of the batch, by a number that is not
// 0. An error of the disk, or a statement cut short, makes SQLite roll the
// whole transaction back, and what a member writes after that would be
// committed statement by statement.
func (b *batch) mayCommit() int32 {
	if b.sealing {
		return 0
	}
	return 1
}

func (b *batch) guard(hook sqlite.CommitHookFn) error {
	return b.conn.Raw(func(c any) error {
		c.(sqlite.HookRegisterer).RegisterCommitHook(hook)
		return nil
	})
}

// run lets one member do its work. Members follow one another in time too: a
// clock that is set back does not put a later one before an earlier.
func (b *batch) run(t *Tx, act func(*Tx) error) error {
	b.turns++
	if err := b.savepoint("SAVEPOINT"); err != nil {
		return err
	}
	if t.Now.Before(b.last) {
		t.Now = b.last
	}
	b.last, t.tx = t.Now, b.tx
	if err := t.do(act); err != nil {
		return err
	}
	return b.savepoint("RELEASE")
}

// undo takes back what the present member wrote. Its savepoint went if the
// transaction did, so this is also where that is noticed.
func (b *batch) undo(cause error) {
	if err := b.savepoint("ROLLBACK TO"); err != nil {
		b.err = &lost{cause}
	}
}

// savepoint runs a statement about the savepoint of the present member.
func (b *batch) savepoint(verb string) error {
	_, err := b.tx.Exec(fmt.Sprintf("%s m%d", verb, b.turns))
	return err
}

// close commits, once for all members, and lets them be answered.
func (b *batch) close() {
	if b.err != nil || b.kept == 0 {
		b.tx.Rollback()
	} else {
		b.sealing = true
		b.err = b.tx.Commit()
		if b.err != nil && b.kept > 1 {
			b.err = &lost{b.err}
		}
	}
	b.guard(nil)
	b.conn.Close()
	close(b.done)
}
