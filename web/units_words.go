package web

import (
	"time"

	"shenbao/actor"
	"shenbao/internal/chinacode"
	"shenbao/registry"
)

// stateColour is the colour of a unit's state; its word says the same.
func stateColour(state string) string {
	return map[string]string{actor.Confirmed: "good", actor.Pending: "open", actor.Refused: "bad"}[state]
}

// rowColour is the colour of how far a row can be relied on.
func rowColour(s registry.State) string {
	return map[registry.State]string{registry.Verified: "good", registry.Expired: "open"}[s]
}

// placeValue is a place as its box shows it.
func placeValue(code string) string {
	if name := chinacode.PlaceName(code); name != "" {
		return code + " " + name
	}
	return code
}

func kindOptions(v *visit) []option {
	out := []option{{"", v.T("choose")}}
	for _, k := range actor.Kinds {
		out = append(out, option{k, v.T("kind." + k)})
	}
	return out
}

func departmentOptions(v *visit, units []*actor.Unit) []option {
	out := []option{{"", v.T("unit.by_place")}}
	for _, u := range units {
		out = append(out, option{string(u.ID), u.Name})
	}
	return out
}

func stateOptions(v *visit) []option {
	out := []option{{"", v.T("all")}}
	for _, s := range []string{actor.Pending, actor.Confirmed, actor.Refused, actor.Closed} {
		out = append(out, option{s, v.Text("actor.state." + s)})
	}
	return out
}

// roleOptions are the roles that the reader may invite somebody to in a unit.
func roleOptions(v *visit, u *actor.Unit) []option {
	var roles []actor.Role
	switch {
	case v.Actor.Role == actor.SysAdmin && u.Authority, v.Actor.Role == actor.UnitAdmin && u.ID != v.Actor.Unit:
		roles = []actor.Role{actor.UnitAdmin}
	case v.Actor.Role != actor.UnitAdmin:
	case u.Authority:
		roles = []actor.Role{actor.Officer, actor.Head, actor.ProgrammeOfficer, actor.Finance, actor.Expert, actor.UnitAdmin}
	default:
		roles = []actor.Role{actor.Editor, actor.UnitAdmin}
	}
	var out []option
	for _, r := range roles {
		out = append(out, option{string(r), v.Text("actor.role." + string(r))})
	}
	return out
}

// platformRoles are the roles that belong to no unit.
func platformRoles(v *visit) []option {
	var out []option
	for _, r := range []actor.Role{actor.Auditor, actor.SysAdmin} {
		out = append(out, option{string(r), v.Text("actor.role." + string(r))})
	}
	return out
}

// oldest is when the row that was confirmed longest ago was confirmed.
func oldest(rows []*registry.Row) (at time.Time) {
	for _, r := range rows {
		if at.IsZero() || r.Confirmed.At.Before(at) {
			at = r.Confirmed.At
		}
	}
	return at
}

// stated is how many rows of a list are in a state.
type stated struct {
	state registry.State
	rows  int
}

func countStates(p *registry.Profile, l *registry.List) (out []stated) {
	for _, s := range []registry.State{registry.Verified, registry.Declared, registry.Expired} {
		n := 0
		for _, r := range p.Rows[l.ID] {
			if r.StateAt(p.At) == s {
				n++
			}
		}
		if n > 0 {
			out = append(out, stated{s, n})
		}
	}
	return out
}

func levelOptions(v *visit) []option {
	out := []option{{"", v.T("choose")}}
	for _, l := range []string{actor.Province, actor.City, actor.District, actor.Department} {
		out = append(out, option{l, v.T("level." + l)})
	}
	return out
}
