package web

import (
	"strings"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
	"shenbao/registry"
)

// maxSheet is the largest workbook that is read.
const maxSheet = 20 << 20

// importList previews a file, or imports the one that was previewed: it is kept
// by its hash between the two.
func (s *Server) importList(v *visit, in struct {
	Unit   actor.UnitID `json:"unit" in:"path"`
	List   string       `json:"list" in:"path"`
	File   upload       `json:"file"`
	Kept   blob.Hash    `json:"kept"`
	Name   string       `json:"name"`
	Whole  bool         `json:"whole"`
	Accept string       `json:"accept"`
}) (page, error) {
	at := atList{in.Unit, in.List}
	if err := s.may(v, actor.ActImportProfile, in.Unit); err != nil {
		return nil, err // before anything of theirs is kept
	}
	u := registry.Upload{Unit: in.Unit, List: in.List, Name: in.Name, Whole: in.Whole, Accept: in.Accept}
	hash, err := s.received(v, in.File, in.Kept, &u)
	if err != nil {
		return s.listAgain(v, at, err)
	}
	if in.Accept != "" {
		_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*registry.Preview, error) {
			return registry.Import(v.Context(), tx, s.Gate.Keys, u)
		})
		if err == nil {
			s.drop(v, hash)
		}
		return s.listAgain(v, at, err)
	}
	preview, err := db.View(v.Context(), s.DB, func(r db.Reader) (*registry.Preview, error) {
		return u.Preview(v.Context(), r, v.By(), s.Gate.Keys)
	})
	if err != nil {
		s.dropFresh(v, in.File, hash)
		return s.listAgain(v, at, err)
	}
	p, err := s.list(v, at)
	p.Preview, p.File, p.Name, p.Whole = preview, hash, u.Name, in.Whole
	return p, err
}

// may asks whether the reader may do an act to a unit.
func (s *Server) may(v *visit, act actor.Act, unit actor.UnitID) error {
	_, err := db.View(v.Context(), s.DB, func(r db.Reader) (int, error) {
		return 0, actor.May(v.Context(), r, v.By(), act, unit)
	})
	return err
}

// received reads an upload, fresh or kept, into u. What is kept between preview
// and acceptance holds identity numbers: it is sealed, and opens for the unit
// and list that it was sent for alone.
func (s *Server) received(v *visit, file upload, kept blob.Hash, u *registry.Upload) (blob.Hash, error) {
	place := "upload:" + string(u.Unit) + ":" + u.List
	switch {
	case file == nil && !kept.Valid():
		return "", fault.New(fault.Invalid, "web.no_file").In("file")
	case file == nil:
		sealed, err := readAll(s.Blobs.Open(v.Context(), kept))
		if err != nil {
			return "", err
		}
		text, err := s.Gate.Keys.Open(place, secret.Sealed(sealed))
		if err != nil {
			return "", fault.New(fault.Missing, "web.no_file").In("file").Because(err)
		}
		u.Data = []byte(text)
		return kept, nil
	case file.Size > maxSheet:
		return "", fault.New(fault.Invalid, "web.sheet_large", maxSheet>>20).In("file")
	}
	var err error
	u.Name = file.Filename
	if u.Data, err = readAll(file.Open()); err != nil {
		return "", err
	}
	sealed, err := s.Gate.Keys.Seal(place, string(u.Data))
	if err != nil {
		return "", err
	}
	hash, _, err := s.Blobs.Put(v.Context(), strings.NewReader(string(sealed)))
	return hash, err
}

// dropFresh removes an upload that was just kept and cannot be read.
func (s *Server) dropFresh(v *visit, file upload, kept blob.Hash) {
	if file != nil {
		s.drop(v, kept)
	}
}

// drop removes a kept upload once it was imported.
func (s *Server) drop(v *visit, kept blob.Hash) {
	if err := s.Blobs.Delete(v.Context(), kept); err != nil {
		s.Log.WarnContext(v.Context(), "a kept upload stays", "request", v.Number, "error", err.Error())
	}
}
