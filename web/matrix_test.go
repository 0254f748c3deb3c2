package web

import (
	"cmp"
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
)

// A subject is how a route is asked for: about what, with which values, and
// which act the room asks for on top of the route's own.
type subject struct {
	about string   // unit, profile (of a unit), call, draft, or "" for the reader's own
	form  []string // values that the act takes; of a GET, its query
	inner actor.Act
	rule  string // what the room says when a rule of its own forbids what the table allows
}

// Values that the tests put in, by their names in braces.
func (w *world) fill(text, thing string) string {
	row := w.rows[thing]
	values := []string{"{unit}", string(w.units[thing]), "{call}", string(w.calls[thing]), "{list}", "staff", "{register}", "platforms", "{token}", "nothing",
		"{person}", w.people["finance"].by.Person, "{member}", w.people["clerk"].member, "{file}", strings.Repeat("0", 64), "{extension}", "nothing", "{notice}", "nothing", "{application}", cmp.Or(string(w.apps[thing]), "nothing"), "{section}", "centre", "{key}", db.NewID(), "{table}", cmp.Or(string(w.table), "nothing"), "{upload}", "nothing", "{letter}", "nothing", "{complaint}", "nothing", "{hook}", "nothing", "{number}", "1", "{$}", ""}
	if row != nil {
		values = append(values, "{row}", string(row.ID))
	}
	return strings.NewReplacer(values...).Replace(text)
}

