package web

import (
	"context"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/programme"
)

const password = "湖光山色共一楼 2024"

// staffed is a site with the two provinces' packages, an authority of each level
// and a signed-in browser for the people named.
func staffed(t *testing.T, d *db.DB) (*site, map[string]*browser) {
	s := siteOn(t, d)
	s.server.Gate.Settings.TwoFactor = nil // the second factor has tests of its own
	lib, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	s.server.Library = lib
	token, err := s.server.Gate.FirstToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	admin := s.browser(t)
	admin.send("/first/"+token, "/first/"+token, "name", "周正", "email", "admin@example.gov.cn", "password", password).want(t, 200)
	admin.send("/authorities/new", "/authorities", "name", "山东省科学技术厅", "code", "", "level", "province", "place", "370000", "under", "").want(t, 200, "山东省科学技术厅")
	district := admin.send("/authorities/new", "/authorities", "name", "章丘区工业信息化和科技局", "code", "", "level", "district", "place", "370114 济南市章丘区", "under", "").want(t, 200, "章丘区")
	people := map[string]*browser{"admin": admin}
	for name, role := range map[string]actor.Role{"officer": actor.Officer, "head": actor.Head} {
		people[name] = s.hired(t, actor.UnitID(district.url.Path[len("/units/"):]), name, role)
	}
	return s, people
}

// hired opens an account with a role and signs it in.
func (s *site) hired(t *testing.T, unit actor.UnitID, name string, role actor.Role) *browser {
	t.Helper()
	ctx, g := t.Context(), s.server.Gate
	hash, err := g.HashPassword(ctx, password)
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.Update(ctx, s.db, db.System, func(tx *db.Tx) (int, error) {
		p, err := g.AddPerson(ctx, tx, actor.NewPerson{Name: name, Email: name + "@example.gov.cn", Language: "zh"}, hash)
		if err != nil {
			return 0, err
		}
		_, err = actor.Grant(ctx, tx, p.ID, actor.Offer{Unit: unit, Role: role})
		return 0, err
	})
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser(t)
	b.send("/sign-in", "/sign-in", "email", name+"@example.gov.cn", "password", password, "next", "").want(t, 200)
	return b
}

var callPath = regexp.MustCompile(`^/calls/[0-9a-f]{32}$`)

// published drafts and publishes the district's call and returns its address.
func published(t *testing.T, officer *browser) string {
	t.Helper()
	a := officer.send("/desk", "/calls", "package", "shandong-tic-2024").want(t, 200, "拟稿", "系统填报")
	if !callPath.MatchString(a.url.Path) {
		t.Fatalf("the draft stands at %s", a.url.Path)
	}
	officer.send(a.url.Path, a.url.Path+"/publish", "reason", "").want(t, 200, "即将截止")
	return a.url.Path
}

func TestACallIsPublishedReadAndChecked(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, people := staffed(t, d)
		visitor := s.browser(t)
		at := published(t, people["officer"])
		visitor.get("/").want(t, 200, "山东省技术创新中心", "还有 5 天 5 小时")
		visitor.get("/calls?q=人形机器人").want(t, 200, at)
		if a := visitor.get("/calls?q=量子纠缠星").want(t, 200); strings.Contains(a.text, at) {
			t.Error("a search for what the call does not hold finds it")
		}
		visitor.get(at).want(t, 200, "0531-51708803", "2024年12月2日 17:00")
		visitor.get(at+"/clauses").want(t, 200, "000-023", "研发费用")
		visitor.get(at+"/check").want(t, 200, "待证明")
		visitor.send(at+"/check", at+"/check", "host.place", "370114 济南市章丘区", "rd_expense 2021", "760", "rd_expense 2022", "880", "rd_expense 2023", "1010").
			want(t, 200, "2,650 万元", "差 350 万元", "000-023")
		visitor.get(at+"/calendar").want(t, 200, "BEGIN:VEVENT", "20241202T090000Z")
		visitor.get("/calls.atom").want(t, 200, "<feed", "山东省技术创新中心")
		visitor.get("/api/v1"+at).want(t, 200, `"state":"published"`, `"closes":"2024-12-02T09:00:00Z"`)
	})
}

func TestACheckIsKeptUnderALink(t *testing.T) {
	s, people := staffed(t, dbtest.SQLite(t))
	at := published(t, people["officer"])
	visitor := s.browser(t)
	a := visitor.send(at+"/check", at+"/check", "direction", "humanoid_robot", "rd_expense 2023", "1010.5", "keep", "on").want(t, 200, "30 天内有效")
	link := regexp.MustCompile(`/check\?kept=[^"<]+`).FindString(a.text)
	if link == "" {
		t.Fatal("no link")
	}
	s.browser(t).get(at+link).want(t, 200, `value="1010.5"`, `value="humanoid_robot" selected`)
	s.browser(t).get(at+"/check?kept=wrong").want(t, http.StatusNotFound)
}

