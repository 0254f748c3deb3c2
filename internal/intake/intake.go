// Package intake is the check of a received file (收件检查): what is inside an
// upload, before anybody relies on it. A file is what its content says, never
// what its name says; what cannot be read, hides a program or unpacks without
// end is refused with a sentence that says what to do; what is allowed but
// perhaps not meant (the author's name in a blind review, the place where a
// photograph was taken) is a warning.
//
// [Look] reads a file as a stream, keeps little of it in memory and runs no
// other program. [Preview] makes pictures, so that no original is ever shown
// inside a page. A [Scanner] asks an antivirus program. [CleanName] and
// [NameBy] make names of files that every system takes; [CleanText] keeps of a
// typed text what shows.
package intake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"shenbao/internal/fault"
	"shenbao/internal/official"
)

// Found is what a file turned out to be.
type Found struct {
	Kind     Kind      `json:"kind"`
	Type     string    `json:"type"`            // MIME type
	Pages    int       `json:"pages,omitempty"` // pages or slides; 0 when the file does not say
	Warnings []Warning `json:"warnings,omitempty"`
}

// A Warning is something in a file that its owner should know of, as a message
// key (intake.warn.*) with arguments that are strings and whole numbers.
type Warning struct {
	Key  string `json:"key"`
	Args []any  `json:"args,omitempty"`
}

// Rules say what is asked for. The zero value takes every known kind up to
// [MaxBytes].
type Rules struct {
	Kinds    []Kind // what is allowed; empty: every known kind
	MaxBytes int64  // of the file as it was uploaded; 0: MaxBytes
}

// MaxBytes is how large a file may be where nothing else is said.
const MaxBytes = 1 << 30

// maxWarnings bounds what is said about one file, with all that is packed in it.
const maxWarnings = 20

// Look checks a file of size bytes that was uploaded under a name. It returns
// what the file is, or a fault of field "file": empty, too large, another kind
// than asked for, a name whose ending disagrees with the content, damaged or
// cut short, locked with a password, a program or a script or one hidden in a
// document, an archive that unpacks without end. An error that is no fault is
// the reader's own. Where r has ReadAt it is used, else r is moved about.
func Look(ctx context.Context, r io.ReadSeeker, size int64, name string, rules Rules) (*Found, error) {
	limit := rules.MaxBytes
	if limit <= 0 {
		limit = MaxBytes
	}
	end, err := r.Seek(0, io.SeekEnd)
	switch {
	case err != nil:
		return nil, fmt.Errorf("look at a file: %w", err)
	case size <= 0 || end == 0:
		return nil, bad("intake.empty").In(field)
	case size > limit || end > limit:
		return nil, bad("intake.large", megabytes(max(size, end)), megabytes(limit)).In(field)
	case size != end:
		return nil, bad("intake.incomplete").In(field)
	}
	src := &source{ctx: ctx, r: r, size: size}
	l := &look{ctx: ctx, size: size, found: &Found{}}
	if err = l.top(content{src, size, name}, rules); err == nil && src.err == nil {
		return l.found, nil
	}
	if src.err != nil {
		return nil, fmt.Errorf("look at a file: %w", src.err)
	}
	if f, ok := errors.AsType[*fault.Fault](l.why(err)); ok {
		return nil, f.In(field)
	}
	return nil, err
}

// Text returns the text of a file, "" when it has none that can be read: plain
// text, .docx and PDF as [official.Read] has them, and nothing of other kinds.
func Text(ctx context.Context, content []byte) (string, error) {
	_, text, err := official.Read(ctx, content)
	if f, ok := errors.AsType[*fault.Fault](err); ok && f.Key == "official.type" {
		return "", nil
	}
	return text, err
}

// field is what the faults of a file are about.
const field = "file"

func bad(key string, args ...any) *fault.Fault { return fault.New(fault.Invalid, key, args...) }

// megabytes writes a size in MB, with one decimal where it is small.
func megabytes(n int64) string {
	mb := float64(n) / (1 << 20)
	if mb < 10 {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", mb), ".0")
	}
	return fmt.Sprintf("%.0f", mb)
}

// A look is one walk through a file and everything packed in it.
type look struct {
	ctx      context.Context
	found    *Found
	size     int64 // of the outermost file
	unpacked int64 // bytes that came out of archives and compressed parts so far
	entries  int   // of all archives
	depth    int   // archives around the one that is being read
	bomb     bool  // a limit was passed; every reader stops
	disk     error // the disk failed, not the file
}

