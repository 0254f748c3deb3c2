package actor_test

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"shenbao/actor"
	"shenbao/internal/db"
)

var desk = actor.Origin{Source: "192.0.2.7", Agent: "Mozilla/5.0 (desk)"}

// signIn signs in with the password that everybody has in the tests.
func (h *house) signIn(p *actor.Person) string {
	h.Helper()
	token, err := h.gate.SignIn(h.Context(), actor.Credentials{Email: p.Email, Password: password}, desk)
	h.must(err)
	return token
}

// resume returns who acts by a token.
func (h *house) resume(token string) actor.Actor {
	h.Helper()
	a, err := h.gate.Resume(h.Context(), token)
	h.must(err)
	return a
}

// over asserts that a token is worth nothing, and why.
func (h *house) over(what, token, why string) {
	h.Helper()
	a, err := h.gate.Resume(h.Context(), token)
	want(h, what, err, why)
	if a.Person != "" {
		h.Errorf("%s: an actor with an error: %+v", what, a)
	}
}

func TestSignIn(t *testing.T) {
	each(t, func(h *house) {
		p, before := h.person("admin of unit"), h.count()
		for _, c := range []struct{ email, password, want string }{
			{p.Email, password, ""},
			{" ADMIN.of.Unit@Example.CN ", password, ""},
			{"ａdmin.of.unit@example.cn", password, ""}, // a full-width letter is the same address
			{p.Email, password + " ", "actor.wrong"},
			{p.Email, "Correct horse battery", "actor.wrong"},
			{p.Email, "", "actor.wrong"},
			{"nobody@example.cn", password, "actor.wrong"},
			{"", "", "actor.wrong"},
			{"' OR 1=1 --", "x", "actor.wrong"},
			{p.Email, strings.Repeat("x", 1_000_000), "actor.wrong"},
		} {
			token, err := h.gate.SignIn(h.Context(), actor.Credentials{Email: c.email, Password: c.password}, desk)
			want(h, c.email+" "+c.password[:min(9, len(c.password))], err, c.want)
			if (token == "") != (c.want != "") {
				h.Errorf("token %q with error %v", token, err)
			}
		}
		if got, want := h.lines(before), strings.Repeat("actor.sign_in ", 3)+strings.TrimSpace(strings.Repeat("actor.sign_in_failed ", 7)); got != want {
			h.Errorf("lines %q, want %q", got, want)
		}
	})
}

func TestResume(t *testing.T) {
	each(t, func(h *house) {
		token := h.signIn(h.person("admin of unit"))
		a := h.resume(token)
		if a.PersonName != "admin of unit" || a.UnitName != "unit company" || a.Role != actor.UnitAdmin || a.Language != "zh" || a.Wants != "" {
			h.Errorf("actor %+v", a)
		}
		if a.By() != h.admin("unit") {
			h.Errorf("by %+v", a.By())
		}
		for _, bad := range []string{"", "x", token + "x", token[:42], strings.ToUpper(token), "' OR 1=1 --"} {
			h.over("token "+bad, bad, "actor.no_session")
		}
		if by := (actor.Actor{}).By(); by != db.Visitor {
			h.Errorf("nobody acts as %+v", by)
		}
	})
}

// An idle session ends, of staff sooner; every session ends after half a day.
func TestSessionsEnd(t *testing.T) {
	each(t, func(h *house) {
		h.role(actor.Officer, "city")
		for name, idle := range map[string]time.Duration{"admin of unit": 2 * time.Hour, "officer of city": 30 * time.Minute} {
			p := h.person(name)
			h.clock().Set(noon)
			token := h.signIn(p)
			h.clock().Add(idle - time.Millisecond)
			h.resume(token)
			h.clock().Add(idle - time.Millisecond) // the request before kept it alive
			h.resume(token)
			h.clock().Add(idle)
			h.over(name+", idle", token, "actor.session_over")

			h.clock().Set(noon)
			token = h.signIn(p)
			for range 12 * 60 / 10 {
				h.resume(token)
				h.clock().Add(10 * time.Minute)
			}
			h.over(name+", half a day", token, "actor.session_over")
			h.clock().Add(-time.Millisecond)
			h.resume(token)
		}
	})
}

