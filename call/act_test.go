package call

import (
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/locale"
)

func TestLifeOfACall(t *testing.T) {
	inHouse(t, func(h *house) {
		ctx := h.Context()
		officer, head := h.hire("district", actor.Officer), h.hire("district", actor.Head)
		n := h.count()
		c := h.draft(officer, "")
		if c.State != Drafted || c.Place != "370114" || c.Year != 2024 || !c.Closes.Equal(at(12, 2, 17, 0)) || !c.Opens.Equal(at(11, 27, 9, 0)) {
			h.Errorf("draft %+v", c)
		}
		if _, err := h.find(db.Visitor, c.ID); err == nil {
			h.Error("a visitor sees a draft")
		}
		_, err := h.find(h.hire("city", actor.Officer), c.ID)
		h.want("another authority's draft", err, "call.missing")
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) {
			return Schedule(ctx, tx, Slot{c.ID, "expert", at(12, 9, 9, 0), at(12, 10, 17, 0)})
		})
		h.must(err)
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) { return Publish(ctx, tx, c.ID, " ") })
		h.must(err)
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) { return Publish(ctx, tx, c.ID, "") })
		h.want("again", err, "call.not_draft")
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) { return Schedule(ctx, tx, Slot{Call: c.ID, Stage: "expert"}) })
		h.want("published is not edited", err, "call.not_draft")
		c, err = h.find(db.Visitor, c.ID)
		h.must(err)
		w, _ := c.Stage("expert")
		if c.State != Published || !w.Until.Equal(at(12, 10, 17, 0)) || !w.NoticeUntil.IsZero() || c.Phase(h.clock().Now()) != Closing {
			h.Errorf("published %+v, %+v", c, w)
		}
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) { return Withdraw(ctx, tx, c.ID, "\u200b ") })
		h.want("withdrawn without a reason", err, "call.reason")
		_, err = h.do(head, func(tx *db.Tx) (*Call, error) { return Withdraw(ctx, tx, c.ID, "省里暂停申报") })
		h.must(err)
		c, err = h.find(db.Visitor, c.ID)
		h.must(err)
		if c.State != Withdrawn || c.Reason != "省里暂停申报" || c.Open("system_open", h.clock().Now()) {
			h.Errorf("withdrawn %+v", c)
		}
		for _, ext := range []string{"call.draft", "call.schedule", "call.publish", "call.withdraw"} {
			if !slices.Contains(h.lines(n), ext) {
				h.Errorf("no line %s in %v", ext, h.lines(n))
			}
		}
	})
}

func TestADraftThatIsWithdrawnStaysHidden(t *testing.T) {
	inHouse(t, func(h *house) {
		officer := h.hire("district", actor.Officer)
		c := h.draft(officer, "")
		_, err := h.do(officer, func(tx *db.Tx) (*Call, error) { return Withdraw(h.Context(), tx, c.ID, "作废") })
		h.must(err)
		_, err = h.find(db.Visitor, c.ID)
		h.want("a visitor", err, "call.missing")
		_, err = h.find(officer, c.ID)
		h.want("the issuer", err, "")
		err = h.as(db.System, func(tx *db.Tx) error { return Keep(h.Context(), tx, c.ID, "t", []byte("{}")) })
		h.want("keeping for it", err, "call.missing")
	})
}

// What can become a call, and of whom.
func TestWhatCanBeDrafted(t *testing.T) {
	h := build(t, sqlite(t))
	ctx := t.Context()
	draft := func(by db.By, id string) error {
		v := version(t, id)
		return h.as(by, func(tx *db.Tx) error { _, err := Draft(ctx, tx, v, ""); return err })
	}
	officer := h.hire("district", actor.Officer)
	h.want("the district's own", draft(officer, "shandong-tic-2024"), "")
	h.want("a second round", draft(officer, "shandong-tic-2024"), "")
	h.want("by the city above", draft(h.hire("city", actor.Officer), "shandong-tic-2024"), "")
	h.want("one of the city, passed on", draft(officer, "jinan-2019/social"), "")
	h.want("of another province", draft(officer, "shanxi-tic-2024"), "call.region")
	h.want("a guide", draft(h.hire("city", actor.Officer), "jinan-2019"), "call.guide")
	h.want("an action plan", draft(h.hire("province", actor.Head), "shandong-plan-2024"), "call.no_call")
	h.want("by a visitor", draft(db.Visitor, "shandong-tic-2024"), "actor.missing")
	h.want("by finance", draft(h.hire("district", actor.Finance), "shandong-tic-2024"), "actor.missing")
	v, other := version(t, "shandong-tic-2024"), version(t, "qingdao-tic-2019")
	v.Archive = other.Archive
	if err := h.as(officer, func(tx *db.Tx) error { _, err := Draft(ctx, tx, v, ""); return err }); err == nil {
		t.Error("a call with the copy of another package")
	}
}

