package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"shenbao/actor"
	"shenbao/internal/db"
)

// A Snapshot (档案留存) is a frozen copy of a profile, known by the SHA-256 of
// its text. It holds everything that stood, with who entered, confirmed and
// verified it, and what the registers held of the unit; identity numbers are in
// it masked, with their keyed hashes.
type Snapshot struct {
	Hash string          `json:"hash"`
	Unit actor.UnitID    `json:"unit"`
	Body json.RawMessage `json:"body"`
}

// frozen is the text of a snapshot. It says nothing of when it was taken: a
// profile that did not change has one copy.
type frozen struct {
	Unit      *actor.Unit          `json:"unit"`
	Rows      []*frozenRow         `json:"rows"`
	Registers map[string]*UnitRows `json:"registers"`
}

// frozenRow is a [Row] as it is stored: nothing of it is read, which counts when
// hundreds submit at once.
type frozenRow struct {
	ID        string          `json:"id"`
	List      string          `json:"list"`
	Version   int64           `json:"version"`
	Cells     json.RawMessage `json:"cells"`
	PersonKey string          `json:"person_key,omitempty"`
	Evidence  string          `json:"evidence,omitempty"`
	Entered   frozenMark      `json:"entered"`
	Confirmed frozenMark      `json:"confirmed"`
	Verified  frozenMark      `json:"verified"`
}

type frozenMark struct {
	Person string `json:"person"`
	Unit   string `json:"unit"`
	At     string `json:"at,omitempty"`
}

// Freeze (留存档案) keeps a copy of a unit's profile as it stands: for an
// application that is submitted.
func Freeze(ctx context.Context, tx *db.Tx, unit actor.UnitID) (Snapshot, error) {
	s, err := SnapshotOf(ctx, tx, unit)
	if err != nil {
		return Snapshot{}, err
	}
	return s, s.Keep(ctx, tx)
}

// Keep is Freeze for a copy that was made a moment ago.
func (s Snapshot) Keep(ctx context.Context, tx *db.Tx) error {
	if err := actor.May(ctx, tx, tx.By, actor.ActViewProfile, s.Unit); err != nil {
		return err
	}
	if err := keepSnapshot(ctx, tx, s); err != nil {
		return err
	}
	return tx.Record(ctx, "registry.freeze", subject(s.Unit), map[string]string{"hash": s.Hash})
}

// SnapshotOf makes the copy of a profile, whoever asks, and keeps it nowhere.
func SnapshotOf(ctx context.Context, r db.Reader, unit actor.UnitID) (Snapshot, error) {
	u, err := actor.FindUnit(ctx, r, unit)
	if err != nil {
		return Snapshot{}, err
	}
	f := frozen{Unit: u}
	if f.Rows, err = standingAsStored(ctx, r, unit); err != nil {
		return Snapshot{}, err
	}
	if f.Registers, err = registersOf(ctx, r, u.Code); err != nil {
		return Snapshot{}, err
	}
	body, err := json.Marshal(f)
	if err != nil {
		return Snapshot{}, err
	}
	hash := sha256.Sum256(body)
	return Snapshot{Hash: hex.EncodeToString(hash[:]), Unit: unit, Body: body}, nil
}
