package programme

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Locator components that are words of ours, not numbers of the source.
const (
	partTitle      = "题"
	partSalutation = "称"
	partPreface    = "序"
	partTail       = "尾"
	paraPrefix     = "段"
)

// namedHeadings are the unnumbered headings of a part that are nodes by name.
var namedHeadings = map[string]bool{
	"摘要": true, "前言": true, "引言": true, "导言": true, "结语": true,
	"附则": true, "附件": true, "附录": true, "参考文献": true,
}

// builder makes the nodes of one part.
type builder struct {
	o      *Outline
	text   []byte
	prefix string // "附1." or ""
	part   int    // node of the part, -1 in the main text
	root   int    // node that owns unnumbered paragraphs at the top of the part
	stack  []open // numbered nodes that are open, outermost first
	list   int    // 段 node of the attachment list that is open, or -1
}

type open struct {
	class enumClass
	node  int
}

func (o *Outline) addPart(text []byte, part partBounds) error {
	b := &builder{o: o, text: text, part: -1, root: -1, list: -1}
	main := part.id == ""
	if !main {
		b.prefix = part.id + "."
		b.part = o.addNode(treeNode{locator: part.id, line: part.title[0].line, parent: -1})
		b.root = b.part
	}
	for _, p := range part.label {
		o.pieces = append(o.pieces, piece{pieceEnumerator, p.start, p.end})
	}
	if len(part.title) > 0 {
		title := o.addNode(treeNode{locator: b.prefix + partTitle, line: part.title[0].line, parent: b.part, title: !main, strict: main})
		if !main {
			o.nodes[b.part].paras = append(o.nodes[b.part].paras, title)
		}
		for _, p := range part.title {
			if err := b.sentences(title, p); err != nil {
				return err
			}
		}
	}
	return b.body(main, b.mark(part.body))
}

// marked is a paragraph with the enumerator or name it begins with.
type marked struct {
	paragraph
	enum  enumerator // class enumNone for an unnumbered paragraph
	item  bool       // it goes on the list of attachments above it
	list  bool       // it begins a list of attachments
	items bool       // items of that list follow below it
}

// mark reads the enumerators. Lines that go on a list of attachments (附件：1.…)
// are items of that list, not sections.
func (b *builder) mark(paras []paragraph) []marked {
	out := make([]marked, 0, len(paras))
	list, next := -1, 0
	for i, p := range paras {
		m := marked{paragraph: p}
		line := b.text[p.start:p.end]
		m.enum = readEnumerator(line)
		at := attachmentList.FindIndex(line)
		name := ""
		if b.prefix != "" && m.enum.class == enumNone {
			name = squeezeShort(line)
		}
		switch {
		case namedHeadings[name]:
			list, m.enum = -1, enumerator{class: enumName, label: name}
		case list >= 0 && m.enum.class == enumDigit && m.enum.value == next:
			m.item = true
			out[list].items = next == 2 || out[list].items
			next++
		case m.enum.class == enumNone && at != nil:
			m.list, list, next = true, i, 1
			if e := readEnumerator(line[at[1]:]); e.class == enumDigit && e.value == 1 {
				next = 2
			}
		default:
			list = -1
		}
		out = append(out, m)
	}
	return out
}

func squeezeShort(line []byte) string {
	if len(line) > 64 {
		return ""
	}
	return strings.TrimRight(squeeze(string(line)), ":：")
}

var (
	attachmentList = regexp.MustCompile(`^附[\s　]*件?[\s　]*[:：][\s　]*|^附件$`)
	dateLine       = regexp.MustCompile(`^[0-9０-９〇零一二三四五六七八九十]{2,4}[\s　]*年[\s　]*[0-9０-９一二三四五六七八九十]{1,3}[\s　]*月[\s　]*[0-9０-９一二三四五六七八九十]{1,3}[\s　]*日[\s　]*(?:印发)?$`)
	askLine        = regexp.MustCompile(`(?:如下|以下|通知|下列)[:：]$`)
)

