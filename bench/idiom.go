package bench

import (
	"fmt"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/interpreter"

	"shenbao/rule"
)

// An Idiom is a set of rules as somebody at home in CEL would write them, in the
// form that cel-go runs fastest: one optimised program a rule, rows as typed
// objects, list rules as exists, all and filter, ages as one comparison with a
// date counted beforehand, lengths counted when the text is stored, a rule that
// is referred to evaluated once. Named checks are CEL functions around the same
// Go functions.
//
// It is not the oracle: CEL has no open lists, and its filter is unknown as soon
// as one row is.
type Idiom struct {
	Texts    []string
	schema   *rule.Schema
	env      *cel.Env
	opts     []cel.EvalOption
	programs []cel.Program
	names    []string // of the variable that holds a rule's answer; "" when no rule refers to it
	order    []int    // rules after those that they refer to
}

// NewIdiom translates and compiles the rules. Without options, programs are
// optimised and nothing is tracked.
func NewIdiom(s *rule.Schema, rules []rule.Rule, opts ...cel.EvalOption) (*Idiom, error) {
	d := &Idiom{schema: s}
	declared, err := d.declare(rules)
	if err != nil {
		return nil, err
	}
	w := &idiomWriter{opts: &declared, refs: map[string]bool{}}
	for _, r := range rules {
		d.Texts = append(d.Texts, w.node(r.Node))
	}
	for _, r := range rules {
		name := ruleName(r.ID)
		if !w.refs[r.ID] {
			name = ""
		}
		d.names = append(d.names, name)
	}
	if w.err != nil {
		return nil, w.err
	}
	d.order = order(rules)
	env, err := cel.NewEnv(declared...)
	if err != nil {
		return nil, err
	}
	d.env, d.opts = env, opts
	if len(opts) == 0 {
		d.opts = []cel.EvalOption{cel.OptOptimize}
	}
	return d, d.compile(rules)
}

// compile makes a program of every text.
func (d *Idiom) compile(rules []rule.Rule) error {
	d.programs = nil
	for i, text := range d.Texts {
		ast, issues := d.env.Compile(text)
		if issues.Err() != nil {
			return fmt.Errorf("%s: %s: %w", rules[i].ID, text, issues.Err())
		}
		p, err := d.env.Program(ast, cel.EvalOptions(d.opts...))
		if err != nil {
			return err
		}
		d.programs = append(d.programs, p)
	}
	return nil
}

func ruleName(id string) string { return "rule_" + strings.ReplaceAll(id, ".", "_") }

// declare lists the variables: facts, answers of rules, and the application as
// a whole for the named checks.
func (d *Idiom) declare(rules []rule.Rule) ([]cel.EnvOption, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	rows := rowTypes{Registry: registry, fields: map[string]map[string]*types.FieldType{}}
	opts := []cel.EnvOption{cel.CustomTypeProvider(rows), cel.CustomTypeAdapter(registry), cel.Variable("app", cel.DynType)}
	for _, f := range d.schema.Facts {
		switch f.Kind {
		case rule.SeriesKind:
			for y := f.Years[0]; y <= f.Years[1]; y++ {
				opts = append(opts, cel.Variable(yearName(f, y), cel.IntType))
			}
		case rule.ListKind:
			rows.add(f)
			opts = append(opts, cel.Variable(factName(f), cel.ListType(cel.ObjectType(rowType(f)))))
		case rule.TextKind, rule.LongTextKind:
			opts = append(opts, cel.Variable(factName(f), cel.StringType), cel.Variable(lengthName(f), cel.IntType))
		default:
			opts = append(opts, cel.Variable(factName(f), idiomType(f.Kind)))
		}
	}
	for _, r := range rules {
		opts = append(opts, cel.Variable(ruleName(r.ID), cel.BoolType))
	}
	return opts, nil
}

func lengthName(f *rule.Fact) string { return factName(f) + "_length" }
func rowType(list *rule.Fact) string { return "row" + factName(list) }

// idiomType is the oracle's type, but places and choices are numbers, which CEL
// compares faster than words.
func idiomType(k rule.Kind) *cel.Type {
	switch k {
	case rule.PlaceKind, rule.ChoiceKind:
		return cel.IntType
	case rule.ChoicesKind:
		return cel.ListType(cel.IntType)
	}
	return celType(k)
}

// order sorts rules after those that they refer to.
func order(rules []rule.Rule) []int {
	at := map[string]int{}
	for i, r := range rules {
		at[r.ID] = i
	}
	var out []int
	done := make([]bool, len(rules))
	var visit func(i int)
	visit = func(i int) {
		if done[i] {
			return
		}
		done[i] = true
		rule.Walk(rules[i].Node, func(n rule.Node) bool {
			if r, ok := n.(*rule.Ref); ok {
				visit(at[r.Rule])
			}
			return true
		})
		out = append(out, i)
	}
	for i := range rules {
		visit(i)
	}
	return out
}

