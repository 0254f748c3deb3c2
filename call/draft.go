package call

import (
	"context"

	"shenbao/actor"
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
// a package. Amends names the published call that it is to take the place of.
func Draft(ctx context.Context, tx *db.Tx, v Version, amends ID) (*Call, error) {
	p := v.Package
	on := actor.On{Unit: actor.UnitID(tx.By.Unit), Issuer: actor.UnitID(tx.By.Unit), Programme: p.ID}
	if err := actor.MayOn(ctx, tx, tx.By, actor.ActDraftCall, on); err != nil {
		return nil, err
	}
	if len(p.Members) > 0 {
		return nil, fault.New(fault.Invalid, "call.guide", p.Title).In("package")
	}
	issuer, err := actor.FindUnit(ctx, tx, on.Issuer)
	if err != nil {
		return nil, err
	}
	c := &Call{ID: ID(db.NewID()), Package: p.ID, Hash: p.Hash, Title: p.Call.Document.Title, Number: p.Call.Document.Number,
		Issuer: issuer.ID, IssuerName: issuer.Name, Place: issuer.Place, Mode: string(p.Call.Mode), Year: int64(p.Year),
		State: Drafted, Amends: amends, Drafted: tx.Now, Windows: windowsOf(p)}
	if c.Title == "" || p.Title != "" {
		c.Title = p.Title
	}
	c.span()
	if amends != "" {
		old, err := find(ctx, tx, amends)
		if err != nil {
			return nil, err
		}
		if old.State != Published || old.Issuer != c.Issuer {
			return nil, fault.New(fault.Conflict, "call.not_published", fault.Key("call.state."+string(old.State)))
		}
	}
	if err := keepPackage(ctx, tx, p.Hash, p.ID, v.Archive); err != nil {
		return nil, err
	}
	fields := fieldsOf(p)
	if err := insert(ctx, tx, c, fields, wordsFor(c, p, fields)); err != nil {
		return nil, err
	}
	return c, tx.Record(ctx, "call.draft", "call:"+string(c.ID), map[string]any{"package": p.ID, "hash": p.Hash, "amends": amends})
}

// fieldsOf are the options of the fact by which a package asks for the field of
// an application: the one that its first clauses of scope stand on.
func fieldsOf(p *programme.Package) []Field {
	var out []Field
	for _, s := range p.Form.Sections {
		for _, f := range s.Facts {
			if f.ID != "direction" && f.ID != "field" && f.ID != "domain" {
				continue
			}
			for _, o := range f.Options {
				if o.Code != "other" {
					out = append(out, Field{o.Code, o.Name})
				}
			}
			return out
		}
	}
	return out
}

// wordsFor are the words under which a call is found: its titles, its issuers,
// its fields and what its clauses say.
func wordsFor(c *Call, p *programme.Package, fields []Field) []string {
	texts := []string{c.Title, c.Number, c.IssuerName, p.Call.Document.Title, p.Call.Document.Issuer, p.Region}
	for _, f := range fields {
		texts = append(texts, f.Name)
	}
	for _, cl := range p.Clauses {
		texts = append(texts, cl.Prose)
	}
	return wordsOf(texts...)
}
