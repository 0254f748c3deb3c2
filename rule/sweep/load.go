package sweep

import (
	"context"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// A RowFault is what is wrong with one row. A row that cannot be read as a row
// is left out; a value that cannot be read is kept as not supplied, so that it
// makes its rules unknown and nothing else.
type RowFault struct {
	List  string // the code of the list whose file it is; "" of the units' file
	Row   int    // in the file, from 1, the header not counted; 0 of a fault that is about none
	Line  int    // in the file, from 1, or 0
	To    int    // the last line of the row
	Left  bool
	Fault *fault.Fault // Field names the column; Col is its place in the line, or 0
}

// Progress is how far the reading of a file has come.
type Progress struct {
	Bytes        int64
	Rows, Faults int
}

// A Loader fills a table from a file of units, and from files of their lists. It
// reads a file once, keeps little more than a row of it in memory, and takes
// UTF-8 with or without a mark, and GBK.
type Loader struct {
	Table    *Table
	AsOf     int64            // the day of judging of rows that name none
	Faults   func(RowFault)   // is told of every fault; may be nil
	Progress func(p Progress) // is told now and then; may be nil
	Sample   int              // how many rows, drawn at random, to keep for Ratify

	progress Progress
	sampled  []sampled
	r        *rand.Rand
	lines    bool // the units came from NDJSON
	keys     *keyIndex
}

// sampled is a row of the file as facts, to be read once more by the reference
// engine.
type sampled struct {
	unit int
	doc  string
}

// say tells of a fault in a row.
func (l *Loader) say(f RowFault) {
	l.progress.Faults++
	if l.Faults == nil {
		return
	}
	short := *f.Fault
	short.Field, short.Args = clip(short.Field), slices.Clone(short.Args)
	for i, arg := range short.Args {
		if text, ok := arg.(string); ok {
			short.Args[i] = clip(text)
		}
	}
	f.Fault = &short
	l.Faults(f)
}

// clip shortens what a message quotes.
func clip(text string) string {
	if len(text) <= 200 {
		return text
	}
	return strings.ToValidUTF8(text[:150], "") + "…"
}

// tick counts a row that was read, and from time to time looks up.
func (l *Loader) tick(ctx context.Context) error {
	if l.progress.Rows++; l.progress.Rows%64 == 0 {
		return ctx.Err()
	}
	return nil
}

// watch reads src for one load, and tells how it goes on.
func (l *Loader) watch(ctx context.Context, src io.Reader) io.Reader {
	l.progress = Progress{}
	return readAhead(ctx, src, func(n int) {
		l.progress.Bytes += int64(n)
		if l.Progress != nil {
			l.Progress(l.progress)
		}
	})
}

// draw decides whether the newest of all units belongs to the sample, and
// returns the place it takes, or nil. Every unit has the same chance.
func (l *Loader) draw() *sampled {
	unit := l.Table.rows - 1
	if l.Sample <= 0 {
		return nil
	}
	if l.r == nil {
		l.r = rand.New(rand.NewPCG(uint64(l.Sample), 1))
	}
	if len(l.sampled) < l.Sample {
		l.sampled = append(l.sampled, sampled{unit: unit})
		return &l.sampled[len(l.sampled)-1]
	}
	if i := l.r.IntN(unit + 1); i < l.Sample {
		l.sampled[i].unit = unit
		return &l.sampled[i]
	}
	return nil
}

// units names the units of a table: by their key where the file gives one, and
// by where they stand in it.
type units struct {
	keys  [][]string
	pages dictionary
	line  *column
	keyed bool
}

func (u *units) add(line int, key []byte) {
	if u.line == nil {
		u.line = newColumn(&rule.Fact{Kind: rule.IntegerKind})
		u.pages = *newDictionary()
	}
	u.line.put(rule.Known, int64(line))
	if i := u.line.n - 1; i%chunkRows == 0 {
		u.keys = append(u.keys, make([]string, chunkRows))
	}
	if len(key) > 0 {
		u.keyed = true
		u.keys[len(u.keys)-1][(u.line.n-1)%chunkRows] = u.pages.keep(string(key), "")
	}
}

// Key is the unit's own name in the file it was read from, or "".
func (t *Table) Key(unit int) string {
	if t.units.line == nil {
		return ""
	}
	return t.units.keys[unit/chunkRows][unit%chunkRows]
}

// Keyed reports whether the file had a column of keys.
func (t *Table) Keyed() bool { return t.units.keyed }

// Line is where the unit stands in the file it was read from, or 0.
func (t *Table) Line(unit int) int {
	if t.units.line == nil {
		return 0
	}
	return int(t.units.line.value(unit).N)
}
