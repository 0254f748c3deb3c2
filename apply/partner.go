package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/chinacode"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
)

// The states of a partner (共建单位) in an application.
const (
	Invited   = "invited"   // 待确认
	Confirmed = "confirmed" // 已确认: has confirmed its part; see [Form.Stands]
	Declined  = "declined"  // 已谢绝: does not see the application any more
	Removed   = "removed"   // 已移出: taken out by the host; nor does it
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

// In reports whether the partner belongs to the application: it was invited and
// neither declined nor was removed.
func (p *Partner) In() bool { return p.State == Invited || p.State == Confirmed }

// takesParts asks that partners can be invited and can answer: the application
// is not submitted, and could still be.
func (a *Application) takesParts(c *call.Call, now time.Time) error {
	if err := a.editable(); err != nil {
		return err
	}
	if c.State != call.Published {
		return fault.New(fault.Conflict, "apply.call_ended", fault.Key("call.state."+string(c.State)))
	}
	if until := a.Until(c); !until.IsZero() && !now.Before(until) {
		return fault.New(fault.Late, "apply.late", shown(now), shown(until))
	}
	return nil
}

// invite asks a unit to take part: for the first time, again after it declined
// or was removed, or to confirm again what changed since it confirmed.
func (p *Partner) invite(stands bool, now time.Time) error {
	if p.State == Invited || p.State == Confirmed && stands {
		return fault.New(fault.Conflict, "apply.invited_already", p.UnitName, fault.Key("apply.partner."+p.State)).In("code")
	}
	p.State, p.Invited, p.Answered, p.Part, p.Reason = Invited, now, time.Time{}, "", ""
	return nil
}

// confirm takes responsibility for the part with a hash.
func (p *Partner) confirm(part string, now time.Time) error {
	if !p.In() || p.Part == part {
		return p.answered()
	}
	p.State, p.Part, p.Answered, p.Reason = Confirmed, part, now, ""
	return nil
}

// decline takes the unit out of the application, also after it had confirmed.
func (p *Partner) decline(reason string, now time.Time) error {
	if !p.In() {
		return p.answered()
	}
	p.State, p.Part, p.Answered, p.Reason = Declined, "", now, reason
	return nil
}

// answered says that the unit has answered already, and how.
func (p *Partner) answered() error {
	return fault.New(fault.Conflict, "apply.answered", fault.Key("apply.partner."+p.State), shown(p.Answered))
}

// remove takes a unit out of the application for its host.
func (p *Partner) remove() error {
	if p.State == Removed {
		return fault.New(fault.Conflict, "apply.removed_already", p.UnitName)
	}
	p.State, p.Part = Removed, ""
	return nil
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

// PartnerOf is the partner that a unit is, nil when it was never invited.
func (fm *Form) PartnerOf(unit actor.UnitID) *Partner {
	for _, p := range fm.Partners {
		if p.Unit == unit {
			return p
		}
	}
	return nil
}

// Brought are the rows of lists (by the names of their fields, sorted) and the
// files that a partner brought, without the row that names it.
func (fm *Form) Brought(p *Partner) (rows []string, files []*File) {
	for name, f := range fm.Fields {
		if _, row := split(name); IsRow(row) && !f.Empty() && f.Owner == p.Unit && !fm.names(name, p) {
			rows = append(rows, name)
		}
	}
	for _, f := range fm.Files {
		if f.Owner == p.Unit {
			files = append(files, f)
		}
	}
	slices.Sort(rows)
	return rows, files
}

// Naming is the field of the row of the list of units that names a partner, nil
// when none does.
func (fm *Form) Naming(p *Partner) *Field {
	list := fm.UnitsList()
	if list == nil {
		return nil
	}
	for _, row := range fm.Rows(list.Code) {
		if name := list.Code + "/" + row; fm.names(name, p) {
			return fm.Fields[name]
		}
	}
	return nil
}

// A Member is a unit of an application beside its host: named in the list of
// units, invited, or both.
type Member struct {
	Code    string   // unified social credit code, as the row has it
	Name    string   // of the unit
	Field   string   // the row that names it; "" when none does
	Twice   bool     // another row names it before this one
	Partner *Partner // nil: not invited
}

// Members are the units of the application beside its host: those named in the
// list of units in its order, then those that were invited and are in no row.
func (fm *Form) Members() []Member {
	var out []Member
	named := map[string]bool{}
	if list := fm.UnitsList(); list != nil {
		host, rows := fm.hostRow(list)
		named[unitCode(fm.Fields[list.Code+"/"+host])] = host != ""
		for _, row := range rows {
			f := fm.Fields[list.Code+"/"+row]
			code := unitCode(f)
			name := strings.TrimSpace(strings.TrimPrefix(f.Cell(columnOf(list, "unit")), code))
			out = append(out, Member{Code: code, Name: name, Field: f.Name, Twice: named[code], Partner: fm.partnerBy(code)})
			named[code] = true
		}
	}
	for _, p := range fm.Partners {
		if !named[p.UnitCode] && p.State != Removed {
			out = append(out, Member{Code: p.UnitCode, Name: p.UnitName, Partner: p})
		}
	}
	return out
}

// partnerBy is the partner with a credit code, nil when none was invited.
func (fm *Form) partnerBy(code string) *Partner {
	i := slices.IndexFunc(fm.Partners, func(p *Partner) bool { return p.UnitCode == code })
	if i < 0 {
		return nil
	}
	return fm.Partners[i]
}

// Lacks says what is still to be done before the application can be submitted
// with a member, as a message key with its arguments; "" is nothing.
func (fm *Form) Lacks(m Member) (key string, args []any) {
	_, err := chinacode.CreditCode(m.Code)
	p := m.Partner
	switch {
	case err != nil:
		return "apply.issue.no_code", nil
	case m.Twice:
		return "apply.issue.twice", nil
	case p == nil || p.State == Removed:
		return "apply.issue.not_invited", nil
	case p.State == Declined:
		if rows, files := fm.Brought(p); len(rows)+len(files) > 0 {
			return "apply.issue.brought", []any{p.Reason, len(rows), len(files)}
		}
		if m.Field != "" {
			return "apply.issue.declined", []any{p.Reason}
		}
		return "", nil
	case m.Field == "":
		return "apply.issue.unnamed", nil
	case p.State != Confirmed:
		return "apply.issue.not_confirmed", nil
	case !fm.Stands(p):
		return "apply.issue.part_changed", nil
	}
	return "", nil
}

// hostRole is the role of the host in the list of units: the first that the
// form offers (牵头, 第一).
func hostRole(list *rule.Fact) string {
	if role := columnOf(list, "role"); len(role.Options) > 0 {
		return role.Options[0].Code
	}
	return ""
}

// partnerRole is the role of whoever is no host: the last that the form offers.
func partnerRole(list *rule.Fact) string {
	if role := columnOf(list, "role"); len(role.Options) > 0 {
		return role.Options[len(role.Options)-1].Code
	}
	return ""
}

// hostRow is the host's row of the list of units, the first with its role ("" for
// none), and all others. Whoever else is given that role has to confirm as well.
func (fm *Form) hostRow(list *rule.Fact) (host string, others []string) {
	rows := fm.Rows(list.Code)
	i := slices.IndexFunc(rows, func(row string) bool {
		return fm.Fields[list.Code+"/"+row].Cell(columnOf(list, "role")) == hostRole(list)
	})
	if i < 0 {
		return "", rows
	}
	return rows[i], slices.Concat(rows[:i], rows[i+1:])
}

// Opens reports whether somebody of a partner may write a field: the row of the
// list of units that names it, or a row of another list that its unit brought or
// now adds.
func (fm *Form) Opens(unit actor.UnitID, field string) bool {
	list, row := split(field)
	f, p, old := fm.Package.Schema.Fact(list), fm.PartnerOf(unit), fm.Fields[field]
	switch {
	case f == nil || !IsRow(row) || p == nil || !p.In():
		return false
	case isUnits(f):
		return fm.names(field, p)
	}
	return old == nil || old.Owner == unit
}

// mayWrite is Opens for what would be written: the row that names a partner has
// to go on naming it.
func (fm *Form) mayWrite(unit actor.UnitID, next *Field) bool {
	list, _ := split(next.Name)
	return fm.Opens(unit, next.Name) && (!isUnits(fm.Package.Schema.Fact(list)) || unitCode(next) == fm.PartnerOf(unit).UnitCode)
}

// Agreement is the material that is the agreement of the units (共建协议), nil when
// the form asks for none: of what proves the list of units, the one that is
// called an agreement.
func (fm *Form) Agreement() *programme.Material {
	list := fm.UnitsList()
	if list == nil {
		return nil
	}
	d, _ := fm.Declared(list.Code)
	for _, m := range fm.Package.Form.Materials {
		if d != nil && slices.Contains(d.Evidence, m.ID) && strings.Contains(m.Name, "协议") {
			return m
		}
	}
	return nil
}

// UnitsList is the list of the form that holds its units (host and partners),
// nil when it has none.
func (fm *Form) UnitsList() *rule.Fact {
	i := slices.IndexFunc(fm.Package.Schema.Facts, isUnits)
	if i < 0 {
		return nil
	}
	return fm.Package.Schema.Facts[i]
}
