package call

import (
	"strings"

	"shenbao/programme"
)

// A Paragraph is a clause beside the sentences of the official notice that it
// stands for.
type Paragraph struct {
	programme.ClauseView
	Official []string `json:"official"` // none while no notice is attached that could be read
}

// Clauses returns every clause of a package with what carries it out (rules in
// both languages, questions to people, why nothing runs), beside the official
// text when there is one. A text that has not the parts which the package names
// is left out.
func Clauses(p *programme.Package, text, lang string) ([]Paragraph, error) {
	var outline *programme.Outline
	if text != "" {
		outline, _ = p.ReadSource(strings.NewReader(text)) // what is wrong with it was told when it was attached
	}
	out := []Paragraph{}
	for _, c := range p.Show(lang) {
		one := Paragraph{ClauseView: c, Official: []string{}}
		if outline != nil {
			for _, l := range programme.SplitLocators(c.Locator) {
				for _, s := range outline.Official(l) {
					one.Official = append(one.Official, s.Text)
				}
			}
		}
		out = append(out, one)
	}
	return out, nil
}
