package apply_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/intake"
)

// pdf is a document that is sound, of about n bytes, unlike one with another
// mark.
func pdf(mark string, n int) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 100 100]>>endobj\n")
	b.WriteString("% " + mark + "\n")
	for b.Len() < n {
		b.WriteString("% " + strings.Repeat("x", 97) + "\n")
	}
	at := b.Len()
	b.WriteString("xref\n0 1\n0000000000 65535 f \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n")
	b.WriteString(itoa(at) + "\n%%EOF\n")
	return b.Bytes()
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + itoa(n%10)
}

// deliver sends a file in one piece.
func (h *house) deliver(who string, in apply.Sending, content []byte) (*apply.File, error) {
	h.Helper()
	in.Size = int64(len(content))
	return h.Office.Receive(h.Context(), h.DB, h.Staff[who], apply.Delivery{Sending: in, Content: bytes.NewReader(content)})
}

func (h *house) announceFile(who string, in apply.Sending) (*apply.Upload, error) {
	return kept(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Upload, error) {
		return apply.BeginUpload(ctx, tx, h.Office, in)
	})
}

func (h *house) sendPart(who string, u *apply.Upload, offset int64, content io.Reader) (*apply.Upload, error) {
	return h.Office.ReceivePart(h.Context(), h.DB, h.Staff[who], apply.Incoming{UploadAt: at(u), Offset: offset, Content: content})
}

func (h *house) finishUpload(who string, u *apply.Upload) (*apply.File, error) {
	return h.Office.Finish(h.Context(), h.DB, h.Staff[who], at(u))
}

func (h *house) removeFile(who string, f *apply.File) (*apply.File, error) {
	return kept(h, who, func(ctx context.Context, tx *db.Tx) (*apply.File, error) {
		return apply.RemoveFile(ctx, tx, h.Office, apply.FileAt{Application: f.Application, File: f.ID})
	})
}

func at(u *apply.Upload) apply.UploadAt {
	return apply.UploadAt{Application: u.Application, Upload: u.ID}
}

// stored counts what the store of attachments holds.
func (h *house) stored() (n int) {
	for _, err := range h.Office.Blobs.List(h.Context()) {
		h.must(err)
		n++
	}
	return n
}

func sum(content []byte) blob.Hash {
	s := sha256.Sum256(content)
	return blob.Hash(hex.EncodeToString(s[:]))
}

// TestAttaching: who may hand in what, under which name, and what stays of a
// file that is refused.
func TestAttaching(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		sound := pdf("sound", 500)
		for _, one := range []struct {
			what, who, material, name string
			content                   []byte
			key                       string
		}{
			{"a file of the host", "host editor", "licence", "执照.pdf", pdf("licence", 500), ""},
			{"a file of the partner", "partner editor", "agreement", "协议.pdf", pdf("agreement", 500), ""},
			{"by another unit", "other admin", "licence", "a.pdf", sound, "apply.missing"},
			{"by the district", "district officer", "licence", "a.pdf", sound, "apply.missing"},
			{"by a visitor", "visitor", "licence", "a.pdf", sound, "apply.missing"},
			{"a material that is not asked for", "host editor", "nothing", "a.pdf", sound, "apply.no_material"},
			{"a material of a later stage", "host editor", "video", "a.mp4", sound, "apply.material_later"},
			{"another format by its name", "host editor", "licence", "a.docx", sound, "apply.file_format"},
			{"another format by its content", "host editor", "licence", "a.pdf", []byte("PK\x03\x04 no pdf"), "intake.damaged"},
			{"a program", "host editor", "licence", "a.pdf", append([]byte("MZ\x90\x00"), make([]byte, 500)...), "intake.runs"},
			{"nothing", "host editor", "licence", "a.pdf", nil, "intake.empty"},
			{"cut short", "host editor", "licence", "a.pdf", sound[:300], "intake.damaged"},
		} {
			before := h.stored()
			f, err := h.deliver(one.who, apply.Sending{Application: id, Material: one.material, Name: one.name}, one.content)
			h.want(one.what, err, one.key)
			if err != nil {
				if h.stored() != before {
					h.Errorf("%s: something was stored", one.what)
				}
				continue
			}
			if f.Hash != sum(one.content) || f.Type != "application/pdf" || f.GivenName != one.name || f.Owner != actor.UnitID(h.Staff[one.who].Unit) {
				h.Errorf("%s: %+v", one.what, f)
			}
		}
	})
}

