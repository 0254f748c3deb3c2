package actor_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
)

const second = "another good pass phrase"

// empty is a house without anybody in it.
func empty(t *testing.T, d *db.DB) *house {
	h := &house{T: t, db: d, units: map[string]*actor.Unit{}, people: map[string]*actor.Person{}}
	h.gate = gateOf(h)
	return h
}

func TestBegin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := empty(t, d)
		ctx := t.Context()
		first, err := h.gate.FirstToken(ctx)
		h.must(err)
		token, err := h.gate.FirstToken(ctx) // the program was started again
		h.must(err)
		root := actor.NewPerson{Name: "平台管理员", Email: "root@example.cn", Language: "zh"}
		_, err = h.gate.Begin(ctx, first, root, second)
		want(h, "an older token", err, "actor.token_over")
		_, err = h.gate.Begin(ctx, "x", root, second)
		want(h, "no token", err, "actor.token_over")
		_, err = h.gate.Begin(ctx, token, root, "short")
		want(h, "a short password", err, "actor.password_length")
		p, err := h.gate.Begin(ctx, token, root, second)
		h.must(err)
		if got := h.lines(0); got != "actor.first_token actor.first_token actor.add_person actor.grant" {
			h.Errorf("lines %q", got)
		}
		_, err = h.gate.Begin(ctx, token, actor.NewPerson{Name: "x", Email: "x@example.cn"}, second)
		want(h, "a token for the second time", err, "actor.token_over")
		if again, err := h.gate.FirstToken(ctx); again != "" || err != nil {
			h.Errorf("a token although there is an account: %q, %v", again, err)
		}
		token, err = h.gate.SignIn(ctx, actor.Credentials{Email: root.Email, Password: second}, desk)
		h.must(err)
		if a := h.resume(token); a.Role != actor.SysAdmin || a.Person != p.ID {
			h.Errorf("actor %+v", a)
		}
	})
}

func TestFirstTokenRunsOut(t *testing.T) {
	h := empty(t, dbtest.SQLite(t))
	token, err := h.gate.FirstToken(t.Context())
	h.must(err)
	h.clock().Add(24 * time.Hour)
	_, err = h.gate.Begin(t.Context(), token, actor.NewPerson{Name: "x", Email: "x@example.cn"}, second)
	want(h, "after a day", err, "actor.token_over")
}

func TestJoin(t *testing.T) {
	each(t, func(h *house) {
		ctx, before := h.Context(), h.count()
		h.must(h.gate.AskToJoin(ctx, " New.Comer@example.cn ", "en", desk))
		l := h.mail[len(h.mail)-1]
		if l.To != "New.Comer@example.cn" || l.Purpose != "join" || l.Subject() != "Your account on the application platform" {
			h.Fatalf("letter %+v", l)
		}
		token := h.token(l.To)
		if body := l.Body("https://s.example", "https://s.example/join?t="+token); !strings.Contains(body, "/join?t="+token) || strings.Contains(body, "{") {
			h.Errorf("body %q", body)
		}
		n := actor.NewPerson{Name: "欧阳明𠅤", Email: "other@example.cn", Phone: "(0531) 8888-1234", Language: "en"}
		_, err := h.gate.Join(ctx, token, n, "new.comer 2024!")
		want(h, "a password with the address in it", err, "actor.password_name")
		_, err = h.gate.Join(ctx, token, actor.NewPerson{Name: "欧阳明"}, "OuYangMing 13579!")
		want(h, "a password with the name in pinyin", err, "actor.password_name")
		_, err = h.gate.Join(ctx, token, n, second)
		want(h, "a sound one", err, "")
		p, err := see(h, func(r db.Reader) ([]*actor.Person, error) {
			return actor.ListPeople(ctx, r, h.role(actor.SysAdmin, ""), actor.PeopleFilter{Text: "new.comer"})
		})
		h.must(err)
		if len(p) != 1 || p[0].Email != "New.Comer@example.cn" || p[0].Name != "欧阳明𠅤" || p[0].Language != "en" {
			h.Fatalf("person %+v", p)
		}
		if phone, err := h.gate.Phone(p[0]); phone != "053188881234" || err != nil {
			h.Errorf("phone %q, %v", phone, err)
		}
		if got := h.lines(before); !strings.HasPrefix(got, "actor.ask actor.add_person") || strings.Count(got, "actor.add_person") != 2 {
			h.Errorf("lines %q", got) // the second is the system administrator of this test
		}
		_, err = h.gate.Join(ctx, token, n, second)
		want(h, "the token for the second time", err, "actor.token_over")
		h.must(h.gate.AskToJoin(ctx, "NEW.COMER@EXAMPLE.CN", "zh", desk))
		if l := h.mail[len(h.mail)-1]; l.Purpose != "known" || l.Token != "" || l.To != "New.Comer@example.cn" || l.Language != "en" {
			h.Errorf("letter %+v", l)
		}
	})
}

