package intake_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// preview returns the picture of a page.
func preview(t *testing.T, file []byte, kind intake.Kind, page int) image.Image {
	t.Helper()
	out, err := intake.Preview(t.Context(), bytes.NewReader(file), kind, page)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

// isRed reports whether a place is red; else it is blue.
func isRed(img image.Image, x, y int) bool {
	r, _, b, _ := img.At(x, y).RGBA()
	return r > b
}

func TestPreviewOfPictures(t *testing.T) {
	for name, c := range map[string]struct {
		file []byte
		kind intake.Kind
		w, h int
	}{
		"PNG":         {asPNG(t, 40, 20), intake.PNG, 40, 20},
		"JPEG":        {asJPEG(t, 40, 20), intake.JPEG, 40, 20},
		"GIF":         {asGIF(t, 40, 20), intake.GIF, 40, 20},
		"a large one": {asJPEG(t, 4000, 2000), intake.JPEG, 1600, 800},
		"a line":      {asPNG(t, 5000, 1), intake.PNG, 1600, 1},
	} {
		t.Run(name, func(t *testing.T) {
			img := preview(t, c.file, c.kind, 1)
			if b := img.Bounds(); b.Dx() != c.w || b.Dy() != c.h {
				t.Errorf("%v", b)
			}
			if !isRed(img, 2, 0) || isRed(img, c.w-2, c.h-1) {
				t.Error("the colours are not where they were")
			}
		})
	}
}

// A photograph stands as it was taken, and tells nothing but what it shows.
func TestPreviewTurnsAndForgets(t *testing.T) {
	for way, red := range map[uint32][2]int{1: {2, 5}, 2: {37, 5}, 3: {37, 5}, 4: {2, 5}, 5: {5, 2}, 6: {5, 2}, 7: {5, 37}, 8: {5, 37}} {
		file := withSegment(asJPEG(t, 40, 20), exif(0x0112, 3, 1, way, ""))
		img := preview(t, file, intake.JPEG, 1)
		if b := img.Bounds(); (b.Dx() == 40) != (way < 5) {
			t.Errorf("%d: %v", way, b)
		}
		if !isRed(img, red[0], red[1]) {
			t.Errorf("%d: the red side is elsewhere", way)
		}
	}
	file := withSegment(asJPEG(t, 40, 20), exif(0x013b, 2, 10, exifData, "Zhang San\x00"))
	out, err := intake.Preview(t.Context(), bytes.NewReader(append(file, "<script>"...)), intake.JPEG, 1)
	if err != nil || bytes.Contains(out, []byte("Zhang")) || bytes.Contains(out, []byte("script")) {
		t.Error("bytes of the original came through: ", err)
	}
}

func TestNoPreview(t *testing.T) {
	wide := asPNG(t, 2, 2)
	binary.BigEndian.PutUint32(wide[16:], 60_000)
	for name, c := range map[string]struct {
		file []byte
		kind intake.Kind
		page int
		want string
	}{
		"a document":                {word(t, ""), intake.DOCX, 1, "intake.no_preview"},
		"a text":                    {[]byte("<script>"), intake.TXT, 1, "intake.no_preview"},
		"a kind that nobody knows":  {[]byte("x"), "", 1, "intake.no_preview"},
		"page 2 of a picture":       {asPNG(t, 2, 2), intake.PNG, 2, "intake.no_page"},
		"page 0":                    {printed(""), intake.PDF, 0, "intake.no_page"},
		"too large":                 {hugePNG(50_000, 50_000), intake.PNG, 1, "intake.no_preview"},
		"damaged":                   {wide, intake.PNG, 1, "intake.no_preview"},
		"another kind than it says": {asPNG(t, 2, 2), intake.JPEG, 1, "intake.no_preview"},
		"a photograph cut short":    {asJPEG(t, 50, 50)[:400], intake.JPEG, 1, "intake.no_preview"},
	} {
		t.Run(name, func(t *testing.T) {
			before := allocated()
			out, err := intake.Preview(t.Context(), bytes.NewReader(c.file), c.kind, c.page)
			if f := fault.Of(err); out != nil || faultOf(t, err) != c.want || f.Kind != fault.Missing {
				t.Errorf("%d bytes, %v", len(out), err)
			}
			if took := allocated() - before; took > 16<<20 {
				t.Errorf("%d MB", took>>20)
			}
		})
	}
}

func TestPreviewOfPDF(t *testing.T) {
	if _, err := exec.LookPath("pdftoppm"); err != nil {
		t.Skip("pdftoppm is not installed")
	}
	if b := preview(t, printed(""), intake.PDF, 1).Bounds(); b.Dy() != 1600 || b.Dx() > 1200 {
		t.Errorf("%v", b)
	}
	for name, c := range map[string]struct {
		file []byte
		page int
		want string
	}{
		"no such page": {printed(""), 2, "intake.no_page"},
		"damaged":      {[]byte("%PDF-1.4\nnothing"), 1, "intake.no_preview"},
	} {
		out, err := intake.Preview(t.Context(), bytes.NewReader(c.file), intake.PDF, c.page)
		if out != nil || faultOf(t, err) != c.want {
			t.Errorf("%s: %d bytes, %v", name, len(out), err)
		}
	}
}

// What draws a page may be missing, never end, write for ever or take all
// memory.
func TestHostilePDFPreview(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct{ script, want string }{
		"missing":        {"", "intake.no_pdf_preview"},
		"writes another": {"echo '<script>'", "intake.no_preview"},
		"fails":          {"exit 3", "intake.no_preview"},
		"writes on":      {"a=aaaaaaaaaaaaaaaa; a=$a$a$a$a$a$a$a$a; a=$a$a$a$a$a$a$a$a; a=$a$a$a$a$a$a$a$a; while :; do echo $a; done", "intake.no_preview"},
		"is killed":      {"kill -9 $$", "intake.no_preview"},
	} {
		t.Run(name, func(t *testing.T) {
			tools := filepath.Join(dir, name)
			t.Setenv("PATH", tools)
			if c.script != "" {
				if err := os.MkdirAll(tools, 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(tools, "pdftoppm"), []byte("#!/bin/sh\n"+c.script+"\n"), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			t.Setenv("TMPDIR", dir)
			began := time.Now()
			out, err := intake.Preview(t.Context(), bytes.NewReader(printed("")), intake.PDF, 1)
			if f := fault.Of(err); out != nil || faultOf(t, err) != c.want || f.Kind != fault.Missing {
				t.Errorf("%d bytes, %v", len(out), err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it was stopped by the clock, after %v", took)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, "shenbao-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestPreviewIsGivenUp(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "pdftoppm"), []byte("#!/bin/sh\nsleep 30\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	ctx, stop := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer stop()
	began := time.Now()
	var all sync.WaitGroup
	for range 5 { // more than there are slots for
		all.Go(func() {
			if _, err := intake.Preview(ctx, bytes.NewReader(printed("")), intake.PDF, 1); !errors.Is(err, context.DeadlineExceeded) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if took := time.Since(began); took > 4*time.Second {
		t.Error(took)
	}
}
