package actor_test

import (
	"testing"

	"shenbao/actor"
	"shenbao/internal/db"
)

func TestGrant(t *testing.T) {
	grant := func(role actor.Role, unit string, change func(o *actor.Offer)) func(*house, *db.Tx) error {
		return func(h *house, tx *db.Tx) error {
			o := actor.Offer{Role: role}
			if unit != "" {
				o.Unit = h.units[unit].ID
			}
			if change != nil {
				change(&o)
			}
			_, err := actor.Grant(h.Context(), tx, h.people["visitor"].ID, o)
			return err
		}
	}
	withVisitor := func(by func(*house) db.By) func(*house) db.By {
		return func(h *house) db.By { h.person("visitor"); return by(h) }
	}
	cityAdmin, sysadmin, unitAdmin := withVisitor(role(actor.UnitAdmin, "city")), withVisitor(role(actor.SysAdmin, "")), withVisitor(adminOf("unit"))
	play(t, []scenario{
		{"an editor of the own unit", unitAdmin, grant(actor.Editor, "unit", nil), "", "actor.grant"},
		{"an editor of another unit", unitAdmin, grant(actor.Editor, "other", nil), "actor.missing", ""},
		{"an officer of a company", unitAdmin, grant(actor.Officer, "unit", nil), "actor.role_unit", ""},
		{"an editor, by an editor", withVisitor(role(actor.Editor, "unit")), grant(actor.Editor, "unit", nil), "actor.refused", ""},
		{"an editor of an unconfirmed unit", withVisitor(adminOf("fresh")), grant(actor.Editor, "fresh", nil), "actor.unconfirmed", ""},
		{"an officer", cityAdmin, grant(actor.Officer, "city", nil), "", "actor.grant"},
		{"an editor of an authority", cityAdmin, grant(actor.Editor, "city", nil), "actor.role_unit", ""},
		{"an officer of the authority above", cityAdmin, grant(actor.Officer, "province", nil), "actor.missing", ""},
		{"an officer of an authority below", cityAdmin, grant(actor.Officer, "district", nil), "actor.refused", ""},
		{"an administrator below", cityAdmin, grant(actor.UnitAdmin, "district", nil), "", "actor.grant"},
		{"an administrator of an unconfirmed unit below", cityAdmin, grant(actor.UnitAdmin, "fresh", nil), "actor.unconfirmed", ""},
		{"an officer, by the head", withVisitor(role(actor.Head, "city")), grant(actor.Officer, "city", nil), "actor.refused", ""},
		{"an administrator of an authority, by the platform", sysadmin, grant(actor.UnitAdmin, "city", nil), "", "actor.grant"},
		{"an administrator of a company, by the platform", sysadmin, grant(actor.UnitAdmin, "unit", nil), "actor.applicant_admin", ""},
		{"an officer, by the platform", sysadmin, grant(actor.Officer, "city", nil), "actor.refused", ""},
		{"an auditor", sysadmin, grant(actor.Auditor, "", nil), "", "actor.grant"},
		{"an auditor of a unit", sysadmin, grant(actor.Auditor, "city", nil), "actor.role_unit", ""},
		{"an auditor, by an auditor", withVisitor(role(actor.Auditor, "")), grant(actor.Auditor, "", nil), "actor.missing", ""},
		{"the role of a visitor", sysadmin, grant(actor.Visitor, "", nil), "actor.no_role", ""},
		{"the role of the program", sysadmin, grant(actor.System, "", nil), "actor.no_role", ""},
		{"no role", sysadmin, grant("", "", nil), "actor.no_role", ""},
		{"for a time", cityAdmin, grant(actor.Officer, "city", func(o *actor.Offer) { o.Until = noon.AddDate(0, 1, 0) }), "", "actor.grant"},
		{"until yesterday", cityAdmin, grant(actor.Officer, "city", func(o *actor.Offer) { o.Until = noon.AddDate(0, 0, -1) }), "actor.until", ""},
		{"for a programme", cityAdmin, grant(actor.ProgrammeOfficer, "city", func(o *actor.Offer) { o.Scope = actor.Scope{"shandong-tic-2024"} }), "", "actor.grant"},
		{"for two programmes in one word", cityAdmin, grant(actor.ProgrammeOfficer, "city", func(o *actor.Offer) { o.Scope = actor.Scope{"a b"} }), "actor.scope_unit", ""},
		{"an editor for a programme", unitAdmin, grant(actor.Editor, "unit", func(o *actor.Offer) { o.Scope = actor.Scope{"p"} }), "actor.scope_unit", ""},
	})
}

