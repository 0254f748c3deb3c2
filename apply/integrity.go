package apply

import (
	"shenbao/internal/locale"
)

// An Integrity (信用核查) is what the register of integrity (失信名录) says of those
// who stand in an application, on a day. Where no authority has adopted the
// register, nothing is known.
type Integrity struct {
	Connected bool     `json:"connected"` // an authority keeps the register
	Complete  bool     `json:"complete"`  // … and says that who is not in it has no record
	Breaches  []Breach `json:"breaches"`
}

// Blocks reports whether a record stands in the way: of submitting, of review,
// of a decision.
func (n *Integrity) Blocks() bool {
	for _, b := range n.Breaches {
		if b.Sure {
			return true
		}
	}
	return false
}

// A Breach (失信记录) is an active record of the register about the host, a
// partner, the director or somebody on a list.
type Breach struct {
	Subject    string `json:"subject"`         // unit or person
	Field      string `json:"field,omitempty"` // where it stands in the form; "" for the host
	Person     bool   `json:"person"`
	Sure       bool   `json:"sure"` // by code or identity number; false: of the same name, a person compares
	Matter     string `json:"matter"`
	From       string `json:"from,omitempty"` // 2024-01-31
	Until      string `json:"until,omitempty"`
	Keeper     string `json:"keeper"`   // the authority that keeps the record: appeals go there
	Document   string `json:"document"` // the source of its edition
	Edition    int64  `json:"edition"`
	EditionDay string `json:"edition_day"`
}

// Text says on what ground, until when, and to whom one turns who disagrees.
func (b *Breach) Text(lang string) string {
	key := "apply.integrity.maybe"
	if b.Sure {
		key = "apply.integrity.record"
	}
	until := b.Until
	if until == "" {
		until = locale.Text(lang, "apply.integrity.open_end")
	}
	return locale.Text(lang, key, b.Subject, b.Matter, until, b.Keeper, b.Document, b.Edition)
}

// issue is the breach in the list of what stands in the way.
func (b *Breach) issue(fm *Form, lang string) Issue {
	i := Issue{Blocks: b.Sure, Place: InPartners, Field: b.Field, Label: locale.Text(lang, "apply.integrity.label"), Text: b.Text(lang)}
	code, _ := split(b.Field)
	if _, section := fm.Declared(code); section != nil {
		i.Place = section.ID
	} else if b.Field == "" && len(fm.Package.Form.Sections) > 0 {
		i.Place = fm.Package.Form.Sections[0].ID
	}
	return i
}

// A subject is a unit or a person that the register may know: by a code, and by
// a name where its row has no code.
type subject struct {
	name, code, field string
	person            bool
}

// subjects are the host, its partners and everybody in the form, each once.
func (s *surroundings) subjects() []subject {
	out := []subject{{name: s.host.Name, code: s.host.Code}}
	for _, m := range s.fm.Members() {
		if m.Code != s.host.Code {
			out = append(out, subject{name: m.Name, code: m.Code, field: m.Field})
		}
	}
	seen := map[string]bool{}
	for _, k := range s.keys {
		if k.kind != PersonKind || seen[k.field] {
			continue
		}
		seen[k.field] = true // the sure key of a person comes first
		one := subject{name: k.shown, field: k.field, person: true}
		if !k.weak {
			one.code = k.key
		}
		if id := one.name + " " + one.code; !seen[id] {
			seen[id] = true
			out = append(out, one)
		}
	}
	return out
}
