package recommend

import (
	"context"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/textindex"
)

// List returns the steps that fell to the reader's authority, narrowed and
// sorted.
func List(ctx context.Context, r db.Reader, by db.By, f Filter) (*Queue, error) {
	if f.Limit <= 0 {
		f.Limit = 100
	}
	f.Limit = min(f.Limit, 500)
	k, err := askingFor(ctx, r, by, f)
	if err != nil {
		return nil, err
	}
	q := &Queue{Entries: []QueueEntry{}}
	entries, err := queue(ctx, r, k)
	if err != nil {
		return nil, err
	}
	q.Entries = append(q.Entries, entries...)
	if len(entries) > f.Limit {
		q.Entries = q.Entries[:f.Limit]
		q.Next = q.Entries[f.Limit-1].place
	}
	q.Counts, err = counts(ctx, r, k)
	return q, err
}

// askingFor asks whether by may see the queue, and how far.
func askingFor(ctx context.Context, r db.Reader, by db.By, f Filter) (asking, error) {
	f.Text, f.now = textindex.Fold(f.Text), r.At()
	if err := actor.May(ctx, r, by, actor.ActViewQueue, actor.UnitID(by.Unit)); err != nil {
		return asking{}, err
	}
	scope, _, err := actor.Holding(ctx, r, by)
	return asking{by: by, scope: scope, f: f}, err
}

// Next returns the step that follows the place of another in a queue, and the
// one before it; "" where there is none: for going through an evening's work by
// keyboard. The other need not be in the queue any more: that it was looked at
// or decided leaves its place.
func Next(ctx context.Context, r db.Reader, by db.By, f Filter, at StepID) (before, next StepID, err error) {
	k, err := askingFor(ctx, r, by, f)
	if err != nil {
		return "", "", err
	}
	k.f.Limit = 0 // and one more
	if k.f.After, err = placeOf(ctx, r, k, at); err != nil || k.f.After == "" {
		return "", "", err
	}
	for _, one := range []struct {
		back bool
		to   *StepID
	}{{true, &before}, {false, &next}} {
		k.back = one.back
		found, err := queue(ctx, r, k)
		if err != nil {
			return "", "", err
		}
		if len(found) > 0 {
			*one.to = found[0].ID
		}
	}
	return before, next, nil
}

// CallsOf returns the calls under which something fell to the reader's authority,
// the newest first.
func CallsOf(ctx context.Context, r db.Reader, by db.By) ([]*call.Call, error) {
	k, err := askingFor(ctx, r, by, Filter{})
	if err != nil {
		return nil, err
	}
	ids, err := callsOf(ctx, r, k)
	if err != nil {
		return nil, err
	}
	var out []*call.Call
	for _, id := range ids {
		c, err := call.Find(ctx, r, by, id)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}
