package web

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

// versionsPage lists what was submitted of an application.
type versionsPage struct {
	*apply.Sight `json:"-"`
	Versions     []*apply.Version `json:"versions"` // the newest first

	draft bool // the reader may see what is being filled in
}

func (p versionsPage) title(v *visit) string {
	return nameOf(v, p.Sight) + " · " + tabName(v, "versions")
}
func (p versionsPage) body(v *visit) templ.Component { return versionsBody(v, p) }

func (s *Server) listVersions(v *visit, in atApplication) (versionsPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p versionsPage, err error) {
		p.Versions = []*apply.Version{}
		if p.Sight, err = recommend.Sight(v.Context(), r, v.By(), in.Application); err != nil {
			return p, err
		}
		if p.draft, err = p.SeesDraft(v.Context(), r, v.By()); err != nil {
			return p, err
		}
		all, err := p.Sight.Versions(v.Context(), r)
		p.Versions = append(p.Versions, all...)
		return p, err
	})
}

// comparing is the form that compares two of them.
func (p versionsPage) comparing() comparePage {
	c := comparePage{sight: p.Sight, versions: p.Versions, draft: p.draft, Comparison: &apply.Comparison{}}
	c.From, c.To, _ = c.between("", "") // nothing that could not be read
	return c
}

// atVersion names a version.
type atVersion struct {
	Application apply.ID `json:"application" in:"path"`
	Number      int64    `json:"number" in:"path"`
}

// versionPage is the receipt (回执) of a version.
type versionPage struct {
	*apply.Version
	Sealed bool `json:"sealed"` // its line stands in the journal's tree: the proof can be had

	sight *apply.Sight
	says  *apply.Content
	next  *call.Window // what comes after submitting
	paper string       // the hash on a paper that was scanned, "" for none
	draft bool
}

func (p versionPage) title(v *visit) string {
	return v.T("versions.receipt", p.Number) + " · " + nameOf(v, p.sight)
}
func (p versionPage) body(v *visit) templ.Component { return versionBody(v, p) }
func (p versionPage) address() string               { return versionAddress(p.Application, p.Number) }

func (s *Server) showVersion(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Number      int64    `json:"number" in:"path"`
	Paper       string   `json:"paper"` // see apply.Printing
}) (versionPage, error) {
	p, err := s.versionPage(v, in.Application, in.Number)
	p.paper = in.Paper
	return p, err
}

func (s *Server) versionPage(v *visit, id apply.ID, number int64) (versionPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p versionPage, err error) {
		if p.sight, err = recommend.Sight(v.Context(), r, v.By(), id); err != nil {
			return p, err
		}
		if p.Version, err = p.sight.VersionOf(v.Context(), r, number); err != nil {
			return p, err
		}
		if p.says, err = s.office.Contents(v.Context(), r, v.By(), p.sight, number); err != nil {
			return p, err
		}
		p.next = stageAfter(p.sight.Of)
		if p.draft, err = p.sight.SeesDraft(v.Context(), r, v.By()); err != nil {
			return p, err
		}
		switch _, err := p.Prove(v.Context(), r); {
		case err == nil:
			p.Sealed = true
		case fault.Of(err).Key != "journal.not_sealed":
			return p, err
		}
		return p, nil
	})
}

// stageAfter is the first stage of a call that ends after applications are in.
func stageAfter(c *call.Call) *call.Window {
	for i, w := range c.Windows {
		if !c.Closes.IsZero() && w.Until.After(c.Closes) {
			return &c.Windows[i]
		}
	}
	return nil
}

// receiptText is the signed receipt as a file.
func (s *Server) receiptText(v *visit, in atVersion) (page, error) {
	p, err := s.papersOf(v, in)
	if err != nil {
		return nil, err
	}
	return raw{contentType: "text/plain; charset=utf-8", fileName: receiptName(p.version, ".txt"), content: []byte(p.version.Receipt)}, nil
}

