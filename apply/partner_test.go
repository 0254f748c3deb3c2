package apply_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/inbox"
	"shenbao/internal/sample"
)

func (h *house) invite(who string, id apply.ID, code string) (*apply.Partner, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Partner, error) {
		return apply.Invite(ctx, tx, h.Office, apply.Invitation{Application: id, Code: code})
	})
}

func (h *house) decline(who string, g apply.Refusal) (*apply.Partner, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Partner, error) {
		return apply.AnswerInvitation(ctx, tx, g)
	})
}

func (h *house) confirm(who string, g apply.Confirmation) (*apply.Partner, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Partner, error) {
		return apply.ConfirmPart(ctx, tx, h.Office, g)
	})
}

func (h *house) removePartner(who string, id apply.ID, unit string) (*apply.Partner, error) {
	return do(h, who, func(ctx context.Context, tx *db.Tx) (*apply.Partner, error) {
		return apply.RemovePartner(ctx, tx, h.Office, apply.Removal{Application: id, Unit: h.Units[unit].ID})
	})
}

// partnerIn is how a unit of the house stands to an application.
func (h *house) partnerIn(id apply.ID, unit string) *apply.Partner {
	return h.Form(id).PartnerOf(h.Units[unit].ID)
}

// partOf is the hash of what a unit of the house answers for.
func (h *house) partOf(id apply.ID, unit string) string {
	fm := h.Form(id)
	return fm.Part(fm.PartnerOf(h.Units[unit].ID))
}

// typed saves one value over whatever stands there.
func (h *house) typed(who string, id apply.ID, input, text string) error {
	field, _, _ := cutLast(input)
	_, err := h.save(who, apply.Saving{Application: id, Tab: db.NewID(), Typed: map[string]string{input: text}, Mine: map[string]struct{}{field: {}, input: {}}})
	return err
}

