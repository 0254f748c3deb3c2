package rule

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"shenbao/internal/fault"
)

// The limits of a facts file.
const (
	maxFactsBytes = 16 << 20
	maxFactsNodes = 400_000
	maxFactsDepth = 16
)

// jsonNode is a JSON value that knows where it stood.
type jsonNode struct {
	at   int64
	kind byte // o a s n b 0
	str  string
	keys []string
	kids []*jsonNode
}

// get returns the member of an object, or nil.
func (n *jsonNode) get(key string) *jsonNode {
	for i, k := range n.keys {
		if k == key {
			return n.kids[i]
		}
	}
	return nil
}

// jsonReader reads a document into nodes within the limits.
type jsonReader struct {
	src   []byte
	dec   *json.Decoder
	nodes int
}

// place turns a byte offset into line and column, in characters from 1.
func (r *jsonReader) place(at int64) (line, col int) {
	before := r.src[:min(int(at), len(r.src))]
	line = 1 + bytes.Count(before, []byte("\n"))
	return line, 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

func (r *jsonReader) fault(at int64, key string, args ...any) *fault.Fault {
	line, col := r.place(at)
	return problem(key, args...).At("", line, col)
}

// readJSON reads one document. It refuses one that is too large without
// reading it to its end.
func readJSON(src io.Reader) (*jsonNode, *jsonReader, *fault.Fault) {
	data, err := io.ReadAll(io.LimitReader(src, maxFactsBytes+1))
	if err != nil {
		return nil, nil, problem("facts.read", err.Error())
	}
	if len(data) > maxFactsBytes {
		return nil, nil, problem("facts.large", maxFactsBytes>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	r := &jsonReader{src: data}
	if !utf8.Valid(data) {
		return nil, nil, r.fault(int64(badByte(string(data))), "facts.utf8")
	}
	r.dec = json.NewDecoder(bytes.NewReader(data))
	r.dec.UseNumber()
	n, f := r.node(0)
	if f == nil && len(bytes.TrimSpace(data[r.dec.InputOffset():])) > 0 {
		f = r.fault(r.dec.InputOffset(), "facts.more")
	}
	return n, r, f
}

// start is the offset of the next value: past white space, commas and colons.
func (r *jsonReader) start() int64 {
	at := r.dec.InputOffset()
	for int(at) < len(r.src) && strings.IndexByte(" \t\r\n,:", r.src[at]) >= 0 {
		at++
	}
	return at
}

func (r *jsonReader) node(depth int) (*jsonNode, *fault.Fault) {
	n := &jsonNode{at: r.start()}
	if r.nodes++; r.nodes > maxFactsNodes {
		return nil, r.fault(n.at, "facts.many", maxFactsNodes)
	}
	if depth > maxFactsDepth {
		return nil, r.fault(n.at, "facts.deep", maxFactsDepth)
	}
	tok, err := r.dec.Token()
	if err != nil {
		return nil, r.syntax(err)
	}
	switch v := tok.(type) {
	case json.Delim:
		return r.container(n, v, depth)
	case string:
		n.kind, n.str = 's', v
	case json.Number:
		n.kind, n.str = 'n', v.String()
	case bool:
		n.kind = 'b'
		if v {
			n.str = "true"
		}
	default:
		n.kind = '0'
	}
	return n, nil
}

func (r *jsonReader) container(n *jsonNode, open json.Delim, depth int) (*jsonNode, *fault.Fault) {
	n.kind = 'a'
	if open == '{' {
		n.kind = 'o'
	}
	seen := map[string]bool{}
	for r.dec.More() {
		if n.kind == 'o' {
			at := r.start()
			tok, err := r.dec.Token()
			if err != nil {
				return nil, r.syntax(err)
			}
			key := tok.(string)
			if seen[key] {
				return nil, r.fault(at, "facts.twice", key)
			}
			seen[key] = true
			n.keys = append(n.keys, key)
		}
		kid, f := r.node(depth + 1)
		if f != nil {
			return nil, f
		}
		n.kids = append(n.kids, kid)
	}
	if _, err := r.dec.Token(); err != nil {
		return nil, r.syntax(err)
	}
	return n, nil
}

func (r *jsonReader) syntax(err error) *fault.Fault {
	at := r.dec.InputOffset()
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = max(0, e.Offset-1)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return r.fault(int64(len(r.src)), "facts.end")
	}
	return r.fault(at, "facts.json")
}
