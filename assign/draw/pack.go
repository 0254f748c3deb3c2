package draw

import (
	"archive/zip"
	"bytes"
	"io"
	"maps"
	"slices"

	"shenbao/internal/fault"
)

// maxFile bounds one file of a bundle, unpacked.
const maxFile = 4 << 30

// known are the files that a bundle may hold.
var known = []string{BatchFile, ScoresFile, SolutionFile, PlanFile, RevealFile, ResultFile, ChangesFile, LogFile}

// Pack writes a bundle as a ZIP archive: the same bundle gives the same bytes.
func (b Bundle) Pack(w io.Writer) error {
	z := zip.NewWriter(w)
	for _, name := range slices.Sorted(maps.Keys(b)) {
		f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := f.Write(b[name]); err != nil {
			return err
		}
	}
	return z.Close()
}

// Unpack reads a bundle from a ZIP archive. It refuses files that a bundle does
// not hold, two of one name, and more than the archive says.
func Unpack(r io.ReaderAt, size int64) (Bundle, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fault.New(fault.Invalid, "assign.bundle.zip").Because(err)
	}
	b := Bundle{}
	for _, f := range z.File {
		if !slices.Contains(known, f.Name) || b[f.Name] != nil {
			return nil, fault.New(fault.Invalid, "assign.bundle.file", f.Name)
		}
		if f.UncompressedSize64 > maxFile || f.UncompressedSize64 > 1100*f.CompressedSize64+1024 {
			return nil, fault.New(fault.Invalid, "assign.bundle.large", f.Name)
		}
		src, err := f.Open()
		if err != nil {
			return nil, fault.New(fault.Invalid, "assign.bundle.zip").Because(err)
		}
		text := bytes.NewBuffer(make([]byte, 0, min(f.UncompressedSize64, 1<<20)))
		_, err = io.Copy(text, io.LimitReader(src, int64(f.UncompressedSize64)+1))
		src.Close()
		if err != nil || uint64(text.Len()) != f.UncompressedSize64 {
			return nil, fault.New(fault.Invalid, "assign.bundle.zip").Because(err)
		}
		b[f.Name] = text.Bytes()
	}
	return b, nil
}
