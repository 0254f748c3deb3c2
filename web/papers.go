package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/recommend"
)

// recommending is the office of the room of recommendation.
func (s *Server) recommending() *recommend.Office { return &recommend.Office{Office: s.office} }

// papersPage is the register of what came on paper (纸质材料登记).
type papersPage struct {
	*recommend.PaperList
	Calls  [][2]string `json:"-"` // keys and titles of those that ask for paper
	Filter papersAsked `json:"-"`
}

// papersAsked is what the register is narrowed by, as it stands in an address.
type papersAsked struct {
	Call  call.ID `json:"call"`
	Show  string  `json:"show"`
	Q     string  `json:"q"` // words, or what a scanner types
	After string  `json:"after"`
}

func (f papersAsked) filter() recommend.PaperFilter {
	return recommend.PaperFilter{Call: f.Call, Show: f.Show, Text: f.Q, After: f.After, Limit: pageRows}
}

func (papersPage) title(v *visit) string           { return v.T("papers.title") }
func (p papersPage) body(v *visit) templ.Component { return papersBody(v, p) }

// listPapers lists the register; what a scanner typed leads to its application.
func (s *Server) listPapers(v *visit, in papersAsked) (page, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (page, error) {
		if in.Q != "" {
			at, err := recommend.ScanPaper(v.Context(), r, v.By(), recommend.PaperQuery{Office: s.recommending(), Text: in.Q})
			if err != nil {
				return nil, err
			}
			if at != nil && !v.JSON() {
				return moved{paperAddress(at.Application, at.Version)}, nil
			}
		}
		p := papersPage{Filter: in}
		var err error
		if p.PaperList, err = recommend.ListPapers(v.Context(), r, v.By(), in.filter()); err != nil {
			return nil, err
		}
		p.Calls, err = recommend.PaperCalls(v.Context(), r, v.By())
		return p, err
	})
}

func paperAddress(id apply.ID, version int64) string {
	to := "/papers/" + string(id)
	if version > 0 {
		to += "?version=" + strconv.FormatInt(version, 10)
	}
	return to
}

// mostPapers is how many lines a workbook holds.
const mostPapers = 10_000

func (s *Server) exportPapers(v *visit, in papersAsked) (page, error) {
	l, err := db.View(v.Context(), s.DB, func(r db.Reader) (*recommend.PaperList, error) {
		f := in.filter()
		f.After, f.Limit = "", mostPapers // all of it, whichever page the reader has turned to
		return recommend.ListPapers(v.Context(), r, v.By(), f)
	})
	if err != nil {
		return nil, err
	}
	content, err := l.Workbook(v.Lang)
	return raw{contentType: xlsxType, fileName: v.T("papers.title") + ".xlsx", content: content}, err
}

// paperPage is one application in front of whoever keeps the register.
type paperPage struct {
	*recommend.PaperDesk
	typed paperTyped
}

// paperTyped is what an officer enters. An item is MATERIAL:there, MATERIAL:sealed
// or MATERIAL:signed.
type paperTyped struct {
	Application apply.ID `json:"application" in:"path"`
	Version     int64    `json:"version"`
	Received    string   `json:"received"`
	Copies      int64    `json:"copies"`
	Item        []string `json:"item"`
	Refuse      bool     `json:"refuse"`
	Corrects    int64    `json:"corrects"`
	Remark      string   `json:"remark"`
}

func (p paperPage) title(v *visit) string {
	if p.PaperDesk == nil {
		return v.T("papers.title")
	}
	return p.Application.UnitName
}
func (p paperPage) body(v *visit) templ.Component { return paperBody(v, p) }
func (p paperPage) address() string               { return "/papers/" + string(p.Application.ID) }

// has reports whether an item is ticked: as it was typed, else as the line that is
// being corrected says.
func (p paperPage) has(material, what string) bool {
	if p.typed.Received != "" {
		return slices.Contains(p.typed.Item, material+":"+what)
	}
	if c := p.corrected(); c != nil {
		for _, i := range c.Items {
			if i.Material == material {
				return map[string]bool{"there": i.There, "sealed": i.Sealed, "signed": i.Signed}[what]
			}
		}
	}
	return false
}

// corrected is the line that the form is about to correct, nil for a new one.
func (p paperPage) corrected() *recommend.Paper {
	if c := p.Current; c != nil && c.Outcome == recommend.PaperReceived {
		return c
	}
	return nil
}

