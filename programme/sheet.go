package programme

import (
	"embed"
	"html/template"
	"io"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/locale"
)

// sheetFiles are the page's layout and its style.
//
//go:embed sheet.html sheet.css
var sheetFiles embed.FS

// A sheet (一览) is a package as a page to read and to print: what the call
// asks, how it is carried out and what proves it, clause by clause.
type sheet struct {
	Lang     string
	Style    template.CSS
	Title    string
	Subtitle string
	Marks    []sheetMark
	Parts    []*sheetPart
	Findings []sheetTable
	Coverage []sheetTable
}

// A sheetMark is a figure in the page's head.
type sheetMark struct{ Name, Value string }

// A sheetPart is one package on the page: of a guide first what its programmes
// share, then each of them with what is its own.
type sheetPart struct {
	*Package
	w       *sheetWords
	inGuide bool // only the package's own entries are shown

	Anchor   string
	Number   int // of a programme in its guide, from 1
	Mode     string
	About    []sheetMark
	Programs []*sheetPart // of a guide
	Tables   []sheetTable // before the clauses
	Groups   []sheetGroup
	More     []sheetTable // after them
}

// WriteSheet writes the package as one HTML page without scripts or outside
// files, with labels in lang. A faulty package is shown as far as it could be
// read, with what is wrong.
func (p *Package) WriteSheet(w io.Writer, lang string) error {
	t, err := template.New("sheet.html").Funcs(template.FuncMap{
		"t": func(key string, args ...any) string { return locale.Text(lang, "sheet.label."+key, args...) },
	}).ParseFS(sheetFiles, "sheet.html")
	if err != nil {
		return err
	}
	style, err := sheetFiles.ReadFile("sheet.css")
	if err != nil {
		return err
	}
	s := p.sheet(lang)
	s.Style = template.CSS(style) //nolint:gosec // our own file
	return t.Execute(w, s)
}

func (p *Package) sheet(lang string) *sheet {
	w := &sheetWords{lang: lang}
	s := &sheet{Lang: lang, Title: p.Title, Subtitle: p.Call.Document.Title}
	if lang == locale.ZH {
		s.Lang = "zh-CN"
	}
	size := p.Sizes()
	s.Marks = []sheetMark{
		{w.t("mark.clauses"), strconv.Itoa(size.Clauses)}, {w.t("mark.rules"), strconv.Itoa(size.Rules)},
		{w.t("mark.judges"), strconv.Itoa(p.judgeCount())}, {w.t("mark.cases"), strconv.Itoa(size.Cases)},
	}
	main := p.sheetPart(w, len(p.Members) > 0)
	s.Parts = append(s.Parts, main)
	for i, m := range p.Members {
		part := m.sheetPart(w, true)
		part.Number = i + 1
		main.Programs = append(main.Programs, part)
		s.Parts = append(s.Parts, part)
	}
	s.Findings = p.sheetFindings(w)
	s.Coverage = p.sheetCoverage(w)
	return s
}

// judgeCount counts the questions to people, each once.
func (p *Package) judgeCount() int {
	n := 0
	for _, m := range append([]*Package{p}, p.Members...) {
		for _, c := range m.Clauses {
			if m == p || !c.inherited {
				n += len(c.Judges)
			}
		}
	}
	return n
}

func (p *Package) sheetPart(w *sheetWords, inGuide bool) *sheetPart {
	s := &sheetPart{Package: p, w: w, inGuide: inGuide, Anchor: "p-" + strings.ReplaceAll(p.ID, "/", "-")}
	if p.Call.Mode != "" {
		s.Mode = w.t("mode." + string(p.Call.Mode))
	}
	s.About = s.about()
	s.Tables = compact(s.stages(), s.ranking(), s.quotas(), s.references(), s.openPoints(), s.tasks(), s.targets(), s.systems())
	s.Groups = s.groups()
	s.More = compact(s.materials(), s.facts(), s.outlineTable(), s.tableTable(), s.steps(), s.criteria(), s.duties(), s.money(),
		s.contacts(), s.choices())
	return s
}

// compact leaves out the tables that have no rows, and of the others the columns
// that hold nothing.
func compact(tables ...sheetTable) []sheetTable {
	tables = slices.DeleteFunc(tables, func(t sheetTable) bool { return len(t.Rows) == 0 })
	for i := range tables {
		tables[i].prune()
	}
	return tables
}

// own reports whether the page shows an entry under this package: on the page
// of a guide, what a programme inherits stands once, with what all share.
func (s *sheetPart) own(a At) bool {
	return !s.inGuide || strings.HasPrefix(a.pos.File, s.ID+"/")
}

// about is what the head of the package says.
func (s *sheetPart) about() []sheetMark {
	var out []sheetMark
	add := func(key, value string) {
		if value != "" {
			out = append(out, sheetMark{s.w.t("about." + key), value})
		}
	}
	d := s.Call.Document
	if s.guide == nil || !s.inGuide {
		add("issuer", d.Issuer)
		add("number", d.Number)
		if d.Issued != nil {
			add("issued", d.Issued.String())
		}
		if s.VerifiedOn != nil {
			add("verified", s.VerifiedOn.String())
		} else {
			add("status", locale.Text(s.w.lang, "list.status."+string(s.Status)))
		}
	}
	add("mode", s.Mode)
	if v := s.Call.Valid; v != nil && s.own(v.At) {
		switch {
		case v.UntilReplaced:
			add("valid", s.w.t("valid.until_replaced"))
		case v.Until != nil:
			add("valid", s.w.t("valid.until", v.Until.String()))
		}
	}
	if r := s.Call.Recommend; r != nil && s.own(r.At) {
		var chain []string
		for _, who := range r.Chain {
			chain = append(chain, s.w.who(who))
		}
		add("recommend", strings.Join(chain, " → "))
		add("by", s.w.word("sheet.by.", strings.ReplaceAll(string(r.By), " ", "_")))
	}
	if s.guide == nil || !s.inGuide {
		var parts []string
		for _, q := range s.Call.Source.Parts {
			parts = append(parts, q.ID+" "+q.Title)
		}
		add("parts", strings.Join(parts, "；"))
		add("package", s.ID+" · "+s.Hash[:12])
	}
	return out
}

// ClauseCount is how many clauses of the package the page shows under it.
func (s *sheetPart) ClauseCount() int {
	n := 0
	for _, g := range s.Groups {
		n += len(g.Clauses)
	}
	return n
}

// sheetClauseIn is a clause with the package it stands under.
type sheetClauseIn struct {
	Part   *sheetPart
	Clause *sheetClause
}

// With gives the layout of a clause the package too.
func (s *sheetPart) With(c *sheetClause) sheetClauseIn { return sheetClauseIn{s, c} }
