package programme

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"shenbao/rule"
)

// given is one fact of a case: what it is called, its value, and where it was
// written.
type given struct {
	key  string     // the fact's code, or as written when there is no such fact
	node *yaml.Node // nil: taken away
	file string
}

// situation is the facts and registers of a case, in the order written.
type situation struct {
	facts     []given
	registers []given
}

// lay puts facts over those already there: a fact given again replaces the
// earlier value whole.
func lay(onto []given, more []given) []given {
	out := slices.Clone(onto)
	for _, g := range more {
		if i := slices.IndexFunc(out, func(o given) bool { return o.key == g.key }); i >= 0 {
			out[i] = g
		} else {
			out = append(out, g)
		}
	}
	return out
}

// flatten lists the facts of a mapping, nested at the dots or not.
func flatten(s *rule.Schema, file string, n *yaml.Node, prefix string) []given {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var out []given
	for i := 0; i+1 < len(n.Content); i += 2 {
		path, v := prefix+n.Content[i].Value, n.Content[i+1]
		f := s.Fact(path)
		switch {
		case f != nil:
			out = append(out, given{f.Path(), v, file})
		case v.Kind == yaml.MappingNode && len(v.Content) > 0:
			out = append(out, flatten(s, file, v, path+".")...)
		default:
			out = append(out, given{path, v, file})
		}
	}
	return out
}

// members lists the entries of a mapping as they are.
func members(file string, n *yaml.Node) []given {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	var out []given
	for i := 0; i+1 < len(n.Content); i += 2 {
		out = append(out, given{n.Content[i].Value, n.Content[i+1], file})
	}
	return out
}

// json writes the situation as a facts file; asOf may be "".
func (s situation) json(asOf string) []byte {
	var b bytes.Buffer
	b.WriteString(`{"registers":`)
	entries(&b, s.registers)
	if asOf != "" {
		b.WriteString(`,"as_of":` + quoted(asOf))
	}
	facts := new(bytes.Buffer)
	entries(facts, s.facts)
	if len(s.facts) > 0 {
		b.WriteString("," + strings.TrimPrefix(facts.String(), "{"))
	} else {
		b.WriteByte('}')
	}
	return b.Bytes()
}

// entries writes a JSON object.
func entries(b *bytes.Buffer, list []given) {
	b.WriteByte('{')
	for i, g := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(quoted(g.key) + ":")
		if g.node == nil {
			b.WriteString("null")
		} else {
			writeJSON(b, g.node)
		}
	}
	b.WriteByte('}')
}

func quoted(s string) string {
	text, _ := json.Marshal(s) // a string always has a JSON form
	return string(text)
}

// writeJSON writes a YAML node as JSON. A plain number stays a number; all that
// YAML reads otherwise, dates for one, is text.
func writeJSON(b *bytes.Buffer, n *yaml.Node) {
	switch n.Kind {
	case yaml.MappingNode:
		b.WriteByte('{')
		for i := 0; i+1 < len(n.Content); i += 2 {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(quoted(n.Content[i].Value) + ":")
			writeJSON(b, n.Content[i+1])
		}
		b.WriteByte('}')
	case yaml.SequenceNode:
		b.WriteByte('[')
		for i, c := range n.Content {
			if i > 0 {
				b.WriteByte(',')
			}
			writeJSON(b, c)
		}
		b.WriteByte(']')
	default:
		b.WriteString(scalarJSON(n))
	}
}

func scalarJSON(n *yaml.Node) string {
	switch n.Tag {
	case "!!null":
		return "null"
	case "!!bool":
		return strings.ToLower(n.Value)
	case "!!int", "!!float":
		if json.Valid([]byte(n.Value)) {
			return n.Value
		}
	}
	return quoted(n.Value)
}

// where finds the place of a field that a fault of the facts names: the value
// of its fact, in the file that gives it.
func (s situation) where(field string) (Pos, bool) {
	all, field := s.facts, field
	if rest, ok := strings.CutPrefix(field, "registers."); ok {
		all, field = s.registers, rest
	}
	for _, g := range all {
		rest, ok := strings.CutPrefix(field, g.key)
		if ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return Pos{File: g.file, Line: g.node.Line, Col: g.node.Column}, true
		}
	}
	return Pos{}, false
}
