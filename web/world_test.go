package web

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/secret"
	"shenbao/programme"
	"shenbao/recommend"
	"shenbao/registry"
)

// A player is somebody in the world, and how they come: by a session, by a
// personal token, or as a stranger.
type player struct {
	name   string
	by     db.By
	token  string // of the session; "" for a stranger
	bearer string // a personal token
	member string // id of the membership
}

// A world is a site with people in every role, units near and far, and a call
// of every state.
//
//	山东省 ── 章丘区 (district) ── quan (confirmed), hai (confirmed), fresh (pending)
//	山西省 (abroad)             ── jin (confirmed)
type world struct {
	*site
	t      testing.TB
	units  map[string]actor.UnitID
	people map[string]*player
	calls  map[string]call.ID // published and draft of the district, foreign of 山西省
	rows   map[string]*registry.Row
	apps   map[string]apply.ID // begun and handed of quan, far of jin
	table  recommend.SummaryID // of intents, of the district
	keys   *secret.Keys
}

// library is the packages, read once.
var library = sync.OnceValues(func() (*programme.Library, error) { return programme.Open(os.DirFS("../programmes")) })

// version is a package with its copy, made once.
var versions sync.Map

func versionOf(t testing.TB, id string) call.Version {
	t.Helper()
	if v, ok := versions.Load(id); ok {
		return v.(call.Version)
	}
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	v, err := (&Server{Options: Options{Library: lib}}).version(id)
	if err != nil {
		t.Fatal(err)
	}
	versions.Store(id, v)
	return v
}

// aHash is the hash of the password, made once: hashing is slow.
var aHash = sync.OnceValue(func() actor.Hash {
	h, err := actor.NewGate(nil, secret.New(), actor.DefaultSettings()).HashPassword(context.Background(), password)
	if err != nil {
		panic(err)
	}
	return h
})

// populate fills an empty site.
func populate(t testing.TB, s *site) *world {
	t.Helper()
	lib, err := library()
	if err != nil {
		t.Fatal(err)
	}
	s.server.Library = lib
	s.server.Gate.Settings.TwoFactor = nil
	w := &world{site: s, t: t, units: map[string]actor.UnitID{}, people: map[string]*player{"stranger": {name: "stranger"}},
		calls: map[string]call.ID{}, rows: map[string]*registry.Row{}, apps: map[string]apply.ID{}, keys: s.server.Gate.Keys}
	w.authority("province", "山东省科学技术厅", "370000", actor.Province)
	w.authority("district", "章丘区工业信息化和科技局", "370114", actor.District)
	w.authority("abroad", "山西省科学技术厅", "140000", actor.Province)
	w.hire("newcomer", actor.Visitor, "")
	w.hire("sysadmin", actor.SysAdmin, "")
	w.hire("auditor", actor.Auditor, "")
	w.register("quan", "91370000MA0000001T", "泉山智行机器人有限公司", "370114")
	w.register("hai", "91370000MA0000006A", "海岱精密传感有限公司", "370114")
	w.register("jin", "91140000MA00000037", "晋阳先进材料有限公司", "140105")
	w.register("fresh", "91370000MA0000008G", "明水新材料有限公司", "370114")
	for _, name := range []string{"quan", "hai", "jin"} {
		w.do(db.System, func(tx *db.Tx) error { _, err := actor.ConfirmUnit(t.Context(), tx, w.units[name]); return err })
	}
	w.hire("editor", actor.Editor, "quan")
	w.hire("clerk", actor.Editor, "quan")
	for _, role := range []actor.Role{actor.Officer, actor.Head, actor.ProgrammeOfficer, actor.Finance, actor.Expert} {
		w.hire(string(role), role, "district")
	}
	w.hire("other_head", actor.Head, "district")
	w.hire("office_admin", actor.UnitAdmin, "district")
	w.hire("officer_abroad", actor.Officer, "abroad")
	w.announce()
	w.fillIn()
	w.beginAll()
	w.tell("head", "/desk", "有单位等待核实")
	w.do(w.people["officer"].by, func(tx *db.Tx) error {
		l, err := recommend.OpenSummary(t.Context(), tx, s.server.recommending(), recommend.NewSummary{Call: w.calls["published"], Stage: "intent"})
		if err == nil {
			w.table = l.ID
		}
		return err
	})
	return w
}