// What ends a session ends it at once: the next request is nobody's.
func TestRevocation(t *testing.T) {
	end := map[string]func(h *house, token string, editor db.By) error{
		"sign out": func(h *house, token string, _ db.By) error { return h.gate.SignOut(h.Context(), token) },
		"end all sessions": func(h *house, _ string, editor db.By) error {
			return h.as(editor, func(tx *db.Tx) error {
				return actor.EndSessions(h.Context(), tx, actor.PersonID(editor.Person), "", "")
			})
		},
		"ended by who runs the platform": func(h *house, _ string, editor db.By) error {
			return h.as(h.role(actor.SysAdmin, ""), func(tx *db.Tx) error {
				return actor.EndSessions(h.Context(), tx, actor.PersonID(editor.Person), "", "")
			})
		},
		"disable": func(h *house, _ string, editor db.By) error {
			return h.as(h.role(actor.SysAdmin, ""), func(tx *db.Tx) error {
				return actor.DisablePerson(h.Context(), tx, actor.PersonID(editor.Person))
			})
		},
		"reset the password": func(h *house, _ string, editor db.By) error {
			p := h.person("editor of unit")
			if err := h.gate.AskReset(h.Context(), p.Email, desk); err != nil {
				return err
			}
			return h.gate.ResetPassword(h.Context(), h.token(p.Email), "another good pass phrase")
		},
	}
	for name, act := range end {
		t.Run(name, func(t *testing.T) {
			each(t, func(h *house) {
				editor := h.role(actor.Editor, "unit")
				token := h.signIn(h.person("editor of unit"))
				h.resume(token)
				h.must(act(h, token, editor))
				h.over(name, token, "actor.no_session")
			})
		})
	}
	t.Run("disabled while signing in", func(t *testing.T) {
		each(t, func(h *house) {
			token := h.signIn(h.person("admin of unit"))
			_, err := db.Keep(h.Context(), h.db, func(tx *db.Tx) (int64, error) {
				return tx.Exec(h.Context(), "UPDATE people SET disabled = TRUE WHERE id = $1", string(h.person("admin of unit").ID))
			})
			h.must(err)
			h.over("a session that was opened meanwhile", token, "actor.no_session")
		})
	})
	t.Run("the role is taken away", func(t *testing.T) {
		each(t, func(h *house) {
			editor := h.role(actor.Editor, "unit")
			token := h.signIn(h.person("editor of unit"))
			h.must(h.as(h.admin("unit"), func(tx *db.Tx) error { return actor.EndMembership(h.Context(), tx, h.membership(editor)) }))
			if a := h.resume(token); a.Role != actor.Visitor || a.Unit != "" || a.Person == "" {
				h.Errorf("actor %+v", a)
			}
		})
	})
	t.Run("a stranger ends nothing", func(t *testing.T) {
		each(t, func(h *house) {
			editor := h.role(actor.Editor, "unit")
			token := h.signIn(h.person("editor of unit"))
			for _, by := range []db.By{h.admin("unit"), h.role(actor.Head, "city"), somebody(h)} {
				err := h.as(by, func(tx *db.Tx) error {
					return actor.EndSessions(h.Context(), tx, actor.PersonID(editor.Person), "", "")
				})
				if key(err) != "actor.refused" && key(err) != "actor.missing" {
					h.Errorf("%s ended the sessions: %v", by.Role, err)
				}
			}
			h.resume(token)
		})
	})
}

func TestSessionsOfAPerson(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("admin of unit")
		by := h.admin("unit")
		first, second := h.signIn(p), h.signIn(p)
		list := func() []actor.Session {
			found, err := see(h, func(r db.Reader) ([]actor.Session, error) { return h.gate.Sessions(h.Context(), r, by, p.ID) })
			h.must(err)
			return found
		}
		found := list()
		if len(found) != 2 || found[1].ID != h.resume(first).Session || found[0].Source != desk.Source || found[0].Agent != desk.Agent {
			h.Fatalf("sessions %+v", found)
		}
		h.must(h.as(by, func(tx *db.Tx) error { return actor.EndSessions(h.Context(), tx, p.ID, found[1].ID, "") }))
		h.over("the one that was ended", first, "actor.no_session")
		err := h.as(by, func(tx *db.Tx) error { return actor.EndSessions(h.Context(), tx, p.ID, found[1].ID, "") })
		want(h, "ended twice", err, "actor.missing")
		var tokens []string
		for range 12 {
			tokens = append(tokens, h.signIn(p))
		}
		if n := len(list()); n != 10 {
			h.Errorf("%d sessions at a time, want 10", n)
		}
		h.over("the oldest", second, "actor.no_session")
		kept := tokens[11]
		h.must(h.as(by, func(tx *db.Tx) error { return actor.EndSessions(h.Context(), tx, p.ID, "", h.resume(kept).Session) }))
		if h.resume(kept); len(list()) != 1 {
			h.Errorf("sessions %+v", list())
		}
	})
}

