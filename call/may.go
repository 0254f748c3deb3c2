package call

import (
	"context"

	"shenbao/actor"
	"shenbao/internal/db"
)

// MayEdit reports whether by may draft, publish and attach to the call, and
// propose an extension of it.
func MayEdit(ctx context.Context, r db.Reader, by db.By, c *Call) bool {
	return may(ctx, r, by, actor.ActPublishCall, c) == nil
}

// MayApprove reports whether by may approve an extension of the call.
func MayApprove(ctx context.Context, r db.Reader, by db.By, c *Call) bool {
	return may(ctx, r, by, actor.ActApproveExtension, c) == nil
}
