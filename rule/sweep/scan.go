package sweep

import (
	"encoding/json"
	"hash/maphash"
	"slices"
	"strings"
)

// The limits of a facts file, as rule.Schema.ReadFacts has them.
const (
	maxNodes = 400_000
	maxDepth = 16
)

// scanner reads one JSON document in place. It takes what
// [rule.Schema.ReadFacts] takes as a document, and nothing else: strict JSON, no
// key twice in an object, the same limits. Once it is bad it stays so, and every
// loop over it ends.
type scanner struct {
	s       string
	i       int
	nodes   int
	depth   int
	bad     bool
	keys    []string // of the objects that are open
	seed    maphash.Seed
	decoded map[string]string // of texts with escapes
}

// maxDecoded bounds what a scanner remembers of texts with escapes.
const maxDecoded = 4096

func newScanner() scanner { return scanner{seed: maphash.MakeSeed(), decoded: map[string]string{}} }

// read begins a document.
func (c *scanner) read(s string) {
	c.s, c.i, c.nodes, c.depth, c.bad, c.keys = s, 0, 0, 0, false, c.keys[:0]
}

// mark is a place to which a scanner can go back.
type mark struct{ i, nodes, depth, keys int }

func (c *scanner) mark() mark { return mark{c.i, c.nodes, c.depth, len(c.keys)} }

// back returns to a mark; what was bad since was only not plain.
func (c *scanner) back(m mark) {
	c.i, c.nodes, c.depth, c.keys = m.i, m.nodes, m.depth, c.keys[:m.keys]
}

func (c *scanner) fail() {
	c.bad, c.i = true, len(c.s)
}

// peek is the next byte that is no white space, or 0.
func (c *scanner) peek() byte {
	for c.i < len(c.s) {
		switch b := c.s[c.i]; b {
		case ' ', '\t', '\r', '\n':
			c.i++
		default:
			return b
		}
	}
	return 0
}

// value begins a value and returns its first byte.
func (c *scanner) value() byte {
	if c.nodes++; c.nodes > maxNodes || c.depth > maxDepth {
		c.fail()
	}
	return c.peek()
}

// container is an object or array on the way through it.
type container struct {
	begun bool
	keys  int // where its keys begin
	some  [4]uint64
	many  map[string]bool // the keys of a large object
}

// open enters the object or array whose bracket is next.
func (c *scanner) open() container {
	c.i++
	c.depth++
	return container{keys: len(c.keys)}
}

// next goes to the next member or element; false is the end.
func (c *scanner) next(o *container, end byte) bool {
	b := c.peek()
	switch {
	case b == end:
		c.i++
		c.depth--
		c.keys = c.keys[:o.keys]
		return false
	case !o.begun && b != 0:
		o.begun = true
		return true
	case b != ',':
		c.fail()
		return false
	}
	c.i++
	return true
}

// element goes to the next element of an array.
func (c *scanner) element(o *container) bool { return c.next(o, ']') && !c.bad }

// member goes to the next member of an object and reads its key.
func (c *scanner) member(o *container) (key string, ok bool) {
	if !c.next(o, '}') {
		return "", false
	}
	c.peek()
	key = c.text()
	if c.peek() != ':' || !c.fresh(o, key) {
		c.fail()
		return "", false
	}
	c.i++
	return key, true
}

// fresh notes a key and reports whether the object did not have it.
func (c *scanner) fresh(o *container, key string) bool {
	switch {
	case o.many != nil:
		if o.many[key] {
			return false
		}
		o.many[key] = true
		return true
	case len(c.keys)-o.keys == 256:
		o.many = map[string]bool{}
		for _, k := range c.keys[o.keys:] {
			o.many[k] = true
		}
		return c.fresh(o, key)
	}
	h := maphash.String(c.seed, key)
	if some := &o.some[h>>6%4]; *some>>(h%64)&1 == 0 {
		*some |= 1 << (h % 64)
	} else if slices.Contains(c.keys[o.keys:], key) {
		return false
	}
	c.keys = append(c.keys, key)
	return true
}