// receiptProof is the receipt with what it rests on, as a file.
func (s *Server) receiptProof(v *visit, in atVersion) (page, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (page, error) {
		sight, err := recommend.Sight(v.Context(), r, v.By(), in.Application)
		if err != nil {
			return nil, err
		}
		one, err := sight.VersionOf(v.Context(), r, in.Number)
		if err != nil {
			return nil, err
		}
		proof, err := one.Prove(v.Context(), r)
		if err != nil {
			return nil, err
		}
		file, err := proof.File()
		return raw{contentType: "application/json", fileName: receiptName(one, ".json"), content: file}, err
	})
}

// receiptName is what a file of a receipt is called when it is saved.
func receiptName(one *apply.Version, ending string) string {
	return "receipt-" + string(one.Application) + "-" + strconv.FormatInt(one.Number, 10) + ending
}

// papers is what is printed: read inside a transaction, printed outside of it.
type papers struct {
	content *apply.Content
	version *apply.Version // nil for the draft
}

// papersOf reads a version to be printed.
func (s *Server) papersOf(v *visit, in atVersion) (papers, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p papers, err error) {
		sight, err := recommend.Sight(v.Context(), r, v.By(), in.Application)
		if err != nil {
			return p, err
		}
		if p.version, err = sight.VersionOf(v.Context(), r, in.Number); err != nil {
			return p, err
		}
		p.content, err = s.office.Contents(v.Context(), r, v.By(), sight, in.Number)
		return p, err
	})
}

// printing is how this visitor is printed for.
func (s *Server) printing(v *visit) apply.Printing { return apply.Printing{Lang: v.Lang, Base: s.Base} }

const pdfType = "application/pdf"

// printVersion prints an application as it was submitted.
func (s *Server) printVersion(v *visit, in atVersion) (page, error) {
	p, err := s.papersOf(v, in)
	if err != nil {
		return nil, err
	}
	return s.printed(v, p.content)
}

// printReceipt prints the receipt of a version.
func (s *Server) printReceipt(v *visit, in atVersion) (page, error) {
	p, err := s.papersOf(v, in)
	if err != nil {
		return nil, err
	}
	content, err := s.printing(v).PrintReceipt(v.Context(), p.content, p.version)
	return raw{contentType: pdfType, fileName: receiptName(p.version, ".pdf"), content: content}, err
}

// printApplication prints an application as it stands: what is being filled in,
// for those who fill it in, else what was submitted last.
func (s *Server) printApplication(v *visit, in atApplication) (page, error) {
	c, err := db.View(v.Context(), s.DB, func(r db.Reader) (*apply.Content, error) {
		sight, err := recommend.Sight(v.Context(), r, v.By(), in.Application)
		if err != nil {
			return nil, err
		}
		number := sight.Stand()
		if sees, err := sight.SeesDraft(v.Context(), r, v.By()); err != nil || !sees {
			if number = sight.Version; err != nil {
				return nil, err
			}
		}
		return s.office.Contents(v.Context(), r, v.By(), sight, number)
	})
	if err != nil {
		return nil, err
	}
	return s.printed(v, c)
}

func (s *Server) printed(v *visit, c *apply.Content) (page, error) {
	content, err := s.printing(v).Print(v.Context(), c)
	name := c.Name
	if name == "" {
		name = c.UnitName
	}
	suffix := v.T("versions.draft")
	if !c.Draft() {
		suffix = strconv.FormatInt(c.Number, 10)
	}
	return raw{contentType: pdfType, fileName: name + "-" + suffix + ".pdf", content: content}, err
}

// exactly is an instant to the millisecond, in the time zone of deadlines.
func (v *visit) exactly(t time.Time) string {
	return t.In(clock.Zone).Format("2006-01-02 15:04:05.000")
}

// partName is what a part of a manifest is called: a file by its material and
// its name.
func (p versionPage) partName(part apply.Part) string {
	if material, name, ok := strings.Cut(part.Name, "/"); ok && part.Kind == apply.FilePart {
		return p.says.MaterialName(material) + " · " + name
	}
	return part.Name
}