func TestNewPersonIsChecked(t *testing.T) {
	h := empty(t, dbtest.SQLite(t))
	for _, c := range []struct {
		n    actor.NewPerson
		want string
	}{
		{actor.NewPerson{Name: "甲", Email: "a@b.cn"}, ""},
		{actor.NewPerson{Name: "甲", Email: "甲@例子.中国", Phone: "+86 138-0000-1234", Language: "en"}, ""},
		{actor.NewPerson{Name: "", Email: "c@b.cn"}, "actor.length"},
		{actor.NewPerson{Name: "甲\x00", Email: "c@b.cn"}, "actor.unseen"},
		{actor.NewPerson{Name: "甲", Email: ""}, "actor.email"},
		{actor.NewPerson{Name: "甲", Email: "c"}, "actor.email"},
		{actor.NewPerson{Name: "甲", Email: "c@localhost"}, "actor.email"},
		{actor.NewPerson{Name: "甲", Email: "C <c@b.cn>"}, "actor.email"},
		{actor.NewPerson{Name: "甲", Email: "c@b.cn, d@b.cn"}, "actor.email"},
		{actor.NewPerson{Name: "甲", Email: "c@b.cn\r\nBcc: d@b.cn"}, "actor.email"},
		{actor.NewPerson{Name: "甲", Email: strings.Repeat("c", 250) + "@b.cn"}, "actor.email"},
		{actor.NewPerson{Name: "甲", Email: "c@b.cn", Phone: "call me"}, "actor.phone"},
		{actor.NewPerson{Name: "甲", Email: "c@b.cn", Phone: "1234"}, "actor.phone"},
		{actor.NewPerson{Name: "甲", Email: "c@b.cn", Language: "fr"}, "actor.language"},
		{actor.NewPerson{Name: "甲", Email: "A@B.cn"}, "actor.email_taken"},
	} {
		err := h.as(db.System, func(tx *db.Tx) error {
			_, err := h.gate.AddPerson(t.Context(), tx, c.n, aHash())
			return err
		})
		want(t, c.n.Name+" "+c.n.Email, err, c.want)
	}
	err := h.as(visitor(&actor.Person{ID: "x"}), func(tx *db.Tx) error {
		_, err := h.gate.AddPerson(t.Context(), tx, actor.NewPerson{Name: "乙", Email: "z@b.cn"}, aHash())
		return err
	})
	want(t, "by anybody", err, "actor.missing")
}

