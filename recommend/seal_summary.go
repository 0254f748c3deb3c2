package recommend

import (
	"bytes"
	"context"
	"time"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// maxScan is the largest scan of a sealed table, in bytes.
const maxScan = 50 << 20

// A Scan (盖章扫描件) is a file that is said to be the sealed table.
type Scan struct {
	Name string
	Data []byte
}

// Receive looks into the scan, and keeps it. It asks no database, and is done
// before the transaction.
func (s Scan) Receive(ctx context.Context, o *Office) (Seal, error) {
	found, err := intake.Look(ctx, bytes.NewReader(s.Data), int64(len(s.Data)), s.Name, intake.Rules{Kinds: []intake.Kind{intake.PDF, intake.JPEG, intake.PNG}, MaxBytes: maxScan})
	if err != nil {
		return Seal{}, err
	}
	if o.Scanner != nil {
		if err := intake.Clean(ctx, o.Scanner, bytes.NewReader(s.Data)); err != nil {
			return Seal{}, err
		}
	}
	hash, _, err := o.Blobs.Put(ctx, bytes.NewReader(s.Data))
	return Seal{Hash: hash, Name: intake.CleanName(s.Name), Type: found.Type}, err
}

// A Sealing (上传盖章件) says that a scan is the table with its seal.
type Sealing struct {
	List SummaryID
	Of   string // [Summary.Hash] of what was printed and sealed
	Seal Seal
}

// SealSummary ties the scan of the sealed table to what was handed up: to its
// hash, which stands on the paper. Another scan may take its place.
func SealSummary(ctx context.Context, tx *db.Tx, o *Office, g Sealing) (*Summary, error) {
	t, err := o.lockTable(ctx, tx, g.List)
	if err != nil {
		return nil, err
	}
	l := t.Summary
	if err := t.may(ctx, tx, tx.By, actor.ActEditTable); err != nil {
		return nil, err
	}
	switch {
	case l.State != SummaryHanded:
		return nil, fault.New(fault.Conflict, "recommend.not_handed")
	case g.Of != l.Hash:
		return nil, fault.New(fault.Conflict, "recommend.other_hash").In("file")
	case !g.Seal.Hash.Valid():
		return nil, fault.New(fault.Invalid, "recommend.no_scan").In("file")
	}
	if _, err := o.Blobs.Stat(ctx, g.Seal.Hash); err != nil {
		return nil, err
	}
	l.Seal = g.Seal
	l.Seal.At, l.Seal.By = tx.Now.UTC().Truncate(time.Millisecond), actor.PersonID(tx.By.Person)
	if err := saveList(ctx, tx, l); err != nil {
		return nil, err
	}
	return l, tx.Record(ctx, "recommend.seal_summary", l.subject(), map[string]any{"of": l.Hash, "scan": l.Seal.Hash, "name": l.Seal.Name})
}

// SealOf returns the scan of a table that the reader found.
func (t *Table) SealOf(ctx context.Context, o *Office) (Seal, []byte, error) {
	if t.Seal.Hash == "" {
		return Seal{}, nil, fault.New(fault.Missing, "recommend.no_scan")
	}
	content, err := read(ctx, o.Blobs, t.Seal.Hash)
	return t.Seal, content, err
}

func read(ctx context.Context, blobs blob.Store, hash blob.Hash) ([]byte, error) {
	f, err := blobs.Open(ctx, hash)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	_, err = b.ReadFrom(f)
	return b.Bytes(), err
}
