package apply

import (
	"context"
	"slices"
	"strings"

	"shenbao/internal/pdf"
)

// PrintReceipt makes the receipt (回执) of a version as one page: when the
// platform took it in, what it is made of, and a code that leads to the whole
// list. It is made like [Printing.Print].
func (p Printing) PrintReceipt(ctx context.Context, c *Content, v *Version) ([]byte, error) {
	return thePress.print(ctx, func() ([]byte, error) { return p.receipt(c, v) })
}

func (p Printing) receipt(c *Content, v *Version) ([]byte, error) {
	w := wording{p.Lang}
	d := pdf.New(pdf.Meta{Title: w.t("receipt") + " " + v.Manifest.Name, Lang: p.Lang, Header: c.Call.Title, Footer: w.t("footer", v.Number, short(v.Hash), v.Application),
		Created: v.Received, Spell: true})
	d.Title(w.t("receipt"))
	d.Facts(
		pdf.Fact{Term: w.t("name"), Value: brief(v.Manifest.Name)},
		pdf.Fact{Term: w.t("host"), Value: brief(w.named(v.Manifest.UnitName, v.Manifest.UnitCode))},
		pdf.Fact{Term: w.t("issuer"), Value: brief(c.Call.IssuerName + "  " + c.Call.Number)},
		pdf.Fact{Term: w.t("application"), Value: string(v.Application) + "  " + w.t("version", v.Number)},
		pdf.Fact{Term: w.t("received"), Value: w.t("beijing", instant(v.Received))},
		pdf.Fact{Term: w.t("entered"), Value: w.t("beijing", instant(v.Submitted))},
		pdf.Fact{Term: w.t("person"), Value: brief(v.PersonName)},
		pdf.Fact{Term: w.t("hash"), Value: halves(v.Hash)},
		pdf.Fact{Term: w.t("line"), Value: v.Line},
	)
	d.Table(w.summary(v.Manifest.Parts))
	address := versionAddress(p.Base, v.Application, v.Number, v.Hash)
	d.QR(address, w.t("qr"), address)
	d.Note(w.t("note"))
	d.Note(strings.ReplaceAll(strings.TrimSpace(v.Receipt), "\n", "  ")) // on paper only to be looked at
	return written(d)
}

// brief keeps a text that somebody typed from filling the page.
func brief(s string) string {
	const most = 50
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// partKinds are the kinds of parts in the order in which they are listed.
var partKinds = []string{FactsPart, TextsPart, FindingsPart, ProfilePart, FilePart, PartnerPart}

// summary counts the parts of a version by their kinds: the whole list is on the
// page of the receipt.
func (w wording) summary(parts []Part) pdf.Table {
	t := pdf.Table{Columns: []pdf.Column{{Head: w.t("content")}, {Head: w.t("count"), Width: 22, Align: pdf.Right}, {Head: w.t("size"), Width: 28, Align: pdf.Right}}}
	count, bytes := map[string]int{}, map[string]int64{}
	all := int64(0)
	for _, p := range parts {
		count[p.Kind]++
		bytes[p.Kind] += p.Size
		all += p.Size
	}
	for _, kind := range partKinds {
		if count[kind] > 0 {
			t.Rows = append(t.Rows, []string{w.t("kind." + kind), itoa(count[kind]), size(bytes[kind])})
		}
	}
	t.Totals = []string{w.t("total"), itoa(len(parts)), size(all)}
	return t
}

// Sorted are the parts of a manifest in the order in which they are listed.
func (m *Manifest) Sorted() []Part {
	out := slices.Clone(m.Parts)
	slices.SortStableFunc(out, func(a, b Part) int { return slices.Index(partKinds, a.Kind) - slices.Index(partKinds, b.Kind) })
	return out
}
