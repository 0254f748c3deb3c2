package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"shenbao/assign"
	"shenbao/assign/batch"
	"shenbao/internal/terminal"
)

// assignReport is what "shenbao assign" found. Its JSON form is stable.
type assignReport struct {
	Applications int            `json:"applications"`
	Experts      int            `json:"experts"`
	Pairs        int            `json:"pairs"`
	Recusals     []recusalsJSON `json:"recusals"`
	Demand       int            `json:"demand"`
	Capacity     int            `json:"capacity"`
	Floor        bool           `json:"floor"`
	Q            string         `json:"q"`
	Total        int64          `json:"total"` // expected, in millionths; the part of a millionth is dropped
	Worst        int            `json:"worst"`
	Locals       string         `json:"locals"` // expected seats of local experts
	Kept         *int           `json:"kept,omitempty"`
	Verified     bool           `json:"verified"`
	Prices       []priceJSON    `json:"prices,omitempty"`
	Panels       []panelJSON    `json:"panels,omitempty"`
	Plan         []assignedJSON `json:"plan,omitempty"`
	Shortage     *shortageJSON  `json:"shortage,omitempty"`
	Bundle       string         `json:"bundle,omitempty"` // head of its log
	s            *assigning
	result       *assign.Result
}

type recusalsJSON struct {
	Rule  string `json:"rule"`
	Pairs int    `json:"pairs"`
}

// priceJSON is what an option would cost: what is left of the total, in basis
// points of the plan without it.
type priceJSON struct {
	Option   string `json:"option"`
	Feasible bool   `json:"feasible"`
	Total    int64  `json:"total"`
	Keeps    int64  `json:"keeps_bp"`
	Worst    int    `json:"worst"`
	Locals   string `json:"locals"`
	Chosen   bool   `json:"chosen"`
}

type panelJSON struct {
	Application string   `json:"application"`
	Seat        string   `json:"seat,omitempty"`
	Experts     []string `json:"experts"`
}

type assignedJSON struct {
	Application string `json:"application"`
	Seat        string `json:"seat,omitempty"`
	Expert      string `json:"expert"`
	Score       int    `json:"score"`
	Chance      string `json:"chance"`
}

type shortageJSON struct {
	Missing      int             `json:"missing"`
	Applications []string        `json:"applications"`
	Experts      []string        `json:"experts"`
	Need         int             `json:"need"`
	Capacity     int             `json:"capacity"`
	Capped       int             `json:"capped"`
	Single       int             `json:"single"`
	Minimal      bool            `json:"minimal"`
	Repairs      []assign.Repair `json:"repairs"`
}

func newAssignReport(s *assigning, result *assign.Result) *assignReport {
	p := s.p
	r := &assignReport{s: s, result: result, Applications: len(p.Applications), Experts: len(p.Experts), Pairs: p.Scores.Pairs(),
		Recusals: []recusalsJSON{}, Demand: p.Demand(), Capacity: p.Capacity(), Floor: s.o.Floor, Q: fraction(max(1, s.o.Most), max(1, s.o.Units))}
	count := map[string]int{}
	for _, x := range p.Recusals {
		if count[x.Rule] == 0 {
			r.Recusals = append(r.Recusals, recusalsJSON{Rule: x.Rule})
		}
		count[x.Rule]++
	}
	for i := range r.Recusals {
		r.Recusals[i].Pairs = count[r.Recusals[i].Rule]
	}
	if result.Shortage != nil {
		r.Shortage = r.short(result.Shortage)
		return r
	}
	units := int64(result.Plan.Units)
	r.Total, r.Worst, r.Locals, r.Verified = result.Total/units, result.Worst, fraction(int(result.Locals), int(units)), true
	if s.o.Before != nil {
		kept := int(result.Kept / units)
		r.Kept = &kept
	}
	rows := p.Rows()
	for _, x := range result.Plan.Shares {
		row := rows[x.Row]
		r.Plan = append(r.Plan, assignedJSON{p.Applications[row.Application].ID, p.Seats[row.Seat].Name, p.Experts[x.Expert].ID,
			int(p.Scores.Of(row.Application, x.Expert)), fraction(x.Units, int(units))})
	}
	return r
}

