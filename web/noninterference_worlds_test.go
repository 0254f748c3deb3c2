package web

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/recommend"
)

// A hidden fact is what makes one world another.
type hiddenFact struct {
	name string
	a, b func(m *maze)            // what happens in the two worlds; nil: nothing
	of   func(m *maze) []apply.ID // the applications that it is about, beside the one that appears
	more []string                 // who else may not know it, beside the outsiders
	but  []string                 // outsiders who may
	who  string                   // may know it: sees a difference
}

// outsiders may know nothing of the host's applications.
var outsiders = []string{"visitor", "newcomer", "other admin", "other editor", "neighbour admin", "beyond admin", "far admin",
	"licheng officer", "licheng head", "licheng finance", "qingdao officer", "abroad officer", "capital head", "other programme officer", "auditor", "sysadmin", "licheng expert"}

// A maze is the worlds: a hall that can be put back to how it began.
type maze struct {
	*hall
	first apply.ID            // a draft of the host, which lacks nothing
	given map[string]apply.ID // other applications, by what they are for
	own   []apply.ID          // of those who look
	fresh []apply.ID          // what the world just made has more
	known map[string]bool     // ids that are no accident of one world
}

func newMaze(t *testing.T) *maze {
	m := &maze{hall: newHall(t), given: map[string]apply.ID{}, known: map[string]bool{}}
	lib, err := library()
	must(t, err)
	m.server.Library = lib
	m.people["visitor"] = &player{name: "visitor", by: db.Visitor}
	m.neighbours()
	m.first = m.house.Ready()
	for _, name := range []string{"ranked", "also ranked", "checked", "ready"} {
		m.given[name] = m.house.Copies(m.first, 1)[0]
	}
	for _, u := range []struct{ name, parent, place string }{{"neighbour", "district", "370114"}, {"far", "licheng", "370112"}, {"beyond", "qingdao", "370200"}, {"p", "district", "370114"}, {"q", "district", "370114"}} {
		m.settle(u.name, u.parent, u.place)
	}
	for _, name := range []string{"ranked", "also ranked", "checked"} {
		m.submit("host admin", m.given[name])
	}
	for _, name := range []string{"neighbour", "far"} {
		m.submit(name+" admin", m.given[name])
		m.own = append(m.own, m.given[name])
	}
	m.keep("neighbour admin", func(tx *db.Tx) error { // a partner of another's, not of the host's
		_, err := tx.Exec(t.Context(), `UPDATE application_partners SET unit = $1, unit_code = $2, unit_name = $3 WHERE application = $4`,
			m.house.Units["beyond"].ID, m.house.Units["beyond"].Code, m.house.Units["beyond"].Name, m.given["neighbour"])
		return err
	})
	c := &chamber{hall: m.hall}
	for _, name := range []string{"ranked", "also ranked"} {
		c.endorse("district officer", m.given[name])
		c.endorse("city officer", m.given[name])
	}
	m.own = append(m.own, m.draftOfOther())
	return m
}

// neighbours adds authorities and people who have nothing to do with the host.
func (m *maze) neighbours() {
	for _, a := range []struct{ name, title, place, level string }{
		{"licheng", "济南市历城区科技局", "370112", actor.District}, {"qingdao", "青岛市科学技术局", "370200", actor.City},
	} {
		m.do(db.System, func(tx *db.Tx) (err error) {
			m.house.Units[a.name], err = actor.AddAuthority(m.t.Context(), tx, actor.Authority{Name: a.title, Place: a.place, Level: a.level})
			return err
		})
		for _, role := range []actor.Role{actor.Officer, actor.Head, actor.Finance, actor.Expert} {
			m.house.Hire(a.name+" "+string(role), a.name, role)
		}
	}
	m.house.Hire("newcomer", "", actor.Visitor)
	m.house.Hire("auditor", "", actor.Auditor)
	m.house.Hire("sysadmin", "", actor.SysAdmin)
	m.house.Hire("other editor", "other", actor.Editor)
	by := m.house.Hire("other programme officer", "", actor.Visitor)
	m.do(db.System, func(tx *db.Tx) error {
		district := m.house.Units["district"].ID
		_, err := actor.Grant(m.t.Context(), tx, actor.PersonID(by.Person), actor.Offer{Unit: district, Role: actor.ProgrammeOfficer, Scope: actor.Scope{"shanxi-tic-2024"}})
		by.Unit, by.Role = string(district), string(actor.ProgrammeOfficer)
		return err
	})
	m.house.Staff["other programme officer"] = by
}

