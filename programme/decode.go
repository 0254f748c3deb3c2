package programme

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"shenbao/internal/nearest"
)

// Limits of what is read. Past a limit a file is refused, nothing is cut.
const (
	maxFile    = 1 << 20  // bytes of one file
	maxPackage = 16 << 20 // bytes of all files of a package
	maxDepth   = 24       // nesting of YAML
)

// Pos is a place in a package's file.
type Pos struct {
	File      string // path under programmes/
	Line, Col int    // from 1; 0 when the whole file is meant
	Path      string // the field: stages[2].until
}

// At is the place of an entry. Every struct that a file holds embeds it.
type At struct {
	For []string // the members of a guide that the entry is for; empty: all

	pos  Pos
	node *yaml.Node // the mapping, to find its keys again
	line int        // lines of the file before the YAML text
}

// Pos is the place where the entry begins.
func (a At) Pos() Pos { return a.pos }

// In is the place of one key of the entry, or of the entry when it has no such key.
func (a At) In(key string) Pos {
	p := a.pos
	p.Path = join(a.pos.Path, key)
	if v := a.value(key); v != nil {
		p.Line, p.Col = v.Line+a.line, v.Column
	}
	return p
}

// Has reports whether the entry was written with the key.
func (a At) Has(key string) bool { return a.value(key) != nil }

func (a At) value(key string) *yaml.Node {
	if a.node == nil {
		return nil
	}
	for i := 0; i+1 < len(a.node.Content); i += 2 {
		if a.node.Content[i].Value == key {
			return a.node.Content[i+1]
		}
	}
	return nil
}

// textPos is the place of a line and column inside a text value of the entry.
// In a folded or multi-line text the column is the text's own.
func (a At) textPos(key string, line, col int) Pos {
	p := a.In(key)
	v := a.value(key)
	switch {
	case v == nil || line == 0:
	case v.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		p.Line, p.Col = p.Line+line, col
	case v.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 && line == 1:
		p.Col += col
	case line == 1:
		p.Col += col - 1
	default:
		p.Line, p.Col = p.Line+line-1, col
	}
	return p
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// decoder turns YAML nodes into structs, strictly, and notes every fault.
type decoder struct {
	file     string
	line     int // lines of the file before the YAML text
	problems *Problems
}

func (d *decoder) pos(n *yaml.Node, path string) Pos {
	return Pos{File: d.file, Line: n.Line + d.line, Col: n.Column, Path: path}
}

func (d *decoder) bad(n *yaml.Node, path, key string, args ...any) bool {
	d.problems.add(Error, d.pos(n, path), key, args...)
	return false
}

// decodeText reads one YAML document into the struct that into points to. It
// reports whether the text could be read at all; faults in it are noted either
// way.
func decodeText(file string, line int, text []byte, into any, problems *Problems) bool {
	d := &decoder{file: file, line: line, problems: problems}
	whole := Pos{File: file, Line: line + 1}
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			problems.add(Error, whole, "yaml.empty")
			return false
		}
		d.syntax(err)
		return false
	}
	if err := dec.Decode(&more); err == nil {
		problems.add(Error, Pos{File: file, Line: line + more.Line}, "yaml.documents")
		return false
	} else if !errors.Is(err, io.EOF) {
		d.syntax(err)
		return false
	}
	root := doc.Content[0]
	return d.plain(root, "", 0) && d.value(root, reflect.ValueOf(into).Elem(), "")
}

// syntax notes an error of the YAML reader; its text begins with the line.
func (d *decoder) syntax(err error) {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if rest, ok := strings.CutPrefix(msg, "line "); ok {
		if num, tail, ok := strings.Cut(rest, ": "); ok {
			line, _ = strconv.Atoi(num)
			msg = tail
		}
	}
	d.problems.add(Error, Pos{File: d.file, Line: line + d.line}, "yaml.syntax", msg)
}

// plain refuses what YAML can do beyond plain data: anchors, aliases, merges,
// own tags, and nesting without end.
func (d *decoder) plain(n *yaml.Node, path string, depth int) bool {
	switch {
	case depth > maxDepth:
		return d.bad(n, path, "yaml.depth", maxDepth)
	case n.Kind == yaml.AliasNode || n.Anchor != "" || n.Tag == "!!merge":
		return d.bad(n, path, "yaml.anchor")
	case !strings.HasPrefix(n.Tag, "!!") && n.Tag != "" || n.Tag == "!!binary":
		return d.bad(n, path, "yaml.tag", n.Tag)
	}
	ok := true
	for _, c := range n.Content {
		ok = d.plain(c, path, depth+1) && ok
	}
	return ok
}

// nodeValue is a type that reads its node itself.
type nodeValue interface {
	decode(d *decoder, n *yaml.Node, path string) bool
}

// word is a string type with a closed list of values.
type word interface{ Values() []string }

// value reads n into v and reports whether it fits. v must be settable.
func (d *decoder) value(n *yaml.Node, v reflect.Value, path string) bool {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(n, v.Elem(), path)
	}
	if nv, ok := v.Addr().Interface().(nodeValue); ok {
		return nv.decode(d, n, path)
	}
	switch v.Kind() {
	case reflect.Struct:
		return d.entry(n, v, path)
	case reflect.Slice:
		return d.sequence(n, v, path)
	case reflect.Map:
		return d.mapping(n, v, path)
	case reflect.String:
		return d.text(n, v, path)
	case reflect.Bool:
		if n.Tag != "!!bool" {
			return d.bad(n, path, "yaml.bool", shown(n))
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
		return true
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if n.Tag != "!!int" || err != nil {
			return d.bad(n, path, "yaml.int", shown(n))
		}
		v.SetInt(int64(i))
		return true
	}
	return d.bad(n, path, "yaml.syntax", "unsupported "+v.Type().String())
}

