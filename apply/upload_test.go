package apply_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/apply"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

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

// A dying store fails at one of its calls, before it did what it was asked or
// afterwards, as if the process had been killed there.
type dying struct {
	blob.Store
	left  int
	after bool
}

var errDied = errors.New("killed")

func (d *dying) dies() bool {
	d.left--
	return d.left == 0
}

func (d *dying) Put(ctx context.Context, r io.Reader) (blob.Hash, int64, error) {
	dies := d.dies()
	if dies && !d.after {
		return "", 0, errDied
	}
	h, n, err := d.Store.Put(ctx, r)
	if dies {
		return "", 0, errDied
	}
	return h, n, err
}

func (d *dying) Delete(ctx context.Context, h blob.Hash) error {
	if d.dies() {
		return errDied
	}
	return d.Store.Delete(ctx, h)
}

// TestDyingInTheMiddle breaks an upload off at every call of the store and goes
// on with a sound one: the file is right, and no row names bytes that are not
// there.
func TestDyingInTheMiddle(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id, sound := h.Begin().ID, h.Office.Blobs
	died := 0
	for call := 1; call <= 9; call++ { // three parts, the file, and forgetting the parts
		for _, after := range []bool{false, true} {
			content := pdf(itoa(call), 4000+call)
			u, err := h.announceFile("host editor", apply.Sending{Application: id, Material: "plan", Name: "a.pdf", Size: int64(len(content))})
			h.must(err)
			store := &dying{sound, call, after}
			var f *apply.File
			for h.Office.Blobs = store; f == nil; {
				err := h.upload(u, content, &f)
				if err == nil {
					break
				}
				if died++; !errors.Is(err, errDied) {
					h.Fatalf("call %d: %v", call, err)
				}
				h.Office.Blobs = sound // another process
				_, err = h.Office.Sums(h.Context(), h.DB, h.Staff["host editor"], at(u))
				h.must(err)
			}
			h.Office.Blobs = sound
			if f.Hash != sum(content) {
				h.Errorf("call %d: it became %s", call, f.Hash)
			}
			h.must(blob.Check(h.Context(), sound, f.Hash))
			_, err = h.removeFile("host editor", f)
			h.must(err)
		}
	}
	if died < 8 {
		h.Errorf("it was broken off %d times only", died)
	}
}

// upload sends what is missing of a file, and ends it.
func (h *house) upload(u *apply.Upload, content []byte, f **apply.File) error {
	now, err := db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Upload, error) {
		return apply.FindUpload(h.Context(), r, h.Staff["host editor"], at(u))
	})
	for err == nil && now.Received < now.Size {
		end := min(now.Received+1500, now.Size)
		now, err = h.sendPart("host editor", u, now.Received, bytes.NewReader(content[now.Received:end]))
	}
	if err == nil {
		*f, err = h.finishUpload("host editor", u)
	}
	return err
}

// TestSamePartTwice: two uploads of the same bytes have nothing in common: to
// cancel one takes nothing from the other.
func TestSamePartTwice(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	id, content := h.Begin().ID, pdf("twice", 2000)
	var both [2]*apply.Upload
	for i, material := range []string{"plan", "licence"} {
		u, err := h.announceFile("host editor", apply.Sending{Application: id, Material: material, Name: "a.pdf", Size: int64(len(content))})
		h.must(err)
		_, err = h.sendPart("host editor", u, 0, bytes.NewReader(content))
		h.must(err)
		both[i] = u
	}
	h.must(h.Office.Cancel(h.Context(), h.DB, h.Staff["host editor"], at(both[0])))
	if f, err := h.finishUpload("host editor", both[1]); err != nil || f.Hash != sum(content) {
		h.Errorf("the other became %+v, %v", f, err)
	}
}
