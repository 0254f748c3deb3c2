// Package programme is 指南包.
package programme

import "shenbao/programmes"

var _ = programmes.Files
