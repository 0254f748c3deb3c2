package call_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
	"shenbao/programme"
)

// A stage is a database with authorities of two provinces and their people.
type stage struct {
	testing.TB
	db    *db.DB
	clock *clock.Manual
	units map[string]actor.UnitID
	staff map[string]db.By // "district officer", "district head", …
	shelf call.Shelf
}

var oneHash = sync.OnceValues(func() (actor.Hash, error) {
	return actor.NewGate(nil, secret.New(), actor.DefaultSettings()).HashPassword(context.Background(), "correct horse battery")
})

// homes are the authorities: name, place, level.
var homes = [][3]string{{"province", "370000", actor.Province}, {"city", "370100", actor.City}, {"district", "370114", actor.District},
	{"abroad", "140000", actor.Province}, {"coast", "370200", actor.City}}

func newStage(t testing.TB, d *db.DB) *stage {
	t.Helper()
	s := &stage{TB: t, db: d, clock: d.Clock.(*clock.Manual), units: map[string]actor.UnitID{}, staff: map[string]db.By{"visitor": db.Visitor}}
	for _, h := range homes {
		s.update(db.System, func(tx *db.Tx) error {
			u, err := actor.AddAuthority(t.Context(), tx, actor.Authority{Name: h[0] + " authority", Place: h[1], Level: h[2]})
			if err == nil {
				s.units[h[0]] = u.ID
			}
			return err
		})
		for _, role := range []actor.Role{actor.Officer, actor.Head} {
			s.hire(h[0]+" "+string(role), h[0], role)
			s.hire("second "+h[0]+" "+string(role), h[0], role)
		}
	}
	return s
}

// hire opens an account with a role in a unit, under a name.
func (s *stage) hire(name, unit string, role actor.Role) {
	s.Helper()
	hash, err := oneHash()
	if err != nil {
		s.Fatal(err)
	}
	gate := actor.NewGate(s.db, secret.New(), actor.DefaultSettings())
	s.update(db.System, func(tx *db.Tx) error {
		p, err := gate.AddPerson(s.Context(), tx, actor.NewPerson{Name: "某人", Email: db.NewID() + "@example.cn"}, hash)
		if err != nil {
			return err
		}
		s.staff[name] = db.By{Person: string(p.ID), Unit: string(s.units[unit]), Role: string(role)}
		_, err = actor.Grant(s.Context(), tx, p.ID, actor.Offer{Unit: s.units[unit], Role: role})
		return err
	})
}

// update runs a change that must succeed.
func (s *stage) update(by db.By, fn func(tx *db.Tx) error) {
	s.Helper()
	if err := s.try(by, fn); err != nil {
		s.Fatal(err)
	}
}

func (s *stage) try(by db.By, fn func(tx *db.Tx) error) error {
	_, err := db.Update(s.Context(), s.db, by, func(tx *db.Tx) (int, error) { return 0, fn(tx) })
	return err
}

// as runs an act on somebody's account.
func (s *stage) as(who string, act func(ctx context.Context, tx *db.Tx) (*call.Call, error)) (*call.Call, error) {
	s.Helper()
	by, ok := s.staff[who]
	if !ok {
		s.Fatalf("nobody is called %s", who)
	}
	return db.Update(s.Context(), s.db, by, func(tx *db.Tx) (*call.Call, error) { return act(s.Context(), tx) })
}

// must runs an act that has to succeed.
func (s *stage) must(who string, act func(ctx context.Context, tx *db.Tx) (*call.Call, error)) *call.Call {
	s.Helper()
	c, err := s.as(who, act)
	if err != nil {
		s.Fatal(err)
	}
	return c
}

func (s *stage) find(who string, id call.ID) (*call.Call, error) {
	return db.View(s.Context(), s.db, func(r db.Reader) (*call.Call, error) { return call.Find(s.Context(), r, s.staff[who], id) })
}

func (s *stage) list(f call.Filter) []*call.Call {
	s.Helper()
	out, err := db.View(s.Context(), s.db, func(r db.Reader) ([]*call.Call, error) { return call.List(s.Context(), r, f) })
	if err != nil {
		s.Fatal(err)
	}
	return out
}

