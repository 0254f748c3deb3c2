// Package demo is planted.
package demo

import "shenbao/cmd/shenbao"

var _ shenbao.CLI