// What a browser says of itself is cut at the edge of a character, without what
// cannot be seen.
func TestAgentIsCut(t *testing.T) {
	h := build(t, sqlite(t))
	p := h.person("admin of unit")
	_, err := h.gate.SignIn(t.Context(), actor.Credentials{Email: p.Email, Password: password},
		actor.Origin{Source: "not\x1b[31m an address", Agent: "a\r\n\u202e" + strings.Repeat("浏", 100) + "\xff"})
	h.must(err)
	found, err := see(h, func(r db.Reader) ([]actor.Session, error) {
		return h.gate.Sessions(t.Context(), r, h.admin("unit"), p.ID)
	})
	h.must(err)
	if found[0].Agent != "a"+strings.Repeat("浏", 66) || found[0].Source != "not[31m an address" {
		t.Errorf("session %+v", found[0])
	}
}

func TestFresh(t *testing.T) {
	a := actor.Actor{Proved: noon}
	if !a.Fresh(noon.Add(10*time.Minute)) || a.Fresh(noon.Add(10*time.Minute+time.Millisecond)) || (actor.Actor{}).Fresh(noon) {
		t.Error("a proof is fresh for ten minutes")
	}
}

// Switching gives another token, and only to what the person holds.
func TestSwitchTo(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("admin of unit")
		h.must(h.as(db.System, func(tx *db.Tx) error {
			_, err := actor.Grant(h.Context(), tx, p.ID, actor.Offer{Role: actor.Officer, Unit: h.units["bureau"].ID})
			return err
		}))
		officer := db.By{Person: string(p.ID), Unit: string(h.units["bureau"].ID), Role: string(actor.Officer)}
		token, before := h.signIn(p), h.count()
		fresh, err := h.gate.SwitchTo(h.Context(), token, h.membership(officer))
		h.must(err)
		h.over("the token before", token, "actor.no_session")
		if a := h.resume(fresh); a.By() != officer {
			h.Errorf("acts by %+v", a.By())
		}
		if got := h.lines(before); got != "actor.switch" {
			h.Errorf("lines %q", got)
		}
		_, err = h.gate.SwitchTo(h.Context(), fresh, h.membership(h.admin("other")))
		want(h, "somebody else's membership", err, "actor.missing")
		if a := h.resume(h.signIn(p)); a.By() != officer {
			h.Errorf("the next session acts by %+v, not by what the last one did", a.By())
		}
	})
}

// code is the code of an authenticator at an instant.
func (h *house) code(k string, at time.Time) string {
	h.Helper()
	c, err := totp.GenerateCode(k, at)
	h.must(err)
	return c
}

// enrol gives a person a second factor and returns its key, the recovery codes
// and the token of the session.
func (h *house) enrol(p *actor.Person) (k string, codes []string, token string) {
	h.Helper()
	token = h.signIn(p)
	factor, err := h.gate.NewTOTP(h.Context(), token)
	h.must(err)
	fresh, codes, err := h.gate.ConfirmTOTP(h.Context(), token, h.code(factor.Key, h.clock().Now()))
	h.must(err)
	return factor.Key, codes, fresh
}