func (r *assignReport) short(s *assign.Shortage) *shortageJSON {
	p, b := r.s.p, s.Block
	out := &shortageJSON{Missing: s.Missing, Applications: []string{}, Experts: []string{}, Need: b.Need, Capacity: b.Capacity,
		Capped: b.Capped, Single: b.Single, Minimal: b.Minimal, Repairs: s.Repairs}
	for _, row := range b.Rows {
		if id := p.Applications[row.Application].ID; !slices.Contains(out.Applications, id) {
			out.Applications = append(out.Applications, id)
		}
	}
	for _, j := range b.Experts {
		out.Experts = append(out.Experts, p.Experts[j].ID)
	}
	return out
}

// panels notes the panels when they are known.
func (r *assignReport) panels(panels [][]int) {
	p, rows := r.s.p, r.s.p.Rows()
	for i, panel := range panels {
		x := panelJSON{p.Applications[rows[i].Application].ID, p.Seats[rows[i].Seat].Name, nil}
		for _, j := range panel {
			x.Experts = append(x.Experts, p.Experts[j].ID)
		}
		r.Panels = append(r.Panels, x)
	}
}

// An option is a choice that has a price.
type option struct {
	floor       bool
	units, most int
}

// offered are the options whose price is always told.
var offered = []option{{false, 1, 1}, {true, 1, 1}, {false, 8, 7}, {false, 4, 3}, {false, 8, 5}, {false, 2, 1}}

// name is none, floor, a fraction, or floor with a fraction.
func (x option) name() string {
	q := fraction(x.most, x.units)
	switch {
	case q == "1" && x.floor:
		return "floor"
	case q == "1":
		return "none"
	case x.floor:
		return "floor+" + q
	}
	return q
}

// prices solves once more for every option.
func (r *assignReport) prices(ctx context.Context) error {
	base := int64(0)
	own := option{r.Floor, max(1, r.s.o.Units), max(1, r.s.o.Most)}
	list := offered
	if !slices.ContainsFunc(list, func(x option) bool { return x.name() == own.name() }) {
		list = append(slices.Clip(list), own)
	}
	for _, x := range list {
		o := r.s.o
		o.Floor, o.Units, o.Most = x.floor, x.units, x.most
		chosen := x.name() == own.name()
		got := r.result
		if !chosen {
			var err error
			if got, err = assign.Price(ctx, r.s.p, o); err != nil {
				return err
			}
		}
		price := priceJSON{Option: x.name(), Feasible: got.Shortage == nil, Chosen: chosen}
		if price.Feasible {
			price.Total, price.Worst, price.Locals = got.Total/int64(x.units), got.Worst, fraction(int(got.Locals), x.units)
			if x == offered[0] {
				base = price.Total
			}
			price.Keeps = 10_000
			if base > 0 {
				price.Keeps = price.Total * 10_000 / base
			}
		}
		r.Prices = append(r.Prices, price)
	}
	return nil
}

// show writes the report: to standard error when the plan's lines go to
// standard output.
func (r *assignReport) show() error {
	s := r.s
	if s.JSON && s.cmd.Out != "-" {
		return s.writeJSON(r)
	}
	var b strings.Builder
	r.page(&b)
	if s.cmd.Out == "-" {
		s.say(strings.TrimRight(b.String(), "\n"))
		return nil
	}
	_, err := s.out.WriteString(b.String())
	return err
}

func (r *assignReport) page(b *strings.Builder) {
	s := r.s
	line := func(key string, args ...any) { r.line(b, s.text(key, args...)) }
	line("assign.read", r.Applications, r.Experts, r.Pairs)
	for _, x := range r.Recusals {
		line("assign.recusals", x.Rule, x.Pairs)
	}
	line("assign.demand", r.Demand, r.Capacity)
	if r.Shortage != nil {
		fmt.Fprintln(b)
		r.shortage(b)
		return
	}
	line("assign.total", millionths(r.Total), millionths(int64(r.Worst)))
	if s.p.RemoteFirst || slices.ContainsFunc(s.p.Seats, func(x batch.Seat) bool { return x.Local != batch.NoCap }) {
		line("assign.locals", r.Locals)
	}
	if r.Kept != nil {
		line("assign.kept", *r.Kept, len(s.o.Before))
	}
	line("assign.verified")
	if r.Q != "1" {
		line("assign.chance", r.Q)
	}
	if len(r.Prices) > 0 {
		fmt.Fprintln(b)
		fmt.Fprintln(b, s.style.Paint(terminal.Bold, s.text("assign.prices")))
		r.table(b)
	}
	if s.seed != nil {
		line("assign.drawn")
		r.drawn(b)
	}
	if r.Bundle != "" {
		line("assign.bundle", s.cmd.Bundle, r.Bundle)
	}
	if s.cmd.Out != "" && s.cmd.Out != "-" {
		line("cli.written", s.cmd.Out)
	}
}

