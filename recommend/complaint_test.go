package recommend_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

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
		if err != nil || c.State != recommend.ComplaintOpen || c.About+c.Story != "" || c.Messages != nil || c.Files != nil {
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
			return h.answer(who, recommend.ComplaintAnswer{Complaint: id, Text: text})
		}
		h.want("nothing", answer("district officer", " \n"), "recommend.complaint.no_answer")
		h.want("too much", answer("district officer", strings.Repeat("长", recommend.MaxStory+1)), "recommend.long")
		h.want("another office", answer("province officer", "已核实"), "recommend.complaint.missing")
		h.must(answer("district officer", "已核实，移交市场监管部门"))
		h.want("twice", answer("district head", "再答"), "recommend.complaint.answered")
		if c, err := h.byToken(token); err != nil || c.State != recommend.ComplaintAnswered || len(c.Messages) != 1 || c.Messages[0].Text != "已核实，移交市场监管部门" {
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

// answer answers a complaint as an officer who has seen so many messages.
func (h *house) answer(who string, y recommend.ComplaintAnswer) error {
	_, err := applytest.Do(h.House, who, func(ctx context.Context, tx *db.Tx) (*recommend.Complaint, error) {
		return recommend.AnswerComplaint(ctx, tx, h.office, y)
	})
	return err
}

// follow says more by a link.
func (h *house) follow(token, text string) error {
	_, err := applytest.Do(h.House, "visitor", func(ctx context.Context, tx *db.Tx) (int, error) {
		return 0, recommend.FollowComplaint(ctx, tx, h.office, recommend.ComplaintFollowUp{Token: token, Text: text})
	})
	return err
}

// An answered complaint is followed up by whoever has its link, and answered
// again, by turns; everything stays, in order and with its time.
func TestFollowingUp(t *testing.T) {
	inHouse(t, func(h *house) {
		token, err := h.complain(h.aComplaint())
		h.must(err)
		other, err := h.complain(h.aComplaint())
		h.must(err)
		all, err := h.complaints("district officer", recommend.ComplaintFilter{})
		h.must(err)
		id, filed := all[1].ID, all[1].Filed
		before := len(dbtest.Lines(t, h.DB))
		told := func(who string) int {
			n, err := db.View(t.Context(), h.DB, func(r db.Reader) ([]inbox.Notice, error) {
				return inbox.List(t.Context(), r, h.Staff[who].Person, "", 50)
			})
			h.must(err)
			for _, one := range n {
				if strings.Contains(one.Text("zh"), "张三") {
					t.Errorf("%s is told %s", who, one.Text("zh"))
				}
			}
			return len(n)
		}
		had := told("district head")
		states := func(what string, want ...int) {
			h.Helper()
			for i, state := range []string{recommend.ComplaintOpen, recommend.ComplaintAnswered} {
				all, err := h.complaints("district officer", recommend.ComplaintFilter{State: state})
				if h.must(err); len(all) != want[i] {
					t.Errorf("%s: %d are %s, want %d", what, len(all), state, want[i])
				}
			}
		}
		pass := func() time.Time { h.Clock().Add(time.Hour); return h.Clock().Now() }

		h.want("before any answer", h.follow(token, "催一下"), "recommend.complaint.waits")
		one := pass()
		h.must(h.answer("district officer", recommend.ComplaintAnswer{Complaint: id, Text: "已核实，未发现"}))
		states("answered", 1, 1)
		for _, wrong := range []string{"", "x", token + "x", strings.ToUpper(token), string(id)} {
			h.want("by "+wrong, h.follow(wrong, "x"), "recommend.complaint.missing")
		}
		h.want("nothing", h.follow(token, " \u202e\n"), "recommend.complaint.no_message")
		h.want("too much", h.follow(token, strings.Repeat("长", recommend.MaxStory+1)), "recommend.long")
		two := pass()
		h.must(h.follow(token, "张三又来要钱了"))
		states("followed up", 2, 0)
		if n := told("district head"); n != had+1 {
			t.Errorf("the head is told %d times of it", n-had)
		}
		if n := told("city officer"); n != 0 {
			t.Errorf("another office is told %d times", n)
		}
		h.want("twice", h.follow(token, "再说一遍"), "recommend.complaint.waits")
		h.want("by who has not seen it", h.answer("district head", recommend.ComplaintAnswer{Complaint: id, Text: "再答"}), "recommend.complaint.answered")
		h.want("another office", h.answer("city officer", recommend.ComplaintAnswer{Complaint: id, Seen: 2, Text: "再答"}), "recommend.complaint.missing")
		three := pass()
		h.must(h.answer("district head", recommend.ComplaintAnswer{Complaint: id, Seen: 2, Text: "已移交公安"}))
		states("answered again", 1, 1)

		want := []recommend.ComplaintMessage{{Number: 1, Side: recommend.SideOffice, Text: "已核实，未发现", Said: one}, {Number: 2, Side: recommend.SideComplainant, Text: "张三又来要钱了", Said: two},
			{Number: 3, Side: recommend.SideOffice, Text: "已移交公安", Said: three}}
		same := func(what string, c *recommend.Complaint, err error) {
			h.Helper()
			h.must(err)
			if !slices.EqualFunc(c.Messages, want, func(a, b recommend.ComplaintMessage) bool {
				return a.Number == b.Number && a.Side == b.Side && a.Text == b.Text && a.Said.Equal(b.Said)
			}) || !c.Filed.Equal(filed) || !c.Asked.Equal(two) || !c.Answered.Equal(three) || c.State != recommend.ComplaintAnswered {
				t.Errorf("%s: %+v", what, c)
			}
		}
		c, err := h.byToken(token)
		same("by the link", c, err)
		if c.About+c.Story != "" {
			t.Errorf("by the link: %+v", c)
		}
		c, err = h.complaint("programme officer", id)
		same("the office", c, err)
		if c, err := h.byToken(other); err != nil || c.Messages != nil || c.State != recommend.ComplaintOpen || !c.Asked.Equal(c.Filed) || !c.Answered.IsZero() {
			t.Errorf("the other complaint: %+v, %v", c, err)
		}
		lines := dbtest.Lines(t, h.DB)[before:]
		if !slices.Equal(lines, []string{"recommend.answer_complaint", "recommend.follow_complaint", "recommend.answer_complaint"}) {
			t.Errorf("lines %v", lines)
		}
		h.saidByNobody(id)
	})
}

// saidByNobody asks that nothing tells who followed up, nor what.
func (h *house) saidByNobody(id recommend.ComplaintID) {
	h.Helper()
	_, err := db.View(h.Context(), h.DB, func(r db.Reader) (int, error) {
		var by, stored string
		err := r.QueryRow(h.Context(), `
			SELECT j.person || j.unit || ':' || j.role || m.person, j.payload || m.text FROM journal j JOIN complaint_messages m ON j.subject = 'complaint:' || m.complaint
			WHERE j.verb = 'recommend.follow_complaint' AND m.number = 2 AND m.complaint = $1`, id).Scan(&by, &stored)
		if err == nil && (by != ":visitor" || strings.Contains(stored, "张三")) {
			h.Errorf("followed up by %q: %s", by, stored)
		}
		return 0, err
	})
	h.must(err)
}

// Whoever follows up twice at once does it once, while an office that answers at
// once answers once: the two sides take turns, whatever comes first.
func TestFollowingUpAtOnce(t *testing.T) {
	inHouse(t, func(h *house) {
		token, err := h.complain(h.aComplaint())
		h.must(err)
		c, err := h.byToken(token)
		h.must(err)
		for round := range 4 {
			seen := int64(2 * round)
			answer := func() error {
				return h.answer("district officer", recommend.ComplaintAnswer{Complaint: c.ID, Seen: seen, Text: "答"})
			}
			if got := race(answer, answer, answer); got[""] != 1 || got["recommend.complaint.answered"] != 2 {
				t.Fatalf("round %d: answers %v", round, got)
			}
			follow := func() error { return h.follow(token, "问") }
			if got := race(follow, follow, follow); got[""] != 1 || got["recommend.complaint.waits"] != 2 {
				t.Fatalf("round %d: follow-ups %v", round, got)
			}
		}
		c, err = h.byToken(token)
		h.must(err)
		for i, m := range c.Messages {
			if m.Number != int64(i)+1 || (m.Side == recommend.SideOffice) != (i%2 == 0) {
				t.Errorf("message %d: %+v", i, m)
			}
		}
		if len(c.Messages) != 8 {
			t.Errorf("%d messages", len(c.Messages))
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
