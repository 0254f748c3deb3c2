package web

import (
	"path"
	"strings"

	"github.com/a-h/templ"
)

// A link is a word that leads somewhere.
type link struct{ To, Text string }

// An option is one choice of a select.
type option struct{ Value, Text string }

// An input is one field of a form. Hush leaves the word "optional" away.
type input struct {
	Name, Label, Help    string
	Type                 string // of the HTML input; text when empty
	Value, Unit, Pattern string
	Autocomplete         string
	Options              []option
	Required, Hush       bool
	Max                  int // characters
}

func (f input) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// attributes are those of the element that depend on the field.
func (f input) attributes(v *visit) templ.Attributes {
	a := templ.Attributes{}
	if f.Required {
		a["required"] = true
	}
	if f.Max > 0 {
		a["maxlength"] = f.Max
	}
	if f.Pattern != "" {
		a["inputmode"] = f.Pattern
	}
	if f.Autocomplete != "" {
		a["autocomplete"] = f.Autocomplete
	}
	var described []string
	if f.Help != "" {
		described = append(described, v.id("h", f.Name))
	}
	if v.Wrong(f.Name) != "" {
		described = append(described, v.id("e", f.Name))
		a["aria-invalid"] = "true"
	}
	if len(described) > 0 {
		a["aria-describedby"] = strings.Join(described, " ")
	}
	return a
}

// id is the id of an element of a field: "f" for its input, "h" for its help,
// "e" for what is wrong with it.
func (v *visit) id(kind, field string) string {
	return kind + "-" + strings.ReplaceAll(field, " ", "-") + v.scope
}

// form is the visit as one of several forms of a page sees it: its fields have
// ids of their own, and what is wrong with another form does not stand beside
// them. Key tells forms apart that go to the same address; "" when there is one.
func (v *visit) form(action, key string) *visit {
	w := *v
	w.scope = "-" + path.Base(action)
	if key != "" {
		w.scope += "-" + key
	}
	if v.URL.Path != action {
		w.Fault = nil
	}
	return &w
}

// typed is what was sent in a field of a form that is shown again because
// something is wrong with it (see form), else what stands there.
func (v *visit) typed(name, stands string) string {
	if v.Fault == nil || v.PostForm == nil {
		return stands
	}
	return v.PostForm.Get(name)
}

// asset is the address of a style or script.
func (v *visit) asset(name string) string { return v.Server.assets.url(name) }

// stands reports whether the page is under a room of the navigation.
func (v *visit) stands(to string) bool {
	return v.URL.Path == to || strings.HasPrefix(v.URL.Path, to+"/")
}

func htmlLang(lang string) string {
	if lang == "zh" {
		return "zh-CN"
	}
	return lang
}

// unitSuffix is the unit that the reader acts for, after their role.
func unitSuffix(v *visit) string {
	if v.Actor.UnitName == "" {
		return ""
	}
	return " · " + v.Actor.UnitName
}
