package recommend_test

import (
	"context"
	"io/fs"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/sample"
	"shenbao/programme"
	"shenbao/recommend"
)

// limited is the house's call with quotas: what the package says instead of
// "none".
func (h *house) limited(quotas string) {
	h.Helper()
	files := fstest.MapFS{}
	from := os.DirFS("../programmes")
	h.must(fs.WalkDir(from, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(from, path)
		if path == sample.Shandong+"/call.yaml" {
			content = []byte(strings.Replace(string(content), "quotas: []", "quotas:\n"+quotas, 1))
		}
		files[path] = &fstest.MapFile{Data: content}
		return err
	}))
	l, err := programme.Open(files)
	h.must(err)
	p, err := l.Load(sample.Shandong)
	h.must(err)
	archive, err := l.Archive(sample.Shandong)
	h.must(err)
	h.Version = call.Version{Package: p, Archive: archive}
	h.Call, err = act(h, "district officer", func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		c, err := call.Draft(ctx, tx, h.Version, "")
		if err != nil {
			return nil, err
		}
		return call.Publish(ctx, tx, c.ID, "")
	})
	h.must(err)
}

// verified counts the places again.
func (h *house) verified(what string, places int64, keys ...string) {
	h.Helper()
	_, err := db.View(h.Context(), h.DB, func(r db.Reader) (int, error) {
		n, faults, err := recommend.VerifyPlaces(h.Context(), r)
		var got []string
		for _, f := range faults {
			got = append(got, f.Key)
		}
		slices.Sort(got)
		if n != places || !slices.Equal(got, keys) {
			h.Errorf("%s: %d places, %q; want %d, %q", what, n, got, places, keys)
		}
		return 0, err
	})
	h.must(err)
}

// change spoils what is stored, as no act does.
func (h *house) change(statement string) {
	h.Helper()
	_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int64, error) { return tx.Exec(h.Context(), statement) })
	h.must(err)
}

// ready brings applications to the step of the city.
func (h *house) ready(n int) []apply.ID {
	h.Helper()
	first := h.Ready()
	ids := append([]apply.ID{first}, h.Copies(first, n-1)...)
	for _, id := range ids {
		h.submit(id)
		h.pass(id, "district officer")
		h.sign("city officer", h.step("city officer", id))
	}
	return ids
}

func (h *house) endorse(who string, id apply.ID, reason string) error {
	s := h.step("city officer", id)
	_, err := h.decide(who, recommend.Endorse, recommend.Decision{Step: s.ID, Version: s.Version, Reason: reason})
	return err
}

func (h *house) takeBack(id apply.ID) {
	h.Helper()
	_, err := act(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Withdraw(ctx, tx, apply.Recall{Application: id})
	})
	h.must(err)
	h.arrive(id)
}

const perAuthority = `  - {id: units, name: 每家推荐数, per: authority, of: application, limit: 1, modality: must, room: recommend, clauses: ["023"]}
  - {id: one, name: 推荐单位数, per: application, of: recommendation, limit: 1, modality: must, room: recommend}
`

// A full quota stops the recommendation, names itself and who holds it, and has
// a place again as soon as one is given back.
func TestQuota(t *testing.T) {
	inHouse(t, func(h *house) {
		h.limited(perAuthority)
		ids := h.ready(3)
		h.verified("before", 0)
		h.gained("the first", func() { h.must(h.endorse("city officer", ids[0], "属实")) }, "recommend.endorse", "recommend.open_list", "recommend.enlist")
		h.verified("one", 2)
		var err error
		h.gained("the second", func() { err = h.endorse("city officer", ids[1], "属实") })
		h.want("the second", err, "apply.quota_full_by")
		if f := fault.Of(err); f.Kind != fault.Refused || f.Clause != "000-023" || f.Args[0] != "每家推荐数" || f.Args[1] != 1 {
			t.Errorf("%v under %q: %v", f.Kind, f.Clause, f.Args)
		}
		h.stand("the second", ids[1], recommend.Endorsed, recommend.Open, recommend.Waiting)

		h.takeBack(ids[0])
		h.verified("taken back", 0)
		h.must(h.endorse("city officer", ids[1], "属实"))
		h.submit(ids[0])
		h.pass(ids[0], "district officer")
		h.sign("city officer", h.step("city officer", ids[0]))
		h.want("the first again", h.endorse("city officer", ids[0], "属实"), "apply.quota_full_by")
		table := h.cityTable()
		h.must(h.remove("city officer", recommend.Removal{List: table.ID, Row: table.Rows[0].ID, Reason: "复核"}))
		h.verified("off the table", 0)
		h.must(h.endorse("city officer", ids[0], "属实"))
		h.must(h.handUp("city head", table.ID))
		h.verified("handed up", 2)
	})
}

