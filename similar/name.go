package similar

import "slices"

// Parts are the parts of a centre's name, folded. They share the memory that
// was folded into.
type Parts struct {
	Core []rune // what tells the centre from others: 碳捕集
	Type []rune // 技术创新中心
	Full []rune // the whole name

	front, back []rune // places, levels and ministries before and after the core
}

// Split takes a folded name apart: 山东省碳捕集技术创新中心 into 山东省, 碳捕集
// and 技术创新中心. A name that is all affixes is all core.
func Split(folded []rune) Parts {
	s, p := folded, Parts{Full: folded}
	if rest := s[:len(s)-planned.suffix(s)]; typeWords.suffix(rest) > 0 {
		s = rest
	}
	end := len(s)
	if n := branch.suffix(s); n > 0 {
		s = s[:end-n]
		s = s[:len(s)-backAffixes(s)]
	}
	s = s[:len(s)-typeWords.suffix(s)]
	p.Type = folded[len(s):end]
	n := backAffixes(s)
	p.back, s = s[len(s)-n:], s[:len(s)-n]
	n = frontAffixes(s)
	p.front, p.Core = s[:n], s[n:]
	if len(p.Core) == 0 {
		return Parts{Full: folded, Core: folded}
	}
	return p
}

// frontAffixes is the length of the places, levels and ministries that s
// begins with.
func frontAffixes(s []rune) int {
	at, within := 0, 0
	for at < len(s) {
		n, code := places().prefix(s[at:], within)
		if n == 0 {
			n = max(ministryWords.prefix(s[at:]), levelWords.prefix(s[at:]))
		}
		if n == 0 {
			break
		}
		at, within = at+n, code
	}
	return at
}

// backAffixes is the same at the end of s.
func backAffixes(s []rune) int {
	end, within := len(s), 0
	for end > 0 {
		n := max(ministryWords.suffix(s[:end]), backLevelWords.suffix(s[:end]))
		if k, code := places().suffix(s[:end], within); k > n {
			n, within = k, code
		}
		if n == 0 {
			break
		}
		end -= n
	}
	return len(s) - end
}

// same reports whether two names have the same parts, wherever they stand:
// 山东省碳捕集重点实验室 and 碳捕集山东省重点实验室.
func (p Parts) same(q Parts) bool {
	if !slices.Equal(p.Core, q.Core) || !slices.Equal(p.Type, q.Type) || len(p.front)+len(p.back) != len(q.front)+len(q.back) {
		return false
	}
	for i := range len(p.front) + len(p.back) {
		if at(p.front, p.back, i) != at(q.front, q.back, i) {
			return false
		}
	}
	return true
}

// at is character i of a and b in a row.
func at(a, b []rune, i int) rune {
	if i < len(a) {
		return a[i]
	}
	return b[i-len(a)]
}
