package programme

import (
	"strings"
	"unicode/utf8"
)

const (
	openers = "“‘（(《〈「『【〔[｛{"
	closers = "”’）)》〉」』】〕]｝}"
)

// pairOf gives the kind of a quote or bracket, alike for both widths of
// brackets, which real texts mix.
func pairOf(r rune) (kind int, opens, closes bool) {
	if r < 0x80 && !strings.ContainsRune("()[]{}", r) {
		return 0, false, false
	}
	kinds := [...]int{0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 10}
	i := 0
	for _, o := range openers {
		if o == r {
			return kinds[i], true, false
		}
		i++
	}
	i = 0
	for _, c := range closers {
		if c == r {
			return kinds[i], false, true
		}
		i++
	}
	return 0, false, false
}

type span struct{ start, end int }

// bracketed gives the outermost stretches of s inside quotes or brackets that
// are closed in s, brackets included. An opener without its closer is a plain
// character, so a slip of the typist does not swallow the rest of the line.
func bracketed(s []byte) []span {
	type opener struct{ at, kind int }
	var stack []opener
	var spans []span
	var count [11]int
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		kind, opens, closes := pairOf(r)
		if opens {
			stack = append(stack, opener{i, kind})
			count[kind]++
		} else if closes && count[kind] > 0 {
			for {
				top := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				count[top.kind]--
				if top.kind != kind {
					continue
				}
				for len(spans) > 0 && spans[len(spans)-1].start > top.at {
					spans = spans[:len(spans)-1]
				}
				spans = append(spans, span{top.at, i + size})
				break
			}
		}
		i += size
	}
	return spans
}

// inlineItem is a marker of a list inside a paragraph, at a byte offset.
type inlineItem struct {
	enumerator
	at int
}

// inlineList finds the first list （1）…（2）… or 1.…2.… inside a paragraph; it
// begins with 1, counts on, and has at least least items.
func inlineList(s []byte, least int) []inlineItem {
	var rows [enumName][]inlineItem
	walkMarkers(s, func(m inlineItem) {
		row := rows[m.class]
		if m.value == len(row)+1 {
			rows[m.class] = append(row, m)
		}
	})
	var best []inlineItem
	for _, row := range rows {
		if len(row) >= least && (best == nil || row[0].at < best[0].at) {
			best = row
		}
	}
	return best
}

// siblings finds where a line goes on with the next numbers of its own row.
func siblings(s []byte, first enumerator) []inlineItem {
	var out []inlineItem
	want := first.value + 1
	if first.class == enumName {
		return nil
	}
	nested := false
	walkMarkers(s, func(m inlineItem) {
		nested = nested || m.class == first.class && m.value == 1
		before := strings.TrimRightFunc(string(s[max(0, m.at-8):m.at]), blank)
		r, _ := utf8.DecodeLastRuneInString(before)
		if m.class == first.class && m.value == want && strings.ContainsRune("。；;", r) {
			out = append(out, m)
			want++
		}
	})
	if nested { // the line holds a list of its own: 2.…：（1）…
		return nil
	}
	return out
}

// walkMarkers visits what looks like the number of an inline item: outside
// quotes and brackets, at the beginning, after punctuation or white space.
func walkMarkers(s []byte, visit func(inlineItem)) {
	spans := bracketed(s)
	boundary := true
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRune(s[i:])
		inside := len(spans) > 0 && i == spans[0].start
		if boundary {
			if e := readEnumerator(s[i:]); e.class != enumNone && e.class != enumHan && e.class < enumChapter {
				visit(inlineItem{e, i})
				if !inside {
					i, boundary = i+e.size, false
					continue
				}
			}
		}
		if inside {
			i, boundary = spans[0].end, false
			spans = spans[1:]
			continue
		}
		boundary = blank(r) || strings.ContainsRune("：:；;。，,、", r)
		i += size
	}
}

// sentences gives a paragraph to a node, its inline list to children of it.
func (b *builder) sentences(node int, p paragraph) error {
	return b.listed(node, p, 2)
}

func (b *builder) listed(node int, p paragraph, least int) error {
	s := b.text[p.start:p.end]
	items := inlineList(s, least)
	if len(items) == 0 {
		return b.split(node, p.line, p.start, p.end)
	}
	if err := b.split(node, p.line, p.start, p.start+items[0].at); err != nil {
		return err
	}
	for i, item := range items {
		from := p.start + item.at + item.size
		b.o.pieces = append(b.o.pieces, piece{pieceEnumerator, p.start + item.at, from})
		to := p.end
		if i+1 < len(items) {
			to = p.start + items[i+1].at
		} else {
			to = from + firstStop(b.text[from:to])
		}
		if err := b.split(b.child(node, item.label, p.line), p.line, from, to); err != nil {
			return err
		}
		if i+1 == len(items) {
			return b.split(node, p.line, to, p.end)
		}
	}
	return nil
}

// firstStop is the end of the last item of an inline list: its first full stop.
func firstStop(s []byte) int {
	end := len(s)
	cuts(s, func(at int, stop rune) bool {
		if strings.ContainsRune("。！？!?", stop) {
			end = at
			return false
		}
		return true
	})
	return end
}

// split cuts a stretch of text into sentences and gives them to a node.
func (b *builder) split(node, line, start, end int) error {
	from := start
	var err error
	add := func(to int) bool {
		s, e := trimSpan(b.text, from, to)
		from = to
		if s == e {
			return true
		}
		if len(b.o.sentences) == maxSourceSentences {
			err = sourceFault(line, "source.sentences", maxSourceSentences)
			return false
		}
		b.o.nodes[node].own = append(b.o.nodes[node].own, len(b.o.sentences))
		b.o.sentences = append(b.o.sentences, SourceSentence{Line: line, Start: s, End: e, Text: string(b.text[s:e]), node: node})
		b.o.pieces = append(b.o.pieces, piece{pieceSentence, s, e})
		return true
	}
	cuts(b.text[start:end], func(at int, _ rune) bool { return add(start + at) })
	if err == nil && from < end {
		add(end)
	}
	return err
}

// cuts visits the ends of sentences: after 。；！？ (or ;!? before white space or
// Han) outside quotes and brackets, with what closes right behind them.
func cuts(s []byte, visit func(at int, stop rune) bool) {
	spans := bracketed(s)
	for i := 0; i < len(s); {
		if len(spans) > 0 && i >= spans[0].start {
			i = spans[0].end
			spans = spans[1:]
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		i += size
		if !stops(r, s[i:]) {
			continue
		}
		for i < len(s) {
			next, size := utf8.DecodeRune(s[i:])
			_, _, closes := pairOf(next)
			if !closes && !stops(next, s[i+size:]) {
				break
			}
			i += size
		}
		if !visit(i, r) {
			return
		}
	}
}

func stops(r rune, rest []byte) bool {
	switch r {
	case '。', '；', '！', '？', '｡':
		return true
	case ';', '!', '?':
		next, _ := utf8.DecodeRune(rest)
		return len(rest) == 0 || next >= 0x80 || next == ' '
	}
	return false
}

// endsSentence reports that a sentence is closed by a stop, unlike a heading.
func endsSentence(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRight(s, closers))
	return strings.ContainsRune("。；！？;!?｡", r)
}
