package apply

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
)

// A Form (申报表) is an application as it is filled in: the package that asks,
// and what was answered so far.
type Form struct {
	Of       *Application // whose form it is
	Package  *programme.Package
	Fields   map[string]*Field // by name
	Files    []*File           // that are part of the application
	Partners []*Partner
	Plan     *Plan // that was uploaded, once it was read: see [Office.ReadPlan]

	rows map[string][]string // of the fields, by list; nil before they were sorted
}

// put puts a field into the form, in the place of the one of its name.
func (fm *Form) put(f *Field) {
	fm.Fields[f.Name], fm.rows = f, nil
}

// Declared is how the form declares a fact, and in which section; nil when it
// does not.
func (fm *Form) Declared(code string) (*programme.Fact, *programme.Section) {
	for _, s := range fm.Package.Form.Sections {
		for _, f := range s.Facts {
			if f.ID == code {
				return f, s
			}
		}
	}
	return nil, nil
}

// Rows are the ids of the rows of a list, in the order in which they were added.
// They are the form's own.
func (fm *Form) Rows(list string) []string {
	if fm.rows == nil {
		fm.rows = sortedRows(fm.Fields)
	}
	return fm.rows[list]
}

// Has reports whether a field of the form holds something.
func (fm *Form) Has(name string) bool { return !fm.Fields[name].Empty() }

// FilesOf are the files handed in as a material.
func (fm *Form) FilesOf(material string) []*File {
	var out []*File
	for _, f := range fm.Files {
		if f.Material == material {
			out = append(out, f)
		}
	}
	return out
}

// Values are the facts as their JSON states them, by code.
func (fm *Form) values() map[string]any {
	root := map[string]any{}
	for _, s := range fm.Package.Form.Sections {
		for _, d := range s.Facts {
			if v := fm.value(fm.Package.Schema.Fact(d.ID)); v != nil {
				root[d.ID] = v
			}
		}
	}
	for _, m := range fm.Package.Form.Materials {
		if files := fm.FilesOf(m.ID); len(files) > 0 {
			root["material."+m.ID] = files[0].Name
		}
	}
	return root
}

// value is one fact as its JSON states it; nil when nothing is known of it.
func (fm *Form) value(f *rule.Fact) any {
	switch {
	case f == nil:
		return nil
	case f.Kind == rule.ListKind:
		return fm.list(f)
	case f.Kind == rule.SeriesKind:
		years := map[string]any{}
		for y := f.Years[0]; y <= f.Years[1]; y++ {
			if fm.Has(yearField(f.Code, y)) {
				years[strconv.Itoa(y)] = fm.Fields[yearField(f.Code, y)].Value
			}
		}
		if len(years) > 0 {
			return years
		}
	case fm.Has(f.Code):
		return fm.Fields[f.Code].Value
	}
	return nil
}

// list is a list as its JSON states it: nil before anybody wrote a row or said
// that there is none.
func (fm *Form) list(f *rule.Fact) any {
	rows := []json.RawMessage{}
	for _, row := range fm.Rows(f.Code) {
		rows = append(rows, fm.Fields[f.Code+"/"+row].Value)
	}
	complete := fm.Complete(f)
	if len(rows) == 0 && !complete {
		return nil
	}
	return map[string]any{"complete": complete, "rows": rows}
}

// Complete reports whether a list was declared to hold all there is.
func (fm *Form) Complete(f *rule.Fact) bool {
	c := fm.Fields[f.Code+"/"+completeRow]
	return !c.Empty() && string(c.Value) == "true"
}

// Read makes facts of the form as rules read them, on a day in Asia/Shanghai.
// What cannot be read is left out, counts as not given, and is told with the
// name of its input.
func (fm *Form) Read(day time.Time) (*rule.Facts, Facts, []*fault.Fault) {
	root := fm.values()
	root["as_of"] = day.In(clock.Zone).Format(time.DateOnly)
	wrong := fm.unreadable(root)
	for range maxRounds {
		text, _ := json.Marshal(root) // texts, numbers and raw JSON always have a form
		facts, faults := fm.Package.Schema.ReadFacts(bytes.NewReader(text))
		if len(faults) == 0 {
			return facts, text, wrong
		}
		for _, f := range faults {
			wrong = append(wrong, fault.New(f.Kind, f.Key, f.Args...).In(fm.inputOf(f.Field)))
			fm.leaveOut(root, f.Field)
		}
	}
	return fm.Package.Schema.NewFacts(), Facts("{}"), wrong
}

// maxRounds is how often the facts are read again without what was wrong: each
// time at most fifty values are told of.
const maxRounds = 100

