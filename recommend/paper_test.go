package recommend_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/sample"
	"shenbao/internal/xlsx"
	"shenbao/recommend"
)

// A shanxi is a house in which something was submitted under the call of Shanxi,
// which asks for one original on paper, received by 10 May 2024.
type shanxi struct {
	*house
	id   apply.ID
	hash string
	unit sample.Unit
}

// may is an instant of May 2024 in the zone of deadlines.
func may(day, hour, minute int) time.Time {
	return time.Date(2024, 5, day, hour, minute, 0, 0, clock.Zone)
}

func inShanxi(t *testing.T, fn func(s *shanxi)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		d.Clock.(*clock.Manual).Set(may(8, 12, 0))
		a := applytest.Build(t, d, nil)
		h := &house{a, &recommend.Office{Office: a.Office}}
		s := &shanxi{house: h}
		s.unit = sample.Units()[slices.IndexFunc(sample.Units(), func(u sample.Unit) bool { return u.Call == sample.Shanxi })]
		h.Version = applytest.ReadVersion(t, sample.Shanxi)
		c, err := applytest.Do(h.House, "abroad officer", func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
			c, err := call.Draft(ctx, tx, h.Version, "")
			if err != nil {
				return nil, err
			}
			return call.Publish(ctx, tx, c.ID, "")
		})
		h.must(err)
		h.Hire("shanxi admin", "", actor.Visitor)
		u, err := applytest.Do(h.House, "shanxi admin", func(ctx context.Context, tx *db.Tx) (*actor.Unit, error) {
			return actor.RegisterUnit(ctx, tx, actor.Registration{Code: s.unit.Code, Name: s.unit.Name, Kind: s.unit.Kind, Place: s.unit.Place})
		})
		h.must(err)
		admin := h.Staff["shanxi admin"]
		admin.Unit, admin.Role = string(u.ID), string(actor.UnitAdmin)
		h.Staff["shanxi admin"] = admin
		_, err = applytest.Do(h.House, "abroad officer", func(ctx context.Context, tx *db.Tx) (*actor.Unit, error) { return actor.ConfirmUnit(ctx, tx, u.ID) })
		h.must(err)
		s.submitted(c, u, 1)
		h.arrive(s.id)
		fn(s)
	})
}

func (h *house) Clock() *clock.Manual { return h.DB.Clock.(*clock.Manual) }

// submitted puts a version into the database, as submitting leaves it.
func (s *shanxi) submitted(c *call.Call, u *actor.Unit, number int) {
	s.Helper()
	facts, err := json.Marshal(s.unit.Application())
	s.must(err)
	s.hash = fmt.Sprintf("%064x", 0xabcdef0123456789+uint64(number))
	s.hash = s.hash[48:] + s.hash[:48]
	at := db.Time(may(6, 10, number))
	_, err = db.Keep(s.Context(), s.DB, func(tx *db.Tx) (int, error) {
		if number == 1 {
			s.id = apply.ID(db.NewID())
			if _, err := tx.Exec(s.Context(), `
				INSERT INTO applications (id, call, hash, unit, unit_name, name, folded, state, begun, begun_by, changed, changed_by, submitted, version, mend_until,
					reason, returned_by, answer, met, unmet, unknown, revision, begin_key)
				VALUES ($1, $2, $3, $4, $5, '碳基材料中心', '碳基材料中心', 'submitted', $6, '', $6, '', $6, 0, '', '', '', '', 0, 0, 0, 0, 'k')`,
				s.id, c.ID, c.Hash, u.ID, u.Name, at); err != nil {
				return 0, err
			}
		}
		if _, err := tx.Exec(s.Context(), `UPDATE applications SET version = $2, submitted = $3 WHERE id = $1`, s.id, number, at); err != nil {
			return 0, err
		}
		_, err := tx.Exec(s.Context(), `
			INSERT INTO application_versions (application, number, state, submit_key, received, submitted, person, person_name, call, package, manifest, hash, facts, texts,
				findings, line, receipt, ended)
			VALUES ($1, $2, 'standing', $3, $4, $4, '', '', $5, $6, '{}', $7, $8, '{}', '[]', '', '', '')`,
			s.id, number, fmt.Sprint("k", number), at, c.ID, c.Hash, s.hash, string(facts))
		return 0, err
	})
	s.must(err)
}