// issuerOf is who publishes a package.
var issuerOf = map[string]string{"shandong-tic-2024": "district officer", "shanxi-tic-2024": "abroad officer", "qingdao-tic-2019": "coast officer"}

func officerFor(id string) string {
	if who, ok := issuerOf[id]; ok {
		return who
	}
	return "city officer"
}

// drafted is a new draft of a package.
func (s *stage) drafted(id string, amends call.ID) *call.Call {
	s.Helper()
	v := version(s, id)
	return s.must(officerFor(id), func(ctx context.Context, tx *db.Tx) (*call.Call, error) { return call.Draft(ctx, tx, v, amends) })
}

func (s *stage) publishedOf(id string) *call.Call {
	s.Helper()
	c := s.drafted(id, "")
	return s.must(officerFor(id), func(ctx context.Context, tx *db.Tx) (*call.Call, error) { return call.Publish(ctx, tx, c.ID, "") })
}

// proposed is a published call of the district with an extension that waits.
func (s *stage) proposed(until time.Time) (*call.Call, string) {
	s.Helper()
	c := s.publishedOf("shandong-tic-2024")
	c = s.must("district officer", propose(c.ID, until))
	return c, c.Extensions[len(c.Extensions)-1].ID
}

// attach adds a text to a call.
func (s *stage) attach(id call.ID, name, text string) func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
	return func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		c, err := call.Find(ctx, tx, tx.By, id)
		if err != nil {
			return nil, err
		}
		p, err := s.shelf.Package(ctx, tx, c.Hash)
		if err != nil {
			return nil, err
		}
		return call.Attach(ctx, tx, id, p, call.File{Hash: blob.Sum([]byte(text)), Name: name, Size: int64(len(text)), Type: "text/plain", Text: text})
	}
}

func propose(id call.ID, until time.Time) func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
	return func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		return call.ProposeExtension(ctx, tx, call.Proposal{Call: id, Stage: "system_open", Until: until, Reason: "系统停机"})
	}
}

func approve(id call.ID, extension string) func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
	return func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		return call.ApproveExtension(ctx, tx, id, extension)
	}
}

func publish(id call.ID, reason string) func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
	return func(ctx context.Context, tx *db.Tx) (*call.Call, error) { return call.Publish(ctx, tx, id, reason) }
}

func withdraw(id call.ID, reason string) func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
	return func(ctx context.Context, tx *db.Tx) (*call.Call, error) { return call.Withdraw(ctx, tx, id, reason) }
}

// version is a package of programmes/ with its copy, read once.
func version(t testing.TB, id string) call.Version {
	t.Helper()
	versions.Lock()
	defer versions.Unlock()
	if v, ok := versions.read[id]; ok {
		return v
	}
	l, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	archive, err := l.Archive(id)
	if err != nil {
		t.Fatal(err)
	}
	versions.read[id] = call.Version{Package: p, Archive: archive}
	return versions.read[id]
}

var versions = struct {
	sync.Mutex
	read map[string]call.Version
}{read: map[string]call.Version{}}

// key is what an error is: the key of its fault, "" for none.
func key(err error) string {
	if err == nil {
		return ""
	}
	f := fault.Of(err)
	if f.Kind == fault.Internal {
		return "internal: " + err.Error()
	}
	return f.Key
}

// seed is an official text, which stands beside the project. Where everything
// must run, a missing one fails the test.
func seed(t testing.TB, number string) string {
	t.Helper()
	names, _ := filepath.Glob(filepath.Join("..", "..", "shared", "seeds", number+"*.txt"))
	if len(names) != 1 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("official text %s is not at ../shared/seeds beside the project", number)
		}
		t.Skipf("official text %s is not at ../shared/seeds beside the project", number)
	}
	text, err := os.ReadFile(names[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// shanghai is an instant of 2024.
func shanghai(month, day, hour, minute int) time.Time {
	return time.Date(2024, time.Month(month), day, hour, minute, 0, 0, clock.Zone)
}

// lines are the verbs that the journal gained since it had n of them.
func (s *stage) lines(n int) []string { return dbtest.Lines(s, s.db)[n:] }