func cutLast(s string) (string, string, bool) {
	i := strings.LastIndex(s, "/")
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// putPartner brings the partner of a copy into a state. Of other states it is
// that of put.
func (h *house) putPartner(ready apply.ID, state string) apply.ID {
	h.Helper()
	code := h.Units["partner"].Code
	switch state {
	case "unasked", "asked", "lapsed", "declined", "removed", "brought", "late", "dropped call":
	default:
		return h.put(ready, state)
	}
	id := h.put(ready, "ready")
	switch state {
	case "lapsed":
		h.must(h.typed("host editor", id, h.naming(id)+"/prior", ""))
	case "unasked", "removed", "asked":
		_, err := h.removePartner("host editor", id, "partner")
		h.must(err)
	case "declined":
		_, err := h.decline("partner admin", apply.Refusal{Application: id, Reason: "另有安排"})
		h.must(err)
	case "brought":
		h.must(h.typed("partner editor", id, "staff/"+db.NewID()+"/name", "王明远"))
	}
	if state == "asked" {
		_, err := h.invite("host editor", id, code)
		h.must(err)
	}
	return id
}

// naming is the row that names the partner.
func (h *house) naming(id apply.ID) string {
	fm := h.Form(id)
	return fm.Naming(fm.PartnerOf(h.Units["partner"].ID)).Name
}

// playPartners is play with the states of the partner.
func playPartners(t *testing.T, scenarios []scenario, act func(h *house, who string, id apply.ID) error) {
	each(t, func(h *house) {
		ready := h.Ready()
		for _, sc := range scenarios {
			id := h.putPartner(ready, sc.state)
			before, n := h.whole(id), h.count()
			err := act(h, sc.who, id)
			if key(err) != sc.key {
				h.Errorf("%s, by %s to %s: %q (%v), want %q", sc.name, sc.who, sc.state, key(err), err, sc.key)
			}
			if got := h.lines(n); !slices.Equal(got, sc.lines) {
				h.Errorf("%s, by %s to %s: the journal gained %q, want %q", sc.name, sc.who, sc.state, got, sc.lines)
			}
			if after := h.whole(id); err != nil && after != before {
				h.Errorf("%s, by %s to %s: it failed and left\n%s\nit was\n%s", sc.name, sc.who, sc.state, after, before)
			}
		}
	})
}

func TestInviting(t *testing.T) {
	line := []string{"apply.invite"}
	playPartners(t, slices.Concat([]scenario{
		{"a unit of the list", "host editor", "unasked", "", line},
		{"by the admin", "host admin", "unasked", "", line},
		{"again after it was removed", "host editor", "removed", "", line},
		{"again after it declined", "host editor", "declined", "", line},
		{"again after its part changed", "host editor", "lapsed", "", line},
		{"twice", "host editor", "asked", "apply.invited_already", nil},
		{"after it confirmed", "host editor", "ready", "apply.invited_already", nil},
		{"into an empty draft", "host editor", "empty", "", line},
		{"into what was returned", "host admin", "returned", "apply.invited_already", nil},
		{"by the partner", "partner admin", "ready", "apply.missing", nil},
		{"by an authority", "district head", "returned", "apply.missing", nil},
	}, over("host editor"), strangers("ready")), func(h *house, who string, id apply.ID) error {
		_, err := h.invite(who, id, h.Units["partner"].Code)
		return err
	})
}

func TestWhoCanBeInvited(t *testing.T) {
	each(t, func(h *house) {
		id := h.Begin().ID
		_, err := do(h, "district head", func(ctx context.Context, tx *db.Tx) (*actor.Unit, error) {
			return actor.CloseUnit(ctx, tx, h.Units["other"].ID, "已注销")
		})
		h.must(err)
		for _, c := range []struct{ name, code, key string }{
			{"nothing", "", "chinacode.credit_length"},
			{"what is no code", "91370000MA000000", "chinacode.credit_length"},
			{"a code with a typing error", "91370000MA0000001X", "chinacode.credit_check"},
			{"a unit that is not registered", sample.Units()[2].Code, "apply.invite_unknown"},
			{"the host itself", h.Units["host"].Code, "apply.invite_self"},
			{"a closed unit", h.Units["other"].Code, "apply.invite_closed"},
			{"a code with spaces and small letters", " " + strings.ToLower(h.Units["partner"].Code) + " ", ""},
		} {
			n := h.count()
			_, err := h.invite("host editor", id, c.code)
			if got := key(err); got != c.key && !(strings.HasPrefix(c.key, "chinacode.") && strings.HasPrefix(got, "chinacode.")) {
				h.Errorf("%s: %q (%v), want %q", c.name, got, err, c.key)
			}
			if err != nil && h.count() != n {
				h.Errorf("%s left %q", c.name, h.lines(n))
			}
		}
		if f := h.Form(id); f.Naming(h.partnerIn(id, "partner")) == nil || len(f.Members()) != 1 {
			h.Errorf("the list of units does not name the partner: %+v", f.Members())
		}
	})
}

func TestConfirming(t *testing.T) {
	line := []string{"apply.confirm_part"}
	playPartners(t, slices.Concat([]scenario{
		{"what it was asked for", "partner admin", "asked", "", line},
		{"what changed since", "partner admin", "lapsed", "", line},
		{"with rows of its own", "partner admin", "brought", "", line},
		{"twice", "partner admin", "ready", "apply.answered", nil},
		{"by its editor", "partner editor", "asked", "actor.refused", nil},
		{"by the host", "host admin", "asked", "apply.missing", nil},
		{"after it declined", "partner admin", "declined", "apply.answered", nil},
		{"after it was removed", "partner admin", "removed", "apply.missing", nil},
	}, over("partner admin"), strangers("ready")), func(h *house, who string, id apply.ID) error {
		part := ""
		if s, err := h.sees("host admin", id); err == nil && h.Form(s.ID).PartnerOf(h.Units["partner"].ID) != nil {
			part = h.partOf(id, "partner")
		}
		_, err := h.confirm(who, apply.Confirmation{Application: id, Part: part})
		return err
	})
}

func TestDeclining(t *testing.T) {
	line := []string{"apply.answer"}
	playPartners(t, slices.Concat([]scenario{
		{"an invitation", "partner admin", "asked", "", line},
		{"after it confirmed", "partner admin", "ready", "", line},
		{"with rows of its own", "partner admin", "brought", "", line},
		{"twice", "partner admin", "declined", "apply.answered", nil},
		{"by its editor", "partner editor", "asked", "actor.refused", nil},
		{"by the host", "host admin", "asked", "apply.missing", nil},
		{"after it was removed", "partner admin", "removed", "apply.missing", nil},
	}, over("partner admin"), strangers("ready")), func(h *house, who string, id apply.ID) error {
		_, err := h.decline(who, apply.Refusal{Application: id, Reason: "另有安排"})
		return err
	})
}

func TestRemoving(t *testing.T) {
	line := []string{"apply.remove_partner"}
	playPartners(t, slices.Concat([]scenario{
		{"one that waits", "host editor", "asked", "", line},
		{"one that confirmed", "host admin", "ready", "", line},
		{"one that declined", "host editor", "declined", "", line},
		{"one that brought rows", "host editor", "brought", "apply.partner_brought", nil},
		{"twice", "host editor", "removed", "apply.removed_already", nil},
		{"one that was never asked", "host editor", "empty", "apply.no_partner", nil},
		{"by the partner", "partner admin", "ready", "apply.missing", nil},
	}, over("host editor"), strangers("ready")), func(h *house, who string, id apply.ID) error {
		_, err := h.removePartner(who, id, "partner")
		return err
	})
}

// Nobody is asked and nobody answers when it is too late, to the millisecond.
func TestPartnersAreLate(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		asked, closes := h.putPartner(ready, "asked"), h.sight(ready).Until(h.Call)
		for off, want := range map[time.Duration]string{0: "apply.late", time.Millisecond: "apply.late"} {
			h.clock.Set(closes.Add(off))
			_, err := h.invite("host editor", asked, h.Units["other"].Code)
			h.want("invite", err, want)
			_, err = h.confirm("partner admin", apply.Confirmation{Application: asked, Part: h.partOf(asked, "partner")})
			h.want("confirm", err, want)
			_, err = h.decline("partner admin", apply.Refusal{Application: asked, Reason: "r"})
			h.want("decline", err, want)
			_, err = h.removePartner("host editor", asked, "partner")
			h.want("remove", err, want)
		}
		h.clock.Set(closes.Add(-time.Millisecond))
		_, err := h.confirm("partner admin", apply.Confirmation{Application: asked, Part: h.partOf(asked, "partner")})
		h.want("a millisecond before", err, "")
	})
}

