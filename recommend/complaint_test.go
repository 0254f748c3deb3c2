package recommend_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"shenbao/actor"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/recommend"
)

// aComplaint is a complaint with words that must not be found anywhere.
func (h *house) aComplaint() recommend.ComplaintEntry {
	return recommend.ComplaintEntry{Call: h.Call.ID, About: "某某咨询公司张三", Story: "自称能包过，要价八万元", Contact: "李四 13800001111"}
}

// complain files a complaint, as a stranger does.
func (h *house) complain(e recommend.ComplaintEntry) (string, error) {
	h.Helper()
	return applytest.Do(h.House, "visitor", func(ctx context.Context, tx *db.Tx) (string, error) { return recommend.Complain(ctx, tx, h.office, e) })
}

func (h *house) complaints(who string, f recommend.ComplaintFilter) ([]*recommend.Complaint, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) ([]*recommend.Complaint, error) {
		return recommend.ListComplaints(h.Context(), r, h.Staff[who], f)
	})
}

func (h *house) complaint(who string, id recommend.ComplaintID) (*recommend.Complaint, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Complaint, error) {
		return recommend.FindComplaint(h.Context(), r, h.Staff[who], recommend.ComplaintQuery{Office: h.office, ID: id})
	})
}

func (h *house) byToken(token string) (*recommend.Complaint, error) {
	return db.View(h.Context(), h.DB, func(r db.Reader) (*recommend.Complaint, error) {
		return recommend.ComplaintByToken(h.Context(), r, recommend.ComplaintQuery{Office: h.office, Token: token})
	})
}

