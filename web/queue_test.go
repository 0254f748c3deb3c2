package web

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/recommend"
)

// A bureau is a hall in which applications wait for the district.
type bureau struct {
	*hall
	ids   []apply.ID
	steps []recommend.StepID
}

func newBureau(t testing.TB, names ...string) *bureau {
	t.Helper()
	c := &bureau{hall: newHall(t)}
	first := c.house.Ready()
	c.ids = append([]apply.ID{first}, c.house.Copies(first, len(names)-1)...)
	for i, id := range c.ids {
		_, err := db.Keep(t.Context(), c.db, func(tx *db.Tx) (int, error) {
			tx.By = c.house.Staff["host editor"]
			_, err := apply.Save(t.Context(), tx, c.server.office, apply.Saving{Application: id, Tab: "t", Typed: map[string]string{"centre.name": names[i]}, Mine: map[string]struct{}{"centre.name": {}}})
			return 0, err
		})
		must(t, err)
		c.hand(id)
		for _, e := range c.queue() {
			if e.Application == id {
				c.steps = append(c.steps, e.ID)
			}
		}
	}
	return c
}

// hand submits an application and lets it arrive.
func (c *bureau) hand(id apply.ID) {
	c.t.Helper()
	_, err := applytest.Do(c.house, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
		return apply.Submit(ctx, tx, c.server.office, applytest.Submission(id))
	})
	must(c.t, err)
	_, err = db.Keep(c.t.Context(), c.db, func(tx *db.Tx) (int, error) {
		return 0, recommend.Arrive(c.t.Context(), tx, c.server.recommending(), id)
	})
	must(c.t, err)
}

func (c *bureau) queue() []recommend.QueueEntry {
	c.t.Helper()
	q, err := db.View(c.t.Context(), c.db, func(r db.Reader) (*recommend.Queue, error) {
		return recommend.List(c.t.Context(), r, c.house.Staff["district officer"], recommend.Filter{})
	})
	must(c.t, err)
	return q.Entries
}

// answer signs everything that a case asks, as its page does it.
func (c *bureau) answer(step recommend.StepID) {
	c.t.Helper()
	k, err := db.View(c.t.Context(), c.db, func(r db.Reader) (*recommend.Case, error) {
		return recommend.Find(c.t.Context(), r, c.house.Staff["district officer"], step)
	})
	must(c.t, err)
	items := []string{"version", "1", "back", ""}
	for _, todo := range recommend.TodoOf(c.house.Version.Package, k.Step, k.Submitted) {
		if todo.Kind == recommend.ToItem {
			items = append(items, "answer:"+todo.Item, "yes", "remark:"+todo.Item, "")
			continue
		}
		c.post("district officer", "/queue/"+string(step)+"/sign", 303, "version", "1", "kind", string(todo.Kind), "item", todo.Item, "answer", "yes", "remark", "已核", "back", "")
	}
	c.post("district officer", "/queue/"+string(step)+"/items", 303, items...)
}

// hostile is a name that would do harm where it is not escaped.
const hostileCentre = `山东省<script>x</script>"'&技术创新中心`

// The list says what waits, keeps how it was narrowed in its links, and the way
// through the cases goes along it. Nothing of it needs a script.
func TestQueueIsListedAndWalkedThrough(t *testing.T) {
	c := newBureau(t, "山东省甲类材料技术创新中心", hostileCentre, "山东省丙类传感技术创新中心")
	page := c.get("district officer", "/queue")
	want(t, page, "甲类材料", "&lt;script&gt;x&lt;/script&gt;", "data-row", `name="case" value="`+string(c.steps[0])+`:1"`, "区局审核", `name="reason:`+string(c.steps[1])+`"`)
	without(t, page, "<script>x")
	want(t, c.get("district officer", "/queue?q=甲类"), "甲类材料")
	without(t, c.get("district officer", "/queue?q=甲类"), "丙类传感")
	without(t, c.get("district officer", "/queue?q=%25"), "faultbox")

	narrowed := c.get("district officer", "/queue?q=技术&sort=name&verdict=met")
	back := "%3Fq%3D%25E6%258A%2580%25E6%259C%25AF%26sort%3Dname%26verdict%3Dmet"
	want(t, narrowed, "/queue/"+string(c.steps[0])+"?back="+back, "sort=name", "state=waiting")
	order := c.inOrder(narrowed)
	if len(order) != 3 {
		t.Fatalf("%v", order)
	}
	middle := c.get("district officer", "/queue/"+order[1]+"?back="+back)
	want(t, middle, `rel="prev"`, `rel="next"`, "/queue/"+order[0]+"?back="+back, "/queue/"+order[2]+"?back="+back)
	without(t, c.get("district officer", "/queue/"+order[0]+"?back="+back), `rel="prev"`)
	without(t, c.get("district officer", "/queue/"+order[2]+"?back="+back), `rel="next"`)
	without(t, c.get("district officer", "/queue?changed=1"), "data-row") // all were looked at
	want(t, c.get("district head", "/queue?changed=1"), "data-row")
	for _, after := range []string{"x", "%1f", "99999999999999999999%1fz", "'--"} {
		c.get("district officer", "/queue?sort=unmet&after="+after)
	}

	english := c.get("district officer", "/queue?lang=en")
	want(t, english, "Checking and recommending", "甲类材料")
	for _, who := range []string{"city officer", "abroad officer", "host admin"} {
		if a := c.ask(c.who(who), request{method: http.MethodGet, path: "/queue/" + string(c.steps[0])}); a.Code != http.StatusNotFound {
			t.Errorf("%s: %d", who, a.Code)
		}
	}
}

