package programme

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// scanner reads the figures of one text. It works on runes that are narrowed
// one by one, so that every rune keeps its place in the text.
type scanner struct {
	text   string
	raw    []rune
	r      []rune // narrowed: full-width forms, dashes, spaces
	off    []int  // byte offset of each rune, and the end
	quoted []bool // inside “…” or 《…》
	out    []Figure
}

func newScanner(text string) *scanner {
	s := &scanner{text: text}
	for i, r := range text {
		s.raw = append(s.raw, r)
		s.r = append(s.r, narrow(r))
		s.off = append(s.off, i)
	}
	s.off = append(s.off, len(text))
	s.markQuotes()
	return s
}

// narrow maps a rune to the form that figures are written in.
func narrow(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case blank(r):
		return ' '
	case r >= '‐' && r <= '―' || r == '−' || r == '─':
		return '-'
	case r == '∶':
		return ':'
	case r == '≧':
		return '≥'
	case r == '≦':
		return '≤'
	case r == '〇' || r == '○':
		return '零'
	case r == '〜' || r == '∼':
		return '~'
	}
	return r
}

// markQuotes finds what stands in quotes or title marks that are closed.
func (s *scanner) markQuotes() {
	pairs := map[rune]rune{'”': '“', '》': '《', '」': '「', '』': '『'}
	open := map[rune][]int{}
	depth := make([]int, len(s.r)+1)
	for i, r := range s.r {
		switch r {
		case '“', '《', '「', '『':
			open[r] = append(open[r], i)
		case '”', '》', '」', '』':
			if stack := open[pairs[r]]; len(stack) > 0 {
				depth[stack[len(stack)-1]]++
				depth[i]--
				open[pairs[r]] = stack[:len(stack)-1]
			}
		}
	}
	s.quoted = make([]bool, len(s.r))
	n := 0
	for i := range s.r {
		n += depth[i]
		s.quoted[i] = n > 0
	}
}

// at is the narrowed rune at i, 0 outside.
func (s *scanner) at(i int) rune {
	if i < 0 || i >= len(s.r) {
		return 0
	}
	return s.r[i]
}

func (s *scanner) hasAt(i int, word string) bool {
	for _, w := range word {
		if s.at(i) != w {
			return false
		}
		i++
	}
	return true
}

// endsAt reports that word ends right before rune i.
func (s *scanner) endsAt(i int, word string) bool {
	return s.hasAt(i-utf8.RuneCountInString(word), word)
}

func (s *scanner) skipBlank(i int) int {
	for s.at(i) == ' ' {
		i++
	}
	return i
}

// back leaves out the white space before i.
func (s *scanner) back(i int) int {
	for s.at(i-1) == ' ' {
		i--
	}
	return i
}

func letter(r rune) bool { return r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r == '_' }
func digit(r rune) bool  { return r >= '0' && r <= '9' }

// add keeps the figure that stands at runes i to j.
func (s *scanner) add(i, j int, f Figure) {
	f.Start, f.End = s.off[i], s.off[j]
	f.Text = strings.TrimSpace(s.text[f.Start:f.End])
	s.out = append(s.out, f)
}

func (s *scanner) run() {
	for i := 0; i < len(s.r); {
		i = max(s.step(i), i+1)
	}
}

// step reads what begins at rune i and returns where to go on.
func (s *scanner) step(i int) int {
	r := s.r[i]
	switch {
	case letter(r) || digit(r):
		if end := s.address(i); end > i {
			return end
		}
		if letter(r) {
			return s.word(i)
		}
		return s.digits(i)
	case r == '(' || r == '〔' || r == '[' || r == '【':
		return s.bracket(i)
	case hanDigit(r) || r == '半':
		return s.han(i)
	case r == '破':
		return s.past(i)
	}
	return i + 1
}

// word skips a Latin word with its digits: A4, PM2.5, GB-2260.
func (s *scanner) word(i int) int {
	for i < len(s.r) {
		r := s.at(i)
		next := s.at(i + 1)
		if !letter(r) && !digit(r) && !(strings.ContainsRune("-./", r) && (letter(next) || digit(next))) {
			break
		}
		i++
	}
	return i
}

const maxMailbox = 64

// address reads a URL or an e-mail address.
func (s *scanner) address(i int) int {
	for _, head := range []string{"http://", "https://", "ftp://", "www."} {
		if s.hasAt(i, head) {
			return s.url(i)
		}
	}
	j := i
	for j-i < maxMailbox && (letter(s.at(j)) || digit(s.at(j)) || strings.ContainsRune("._%+-", s.at(j)) && s.at(j) != 0) {
		j++
	}
	if s.at(j) != '@' || j == i {
		return i
	}
	end, dots := j+1, 0
	for letter(s.at(end)) || digit(s.at(end)) || s.at(end) == '-' || s.at(end) == '.' && (letter(s.at(end+1)) || digit(s.at(end+1))) {
		if s.at(end) == '.' {
			dots++
		}
		end++
	}
	if dots == 0 {
		return i
	}
	s.add(i, end, Figure{Kind: FigureEmail, Key: strings.ToLower(string(s.r[i:end]))})
	return end
}

// url reads on the raw runes: full-width punctuation ends an address.
func (s *scanner) url(i int) int {
	j := i
	for j < len(s.raw) && s.raw[j] > ' ' && s.raw[j] < 0x7f && !strings.ContainsRune("\"<>\\^`{|}", s.raw[j]) {
		j++
	}
	for j > i && (strings.ContainsRune(".,;:!?'", s.raw[j-1]) || s.raw[j-1] == ')' && !strings.ContainsRune(string(s.raw[i:j]), '(')) {
		j--
	}
	s.add(i, j, Figure{Kind: FigureURL, Key: strings.TrimSuffix(string(s.raw[i:j]), "/")})
	return j
}

// bracket reads a document number (甲科规〔2023〕3号, the bracket is at i), an
// area code ((0100)12345678), or skips the number of an item: (1).
func (s *scanner) bracket(i int) int {
	j := i + 1
	for digit(s.at(j)) && j-i <= 5 {
		j++
	}
	closed := s.at(j) == ')' || s.at(j) == '〕' || s.at(j) == ']' || s.at(j) == '】'
	n := j - i - 1
	switch {
	case !closed || n == 0:
		return i + 1
	case n == 4:
		if end := s.document(i, j); end > 0 {
			return end
		}
		if end := s.phone(i + 1); end > 0 {
			return end
		}
	case n <= 2 && s.at(i) == '(':
		return j + 1
	}
	return i + 1
}

const maxDocumentWord = 12

func (s *scanner) document(i, closing int) int {
	j := closing + 1
	if s.at(j) == '第' {
		j++
	}
	from := j
	for digit(s.at(j)) && j-from < 6 {
		j++
	}
	if j == from || s.at(j) != '号' {
		return 0
	}
	start := i
	for start > 0 && i-start < maxDocumentWord && s.raw[start-1] >= 0x4e00 && s.raw[start-1] <= 0x9fff {
		start--
	}
	key := string(s.r[start:i]) + "〔" + string(s.r[i+1:closing]) + "〕" + strings.TrimLeft(string(s.r[from:j]), "0") + "号"
	s.add(start, j+1, Figure{Kind: FigureDocument, Key: key})
	return j + 1
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
