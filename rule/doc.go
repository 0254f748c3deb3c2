// Package rule is the rule language (规则语言): facts with units and dates,
// three-valued rules over them, and findings (核验结果) that explain
// themselves. It is specified in docs/rule-language.md.
//
// The way through the package: a [Schema] declares the facts and parameters; [Schema.Parse]
// turns Chinese or English text into a tree ([Node]); [Compile] checks a set of
// rules and makes a [Program]; [Schema.ReadFacts] reads an application's [Facts];
// [Program.Eval] answers every rule into a reusable [Result] without allocating;
// [Program.Findings] and [Judge] make of it what people read.
//
// The package is pure: no SQL, no clock, no HTTP, no files.
package rule