// body adds what follows the title of a part.
func (b *builder) body(main bool, paras []marked) error {
	if main {
		rest, err := b.salutation(paras)
		if err != nil {
			return err
		}
		paras = rest
	}
	tail := b.tailStart(main, paras)
	for i, m := range paras {
		switch {
		case i >= tail:
			b.stack = b.stack[:0]
			b.root = b.namedRoot(partTail, m.line)
		case main && b.root < 0 && len(b.stack) == 0 && m.enum.class == enumNone:
			b.root = b.namedRoot(partPreface, m.line)
		}
		if err := b.paragraph(m); err != nil {
			return err
		}
	}
	return nil
}

// namedRoot is the node 序 or 尾 of the part, made when it is first needed.
func (b *builder) namedRoot(name string, line int) int {
	if at, ok := b.o.byLocator[b.prefix+name]; ok {
		return at
	}
	return b.o.addNode(treeNode{locator: b.prefix + name, line: line, parent: -1})
}

// salutation takes 称: the first paragraph that ends with a colon, if nothing
// but short lines (a document number) stands before it and it announces nothing.
func (b *builder) salutation(paras []marked) ([]marked, error) {
	for i, m := range paras {
		line := string(b.text[m.start:m.end])
		if m.enum.class != enumNone || m.list || i > 2 {
			break
		}
		if strings.HasSuffix(line, "：") || strings.HasSuffix(line, ":") {
			if strings.ContainsAny(line, "。；") || askLine.MatchString(line) {
				break
			}
			node := b.o.addNode(treeNode{locator: b.prefix + partSalutation, line: m.line, parent: -1, strict: true})
			return slices.Delete(slices.Clone(paras), i, i+1), b.sentences(node, m.paragraph)
		}
		if strings.ContainsAny(line, "。；，") {
			break
		}
	}
	return paras, nil
}

// tailStart finds where 尾 begins: after the last numbered paragraph, at the
// first paragraph that begins the list of attachments, or stands further off
// than paragraphs of this part usually do, or begins the closing block of
// issuer and date. Without any of these there is no 尾, and what follows the
// last numbered paragraph belongs to it.
func (b *builder) tailStart(main bool, paras []marked) int {
	last := -1
	for i, m := range paras {
		if m.enum.class != enumNone && !m.item {
			last = i
		}
	}
	if last < 0 && !main {
		return len(paras)
	}
	first := last + 1
	if last < 0 {
		first = 1
	}
	usual := usualGap(paras, last)
	closing := b.closingStart(paras, first)
	for i := first; i < len(paras); i++ {
		if paras[i].list || i == closing || last >= 0 && paras[i].gap > usual {
			return i
		}
	}
	return len(paras)
}