// checked lets the authority check the application online.
func (s *shanxi) checked() {
	s.Helper()
	q, err := db.View(s.Context(), s.DB, func(r db.Reader) (*recommend.Queue, error) {
		return recommend.List(s.Context(), r, s.Staff["abroad officer"], recommend.Filter{State: recommend.Open})
	})
	s.must(err)
	step := q.Entries[0].Step
	s.sign("abroad officer", step)
	_, err = s.decide("abroad officer", recommend.Endorse, recommend.Decision{Step: step.ID, Version: step.Version, Reason: "材料齐全"})
	s.must(err)
}

func (s *shanxi) enter(who string, e recommend.PaperEntry) (*recommend.Paper, error) {
	s.Helper()
	e.Application = s.id
	if e.Version == 0 {
		e.Version = 1
	}
	return applytest.Do(s.House, who, func(ctx context.Context, tx *db.Tx) (*recommend.Paper, error) {
		return recommend.EnterPaper(ctx, tx, s.office, e)
	})
}

func (s *shanxi) standing(who string) *recommend.PaperStanding {
	s.Helper()
	st, err := db.View(s.Context(), s.DB, func(r db.Reader) (*recommend.PaperStanding, error) {
		of, err := recommend.Sight(s.Context(), r, s.Staff[who], s.id)
		if err != nil {
			return nil, err
		}
		v, err := of.VersionOf(s.Context(), r, of.Version)
		if err != nil {
			return nil, err
		}
		return s.office.StandingOf(s.Context(), r, of, v)
	})
	s.must(err)
	return st
}

func (s *shanxi) list(who string, f recommend.PaperFilter) *recommend.PaperList {
	s.Helper()
	l, err := db.View(s.Context(), s.DB, func(r db.Reader) (*recommend.PaperList, error) {
		return recommend.ListPapers(s.Context(), r, s.Staff[who], f)
	})
	s.must(err)
	return l
}

// all is everything that the call asks for, with seals and signatures.
func all(asks []recommend.PaperAsk) (out []recommend.PaperItem) {
	for _, k := range asks {
		out = append(out, recommend.PaperItem{Material: k.Material, There: true, Sealed: true, Signed: true})
	}
	return out
}

// Paper is entered by the minute: what is brought in the minute in which it was
// submitted is not older than that.
func TestPaperOfTheSameMinute(t *testing.T) {
	inShanxi(t, func(s *shanxi) {
		s.checked()
		at := may(7, 10, 0)
		s.change(`UPDATE application_versions SET received = '` + db.Time(at.Add(43*time.Second)) + `' WHERE application = '` + string(s.id) + `'`)
		e := recommend.PaperEntry{Application: s.id, Version: 1, Received: at.Add(-time.Minute), Copies: 1, Items: all(s.standing("shanxi admin").Plan.Asks)}
		_, err := s.enter("abroad officer", e)
		s.want("the minute before", err, "recommend.paper.before")
		e.Received = at
		_, err = s.enter("abroad officer", e)
		s.must(err)
	})
}

