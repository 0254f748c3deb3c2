package call

import (
	"slices"
	"strings"
	"time"
)

// A Change is what an amendment changes about a call, in words.
type Change struct {
	What   string `json:"what"`             // added, removed, required, verdict, window
	Rule   string `json:"rule,omitempty"`   // of a condition
	Clause string `json:"clause,omitempty"` // of a condition
	Stage  string `json:"stage,omitempty"`  // of a window
	Label  string `json:"label"`
	Before string `json:"before,omitempty"`
	After  string `json:"after,omitempty"`
}

// changes lists the conditions that came, went, ask for something else, or have
// another verdict on the same facts.
func changes(before, after *Checked) []Change {
	var out []Change
	was := before.byRule()
	is := after.byRule()
	after.each(func(c *Condition) {
		old := was[c.Rule]
		one := Change{Rule: c.Rule, Clause: c.Clause, Label: c.Label}
		switch {
		case old == nil:
			one.What, one.After = "added", c.Required
			out = append(out, one)
			return
		case old.Required != c.Required:
			one.What, one.Before, one.After = "required", old.Required, c.Required
			out = append(out, one)
		}
		if old.Verdict != c.Verdict {
			one.What, one.Before, one.After = "verdict", old.Word, c.Word
			out = append(out, one)
		}
	})
	before.each(func(c *Condition) {
		if is[c.Rule] == nil {
			out = append(out, Change{What: "removed", Rule: c.Rule, Clause: c.Clause, Label: c.Label, Before: c.Required})
		}
	})
	return out
}

func (c *Checked) each(fn func(*Condition)) {
	for i := range c.Sections {
		for j := range c.Sections[i].Conditions {
			fn(&c.Sections[i].Conditions[j])
		}
	}
}

func (c *Checked) byRule() map[string]*Condition {
	out := map[string]*Condition{}
	c.each(func(one *Condition) { out[one.Rule] = one })
	return out
}

// windowChanges lists the windows whose beginning or end another version of a
// call has elsewhere.
func windowChanges(before, after *Call) []Change {
	var out []Change
	for _, w := range after.Windows {
		old, ok := before.Stage(w.Stage)
		if !ok || !old.From.Equal(w.From) || !old.Until.Equal(w.Until) {
			out = append(out, Change{What: "window", Stage: w.Stage, Label: w.Name, Before: spanText(old.From, old.Until), After: spanText(w.From, w.Until)})
		}
	}
	for _, w := range before.Windows {
		if !slices.ContainsFunc(after.Windows, func(x Window) bool { return x.Stage == w.Stage }) {
			out = append(out, Change{What: "window", Stage: w.Stage, Label: w.Name, Before: spanText(w.From, w.Until)})
		}
	}
	return out
}

func spanText(from, until time.Time) string {
	var parts []string
	for _, t := range []time.Time{from, until} {
		text := ""
		if !t.IsZero() {
			text = shown(t)
		}
		parts = append(parts, text)
	}
	if parts[0]+parts[1] == "" {
		return ""
	}
	return strings.TrimSpace(strings.Join(parts, " — "))
}

// drop takes the fact that a fault of facts names out of them, and returns its
// code: of staff[2].name it is staff.
func drop(root map[string]any, field string) string {
	field, _, _ = strings.Cut(field, "[")
	for code := field; code != ""; {
		if remove(root, code) {
			return code
		}
		dot := strings.LastIndexByte(code, '.')
		code = code[:max(0, dot)]
	}
	return field
}

// remove takes the value under a code, whole or nested at the dots, out of an
// object.
func remove(root map[string]any, code string) bool {
	if _, ok := root[code]; ok {
		delete(root, code)
		return true
	}
	head, rest, ok := strings.Cut(code, ".")
	inner, isObject := root[head].(map[string]any)
	return ok && isObject && remove(inner, rest)
}