func TestExtension(t *testing.T) {
	inHouse(t, func(h *house) {
		ctx := h.Context()
		officer, head, other := h.hire("district", actor.Officer), h.hire("district", actor.Head), h.hire("district", actor.Head)
		c := h.publish(officer)
		propose := func(by db.By, until time.Time, reason string) (*Call, error) {
			return h.do(by, func(tx *db.Tx) (*Call, error) {
				return ProposeExtension(ctx, tx, Proposal{c.ID, "system_open", until, reason})
			})
		}
		approve := func(by db.By, id string) error {
			return h.as(by, func(tx *db.Tx) error { _, err := ApproveExtension(ctx, tx, c.ID, id); return err })
		}
		_, err := propose(officer, at(12, 2, 17, 0), "x")
		h.want("to where it is", err, "call.earlier")
		_, err = propose(officer, at(12, 1, 17, 0), "x")
		h.want("backwards", err, "call.earlier")
		_, err = propose(officer, at(12, 5, 17, 0), " ")
		h.want("without a reason", err, "call.reason")
		_, err = propose(officer, at(12, 5, 17, 0), strings.Repeat("长", 501))
		h.want("with a long one", err, "call.reason_long")
		_, err = propose(h.hire("city", actor.Head), at(12, 5, 17, 0), "x")
		h.want("by another authority", err, "call.missing")
		n := h.count()
		p, err := propose(officer, at(12, 5, 17, 0), "系统故障一天")
		h.must(err)
		first := p.Extensions[0].ID
		if seen, _ := h.find(db.Visitor, c.ID); len(seen.Extensions) != 0 || !seen.Closes.Equal(at(12, 2, 17, 0)) {
			h.Errorf("a visitor sees a proposal: %+v", seen.Extensions)
		}
		if seen, _ := h.find(head, c.ID); len(seen.Extensions) != 1 {
			h.Error("the head does not see the proposal")
		}
		h.want("approved by an officer", approve(h.hire("district", actor.Officer), first), "actor.refused")
		p, err = propose(head, at(12, 6, 17, 0), "再延")
		h.must(err)
		own := p.Extensions[1].ID
		h.want("approved by who proposed it", approve(head, own), "call.two_people")
		h.want("approved", approve(head, first), "")
		h.want("approved again", approve(other, first), "call.approved")
		h.want("another one of the old end", approve(other, own), "call.moved")
		if got := strings.Join(h.lines(n), " "); !strings.HasSuffix(got, "call.propose_extension call.approve_extension") {
			h.Errorf("lines %s", got)
		}
		seen, err := h.find(db.Visitor, c.ID)
		h.must(err)
		if len(seen.Extensions) != 1 || seen.Extensions[0].Reason != "系统故障一天" || seen.Extensions[0].Reopens || !seen.Closes.Equal(at(12, 5, 17, 0)) {
			h.Errorf("a visitor sees %+v", seen)
		}
		h.clock().Set(at(12, 6, 9, 0)) // over
		p, err = propose(officer, at(12, 7, 17, 0), "截止后系统又故障")
		h.must(err)
		h.want("reopened", approve(head, p.Extensions[len(p.Extensions)-1].ID), "")
		if seen, _ = h.find(db.Visitor, c.ID); !seen.Extensions[1].Reopens || !seen.Open("system_open", at(12, 7, 16, 59)) {
			h.Errorf("reopened: %+v", seen.Extensions)
		}
		p, err = propose(officer, at(12, 8, 17, 0), "迟批")
		h.must(err)
		h.clock().Set(at(12, 8, 17, 0))
		h.want("approved too late to help", approve(head, p.Extensions[len(p.Extensions)-1].ID), "call.past")
	})
}