func TestPaperRegister(t *testing.T) {
	inShanxi(t, func(s *shanxi) {
		st := s.standing("shanxi admin")
		if st == nil || st.Current != nil || !st.Plan.Until.Equal(may(11, 0, 0)) || st.Plan.Late != "refuse" || st.Plan.Clause != "001-092" || st.Plan.Copies != 1 || len(st.Plan.Asks) != 3 {
			t.Fatalf("what is asked: %+v", st)
		}
		items := all(st.Plan.Asks)
		whole := recommend.PaperEntry{Received: may(8, 11, 0), Copies: 1, Items: items}
		_, err := s.enter("abroad officer", whole)
		s.want("not checked online yet", err, "recommend.paper.unchecked")
		s.checked()
		for _, who := range []string{"province officer", "district head", "host admin", "shanxi admin", "visitor"} {
			_, err := s.enter(who, whole)
			s.want(who, err, "recommend.missing")
		}
		for key, change := range map[string]func(e *recommend.PaperEntry){
			"recommend.paper.future":     func(e *recommend.PaperEntry) { e.Received = may(8, 12, 1) },
			"recommend.paper.before":     func(e *recommend.PaperEntry) { e.Received = may(6, 10, 0) },
			"recommend.paper.when":       func(e *recommend.PaperEntry) { e.Received = time.Time{} },
			"recommend.paper.copies":     func(e *recommend.PaperEntry) { e.Copies = 0 },
			"recommend.paper.no_version": func(e *recommend.PaperEntry) { e.Version = 2 },
			"recommend.paper.no_line":    func(e *recommend.PaperEntry) { e.Corrects, e.Remark = 1, "改" },
			"recommend.long":             func(e *recommend.PaperEntry) { e.Remark = strings.Repeat("长", 1001) },
			"recommend.paper.lacks":      func(e *recommend.PaperEntry) { e.Items = items[:2] },
		} {
			e := whole
			change(&e)
			_, err := s.enter("abroad officer", e)
			s.want(key, err, key)
		}
		for what, missing := range map[string]func(i *recommend.PaperItem){"a seal": func(i *recommend.PaperItem) { i.Sealed = false }, "a signature": func(i *recommend.PaperItem) { i.Signed = false }} {
			e := whole
			e.Items = slices.Clone(items)
			missing(&e.Items[0])
			_, err := s.enter("abroad officer", e)
			s.want(what+" lacks", err, "recommend.paper.lacks")
		}

		e := whole
		e.Items, e.Remark = items[:2], "印证材料未装订"
		first, err := s.enter("abroad officer", e)
		s.must(err)
		if first.Complete || first.Late || first.Outcome != recommend.PaperReceived || first.Hash != s.hash || first.Number != 1 {
			t.Errorf("the first line: %+v", first)
		}
		_, err = s.enter("abroad officer", whole)
		s.want("it is there", err, "recommend.paper.there")
		whole.Corrects = 1
		_, err = s.enter("abroad head", whole)
		s.want("a correction says why", err, "recommend.paper.why")
		whole.Remark = "补装订后重新清点"
		second, err := s.enter("abroad head", whole)
		s.must(err)
		_, err = s.enter("abroad head", whole)
		s.want("the first line is corrected already", err, "recommend.paper.corrected")
		st = s.standing("shanxi admin")
		if len(st.Lines) != 2 || st.Current.ID != second.ID || !st.Current.Complete || !st.Matches || !st.Lines[1].Corrected || st.Lines[1].Remark != "印证材料未装订" {
			t.Errorf("the register: %+v", st)
		}
		lines := dbtest.Lines(t, s.DB)
		if n := len(lines); !slices.Equal(lines[n-2:], []string{"recommend.enter_paper", "recommend.enter_paper"}) || lines[n-3] != "recommend.endorse" {
			t.Errorf("lines %v", lines[n-4:])
		}
	})
}