// Nobody gives a role to themself, and who runs or audits the platform holds no
// other role: the three offices (三员) are three people.
func TestThreeOffices(t *testing.T) {
	each(t, func(h *house) {
		sysadmin, auditor, officer := h.role(actor.SysAdmin, ""), h.role(actor.Auditor, ""), h.role(actor.Officer, "city")
		give := func(by db.By, to db.By, role actor.Role, unit actor.UnitID) error {
			return h.as(by, func(tx *db.Tx) error {
				_, err := actor.Grant(h.Context(), tx, actor.PersonID(to.Person), actor.Offer{Role: role, Unit: unit})
				return err
			})
		}
		city := h.units["city"].ID
		cityAdmin := h.role(actor.UnitAdmin, "city")
		want(h, "to oneself", give(sysadmin, sysadmin, actor.Auditor, ""), "actor.own_grant")
		want(h, "an administrator to themself", give(cityAdmin, cityAdmin, actor.Officer, city), "actor.own_grant")
		want(h, "an auditor who runs the platform", give(sysadmin, auditor, actor.SysAdmin, ""), "actor.apart")
		want(h, "an auditor who runs a unit", give(sysadmin, auditor, actor.UnitAdmin, city), "actor.apart")
		want(h, "an officer who audits", give(sysadmin, officer, actor.Auditor, ""), "actor.apart")
		want(h, "a role that is held", give(cityAdmin, officer, actor.Officer, city), "actor.has_role")
		want(h, "another role", give(cityAdmin, officer, actor.Finance, city), "")
		for _, act := range []actor.Act{actor.ActViewProfile, actor.ActEditProfile, actor.ActRevealIdentity, actor.ActPublishCall, actor.ActViewDraft} {
			for _, by := range []db.By{sysadmin, auditor} {
				want(h, by.Role+" "+string(act), ask(h, by, act, actor.On{Unit: h.units["unit"].ID}), "actor.missing")
			}
		}
		want(h, "the auditor reads the journal", ask(h, auditor, actor.ActViewJournal, actor.On{}), "")
		want(h, "who runs the platform does not", ask(h, sysadmin, actor.ActViewJournal, actor.On{}), "actor.missing")
		want(h, "the auditor sees no accounts", ask(h, auditor, actor.ActViewPeople, actor.On{}), "actor.missing")
	})
}

func TestEndMembership(t *testing.T) {
	end := func(of func(*house) db.By) func(*house, *db.Tx) error {
		return func(h *house, tx *db.Tx) error { return actor.EndMembership(h.Context(), tx, h.membership(of(h))) }
	}
	editor := role(actor.Editor, "unit")
	both := func(a, b func(*house) db.By) func(*house) db.By {
		return func(h *house) db.By { a(h); return b(h) }
	}
	play(t, []scenario{
		{"by the administrator", both(editor, adminOf("unit")), end(editor), "", "actor.end_membership"},
		{"by themself", editor, end(editor), "", "actor.end_membership"},
		{"by a stranger", both(editor, adminOf("other")), end(editor), "actor.missing", ""},
		{"by an officer above", both(editor, role(actor.Officer, "city")), end(editor), "actor.refused", ""},
		{"the last administrator", adminOf("unit"), end(adminOf("unit")), "actor.last", ""},
		{"the first of two", both(role(actor.UnitAdmin, "unit"), adminOf("unit")), end(adminOf("unit")), "", "actor.end_membership"},
		{"the last who runs the platform", role(actor.SysAdmin, ""), end(role(actor.SysAdmin, "")), "actor.last", ""},
		{"what is not there", adminOf("unit"), func(h *house, tx *db.Tx) error { return actor.EndMembership(h.Context(), tx, "none") }, "actor.missing", ""},
	})
}

