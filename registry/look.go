package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// The kinds of looks at a register.
const (
	LookRows   = "rows"   // a page of rows
	LookPart   = "part"   // a page of an edition, by its keeper
	LookExport = "export" // a workbook
	LookAsked  = "asked"  // a question by number
)

// A Look (查阅记录) says who looked at a part of a register that is no public
// list, and for what.
type Look struct {
	ID       string         `json:"id"`
	Keeper   actor.UnitID   `json:"keeper"` // "" when the look reached no part
	Register string         `json:"register"`
	At       time.Time      `json:"at"`
	Person   actor.PersonID `json:"person"`
	Unit     actor.UnitID   `json:"unit"`
	Role     string         `json:"role"`
	Kind     string         `json:"kind"`
	Asked    Asked          `json:"asked"`
	Found    int64          `json:"found"`          // rows of that part
	Line     string         `json:"line,omitempty"` // of the journal; "" while it waits for one

	sealed secret.Sealed
	number string
}

// Asked is what somebody asked a register for. Stored it is sealed; an identity
// number is in it masked.
type Asked struct {
	Text string `json:"text,omitempty"`
	Code string `json:"code,omitempty"`
	Day  string `json:"day,omitempty"`
}

// look is a look that goes on.
type look struct {
	register, kind string
	query          Query
	number         string // keyed hash of an identity number
	parts          []Look
}

// reach says that the look reached a part and found n rows there.
func (l *look) reach(keeper actor.UnitID, n int) {
	l.parts = append(l.parts, Look{Keeper: keeper, Found: int64(n)})
}

// throttle is how long the looks of one person at one register wait for a
// common line in the journal.
const throttle = time.Minute

// traced reads something of a register and, when that is no public list, stores
// who looked at it before it is handed out. The journal gets the first look at
// once, and those of the minute after it together: who reads page after page
// does not flood it.
func traced[T any](ctx context.Context, x Reading, by db.By, l look, read func(db.Reader, *look) (T, error)) (T, error) {
	due := false
	v, err := db.View(ctx, x.DB, func(r db.Reader) (v T, err error) {
		if v, err = read(r, &l); err != nil {
			return v, err
		}
		last, err := lastLine(ctx, r, by.Person, l.register)
		due = x.DB.Clock.Now().Sub(last) >= throttle
		return v, err
	})
	if list := FindRegister(l.register); err != nil || list.Open && l.number == "" {
		return v, err
	}
	store := func(tx *db.Tx) (int, error) {
		if err := x.store(ctx, tx, by, l); err != nil || !due {
			return 0, err
		}
		return 0, writeLine(ctx, tx, waiter{by.Person, l.register})
	}
	if due {
		_, err = db.Update(ctx, x.DB, by, store)
	} else {
		_, err = db.Keep(ctx, x.DB, store)
	}
	if err != nil {
		var none T
		return none, err
	}
	return v, nil
}

// store writes the trace of a look.
func (x Reading) store(ctx context.Context, tx *db.Tx, by db.By, l look) error {
	id := db.NewID()
	asked, err := json.Marshal(Asked{l.query.Text, l.query.Code, l.query.Day})
	if err != nil {
		return err
	}
	sealed, err := x.Keys.Seal(askedAt(id), string(asked))
	if err != nil {
		return err
	}
	if len(l.parts) == 0 {
		l.reach("", 0)
	}
	for _, one := range l.parts {
		one.ID, one.Register, one.At, one.Kind, one.sealed, one.number = id, l.register, tx.Now, l.kind, sealed, l.number
		one.Person, one.Unit, one.Role = actor.PersonID(by.Person), actor.UnitID(by.Unit), by.Role
		if err := insertLook(ctx, tx, one); err != nil {
			return err
		}
	}
	return nil
}

// askedAt is the place that what was asked is sealed for.
func askedAt(id string) string { return "register_looks.asked:" + id }

// A waiter is somebody whose looks at a register wait for a line.
type waiter struct {
	person   string
	register string
}

// writeLine writes the line of the looks that wait for one.
func writeLine(ctx context.Context, tx *db.Tx, w waiter) error {
	bundle := db.NewID()
	waiting, err := bindLooks(ctx, tx, w, bundle)
	if err != nil || len(waiting) == 0 {
		return err
	}
	says := map[string]any{"person": w.person, "from": waiting[0].At, "until": waiting[len(waiting)-1].At, "digest": digestOf(waiting)}
	looks, rows, kinds, last := 0, int64(0), map[string]int{}, ""
	for _, l := range waiting {
		if rows += l.Found; l.ID != last {
			looks, last = looks+1, l.ID
			kinds[l.Kind]++
		}
	}
	says["looks"], says["rows"], says["kinds"] = looks, rows, kinds
	if err := tx.Record(ctx, lookVerb, "register:"+w.register, says); err != nil {
		return err
	}
	return lineLooks(ctx, tx, w, [2]string{bundle, tx.Line})
}

// lookVerb is the verb of a line that takes looks in.
const lookVerb = "registry.look"

// digestOf is what the journal keeps of looks, so that none can be changed or
// taken away afterwards without being found out: see [VerifyLooks].
func digestOf(looks []*Look) string {
	h := sha256.New()
	for _, l := range looks {
		h.Write(l.trace())
	}
	return hex.EncodeToString(h.Sum(nil))
}

// trace is everything of a look but its line, as it goes into the digest.
func (l *Look) trace() []byte {
	text, _ := json.Marshal([]any{l.ID, l.Keeper, l.Register, db.Time(l.At), l.Person, l.Unit, l.Role, l.Kind, l.sealed, l.number, l.Found})
	return append(text, '\n')
}

// WriteLooks gives the looks that nobody's next look brought into the journal
// their lines: a job of the platform.
func WriteLooks(ctx context.Context, tx *db.Tx) error {
	all, err := waiters(ctx, tx, tx.Now.Add(-throttle))
	if err != nil {
		return err
	}
	for _, w := range all {
		if err := writeLine(ctx, tx, w); err != nil {
			return err
		}
	}
	return nil
}

// A LookFilter narrows the looks down.
type LookFilter struct {
	Register string
	Person   actor.PersonID
	Before   string // the id of a look: older ones
}

// Looks (名录查阅记录) lists who looked at registers, the newest first: to the
// auditor all, to an officer those at the parts that the own authority keeps.
func (x Reading) Looks(ctx context.Context, r db.Reader, by db.By, f LookFilter) ([]*Look, error) {
	keeper := actor.UnitID("")
	if err := actor.May(ctx, r, by, actor.ActViewLooks, ""); err != nil {
		if keeper = actor.UnitID(by.Unit); keeper == "" || fault.Of(err).Kind != fault.Missing {
			return nil, err
		}
		if err := actor.May(ctx, r, by, actor.ActViewLooks, keeper); err != nil {
			return nil, err
		}
	}
	all, err := looksAt(ctx, r, keeper, f)
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		text, err := x.Keys.Open(askedAt(l.ID), l.sealed)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal([]byte(text), &l.Asked); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Part is [ViewRegister] with its trace.
func (x Reading) Part(ctx context.Context, by db.By, at RegisterPlace) (*RegisterPage, error) {
	return traced(ctx, x, by, look{register: at.Register, kind: LookPart}, func(r db.Reader, l *look) (*RegisterPage, error) {
		p, err := ViewRegister(ctx, r, by, at)
		if err == nil {
			l.reach(at.Keeper, len(p.Rows))
		}
		return p, err
	})
}