func TestSecondFactor(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("admin of unit")
		elsewhere, before := h.signIn(p), h.count()
		k, codes, token := h.enrol(p)
		h.over("the other session", elsewhere, "actor.no_session")
		if got := h.lines(before); got != "actor.sign_in actor.new_totp actor.confirm_totp" || len(codes) != 10 {
			h.Errorf("lines %q, codes %q", got, codes)
		}
		h.resume(token)

		half := h.signIn(p)
		if a := h.resume(half); a.Wants != actor.WantsCode || a.Person != "" || a.By() != db.Visitor {
			h.Errorf("before the code: %+v", a)
		}
		_, err := h.gate.SwitchTo(h.Context(), half, h.membership(h.admin("unit")))
		want(h, "switching before the code", err, "actor.code_first")
		_, err = h.gate.Code(h.Context(), half, h.code(k, h.clock().Now()), desk)
		want(h, "the code that enrolled", err, "actor.wrong_code")
		h.clock().Add(30 * time.Second)
		code := h.code(k, h.clock().Now())
		full, err := h.gate.Code(h.Context(), half, code[:3]+" "+code[3:], desk)
		h.must(err)
		h.over("the token before the code", half, "actor.no_session")
		if a := h.resume(full); a.By() != h.admin("unit") {
			h.Errorf("after the code: %+v", a)
		}
		_, err = h.gate.Code(h.Context(), full, code, desk)
		want(h, "a code too many", err, "actor.code_given")
		_, err = h.gate.Code(h.Context(), h.signIn(p), code, desk)
		want(h, "a code for the second time", err, "actor.wrong_code")

		full, err = h.gate.Code(h.Context(), h.signIn(p), strings.ToUpper(codes[3]), desk)
		h.must(err)
		_, err = h.gate.Code(h.Context(), h.signIn(p), codes[3], desk)
		want(h, "a recovery code for the second time", err, "actor.wrong_code")
		left, err := see(h, func(r db.Reader) (int, error) { return actor.RecoveryCodesLeft(h.Context(), r, h.admin("unit")) })
		if h.must(err); left != 9 {
			h.Errorf("%d recovery codes left", left)
		}
		fresh, err := h.gate.NewRecoveryCodes(h.Context(), full)
		h.must(err)
		_, err = h.gate.Code(h.Context(), h.signIn(p), codes[4], desk)
		want(h, "a recovery code that was replaced", err, "actor.wrong_code")
		_, err = h.gate.Code(h.Context(), h.signIn(p), fresh[4], desk)
		want(h, "its replacement", err, "")

		full, err = h.gate.DropTOTP(h.Context(), full)
		h.must(err)
		if h.resume(full); h.resume(h.signIn(p)).Wants != "" {
			h.Error("a code is wanted although there is no second factor")
		}
	})
}

// Codes of the period before and after are taken, others are not; five wrong
// ones end the session.
func TestCodeInTimeAndNumber(t *testing.T) {
	each(t, func(h *house) {
		p := h.person("admin of unit")
		k, _, _ := h.enrol(p)
		h.clock().Add(time.Hour)
		for _, c := range []struct {
			after time.Duration
			want  string
		}{{-60 * time.Second, "actor.wrong_code"}, {60 * time.Second, "actor.wrong_code"}, {-30 * time.Second, ""}, {30 * time.Second, ""}, {0, "actor.wrong_code"}} {
			_, err := h.gate.Code(h.Context(), h.signIn(p), h.code(k, h.clock().Now().Add(c.after)), desk)
			want(h, "a code of "+c.after.String(), err, c.want) // the last: a later one was used
		}
		h.clock().Add(time.Hour)
		half := h.signIn(p)
		for range 5 {
			_, err := h.gate.Code(h.Context(), half, "000000", desk)
			want(h, "a wrong code", err, "actor.wrong_code")
		}
		_, err := h.gate.Code(h.Context(), half, h.code(k, h.clock().Now()), desk)
		want(h, "a right code after five wrong ones", err, "actor.no_session")
		half = h.signIn(p)
		h.clock().Add(10 * time.Minute)
		_, err = h.gate.Code(h.Context(), half, h.code(k, h.clock().Now()), desk)
		want(h, "a code after ten minutes", err, "actor.session_over")
	})
}

// A role that asks for a second factor is not acted in without one.
func TestRolesThatAskForASecondFactor(t *testing.T) {
	each(t, func(h *house) {
		h.gate.Settings.TwoFactor = []actor.Role{actor.Officer}
		h.role(actor.Officer, "city")
		p := h.person("officer of city")
		a := h.resume(h.signIn(p))
		if a.Wants != actor.WantsFactor || a.By() != visitor(p) {
			h.Errorf("with one factor: %+v, by %+v", a, a.By())
		}
		k, _, token := h.enrol(p)
		if a := h.resume(token); a.Wants != "" || a.By().Role != string(actor.Officer) {
			h.Errorf("with two factors: %+v", a)
		}
		h.clock().Add(time.Minute)
		token, err := h.gate.Code(h.Context(), h.signIn(p), h.code(k, h.clock().Now()), desk)
		if h.must(err); h.resume(token).By().Role != string(actor.Officer) {
			h.Errorf("signed in with two factors: %+v", h.resume(token))
		}
		if a := h.resume(h.signIn(h.person("admin of unit"))); a.Wants != "" {
			h.Errorf("another role: %+v", a)
		}
	})
}
