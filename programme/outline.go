package programme

import (
	"fmt"
	"io"
	"regexp"
	"strings"
)

// Part is a part of the source other than the main text (附件), begun by the
// line (or up to three lines) equal to Title; white space does not count.
type Part struct {
	ID    string // "附1", the first component of its locators
	Title string
}

// Outline is an official text (来文) cut into numbered nodes and sentences,
// each with its locator. Every character of the text that is not white space
// belongs to exactly one sentence, enumerator, part label or piece of noise.
type Outline struct {
	nodes     []treeNode
	sentences []SourceSentence
	noise     []NoiseLine
	pieces    []piece
	byLocator map[string]int
	seen      map[string]int
}

// SourceSentence is one sentence (句) of the source: what a clause can be held to.
type SourceSentence struct {
	Locator string // "二.3·1"
	Line    int    // from 1
	Start   int    // byte offsets in the source as it was read
	End     int
	Text    string
	Heading bool // a title or lead-in that belongs to what stands below it

	node int
}

// Node is one place of the source that a locator can name, for package
// authors: every place is listed once, in the order of the text.
type Node struct {
	Locator   string
	Line      int
	Sentences []SourceSentence // of its own line; its 段 are nodes of their own
	Heading   bool
}

// NoiseLine is a line, or the beginning or end of one, that is not part of the
// official text: matched by a noise pattern, or holding no letter and no digit.
type NoiseLine struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

type treeNode struct {
	locator string
	line    int
	parent  int   // -1 at the top
	own     []int // sentences of its own line
	paras   []int // its 段, as nodes
	below   []int // its numbered children and inline items, as nodes
	title   bool  // 题 of a part: it heads the part
	strict  bool  // never a heading: the title and the salutation of the main text

	paraCount int
}

type pieceKind uint8

const (
	pieceSentence pieceKind = iota
	pieceEnumerator
	pieceNoise
)

// piece is a stretch of source bytes with its use; the pieces in order cover
// everything that is not white space.
type piece struct {
	kind       pieceKind
	start, end int
}

// ReadOutline reads an official text as plain UTF-8. Parts are in the order in
// which they stand; noise matches what the website put around the text, at the
// beginning or the end of a line. The error is a *fault.Fault that names the
// line; the caller knows the file.
func ReadOutline(src io.Reader, parts []Part, noise []*regexp.Regexp) (*Outline, error) {
	text, err := readSource(src)
	if err != nil {
		return nil, err
	}
	o := &Outline{byLocator: map[string]int{}, seen: map[string]int{}}
	paras := o.paragraphs(text, noise)
	if len(paras) == 0 {
		return nil, sourceFault(0, "source.empty")
	}
	bounds, err := splitParts(text, paras, parts)
	if err != nil {
		return nil, err
	}
	for _, b := range bounds {
		if err := o.addPart(text, b); err != nil {
			return nil, err
		}
	}
	o.finish()
	return o, nil
}

// finish names the sentences and marks the headings.
func (o *Outline) finish() {
	for i := range o.nodes {
		n := &o.nodes[i]
		for k, s := range n.own {
			o.sentences[s].Locator = fmt.Sprintf("%s·%d", n.locator, k+1)
		}
		o.markHeading(n)
	}
}

// markHeading marks a heading or lead-in: the one sentence of a place that
// other text stands under and that no full stop closes; and the title of a part.
func (o *Outline) markHeading(n *treeNode) {
	if n.title {
		part := &o.nodes[n.parent]
		for _, s := range n.own {
			o.sentences[s].Heading = len(part.paras)+len(part.below) > 1
		}
		return
	}
	if n.strict || len(n.own) != 1 || len(n.paras)+len(n.below) == 0 {
		return
	}
	s := &o.sentences[n.own[0]]
	s.Heading = !endsSentence(s.Text)
}

// Sentences returns all sentences in the order of the text.
func (o *Outline) Sentences() []SourceSentence { return o.sentences }

// Noise returns what was set apart, in the order of the text.
func (o *Outline) Noise() []NoiseLine { return o.noise }

// Locators lists every place of the source with its sentences, so that a
// package author sees what a locator picks.
func (o *Outline) Locators() []Node {
	out := make([]Node, 0, len(o.nodes))
	for i := range o.nodes {
		n := &o.nodes[i]
		node := Node{Locator: n.locator, Line: n.line}
		for _, s := range n.own {
			node.Sentences = append(node.Sentences, o.sentences[s])
			node.Heading = o.sentences[s].Heading
		}
		out = append(out, node)
	}
	return out
}

// Dump writes one line a sentence: locator, source line and text with tabs
// between; a heading, which needs no clause of its own, is marked with "#".
func (o *Outline) Dump(w io.Writer) error {
	for _, n := range o.Locators() {
		for _, s := range n.Sentences {
			mark := ""
			if s.Heading {
				mark = "\t#"
			}
			text := strings.Join(strings.Fields(s.Text), " ")
			if _, err := fmt.Fprintf(w, "%s\t%d\t%s%s\n", s.Locator, s.Line, text, mark); err != nil {
				return err
			}
		}
	}
	return nil
}
