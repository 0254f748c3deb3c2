package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule"
)

// A file of registers means what it means in a facts file, or both refuse it.
func TestRegistersAgree(t *testing.T) {
	w := newWorld(1)
	for _, doc := range []string{
		`{"registers": {}}`,
		`{"registers": {"orgs": [], "names": {"rows": []}}}`,
		`{"registers": {"orgs": {"complete": true, "rows": [{"name": "甲", "n": 1, "x": true, "y": false, "z": null}]}}}`,
		`{"registers": {"orgs": {"rows": [{"name": "甲"}], "complete": "true", "note": {"a": [1]}}}, "flag": true, "staff": [{"flag": true}]}`,
		`{"registers": {"orgs": null, "names": [{}]}}`,
		"\xef\xbb\xbf" + `{"as_of": "2024-01-01", "registers": {"orgs": [{"\u540d": "\ud83d\ude00", "valid_from": "2024-05-07"}]}}` + "\n",
		`{"registers": {"orgs": [1, "x", []]}}`,
		`{"registers": {"orgs": {"complete": true}}}`,
		`{"registers": {"orgs": 1}}`,
		`{"registers": {"orgs": [{"name": {"a": 1}}]}}`,
		`{"registers": {"orgs": [{"name": "甲"}, {"name": ["a"]}]}}`,
		`{"registers": {"orgs": [{"name": "甲", "name": "乙"}]}}`,
		`{"registers": {"orgs": [], "orgs": []}}`,
		`{"registers": {}, "registers": {}}`,
		`{"registers": {"orgs": {"rows": [], "rows": []}}}`,
		`{"registers": {"orgs": [{"name": "甲"}`,
		`{"registers": {"orgs": [{"name": "甲"},]}}`,
		`{"registers": {"orgs": [{"name": "甲"} {"name": "乙"}]}}`,
		`{"registers": {"orgs": []}} {}`,
		`{"registers": {"orgs": []}}]`,
		`{"registers": {"orgs": [` + strings.Repeat("[", 20) + strings.Repeat("]", 20) + `]}}`,
		"{\"registers\": {\"orgs\": [{\"name\": \"\xff\"}]}}",
		`[]`, `{`, ``,
	} {
		facts, faults := w.s.ReadFacts(strings.NewReader(doc))
		got, err := ReadRegisters(t.Context(), w.s, strings.NewReader(doc))
		if (err == nil) != (len(faults) == 0) {
			t.Errorf("%s: %v, in a facts file %v", doc, err, faults)
			continue
		}
		if err != nil {
			if f := fault.Of(err); f.Kind != fault.Invalid || strings.Contains(locale.Fault("en", f), "rule.") {
				t.Errorf("%s: %v", doc, err)
			}
			continue
		}
		if !sameRegisters(got, facts.Registers) {
			t.Errorf("%s: %v, in a facts file %v", doc, got, facts.Registers)
		}
	}
}

func sameRegisters(a, b rule.Registers) bool {
	for id, x := range a {
		y := b[id]
		if y == nil || x.Complete != y.Complete || len(x.Rows) != len(y.Rows) || len(x.Rows) > 0 && !reflect.DeepEqual(x.Rows, y.Rows) {
			return false
		}
	}
	return len(a) == len(b)
}