// ends are the bytes at which a run of plain characters ends.
var ends = func() (t [256]bool) {
	for b := range 32 {
		t[b] = true
	}
	t['"'], t['\\'] = true, true
	return t
}()

// raw passes over a text and returns it as it stands, without its quotation
// marks, and whether it has escapes.
func (c *scanner) raw() (text string, escapes bool) {
	if c.i >= len(c.s) || c.s[c.i] != '"' {
		c.fail()
		return "", false
	}
	from := c.i + 1
	for i := from; i < len(c.s); i++ {
		b := c.s[i]
		switch {
		case !ends[b]:
		case b == '"':
			c.i = i + 1
			return c.s[from:i], escapes
		case b == '\\' && i+1 < len(c.s) && isEscape(c.s[i+1:]):
			i++
			escapes = true
		default:
			c.fail()
			return "", false
		}
	}
	c.fail()
	return "", false
}

// isEscape reports whether s goes on as an escape does behind its backslash.
func isEscape(s string) bool {
	if s[0] != 'u' {
		return strings.IndexByte(`"\/bfnrt`, s[0]) >= 0
	}
	if len(s) < 5 {
		return false
	}
	for _, b := range []byte(s[1:5]) {
		if (b < '0' || b > '9') && (b|0x20 < 'a' || b|0x20 > 'f') {
			return false
		}
	}
	return true
}

// text reads a text.
func (c *scanner) text() string {
	from := c.i
	raw, escapes := c.raw()
	if !escapes || c.bad {
		return raw
	}
	if text, ok := c.decoded[raw]; ok {
		return text
	}
	var text string
	if json.Unmarshal([]byte(c.s[from:c.i]), &text) != nil {
		c.fail()
		return ""
	}
	if len(c.decoded) < maxDecoded && len(raw) < 200 {
		c.decoded[strings.Clone(raw)] = text
	}
	return text
}

// number reads a number as it is written.
func (c *scanner) number() string {
	from := c.i
	if c.i < len(c.s) && c.s[c.i] == '-' {
		c.i++
	}
	if whole := c.digits(); whole == "" || len(whole) > 1 && whole[0] == '0' {
		c.fail()
	}
	if c.i < len(c.s) && c.s[c.i] == '.' {
		if c.i++; c.digits() == "" {
			c.fail()
		}
	}
	if c.i < len(c.s) && c.s[c.i]|0x20 == 'e' {
		if c.i++; c.i < len(c.s) && (c.s[c.i] == '+' || c.s[c.i] == '-') {
			c.i++
		}
		if c.digits() == "" {
			c.fail()
		}
	}
	return c.s[from:c.i]
}

func (c *scanner) digits() string {
	from := c.i
	for c.i < len(c.s) && c.s[c.i]-'0' <= 9 {
		c.i++
	}
	return c.s[from:c.i]
}

// word reads true, false or null.
func (c *scanner) word(w string) {
	if !strings.HasPrefix(c.s[c.i:], w) {
		c.fail()
		return
	}
	c.i += len(w)
}

// skip passes over a value by its structure alone.
func (c *scanner) skip() {
	switch c.value() {
	case '{':
		o := c.open()
		for _, ok := c.member(&o); ok; _, ok = c.member(&o) {
			c.skip()
		}
	case '[':
		for o := c.open(); c.element(&o); {
			c.skip()
		}
	case '"':
		c.raw()
	case 't':
		c.word("true")
	case 'f':
		c.word("false")
	case 'n':
		c.word("null")
	default:
		c.number()
	}
}

// span passes over a value and returns it as it stands.
func (c *scanner) span() string {
	c.peek()
	from := c.i
	c.skip()
	return c.s[min(from, c.i):c.i]
}
