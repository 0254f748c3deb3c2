package draw

import (
	"crypto/sha256"
	"encoding/binary"
)

// A Seed is what all chance of a draw comes from.
type Seed [32]byte

// A stream gives the numbers of one round: SHA-256(seed | round | t) for t = 0,
// 1, …, cut into big-endian words of 32 bits.
type stream struct {
	in   [48]byte // seed, round, t
	out  [32]byte
	left int
	t    uint64
}

func newStream(seed Seed, round int) *stream {
	s := &stream{}
	copy(s.in[:], seed[:])
	binary.BigEndian.PutUint64(s.in[32:], uint64(round))
	return s
}

func (s *stream) word() uint32 {
	if s.left == 0 {
		binary.BigEndian.PutUint64(s.in[40:], s.t)
		s.out, s.left = sha256.Sum256(s.in[:]), 8
		s.t++
	}
	w := binary.BigEndian.Uint32(s.out[32-4*s.left:])
	s.left--
	return w
}

// below is a number from 0 to n−1, all equally probable: words beyond the last
// multiple of n are thrown away.
func (s *stream) below(n int) int {
	limit := (uint64(1) << 32) / uint64(n) * uint64(n)
	for {
		if w := uint64(s.word()); w < limit {
			return int(w % uint64(n))
		}
	}
}
