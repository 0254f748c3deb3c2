// Package journal is planted.
package journal

import "shenbao/actor"

var _ actor.ID
