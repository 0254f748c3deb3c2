package recommend

import (
	"context"
	"strings"

	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// VerifyPlaces (核对限额) counts the places of quotas again, and returns how many
// there are and what is wrong: a place above the limit, one that is held for
// nothing, and an application that stands without one. It is invariant I4 of
// verify-data.
func VerifyPlaces(ctx context.Context, r db.Reader) (int64, []*fault.Fault, error) {
	places, err := apply.Places(ctx, r)
	if err != nil {
		return 0, nil, err
	}
	v := &verifying{ctx: ctx, r: r, office: &apply.Office{Shelf: &call.Shelf{}}, held: map[string][]string{}, live: map[string]bool{}}
	for _, p := range places {
		v.held[p.Room+string(p.Application)] = append(v.held[p.Room+string(p.Application)], p.Quota)
	}
	if err := v.submitted(); err != nil {
		return 0, nil, err
	}
	if err := v.recommended(); err != nil {
		return 0, nil, err
	}
	for _, p := range places {
		name, _, _ := strings.Cut(p.Quota, "|")
		if p.Hard && p.Place > p.Most || p.Place < 1 {
			v.faults = append(v.faults, fault.New(fault.Refused, "recommend.verify.over", name, p.Place, p.Most, string(p.Application)))
		}
		if !v.live[p.Room+string(p.Application)] {
			v.faults = append(v.faults, fault.New(fault.Refused, "recommend.verify.idle", name, p.Place, string(p.Application)))
		}
	}
	return int64(len(places)), v.faults, nil
}

// verifying is a count while it is made.
type verifying struct {
	ctx    context.Context
	r      db.Reader
	office *apply.Office
	held   map[string][]string // keys of places by room and application
	live   map[string]bool     // room and application: it stands
	faults []*fault.Fault
}

// submitted counts what was submitted.
func (v *verifying) submitted() error {
	all, err := apply.Holders(v.ctx, v.r)
	if err != nil {
		return err
	}
	for _, a := range all {
		if err := v.count("apply", a.ID, nil); err != nil {
			return err
		}
	}
	return nil
}

// recommended counts what was recommended.
func (v *verifying) recommended() error {
	all, err := recommendations(v.ctx, v.r)
	if err != nil {
		return err
	}
	for _, s := range all {
		if err := v.count(room, s.Application, s); err != nil {
			return err
		}
	}
	return nil
}

// count asks that an application has the places that it needs in a room, those of
// recommendations in a step.
func (v *verifying) count(in string, id apply.ID, s *Step) error {
	v.live[in+string(id)] = true
	a, version, err := apply.Get(v.ctx, v.r, id)
	if err != nil || version == nil {
		return err
	}
	claim, err := v.office.Claim(v.ctx, v.r, a, version)
	if err != nil {
		return err
	}
	if claim.Room = in; s != nil {
		claim.Authority = s.Authority
		if claim.Letters, err = lettersOver(v.ctx, v.r, s); err != nil {
			return err
		}
	}
	keys, err := claim.Keys()
	if f := fault.Of(err); err != nil && f.Kind != fault.Internal {
		return nil // it cannot be told: it was refused, or its unit moved since
	} else if err != nil {
		return err
	}
	for _, key := range keys {
		found := false
		for _, one := range v.held[in+string(id)] {
			found = found || strings.HasPrefix(one, key)
		}
		if !found {
			name, _, _ := strings.Cut(key, "|")
			v.faults = append(v.faults, fault.New(fault.Refused, "recommend.verify.without", name, string(id)))
		}
	}
	return nil
}
