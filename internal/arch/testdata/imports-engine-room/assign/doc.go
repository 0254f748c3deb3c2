// Package assign is 专家分配.
package assign

import "shenbao/actor"

var _ actor.ID
