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

// Clauses returns every clause of a package with what carries it out, beside
// the official text when there is one.
func Clauses(p *programme.Package, text, lang string) ([]Paragraph, error) {
	var outline *programme.Outline
	if text != "" {
		var err error
		if outline, err = p.ReadSource(strings.NewReader(text)); err != nil {
			return nil, err
		}
	}
	var out []Paragraph
	for _, c := range p.Show(lang) {
		one := Paragraph{ClauseView: c}
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
