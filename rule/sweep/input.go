package sweep

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/transform"

	"shenbao/internal/fault"
)

// The limits of what is read.
const (
	maxRecord  = 1 << 20  // bytes of one row
	maxText    = 64 << 10 // bytes of one text that a rule reads
	sampleSize = 64 << 10 // bytes from which the encoding is guessed
)

// errTooLong is a row longer than maxRecord; it was passed over.
var errTooLong = errors.New("row too long")

// input reads lines, and knows how they are encoded.
type input struct {
	src      *bufio.Reader
	line     int  // the line that was read last, from 1
	within   bool // a line that is not yet at its end
	end      byte // ends a line: \n, or \r in a file without \n
	encoding encoding
	long     []byte
	decoder  decoder
}

type encoding uint8

const (
	plainASCII encoding = iota // so far
	inUTF8
	inGBK
)

// newInput looks at the beginning of src: what it is, and how it is encoded.
func newInput(src io.Reader) (*input, *fault.Fault) {
	in := &input{src: bufio.NewReaderSize(src, sampleSize), end: '\n'}
	head, _ := in.src.Peek(sampleSize) // an error comes again when the lines are read
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		_, _ = in.src.Discard(3)
		head, in.encoding = head[3:], inUTF8
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")), isUTF16(head):
		return nil, fault.New(fault.Invalid, "sweep.utf16")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0")):
		return nil, fault.New(fault.Invalid, "sweep.workbook")
	default:
		in.encoding = guess(head)
	}
	if zeros := bytes.Count(head, []byte{0}); zeros > 8 && zeros > len(head)/100 {
		return nil, fault.New(fault.Invalid, "sweep.binary") // a few are faults of their rows
	}
	if bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0 {
		in.end = '\r'
	}
	return in, nil
}

// isUTF16 reports whether the zeros of a text all stand at even places, or all
// at odd ones: half of each comma, digit and letter in UTF-16.
func isUTF16(head []byte) bool {
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	return zeros[0]+zeros[1] > 2 && min(zeros[0], zeros[1]) == 0
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
	for ; len(b) >= 8; b = b[8:] {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// piece returns the next piece of a line as it stands in the file, and whether
// the line ends with it. It is good until the next call. At the end of the file
// the error is io.EOF.
func (in *input) piece() (b []byte, ends bool, err error) {
	b, err = in.src.ReadSlice(in.end)
	fresh := !in.within
	switch {
	case err == nil, err == io.EOF && (len(b) > 0 || in.within):
		in.within, ends, err = false, true, nil
	case err == bufio.ErrBufferFull:
		in.within, err = true, nil
	default:
		return nil, false, err
	}
	if fresh {
		in.line++
	}
	return b, ends, nil
}

// next returns the next line with its end. Of a line that is too long only the
// beginning is returned, with errTooLong.
func (in *input) next() ([]byte, error) {
	b, ends, err := in.piece()
	if err != nil || ends {
		return b, err
	}
	in.long = append(in.long[:0], b...)
	for !ends {
		if b, ends, err = in.piece(); err != nil {
			return nil, err
		}
		in.long = append(in.long, b[:min(len(b), maxRecord+1-len(in.long))]...)
	}
	if len(in.long) > maxRecord {
		return in.long, errTooLong
	}
	return in.long, nil
}

// settle decides how the file is encoded when b is the first row that is not
// plain ASCII.
func (in *input) settle(b []byte) {
	if in.encoding == plainASCII && !isASCII(b) {
		in.encoding = guess(b)
	}
}

// text turns a row into UTF-8.
func (in *input) text(b []byte) ([]byte, *fault.Fault) {
	in.settle(b)
	return in.decoder.text(in.encoding, b)
}

// decoder turns rows into UTF-8. The buffer is used again by the next call.
type decoder struct {
	gbk transform.Transformer
	buf []byte
}

// text turns a row of a file in the encoding into UTF-8. A row in another
// encoding than the file's is refused, as is one with a zero byte.
func (d *decoder) text(e encoding, b []byte) ([]byte, *fault.Fault) {
	switch {
	case bytes.IndexByte(b, 0) >= 0:
		return nil, fault.New(fault.Invalid, "sweep.zero")
	case e == inUTF8 && !utf8.Valid(b):
		return nil, fault.New(fault.Invalid, "sweep.not_utf8")
	case e == inUTF8 || isASCII(b):
		return b, nil
	case isChinese(b):
		return nil, fault.New(fault.Invalid, "sweep.not_gbk")
	}
	if need := 2*len(b) + 16; cap(d.buf) < need {
		d.buf = make([]byte, need)
	}
	if d.gbk == nil {
		d.gbk = simplifiedchinese.GB18030.NewDecoder() // GBK is a part of it
	}
	d.gbk.Reset()
	n, _, err := d.gbk.Transform(d.buf[:cap(d.buf)], b, true)
	if err != nil || bytes.ContainsRune(d.buf[:n], utf8.RuneError) {
		return nil, fault.New(fault.Invalid, "sweep.not_gbk")
	}
	return d.buf[:n], nil
}

// isChinese reports whether b is Chinese in UTF-8. Bytes of GBK are now and then
// valid UTF-8, but then letters of two bytes, not characters of three.
func isChinese(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	wide, letters := 0, 0
	for _, r := range string(b) {
		switch {
		case r >= 0x2000:
			wide++
		case r >= utf8.RuneSelf:
			letters++
		}
	}
	return wide > letters
}
