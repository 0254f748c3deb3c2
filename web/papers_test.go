package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/sample"
	"shenbao/internal/xlsx"
	"shenbao/recommend"
)

// A counter is a hall in which something was submitted under a call of Shanxi that
// waits for its paper until 10 December 2024.
type counter struct {
	*hall
	id   apply.ID
	hash string
	name string
}

func newCounter(t testing.TB, s *site) *counter {
	t.Helper()
	h := hallOn(t, s)
	version := applytest.ReadVersion(t, sample.Shanxi)
	u := sample.Units()[slices.IndexFunc(sample.Units(), func(u sample.Unit) bool { return u.Call == sample.Shanxi })]
	k := &counter{hall: h, id: apply.ID(db.NewID()), hash: strings.Repeat("ab12cd34", 8), name: u.Name}
	do := func(who string, act func(ctx context.Context, tx *db.Tx) error) {
		t.Helper()
		if _, err := applytest.Do(h.house, who, func(ctx context.Context, tx *db.Tx) (int, error) { return 0, act(ctx, tx) }); err != nil {
			t.Fatal(err)
		}
	}
	var c *call.Call
	var unit *actor.Unit
	do("abroad officer", func(ctx context.Context, tx *db.Tx) (err error) {
		if c, err = call.Draft(ctx, tx, version, ""); err != nil {
			return err
		}
		for stage, until := range map[string]time.Time{"apply": time.Date(2024, 12, 6, 0, 0, 0, 0, clock.Zone), "paper": time.Date(2024, 12, 11, 0, 0, 0, 0, clock.Zone)} {
			if c, err = call.Schedule(ctx, tx, call.Slot{Call: c.ID, Stage: stage, Until: until}); err != nil {
				return err
			}
		}
		_, err = call.Publish(ctx, tx, c.ID, "")
		return err
	})
	h.house.Hire("shanxi admin", "", actor.Visitor)
	do("shanxi admin", func(ctx context.Context, tx *db.Tx) (err error) {
		unit, err = actor.RegisterUnit(ctx, tx, actor.Registration{Code: u.Code, Name: u.Name, Kind: u.Kind, Place: u.Place})
		return err
	})
	by := h.house.Staff["shanxi admin"]
	by.Unit, by.Role = string(unit.ID), string(actor.UnitAdmin)
	h.house.Staff["shanxi admin"] = by
	do("abroad officer", func(ctx context.Context, tx *db.Tx) error { _, err := actor.ConfirmUnit(ctx, tx, unit.ID); return err })
	k.submitted(c, unit, u)
	return k
}

