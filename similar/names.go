package similar

import "slices"

// Names (名称库) finds the nearest of many names. It is safe for concurrent use.
type Names struct {
	runes []rune  // the plain and canonical keys of every name, one after the other
	ends  []int32 // two for each name: where its plain and its canonical key end
	full  []string
	rows  map[uint32][]int32 // by token
	free  chan *scratch
}

// A Match is one name of a register that is near the name asked for.
type Match struct {
	Row      int // its place in the register, from 0
	Permille int
}

// scratch is what one question needs, kept for the next.
type scratch struct {
	folded, plain, canonical, other []rune
	tokens                          []uint32
	shared                          []uint16 // by row: tokens shared with the question
	touched                         []int32
}

// spare is how many questions at once find their scratch ready. A sync.Pool
// would not do: it forgets, and a check must not allocate.
const spare = 16

// NewNames makes the index of a register's names, in the register's order.
func NewNames(names []string) *Names {
	x := &Names{full: names, ends: make([]int32, 0, 2*len(names)), rows: map[uint32][]int32{}, free: make(chan *scratch, spare)}
	var s scratch
	for i, name := range names {
		s.read(name)
		x.runes = append(x.runes, s.plain...)
		x.ends = append(x.ends, int32(len(x.runes)))
		x.runes = append(x.runes, s.canonical...)
		x.ends = append(x.ends, int32(len(x.runes)))
		for _, t := range s.tokens {
			x.rows[t] = append(x.rows[t], int32(i))
		}
	}
	return x
}

func (x *Names) borrow() *scratch {
	select {
	case s := <-x.free:
		return s
	default:
		return &scratch{shared: make([]uint16, len(x.full))}
	}
}

func (x *Names) giveBack(s *scratch) {
	select {
	case x.free <- s:
	default:
	}
}

// keys returns the plain and the canonical key of a row.
func (x *Names) keys(row int32) (plain, canonical []rune) {
	var from int32
	if row > 0 {
		from = x.ends[2*row-1]
	}
	return x.runes[from:x.ends[2*row]], x.runes[x.ends[2*row]:x.ends[2*row+1]]
}

// read takes a name apart into s.
func (s *scratch) read(name string) Parts {
	s.folded = Fold(s.folded[:0], name)
	p := Split(s.folded)
	s.plain = Plain(s.plain[:0], p.Core)
	s.canonical = appendCanonical(s.canonical[:0], s.plain)
	s.tokens = appendTokens(s.tokens[:0], s.plain, 0)
	s.tokens = appendTokens(s.tokens, s.canonical, len(s.tokens))
	return p
}

// appendTokens adds a token for each character of a text: its class, and how
// many of that class stood before it. Tokens that are in dst[:known] already
// are not added again, so that a name has each token once.
func appendTokens(dst []uint32, text []rune, known int) []uint32 {
	text = text[:min(len(text), maxKey)]
	for i, r := range text {
		c, n := class(r), uint32(0)
		for _, q := range text[:i] {
			if class(q) == c {
				n++
			}
		}
		if t := c<<8 | n; !slices.Contains(dst[:known], t) {
			dst = append(dst, t)
		}
	}
	return dst
}

// Nearest appends to dst the k nearest of the names for which keep is true,
// nearest first, of equal ones the earlier row first; keep may be nil. Names
// that share no character in writing or sound are never near. It does not
// allocate when dst has room.
func (x *Names) Nearest(dst []Match, name string, k int, keep func(row int) bool) []Match {
	return x.Search(dst, name, Search{Most: k, Least: 1, Keep: keep})
}

// A Search asks for up to Most names that score Least or more and for which Keep
// is true; Keep may be nil.
type Search struct {
	Most, Least int
	Keep        func(row int) bool
}

// Search is Nearest with a least score.
func (x *Names) Search(dst []Match, name string, q Search) []Match {
	if q.Most <= 0 {
		return dst
	}
	q.Least = max(q.Least, 1)
	s := x.borrow()
	defer x.giveBack(s)
	p := s.read(name)
	for _, t := range s.tokens {
		for _, row := range x.rows[t] {
			if s.shared[row] == 0 {
				s.touched = append(s.touched, row)
			}
			s.shared[row]++
		}
	}
	from := len(dst)
	for _, row := range s.touched {
		n := int(s.shared[row])
		s.shared[row] = 0
		if q.Keep != nil && !q.Keep(int(row)) {
			continue
		}
		plain, canonical := x.keys(row)
		least := Match{Row: int(row), Permille: q.Least}
		if len(dst)-from == q.Most {
			least = dst[len(dst)-1]
		}
		if m := s.atMost(n, plain, canonical); m < least.Permille {
			continue
		}
		m := Match{int(row), x.score(s, p, row)}
		if m.Permille >= q.Least && (len(dst)-from < q.Most || better(m, least)) {
			dst = insert(dst, from, q.Most, m)
		}
	}
	s.touched = s.touched[:0]
	return dst
}

// atMost is the best score that n shared tokens allow.
func (s *scratch) atMost(n int, plain, canonical []rune) int {
	best := 0
	for _, l := range [...]int{len(s.plain) + len(plain), len(s.canonical) + len(canonical)} {
		most := 1000
		if l > 2 {
			most = min(1000, share(2*n, l-2))
		}
		best = max(best, (8*min(1000, share(2*n, l))+2*most+5)/10)
	}
	return best
}

// score is what Name gives, without the allocations: only names with equal
// keys are taken apart again.
func (x *Names) score(s *scratch, p Parts, row int32) int {
	plain, canonical := x.keys(row)
	score := keyScore(s.plain, s.canonical, plain, canonical)
	if score != sameWordsScore {
		return score
	}
	s.other = Fold(s.other[:0], x.full[row])
	q := Split(s.other)
	switch {
	case p.same(q):
		return sameScore
	case slices.Equal(p.Core, q.Core):
		return sameCoreScore
	}
	return score
}

func better(a, b Match) bool {
	return a.Permille > b.Permille || a.Permille == b.Permille && a.Row < b.Row
}

// insert puts m into its place among dst[from:] and keeps k of them.
func insert(dst []Match, from, k int, m Match) []Match {
	if len(dst)-from < k {
		dst = append(dst, m)
	}
	i := len(dst) - 1
	for ; i > from && better(m, dst[i-1]); i-- {
		dst[i] = dst[i-1]
	}
	dst[i] = m
	return dst
}