// An amendment takes the place of a call and keeps what it promised.
func TestAmendment(t *testing.T) {
	inHouse(t, func(h *house) {
		ctx := h.Context()
		officer, head := h.hire("district", actor.Officer), h.hire("district", actor.Head)
		c := h.publish(officer)
		p, err := h.do(officer, func(tx *db.Tx) (*Call, error) {
			return ProposeExtension(ctx, tx, Proposal{c.ID, "system_open", at(12, 5, 17, 0), "系统故障"})
		})
		h.must(err)
		_, err = h.do(head, func(tx *db.Tx) (*Call, error) { return ApproveExtension(ctx, tx, c.ID, p.Extensions[0].ID) })
		h.must(err)
		a := h.draft(officer, c.ID)
		if !a.Closes.Equal(at(12, 5, 17, 0)) {
			h.Errorf("the amendment ends at %v: the extension is lost", a.Closes)
		}
		b := h.draft(officer, c.ID)
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) {
			return Schedule(ctx, tx, Slot{a.ID, "system_open", at(11, 27, 9, 0), at(12, 3, 17, 0)})
		})
		h.must(err)
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) { return Publish(ctx, tx, a.ID, "") })
		h.want("an amendment that ends earlier", err, "call.amend_earlier")
		n := h.count()
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) { return Publish(ctx, tx, b.ID, "") })
		h.must(err)
		if got := strings.Join(h.lines(n), " "); got != "call.publish call.replace" {
			h.Errorf("lines %s", got)
		}
		old, err := h.find(db.Visitor, c.ID)
		h.must(err)
		if old.State != Replaced || old.ReplacedBy != b.ID || old.Open("system_open", h.clock().Now()) {
			h.Errorf("the old call is %+v", old)
		}
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) { return Publish(ctx, tx, a.ID, "") })
		h.want("a second amendment of the same call", err, "call.not_published")
		list, err := db.View(ctx, h.db, func(r db.Reader) ([]*Call, error) { return List(ctx, r, Filter{}) })
		h.must(err)
		if len(list) != 1 || list[0].ID != b.ID {
			h.Errorf("%d calls are listed", len(list))
		}
	})
}

// The notice of a made-up text, compared with the package.
func TestAttach(t *testing.T) {
	inHouse(t, func(h *house) {
		ctx := h.Context()
		officer := h.hire("district", actor.Officer)
		c := h.draft(officer, "")
		attach := func(f File) (*Call, error) {
			return h.do(officer, func(tx *db.Tx) (*Call, error) {
				p, err := h.shelf.Package(ctx, tx, c.Hash)
				if err != nil {
					return nil, err
				}
				return Attach(ctx, tx, c.ID, p, f)
			})
		}
		text := func(name, text string) File {
			return File{Hash: blob.Sum([]byte(text)), Name: name, Size: int64(len(text)), Type: "text/plain", Text: text}
		}
		scan, err := attach(File{Hash: blob.Sum([]byte("scan")), Name: `C:\x\..\通知` + "\u202egpj.pdf", Size: 4, Type: "application/pdf"})
		h.must(err)
		if a := scan.Attachments[0]; a.Name != "通知gpj.pdf" || scan.Faults() != 0 {
			h.Errorf("%+v", a)
		}
		_, err = attach(File{Hash: blob.Sum([]byte("scan")), Name: "again.pdf"})
		h.want("the same again", err, "call.attached")
		main := text("通知.txt", "关于申报的通知\n一、条件\n依托单位近三年研发费用不少于2000万元。\n")
		got, err := attach(main)
		h.must(err)
		if got.Faults() != 1 || got.OfficialText() != "" {
			h.Errorf("a text without the annexes: %d faults, %q", got.Faults(), got.OfficialText())
		}
		_, err = h.do(officer, func(tx *db.Tx) (*Call, error) { return Publish(ctx, tx, c.ID, "") })
		h.want("published with faults and no reason", err, "call.faults")
		annex := text("附件.txt", "山东省技术创新中心建设方案编写提纲\n摘要\n2024年山东省技术创新中心推荐汇总表\n序号\n")
		got, err = attach(annex)
		h.must(err)
		if got.Faults() < 10 || got.OfficialText() != main.Text+"\n\n"+annex.Text || got.Attachments[1].Faults != got.Faults() {
			h.Errorf("both together: %d faults, %q", got.Faults(), got.OfficialText())
		}
		report, err := db.View(ctx, h.db, func(r db.Reader) (*programmeReport, error) { return Compared(ctx, r, c.ID) })
		h.must(err)
		if report.OK || len(report.Faults) != got.Faults() && len(report.Faults) != maxReported {
			h.Errorf("the report that was kept has %d faults", len(report.Faults))
		}
		pub, err := h.do(officer, func(tx *db.Tx) (*Call, error) { return Publish(ctx, tx, c.ID, "原文系节选") })
		h.must(err)
		if pub.Reason != "原文系节选" {
			h.Errorf("reason %q", pub.Reason)
		}
		seen, err := h.find(db.Visitor, c.ID)
		h.must(err)
		p, err := db.View(ctx, h.db, func(r db.Reader) (*programmePackage, error) { return h.shelf.Package(ctx, r, seen.Hash) })
		h.must(err)
		all, err := Clauses(p, seen.OfficialText(), locale.ZH)
		h.must(err)
		beside := 0
		for _, c := range all {
			beside += len(c.Official)
		}
		if len(all) != 89 || beside == 0 {
			h.Errorf("%d clauses, %d sentences beside them", len(all), beside)
		}
	})
}

