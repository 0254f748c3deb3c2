// Package bench holds what measures and doubts the rule language (规则语言) from
// outside: an oracle that answers the same rules by way of cel-go, and the
// benchmarks side by side with cel-go and hand-written Go. It is a module of its
// own, so that nothing it needs is needed by the program.
//
// The oracle is written from docs/rule-language.md and shares no evaluation
// code with package rule: [Oracle.Text] turns a tree into one CEL expression,
// [Oracle.Vars] turns facts into CEL values, and [Oracle.Answer] is what CEL
// makes of them. [Run.Compare] holds it against [rule.Program.Eval]; every run of
// the tests compares a million random pairs, ORACLE_PAIRS asks for more.
package bench