// subjects has a row for every route: TestEveryRouteIsDeclared.
var subjects = map[string]subject{
	"GET /{$}": {}, "GET /calls": {}, "GET /calls.ics": {}, "GET /calls.atom": {}, "GET /help": {}, "GET /registers": {}, "GET /places": {form: []string{"q", "章丘"}},
	"GET /calls/{call}":              {about: "call"},
	"GET /calls/{call}/clauses":      {about: "call"},
	"GET /calls/{call}/calendar":     {about: "call"},
	"GET /calls/{call}/files/{file}": {about: "no file"},
	"GET /calls/{call}/check":        {about: "call"},
	"POST /calls/{call}/check":       {about: "call"},

	"GET /desk":                                         {inner: actor.ActViewUnit},
	"POST /calls":                                       {form: []string{"package", "{package}"}},
	"POST /calls/{call}/schedule":                       {about: "draft", form: []string{"stage", "system_open", "from", "2024-11-25T09:00", "until", "2024-12-02T17:00"}},
	"POST /calls/{call}/files":                          {about: "call"},
	"POST /calls/{call}/publish":                        {about: "draft", form: []string{"reason", ""}},
	"POST /calls/{call}/withdraw":                       {about: "call", form: []string{"reason", "另行通知"}},
	"POST /calls/{call}/extensions":                     {about: "call", form: []string{"stage", "system_open", "until", "2024-12-04T17:00", "reason", "系统停机"}, rule: "没有“system_open”这个阶段"},
	"POST /calls/{call}/extensions/{extension}/approve": {about: "call"},
	"GET /sign-in":                                      {}, "POST /sign-in": {form: []string{"email", "x@example.cn", "password", "wrong"}}, "POST /sign-in/code": {form: []string{"code", "000000"}}, "POST /sign-out": {},
	"GET /join": {}, "POST /join": {form: []string{"email", "someone@example.cn"}}, "GET /join/{token}": {about: "no token"}, "POST /join/{token}": {about: "no token"}, "POST /join/{token}/accept": {about: "no token"},
	"GET /first/{token}": {}, "POST /first/{token}": {about: "no token"}, "GET /reset": {}, "POST /reset": {form: []string{"email", "someone@example.cn"}},
	"GET /reset/{token}": {}, "POST /reset/{token}": {about: "no token"}, "GET /email/{token}": {}, "POST /email/{token}": {about: "no token"},

	"POST /calls/{call}/apply":                             {about: "begin", form: []string{"key", "{key}"}},
	"GET /applications":                                    {about: "list"},
	"GET /applications/{application}":                      {about: "application"},
	"POST /applications/{application}/withdraw":            {about: "application"},
	"POST /applications/{application}/drop":                {about: "application"},
	"POST /applications/{application}/follow":              {about: "application"},
	"POST /applications/{application}/return":              {about: "application", form: []string{"reason", "请补正", "until", "", "field", "", "remark", "x"}},
	"GET /applications/{application}/form":                 {about: "application"},
	"GET /applications/{application}/form/{section}":       {about: "application"},
	"POST /applications/{application}/form/{section}":      {about: "application", form: []string{"centre.chain", "链"}},
	"POST /applications/{application}/form/{section}/pick": {about: "application", form: []string{"fact", "staff"}, rule: "请先勾选要选取的行"},
	"GET /applications/{application}/check":                {about: "application"},
	"POST /applications/{application}/check":               {about: "application"},
	"POST /applications/{application}/submit":              {about: "application", form: []string{"key", "{key}", "seen", "x"}},
	"GET /form-token":                                      {},

	"GET /account": {}, "POST /account": {form: []string{"name", "新名", "phone", "", "language", "zh"}}, "POST /account/switch": {about: "no token", form: []string{"membership", "nothing"}},
	"GET /account/password": {}, "POST /account/password": {form: []string{"current", password, "password", "abc"}}, "GET /account/prove": {}, "POST /account/prove": {form: []string{"password", password}},
	"POST /account/email": {form: []string{"email", "other@example.cn"}}, "GET /account/second-factor": {}, "POST /account/second-factor": {}, "POST /account/second-factor/confirm": {about: "no token", form: []string{"code", "000000"}},
	"POST /account/second-factor/drop": {}, "POST /account/recovery": {about: "no token"}, "POST /account/sessions/end": {}, "POST /account/tokens": {form: []string{"label", "t", "days", "9", "scopes", "registry"}},
	"POST /account/tokens/revoke": {about: "no token", form: []string{"id", "nothing"}},

	"GET /inbox": {}, "POST /inbox/read": {form: []string{"newest", ""}}, "POST /inbox/{notice}/open": {about: "no token"},

	"GET /applications/{application}/print.pdf": {about: "no token"}, "GET /applications/{application}/compare": {about: "no token"},
	"GET /applications/{application}/versions": {about: "no token"}, "GET /applications/{application}/versions/{number}": {about: "no token"},
	"GET /applications/{application}/versions/{number}/print.pdf": {about: "no token"}, "GET /applications/{application}/versions/{number}/receipt.pdf": {about: "no token"},
	"GET /applications/{application}/versions/{number}/receipt.txt": {about: "no token"}, "GET /applications/{application}/versions/{number}/receipt.json": {about: "no token"},

	"GET /applications/{application}/files": {about: "no token"}, "POST /applications/{application}/files": {about: "no token"},
	"GET /applications/{application}/files/{file}": {about: "no token"}, "GET /applications/{application}/files/{file}/view": {about: "no token"},
	"GET /applications/{application}/files/{file}/preview": {about: "no token"}, "POST /applications/{application}/files/{file}/remove": {about: "no token"},
	"POST /applications/{application}/uploads": {about: "no token"}, "GET /applications/{application}/uploads/{upload}": {about: "no token"},
	"POST /applications/{application}/uploads/{upload}/parts": {about: "no token"}, "POST /applications/{application}/uploads/{upload}/end": {about: "no token"},
	"POST /applications/{application}/uploads/{upload}/drop": {about: "no token"},

	"GET /tables": {}, "POST /tables": {about: "begin", form: []string{"call", "{call}", "stage", "intent"}},
	"GET /tables/{table}": {about: "table"}, "GET /tables/{table}/workbook": {about: "table"}, "GET /tables/{table}/print.pdf": {about: "table"},
	"GET /tables/{table}/seal":     {about: "table", rule: "没有盖章件"},
	"POST /tables/{table}/move":    {about: "table", form: []string{"row", "nothing", "how", "up", "to", "", "reason", ""}, rule: "表里没有这一行"},
	"POST /tables/{table}/order":   {about: "table", form: []string{"row", "nothing", "seen", ""}},
	"POST /tables/{table}/row":     {about: "table", form: []string{"row", "", "seen", "", "reason", "", "cell.centre", "山东省甲类技术创新中心"}},
	"POST /tables/{table}/remove":  {about: "table", form: []string{"row", "nothing", "reason", ""}, rule: "表里没有这一行"},
	"POST /tables/{table}/import":  {about: "table"},
	"POST /tables/{table}/hand-up": {about: "table"},
	"POST /tables/{table}/return":  {about: "table", form: []string{"reason", "次序有误"}, rule: "只有接收单位可以退回"},
	"POST /tables/{table}/seal":    {about: "table"},

	"GET /applications/{application}/plan": {about: "no token"}, "POST /applications/{application}/plan": {about: "no token", form: []string{"outline/meaning", "x"}},
	"GET /applications/{application}/partners":          {about: "no token"},
	"POST /applications/{application}/partners/invite":  {about: "no token", form: []string{"code", "91370000MA0000009K"}},
	"POST /applications/{application}/partners/remove":  {about: "no token", form: []string{"unit", "nothing"}},
	"POST /applications/{application}/partners/confirm": {about: "no token", form: []string{"seen", "x"}},
	"POST /applications/{application}/partners/decline": {about: "no token", form: []string{"state", "invited", "reason", "另有安排"}},

	"GET /unit": {}, "GET /units": {}, "GET /units/new": {}, "POST /units": {form: []string{"name", "新单位", "code", "91370000MA0000009K", "kind", "enterprise", "place", "370114", "under", ""}},
	"GET /units/{unit}":                 {about: "unit"},
	"POST /units/{unit}/confirm":        {about: "unit"},
	"POST /units/{unit}/refuse":         {about: "unit", form: []string{"reason", "信用代码不符"}},
	"POST /units/{unit}/close":          {about: "unit", form: []string{"reason", "已经注销"}},
	"POST /units/{unit}/change":         {about: "unit", form: []string{"name", "改名有限公司", "place", "370114"}, rule: "单位已经确认，名称和所在地由归口管理部门变更"},
	"POST /units/{unit}/move":           {about: "unit", form: []string{"under", ""}},
	"POST /units/{unit}/members/invite": {about: "unit", form: []string{"email", "someone@example.cn", "role", "unit_admin"}, inner: actor.ActGrantUnitAdmin, rule: "不能指定"},
	"POST /units/{unit}/members/end":    {about: "member", form: []string{"id", "{member}"}, inner: actor.ActGrantEditor},

	"GET /units/{unit}/profile/{list}":             {about: "profile"},
	"GET /units/{unit}/profile/{list}/workbook":    {about: "profile"},
	"POST /units/{unit}/profile/{list}":            {about: "profile", form: []string{"id", "", "version", "0", "cell.name", "李文静"}},
	"POST /units/{unit}/profile/{list}/remove":     {about: "profile", form: []string{"id", "{row}", "version", "1"}},
	"POST /units/{unit}/profile/{list}/confirm":    {about: "profile", inner: actor.ActViewProfile},
	"POST /units/{unit}/profile/{list}/verify":     {about: "profile", inner: actor.ActViewProfile},
	"POST /units/{unit}/profile/{list}/verify-row": {about: "profile", form: []string{"id", "{row}", "version", "1"}},
	"POST /units/{unit}/profile/{list}/reveal":     {about: "profile", form: []string{"id", "{row}", "why", "核对"}},
	"POST /units/{unit}/profile/{list}/import":     {about: "profile"},

	"GET /queue": {}, "POST /queue/batch": {form: []string{"case", "nothing:1", "do", "receive", "reason", "", "to", "", "back", ""}},
	"GET /queue/{step}": {about: "no token"}, "POST /queue/{step}/sign": {about: "no token", form: []string{"version", "1", "kind", "item", "item", "x", "answer", "yes", "remark", "", "back", ""}},
	"POST /queue/{step}/items":   {about: "no token", form: []string{"version", "1", "back", ""}},
	"POST /queue/{step}/endorse": {about: "no token", form: []string{"version", "1"}}, "POST /queue/{step}/return": {about: "no token", form: []string{"version", "1", "reason", "请补正"}},
	"POST /queue/{step}/refuse": {about: "no token", form: []string{"version", "1", "reason", "不符合"}}, "POST /queue/{step}/file": {about: "no token", form: []string{"version", "1"}},
	"POST /queue/{step}/receive":              {about: "no token", form: []string{"version", "1"}},
	"POST /queue/{step}/appeal":               {about: "no token", form: []string{"appeal", "nothing", "answer", "维持"}},
	"POST /applications/{application}/appeal": {about: "no token", form: []string{"step", "nothing", "ground", "请复核"}},
	"POST /calls/{call}/relay":                {about: "begin", form: []string{"until", "", "message", "请提前"}},
	"POST /queue/{step}/letters":              {about: "no token", form: []string{"version", "1", "place", "", "number", ""}}, "GET /queue/{step}/letters/{letter}": {about: "no token"},
	"POST /queue/{step}/letters/{letter}/remove": {about: "no token"},

	"GET /papers": {}, "GET /papers/workbook": {}, "GET /papers/{application}": {about: "no token"},
	"POST /papers/{application}": {about: "no token", form: []string{"version", "1", "received", "2024-11-27T11:00", "copies", "1"}},

	"GET /complaints/new": {}, "POST /complaints/new": {about: "no token", form: []string{"call", "nothing", "about", "某某", "story", "某事"}}, "GET /complaints/mine/{token}": {about: "no token"}, "POST /complaints/mine": {about: "no token", form: []string{"token", "nothing", "message", "x"}},
	"GET /complaints": {}, "GET /complaints/{complaint}": {about: "no token"}, "POST /complaints/{complaint}/answer": {about: "no token", form: []string{"answer", "已核实"}},
	"POST /complaints/{complaint}/reveal": {about: "no token"}, "POST /complaints/{complaint}/files/{file}": {about: "no token"},

	"GET /hooks": {}, "POST /hooks": {form: []string{"name", "值班群", "address", "https://hooks.example.org/x", "format", "wecom"}},
	"POST /hooks/{hook}/state": {form: []string{"state", "paused"}, rule: "没有这个推送"}, "POST /hooks/{hook}/try": {rule: "没有这个推送"},
	"POST /account/mailing": {form: []string{"digest", "daily"}},

	"GET /registers/{register}": {}, "GET /registers/{register}/workbook": {}, "POST /registers/{register}": {},
	"POST /registers/{register}/undo": {form: []string{"number", "1", "why", "文件有误"}, rule: "没有这一项"}, "GET /registers/looks": {},
	"GET /registers/{register}/rows": {form: []string{"q", "中心"}}, "GET /registers/{register}/rows.xlsx": {},
	"POST /registers/{register}/ask": {form: []string{"number", "91370000MA0000001T"}},
	"GET /people":                    {about: "platform"}, "POST /people/invite": {about: "platform", form: []string{"email", "someone@example.cn", "role", "auditor"}},
	"POST /people/{person}/disable": {about: "platform"}, "POST /people/{person}/enable": {about: "platform"},
	"GET /authorities/new": {about: "platform"}, "POST /authorities": {about: "platform", form: []string{"name", "济南市科学技术局", "code", "", "level", "city", "place", "370100", "under", ""}},
	"GET /journal": {about: "platform"},
}

