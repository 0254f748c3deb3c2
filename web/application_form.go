package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/recommend"
	"shenbao/rule"
)

// atSection names a section of the form of an application.
type atSection struct {
	Application apply.ID `json:"application" in:"path"`
	Section     string   `json:"section" in:"path"`
}

// sectionPage is one section of the form: what it asks for, what was answered,
// and beside it the conditions of the call.
type sectionPage struct {
	Sight   *apply.Sight  `json:"application"`
	Section string        `json:"section"`
	Fields  []fieldView   `json:"fields"`
	Saved   *apply.Saved  `json:"saved,omitempty"`
	Picked  *apply.Picked `json:"picked,omitempty"`

	form     *apply.Form
	section  *programme.Section
	assessed *apply.Assessment
	query    sectionQuery
	typed    map[string]string // what was sent, by the name of the input
	touched  []string          // the fields that were sent
	lists    map[string]*listView
	rosters  map[string]*rosterView
}

// sectionQuery is how somebody looks at a section.
type sectionQuery struct {
	Check bool   // what is missing stands beside its field
	List  string // of which not the first rows are shown
	From  int64  // how many of its rows stand before the page
	Find  string // the fact that something is to be picked for
	Text  string // for which its roster is searched
}

// encode writes the query as an address has it.
func (q sectionQuery) encode() string {
	values := url.Values{}
	if q.Check {
		values.Set("check", "1")
	}
	if q.List != "" {
		values.Set("list", q.List)
		values.Set("from", strconv.FormatInt(q.From, 10))
	}
	if q.Find != "" {
		values.Set("find", q.Find)
		values.Set("text", q.Text)
	}
	return values.Encode()
}

// A fieldView is a field of the form as the API shows it.
type fieldView struct {
	Name   string `json:"name"`
	Shown  string `json:"shown"` // as its input shows it; of a row "" (its cells are inputs)
	Hash   string `json:"hash"`  // to be sent back as was:NAME
	Source string `json:"source,omitempty"`
}

func (p sectionPage) title(v *visit) string         { return p.section.Name + " · " + nameOf(v, p.Sight) }
func (p sectionPage) body(v *visit) templ.Component { return sectionBody(v, p) }

// fragment is what an autosave changes on the page.
func (p sectionPage) fragment(v *visit, target string) templ.Component {
	if target == savedPart {
		return sectionSaved(v, p)
	}
	return nil
}

// savedPart is the element in which a page of the form says how it was saved;
// whoever asks for it is an autosave.
const savedPart = "saved"

// openForm leads to the first section in which something is to be done.
func (s *Server) openForm(v *visit, in atApplication) (page, error) {
	to, err := db.View(v.Context(), s.DB, func(r db.Reader) (string, error) {
		sight, form, err := s.draft(v, r, in.Application)
		if err != nil {
			return "", err
		}
		assessed, err := s.office.Assess(v.Context(), r, form, v.Lang)
		if err != nil {
			return "", err
		}
		return sectionAddress(sight, firstOpen(form, assessed)), nil
	})
	return moved{to}, err
}

// draft finds an application and what was filled in of it, for those who may
// see that: what is being mended is not shown to authorities.
func (s *Server) draft(v *visit, r db.Reader, id apply.ID) (*apply.Sight, *apply.Form, error) {
	sight, err := recommend.Sight(v.Context(), r, v.By(), id)
	if err != nil {
		return nil, nil, err
	}
	if sees, err := sight.SeesDraft(v.Context(), r, v.By()); err != nil {
		return nil, nil, err
	} else if !sees && sight.Stand() == 0 {
		return nil, nil, fault.New(fault.Refused, "web.applications.being_mended")
	}
	form, err := s.office.FormOf(v.Context(), r, sight)
	return sight, form, err
}

func (s *Server) showSection(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Section     string   `json:"section" in:"path"`
	Check       bool     `json:"check"`
	List        string   `json:"list"`
	From        int64    `json:"from"`
	Find        string   `json:"find"`
	Text        string   `json:"text"`
}) (sectionPage, error) {
	return s.section(v, atSection{in.Application, in.Section}, sectionQuery{in.Check, in.List, in.From, in.Find, in.Text})
}

// section reads all that the page of a section shows.
func (s *Server) section(v *visit, at atSection, q sectionQuery) (sectionPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p sectionPage, err error) {
		if p.Sight, p.form, err = s.draft(v, r, at.Application); err != nil {
			return p, err
		}
		i := slices.IndexFunc(p.form.Package.Form.Sections, func(s *programme.Section) bool { return s.ID == at.Section })
		if i < 0 {
			return p, fault.New(fault.Missing, "apply.no_section", at.Section)
		}
		p.Section, p.section, p.query = at.Section, p.form.Package.Form.Sections[i], q
		p.lists = p.listViews()
		p.Fields = p.fieldViews()
		if p.rosters, err = p.rosterViews(v, r); err != nil {
			return p, err
		}
		p.assessed, err = s.office.Assess(v.Context(), r, p.form, v.Lang)
		return p, err
	})
}

// fieldViews are the fields of the section that hold something.
func (p sectionPage) fieldViews() []fieldView {
	out := []fieldView{}
	for name, f := range p.form.Fields {
		code := codeOf(name)
		fact := p.form.Package.Schema.Fact(code)
		if fact == nil || f.Empty() || !p.has(code) {
			continue
		}
		one := fieldView{Name: name, Hash: f.Hash(), Source: f.Source}
		if fact.Kind != rule.ListKind {
			one.Shown = f.ShownIn(fact)
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b fieldView) int { return strings.Compare(a.Name, b.Name) })
	return out
}

