package apply

import "shenbao/internal/db"

// Submit submits.
func Submit(tx *db.Tx) {}

// TakeBack withdraws.
func TakeBack(tx *db.Tx) {}
