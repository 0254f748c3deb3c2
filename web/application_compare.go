package web

import (
	"context"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

// comparePage is how two versions of an application differ.
type comparePage struct {
	*apply.Comparison

	sight    *apply.Sight
	versions []*apply.Version
	draft    bool // the reader may see what is being filled in
}

func (p comparePage) title(v *visit) string {
	return v.T("versions.compare") + " · " + nameOf(v, p.sight)
}
func (p comparePage) body(v *visit) templ.Component { return compareBody(v, p) }

// draftWord stands for the draft where a version can be named.
const draftWord = "draft"

func (s *Server) compareVersions(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	From        string   `json:"from"` // number of a version; the one before to
	To          string   `json:"to"`   // number, or "draft"; the last
}) (comparePage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p comparePage, err error) {
		if p.sight, err = recommend.Sight(v.Context(), r, v.By(), in.Application); err != nil {
			return p, err
		}
		if p.draft, err = p.sight.SeesDraft(v.Context(), r, v.By()); err != nil {
			return p, err
		}
		if p.versions, err = p.sight.Versions(v.Context(), r); err != nil {
			return p, err
		}
		from, to, err := p.between(in.From, in.To)
		if err != nil {
			return p, err
		}
		old, err := s.office.Contents(v.Context(), r, v.By(), p.sight, from)
		if err != nil {
			return p, err
		}
		now, err := s.office.Contents(v.Context(), r, v.By(), p.sight, to)
		if err != nil {
			return p, err
		}
		p.Comparison = apply.Compare(old, now, v.Lang)
		return p, nil
	})
}

// between reads what is to be compared. Without a word it is the last version
// with the one before it; while something newer is being filled in, for those
// who see it, that with the last version.
func (p *comparePage) between(from, to string) (old, now int64, err error) {
	read := func(word string, otherwise int64) (int64, error) {
		switch word {
		case "":
			return otherwise, nil
		case draftWord:
			return 0, nil
		}
		n, err := strconv.ParseInt(word, 10, 64)
		if err != nil || n < 1 {
			return 0, fault.New(fault.Missing, "apply.no_version", word)
		}
		return n, nil
	}
	last := p.sight.Version
	if p.draft {
		last = p.sight.Stand()
	}
	if now, err = read(to, last); err != nil {
		return 0, 0, err
	}
	before := now - 1
	if now == 0 {
		before = p.sight.Version
	}
	old, err = read(from, max(before, 1))
	return old, now, err
}

// choices are what can be compared, the newest first.
func (p comparePage) choices(v *visit, withDraft bool) []option {
	return versionChoices(v, p.sight, p.versions, withDraft && p.draft)
}

func versionChoices(v *visit, s *apply.Sight, all []*apply.Version, draft bool) []option {
	var out []option
	if draft && s.Editable() {
		out = append(out, option{draftWord, v.T("versions.draft")})
	}
	for _, one := range all {
		out = append(out, option{strconv.FormatInt(one.Number, 10), v.T("versions.number", one.Number, v.When(one.Received))})
	}
	return out
}

// wordOf is a version as its option says it.
func wordOf(number int64) string {
	if number == 0 {
		return draftWord
	}
	return strconv.FormatInt(number, 10)
}

// versionName is what a version is called; 0 is the draft.
func versionName(v *visit, number int64) string {
	if number == 0 {
		return v.T("versions.draft")
	}
	return v.T("applications.version", number)
}

// sectionName is what a part of a comparison is called.
func sectionName(v *visit, s apply.Changes) string {
	switch s.ID {
	case apply.NamePart, apply.PlanPart, apply.ReasonsPart, apply.FilesPart, apply.UnitsPart:
		if s.Name == "" {
			return v.T("versions.part." + s.ID)
		}
	}
	return s.Name
}

// rowChangeColour is the colour beside the word for what happened to a row.
func rowChangeColour(kind string) string {
	return map[string]string{apply.RowAdded: "good", apply.RowRemoved: "bad", apply.RowChanged: "open"}[kind]
}

// versionColour is the colour beside the word for the state of a version.
func versionColour(state string) string {
	return map[string]string{apply.Standing: "good", apply.SentBack: "bad"}[state]
}

// passages are the pieces of a text without anything between them: a space would
// be read as part of it.
func passages(v *visit, all []apply.Passage) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var b strings.Builder
		for _, one := range all {
			text := templ.EscapeString(one.Text)
			switch one.Kind {
			case apply.PassageOld:
				text = "<del>" + text + "</del>"
			case apply.PassageNew:
				text = "<ins>" + text + "</ins>"
			case apply.PassageGap:
				text = `<span class="gap" title="` + templ.EscapeString(v.T("versions.gap")) + `">…</span>`
			}
			b.WriteString(text)
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}