func TestEveryRouteIsDeclared(t *testing.T) {
	have := map[string]bool{}
	for _, rt := range (&Server{}).routes() {
		have[rt.method+" "+rt.pattern] = true
		if _, ok := subjects[rt.method+" "+rt.pattern]; !ok {
			t.Errorf("%s %s has no row in the matrix", rt.method, rt.pattern)
		}
		if rt.act == public || rt.act == signedIn {
			continue
		}
		if !slices.ContainsFunc(actor.Roles, func(role actor.Role) bool { return actor.Ever(role, rt.act) }) {
			t.Errorf("%s %s: nobody may ever %s", rt.method, rt.pattern, rt.act)
		}
	}
	for name := range subjects {
		if !have[name] {
			t.Errorf("the matrix has a row for %s, which is no route", name)
		}
	}
}

// things are what routes about something are asked for: near to the players,
// and far from all of them.
var things = map[string][]string{
	"unit": {"quan", "fresh", "district", "jin"}, "profile": {"quan", "hai", "jin"}, "member": {"quan"},
	"application": {"begun", "handed", "far"}, "table": {"published"}, "begin": {"published"}, "list": {""},
	"call": {"published", "foreign"}, "draft": {"draft"}, "": {""}, "platform": {""}, "no token": {""}, "no file": {"published", "draft"},
}

