package recommend

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/chinacode"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/programme"
	"shenbao/rule"
)

// SummaryID is the key of a [Summary].
type SummaryID string

// SummaryState is where a summary table stands.
type SummaryState string

// The states of a summary table.
const (
	SummaryOpen   SummaryState = "open"   // 编排中: the authority orders it
	SummaryHanded SummaryState = "handed" // 已报送: it stands as it was handed up
)

// SummaryStates are all of them.
var SummaryStates = []SummaryState{SummaryOpen, SummaryHanded}

// A Summary (推荐汇总表) is the ordered table that an authority hands up. A call may
// ask for the same table twice, with another purpose each time: the last hand-in
// holds what was recommended, those before it (意向) hold what the authority
// collected, with or without an application.
type Summary struct {
	ID            SummaryID      `json:"id"`
	Call          call.ID        `json:"call"`
	Authority     actor.UnitID   `json:"authority"`
	AuthorityName string         `json:"authority_name"`
	Form          string         `json:"form"`   // id in tables.yaml
	Stage         string         `json:"stage"`  // the hand-in: a stage in call.yaml
	Number        int64          `json:"number"` // of the tables of the authority for this hand-in: from 2 on it is a supplement
	Package       string         `json:"package"`
	Recommender   string         `json:"recommender"` // the name that stands on it (推荐单位)
	State         SummaryState   `json:"state"`
	Version       int64          `json:"version"` // how often it was handed up
	Receiver      actor.UnitID   `json:"receiver,omitempty"`
	Handed        time.Time      `json:"handed,omitzero"`
	HandedBy      actor.PersonID `json:"-"`
	Hash          string         `json:"hash,omitempty"`   // SHA-256 of what was handed up
	Reason        string         `json:"reason,omitempty"` // why the receiver gave it back
	Seal          Seal           `json:"seal,omitzero"`
	Count         int64          `json:"count"` // rows

	body     string // what was handed up
	revision int64
}

// A Seal (盖章件) is the scan of the table with its seal, of what was handed up
// under [Summary.Hash].
type Seal struct {
	Hash blob.Hash      `json:"hash"`
	Name string         `json:"name"`
	Type string         `json:"type"`
	At   time.Time      `json:"at"`
	By   actor.PersonID `json:"-"`
}

// RowID is the key of a [Row].
type RowID string

// A Row is one line of a table. What stands in it is what the application says,
// unless the authority wrote something else.
type Row struct {
	ID          RowID             `json:"id"`
	Rank        int64             `json:"rank"`
	Application apply.ID          `json:"application,omitempty"` // "" for a unit that says it will apply
	Version     int64             `json:"version,omitempty"`     // that was recommended
	Reason      string            `json:"reason,omitempty"`      // why it stands there
	Own         map[string]string `json:"own,omitempty"`         // what the application says, by column
	Cells       map[string]string `json:"cells,omitempty"`       // what the authority wrote, by column
	Changed     bool              `json:"changed,omitempty"`     // the application is not as it was recommended
}

// value is what stands in a column of the row.
func (w *Row) value(c *Column) string {
	if c.From == rankWord {
		return fmt.Sprint(w.Rank)
	}
	if text, ok := w.Cells[c.ID]; ok {
		return text
	}
	return w.Own[c.ID]
}

// digest tells states of what the authority wrote apart.
func (w *Row) digest() string {
	text, _ := json.Marshal([]any{w.Cells, w.Reason}) // maps of texts have a JSON form, with sorted keys
	return sum(text)[:16]
}

// Digest is what a form hands back, so that nobody overwrites what a colleague
// wrote meanwhile.
func (w *Row) Digest() string { return w.digest() }

func sum(content []byte) string {
	h := sha256.Sum256(content)
	return hex.EncodeToString(h[:])
}

// The words of a package for what no fact holds.
const (
	rankWord        = "recommend.rank"
	recommenderWord = "recommender"
)

// A Column is a column of a table, with its limit.
type Column struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	From   string `json:"from"`
	Max    int    `json:"max,omitempty"`    // 字; 0 when not bounded
	Label  string `json:"label,omitempty"`  // the source's word for the column where it states the limit
	Clause string `json:"clause,omitempty"` // of the limit

	level string
}

// Given reports whether the platform fills the column in by itself.
func (c *Column) Given() bool {
	return c.From == rankWord || c.From == recommenderWord || strings.HasPrefix(c.From, "recommend.")
}

// Editable reports whether the authority may write into the column of a row: the
// texts with a limit, which it may shorten, and everything where no application
// speaks for itself.
func (c *Column) Editable(w *Row) bool {
	return !c.Given() && (c.Max > 0 || w == nil || w.Application == "")
}

// tableOf is the table of a package that recommends applications, or nil.
func tableOf(p *programme.Package) *programme.Table {
	for _, t := range p.Tables.Tables {
		if t.Room == room && t.Rows == "application" {
			return t
		}
	}
	return nil
}

func tableNamed(p *programme.Package, id string) *programme.Table {
	for _, t := range p.Tables.Tables {
		if t.ID == id {
			return t
		}
	}
	return nil
}

// finalStage is the hand-in for what was recommended.
func finalStage(t *programme.Table) string {
	if len(t.Stage) == 0 {
		return ""
	}
	return t.Stage[len(t.Stage)-1]
}

