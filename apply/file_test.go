package apply_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

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
				return s.FileOf(h.Context(), r, h.Staff[one.who], one.file)
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

// TestResuming cuts the line at a hundred places: the file is right all the
// same, and nothing but the file is left.
func TestResuming(t *testing.T) {
	each(t, func(h *house) {
		id := h.Begin().ID
		content := pdf("resumed", 900_000)
		random := rand.New(rand.NewPCG(1, 2))
		u, err := h.announceFile("host editor", apply.Sending{Application: id, Material: "plan", Name: "方案.pdf", Size: int64(len(content))})
		h.must(err)
		cuts, gone := 0, errors.New("the line is cut")
		for u.Received < u.Size {
			rest := content[u.Received:]
			rest = rest[:min(len(rest), 2+random.IntN(20_000))]
			if cuts < 100 {
				cuts++
				_, err := h.sendPart("host editor", u, u.Received, io.MultiReader(bytes.NewReader(rest[:random.IntN(len(rest))]), failing{gone}))
				if !errors.Is(err, gone) {
					h.Fatalf("a part that was cut: %v", err)
				}
				if cuts%3 != 0 {
					continue
				}
			}
			_, err := h.sendPart([]string{"host editor", "second editor"}[cuts%2], u, u.Received, bytes.NewReader(rest))
			h.must(err)
			if u, err = db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Upload, error) {
				return apply.FindUpload(h.Context(), r, h.Staff["host editor"], at(u))
			}); err != nil {
				h.Fatal(err)
			}
		}
		u, err = h.Office.Sums(h.Context(), h.DB, h.Staff["host editor"], at(u))
		h.must(err)
		for _, p := range u.Parts {
			if p.Sum != sum(content[p.Position:p.Position+p.Size]) {
				h.Errorf("the sum of the part at %d is wrong", p.Position)
			}
		}
		f, err := h.finishUpload("host editor", u)
		if h.must(err); f.Hash != sum(content) || f.Size != int64(len(content)) || cuts != 100 {
			h.Errorf("%d cuts made %+v, want %s", cuts, f, sum(content))
		}
		again, err := h.finishUpload("host editor", u)
		if h.must(err); again.ID != f.ID {
			h.Errorf("ending again gave %s, not %s", again.ID, f.ID)
		}
		if n := h.stored(); n != 1 {
			h.Errorf("%d contents are stored, want the file alone", n)
		}
		h.must(blob.Check(h.Context(), h.Office.Blobs, f.Hash))
	})
}

// failing is a line that is cut.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestParts: in order and out of it, twice, too much, too little.
func TestParts(t *testing.T) {
	each(t, func(h *house) {
		id, content := h.Begin().ID, pdf("parts", 3000)
		size := int64(len(content))
		u, err := h.announceFile("host editor", apply.Sending{Application: id, Material: "plan", Name: "方案.pdf", Size: size})
		h.must(err)
		for _, one := range []struct {
			what     string
			from, to int64
			key      string
			stands   int64
		}{
			{"with a gap", 1000, 2000, "apply.upload_gap", 0},
			{"before the beginning", -1, 10, "apply.upload_gap", 0},
			{"the first", 0, 1000, "", 1000},
			{"the first again", 0, 1000, "", 1000},
			{"one that overlaps", 500, 1500, "", 1000},
			{"an empty one", 1000, 1000, "intake.empty", 1000},
			{"with a gap again", 1001, 2000, "apply.upload_gap", 1000},
			{"beyond the end", 1000, size + 1, "apply.upload_beyond", 1000},
			{"the rest", 1000, size, "", size},
			{"behind the end", size, size + 1, "apply.upload_beyond", size},
			{"the first once more", 0, 1000, "", size},
		} {
			if one.what == "the rest" {
				_, err := h.finishUpload("host editor", u)
				h.want("ending early", err, "apply.upload_short")
			}
			bytesOf := append(bytes.Clone(content), 'x')
			got, err := h.sendPart("host editor", u, one.from, bytes.NewReader(bytesOf[max(0, one.from):min(one.to, int64(len(bytesOf)))]))
			h.want(one.what, err, one.key)
			if err == nil && got.Received != one.stands {
				h.Errorf("%s: it stands at %d, want %d", one.what, got.Received, one.stands)
			}
		}
		if n := h.stored(); n != 2 {
			h.Errorf("%d parts are stored, want 2", n)
		}
		h.must(h.Office.Cancel(h.Context(), h.DB, h.Staff["host editor"], at(u)))
		_, err = h.finishUpload("host editor", u)
		h.want("ending what was cancelled", err, "apply.no_upload")
		if n := h.stored(); n != 0 {
			h.Errorf("%d parts are left", n)
		}
	})
}

