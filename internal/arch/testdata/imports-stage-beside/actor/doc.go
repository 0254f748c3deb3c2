// Package actor is 单位与人员.
package actor

import "shenbao/apply"

var _ apply.ID
