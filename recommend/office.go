package recommend

import (
	"shenbao/apply"
)

// An Office is what the acts of this room need beside the database: that of the
// room before.
type Office struct{ *apply.Office }