func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{
		"../../etc/passwd": "passwd", `..\x.docx`: "x.docx", "": "file", "...": "file", "/": "file", "a\x00b.pdf": "ab.pdf",
		"a\r\nContent-Type: x.txt": "a_Content-Type_ x.txt", `a"b.pdf`: "a_b.pdf", "\xff.txt": "_.txt",
	} {
		if got := cleanName(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	if got := cleanName(strings.Repeat("长", 300) + ".docx"); len([]rune(got)) != maxName || !strings.HasSuffix(got, ".docx") {
		t.Errorf("a long name: %q", got)
	}
}

// Windows end with the instant at which they end, to the millisecond, on both
// databases.
func TestBoundaries(t *testing.T) {
	inHouse(t, func(h *house) {
		ctx := h.Context()
		c := h.publish(h.hire("district", actor.Officer))
		opens, closes := at(11, 27, 9, 0), at(12, 2, 17, 0)
		for _, b := range []struct {
			now   time.Time
			open  bool
			phase Phase
		}{
			{opens.Add(-time.Millisecond), false, Upcoming}, {opens, true, Closing}, {opens.Add(time.Millisecond), true, Closing},
			{closes.Add(-time.Millisecond), true, Closing}, {closes, false, Closed}, {closes.Add(time.Millisecond), false, Closed},
			{closes.Add(archivedIn - time.Millisecond), false, Closed}, {closes.Add(archivedIn), false, Archived},
		} {
			h.clock().Set(b.now)
			seen, err := h.find(db.Visitor, c.ID)
			h.must(err)
			if seen.Open("system_open", h.clock().Now()) != b.open || seen.Phase(h.clock().Now()) != b.phase {
				h.Errorf("at %v: open %v, phase %s", b.now.In(clock.Zone), !b.open, seen.Phase(h.clock().Now()))
			}
			for _, phase := range []Phase{Upcoming, Open, Closing, Closed, Archived} {
				list, err := db.View(ctx, h.db, func(r db.Reader) ([]*Call, error) { return List(ctx, r, Filter{Phase: phase}) })
				h.must(err)
				want := phase == b.phase || phase == Open && b.open || phase == Closed && b.phase == Archived
				if (len(list) == 1) != want {
					h.Errorf("at %v the list of %s has %d calls", b.now.In(clock.Zone), phase, len(list))
				}
			}
		}
	})
}

func TestOpenWithoutAWindow(t *testing.T) {
	c := &Call{State: Published, Windows: []Window{{Stage: "always"}, {Stage: "from", From: at(11, 27, 9, 0)}}}
	for stage, want := range map[string]bool{"always": true, "from": false, "none": false} {
		if c.Open(stage, at(11, 1, 0, 0)) != want {
			t.Errorf("%s is open: %v", stage, !want)
		}
	}
	c.State = Withdrawn
	if c.Open("always", at(11, 1, 0, 0)) {
		t.Error("a withdrawn call is open")
	}
}
