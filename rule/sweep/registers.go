package sweep

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// ReadRegisters reads the registers (名录) of a facts file, {"registers": {"ID":
// …}}; its other members are passed over. Unlike a facts file it may be of any
// length: it is read row by row, and takes the memory of its rows.
func ReadRegisters(ctx context.Context, s *rule.Schema, src io.Reader) (rule.Registers, error) {
	r := newRegisterReader(ctx, s, src)
	found := rule.Registers(nil)
	err := r.object("", func(name string) error {
		if name != "registers" {
			return r.skip()
		}
		found = rule.Registers{}
		return r.object(name, func(id string) error {
			reg, err := r.register(id)
			if err == nil && reg != nil {
				found[id] = reg
			}
			return err
		})
	})
	if err == nil {
		err = r.end()
	}
	if err == nil && found == nil {
		err = fault.New(fault.Invalid, "sweep.registers.none")
	}
	return found, err
}

// ReadRegister reads one register as it stands under its id in a facts file:
// […], or {"complete": …, "rows": […]}.
func ReadRegister(ctx context.Context, s *rule.Schema, id string, src io.Reader) (*rule.Register, error) {
	r := newRegisterReader(ctx, s, src)
	reg, err := r.register(id)
	if err == nil {
		err = r.end()
	}
	if err == nil && reg == nil {
		err = r.kind(id)
	}
	return reg, err
}

// registerReader reads registers row by row. What a row means is left to
// rule.Schema.ReadFacts.
type registerReader struct {
	ctx    context.Context
	schema *rule.Schema
	src    *bufio.Reader
	n      int64 // bytes that the decoder took
	dec    *json.Decoder
}

func newRegisterReader(ctx context.Context, s *rule.Schema, src io.Reader) *registerReader {
	r := &registerReader{ctx: ctx, schema: s, src: bufio.NewReader(readAhead(ctx, src, func(int) {}))}
	if mark, _ := r.src.Peek(3); bytes.Equal(mark, []byte("\xef\xbb\xbf")) {
		_, _ = r.src.Discard(3) // these were seen
	}
	r.dec = json.NewDecoder(r)
	return r
}

// Read feeds the decoder, which keeps what it has not yet understood: no more
// than the longest row.
func (r *registerReader) Read(p []byte) (int, error) {
	if r.dec != nil && r.n-r.dec.InputOffset() > 2*maxRecord {
		return 0, errTooLong
	}
	n, err := r.src.Read(p)
	r.n += int64(n)
	return n, err
}

// syntax turns an error of the decoder into what a person reads.
func (r *registerReader) syntax(err error, field string) error {
	switch {
	case r.ctx.Err() != nil:
		return r.ctx.Err()
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return fault.New(fault.Invalid, "rule.facts.end").In(field)
	case err == errTooLong:
		return fault.New(fault.Invalid, "sweep.long", maxRecord>>10).In(field)
	}
	return fault.New(fault.Invalid, "rule.facts.json").In(field).Because(err)
}

// kind complains of a value that should be rows.
func (r *registerReader) kind(id string) error {
	return fault.New(fault.Invalid, "rule.facts.kind", fault.Key("rule.kind.list"), fault.Key("rule.example.list")).In("registers." + id)
}

// object calls member for every member of the object that comes next.
func (r *registerReader) object(field string, member func(name string) error) error {
	open, err := r.dec.Token()
	if err != nil {
		return r.syntax(err, field)
	}
	if open != json.Delim('{') {
		return fault.New(fault.Invalid, "rule.facts.object").In(field)
	}
	seen := map[string]bool{}
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return r.syntax(err, field)
		}
		name := fmt.Sprint(token)
		if seen[name] {
			return fault.New(fault.Invalid, "rule.facts.twice", name).In(field)
		}
		seen[name] = true
		if err := member(name); err != nil {
			return err
		}
	}
	if _, err := r.dec.Token(); err != nil {
		return r.syntax(err, field)
	}
	return nil
}

// skip passes over the value that comes next.
func (r *registerReader) skip() error {
	for depth := 0; ; {
		token, err := r.dec.Token()
		if err != nil {
			return r.syntax(err, "")
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			depth++
		case json.Delim('}'), json.Delim(']'):
			depth--
		}
		if depth == 0 {
			return nil
		}
	}
}