func TestInvite(t *testing.T) {
	invite := func(role actor.Role, unit, email string) func(*house, *db.Tx) error {
		return func(h *house, tx *db.Tx) error {
			v := actor.Invitation{Email: email}
			v.Role, v.Unit = role, h.units[unit].ID
			return h.gate.Invite(h.Context(), tx, v)
		}
	}
	play(t, []scenario{
		{"an editor", adminOf("unit"), invite(actor.Editor, "unit", "e@example.cn"), "", "actor.invite"},
		{"an editor elsewhere", adminOf("unit"), invite(actor.Editor, "other", "e@example.cn"), "actor.missing", ""},
		{"an officer of a company", adminOf("unit"), invite(actor.Officer, "unit", "e@example.cn"), "actor.role_unit", ""},
		{"by an editor", role(actor.Editor, "unit"), invite(actor.Editor, "unit", "e@example.cn"), "actor.refused", ""},
		{"before confirmation", adminOf("fresh"), invite(actor.Editor, "fresh", "e@example.cn"), "actor.unconfirmed", ""},
		{"oneself", adminOf("unit"), invite(actor.Editor, "unit", "Admin.of.unit@example.cn"), "actor.own_grant", ""},
		{"no address", adminOf("unit"), invite(actor.Editor, "unit", "e"), "actor.email", ""},
	})
	t.Run("somebody new", func(t *testing.T) {
		each(t, func(h *house) {
			h.must(h.as(h.admin("unit"), func(tx *db.Tx) error { return invite(actor.Editor, "unit", "e@example.cn")(h, tx) }))
			token, before := h.token("e@example.cn"), h.count()
			email, o, err := seeInvited(h, token)
			if h.must(err); email != "e@example.cn" || o.Role != actor.Editor || o.Unit != h.units["unit"].ID {
				h.Errorf("invited %s to %+v", email, o)
			}
			_, err = h.gate.Join(h.Context(), token, actor.NewPerson{Name: "编"}, "unit company 97531")
			want(h, "a password with the unit in it", err, "actor.password_name")
			p, err := h.gate.Join(h.Context(), token, actor.NewPerson{Name: "编"}, second)
			h.must(err)
			if got := h.lines(before); got != "actor.add_person actor.grant" {
				h.Errorf("lines %q", got)
			}
			by := db.By{Person: string(p.ID), Unit: string(h.units["unit"].ID), Role: string(actor.Editor)}
			want(h, "the new editor", ask(h, by, actor.ActEditProfile, actor.On{Unit: h.units["unit"].ID}), "")
		})
	})
	t.Run("somebody known", func(t *testing.T) {
		each(t, func(h *house) {
			known, stranger := h.person("known"), h.person("stranger")
			accept := func(p *actor.Person, token string) error {
				return h.as(visitor(p), func(tx *db.Tx) error { return h.gate.Accept(h.Context(), tx, token) })
			}
			h.must(h.as(h.admin("unit"), func(tx *db.Tx) error { return invite(actor.Editor, "unit", known.Email)(h, tx) }))
			token := h.token(known.Email)
			_, err := h.gate.Join(h.Context(), token, actor.NewPerson{Name: "编"}, second)
			want(h, "joining with an account", err, "actor.email_taken")
			want(h, "accepted by somebody else", accept(stranger, token), "actor.other_address")
			want(h, "accepted by nobody", h.as(db.Visitor, func(tx *db.Tx) error { return h.gate.Accept(h.Context(), tx, token) }), "actor.sign_in_first")
			want(h, "accepted", accept(known, token), "")
			want(h, "accepted again", accept(known, token), "actor.token_over")
			if a := h.resume(h.signIn(known)); a.Role != actor.Editor {
				h.Errorf("actor %+v", a)
			}
		})
	})
	t.Run("the inviter is gone", func(t *testing.T) {
		each(t, func(h *house) {
			second := h.role(actor.UnitAdmin, "unit")
			h.must(h.as(second, func(tx *db.Tx) error { return invite(actor.Editor, "unit", "e@example.cn")(h, tx) }))
			h.must(h.as(h.admin("unit"), func(tx *db.Tx) error { return actor.EndMembership(h.Context(), tx, h.membership(second)) }))
			_, err := h.gate.Join(h.Context(), h.token("e@example.cn"), actor.NewPerson{Name: "编"}, password)
			want(h, "an invitation of somebody dismissed", err, "actor.token_over")
		})
	})
}

func seeInvited(h *house, token string) (email string, o actor.Offer, err error) {
	_, err = see(h, func(r db.Reader) (int, error) {
		email, o, err = actor.Invited(h.Context(), r, token)
		return 0, err
	})
	return email, o, err
}

