package recommend

import (
	"context"
	"slices"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
)

// A SummaryEntry is a line of the list of tables.
type SummaryEntry struct {
	*Table
	Received bool `json:"received"` // it was handed up to the reader's unit
}

// Summaries are the tables that concern an authority, and those that it may
// begin.
type Summaries struct {
	Tables []SummaryEntry `json:"tables"`
	Begin  []HandIn       `json:"begin,omitempty"` // early hand-ins of open calls, which the authority keeps by hand
}

// A HandIn is a table that a call asks for at a stage.
type HandIn struct {
	Call      call.ID `json:"call"`
	CallTitle string  `json:"call_title"`
	Stage     string  `json:"stage"`
	Purpose   string  `json:"purpose"`
}

// ListSummaries returns the tables of the reader's authority, and those that were
// handed up to it, by call, the newest first.
func ListSummaries(ctx context.Context, r db.Reader, o *Office, by db.By) (*Summaries, error) {
	unit := actor.UnitID(by.Unit)
	if err := actor.May(ctx, r, by, actor.ActViewQueue, unit); err != nil {
		return nil, err
	}
	lists, err := listsOf(ctx, r, unit)
	if err != nil {
		return nil, err
	}
	out := &Summaries{Tables: []SummaryEntry{}}
	for _, l := range lists {
		t, err := o.view(ctx, r, l)
		if err != nil {
			return nil, err
		}
		if t.seen(ctx, r, by) != nil {
			continue // of another programme than the reader's
		}
		out.Tables = append(out.Tables, SummaryEntry{t, l.Authority != unit})
	}
	slices.SortStableFunc(out.Tables, func(a, b SummaryEntry) int { return b.of.Published.Compare(a.of.Published) })
	if actor.May(ctx, r, by, actor.ActEditTable, unit) == nil {
		out.Begin, err = o.handIns(ctx, r, unit, out.Tables)
	}
	return out, err
}

// handIns are the early hand-ins of the calls that are not over, of which the
// authority has no open table.
func (o *Office) handIns(ctx context.Context, r db.Reader, unit actor.UnitID, have []SummaryEntry) ([]HandIn, error) {
	u, err := actor.FindUnit(ctx, r, unit)
	if err != nil {
		return nil, err
	}
	calls, err := call.List(ctx, r, call.Filter{Phase: call.Current, Limit: maxCalls, Whole: true})
	if err != nil {
		return nil, err
	}
	var out []HandIn
	for _, c := range calls {
		p, err := o.Shelf.Package(ctx, r, c.Hash)
		if err != nil {
			return nil, err
		}
		t := tableOf(p)
		if t == nil || !keeps(c, u) {
			continue
		}
		for _, stage := range t.Stage {
			if stage == finalStage(t) || slices.ContainsFunc(have, func(e SummaryEntry) bool {
				return !e.Received && e.of.ID == c.ID && e.Stage == stage && e.State == SummaryOpen
			}) {
				continue
			}
			w, _ := c.Stage(stage)
			out = append(out, HandIn{c.ID, c.Title, stage, w.Name})
		}
	}
	return out, nil
}

// maxCalls is for how many calls early hand-ins are offered.
const maxCalls = 50
