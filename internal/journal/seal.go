package journal

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/job"
)

// SealJob is the kind of the job that seals the journal.
const SealJob job.Kind[struct{}] = "journal.seal"

// A Sealer seals the journal. Several may work on one database.
type Sealer struct {
	DB  *db.DB
	Key note.Signer
}

// Handle seals the journal when a [SealJob] asks for it.
func (s *Sealer) Handle(r *job.Runner) {
	job.Handle(r, SealJob, func(ctx context.Context, _ *job.Work, _ struct{}) error {
		_, err := s.Seal(ctx)
		return err
	})
}

// batch is how many lines are sealed in one transaction.
const batch = 500

// errRace says that another sealer was there first.
var errRace = errors.New("journal: sealed by somebody else")

// maxRaces is how often in a row another sealer may be there first. More of it
// is no race: the stored log does not end where its checkpoints say.
const maxRaces = 20

// Seal gives every committed line its place and returns the newest checkpoint,
// which holds them all; nil for a journal without lines. A line whose
// transaction is still open gets its place the next time.
func (s *Sealer) Seal(ctx context.Context) (*Checkpoint, error) {
	for races := 0; ; {
		n, err := db.Keep(ctx, s.DB, func(tx *db.Tx) (int, error) { return s.sealSome(ctx, tx) })
		raced := errors.Is(err, errRace) || db.Unique(err)
		switch {
		case raced && races < maxRaces:
			races++
		case raced:
			return nil, fault.New(fault.Internal, "journal.torn").Because(err)
		case err != nil:
			return nil, fmt.Errorf("seal the journal: %w", err)
		case n < batch:
			return db.View(ctx, s.DB, func(r db.Reader) (*Checkpoint, error) { return Newest(ctx, r) })
		default:
			races = 0
		}
	}
}

// sealSome seals up to a batch of lines with a checkpoint, and returns how many.
func (s *Sealer) sealSome(ctx context.Context, tx *db.Tx) (int, error) {
	lines, err := unsealed(ctx, tx, "", batch)
	if err != nil || len(lines) == 0 {
		return 0, err
	}
	size, _, err := newest(ctx, tx)
	if err != nil {
		return 0, err
	}
	tree := &tree{ctx: ctx, r: tx, fresh: map[int64]tlog.Hash{}}
	for i := range lines {
		l := &lines[i]
		first, err := place(ctx, tx, l.id, size+1)
		if err != nil {
			return 0, err
		}
		if !first {
			return 0, errRace
		}
		hashes, err := tlog.StoredHashesForRecordHash(size, leafHash(l.fields()), tree)
		if err != nil {
			return 0, err
		}
		at := tlog.StoredHashIndex(0, size)
		for k, h := range hashes {
			tree.fresh[at+int64(k)] = h
			if err := storeHash(ctx, tx, at+int64(k), h); err != nil {
				return 0, err
			}
		}
		size++
	}
	root, err := tlog.TreeHash(size, tree)
	if err != nil {
		return 0, err
	}
	c := &Checkpoint{Size: size, Root: root, At: tx.Now}
	if err := c.sign(s.Key); err != nil {
		return 0, err
	}
	return len(lines), storeCheckpoint(ctx, tx, c)
}

// A tree reads the hashes of the log, those of this transaction first.
type tree struct {
	ctx   context.Context
	r     db.Reader
	fresh map[int64]tlog.Hash
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(places []int64) ([]tlog.Hash, error) {
	var asked []int64
	for _, p := range places {
		if _, ok := t.fresh[p]; !ok {
			asked = append(asked, p)
		}
	}
	found, err := storedHashes(t.ctx, t.r, asked)
	if err != nil {
		return nil, err
	}
	out := make([]tlog.Hash, len(places))
	for i, p := range places {
		h, ok := t.fresh[p]
		if !ok {
			h, ok = found[p]
		}
		if !ok {
			return nil, fmt.Errorf("the hash at place %d is missing", p)
		}
		out[i] = h
	}
	return out, nil
}
