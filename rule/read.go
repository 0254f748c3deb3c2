package rule

import (
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
)

// maxFaults is how many faults of a facts file are reported at once.
const maxFaults = 50

// ReadFacts reads an application's facts from JSON, as programmes/FORMAT.md
// describes. The faults name line, column and field; with any fault the facts
// are not to be used.
func (s *Schema) ReadFacts(src io.Reader) (*Facts, []*fault.Fault) {
	return s.ReadOver(s.NewFacts(), src)
}

// ReadOver reads facts as ReadFacts does and lays them over a copy of base: a
// fact or register that is given replaces the one of base whole, and null takes
// it away.
func (s *Schema) ReadOver(base *Facts, src io.Reader) (*Facts, []*fault.Fault) {
	root, r, f := readJSON(src)
	if f != nil {
		return nil, []*fault.Fault{f}
	}
	fr := &factReader{s: s, r: r, f: base.Clone()}
	if root.kind != 'o' {
		return nil, []*fault.Fault{r.fault(root.at, "facts.object")}
	}
	fr.object("", root)
	return fr.f, fr.faults
}

// factReader lays JSON values out as facts.
type factReader struct {
	s      *Schema
	r      *jsonReader
	f      *Facts
	seen   []*Fact
	faults []*fault.Fault

	elsewhere func(name string) bool // of a unit's file: names that are for other schemas
}

func (r *factReader) fail(n *jsonNode, field, key string, args ...any) {
	if len(r.faults) < maxFaults || r.elsewhere != nil && len(r.faults) < maxUnitFaults {
		r.faults = append(r.faults, r.r.fault(n.at, key, args...).In(field))
	}
}

// object reads the members of an object whose keys continue prefix.
func (r *factReader) object(prefix string, n *jsonNode) {
	for i, key := range n.keys {
		path, v := prefix+key, n.kids[i]
		switch f := r.s.fact[path]; {
		case f != nil:
			r.fact(path, f, v)
		case path == "as_of":
			r.asOf(v)
		case path == "registers":
			r.registers(v)
		case path == "comment":
		case v.kind == 'o':
			r.object(path+".", v)
		case r.elsewhere != nil && r.elsewhere(path):
		default:
			r.fail(v, path, "facts.name", path, near(path, keys(r.s.fact)))
		}
	}
}

func (r *factReader) asOf(v *jsonNode) {
	day, ok := parseDay(v.str)
	if v.kind != 's' || !ok {
		r.fail(v, "as_of", "facts.date", v.str)
		return
	}
	r.f.AsOf = day
}

func (r *factReader) fact(path string, f *Fact, v *jsonNode) {
	if slices.Contains(r.seen, f) {
		r.fail(v, path, "facts.both", f.Code, f.Name)
		return
	}
	r.seen = append(r.seen, f)
	switch f.Kind {
	case ListKind:
		r.list(path, f, v)
	case SeriesKind:
		r.series(path, f, v)
	default:
		if x, ok := r.stated(path, f, v); ok {
			r.f.Set(f, x)
		}
	}
}

// stated reads a value, bare or as {"value": …, "status": …}.
func (r *factReader) stated(path string, f *Fact, v *jsonNode) (Value, bool) {
	if v.kind == 'o' && v.get("status") != nil {
		st := v.get("status")
		state, ok := stateOf(st.str)
		if !ok {
			r.fail(st, path, "facts.status", st.str)
			return Value{}, false
		}
		inner := v.get("value")
		if inner == nil {
			if state == Known {
				r.fail(v, path, "facts.no_value")
			}
			return Value{State: state}, state != Known
		}
		x, ok := r.value(path, f, inner)
		if x.State == Known {
			x.State = state
		}
		return x, ok
	}
	return r.value(path, f, v)
}

func stateOf(word string) (State, bool) {
	switch word {
	case "known":
		return Known, true
	case "missing":
		return NotSupplied, true
	case "unverified":
		return IsUnverified, true
	case "expired":
		return IsExpired, true
	case "conflict":
		return InConflict, true
	}
	return NotSupplied, false
}

