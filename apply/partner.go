package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"time"

	"shenbao/actor"
	"shenbao/rule"
)

// The states of a partner (共建单位) in an application.
const (
	Invited   = "invited"   // 待确认
	Confirmed = "confirmed" // 已确认: has confirmed its part as it stands
	Declined  = "declined"  // 已谢绝
	Removed   = "removed"   // taken out by the host
)

// A Partner (共建单位) is a unit that the host invited.
type Partner struct {
	Application ID           `json:"application"`
	Unit        actor.UnitID `json:"unit"`
	UnitCode    string       `json:"unit_code"` // unified social credit code
	UnitName    string       `json:"unit_name"`
	State       string       `json:"state"`
	Invited     time.Time    `json:"invited"`
	Answered    time.Time    `json:"answered,omitzero"`
	Part        string       `json:"part,omitempty"` // hash of the part that it confirmed
	Reason      string       `json:"reason,omitempty"`

	InvitedBy  actor.PersonID `json:"-"`
	AnsweredBy actor.PersonID `json:"-"`
}

// Part is the hash of what a partner answers for, as it stands: its row in the
// list of units, the rows and the files that it brought.
func (fm *Form) Part(p *Partner) string {
	part := map[string]string{}
	for name, f := range fm.Fields {
		if !f.Empty() && (f.Owner == p.Unit || fm.names(name, p)) {
			part[name] = string(f.Value)
		}
	}
	for _, f := range fm.Files {
		if f.Owner == p.Unit {
			part["file/"+string(f.ID)] = string(f.Hash)
		}
	}
	text, _ := json.Marshal(part) // texts always have a JSON form, with sorted keys
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// names reports whether a field is the row of the list of units that names a
// partner.
func (fm *Form) names(field string, p *Partner) bool {
	list, row := split(field)
	f := fm.Package.Schema.Fact(list)
	return f != nil && IsRow(row) && isUnits(f) && unitCode(fm.Fields[field]) == p.UnitCode
}

// unitCode is the credit code in a row of the list of units.
func unitCode(f *Field) string {
	row := struct {
		Unit struct {
			Code string `json:"code"`
		} `json:"unit"`
	}{}
	if f.Empty() || json.Unmarshal(f.Value, &row) != nil {
		return ""
	}
	return row.Unit.Code
}

// Stands reports whether a partner has confirmed its part as it is now.
func (fm *Form) Stands(p *Partner) bool { return p.State == Confirmed && p.Part == fm.Part(p) }

// UnitsList is the list of the form that holds its units (host and partners),
// nil when it has none.
func (fm *Form) UnitsList() *rule.Fact {
	i := slices.IndexFunc(fm.Package.Schema.Facts, isUnits)
	if i < 0 {
		return nil
	}
	return fm.Package.Schema.Facts[i]
}
