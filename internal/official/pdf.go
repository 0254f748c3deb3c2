package official

import (
	"bytes"
	"context"
	"io"
	"math"
	"os/exec"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// pdfTime is how long reading a PDF may take.
const pdfTime = 20 * time.Second

// readPDF reads a PDF with pdftotext where it is installed. It runs as a
// process of its own, so that a hostile file harms nothing but itself.
func readPDF(ctx context.Context, content []byte) string {
	path, err := exec.LookPath("pdftotext")
	if err != nil {
		return ""
	}
	ctx, stop := context.WithTimeout(ctx, pdfTime)
	defer stop()
	cmd := exec.CommandContext(ctx, path, "-enc", "UTF-8", "-layout", "-", "-")
	cmd.Stdin, cmd.Env = bytes.NewReader(content), []string{"LC_ALL=C.UTF-8"}
	out, err := cmd.StdoutPipe()
	if err != nil || cmd.Start() != nil {
		return ""
	}
	text, err := io.ReadAll(io.LimitReader(out, maxText+1))
	if len(text) > maxText {
		stop() // it would wait for ever to write the rest
	}
	if cmd.Wait() != nil || err != nil {
		return ""
	}
	return reflow(strings.Map(plainForm, string(text)))
}

// plainForm gives the characters that a font names by a look-alike their usual
// code: the radical ⼀ for 一, a ligature. Everything else stays, full-width
// signs too.
func plainForm(r rune) rune {
	if r >= 0x2e80 && r <= 0x2fdf || r >= 0xf900 && r <= 0xfaff {
		if plain := []rune(norm.NFKC.String(string(r))); len(plain) == 1 {
			return plain[0]
		}
	}
	return r
}

// pageNumber is a line of a page that holds its number only: 3, — 3 —, -3-.
var pageNumber = regexp.MustCompile(`^[-—–―]?\s*\d{1,4}\s*[-—–―]?$`)

// reflow joins the lines of a page, and of pages, that are one paragraph: a line
// at the left margin continues the line above it when its first word had no room
// there. The lines are laid out with spaces, as pdftotext -layout does, so that
// a paragraph begins with its indent.
func reflow(text string) string {
	var pages [][]line
	right := 0 // margin of all pages: the last one may hold short lines only
	for page := range strings.SplitSeq(text, "\f") {
		read := lines(page)
		for _, l := range read {
			right = max(right, l.end)
		}
		pages = append(pages, read)
	}
	var b strings.Builder
	end := -1 // the column where the line before ends; -1 at the beginning
	for _, page := range pages {
		left := math.MaxInt
		for _, l := range page {
			left = min(left, l.indent)
		}
		for _, l := range page {
			if end >= 0 && (l.indent > left+1 || end+l.first <= right-slack) {
				b.WriteString(map[bool]string{false: "\n", true: "\n\n"}[l.apart])
			}
			b.WriteString(l.text)
			end = l.end
		}
	}
	return b.String()
}

// slack is how far from the right margin, in columns, a full line may end: a
// sign that may not begin a line takes a character down with it.
const slack = 4

// A line of a page, without the space around it.
type line struct {
	text        string
	indent, end int  // the columns where it begins and ends; a Chinese character takes two
	first       int  // columns of its first word, which cannot be broken
	apart       bool // an empty line stands above it
}

// lines are the lines of a page that hold something, without its number.
func lines(page string) []line {
	var out []line
	apart := false
	for text := range strings.SplitSeq(page, "\n") {
		trimmed := strings.TrimSpace(text)
		if trimmed == "" {
			apart = true
			continue
		}
		indent := columns(text[:strings.Index(text, trimmed)])
		out = append(out, line{trimmed, indent, indent + columns(trimmed), columns(firstWord(trimmed)), apart})
		apart = false
	}
	if last := len(out) - 1; last >= 0 && pageNumber.MatchString(out[last].text) {
		out = out[:last]
	}
	return out
}

// firstWord is what of a line cannot be broken: a run of Latin letters and
// digits or one Chinese character, with the signs that may not begin a line.
func firstWord(s string) string {
	end := 0
	for i, r := range s {
		switch {
		case unicode.IsSpace(r):
			return s[:i]
		case i == 0, unicode.In(r, unicode.Pe, unicode.Pf, unicode.Po):
		case wide(r) || end > 0:
			return s[:i]
		}
		if wide(r) {
			end = i + utf8.RuneLen(r)
		}
	}
	return s
}

func columns(s string) (n int) {
	for _, r := range s {
		n++
		if wide(r) {
			n++
		}
	}
	return n
}

// wide reports whether a character takes two columns. Quotation marks, dashes
// and the like do in a Chinese font.
func wide(r rune) bool {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
		return true
	}
	return false
}
