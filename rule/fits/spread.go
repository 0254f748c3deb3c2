package fits

// blockWords is how many words of calls are looked at together: when all of them
// have failed, nothing more is asked about them.
const blockWords = 8

// spread takes the bitmaps of failing and open items into the answers, block by
// block.
func (m *Matcher) spread() {
	for i := range m.ix.segments {
		s := &m.ix.segments[i]
		for w := 0; w < s.words; w += blockWords {
			m.block(s, w, min(blockWords, s.words-w))
		}
	}
}

func (m *Matcher) block(s *segment, from, n int) {
	at := s.first + from
	calls := m.failed[at : at+n]
	dead := gather(calls, at, m.fails)
	if !dead {
		gather(m.open[at:at+n], at, m.opens)
	}
	for range s.planes() - 1 {
		at += s.words
		alt := m.failed[at : at+n]
		for i := range alt {
			alt[i] |= calls[i] // what a failed call has for alternatives does not matter any more
		}
		if !dead && !gather(alt, at, m.fails) {
			gather(m.open[at:at+n], at, m.opens)
		}
	}
}

// gather adds the words of some bitmaps, from a place on, to those of a block,
// and reports whether every bit is set then; it stops when this is so. It is
// written out so that the compiler makes it one run of loads.
func gather(dst []uint64, at int, from [][]uint64) (all bool) {
	if len(dst) < blockWords {
		return gatherFew(dst, at, from)
	}
	d := (*[blockWords]uint64)(dst)
	for len(from) >= 4 {
		a, b := (*[blockWords]uint64)(from[0][at:]), (*[blockWords]uint64)(from[1][at:])
		c, e := (*[blockWords]uint64)(from[2][at:]), (*[blockWords]uint64)(from[3][at:])
		d[0] |= a[0] | b[0] | c[0] | e[0]
		d[1] |= a[1] | b[1] | c[1] | e[1]
		d[2] |= a[2] | b[2] | c[2] | e[2]
		d[3] |= a[3] | b[3] | c[3] | e[3]
		d[4] |= a[4] | b[4] | c[4] | e[4]
		d[5] |= a[5] | b[5] | c[5] | e[5]
		d[6] |= a[6] | b[6] | c[6] | e[6]
		d[7] |= a[7] | b[7] | c[7] | e[7]
		if d[0]&d[1]&d[2]&d[3]&d[4]&d[5]&d[6]&d[7] == ^uint64(0) {
			return true
		}
		from = from[4:]
	}
	return gatherFew(dst, at, from)
}

// gatherFew is gather for the last words of a segment, and the last bitmaps.
func gatherFew(dst []uint64, at int, from [][]uint64) bool {
	all := ^uint64(0)
	for i := range dst {
		for _, src := range from {
			dst[i] |= src[at+i]
		}
		all &= dst[i]
	}
	return all == ^uint64(0)
}

// join takes the groups into the answers of their calls: a group fails when all
// its alternatives do, and is open when it does not fail and none is met.
func (m *Matcher) join() {
	for i := range m.ix.segments {
		s := &m.ix.segments[i]
		if len(s.shape) == 0 {
			continue
		}
		for w := range s.words {
			at := s.first + w
			if m.failed[at] == ^uint64(0) {
				continue
			}
			plane := at
			for _, k := range s.shape {
				failed, met := ^uint64(0), uint64(0)
				for range k {
					plane += s.words
					failed &= m.failed[plane]
					met |= ^(m.failed[plane] | m.open[plane])
				}
				m.failed[at] |= failed
				m.open[at] |= ^met
			}
		}
	}
}