// settle makes a unit with an application like the host's, under an authority.
func (m *maze) settle(name, parent, place string) {
	one := m.house.Crowd(m.first, 1)[0]
	m.given[name] = one.Application
	_, err := db.Keep(m.t.Context(), m.db, func(tx *db.Tx) (int, error) {
		if _, err := tx.Exec(m.t.Context(), `UPDATE units SET parent = $1, place = $2 WHERE id = $3`, m.house.Units[parent].ID, place, one.By.Unit); err != nil {
			return 0, err
		}
		u, err := actor.FindUnit(m.t.Context(), tx, actor.UnitID(one.By.Unit))
		m.house.Units[name] = u
		return 0, err
	})
	must(m.t, err)
	m.house.Hire(name+" admin", name, actor.UnitAdmin)
}

const (
	hiddenName = "山东省仿生灵巧操作机构技术创新中心"
	nearName   = "山东省仿生灵巧操纵机构技术创新中心"
)

// draftOfOther is the draft of a unit whose name is near to one that is hidden.
func (m *maze) draftOfOther() (id apply.ID) {
	m.do(m.house.Staff["other admin"], func(tx *db.Tx) error {
		a, err := apply.Begin(m.t.Context(), tx, m.server.office, apply.Beginning{Call: m.house.Call.ID, Key: db.NewID()})
		if err != nil {
			return err
		}
		id = a.ID
		return apply.Enter(m.t.Context(), tx, m.server.office, id, m.facts(map[string]any{"centre.name": nearName}))
	})
	return id
}

func (m *maze) facts(of map[string]any) apply.Facts {
	text, err := json.Marshal(of)
	must(m.t, err)
	return text
}

// keep does what is no act on somebody's account.
func (m *maze) keep(who string, what func(tx *db.Tx) error) {
	m.t.Helper()
	_, err := db.Keep(m.t.Context(), m.db, func(tx *db.Tx) (int, error) {
		tx.By = m.house.Staff[who]
		return 0, what(tx)
	})
	must(m.t, err)
}

// rename calls the centre of an application something else.
func (m *maze) rename(who string, id apply.ID, name string) {
	m.keep(who, func(tx *db.Tx) error {
		return apply.Enter(m.t.Context(), tx, m.server.office, id, m.facts(map[string]any{"centre.name": name}))
	})
}

// submit hands an application in, and lets it arrive at its authorities.
func (m *maze) submit(who string, id apply.ID) {
	m.t.Helper()
	m.do(m.house.Staff[who], func(tx *db.Tx) error {
		_, err := apply.Submit(m.t.Context(), tx, m.server.office, applytest.Submission(id))
		return err
	})
	_, err := db.Keep(m.t.Context(), m.db, func(tx *db.Tx) (int, error) {
		return 0, recommend.Arrive(m.t.Context(), tx, m.server.recommending(), id)
	})
	must(m.t, err)
}

// openStep is the step of an application that waits for an authority.
func (m *maze) openStep(id apply.ID, who string) *recommend.Step {
	steps, err := db.View(m.t.Context(), m.db, func(r db.Reader) ([]*recommend.Step, error) {
		of, err := apply.Find(m.t.Context(), r, m.house.Staff[who], id)
		if err != nil {
			return nil, err
		}
		return recommend.Chain(m.t.Context(), r, m.house.Staff[who], of)
	})
	must(m.t, err)
	at := slices.IndexFunc(steps, func(s *recommend.Step) bool { return s.State == recommend.Open })
	return steps[at]
}

