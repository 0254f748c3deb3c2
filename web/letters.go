package web

import (
	"io"

	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

// maxLetter is the largest scan of a letter, in bytes.
const maxLetter = 20 << 20

// attachLetter puts a letter beside the decision of a step.
func (s *Server) attachLetter(v *visit, in struct {
	Step    recommend.StepID `json:"step" in:"path"`
	Version int64            `json:"version"`
	Place   string           `json:"place"`
	Number  string           `json:"number"`
	File    upload           `json:"file"`
	Back    string           `json:"back"`
}) (page, error) {
	p, err := s.casePage(v, in.Step, narrowed(in.Back))
	if err != nil {
		return nil, err
	}
	e := recommend.LetterEntry{Step: in.Step, Version: in.Version, Place: in.Place, Number: in.Number}
	if p.MayDecide { // nothing is kept of what others send
		scan, err := scanOf(in.File, maxLetter)
		if err != nil {
			return p, err
		}
		if e.Scan, err = scan.Receive(v.Context(), s.recommending()); err != nil {
			return p, err
		}
		e.Size = int64(len(scan.Data))
	}
	_, err = db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.Letter, error) {
		return recommend.AttachLetter(v.Context(), tx, s.recommending(), e)
	})
	if err != nil {
		return p, err
	}
	return moved{p.to(in.Step)}, nil
}

// scanOf reads a file that was sent with a form.
func scanOf(file upload, most int64) (scan recommend.Scan, err error) {
	if file == nil {
		return scan, fault.New(fault.Invalid, "web.no_file").In("file")
	}
	from, err := file.Open()
	if err != nil {
		return scan, err
	}
	defer from.Close()
	scan.Name = file.Filename
	if scan.Data, err = io.ReadAll(io.LimitReader(from, most+1)); err == nil && int64(len(scan.Data)) > most {
		err = fault.New(fault.Invalid, "web.sheet_large", most>>20).In("file")
	}
	return scan, err
}

func (s *Server) removeLetter(v *visit, in struct {
	Step   recommend.StepID   `json:"step" in:"path"`
	Letter recommend.LetterID `json:"letter" in:"path"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		return 0, recommend.RemoveLetter(v.Context(), tx, in.Step, in.Letter)
	})
	if err != nil {
		return nil, err
	}
	return moved{"/queue/" + string(in.Step)}, nil
}

func (s *Server) readLetter(v *visit, in struct {
	Step   recommend.StepID   `json:"step" in:"path"`
	Letter recommend.LetterID `json:"letter" in:"path"`
}) (page, error) {
	l, err := db.View(v.Context(), s.DB, func(r db.Reader) (*recommend.Letter, error) {
		k, err := recommend.Find(v.Context(), r, v.By(), in.Step)
		if err != nil {
			return nil, err
		}
		return recommend.LetterIn(v.Context(), r, k, in.Letter)
	})
	if err != nil {
		return nil, err
	}
	content, err := s.Blobs.Open(v.Context(), l.Hash)
	return raw{contentType: l.Type, fileName: l.Name, stream: content, changed: l.Attached}, err
}

func letterAddress(p casePage, l *recommend.Letter) string {
	return p.address() + "/letters/" + string(l.ID)
}

// placeOf is the name of the place whose government wrote a letter.
func placeOf(l *recommend.Letter) string {
	if l.Place == "" {
		return ""
	}
	return chinacode.PlaceName(l.Place)
}