// has reports whether the section asks for a fact.
func (p sectionPage) has(code string) bool {
	return slices.ContainsFunc(p.section.Facts, func(d *programme.Fact) bool { return d.ID == code })
}

// codeOf is the fact that a field or an input belongs to.
func codeOf(name string) string {
	code, _, _ := strings.Cut(name, "/")
	code, _, _ = strings.Cut(code, ":")
	return code
}

// saveSection keeps what was typed into a section. A field that somebody else
// changed meanwhile is shown with both values; saving again keeps the sender's.
func (s *Server) saveSection(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Section     string   `json:"section" in:"path"`
	Fields      rest     `json:"fields"`
}) (page, error) {
	at := atSection{in.Application, in.Section}
	sent := savingOf(in.Application, in.Fields)
	saved, err := s.keep(v, sent)
	if err == nil && sent.then == "refill" {
		err = s.takeOver(v, at)
	}
	p, e := s.section(v, at, sent.query)
	if e != nil {
		return nil, e
	}
	p.Saved, p.typed, p.touched = saved, sent.Typed, sent.fields()
	if err == nil && len(saved.Conflicts) == 0 && v.plain() {
		return moved{p.after(v, sent)}, nil
	}
	return p, err
}

// plain reports whether a browser sent a form by itself, without a script.
func (v *visit) plain() bool { return !v.JSON() && v.Header.Get("HX-Request") == "" }

// keep writes a draft. It is no act, and leaves no line.
func (s *Server) keep(v *visit, sent saving) (*apply.Saved, error) {
	return db.Keep(v.Context(), s.DB, func(tx *db.Tx) (*apply.Saved, error) {
		tx.By = v.By()
		return apply.Save(v.Context(), tx, s.office, sent.Saving)
	})
}

// takeOver takes what the unit's profile says today into a section.
func (s *Server) takeOver(v *visit, at atSection) error {
	_, err := db.Keep(v.Context(), s.DB, func(tx *db.Tx) (int, error) {
		tx.By = v.By()
		return 0, apply.Refill(v.Context(), tx, s.office, at.Section, at.Application)
	})
	return err
}

// after is where somebody goes who saved the section by its button: to the next
// one, when they asked for it.
func (p sectionPage) after(v *visit, sent saving) string {
	if sent.then == "next" {
		return p.next(v)
	}
	here := sectionAddress(p.Sight, p.Section)
	if q := sent.query.encode(); q != "" {
		here += "?" + q
	}
	if sent.query.Find != "" {
		here += "#" + pickID(sent.query.Find)
	}
	return here
}

// next is the page after this section.
func (p sectionPage) next(v *visit) string {
	sections := p.form.Package.Form.Sections
	if i := slices.Index(sections, p.section) + 1; i < len(sections) {
		return sectionAddress(p.Sight, sections[i].ID)
	}
	if v.ours(p.Sight) {
		return address(p.Sight) + "/check"
	}
	return address(p.Sight)
}

// A saving is what a page of the form sent: the inputs by their names, and with
// a word and a colon before them what else there is to say of a field.
type saving struct {
	apply.Saving
	then  string // next, refill: what is to be done after it was saved
	query sectionQuery
}

// savingOf reads the values of a form:
//
//	NAME            what was typed
//	was:FIELD       the hash of the value that the page showed
//	drop:FIELD      a row that is to go
//	mine:FIELD      the sender's value is to stand
//	page:tab, page:then, page:check, page:list, page:from
//	page:find:FACT  for what the roster of a fact is searched
func savingOf(id apply.ID, sent rest) saving {
	s := saving{Saving: apply.Saving{Application: id, Typed: map[string]string{}, Was: map[string]string{},
		Drop: map[string]struct{}{}, Mine: map[string]struct{}{}}}
	for name, values := range sent {
		value := strings.Join(slices.DeleteFunc(slices.Clone(values), func(one string) bool { return one == "" }), " ")
		word, field, _ := strings.Cut(name, ":")
		switch word {
		case "was":
			s.Was[field] = value
		case "drop":
			s.Drop[field] = struct{}{}
		case "mine":
			s.Mine[field] = struct{}{}
		case "page":
			s.said(field, value)
		default:
			s.Typed[name] = value
		}
	}
	s.query.Find, s.query.Text = searched(sent, s.then)
	return s
}

// said notes what a page says of itself.
func (s *saving) said(name, value string) {
	switch name {
	case "tab":
		s.Tab = value
	case "then":
		s.then = value
	case "check":
		s.query.Check = value == "1"
	case "list":
		s.query.List = value
	case "from":
		s.query.From = whole(value)
	}
}

// fields are the names of the fields that were sent, each once.
func (s saving) fields() []string {
	var out []string
	for input := range s.Typed {
		out = append(out, fieldOfInput(input))
	}
	for field := range s.Drop {
		out = append(out, field)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fieldOfInput is the field of an input: of projects/ROW/title, projects/ROW.
func fieldOfInput(input string) string {
	parts := strings.SplitN(input, "/", 3)
	return strings.Join(parts[:min(2, len(parts))], "/")
}

// tokenPage is a token for forms, for a page whose session ended and who signed
// in again elsewhere: what was typed on it is not lost.
type tokenPage struct {
	Token    string `json:"form_token"`
	SignedIn bool   `json:"signed_in"`
}

func (tokenPage) title(*visit) string         { return "" }
func (tokenPage) body(*visit) templ.Component { return templ.NopComponent }

func (s *Server) newFormToken(v *visit, _ nothing) (tokenPage, error) {
	return tokenPage{v.formToken, v.SignedIn()}, nil
}
