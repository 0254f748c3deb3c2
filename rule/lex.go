package rule

import (
	"shenbao/internal/fault"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenKind classes the tokens of a rule's text.
type tokenKind uint8

const (
	endToken    tokenKind = iota
	wordToken             // a word or words joined by dots
	numberToken           // an exact decimal
	dateToken             // 2024-12-02
	rangeToken            // 2020..2024, or two dates
	stringToken
	symbolToken // ( ) { } , ; % ‰ and operators
)

type token struct {
	kind      tokenKind
	text      string
	line, col int
}

// words maps every reserved word of both surfaces to its meaning. A word that
// is not here is a name.
var words = map[string]string{
	"若": "if", "则": "then", "且": "and", "或": "or", "非": "not", "至少": "at least", "规则": "rule", "核验": "check",
	"存在": "exists", "所有": "every", "满足": "where", "已提交": "given", "在": "between", "至": "to", "之间": "end between",
	"约为": "about", "容差": "tolerance", "属于": "in", "不属于": "not in", "为": "=", "不为": "!=",
	"包含任一": "has any", "包含全部": "has all", "位于": "within", "不位于": "not within", "处于": "during",
	"只含": "only", "不含": "without", "匹配": "matches", "的": "of",
	"数量": "count", "合计": "sum", "最大": "max", "最小": "min", "周岁": "age", "字数": "length",
	"不少于": ">=", "不低于": ">=", "不小于": ">=", "达到": ">=", "不早于": ">=",
	"不超过": "<=", "不多于": "<=", "不高于": "<=", "不大于": "<=", "不晚于": "<=",
	"超过": ">", "大于": ">", "高于": ">", "多于": ">", "突破": ">", "晚于": ">",
	"低于": "<", "小于": "<", "少于": "<", "不足": "<", "不满": "<", "早于": "<",
	"等于": "=", "不等于": "!=",

	"if": "if", "then": "then", "and": "and", "or": "or", "not": "not", "at": "at", "least": "least", "rule": "rule",
	"check": "check", "exists": "exists", "every": "every", "where": "where", "given": "given", "between": "between",
	"about": "about", "within": "within", "in": "in", "has": "has", "any": "any", "all": "all", "during": "during",
	"only": "only", "without": "without", "matches": "matches", "of": "of",
	"count": "count", "sum": "sum", "max": "max", "min": "min", "age": "age", "length": "length",
	">=": ">=", "<=": "<=", ">": ">", "<": "<", "=": "=", "!=": "!=",
}

// keyword returns the meaning of a reserved word, or "".
func keyword(s string) string { return words[s] }

func isWordRune(r rune) bool {
	return r == '_' || r == '㎡' || r == '²' || unicode.IsLetter(r) || unicode.IsDigit(r)
}

// lexer cuts a rule's text into tokens. Columns count characters, not bytes.
type lexer struct {
	src       string
	pos       int
	line, col int
}

// fold reads the full-width form of a character as its ASCII form, and 、 as a comma.
func fold(r rune) rune {
	switch {
	case r == '、':
		return ','
	case r == '　':
		return ' '
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	}
	return r
}

func (l *lexer) peek() rune {
	if l.pos >= len(l.src) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
	return fold(r)
}

func (l *lexer) peekAt(n int) rune {
	p := l.pos
	for ; n > 0 && p < len(l.src); n-- {
		_, w := utf8.DecodeRuneInString(l.src[p:])
		p += w
	}
	if p >= len(l.src) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(l.src[p:])
	return fold(r)
}

func (l *lexer) next() rune {
	r, w := utf8.DecodeRuneInString(l.src[l.pos:])
	l.pos += w
	if r == '\n' {
		l.line, l.col = l.line+1, 1
	} else {
		l.col++
	}
	return fold(r)
}

func lex(src string) ([]token, *fault.Fault) {
	if !utf8.ValidString(src) {
		return nil, problem("utf8").At("", 1+strings.Count(src[:badByte(src)], "\n"), 1)
	}
	l := &lexer{src: src, line: 1, col: 1}
	var toks []token
	for {
		for l.pos < len(src) && unicode.IsSpace(l.peek()) {
			l.next()
		}
		t, p := l.token()
		if p != nil {
			return nil, p
		}
		toks = append(toks, t)
		if t.kind == endToken {
			return toks, nil
		}
	}
}

func badByte(s string) int {
	for i, r := range s {
		if r == utf8.RuneError {
			if _, w := utf8.DecodeRuneInString(s[i:]); w == 1 {
				return i
			}
		}
	}
	return len(s)
}

func (l *lexer) token() (token, *fault.Fault) {
	t := token{line: l.line, col: l.col}
	r := l.peek()
	switch {
	case l.pos >= len(l.src):
		return t, nil
	case r >= '0' && r <= '9' || r == '-' && isDigit(l.peekAt(1)):
		l.number(&t)
	case isWordRune(r) && r != '‰':
		t.kind = wordToken
		t.text = l.word()
	case strings.ContainsRune(`"“”「`, r):
		return l.quoted(t)
	case strings.ContainsRune("(){},;%‰=", r):
		t.kind, t.text = symbolToken, string(l.next())
	case strings.ContainsRune("<>!≥≤≠", r):
		t.kind, t.text = symbolToken, l.operator()
	default:
		return t, problem("character", string(r)).At("", t.line, t.col)
	}
	return t, nil
}

func (l *lexer) operator() string {
	switch r := l.next(); {
	case r == '≥':
		return ">="
	case r == '≤':
		return "<="
	case r == '≠':
		return "!="
	case l.peek() == '=':
		l.next()
		return string(r) + "="
	default:
		return string(r)
	}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

func (l *lexer) word() string {
	var b strings.Builder
	for {
		for isWordRune(l.peek()) {
			b.WriteRune(l.next())
		}
		if l.peek() != '.' || !isWordRune(l.peekAt(1)) {
			return b.String()
		}
		b.WriteRune(l.next())
	}
}

// number reads a decimal, a date, or a range of years or dates.
func (l *lexer) number(t *token) {
	var b strings.Builder
	b.WriteRune(l.next())
	for r := l.peek(); isDigit(r) || r == '.' || r == '-' && isDigit(l.peekAt(1)); r = l.peek() {
		b.WriteRune(l.next())
	}
	t.text = b.String()
	switch {
	case strings.Contains(t.text, ".."):
		t.kind = rangeToken
	case strings.Contains(t.text[1:], "-"):
		t.kind = dateToken
	default:
		t.kind = numberToken
	}
}

func (l *lexer) quoted(t token) (token, *fault.Fault) {
	var b strings.Builder
	open, _ := utf8.DecodeRuneInString(l.src[l.pos:])
	for l.next(); l.pos < len(l.src); {
		r, _ := utf8.DecodeRuneInString(l.src[l.pos:])
		l.next()
		switch {
		case closes(open, r):
			t.kind, t.text = stringToken, b.String()
			return t, nil
		case r == '\\' && l.pos < len(l.src) && strings.ContainsRune(`"\`, rune(l.src[l.pos])):
			r, _ = utf8.DecodeRuneInString(l.src[l.pos:])
			l.next()
		case r == '\n':
			return t, problem("string_end").At("", t.line, t.col)
		}
		b.WriteRune(r)
	}
	return t, problem("string_end").At("", t.line, t.col)
}

func closes(open, r rune) bool {
	switch open {
	case '「':
		return r == '」'
	case '“', '”':
		return r == '”'
	}
	return r == '"'
}