func TestResetPassword(t *testing.T) {
	each(t, func(h *house) {
		ctx, p := h.Context(), h.person("admin of unit")
		k, _, _ := h.enrol(p)
		before := h.count()
		h.must(h.gate.AskReset(ctx, p.Email, desk))
		older := h.token(p.Email)
		h.must(h.gate.AskReset(ctx, p.Email, desk))
		token := h.token(p.Email)
		h.clock().Add(30*time.Minute - time.Millisecond)
		want(h, "a common password", h.gate.ResetPassword(ctx, token, "password123456"), "actor.password_common")
		want(h, "a sound one", h.gate.ResetPassword(ctx, token, second), "")
		want(h, "again", h.gate.ResetPassword(ctx, token, second), "actor.token_over")
		want(h, "an older letter", h.gate.ResetPassword(ctx, older, second), "actor.token_over")
		if got := h.lines(before); got != "actor.ask actor.ask actor.reset_password" {
			h.Errorf("lines %q", got)
		}
		if l := h.mail[len(h.mail)-1]; l.To != p.Email || l.Purpose != "notice" || !strings.Contains(l.Body("s", ""), "重设了口令") {
			h.Errorf("letter %+v", l)
		}
		_, err := h.gate.SignIn(ctx, actor.Credentials{Email: p.Email, Password: password}, desk)
		want(h, "the old password", err, "actor.wrong")
		half, err := h.gate.SignIn(ctx, actor.Credentials{Email: p.Email, Password: second}, desk)
		h.must(err)
		if a := h.resume(half); a.Wants != actor.WantsCode {
			h.Errorf("the second factor is gone: %+v", a)
		}
		_, err = h.gate.Code(ctx, half, h.code(k, h.clock().Now()), desk)
		want(h, "its code", err, "")

		h.must(h.gate.AskReset(ctx, p.Email, desk))
		h.clock().Add(30 * time.Minute)
		want(h, "after half an hour", h.gate.ResetPassword(ctx, h.token(p.Email), password), "actor.token_over")
		h.must(h.gate.AskReset(ctx, p.Email, desk))
		h.must(h.as(h.role(actor.SysAdmin, ""), func(tx *db.Tx) error { return actor.DisablePerson(ctx, tx, p.ID) }))
		want(h, "of a disabled account", h.gate.ResetPassword(ctx, h.token(p.Email), password), "actor.token_over")
	})
}

