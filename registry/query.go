package registry

import (
	"context"
	"slices"
	"strings"
	"sync"

	"shenbao/actor"
	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/internal/secret"
	"shenbao/internal/textindex"
)

// A Reading (查阅) reads registers for people. A look at one that is no public
// list leaves its trace before anything is handed out: see [Looks].
type Reading struct {
	DB   *db.DB
	Keys *secret.Keys
}

// A Query asks for rows of a register.
type Query struct {
	Register string
	Text     string // words that a row has to hold
	Code     string // the credit code of a unit
	Day      string // as the register stood on that day, 2024-01-31; "" for now
	After    string // Next of the page before
}

// A Found is what a query found, at most pageRows rows at a time. Identity
// numbers are not in it, not even masked.
type Found struct {
	Parts []*Edition `json:"parts"` // the editions that were read, without who adopted them
	Rows  []FoundRow `json:"rows"`
	Next  string     `json:"next,omitempty"`
}

// A FoundRow is a row of a register and whose part it stands in.
type FoundRow struct {
	ID     RowID             `json:"id"`
	Keeper actor.UnitID      `json:"keeper"`
	Cells  map[string]string `json:"cells"`
}

// Rows returns a page of the rows that a query asks for: of a public list, all;
// of another register, those of the parts that the reader's authority keeps or
// stands over.
func (x Reading) Rows(ctx context.Context, by db.By, q Query) (*Found, error) {
	return traced(ctx, x, by, look{register: q.Register, kind: LookRows, query: q}, func(r db.Reader, l *look) (*Found, error) {
		return x.find(ctx, r, by, findOrder{q, pageRows, l})
	})
}

// A findOrder is a query, the most rows that are wanted, and the look that it is.
type findOrder struct {
	Query
	most int
	look *look
}

func (x Reading) find(ctx context.Context, r db.Reader, by db.By, o findOrder) (*Found, error) {
	list := FindRegister(o.Register)
	if list == nil {
		return nil, fault.New(fault.Missing, "registry.missing")
	}
	if err := mayQuery(ctx, r, by, list); err != nil {
		return nil, err
	}
	if err := o.check(list); err != nil {
		return nil, err
	}
	parts, err := partsFor(ctx, r, by, scope{list, o.Day, false})
	if err != nil {
		return nil, err
	}
	keeper, after, _ := strings.Cut(o.After, ".")
	found := &Found{Parts: []*Edition{}, Rows: []FoundRow{}}
	for _, e := range parts {
		found.Parts = append(found.Parts, e.public())
		if string(e.Keeper) < keeper || found.Next != "" {
			continue
		}
		if string(e.Keeper) > keeper {
			after = ""
		}
		rows, err := o.rows(ctx, r, e, RowID(after))
		if err != nil {
			return nil, err
		}
		o.look.reach(e.Keeper, found.take(rows, o.most))
	}
	return found, nil
}

// take adds rows until there are most of them, and returns how many it took.
func (f *Found) take(rows []*Row, most int) (n int) {
	for _, row := range rows {
		if len(f.Rows) == most {
			last := f.Rows[most-1]
			f.Next = string(last.Keeper) + "." + string(last.ID)
			return n
		}
		f.Rows, n = append(f.Rows, FoundRow{row.ID, row.Unit, row.shown()}), n+1
	}
	return n
}

// check makes what was asked canonical.
func (q *Query) check(list *List) error {
	if q.Day != "" {
		day, bad := readDate(q.Day)
		if bad != nil {
			return fault.New(fault.Invalid, "registry.date", clip(q.Day)).In("day")
		}
		q.Day = day
	}
	if q.Code == "" {
		return nil
	}
	if list.kind(Credit) == nil {
		return fault.New(fault.Invalid, "registry.column_unknown", "unit_code", list.word()).In("code")
	}
	code, err := chinacode.CreditCode(q.Code)
	if err != nil {
		return fault.Of(err).In("code")
	}
	q.Code = code
	return nil
}

// rows are the rows of an edition that the query asks for, one more than are
// wanted to see whether there are more.
func (o findOrder) rows(ctx context.Context, r db.Reader, e *Edition, after RowID) ([]*Row, error) {
	words := strings.Fields(textindex.Fold(clipTo(o.Text, 100)))
	p := place{e, after, o.most + 1}
	switch {
	case len(words) > 0:
		texts, err := finders.get(ctx, r, e)
		if err != nil {
			return nil, err
		}
		return heldByID(ctx, r, texts.having(words, o.Code, p))
	case o.Code != "":
		return heldWithCode(ctx, r, o.Code, p)
	}
	return heldPage(ctx, r, e, after, o.most+1)
}

// A place is where in an edition a page begins, and how many rows it has.
type place struct {
	edition *Edition
	after   RowID
	limit   int
}

// shown are the cells without the identity number.
func (r *Row) shown() map[string]string {
	c := FindRegister(r.List).kind(Person)
	if c != nil {
		delete(r.Cells, c.Code)
	}
	return r.Cells
}

// public is the edition without the person who adopted it, and without why one
// was taken back.
func (e *Edition) public() *Edition {
	p := *e
	p.Adopted.Person, p.Reason = "", ""
	return &p
}

