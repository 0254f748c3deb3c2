package web

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/internal/intake"
)

// fileAddress is where a file stands.
func fileAddress(f *apply.File) string {
	return "/applications/" + string(f.Application) + "/files/" + string(f.ID)
}

// materialState is how a material stands: a colour and a word.
func materialState(v *visit, m apply.Wanted) (colour, word string) {
	switch {
	case len(m.Files) > 0:
		return "good", v.T("files.handed_in", len(m.Files))
	case m.Written:
		return "good", v.T("files.written")
	}
	return map[string]string{apply.MustHandIn: "bad", apply.NotSure: "open"}[m.Need], v.T("files.need." + m.Need)
}

// materialName is what a material is called in the reader's language.
func materialName(v *visit, m apply.Wanted) string {
	if v.Lang == "en" && m.NameEN != "" {
		return m.NameEN
	}
	return m.Name
}

// formatsText says which files a material takes, and how large.
func formatsText(v *visit, m apply.Wanted) string {
	formats := v.T("files.any_format")
	if len(m.Formats) > 0 {
		formats = strings.ToUpper(strings.Join(m.Formats, v.T("files.or")))
	}
	return v.T("files.formats", formats, limitText(m.MaxBytes), m.MaxFiles)
}

// limitText is a round number of bytes.
func limitText(n int64) string {
	if n >= 1<<30 {
		return strconv.FormatInt(n>>30, 10) + " GB"
	}
	return strconv.FormatInt(n>>20, 10) + " MB"
}

// materialMarks are what a material carries on paper.
func materialMarks(v *visit, m apply.Wanted) string {
	switch {
	case m.Seal && m.Sign:
		return v.T("files.seal_and_sign")
	case m.Seal:
		return v.T("files.seal")
	case m.Sign:
		return v.T("files.sign")
	}
	return ""
}

// shortHash is the beginning of a hash, by which people compare files.
func shortHash(f *apply.File) string { return string(f.Hash)[:min(12, len(f.Hash))] }

// typeText is what a file is, in a word.
func typeText(v *visit, f *apply.File) string {
	if f.Found.Kind == "" {
		return f.Type
	}
	return v.Text("intake.kind." + string(f.Found.Kind))
}

// asked are the materials that can be handed in now, later the others.
func (p filesPage) asked() (out []apply.Wanted) {
	return p.having(func(m apply.Wanted) bool { return m.Need != apply.HandLater && m.Need != apply.NotNeeded })
}
func (p filesPage) spared() (out []apply.Wanted) {
	return p.having(func(m apply.Wanted) bool { return m.Need == apply.NotNeeded })
}
func (p filesPage) later() (out []apply.Wanted) {
	return p.having(func(m apply.Wanted) bool { return m.Need == apply.HandLater })
}

func (p filesPage) having(is func(apply.Wanted) bool) (out []apply.Wanted) {
	for _, m := range p.Materials {
		if is(m) {
			out = append(out, m)
		}
	}
	return out
}

// missing is how many materials have to be handed in and are not.
func (p filesPage) missing() (n int) {
	for _, m := range p.Materials {
		if m.Need == apply.MustHandIn && len(m.Files) == 0 && !m.Written {
			n++
		}
	}
	return n
}

// unfinished are the uploads of a material that wait to be gone on with.
func (p filesPage) unfinished(material string) (out []*apply.Upload) {
	for _, u := range p.Uploads {
		if u.Material == material {
			out = append(out, u)
		}
	}
	return out
}

// mayRemove reports whether the reader may take a file out.
func (p filesPage) mayRemove(v *visit, f *apply.File) bool {
	return p.MayEdit && (!p.Part || f.Owner == v.Actor.Unit)
}

// from is the unit that brought a file, "" when it is the reader's own.
func (p filesPage) from(v *visit, f *apply.File) string {
	if f.Owner == v.Actor.Unit {
		return ""
	}
	return p.units[string(f.Owner)]
}

// beside is the visit as the form of a material sees it.
func (p filesPage) beside(v *visit, material string) *visit {
	w := v.form(p.address(), material)
	if p.Material != material {
		w.Fault = nil
	}
	return w
}

// uploadWords are what the script of uploads says.
func uploadWords(v *visit) templ.Attributes {
	a := templ.Attributes{}
	for _, word := range []string{"drop", "waiting", "sending", "checking", "done", "retrying", "comparing", "anew", "cancel", "cancelled", "failed", "again", "large", "session"} {
		a["data-"+word] = v.T("files.script." + word)
	}
	return a
}

// more reports whether there is, or may be, a page behind this one.
func (p previewPage) more() bool {
	if p.File.Found.Pages > 0 {
		return p.Page < p.File.Found.Pages
	}
	return p.File.Found.Kind == intake.PDF
}
