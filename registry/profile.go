package registry

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"shenbao/actor"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
	"shenbao/rule"
)

// RowID is the key of a [Row]; it stays the same through its versions.
type RowID string

// A Row (档案行) is one version of a row of a list of a unit's profile: a
// person, an instrument, a year of finance, a single fact.
type Row struct {
	ID        RowID             `json:"id"`
	Unit      actor.UnitID      `json:"unit"`
	List      string            `json:"list"`               // id of its list in [Lists]
	Version   int64             `json:"version"`            // from 1; a change names the version that it was made on
	Cells     map[string]string `json:"cells"`              // canonical text by column, see [Kind]; an identity number is masked
	Person    string            `json:"-"`                  // keyed hash of the identity number; "" when there is none
	Evidence  string            `json:"evidence,omitempty"` // hash of the file that proves it
	Entered   Mark              `json:"entered"`
	Confirmed Mark              `json:"confirmed"` // who last said that it is still true
	Verified  Mark              `json:"verified"`  // zero while no authority has verified this version
	Ended     Mark              `json:"ended"`     // who removed it or changed it into the next version; zero while it stands

	key    string        // what makes it the same thing, unique among the rows of a list that stand
	sealed secret.Sealed // the identity number
}

// A Mark says who did something, for which unit, and when.
type Mark struct {
	Person actor.PersonID `json:"person"`
	Unit   actor.UnitID   `json:"unit"`
	At     time.Time      `json:"at,omitzero"`
}

// Done reports whether it was done.
func (m Mark) Done() bool { return !m.At.IsZero() }

// State says how far a value of a profile can be relied on.
type State string

// The states of a value, the weaker ones after the stronger.
const (
	Absent   State = ""         // nothing was entered
	Verified State = "verified" // 已核实: an authority has looked at it
	Declared State = "declared" // 已填报: the unit says so
	Expired  State = "expired"  // 已过期: it has ended, or nobody confirmed it for as long as its list allows
)

// For is the state in which a rule sees the value. The unit's own word counts
// when it checks itself, as it does in a form; verified asks for what an
// authority has verified.
func (s State) For(verified bool) rule.State {
	switch {
	case s == Verified, s == Declared && !verified:
		return rule.Known
	case s == Declared:
		return rule.IsUnverified
	case s == Expired:
		return rule.IsExpired
	}
	return rule.NotSupplied
}

// weaker is the state of what rests on both.
func weaker(a, b State) State {
	order := []State{Absent, Verified, Declared, Expired}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// StateAt is the row's state at an instant.
func (r *Row) StateAt(at time.Time) State {
	l := FindList(r.List)
	months := l.Months
	if l.Single {
		if c := l.Column(r.key); c != nil {
			months = c.Months
		}
	}
	switch until := r.Cells[l.Until]; {
	case l.Until != "" && until != "" && until < dayOf(at):
		return Expired
	case months > 0 && r.Confirmed.At.AddDate(0, months, 0).Before(at):
		return Expired
	case r.Verified.Done():
		return Verified
	}
	return Declared
}

// A Profile (单位档案) is what is known of a unit at one moment: its own rows
// that stand, and what the registers hold of it.
type Profile struct {
	Unit      *actor.Unit          `json:"unit"`
	At        time.Time            `json:"at"`
	Rows      map[string][]*Row    `json:"rows"`      // by list
	Registers map[string]*UnitRows `json:"registers"` // by register; one that nobody keeps is absent
}

// UnitRows are the rows of a register that are about one unit.
type UnitRows struct {
	Complete bool                `json:"complete"` // a row that is not there does not exist
	Document string              `json:"document"` // the source of the newest edition
	Adopted  time.Time           `json:"adopted"`  // when that was adopted
	Rows     []map[string]string `json:"rows"`
}

// Fact is the row of a single fact, or nil.
func (p *Profile) Fact(code string) *Row {
	for _, r := range p.Rows[FactsList] {
		if r.key == code {
			return r
		}
	}
	return nil
}

// columnsOf returns the columns in which two versions of a row differ, in the
// list's order.
func (l *List) columnsOf(a, b map[string]string) []string {
	var codes []string
	for _, c := range l.Columns {
		if a[c.Code] != b[c.Code] {
			codes = append(codes, c.Code)
		}
	}
	return codes
}

// Digest stands for these versions of these rows: it is another one as soon as
// a row was added, changed or removed.
func Digest(rows []*Row) string {
	h := sha256.New()
	for _, r := range rows {
		fmt.Fprintf(h, "%s %d\n", r.ID, r.Version)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// words are the names of columns, for a message.
func (l *List) words(codes []string) any {
	var words []fault.Key
	for _, code := range codes {
		words = append(words, l.Column(code).word())
	}
	return listed(words)
}
