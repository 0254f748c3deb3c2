package bench

import (
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"shenbao/rule"
)

// An Oracle answers rules of one schema by way of cel-go.
type Oracle struct {
	// Rows is how many rows of a list an expression spells out. Facts with more
	// rows cannot be asked about.
	Rows int

	schema *rule.Schema
	env    *cel.Env
}

// NewOracle declares the facts of the schema to CEL.
func NewOracle(s *rule.Schema, rows int) (*Oracle, error) {
	o := &Oracle{Rows: rows, schema: s}
	opts := []cel.EnvOption{
		ext.Math(),
		cel.ParserExpressionSizeLimit(1 << 20),
		cel.ParserRecursionLimit(1000),
		cel.Function("chars", cel.Overload("chars_string", []*cel.Type{cel.StringType}, cel.IntType,
			cel.UnaryBinding(func(v ref.Val) ref.Val { return types.Int(chars(string(v.(types.String)))) }))),
	}
	for _, f := range s.Facts {
		o.names(f, func(name string, k rule.Kind) {
			opts = append(opts, cel.Variable(name, celType(k)))
		})
	}
	var err error
	o.env, err = cel.NewEnv(opts...)
	return o, err
}

// names calls fn for every CEL variable that stands for a part of the fact.
func (o *Oracle) names(f *rule.Fact, fn func(name string, k rule.Kind)) {
	switch f.Kind {
	case rule.SeriesKind:
		for y := f.Years[0]; y <= f.Years[1]; y++ {
			fn(yearName(f, y), f.Of)
		}
	case rule.ListKind:
		fn(moreName(f), rule.BoolKind)
		fn(restName(f), rule.IntegerKind)
		for i := range o.Rows {
			fn(rowName(f, i), rule.BoolKind)
			for _, c := range f.Columns {
				fn(cellName(f, i, c), c.Kind)
			}
		}
	default:
		fn(factName(f), f.Kind)
	}
}

func factName(f *rule.Fact) string            { return "f_" + strings.ReplaceAll(f.Code, ".", "__") }
func yearName(f *rule.Fact, year int) string  { return fmt.Sprintf("%s_%d", factName(f), year) }
func rowName(list *rule.Fact, row int) string { return fmt.Sprintf("%s_%d", factName(list), row) }

// moreName is false for a complete list and unknown for an open one: whether
// some row that nobody has told of does what is asked.
func moreName(list *rule.Fact) string { return factName(list) + "_more" }

// restName is 0 for a complete list and unknown for an open one: what the rows
// that nobody has told of add.
func restName(list *rule.Fact) string { return factName(list) + "_rest" }

func cellName(list *rule.Fact, row int, column *rule.Fact) string {
	return rowName(list, row) + factName(column)[1:]
}

// celType is the CEL type of a kind. Dates are integers like 20241202, places
// are their six digits, options their codes.
func celType(k rule.Kind) *cel.Type {
	switch k {
	case rule.BoolKind, rule.FileKind:
		return cel.BoolType
	case rule.TextKind, rule.LongTextKind, rule.ChoiceKind, rule.PlaceKind, rule.UnitKind, rule.PersonKind:
		return cel.StringType
	case rule.ChoicesKind:
		return cel.ListType(cel.StringType)
	}
	return cel.IntType
}

// wordRun recognises what counts as one 字.
var wordRun = regexp.MustCompile(`\p{Han}|[，。、；：？！（）《》【】“”‘’—…·]|[^\s\pZ\p{Han}，。、；：？！（）《》【】“”‘’—…·]+`)

// chars counts 字: a Han character or full-width mark each, and a run of other
// visible characters.
func chars(s string) int { return len(wordRun.FindAllString(s, -1)) }

// Compile makes a program of a text of [Oracle.Text].
func (o *Oracle) Compile(text string) (cel.Program, error) {
	ast, issues := o.env.Compile(text)
	if issues.Err() != nil {
		return nil, issues.Err()
	}
	return o.env.Program(ast, cel.EvalOptions(cel.OptOptimize)) // compiles regular expressions once
}

// Answer is what CEL answers. An error of the evaluation is an error of the
// translation: there is no rule that can fail.
func (o *Oracle) Answer(p cel.Program, v Vars) (rule.Truth, error) {
	out, _, err := p.Eval(v)
	switch {
	case err != nil:
		return rule.Unknown, err
	case types.IsUnknown(out):
		return rule.Unknown, nil
	}
	return rule.Of(out == types.True), nil
}
