package programme

import (
	"strconv"
	"strings"
)

// digits reads a figure that begins with the digit at i.
func (s *scanner) digits(i int) int {
	for _, read := range []func(int) int{s.phone, s.date, s.years, s.clock} {
		if end := read(i); end > 0 {
			return end
		}
	}
	return s.number(i)
}

// digitRun is the end of the run of digits at i.
func (s *scanner) digitRun(i int) int {
	for digit(s.at(i)) {
		i++
	}
	return i
}

// small reads a whole number of lo to hi digits at i, -1 if there is none.
func (s *scanner) small(i, lo, hi int) (n int64, end int) {
	end = s.digitRun(i)
	if end-i < lo || end-i > hi {
		return -1, i
	}
	n, _ = strconv.ParseInt(string(s.r[i:end]), 10, 64)
	return n, end
}

const phoneContext = 16 // runes before a number in which 电话 may stand

// phone reads 0100-12345678, 0200-1234567、7654321, 10002005/07, 13800000000,
// 400-000-0000.
func (s *scanner) phone(i int) int {
	run := s.digitRun(i)
	n := run - i
	area, end := "", 0
	switch {
	case s.at(i) == '0' && (n == 3 || n == 4):
		j := run
		if c := s.at(j); c == '-' || c == ')' || c == ' ' {
			j++
		}
		if stop := s.digitRun(j); j > run && (stop-j == 7 || stop-j == 8) {
			area, end = string(s.r[i:run]), stop
		}
	case s.at(i) == '0' && n >= 10 && n <= 12:
		end = run
	case n == 11 && s.at(i) == '1' && s.at(i+1) >= '3':
		end = run
	case n == 3 && s.at(run) == '-' && (s.at(i) == '4' || s.at(i) == '8'):
		if a, b := s.digitRun(run+1), 0; a-run-1 == 3 && s.at(a) == '-' {
			if b = s.digitRun(a + 1); b-a-1 == 4 {
				end = b
			}
		}
	case (n == 7 || n == 8) && s.phoneWord(i):
		end = run
	}
	if end == 0 {
		return 0
	}
	return s.morePhones(i, end, area)
}

func (s *scanner) phoneWord(i int) bool {
	before := string(s.r[max(0, i-phoneContext):i])
	for _, w := range []string{"电话", "传真", "手机", "热线", "联系方式"} {
		if strings.Contains(before, w) {
			return true
		}
	}
	return false
}

// morePhones keeps the number at i and those that go on from it: another of the
// same area, other last digits, an extension.
func (s *scanner) morePhones(i, end int, area string) int {
	key := onlyDigits(s.r[i:end])
	if c := s.at(end); c == '转' || c == '-' {
		if ext := s.digitRun(end + 1); ext > end+1 && ext-end <= 6 {
			key += "#" + string(s.r[end+1:ext])
			end = ext
		}
	}
	s.add(i, end, Figure{Kind: FigurePhone, Key: key})
	for {
		c := s.at(end)
		if c == 0 || !strings.ContainsRune("、/,或", c) {
			return end
		}
		from := s.skipBlank(end + 1)
		stop := s.digitRun(from)
		switch n := stop - from; {
		case n == 7 || n == 8:
			key = area + string(s.r[from:stop])
		case c == '/' && n >= 2 && n <= 4 && len(key) > n:
			key = key[:len(key)-n] + string(s.r[from:stop])
		default:
			return end
		}
		s.add(from, stop, Figure{Kind: FigurePhone, Key: key})
		end = stop
	}
}

func onlyDigits(r []rune) string {
	return strings.Map(func(r rune) rune {
		if digit(r) {
			return r
		}
		return -1
	}, string(r))
}

func yearValue(n int64) bool { return n >= 1900 && n <= 2100 }

// date reads 2024年11月22日, 2024年11月, 11月26日, 2024-11-27 (and a T behind it),
// 2024/11/27, 2024.11.27.
func (s *scanner) date(i int) int {
	y, j := s.small(i, 4, 4)
	if yearValue(y) {
		if k := s.skipBlank(j); s.at(k) == '年' {
			if end := s.monthDay(i, s.skipBlank(k+1), y); end > 0 {
				return end
			}
		}
		if c := s.at(j); c == '-' || c == '/' || c == '.' {
			return s.plainDate(i, j, y)
		}
		return 0
	}
	return s.monthDay(i, i, 0)
}

