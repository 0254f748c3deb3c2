package web

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/registry"
)

// atList names a list of a unit's profile.
type atList struct {
	Unit actor.UnitID `json:"unit" in:"path"`
	List string       `json:"list" in:"path"`
}

func (a atList) address() string { return "/units/" + string(a.Unit) + "/profile/" + a.List }

// listPage is one list of a profile: its rows, and the row that is being
// edited.
type listPage struct {
	Unit *actor.Unit     `json:"unit"`
	List *registry.List  `json:"-"`
	Rows []*registry.Row `json:"rows"`
	From int             `json:"-"`    // how many rows stand on earlier pages
	Next registry.RowID  `json:"-"`    // the last row shown; "" when none comes after it
	Seen string          `json:"seen"` // stands for these versions of these rows: see markList

	Edit    bool              `json:"-"` // the reader may change it
	Confirm bool              `json:"-"` // … and say that it still holds
	Reveal  bool              `json:"-"` // … and see identity numbers in full
	Verify  bool              `json:"-"` // the reader may say for an authority that rows are true
	Export  bool              `json:"-"`
	Row     *registry.Row     `json:"-"` // being edited; nil for a new one
	Form    bool              `json:"-"` // a row is being typed
	Typed   map[string]string `json:"-"`
	Preview *registry.Preview `json:"-"`
	File    blob.Hash         `json:"-"` // of the previewed upload
	Name    string            `json:"-"`
	Whole   bool              `json:"-"`
	Number  string            `json:"-"` // an identity number in full

	at atList
}

func (p listPage) title(v *visit) string         { return p.List.Name(v.Lang) }
func (p listPage) body(v *visit) templ.Component { return listBody(v, p) }

func (s *Server) list(v *visit, at atList) (listPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (listPage, error) {
		p := listPage{at: at, List: registry.FindList(at.List)}
		if p.List == nil {
			return p, fault.New(fault.Missing, "web.no_page")
		}
		var err error
		if p.Rows, err = registry.ViewList(v.Context(), r, v.By(), at.Unit, at.List); err != nil {
			return p, err
		}
		if p.Unit, err = actor.FindUnit(v.Context(), r, at.Unit); err != nil {
			return p, err
		}
		p.turn("")
		may := func(act actor.Act) bool { return actor.May(v.Context(), r, v.By(), act, at.Unit) == nil }
		p.Seen = registry.Digest(p.Rows)
		p.Edit, p.Confirm, p.Reveal = may(actor.ActEditProfile), may(actor.ActConfirmProfile), may(actor.ActRevealIdentity)
		p.Verify, p.Export = may(actor.ActVerifyProfile), may(actor.ActExportProfile)
		return p, nil
	})
}

// listRows is how many rows of a list a page shows.
const listRows = 200

// turn goes to the page after a row, or to the first.
func (p *listPage) turn(after registry.RowID) {
	p.From, p.Next = slices.IndexFunc(p.Rows, func(r *registry.Row) bool { return r.ID == after })+1, ""
	if len(p.shown()) < len(p.Rows)-p.From {
		p.Next = p.shown()[listRows-1].ID
	}
}

// shown are the rows of the page.
func (p listPage) shown() []*registry.Row { return p.Rows[p.From:min(len(p.Rows), p.From+listRows)] }

func (s *Server) showList(v *visit, in struct {
	Unit  actor.UnitID   `json:"unit" in:"path"`
	List  string         `json:"list" in:"path"`
	Row   registry.RowID `json:"row"`
	New   bool           `json:"new"`
	After registry.RowID `json:"after"`
}) (page, error) {
	p, err := s.list(v, atList{in.Unit, in.List})
	if err != nil {
		return nil, err
	}
	p.turn(in.After)
	p.Form = p.Edit && (in.New || p.List.Single)
	for _, row := range p.Rows {
		if row.ID == in.Row && in.Row != "" {
			p.Row, p.Form = row, p.Edit
		}
	}
	return p, nil
}

// listAgain shows a list after an act: where it stands, or with what went wrong.
func (s *Server) listAgain(v *visit, at atList, err error) (page, error) {
	if err == nil {
		return moved{at.address()}, nil
	}
	p, e := s.list(v, at)
	if e != nil {
		return nil, e
	}
	return p, err
}

// editRow adds or changes a row; the cells are the fields named cell.CODE. Of a
// list of single facts each cell is a row of its own.
func (s *Server) editRow(v *visit, in struct {
	Unit    actor.UnitID   `json:"unit" in:"path"`
	List    string         `json:"list" in:"path"`
	ID      registry.RowID `json:"id"`
	Version int64          `json:"version"`
	Cells   rest           `json:"cells"`
}) (page, error) {
	at, list := atList{in.Unit, in.List}, registry.FindList(in.List)
	if list == nil {
		return nil, fault.New(fault.Missing, "web.no_page")
	}
	typed, versions, err := cellsOf(list, in.Cells)
	if err != nil {
		return nil, err
	}
	changes := []registry.Change{{ID: in.ID, Version: in.Version, Cells: typed}}
	if list.Single {
		changes = changes[:0]
		for _, c := range list.Columns {
			if text, ok := typed[c.Code]; ok && !(text == "" && versions[c.Code] == 0) {
				changes = append(changes, registry.Change{Version: versions[c.Code], Cells: map[string]string{c.Code: text}, Remove: text == ""})
			}
		}
	}
	_, err = db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) ([]*registry.Row, error) {
		return registry.Edit(v.Context(), tx, s.Gate.Keys, registry.Batch{Unit: in.Unit, List: in.List, Changes: changes})
	})
	if err == nil {
		return moved{at.address()}, nil
	}
	p, e := s.list(v, at)
	if e != nil {
		return nil, e
	}
	p.Form, p.Typed = true, typed
	for _, row := range p.Rows {
		if row.ID == in.ID && in.ID != "" {
			p.Row = row
		}
	}
	return p, err
}

