package pdf

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode"

	"github.com/signintech/gopdf"
	"golang.org/x/text/unicode/norm"
)

//go:embed font/NotoSansSC-Regular.ttf
var regularData []byte

//go:embed font/NotoSansSC-Bold.ttf
var boldData []byte

// A face is one weight of the type: which characters it has and how wide each
// is. It is safe for concurrent use.
type face struct {
	name  string          // as PDF wants the name of a font of which a part is embedded
	plane [0x10000]uint16 // 1 + the width in thousandths of an em; 0 when missing
	other map[rune]uint16 // the same for characters outside the basic plane
}

// typefaces are the two weights and what gopdf has parsed of them.
type typefaces struct {
	regular, bold *face
	parsed        gopdf.FontContainer
}

// fonts parses the embedded fonts when they are first needed.
var fonts = sync.OnceValues(func() (*typefaces, error) {
	t := &typefaces{
		regular: &face{name: "SHENBA NotoSansSC-Regular"},
		bold:    &face{name: "SHENBA NotoSansSC-Bold"},
	}
	for f, data := range map[*face][]byte{t.regular: regularData, t.bold: boldData} {
		if err := t.parsed.AddTTFFontData(f.name, data); err != nil {
			return nil, fmt.Errorf("pdf: parse %s: %w", f.name, err)
		}
		if err := f.measure(data); err != nil {
			return nil, fmt.Errorf("pdf: measure %s: %w", f.name, err)
		}
	}
	return t, nil
})

// measure fills the tables of f from its file. gopdf itself reports a missing
// character only when no range of its table covers it, so f is asked first.
func (f *face) measure(data []byte) error {
	var font gopdf.SubsetFontObj
	if err := font.SetTTFData(data); err != nil {
		return err
	}
	f.other = map[rune]uint16{}
	for _, g := range font.GetTTFParser().GroupingTables() {
		for code := g.StartCharCode; code <= g.EndCharCode; code++ {
			glyph := g.GlyphID + code - g.StartCharCode
			if glyph == 0 {
				continue
			}
			width := uint16(1 + font.GlyphIndexToPdfWidth(glyph))
			if code < uint(len(f.plane)) {
				f.plane[code] = width
			} else {
				f.other[rune(code)] = width
			}
		}
	}
	return nil
}

// has reports whether f can print r.
func (f *face) has(r rune) bool {
	if r < rune(len(f.plane)) {
		return f.plane[r] != 0
	}
	return f.other[r] != 0
}

// width returns the width of r in thousandths of an em; of a character that f
// lacks, that of a Chinese one.
func (f *face) width(r rune) int {
	w := uint16(0)
	if r < rune(len(f.plane)) {
		w = f.plane[r]
	} else {
		w = f.other[r]
	}
	if w == 0 {
		return em
	}
	return int(w) - 1
}

// em is the width of a Chinese character in the unit of widths.
const em = 1000

// textWidth is the width of a line of text in thousandths of an em.
func (f *face) textWidth(text string) (w int) {
	for _, r := range text {
		w += f.width(r)
	}
	return w
}

// Lacking returns the characters of text that cannot be printed, each once, in
// their order: a form asks before it accepts a name. The fonts have the
// standard characters, those of GB 2312, traditional forms, and the letters and
// signs of European languages and mathematics; no emoji.
func Lacking(text string) ([]rune, error) {
	t, err := fonts()
	if err != nil {
		return nil, err
	}
	var out []rune
	seen := map[rune]bool{}
	for _, r := range clean(text) {
		if r != '\n' && !t.regular.has(r) && !seen[r] {
			seen[r] = true
			out = append(out, r)
		}
	}
	return out, nil
}

// clean makes text printable without touching what can be seen: it composes
// accents, turns every kind of line end into \n and every odd space into a
// plain one, and drops characters that are invisible or turn the direction of
// writing, so that what is printed is what is stored, in its order.
func clean(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = norm.NFC.String(strings.ReplaceAll(text, "\r\n", "\n"))
	return strings.Map(func(r rune) rune {
		switch {
		case r > ' ' && r < 0x7F, r >= 0x4E00 && r <= 0x9FFF, r == '\n', r == ' ':
			return r
		case r == '\r', r == '\v', r == '\f', r == 0x85, r == 0x2028, r == 0x2029:
			return '\n'
		case r == '\t', unicode.Is(unicode.Zs, r) && r != 0xA0 && r != 0x3000:
			return ' '
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Variation_Selector, r), r == 0x34F:
			return -1
		}
		return r
	}, text)
}