// mayQuery asks whether somebody may query a register at all.
func mayQuery(ctx context.Context, r db.Reader, by db.By, list *List) error {
	if list.Open {
		return actor.May(ctx, r, by, actor.ActQueryRegister, "")
	}
	return actor.May(ctx, r, by, actor.ActReadRegister, actor.UnitID(by.Unit))
}

// A scope says which parts of a register are meant: as it stood on a day, and
// with those of the authorities over the reader's own or without.
type scope struct {
	list  *List
	day   string
	above bool
}

// partsFor returns the editions, one a part, that the reader may read, by
// keeper.
func partsFor(ctx context.Context, r db.Reader, by db.By, s scope) ([]*Edition, error) {
	all, err := editionsOf(ctx, r, s.list.ID)
	if err != nil {
		return nil, err
	}
	over := map[actor.UnitID]bool{}
	if s.above && !s.list.Open {
		if over, err = authoritiesOver(ctx, r, actor.UnitID(by.Unit)); err != nil {
			return nil, err
		}
	}
	var out []*Edition
	for len(all) > 0 {
		n := slices.IndexFunc(all, func(e *Edition) bool { return e.Keeper != all[0].Keeper })
		if n < 0 {
			n = len(all)
		}
		e := inForce(all[:n], s.day)
		all = all[n:]
		if e == nil {
			continue
		}
		if !s.list.Open && !over[e.Keeper] {
			err := actor.May(ctx, r, by, actor.ActReadRegister, e.Keeper)
			if f := fault.Of(err); f != nil && f.Kind == fault.Missing {
				continue
			} else if err != nil {
				return nil, err
			}
		}
		out = append(out, e)
	}
	return out, nil
}

// authoritiesOver are the authorities over a unit, at whatever distance.
func authoritiesOver(ctx context.Context, r db.Reader, id actor.UnitID) (map[actor.UnitID]bool, error) {
	over := map[actor.UnitID]bool{}
	for id != "" {
		u, err := actor.FindUnit(ctx, r, id)
		if err != nil {
			return nil, err
		}
		if id = u.Parent; over[id] {
			break
		}
		over[id] = true
	}
	return over, nil
}

// finders keep the texts of parts that were searched, so that a search need not
// read every row again. What they keep is known by the part's newest edition.
var finders = &finderShelf{kept: map[string]*finder{}}

type finderShelf struct {
	mu   sync.Mutex
	kept map[string]*finder
}

// A finder is the texts of all rows of a part, of every edition, by id: in one
// piece, a line a row, which is searched faster than many.
type finder struct {
	newest string
	whole  string
	texts  []rowText
}

// A rowText is where the line of a row begins, and from which edition to which
// the row stood.
type rowText struct {
	id           RowID
	since, until int64
	code         string
	begins       int
}

func (s *finderShelf) get(ctx context.Context, r db.Reader, e *Edition) (*finder, error) {
	newest, err := newestOf(ctx, r, e)
	if err != nil {
		return nil, err
	}
	part := e.Register + " " + string(e.Keeper)
	s.mu.Lock()
	f := s.kept[part]
	s.mu.Unlock()
	if f != nil && f.newest == newest {
		return f, nil
	}
	f = &finder{newest: newest}
	if err := f.read(ctx, r, e); err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.kept[part] = f
	s.mu.Unlock()
	return f, nil
}

// having returns the ids of the rows of a page that hold all words.
func (f *finder) having(words []string, code string, p place) (ids []RowID) {
	longest := slices.MaxFunc(words, func(a, b string) int { return len(a) - len(b) })
	at, found := slices.BinarySearchFunc(f.texts, p.after, func(t rowText, id RowID) int { return strings.Compare(string(t.id), string(id)) })
	if found {
		at++
	}
	for at < len(f.texts) && len(ids) < p.limit {
		hit := strings.Index(f.whole[f.texts[at].begins:], longest)
		if hit < 0 {
			break
		}
		hit += f.texts[at].begins
		at, _ = slices.BinarySearchFunc(f.texts, hit+1, func(t rowText, n int) int { return t.begins - n }) // the row after the hit
		t := f.texts[at-1]
		if t.in(p.edition.Number) && (code == "" || t.code == code) && f.has(at-1, words) {
			ids = append(ids, t.id)
		}
	}
	return ids
}

func (t rowText) in(edition int64) bool {
	return t.since <= edition && (t.until == 0 || t.until > edition)
}

// has reports whether a row holds all words.
func (f *finder) has(row int, words []string) bool {
	line := f.whole[f.texts[row].begins:]
	if row+1 < len(f.texts) {
		line = f.whole[f.texts[row].begins:f.texts[row+1].begins]
	}
	for _, w := range words {
		if !strings.Contains(line, w) {
			return false
		}
	}
	return true
}

// sought is the text that a row is found by: what it shows, without the
// identity number.
func sought(list *List, cells map[string]string) string {
	var b strings.Builder
	for _, c := range list.Columns {
		text := cells[c.Code]
		if text == "" || c.Kind == Person {
			continue
		}
		if c.Kind == Choice {
			text = c.OptionName(locale.ZH, text)
		}
		b.WriteString(text)
		b.WriteByte('\n')
	}
	return textindex.Fold(b.String())
}