// maxPanels is how many panels are shown; --out and --json have them all.
const maxPanels = 40

// drawn writes the panels that were drawn.
func (r *assignReport) drawn(b *strings.Builder) {
	for _, p := range r.Panels[:min(len(r.Panels), maxPanels)] {
		name := strings.TrimSpace(p.Application + " " + p.Seat)
		r.line(b, "  "+name+"  "+strings.Join(p.Experts, " "))
	}
	if len(r.Panels) > maxPanels {
		r.line(b, r.s.text("assign.more_panels", len(r.Panels)))
	}
}

// table writes the price of every option.
func (r *assignReport) table(b *strings.Builder) {
	s := r.s
	width := 0
	names := make([]string, len(r.Prices))
	for i, x := range r.Prices {
		switch x.Option {
		case "none":
			names[i] = s.text("assign.option.none")
		case "floor":
			names[i] = s.text("assign.option.floor")
		default:
			q, both := strings.CutPrefix(x.Option, "floor+")
			names[i] = s.text("assign.option.chance", q)
			if both {
				names[i] = s.text("assign.option.both", q)
			}
		}
		width = max(width, terminal.Width(names[i]))
	}
	for i, x := range r.Prices {
		text := s.text("assign.option.infeasible")
		if x.Feasible {
			text = s.text("assign.option.keeps", fmt.Sprintf("%3d.%02d", x.Keeps/100, x.Keeps%100), millionths(int64(x.Worst)))
			if s.p.RemoteFirst {
				text += s.text("assign.option.locals", x.Locals)
			}
		}
		mark := " "
		if x.Chosen {
			mark = "*"
		}
		fmt.Fprintf(b, "%s %s  %s\n", mark, terminal.Pad(names[i], width), text)
	}
}

// shortage writes why there is no plan and what would help.
func (r *assignReport) shortage(b *strings.Builder) {
	s, x := r.s, r.Shortage
	fmt.Fprintln(b, s.style.Paint(terminal.Bold, s.text("assign.short", x.Missing)))
	r.line(b, s.text("assign.block", len(x.Applications), x.Need, len(x.Experts), x.Capacity, x.Need-x.Capacity-x.Capped-x.Single))
	if x.Capped > 0 {
		r.line(b, s.text("assign.block.capped", x.Capped))
	}
	if x.Single > 0 {
		r.line(b, s.text("assign.block.single", x.Single))
	}
	r.line(b, s.text("assign.block.applications", s.few(x.Applications)))
	if len(x.Experts) > 0 {
		r.line(b, s.text("assign.block.experts", s.few(x.Experts)))
	}
	if !x.Minimal {
		r.line(b, s.text("assign.block.large"))
	}
	fmt.Fprintln(b)
	fmt.Fprintln(b, s.style.Paint(terminal.Bold, s.text("assign.repairs")))
	for i, repair := range x.Repairs {
		var each []string
		for _, c := range repair.Each {
			each = append(each, strings.TrimSpace(fmt.Sprintf("%s +%d", c.ID, c.By)))
		}
		if repair.Kind == assign.FewerSeats {
			for k, c := range repair.Each {
				each[k] = fmt.Sprintf("%s −%d", c.ID, c.By)
			}
		}
		r.line(b, fmt.Sprintf("%d. %s", i+1, s.text("assign.repair."+string(repair.Kind), repair.Steps, repair.Load, s.few(each))))
	}
}

// shown is how many ids of a long list are written out.
const shown = 12

func (s *assigning) few(ids []string) string {
	if len(ids) <= shown {
		return strings.Join(ids, s.text("usage.comma"))
	}
	return s.text("assign.and_more", strings.Join(ids[:shown], s.text("usage.comma")), len(ids))
}

// line writes a text that may be longer than a line.
func (r *assignReport) line(b *strings.Builder, text string) {
	for i, l := range terminal.Wrap(terminal.Clean(text), r.s.style.Columns-2) {
		fmt.Fprintln(b, strings.Repeat(" ", 2*min(i, 1))+l)
	}
}

// millionths is a score as people read it: 1,406.25 of 1406250000.
func millionths(n int64) string {
	return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%06d", n/1_000_000, n%1_000_000), "0"), ".")
}
