package main

import (
	"slices"
	"strings"

	"shenbao/internal/terminal"
	"shenbao/programme"
	"shenbao/rule"
	"shenbao/rule/sweep"
)

// shownLacks is how many comparisons of one call the page shows, shownNames how
// many names in a line.
const shownLacks, shownNames = 4, 8

// write writes the report for people: the calls that fit, that could fit with
// what is missing, and how many do not.
func (f *fitting) write(r *fitsReport) error {
	p := &fitsPage{fitting: f, fitsReport: r}
	day := r.AsOf
	if day == "" {
		day = f.text("programme.no_day")
	}
	p.para(0, f.text("fits.head", day, len(f.calls)))
	for _, s := range []struct {
		class  sweep.Class
		colour string
		n      int
	}{{sweep.Qualifying, terminal.Green, r.Classes.Qualifying}, {sweep.Could, terminal.Yellow, r.Classes.Could}, {sweep.Not, terminal.Red, r.Classes.Not}} {
		if s.n > 0 {
			p.b.WriteString("\n" + f.style.Paint(terminal.Bold, f.style.Paint(s.colour, f.text("fits.section."+s.class.String(), s.n))) + "\n")
		}
		for i := range r.Calls {
			if r.Calls[i].Class == s.class.String() {
				p.call(&r.Calls[i])
			}
		}
	}
	p.foot()
	_, err := f.out.WriteString(p.b.String())
	return err
}

// fitsPage lays one report out.
type fitsPage struct {
	*fitting
	*fitsReport
	b strings.Builder
}

// para writes wrapped text behind an indent; further lines of what is indented
// stand deeper.
func (p *fitsPage) para(indent int, text string) {
	hang := min(indent, 2)
	for i, line := range terminal.Wrap(text, p.style.Columns-indent-hang) {
		p.b.WriteString(strings.Repeat(" ", indent+hang*min(i, 1)) + line + "\n")
	}
}

func (p *fitsPage) call(c *fitJSON) {
	name := c.Package
	if c.Status != "verified" {
		name = p.text("fits.status", name, p.text("list.status."+string(c.Status)))
	}
	p.para(2, p.text("fits.call", c.Title, name))
	if c.Track != "" {
		p.para(4, p.text("fits.track", c.trackName()))
	}
	switch {
	case len(c.Evidence) > shownLacks:
		p.para(4, p.text("fits.unknown", p.names(c.labels())))
		p.para(4, p.text("fits.supply", p.names(c.supply(p.readings[c.schema].Facts, p.Lang))))
	case c.Class != sweep.Qualifying.String():
		p.rules(c, c.Because)
	case len(c.Exceptions) > 0:
		p.para(4, p.text("fits.exceptions", len(c.Exceptions)))
		p.rules(c, c.Exceptions)
	}
	if need := c.materials(); len(need) > 0 {
		p.para(4, p.text("fits.need", p.names(need)))
	}
	if c.Class != sweep.Not.String() && c.Questions > 0 {
		p.para(4, p.text("fits.questions", c.Questions))
	}
	if len(c.Unread) > 0 {
		p.para(4, p.text("fits.unread", p.names(c.Unread)))
	}
}

// rules writes what the rules lack, each with its clause; of many the first.
func (p *fitsPage) rules(c *fitJSON, ids []string) {
	shown := 0
	for i, id := range ids {
		if shown >= shownLacks {
			p.para(4, p.text("fits.more", len(ids)-i))
			return
		}
		view := c.finding(id)
		lacks := c.lacks(id)
		for j, l := range lacks {
			if shown++; shown > shownLacks && j > 0 {
				p.para(4, p.text("fits.more_of", view.Label, len(lacks)-j))
				break
			}
			label := view.Label
			switch {
			case slices.ContainsFunc(c.Nearest, func(n programme.Near) bool { return n.Rule == id }):
				label = p.text("fits.nearest", label, l.Label)
			case len(view.Leaves) > 1 && l.Label != label:
				label = p.text("fits.label", label, l.Label)
			}
			line := programme.Sentence(rule.View{Label: label, Actual: l.Actual, Required: l.Required, Gap: l.Gap}, p.Lang)
			p.para(4, p.text("fits.under", line, view.Clause))
		}
	}
}

// names joins names; of many the first.
func (p *fitsPage) names(of []string) string {
	if n := len(of); n > shownNames {
		return p.text("fits.and_more", strings.Join(of[:shownNames], p.text("programme.comma")), n)
	}
	return strings.Join(of, p.text("programme.comma"))
}

// foot counts what was not shown and not checked.
func (p *fitsPage) foot() {
	p.b.WriteString("\n")
	if p.Classes.Not > 0 && !p.cmd.All {
		p.para(0, p.text("fits.all"))
	}
	if len(p.Unchecked) > 0 {
		p.para(0, p.text("fits.unchecked", strings.Join(p.Unchecked, p.text("programme.comma"))))
	}
	p.para(0, p.text("fits.try"))
}

func (c *fitJSON) trackName() string {
	for _, t := range c.pkg.Call.Tracks {
		if t.ID == c.Track {
			return t.Name
		}
	}
	return c.Track
}

// labels are the names of the rules that decided.
func (c *fitJSON) labels() (out []string) {
	for _, id := range c.Because {
		out = append(out, c.finding(id).Label)
	}
	return out
}

// supply are the names of the facts that are not known and could change the
// answer. Of a list or series some part may not be known.
func (c *fitJSON) supply(facts *rule.Facts, lang string) (out []string) {
	for _, e := range c.Evidence {
		for _, code := range e.Facts {
			f := c.pkg.Schema.Fact(code)
			if f == nil || f.Path() != f.Code || f.Scalar() && facts.Value(f).State == rule.Known {
				continue
			}
			if name := f.Label(lang); !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// finding is a rule's finding in words.
func (c *fitJSON) finding(id string) *rule.View {
	i := slices.IndexFunc(c.report.Findings, func(v rule.View) bool { return v.Rule == id })
	return &c.report.Findings[i]
}

// materials are the names of the materials that would prove what is missing.
func (c *fitJSON) materials() (out []string) {
	for _, e := range c.Evidence {
		for _, id := range e.Materials {
			for _, m := range c.pkg.Form.Materials {
				if m.ID == id && !slices.Contains(out, m.Name) {
					out = append(out, m.Name)
				}
			}
		}
	}
	return out
}
