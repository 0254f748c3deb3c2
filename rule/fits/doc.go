// Package fits answers which of many calls a unit fits (哪些通知适合我): for every
// call qualifying, could or not, as [sweep.Class] has it, equal to the last case
// to evaluating each call by [rule.Program.Eval] and [rule.Program.Judge].
//
// The way through the package: [NewIndex] takes the programs of the calls;
// [Index.Schemas] says for which schemas a unit's facts are wanted, and
// rule.ReadUnit reads them from one file; [Matcher.Match] answers all calls;
// [Matcher.Class], [Matcher.Append] and [Matcher.Count] give the answers, and
// [Matcher.Judge] has the reference engine explain one.
//
// # How it works
//
// Every rule that binds is rewritten to "all of (any of (all of literals))".
// Each step is exact in Kleene's logic: "not" is pushed to the leaves, "if" is
// "not … or", "at least k" is the ways to choose k, and all and any are
// distributed over each other within bounds. A literal is an operand (a fact, a
// sum over years, a count of rows …) and the set of its values that will do; a
// part of a tree that is about one operand is one literal. A rule that fails
// nobody, and so counts only by being unknown, stands as "met or not met".
//
// The literals of a call that must all be met are an item, and so are those of
// each alternative of an any-of. For every operand the numbers are cut where an
// item's answer changes, and bitmaps say which items fail in a cell; when an
// operand is not known, all its items are open. Rare operands keep lists of
// items instead. A unit is then one value an operand, one bitmap a value, and
// the disjunction of these. Calls that fail together stand together, so that
// whole blocks are decided by the first operands, the place above all.
//
// What has no such form is left to the reference engine: a leaf that many calls
// share (a named check, a ratio, a condition on rows) is an operand that it
// answers at most once for a unit, and only when something still rests on it; a
// rule with a leaf of its own is asked of the calls that are still undecided.
//
// Attributes of several programmes with one code, kind, dimension and options
// are one attribute. Where the facts of two schemas hold different values of it
// all the same (the file writes a bare number, and one form takes 万元 and the
// other 元), the calls of the later schema are answered by the reference engine.
//
// # What it costs
//
// Measured on 100,000 made-up calls of eight forms with eight to twelve
// conditions each, three in ten with an any-of, 8 % of a unit's values unknown
// (BenchmarkMatch; one core, Go 1.26; 256 units in turn, median, and in brackets
// the fastest of 150 rounds): 27 (22) µs a unit, or 0.27 ns a call, with round
// limits; 27 (27) µs with many different ones; 53 (47) µs when no call names a
// place. The reference engine in a loop takes 90 ms, closures written by hand 11
// ms. The index takes 26, 32 and 20 MiB beside the programs: for a frequent
// operand one bitmap of all items a cell, or with many limits some 70 bytes a
// literal. It is made in 2.5 s. A match allocates nothing.
package fits