// content is a file, or one inside another, that can be read anywhere.
type content struct {
	io.ReaderAt
	size int64
	name string
}

func (c content) section(from, to int64) *io.SectionReader {
	return io.NewSectionReader(c, from, max(0, min(to, c.size)-from))
}

// head returns the first n bytes, or fewer of a shorter file.
func (c content) head(n int64) []byte {
	b, _ := io.ReadAll(c.section(0, n))
	return b
}

// tail returns the last n bytes.
func (c content) tail(n int64) []byte {
	b, _ := io.ReadAll(c.section(max(0, c.size-n), c.size))
	return b
}

// top checks the outermost file.
func (l *look) top(c content, rules Rules) error {
	kind, pack, err := l.recognise(c)
	if err != nil {
		return err
	}
	ending := strings.ToLower(strings.TrimPrefix(path.Ext(CleanName(c.name)), "."))
	if err := harmless(kind, ending); err != nil {
		return err
	}
	wanted := rules.Kinds
	if len(wanted) == 0 {
		wanted = known
	}
	switch {
	case kind == "":
		return bad("intake.unknown", endings(wanted))
	case !slices.Contains(wanted, kind):
		return bad("intake.kind", label(kind), endings(wanted))
	case !slices.Contains(known, kind):
		return bad("intake.unreadable", label(kind))
	case ending != "" && !slices.Contains(kinds[kind].endings, ending):
		return bad("intake.ending", ending, label(kind), kinds[kind].endings[0])
	}
	l.found.Kind, l.found.Type = kind, kinds[kind].mime
	return l.inside(c, kind, pack)
}

// inside reads through a file of a known kind.
func (l *look) inside(c content, kind Kind, pack *archive) error {
	if pack == nil && l.alsoArchive(c) {
		return bad("intake.two_files", label(kind))
	}
	switch kind {
	case PDF:
		return l.pdf(c)
	case PNG:
		return l.png(c)
	case JPEG:
		return l.jpeg(c)
	case GIF:
		return l.gif(c)
	case MP4, MOV:
		return l.movie(c)
	case DOC, XLS, PPT:
		return l.oldOffice(c, kind)
	case TXT:
		return l.text(c)
	}
	if pack != nil {
		return l.unpack(c, kind, pack)
	}
	return nil
}

// warn adds a warning once.
func (l *look) warn(key string, args ...any) {
	w := Warning{Key: key, Args: args}
	same := func(o Warning) bool { return o.Key == w.Key && fmt.Sprint(o.Args) == fmt.Sprint(w.Args) }
	if len(l.found.Warnings) < maxWarnings && !slices.ContainsFunc(l.found.Warnings, same) {
		l.found.Warnings = append(l.found.Warnings, w)
	}
}

// pages keeps how many pages the outermost file has.
func (l *look) pages(n int) {
	if l.depth == 0 && n > 0 && n <= 1_000_000 {
		l.found.Pages = n
	}
}

// why turns an error of reading into the fault that it means.
func (l *look) why(err error) error {
	_, ours := errors.AsType[*fault.Fault](err)
	switch {
	case l.disk != nil:
		return l.disk
	case l.bomb:
		return bad("intake.bomb").Because(err)
	case ours || err == nil || l.ctx.Err() != nil:
		return err
	}
	return damaged(err)
}

func damaged(err error) error { return bad("intake.damaged").Because(err) }

// A source reads what was uploaded. It keeps the errors of the reader and of
// the context apart from those of the content.
type source struct {
	ctx  context.Context
	r    io.ReadSeeker
	size int64
	err  error
}

// ReadAt implements io.ReaderAt.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if s.err == nil {
		s.err = s.ctx.Err()
	}
	if s.err != nil {
		return 0, s.err
	}
	if off < 0 || off >= s.size { // as a damaged directory asks for
		return 0, io.EOF
	}
	n, err := s.readAt(p, off)
	if err != nil && err != io.EOF && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.err = err
	} else if err != nil {
		err = io.EOF
	}
	return n, err
}

func (s *source) readAt(p []byte, off int64) (int, error) {
	if at, ok := s.r.(io.ReaderAt); ok {
		return at.ReadAt(p, off)
	}
	if _, err := s.r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	return io.ReadFull(s.r, p)
}