// inOrder are the cases of a list, from the first.
func (c *bureau) inOrder(page string) (out []string) {
	for part := range strings.SplitSeq(page, `name="case" value="`) {
		if id, _, ok := strings.Cut(part, ":"); ok && slices.Contains(c.steps, recommend.StepID(id)) {
			out = append(out, id)
		}
	}
	return out
}

// A case is answered, endorsed, and the next one opens; the applicant asks for
// another look at what was refused.
func TestCaseIsDecided(t *testing.T) {
	c := newBureau(t, "山东省甲类材料技术创新中心", "山东省乙类装备技术创新中心", "山东省丙类传感技术创新中心")
	at := "/queue/" + string(c.steps[0])
	want(t, c.get("district officer", at), "甲类材料", `action="`+at+`/endorse"`, `action="`+at+`/return"`)
	c.post("district officer", at+"/endorse", 409, "version", "1", "reason", "属实", "back", "")
	c.answer(c.steps[0])
	c.post("district officer", at+"/endorse", 409, "version", "2", "reason", "属实", "back", "")
	a := c.post("district officer", at+"/endorse", 303, "version", "1", "reason", "属实", "back", "")
	if to := a.Header().Get("Location"); to != "/queue/"+string(c.steps[1]) {
		t.Errorf("sent to %s", to)
	}
	want(t, c.get("district officer", at), "已通过")
	without(t, c.get("district officer", at), at+"/endorse")

	at = "/queue/" + string(c.steps[1])
	c.post("district officer", at+"/refuse", 422, "version", "1", "reason", "", "clause", "", "back", "")
	a = c.post("district officer", at+"/refuse", 303, "version", "1", "reason", "<i>不属于</i>布局方向", "clause", "", "back", "")
	if to := a.Header().Get("Location"); to != "/queue/"+string(c.steps[2]) {
		t.Errorf("sent to %s", to)
	}
	applied := "/applications/" + string(c.ids[1])
	want(t, c.get("host admin", applied), "&lt;i&gt;不属于", applied+"/appeal")
	c.post("host admin", applied+"/appeal", 422, "step", string(c.steps[1]), "ground", "")
	c.post("host admin", applied+"/appeal", 303, "step", string(c.steps[1]), "ground", "属于附件所列方向")
	page := c.get("district officer", at)
	want(t, page, "属于附件所列方向", at+"/appeal")
	c.post("district officer", at+"/appeal", 303, "appeal", between(page, `name="appeal" value="`, `"`), "answer", "同意", "reopen", "on")
	want(t, c.get("district officer", at), "待办", at+"/endorse")
}

// A batch is done case by case: each with its own reason where it has one, and
// what fails is named.
func TestBatch(t *testing.T) {
	c := newBureau(t, "山东省甲类材料技术创新中心", "山东省乙类装备技术创新中心", "山东省丙类传感技术创新中心")
	c.answer(c.steps[0])
	one, two, three := string(c.steps[0]), string(c.steps[1]), string(c.steps[2])
	c.post("district officer", "/queue/batch", 422, "do", "endorse", "reason", "", "to", "", "back", "")
	a := c.post("district officer", "/queue/batch", 200, "case", one+":1", "case", two+":1", "case", "nothing:1", "do", "endorse", "reason", "属实", "to", "", "back", "")
	want(t, a.Body.String(), c.house.Host.Name, "还有一项没有判断", "没有找到这项办件")
	a = c.post("district officer", "/queue/batch", 200, "case", two+":1", "case", three+":1", "do", "return", "reason", "请补正", "reason:"+three, "缺2022年审计报告", "to", "", "back", "?sort=name")
	without(t, a.Body.String(), "还有一项")
	for id, reason := range map[apply.ID]string{c.ids[1]: "请补正", c.ids[2]: "缺2022年审计报告"} {
		want(t, c.get("host admin", "/applications/"+string(id)), reason)
	}
	states := map[recommend.StepID]recommend.State{}
	for _, e := range c.queue() {
		states[e.ID] = e.State
	}
	if states[c.steps[0]] != recommend.Endorsed || states[c.steps[1]] != recommend.Returned || states[c.steps[2]] != recommend.Returned {
		t.Errorf("%v", states)
	}
	a = c.post("district officer", "/queue/batch", 200, "case", three+":1", "do", "refuse", "reason", "x", "to", "", "back", "")
	if states[c.steps[2]] == recommend.Rejected {
		t.Error("refused in a batch", a.Code)
	}
}

// The keys of the list are in the script.
func TestKeysOfTheQueue(t *testing.T) {
	script, err := os.ReadFile("static/shenbao.js")
	must(t, err)
	for _, key := range []string{`"j"`, `"k"`, `"x"`, `"Enter"`, "[data-row]"} {
		if !strings.Contains(string(script), key) {
			t.Errorf("no %s", key)
		}
	}
}
