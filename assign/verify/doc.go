// Package verify checks assignments and draws (复核): that a plan keeps every
// recusal, load, seat and cap; that its proofs hold, by adding up prices; that
// a bundle's digests, commitments, seed and draw are what they say.
//
// It has no solver and shares no code with the one that makes plans: it knows
// package batch, which holds the data, and package draw, which holds the draw.
// What it accepts is right whoever made it.
package verify
