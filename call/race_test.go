package call_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
)

// racers is how many try the same thing at once.
const racers = 20

// A runner is somebody with an act.
type runner struct {
	who string
	do  act
}

// race starts all runners at once and returns how often each fault came, "" for
// none.
func (s *stage) race(runners []runner) map[string]int {
	s.Helper()
	var mu sync.Mutex
	var wg sync.WaitGroup
	start := make(chan struct{})
	out := map[string]int{}
	for _, r := range runners {
		wg.Go(func() {
			<-start
			_, err := db.Update(s.Context(), s.db, s.staff[r.who], func(tx *db.Tx) (*call.Call, error) { return r.do(s.Context(), tx) })
			mu.Lock()
			defer mu.Unlock()
			out[key(err)]++
		})
	}
	close(start)
	wg.Wait()
	return out
}

// many are racers with the same act, in the name of two people in turn.
func many(one, other string, do func(i int) act) (out []runner) {
	for i := range racers {
		out = append(out, runner{[]string{one, other}[i%2], do(i)})
	}
	return out
}

// onlyOne asks that one racer won and the others were told a conflict.
func onlyOne(t *testing.T, got map[string]int, faults ...string) {
	t.Helper()
	n := got[""]
	for k, times := range got {
		if k != "" && slices.Contains(faults, k) {
			n += times
		}
	}
	if got[""] != 1 || n != racers {
		t.Errorf("%v: want one winner, and for the others %v", got, faults)
	}
}

// count is how many lines of the journal have the verb.
func (s *stage) count(verb string) (n int) {
	for _, l := range s.lines(0) {
		if l == verb {
			n++
		}
	}
	return n
}

func TestOnePublishes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		c := s.drafted("shandong-tic-2024", "")
		onlyOne(t, s.race(many("district officer", "district head", func(int) act { return publish(c.ID, "") })), "call.not_draft", "call.moved")
		if n := s.count("call.publish"); n != 1 {
			t.Errorf("%d lines", n)
		}
	})
}

func TestOneApproves(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		c, extension := s.proposed(shanghai(12, 5, 17, 0))
		onlyOne(t, s.race(many("district head", "second district head", func(int) act { return approve(c.ID, extension) })), "call.approved", "call.moved")
		if n := s.count("call.approve_extension"); n != 1 {
			t.Errorf("%d lines", n)
		}
	})
}

// Of twenty proposals for the same end one is approved: the end is moved once.
func TestOneOfManyProposalsCounts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		c := s.publishedOf("shandong-tic-2024")
		for i := range racers {
			c = s.must("district officer", propose(c.ID, shanghai(12, 3, i, 0)))
		}
		all := c.Extensions
		onlyOne(t, s.race(many("district head", "second district head", func(i int) act { return approve(c.ID, all[i].ID) })), "call.moved")
		after, err := s.find("visitor", c.ID)
		if err != nil || len(after.Extensions) != 1 || !after.Closes.Equal(after.Extensions[0].After) {
			t.Errorf("%+v: %v", after, err)
		}
		if w, _ := after.Stage("system_open"); !w.Until.Equal(after.Closes) {
			t.Errorf("the window ends %v, the call %v", w.Until, after.Closes)
		}
	})
}

// A call is either extended and then withdrawn, or withdrawn and not extended.
func TestApprovalAgainstWithdrawal(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		for range 5 {
			c, extension := s.proposed(shanghai(12, 5, 17, 0))
			got := s.race([]runner{{"district head", approve(c.ID, extension)}, {"second district head", withdraw(c.ID, "暂停")}})
			after, err := s.find("visitor", c.ID)
			if err != nil {
				t.Fatal(err)
			}
			extended := after.Closes.Equal(shanghai(12, 5, 17, 0))
			if extended != (len(after.Extensions) == 1) || got[""] == 0 || got[""]+got["call.moved"]+got["call.not_published"] != 2 ||
				got[""] == 2 && !(extended && after.State == call.Withdrawn) {
				t.Errorf("%v: %s, extended %v", got, after.State, extended)
			}
		}
	})
}

// Of twenty amendments of the same call one takes its place.
func TestOneAmends(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		c := s.publishedOf("shandong-tic-2024")
		drafts := make([]call.ID, racers)
		for i := range drafts {
			drafts[i] = s.drafted("shandong-tic-2024", c.ID).ID
		}
		onlyOne(t, s.race(many("district officer", "district head", func(i int) act { return publish(drafts[i], "") })), "call.not_published", "call.moved")
		list := s.list(call.Filter{})
		old, err := s.find("visitor", c.ID)
		if err != nil || len(list) != 1 || old.ReplacedBy != list[0].ID {
			t.Errorf("%d are published, %+v, %v", len(list), old, err)
		}
		if p, r := s.count("call.publish"), s.count("call.replace"); p != 2 || r != 1 {
			t.Errorf("%d lines of publishing, %d of replacing", p, r)
		}
	})
}

// What is extended while an amendment is published is not lost.
func TestAmendmentAgainstApproval(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		for range 5 {
			c, extension := s.proposed(shanghai(12, 5, 17, 0))
			a := s.drafted("shandong-tic-2024", c.ID)
			got := s.race([]runner{{"district head", approve(c.ID, extension)}, {"district officer", publish(a.ID, "")}})
			old, err := s.find("visitor", c.ID)
			if err != nil {
				t.Fatal(err)
			}
			if got[""] != 1 || (old.State == call.Replaced) == (len(old.Extensions) == 1) {
				t.Errorf("%v: the old one is %s with %d extensions", got, old.State, len(old.Extensions))
			}
		}
	})
}

// There are never more files than a call may have, of however many that are
// attached at once.
func TestAttachingAtOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		c := s.drafted("shandong-tic-2024", "")
		v := version(t, "shandong-tic-2024")
		done := 0
		for round := 0; round < 25 && done < 20; round++ {
			got := s.race(many("district officer", "district head", func(i int) act {
				name := fmt.Sprintf("扫描件%d-%d.pdf", round, i)
				return func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
					return call.Attach(ctx, tx, c.ID, v.Package, call.File{Hash: blob.Sum([]byte(name)), Name: name, Size: 1, Type: "application/pdf"})
				}
			}))
			done += got[""]
			if got[""]+got["call.moved"]+got["call.attachments"] != racers {
				t.Errorf("round %d: %v", round, got)
			}
		}
		after, err := s.find("district officer", c.ID)
		if err != nil || len(after.Attachments) != 20 || done != 20 {
			t.Errorf("%d attachments of at most 20, %d racers won: %v", len(after.Attachments), done, err)
		}
	})
}

// Whoever publishes while faults are found in the notice gives a reason or comes
// too late.
func TestPublishingAgainstAttaching(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		for i := range 5 {
			c := s.drafted("shandong-tic-2024", "")
			text := fmt.Sprintf("关于申报的通知\n一、条件\n第%d次，研发费用不少于2000万元。\n山东省技术创新中心建设方案编写提纲\n摘要\n2024年山东省技术创新中心推荐汇总表\n", i)
			got := s.race([]runner{{"district officer", publish(c.ID, "")}, {"district head", s.attach(c.ID, "通知.txt", text)}})
			if got["call.moved"]+got["call.faults"]+got[""] != 2 {
				t.Errorf("%v", got)
			}
			lines := s.lines(0)
			if got[""] == 2 && slices.Index(lines[len(lines)-2:], "call.publish") != 0 {
				t.Error("it was published after the faults were known, and without a reason")
			}
		}
	})
}
