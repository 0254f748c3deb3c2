package web

import (
	"strings"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
	"shenbao/registry"
)

// tablesPage lists the summary tables (推荐汇总表) of an authority, and those that
// were handed up to it.
type tablesPage struct{ *recommend.Summaries }

func (tablesPage) title(v *visit) string           { return v.T("tables.title") }
func (p tablesPage) body(v *visit) templ.Component { return tablesBody(v, p) }

func (s *Server) listTables(v *visit, _ nothing) (tablesPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p tablesPage, err error) {
		p.Summaries, err = recommend.ListSummaries(v.Context(), r, s.recommending(), v.By())
		return p, err
	})
}

// openTable begins a table that the authority keeps by hand.
func (s *Server) openTable(v *visit, in struct {
	Call  call.ID `json:"call"`
	Stage string  `json:"stage"`
}) (page, error) {
	l, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.Summary, error) {
		return recommend.OpenSummary(v.Context(), tx, s.recommending(), recommend.NewSummary{Call: in.Call, Stage: in.Stage})
	})
	if err == nil {
		return moved{tableAddress(l.ID)}, nil
	}
	p, e := s.listTables(v, nothing{})
	if e != nil {
		return nil, err
	}
	return p, err
}

func tableAddress(id recommend.SummaryID) string { return "/tables/" + string(id) }

// atTable is the path of everything about one table.
type atTable struct {
	List recommend.SummaryID `json:"table" in:"path"`
}

// tablePage is one table: its order, the texts that the authority may shorten,
// and what can be done with it.
type tablePage struct {
	*recommend.Table
	Row      *recommend.Row          `json:"-"` // that is being written; with no id it is new
	Preview  *recommend.TablePreview `json:"preview,omitempty"`
	File     blob.Hash               `json:"-"`
	Name     string                  `json:"-"`
	ByNumber bool                    `json:"-"`
	typed    map[string]string
	paper    string // the hash on the paper that was scanned
}

func (p tablePage) title(*visit) string           { return p.Table.Title }
func (p tablePage) body(v *visit) templ.Component { return tableBody(v, p) }
func (p tablePage) address() string               { return tableAddress(p.ID) }

func (s *Server) showTable(v *visit, in struct {
	List  recommend.SummaryID `json:"table" in:"path"`
	Row   recommend.RowID     `json:"row"`   // to be written
	New   bool                `json:"new"`   // a new row
	Paper string              `json:"paper"` // the hash that stands on a printed table
}) (tablePage, error) {
	p, err := s.table(v, in.List)
	if err != nil {
		return p, err
	}
	p.paper = in.Paper
	return p, p.write(in.Row, in.New)
}

// write chooses the row that is being written.
func (p *tablePage) write(id recommend.RowID, fresh bool) error {
	switch {
	case !p.MayEdit:
	case fresh && !p.Final:
		p.Row = &recommend.Row{}
	case id != "":
		for _, w := range p.Rows {
			if w.ID == id {
				p.Row = w
				return nil
			}
		}
		return fault.New(fault.Missing, "recommend.no_row")
	}
	return nil
}

func (s *Server) table(v *visit, id recommend.SummaryID) (tablePage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p tablePage, err error) {
		p.Table, err = recommend.FindSummary(v.Context(), r, s.recommending(), v.By(), id)
		return p, err
	})
}

// changeTable runs an act on a table and shows it, at a place of the page; when
// the act fails, with what is wrong.
func (s *Server) changeTable(v *visit, id recommend.SummaryID, at recommend.RowID, act func(tx *db.Tx, o *recommend.Office) error) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) { return 0, act(tx, s.recommending()) })
	if err == nil && !v.JSON() {
		if at != "" {
			return moved{tableAddress(id) + "#row-" + string(at)}, nil
		}
		return moved{tableAddress(id)}, nil
	}
	p, e := s.table(v, id)
	if e != nil {
		if err == nil {
			err = e
		}
		return nil, err
	}
	return p, err
}

