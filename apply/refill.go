package apply

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
)

// Refill (重新带入) takes what the host's profile and the registers know today into
// a section of the form. What somebody typed stays. It is no act: nothing was
// submitted.
func Refill(ctx context.Context, tx *db.Tx, o *Office, section string, id ID) error {
	fm, err := o.hosting(ctx, tx, id)
	if err != nil {
		return err
	}
	known := false
	for _, s := range fm.Package.Form.Sections {
		known = known || s.ID == section
	}
	if !known {
		return fault.New(fault.Missing, "apply.no_section", section)
	}
	p, err := registry.ProfileOf(ctx, tx, fm.Of.Unit)
	if err != nil {
		return err
	}
	return fm.fill(ctx, tx, filling{profile: p, section: section, over: true})
}