// The deadline is judged by receipt, to the millisecond; what comes late is not
// accepted, and a person refuses it.
func TestPaperThatComesLate(t *testing.T) {
	inShanxi(t, func(s *shanxi) {
		s.checked()
		s.Clock().Set(may(13, 9, 0))
		items := all(s.standing("shanxi admin").Plan.Asks)
		_, err := s.enter("abroad officer", recommend.PaperEntry{Received: may(11, 0, 0), Copies: 1, Items: items})
		s.want("at midnight", err, "recommend.paper.late")
		if f := fault.Of(err); f.Kind != fault.Late || f.Clause != "001-092" {
			t.Errorf("the refusal names %q, %s", f.Clause, f.Kind)
		}
		refused, err := s.enter("abroad officer", recommend.PaperEntry{Received: may(11, 0, 0), Copies: 1, Items: items, Refuse: true})
		s.must(err)
		if refused.Outcome != recommend.PaperRefused || !refused.Late {
			t.Errorf("refused: %+v", refused)
		}
		_, err = s.enter("abroad officer", recommend.PaperEntry{Received: may(10, 9, 0), Copies: 1, Refuse: true})
		s.want("refused without a reason", err, "recommend.paper.why_refused")
		if l := s.list("abroad officer", recommend.PaperFilter{Show: recommend.PapersAwaited}); len(l.Rows) != 1 || l.Rows[0].Application != s.id || l.Rows[0].Paper != nil {
			t.Errorf("still awaited: %+v", l)
		}
		last, err := s.enter("abroad officer", recommend.PaperEntry{Received: may(11, 0, 0).Add(-time.Millisecond), Copies: 1, Items: items})
		s.must(err)
		if last.Late || last.Number != 2 {
			t.Errorf("a millisecond before: %+v", last)
		}
		for show, want := range map[string]int{"": 2, recommend.PapersAll: 2, recommend.PapersLate: 1, recommend.PapersRefused: 1, recommend.PapersIncomplete: 0, recommend.PapersAwaited: 0} {
			if l := s.list("abroad officer", recommend.PaperFilter{Show: show}); len(l.Rows) != want {
				t.Errorf("%q shows %d rows, want %d", show, len(l.Rows), want)
			}
		}
	})
}

// The print of a version that was replaced does not count; a version that comes
// after the paper is shown.
func TestPaperOfAnotherVersion(t *testing.T) {
	inShanxi(t, func(s *shanxi) {
		s.checked()
		items := all(s.standing("shanxi admin").Plan.Asks)
		_, err := s.enter("abroad officer", recommend.PaperEntry{Received: may(8, 11, 0), Copies: 1, Items: items})
		s.must(err)
		c := &call.Call{}
		c.ID, c.Hash = s.callOf()
		s.submitted(c, nil, 2)
		if st := s.standing("abroad officer"); st.Matches || st.Current.Version != 1 {
			t.Errorf("after another version: %+v", st.Current)
		}
		_, err = s.enter("abroad officer", recommend.PaperEntry{Received: may(8, 11, 0), Copies: 1, Items: items, Corrects: 1, Remark: "换版"})
		s.want("the replaced version", err, "recommend.paper.other_version")
		_, err = s.enter("abroad officer", recommend.PaperEntry{Version: 2, Received: may(8, 11, 0), Copies: 1, Items: items, Corrects: 1, Remark: "换版"})
		s.must(err)
		if st := s.standing("abroad officer"); !st.Matches {
			t.Errorf("after it was replaced: %+v", st.Current)
		}
	})
}

func (s *shanxi) callOf() (id call.ID, hash string) {
	s.Helper()
	_, err := db.View(s.Context(), s.DB, func(r db.Reader) (int, error) {
		return 0, r.QueryRow(s.Context(), `SELECT call, hash FROM applications WHERE id = $1`, s.id).Scan(&id, &hash)
	})
	s.must(err)
	return id, hash
}

