package apply_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
)

// What is worked out before the transaction of a submission counts only while
// nothing changed: after every kind of change it is worked out again.
func TestPreparedIsNotStale(t *testing.T) {
	each(t, func(h *house) {
		ready := h.Ready()
		for name, change := range map[string]func(id apply.ID) error{
			"nothing": func(apply.ID) error { return nil },
			"save": func(id apply.ID) error {
				_, err := h.save("second editor", apply.Saving{Application: id, Tab: "t", Typed: map[string]string{"centre.fit": "另一段说明"}, Mine: map[string]struct{}{"centre.fit": {}}})
				return err
			},
			"empty": func(id apply.ID) error {
				_, err := h.save("second editor", apply.Saving{Application: id, Tab: "t", Typed: map[string]string{"centre.fit": ""}, Mine: map[string]struct{}{"centre.fit": {}}})
				return err
			},
			"enter": func(id apply.ID) error { return entering(`{"lab_area": "20 平方米"}`)(h, id) },
			"take a file out": func(id apply.ID) error {
				_, err := kept(h, "host editor", func(ctx context.Context, tx *db.Tx) (*apply.File, error) {
					return apply.RemoveFile(ctx, tx, h.Office, apply.FileAt{Application: id, File: h.Form(id).Files[0].ID})
				})
				return err
			},
			"the partner declines": func(id apply.ID) error {
				_, err := do(h, "partner admin", func(ctx context.Context, tx *db.Tx) (*apply.Partner, error) {
					return apply.AnswerInvitation(ctx, tx, apply.Refusal{Application: id, Reason: "不参加"})
				})
				return err
			},
			"submitted and withdrawn": func(id apply.ID) error {
				h.submitted(id)
				_, err := h.withdraw("host admin", apply.Recall{Application: id})
				return err
			},
			"given up": func(id apply.ID) error {
				_, err := h.drop("host admin", id)
				return err
			},
		} {
			id := h.Copies(ready, 1)[0]
			s := applytest.Submission(id)
			_, err := db.View(h.Context(), h.DB, func(r db.Reader) (int, error) {
				return 0, h.Office.Prepare(h.Context(), r, h.Staff["host admin"], &s)
			})
			h.must(err)
			if !s.Prepared() {
				t.Fatal("nothing was prepared")
			}
			h.must(change(id))
			fresh := apply.Submission{Application: id, Key: s.Key, Pledges: s.Pledges, Acknowledged: true}
			if stale, want := h.tried(s), h.tried(fresh); stale != want {
				t.Errorf("%s: submitted\n%s\nwant\n%s", name, stale, want)
			}
		}
		s := applytest.Submission(ready)
		_, err := db.View(h.Context(), h.DB, func(r db.Reader) (int, error) {
			return 0, h.Office.Prepare(h.Context(), r, h.Staff["other admin"], &s)
		})
		if h.must(err); s.Prepared() {
			t.Error("it is worked out for those who may not submit")
		}
	})
}

// tried is what comes of a submission, which is taken back.
func (h *house) tried(s apply.Submission) (came string) {
	stop := errors.New("stop")
	_, err := db.Update(h.Context(), h.DB, h.Staff["host admin"], func(tx *db.Tx) (*apply.Version, error) {
		v, err := apply.Submit(h.Context(), tx, h.Office, s)
		if err != nil {
			came = key(err)
			return nil, err
		}
		text, err := json.Marshal([]any{v.Manifest, v.Facts, v.Texts, v.Findings})
		came = string(text)
		return v, errors.Join(err, stop)
	})
	if err == nil {
		h.Error("it was not taken back")
	}
	return came
}