// end holds the file to its one value.
func (r *registerReader) end() error {
	if _, err := r.dec.Token(); err != io.EOF {
		return fault.New(fault.Invalid, "rule.facts.more")
	}
	return nil
}

// register reads one register; null is none.
func (r *registerReader) register(id string) (*rule.Register, error) {
	field := "registers." + id
	token, err := r.dec.Token()
	if err != nil {
		return nil, r.syntax(err, field)
	}
	var rows []map[string]string
	complete, given := false, token == json.Delim('[')
	switch token {
	case nil:
		return nil, nil
	case json.Delim('['):
		rows, err = r.rows(id)
	case json.Delim('{'):
		rows, complete, given, err = r.wrapped(id)
	}
	switch {
	case err != nil:
		return nil, err
	case !given:
		return nil, r.kind(id)
	}
	return rule.NewRegister(rows, complete), nil
}

// wrapped reads {"complete": …, "rows": […]} behind its bracket.
func (r *registerReader) wrapped(id string) (rows []map[string]string, complete, given bool, err error) {
	seen := map[string]bool{}
	for r.dec.More() {
		token, err := r.dec.Token()
		if err != nil {
			return nil, false, false, r.syntax(err, "registers."+id)
		}
		name := fmt.Sprint(token)
		if seen[name] {
			return nil, false, false, fault.New(fault.Invalid, "rule.facts.twice", name).In("registers." + id)
		}
		seen[name] = true
		switch name {
		case "complete":
			var value any
			err = r.dec.Decode(&value)
			complete = value == true || value == "true"
		case "rows":
			if token, err = r.dec.Token(); err == nil && token != json.Delim('[') {
				return nil, false, false, r.kind(id)
			}
			if given = true; err == nil {
				if rows, err = r.rows(id); err != nil {
					return nil, false, false, err
				}
			}
		default:
			if err := r.skip(); err != nil {
				return nil, false, false, err
			}
		}
		if err != nil {
			return nil, false, false, r.syntax(err, "registers."+id)
		}
	}
	if _, err := r.dec.Token(); err != nil {
		return nil, false, false, r.syntax(err, "registers."+id)
	}
	return rows, complete, given, nil
}

// The rows that are read at once.
const (
	registerRows  = 200
	registerBytes = 1 << 20
)

// rows reads rows up to their closing bracket.
func (r *registerReader) rows(id string) (all []map[string]string, err error) {
	var batch []string
	size := 0
	for r.dec.More() {
		var raw json.RawMessage
		if err := r.dec.Decode(&raw); err != nil {
			return nil, r.syntax(err, "registers."+id+"["+strconv.Itoa(len(all)+len(batch)+1)+"]")
		}
		batch = append(batch, string(raw))
		if size += len(raw); len(batch) == registerRows || size > registerBytes {
			if all, err = r.batch(id, all, batch); err != nil {
				return nil, err
			}
			batch, size = batch[:0], 0
		}
	}
	if _, err := r.dec.Token(); err != nil {
		return nil, r.syntax(err, "registers."+id)
	}
	return r.batch(id, all, batch)
}

// batch reads some rows the way of a facts file and adds them to all.
func (r *registerReader) batch(id string, all []map[string]string, rows []string) ([]map[string]string, error) {
	quoted, _ := json.Marshal(id) // a text has a JSON form
	doc := `{"registers":{` + string(quoted) + ":[" + strings.Join(rows, ",") + "]}}"
	facts, faults := r.schema.ReadFacts(strings.NewReader(doc))
	if len(faults) == 0 {
		return append(all, facts.Registers[id].Rows...), r.ctx.Err()
	}
	if len(rows) > 1 { // which of them is it?
		for i := range rows {
			if _, err := r.batch(id, all, rows[i:i+1]); err != nil {
				return nil, err
			}
			all = append(all, nil)
		}
	}
	place := "registers." + id
	column := faults[0].Field
	if i := strings.LastIndexByte(column, ']'); i >= 0 {
		column = column[i+1:]
	}
	return nil, faults[0].At("", 0, 0).In(place + "[" + strconv.Itoa(len(all)+1) + "]" + strings.TrimPrefix(column, place))
}
