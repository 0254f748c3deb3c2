package rule

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"shenbao/internal/fault"
)

// Canonical is the tree as canonical JSON (docs/rule-language.md section 6).
func Canonical(n Node) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// Maps of strings, slices and maps cannot fail to encode.
	_ = enc.Encode(canonNode(n))
	return bytes.TrimRight(b.Bytes(), "\n")
}

// Hash is the SHA-256 of the canonical form, in hexadecimal.
func Hash(n Node) string {
	sum := sha256.Sum256(Canonical(n))
	return hex.EncodeToString(sum[:])
}

type object = map[string]any

func canonNode(n Node) any {
	switch n := n.(type) {
	case *All:
		return object{"all": canonNodes(n.Of)}
	case *Any:
		return object{"any": canonNodes(n.Of)}
	case *Not:
		return object{"not": canonNode(n.X)}
	case *Least:
		return object{"least": object{"k": n.K, "of": canonNodes(n.Of)}}
	case *If:
		return object{"if": canonNode(n.Cond), "then": canonNode(n.Then)}
	case *Ref:
		return object{"rule": n.Rule}
	case *Exists:
		return object{"exists": object{"list": n.List.Code, "where": canonNode(n.Where)}}
	case *Every:
		return object{"every": object{"list": n.List.Code, "where": canonNode(n.Where)}}
	case *Call:
		return object{"check": object{"name": n.Check.Code, "args": canonArgs(n.Args)}}
	}
	return canonLeaf(n)
}

func canonNodes(of []Node) []any {
	var out []any
	for _, n := range of {
		out = append(out, canonNode(n))
	}
	return out
}

func canonArgs(args []Arg) []any {
	out := []any{}
	for _, a := range args {
		switch {
		case a.Fact != nil:
			out = append(out, object{"f": a.Fact.Code})
		case a.Param != nil:
			out = append(out, object{"p": a.Param.Code})
		default:
			out = append(out, object{"s": a.Str})
		}
	}
	return out
}

func canonLeaf(n Node) any {
	switch n := n.(type) {
	case *Is:
		return object{"is": n.Fact.Code}
	case *Given:
		return object{"given": n.Fact.Code}
	case *Compare:
		return object{"cmp": object{"l": canonOperand(n.L), "op": n.Op.String(), "r": canonOperand(n.R)}}
	case *About:
		return object{"about": object{"l": canonOperand(n.L), "v": canonOperand(n.V), "within": canonOperand(n.Within)}}
	case *Between:
		return object{"between": object{"x": canonOperand(n.X), "lo": canonOperand(n.Lo), "hi": canonOperand(n.Hi)}}
	case *Ratio:
		return object{"ratio": object{"l": canonOperand(n.L), "op": n.Op.String(), "share": canonOperand(n.Share), "of": canonOperand(n.Of)}}
	case *In:
		return object{"in": object{"x": n.Fact.Code, "set": canonSet(n.Set)}}
	case *Has:
		how := "any"
		if n.All {
			how = "all"
		}
		return object{"has": object{"x": n.Fact.Code, "how": how, "set": canonSet(n.Set)}}
	case *Within:
		return object{"place": object{"x": n.Fact.Code, "in": canonSet(n.Set)}}
	case *During:
		return object{"window": object{"x": n.Fact.Code, "in": canonWindow(n.Window)}}
	}
	return canonText(n)
}

func canonText(n Node) any {
	switch n := n.(type) {
	case *TextClass:
		how := "only"
		if n.Without {
			how = "without"
		}
		return object{"text": object{"x": n.Fact.Code, "how": how, "class": n.Class}}
	case *Matches:
		return object{"text": object{"x": n.Fact.Code, "how": "match", "re": n.Re}}
	case *Same:
		if n.Other != nil {
			return object{"same": object{"x": n.Fact.Code, "y": n.Other.Code}}
		}
		return object{"same": object{"x": n.Fact.Code, "s": n.Str}}
	}
	return nil
}

func canonSet(s Set) any {
	if s.Param != nil {
		return object{"param": s.Param.Code}
	}
	out := []any{}
	for _, c := range s.Codes {
		out = append(out, c)
	}
	for _, p := range s.Places {
		out = append(out, fmt.Sprintf("%06d", p))
	}
	return out
}

func canonWindow(w Window) any {
	if w.Param != nil {
		return object{"param": w.Param.Code}
	}
	from, to, _ := strings.Cut(w.String(), "..")
	return []any{from, to}
}

func canonOperand(o Operand) any {
	switch o := o.(type) {
	case *FactOf:
		return object{"f": o.Fact.Code}
	case *ParamOf:
		return object{"p": o.Param.Code}
	case *Number:
		u := ""
		if o.Unit != nil {
			u = o.Unit.Code
		}
		return object{"q": o.Dec, "u": u}
	case *Day:
		return object{"d": FormatDay(o.N)}
	case *Age:
		return object{"age": o.Of.Code, "at": canonOperand(o.At)}
	case *Length:
		return object{"len": o.Of.Code}
	case *Agg:
		m := object{"agg": o.Fn, "of": o.Of.Path()}
		if o.Over != nil {
			m["over"] = o.Over.Code
		}
		if o.Where != nil {
			m["where"] = canonNode(o.Where)
		}
		return m
	}
	return nil
}