// A token is good for what it was made for, and nothing else.
func TestTokensAreBoundToTheirPurpose(t *testing.T) {
	each(t, func(h *house) {
		ctx, p := h.Context(), h.person("admin of unit")
		h.must(h.gate.AskReset(ctx, p.Email, desk))
		reset := h.token(p.Email)
		h.must(h.gate.AskToJoin(ctx, "new@example.cn", "", desk))
		join := h.token("new@example.cn")
		session := h.signIn(p)
		h.must(h.gate.ChangeEmail(ctx, session, "moved@example.cn", desk))
		email := h.token("moved@example.cn")
		uses := map[string]func(token string) error{
			"reset": func(token string) error { return h.gate.ResetPassword(ctx, token, second) },
			"join": func(token string) error {
				_, err := h.gate.Join(ctx, token, actor.NewPerson{Name: "新"}, second)
				return err
			},
			"email": func(token string) error { return h.gate.ConfirmEmail(ctx, token) },
			"begin": func(token string) error {
				_, err := h.gate.Begin(ctx, token, actor.NewPerson{Name: "新", Email: "b@example.cn"}, second)
				return err
			},
			"resume": func(token string) error { _, err := h.gate.Resume(ctx, token); return err },
			"api":    func(token string) error { _, _, err := h.gate.ResumeAPI(ctx, token); return err },
		}
		for made, token := range map[string]string{"reset": reset, "join": join, "email": email, "resume": session} {
			for use, fn := range uses {
				if use != made && fn(token) == nil {
					h.Errorf("a token for %s was good for %s", made, use)
				}
			}
		}
		for made, token := range map[string]string{"join": join, "email": email, "reset": reset} {
			want(h, made, uses[made](token), "")
		}
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(h *house) {
		ctx, p := h.Context(), h.person("admin of unit")
		token, elsewhere := h.signIn(p), h.signIn(p)
		before := h.count()
		_, err := h.gate.ChangePassword(ctx, token, "not the current one", second, desk)
		want(h, "without the current password", err, "actor.wrong")
		_, err = h.gate.ChangePassword(ctx, token, password, password, desk)
		want(h, "the same", err, "actor.password_same")
		_, err = h.gate.ChangePassword(ctx, token, password, "My unit company 9", desk)
		want(h, "the unit's name", err, "actor.password_name")
		fresh, err := h.gate.ChangePassword(ctx, token, password, second, desk)
		h.must(err)
		h.over("the token before", token, "actor.no_session")
		h.over("the other session", elsewhere, "actor.no_session")
		h.resume(fresh)
		if got := h.lines(before); got != "actor.sign_in_failed actor.change_password" {
			h.Errorf("lines %q", got)
		}
		_, err = h.gate.ChangePassword(ctx, token, second, password, desk)
		want(h, "in a session that is over", err, "actor.no_session")
	})
}

// A password that is too old must be changed before anything else.
func TestPasswordGrowsOld(t *testing.T) {
	each(t, func(h *house) {
		h.gate.Settings.Policy = actor.MLPS
		p := h.person("admin of unit")
		h.clock().Add(90*24*time.Hour - time.Minute)
		token := h.signIn(p)
		if a := h.resume(token); a.Wants != "" {
			h.Errorf("too early: %+v", a)
		}
		h.clock().Add(time.Minute)
		if a := h.resume(token); a.Wants != actor.WantsPassword || a.By() != visitor(p) {
			h.Errorf("after 90 days: %+v", a)
		}
		fresh, err := h.gate.ChangePassword(h.Context(), token, password, "Another good 1 phrase", desk)
		h.must(err)
		if a := h.resume(fresh); a.Wants != "" || a.By() != h.admin("unit") {
			h.Errorf("after the change: %+v", a)
		}
	})
}

func TestChangeEmail(t *testing.T) {
	each(t, func(h *house) {
		ctx, p := h.Context(), h.person("admin of unit")
		token := h.signIn(p)
		h.clock().Add(10*time.Minute + time.Millisecond)
		want(h, "without a fresh proof", h.gate.ChangeEmail(ctx, token, "moved@example.cn", desk), "actor.prove_first")
		_, err := h.gate.NewTOTP(ctx, token)
		want(h, "a second factor without a fresh proof", err, "actor.prove_first")
		_, err = h.gate.Prove(ctx, token, "not the password", desk)
		want(h, "a wrong proof", err, "actor.wrong")
		token, err = h.gate.Prove(ctx, token, password, desk)
		h.must(err)
		before := h.count()
		h.must(h.gate.ChangeEmail(ctx, token, "Moved@example.cn", desk))
		if a := h.resume(h.signIn(p)); a.Person != p.ID {
			h.Error("the old address stopped before the new one was confirmed")
		}
		letter := h.token("Moved@example.cn")
		h.must(h.gate.ConfirmEmail(ctx, letter))
		want(h, "confirmed again", h.gate.ConfirmEmail(ctx, letter), "actor.token_over")
		if got := h.lines(before); got != "actor.change_email actor.sign_in actor.confirm_email" {
			h.Errorf("lines %q", got)
		}
		_, err = h.gate.SignIn(ctx, actor.Credentials{Email: p.Email, Password: password}, desk)
		want(h, "the old address", err, "actor.wrong")
		_, err = h.gate.SignIn(ctx, actor.Credentials{Email: "moved@example.cn", Password: password}, desk)
		want(h, "the new one", err, "")
		h.must(h.gate.ChangeEmail(ctx, token, h.person("admin of other").Email, desk))
		want(h, "an address that is taken", h.gate.ConfirmEmail(ctx, h.token(h.person("admin of other").Email)), "actor.email_taken")
	})
}

func TestEditAndDisable(t *testing.T) {
	sysadmin := role(actor.SysAdmin, "")
	disable := func(h *house, tx *db.Tx) error {
		return actor.DisablePerson(h.Context(), tx, h.person("admin of unit").ID)
	}
	edit := func(n actor.NewPerson) func(*house, *db.Tx) error {
		return func(h *house, tx *db.Tx) error { _, err := h.gate.EditPerson(h.Context(), tx, n); return err }
	}
	play(t, []scenario{
		{"disable", sysadmin, disable, "", "actor.disable_person"},
		{"disable as a head", role(actor.Head, "province"), disable, "actor.missing", ""},
		{"disable as a colleague", role(actor.UnitAdmin, "unit"), disable, "actor.refused", ""},
		{"disable oneself", sysadmin, func(h *house, tx *db.Tx) error {
			return actor.DisablePerson(h.Context(), tx, actor.PersonID(tx.By.Person))
		}, "actor.own_account", ""},
		{"disable nobody", sysadmin, func(h *house, tx *db.Tx) error { return actor.DisablePerson(h.Context(), tx, "none") }, "actor.missing", ""},
		{"enable what is enabled", sysadmin, func(h *house, tx *db.Tx) error {
			return actor.EnablePerson(h.Context(), tx, h.person("admin of unit").ID)
		}, "actor.account_state", ""},
		{"disable and enable", sysadmin, func(h *house, tx *db.Tx) error {
			if err := disable(h, tx); err != nil {
				return err
			}
			return actor.EnablePerson(h.Context(), tx, h.person("admin of unit").ID)
		}, "", "actor.disable_person actor.enable_person"},
		{"edit", adminOf("unit"), edit(actor.NewPerson{Name: "改名", Language: "en"}), "", "actor.edit_person"},
		{"edit badly", adminOf("unit"), edit(actor.NewPerson{Name: ""}), "actor.length", ""},
		{"edit nobody", func(*house) db.By { return db.Visitor }, edit(actor.NewPerson{Name: "改名"}), "actor.missing", ""},
	})
}

func TestAPITokens(t *testing.T) {
	each(t, func(h *house) {
		ctx, by := h.Context(), h.admin("unit")
		create := func(label string, lasts time.Duration, scopes ...string) (token string, err error) {
			err = h.as(by, func(tx *db.Tx) error {
				_, token, err = actor.CreateAPIToken(h.Context(), tx, label, scopes, lasts)
				return err
			})
			return token, err
		}
		day, before := 24*time.Hour, h.count()
		for _, c := range []struct {
			label  string
			lasts  time.Duration
			scopes []string
			want   string
		}{
			{"", day, []string{"registry"}, "actor.length"},
			{"x", 0, []string{"registry"}, "actor.token_life"},
			{"x", 367 * day, []string{"registry"}, "actor.token_life"},
			{"x", day, nil, "actor.token_scopes"},
			{"x", day, []string{"actor"}, "actor.token_scopes"},
			{"x", day, []string{"token.create"}, "actor.token_scopes"},
			{"x", day, []string{"reg"}, "actor.token_scopes"},
			{"x", day, []string{"registry.view registry"}, "actor.token_scopes"},
		} {
			_, err := create(c.label, c.lasts, c.scopes...)
			want(h, c.label+strings.Join(c.scopes, ","), err, c.want)
		}
		token, err := create("年报导入", day, "registry.view")
		h.must(err)
		if got := h.lines(before); got != "token.create" {
			h.Errorf("lines %q", got)
		}
		inside, a, err := h.gate.ResumeAPI(ctx, token)
		h.must(err)
		if a.By() != by {
			h.Errorf("acts by %+v", a.By())
		}
		on := actor.On{Unit: actor.UnitID(by.Unit)}
		try := func(ctx context.Context, act actor.Act) error {
			_, err := see(h, func(r db.Reader) (int, error) { return 0, actor.MayOn(ctx, r, a.By(), act, on) })
			return err
		}
		want(h, "what it covers", try(inside, actor.ActViewProfile), "")
		want(h, "what it does not", try(inside, actor.ActEditProfile), "actor.scope")
		on.Person = actor.PersonID(by.Person)
		want(h, "its own kind", try(inside, actor.ActCreateAPIToken), "actor.scope")
		want(h, "the account", try(inside, actor.ActEditAccount), "actor.scope")
		want(h, "the same without the token", try(ctx, actor.ActEditProfile), "")

		list, err := see(h, func(r db.Reader) ([]*actor.APIToken, error) { return actor.APITokens(ctx, r, by) })
		if h.must(err); len(list) != 1 || list[0].Label != "年报导入" || list[0].Scopes[0] != "registry.view" {
			h.Fatalf("tokens %+v", list)
		}
		stranger := h.admin("other")
		err = h.as(stranger, func(tx *db.Tx) error { return actor.RevokeAPIToken(ctx, tx, list[0].ID) })
		want(h, "revoked by a stranger", err, "actor.missing")
		h.must(h.as(by, func(tx *db.Tx) error { return actor.RevokeAPIToken(ctx, tx, list[0].ID) }))
		for _, bad := range []string{token, token[:45], "sb_", "", h.signIn(h.person("admin of unit"))} {
			_, a, err := h.gate.ResumeAPI(ctx, bad)
			if key(err) != "actor.no_token" || a.Person != "" || fault.Of(err).Kind != fault.Missing {
				h.Errorf("token %.5s…: %+v, %v", bad, a, err)
			}
		}
		short, err := create("x", time.Hour, "registry")
		h.must(err)
		h.clock().Add(time.Hour)
		_, _, err = h.gate.ResumeAPI(ctx, short)
		want(h, "a token that ran out", err, "actor.no_token")
		last, err := create("x", day, "registry")
		h.must(err)
		h.must(h.as(h.role(actor.SysAdmin, ""), func(tx *db.Tx) error { return actor.DisablePerson(ctx, tx, actor.PersonID(by.Person)) }))
		_, _, err = h.gate.ResumeAPI(ctx, last)
		want(h, "of a disabled account", err, "actor.no_token")
	})
}
