package intake

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"os/exec"
	"strconv"
	"time"

	"shenbao/internal/fault"
)

const (
	previewSide   = 1600      // pixels of the longer side
	previewMemory = 256 << 20 // bytes of a picture that is unpacked here
	previewPDF    = 256 << 20 // bytes of a PDF
	previewTime   = 15 * time.Second
	previewMost   = 64 << 20 // bytes of a picture as pdftoppm writes it
)

// slots bounds how many previews are made at the same time: each may take
// hundreds of megabytes.
var slots = make(chan struct{}, 2)

// Preview returns page n, from 1, of a file as a picture in PNG of at most 1600
// pixels a side: never the bytes that were uploaded. It shows pictures, which
// have one page, and PDF where pdftoppm is installed, which runs as a process
// of its own with little time and memory. What cannot be shown is a Missing
// fault that says so; the file is to be downloaded instead.
func Preview(ctx context.Context, r io.ReadSeeker, kind Kind, n int) ([]byte, error) {
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("preview a file: %w", err)
	}
	switch {
	case n < 1 || n > 1 && kind != PDF:
		return nil, fault.New(fault.Missing, "intake.no_page", n)
	case kind == PDF:
		return previewOfPDF(ctx, r, n)
	case kind == PNG || kind == JPEG || kind == GIF:
		return previewOfPicture(r, kind)
	}
	return nil, hidden("intake.no_preview", nil)
}

// hidden is the fault for what cannot be shown.
func hidden(key string, err error) error { return fault.New(fault.Missing, key).Because(err) }

// decoders read pictures; of a film in GIF the first frame.
var decoders = map[Kind]struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}{
	PNG:  {png.DecodeConfig, png.Decode},
	JPEG: {jpeg.DecodeConfig, jpeg.Decode},
	GIF:  {gif.DecodeConfig, gif.Decode},
}