// moveRow puts a row up, down, or to a place.
func (s *Server) moveRow(v *visit, in struct {
	List   recommend.SummaryID `json:"table" in:"path"`
	Row    recommend.RowID     `json:"row"`
	How    string              `json:"how"` // up, down, or to
	To     int64               `json:"to"`
	Reason string              `json:"reason"`
}) (page, error) {
	m := recommend.Move{List: in.List, Row: in.Row, To: in.To, Reason: in.Reason, By: map[string]int64{"up": -1, "down": 1}[in.How]}
	return s.changeTable(v, in.List, in.Row, func(tx *db.Tx, o *recommend.Office) error {
		_, err := recommend.MoveRow(v.Context(), tx, o, m)
		return err
	})
}

// orderRows takes the whole order, as rows were dragged.
func (s *Server) orderRows(v *visit, in struct {
	List recommend.SummaryID `json:"table" in:"path"`
	Rows []recommend.RowID   `json:"row"`
	Seen []recommend.RowID   `json:"seen"`
}) (page, error) {
	return s.changeTable(v, in.List, "", func(tx *db.Tx, o *recommend.Office) error {
		_, err := recommend.OrderRows(v.Context(), tx, o, recommend.Ordering{List: in.List, Rows: in.Rows, Seen: in.Seen})
		return err
	})
}

// cellPrefix stands before the column in the names of a row's inputs.
const cellPrefix = "cell."

// writeRow writes the texts of a row, or adds one.
func (s *Server) writeRow(v *visit, in struct {
	List   recommend.SummaryID `json:"table" in:"path"`
	Row    recommend.RowID     `json:"row"`
	Seen   string              `json:"seen"`
	Reason string              `json:"reason"`
	Cells  rest                `json:"cells"` // cell.COLUMN
}) (page, error) {
	e := recommend.RowEdit{List: in.List, Row: in.Row, Seen: in.Seen, Reason: in.Reason, Cells: map[string]string{}}
	for name, values := range in.Cells {
		column, ok := strings.CutPrefix(name, cellPrefix)
		if !ok {
			return nil, fault.New(fault.Invalid, "web.unknown_field", name).In(name)
		}
		e.Cells[column] = strings.ReplaceAll(strings.Join(values, "\n"), "\r\n", "\n")
	}
	out, err := s.changeTable(v, in.List, in.Row, func(tx *db.Tx, o *recommend.Office) error {
		_, err := recommend.EditRow(v.Context(), tx, o, e)
		return err
	})
	p, ok := out.(tablePage)
	if err == nil || !ok {
		return out, err
	}
	f := fault.Of(err)
	if _, typed := e.Cells[f.Field]; typed {
		err = f.In(cellPrefix + f.Field)
	}
	p.typed = e.Cells
	_ = p.write(in.Row, in.Row == "") // a row that is gone is not written
	return p, err
}

// takeOff takes a row off the table.
func (s *Server) takeOff(v *visit, in struct {
	List   recommend.SummaryID `json:"table" in:"path"`
	Row    recommend.RowID     `json:"row"`
	Reason string              `json:"reason"`
}) (page, error) {
	return s.changeTable(v, in.List, "", func(tx *db.Tx, o *recommend.Office) error {
		_, err := recommend.RemoveRow(v.Context(), tx, o, recommend.Removal{List: in.List, Row: in.Row, Reason: in.Reason})
		return err
	})
}

// importTable previews a filled-in workbook, or imports the one that was
// previewed.
func (s *Server) importTable(v *visit, in struct {
	List     recommend.SummaryID `json:"table" in:"path"`
	File     upload              `json:"file"`
	Kept     blob.Hash           `json:"kept"`
	Name     string              `json:"name"`
	ByNumber bool                `json:"by_number"`
	Accept   string              `json:"accept"`
}) (page, error) {
	p, err := s.table(v, in.List)
	if err != nil {
		return nil, err // before anything of theirs is kept
	}
	kept := registry.Upload{Unit: v.Actor.Unit, List: "table:" + string(in.List), Name: in.Name}
	hash, err := s.received(v, in.File, in.Kept, &kept)
	if err != nil {
		return p, err
	}
	u := recommend.TableUpload{List: in.List, Name: kept.Name, Data: kept.Data, ByNumber: in.ByNumber, Accept: in.Accept}
	if in.Accept != "" {
		out, err := s.changeTable(v, in.List, "", func(tx *db.Tx, o *recommend.Office) error {
			_, err := recommend.ImportTable(v.Context(), tx, o, u)
			return err
		})
		if err == nil {
			s.drop(v, hash)
		}
		return out, err
	}
	p.Preview, err = db.View(v.Context(), s.DB, func(r db.Reader) (*recommend.TablePreview, error) {
		return u.Preview(v.Context(), r, s.recommending(), v.By())
	})
	if err != nil {
		s.dropFresh(v, in.File, hash)
		return p, err
	}
	p.File, p.Name, p.ByNumber = hash, u.Name, in.ByNumber
	return p, nil
}

