// Package rule is 规则.
package rule

import "shenbao/internal/db"

var _ db.Reader
