package call

import (
	"slices"
	"strings"

	"shenbao/internal/blob"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/programme"
)

// A Comparison (核对) is what comparing the official notice with the package came
// to. Without files, and with a fault, what was attached could not be read as
// the notice of this package.
type Comparison struct {
	Files  []blob.Hash // the attachments that the official text is made of, in order
	Faults int         // what does not agree
}

// compare compares the newest attachment, alone and with those before it, with
// the package, and returns the report when it comes out better than what is
// known.
func (c *Call) compare(p *programme.Package) *programme.VerifyReport {
	var readable []Attachment
	for _, a := range c.Attachments {
		if a.text != "" {
			readable = append(readable, a)
		}
	}
	newest := c.Attachments[len(c.Attachments)-1]
	if newest.text == "" {
		return nil
	}
	var best *programme.VerifyReport
	for _, files := range [][]Attachment{{newest}, readable} {
		now, report := comparisonOf(p, files)
		if best == nil && c.compared.Faults == 0 && len(c.compared.Files) == 0 || now.betterThan(c.compared) {
			best, c.compared = report, now
		}
	}
	return best
}

func (c Comparison) betterThan(other Comparison) bool {
	if (len(c.Files) > 0) != (len(other.Files) > 0) {
		return len(c.Files) > 0
	}
	return c.Faults < other.Faults
}

// maxReported is how many faults of a comparison are kept.
const maxReported = 200

// comparisonOf compares the texts of some attachments, one after the other, with
// a package.
func comparisonOf(p *programme.Package, files []Attachment) (Comparison, *programme.VerifyReport) {
	outline, err := p.ReadSource(strings.NewReader(joined(files)))
	if err != nil {
		return Comparison{Faults: 1}, unread(err)
	}
	report := programme.Verify(outline, p.Claims())
	if strings.Contains(p.ID, "/") { // what of a guide's text a member does not carry, others do
		report.Faults = slices.DeleteFunc(report.Faults, func(f programme.VerifyFault) bool {
			return f.Code == programme.FaultSentence || f.Code == programme.FaultFigureHeading || f.Code == programme.FaultFigureUncarried
		})
		report.OK = len(report.Faults) == 0
	}
	c := Comparison{Faults: len(report.Faults)}
	for _, a := range files {
		c.Files = append(c.Files, a.Hash)
	}
	report.Faults = report.Faults[:min(len(report.Faults), maxReported)]
	return c, report
}

func joined(files []Attachment) string {
	texts := make([]string, len(files))
	for i, a := range files {
		texts[i] = a.text
	}
	return strings.Join(texts, "\n\n")
}

// unread is the report on a text that has not the parts that the package names.
func unread(err error) *programme.VerifyReport {
	report := &programme.VerifyReport{Noise: []programme.NoiseLine{}}
	for _, f := range fault.All(err) {
		report.Faults = append(report.Faults, programme.VerifyFault{Code: f.Key, SourceLine: f.Line, Args: []string{},
			Message: programme.VerifyMessage{ZH: locale.Text(locale.ZH, f.Key, f.Args...), EN: locale.Text(locale.EN, f.Key, f.Args...)}})
	}
	return report
}

// mark gives the attachments that the official text is made of their text and
// its faults.
func (c *Call) mark() {
	for i := range c.Attachments {
		a := &c.Attachments[i]
		a.Text, a.Faults = "", 0
		if slices.Contains(c.compared.Files, a.Hash) {
			a.Text, a.Faults = a.text, c.compared.Faults
		}
	}
}

// Faults is how much of the official text does not agree with the package; 1
// when what was attached could not be read as its notice.
func (c *Call) Faults() int { return c.compared.Faults }

// OfficialText is the text of the official notice, "" when none could be read.
func (c *Call) OfficialText() string {
	var files []Attachment
	for _, a := range c.Attachments {
		if a.Text != "" {
			files = append(files, a)
		}
	}
	return joined(files)
}
