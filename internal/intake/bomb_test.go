package intake_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"shenbao/internal/intake"
)

// zeros deflates n bytes of nothing.
func zeros(t testing.TB, n int64) []byte {
	return encoded(t, func(b io.Writer) error {
		w, err := flate.NewWriter(b, flate.BestCompression)
		if err != nil {
			return err
		}
		if _, err := io.CopyN(w, forever{}, n); err != nil {
			return err
		}
		return w.Close()
	})
}

type forever struct{}

func (forever) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// raw packs entries that are compressed already, and says of each what says.
func raw(t testing.TB, data []byte, says uint64, names ...string) []byte {
	t.Helper()
	return encoded(t, func(b io.Writer) error {
		z := zip.NewWriter(b)
		for _, name := range names {
			w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CompressedSize64: uint64(len(data)), UncompressedSize64: says})
			if err != nil {
				return err
			}
			if _, err := w.Write(data); err != nil {
				return err
			}
		}
		return z.Close()
	})
}

// overlapping has entries that share one compressed content, as the bomb of
// D. Fifield has: a megabyte that unpacks to many gigabytes.
func overlapping(data []byte, n int) []byte {
	var b, directory bytes.Buffer
	le := binary.LittleEndian
	header := func(to *bytes.Buffer, magic string, extra int, name string) {
		h := make([]byte, 26+extra)
		le.PutUint16(h[0:], 20)
		at := 0
		if extra > 0 {
			at = 2
		}
		le.PutUint16(h[at+4:], 8)
		le.PutUint32(h[at+10:], crc32.ChecksumIEEE(nil))
		le.PutUint32(h[at+14:], uint32(len(data)))
		le.PutUint32(h[at+18:], 1<<20)
		le.PutUint16(h[at+22:], uint16(len(name)))
		to.WriteString(magic)
		to.Write(h)
		to.WriteString(name)
	}
	header(&b, "PK\x03\x04", 0, "0")
	b.Write(data)
	for i := range n {
		header(&directory, "PK\x01\x02", 16, fmt.Sprint(i%10))
	}
	at := b.Len()
	b.Write(directory.Bytes())
	end := make([]byte, 18)
	le.PutUint16(end[4:], uint16(n))
	le.PutUint16(end[6:], uint16(n))
	le.PutUint32(end[8:], uint32(directory.Len()))
	le.PutUint32(end[12:], uint32(at))
	b.WriteString("PK\x05\x06")
	b.Write(end)
	return b.Bytes()
}

