package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"

	"shenbao/internal/fault"
)

// maxDepth is how deep a JSON body may be nested. No struct of ours is deeper.
const maxDepth = 16

// strict checks what the decoder of encoding/json lets pass: that a JSON body is
// one object, that its names are exactly those of the struct which may come in a
// body, that no object has a name twice (the last would count, while others who
// read the same text may take the first), and that no text holds a NUL.
func strict(body []byte, of reflect.Type) error {
	w := walk{d: json.NewDecoder(bytes.NewReader(body)), known: bodyNames(of)}
	w.d.UseNumber()
	if trimmed := bytes.TrimLeft(body, " \t\r\n"); len(trimmed) == 0 || trimmed[0] != '{' {
		return fault.New(fault.Invalid, "web.json", "an object is wanted")
	}
	if err := w.value(0); err != nil {
		return err
	}
	if _, err := w.d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "web.json", "more than one value")
	}
	return nil
}

// bodyNames are the names of a struct's fields that are read from a body.
func bodyNames(of reflect.Type) (names []string) {
	for i := range of.NumField() {
		if f := of.Field(i); f.Tag.Get("in") != "path" && f.Type != reflect.TypeFor[upload]() && f.Type != reflect.TypeFor[octets]() {
			names = append(names, fieldName(f))
		}
	}
	return names
}

// A walk goes through a JSON text once.
type walk struct {
	d     *json.Decoder
	known []string // names of the outermost object
}

// value checks the next value, which stands at a depth.
func (w walk) value(depth int) error {
	token, err := w.d.Token()
	if err != nil {
		return fault.New(fault.Invalid, "web.json", err.Error())
	}
	switch t := token.(type) {
	case string:
		if strings.ContainsRune(t, 0) {
			return fault.New(fault.Invalid, "web.characters")
		}
	case json.Delim:
		if depth == maxDepth {
			return fault.New(fault.Invalid, "web.json", "too deep")
		}
		return w.within(t, depth)
	}
	return nil
}

// within checks what stands between a bracket and the one that closes it.
func (w walk) within(open json.Delim, depth int) error {
	seen := map[string]bool{}
	for w.d.More() {
		if open == '{' {
			token, err := w.d.Token()
			if err != nil {
				return fault.New(fault.Invalid, "web.json", err.Error())
			}
			name := token.(string) // the decoder takes nothing else for a name
			switch folded := strings.ToLower(name); {
			case seen[folded]:
				return fault.New(fault.Invalid, "web.twice", name).In(name)
			case depth == 0 && !slices.Contains(w.known, name):
				return fault.New(fault.Invalid, "web.unknown_field", name).In(name)
			default:
				seen[folded] = true
			}
		}
		if err := w.value(depth + 1); err != nil {
			return err
		}
	}
	if _, err := w.d.Token(); err != nil {
		return fault.New(fault.Invalid, "web.json", err.Error())
	}
	return nil
}
