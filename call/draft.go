package call

import (
	"context"
	"fmt"

	"shenbao/actor"
	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
)

// A Version is a package as a call is pinned to it: read, and as a whole copy
// ([programme.Library.Archive]).
type Version struct {
	Package *programme.Package
	Archive []byte
}

// Draft (拟稿) begins a call of the unit that tx.By acts for, from a version of
// a package. Amends names the published call that it is to take the place of;
// what was filled in or extended there is carried over.
func Draft(ctx context.Context, tx *db.Tx, v Version, amends ID) (*Call, error) {
	p := v.Package
	on := actor.On{Unit: actor.UnitID(tx.By.Unit), Issuer: actor.UnitID(tx.By.Unit), Programme: p.ID}
	if err := actor.MayOn(ctx, tx, tx.By, actor.ActDraftCall, on); err != nil {
		return nil, err
	}
	issuer, err := actor.FindUnit(ctx, tx, on.Issuer)
	if err != nil {
		return nil, err
	}
	if err := v.check(issuer); err != nil {
		return nil, err
	}
	c := callOf(p, issuer)
	c.ID, c.Amends, c.Drafted = ID(db.NewID()), amends, tx.Now
	if amends != "" {
		old, err := find(ctx, tx, amends)
		if err != nil {
			return nil, err
		}
		if err := old.is(Published); err != nil {
			return nil, err
		}
		if old.Issuer != c.Issuer {
			return nil, fault.New(fault.Missing, "call.missing")
		}
		c.carry(old)
	}
	if err := keepPackage(ctx, tx, v); err != nil {
		return nil, err
	}
	if err := insert(ctx, tx, c, callSearch(c)); err != nil {
		return nil, err
	}
	return c, tx.Record(ctx, "call.draft", c.subject(), map[string]any{"package": p.ID, "hash": p.Hash, "amends": amends})
}

// check asks that the version can become a call of the issuer, and that the
// copy is one of the package.
func (v Version) check(issuer *actor.Unit) error {
	p := v.Package
	switch {
	case len(p.Members) > 0:
		return fault.New(fault.Invalid, "call.guide", p.Title).In("package")
	case p.Call.Mode == "plan" || p.Program == nil:
		return fault.New(fault.Invalid, "call.no_call", p.Title).In("package")
	case p.Status == "retired":
		return fault.New(fault.Refused, "call.retired", p.Title).In("package")
	case !chinacode.Within(p.Region, issuer.Place) && !chinacode.Within(issuer.Place, p.Region):
		return fault.New(fault.Refused, "call.region", p.Title, chinacode.PlaceName(p.Region), chinacode.PlaceName(issuer.Place)).In("package")
	}
	copied, err := programme.OpenArchive(v.Archive, p.ID)
	if err != nil {
		return err
	}
	if copied.Hash != p.Hash {
		return fmt.Errorf("draft a call: the copy of %s is version %s, not %s", p.ID, copied.Hash, p.Hash)
	}
	return nil
}

// callOf is a draft as the package has it.
func callOf(p *programme.Package, issuer *actor.Unit) *Call {
	c := &Call{Package: p.ID, Hash: p.Hash, Title: p.Title, Number: p.Call.Document.Number, Issuer: issuer.ID, IssuerName: issuer.Name,
		Place: issuer.Place, Mode: string(p.Call.Mode), Year: int64(p.Year), State: Drafted, Windows: windowsOf(p)}
	c.span()
	return c
}