func previewOfPicture(r io.ReadSeeker, kind Kind) ([]byte, error) {
	d := decoders[kind]
	config, err := d.config(r)
	if err != nil {
		return nil, hidden("intake.no_preview", err)
	}
	way, bytesEach := 1, int64(4)
	switch {
	case kind == JPEG:
		if way, bytesEach, err = jpegFacts(r); err != nil {
			return nil, err
		}
	case config.ColorModel == color.RGBA64Model, config.ColorModel == color.NRGBA64Model, config.ColorModel == color.Gray16Model:
		bytesEach = 8
	}
	if config.Width <= 0 || config.Height <= 0 || int64(config.Width) > previewMemory/bytesEach/int64(config.Height) {
		return nil, hidden("intake.no_preview", errors.New("the picture is too large"))
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("preview a file: %w", err)
	}
	img, err := d.decode(r)
	if err != nil {
		return nil, hidden("intake.no_preview", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, turned(scaled(img, previewSide), way)); err != nil {
		return nil, fmt.Errorf("preview a file: %w", err)
	}
	return out.Bytes(), nil
}

// jpegFacts are which way up a photograph was taken (1 to 8, as EXIF counts)
// and how many bytes decoding takes for a pixel: a progressive one is kept in
// parts until the last has come.
func jpegFacts(r io.ReadSeeker) (way int, bytesEach int64, err error) {
	if _, err := r.Seek(2, io.SeekStart); err != nil {
		return 0, 0, fmt.Errorf("preview a file: %w", err)
	}
	way, bytesEach = 1, 4
	err = segments(r, func(m byte, b []byte) error {
		switch {
		case frameHeader(m) && m != 0xc0 && m != 0xc1:
			bytesEach = 16
		case m == 0xe1 && bytes.HasPrefix(b, exifMark):
			tags(b[len(exifMark):], func(t tag, _ binary.ByteOrder) {
				if t.id == 0x0112 && t.short >= 1 && t.short <= 8 {
					way = int(t.short)
				}
			})
		}
		return nil
	})
	if err != nil {
		return 0, 0, hidden("intake.no_preview", err)
	}
	return way, bytesEach, nil
}

// scaled returns a picture of at most side pixels a side. Each of its pixels is
// the mean of those that it stands for. A band of the original is unpacked at a
// time.
func scaled(img image.Image, side int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if most := max(w, h); most > side {
		w, h = max(1, w*side/most), max(1, h*side/most)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		top, bottom := y*b.Dy()/h, (y+1)*b.Dy()/h
		band := image.NewRGBA(image.Rect(0, 0, b.Dx(), bottom-top))
		draw.Draw(band, band.Bounds(), img, image.Pt(b.Min.X, b.Min.Y+top), draw.Src)
		for x := range w {
			mean(out.Pix[out.PixOffset(x, y):], band, x*b.Dx()/w, (x+1)*b.Dx()/w)
		}
	}
	return out
}

// mean sets a pixel to the mean of the columns of a band.
func mean(pixel []uint8, band *image.RGBA, from, to int) {
	var sum [4]int
	for y := range band.Rect.Dy() {
		for i := band.PixOffset(from, y); i < band.PixOffset(to, y); i++ {
			sum[(i-band.PixOffset(from, y))%4] += int(band.Pix[i])
		}
	}
	for i, s := range sum {
		pixel[i] = uint8(s / max(1, (to-from)*band.Rect.Dy()))
	}
}

// turned turns and mirrors a picture the way that EXIF's orientation asks for.
func turned(img *image.RGBA, way int) *image.RGBA {
	if way == 1 {
		return img
	}
	w, h := img.Rect.Dx(), img.Rect.Dy()
	size := image.Rect(0, 0, w, h)
	if way >= 5 {
		size = image.Rect(0, 0, h, w)
	}
	out := image.NewRGBA(size)
	for y := range size.Dy() {
		for x := range size.Dx() {
			fx, fy := x, y
			if way >= 5 {
				fx, fy = y, x
			}
			if way == 2 || way == 3 || way == 7 || way == 8 {
				fx = w - 1 - fx
			}
			if way == 3 || way == 4 || way == 6 || way == 7 {
				fy = h - 1 - fy
			}
			out.SetRGBA(x, y, img.RGBAAt(fx, fy))
		}
	}
	return out
}

// previewOfPDF has pdftoppm draw one page.
func previewOfPDF(ctx context.Context, r io.Reader, n int) ([]byte, error) {
	tool, err := exec.LookPath("pdftoppm")
	if err != nil {
		return nil, hidden("intake.no_pdf_preview", err)
	}
	f, err := os.CreateTemp("", "shenbao-preview-*.pdf")
	if err != nil {
		return nil, fmt.Errorf("preview a file: %w", err)
	}
	defer os.Remove(f.Name())
	size, err := io.Copy(f, io.LimitReader(r, previewPDF+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("preview a file: %w", err)
	}
	if size > previewPDF {
		return nil, hidden("intake.no_preview", errors.New("the PDF is too large"))
	}
	timed, stop := context.WithTimeout(ctx, previewTime)
	defer stop()
	page := strconv.Itoa(n)
	out, err := run(timed, tool, "-png", "-singlefile", "-f", page, "-l", page, "-scale-to", strconv.Itoa(previewSide), f.Name())
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil && bytes.Contains(out.errors, []byte("Wrong page range")), err == nil && len(out.data) == 0:
		return nil, fault.New(fault.Missing, "intake.no_page", n)
	case err != nil || !bytes.HasPrefix(out.data, []byte("\x89PNG\r\n\x1a\n")):
		return nil, hidden("intake.no_preview", err)
	}
	return out.data, nil
}

// output is what a program wrote.
type output struct{ data, errors []byte }

// run runs a program with at most 20 seconds of work, 1 GB of memory and an
// output of bounded size.
func run(ctx context.Context, tool string, args ...string) (output, error) {
	cmd := exec.CommandContext(ctx, tool, args...)
	if sh, err := exec.LookPath("sh"); err == nil {
		cmd = exec.CommandContext(ctx, sh, append([]string{"-c", `ulimit -v 1048576; ulimit -t 20; exec "$0" "$@"`, tool}, args...)...)
	}
	cmd.Env = []string{"LC_ALL=C.UTF-8"}
	cmd.WaitDelay = time.Second
	data, errs := &bounded{limit: previewMost}, &bounded{limit: 4 << 10}
	cmd.Stdout, cmd.Stderr = data, &quiet{errs}
	err := cmd.Run()
	return output{data.kept, errs.kept}, err
}

// bounded keeps what is written to it and fails where that is too much, so that
// nobody reads what the program writes on.
type bounded struct {
	kept  []byte // no bytes.Buffer: its ReadFrom would read on without us
	limit int
}

// Write implements io.Writer.
func (b *bounded) Write(p []byte) (int, error) {
	if len(b.kept)+len(p) > b.limit {
		return 0, errors.New("too much output")
	}
	b.kept = append(b.kept, p...)
	return len(p), nil
}

// quiet forgets what does not fit.
type quiet struct{ b *bounded }

// Write implements io.Writer.
func (q *quiet) Write(p []byte) (int, error) {
	_, _ = q.b.Write(p)
	return len(p), nil
}
