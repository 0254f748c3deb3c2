package apply

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"shenbao/internal/clock"
	"shenbao/internal/pdf"
	"shenbao/programme"
	"shenbao/rule"
)

// A Printing (打印) says how contents are printed.
type Printing struct {
	Lang string // of the words that are added: "zh" or "en"
	Base string // the platform's address, for what is scanned
}

// Print makes an A4 document of a draft or a version: the same bytes for the
// same version. It asks no database and is not called inside a transaction; at
// most two are made at once, see [errBusy].
func (p Printing) Print(ctx context.Context, c *Content) ([]byte, error) {
	return thePress.print(ctx, func() ([]byte, error) { return p.document(ctx, c) })
}

// paper is a document that is being printed.
type paper struct {
	*pdf.Document
	wording
	c    *Content
	ctx  context.Context
	base string
	part int // sections so far
}

func (p Printing) document(ctx context.Context, c *Content) ([]byte, error) {
	w := wording{p.Lang}
	meta := pdf.Meta{Title: strings.Trim(c.Name+" "+c.Call.Title, " "), Lang: p.Lang, Header: strings.Trim(c.UnitName+"  "+c.Name, " "),
		Footer: w.t("footer", c.Number, c.Hash[:16], c.Application), Created: c.At, Spell: true}
	if c.Draft() {
		meta.Watermark = w.t("watermark")
		meta.Footer = w.t("footer_draft", c.Hash, instant(c.At))
	}
	doc := &paper{Document: pdf.New(meta), wording: w, c: c, ctx: ctx, base: p.Base}
	doc.cover()
	for _, s := range c.Package.Form.Sections {
		doc.section(s)
	}
	doc.plan()
	doc.reasons()
	doc.materials()
	doc.partners()
	doc.pledges()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return written(doc.Document)
}