// What is wrong is named by its row, however many come before it.
func TestRegisterFaults(t *testing.T) {
	w := newWorld(1)
	row := `{"name": "甲", "unit_code": "1"},`
	for _, c := range []struct{ name, head, tail, want string }{
		{"cell", "[", `{"name": "乙", "place": {"a": 1}}]`, "registers.orgs[1001].place: Every value of a register must be text"},
		{"broken", `{"complete": true, "rows": [`, `{"name"]}`, "registers.orgs[1001]: The JSON is malformed"},
		{"cut", "[", `{"name": `, "registers.orgs[1001]: The JSON is not finished"},
		{"cut between", "[", `{}`, "registers.orgs: The JSON is not finished"},
		{"more", "[", `{}] 1`, "There is more after the end"},
	} {
		_, err := ReadRegister(t.Context(), w.s, "orgs", stream(c.head, row, 1000, c.tail))
		if got := locale.Fault("en", fault.Of(err)); !strings.HasPrefix(got, c.want) {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if _, err := ReadRegister(t.Context(), w.s, "orgs", strings.NewReader("null")); err == nil {
		t.Error("null is a register")
	}
	if _, err := ReadRegisters(t.Context(), w.s, strings.NewReader(`{"flag": true}`)); err == nil || fault.Of(err).Key != "sweep.registers.none" {
		t.Errorf("a file without registers: %v", err)
	}
}

// A register is longer than a facts file may be; a row of it is not.
func TestLongRegister(t *testing.T) {
	w := newWorld(1)
	row := `{"name": "甲", "note": "` + strings.Repeat("x", 1000) + `"},`
	reg, err := ReadRegister(t.Context(), w.s, "orgs", stream("[", row, 20_000, `{"name": "乙"}]`))
	if err != nil || len(reg.Rows) != 20_001 || len(reg.Find("name", "乙")) != 1 {
		t.Fatalf("%v", err)
	}
	for _, tail := range []string{"", `"}]`} {
		_, err = ReadRegister(t.Context(), w.s, "orgs", stream(`[{"name": "`, "x", sized(1_000_000_000), tail))
		if f := fault.Of(err); f.Key != "sweep.long" {
			t.Errorf("a row without end: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	src := io.MultiReader(stream("[", row, 1000, ""), called(cancel), stream("", row, 1<<40, ""))
	if _, err := ReadRegister(ctx, w.s, "orgs", src); !errors.Is(err, context.Canceled) {
		t.Errorf("called off: %v", err)
	}
}

// called calls something when it is read.
type called func()

func (f called) Read([]byte) (int, error) {
	f()
	return 0, io.EOF
}

// With its registers a sweep answers what it left unknown without them.
func TestSweepAsksRegisters(t *testing.T) {
	w := newWorld(1)
	n, f := w.s.Parse("check known_org(org)")
	if f != nil {
		t.Fatal(f)
	}
	rules := []rule.Rule{{ID: "r", Node: n, Effect: rule.Refuse}}
	p, faults := rule.Compile(w.s, rules)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	for _, c := range []struct{ registers, asOf, want string }{
		{"", "2024-05-07", "unknown unknown unknown"},
		{`{"registers": {"orgs": {"complete": true, "rows": [{"name": "甲", "valid_from": "2024-05-07"}]}}}`, "2024-05-07", "met unmet unknown"},
		{`{"registers": {"orgs": {"complete": true, "rows": [{"name": "甲", "valid_from": "2024-05-07"}]}}}`, "2024-05-06", "unmet unmet unknown"},
	} {
		registers := rule.Registers(nil)
		if c.registers != "" {
			all, err := ReadRegisters(t.Context(), w.s, strings.NewReader(c.registers))
			if err != nil {
				t.Fatal(err)
			}
			registers = all
		}
		for _, src := range []string{"单位,flag\n91|甲,1\n92|乙,1\n,1\n", `{"org": {"code": "91", "name": "甲"}}` + "\n" + `{"单位": {"code": "92", "name": "乙"}, "as_of": "` + c.asOf + `"}` + "\n{}\n"} {
			askRegisters(t, p, registers, c.asOf, src, c.want)
		}
	}
}

// askRegisters loads three units and compares what the check says of them.
func askRegisters(t *testing.T, p *rule.Program, registers rule.Registers, asOf, src, want string) {
	t.Helper()
	l := &Loader{Table: NewTable(p.Schema, p.Rules), AsOf: day(asOf), Sample: 10}
	l.Table.Registers = registers
	load := l.CSV
	if strings.HasPrefix(src, "{") {
		load = l.NDJSON
	}
	if err := load(t.Context(), strings.NewReader(src)); err != nil {
		t.Fatal(err)
	}
	plan, fault := NewPlan(p, l.Table)
	if fault != nil {
		t.Fatal(fault)
	}
	v, err := plan.Run(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(v.Truth(0, 0), v.Truth(0, 1), v.Truth(0, 2)); got != want {
		t.Errorf("as of %s: %s, want %s\n%s", asOf, got, want, src)
	}
	if _, wrong, err := l.Ratify(p, v); err != nil || len(wrong) > 0 {
		t.Errorf("ratify: %v %v", err, wrong)
	}
}

// FuzzRegisters looks for a file of registers that means something else, or is
// refused otherwise, than in a facts file.
func FuzzRegisters(f *testing.F) {
	w := newWorld(1)
	f.Add([]byte(`{"registers": {"orgs": {"complete": true, "rows": [{"name": "甲", "n": 1}]}}}`))
	f.Add([]byte(`{"flag": true, "registers": {"orgs": null, "names": [{}, {"a": [1]}]}}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		facts, faults := w.s.ReadFacts(bytes.NewReader(doc))
		got, err := ReadRegisters(t.Context(), w.s, bytes.NewReader(doc))
		switch {
		case err == nil && len(faults) > 0:
			for _, f := range faults { // other members are not looked at
				if strings.HasPrefix(f.Field, "registers") {
					t.Fatalf("%q is taken, a facts file says %v", doc, f)
				}
			}
		case err != nil && len(faults) == 0 && fault.Of(err).Key != "sweep.registers.none":
			t.Fatalf("%q: %v", doc, err)
		case err == nil && !sameRegisters(got, facts.Registers):
			t.Fatalf("%q: %v, in a facts file %v", doc, got, facts.Registers)
		}
	})
}
