package actor

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"shenbao/internal/chinacode"
	"shenbao/internal/fault"
)

// The states of a unit (单位).
const (
	Pending   = "pending"   // registered, waits for its authority (待确认)
	Confirmed = "confirmed" // 已确认
	Refused   = "refused"   // not confirmed, with a reason; its credit code is free again (未确认)
	Closed    = "closed"    // takes part in nothing any more (已停用)
)

// The levels of an authority (主管部门). Province, city and district authorities
// cover the units of their place; a department covers the units put under it.
const (
	Province   = "province"
	City       = "city"
	District   = "district"
	Department = "department"
)

// Kinds are the codes of programmes/terms/unit-kinds.yaml; a test keeps the two
// equal.
var Kinds = []string{"enterprise", "university", "national_institute", "institute", "hospital",
	"public_institution", "social_organisation", "other"}

// A Unit (单位) is an organisation: an applicant, a partner or an authority.
type Unit struct {
	ID        UnitID    `json:"id"`
	Code      string    `json:"code"`  // unified social credit code (统一社会信用代码); "" for some authorities
	Name      string    `json:"name"`  // as registered
	Kind      string    `json:"kind"`  // one of Kinds; "" for an authority
	Place     string    `json:"place"` // GB/T 2260 code of the registered place
	Authority bool      `json:"authority"`
	Level     string    `json:"level"`    // of an authority: Province … Department; else ""
	Parent    UnitID    `json:"parent"`   // the authority right above (归口管理部门); "" at a root
	ByPlace   bool      `json:"by_place"` // Parent follows from Place
	State     string    `json:"state"`
	Reason    string    `json:"reason"`  // why it was refused or closed
	Contact   PersonID  `json:"contact"` // who registered it
	Created   time.Time `json:"created"`
	Decided   time.Time `json:"decided"` // when it was confirmed, refused or closed
}

// Territorial reports whether the unit is the authority of its place.
func (u *Unit) Territorial() bool {
	return u.Level == Province || u.Level == City || u.Level == District
}

// checkLevel checks that an authority has a level, and one that fits its place:
// the authority of a province stands for a whole province, and no other does.
func (u *Unit) checkLevel() error {
	if !slices.Contains([]string{Province, City, District, Department}, u.Level) ||
		u.Territorial() && (u.Level == Province) != strings.HasSuffix(u.Place, "0000") {
		return fault.New(fault.Invalid, "actor.level").In("level")
	}
	return nil
}

// reach is the beginning of the codes of all places in that of the unit.
func (u *Unit) reach() string {
	if strings.HasSuffix(u.Place, "00") {
		return strings.TrimSuffix(strings.TrimSuffix(u.Place, "00"), "00")
	}
	return u.Place
}

// confirm is the pure move of [ConfirmUnit].
func (u *Unit) confirm(now time.Time) error {
	if u.State != Pending {
		return fault.New(fault.Conflict, "actor.not_pending", u.Name, fault.Key("actor.state."+u.State))
	}
	u.State, u.Reason, u.Decided = Confirmed, "", now
	return nil
}

// refuse is the pure move of [RefuseUnit].
func (u *Unit) refuse(reason string, now time.Time) error {
	if u.State != Pending {
		return fault.New(fault.Conflict, "actor.not_pending", u.Name, fault.Key("actor.state."+u.State))
	}
	u.State, u.Reason, u.Decided = Refused, reason, now
	return nil
}

// shut is the pure move of [CloseUnit].
func (u *Unit) shut(reason string, now time.Time) error {
	if u.State != Confirmed {
		return fault.New(fault.Conflict, "actor.not_confirmed", u.Name, fault.Key("actor.state."+u.State))
	}
	u.State, u.Reason, u.Decided = Closed, reason, now
	return nil
}

// rename is the pure move of [ChangeUnit]. What an authority has confirmed is
// changed by an authority.
func (u *Unit) rename(name, place string, byItself bool) error {
	switch {
	case u.State == Confirmed && byItself:
		return fault.New(fault.Refused, "actor.change_confirmed")
	case u.State != Pending && u.State != Confirmed:
		return fault.New(fault.Conflict, "actor.not_confirmed", u.Name, fault.Key("actor.state."+u.State))
	case u.Territorial() && place != u.Place:
		return fault.New(fault.Refused, "actor.seat_moves")
	}
	u.Name, u.Place = name, place
	return nil
}

// takes reports whether a role can be held in the unit; of the unit "" these
// are the roles of the whole platform.
func (u *Unit) takes(role Role) bool {
	switch role {
	case Auditor, SysAdmin:
		return u == nil
	case UnitAdmin:
		return u != nil
	case Editor:
		return u != nil && !u.Authority
	case Officer, Head, ProgrammeOfficer, Finance, Expert:
		return u != nil && u.Authority
	}
	return false
}

// The limits on what people type.
const (
	maxName   = 100
	maxReason = 500
)

// cleanUnit checks what a unit is registered with and returns it in its one
// right form.
func cleanUnit(u *Unit) error {
	var err error
	if u.Code != "" || !u.Authority {
		if u.Code, err = chinacode.CreditCode(u.Code); err != nil {
			return fault.Of(err).In("code")
		}
	}
	if u.Name, err = cleanLine("name", u.Name, 2, maxName); err != nil {
		return err
	}
	if !u.Authority && !slices.Contains(Kinds, u.Kind) {
		return fault.New(fault.Invalid, "actor.kind").In("kind")
	}
	return checkPlace(u.Place)
}

func checkPlace(code string) error {
	if !chinacode.IsPlaceCode(code) {
		return fault.New(fault.Invalid, "actor.place").In("place")
	}
	return nil
}

// cleanLine returns a line that somebody typed, without the blanks around it.
// It is refused when it is too short or too long (counted in characters), or
// holds what cannot be seen: control characters and marks that turn the
// direction of writing.
func cleanLine(field, s string, least, most int) (string, error) {
	s = strings.TrimSpace(norm.NFC.String(s))
	n := utf8.RuneCountInString(s)
	switch {
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unseen):
		return "", fault.New(fault.Invalid, "actor.unseen").In(field)
	case n < least || n > most:
		return "", fault.New(fault.Invalid, "actor.length", least, most, n).In(field)
	}
	return s, nil
}

func unseen(r rune) bool {
	return unicode.Is(unicode.C, r) && !unicode.Is(unicode.Co, r) || r == '\u2028' || r == '\u2029'
}
