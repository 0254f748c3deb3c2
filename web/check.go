package web

import (
	"slices"
	"strings"

	"github.com/a-h/templ"

	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
	"shenbao/programme"
	"shenbao/rule"
)

// checkPage is "can we apply?" (能不能报): a short form of the decisive facts, and
// all conditions with their answers beside it.
type checkPage struct {
	Call      *call.Call        `json:"call"`
	Questions []call.Question   `json:"questions"`
	Checked   *call.Checked     `json:"result"`
	Typed     map[string]string `json:"-"`
	Link      string            `json:"link,omitempty"`    // leads back to what was typed
	Changes   []call.Change     `json:"changes,omitempty"` // by an amendment, since it was typed
	Dropped   []string          `json:"dropped,omitempty"` // facts that the amendment does not ask for
	Wrong     []*fault.Fault    `json:"-"`                 // of what was typed, by field
	pkg       *programme.Package
	key       string // of an application that may be begun from the page
}

func (p checkPage) title(v *visit) string         { return v.T("check.title") }
func (p checkPage) body(v *visit) templ.Component { return checkBody(v, p) }

func (p checkPage) fragment(v *visit, target string) templ.Component {
	if target == "result" {
		return checkResult(v, p)
	}
	return nil
}

func (s *Server) showCheck(v *visit, in struct {
	Call call.ID `json:"call" in:"path"`
	Kept string  `json:"kept"`
}) (checkPage, error) {
	if in.Kept != "" {
		return s.resumeCheck(v, in.Call, in.Kept)
	}
	p, err := s.checkPage(v, in.Call)
	return s.checked(v, p, err)
}

// resumeCheck shows what was typed some time ago, under the call as it is now.
func (s *Server) resumeCheck(v *visit, id call.ID, token string) (checkPage, error) {
	k, err := db.View(v.Context(), s.DB, func(r db.Reader) (*call.Resumed, error) {
		return call.Resume(v.Context(), r, &s.shelf, token, v.Lang)
	})
	if err == nil && k.Typed != id && k.Call.ID != id {
		err = fault.New(fault.Missing, "call.not_kept")
	}
	if err != nil {
		return checkPage{}, err
	}
	p, err := s.checkPage(v, k.Call.ID)
	if err != nil {
		return p, err
	}
	p.Typed, p.Changes, p.Dropped = call.Typed(p.Questions, k.Facts), k.Changes, k.Dropped
	p.Link = v.callLink(k.Typed) + "/check?kept=" + token
	return s.checked(v, p, nil)
}

func (s *Server) checkPage(v *visit, id call.ID) (checkPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p checkPage, err error) {
		if p.Call, err = call.Find(v.Context(), r, v.By(), id); err != nil {
			return p, err
		}
		p.key = db.NewID()
		p.pkg, err = s.shelf.Package(v.Context(), r, p.Call.Hash)
		if err == nil {
			p.Questions = call.Questions(p.pkg, v.Lang)
		}
		return p, err
	})
}

// checked answers the conditions on what was typed. A value that cannot be read
// is told beside its field and counts as not given.
func (s *Server) checked(v *visit, p checkPage, err error) (checkPage, error) {
	if err != nil {
		return p, err
	}
	facts, err := call.Facts(p.Questions, p.Typed)
	if err != nil {
		return p, err
	}
	p.Checked, err = call.Check(p.pkg, facts, v.Lang)
	if err == nil {
		return p, nil
	}
	typed := map[string]string{}
	for name, text := range p.Typed {
		typed[name] = text
	}
	for _, f := range fault.All(err) {
		if f.Kind == fault.Internal {
			return p, err
		}
		p.Wrong = append(p.Wrong, f)
		for name := range typed {
			if name == f.Field || strings.ReplaceAll(name, " ", ".") == f.Field || strings.HasPrefix(name, f.Field+" ") {
				delete(typed, name)
			}
		}
	}
	if facts, err = call.Facts(p.Questions, typed); err != nil {
		return p, err
	}
	p.Checked, err = call.Check(p.pkg, facts, v.Lang)
	return p, err
}

// check answers what was typed; with keep it stores it under a link.
func (s *Server) check(v *visit, in struct {
	Call call.ID `json:"call" in:"path"`
	Keep bool    `json:"keep"`
	Rest rest    `json:"facts"`
}) (checkPage, error) {
	p, err := s.checkPage(v, in.Call)
	if err != nil {
		return p, err
	}
	p.Typed = typedOf(in.Rest)
	if p, err = s.checked(v, p, nil); err != nil || !in.Keep {
		return p, err
	}
	token, err := s.keepTyped(v, p, p.Typed)
	p.Link = v.callLink(in.Call) + "/check?kept=" + token
	return p, err
}

// keepTyped stores what was typed under a new token.
func (s *Server) keepTyped(v *visit, p checkPage, typed map[string]string) (string, error) {
	facts, err := call.Facts(p.Questions, typed)
	if err != nil {
		return "", err
	}
	token := secret.NewToken()
	_, err = db.Keep(v.Context(), s.DB, func(tx *db.Tx) (int, error) {
		return 0, call.Keep(v.Context(), tx, p.Call.ID, token, facts)
	})
	return token, err
}

// asks reports whether the form has a field of a name.
func (p checkPage) asks(name string) bool {
	code, _, _ := strings.Cut(name, " ") // a series has one for each year
	return slices.ContainsFunc(p.Questions, func(q call.Question) bool { return q.Code == code })
}

// entry is a question as a field; of a series, that of one year.
func (p checkPage) entry(v *visit, q call.Question, year int) input {
	f := input{Name: q.Code, Label: q.Label, Help: q.Help, Value: p.Typed[q.Code], Unit: q.Unit, Hush: true}
	kind := q.Kind
	if year != 0 {
		f.Name, f.Label, f.Help, kind = q.Key(year), v.T("check.year", year), "", q.Of
		f.Value = p.Typed[f.Name]
	}
	switch kind {
	case rule.BoolKind:
		f.Options, f.Unit = []option{{"", v.T("check.unknown")}, {"true", v.T("yes")}, {"false", v.T("no")}}, ""
	case rule.ChoiceKind:
		f.Options, f.Unit = []option{{"", v.T("check.unknown")}}, ""
		for _, o := range q.Options {
			f.Options = append(f.Options, option{o.Code, o.Name})
		}
	case rule.DateKind:
		f.Type, f.Unit = "date", ""
	case rule.MoneyKind, rule.DecimalKind, rule.IntegerKind, rule.PercentKind, rule.YearKind:
		f.Pattern = "decimal"
	}
	return f
}

// beside is the visit with the fault of one field.
func (p checkPage) beside(v *visit, name string) *visit {
	for _, f := range p.Wrong {
		if f.Field == name || f.Field == strings.ReplaceAll(name, " ", ".") || strings.HasPrefix(name, f.Field+" ") {
			w := *v
			w.Fault = f.In(name)
			return &w
		}
	}
	return v
}