// Decode reads a tree from its canonical form and checks it against the schema
// as Parse does. Bytes that are not the canonical form of a tree are refused.
func (s *Schema) Decode(data []byte) (Node, *fault.Fault) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if len(data) > 4*maxText || dec.Decode(&v) != nil {
		return nil, problem("canonical")
	}
	d := &decanon{}
	text := d.node(v)
	if d.bad {
		return nil, problem("canonical")
	}
	n, f := s.Parse(text)
	if f != nil {
		return nil, f
	}
	if !bytes.Equal(Canonical(n), data) {
		return nil, problem("canonical")
	}
	return n, nil
}

// decanon writes the canonical form as English text, which Parse then checks:
// there is one checker.
type decanon struct{ bad bool }

func (d *decanon) fail() string {
	d.bad = true
	return ""
}

func (d *decanon) str(v any) string {
	s, ok := v.(string)
	if !ok {
		return d.fail()
	}
	return s
}

func (d *decanon) obj(v any) object {
	m, ok := v.(object)
	if !ok {
		d.fail()
	}
	return m
}

func (d *decanon) node(v any) string {
	m := d.obj(v)
	for key, x := range m {
		switch key {
		case "all":
			return d.junction(x, " and ")
		case "any":
			return d.junction(x, " or ")
		case "not":
			return "not (" + d.node(x) + ")"
		case "if", "then":
			return "(if " + d.node(m["if"]) + " then " + d.node(m["then"]) + ")"
		case "least":
			l := d.obj(x)
			return "at least " + fmt.Sprint(l["k"]) + " of " + d.junction(l["of"], "; ")
		case "rule":
			return "rule " + d.str(x)
		case "exists", "every":
			q := d.obj(x)
			return key + " " + d.str(q["list"]) + " where (" + d.node(q["where"]) + ")"
		case "check":
			return d.check(d.obj(x))
		}
		return d.leaf(key, x)
	}
	return d.fail()
}

func (d *decanon) junction(v any, sep string) string {
	of, ok := v.([]any)
	if !ok {
		return d.fail()
	}
	var parts []string
	for _, n := range of {
		parts = append(parts, "("+d.node(n)+")")
	}
	return "(" + strings.Join(parts, sep) + ")"
}

func (d *decanon) check(m object) string {
	var args []string
	list, _ := m["args"].([]any)
	for _, a := range list {
		for k, v := range d.obj(a) {
			if k == "s" {
				args = append(args, quote(d.str(v)))
			} else {
				args = append(args, d.str(v))
			}
		}
	}
	return "check " + d.str(m["name"]) + "(" + strings.Join(args, ", ") + ")"
}

func (d *decanon) leaf(key string, x any) string {
	switch key {
	case "is":
		return d.str(x)
	case "given":
		return "given " + d.str(x)
	}
	m := d.obj(x)
	switch key {
	case "cmp":
		return d.operand(m["l"]) + " " + d.str(m["op"]) + " " + d.operand(m["r"])
	case "about":
		return d.operand(m["l"]) + " about " + d.operand(m["v"]) + " within " + d.operand(m["within"])
	case "between":
		return d.operand(m["x"]) + " between " + d.operand(m["lo"]) + " and " + d.operand(m["hi"])
	case "ratio":
		return d.operand(m["l"]) + " " + d.str(m["op"]) + " " + d.operand(m["share"]) + " of " + d.operand(m["of"])
	case "in":
		return d.str(m["x"]) + " in " + d.set(m["set"])
	case "has":
		return d.str(m["x"]) + " has " + d.str(m["how"]) + " " + d.set(m["set"])
	case "place":
		return d.str(m["x"]) + " within " + d.set(m["in"])
	case "window":
		return d.str(m["x"]) + " during " + d.window(m["in"])
	case "text":
		return d.text(m)
	case "same":
		if y, ok := m["y"]; ok {
			return d.str(m["x"]) + " = " + d.str(y)
		}
		return d.str(m["x"]) + " = " + quote(d.str(m["s"]))
	}
	return d.fail()
}

func (d *decanon) text(m object) string {
	switch how := d.str(m["how"]); how {
	case "only", "without":
		return d.str(m["x"]) + " " + how + " " + d.str(m["class"])
	case "match":
		return d.str(m["x"]) + " matches " + quote(d.str(m["re"]))
	}
	return d.fail()
}

func (d *decanon) set(v any) string {
	if m, ok := v.(object); ok {
		return d.str(m["param"])
	}
	list, _ := v.([]any)
	var parts []string
	for _, c := range list {
		s := d.str(c)
		if _, err := strconv.Atoi(s); err != nil {
			s = quote(s)
		}
		parts = append(parts, s)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

func (d *decanon) window(v any) string {
	if m, ok := v.(object); ok {
		return d.str(m["param"])
	}
	list, _ := v.([]any)
	if len(list) != 2 {
		return d.fail()
	}
	return d.str(list[0]) + ".." + d.str(list[1])
}

func (d *decanon) operand(v any) string {
	m := d.obj(v)
	for key, x := range m {
		switch key {
		case "f", "p", "d":
			return d.str(x)
		case "q", "u":
			return d.str(m["q"]) + " " + d.str(m["u"])
		case "len":
			return "length(" + d.str(x) + ")"
		case "age", "at":
			return "age(" + d.str(m["age"]) + ", " + d.operand(m["at"]) + ")"
		}
		if over, ok := m["over"]; ok {
			return d.str(m["of"]) + "." + d.str(over) + "." + d.str(m["agg"])
		}
		where := ""
		if w, ok := m["where"]; ok {
			where = " where (" + d.node(w) + ")"
		}
		return d.str(m["agg"]) + "(" + d.str(m["of"]) + where + ")"
	}
	return d.fail()
}
