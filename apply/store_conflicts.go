package apply

import (
	"cmp"
	"context"
	"slices"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/registry"
	"shenbao/rule"
	"shenbao/similar"
)

// Conflicts (冲突) are what of a form another application under way has too, or a
// register speaks against, for a reader who found the form's own (see [Sight]).
// With whom it is they learn of those applications that they may see as well: an
// authority above both hosts, an officer of the programme of both. Everybody else
// learns that there is one and what of this form it touches, whoever has it and
// however many they are.
func (o *Office) Conflicts(ctx context.Context, r db.Reader, by db.By, fm *Form) ([]Clash, error) {
	s, err := o.surroundings(ctx, r, fm)
	if err != nil {
		return nil, err
	}
	d := &disclosure{ctx: ctx, r: r, by: by, known: map[ID]*Other{}}
	out := []Clash{}
	for _, c := range s.conflicts() {
		found, err := d.tell(c, s)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

// surroundings looks up what others and the registers say of what is in a form.
// How much it reads depends on the form, not on how many applications there are.
func (o *Office) surroundings(ctx context.Context, r db.Reader, fm *Form) (*surroundings, error) {
	today := r.At().In(clock.Zone)
	s := &surroundings{fm: fm}
	s.day, _ = rule.ParseDay(today.Format(time.DateOnly)) // in the form that it reads
	var err error
	if s.registers, err = registry.Registers(ctx, r, s.day); err != nil {
		return nil, err
	}
	if s.host, err = actor.FindUnit(ctx, r, fm.Of.Unit); err != nil {
		return nil, err
	}
	s.keys = fm.keys(s.host, yearOf(r))
	if s.held, err = held(ctx, r, fm.Of.ID, s.keys); err != nil {
		return nil, err
	}
	if name := fm.platformFact(); name != nil && fm.text(name.Code) != "" {
		shards, err := o.names.read(ctx, r)
		if err != nil {
			return nil, err
		}
		s.near = nearest(shards, fm.text(name.Code), fm.Of.ID)
	}
	return s, nil
}

// perShard is how many near names of a shard are looked at.
const perShard = 100

// nearest are the names of live applications that are near one, but for that of
// self: the nearest first.
func nearest(shards []*nameShard, name string, self ID) (out []nearName) {
	var found [perShard]similar.Match
	for _, s := range shards {
		other := func(row int) bool { return s.names[row].application != self }
		for _, m := range s.index.Search(found[:0], name, similar.Search{Most: perShard, Least: programme.NearFrom, Keep: other}) {
			out = append(out, nearName{s.names[m.Row], m.Permille})
		}
	}
	slices.SortFunc(out, func(a, b nearName) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.application, b.application))
	})
	return out
}

// A disclosure finds out which other applications a reader may see.
type disclosure struct {
	ctx   context.Context
	r     db.Reader
	by    db.By
	known map[ID]*Other // nil for one that they may not see
}

// tell is a conflict as the reader may know it. What is there for those alone who
// know the other side, is left out for others.
func (d *disclosure) tell(c Clash, s *surroundings) ([]Clash, error) {
	if c.Kind == NameKind && c.Score == 0 {
		return d.names(c, s)
	}
	found, err := holders(d.ctx, d.r, s.fm.Of.ID, c.keys)
	if err != nil {
		return nil, err
	}
	seen := map[ID]bool{}
	for _, h := range found {
		other, err := d.other(h.application)
		if err != nil {
			return nil, err
		}
		if other != nil && !seen[h.application] {
			seen[h.application] = true
			one := *other
			one.Theirs = h.shown
			c.Others = append(c.Others, one)
		}
	}
	if c.Kind == DirectionKind && len(c.Others) == 0 {
		return nil, nil // the direction is nobody's own
	}
	return []Clash{c}, nil
}

// names tells the nearest names apart for those who may know them; the others
// remain one conflict.
func (d *disclosure) names(c Clash, s *surroundings) (out []Clash, err error) {
	rest := c
	rest.names, rest.Blocks = nil, false
	for _, n := range c.names {
		var other *Other
		if len(out) < shownNames {
			if other, err = d.other(n.application); err != nil {
				return nil, err
			}
		}
		if other == nil {
			rest.names, rest.Blocks = append(rest.names, n), rest.Blocks || s.takes(n)
			continue
		}
		one := c
		one.Blocks = s.takes(n)
		one.Sure, one.Score, one.Reasons = one.Blocks, n.score, similar.Name(c.Mine, n.name).Reasons
		one.Others = []Other{{Application: n.application, Unit: other.Unit, Name: n.name, Theirs: n.name}}
		out = append(out, one)
	}
	if rest.Sure = rest.Blocks; len(rest.names) > 0 {
		out = append(out, rest)
	}
	return out, nil
}

// maxAsked is of how many other applications it is asked whether the reader may
// see them.
const maxAsked = 200

// other is an application for a reader who may see it, else nil.
func (d *disclosure) other(id ID) (*Other, error) {
	if o, ok := d.known[id]; ok || len(d.known) == maxAsked {
		return o, nil
	}
	d.known[id] = nil
	a, err := find(d.ctx, d.r, id)
	if err != nil {
		return nil, err
	}
	c, err := call.Newest(d.ctx, d.r, a.Call)
	if err != nil {
		return nil, err
	}
	switch err := may(d.ctx, d.r, d.by, actor.ActViewSubmitted, a, c); {
	case err == nil:
		d.known[id] = &Other{Application: a.ID, Unit: a.UnitName, Name: a.Name}
	case fault.Of(err).Kind == fault.Internal:
		return nil, err
	}
	return d.known[id], nil
}