// theirs names the applications of a fact.
func theirs(names ...string) func(m *maze) []apply.ID {
	return func(m *maze) (out []apply.ID) {
		for _, name := range names {
			out = append(out, m.given[name])
		}
		return out
	}
}

func theDraft(m *maze) []apply.ID { return []apply.ID{m.first} }

// aboveHost are the authorities who may know of the host's applications what was
// submitted, and nothing else.
var aboveHost = []string{"district officer", "district head", "city officer", "province officer", "programme officer"}

// hiddenFacts are what nobody who asks may learn.
var hiddenFacts = []hiddenFact{
	{name: "a draft exists", b: func(m *maze) { m.fresh = append(m.fresh, m.house.Begin().ID) }, more: aboveHost, who: "host editor"},
	{name: "a draft was given up", of: theDraft, more: aboveHost, who: "host editor", b: func(m *maze) {
		m.do(m.house.Staff["host admin"], func(tx *db.Tx) error { _, err := apply.Drop(m.t.Context(), tx, m.first); return err })
	}},
	{name: "the name in a draft", of: theDraft, more: aboveHost, who: "host editor", b: func(m *maze) { m.rename("host editor", m.first, hiddenName) }},
	{name: "a file of a draft", of: theDraft, more: aboveHost, who: "host editor", b: func(m *maze) { m.house.Upload(m.first, m.house.Asked(m.first)[0]) }},
	{name: "whom a draft invites", of: theDraft, more: aboveHost, who: "host editor", b: func(m *maze) {
		m.do(m.house.Staff["host admin"], func(tx *db.Tx) error {
			_, err := apply.Invite(m.t.Context(), tx, m.server.office, apply.Invitation{Application: m.first, Code: m.house.Units["other"].Code})
			return err
		})
	}, but: []string{"other admin", "other editor"}},
	{name: "an application was submitted", of: theirs("ready"), who: "district officer", b: func(m *maze) { m.submit("host admin", m.given["ready"]) }},
	{name: "one was submitted under another authority", of: theirs("beyond"), more: []string{"city head", "host editor"}, but: []string{"qingdao officer", "beyond admin"},
		who: "qingdao officer", b: func(m *maze) { m.submit("beyond admin", m.given["beyond"]) }},
	{name: "the name of a submitted one", of: theirs("ready"), who: "city officer", a: func(m *maze) { m.submit("host admin", m.given["ready"]) }, b: func(m *maze) {
		m.rename("host editor", m.given["ready"], "山东省海上风电安装技术创新中心")
		m.submit("host admin", m.given["ready"])
	}},
	{name: "it was taken back", of: theirs("checked"), who: "district officer", b: func(m *maze) {
		m.do(m.house.Staff["host admin"], func(tx *db.Tx) error {
			_, err := apply.Withdraw(m.t.Context(), tx, apply.Recall{Application: m.given["checked"]})
			return err
		})
	}},
	{name: "it was returned, and why", of: theirs("checked"), who: "host editor", b: func(m *maze) {
		s := m.openStep(m.given["checked"], "district officer")
		m.do(m.house.Staff["district officer"], func(tx *db.Tx) error {
			_, err := recommend.SendBack(m.t.Context(), tx, m.server.recommending(), recommend.Decision{Step: s.ID, Version: s.Version, Reason: "请补正人员名单"})
			return err
		})
	}},
	{name: "it was recommended", of: theirs("checked"), who: "city officer", b: func(m *maze) { (&chamber{hall: m.hall}).endorse("district officer", m.given["checked"]) }},
	{name: "its place in the table of an authority", of: theirs("ranked", "also ranked"), more: []string{"host admin", "host editor", "district officer", "district head"}, who: "city officer", b: func(m *maze) {
		c := &chamber{hall: m.hall}
		l := c.summaries("city officer")[0]
		rows := c.rowIDs(l.ID)
		m.do(m.house.Staff["city officer"], func(tx *db.Tx) error {
			_, err := recommend.MoveRow(m.t.Context(), tx, m.server.recommending(), recommend.Move{List: l.ID, Row: rows[1], By: -1, Reason: "产业基础更好"})
			return err
		})
	}},
	{name: "with whom the conflict is", of: theirs("p", "q"), who: "district officer", a: func(m *maze) { m.clash("p") }, b: func(m *maze) { m.clash("q") }},
	{name: "who of the office has it", of: theirs("checked"), more: []string{"host admin", "host editor"}, who: "district officer", b: func(m *maze) {
		s := m.openStep(m.given["checked"], "district officer")
		m.do(m.house.Staff["district head"], func(tx *db.Tx) error {
			return recommend.Assign(m.t.Context(), tx, actor.PersonID(m.house.Staff["district officer"].Person), []recommend.StepID{s.ID})
		})
	}},
	{name: "somebody complained", more: []string{"host admin", "city officer", "province officer"}, who: "programme officer", b: func(m *maze) {
		m.do(db.Visitor, func(tx *db.Tx) error {
			_, err := recommend.Complain(m.t.Context(), tx, m.server.recommending(), recommend.ComplaintEntry{Call: m.house.Call.ID, About: "某咨询公司", Story: "收取代写费用"})
			return err
		})
	}},
}

