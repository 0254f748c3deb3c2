package sweep

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// The limits of what is read.
const (
	maxRecord  = 1 << 20  // bytes of one row
	maxHeaders = 2000     // columns of a CSV file
	sampleSize = 64 << 10 // bytes from which the encoding is guessed
)

// A RowFault is what is wrong with one row. A row that cannot be read as a row
// is left out; a value that cannot be read is kept as not supplied, so that it
// makes its rules unknown and nothing else.
type RowFault struct {
	Row   int // in the file, from 1; the header is not counted
	Line  int // in the file, from 1
	Left  bool
	Fault *fault.Fault // Field names the column
}

// Progress is how far a load has come.
type Progress struct {
	Bytes        int64
	Rows, Faults int
}

// A Loader fills a table from a file of units. It reads the file once, keeps
// one row of it in memory, and takes UTF-8 with or without a mark, and GBK.
type Loader struct {
	Table    *Table
	AsOf     int64            // the day of judging of rows that name none
	Faults   func(RowFault)   // is told of every fault; may be nil
	Progress func(p Progress) // is told now and then; may be nil
	Sample   int              // how many rows, drawn at random, to keep for Ratify

	progress Progress
	sampled  []sampled
	r        *rand.Rand
}

// sampled is a row of the file as facts, to be read once more by the reference
// engine.
type sampled struct {
	unit int
	json []byte
}

// errTooLong is a row longer than maxRecord; it was passed over.
var errTooLong = errors.New("row too long")

// input reads lines and turns them into UTF-8.
type input struct {
	src      *bufio.Reader
	n        int64
	line     int
	encoding encoding
	long     []byte
	decoded  []byte
}

type encoding uint8

const (
	plainASCII encoding = iota // so far
	inUTF8
	inGBK
)

// newInput looks at the beginning of src: what it is, and how it is encoded.
func newInput(src io.Reader) (*input, *fault.Fault) {
	in := &input{src: bufio.NewReaderSize(src, sampleSize)}
	head, _ := in.src.Peek(sampleSize)
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = in.src.Discard(3)
		in.n, in.encoding = 3, inUTF8
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return nil, fault.New(fault.Invalid, "sweep.utf16")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return nil, fault.New(fault.Invalid, "sweep.workbook")
	case bytes.IndexByte(head, 0) >= 0:
		return nil, fault.New(fault.Invalid, "sweep.binary")
	default:
		in.encoding = guess(head)
	}
	return in, nil
}

// guess tells the encoding of a text that may have been cut off: that of most
// of its lines.
func guess(text []byte) encoding {
	if isASCII(text) {
		return plainASCII
	}
	valid, broken := 0, 0
	for line := range bytes.Lines(text) {
		for cut := 0; cut < utf8.UTFMax && len(line) > 0 && len(text) == sampleSize && !utf8.Valid(line); cut++ {
			line = line[:len(line)-1]
		}
		switch {
		case !utf8.Valid(line):
			broken++
		case !isASCII(line):
			valid++
		}
	}
	if valid >= broken {
		return inUTF8
	}
	return inGBK
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// next returns the next line with its end, as it stands in the file. Of a line
// that is too long only the beginning is returned, with errTooLong.
func (in *input) next() ([]byte, error) {
	b, err := in.src.ReadSlice('\n')
	in.n += int64(len(b))
	in.line++
	if err == nil || err == io.EOF && len(b) > 0 {
		return b, nil
	}
	if err != bufio.ErrBufferFull {
		return nil, err
	}
	in.long = append(in.long[:0], b...)
	for err == bufio.ErrBufferFull {
		b, err = in.src.ReadSlice('\n')
		in.n += int64(len(b))
		if len(in.long)+len(b) <= maxRecord {
			in.long = append(in.long, b...)
		} else if len(in.long) <= maxRecord {
			in.long = append(in.long, b[:maxRecord+1-len(in.long)]...)
		}
	}
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(in.long) > maxRecord {
		return in.long, errTooLong
	}
	return in.long, nil
}

// text turns a row into UTF-8. A row in another encoding than the file's is
// refused.
func (in *input) text(b []byte) ([]byte, *fault.Fault) {
	if isASCII(b) {
		return b, nil
	}
	if in.encoding == plainASCII {
		in.encoding = guess(b)
	}
	valid := utf8.Valid(b)
	if in.encoding == inUTF8 {
		if !valid {
			return nil, fault.New(fault.Invalid, "sweep.not_utf8")
		}
		return b, nil
	}
	if valid && wideRunes(b) > 3 {
		return nil, fault.New(fault.Invalid, "sweep.not_gbk")
	}
	return in.gbk(b)
}

// wideRunes counts the characters that take several bytes.
func wideRunes(b []byte) (n int) {
	for _, r := range string(b) {
		if r >= utf8.RuneSelf {
			n++
		}
	}
	return n
}

// gbk decodes GBK, and its superset GB 18030, into a buffer that the next call
// uses again.
func (in *input) gbk(b []byte) ([]byte, *fault.Fault) {
	if need := 2*len(b) + 16; cap(in.decoded) < need {
		in.decoded = make([]byte, need)
	}
	n, _, err := simplifiedchinese.GB18030.NewDecoder().Transform(in.decoded[:cap(in.decoded)], b, true)
	if err != nil || bytes.ContainsRune(in.decoded[:n], utf8.RuneError) {
		return nil, fault.New(fault.Invalid, "sweep.not_gbk")
	}
	return in.decoded[:n], nil
}

// report tells of a fault in a row.
func (l *Loader) report(row, line int, left bool, f *fault.Fault) {
	l.progress.Faults++
	if l.Faults != nil {
		l.Faults(RowFault{Row: row, Line: line, Left: left, Fault: f})
	}
}

// tick counts a row that was read, and from time to time looks up.
func (l *Loader) tick(ctx context.Context, n int64) error {
	l.progress.Rows, l.progress.Bytes = l.Table.rows, n
	if l.Table.rows%batchRows != 0 {
		return nil
	}
	if l.Progress != nil {
		l.Progress(l.progress)
	}
	return ctx.Err()
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