// A confirmation holds for what was confirmed, and for nothing else.
func TestAConfirmationLapses(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		for name, change := range map[string]func(id apply.ID) error{
			"the host changes its row": func(id apply.ID) error { return h.typed("host editor", id, h.naming(id)+"/prior", "") },
			"it changes its row":       func(id apply.ID) error { return h.typed("partner editor", id, h.naming(id)+"/prior", "") },
			"it adds a row": func(id apply.ID) error {
				return h.typed("partner editor", id, "staff/"+db.NewID()+"/name", "王明远")
			},
			"the host takes its row out": func(id apply.ID) error { return h.dropRow("host editor", id, h.naming(id)) },
		} {
			id := h.put(ready, "ready")
			h.must(change(id))
			if fm := h.Form(id); fm.Stands(fm.PartnerOf(h.Units["partner"].ID)) {
				h.Errorf("%s, and the confirmation stands", name)
			}
			_, err := h.submit("host admin", apply.Submission{Application: id, Key: db.NewID(), Pledges: apply.Pledges, Acknowledged: true})
			h.want(name+": submit", err, "apply.blocked")
		}
		for name, change := range map[string]func(id apply.ID) error{
			"the host writes elsewhere": func(id apply.ID) error { return h.typed("host editor", id, "summary.remark", "附") },
			"the host adds a row":       func(id apply.ID) error { return h.typed("host editor", id, "staff/"+db.NewID()+"/name", "李文静") },
		} {
			id := h.put(ready, "ready")
			h.must(change(id))
			if fm := h.Form(id); !fm.Stands(fm.PartnerOf(h.Units["partner"].ID)) {
				h.Errorf("%s, and the confirmation does not stand", name)
			}
		}
	})
}

func (h *house) dropRow(who string, id apply.ID, row string) error {
	_, err := h.save(who, apply.Saving{Application: id, Tab: db.NewID(), Drop: map[string]struct{}{row: {}}, Mine: map[string]struct{}{row: {}}})
	return err
}

