package apply

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
)

// Refill (重新带入) takes what the host's profile and the registers know today into
// a section of the form. What somebody typed stays. It is no act: nothing was
// submitted.
func Refill(ctx context.Context, tx *db.Tx, o *Office, section string, id ID) error {
	a, _, err := findFor(ctx, tx, id, actor.ActEditApplication)
	if err != nil {
		return err
	}
	if err := a.editable(); err != nil {
		return err
	}
	fm, err := o.formOf(ctx, tx, a)
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
	p, err := registry.ProfileOf(ctx, tx, a.Unit)
	if err != nil {
		return err
	}
	return o.fill(ctx, tx, a, fm, filling{profile: p, section: section, over: true})
}