// plainDate reads the rest of 2024-11-27 after the year; j is at the sign.
func (s *scanner) plainDate(i, j int, y int64) int {
	m, k := s.small(j+1, 1, 2)
	if m < 1 || m > 12 {
		return 0
	}
	d, end := s.small(k+1, 1, 2)
	if s.at(k) == s.at(j) && d >= 1 && d <= 31 {
		s.add(i, end, Figure{Kind: FigureDate, Value: y*10000 + m*100 + d, Op: s.opBefore(i)})
		if s.at(end) == 'T' && digit(s.at(end+1)) {
			end++
		}
		return end
	}
	if s.at(j) == '-' && k-j == 3 && !digit(s.at(k)) {
		s.add(i, k, Figure{Kind: FigureMonth, Value: y*100 + m})
		return k
	}
	return 0
}

// monthDay reads 11月26日 or 11月 at j, of a figure that begins at i.
func (s *scanner) monthDay(i, j int, y int64) int {
	m, k := s.small(j, 1, 2)
	if m < 1 || m > 12 {
		return 0
	}
	k = s.skipBlank(k)
	if s.at(k) != '月' {
		return 0
	}
	return s.day(i, k+1, y, m)
}

// day reads the day after 月, and a second day of the same month: 3月1日至15日.
func (s *scanner) day(i, j int, y, m int64) int {
	end := j
	for {
		d, k := s.small(s.skipBlank(j), 1, 2)
		if c := s.at(s.skipBlank(k)); d < 1 || d > 31 || c != '日' && c != '号' {
			break
		}
		end = s.skipBlank(k) + 1
		s.add(i, end, Figure{Kind: FigureDate, Value: y*10000 + m*100 + d, Op: s.opBefore(i)})
		c := s.at(end)
		if c != '-' && c != '至' && c != '到' && c != '~' {
			break
		}
		i, j = end+1, end+1
		for s.at(j) == '-' {
			i, j = j+1, j+1
		}
	}
	if end == j && i < j && s.at(j-1) == '月' {
		s.add(i, j, Figure{Kind: FigureMonth, Value: y*100 + m})
	}
	return end
}

// years reads 2024年, 2024年度, 2020-2024年, 2020年至2024年, 2020..2024.
func (s *scanner) years(i int) int {
	lo, j := s.small(i, 4, 4)
	if !yearValue(lo) {
		return 0
	}
	k, named := s.yearWord(j)
	from := s.rangeSign(k)
	if from > k {
		if hi, end := s.small(s.skipBlank(from), 4, 4); yearValue(hi) && hi > lo {
			end, also := s.yearWord(end)
			if also || !letter(s.at(end)) && !digit(s.at(end)) {
				s.add(i, end, Figure{Kind: FigureWindow, Value: lo, High: hi})
				return end
			}
		}
	}
	if !named {
		return 0
	}
	s.add(i, k, Figure{Kind: FigureYear, Value: lo})
	return k
}

// yearWord skips 年 or 年度 after a year.
func (s *scanner) yearWord(i int) (end int, found bool) {
	j := s.skipBlank(i)
	switch {
	case s.hasAt(j, "年度"):
		return j + 2, true
	case s.at(j) == '年':
		return j + 1, true
	}
	return i, false
}

// rangeSign skips -, —, ~, .., 至, 到 between the two ends of a range; it returns
// i if there is none.
func (s *scanner) rangeSign(i int) int {
	j := s.skipBlank(i)
	switch c := s.at(j); {
	case c == '-':
		for s.at(j) == '-' {
			j++
		}
		return j
	case c == '~' || c == '至' || c == '到':
		return j + 1
	case c == '.' && s.at(j+1) == '.':
		return j + 2
	}
	return i
}

// clock reads 9:00, 17:30, 9点, 9时30分; 下午 before it adds twelve hours.
func (s *scanner) clock(i int) int {
	h, j := s.small(i, 1, 2)
	if h < 0 || h > 24 {
		return 0
	}
	m, end := int64(0), 0
	switch {
	case s.at(j) == ':':
		min, k := s.small(j+1, 2, 2)
		if min < 0 || min > 59 {
			return 0
		}
		m, end = min, k
		if s.at(k) == ':' {
			if sec, after := s.small(k+1, 2, 2); sec >= 0 {
				end = after
			}
		}
	case s.at(j) == '点' || s.at(j) == '时':
		if strings.ContainsRune("要建意内说间期效限", s.at(j+1)) && j+1 < len(s.r) {
			return 0
		}
		end = j + 1
		if min, k := s.small(end, 1, 2); min >= 0 && min <= 59 && s.at(k) == '分' {
			m, end = min, k+1
		} else if s.at(end) == '半' {
			m, end = 30, end+1
		}
	default:
		return 0
	}
	at := s.back(i)
	if h < 12 && (s.endsAt(at, "下午") || s.endsAt(at, "晚上") || s.endsAt(at, "晚") || s.endsAt(at, "傍晚")) {
		h += 12
	}
	s.add(i, end, Figure{Kind: FigureClock, Value: h*60 + m})
	return end
}