// do runs an act that has to succeed.
func (w *world) do(by db.By, act func(tx *db.Tx) error) {
	w.t.Helper()
	if _, err := db.Update(w.t.Context(), w.db, by, func(tx *db.Tx) (int, error) { return 0, act(tx) }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) authority(name, title, place, level string) {
	w.t.Helper()
	w.do(db.System, func(tx *db.Tx) error {
		u, err := actor.AddAuthority(w.t.Context(), tx, actor.Authority{Name: title, Place: place, Level: level})
		if err == nil {
			w.units[name] = u.ID
		}
		return err
	})
}

// account opens an account without a role.
func (w *world) account(name string) db.By {
	w.t.Helper()
	by := db.By{Role: string(actor.Visitor)}
	w.do(db.System, func(tx *db.Tx) error {
		p, err := w.server.Gate.AddPerson(w.t.Context(), tx, actor.NewPerson{Name: name, Email: name + "@example.cn", Phone: "13800001234", Language: "zh"}, aHash())
		if err == nil {
			by.Person = string(p.ID)
		}
		return err
	})
	return by
}

// hire opens an account, gives it a role and signs it in.
func (w *world) hire(name string, role actor.Role, unit string) {
	w.t.Helper()
	p := &player{name: name, by: w.account(name)}
	if role != actor.Visitor {
		w.do(db.System, func(tx *db.Tx) error {
			m, err := actor.Grant(w.t.Context(), tx, actor.PersonID(p.by.Person), actor.Offer{Unit: w.units[unit], Role: role})
			if err == nil {
				p.member = m.ID
			}
			return err
		})
		p.by.Unit, p.by.Role = string(w.units[unit]), string(role)
	}
	w.signIn(p)
}

func (w *world) signIn(p *player) {
	w.t.Helper()
	token, err := w.server.Gate.SignIn(w.t.Context(), actor.Credentials{Email: p.name + "@example.cn", Password: password}, actor.Origin{Source: "192.0.2.1"})
	if err != nil {
		w.t.Fatal(err)
	}
	p.token = token
	w.people[p.name] = p
}

// register registers a unit by a person of the same name, its administrator.
func (w *world) register(name, code, title, place string) {
	w.t.Helper()
	p := &player{name: name, by: w.account(name)}
	w.do(p.by, func(tx *db.Tx) error {
		u, err := actor.RegisterUnit(w.t.Context(), tx, actor.Registration{Code: code, Name: title, Kind: "enterprise", Place: place})
		if err == nil {
			w.units[name] = u.ID
		}
		return err
	})
	p.by.Unit, p.by.Role = string(w.units[name]), string(actor.UnitAdmin)
	w.signIn(p)
}

// announce drafts and publishes calls.
func (w *world) announce() {
	ctx := w.t.Context()
	for _, one := range []struct{ name, pkg, by string }{
		{"published", "shandong-tic-2024", "officer"}, {"draft", "shandong-tic-2024", "officer"}, {"foreign", "shanxi-tic-2024", "officer_abroad"},
	} {
		w.do(w.people[one.by].by, func(tx *db.Tx) error {
			c, err := call.Draft(ctx, tx, versionOf(w.t, one.pkg), "")
			if err != nil || one.name == "draft" {
				if err == nil {
					w.calls[one.name] = c.ID
				}
				return err
			}
			w.calls[one.name] = c.ID
			_, err = call.Publish(ctx, tx, c.ID, "")
			return err
		})
	}
	w.do(w.people["other_head"].by, func(tx *db.Tx) error {
		_, err := call.ProposeExtension(ctx, tx, call.Proposal{Call: w.calls["published"], Stage: "system_open",
			Until: time.Date(2024, 12, 3, 9, 0, 0, 0, time.UTC), Reason: "系统停机两小时"})
		return err
	})
}

// identity is a valid identity number of nobody.
const identity = "370000197708129017"

// fillIn gives the near and the foreign unit a row of staff.
func (w *world) fillIn() {
	for _, name := range []string{"quan", "hai", "jin"} {
		w.do(w.people[name].by, func(tx *db.Tx) error {
			rows, err := registry.Edit(w.t.Context(), tx, w.keys, registry.Batch{Unit: w.units[name], List: registry.StaffList,
				Changes: []registry.Change{{Cells: map[string]string{"name": "王明远", "person": identity}}}})
			if err == nil {
				w.rows[name] = rows[0]
			}
			return err
		})
	}
}

// beginAll begins applications: one is as if it had been handed in.
func (w *world) beginAll() {
	for name, by := range map[string]string{"begun": "quan", "handed": "quan", "far": "jin"} {
		w.do(w.people[by].by, func(tx *db.Tx) error {
			a, err := apply.Begin(w.t.Context(), tx, w.server.office, apply.Beginning{Call: w.calls["published"], Key: name})
			if err != nil || name != "handed" {
				if err == nil {
					w.apps[name] = a.ID
				}
				return err
			}
			w.apps[name] = a.ID
			_, err = tx.Exec(w.t.Context(), `UPDATE applications SET state = 'submitted', version = 1, submitted = changed WHERE id = $1`, a.ID)
			return err
		})
	}
}

// A request is what somebody sends.
type request struct {
	method, path string
	form         []string // pairs; nil for none
	json         string
	header       map[string]string
	formToken    string // "" = the right one, "-" = none
}

// ask sends a request for somebody and returns the answer, without following
// redirects.
func (w *world) ask(p *player, r request) *httptest.ResponseRecorder {
	w.t.Helper()
	rec := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(rec, w.request(p, r))
	return rec
}

// seed is the form cookie of strangers.
const seed = "0123456789abcdef0123456789abcdef"

func (w *world) request(p *player, r request) *http.Request {
	var body io.Reader
	kind := ""
	switch {
	case r.json != "":
		body, kind = strings.NewReader(r.json), "application/json"
	case r.method == http.MethodPost:
		v := url.Values{}
		for i := 0; i+1 < len(r.form); i += 2 {
			v.Add(r.form[i], r.form[i+1])
		}
		switch r.formToken {
		case "":
			v.Set(formToken, w.formToken(p))
		case "-":
		default:
			v.Set(formToken, r.formToken)
		}
		body, kind = strings.NewReader(v.Encode()), "application/x-www-form-urlencoded"
	}
	req := httptest.NewRequest(r.method, r.path, body)
	req.RemoteAddr = "192.0.2.1:40000"
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	if p.token != "" && p.bearer == "" {
		req.AddCookie(&http.Cookie{Name: w.server.prefixed(sessionCookie), Value: p.token})
	}
	if p.bearer != "" {
		req.Header.Set("Authorization", "Bearer "+p.bearer)
	}
	req.AddCookie(&http.Cookie{Name: w.server.prefixed(formCookie), Value: seed})
	for name, value := range r.header {
		req.Header.Set(name, value)
	}
	return req
}

// formToken is a token that the site would have put into a form for somebody.
func (w *world) formToken(p *player) string {
	bound := seed
	if p.token != "" {
		bound = p.token
	}
	return (&visit{Server: w.server}).mint(bound)
}

// asJSON is a form as the API takes it.
func asJSON(form []string, rt route) string {
	body, cells := map[string]any{}, map[string][]string{}
	names := bodyNames(rt.in)
	for i := 0; i+1 < len(form); i += 2 {
		name, value := form[i], form[i+1]
		f, ok := fieldOf(rt.in, name)
		switch {
		case !ok && len(names) > 0:
			cells[name] = []string{value}
		case f.Type.Kind() == reflect.Int64 || f.Type.Kind() == reflect.Int:
			n, _ := strconv.Atoi(value)
			body[name] = n
		case f.Type.Kind() == reflect.Slice:
			body[name] = []string{value}
		default:
			body[name] = value
		}
	}
	if len(cells) > 0 {
		body[names[len(names)-1]] = cells
	}
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func fieldOf(in reflect.Type, name string) (reflect.StructField, bool) {
	for i := range in.NumField() {
		if fieldName(in.Field(i)) == name {
			return in.Field(i), true
		}
	}
	return reflect.StructField{}, false
}