func (d *decoder) text(n *yaml.Node, v reflect.Value, path string) bool {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return d.bad(n, path, "yaml.text", shown(n))
	}
	if n.Tag != "!!str" && n.Style == 0 {
		return d.bad(n, path, "yaml.quote", n.Value)
	}
	v.SetString(n.Value)
	if w, ok := v.Interface().(word); ok {
		return d.oneOf(n, path, w.Values())
	}
	return true
}

func (d *decoder) oneOf(n *yaml.Node, path string, values []string) bool {
	for _, w := range values {
		if w == n.Value {
			return true
		}
	}
	if s := nearest.Word(n.Value, values); s != "" {
		return d.bad(n, path, "yaml.word_near", n.Value, s)
	}
	return d.bad(n, path, "yaml.word", n.Value, strings.Join(values, ", "))
}

func (d *decoder) sequence(n *yaml.Node, v reflect.Value, path string) bool {
	if n.Kind != yaml.SequenceNode {
		return d.bad(n, path, "yaml.list", shown(n))
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, len(n.Content)))
	ok := true
	for i, c := range n.Content {
		elem := reflect.New(v.Type().Elem()).Elem()
		fits := d.value(c, elem, path+"["+strconv.Itoa(i)+"]")
		ok = ok && fits
		// What is no entry at all is left out; one with faults stays, so that
		// what refers to it is not faulted too.
		if fits || c.Kind == yaml.MappingNode {
			v.Set(reflect.Append(v, elem))
		}
	}
	return ok
}

func (d *decoder) mapping(n *yaml.Node, v reflect.Value, path string) bool {
	if n.Kind != yaml.MappingNode {
		return d.bad(n, path, "yaml.map", shown(n))
	}
	v.Set(reflect.MakeMapWithSize(v.Type(), len(n.Content)/2))
	ok := true
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		key := reflect.ValueOf(k.Value)
		if v.MapIndex(key).IsValid() {
			ok = d.bad(k, join(path, k.Value), "yaml.twice", k.Value)
			continue
		}
		elem := reflect.New(v.Type().Elem()).Elem()
		ok = d.value(n.Content[i+1], elem, join(path, k.Value)) && ok
		v.SetMapIndex(key, elem)
	}
	return ok
}

// field is one key that a struct takes.
type field struct {
	name     string
	index    int
	required bool
	nullable bool
}

var fieldCache sync.Map // reflect.Type → []field

// fields lists the keys of a struct type in the order of its fields.
func fields(t reflect.Type) []field {
	if fs, ok := fieldCache.Load(t); ok {
		return fs.([]field)
	}
	var fs []field
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("yaml")
		if name != "" && name != "-" {
			tag := t.Field(i).Tag.Get("jsonschema")
			fs = append(fs, field{name, i, tag == "required", tag == "nullable"})
		}
	}
	fieldCache.Store(t, fs)
	return fs
}

// entry reads a mapping into a struct: unknown, repeated and absent keys are
// faults.
func (d *decoder) entry(n *yaml.Node, v reflect.Value, path string) bool {
	if n.Kind != yaml.MappingNode {
		return d.bad(n, path, "yaml.map", shown(n))
	}
	if at := v.FieldByName("At"); at.IsValid() {
		at.Set(reflect.ValueOf(At{pos: d.pos(n, path), node: n, line: d.line}))
	}
	fs := fields(v.Type())
	seen := map[string]bool{}
	ok := true
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		f := find(fs, k.Value)
		switch {
		case seen[k.Value]:
			ok = d.bad(k, join(path, k.Value), "yaml.twice", k.Value)
		case f == nil && k.Value == "for" && v.FieldByName("At").IsValid():
			ok = d.value(n.Content[i+1], v.FieldByName("At").FieldByName("For"), join(path, "for")) && ok
		case f == nil:
			ok = d.unknown(k, path, fs)
		case f.nullable && n.Content[i+1].Tag == "!!null":
		default:
			ok = d.value(n.Content[i+1], v.Field(f.index), join(path, k.Value)) && ok
		}
		seen[k.Value] = true
	}
	for _, f := range fs {
		if f.required && !seen[f.name] {
			ok = d.bad(n, path, "yaml.required", f.name)
		}
	}
	return ok
}

func find(fs []field, name string) *field {
	for i := range fs {
		if fs[i].name == name {
			return &fs[i]
		}
	}
	return nil
}

func (d *decoder) unknown(k *yaml.Node, path string, fs []field) bool {
	names := make([]string, len(fs))
	for i, f := range fs {
		names[i] = f.name
	}
	if s := nearest.Word(k.Value, names); s != "" {
		return d.bad(k, join(path, k.Value), "yaml.key_near", k.Value, s)
	}
	return d.bad(k, join(path, k.Value), "yaml.key", k.Value, strings.Join(names, ", "))
}

// shown is how a message quotes what stands at a node.
func shown(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "{…}"
	case yaml.SequenceNode:
		return "[…]"
	}
	if n.Tag == "!!null" {
		return "null"
	}
	if r := []rune(n.Value); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return n.Value
}

// validUTF8 notes the first byte that is not UTF-8, by its line, or the first
// control character: no text file holds one, and terminals obey them.
func validUTF8(file string, text []byte, problems *Problems) bool {
	line := 1
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			problems.add(Error, Pos{File: file, Line: line}, "file.utf8")
			return false
		case r == '\n':
			line++
		case unicode.IsControl(r) && r != '\t' && r != '\r':
			problems.add(Error, Pos{File: file, Line: line}, "file.control", fmt.Sprintf("%U", r))
			return false
		}
		i += size
	}
	return true
}
