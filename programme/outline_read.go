package programme

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"shenbao/internal/fault"
)

// Limits of a source text. A call is some tens of kilobytes; past these it is
// something else, and is refused rather than read in part.
const (
	maxSourceBytes     = 8 << 20
	maxSourceLines     = 50_000
	maxSourceLineBytes = 256 << 10
	maxSourceSentences = 100_000
)

func sourceFault(line int, key string, args ...any) *fault.Fault {
	return &fault.Fault{Kind: fault.Invalid, Key: key, Args: args, Line: line}
}

func readSource(src io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(src, maxSourceBytes+1))
	if err != nil {
		return nil, sourceFault(0, "source.read", err.Error()).Because(err)
	}
	if len(text) > maxSourceBytes {
		return nil, sourceFault(0, "source.size", maxSourceBytes>>20)
	}
	if bytes.HasPrefix(text, []byte("\xff\xfe")) || bytes.HasPrefix(text, []byte("\xfe\xff")) {
		return nil, sourceFault(1, "source.utf16")
	}
	if err := checkSource(text); err != nil {
		return nil, err
	}
	return text, nil
}

// checkSource refuses what is not a plain text of bearable size, with its line.
func checkSource(text []byte) error {
	line, lineStart := 1, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size <= 1:
			return sourceFault(line, "source.utf8", i-lineStart+1, fmt.Sprintf("%02X", text[i]))
		case r == '\n' || r == '\r':
			if r == '\r' && i+1 < len(text) && text[i+1] == '\n' {
				size = 2
			}
			line, lineStart = line+1, i+size
			if line > maxSourceLines+1 {
				return sourceFault(line, "source.lines", maxSourceLines)
			}
		case r < ' ' && r != '\t' && r != '\v' && r != '\f':
			return sourceFault(line, "source.binary", fmt.Sprintf("%02X", text[i]))
		}
		i += size
		if i-lineStart > maxSourceLineBytes {
			return sourceFault(line, "source.line", maxSourceLineBytes>>10)
		}
	}
	return nil
}

// paragraph is a line that holds something, without the white space and noise
// around it.
type paragraph struct {
	line       int
	start, end int
	gap        int // blank lines before it
}

// paragraphs cuts the text into its lines and sets the noise apart.
func (o *Outline) paragraphs(text []byte, noise []*regexp.Regexp) []paragraph {
	var out []paragraph
	gap := 0
	for line, start := 1, 0; start < len(text); line++ {
		end, next := lineEnd(text, start)
		p := paragraph{line: line, start: start, end: end, gap: gap}
		start = next
		p.trim(text)
		o.takeNoise(text, &p, noise)
		if p.start == p.end {
			gap++
			continue
		}
		out, gap = append(out, p), 0
	}
	return out
}

func lineEnd(text []byte, start int) (end, next int) {
	i := bytes.IndexAny(text[start:], "\r\n")
	if i < 0 {
		return len(text), len(text)
	}
	end = start + i
	next = end + 1
	if text[end] == '\r' && next < len(text) && text[next] == '\n' {
		next++
	}
	return end, next
}

// blank reports white space in the wide sense: also what has no width, which
// copied web pages are full of.
func blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\ufeff' || r >= '\u200b' && r <= '\u200f' || r == '\u2060' || r == '\u00ad'
}

func (p *paragraph) trim(text []byte) {
	p.start, p.end = trimSpan(text, p.start, p.end)
}

func trimSpan(text []byte, start, end int) (int, int) {
	s := text[start:end]
	left := bytes.TrimLeftFunc(s, blank)
	start = end - len(left)
	return start, start + len(bytes.TrimRightFunc(left, blank))
}

// takeNoise cuts the matches of the noise patterns off both ends of a
// paragraph, and takes a paragraph without any letter or digit whole.
func (o *Outline) takeNoise(text []byte, p *paragraph, noise []*regexp.Regexp) {
	for cut, n := true, 0; cut && p.start < p.end && n < maxNoiseCuts; n++ {
		cut = false
		for _, re := range noise {
			if start, end, ok := edgeMatch(re, text[p.start:p.end]); ok {
				o.addNoise(text, p.line, p.start+start, p.start+end)
				if start == 0 {
					p.start += end
				} else {
					p.end = p.start + start
				}
				p.trim(text)
				cut = true
				break
			}
		}
	}
	if p.start < p.end && !bytes.ContainsFunc(text[p.start:p.end], wordRune) {
		o.addNoise(text, p.line, p.start, p.end)
		p.start = p.end
	}
}

