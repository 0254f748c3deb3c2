package apply

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"shenbao/call"
	"shenbao/programme"
)

// A Content (申报内容) is all that a draft or a version says, in one shape: both
// are printed and compared in the same way. It is read-only.
type Content struct {
	Application ID
	Number      int64 // of the version; 0 is the draft
	Call        *call.Call
	Package     *programme.Package
	Name        string // of what is applied for
	UnitName    string
	UnitCode    string
	At          time.Time // when it was received; of a draft, when it was changed last
	PersonName  string    // who submitted it
	Hash        string    // of the manifest; of a draft, a digest
	Texts       Texts
	Files       []HandedIn
	Partners    []Joined

	facts map[string]any // as facts state them, numbers as they were written
}

// A HandedIn is a file of a [Content].
type HandedIn struct {
	Material string `json:"material"` // id
	Name     string `json:"name"`
	Hash     string `json:"hash"`
	Size     int64  `json:"size"`
}

// A Joined is a partner (共建单位) of a [Content].
type Joined struct {
	Name      string    `json:"name"`
	Code      string    `json:"code,omitempty"`
	State     string    `json:"state"`
	Confirmed time.Time `json:"confirmed,omitzero"`
	Part      string    `json:"part,omitempty"` // hash of what it confirmed
}

// Draft reports whether the content was not submitted.
func (c *Content) Draft() bool { return c.Number == 0 }

// content is what stands in a form.
func (fm *Form) content(a *Application, of *call.Call) *Content {
	text, _ := json.Marshal(fm.values()) // texts, numbers and raw JSON always have a form
	facts, _ := decode(text).(map[string]any)
	c := &Content{Application: a.ID, Call: of, Package: fm.Package, Name: fm.NameOf(), UnitName: a.UnitName, At: a.Changed,
		Hash: fm.Digest(), Texts: fm.texts(), facts: facts}
	for _, f := range fm.Files {
		c.Files = append(c.Files, HandedIn{f.Material, f.Name, string(f.Hash), f.Size})
	}
	for _, p := range fm.Partners {
		if p.State == Removed {
			continue
		}
		j := Joined{Name: p.UnitName, Code: p.UnitCode, State: p.State}
		if fm.Stands(p) {
			j.Confirmed, j.Part = p.Answered, p.Part
		} else if p.State == Confirmed {
			j.State = Invited // what it confirmed was changed since
		}
		c.Partners = append(c.Partners, j)
	}
	return c
}

// content is what a version says.
func (v *Version) content(of *call.Call, p *programme.Package) *Content {
	facts, _ := decode(v.Facts).(map[string]any)
	m := v.Manifest
	c := &Content{Application: v.Application, Number: v.Number, Call: of, Package: p, Name: m.Name, UnitName: m.UnitName, UnitCode: m.UnitCode,
		At: v.Received, PersonName: v.PersonName, Hash: v.Hash, Texts: v.Texts, facts: facts}
	for _, part := range m.Parts {
		switch part.Kind {
		case FilePart:
			material, name, _ := strings.Cut(part.Name, "/")
			c.Files = append(c.Files, HandedIn{material, name, part.Hash, part.Size})
		case PartnerPart:
			c.Partners = append(c.Partners, Joined{Name: part.Name, State: Confirmed, Confirmed: part.At, Part: part.Hash})
		}
	}
	return c
}

// MaterialName is what the call calls a material.
func (c *Content) MaterialName(id string) string {
	i := slices.IndexFunc(c.Package.Form.Materials, func(m *programme.Material) bool { return m.ID == id })
	if i < 0 {
		return id
	}
	return c.Package.Form.Materials[i].Name
}

// ruleName is what the package calls a rule.
func (c *Content) ruleName(id, lang string) string {
	if c.Package.Program != nil {
		if i := c.Package.Program.Rule(id); i >= 0 {
			r := c.Package.Program.Rules[i]
			if lang != "zh" && r.LabelEN != "" {
				return r.LabelEN
			}
			return r.Label
		}
	}
	return id
}