func TestWhatCannotBeReadIsToldBesideItsField(t *testing.T) {
	s, people := staffed(t, dbtest.SQLite(t))
	at := published(t, people["officer"])
	s.browser(t).send(at+"/check", at+"/check", "rd_expense 2023", "很多").want(t, 200, "待证明", `class="error"`)
}

func TestADeadlineIsExtendedByTwo(t *testing.T) {
	s, people := staffed(t, dbtest.SQLite(t))
	at := published(t, people["officer"])
	head := people["head"]
	head.send(at, at+"/extensions", "stage", "system_open", "until", "2024-12-03T17:00", "reason", "系统停机两小时").want(t, 200, "待另一人批准")
	approve := regexp.MustCompile(at + `/extensions/[0-9a-f]+/approve`).FindString(s.hiredAt(t, people, "second head").get(at).text)
	if approve == "" {
		t.Fatal("nobody may approve")
	}
	if strings.Contains(head.get(at).text, approve) {
		t.Error("who proposed it is offered to approve it")
	}
	head.send(at, approve).want(t, http.StatusForbidden, "不能自己批准")
	people["second head"].send(at, approve).want(t, 200, "2024年12月3日 17:00", "系统停机两小时")
	s.browser(t).get(at).want(t, 200, "由 2024年12月2日 17:00 延至 2024年12月3日 17:00")
	people["second head"].send(at, approve).want(t, http.StatusConflict)
}

// hiredAt hires another head of the district's authority.
func (s *site) hiredAt(t *testing.T, people map[string]*browser, name string) *browser {
	t.Helper()
	units, err := db.View(t.Context(), s.db, func(r db.Reader) ([]*actor.Unit, error) {
		return actor.Authorities(context.Background(), r, actor.Filter{Place: "370114"})
	})
	if err != nil || len(units) == 0 {
		t.Fatal(units, err)
	}
	people[name] = s.hired(t, units[0].ID, strings.ReplaceAll(name, " ", ""), actor.Head)
	return people[name]
}

func TestADraftIsNobodysBusiness(t *testing.T) {
	s, people := staffed(t, dbtest.SQLite(t))
	a := people["officer"].send("/desk", "/calls", "package", "shandong-tic-2024").want(t, 200)
	for _, path := range []string{a.url.Path, a.url.Path + "/check", a.url.Path + "/clauses", "/api/v1" + a.url.Path} {
		s.browser(t).get(path).want(t, http.StatusNotFound)
	}
	if list := s.browser(t).get("/calls"); strings.Contains(list.text, a.url.Path) {
		t.Error("the list shows a draft")
	}
}

func TestAUnitRegistersAndIsConfirmed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s, people := staffed(t, d)
		applicant := s.browser(t)
		applicant.send("/join", "/join", "email", "li@example.com").want(t, 200, "li@example.com")
		token, err := s.server.Gate.Token(s.letters[len(s.letters)-1])
		if err != nil {
			t.Fatal(err)
		}
		applicant.send("/join/"+token, "/join/"+token, "name", "李𠅤", "phone", "13800000000", "password", password).want(t, 200, "注册单位")
		unit := applicant.send("/units/new", "/units", "name", "泉山智行机器人有限公司", "code", "91370181MA0000011B", "kind", "enterprise", "place", "370114 济南市章丘区", "under", "").
			want(t, 200, "待确认", "章丘区工业信息化和科技局").url.Path
		people["officer"].get("/desk").want(t, 200, "泉山智行机器人有限公司")
		people["officer"].send(unit, unit+"/confirm").want(t, 200, "已确认")
		applicant.send(unit+"/profile/finance", unit+"/profile/finance", "id", "", "version", "0", "cell.year", "2023", "cell.rd_expense", "1010").
			want(t, 200, "1010", "已填报")
		list := unit + "/profile/finance"
		seen := regexp.MustCompile(`name="seen" value="(\w+)"`).FindStringSubmatch(people["officer"].get(list).text)
		if seen == nil {
			t.Fatal("the list does not say what the officer sees")
		}
		applicant.send(list, list, "id", "", "version", "0", "cell.year", "2022", "cell.rd_expense", "880").want(t, 200)
		people["officer"].send(list, list+"/verify", "seen", seen[1]).want(t, http.StatusConflict, "有人改动过")
		seen = regexp.MustCompile(`name="seen" value="(\w+)"`).FindStringSubmatch(people["officer"].get(list).text)
		people["officer"].send(list, list+"/verify", "seen", seen[1]).want(t, 200, "已核实")
		s.browser(t).get(unit).want(t, http.StatusUnauthorized)
	})
}