// handUpTable hands the table up.
func (s *Server) handUpTable(v *visit, in atTable) (page, error) {
	return s.changeTable(v, in.List, "", func(tx *db.Tx, o *recommend.Office) error {
		_, err := recommend.HandUp(v.Context(), tx, o, in.List)
		return err
	})
}

// returnTable gives a table back to whoever handed it up. It is then out of the
// reader's sight.
func (s *Server) returnTable(v *visit, in struct {
	List   recommend.SummaryID `json:"table" in:"path"`
	Reason string              `json:"reason"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.Summary, error) {
		return recommend.ReturnSummary(v.Context(), tx, s.recommending(), recommend.SendingDown{List: in.List, Reason: in.Reason})
	})
	if err == nil {
		return moved{"/tables"}, nil
	}
	p, e := s.table(v, in.List)
	if e != nil {
		return nil, err
	}
	return p, err
}

// sealTable takes the scan of the sealed table.
func (s *Server) sealTable(v *visit, in struct {
	List recommend.SummaryID `json:"table" in:"path"`
	Of   string              `json:"of"`
	File upload              `json:"file"`
}) (page, error) {
	p, err := s.table(v, in.List)
	switch {
	case err != nil:
		return nil, err
	case p.Authority != v.Actor.Unit:
		return nil, fault.New(fault.Missing, "recommend.no_list")
	case in.File == nil:
		return p, fault.New(fault.Invalid, "web.no_file").In("file")
	}
	scan := recommend.Scan{Name: in.File.Filename}
	if scan.Data, err = readAll(in.File.Open()); err != nil {
		return nil, err
	}
	seal, err := scan.Receive(v.Context(), s.recommending())
	if err != nil {
		return p, err
	}
	return s.changeTable(v, in.List, "", func(tx *db.Tx, o *recommend.Office) error {
		_, err := recommend.SealSummary(v.Context(), tx, o, recommend.Sealing{List: in.List, Of: in.Of, Seal: seal})
		return err
	})
}

// readSeal sends the scan of the sealed table.
func (s *Server) readSeal(v *visit, in atTable) (page, error) {
	p, err := s.table(v, in.List)
	if err != nil {
		return nil, err
	}
	seal, content, err := p.SealOf(v.Context(), s.recommending())
	return raw{contentType: seal.Type, fileName: seal.Name, content: content}, err
}

// exportTable sends the table as a workbook.
func (s *Server) exportTable(v *visit, in atTable) (page, error) {
	p, err := s.table(v, in.List)
	if err != nil {
		return nil, err
	}
	content, err := p.Workbook(v.Lang)
	return raw{contentType: xlsxType, fileName: p.FileName("xlsx"), content: content}, err
}

// printTable sends the table as a document to be sealed.
func (s *Server) printTable(v *visit, in atTable) (page, error) {
	p, err := s.table(v, in.List)
	if err != nil {
		return nil, err
	}
	content, err := p.Print(v.Lang, s.Base)
	return raw{contentType: pdfType, fileName: p.FileName("pdf"), content: content}, err
}

// mayKeep reports whether the reader works for the authority of the table.
func (p tablePage) mayKeep(v *visit) bool {
	return p.Authority == v.Actor.Unit && actor.Ever(v.Actor.Role, actor.ActEditTable)
}