// What a partner may write: its own rows, and its own row of the list of units.
func TestWhatAPartnerWrites(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		row, hosts, staff := h.naming(id), "", ""
		for name, f := range h.Form(id).Fields {
			switch {
			case f.Empty():
			case strings.HasPrefix(name, "units/") && name != row:
				hosts = name
			case strings.HasPrefix(name, "staff/") && !strings.HasSuffix(name, "/complete"):
				staff = name
			}
		}
		own := "staff/" + db.NewID()
		for _, c := range []struct{ input, text, key string }{
			{own + "/name", "王明远", ""},
			{own + "/name", "王明达", ""},
			{row + "/prior", "", ""},
			{row + "/unit", h.Units["other"].Code, "apply.not_your_part"},
			{row + "/unit", "", "apply.not_your_part"},
			{hosts + "/prior", "", "apply.not_your_part"},
			{staff + "/name", "赵六", "apply.not_your_part"},
			{"units/" + db.NewID() + "/unit", h.Units["other"].Code, "apply.not_your_part"},
			{"summary.remark", "附", "apply.host_fills"},
			{"staff/complete", "", "apply.host_fills"},
			{"outline/meaning", "意义", "apply.host_fills"},
		} {
			h.want(c.input+" = "+c.text, h.typed("partner editor", id, c.input, c.text), c.key)
		}
		h.want("take its row out of the list", h.dropRow("partner editor", id, row), "apply.not_your_part")
		h.want("take its own row out", h.dropRow("partner editor", id, own), "")
		h.want("the host corrects the partner's row", h.typed("host editor", id, row+"/prior", "true"), "")
	})
}

// Once it declined or was taken out, a unit neither sees nor writes anything.
func TestWhoIsOutSeesNothing(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		for _, state := range []string{"declined", "removed"} {
			id := h.putPartner(ready, state)
			for _, who := range []string{"partner admin", "partner editor"} {
				_, err := h.sees(who, id)
				h.want(state+": "+who+" sees", err, "apply.missing")
				h.want(state+": "+who+" writes", h.typed(who, id, "staff/"+db.NewID()+"/name", "王"), "apply.missing")
				if l := h.list(who); slices.Contains(l, id) {
					h.Errorf("%s: it is in the list of %s", state, who)
				}
			}
			_, err := h.invite("host editor", id, h.Units["partner"].Code)
			h.must(err)
			if l := h.list("partner editor"); !slices.Contains(l, id) {
				h.Errorf("%s: it was invited again and is not in the list", state)
			}
		}
	})
}

func (h *house) list(who string) (out []apply.ID) {
	h.Helper()
	l, err := db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Listing, error) {
		return apply.List(h.Context(), r, h.Staff[who], apply.Filter{Limit: 200})
	})
	h.must(err)
	for _, e := range l.Entries {
		out = append(out, e.ID)
	}
	return out
}

// Of several who answer at once one is first, and the others are told.
func TestAnswersRace(t *testing.T) {
	each(t, func(h *house) {
		h.Hire("second partner admin", "partner", actor.UnitAdmin)
		ready := h.Ready()
		for range 5 {
			id := h.putPartner(ready, "asked")
			n, part := h.count(), h.partOf(id, "partner")
			acts := []func() error{
				func() error {
					_, err := h.confirm("partner admin", apply.Confirmation{Application: id, Part: part})
					return err
				},
				func() error {
					_, err := h.confirm("second partner admin", apply.Confirmation{Application: id, Part: part})
					return err
				},
				func() error {
					_, err := h.decline("second partner admin", apply.Refusal{Application: id, State: apply.Invited, Reason: "另有安排"})
					return err
				},
			}
			keys := make([]string, len(acts))
			var wg sync.WaitGroup
			for i, act := range acts {
				wg.Go(func() { keys[i] = key(act()) })
			}
			wg.Wait()
			slices.Sort(keys)
			if want := []string{"", "apply.answered", "apply.answered"}; !slices.Equal(keys, want) {
				h.Errorf("the answers were %q", keys)
			}
			if got := h.lines(n); len(got) != 1 {
				h.Errorf("the journal gained %q", got)
			}
		}
	})
}