// TestSameFile: the same bytes as the same material are one file, as another
// material another; what was removed comes back as a new one.
func TestSameFile(t *testing.T) {
	each(t, func(h *house) {
		id, content := h.Begin().ID, pdf("same", 500)
		first, err := h.deliver("host editor", apply.Sending{Application: id, Material: "licence", Name: "a.pdf"}, content)
		h.must(err)
		lines := h.count()
		again, err := h.deliver("second editor", apply.Sending{Application: id, Material: "licence", Name: "b.pdf"}, content)
		if h.must(err); again.ID != first.ID || len(h.Form(id).FilesOf("licence")) != 1 {
			h.Errorf("the same bytes made %+v beside %+v", again, first)
		}
		other, err := h.deliver("host editor", apply.Sending{Application: id, Material: "plan", Name: "a.pdf"}, content)
		if h.must(err); other.ID == first.ID {
			h.Error("another material took the same file")
		}
		_, err = h.removeFile("host editor", first)
		h.must(err)
		_, err = h.removeFile("host editor", first)
		h.want("removing again", err, "")
		if len(h.Form(id).FilesOf("licence")) != 0 {
			h.Error("it is still there")
		}
		back, err := h.deliver("host editor", apply.Sending{Application: id, Material: "licence", Name: "a.pdf"}, content)
		if h.must(err); back.ID == first.ID {
			h.Error("what was removed came back as it was")
		}
		if got := h.lines(lines); len(got) != 0 {
			h.Errorf("filling in left lines: %q", got)
		}
	})
}

// TestFilesAfterSubmitting: nothing changes while a version stands; what it
// names can be read afterwards, by those who may see it, whatever became of it.
func TestFilesAfterSubmitting(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		content := pdf("version", 500)
		f, err := h.deliver("host editor", apply.Sending{Application: id, Material: "licence", Name: "旧执照.pdf"}, content)
		h.must(err)
		v := h.submitted(id)
		_, err = h.deliver("host editor", apply.Sending{Application: id, Material: "licence", Name: "新.pdf"}, pdf("new", 500))
		h.want("a file while it is submitted", err, "apply.not_editable")
		_, err = h.announceFile("host editor", apply.Sending{Application: id, Material: "licence", Name: "新.pdf", Size: 9})
		h.want("an upload while it is submitted", err, "apply.not_editable")
		_, err = h.removeFile("host editor", f)
		h.want("removing while it is submitted", err, "apply.not_editable")
		_, err = h.withdraw("host admin", apply.Recall{Application: id})
		h.must(err)
		_, err = h.removeFile("partner editor", f)
		h.want("the partner removes a file of the host", err, "apply.not_your_file")
		_, err = h.removeFile("host editor", f)
		h.must(err)
		fresh, err := h.deliver("host editor", apply.Sending{Application: id, Material: "licence", Name: "新.pdf"}, pdf("new", 500))
		h.must(err)
		for _, one := range []struct {
			who  string
			file apply.FileID
			key  string
		}{
			{"host editor", f.ID, ""}, {"host editor", fresh.ID, ""}, {"partner editor", f.ID, ""}, {"partner editor", fresh.ID, ""},
			{"district officer", f.ID, ""}, {"district officer", fresh.ID, "apply.no_file"}, {"programme officer", f.ID, ""},
			{"other admin", f.ID, "apply.missing"}, {"abroad officer", f.ID, "apply.missing"}, {"visitor", f.ID, "apply.missing"},
			{"host editor", "nothing", "apply.no_file"}, {"host editor", "", "apply.no_file"}, {"host editor", "\x00", "apply.no_file"},
		} {
			got, err := db.View(h.Context(), h.DB, func(r db.Reader) (*apply.File, error) {
				s, err := apply.Find(h.Context(), r, h.Staff[one.who], id)
				if err != nil {
					return nil, err
				}
				return s.File(h.Context(), r, h.Staff[one.who], one.file)
			})
			h.want(one.who+" reads "+string(one.file), err, one.key)
			if err == nil && got.ID != one.file {
				h.Errorf("%s got %+v", one.who, got)
			}
		}
		named, err := db.View(h.Context(), h.DB, func(r db.Reader) ([]*apply.File, error) {
			return h.sight(id).FilesOf(h.Context(), r, v)
		})
		if h.must(err); len(named) == 0 || named[len(named)-1] == nil {
			h.Errorf("the version names %d files", len(named))
		}
		for _, one := range named {
			if one.ID == fresh.ID {
				h.Error("the version names what came after it")
			}
		}
	})
}

// TestForeignIDs: an upload or a file of one application is none of another's.
func TestForeignIDs(t *testing.T) {
	each(t, func(h *house) {
		mine, theirs := h.Begin().ID, h.Ready()
		f, err := h.deliver("host editor", apply.Sending{Application: theirs, Material: "licence", Name: "a.pdf"}, pdf("a", 500))
		h.must(err)
		u, err := h.announceFile("host editor", apply.Sending{Application: theirs, Material: "plan", Name: "a.pdf", Size: 100})
		h.must(err)
		f.Application, u.Application = mine, mine
		_, err = h.removeFile("host editor", f)
		h.want("removing under another application", err, "apply.no_file")
		_, err = h.sendPart("host editor", u, 0, strings.NewReader("x"))
		h.want("a part under another application", err, "apply.no_upload")
		_, err = h.finishUpload("host editor", u)
		h.want("ending under another application", err, "apply.no_upload")
		h.want("cancelling under another application", h.Office.Cancel(h.Context(), h.DB, h.Staff["host editor"], at(u)), "apply.no_upload")
		u.Application = theirs
		for _, who := range []string{"partner editor", "other admin", "district head", "visitor"} {
			want := "apply.missing"
			if who == "partner editor" {
				want = "apply.no_upload"
			}
			_, err = h.sendPart(who, u, 0, strings.NewReader("x"))
			h.want("a part by "+who, err, want)
			_, err = h.finishUpload(who, u)
			h.want("ending by "+who, err, want)
			h.want("cancelling by "+who, h.Office.Cancel(h.Context(), h.DB, h.Staff[who], at(u)), want)
		}
		if h.stored() == 0 {
			h.Error("nothing is stored")
		}
	})
}