// TestTwoTabs sends the same file from many tabs at once into one upload: one
// file comes of it, sound, and no part is left.
func TestTwoTabs(t *testing.T) {
	each(t, func(h *house) {
		id, content := h.Begin().ID, pdf("tabs", 40_000)
		u, err := h.announceFile("host editor", apply.Sending{Application: id, Material: "plan", Name: "方案.pdf", Size: int64(len(content))})
		h.must(err)
		var all sync.WaitGroup
		got := make([]*apply.File, 4)
		for tab := range got {
			all.Go(func() {
				step := int64(3000 + 700*tab)
				for at := int64(0); at < u.Size; {
					end := min(at+step, u.Size)
					now, err := h.sendPart("host editor", u, at, bytes.NewReader(content[at:end]))
					if err != nil {
						if key(err) != "apply.no_upload" {
							t.Errorf("tab %d: %v", tab, err)
						}
						return
					}
					at = now.Received
				}
				f, err := h.finishUpload("host editor", u)
				if err != nil {
					t.Errorf("tab %d: %v", tab, err)
				}
				got[tab] = f
			})
		}
		all.Wait()
		for tab, f := range got {
			if f == nil || f.ID != got[0].ID || f.Hash != sum(content) {
				h.Errorf("tab %d got %+v", tab, f)
			}
		}
		if n := h.stored(); n != 1 {
			h.Errorf("%d contents are stored, want the file alone", n)
		}
	})
}

// TestAnnouncing: what cannot be right is refused before anything is sent.
func TestAnnouncing(t *testing.T) {
	each(t, func(h *house) {
		id := h.Begin().ID
		for _, one := range []struct {
			what, who string
			in        apply.Sending
			key       string
		}{
			{"sound", "host editor", apply.Sending{Material: "plan", Name: "a.pdf", Size: 50 << 20}, ""},
			{"a name without an ending", "host editor", apply.Sending{Material: "plan", Name: "a", Size: 9}, ""},
			{"an ending in capitals", "host editor", apply.Sending{Material: "plan", Name: "A.PDF", Size: 9}, ""},
			{"too large", "host editor", apply.Sending{Material: "plan", Name: "a.pdf", Size: 50<<20 + 1}, "intake.large"},
			{"enormous", "host editor", apply.Sending{Material: "plan", Name: "a.pdf", Size: 1<<63 - 1}, "intake.large"},
			{"empty", "host editor", apply.Sending{Material: "plan", Name: "a.pdf"}, "intake.empty"},
			{"less than nothing", "host editor", apply.Sending{Material: "plan", Name: "a.pdf", Size: -1}, "intake.empty"},
			{"another ending", "host editor", apply.Sending{Material: "plan", Name: "a.exe", Size: 9}, "apply.file_format"},
			{"an ending behind what turns the reading", "host editor", apply.Sending{Material: "plan", Name: "a\u202efdp.exe", Size: 9}, "apply.file_format"},
			{"a material of a later stage", "host editor", apply.Sending{Material: "slides", Name: "a.pptx", Size: 9}, "apply.material_later"},
			{"no material", "host editor", apply.Sending{Material: "", Name: "a.pdf", Size: 9}, "apply.no_material"},
			{"by another unit", "other admin", apply.Sending{Material: "plan", Name: "a.pdf", Size: 9}, "apply.missing"},
			{"by a visitor", "visitor", apply.Sending{Material: "plan", Name: "a.pdf", Size: 9}, "apply.missing"},
			{"of nothing", "host editor", apply.Sending{Application: "nothing", Material: "plan", Name: "a.pdf", Size: 9}, "apply.missing"},
		} {
			if one.in.Application == "" {
				one.in.Application = id
			}
			_, err := h.announceFile(one.who, one.in)
			h.want(one.what, err, one.key)
		}
		for i := range 37 {
			_, err := h.announceFile("host editor", apply.Sending{Application: id, Material: "licence", Name: itoa(i) + ".pdf", Size: 9})
			h.must(err)
		}
		_, err := h.announceFile("host editor", apply.Sending{Application: id, Material: "licence", Name: "a.pdf", Size: 9})
		h.want("too many at once", err, "apply.uploads_many")
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

// TestForgetting: an upload is swept with its parts when it is seven days old,
// and not before; a file that came of one stays.
func TestForgetting(t *testing.T) {
	each(t, func(h *house) {
		id, content := h.Begin().ID, pdf("kept", 2000)
		done, err := h.announceFile("host editor", apply.Sending{Application: id, Material: "plan", Name: "a.pdf", Size: int64(len(content))})
		h.must(err)
		_, err = h.sendPart("host editor", done, 0, bytes.NewReader(content))
		h.must(err)
		f, err := h.finishUpload("host editor", done)
		h.must(err)
		left, err := h.announceFile("host editor", apply.Sending{Application: id, Material: "licence", Name: "a.pdf", Size: 5000})
		h.must(err)
		// The bytes are those of the file: deleting the part must not delete it.
		_, err = h.sendPart("host editor", left, 0, bytes.NewReader(content))
		h.must(err)
		h.clock.Set(dbtest.Noon.Add(7*24*time.Hour - time.Second))
		h.must(apply.ForgetUploads(h.Context(), h.DB, h.Office.Blobs))
		if n := h.stored(); n != 2 {
			h.Errorf("%d contents, want the file and the part", n)
		}
		h.clock.Set(dbtest.Noon.Add(7*24*time.Hour + time.Second))
		h.must(apply.ForgetUploads(h.Context(), h.DB, h.Office.Blobs))
		if n := h.stored(); n != 1 {
			h.Errorf("%d contents, want the file alone", n)
		}
		h.must(blob.Check(h.Context(), h.Office.Blobs, f.Hash))
		_, err = h.sendPart("host editor", left, 2000, strings.NewReader("x"))
		h.want("going on with what was forgotten", err, "apply.no_upload")
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