// value reads one value of the fact's kind. null is not supplied.
func (r *factReader) value(path string, f *Fact, v *jsonNode) (Value, bool) {
	if v.kind == '0' {
		return Value{}, true
	}
	x := Value{State: Known}
	ok := false
	switch f.Kind {
	case TextKind, LongTextKind:
		x.S, ok = v.str, v.kind == 's'
	case BoolKind:
		x.N, ok = boolOf(v)
	case FileKind:
		x.N, x.S, ok = fileOf(v)
	case DateKind:
		x.N, ok = parseDay(v.str)
	case YearKind:
		y, err := strconv.Atoi(v.str)
		x.N, ok = int64(y), err == nil && y >= 1800 && y <= 2200
	case ChoiceKind:
		i, found := f.option[v.str]
		x.N, ok = int64(i), found && v.kind == 's'
		if !ok {
			r.fail(v, path, "facts.option", v.str, near(v.str, keys(f.option)))
			return x, false
		}
	case ChoicesKind:
		return r.choices(path, f, v)
	case PlaceKind:
		code, name, _ := strings.Cut(v.str, " ")
		x.N, ok = ParsePlace(code)
		x.Label = name
	case UnitKind, PersonKind:
		x.S, x.Label, ok = keyOf(v)
	default:
		return r.number(path, f, v)
	}
	if !ok {
		r.fail(v, path, "facts.kind", ref("kind."+string(f.Kind)), ref("example."+string(f.Kind)))
	}
	return x, ok
}

func boolOf(v *jsonNode) (int64, bool) {
	switch {
	case v.kind == 'b' && v.str == "true", v.kind == 's' && (v.str == "是" || v.str == "yes"):
		return 1, true
	case v.kind == 'b', v.kind == 's' && (v.str == "否" || v.str == "no"):
		return 0, true
	}
	return 0, false
}

// fileOf reads a file as true or false, or as its name; an empty name is absent.
func fileOf(v *jsonNode) (n int64, name string, ok bool) {
	if v.kind == 's' {
		if v.str != "" {
			n = 1
		}
		return n, v.str, true
	}
	n, ok = boolOf(v)
	return n, "", ok
}

// keyOf reads a unit or person: a code, or {"code": …, "name": …}.
func keyOf(v *jsonNode) (code, name string, ok bool) {
	if v.kind == 's' {
		return v.str, v.str, true
	}
	if v.kind != 'o' {
		return "", "", false
	}
	for i, k := range v.keys {
		if v.kids[i].kind != 's' {
			return "", "", false
		}
		switch k {
		case "code":
			code = v.kids[i].str
		case "name":
			name = v.kids[i].str
		default:
			return "", "", false
		}
	}
	if name == "" {
		name = code
	}
	return code, name, code != ""
}

func (r *factReader) choices(path string, f *Fact, v *jsonNode) (Value, bool) {
	x := Value{State: Known}
	if v.kind != 'a' {
		r.fail(v, path, "facts.kind", ref("kind.choices"), ref("example.choices"))
		return x, false
	}
	for _, k := range v.kids {
		i, ok := f.option[k.str]
		if !ok || k.kind != 's' {
			r.fail(k, path, "facts.option", k.str, near(k.str, keys(f.option)))
			return x, false
		}
		x.Set |= 1 << i
	}
	return x, true
}

// number reads a quantity in the fact's own unit or in one written beside it.
func (r *factReader) number(path string, f *Fact, v *jsonNode) (Value, bool) {
	if v.kind != 's' && v.kind != 'n' {
		r.fail(v, path, "facts.kind", ref("kind."+string(f.numeric())), ref("example."+string(f.numeric())))
		return Value{}, false
	}
	q, ok := ParseQuantity(v.str, f.Unit)
	if !ok {
		r.fail(v, path, "facts.number", v.str, unitName(f.Unit))
		return Value{}, false
	}
	if q.Unit != nil && q.Unit.Dim != f.Dim() {
		r.fail(v, path, "facts.dimension", v.str, ref(dimKey(f.Dim())))
		return Value{}, false
	}
	if f.Min != nil && q.N < *f.Min || f.Max != nil && q.N > *f.Max {
		r.fail(v, path, "facts.range", v.str, rangeOf(f))
		return Value{}, false
	}
	return Value{State: Known, N: q.N}, true
}

func rangeOf(f *Fact) string {
	s := ""
	if f.Min != nil {
		s = "≥ " + fromBase(*f.Min, f.Unit)
	}
	if f.Max != nil {
		s += " ≤ " + fromBase(*f.Max, f.Unit)
	}
	return strings.TrimSpace(s + " " + unitName(f.Unit))
}

func (r *factReader) series(path string, f *Fact, v *jsonNode) {
	for y := f.Years[0]; y <= f.Years[1]; y++ {
		r.f.SetYear(f, y, Value{})
	}
	if v.kind == '0' {
		return
	}
	if v.kind != 'o' {
		r.fail(v, path, "facts.kind", ref("kind.series"), ref("example.series"))
		return
	}
	if st := v.get("status"); st != nil {
		r.seriesState(path, f, v, st)
		return
	}
	r.years(path, f, v, Known)
}

