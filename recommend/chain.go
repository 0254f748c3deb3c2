package recommend

import (
	"context"
	"slices"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/programme"
	"shenbao/rule"
)

// Chain returns the steps of an application that the reader found (see [Sight]);
// the authorities of the chain see each other's, the applicant sees all but
// remarks that are the offices' own.
func Chain(ctx context.Context, r db.Reader, by db.By, of *apply.Sight) ([]*Step, error) {
	all, err := steps(ctx, r, of.ID)
	if err != nil || slices.ContainsFunc(all, func(s *Step) bool { return string(s.Authority) == by.Unit }) {
		return all, err
	}
	for _, s := range all {
		if s.Assignee = ""; s.State != Returned && s.State != Rejected {
			s.Reason = ""
		}
	}
	return all, nil
}

// room is what stages and quotas of a package call this room.
const room = "recommend"

// chain lays out the steps of an application from the package: every stage that
// an authority acts in, with the authority that it falls to. None is passed over
// but one that is for others, by what the application says: the step of a level
// that the host has no authority of is with the one above, at last with the issuer
// of the call. The last name of the chain receives what was recommended.
func (o *Office) chain(ctx context.Context, r db.Reader, a *apply.Application, c *call.Call) ([]*Step, error) {
	p, err := o.Shelf.Package(ctx, r, a.Hash)
	if err != nil || p.Call.Recommend == nil {
		return nil, err
	}
	passes, err := passed(ctx, r, a, p)
	if err != nil {
		return nil, err
	}
	host, err := actor.FindUnit(ctx, r, a.Unit)
	if err != nil {
		return nil, err
	}
	issuer, err := actor.FindUnit(ctx, r, c.Issuer)
	if err != nil {
		return nil, err
	}
	l := &line{ctx: ctx, r: r, by: string(p.Call.Recommend.By), host: host}
	var steps []*Step
	for _, s := range p.Call.Stages {
		if !inChain(s) || !passes(s) {
			continue
		}
		u, err := l.authority(s.Who)
		if err != nil {
			return nil, err
		}
		if u == nil {
			u = issuer
		}
		steps = append(steps, stepOf(a, c, u, s))
	}
	if names := p.Call.Recommend.Chain; len(names) > 1 {
		u, err := l.end(names[len(names)-1], issuer)
		if err != nil {
			return nil, err
		}
		if len(steps) == 0 || steps[len(steps)-1].Authority != u.ID {
			steps = append(steps, &Step{Application: a.ID, Kind: Receives, Authority: u.ID, AuthorityName: u.Name, Call: c.ID, State: Waiting, revision: fresh})
		}
	}
	for i, s := range steps {
		s.ID, s.Position = StepID(db.NewID()), int64(i+1)
	}
	return steps, nil
}

// passed tells which stages an application goes through, by what the version that
// stands says; what is not known keeps none away.
func passed(ctx context.Context, r db.Reader, a *apply.Application, p *programme.Package) (func(*programme.Stage) bool, error) {
	if !slices.ContainsFunc(p.Call.Stages, func(s *programme.Stage) bool { return s.When != "" }) {
		return func(*programme.Stage) bool { return true }, nil
	}
	_, v, err := apply.Get(ctx, r, a.ID)
	if err != nil {
		return nil, err
	}
	facts, err := v.ReadFacts(p)
	return func(s *programme.Stage) bool { return p.Passes(s, facts) != rule.Unmet }, err
}

// inChain reports whether a stage is one in which an authority over the host
// acts; who takes note does so beside the chain: see filings.
func inChain(s *programme.Stage) bool {
	return s.Room == room && slices.Contains([]programme.Act{"check", "recommend"}, s.Act) && !slices.Contains(s.Outcomes, "filed") &&
		(s.Who == "authority" || slices.Contains(levels, string(s.Who)))
}

// stepOf is a step of a stage at an authority.
func stepOf(a *apply.Application, c *call.Call, u *actor.Unit, s *programme.Stage) *Step {
	return &Step{Application: a.ID, Kind: Kind(s.Act), Stage: s.ID, Name: s.Name, Authority: u.ID, AuthorityName: u.Name, Call: c.ID, State: Waiting, revision: fresh}
}

// A line finds the authorities over a host.
type line struct {
	ctx  context.Context
	r    db.Reader
	by   string // as the package says: place, administrative line, place or administrative line
	host *actor.Unit
}

// levels are those of the places, from below.
var levels = []string{actor.District, actor.City, actor.Province}

// authority is who acts for the host as who says: the authority of that level
// over its place, or of the next one above that there is; nil when there is none.
func (l *line) authority(who programme.Who) (*actor.Unit, error) {
	if who == "authority" {
		return l.nearest()
	}
	if i := slices.Index(levels, string(who)); i >= 0 {
		return l.over(l.host.Place, levels[i:])
	}
	return nil, nil
}

// over is the first authority over a place, of some levels.
func (l *line) over(place string, levels []string) (*actor.Unit, error) {
	for _, level := range levels {
		if u, err := actor.AuthorityAt(l.ctx, l.r, level, place); u != nil || err != nil {
			return u, err
		}
	}
	return nil, nil
}

// nearest is the authority right over the host: of its place where the package
// goes by place alone, else along its administrative line.
func (l *line) nearest() (*actor.Unit, error) {
	if l.by == "place" {
		return l.over(l.host.Place, levels)
	}
	if l.host.Parent == "" {
		return nil, nil
	}
	return actor.FindUnit(l.ctx, l.r, l.host.Parent)
}

// end is who receives at the end of the chain: the authority of that level over
// the place that issued the call, wherever the host lies, or over that of the host
// when the call is issued from further above; else the issuer.
func (l *line) end(who programme.Who, issuer *actor.Unit) (*actor.Unit, error) {
	for _, place := range []string{issuer.Place, l.host.Place} {
		if u, err := l.over(place, []string{string(who)}); u != nil || err != nil {
			return u, err
		}
	}
	return issuer, nil
}

// filings are the steps in which the authorities of the other units of an
// application take note; an authority that is in the chain already is not asked.
func (o *Office) filings(ctx context.Context, r db.Reader, a *apply.Application, c *call.Call, chain []*Step) ([]*Step, error) {
	p, err := o.Shelf.Package(ctx, r, a.Hash)
	if err != nil || p.Call.Recommend == nil || !p.Call.Recommend.Filing {
		return nil, err
	}
	i := slices.IndexFunc(p.Call.Stages, func(s *programme.Stage) bool { return s.Room == room && slices.Contains(s.Outcomes, "filed") })
	if i < 0 {
		return nil, nil
	}
	partners, err := apply.PartnersOf(ctx, r, a.ID)
	if err != nil {
		return nil, err
	}
	asked := map[actor.UnitID]bool{}
	for _, s := range chain {
		asked[s.Authority] = true
	}
	var out []*Step
	for _, partner := range partners {
		u, err := actor.FindUnit(ctx, r, partner.Unit)
		if err != nil {
			return nil, err
		}
		if u.Parent == "" || asked[u.Parent] {
			continue
		}
		over, err := actor.FindUnit(ctx, r, u.Parent)
		if err != nil {
			return nil, err
		}
		asked[over.ID] = true
		s := stepOf(a, c, over, p.Call.Stages[i])
		s.ID, s.Kind, s.Position = StepID(db.NewID()), Files, int64(100+i)
		out = append(out, s)
	}
	return out, nil
}
