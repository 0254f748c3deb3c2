package call

import (
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/chinacode"
	"shenbao/internal/textindex"
	"shenbao/programme"
)

// A Field (领域方向) is one of the directions that a call names.
type Field struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// A search is what something is found by.
type search struct {
	folded string   // its text, as it is compared
	words  []string // of the text
}

func searchOf(texts ...string) search {
	whole := strings.Join(texts, "\n")
	return search{textindex.Fold(whole), textindex.Words(whole)}
}

// callSearch gathers what a call says of itself: title, number, issuer, place
// and year.
func callSearch(c *Call) search {
	return searchOf(c.Title, c.Number, c.IssuerName, chinacode.PlaceName(c.Place), strconv.FormatInt(c.Year, 10))
}

// packageSearch gathers what a version of a package says: the titles and the
// issuer of the notice, the fields, and the clauses, but for those that only
// tell how an office works.
func packageSearch(p *programme.Package) search {
	texts := []string{p.Title, p.Call.Document.Title, p.Call.Document.Issuer}
	if f := fieldFact(p); f != nil {
		for _, o := range f.Options {
			texts = append(texts, o.Name)
			texts = append(texts, o.Topics...)
		}
	}
	for _, cl := range p.Clauses {
		if !slices.Contains(officeKinds, cl.Kind) {
			texts = append(texts, cl.Prose)
		}
	}
	return searchOf(texts...)
}

// officeKinds are the kinds of clauses that nobody looks a call up by.
var officeKinds = []programme.ClauseKind{"procedure step", "role", "document template", "format limit", "contact", "deadline"}

// fieldsOf are the options of the fact by which a package asks for the field of
// an application.
func fieldsOf(p *programme.Package) []Field {
	f := fieldFact(p)
	if f == nil {
		return nil
	}
	var out []Field
	for _, o := range f.Options {
		if o.Code != "other" {
			out = append(out, Field{o.Code, o.Name})
		}
	}
	return out
}

// fieldFact is the choice whose options, or which itself, carries the clauses
// about the fields (领域) of the call; else the one that is called a field or
// direction.
func fieldFact(p *programme.Package) *programme.Fact {
	scope := map[string]bool{}
	for _, c := range p.Clauses {
		scope[c.Number] = c.Kind == "scope"
	}
	var best *programme.Fact
	most := 0
	for _, s := range p.Form.Sections {
		for _, f := range s.Facts {
			if f.Kind != "choice" && f.Kind != "choices" || len(f.Options) == 0 {
				continue
			}
			n := 0
			if slices.Contains([]string{"direction", "domain", "field", "project.field"}, f.ID) {
				n = 1
			}
			for _, o := range f.Options {
				if slices.ContainsFunc(o.Clauses, func(c string) bool { return scope[c] }) {
					n += 2
				}
			}
			if n > most {
				best, most = f, n
			}
		}
	}
	return best
}