// Nothing unpacks without end. Every case ends within two seconds and 64 MB.
func TestBombs(t *testing.T) {
	if testing.Short() {
		t.Skip("unpacks for minutes under the race detector")
	}
	gigabyte := zeros(t, 1<<30)
	honest, liar := raw(t, gigabyte, 1<<30, "a.txt"), raw(t, gigabyte, 1000, "a.txt")
	many := make([]entry, 10_001)
	for i := range many {
		many[i] = entry{name: fmt.Sprintf("%05d", i)}
	}
	nest := archive(t, entry{name: "a.txt", text: "x"})
	for i := range 5 {
		nest = archive(t, entry{name: fmt.Sprintf("%d.zip", i), text: string(nest)})
	}
	inner := raw(t, zeros(t, 60<<20), 60<<20, "a.txt")
	twenty := make([]entry, 20)
	for i := range twenty {
		twenty[i] = entry{name: fmt.Sprintf("%d.zip", i), text: string(inner)}
	}
	long := make([]entry, 200)
	for i := range long {
		long[i] = entry{name: fmt.Sprint(i), bend: func(h *zip.FileHeader) { h.Comment = strings.Repeat("x", 60_000) }}
	}
	part := func(name string) []byte {
		return encoded(t, func(b io.Writer) error {
			z := zip.NewWriter(b)
			w, err := z.Create("[Content_Types].xml")
			if err != nil {
				return err
			}
			if _, err := io.WriteString(w, types(ooxml+"wordprocessingml.document.main+xml").text); err != nil {
				return err
			}
			if w, err = z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CompressedSize64: uint64(len(gigabyte)), UncompressedSize64: 1 << 30}); err != nil {
				return err
			}
			if _, err := w.Write(gigabyte); err != nil {
				return err
			}
			return z.Close()
		})
	}
	bombPDF := printed("", strings.Repeat(objects(strings.Repeat(" ", 31<<20))+"\nendobj\n9 0 obj\n", 8))
	for _, c := range []hostile{
		{"a gigabyte of nothing", "a.zip", honest, "! bomb"},
		{"a gigabyte that says it is small", "a.zip", liar, "! damaged"},
		{"a document with a gigabyte of text", "a.docx", part("word/document.xml"), "! bomb"},
		{"a document with a gigabyte picture", "a.docx", part("word/media/image1.png"), "! bomb"},
		{"entries that overlap", "a.zip", overlapping(zeros(t, 1<<20), 10), "! bomb"},
		{"entries that overlap, thousands", "a.zip", overlapping(zeros(t, 1<<20), 5000), "! damaged"}, // names twice
		{"too many entries", "a.zip", archive(t, many...), "! entries"},
		{"more entries than it says", "a.zip", overlapping(zeros(t, 1<<20), 70_000), "! entries"},
		{"a long directory", "a.zip", archive(t, long...), "! entries"},
		{"archives in archives", "a.zip", nest, "! nested"},
		{"small archives that are large together", "a.zip", archive(t, twenty...), "! bomb"},
		{"a workbook in a document in archives", "a.zip", archive(t, entry{name: "a.zip", text: string(archive(t, entry{name: "b.docx", text: string(word(t, "", entry{name: "word/embeddings/a.xlsx", text: string(workbook(t))}))}))}), "! nested"},
		{"a PDF with streams of objects without end", "a.pdf", bombPDF, "! bomb"},
		{"dictionaries in dictionaries", "a.pdf", printed("", strings.Repeat("<<", 1_000_000)), "! damaged"},
		{"elements in elements", "a.docx", word(t, strings.Repeat("<a>", 300_000)), "docx"}, // who reads it stops at its own limit
		{"elements in elements of the properties", "a.docx", word(t, "", entry{name: "docProps/core.xml", text: strings.Repeat("<a>", 300_000)}), "! damaged"},
		{"a picture of 50,000 by 50,000", "a.png", hugePNG(50_000, 50_000), "! pixels"},
		{"a picture without end", "a.png", hugePNG(1<<32-1, 1<<32-1), "! pixels"},
		{"a picture of nothing", "a.png", hugePNG(0, 5), "! damaged"},
		{"a photograph of 65,535 by 65,535", "a.jpg", []byte("\xff\xd8\xff\xc0\x00\x11\x08\xff\xff\xff\xff\x03\x01\x22\x00\x02\x11\x01\x03\x11\x01\xff\xd9"), "! pixels"},
		{"a GIF of 65,535 by 65,535", "a.gif", []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00;"), "! pixels"},
		{"a GIF with frames without end", "a.gif", []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00" + strings.Repeat(",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00", 6000) + ";"), "! damaged"},
		{"an unknown method", "a.zip", raw99(t), "! method"},
	} {
		t.Run(c.name, func(t *testing.T) {
			began, peak := time.Now(), watch()
			got := look(t, c.file, c.content, intake.Rules{})
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if took, most := time.Since(began), peak(); took > 40*time.Second || most > 64<<20 {
				t.Errorf("%v, %d MB for %d bytes", took, most>>20, len(c.content))
			}
		})
	}
}

func raw99(t testing.TB) []byte {
	b := archive(t, entry{name: "a.txt", text: strings.Repeat("x", 100)})
	binary.LittleEndian.PutUint16(b[8:], 99)
	binary.LittleEndian.PutUint16(b[bytes.Index(b, []byte("PK\x01\x02"))+10:], 99)
	return b
}

// watch measures how much the heap grows until it is called.
func watch() (peak func() uint64) {
	runtime.GC()
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	var most atomic.Uint64
	stop, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		for {
			most.Store(max(most.Load(), heap()))
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-done
		return most.Load() - min(before, most.Load())
	}
}

// A film of 500 MB is looked at without being kept.
func TestLargeFilmIsStreamed(t *testing.T) {
	head := box("ftyp", "isom\x00\x00\x00\x00") + box("moov", strings.Repeat("\x00", 1000))
	const media = 500 << 20
	head += string(binary.BigEndian.AppendUint32(nil, media)) + "mdat"
	size := int64(len(head)) + media - 8
	peak := watch()
	found, err := intake.Look(t.Context(), &sparse{head: head, size: size}, size, "a.mp4", intake.Rules{})
	if err != nil || found.Kind != intake.MP4 {
		t.Error(found, err)
	}
	if most := peak(); most > 8<<20 {
		t.Errorf("%d MB", most>>20)
	}
}

// sparse is a file of a beginning and zeros, without ReadAt.
type sparse struct {
	head     string
	size, at int64
}

func (s *sparse) Seek(off int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
		s.at = off
	case io.SeekCurrent:
		s.at += off
	case io.SeekEnd:
		s.at = s.size + off
	}
	return s.at, nil
}

func (s *sparse) Read(p []byte) (int, error) {
	if s.at >= s.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), s.size-s.at))
	clear(p[:n])
	if s.at < int64(len(s.head)) {
		copy(p[:n], s.head[s.at:])
	}
	s.at += int64(n)
	return n, nil
}