// submitted puts a version into the database, as submitting and checking leave it.
func (k *counter) submitted(c *call.Call, unit *actor.Unit, u sample.Unit) {
	facts, err := json.Marshal(u.Application())
	if err != nil {
		k.t.Fatal(err)
	}
	at := db.Time(dbtest.Noon.Add(-24 * time.Hour))
	keep := func(act func(tx *db.Tx) error) {
		k.t.Helper()
		if _, err := db.Keep(k.t.Context(), k.db, func(tx *db.Tx) (int, error) { return 0, act(tx) }); err != nil {
			k.t.Fatal(err)
		}
	}
	ctx := k.t.Context()
	keep(func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `
			INSERT INTO applications (id, call, hash, unit, unit_name, name, folded, state, begun, begun_by, changed, changed_by, submitted, version, mend_until,
				reason, returned_by, answer, met, unmet, unknown, revision, begin_key)
			VALUES ($1, $2, $3, $4, $5, '碳基材料中心', '碳基材料中心', 'submitted', $6, '', $6, '', $6, 1, '', '', '', '', 0, 0, 0, 0, 'k')`,
			k.id, c.ID, c.Hash, unit.ID, unit.Name, at); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO application_versions (application, number, state, submit_key, received, submitted, person, person_name, call, package, manifest, hash, facts, texts,
				findings, line, receipt, ended)
			VALUES ($1, 1, 'standing', 'k', $2, $2, '', '王明远', $3, $4, $5, $6, $7, '{}', '[]', '', '', '')`,
			k.id, at, c.ID, c.Hash, fmt.Sprintf(`{"unit_name":%q}`, unit.Name), k.hash, string(facts))
		return err
	})
	keep(func(tx *db.Tx) error { return recommend.Arrive(ctx, tx, k.server.recommending(), k.id) })
	keep(func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, `UPDATE recommend_steps SET state = CASE stage WHEN 'authority_check' THEN 'endorsed' ELSE 'open' END WHERE application = $1`, k.id)
		return err
	})
}

func TestPapers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := newCounter(t, siteOn(t, d))
		at := "/papers/" + string(k.id)
		if p := k.get("abroad officer", "/papers?show=awaited"); !strings.Contains(p, k.name) || !strings.Contains(p, "未收到") {
			t.Errorf("awaited: %s", answer{text: p}.main())
		}
		// The code on the print leads to its application; words narrow the list.
		scanned := "https%3A%2F%2Fsb.example.gov.cn%2Fapplications%2F" + string(k.id) + "%2Fversions%2F1%3Fpaper%3D" + k.hash
		for _, q := range []string{scanned, k.hash[:16]} {
			if a := k.ask(k.who("abroad officer"), request{method: "GET", path: "/papers?q=" + q}); a.Code != http.StatusSeeOther || a.Header().Get("Location") != at+"?version=1" {
				t.Errorf("scanned: %d %s", a.Code, a.Header().Get("Location"))
			}
		}
		if p := k.get("abroad officer", "/papers?q=zzz"); strings.Contains(p, k.name) {
			t.Error("a word finds everything")
		}
		p := k.get("abroad officer", at)
		for _, want := range []string{"申请书（A4纸双面打印）", "application_print:sealed", "通知要求原件 1 份", "2024年12月11日"} {
			if !strings.Contains(p, want) {
				t.Errorf("the form lacks %q\n%s", want, answer{text: p}.main())
			}
		}
		form := []string{"version", "1", "received", "2024-11-27T11:30", "copies", "1", "item", "application_print:there", "item", "application_print:sealed", "remark", ""}
		a := k.post("abroad officer", at, http.StatusUnprocessableEntity, form...)
		if text := a.Body.String(); !strings.Contains(text, "请在备注里写明缺什么") || !strings.Contains(text, `value="application_print:sealed" checked`) || !strings.Contains(text, `value="2024-11-27T11:30"`) {
			t.Errorf("what was typed is gone: %s", answer{text: text}.main())
		}
		k.post("abroad officer", at, http.StatusUnprocessableEntity, append(slices.Clone(form[:2]), "received", "2024-11-27T12:30", "copies", "1")...)
		form[len(form)-1] = "缺资格审查表<b>"
		k.post("abroad officer", at, http.StatusSeeOther, form...)
		for who, path := range map[string]string{"shanxi admin": "/applications/" + string(k.id), "abroad head": at, "abroad officer": "/queue/" + k.open()} {
			p := k.get(who, path)
			if !strings.Contains(p, "纸质原件") || !strings.Contains(p, "已接收，不齐全") || !strings.Contains(p, "缺资格审查表&lt;b&gt;") || strings.Contains(p, "表<b>") {
				t.Errorf("%s sees at %s: %s", who, path, answer{text: p}.main())
			}
		}
		whole := []string{"version", "1", "received", "2024-11-27T11:30", "copies", "1", "corrects", "1", "remark", "补交"}
		for _, m := range []string{"application_print", "qualification_form", "proofs_print"} {
			whole = append(whole, "item", m+":there", "item", m+":sealed", "item", m+":signed")
		}
		k.post("abroad head", at, http.StatusSeeOther, whole...)
		k.post("abroad head", at, http.StatusConflict, whole...)
		if p := k.get("abroad officer", "/papers"); !strings.Contains(p, "已接收") || strings.Contains(p, "已接收，不齐全") || strings.Count(p, "<tr data-row>") != 1 {
			t.Errorf("the list: %s", answer{text: p}.main())
		}
		if p := k.get("abroad officer", "/papers?show=all"); strings.Count(p, "<tr data-row>") != 2 || !strings.Contains(p, "已被更正") {
			t.Errorf("all lines: %s", answer{text: p}.main())
		}
		k.workbook()
		k.sound("abroad officer", at, "/papers?show=all", "/queue/"+k.open())
		for who, want := range map[string]int{"stranger": 401, "host admin": 404, "shanxi admin": 404, "province officer": 404, "city head": 404} {
			p := k.people["stranger"]
			if who != "stranger" {
				p = k.who(who)
			}
			if a := k.ask(p, request{method: "GET", path: at}); a.Code != want {
				t.Errorf("%s opens it: %d, want %d", who, a.Code, want)
			}
		}
	})
}

// sound opens pages in both languages, and asks that they are whole.
func (k *counter) sound(who string, paths ...string) {
	k.t.Helper()
	for _, path := range paths {
		for _, lang := range []string{"zh", "en"} {
			d := parsed(k.t, k.get(who, withLang(path, lang)))
			for _, fault := range append(d.faults(k.world, lang), d.untranslated()...) {
				k.t.Errorf("%s in %s: %s", path, lang, fault)
			}
		}
	}
}

// open is the step that waits at the province.
func (k *counter) open() string {
	k.t.Helper()
	q, err := db.View(k.t.Context(), k.db, func(r db.Reader) (*recommend.Queue, error) {
		return recommend.List(k.t.Context(), r, k.house.Staff["abroad officer"], recommend.Filter{State: recommend.Open})
	})
	if err != nil || len(q.Entries) != 1 {
		k.t.Fatal(q, err)
	}
	return string(q.Entries[0].Step.ID)
}

// workbook opens what is exported.
func (k *counter) workbook() {
	k.t.Helper()
	a := k.ask(k.who("abroad officer"), request{method: "GET", path: "/papers/workbook?show=all"})
	book, err := xlsx.Open("a.xlsx", a.Body.Bytes(), xlsx.Register)
	if err != nil || a.Header().Get("Content-Type") != xlsxType {
		k.t.Fatalf("%s %v", a.Header(), err)
	}
	rows, err := book.Rows(book.Sheets[0])
	if err != nil || len(rows) < 3 || rows[1].Cell(0).Text != k.name {
		k.t.Errorf("rows %v, %v", rows, err)
	}
}

// A letter goes with the decision, as its scan says what it is.
func TestCaseLetters(t *testing.T) {
	k := newCounter(t, newSite(t))
	at := "/queue/" + k.open()
	send := func(name, content string) (int, string) {
		a := k.files("abroad officer", at+"/letters", map[string]string{"version": "1", "number": "并政函〔2024〕3号", "place": "140100"}, [3]string{"file", name, content})
		return a.Code, a.Body.String()
	}
	for name, content := range map[string]string{"a.pdf": "MZ\x90", "a.html": "<script>", "a.png": "", "a.svg": "<svg onload=alert(1)>"} {
		if code, text := send(name, content); code != http.StatusUnprocessableEntity || !strings.Contains(text, `class="error"`) {
			t.Errorf("%s: %d", name, code)
		}
	}
	if code, text := send("推荐函.png", tinyPNG); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, answer{text: text}.main())
	}
	p := k.get("abroad head", at)
	if !strings.Contains(p, "推荐函.png") || !strings.Contains(p, "并政函〔2024〕3号") || !strings.Contains(p, "太原市") {
		t.Errorf("the case: %s", answer{text: p}.main())
	}
	i := strings.Index(p, at+"/letters/")
	link := p[i : i+strings.IndexByte(p[i:], '"')]
	a := k.ask(k.who("abroad head"), request{method: "GET", path: link})
	if a.Code != 200 || !bytes.Equal(a.Body.Bytes(), []byte(tinyPNG)) || a.Header().Get("Content-Type") != "image/png" || !strings.Contains(a.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("the letter: %d %v", a.Code, a.Header())
	}
	for _, who := range []string{"shanxi admin", "province officer", "host admin"} {
		if a := k.ask(k.who(who), request{method: "GET", path: link}); a.Code != http.StatusNotFound {
			t.Errorf("%s reads it: %d", who, a.Code)
		}
	}
	k.post("abroad officer", link+"/remove", http.StatusSeeOther)
	if p := k.get("abroad head", at); strings.Contains(p, "推荐函.png") {
		t.Error("removed, and yet there")
	}
}

// tinyPNG is a picture of one pixel.
const tinyPNG = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
