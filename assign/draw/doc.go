// Package draw turns a plan's probabilities into panels by a draw (抽取) that
// anyone can do again, and holds the protocol around it: the batch and its plan
// are frozen by their digests; parties commit to secrets; public values are
// named before they exist; then everything is revealed, the seed derived, the
// lottery drawn, and alternates (递补) follow a queue that nobody chooses.
//
// The lottery halves (逐轮对半抽签): shares are multiples of 1/2^k, and k times
// what is odd is rounded up or down by coins along closed trails, so that every
// demand, load and cap holds in every outcome and every pair keeps exactly its
// probability. docs/assignment.md is its specification.
package draw
