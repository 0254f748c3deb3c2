// Package report is 统计.
package report

import "shenbao/web"

var _ web.Server
