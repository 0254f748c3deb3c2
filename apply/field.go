package apply

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"shenbao/actor"
	"shenbao/internal/chinacode"
	"shenbao/internal/intake"
	"shenbao/internal/secret"
	"shenbao/registry"
	"shenbao/rule"
)

// A Field (填报项) is what is kept of a form by itself, so that two people who
// work on different fields do not meet. Its name says which:
//
//	rd_expense:2021    a year of a series
//	projects/ROW       a row of a list, all its cells; ROW is 32 hexadecimal digits
//	projects/complete  that the list holds all there is
//	outline/basis      the text of a section of the plan
//	reason/RULE        why an exception from a rule is asked for
//	centre.name        any other fact, by its code
type Field struct {
	Name      string
	Value     json.RawMessage // as facts state it; nil when it was emptied
	Owner     actor.UnitID    // the unit whose part it is
	Source    string          // [Typed], or the key of the profile that it was taken from
	Sealed    secret.Sealed   // an identity number in full
	Tab       string          // the page that wrote it
	Changed   time.Time
	ChangedBy actor.PersonID

	read any // Value, once it was read: see [Field.decoded]
}

// Typed is the source of what somebody typed.
const Typed = "typed"

// Hash tells values of a field apart: a page sends back that of the value that
// it showed.
func (f *Field) Hash() string {
	if f == nil {
		return hashOf(nil)
	}
	return hashOf(f.Value)
}

func hashOf(value json.RawMessage) string {
	sum := sha256.Sum256(value)
	return hex.EncodeToString(sum[:8])
}

// Empty reports whether the field holds nothing.
func (f *Field) Empty() bool { return f == nil || len(f.Value) == 0 }

// split cuts a field's name: the list and the row of projects/ROW, the code and
// the year of rd_expense:2021; rest is "" for any other.
func split(name string) (code, rest string) {
	if code, rest, ok := strings.Cut(name, "/"); ok {
		return code, rest
	}
	code, rest, _ = strings.Cut(name, ":")
	return code, rest
}

// The fields that are no facts begin with these.
const (
	OutlinePrefix = "outline/"
	ReasonPrefix  = "reason/"
	completeRow   = "complete"
)

// IsRow reports whether a text names a row of a list: 32 hexadecimal digits.
func IsRow(row string) bool {
	return len(row) == 32 && strings.Trim(row, "0123456789abcdef") == ""
}

// ShownIn is a field's value as its input shows it.
func (f *Field) ShownIn(fact *rule.Fact) string {
	if f.Empty() {
		return ""
	}
	return shownValue(fact, f.decoded())
}

// Cell is a cell of a field that is a row, as its input shows it.
func (f *Field) Cell(column *rule.Fact) string {
	if f.Empty() {
		return ""
	}
	row, _ := f.decoded().(map[string]any)
	return shownValue(column, row[column.Code])
}

// decoded is the value of a field; who reads it does not change it. A field
// keeps its value: another one takes its place ([Form.put]).
func (f *Field) decoded() any {
	if f.read == nil {
		f.read = decode(f.Value)
	}
	return f.read
}

// decode is a JSON value with its numbers as they were written. Most are texts
// without anything to undo in them.
func decode(text []byte) any {
	if n := len(text); n > 1 && text[0] == '"' && text[n-1] == '"' && !bytes.ContainsAny(text[1:n-1], "\\\"") {
		return string(text[1 : n-1])
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return nil
	}
	return v
}

// shownValue is a value as its input shows it. A unit shows its code and its
// name, a person the masked number.
func shownValue(fact *rule.Fact, value any) string {
	if key, ok := value.(map[string]any); ok {
		if inner, stated := key["value"]; stated {
			return shownValue(fact, inner)
		}
		code, _ := key["code"].(string)
		name, _ := key["name"].(string)
		if fact.Kind == rule.PersonKind || name == code || code == "" {
			return name
		}
		return code + " " + name
	}
	return rule.Shown(unitName(fact), value)
}