func written(d *pdf.Document) ([]byte, error) {
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// heading begins a numbered part of the document.
func (p *paper) heading(name string) {
	p.part++
	p.Heading(1, p.ordinal(p.part, name))
}

// cover is the first page.
func (p *paper) cover() {
	c := p.c
	p.Space(18)
	p.Title(p.t("title"))
	p.Title(or(c.Name, c.UnitName))
	p.Space(6)
	none := p.t("not_given")
	facts := []pdf.Fact{{Term: p.t("call"), Value: c.Call.Title}, {Term: p.t("name"), Value: or(c.Name, none)}}
	for _, f := range p.directions() {
		facts = append(facts, pdf.Fact{Term: p.label(f), Value: or(p.value(f, c.facts[f.Code]), none)})
	}
	facts = append(facts, pdf.Fact{Term: p.t("host"), Value: p.named(c.UnitName, c.UnitCode)})
	if len(c.Partners) > 0 {
		var names []string
		for _, j := range c.Partners {
			names = append(names, j.Name)
		}
		facts = append(facts, pdf.Fact{Term: p.t("partners"), Value: strings.Join(names, "\n")})
	}
	facts = append(facts, pdf.Fact{Term: p.t("issuer"), Value: strings.Trim(c.Call.IssuerName+"  "+c.Call.Number, " ")})
	if c.Draft() {
		facts = append(facts, pdf.Fact{Term: p.t("state"), Value: p.t("state_draft")}, pdf.Fact{Term: p.t("changed"), Value: instant(c.At)})
		p.Facts(facts...)
		p.remark(p.t("draft_note"))
	} else {
		p.Facts(append(facts, pdf.Fact{Term: p.t("state"), Value: p.t("version", c.Number)}, pdf.Fact{Term: p.t("received"), Value: instant(c.At)},
			pdf.Fact{Term: p.t("person"), Value: c.PersonName}, pdf.Fact{Term: p.t("hash"), Value: halves(c.Hash)})...)
		p.Space(6)
		p.QR(versionAddress(p.base, c.Application, c.Number, c.Hash), p.t("qr"), versionAddress(p.base, c.Application, c.Number, c.Hash))
	}
	p.PageBreak()
}

// versionAddress is what the code on paper says: the page of the receipt, and
// the hash that stands on the paper, so that the page can tell whether it is the
// one that was submitted.
func versionAddress(base string, id ID, number int64, hash string) string {
	return base + (&Version{Application: id, Number: number}).link() + "?paper=" + hash
}

// halves puts a hash on two lines of one length.
func halves(hash string) string { return hash[:len(hash)/2] + "\n" + hash[len(hash)/2:] }

// directions are the facts by which the call divides what may be applied for:
// choices among options that have topics.
func (p *paper) directions() []*rule.Fact {
	var out []*rule.Fact
	for _, s := range p.c.Package.Form.Sections {
		for _, d := range s.Facts {
			if slices.ContainsFunc(d.Options, func(o *programme.Option) bool { return len(o.Topics) > 0 }) {
				out = append(out, p.c.Package.Schema.Fact(d.ID))
			}
		}
	}
	return out
}

// longText is the length from which a text stands by itself, in characters.
const longText = 120

// section prints a section of the form: single facts one under the other,
// series, lists and long texts by themselves.
func (p *paper) section(s *programme.Section) {
	p.heading(s.Name)
	var facts []pdf.Fact
	flush := func() {
		p.Facts(facts...)
		facts = nil
	}
	for _, d := range s.Facts {
		if p.ctx.Err() != nil {
			return
		}
		f := p.c.Package.Schema.Fact(d.ID)
		value := p.c.facts[d.ID]
		text := p.value(f, value)
		switch {
		case f.Kind == rule.ListKind:
			flush()
			p.list(f, d, value)
		case f.Kind == rule.SeriesKind:
			flush()
			p.series(f, value)
		case utf8.RuneCountInString(text) > longText || strings.Contains(text, "\n"):
			flush()
			p.Heading(2, p.label(f))
			p.Text(text)
			p.remark(p.t("chars", rule.CountChars(text)))
		default:
			facts = append(facts, pdf.Fact{Term: p.label(f), Value: or(text, p.t("not_given"))})
		}
	}
	flush()
}

// remark is a note under what was printed, with room before what follows.
func (p *paper) remark(text string) {
	p.Note(text)
	p.Space(2)
}

// label is what the form calls a fact: a name like 主任.姓名 is made for rules.
func (w wording) label(f *rule.Fact) string { return strings.ReplaceAll(f.Label(w.lang), ".", "·") }

// named is a unit with its code.
func (w wording) named(name, code string) string {
	if code == "" {
		return name
	}
	return w.t("unit", name, code)
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// plan prints the construction plan, when it was written in its editor.
func (p *paper) plan() {
	if len(p.c.Texts.Outline) == 0 {
		return
	}
	p.PageBreak()
	p.heading(p.t("plan"))
	for _, s := range p.c.Package.Form.Outline {
		text := p.c.Texts.Outline[s.ID]
		p.Heading(2, s.Name)
		if text == "" {
			p.remark(p.t("not_given"))
			continue
		}
		p.Text(text)
	}
}

// reasons prints why exceptions are asked for.
func (p *paper) reasons() {
	if len(p.c.Texts.Reasons) == 0 {
		return
	}
	p.heading(p.t("reasons"))
	for _, id := range keysOf(p.c.Texts.Reasons) {
		p.Heading(2, p.c.ruleName(id, p.lang))
		p.Text(p.c.Texts.Reasons[id])
	}
}

// keysOf are the keys of texts, in order.
func keysOf(texts map[string]string) []string {
	var out []string
	for key := range texts {
		out = append(out, key)
	}
	slices.Sort(out)
	return out
}

// materials lists the files with their hashes.
func (p *paper) materials() {
	p.heading(p.t("materials"))
	t := pdf.Table{Columns: []pdf.Column{{Head: p.t("number"), Width: 11, Align: pdf.Center}, {Head: p.t("material")}, {Head: p.t("file")},
		{Head: p.t("size"), Width: 20, Align: pdf.Right}, {Head: p.t("sha"), Width: 37}}}
	for i, f := range p.c.Files {
		t.Rows = append(t.Rows, []string{itoa(i + 1), p.c.MaterialName(f.Material), f.Name, size(f.Size), short(f.Hash)})
	}
	if len(t.Rows) == 0 {
		p.remark(p.t("no_files"))
		return
	}
	p.Table(t)
	p.remark(p.t("sha_note"))
}

// short is the beginning of a hash, enough to tell files apart by eye.
func short(hash string) string { return hash[:min(len(hash), 16)] }

// partners lists who builds with the host, and when they confirmed their part.
func (p *paper) partners() {
	if len(p.c.Partners) == 0 {
		return
	}
	p.heading(p.t("partners_title"))
	t := pdf.Table{Columns: []pdf.Column{{Head: p.t("unit_name")}, {Head: p.t("confirmed"), Width: 46}, {Head: p.t("part"), Width: 37}}}
	for _, j := range p.c.Partners {
		when := p.t("partner." + j.State)
		if !j.Confirmed.IsZero() {
			when = instant(j.Confirmed)
		}
		t.Rows = append(t.Rows, []string{p.named(j.Name, j.Code), when, short(j.Part)})
	}
	p.Table(t)
}

// pledges are the last part: what is pledged, and places to sign and to seal.
func (p *paper) pledges() {
	p.heading(p.t("pledges"))
	for _, one := range p.c.Texts.Pledges {
		p.Text(p.t("pledge." + one))
	}
	if !p.c.Draft() {
		p.remark(p.t("pledged", p.c.PersonName, p.c.At.In(clock.Zone).Format("2006-01-02")))
	}
	p.SealLine(p.t("seal"), p.t("sign"), p.t("date"))
}