// Two people of the host ask the same unit at once: it is asked once.
func TestInvitationsRace(t *testing.T) {
	each(t, func(h *house) {
		id := h.Begin().ID
		keys := make([]string, 2)
		var wg sync.WaitGroup
		for i, who := range []string{"host editor", "second editor"} {
			wg.Go(func() {
				_, err := h.invite(who, id, h.Units["partner"].Code)
				keys[i] = key(err)
			})
		}
		wg.Wait()
		slices.Sort(keys)
		if !slices.Equal(keys, []string{"", "apply.invited_already"}) || len(h.Form(id).Members()) != 1 {
			h.Errorf("%q, %+v", keys, h.Form(id).Members())
		}
	})
}

// Nothing of a unit that takes no part is submitted, and no partner is passed
// over by giving it another role.
func TestWhatPartnersHoldUp(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		blocked := func(name string, id apply.ID, want string) {
			h.Helper()
			fm, keys := h.Form(id), []string{}
			for _, m := range fm.Members() {
				if k, _ := fm.Lacks(m); k != "" {
					keys = append(keys, strings.TrimPrefix(k, "apply.issue."))
				}
			}
			if got := strings.Join(keys, " "); got != want {
				h.Errorf("%s: %q, want %q", name, got, want)
			}
			_, err := h.submit("host admin", apply.Submission{Application: id, Key: db.NewID(), Pledges: apply.Pledges, Acknowledged: true})
			if want != "" {
				h.want(name+": submit", err, "apply.blocked")
			}
		}
		for state, want := range map[string]string{"ready": "", "asked": "not_confirmed", "lapsed": "part_changed", "declined": "declined", "brought": "part_changed"} {
			blocked(state, h.putPartner(ready, state), want)
		}
		id := h.putPartner(ready, "brought")
		_, err := h.decline("partner admin", apply.Refusal{Application: id, Reason: "另有安排"})
		h.must(err)
		blocked("declined with rows", id, "brought")
		h.must(h.dropRow("host editor", id, h.naming(id)))
		blocked("declined with rows and in no list", id, "brought")

		id = h.put(ready, "ready")
		h.must(h.dropRow("host editor", id, h.naming(id)))
		blocked("confirmed, and in no row", id, "unnamed")
		id = h.put(ready, "ready")
		twin := "units/" + db.NewID()
		h.must(h.typed("host editor", id, twin+"/unit", h.Units["other"].Code))
		h.must(h.typed("host editor", id, twin+"/role", "lead"))
		blocked("another host", id, "not_invited")
		h.must(h.typed("host editor", id, twin+"/unit", h.Units["partner"].Code))
		blocked("twice", id, "part_changed twice")
		h.must(h.typed("host editor", id, twin+"/unit", "某大学"))
		blocked("without a code", id, "no_code")
	})
}

// Everybody concerned is told, in their inbox, and nobody else.
func TestPartnersAreTold(t *testing.T) {
	each(t, func(h *house) {
		id := h.Begin().ID
		_, err := h.invite("host editor", id, h.Units["partner"].Code)
		h.must(err)
		_, err = h.confirm("partner admin", apply.Confirmation{Application: id, Part: h.partOf(id, "partner")})
		h.must(err)
		_, err = h.decline("partner admin", apply.Refusal{Application: id, Reason: "另有安排"})
		h.must(err)
		_, err = h.invite("host editor", id, h.Units["partner"].Code)
		h.must(err)
		_, err = h.removePartner("host editor", id, "partner")
		h.must(err)
		for who, want := range map[string]string{"partner admin": "invited invited removed", "partner editor": "invited invited removed",
			"host admin": "confirmed declined", "second editor": "confirmed declined", "other admin": ""} {
			if got := h.told(who); got != want {
				h.Errorf("%s was told %q, want %q", who, got, want)
			}
		}
	})
}

// told are the notices to somebody about partners, the oldest first.
func (h *house) told(who string) string {
	h.Helper()
	page, err := db.View(h.Context(), h.DB, func(r db.Reader) ([]inbox.Notice, error) {
		return inbox.List(h.Context(), r, h.Staff[who].Person, "", 50)
	})
	h.must(err)
	var keys []string
	for _, n := range page {
		if strings.Contains(n.Text("zh"), "{") {
			h.Errorf("a notice says %s", n.Text("zh"))
		}
		keys = append(keys, strings.TrimPrefix(n.Key, "apply.notice."))
	}
	slices.Reverse(keys)
	return strings.Join(keys, " ")
}

