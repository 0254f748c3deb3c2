// Package assign gives experts to applications (专家分配): of all plans that
// keep the recusals, loads, seats and caps it finds one that is provably best,
// or says why there is none and what would help.
//
// The objective is lexicographic: every seat is filled; then, as asked, few
// changes to a plan before, few experts from the applicant's own place, the
// worst match as good as possible; then the sum of scores. With randomness
// (Most of Units) no pair has more than that probability, and package draw
// turns the probabilities into seats.
//
// The solver is a network simplex over integers on a sparse choice of pairs,
// with a pricing pass over all pairs until none is worth adding. It returns
// prices with which package verify, which has no solver, proves the result.
//
// The package is pure: no SQL, no clock, no HTTP, and nothing random.
package assign
