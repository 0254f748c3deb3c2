// Package programme is 指南包.
package programme

import "shenbao/rule/ruletest"

var _ = ruletest.Facts
