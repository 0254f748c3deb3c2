package programme

import (
	"strconv"
	"strings"
)

// decimal is an exact number: mantissa / 10^places.
type decimal struct {
	mantissa int64
	places   int
	digits   string // when it is too long to be a number
}

const maxDecimalDigits = 15

// times is the number in base units; ok is false when it is no whole number of
// them or too large.
func (d decimal) times(factor int64) (n int64, ok bool) {
	for p := d.places; p > 0; p-- {
		if factor%10 == 0 {
			factor /= 10
		} else if d.mantissa%10 == 0 {
			d.mantissa /= 10
		} else {
			return 0, false
		}
	}
	if d.mantissa != 0 && factor > (1<<62)/d.mantissa {
		return 0, false
	}
	return d.mantissa * factor, true
}

// decimalAt reads 3000, 3,000 or 3.5 at i. A comma parts thousands only when it
// is the narrow one, since the wide one parts sentences.
func (s *scanner) decimalAt(i int) (d decimal, end int) {
	end = s.digitRun(i)
	digits := string(s.r[i:end])
	for len(digits) <= maxDecimalDigits && s.at(end) == ',' && s.raw[end] == ',' && s.digitRun(end+1)-end-1 == 3 && end-i <= 3+4*(len(digits)/3) {
		digits += string(s.r[end+1 : end+4])
		end += 4
	}
	if s.at(end) == '.' && digit(s.at(end+1)) {
		stop := s.digitRun(end + 1)
		d.places = stop - end - 1
		digits += string(s.r[end+1 : stop])
		end = stop
	}
	if len(digits) > maxDecimalDigits {
		return decimal{digits: digits}, end
	}
	d.mantissa, _ = strconv.ParseInt(digits, 10, 64)
	return d, end
}

// number reads a number with its unit, a range of two, or skips what only
// counts places: 1. 2、 附件2 第3.
func (s *scanner) number(i int) int {
	d, j := s.decimalAt(i)
	if d.digits != "" {
		s.add(i, j, Figure{Kind: FigureDigits, Key: d.digits})
		return j
	}
	if s.itemNumber(i, j) {
		return j + 1
	}
	u := s.unitAt(j)
	if letter(s.at(j)) && u.none {
		return s.word(j)
	}
	if end := s.reference(i, j, u); end > 0 {
		return end
	}
	if end := s.fraction(i, j, d); end > 0 {
		return end
	}
	if end := s.rangeOf(i, d, j, u); end > 0 {
		return end
	}
	s.keep(i, d, u, s.opAround(i, u.end))
	return u.end
}

// keep adds a number with its unit.
func (s *scanner) keep(i int, d decimal, u unit, op FigureOp) {
	f := Figure{Kind: u.kind, Unit: u.name, Op: op}
	n, ok := d.times(u.factor)
	if !ok {
		f = Figure{Kind: FigureDigits, Key: string(s.r[i:u.end]), Op: op}
	}
	f.Value = n
	s.add(i, u.end, f)
}

// itemNumber reports that the number at i to j counts an item: 1. or 1、 at the
// beginning or after punctuation, with text behind it.
func (s *scanner) itemNumber(i, j int) bool {
	if c := s.at(j); j-i > 2 || c != '.' && c != '、' || digit(s.at(j+1)) || s.skipBlank(j+1) >= len(s.r) {
		return false
	}
	before := s.at(i - 1)
	if s.at(j) == '、' {
		return i == 0 || strings.ContainsRune(":;。", before)
	}
	return i == 0 || strings.ContainsRune(":;。, ", before)
}

// reference skips the numbers of attachments, tables and ordinals, also a row
// of them: 附件1、2, 第3-5条.
func (s *scanner) reference(i, j int, u unit) int {
	at := s.back(i)
	ordinal := s.at(at-1) == '第'
	if !ordinal && (!u.none || !(s.at(at-1) == '附' || s.at(at-1) == '表' || s.at(at-1) == '图' || s.at(at-1) == '注' || s.endsAt(at, "附件") || s.endsAt(at, "附录"))) {
		return 0
	}
	for {
		c := s.at(j)
		if c == 0 || !strings.ContainsRune("-~、,和及与至到", c) || !digit(s.at(j+1)) || s.digitRun(j+1)-j > 4 {
			break
		}
		next := s.digitRun(j + 1)
		if !ordinal && !s.unitAt(next).none {
			break
		}
		j = next
	}
	return j
}

// fraction reads 2/3.
func (s *scanner) fraction(i, j int, d decimal) int {
	if s.at(j) != '/' || d.places > 0 {
		return 0
	}
	n, end := s.small(j+1, 1, 3)
	if n <= d.mantissa || d.mantissa == 0 || s.at(end) == '/' {
		return 0
	}
	s.add(i, end, Figure{Kind: FigureFraction, Value: d.mantissa, High: n, Op: s.opAround(i, end)})
	return end
}

// rangeOf reads 3-5个, 10万-20万元: at least the first, at most the second, both
// in the unit of the second when the first has none.
func (s *scanner) rangeOf(i int, d decimal, j int, u unit) int {
	if u.kind != FigureNumber && !u.guess {
		return 0
	}
	sign := s.rangeSign(u.end)
	from := s.skipBlank(sign)
	if sign == u.end || !digit(s.at(from)) {
		return 0
	}
	d2, k := s.decimalAt(from)
	if d2.digits != "" {
		return 0
	}
	u2 := s.unitAt(k)
	if u2.none || letter(s.at(k)) && u2.kind == FigureNumber {
		return 0
	}
	low := u2
	low.end = u.end
	if u.mult > 1 {
		low.factor = low.factor / u2.mult * u.mult
	}
	a, ok1 := d.times(low.factor)
	b, ok2 := d2.times(u2.factor)
	if !ok1 || !ok2 || a >= b {
		return 0
	}
	s.keep(i, d, low, OpAtLeast)
	s.keep(from, d2, u2, OpAtMost)
	return u2.end
}