// usualGap is the median number of blank lines before the paragraphs up to the
// last numbered one.
func usualGap(paras []marked, last int) int {
	var gaps []int
	for i := 1; i <= last; i++ {
		gaps = append(gaps, paras[i].gap)
	}
	if len(gaps) == 0 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

const (
	maxIssuerLines = 5
	maxIssuerBytes = 40 * 3
)

// closingStart finds the first line that is only a date, and with it the lines
// of the issuers right above: short and without punctuation.
func (b *builder) closingStart(paras []marked, first int) int {
	for i := first; i < len(paras); i++ {
		if paras[i].end-paras[i].start > maxIssuerBytes || !dateLine.Match(b.text[paras[i].start:paras[i].end]) {
			continue
		}
		at := i
		for at > first && i-at < maxIssuerLines && b.issuerLine(paras[at-1]) {
			at--
		}
		return at
	}
	return -1
}

func (b *builder) issuerLine(m marked) bool {
	line := string(b.text[m.start:m.end])
	return m.enum.class == enumNone && len(line) <= maxIssuerBytes && !strings.ContainsAny(line, "。；：，、！？;:,!?0123456789")
}

// paragraph puts one paragraph at its place in the tree.
func (b *builder) paragraph(m marked) error {
	switch {
	case m.item && b.list >= 0:
		m.paragraph = b.enumerator(m)
		return b.sentences(b.child(b.list, m.enum.label, m.line), m.paragraph)
	case m.enum.class == enumNone:
		return b.plain(m)
	default:
		return b.numbered(m)
	}
}

// enumerator sets the number of a paragraph apart and returns what follows it.
func (b *builder) enumerator(m marked) paragraph {
	rest := m.paragraph
	if m.enum.size > 0 {
		rest.start += m.enum.size
		b.o.pieces = append(b.o.pieces, piece{pieceEnumerator, m.start, rest.start})
		rest.trim(b.text)
	}
	return rest
}

// plain adds an unnumbered paragraph to the innermost open node.
func (b *builder) plain(m marked) error {
	owner := b.root
	if len(b.stack) > 0 {
		owner = b.stack[len(b.stack)-1].node
	}
	node := b.para(owner, m.line)
	b.list = -1
	if m.list {
		b.list = node
	}
	if m.items {
		return b.listed(node, m.paragraph, 1)
	}
	return b.sentences(node, m.paragraph)
}

// numbered closes the nodes that the number ends, and opens its own. A line
// that holds several paragraphs of one row (1.…；2.…) opens one for each.
func (b *builder) numbered(m marked) error {
	b.list = -1
	owner := -1
	for i, s := range b.stack {
		if s.class == m.enum.class || m.enum.class == enumName || s.class == enumName && m.enum.class.top() {
			b.stack = b.stack[:i]
			break
		}
	}
	if len(b.stack) > 0 {
		owner = b.stack[len(b.stack)-1].node
	}
	rest := b.enumerator(m)
	base := rest.start
	for _, next := range siblings(b.text[rest.start:rest.end], m.enum) {
		part := rest
		part.end = base + next.at
		part.trim(b.text)
		if err := b.sentences(b.section(owner, m.enum.label, m.line), part); err != nil {
			return err
		}
		m.enum = next.enumerator
		m.paragraph = paragraph{line: m.line, start: base + next.at, end: rest.end}
		rest = b.enumerator(m)
	}
	node := b.section(owner, m.enum.label, m.line)
	b.stack = append(b.stack, open{m.enum.class, node})
	return b.sentences(node, rest)
}

// section adds a numbered node; at the top of a part it hangs on nothing but
// the part's name.
func (b *builder) section(owner int, label string, line int) int {
	if owner >= 0 {
		return b.child(owner, label, line)
	}
	node := b.o.addNode(treeNode{locator: b.prefix + label, line: line, parent: -1})
	if b.prefix != "" {
		b.o.nodes[node].parent = b.part
		b.o.nodes[b.part].below = append(b.o.nodes[b.part].below, node)
	}
	return node
}

func (b *builder) child(owner int, label string, line int) int {
	node := b.o.addNode(treeNode{locator: b.o.nodes[owner].locator + "." + label, line: line, parent: owner})
	b.o.nodes[owner].below = append(b.o.nodes[owner].below, node)
	return node
}

// para adds the next 段 of a node.
func (b *builder) para(owner, line int) int {
	o := &b.o.nodes[owner]
	o.paraCount++
	node := b.o.addNode(treeNode{locator: fmt.Sprintf("%s.%s%d", o.locator, paraPrefix, o.paraCount), line: line, parent: owner})
	b.o.nodes[owner].paras = append(b.o.nodes[owner].paras, node)
	return node
}

// addNode adds a node. A locator that stands already (numbering that starts
// again without a new part) gets #2, #3 …, so that each names one place.
func (o *Outline) addNode(n treeNode) int {
	o.seen[n.locator]++
	if k := o.seen[n.locator]; k > 1 {
		n.locator = fmt.Sprintf("%s#%d", n.locator, k)
	}
	o.nodes = append(o.nodes, n)
	o.byLocator[n.locator] = len(o.nodes) - 1
	return len(o.nodes) - 1
}