// maxNoiseCuts bounds the pieces of noise of one line.
const maxNoiseCuts = 16

// edgeMatch finds a match that touches the beginning or the end of the line;
// noise inside a sentence cannot be taken out of it.
func edgeMatch(re *regexp.Regexp, line []byte) (start, end int, ok bool) {
	all := re.FindAllIndex(line, -1)
	for _, m := range all {
		if m[0] < m[1] && (m[0] == 0 || m[1] == len(line)) {
			return m[0], m[1], true
		}
	}
	return 0, 0, false
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func (o *Outline) addNoise(text []byte, line, start, end int) {
	o.noise = append(o.noise, NoiseLine{Line: line, Text: string(text[start:end])})
	o.pieces = append(o.pieces, piece{pieceNoise, start, end})
}

// partBounds is one part with its paragraphs: label (附件1), title, body.
type partBounds struct {
	id    string // "" for the main text
	label []paragraph
	title []paragraph
	body  []paragraph
}

// splitParts gives each part its paragraphs. A part begins at the first line
// equal to its title after the part before it has begun.
func splitParts(text []byte, paras []paragraph, parts []Part) ([]partBounds, error) {
	bounds := make([]partBounds, 1, len(parts)+1)
	begin, from := 0, 1
	for _, part := range parts {
		want := squeeze(part.Title)
		at, lines := findTitle(text, paras, from, want)
		if at < 0 {
			return nil, missingPart(text, paras, part)
		}
		body := at
		for body > begin+1 && partLabel(squeeze(string(text[paras[body-1].start:paras[body-1].end]))) {
			body--
		}
		last := &bounds[len(bounds)-1]
		last.body = paras[begin:body]
		bounds = append(bounds, partBounds{id: part.ID, label: paras[body:at], title: paras[at : at+lines]})
		begin = at + lines
		from = begin
	}
	bounds[len(bounds)-1].body = paras[begin:]
	main := &bounds[0]
	if len(main.body) > 0 {
		main.title, main.body = main.body[:1], main.body[1:]
	}
	return bounds, nil
}

const maxTitleLines = 3

func findTitle(text []byte, paras []paragraph, from int, want string) (at, lines int) {
	for i := from; i < len(paras) && want != ""; i++ {
		got := ""
		for n := 0; n < maxTitleLines && i+n < len(paras); n++ {
			p := paras[i+n]
			if p.end-p.start > 4*len(want)+256 {
				break
			}
			got += squeeze(string(text[p.start:p.end]))
			if got == want {
				return i, n + 1
			}
			if !strings.HasPrefix(want, got) {
				break
			}
		}
	}
	return -1, 0
}

func missingPart(text []byte, paras []paragraph, part Part) error {
	want := squeeze(part.Title)
	best, bestAt := 0, -1
	for i, p := range paras {
		if p.end-p.start > 4*len(want)+256 {
			continue
		}
		if n := sharedRunes(squeeze(string(text[p.start:p.end])), want); n > best {
			best, bestAt = n, i
		}
	}
	if bestAt < 0 || best*2 < utf8.RuneCountInString(want) {
		return sourceFault(0, "source.part", part.ID, part.Title)
	}
	p := paras[bestAt]
	return sourceFault(p.line, "source.part_near", part.ID, part.Title, string(text[p.start:p.end]))
}

// sharedRunes counts the runes of a that b holds too; good enough to find the
// line somebody meant.
func sharedRunes(a, b string) int {
	n := 0
	for _, r := range a {
		if strings.ContainsRune(b, r) {
			n++
		} else {
			n--
		}
	}
	return n
}

// squeeze drops all white space.
func squeeze(s string) string {
	return strings.Map(func(r rune) rune {
		if blank(r) {
			return -1
		}
		return r
	}, s)
}

var partLabelForm = regexp.MustCompile(`^附(?:件|录|表)?[0-9０-９一二三四五六七八九十]{0,3}[:：]?$`)

// partLabel recognises the line 附件1 that stands over the title of a part.
func partLabel(s string) bool { return partLabelForm.MatchString(s) }
