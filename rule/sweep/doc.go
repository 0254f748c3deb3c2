// Package sweep answers the rules of a program for many units at once
// (批量核验): the same three-valued answers and reasons as [rule.Program.Eval],
// computed over columns.
//
// The way through the package: a [Table] holds the facts that the chosen rules
// use, a column a fact; [NewPlan] turns the rules into steps over batches of
// 4,096 rows, in which an answer is two bits a row; [Plan.Run] answers all rows
// on every core into [Verdicts]; [Plan.Reasons] says why what is unknown is so.
//
// A named check is asked row by row through a row view: its Go function is
// called with facts rebuilt from the columns. It answers unknown (register)
// when its register is not given, as everywhere.
//
// Numbers are kept in bit planes, in as many bits as the batch they stand in
// needs: a comparison with a fixed number works on 64 rows at once. Years of a
// series, which are added up, are kept as they are. The kernels are plain Go.
// Built with GOEXPERIMENT=simd for amd64, some of them use AVX-512 where the
// processor has it; the tests hold both to the reference.
//
// What a table takes, in bits a row: one for whether the value is known; then,
// for yes or no, another; for a set, one an option; for a number, those of the
// difference between the least and the greatest of its batch, counted in the
// largest unit that divides all of them; for a year of a series, 32 or else 64;
// for a text, a unit or a person, 32 and the distinct texts once. A list takes 18
// bits and its rows. A reason other than "not supplied" takes a byte in the rows
// that are unknown, and only where there is one. The newest rows, up to a batch,
// are kept in 64 bits besides.
package sweep
