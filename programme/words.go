package programme

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// The closed vocabularies of FORMAT.md. Values lists what may be written.

// Status is how far a package has come.
type Status string

// Values implements word.
func (Status) Values() []string { return []string{"draft", "verified", "retired"} }

// Who is the role that acts, answers or is bound.
type Who string

// Values implements word.
func (Who) Values() []string {
	return []string{"applicant", "district", "city", "province", "authority", "expert", "finance", "programme_officer"}
}

// Mode is the kind of programme.
type Mode string

// Values implements word.
func (Mode) Values() []string {
	return []string{"call", "rolling", "ranking", "filing", "reference", "one-off", "contest", "entitlement", "plan"}
}

// Act is what is done in a stage.
type Act string

// Values implements word.
func (Act) Values() []string {
	return []string{"announce", "notify", "intent", "filing", "claim", "apply", "check", "recommend", "review", "defence", "visit", "decide",
		"publicity", "build", "report", "evaluate"}
}

// Channel is the way in which something reaches the office.
type Channel string

// Values implements word.
func (Channel) Values() []string { return []string{"system", "email", "paper"} }

// UntilRule is the instant that counts against a closing time.
type UntilRule string

// Values implements word.
func (UntilRule) Values() []string { return []string{"submitted", "received"} }

// Late is what happens to what comes late.
type Late string

// Values implements word.
func (Late) Values() []string { return []string{"refuse", "show"} }

// ParameterType is the type of a parameter.
type ParameterType string

// Values implements word.
func (ParameterType) Values() []string {
	return []string{"date", "years", "dates", "set", "places", "quantity", "share"}
}

// By says how the recommender of an application is found.
type By string

// Values implements word.
func (By) Values() []string {
	return []string{"place", "administrative line", "place or administrative line"}
}

// FactKind is the kind of a fact, as docs/rule-language.md section 1 lists them.
type FactKind string

// Values implements word.
func (FactKind) Values() []string {
	return []string{"text", "longtext", "bool", "integer", "decimal", "money", "percent", "date", "year", "series",
		"choice", "choices", "place", "unit", "person", "file", "list"}
}

// Complete says when a list has no further rows.
type Complete string

// Values implements word.
func (Complete) Values() []string { return []string{"always", "declared"} }

// MaterialForm is what a material is made of.
type MaterialForm string

// Values implements word.
func (MaterialForm) Values() []string { return []string{"file", "scan", "paper", "original"} }

// Modality (语气) is how strongly a clause is meant.
type Modality string

// Values implements word.
func (Modality) Values() []string { return []string{"must", "should", "prefer", "about", "none"} }

// Effect is what follows when a rule is unmet.
type Effect string

// Values implements word.
func (Effect) Values() []string {
	return []string{"refuse", "ask", "flag", "route", "advantage", "inform", "veto"}
}

// Verdict is an expected answer in a case.
type Verdict string

// Values implements word.
func (Verdict) Values() []string { return []string{"met", "unmet", "unknown"} }

// Answer is the expected overall answer of a case.
type Answer string

// Values implements word.
func (Answer) Values() []string {
	return []string{"eligible", "exceptions", "not_yet_provable", "not_eligible", "other_track"}
}

// zone is the time zone of every date in a package: Asia/Shanghai has had no
// summer time since 1991, so a fixed offset is exact and needs no zone data.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date is a day, as 2024-12-02.
type Date struct{ time.Time }

func (t *Date) decode(d *decoder, n *yaml.Node, path string) bool {
	day, err := time.ParseInLocation(time.DateOnly, n.Value, zone)
	if err != nil || n.Kind != yaml.ScalarNode {
		return d.bad(n, path, "yaml.date", shown(n))
	}
	t.Time = day
	return true
}

// String is the day as written.
func (t Date) String() string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// Instant is a day or a local time of a day, as 2024-12-02T17:00.
type Instant struct {
	time.Time
	Clock bool // a time of day was given
}

const minuteLayout = "2006-01-02T15:04"

func (t *Instant) decode(d *decoder, n *yaml.Node, path string) bool {
	day, err := time.ParseInLocation(time.DateOnly, n.Value, zone)
	if err != nil {
		day, err = time.ParseInLocation(minuteLayout, n.Value, zone)
		t.Clock = true
	}
	if err != nil || n.Kind != yaml.ScalarNode {
		return d.bad(n, path, "yaml.instant", shown(n))
	}
	t.Time = day
	return true
}

// String is the instant as written.
func (t Instant) String() string {
	switch {
	case t.IsZero():
		return ""
	case t.Clock:
		return t.Format(minuteLayout)
	}
	return t.Format(time.DateOnly)
}

// End is the last moment of the instant when it closes something: a day without
// a time ends at midnight.
func (t Instant) End() time.Time {
	if t.Clock {
		return t.Time
	}
	return t.AddDate(0, 0, 1)
}

// Years is a run of calendar years, as 2019..2024.
type Years struct{ From, To int }

func (y *Years) decode(d *decoder, n *yaml.Node, path string) bool {
	from, to, ok := strings.Cut(n.Value, "..")
	a, b := parseYear(from), parseYear(to)
	if !ok || n.Kind != yaml.ScalarNode || a == 0 || b == 0 {
		return d.bad(n, path, "yaml.years", shown(n))
	}
	if a > b {
		return d.bad(n, path, "yaml.years_order", n.Value)
	}
	y.From, y.To = a, b
	return true
}

func parseYear(s string) int {
	t, err := time.Parse("2006", s)
	if err != nil {
		return 0
	}
	return t.Year()
}

// Need says whether something must be given: always, never, or when a rule
// holds.
type Need struct {
	Always bool
	When   string // an expression of the rule language
}

func (r *Need) decode(d *decoder, n *yaml.Node, path string) bool {
	if when, ok := strings.CutPrefix(n.Value, "when:"); ok && n.Tag == "!!str" && strings.TrimSpace(when) != "" {
		r.When = strings.TrimSpace(when)
		return true
	}
	if n.Tag != "!!bool" {
		return d.bad(n, path, "yaml.need", shown(n))
	}
	r.Always = strings.EqualFold(n.Value, "true")
	return true
}

// Raw is a value whose meaning depends on another key: it is kept as written.
type Raw struct{ node *yaml.Node }

func (r *Raw) decode(_ *decoder, n *yaml.Node, _ string) bool {
	r.node = n
	return true
}

// Text is the value as one line, for people.
func (r Raw) Text() string {
	if r.node == nil {
		return ""
	}
	if r.node.Kind != yaml.SequenceNode {
		return r.node.Value
	}
	return strings.Join(r.Texts(), "、")
}

// Texts are the items of a list, or the one value.
func (r Raw) Texts() []string {
	if r.node == nil {
		return nil
	}
	if r.node.Kind != yaml.SequenceNode {
		return []string{r.node.Value}
	}
	out := make([]string, len(r.node.Content))
	for i, c := range r.node.Content {
		out[i] = c.Value
	}
	return out
}
