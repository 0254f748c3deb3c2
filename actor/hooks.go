package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/hook"
)

// Hooks (单位的消息推送) are the acts on a unit's webhooks: its administrator's,
// never a program's own.
type Hooks struct{ hook.Keeper }

// may asks whether by looks after the webhooks of their unit.
func (Hooks) may(ctx context.Context, r db.Reader, by db.By) error {
	return May(ctx, r, by, ActManageHooks, UnitID(by.Unit))
}

// List returns the webhooks of the reader's unit.
func (h Hooks) List(ctx context.Context, r db.Reader, by db.By) ([]*hook.Hook, error) {
	if err := h.may(ctx, r, by); err != nil {
		return nil, err
	}
	return hook.List(ctx, r, by.Unit)
}

// Add makes a webhook of the author's unit and returns its secret, which is not
// shown again.
func (h Hooks) Add(ctx context.Context, tx *db.Tx, n hook.New) (*hook.Hook, string, error) {
	if err := h.may(ctx, tx, tx.By); err != nil {
		return nil, "", err
	}
	n.Unit = tx.By.Unit
	return h.Keeper.Add(ctx, tx, n)
}

// Turn turns a webhook of the author's unit on or off, or removes it.
func (h Hooks) Turn(ctx context.Context, tx *db.Tx, id string, to hook.State) (*hook.Hook, error) {
	if err := h.may(ctx, tx, tx.By); err != nil {
		return nil, err
	}
	return h.Keeper.Turn(ctx, tx, tx.By.Unit, id, to)
}

// Try sends a test to a webhook of the author's unit.
func (h Hooks) Try(ctx context.Context, tx *db.Tx, id string) (*hook.Hook, error) {
	if err := h.may(ctx, tx, tx.By); err != nil {
		return nil, err
	}
	return h.Keeper.Try(ctx, tx, tx.By.Unit, id)
}
