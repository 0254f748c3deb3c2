package apply

import (
	"context"

	"shenbao/internal/db"
)

const placeColumns = `quota, place, most, hard, room, holder, application, taken`

func scanPlace(row db.Scanner) (*Place, error) {
	p := &Place{}
	return p, row.Scan(&p.Quota, &p.Place, &p.Most, &p.Hard, &p.Room, &p.Holder, &p.Application, db.Into(&p.Taken))
}

// holdsPlace reports whether the holder has a place of a quota already.
func holdsPlace(ctx context.Context, tx *db.Tx, p Place) (bool, error) {
	var n int64
	err := tx.QueryRow(ctx, `SELECT COUNT(*) FROM application_places WHERE quota = $1 AND application = $2 AND holder = $3`, p.Quota, p.Application, p.Holder).Scan(&n)
	return n > 0, err
}

// takePlace takes a numbered place unless somebody has it. Where somebody has
// not decided, it waits until they have.
func takePlace(ctx context.Context, tx *db.Tx, p Place) (bool, error) {
	n, err := tx.Exec(ctx, `INSERT INTO application_places (`+placeColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (quota, place) DO NOTHING`,
		p.Quota, p.Place, p.Most, p.Hard, p.Room, p.Holder, p.Application, db.Time(tx.Now))
	return n > 0, err
}

// placesOf returns the places of a quota that are taken.
func placesOf(ctx context.Context, r db.Reader, key string) ([]*Place, error) {
	return db.All(ctx, r, scanPlace, `SELECT `+placeColumns+` FROM application_places WHERE quota = $1 ORDER BY place`, key)
}

// freePlaces gives back what an application took in a room.
func freePlaces(ctx context.Context, tx *db.Tx, id ID, room string) error {
	_, err := tx.Exec(ctx, `DELETE FROM application_places WHERE application = $1 AND room = $2`, id, room)
	return err
}

// Places returns every place that is taken, in the order of their quotas,
// whoever asks: for those who count again.
func Places(ctx context.Context, r db.Reader) ([]*Place, error) {
	return db.All(ctx, r, scanPlace, `SELECT `+placeColumns+` FROM application_places ORDER BY quota, place`)
}

// Holders returns the applications that stand as submitted, or are being mended:
// those that hold places in this room, whoever asks.
func Holders(ctx context.Context, r db.Reader) ([]*Application, error) {
	return db.All(ctx, r, scanApplication, `SELECT `+applicationColumns+` FROM applications WHERE state IN ('submitted', 'returned') ORDER BY id`)
}