// A membership that has run out is none, and can be given again.
func TestMembershipRunsOut(t *testing.T) {
	each(t, func(h *house) {
		p, city := h.person("temp"), h.units["city"].ID
		by := db.By{Person: string(p.ID), Unit: string(city), Role: string(actor.Officer)}
		give := func(until int) error {
			return h.as(db.System, func(tx *db.Tx) error {
				_, err := actor.Grant(h.Context(), tx, p.ID, actor.Offer{Unit: city, Role: actor.Officer, Until: tx.Now.AddDate(0, until, 0)})
				return err
			})
		}
		h.must(give(1))
		on := actor.On{Unit: city}
		want(h, "in its time", ask(h, by, actor.ActViewUnit, on), "")
		h.clock().Set(noon.AddDate(0, 1, 0).Add(-1e6))
		want(h, "a millisecond before the end", ask(h, by, actor.ActViewUnit, on), "")
		h.clock().Set(noon.AddDate(0, 1, 0))
		want(h, "at the end", ask(h, by, actor.ActViewUnit, on), "actor.missing")
		h.must(give(1))
		want(h, "given again", ask(h, by, actor.ActViewUnit, on), "")
	})
}

func TestMembers(t *testing.T) {
	each(t, func(h *house) {
		h.role(actor.Editor, "unit")
		id := h.units["unit"].ID
		for _, by := range []db.By{h.admin("unit"), h.role(actor.Officer, "city"), h.role(actor.SysAdmin, "")} {
			found, err := see(h, func(r db.Reader) ([]*actor.Membership, error) { return actor.Members(h.Context(), r, by, id) })
			if h.must(err); len(found) != 2 || found[0].PersonName != "admin of unit" || found[1].Role != actor.Editor || found[0].UnitName != "unit company" {
				h.Errorf("members for %s: %+v", by.Role, found)
			}
		}
		_, err := see(h, func(r db.Reader) ([]*actor.Membership, error) {
			return actor.Members(h.Context(), r, h.admin("other"), id)
		})
		want(h, "a stranger's members", err, "actor.missing")
	})
}

func TestViewPerson(t *testing.T) {
	each(t, func(h *house) {
		editor := h.role(actor.Editor, "unit")
		sysadmin := h.role(actor.SysAdmin, "")
		for name, c := range map[string]struct {
			by   db.By
			want string
		}{
			"themself":                {editor, ""},
			"their administrator":     {h.admin("unit"), ""},
			"another administrator":   {h.admin("other"), "actor.missing"},
			"an officer above":        {h.role(actor.Officer, "city"), "actor.missing"},
			"who runs the platform":   {sysadmin, ""},
			"a visitor":               {db.Visitor, "actor.missing"},
			"somebody without a unit": {somebody(h), "actor.missing"},
		} {
			_, err := see(h, func(r db.Reader) (*actor.Person, error) {
				return actor.ViewPerson(h.Context(), r, c.by, actor.PersonID(editor.Person))
			})
			want(h, name, err, c.want)
		}
		found, err := see(h, func(r db.Reader) ([]*actor.Person, error) {
			return actor.ListPeople(h.Context(), r, sysadmin, actor.PeopleFilter{Text: "editor.of"})
		})
		if h.must(err); len(found) != 1 || string(found[0].ID) != editor.Person {
			h.Errorf("found %v", found)
		}
		_, err = see(h, func(r db.Reader) ([]*actor.Person, error) {
			return actor.ListPeople(h.Context(), r, h.role(actor.Auditor, ""), actor.PeopleFilter{})
		})
		want(h, "the auditor's list of accounts", err, "actor.missing")
	})
}