// TestMatrix asks for every route as everybody about everything, through the
// site and through the API, and compares with what the table of permissions
// says: allowed, refused, or missing. Looking changes nothing.
func TestMatrix(t *testing.T) {
	w := populate(t, newSite(t))
	players := w.cast()
	file := filepath.Join(t.TempDir(), db.File)
	if err := w.db.Snapshot(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, rt := range w.server.routes() {
		s := subjects[rt.method+" "+rt.pattern]
		for _, thing := range things[s.about] {
			for _, p := range players {
				for _, prefix := range []string{"", apiPrefix} {
					if prefix != "" && rt.hidden || prefix == "" && p.bearer != "" {
						continue
					}
					if n++; testing.Short() && n%20 != 0 {
						continue
					}
					if w.cell(rt, s, thing, p, prefix) {
						w.renew(file)
					}
				}
			}
		}
	}
	if n < 2000 {
		t.Errorf("only %d cells", n)
	}
	t.Logf("%d cells", n)
}

// cast is everybody, and programs of two of them: one that may all a token can
// give, one that may one thing alone.
func (w *world) cast() (all []*player) {
	for _, name := range []string{"stranger", "newcomer", "quan", "editor", "officer", "head", "programme_officer", "finance", "expert", "office_admin", "officer_abroad", "sysadmin", "auditor"} {
		all = append(all, w.people[name])
	}
	for _, name := range []string{"quan", "head"} {
		for label, scopes := range map[string][]string{"all": actor.Scopes(), "one": {"registry.confirm"}} {
			p := *w.people[name]
			p.name += " by a token for " + label
			w.do(p.by, func(tx *db.Tx) error {
				_, secret, err := actor.CreateAPIToken(w.t.Context(), tx, label, scopes, 1<<40)
				p.bearer = secret
				return err
			})
			all = append(all, &p)
		}
	}
	return all
}

// cell asks one cell and reports whether something was changed.
func (w *world) cell(rt route, s subject, thing string, p *player, prefix string) bool {
	t := w.t
	r := request{method: rt.method, path: prefix + w.fill(rt.pattern, thing)}
	for _, value := range s.form {
		r.form = append(r.form, strings.Replace(w.fill(value, thing), "{package}", w.packageOf(p), 1))
	}
	if rt.method == http.MethodGet && len(r.form) == 2 {
		r.path += "?" + r.form[0] + "=" + r.form[1]
	}
	if strings.HasSuffix(rt.pattern, "/approve") {
		r.path = strings.Replace(r.path, "nothing", w.proposal(), 1)
	}
	if prefix != "" && rt.method == http.MethodPost {
		r.json = asJSON(r.form, rt)
	}
	want := w.expected(rt, s, thing, p)
	before := dbtest.Lines(t, w.db)
	got := w.ask(p, r)
	changed := len(dbtest.Lines(t, w.db)) != len(before)
	where := p.name + ": " + rt.method + " " + prefix + rt.pattern + " about " + thing
	switch {
	case want == 0 && s.about[:min(2, len(s.about))] == "no": // open, but there is no such token
		if got.Code == http.StatusUnauthorized || got.Code >= 500 {
			t.Errorf("%s: %d", where, got.Code)
		}
	case want == 0:
		wrong := rt.pattern == "/sign-in" || rt.pattern == "/sign-in/code" || // the password is
			s.rule != "" && strings.Contains(got.Body.String(), s.rule)
		if got.Code >= 500 || (got.Code == 401 || got.Code == 403 || got.Code == 404) && !wrong {
			t.Errorf("%s: %d, but it is allowed\n%s", where, got.Code, answer{text: got.Body.String()}.main())
		}
	case got.Code != want:
		t.Errorf("%s: %d, want %d", where, got.Code, want)
	case changed:
		t.Errorf("%s: %d, and yet something was changed", where, got.Code)
	}
	if changed && rt.method == http.MethodGet {
		t.Errorf("%s: looking left a line in the journal", where)
	}
	return changed
}

// expected is what the table says: 0 for allowed, else the status.
func (w *world) expected(rt route, s subject, thing string, p *player) int {
	ctx, by := w.t.Context(), p.by
	if p.bearer != "" {
		c, a, err := w.server.Gate.ResumeAPI(ctx, p.bearer)
		if err != nil {
			w.t.Fatal(err)
		}
		ctx, by = c, a.By()
	}
	if by.Role == "" {
		by = db.Visitor
	}
	on := w.on(s, thing, by)
	acts := []actor.Act{rt.act, s.inner}
	switch {
	case rt.act == public && thing != "draft":
		return 0
	case rt.act == public:
		acts = []actor.Act{actor.ActViewDraft}
	case by.Person == "":
		return http.StatusUnauthorized
	case rt.act == signedIn:
		acts, on = []actor.Act{actor.ActEditAccount}, actor.On{Person: actor.PersonID(by.Person)}
	case !actor.Ever(actor.Role(by.Role), rt.act):
		return http.StatusNotFound
	case s.about == "list":
		if err := actor.Covered(ctx, listing(actor.Role(by.Role))); err != nil {
			return http.StatusForbidden
		}
		return 0
	case s.about == "application" && thing != "handed": // a draft
		acts = append([]actor.Act{actor.ActViewApplication}, acts...)
	}
	for _, act := range acts {
		if act == "" {
			continue
		}
		if err := w.mayOn(ctx, by, act, on); err != nil {
			return statuses[fault.Of(err).Kind]
		}
	}
	return 0
}

// listing is the act by which somebody lists applications.
func listing(role actor.Role) actor.Act {
	if role == actor.Editor || role == actor.UnitAdmin {
		return actor.ActViewApplication
	}
	return actor.ActViewSubmitted
}

func (w *world) mayOn(ctx context.Context, by db.By, act actor.Act, on actor.On) error {
	_, err := db.View(ctx, w.db, func(r db.Reader) (int, error) {
		if act == actor.ActViewUnit && actor.MayOn(ctx, r, by, act, actor.On{}) == nil {
			return 0, nil // the list of all of them
		}
		return 0, actor.MayOn(ctx, r, by, act, on)
	})
	return err
}

// on is what the acts of a cell are done to.
func (w *world) on(s subject, thing string, by db.By) actor.On {
	switch s.about {
	case "unit", "profile", "member":
		return actor.On{Unit: w.units[thing], Issuer: w.units[thing]}
	case "application":
		unit := w.units["quan"]
		if thing == "far" {
			unit = w.units["jin"]
		}
		return actor.On{Unit: unit, Issuer: w.units["district"], Programme: "shandong-tic-2024"}
	case "table":
		return actor.On{Unit: w.units["district"], Issuer: w.units["district"], Programme: "shandong-tic-2024"}
	case "begin":
		return actor.On{Unit: actor.UnitID(by.Unit)}
	case "call", "draft", "no file":
		issuer, pkg := w.units["district"], "shandong-tic-2024"
		if thing == "foreign" {
			issuer, pkg = w.units["abroad"], "shanxi-tic-2024"
		}
		return actor.On{Unit: issuer, Issuer: issuer, Programme: pkg}
	case "":
		return actor.On{Unit: actor.UnitID(by.Unit), Issuer: actor.UnitID(by.Unit)}
	}
	return actor.On{}
}

// packageOf is the package that somebody's authority can make a call of.
func (w *world) packageOf(p *player) string {
	if p.by.Unit == string(w.units["abroad"]) {
		return "shanxi-tic-2024"
	}
	return "shandong-tic-2024"
}

// proposal is the id of the extension that waits for approval.
func (w *world) proposal() string {
	c, err := db.View(w.t.Context(), w.db, func(r db.Reader) (*call.Call, error) {
		return call.Find(w.t.Context(), r, w.people["head"].by, w.calls["published"])
	})
	if err != nil || len(c.Extensions) == 0 {
		w.t.Fatal("nothing is proposed", err)
	}
	return c.Extensions[0].ID
}

// renew puts the world back to how it was.
func (w *world) renew(file string) {
	w.t.Helper()
	from, err := db.Connect(w.t.Context(), file)
	if err != nil {
		w.t.Fatal(err)
	}
	fresh := filepath.Join(w.t.TempDir(), db.File)
	if err := from.Snapshot(w.t.Context(), fresh); err != nil {
		w.t.Fatal(err)
	}
	from.Close()
	w.db.Close()
	if w.db, err = db.Connect(w.t.Context(), fresh); err != nil {
		w.t.Fatal(err)
	}
	w.db.Clock = clock.At(dbtest.Noon)
	w.server.DB, w.server.Gate.DB = w.db, w.db
}
