package recommend

import (
	"context"
	"fmt"
	"slices"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/rule"
)

// Refuse (不予推荐) ends the way of an application, with the clause or the reason
// that it rests on. The applicant may ask for another look: see [Appeal].
func Refuse(ctx context.Context, tx *db.Tx, _ *Office, d Decision) (*Step, error) {
	s, a, v, err := d.find(ctx, tx, true, Checks, Recommends)
	if err != nil {
		return nil, err
	}
	if d.Clause != "" && !slices.ContainsFunc(v.Findings, func(f rule.View) bool { return slices.Contains(f.Clauses, d.Clause) || f.Clause == d.Clause }) {
		return nil, fault.New(fault.Invalid, "recommend.no_clause", d.Clause).In("clause")
	}
	s.Clause = d.Clause
	if err := d.end(ctx, tx, s, Rejected); err != nil {
		return nil, err
	}
	if err := apply.FreePlaces(ctx, tx, a.ID, room); err != nil {
		return nil, err
	}
	if err := apply.Release(ctx, tx, a.ID); err != nil {
		return nil, err
	}
	if err := inform(ctx, tx, a, inbox.Notice{Key: "recommend.notice.rejected", Args: []any{a.Name, s.AuthorityName, s.Reason}},
		fmt.Sprintf("recommend.rejected:%s:%d", s.ID, s.Version)); err != nil {
		return nil, err
	}
	return s, tx.RecordUnder(ctx, s.Clause, "recommend.reject", s.subject(), map[string]any{"application": s.Application, "version": s.Version, "reason": s.Reason})
}
