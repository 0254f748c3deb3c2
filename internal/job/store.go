package job

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

func insert(ctx context.Context, tx *db.Tx, j *Job) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO jobs (id, kind, key, payload, state, due, attempts, fence, worker, error, created, finished)
		VALUES ($1, $2, $3, $4, 'waiting', $5, 0, 0, '', '', $6, '')
		ON CONFLICT (key) DO NOTHING`,
		string(j.ID), j.Kind, j.key, j.payload, db.Time(j.Due), db.Time(j.Created))
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", j.Kind, err)
	}
	return nil
}

const columns = `id, kind, state, due, attempts, error, created, finished`

func (j *Job) into() []any {
	return []any{&j.ID, &j.Kind, &j.State, db.Into(&j.Due), &j.Attempts, &j.Error, db.Into(&j.Created), db.Into(&j.Finished)}
}

// Find returns a job, or a missing fault.
func Find(ctx context.Context, r db.Reader, id ID) (*Job, error) {
	j := &Job{}
	err := r.QueryRow(ctx, `SELECT `+columns+` FROM jobs WHERE id = $1`, string(id)).Scan(j.into()...)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.Missing, "job.missing", id)
	}
	return j, err
}

// List returns up to limit jobs in a state, oldest first, those after the job
// with the id after, which may be "".
func List(ctx context.Context, r db.Reader, state State, after ID, limit int) ([]Job, error) {
	return db.All(ctx, r, func(row db.Scanner) (j Job, err error) {
		err = row.Scan(j.into()...)
		return j, err
	}, `SELECT `+columns+` FROM jobs WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3`, string(state), string(after), limit)
}

// A Count is how many jobs of a kind are in a state.
type Count struct {
	Kind  string `json:"kind"`
	State State  `json:"state"`
	Jobs  int64  `json:"jobs"`
}

// Counts returns how many jobs there are that are not done, by kind and state.
func Counts(ctx context.Context, r db.Reader) ([]Count, error) {
	return db.All(ctx, r, func(row db.Scanner) (c Count, err error) {
		err = row.Scan(&c.Kind, &c.State, &c.Jobs)
		return c, err
	}, `
		SELECT kind, state, COUNT(*) FROM jobs WHERE state IN ('waiting', 'running', 'dead')
		GROUP BY kind, state ORDER BY kind, state`)
}

func revive(ctx context.Context, tx *db.Tx, id ID) error {
	_, err := tx.Exec(ctx, `UPDATE jobs SET state = 'waiting', due = $2, attempts = 0, error = '', finished = '' WHERE id = $1 AND state = 'dead'`,
		string(id), db.Time(tx.Now))
	return err
}

// due reports whether there is a job that could be claimed.
func due(ctx context.Context, r db.Reader, kinds []string, now time.Time) (bool, error) {
	list, args := kindList(kinds, db.Time(now))
	rows, err := r.Query(ctx, `SELECT 1 FROM jobs WHERE due > '' AND due <= $1 AND kind IN (`+list+`) LIMIT 1`, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	return rows.Next(), rows.Err()
}

// kindList is the placeholders of kinds after those of the first arguments, and
// all arguments.
func kindList(kinds []string, first ...any) (string, []any) {
	var b strings.Builder
	for i, kind := range kinds {
		if i > 0 {
			b.WriteString(", ")
		}
		first = append(first, kind)
		fmt.Fprintf(&b, "$%d", len(first))
	}
	return b.String(), first
}

// A claim says who takes how many jobs of which kinds, and for how long.
type claim struct {
	worker string
	kinds  []string
	lease  time.Duration
	limit  int
}

// take claims jobs that are due: those that wait and those whose lease has
// ended. Two runners that try for the same job wait for one another, and the
// second finds that it is not due any more.
func (c claim) take(ctx context.Context, tx *db.Tx) ([]*Job, error) {
	list, args := kindList(c.kinds, db.Time(tx.Now.Add(c.lease)), c.worker, db.Time(tx.Now), c.limit)
	return db.All(ctx, tx, scanClaimed, `
		UPDATE jobs SET state = 'running', due = $1, worker = $2, attempts = attempts + 1, fence = fence + 1
		WHERE due > '' AND due <= $3 AND id IN (
			SELECT id FROM jobs WHERE due > '' AND due <= $3 AND kind IN (`+list+`) ORDER BY due, id LIMIT $4)
		RETURNING id, kind, payload, attempts, fence, created`, args...)
}

func scanClaimed(row db.Scanner) (*Job, error) {
	j := &Job{State: Running}
	return j, row.Scan(&j.ID, &j.Kind, &j.payload, &j.Attempts, &j.fence, db.Into(&j.Created))
}

// renew moves the end of the lease.
func (j *Job) renew(ctx context.Context, tx *db.Tx, until time.Time) error {
	return held(tx.Exec(ctx, `UPDATE jobs SET due = $3 WHERE id = $1 AND fence = $2 AND state = 'running'`,
		string(j.ID), j.fence, db.Time(until)))
}

// finish ends the job well. What it carried is not needed any more, and may be
// personal.
func (j *Job) finish(ctx context.Context, tx *db.Tx) error {
	return held(tx.Exec(ctx, `
		UPDATE jobs SET state = 'done', due = '', payload = '', error = '', finished = $3
		WHERE id = $1 AND fence = $2 AND state = 'running'`,
		string(j.ID), j.fence, db.Time(tx.Now)))
}

// postpone lets the job be tried again at an instant.
func (j *Job) postpone(ctx context.Context, tx *db.Tx, at time.Time, why string) error {
	return held(tx.Exec(ctx, `
		UPDATE jobs SET state = 'waiting', due = $3, error = $4 WHERE id = $1 AND fence = $2 AND state = 'running'`,
		string(j.ID), j.fence, db.Time(at), why))
}

// bury ends the job badly; it is kept for people to look at.
func (j *Job) bury(ctx context.Context, tx *db.Tx, why string) error {
	return held(tx.Exec(ctx, `
		UPDATE jobs SET state = 'dead', due = '', error = $4, finished = $3 WHERE id = $1 AND fence = $2 AND state = 'running'`,
		string(j.ID), j.fence, db.Time(tx.Now), why))
}

// release gives a job back that was not done because its runner stops.
func (j *Job) release(ctx context.Context, tx *db.Tx) error {
	return held(tx.Exec(ctx, `
		UPDATE jobs SET state = 'waiting', due = $3, attempts = attempts - 1 WHERE id = $1 AND fence = $2 AND state = 'running'`,
		string(j.ID), j.fence, db.Time(tx.Now)))
}

// held turns a change of no row into ErrLost.
func held(n int64, err error) error {
	if err == nil && n == 0 {
		return ErrLost
	}
	return err
}

// forget removes jobs that were done before an instant.
func forget(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `DELETE FROM jobs WHERE state = 'done' AND finished < $1`, db.Time(before))
	return err
}