// unreadable takes out what only this room can tell to be wrong: identity
// numbers, and texts that are too long.
func (fm *Form) unreadable(root map[string]any) []*fault.Fault {
	var wrong []*fault.Fault
	check := func(f *rule.Fact, value any, input string) bool {
		text, ok := value.(string)
		if !ok {
			return true
		}
		if f.Kind == rule.PersonKind {
			wrong = append(wrong, fault.New(fault.Invalid, "apply.identity").In(input))
			return false
		}
		if f.MaxChars > 0 && rule.CountChars(text) > f.MaxChars {
			wrong = append(wrong, fault.New(fault.Invalid, "apply.long", rule.CountChars(text), f.MaxChars).In(input))
		}
		return true
	}
	for _, f := range fm.Package.Schema.Facts {
		if f.Kind == rule.ListKind {
			for _, row := range fm.Rows(f.Code) {
				cells, _ := fm.Fields[f.Code+"/"+row].decoded().(map[string]any)
				for _, c := range f.Columns {
					check(c, cells[c.Code], f.Code+"/"+row+"/"+c.Code)
				}
			}
		} else if field := fm.Fields[f.Code]; !field.Empty() && !check(f, field.decoded(), f.Code) {
			delete(root, f.Code)
		}
	}
	return wrong
}

// place of a fault of facts: code, code.2021, list[3].column.
var pathOf = regexp.MustCompile(`^(.+?)(?:\[(\d+)\](?:\.(.+))?|\.(\d{4}))?$`)

// inputOf is the name of the input in which the value at a path was typed.
func (fm *Form) inputOf(path string) string {
	m := pathOf.FindStringSubmatch(path)
	switch {
	case m == nil:
		return path
	case m[2] != "":
		rows := fm.Rows(m[1])
		if i, _ := strconv.Atoi(m[2]); i >= 1 && i <= len(rows) {
			return strings.TrimSuffix(m[1]+"/"+rows[i-1]+"/"+m[3], "/")
		}
	case m[4] != "":
		return m[1] + ":" + m[4]
	}
	return path
}

// leaveOut takes the value at a path out of the facts.
func (fm *Form) leaveOut(root map[string]any, path string) {
	m := pathOf.FindStringSubmatch(path)
	if m == nil {
		return
	}
	switch value := root[m[1]].(type) {
	case map[string]any:
		if m[4] != "" {
			if delete(value, m[4]); len(value) == 0 {
				delete(root, m[1])
			}
			return
		}
		if rows, ok := value["rows"].([]json.RawMessage); ok && m[2] != "" {
			i, _ := strconv.Atoi(m[2])
			rows[i-1] = without(rows[i-1], m[3])
			return
		}
	}
	delete(root, m[1])
}

// without is a row without one of its cells.
func without(row json.RawMessage, column string) json.RawMessage {
	cells := map[string]json.RawMessage{}
	if column == "" || json.Unmarshal(row, &cells) != nil {
		return json.RawMessage("{}")
	}
	delete(cells, column)
	text, _ := json.Marshal(cells)
	return text
}

// NameOf is what the application is for, by which lists show it: the fact whose
// code ends in "name" in the first section that has one.
func (fm *Form) NameOf() string {
	for _, s := range fm.Package.Form.Sections {
		for _, d := range s.Facts {
			if (d.ID == "name" || strings.HasSuffix(d.ID, ".name") || d.ID == "title") && d.Kind == programme.FactKind(rule.TextKind) {
				return fm.Fields[d.ID].ShownIn(fm.Package.Schema.Fact(d.ID))
			}
		}
	}
	return ""
}

// asked are the materials that belong to the stage in which applications are
// submitted.
func (fm *Form) asked() []*programme.Material {
	var out []*programme.Material
	for _, m := range fm.Package.Form.Materials {
		if fm.AskedNow(m) {
			out = append(out, m)
		}
	}
	return out
}

// AskedNow reports whether a material is handed in with the application, and
// not at a later stage or by somebody else.
func (fm *Form) AskedNow(m *programme.Material) bool {
	stages := fm.Package.Call.Stages
	i := slices.IndexFunc(stages, func(s *programme.Stage) bool { return s.ID == m.Stage })
	return m.Room == "apply" && (i < 0 || string(stages[i].Act) == "apply")
}

// Label is what the form calls a field, an input or a material (material.ID), in
// Chinese; "" for what it does not have.
func (fm *Form) Label(name string) string {
	if id, ok := strings.CutPrefix(name, "material."); ok {
		for _, m := range fm.Package.Form.Materials {
			if m.ID == id {
				return m.Name
			}
		}
		return ""
	}
	if id, ok := strings.CutPrefix(name, OutlinePrefix); ok {
		for _, s := range fm.Package.Form.Outline {
			if s.ID == id {
				return s.Name
			}
		}
		return ""
	}
	code, _ := split(name)
	f := fm.Package.Schema.Fact(code)
	if f == nil || f.Code != code {
		return ""
	}
	return f.Name
}
