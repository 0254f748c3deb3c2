// Package sweep answers the rules of a program for many units at once
// (批量核验): the same three-valued answers and reasons as [rule.Program.Eval],
// computed over columns.
//
// The way through the package: a [Table] holds the facts that the chosen rules
// use, a column a fact; [NewPlan] turns the rules into steps over batches of
// 1,024 rows, in which an answer is two bits a row; [Plan.Run] answers all rows
// on every core into [Verdicts]; [Plan.Reasons] says why what is unknown is so.
//
// A named check is asked row by row through a row view: its Go function is
// called with facts rebuilt from the columns. It answers unknown (register)
// when its register is not given, as everywhere.
//
// The kernels are plain Go. Built with GOEXPERIMENT=simd for amd64, some of them
// use AVX-512 where the processor has it; the tests hold both to the reference.
//
// What a table takes, in bytes a row: a quarter for yes or no, 4⅛ for a number
// that fits 32 bits (dates, years, choices, places, counts), 8⅛ for a larger one
// or a set of options, 4⅛ and the distinct texts once for a text, a unit or a
// person; a list takes 2¼ and its rows. A reason other than "not supplied" takes
// one byte in the rows that are unknown, and only where there is one.
package sweep
