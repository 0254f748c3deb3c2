package intake_test

import (
	"bytes"
	"errors"
	"runtime"
	"testing"

	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// allocated is how many bytes were taken from memory so far, given back or not.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

// Whatever comes in, the answer is a kind that is asked for or a fault that
// people can read, and little memory is taken.
func FuzzLook(f *testing.F) {
	for _, file := range [][]byte{
		printed("/Encrypt 4 0 R"), printed("", objects("<< /S /JavaScript /JS (x) >>"), "<< /Author <FEFF5F20> >>"), word(f, "<w:ins />", relation("hyperlink", "x")), workbook(f), slides(f),
		word(f, "", entry{name: "word/embeddings/a.xlsx", text: string(workbook(f))}), archive(f, entry{name: "a/b.pdf", text: string(printed(""))}),
		asPNG(f, 3, 3), withChunk(asPNG(f, 2, 2), chunk("tEXt", "Author\x00x")), asJPEG(f, 3, 3), withSegment(asJPEG(f, 2, 2), exif(0x8825, 4, 1, exifData, "\x02\x00")), asGIF(f, 3, 3),
		film("isom"), compound("", entry{name: "WordDocument"}, entry{name: "\x05SummaryInformation", text: summary("x")}), compound("", entry{name: "Workbook", text: "\x09\x08\x04\x00\x00\x06\x05\x00\x2f\x00\x06\x00"}),
		[]byte("text"), []byte("\xff\xfe3u"), []byte("<svg/>"), []byte("PK\x05\x06"), overlapping([]byte("x"), 3),
	} {
		f.Add("a.pdf", file)
	}
	f.Fuzz(func(t *testing.T, name string, file []byte) {
		before := allocated()
		found, err := intake.Look(t.Context(), bytes.NewReader(file), int64(len(file)), name, intake.Rules{})
		if took := allocated() - before; took > 96<<20 {
			t.Errorf("%d MB for %d bytes", took>>20, len(file))
		}
		if err == nil {
			if found.Kind == "" || found.Type == "" || len(found.Warnings) > 20 {
				t.Errorf("%+v", found)
			}
			for _, w := range found.Warnings {
				readable(t, w.Key, w.Args)
			}
			return
		}
		var refused *fault.Fault
		if !errors.As(err, &refused) || refused.Kind != fault.Invalid || refused.Field != "file" || found != nil {
			t.Fatalf("%v", err)
		}
	})
}
