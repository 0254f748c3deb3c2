package apply

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"shenbao/internal/chinacode"
	"shenbao/internal/clock"
	"shenbao/internal/locale"
	"shenbao/rule"
)

// A wording says values in words: amounts with their unit, choices and places by
// name, people by their masked numbers. It never gives the code of a person.
type wording struct{ lang string }

func (w wording) t(key string, args ...any) string {
	return locale.Text(w.lang, "apply.print."+key, args...)
}

// value is a fact's value in words, "" when there is none. What cannot be read
// stands as it was typed.
func (w wording) value(f *rule.Fact, value any) string {
	value = bare(value)
	if value == nil {
		return ""
	}
	switch kindOf(f) {
	case rule.BoolKind:
		return w.yes(value)
	case rule.ChoiceKind:
		return optionName(f, fmt.Sprint(value))
	case rule.ChoicesKind:
		return w.choices(f, value)
	case rule.PlaceKind:
		return placeName(fmt.Sprint(value))
	case rule.UnitKind:
		return w.unit(value)
	case rule.PersonKind:
		return masked(value)
	case rule.MoneyKind, rule.DecimalKind, rule.IntegerKind, rule.PercentKind:
		if n, ok := amountOf(f, value); ok {
			return withUnitName(rule.Thousands(decimal(n, f.Unit)), f.Unit)
		}
	}
	if text, ok := value.(string); ok {
		return text
	}
	return rule.Shown("", value)
}

// bare is a value without its status.
func bare(value any) any {
	if stated, ok := value.(map[string]any); ok {
		if inner, ok := stated["value"]; ok {
			return inner
		}
		if _, ok := stated["status"]; ok {
			return nil
		}
	}
	return value
}

func (w wording) yes(value any) string {
	if value == true || value == "是" || value == "yes" {
		return w.t("yes")
	}
	if value == false || value == "否" || value == "no" {
		return w.t("no")
	}
	return fmt.Sprint(value)
}

func (w wording) choices(f *rule.Fact, value any) string {
	codes, ok := value.([]any)
	if !ok {
		return fmt.Sprint(value)
	}
	var names []string
	for _, code := range codes {
		names = append(names, optionName(f, fmt.Sprint(code)))
	}
	if len(names) == 0 {
		return w.t("none")
	}
	return strings.Join(names, w.t("comma"))
}

// placeName is the full name of a place given by its code, with or without a
// name behind it.
func placeName(typed string) string {
	code, _, _ := strings.Cut(typed, " ")
	if chinacode.IsPlaceCode(code) {
		return chinacode.PlaceName(code)
	}
	return typed
}

// unit is a unit by name, with its code behind.
func (w wording) unit(value any) string {
	keyed, ok := value.(map[string]any)
	if !ok {
		return fmt.Sprint(value)
	}
	code, _ := keyed["code"].(string)
	name, _ := keyed["name"].(string)
	if name == "" || name == code || code == "" {
		return name + strings.TrimPrefix(code, name)
	}
	return w.t("unit", name, code)
}

// masked is a person by the masked number. Where something else stands, it is
// masked all the same: it may be a number that was typed wrongly.
func masked(value any) string {
	keyed, ok := value.(map[string]any)
	if !ok {
		return chinacode.MaskIdentity(strings.TrimSpace(fmt.Sprint(value)))
	}
	name, _ := keyed["name"].(string)
	if strings.ContainsRune(name, '*') {
		return name
	}
	return chinacode.MaskIdentity(name)
}

// amountOf reads a number in the base units of a fact.
func amountOf(f *rule.Fact, value any) (int64, bool) {
	text, ok := value.(string)
	if n, isNumber := value.(json.Number); isNumber {
		text, ok = n.String(), true
	}
	if !ok {
		return 0, false
	}
	q, ok := rule.ParseQuantity(text, f.Unit)
	if ok && q.Unit != nil && f.Unit != nil && q.Unit.Dim != f.Unit.Dim {
		return 0, false
	}
	return q.N, ok
}

// decimal writes base units as an exact decimal in a unit.
func decimal(n int64, u *rule.Unit) string {
	if u == nil || u.Base == 1 {
		return fmt.Sprint(n)
	}
	s := new(big.Rat).SetFrac64(n, u.Base).FloatString(10)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// withUnitName puts the name of a unit behind a number, close where it is a
// sign.
func withUnitName(number string, u *rule.Unit) string {
	switch {
	case u == nil:
		return number
	case slices.Contains([]string{"%", "‰"}, u.Name):
		return number + u.Name
	}
	return number + " " + u.Name
}

// column is the head of a column: its name, and the unit of its numbers.
func (w wording) column(f *rule.Fact) string {
	if f.Unit == nil || !numeric(kindOf(f)) {
		return f.Label(w.lang)
	}
	return w.t("head", f.Label(w.lang), f.Unit.Name)
}

func numeric(k rule.Kind) bool {
	return slices.Contains([]rule.Kind{rule.MoneyKind, rule.DecimalKind, rule.IntegerKind, rule.PercentKind}, k)
}

// cell is a value in a table whose head says the unit.
func (w wording) cell(f *rule.Fact, value any) string {
	if value = bare(value); value != nil && numeric(kindOf(f)) {
		if n, ok := amountOf(f, value); ok {
			return rule.Thousands(decimal(n, f.Unit))
		}
	}
	return w.value(f, value)
}

// instant is a point in time to the millisecond, in Asia/Shanghai.
func instant(t time.Time) string {
	return t.In(clock.Zone).Format("2006-01-02 15:04:05.000")
}

// size is a number of bytes as people read it.
func size(n int64) string {
	switch {
	case n >= 1<<30:
		return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}

// ordinal is the number of a section: 一、二、… in Chinese, 1., 2., … in other
// languages.
func (w wording) ordinal(n int, name string) string {
	if w.lang != locale.ZH {
		return fmt.Sprintf("%d. %s", n, name)
	}
	const digits = "〇一二三四五六七八九"
	han := []rune(digits)
	text := string(han[n%10])
	switch {
	case n >= 100:
		text = fmt.Sprint(n)
	case n >= 10:
		text = "十" + strings.TrimSuffix(text, "〇")
		if n >= 20 {
			text = string(han[n/10]) + text
		}
	}
	return text + "、" + name
}