func TestComplaint(t *testing.T) {
	inHouse(t, func(h *house) {
		h.Hire("foreign programme officer", "", actor.Visitor)
		by := h.Staff["foreign programme officer"]
		_, err := db.Update(t.Context(), h.DB, db.System, func(tx *db.Tx) (*actor.Membership, error) {
			return actor.Grant(t.Context(), tx, actor.PersonID(by.Person), actor.Offer{Unit: h.Units["district"].ID, Role: actor.ProgrammeOfficer, Scope: actor.Scope{"shanxi-tic-2024"}})
		})
		h.must(err)
		by.Unit, by.Role = string(h.Units["district"].ID), string(actor.ProgrammeOfficer)
		h.Staff["foreign programme officer"] = by
		before := len(dbtest.Lines(t, h.DB))
		e := h.aComplaint()
		f, err := h.office.ReceiveEvidence(t.Context(), db.NewID(), recommend.Scan{Name: "转账截图.png", Data: onePixel})
		h.must(err)
		e.Files = []recommend.ComplaintFile{f}
		token, err := h.complain(e)
		h.must(err)
		all, err := h.complaints("district officer", recommend.ComplaintFilter{})
		if err != nil || len(all) != 1 || all[0].State != recommend.ComplaintOpen || all[0].About != "" || !all[0].Reachable {
			t.Fatalf("the list: %+v, %v", all, err)
		}
		id := all[0].ID
		for _, who := range []string{"district officer", "district head", "programme officer"} {
			c, err := h.complaint(who, id)
			if err != nil || c.About != e.About || c.Story != e.Story || len(c.Files) != 1 || c.Files[0].Name != "转账截图.png" {
				t.Errorf("%s sees %+v, %v", who, c, err)
			}
			told, err := db.View(t.Context(), h.DB, func(r db.Reader) ([]inbox.Notice, error) {
				return inbox.List(t.Context(), r, h.Staff[who].Person, "", 9)
			})
			if err != nil || len(told) != 1 || told[0].Link != "/complaints/"+string(id) || strings.Contains(told[0].Text("zh"), "张三") {
				t.Errorf("%s is told %+v, %v", who, told, err)
			}
		}
		for _, who := range []string{"city officer", "province head", "abroad officer", "host admin", "visitor", "foreign programme officer"} {
			if who != "visitor" {
				told, err := db.View(t.Context(), h.DB, func(r db.Reader) ([]inbox.Notice, error) {
					return inbox.List(t.Context(), r, h.Staff[who].Person, "", 9)
				})
				if err != nil || len(told) != 0 {
					t.Errorf("%s is told %+v, %v", who, told, err)
				}
			}
			if c, err := h.complaint(who, id); err == nil || fault.Of(err).Key != "recommend.complaint.missing" {
				t.Errorf("%s sees %+v, %v", who, c, err)
			}
			if all, err := h.complaints(who, recommend.ComplaintFilter{}); err == nil && len(all) > 0 {
				t.Errorf("%s lists %+v", who, all)
			}
		}

		// By the link: how it stands, and nothing of what it says.
		c, err := h.byToken(token)
		if err != nil || c.State != recommend.ComplaintOpen || c.About+c.Story+c.Answer != "" || c.Files != nil {
			t.Errorf("by the link: %+v, %v", c, err)
		}
		for _, wrong := range []string{"", "x", token + "x", token[1:], strings.ToUpper(token), "' OR 1=1 --"} {
			if _, err := h.byToken(wrong); err == nil || fault.Of(err).Kind != fault.Missing {
				t.Errorf("by %q: %v", wrong, err)
			}
		}

		reveal := func(who string) (string, error) {
			return applytest.Do(h.House, who, func(ctx context.Context, tx *db.Tx) (string, error) {
				return recommend.RevealComplainant(ctx, tx, h.office, id)
			})
		}
		if contact, err := reveal("district officer"); err != nil || contact != e.Contact {
			t.Errorf("the address: %q, %v", contact, err)
		}
		_, err = reveal("city officer")
		h.want("another office reveals", err, "recommend.complaint.missing")
		file, err := applytest.Do(h.House, "district head", func(ctx context.Context, tx *db.Tx) (*recommend.ComplaintFile, error) {
			return h.office.NoteEvidence(ctx, tx, id, f.ID)
		})
		h.must(err)
		if content, err := h.office.Evidence(t.Context(), file); err != nil || string(content) != string(onePixel) || file.Type != "image/png" {
			t.Errorf("the evidence: %d bytes of %s, %v", len(content), file.Type, err)
		}

		answer := func(who, text string) error {
			_, err := applytest.Do(h.House, who, func(ctx context.Context, tx *db.Tx) (*recommend.Complaint, error) {
				return recommend.AnswerComplaint(ctx, tx, h.office, recommend.ComplaintAnswer{Complaint: id, Text: text})
			})
			return err
		}
		h.want("nothing", answer("district officer", " \n"), "recommend.complaint.no_answer")
		h.want("too much", answer("district officer", strings.Repeat("长", recommend.MaxStory+1)), "recommend.long")
		h.want("another office", answer("province officer", "已核实"), "recommend.complaint.missing")
		h.must(answer("district officer", "已核实，移交市场监管部门"))
		h.want("twice", answer("district head", "再答"), "recommend.complaint.answered")
		if c, err := h.byToken(token); err != nil || c.State != recommend.ComplaintAnswered || c.Answer != "已核实，移交市场监管部门" {
			t.Errorf("the answer by the link: %+v, %v", c, err)
		}
		if all, _ := h.complaints("district officer", recommend.ComplaintFilter{State: recommend.ComplaintOpen}); len(all) != 0 {
			t.Errorf("still open: %+v", all)
		}
		lines := dbtest.Lines(t, h.DB)[before:]
		if !slices.Equal(lines, []string{"recommend.complain", "recommend.reveal_complainant", "recommend.open_evidence", "recommend.answer_complaint"}) {
			t.Errorf("lines %v", lines)
		}
	})
}