// What a scanner types finds the application, however an input method bends it.
func TestScanning(t *testing.T) {
	inShanxi(t, func(s *shanxi) {
		address := "https://sb.example.gov.cn/applications/" + string(s.id) + "/versions/1?paper=" + s.hash
		wide := strings.Map(func(r rune) rune {
			if r > ' ' && r < 0x7f {
				return r + 0xfee0
			}
			return r
		}, address)
		scan := func(who, text string) (*recommend.Scanned, error) {
			return db.View(t.Context(), s.DB, func(r db.Reader) (*recommend.Scanned, error) {
				return recommend.ScanPaper(t.Context(), r, s.Staff[who], recommend.PaperQuery{Office: s.office, Text: text})
			})
		}
		for text, version := range map[string]int64{address: 1, wide: 1, strings.ToUpper(address): 1, address + "\r\n": 1, s.hash: 1, s.hash[:16]: 1, s.hash[:8]: 1,
			strings.ToUpper(s.hash[:16]): 1, s.hash[:32] + "\n" + s.hash[32:]: 1, string(s.id): 0, "/applications/" + string(s.id): 0} {
			got, err := scan("abroad officer", text)
			if err != nil || got == nil || got.Application != s.id || got.Version != version {
				t.Errorf("%.60q finds %+v, %v", text, got, err)
			}
			for _, who := range []string{"province officer", "host admin", "visitor"} {
				_, err := scan(who, text)
				s.want(who+" scans", err, "recommend.missing")
			}
		}
		for _, text := range []string{"", "并州星碳", "abc", s.hash[:7], "xyz" + s.hash, "https://sb.example.gov.cn/calls/1", "' OR 1=1 --", "%", strings.Repeat("a", 65)} {
			if got, err := scan("abroad officer", text); got != nil || err != nil {
				t.Errorf("%.60q finds %+v, %v", text, got, err)
			}
		}
		forged := strings.Replace(address, "paper="+s.hash[:4], "paper=0000", 1)
		_, err := scan("abroad officer", forged)
		s.want("another hash", err, "recommend.paper.hash")
		_, err = scan("abroad officer", strings.Repeat("0", 16))
		s.want("a hash of nothing", err, "recommend.missing")
	})
}

// Twenty who correct one line at once correct it once.
func TestCorrectingAtOnce(t *testing.T) {
	inShanxi(t, func(s *shanxi) {
		s.checked()
		items := all(s.standing("shanxi admin").Plan.Asks)
		_, err := s.enter("abroad officer", recommend.PaperEntry{Received: may(8, 11, 0), Copies: 1, Items: items})
		s.must(err)
		var wait sync.WaitGroup
		var mu sync.Mutex
		done := 0
		for i := range 20 {
			wait.Go(func() {
				_, err := s.enter("abroad officer", recommend.PaperEntry{Received: may(8, 11, 0), Copies: int64(i + 2), Items: items, Corrects: 1, Remark: "改份数"})
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					done++
				} else if f := fault.Of(err); f.Kind != fault.Conflict {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if st := s.standing("abroad officer"); done != 1 || len(st.Lines) != 2 {
			t.Errorf("%d corrections, %d lines", done, len(st.Lines))
		}
	})
}

// The workbook holds what the list shows, and no formula.
func TestPaperWorkbook(t *testing.T) {
	inShanxi(t, func(s *shanxi) {
		s.checked()
		items := all(s.standing("shanxi admin").Plan.Asks)
		_, err := s.enter("abroad officer", recommend.PaperEntry{Received: may(8, 11, 0), Copies: 1, Items: items[:1], Remark: "=1+1 缺附件"})
		s.must(err)
		data, err := s.list("abroad officer", recommend.PaperFilter{Limit: 10_000}).Workbook("zh")
		s.must(err)
		book, err := xlsx.Open("登记簿.xlsx", data, xlsx.Register)
		s.must(err)
		rows, err := book.Rows(book.Sheets[0])
		s.must(err)
		var cells []string
		for i := range 14 {
			cells = append(cells, rows[1].Cell(i).Text)
		}
		want := []string{s.unit.Name, "碳基材料中心"}
		if !slices.Equal(cells[:2], want) || cells[4] != "2024-05-08 11:00" || cells[5] != "2024-05-11 00:00" || cells[10] != "=1+1 缺附件" {
			t.Errorf("row %q", cells)
		}
	})
}
