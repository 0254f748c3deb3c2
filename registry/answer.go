package registry

import (
	"strings"

	"shenbao/internal/fault"
	"shenbao/rule"
)

// choices is the kind of an answer that chooses several options: their codes
// with spaces between them.
const choices Kind = "choices"

// An answer says how a register answers a fact that is no list.
type answer struct {
	register string
	kind     rule.Kind
	ending   string // of the fact's code, where a register answers two facts of a kind
	of       func(holding) (kind Kind, text string)
}

// answers are all of them.
var answers = []answer{
	{"high_tech", rule.BoolKind, "", holding.stands},
	{"high_tech", rule.DateKind, "until", holding.lastDay},
	{"high_tech", rule.DateKind, "since", holding.firstDay},
	{"chain_leaders", rule.TextKind, "", func(h holding) (Kind, string) { return Text, h.cell("chain") }},
	{"sharing_network", rule.BoolKind, "", holding.stands},
	{"rd_statistics", rule.BoolKind, "", holding.standsOnly},
	{"platforms", rule.TextKind, "", holding.centre},
	{"platforms", rule.ChoiceKind, "", holding.centreLevel},
	{"platforms", rule.ChoicesKind, "", holding.keyLabs},
}

// NotFromProfile says why the facts of a key are left to the applicant or to
// another room, as a message; ok is false for a key that a profile can fill.
func NotFromProfile(from string) (why fault.Key, ok bool) {
	switch from {
	case "register.applications": // counted by the room that has the applications
		return "registry.not.applications", true
	case "register.district_specialities": // about the project's subject, which a district confirms
		return "registry.not.specialities", true
	}
	return "", false
}

// answer is what a register says about a fact that is no list.
func (p *Profile) answer(f *rule.Fact, register string, v Value) Value {
	if !v.Known() {
		return Value{}
	}
	for _, a := range answers {
		if a.register == register && a.kind == f.Kind && strings.HasSuffix(f.Code, a.ending) {
			v.Kind, v.Text = a.of(holding{v.Rows, v.Complete, dayOf(p.At)})
			if v.Text == "" {
				return Value{}
			}
			return v
		}
	}
	return Value{}
}

// A holding is what a register has of a unit, asked on a day.
type holding struct {
	rows     []map[string]string
	complete bool
	day      string
}

// now are the rows that count on the day.
func (h holding) now() []map[string]string {
	var rows []map[string]string
	for _, r := range h.rows {
		if (r["valid_from"] == "" || r["valid_from"] <= h.day) && (r["valid_to"] == "" || r["valid_to"] >= h.day) {
			rows = append(rows, r)
		}
	}
	return rows
}

// stands says whether a row counts; that none does is said by a complete
// register only.
func (h holding) stands() (Kind, string) {
	if len(h.now()) == 0 && h.complete {
		return Bool, "false"
	}
	return h.standsOnly()
}

// standsOnly says that a row counts, and nothing when none does.
func (h holding) standsOnly() (Kind, string) {
	if len(h.now()) > 0 {
		return Bool, "true"
	}
	return Bool, ""
}

// lastDay is the last day of what counts, else of what came last.
func (h holding) lastDay() (Kind, string) {
	rows, last := h.now(), ""
	if len(rows) == 0 {
		rows = h.rows
	}
	for _, r := range rows {
		last = max(last, r["valid_to"])
	}
	return Date, last
}

// firstDay is the first day of the first row.
func (h holding) firstDay() (Kind, string) {
	first := ""
	for _, r := range h.rows {
		if d := r["valid_from"]; d != "" && (first == "" || d < first) {
			first = d
		}
	}
	return Date, first
}

// cell is what the rows that count say in a column, when they agree.
func (h holding) cell(column string) string {
	text := ""
	for _, r := range h.now() {
		if text != "" && r[column] != text {
			return ""
		}
		text = r[column]
	}
	return text
}

// centres are the engineering technology research centres (工程技术研究中心).
func (h holding) centres() []map[string]string {
	var rows []map[string]string
	for _, r := range h.now() {
		if strings.HasSuffix(r["kind"], "_engineering_tech") {
			rows = append(rows, r)
		}
	}
	return rows
}

// centre is the name of the only engineering technology research centre: which
// of several is to be converted is for the applicant to say.
func (h holding) centre() (Kind, string) {
	if rows := h.centres(); len(rows) == 1 {
		return Text, rows[0]["name"]
	}
	return Text, ""
}

// centreLevel is the level of the only one.
func (h holding) centreLevel() (Kind, string) {
	switch rows := h.centres(); {
	case len(rows) == 0 && h.complete:
		return Choice, "none"
	case len(rows) != 1:
		return Choice, ""
	case rows[0]["kind"] == "national_engineering_tech":
		return Choice, "national"
	}
	return Choice, "provincial"
}

// keyLabs are the key laboratories of other departments and of cities.
func (h holding) keyLabs() (Kind, string) {
	var codes []string
	for _, k := range []struct{ kind, option string }{{"ministry_key_lab", "department"}, {"city_key_lab", "city"}} {
		for _, r := range h.now() {
			if r["kind"] == k.kind {
				codes = append(codes, k.option)
				break
			}
		}
	}
	return choices, strings.Join(codes, " ")
}
