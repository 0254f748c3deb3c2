package apply

import (
	"strings"
	"time"

	"shenbao/programme"
	"shenbao/rule"
)

// How much a material is needed.
const (
	MustHandIn = "must"    // 必交
	MayHandIn  = "may"     // 选交
	NotNeeded  = "spared"  // 不需要: what it hangs on does not apply
	NotSure    = "depends" // 视填写内容而定: what it hangs on is not filled in yet
	HandLater  = "later"   // 后续阶段提交, or by somebody else
)

// A Wanted (应交材料) is a material of the call, with what was handed in of it.
type Wanted struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	NameEN   string   `json:"name_en,omitempty"`
	Need     string   `json:"need"`
	Formats  []string `json:"formats,omitempty"` // endings; none: any document
	MaxBytes int64    `json:"max_bytes"`
	MaxFiles int      `json:"max_files"`
	Seal     bool     `json:"seal,omitempty"`
	Sign     bool     `json:"sign,omitempty"`
	Original bool     `json:"original,omitempty"` // on paper
	Help     string   `json:"help,omitempty"`
	Clause   string   `json:"clause,omitempty"`
	Named    string   `json:"named,omitempty"`   // rule for the names of its files, in words
	Written  bool     `json:"written,omitempty"` // the plan was written in its editor instead
	Files    []*File  `json:"files"`
}

// Wanted lists the materials of the call in the order of the form, as they are
// needed on a day by what was filled in.
func (fm *Form) Wanted(day time.Time) []Wanted {
	facts, _, _ := fm.Read(day)
	needed := fm.Package.Needed(facts)
	out := []Wanted{}
	for _, m := range fm.Package.Form.Materials {
		out = append(out, Wanted{ID: m.ID, Name: m.Name, NameEN: m.LabelEN, Need: fm.need(m, needed["material."+m.ID]), Formats: m.Formats,
			MaxBytes: fileRules(m).MaxBytes, MaxFiles: maxFiles, Seal: m.Seal, Sign: m.Sign, Original: m.Form == "paper" || m.Form == "original",
			Help: m.Help, Clause: clauseOf(fm.Package, m.Clauses), Named: fm.inWords(m.FileName), Written: m.ID == planMaterial && fm.written(),
			Files: append([]*File{}, fm.FilesOf(m.ID)...)})
	}
	return out
}

func (fm *Form) need(m *programme.Material, needed rule.Truth) string {
	switch {
	case !fm.AskedNow(m):
		return HandLater
	case needed == rule.Met:
		return MustHandIn
	case needed == rule.Unknown:
		return NotSure
	case m.Required.When != "":
		return NotNeeded
	}
	return MayHandIn
}

// inWords writes a rule for names with the labels of its facts.
func (fm *Form) inWords(pattern string) string {
	for _, f := range fm.Package.Schema.Facts {
		pattern = strings.ReplaceAll(pattern, "{"+f.Code+"}", "{"+f.Name+"}")
	}
	return pattern
}

// Accepts lists the endings of the files that a material takes, as the browser's
// file picker reads them; "" for every kind.
func (w Wanted) Accepts() string {
	if len(w.Formats) == 0 {
		return ""
	}
	return "." + strings.Join(w.Formats, ",.")
}

// HandedIn lists the materials of which there are files, whether they are needed
// or not: of a version that was submitted.
func (fm *Form) HandedIn() []Wanted {
	out := []Wanted{}
	for _, m := range fm.Package.Form.Materials {
		if files := fm.FilesOf(m.ID); len(files) > 0 {
			out = append(out, Wanted{ID: m.ID, Name: m.Name, NameEN: m.LabelEN, Need: MayHandIn, Formats: m.Formats, MaxBytes: fileRules(m).MaxBytes,
				MaxFiles: maxFiles, Seal: m.Seal, Sign: m.Sign, Clause: clauseOf(fm.Package, m.Clauses), Files: files})
		}
	}
	return out
}
