// Package assign is 专家分配.
package assign

import "github.com/jackc/pgx/v5/stdlib"

var _ = stdlib.OpenDB