// seriesState reads a series of which every year has one status.
func (r *factReader) seriesState(path string, f *Fact, v, st *jsonNode) {
	state, ok := stateOf(st.str)
	inner := v.get("value")
	if !ok || inner == nil && state == Known {
		r.fail(st, path, "facts.status", st.str)
		return
	}
	if inner != nil && inner.kind == 'o' {
		r.years(path, f, inner, state)
		return
	}
	for y := f.Years[0]; y <= f.Years[1]; y++ {
		r.f.SetYear(f, y, Value{State: state})
	}
}

func (r *factReader) years(path string, f *Fact, v *jsonNode, state State) {
	for i, key := range v.keys {
		y, err := strconv.Atoi(key)
		if err != nil || y < f.Years[0] || y > f.Years[1] {
			r.fail(v.kids[i], path+"."+key, "facts.year", key, f.Years[0], f.Years[1])
			continue
		}
		x, ok := r.stated(path+"."+key, &Fact{Code: f.Code, Name: f.Name, Kind: f.Of, Unit: f.Unit, Min: f.Min, Max: f.Max}, v.kids[i])
		if x.State == Known {
			x.State = state
		}
		if ok {
			r.f.SetYear(f, y, x)
		}
	}
}

// list reads […], or {"complete": …, "rows": […]}, or {"status": …}.
func (r *factReader) list(path string, f *Fact, v *jsonNode) {
	r.f.lists[f.slot] = Rows{}
	complete, rows, state := false, v, Known
	if v.kind == 'o' {
		rows = v.get("rows")
		for i, k := range v.keys {
			kid := v.kids[i]
			switch k {
			case "complete":
				complete = kid.str == "true"
			case "status":
				var ok bool
				if state, ok = stateOf(kid.str); !ok {
					r.fail(kid, path, "facts.status", kid.str)
					return
				}
			case "rows":
			default:
				r.fail(kid, path+"."+k, "facts.list_key", k)
				return
			}
		}
		if rows == nil && state != Known {
			r.f.lists[f.slot].State = state
			return
		}
	}
	if rows == nil || rows.kind != 'a' {
		if v.kind != '0' {
			r.fail(v, path, "facts.kind", ref("kind.list"), ref("example.list"))
		}
		return
	}
	if len(rows.kids) > f.MaxItems {
		r.fail(rows, path, "facts.rows", len(rows.kids), f.MaxItems)
		return
	}
	r.f.SetRows(f, complete, r.cells(path, f, rows))
	r.f.lists[f.slot].State = state
}

func (r *factReader) cells(path string, f *Fact, rows *jsonNode) []Value {
	cells := make([]Value, len(rows.kids)*len(f.Columns))
	for i, row := range rows.kids {
		at := path + "[" + strconv.Itoa(i+1) + "]"
		if row.kind != 'o' {
			r.fail(row, at, "facts.row")
			continue
		}
		for j, key := range row.keys {
			c := f.column(key)
			if c == nil {
				var names []string
				for _, c := range f.Columns {
					names = append(names, c.Code, c.Name)
				}
				r.fail(row.kids[j], at+"."+key, "facts.column", key, f.Name, near(key, names))
				continue
			}
			if x, ok := r.stated(at+"."+key, c, row.kids[j]); ok {
				cells[i*len(f.Columns)+c.slot] = x
			}
		}
	}
	return cells
}

// registers reads the registers that stand in for connected ones.
func (r *factReader) registers(v *jsonNode) {
	all := Registers{}
	maps.Copy(all, r.f.Registers)
	r.f.Registers = all
	for i, id := range v.keys {
		reg := v.kids[i]
		if delete(all, id); reg.kind == '0' {
			continue
		}
		rows, complete := reg, false
		if reg.kind == 'o' {
			rows = reg.get("rows")
			if c := reg.get("complete"); c != nil {
				complete = c.str == "true"
			}
		}
		if rows == nil || rows.kind != 'a' {
			r.fail(reg, "registers."+id, "facts.kind", ref("kind.list"), ref("example.list"))
			continue
		}
		var out []map[string]string
		for j, row := range rows.kids {
			m := map[string]string{}
			for k, key := range row.keys {
				if row.kids[k].kind == 'o' || row.kids[k].kind == 'a' {
					r.fail(row.kids[k], "registers."+id+"["+strconv.Itoa(j+1)+"]."+key, "facts.register")
					continue
				}
				m[key] = row.kids[k].str
			}
			out = append(out, m)
		}
		all[id] = NewRegister(out, complete)
	}
}
