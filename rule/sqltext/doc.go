// Package sqltext writes the rules of a program as SQL for PostgreSQL and
// SQLite (规则的 SQL 文本), so that they can be answered for all units inside a
// database whose data must not leave it. It makes text and opens no database.
//
// The way through the package: [New] takes a program and a dialect and names
// the rules that cannot be written exactly, each with its reason; [Text.Create]
// is the tables that the others are answered from, [Text.Rows] turns facts into
// rows of them, and [Text.Query] and [Text.Candidates] are the questions.
//
// The answers are those of [rule.Program.Eval], to the last case: 1 met, 0
// unmet, NULL unknown. SQL's AND, OR, NOT and comparisons are the truth tables
// of the language; wherever NULL would go another way (lists, counts, greatest
// values, "at least k of") the text spells the three answers out.
//
// A value of a rule is always bound ($1, $2, …), never part of the text. A name
// in the text comes from the schema, is checked against a strict pattern and
// quoted. docs/sql.md is the page for people.
package sqltext