// TestFileLimits: twenty files of a material, and so many bytes of an
// application.
func TestFileLimits(t *testing.T) {
	each(t, func(h *house) {
		id := h.Begin().ID
		for i := range 20 {
			_, err := h.deliver("host editor", apply.Sending{Application: id, Material: "licence", Name: "执照.pdf"}, pdf(itoa(i), 400))
			h.must(err)
		}
		_, err := h.deliver("host editor", apply.Sending{Application: id, Material: "licence", Name: "a.pdf"}, pdf("more", 400))
		h.want("one more", err, "apply.files_many")
		names := map[string]bool{}
		for _, f := range h.Form(id).FilesOf("licence") {
			names[f.Name] = true
		}
		if len(names) != 20 || !names["执照.pdf"] || !names["执照 (20).pdf"] {
			h.Errorf("names of files that came under the same: %v", names)
		}
	})
}

// A sick is a scanner that finds or says what a test wants.
type sick struct {
	virus string
	err   error
	read  int64
}

func (s *sick) Scan(_ context.Context, r io.Reader) (string, error) {
	n, err := io.Copy(io.Discard, r)
	s.read = n
	return s.virus, errors.Join(s.err, err)
}

// TestScanning: every byte goes to the scanner; what has a virus, or could not
// be asked about, is not accepted, whole or in parts.
func TestScanning(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id, content := h.Begin().ID, pdf("scanned", 5000)
	for _, one := range []struct {
		what string
		scan *sick
		key  string
	}{{"clean", &sick{}, ""}, {"a virus", &sick{virus: "Eicar"}, "intake.virus"}, {"no answer", &sick{err: errors.New("gone")}, "internal: gone"}} {
		h.Office.Scanner = one.scan
		before := h.stored()
		f, err := h.deliver("host editor", apply.Sending{Application: id, Material: "licence", Name: "a.pdf"}, content)
		h.want(one.what, err, one.key)
		if one.scan.read != int64(len(content)) {
			h.Errorf("%s: %d bytes were scanned", one.what, one.scan.read)
		}
		if err == nil {
			_, err = h.removeFile("host editor", f)
			h.must(err)
			before++
		}
		u, err := h.announceFile("host editor", apply.Sending{Application: id, Material: "licence", Name: "a.pdf", Size: int64(len(content))})
		h.must(err)
		_, err = h.sendPart("host editor", u, 0, bytes.NewReader(content))
		h.must(err)
		_, err = h.finishUpload("host editor", u)
		h.want(one.what+", in parts", err, one.key)
		left := before
		if one.scan.err != nil {
			left++ // it can be tried again
		}
		if h.stored() != left {
			h.Errorf("%s: %d contents are stored, want %d", one.what, h.stored(), left)
		}
	}
}

// TestWarnings: what an inspection found stays with the file.
func TestWarnings(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.Begin().ID
	content := bytes.Replace(pdf("author", 500), []byte("trailer<</Size 4"), []byte("5 0 obj<</Author(Wang)>>endobj trailer<</Size 4/Info 5 0 R"), 1)
	_, err := h.deliver("host editor", apply.Sending{Application: id, Material: "licence", Name: "a.pdf"}, content)
	h.must(err)
	found := h.Form(id).FilesOf("licence")[0].Found
	if found.Kind != intake.PDF || found.Type != "application/pdf" {
		h.Errorf("found %+v", found)
	}
}

// TestNames: a file is called by the rule of the call, as the facts stand now.
func TestNames(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id := h.Ready()
	fm := h.Form(id)
	m := fm.Material("licence")
	before := m.FileName
	m.FileName = "{direction}{centre.name}{nothing}"
	defer func() { m.FileName = before }()
	fm = h.Form(id)
	want := fm.Fields["centre.name"].ShownIn(fm.Package.Schema.Fact("centre.name"))
	name := fm.FilesOf("licence")[0].Name
	if !strings.HasSuffix(name, want+".pdf") || strings.HasPrefix(name, want) || strings.Contains(name, string(fm.Fields["direction"].Value)) {
		h.Errorf("it is called %q", name)
	}
	for _, w := range fm.Wanted(dbtest.Noon) {
		if w.ID == "licence" && (w.Need != apply.MustHandIn || !strings.Contains(w.Named, "{")) || w.ID == "video" && w.Need != apply.HandLater {
			h.Errorf("%+v", w)
		}
	}
}