// unitName is the unit beside the input of a fact.
func unitName(f *rule.Fact) string {
	if f.Unit == nil {
		return ""
	}
	return f.Unit.Name
}

// kindOf is the kind of what is typed into one input: of a series, that of a
// year.
func kindOf(f *rule.Fact) rule.Kind {
	if f.Kind == rule.SeriesKind {
		return f.Of
	}
	return f.Kind
}

// registryKinds are the kinds whose forms of writing the profile knows already.
var registryKinds = map[rule.Kind]registry.Kind{rule.BoolKind: registry.Bool, rule.DateKind: registry.Date, rule.YearKind: registry.Year, rule.PlaceKind: registry.Place}

// valueOf makes the JSON value of a fact from what was typed, nil when nothing
// was. An identity number is kept as its keyed hash with its masked form; number
// is the number itself, to be sealed. What cannot be read is kept as it was
// typed: the check says what is wrong.
func (o *Office) valueOf(fact *rule.Fact, typed string) (value any, number string) {
	kind := kindOf(fact)
	if kind == rule.TextKind || kind == rule.LongTextKind {
		if typed = intake.CleanText(typed); kind == rule.TextKind {
			typed = strings.ReplaceAll(typed, "\n", " ")
		}
		if typed == "" {
			return nil, ""
		}
		return typed, ""
	}
	typed = strings.TrimSpace(norm.NFKC.String(intake.CleanText(typed)))
	if typed == "" {
		return nil, ""
	}
	switch kind {
	case rule.PersonKind:
		if number = identityNumber(typed); number == "" {
			return typed, ""
		}
		return map[string]any{"code": registry.PersonKey(o.Keys, number), "name": chinacode.MaskIdentity(number)}, number
	case rule.UnitKind:
		return unitValue(typed), ""
	case rule.ChoiceKind:
		return optionOf(fact, typed), ""
	}
	if k, ok := registryKinds[kind]; ok {
		if canonical, f := (&registry.Column{Kind: k}).Read(typed); f == nil {
			typed = canonical
		}
	}
	return rule.Typed(kind, unitName(fact), typed), ""
}

// identityNumber reads an identity number, or that of a passport or a permit;
// "" is neither. What looks like an identity number has to be one.
func identityNumber(typed string) string {
	typed = strings.ToUpper(strings.ReplaceAll(typed, " ", ""))
	if identity, err := chinacode.ParseIdentity(typed); err == nil {
		return identity.Number
	}
	digits := strings.Trim(typed, "0123456789X") == "" && len(typed) > 12
	if digits || len(typed) < 5 || len(typed) > 30 || strings.Trim(typed, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return typed
}

// unitValue reads a unit as it is typed: its code, its name, or both with a
// space between.
func unitValue(typed string) any {
	code, name, _ := strings.Cut(typed, " ")
	if canonical, err := chinacode.CreditCode(code); err == nil {
		if name = strings.TrimSpace(name); name == "" {
			name = canonical
		}
		return map[string]any{"code": canonical, "name": name}
	}
	return map[string]any{"code": typed, "name": typed}
}

// optionOf takes an option by its code or by its name, as a row pasted from a
// workbook has it.
func optionOf(fact *rule.Fact, typed string) string {
	for _, o := range fact.Options {
		if typed == o.Code || typed == o.Name {
			return o.Code
		}
	}
	return typed
}

// sortedRows are the ids of the rows of every list, in the order in which they
// were added.
func sortedRows(form map[string]*Field) map[string][]string {
	rows := map[string][]string{}
	for name, f := range form {
		if list, row, in := strings.Cut(name, "/"); in && row != completeRow && !f.Empty() {
			rows[list] = append(rows[list], row)
		}
	}
	for _, of := range rows {
		slices.Sort(of)
	}
	return rows
}

// yearField is the name of the field of a year of a series.
func yearField(code string, year int) string { return code + ":" + strconv.Itoa(year) }
