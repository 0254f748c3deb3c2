package applytest

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
)

// Begin starts an application of the host, with what its profile knows.
func (h *House) Begin() *apply.Application {
	h.Helper()
	a, err := Do(h, "host editor", func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Begin(ctx, tx, h.Office, apply.Beginning{Call: h.Call.ID, Key: db.NewID()})
	})
	h.must(err)
	return a
}

// Ready is an application in which nothing stands in the way of submitting: all
// is filled in, the partner has confirmed, every material was uploaded.
func (h *House) Ready() apply.ID {
	h.Helper()
	id := h.Begin().ID
	facts, err := json.Marshal(h.Host.Application())
	h.must(err)
	_, err = db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int, error) {
		tx.By = h.Staff["host editor"]
		return 0, apply.Enter(h.Context(), tx, h.Office, id, facts)
	})
	h.must(err)
	h.Upload(id, h.Asked(id)...)
	h.Confirm(id)
	return id
}

// Form is an application as the host's editor sees it.
func (h *House) Form(id apply.ID) *apply.Form {
	h.Helper()
	fm, err := db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Form, error) {
		s, err := apply.Find(h.Context(), r, h.Staff["host editor"], id)
		if err != nil {
			return nil, err
		}
		return h.Office.FormOf(h.Context(), r, s)
	})
	h.must(err)
	return fm
}

// Asked are the materials that belong to an application.
func (h *House) Asked(id apply.ID) []string {
	h.Helper()
	var out []string
	fm := h.Form(id)
	for _, m := range fm.Package.Form.Materials {
		if fm.AskedNow(m) {
			out = append(out, m.ID)
		}
	}
	return out
}

// Upload puts a small file in the place of every material named, as the acts
// about files leave it.
func (h *House) Upload(id apply.ID, materials ...string) {
	h.Helper()
	for _, m := range materials {
		content := "%PDF-1.4\n% " + m + "\n%%EOF\n"
		hash, _, err := h.Office.Blobs.Put(h.Context(), strings.NewReader(content))
		h.must(err)
		h.must(h.keep(func(tx *db.Tx) error {
			return insertFile(h.Context(), tx, apply.File{ID: apply.FileID(db.NewID()), Application: id, Material: m, Owner: h.Units["host"].ID,
				Hash: hash, Name: m + ".pdf", Size: int64(len(content)), Type: "application/pdf"})
		}))
	}
}

// Confirm invites the partner and lets it confirm its part as it stands.
func (h *House) Confirm(id apply.ID) {
	h.Helper()
	u := h.Units["partner"]
	p := &apply.Partner{Application: id, Unit: u.ID, UnitCode: u.Code, UnitName: u.Name, State: apply.Confirmed}
	p.Part = h.Form(id).Part(p)
	h.must(h.keep(func(tx *db.Tx) error { return insertPartner(h.Context(), tx, p) }))
}

// Copies are more applications of the host like one, with other people and
// another centre.
func (h *House) Copies(of apply.ID, n int) []apply.ID {
	h.Helper()
	var out []apply.ID
	h.must(h.keep(func(tx *db.Tx) error {
		c, err := h.copier(tx, of)
		for range n {
			if err == nil {
				out = append(out, apply.ID(db.NewID()))
				err = c.application(out[len(out)-1], *h.Units["host"])
			}
		}
		return err
	}))
	return out
}

// An Applicant is who submits an application of a crowd.
type Applicant struct {
	Application apply.ID
	By          db.By
}

// Crowd are units like the host, each with a profile of its own and an
// application like one, as if a province applied. The same person is the
// admin of all.
func (h *House) Crowd(of apply.ID, n int) []Applicant {
	h.Helper()
	var out []Applicant
	h.must(h.keep(func(tx *db.Tx) error {
		c, err := h.copier(tx, of)
		for i := range n {
			if err == nil {
				u := *h.Units["host"]
				u.ID, u.Code, u.Name = actor.UnitID(db.NewID()), fmt.Sprintf("91370114MB%07dX", len(h.crowd)+i), fmt.Sprintf("第%d号有限公司", len(h.crowd)+i)
				by := h.Staff["host admin"]
				by.Unit = string(u.ID)
				out = append(out, Applicant{apply.ID(db.NewID()), by})
				if err = c.unit(u, by); err == nil {
					err = c.application(out[len(out)-1].Application, u)
				}
			}
		}
		return err
	}))
	h.crowd = append(h.crowd, out...)
	return out
}

func (h *House) keep(act func(tx *db.Tx) error) error {
	_, err := db.Keep(h.Context(), h.DB, func(tx *db.Tx) (int, error) { return 0, act(tx) })
	return err
}

// Submission is a request that submits an application, under a new key.
func Submission(id apply.ID) apply.Submission {
	return apply.Submission{Application: id, Key: db.NewID(), Pledges: apply.Pledges, Acknowledged: true}
}

// Rows are lines of lists and nothing more: applications like one that were
// submitted, each by a unit of its own below the same authority, or all by the
// host.
func (h *House) Rows(of apply.ID, n int, own bool) {
	h.Helper()
	h.must(h.keep(func(tx *db.Tx) error {
		c, err := h.copier(tx, of)
		for i := range n {
			u := c.host
			if !own {
				u.ID, u.Code, u.Name = actor.UnitID(db.NewID()), fmt.Sprintf("91370114MC%07dX", i), fmt.Sprintf("第%d号有限公司", i)
			}
			if err == nil && !own {
				err = c.bare(u)
			}
			if err == nil {
				err = c.row(u, i)
			}
		}
		return err
	}))
}