// clash lets one of two units submit what is called like the draft of another.
func (m *maze) clash(name string) {
	for _, unit := range []string{"p", "q"} {
		called := "山东省海上风电安装技术创新中心"
		if unit == name {
			called = hiddenName
		}
		m.rename(unit+" admin", m.given[unit], called)
		m.submit(unit+" admin", m.given[unit])
	}
}

// rowIDs are the rows of a table, in order.
func (c *chamber) rowIDs(id recommend.SummaryID) (out []recommend.RowID) {
	t, err := db.View(c.t.Context(), c.db, func(r db.Reader) (*recommend.Table, error) {
		return recommend.FindSummary(c.t.Context(), r, c.server.recommending(), c.house.Staff["city officer"], id)
	})
	must(c.t, err)
	for _, w := range t.Rows {
		out = append(out, w.ID)
	}
	return out
}

// enter puts the maze into a world that was kept as a file.
func (m *maze) enter(file string) {
	m.t.Helper()
	content, err := os.ReadFile(file)
	must(m.t, err)
	fresh := filepath.Join(m.t.TempDir(), db.File)
	must(m.t, os.WriteFile(fresh, content, 0o600))
	m.db.Close()
	m.db, err = db.Connect(m.t.Context(), fresh)
	must(m.t, err)
	m.db.Clock = clock.At(dbtest.Noon)
	m.server.DB, m.server.Gate.DB, m.house.DB, m.house.Gate.DB = m.db, m.db, m.db, m.db
	m.t.Cleanup(func() { m.db.Close() })
}

// leave keeps the world as a file.
func (m *maze) leave() string {
	m.t.Helper()
	file := filepath.Join(m.t.TempDir(), db.File)
	must(m.t, m.db.Snapshot(m.t.Context(), file))
	return file
}

// ids are what a query of the world finds; all of them are known from then on.
func (m *maze) ids(query string, args ...any) []string {
	m.t.Helper()
	out, err := db.View(m.t.Context(), m.db, func(r db.Reader) ([]string, error) {
		return db.All(m.t.Context(), r, func(row db.Scanner) (id string, err error) { err = row.Scan(&id); return id, err }, query, args...)
	})
	must(m.t, err)
	for _, id := range out {
		m.known[id] = true
	}
	return out
}