// At rest nothing of a complaint can be read, and nothing says who filed it.
func TestComplaintsAreSealed(t *testing.T) {
	inHouse(t, func(h *house) {
		e := h.aComplaint()
		f, err := h.office.ReceiveEvidence(t.Context(), db.NewID(), recommend.Scan{Name: "张三转账.txt", Data: []byte("张三收款八万元")})
		h.must(err)
		e.Files = []recommend.ComplaintFile{f}
		_, err = h.complain(e)
		h.must(err)
		_, err = db.View(t.Context(), h.DB, func(r db.Reader) (int, error) {
			var stored, by string
			err := r.QueryRow(t.Context(), `
				SELECT k.about || k.story || k.contact || k.token || f.name || f.hash || j.payload || j.subject || n.args, j.person || j.unit || ':' || j.role
				FROM complaints k JOIN complaint_files f ON f.complaint = k.id JOIN journal j ON j.subject = 'complaint:' || k.id JOIN notices n ON n.link = '/complaints/' || k.id`).
				Scan(&stored, &by)
			if by != ":visitor" {
				t.Errorf("filed by %q", by)
			}
			for _, word := range []string{"张三", "八万", "李四", "1380000"} {
				if strings.Contains(stored, word) {
					t.Errorf("the database tells %q: %s", word, stored)
				}
			}
			return 0, err
		})
		h.must(err)
		for entry, err := range h.office.Blobs.List(t.Context()) {
			h.must(err)
			from, err := h.office.Blobs.Open(t.Context(), entry.Hash)
			h.must(err)
			var b strings.Builder
			buf := make([]byte, 1<<16)
			n, _ := from.Read(buf)
			b.Write(buf[:n])
			from.Close()
			if strings.Contains(b.String(), "张三") {
				t.Errorf("a stored file tells it")
			}
		}
	})
}

func TestWhatIsNoComplaint(t *testing.T) {
	inHouse(t, func(h *house) {
		for key, change := range map[string]func(e *recommend.ComplaintEntry){
			"recommend.complaint.about": func(e *recommend.ComplaintEntry) { e.About = " \u202e\x00 " },
			"recommend.complaint.story": func(e *recommend.ComplaintEntry) { e.Story = "\n\n" },
			"recommend.complaint.files": func(e *recommend.ComplaintEntry) { e.Files = make([]recommend.ComplaintFile, 4) },
			"call.missing":              func(e *recommend.ComplaintEntry) { e.Call = "nothing" },
		} {
			e := h.aComplaint()
			change(&e)
			_, err := h.complain(e)
			h.want(key, err, key)
		}
		for _, field := range []func(e *recommend.ComplaintEntry) *string{
			func(e *recommend.ComplaintEntry) *string { return &e.About }, func(e *recommend.ComplaintEntry) *string { return &e.Story },
			func(e *recommend.ComplaintEntry) *string { return &e.Contact }} {
			e := h.aComplaint()
			*field(&e) = strings.Repeat("长", recommend.MaxStory+1)
			_, err := h.complain(e)
			h.want("too long", err, "recommend.long")
		}
		for name, data := range map[string]string{"程序.exe": "MZ\x90\x00", "页面.html": "<script>alert(1)</script>", "改名.pdf": "MZ\x90\x00", "空.txt": "", "假.png": "not a picture",
			"大.txt": strings.Repeat("x", recommend.MaxEvidenceSize+1)} {
			if _, err := h.office.ReceiveEvidence(t.Context(), db.NewID(), recommend.Scan{Name: name, Data: []byte(data)}); err == nil || fault.Of(err).Kind != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// Two who answer at once give one answer.
func TestAnsweringAtOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		_, err := h.complain(h.aComplaint())
		h.must(err)
		all, err := h.complaints("district officer", recommend.ComplaintFilter{})
		h.must(err)
		var wait sync.WaitGroup
		var mu sync.Mutex
		done := 0
		for _, who := range []string{"district officer", "district head", "programme officer", "district officer", "district head"} {
			wait.Go(func() {
				_, err := applytest.Do(h.House, who, func(ctx context.Context, tx *db.Tx) (*recommend.Complaint, error) {
					return recommend.AnswerComplaint(ctx, tx, h.office, recommend.ComplaintAnswer{Complaint: all[0].ID, Text: who})
				})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					done++
				} else if fault.Of(err).Kind != fault.Conflict {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if done != 1 {
			t.Errorf("%d answers", done)
		}
	})
}
