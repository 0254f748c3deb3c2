package call

import (
	"context"
	"encoding/json"
	"slices"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
	"shenbao/programme"
)

// Resumed is what somebody typed some time ago, under the call as it is now.
type Resumed struct {
	Call    *Call    `json:"call"`            // the newest amendment of the call it was typed for
	Typed   ID       `json:"typed"`           // the call it was typed for
	Facts   []byte   `json:"-"`               // that the newest version asks for
	Dropped []string `json:"dropped"`         // facts that it does not ask for any more, or not in this form
	Result  *Checked `json:"result"`          // under the newest version
	Before  *Checked `json:"-"`               // under the version it was typed for
	Changes []Change `json:"changes"`         // between them; none when the call was not amended
	Ended   bool     `json:"ended,omitempty"` // the call was withdrawn
}

// Resume (接着填) returns what was kept under a token, and answers it again: under
// the newest amendment of the call when it was amended since, with what that
// changes.
func Resume(ctx context.Context, r db.Reader, shelf *Shelf, token, lang string) (*Resumed, error) {
	k, err := findKept(ctx, r, secret.Hash(token))
	if err != nil {
		return nil, err
	}
	before, err := find(ctx, r, k.call)
	if err != nil {
		return nil, err
	}
	now, err := newest(ctx, r, before)
	if err != nil {
		return nil, err
	}
	old, err := shelf.Package(ctx, r, k.hash)
	if err != nil {
		return nil, err
	}
	p, err := shelf.Package(ctx, r, now.Hash)
	if err != nil {
		return nil, err
	}
	now.hideProposals()
	out := &Resumed{Call: now, Typed: before.ID, Changes: []Change{}, Ended: now.State == Withdrawn}
	if out.Before, err = Check(old, []byte(k.facts), lang); err != nil {
		return nil, err
	}
	if out.Facts, out.Dropped, out.Result, err = checkAgain(p, []byte(k.facts), lang); err != nil {
		return nil, err
	}
	if now.ID != before.ID {
		out.Changes = append(windowChanges(before, now), changes(out.Before, out.Result)...)
	}
	return out, nil
}

// Newest returns the call that is in force in the place of a published one: the
// last of its amendments, or itself. It comes without the files of its notice:
// who acts on a call asks for its times.
func Newest(ctx context.Context, r db.Reader, id ID) (*Call, error) {
	c, err := findTimes(ctx, r, id)
	if err == nil && !c.public() {
		err = fault.New(fault.Missing, "call.missing")
	}
	if err != nil {
		return nil, err
	}
	c, err = newest(ctx, r, c)
	if err == nil {
		c.hideProposals()
	}
	return c, err
}

// newest follows the amendments of a call.
func newest(ctx context.Context, r db.Reader, c *Call) (*Call, error) {
	const amendments = 100
	for range amendments {
		if c.ReplacedBy == "" {
			return c, nil
		}
		next, err := findTimes(ctx, r, c.ReplacedBy)
		if err != nil {
			return nil, err
		}
		c = next
	}
	return c, nil
}

// checkAgain answers facts that were typed for another version of a package:
// those that this version does not know, or wants in another form, are left
// out and named.
func checkAgain(p *programme.Package, facts []byte, lang string) ([]byte, []string, *Checked, error) {
	result, err := Check(p, facts, lang)
	dropped := []string{}
	for try := 0; err != nil && try < 3; try++ {
		root := object(facts)
		for _, f := range fault.All(err) {
			if f.Kind == fault.Internal || f.Field == "" {
				return nil, nil, nil, err
			}
			dropped = append(dropped, drop(root, f.Field))
		}
		if facts, err = json.Marshal(root); err != nil {
			return nil, nil, nil, err
		}
		result, err = Check(p, facts, lang)
	}
	slices.Sort(dropped)
	return facts, slices.Compact(dropped), result, err
}
