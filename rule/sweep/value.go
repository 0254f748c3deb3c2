package sweep

import (
	"strings"

	"shenbao/rule"
)

// stated reads a value where the scanner stands, bare or as {"value": …,
// "status": …}. It is not ok when the value is not plain; the scanner may then
// stand anywhere.
func (r *lineReader) stated(x *target) (v rule.Value, ok bool) {
	if r.value() == '{' {
		return r.object(x, true)
	}
	return r.plain(x)
}

// plain reads a value that is at whose first byte the scanner stands, without a
// status.
func (r *lineReader) plain(x *target) (v rule.Value, ok bool) {
	v.State, ok = rule.Known, true
	switch r.peek() {
	case '"':
		return r.characters(x, r.text())
	case '[':
		return r.choices(x)
	case 't':
		r.word("true")
		v.N, ok = 1, x.fact.Kind == rule.BoolKind || x.fact.Kind == rule.FileKind
	case 'f':
		r.word("false")
		ok = x.fact.Kind == rule.BoolKind || x.fact.Kind == rule.FileKind
	case 'n':
		r.word("null")
		return rule.Value{}, true
	case '{':
		return r.object(x, false)
	default:
		v.N, ok = measured(x.fact, r.number())
	}
	return v, ok
}

// characters reads a value that is written as a text.
func (r *lineReader) characters(x *target, s string) (v rule.Value, ok bool) {
	v.State = rule.Known
	switch x.fact.Kind {
	case rule.TextKind, rule.LongTextKind:
		v.S, ok = s, len(s) <= maxText
	case rule.UnitKind, rule.PersonKind:
		v.S, v.Label, ok = s, s, len(s) <= maxText
	case rule.BoolKind:
		switch s {
		case "是", "yes":
			v.N, ok = 1, true
		case "否", "no":
			ok = true
		}
	case rule.FileKind:
		if ok = true; s != "" {
			v.N = 1
		}
	case rule.ChoiceKind:
		v.N, ok = x.option[s]
	case rule.PlaceKind:
		code, _, _ := strings.Cut(s, " ")
		v.N, ok = measured(x.fact, code)
	default:
		v.N, ok = measured(x.fact, s)
	}
	return v, ok
}

// choices reads several options.
func (r *lineReader) choices(x *target) (v rule.Value, ok bool) {
	if x.fact.Kind != rule.ChoicesKind {
		return v, false
	}
	v.State = rule.Known
	for o := r.open(); r.element(&o); {
		if r.value() != '"' {
			return v, false
		}
		i, known := x.option[r.text()]
		if !known {
			return v, false
		}
		v.Set |= 1 << i
	}
	return v, true
}

// object reads a value with its status or, where that may not be, a unit or
// person with its code and name.
func (r *lineReader) object(x *target, mayState bool) (v rule.Value, ok bool) {
	state, hasState, hasValue, plainKey := rule.Known, false, false, true
	var inner, named rule.Value
	o := r.open()
	for key, more := r.member(&o); more; key, more = r.member(&o) {
		ok := true
		switch {
		case mayState && key == "status":
			hasState = true
			state, ok = r.state()
		case mayState && key == "value":
			r.value()
			inner, ok = r.plain(x)
			hasValue, plainKey = true, false
		case key == "code", key == "name":
			ok = r.codeOrName(&named, key)
		default:
			plainKey = false
			r.skip()
		}
		if !ok {
			return v, false
		}
	}
	switch {
	case hasState && !hasValue:
		return rule.Value{State: state}, state != rule.Known
	case hasState:
		if inner.State == rule.Known {
			inner.State = state
		}
		return inner, true
	}
	if named.Label == "" {
		named.Label = named.S
	}
	named.State = rule.Known
	isKey := x.fact.Kind == rule.UnitKind || x.fact.Kind == rule.PersonKind
	return named, isKey && plainKey && named.S != "" && tooLong(named) == nil
}

// codeOrName reads one side of a unit or person.
func (r *lineReader) codeOrName(v *rule.Value, key string) bool {
	if r.value() != '"' {
		return false
	}
	if text := r.text(); key == "code" {
		v.S = text
	} else {
		v.Label = text
	}
	return true
}

// state reads a status.
func (r *lineReader) state() (rule.State, bool) {
	if r.value() != '"' {
		return 0, false
	}
	switch r.text() {
	case "known":
		return rule.Known, true
	case "missing":
		return rule.NotSupplied, true
	case "unverified":
		return rule.IsUnverified, true
	case "expired":
		return rule.IsExpired, true
	case "conflict":
		return rule.InConflict, true
	}
	return 0, false
}