// Vars turns facts into CEL values, once for many evaluations.
func (d *Idiom) Vars(f *rule.Facts) map[string]any {
	v := map[string]any{"app": &wholeApp{facts: f}}
	for _, fact := range d.schema.Facts {
		switch fact.Kind {
		case rule.SeriesKind:
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				v[yearName(fact, y)] = idiomValue(fact, f.YearValue(fact, y))
			}
		case rule.ListKind:
			v[factName(fact)] = rowList(f, fact)
		default:
			x := f.Value(fact)
			v[factName(fact)] = idiomValue(fact, x)
			if fact.Kind == rule.TextKind || fact.Kind == rule.LongTextKind {
				v[lengthName(fact)] = idiomLength(x)
			}
		}
	}
	return v
}

func idiomLength(x rule.Value) ref.Val {
	if x.State != rule.Known {
		return notKnown
	}
	return types.Int(x.N)
}

func idiomValue(f *rule.Fact, x rule.Value) ref.Val {
	switch {
	case x.State != rule.Known:
		return notKnown
	case f.Kind == rule.PlaceKind, f.Kind == rule.ChoiceKind:
		return types.Int(x.N)
	case f.Kind == rule.ChoicesKind:
		var codes []ref.Val
		for i := range f.Options {
			if x.Set&(1<<i) != 0 {
				codes = append(codes, types.Int(i))
			}
		}
		return types.NewRefValList(types.DefaultTypeAdapter, codes)
	}
	k := f.Kind
	if k == rule.SeriesKind {
		k = f.Of
	}
	return value(k, f, x)
}

// Eval answers every rule. One frame serves all programs.
func (d *Idiom) Eval(vars map[string]any, out []rule.Truth) error {
	frame, err := interpreter.NewExecutionFrame(vars)
	if err != nil {
		return err
	}
	defer frame.Close()
	for _, i := range d.order {
		v, _, err := d.programs[i].Eval(frame)
		if err != nil {
			return err
		}
		if d.names[i] != "" {
			vars[d.names[i]] = v
		}
		switch v {
		case types.True:
			out[i] = rule.Met
		case types.False:
			out[i] = rule.Unmet
		default:
			out[i] = rule.Unknown
		}
	}
	return nil
}

// wholeApp carries the facts into the functions that are named checks.
type wholeApp struct {
	ref.Val
	facts *rule.Facts
}

// Type is dyn's: nothing but the checks looks inside.
func (a *wholeApp) Type() ref.Type { return types.DynType }

// Value is the facts.
func (a *wholeApp) Value() any { return a.facts }

// row is one row of a list as a CEL object.
type row struct {
	ref.Val
	typ   *types.Type
	cells []ref.Val
}

// Type is the object type of the list's rows.
func (r *row) Type() ref.Type { return r.typ }

// Value is the row itself, which the fields read.
func (r *row) Value() any { return r }

func rowList(f *rule.Facts, list *rule.Fact) ref.Val {
	rows := f.Rows(list)
	if rows.State != rule.Known {
		return notKnown
	}
	var out []ref.Val
	typ := types.NewObjectType(rowType(list))
	for i := range rows.N {
		r := &row{typ: typ}
		for _, c := range list.Columns {
			x := f.Cell(c, i)
			r.cells = append(r.cells, idiomValue(c, x), idiomLength(x))
		}
		out = append(out, r)
	}
	return types.NewRefValList(types.DefaultTypeAdapter, out)
}

// rowTypes tells CEL the columns of lists, and reads them without reflection.
type rowTypes struct {
	*types.Registry
	fields map[string]map[string]*types.FieldType
}

func (t rowTypes) add(list *rule.Fact) {
	fields := map[string]*types.FieldType{}
	for i, c := range list.Columns {
		fields[factName(c)] = cellField(idiomType(c.Kind), 2*i)
		fields[lengthName(c)] = cellField(types.IntType, 2*i+1)
	}
	t.fields[rowType(list)] = fields
}

func cellField(typ *types.Type, at int) *types.FieldType {
	return &types.FieldType{Type: typ,
		IsSet:   func(any) bool { return true },
		GetFrom: func(r any) (any, error) { return r.(*row).cells[at], nil }}
}

// FindStructType returns the type of a list's rows.
func (t rowTypes) FindStructType(name string) (*types.Type, bool) {
	if t.fields[name] != nil {
		return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
	}
	return t.Registry.FindStructType(name)
}

// FindStructFieldType returns the type of a column.
func (t rowTypes) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	f, ok := t.fields[name][field]
	return f, ok
}
