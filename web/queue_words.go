package web

import (
	"shenbao/actor"
	"shenbao/recommend"
)

// queueStates are the states that the tabs of a queue show, in their order.
var queueStates = []recommend.State{recommend.Open, recommend.Waiting, recommend.Returned, recommend.Endorsed, recommend.Rejected, recommend.Filed,
	recommend.Received, recommend.Cancelled, "all"}

func queueState(v *visit, s recommend.State) string {
	if s == "all" {
		return v.T("queue.every")
	}
	return v.Text("recommend.state." + string(s))
}

// shows reports whether the queue shows a state.
func (n narrowing) shows(s recommend.State) bool {
	return n.State == s || n.State == "" && s == recommend.Open
}

// in is the address of the queue in another state.
func (n narrowing) in(s recommend.State) string {
	n.State = s
	return "/queue" + n.query()
}

// count is how many steps are in a state.
func (p queuePage) count(s recommend.State) int64 {
	if s != "all" {
		return p.Queue.Counts[s]
	}
	all := int64(0)
	for _, n := range p.Queue.Counts {
		all += n
	}
	return all
}

// mayDecide reports whether the reader's role decides cases: others look.
func (queuePage) mayDecide(v *visit) bool { return actor.Ever(v.Actor.Role, actor.ActDecideStep) }

// to is the address of a case, from which the reader comes back to this queue.
func (p queuePage) to(id recommend.StepID) string {
	return casePage{narrowing: p.narrowing}.to(id)
}

// next is the address of the next page, "" when there is none.
func (p queuePage) next(v *visit) string {
	if p.Queue.Next == "" {
		return ""
	}
	return v.with("after", p.Queue.Next)
}

// done is how many cases of a batch were done.
func (p queuePage) done() int {
	n := 0
	for _, one := range p.Results {
		if one.Done {
			n++
		}
	}
	return n
}

// nameOf is the unit of a case of the queue.
func (p queuePage) nameOf(v *visit, id recommend.StepID) string {
	for _, e := range p.Queue.Entries {
		if e.ID == id {
			return e.UnitName
		}
	}
	return v.T("queue.one_case")
}

func (p queuePage) callOptions(v *visit) []option {
	out := []option{{"", v.T("queue.any")}}
	for _, c := range p.Calls {
		out = append(out, option{string(c.ID), c.Title})
	}
	return out
}

func (p queuePage) assigneeOptions(v *visit) []option {
	out := []option{{"", v.T("queue.any")}, {"me", v.T("queue.mine")}}
	for _, m := range p.Colleagues {
		out = append(out, option{string(m.Person), m.PersonName})
	}
	return out
}

func verdictOptions(v *visit) []option {
	out := []option{{"", v.T("queue.any")}}
	for _, one := range []string{"unmet", "unknown", "met"} {
		out = append(out, option{one, v.Text("call.verdict." + one)})
	}
	return out
}

func sortOptions(v *visit) []option {
	var out []option
	for _, one := range []string{"arrived", "due", "unmet", "unknown", "name"} {
		out = append(out, option{one, v.T("queue.sort." + one)})
	}
	return out
}