// What is refused gives its place back; what counts is said by the package.
func TestQuotaOfSome(t *testing.T) {
	inHouse(t, func(h *house) {
		h.limited(`  - {id: some, name: 某方向推荐数, per: city, of: application, limit: 1, modality: must, room: recommend, when: 申报方向 为 脑机接口}
`)
		ids := h.ready(2)
		for _, id := range ids {
			h.must(h.endorse("city officer", id, "属实"))
		}
		h.verified("they do not count", 0)
	})
	inHouse(t, func(h *house) {
		h.limited(`  - {id: guideline, name: 推荐数, per: city, of: application, limit: 1, modality: should, room: recommend}
`)
		ids := h.ready(2)
		h.must(h.endorse("city officer", ids[0], "属实"))
		h.must(h.endorse("city officer", ids[1], "确有必要"))
		h.verified("over a guideline, with a reason", 2)
	})
}

// A quota of the room before is taken by submitting, and given back by taking
// back; being mended and being refused keep it.
func TestQuotaOfSubmissions(t *testing.T) {
	inHouse(t, func(h *house) {
		h.limited(`  - {id: platform, name: 同一平台申报次数, per: platform, of: application, limit: 1, modality: must, room: apply, group: platforms}
`)
		first := h.Ready()
		second := h.Copies(first, 1)[0]
		for _, id := range []apply.ID{first, second} {
			h.rename(id, "山东省丙类传感技术创新中心")
		}
		send := func(id apply.ID) error {
			_, err := act(h, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
				return apply.Submit(ctx, tx, h.Office, apply.Submission{Application: id, Key: db.NewID(), Pledges: apply.Pledges, Acknowledged: true, Received: tx.Now})
			})
			if err == nil {
				h.arrive(id)
			}
			return err
		}
		for range 2 {
			h.must(send(first))
			h.verified("submitted", 1)
			h.want("the same platform again", send(second), "apply.quota_full_by")
			h.takeBack(first)
			h.verified("taken back", 0)
			h.must(send(second))
			h.want("the other way round", send(first), "apply.quota_full_by")
			h.takeBack(second)
		}
		h.must(send(first))
		s := h.step("district officer", first)
		_, err := h.decide("district officer", recommend.SendBack, recommend.Decision{Step: s.ID, Version: s.Version, Reason: "请补正"})
		h.must(err)
		h.want("while it is mended", send(second), "apply.quota_full_by")
		h.rename(first, "山东省丁类仿生技术创新中心")
		h.must(send(first))
		h.must(send(second)) // it is another platform now
		h.verified("both", 2)
		s = h.step("district officer", first)
		_, err = h.decide("district officer", recommend.Refuse, recommend.Decision{Step: s.ID, Version: s.Version, Reason: "不符合"})
		h.must(err)
		h.verified("one was refused: it was applied for all the same", 2)
	})
}

// Two officers, and the last place: one gets it, the other is told.
func TestTwoOfficersTakeTheLastPlace(t *testing.T) {
	const rounds = 15
	inHouse(t, func(h *house) {
		h.limited(perAuthority)
		h.Hire("second officer", "city", actor.Officer)
		ids := h.ready(2)
		for round := range rounds {
			var got [2]error
			var all sync.WaitGroup
			for i, who := range []string{"city officer", "second officer"} {
				s := h.step("city officer", ids[i])
				all.Go(func() {
					_, got[i] = h.decide(who, recommend.Endorse, recommend.Decision{Step: s.ID, Version: s.Version, Reason: "属实"})
				})
			}
			all.Wait()
			won := slices.Index(got[:], nil)
			if won < 0 || got[1-won] == nil || fault.Of(got[1-won]).Kind != fault.Refused {
				t.Fatalf("round %d: %v", round, got)
			}
			h.verified("raced", 2)
			table := h.cityTable()
			if len(table.Rows) != 1 || table.Rows[0].Application != ids[won] {
				t.Fatalf("round %d: %d rows", round, len(table.Rows))
			}
			h.must(h.remove("city officer", recommend.Removal{List: table.ID, Row: table.Rows[0].ID, Reason: "再来"}))
			h.sign("city officer", h.step("city officer", ids[won]))
		}
	})
}

// Whoever spoils the places behind the acts is found.
func TestVerifyingPlaces(t *testing.T) {
	inHouse(t, func(h *house) {
		h.limited(perAuthority)
		ids := h.ready(2)
		h.must(h.endorse("city officer", ids[0], "属实"))
		h.verified("sound", 2)
		h.change(`UPDATE application_places SET place = 2 WHERE quota LIKE 'units%'`)
		h.verified("above the limit", 2, "recommend.verify.over")
		h.change(`UPDATE application_places SET place = 1, application = '` + string(ids[1]) + `' WHERE quota LIKE 'units%'`)
		h.verified("held by another", 2, "recommend.verify.idle", "recommend.verify.without")
		h.change(`DELETE FROM application_places`)
		h.verified("gone", 0, "recommend.verify.without", "recommend.verify.without")
	})
}
