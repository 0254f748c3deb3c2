// Package similar finds what is nearly the same (查重). It begins with the
// names of centres (名称近似): [Split] takes a name apart into place, type and
// core, [Name] compares two names and says why they are near, [Names] finds
// the nearest of a register, and [TradeName] finds the 字号 in the name of an
// enterprise.
//
// A score is a hint for a person and never a verdict. Scores are whole
// numbers, so that every machine gives the same one.
//
// The package is pure: no SQL, no clock, no HTTP. How well it finds is kept by
// name_recall_test.go.
package similar