// columnsOf are the columns of a table, in order.
func columnsOf(p *programme.Package, t *programme.Table) []*Column {
	var out []*Column
	for _, d := range t.Columns {
		c := &Column{ID: d.ID, Name: d.Name, From: d.From, level: d.Level}
		for _, l := range t.Limits {
			if q, ok := rule.ParseQuantity(l.Max, rule.FindUnit("字")); ok && l.Column == d.ID {
				c.Max, c.Label, c.Clause = int(q.N), l.Label, firstClause(p, l.Clauses)
			}
		}
		out = append(out, c)
	}
	return out
}

// ownTexts are what a version says in the columns of a table.
func ownTexts(p *programme.Package, columns []*Column, facts *rule.Facts, recommender string) map[string]string {
	out := map[string]string{}
	for _, c := range columns {
		switch f := p.Schema.Fact(c.From); {
		case c.From == recommenderWord || c.From == "recommend.recommender":
			out[c.ID] = recommender
		case f != nil && f.Kind != rule.ListKind && f.Kind != rule.SeriesKind:
			out[c.ID] = c.text(f, facts.Value(f))
		}
	}
	return out
}

// text is a value as the official table has it.
func (c *Column) text(f *rule.Fact, v rule.Value) string {
	if v.State == rule.NotSupplied {
		return ""
	}
	switch f.Kind {
	case rule.TextKind, rule.LongTextKind:
		return v.S
	case rule.ChoiceKind:
		return f.Options[v.N].Name
	case rule.ChoicesKind:
		var names []string
		for i, o := range f.Options {
			if v.Set>>i&1 == 1 {
				names = append(names, o.Name)
			}
		}
		return strings.Join(names, "、")
	case rule.PlaceKind:
		return placeText(fmt.Sprintf("%06d", v.N), c.level)
	case rule.UnitKind, rule.PersonKind:
		return cmp.Or(v.Label, v.S)
	case rule.DateKind:
		return rule.FormatDay(v.N)
	case rule.BoolKind:
		return map[bool]string{true: "是", false: "否"}[v.N != 0]
	}
	return fmt.Sprint(v.N)
}

// placeText is a place at a level by its own name, or in full.
func placeText(code, level string) string {
	switch level {
	case actor.Province:
		code = code[:2] + "0000"
	case actor.City:
		code = code[:4] + "00"
	case "":
		return chinacode.PlaceName(code)
	}
	if p, ok := chinacode.FindPlace(code); ok {
		return p.Name
	}
	return chinacode.PlaceName(code) // 110100 has no name of its own
}

// open asks that the table can be changed.
func (l *Summary) open() error {
	if l.State != SummaryOpen {
		return fault.New(fault.Conflict, "recommend.list_handed")
	}
	return nil
}

func (l *Summary) subject() string { return "list:" + string(l.ID) }

// place puts a row where it is to stand, from 1, and numbers all anew.
func place(rows []*Row, id RowID, to int64) ([]*Row, error) {
	at := slices.IndexFunc(rows, func(w *Row) bool { return w.ID == id })
	if at < 0 {
		return nil, fault.New(fault.Missing, "recommend.no_row")
	}
	if to < 1 || to > int64(len(rows)) {
		return nil, fault.New(fault.Invalid, "recommend.place", len(rows)).In("to")
	}
	moved := rows[at]
	out := slices.Insert(slices.Delete(slices.Clone(rows), at, at+1), int(to-1), moved)
	return out, nil
}

// arranged are rows in the order of their ids; all of them, each once.
func arranged(rows []*Row, order []RowID) ([]*Row, error) {
	by := map[RowID]*Row{}
	for _, w := range rows {
		by[w.ID] = w
	}
	var out []*Row
	for _, id := range order {
		if by[id] == nil {
			return nil, fault.New(fault.Conflict, "recommend.list_changed")
		}
		out = append(out, by[id])
		delete(by, id)
	}
	if len(by) > 0 {
		return nil, fault.New(fault.Conflict, "recommend.list_changed")
	}
	return out, nil
}

// write puts texts of the authority into a row. What is as the application says
// is not kept; texts are cleaned and held to the limits.
func (w *Row) write(columns []*Column, texts map[string]string) error {
	cells := maps.Clone(w.Cells)
	if cells == nil {
		cells = map[string]string{}
	}
	for id, text := range texts {
		i := slices.IndexFunc(columns, func(c *Column) bool { return c.ID == id })
		if i < 0 || !columns[i].Editable(w) {
			return fault.New(fault.Invalid, "recommend.no_column", id).In(id)
		}
		long := columns[i].Max > 0
		if text = cleanCell(text, long); text == cleanCell(w.Own[id], long) {
			delete(cells, id) // it may be too long: that is told when the table is handed up
			continue
		}
		if err := columns[i].fits(text); err != nil {
			return err
		}
		cells[id] = text
	}
	w.Cells = cells
	return nil
}

// maxCell bounds a cell without a limit of its own, in characters.
const maxCell = 200

// fits asks that a text is not longer than its column may be.
func (c *Column) fits(text string) error {
	if n := rule.CountChars(text); c.Max > 0 && n > c.Max {
		return fault.New(fault.Refused, "recommend.cell_long", c.Name, n, c.Max).In(c.ID).Under(c.Clause)
	}
	if n := len([]rune(text)); c.Max == 0 && n > maxCell {
		return fault.New(fault.Invalid, "recommend.long", n, maxCell).In(c.ID)
	}
	return nil
}

// cleanCell keeps what a cell can hold: text, and line breaks in a long one.
func cleanCell(text string, long bool) string {
	text = strings.ReplaceAll(intake.CleanText(text), "\t", " ")
	if !long {
		text = strings.ReplaceAll(text, "\n", " ")
	}
	return text
}
