// Package evaluate is 绩效评估.
package evaluate

import "shenbao/report"

var _ report.Life