func (s *Server) showPaper(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Version     int64    `json:"version"`
}) (paperPage, error) {
	return s.paperPage(v, in.Application, in.Version)
}

func (s *Server) paperPage(v *visit, id apply.ID, version int64) (paperPage, error) {
	d, err := db.View(v.Context(), s.DB, func(r db.Reader) (*recommend.PaperDesk, error) {
		return recommend.FindPaper(v.Context(), r, v.By(), recommend.PaperQuery{Office: s.recommending(), Application: id, Version: version})
	})
	return paperPage{PaperDesk: d}, err
}

func (s *Server) enterPaper(v *visit, in paperTyped) (page, error) {
	p, err := s.paperPage(v, in.Application, in.Version)
	if err != nil {
		return nil, err
	}
	p.typed = in
	e := recommend.PaperEntry{Application: in.Application, Version: in.Version, Copies: in.Copies, Refuse: in.Refuse, Corrects: in.Corrects, Remark: in.Remark}
	if e.Received, err = instant("received", in.Received); err != nil {
		return p, err
	}
	e.Items = itemsOf(in.Item)
	_, err = db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.Paper, error) {
		return recommend.EnterPaper(v.Context(), tx, s.recommending(), e)
	})
	if err != nil {
		return p, err
	}
	return moved{p.address()}, nil
}

// itemsOf reads what was ticked.
func itemsOf(ticked []string) (out []recommend.PaperItem) {
	for _, one := range ticked {
		material, what, _ := strings.Cut(one, ":")
		i := slices.IndexFunc(out, func(i recommend.PaperItem) bool { return i.Material == material })
		if i < 0 {
			i, out = len(out), append(out, recommend.PaperItem{Material: material})
		}
		switch what {
		case "there":
			out[i].There = true
		case "sealed":
			out[i].Sealed = true
		case "signed":
			out[i].Signed = true
		}
	}
	return out
}

// paperColour is the colour of how a line stands.
func paperColour(p *recommend.Paper) string {
	switch {
	case p.Outcome == recommend.PaperRefused:
		return "bad"
	case !p.Complete || p.Late:
		return "open"
	}
	return "good"
}

// paperWord says how a line stands.
func paperWord(v *visit, p *recommend.Paper) string {
	switch {
	case p.Outcome == recommend.PaperRefused:
		return v.Text("recommend.paper.outcome.refused")
	case !p.Complete:
		return v.T("papers.incomplete")
	}
	return v.Text("recommend.paper.outcome.received")
}

// itemWord says what was there of a material.
func itemWord(v *visit, i recommend.PaperItem) string {
	if !i.There {
		return v.T("papers.not_there")
	}
	words := []string{v.T("papers.there")}
	if i.Sealed {
		words = append(words, v.T("papers.sealed"))
	}
	if i.Signed {
		words = append(words, v.T("papers.signed"))
	}
	return strings.Join(words, v.T("plan.and"))
}

func paperOptions(v *visit) (out []option) {
	for _, one := range recommend.PapersShown {
		word := "current"
		if one != "" {
			word = one
		}
		out = append(out, option{one, v.T("papers.show." + word)})
	}
	return out
}

func (p papersPage) callOptions(v *visit) []option {
	out := []option{{"", v.T("all")}}
	for _, c := range p.Calls {
		out = append(out, option{c[0], c[1]})
	}
	return out
}

// next is the address of the next rows.
func (p papersPage) next(v *visit) string {
	if p.Next == "" {
		return ""
	}
	return v.with("after", p.Next)
}

// receivedValue is what the box for the receipt holds at first: what was typed,
// what the line says that is corrected, or now.
func (p paperPage) receivedValue(v *visit) string {
	switch {
	case p.typed.Received != "":
		return p.typed.Received
	case p.corrected() != nil:
		return localInput(p.corrected().Received)
	}
	return localInput(v.Now)
}

// copiesValue is the same for the number of copies.
func (p paperPage) copiesValue() string {
	switch {
	case p.typed.Received != "":
		return strconv.FormatInt(p.typed.Copies, 10)
	case p.corrected() != nil:
		return strconv.FormatInt(p.corrected().Copies, 10)
	}
	return strconv.FormatInt(p.Plan.Copies, 10)
}
