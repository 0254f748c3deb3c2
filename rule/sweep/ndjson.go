package sweep

import (
	"bytes"
	"context"
	"io"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"shenbao/internal/fault"
)

// NDJSON fills the table from a file with the facts of one unit a line, in the
// form of a facts file (FACTS.json). The member id is the unit's key. Registers
// are those of the table: a line cannot bring its own. Of a series or a list in
// which something cannot be read, nothing is kept; of a fact that is given
// twice, neither.
func (l *Loader) NDJSON(ctx context.Context, src io.Reader) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	in, f := newInput(l.watch(ctx, src))
	if f != nil {
		return f
	}
	l.lines = true
	g := newLineGroup(l)
	for row := 1; ; row++ {
		b, err := in.next()
		if err != nil && err != errTooLong {
			if e := g.flush(ctx); e != nil || err == io.EOF {
				return e
			}
			return err
		}
		if b = bytes.TrimSpace(b); len(b) == 0 {
			row--
			continue
		}
		x := objectLine{row: row, line: in.line, tooLong: err == errTooLong, from: len(g.text)}
		if !x.tooLong {
			in.settle(b)
			g.text = append(g.text, b...)
		}
		x.to, x.encoding = len(g.text), in.encoding
		g.lines = append(g.lines, x)
		if len(g.lines) == groupLines || len(g.text) > groupBytes {
			if err := g.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// The lines that are read at once, on all cores.
const (
	groupLines = 128
	groupBytes = 4 << 20
)

// lineGroup is some lines of the file on their way into the table.
type lineGroup struct {
	loader  *Loader
	text    []byte // of all lines, one after the other
	lines   []objectLine
	rows    []unitRow // what was made of them
	readers []*lineReader
}

// objectLine is one line of the file.
type objectLine struct {
	row, line int
	from, to  int // in the group's text
	encoding  encoding
	tooLong   bool
}

func newLineGroup(l *Loader) *lineGroup {
	g := &lineGroup{loader: l, rows: make([]unitRow, groupLines)}
	for i := range g.rows {
		g.rows[i] = l.Table.newRow()
	}
	for range runtime.GOMAXPROCS(0) {
		g.readers = append(g.readers, newLineReader(l.Table))
	}
	return g
}

// flush reads the lines of the group side by side and adds them in order.
func (g *lineGroup) flush(ctx context.Context) error {
	text := string(g.text)
	var next atomic.Int64
	var wait sync.WaitGroup
	work := func(r *lineReader) {
		for i := int(next.Add(1)) - 1; i < len(g.lines) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
			g.read(r, i, text)
		}
	}
	for _, r := range g.readers[1:] {
		wait.Go(func() { work(r) })
	}
	work(g.readers[0])
	wait.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range g.lines {
		g.loader.addLine(&g.lines[i], &g.rows[i])
	}
	g.lines, g.text = g.lines[:0], g.text[:0]
	return nil
}

// read makes a row of line i. It may run beside others.
func (g *lineGroup) read(r *lineReader, i int, text string) {
	x, row := &g.lines[i], &g.rows[i]
	if x.tooLong {
		row.refuse(fault.New(fault.Invalid, "sweep.long", maxRecord>>10))
		return
	}
	decoded, f := r.decoder.text(x.encoding, g.text[x.from:x.to])
	if f != nil {
		row.refuse(f)
		return
	}
	line := text[x.from:x.to]
	if x.encoding == inGBK {
		line = string(decoded)
	}
	r.read(line, row)
}

// addLine adds what was made of a line to the table, and tells its faults.
func (l *Loader) addLine(x *objectLine, row *unitRow) {
	l.progress.Rows++
	for _, f := range row.faults {
		l.say(RowFault{Row: x.row, Line: x.line, To: x.line, Fault: f})
	}
	if row.left != nil {
		l.say(RowFault{Row: x.row, Line: x.line, To: x.line, Left: true, Fault: row.left})
		return
	}
	if row.asOf == 0 {
		row.asOf = l.AsOf
	}
	l.Table.add(row)
	l.Table.units.add(x.line, []byte(row.key))
	if d := l.draw(); d != nil {
		d.doc = strings.Clone(row.text)
	}
}
