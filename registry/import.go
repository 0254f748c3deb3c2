package registry

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// imported is what the journal keeps of a file that was imported.
type imported struct {
	List   string `json:"list"`
	File   string `json:"file"` // its SHA-256
	Counts Counts `json:"counts"`
	Digest string `json:"digest"`
}

// Import (导入) makes the changes of a file that was previewed and accepted, all
// of them or none: a single fault, or a list that somebody changed since, stops
// it.
func Import(ctx context.Context, tx *db.Tx, keys *secret.Keys, u Upload) (*Preview, error) {
	if err := actor.May(ctx, tx, tx.By, actor.ActImportProfile, u.Unit); err != nil {
		return nil, err
	}
	p, g, err := u.plan(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	if err := p.accepted(g, u.Accept); err != nil {
		return nil, err
	}
	if len(p.moves) == 0 {
		return nil, fault.New(fault.Invalid, "registry.nothing")
	}
	if _, err := write(ctx, tx, p, u.Unit); err != nil {
		return nil, err
	}
	v := p.preview(g)
	return v, tx.Record(ctx, "registry.import", subject(u.Unit), imported{u.List, string(blob.Sum(u.Data)), v.Counts, v.Accept})
}
