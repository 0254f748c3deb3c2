package recommend

import (
	"context"

	"shenbao/apply"
	"shenbao/internal/db"
)

// SendBack (退回修改) returns an application to be mended; it comes back to this
// step.
func SendBack(ctx context.Context, tx *db.Tx, o *Office, d Decision) (*Step, error) {
	s, _, _, err := d.find(ctx, tx, true, Checks, Recommends)
	if err != nil {
		return nil, err
	}
	if _, err := apply.Return(ctx, tx, o.Office, apply.SendingBack{Application: s.Application, Reason: d.Reason, Until: d.Until, Remarks: d.Remarks}); err != nil {
		return nil, err
	}
	if err := d.end(ctx, tx, s, Returned); err != nil {
		return nil, err
	}
	return s, tx.Record(ctx, "recommend.return", s.subject(), map[string]any{"application": s.Application, "version": s.Version, "reason": s.Reason})
}
