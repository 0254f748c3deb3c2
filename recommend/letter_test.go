package recommend_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

// aLetter is a scan with a mark of its own.
func aLetter(mark string) recommend.Scan {
	return recommend.Scan{Name: "推荐函" + mark + ".png", Data: append(slices.Clone(onePixel), mark...)}
}

// onePixel is a picture of one pixel.
var onePixel = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82")

func (h *house) attach(who string, s *recommend.Step, scan recommend.Scan, change func(e *recommend.LetterEntry)) (*recommend.Letter, error) {
	h.Helper()
	seal, err := scan.Receive(h.Context(), h.office)
	if err != nil {
		return nil, err
	}
	e := recommend.LetterEntry{Step: s.ID, Version: s.Version, Scan: seal, Size: int64(len(scan.Data))}
	if change != nil {
		change(&e)
	}
	return applytest.Do(h.House, who, func(ctx context.Context, tx *db.Tx) (*recommend.Letter, error) {
		return recommend.AttachLetter(ctx, tx, h.office, e)
	})
}

// lettersOf are the names of the letters that somebody sees in a step.
func (h *house) lettersOf(who string, id recommend.StepID) (out []string, err error) {
	_, err = db.View(h.Context(), h.DB, func(r db.Reader) (int, error) {
		k, err := recommend.Find(h.Context(), r, h.Staff[who], id)
		if err != nil {
			return 0, err
		}
		all, err := recommend.LettersOf(h.Context(), r, k)
		for _, l := range all {
			out = append(out, l.Name+" "+l.Number+" "+l.Place)
		}
		return 0, err
	})
	return out, err
}

func TestLetters(t *testing.T) {
	inHouse(t, func(h *house) {
		id := h.Ready()
		h.submit(id)
		district := h.step("district officer", id)
		one, err := h.attach("district officer", district, aLetter(""), func(e *recommend.LetterEntry) { e.Place, e.Number = "370100", "济政函〔2024〕7号" })
		h.must(err)
		_, err = h.attach("district head", district, aLetter(""), nil)
		h.want("the same again", err, "recommend.letter.there")
		_, err = h.attach("city officer", district, aLetter(""), nil)
		h.want("another authority", err, "recommend.missing")
		_, err = h.attach("host admin", district, aLetter(""), nil)
		h.want("the applicant", err, "recommend.missing")
		for key, change := range map[string]func(e *recommend.LetterEntry){
			"recommend.letter.place":  func(e *recommend.LetterEntry) { e.Place = "999999" },
			"recommend.long":          func(e *recommend.LetterEntry) { e.Number = strings.Repeat("长", 61) },
			"recommend.no_scan":       func(e *recommend.LetterEntry) { e.Scan.Hash = "x" },
			"recommend.other_version": func(e *recommend.LetterEntry) { e.Version = 2 },
			"blob.missing":            func(e *recommend.LetterEntry) { e.Scan.Hash = blob.Sum([]byte("nothing")) },
		} {
			_, err := h.attach("district officer", district, recommend.Scan{Name: "乙.png", Data: onePixel}, change)
			h.want(key, err, key)
		}
		_, err = h.attach("district officer", district, recommend.Scan{Name: "推荐函.pdf", Data: []byte("MZ program")}, nil)
		if err == nil || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("a program: %v", err)
		}
		if got, err := h.lettersOf("district officer", district.ID); err != nil || !slices.Equal(got, []string{"推荐函.png 济政函〔2024〕7号 370100"}) {
			t.Errorf("the own step: %q, %v", got, err)
		}
		h.sign("district officer", district)
		_, err = h.decide("district officer", recommend.Endorse, recommend.Decision{Step: district.ID, Version: 1, Reason: "属实"})
		h.must(err)
		_, err = h.attach("district officer", district, recommend.Scan{Name: "丙.png", Data: onePixel}, nil)
		h.want("after the decision", err, "recommend.not_open")
		_, err = applytest.Do(h.House, "district officer", func(ctx context.Context, tx *db.Tx) (int, error) {
			return 0, recommend.RemoveLetter(ctx, tx, district.ID, one.ID)
		})
		h.want("removed after the decision", err, "recommend.not_open")

		// The receiver sees it; what the receiver adds, those below do not see.
		city := h.step("city officer", id)
		two, err := h.attach("city officer", city, recommend.Scan{Name: "市级.png", Data: onePixel}, nil)
		h.must(err)
		if got, err := h.lettersOf("city head", city.ID); err != nil || len(got) != 2 {
			t.Errorf("the receiver: %q, %v", got, err)
		}
		if got, err := h.lettersOf("district officer", district.ID); err != nil || len(got) != 1 {
			t.Errorf("those below: %q, %v", got, err)
		}
		if _, err := h.lettersOf("host admin", city.ID); err == nil || fault.Of(err).Kind != fault.Missing {
			t.Errorf("the applicant: %v", err)
		}
		_, err = applytest.Do(h.House, "city officer", func(ctx context.Context, tx *db.Tx) (int, error) {
			return 0, recommend.RemoveLetter(ctx, tx, city.ID, two.ID)
		})
		h.must(err)
		if got, _ := h.lettersOf("city officer", city.ID); len(got) != 1 {
			t.Errorf("after it was removed: %q", got)
		}
		lines := dbtest.Lines(t, h.DB)
		for verb, want := range map[string]int{"recommend.attach_letter": 2, "recommend.remove_letter": 1} {
			n := 0
			for _, l := range lines {
				if l == verb {
					n++
				}
			}
			if n != want {
				t.Errorf("%d lines %s, want %d", n, verb, want)
			}
		}
	})
}

// The digest counts what waits, what is late and what is new, and says nothing of
// what is somebody else's.
func TestDigest(t *testing.T) {
	inHouse(t, func(h *house) {
		digest := func(who string) string {
			text, err := db.View(t.Context(), h.DB, func(r db.Reader) (string, error) {
				return recommend.Digest(t.Context(), r, h.Staff[who].Person, "zh")
			})
			h.must(err)
			return text
		}
		if text := digest("district officer"); text != "" {
			t.Errorf("nothing waits: %q", text)
		}
		id := h.Ready()
		h.submit(id)
		a, err := db.View(t.Context(), h.DB, func(r db.Reader) (*apply.Application, error) {
			a, _, err := apply.Get(t.Context(), r, id)
			return a, err
		})
		h.must(err)
		text := digest("district officer")
		for _, want := range []string{h.Units["district"].Name + "的办件：", "待办 1 件：", "未看过或有变动 1 件：", a.UnitName, a.Name} {
			if !strings.Contains(text, want) {
				t.Errorf("the digest lacks %q:\n%s", want, text)
			}
		}
		if strings.Contains(text, "逾期") {
			t.Errorf("late already:\n%s", text)
		}
		step := h.step("district officer", id)
		_, err = db.Keep(t.Context(), h.DB, func(tx *db.Tx) (int, error) {
			return 0, recommend.Look(t.Context(), tx, h.Staff["district officer"], step.ID)
		})
		h.must(err)
		if text := digest("district officer"); strings.Contains(text, "有变动") {
			t.Errorf("looked at, and yet new:\n%s", text)
		}
		if text := digest("district head"); !strings.Contains(text, "有变动") {
			t.Errorf("a colleague has not looked:\n%s", text)
		}
		for _, who := range []string{"city officer", "province head", "host admin", "abroad officer"} {
			if text := digest(who); text != "" {
				t.Errorf("%s: %q", who, text)
			}
		}
	})
}