// The row of the host has the role that the form gives to hosts.
func TestTheHostsRow(t *testing.T) {
	h := newHouse(t, dbtest.SQLite(t))
	fm := h.Form(h.Begin().ID)
	list := fm.UnitsList()
	rows := fm.Rows(list.Code)
	row := struct{ Role string }{}
	if len(rows) != 1 || json.Unmarshal(fm.Fields[list.Code+"/"+rows[0]].Value, &row) != nil || row.Role != "lead" {
		t.Errorf("the list of units begins with %s", fm.Fields[list.Code+"/"+rows[0]].Value)
	}
}

// The plan that is given to those who read it is the file; without one, what was
// written; of a version, what it holds.
func TestPlanText(t *testing.T) {
	each(t, func(h *house) {
		plan := func(id apply.ID, number int64) *apply.Plan {
			p, err := db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Plan, error) {
				s, err := apply.Find(h.Context(), r, h.Staff["host admin"], id)
				if err != nil {
					return nil, err
				}
				return apply.PlanText(h.Context(), r, h.Office, apply.PlanAt{Sight: s, Number: number})
			})
			h.must(err)
			return p
		}
		id := h.Ready()
		h.submitted(id)
		_, err := h.withdraw("host admin", apply.Recall{Application: id})
		h.must(err)
		h.must(h.typed("host editor", id, "outline/meaning", "建设意义重大"))
		if p := plan(id, 0); p.File == nil || len(p.Sections) != 7 {
			h.Errorf("with a file: %+v", p)
		}
		for _, f := range h.Form(id).FilesOf("plan") {
			_, err := h.removeFile("host editor", f)
			h.must(err)
		}
		p := plan(id, 0)
		if p.File != nil || len(p.Sections) != 7 || p.Sections[1].Text != "建设意义重大" || p.Sections[0].Chars < 2000 || !strings.Contains(p.Text, "一、建设意义\n建设意义重大") {
			h.Errorf("what was written: %.200q", p.Text)
		}
		_, err = h.submit("host admin", applytest.Submission(id))
		h.want("with one section of seven", err, "apply.blocked")
		for _, s := range p.Sections[2:] {
			h.must(h.typed("host editor", id, s.Input, s.Name+"的内容"))
		}
		v := h.submitted(id)
		if p := plan(id, v.Number); p.File != nil || p.Sections[6].Text != "六、保障措施的内容" || p.Sections[0].Chars < 2000 {
			h.Errorf("version %d: %+v", v.Number, p.Sections)
		}
		if p := plan(id, 1); p.File == nil {
			h.Errorf("the first version had a file: %+v", p.Sections)
		}
	})
}

// Nobody confirms what changed while they looked, or what names them nowhere.
func TestNobodyConfirmsUnseen(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		id := h.putPartner(ready, "asked")
		seen := h.partOf(id, "partner")
		h.must(h.typed("host editor", id, h.naming(id)+"/prior", "true"))
		n := h.count()
		for _, part := range []string{seen, "", "x"} {
			_, err := h.confirm("partner admin", apply.Confirmation{Application: id, Part: part})
			h.want("confirm "+part, err, "apply.part_moved")
		}
		h.must(h.dropRow("host editor", id, h.naming(id)))
		_, err := h.confirm("partner admin", apply.Confirmation{Application: id, Part: h.partOf(id, "partner")})
		h.want("in no row", err, "apply.part_unnamed")
		_, err = h.decline("partner admin", apply.Refusal{Application: id, State: apply.Confirmed, Reason: "另有安排"})
		h.want("decline what stood otherwise", err, "apply.answered")
		_, err = h.decline("partner admin", apply.Refusal{Application: id, Reason: " \n"})
		h.want("decline without a reason", err, "apply.decline_reason")
		_, err = h.decline("partner admin", apply.Refusal{Application: id, Reason: strings.Repeat("长", 1001)})
		h.want("decline at length", err, "apply.reason_long")
		if got := h.lines(n); len(got) != 0 {
			h.Errorf("the journal gained %q", got)
		}
	})
}
