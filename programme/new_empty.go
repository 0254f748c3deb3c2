package programme

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"
)

// An emptying is a change of one line of a call.yaml.
type emptying struct {
	line, col int    // of the key, from 1, in characters
	value     string // as written
	valueCol  int
	put       string // what takes the value's place; "" takes the key out too
}

// emptyCall takes the dates and the document number out of a call.yaml and notes
// them. What stands on lines of its own stays there behind a #, so that whoever
// fills it in sees last year's; in an entry in braces it is cut out.
func (d *Draft) emptyCall(name string, text []byte) []byte {
	var doc yaml.Node
	if yaml.Unmarshal(text, &doc) != nil || len(doc.Content) == 0 {
		return text // not readable: check says so
	}
	root := doc.Content[0]
	var changes []emptying
	document := valueOfKey(root, "document")
	if c, ok := change(document, "issued", "null"); ok {
		changes = append(changes, c)
		d.todo("issued", name, c.line, c.value)
	}
	if c, ok := change(document, "number", `""`); ok && c.value != `""` {
		changes = append(changes, c)
		d.todo("number", name, c.line, c.value)
	}
	if t := valueOfKey(document, "title"); t != nil {
		d.todo("title", name, t.Line, t.Value)
	}
	if stages := valueOfKey(root, "stages"); stages != nil {
		for _, s := range stages.Content {
			changes = append(changes, d.emptyStage(name, s)...)
		}
	}
	d.keepParameters(name, valueOfKey(root, "parameters"))
	lines := bytes.SplitAfter(text, []byte("\n"))
	for i := len(changes) - 1; i >= 0; i-- {
		c := changes[i]
		lines[c.line-1] = c.apply(lines[c.line-1])
	}
	return bytes.Join(lines, nil)
}

func (d *Draft) emptyStage(file string, s *yaml.Node) []emptying {
	var out []emptying
	var was []string
	for _, key := range []string{"from", "until"} {
		if c, ok := change(s, key, ""); ok {
			out = append(out, c)
			was = append(was, c.value)
		}
	}
	if len(out) == 2 && (out[0].line > out[1].line || out[0].line == out[1].line && out[0].col > out[1].col) {
		out[0], out[1] = out[1], out[0]
	}
	if name := valueOfKey(s, "name"); len(out) > 0 && name != nil {
		d.todo("stage", file, out[0].line, name.Value, strings.Join(was, " — "))
	}
	return out
}

// keepParameters notes the parameters whose values are of last year.
func (d *Draft) keepParameters(file string, list *yaml.Node) {
	if list == nil {
		return
	}
	for _, q := range list.Content {
		name, typ, value := valueOfKey(q, "name"), valueOfKey(q, "type"), valueOfKey(q, "value")
		if name == nil || typ == nil || value == nil {
			continue
		}
		if typ.Value == "date" || typ.Value == "dates" || typ.Value == "years" {
			d.todo("parameter", file, value.Line, name.Value, value.Value)
		}
	}
}

// valueOfKey is the value of a key of a mapping, or nil.
func valueOfKey(m *yaml.Node, key string) *yaml.Node {
	if m == nil || m.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return m.Content[i+1]
		}
	}
	return nil
}

// change finds a key of a mapping with a value on its own line.
func change(m *yaml.Node, key, put string) (emptying, bool) {
	v := valueOfKey(m, key)
	if v == nil || v.Kind != yaml.ScalarNode || v.Tag == "!!null" {
		return emptying{}, false
	}
	var at *yaml.Node
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			at = m.Content[i]
		}
	}
	value := v.Value
	switch v.Style {
	case yaml.DoubleQuotedStyle:
		value = `"` + value + `"`
	case yaml.SingleQuotedStyle:
		value = "'" + value + "'"
	}
	return emptying{line: v.Line, col: at.Column, value: value, valueCol: v.Column, put: put}, at.Line == v.Line
}

func (c emptying) apply(line []byte) []byte {
	r := []rune(string(line))
	start, end := c.valueCol-1, c.valueCol-1+len([]rune(c.value))
	if end > len(r) || string(r[start:end]) != c.value {
		return line // written in a way that is not changed here
	}
	if c.put != "" {
		return []byte(string(r[:start]) + c.put + string(r[end:]))
	}
	before, after := string(r[:c.col-1]), string(r[end:])
	if strings.TrimSpace(before) == "" {
		return []byte(before + "# " + string(r[c.col-1:]))
	}
	if rest, ok := strings.CutPrefix(after, ", "); ok {
		return []byte(before + rest)
	}
	return []byte(strings.TrimSuffix(before, ", ") + after)
}