// cellsOf reads the cells that a form sent, and of single facts the versions
// that they were typed over.
func cellsOf(list *registry.List, sent rest) (typed map[string]string, versions map[string]int64, err error) {
	typed, versions = map[string]string{}, map[string]int64{}
	for name, values := range sent {
		code, isCell := strings.CutPrefix(name, "cell.")
		of, isVersion := strings.CutPrefix(name, "version.")
		switch {
		case isCell && list.Column(code) != nil && len(values) == 1:
			typed[code] = values[0]
		case isVersion && list.Column(of) != nil && len(values) == 1:
			if versions[of], err = strconv.ParseInt(values[0], 10, 64); err != nil {
				return nil, nil, fault.New(fault.Invalid, "web.number", values[0]).In(name)
			}
		default:
			return nil, nil, fault.New(fault.Invalid, "web.unknown_field", name).In(name)
		}
	}
	return typed, versions, nil
}

// atRow names a version of a row.
type atRow struct {
	Unit    actor.UnitID   `json:"unit" in:"path"`
	List    string         `json:"list" in:"path"`
	ID      registry.RowID `json:"id"`
	Version int64          `json:"version"`
}

func (a atRow) list() atList { return atList{a.Unit, a.List} }

func (a atRow) selection() registry.Selection {
	return registry.Selection{Unit: a.Unit, Rows: []registry.Ref{{ID: a.ID, Version: a.Version}}}
}

func (s *Server) removeRow(v *visit, in atRow) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) ([]*registry.Row, error) {
		return registry.Edit(v.Context(), tx, s.Gate.Keys, registry.Batch{Unit: in.Unit, List: in.List,
			Changes: []registry.Change{{ID: in.ID, Version: in.Version, Remove: true}}})
	})
	return s.listAgain(v, in.list(), err)
}

// marking is what somebody says of whole rows.
type marking func(ctx context.Context, tx *db.Tx, sel registry.Selection) ([]*registry.Row, error)

// wholeList is a list as somebody had it before their eyes.
type wholeList struct {
	Unit actor.UnitID `json:"unit" in:"path"`
	List string       `json:"list" in:"path"`
	Seen string       `json:"seen"` // as the list itself says
}

func (s *Server) confirmList(v *visit, in wholeList) (page, error) {
	return s.markList(v, in, registry.Confirm)
}
func (s *Server) verifyList(v *visit, in wholeList) (page, error) {
	return s.markList(v, in, registry.Verify)
}

// markList says of all rows of a list that they are true. When somebody changed
// one since the reader saw the list, they are to look again: nobody vouches for
// what they have not seen.
func (s *Server) markList(v *visit, in wholeList, act marking) (page, error) {
	at := atList{in.Unit, in.List}
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) ([]*registry.Row, error) {
		rows, err := registry.ViewList(v.Context(), tx, v.By(), at.Unit, at.List)
		if err != nil {
			return nil, err
		}
		sel := registry.Selection{Unit: at.Unit}
		for _, row := range rows {
			sel.Rows = append(sel.Rows, registry.Ref{ID: row.ID, Version: row.Version})
		}
		if registry.Digest(rows) != in.Seen {
			return nil, fault.New(fault.Conflict, "web.list_changed")
		}
		return act(v.Context(), tx, sel)
	})
	return s.listAgain(v, at, err)
}

func (s *Server) verifyRow(v *visit, in atRow) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) ([]*registry.Row, error) {
		return registry.Verify(v.Context(), tx, in.selection())
	})
	return s.listAgain(v, in.list(), err)
}

func (s *Server) revealNumber(v *visit, in struct {
	Unit actor.UnitID   `json:"unit" in:"path"`
	List string         `json:"list" in:"path"`
	ID   registry.RowID `json:"id"`
	Why  string         `json:"why"`
}) (page, error) {
	number, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (string, error) {
		return registry.Reveal(v.Context(), tx, s.Gate.Keys, registry.Sight{Unit: in.Unit, Row: in.ID, Why: in.Why})
	})
	p, e := s.list(v, atList{in.Unit, in.List})
	if e != nil {
		return nil, e
	}
	p.Number = number
	for _, row := range p.Rows {
		if row.ID == in.ID {
			p.Row = row
		}
	}
	p.Form = p.Row != nil && p.Edit
	return p, err
}

// xlsxType is the type of a workbook.
const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func (s *Server) exportList(v *visit, in struct {
	Unit  actor.UnitID `json:"unit" in:"path"`
	List  string       `json:"list" in:"path"`
	Blank bool         `json:"blank"`
}) (page, error) {
	list := registry.FindList(in.List)
	if list == nil {
		return nil, fault.New(fault.Missing, "web.no_page")
	}
	content, err := db.View(v.Context(), s.DB, func(r db.Reader) ([]byte, error) {
		return registry.Export(v.Context(), r, v.By(), registry.Order{Unit: in.Unit, Lists: []string{in.List}, Lang: v.Lang, Blank: in.Blank})
	})
	return raw{contentType: xlsxType, fileName: list.Name(v.Lang) + ".xlsx", content: content}, err
}
