package apply

import (
	"context"

	"shenbao/internal/db"
)

// FreePlaces (释放名额) gives back the places that an application took in a room.
func FreePlaces(ctx context.Context, tx *db.Tx, id ID, room string) error {
	return freePlaces(ctx, tx, id, room)
}
