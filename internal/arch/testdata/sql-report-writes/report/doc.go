// Package report is 统计.
package report
