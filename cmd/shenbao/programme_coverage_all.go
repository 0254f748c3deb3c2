package main

import (
	"fmt"
	"strconv"
	"strings"

	"shenbao/internal/terminal"
	"shenbao/programme"
)

// coverageAllJSON is what coverage --all --json shows.
type coverageAllJSON struct {
	Packages []programme.CoverageTable `json:"packages"`
	Total    programme.CoverageTable   `json:"total"`
}

// coverageAll counts the clauses of all packages by kind and state. It finds
// fault with a clause that nothing carries, and with a faulty package.
func coverageAll(a *app, g *programmeCmd) error {
	lib, err := g.open()
	if err != nil {
		return err
	}
	tables, total, faulty := lib.Coverage()
	if a.JSON {
		if err := a.writeJSON(coverageAllJSON{tables, total}); err != nil {
			return err
		}
	} else {
		for i := range tables {
			a.coverageTable(tables[i].Inventory+"  "+tables[i].Package+"  "+tables[i].Title, &tables[i])
		}
		a.coverageTable(a.text("coverage.all.total", len(tables)), &total)
	}
	for _, t := range tables {
		if t.Errors > 0 {
			a.say(a.text("coverage.all.faulty", t.Package, t.Errors))
		}
	}
	if faulty != nil || total.Counts.Empty > 0 {
		return errFindings
	}
	return nil
}

// coverageTable writes the counts of one package: a line a kind, their sum, the
// rooms that are waited for.
func (a *app) coverageTable(title string, t *programme.CoverageTable) {
	fmt.Fprintln(a.out, a.style.Paint(terminal.Bold, title))
	head := []string{a.text("coverage.all.clauses"), a.text("coverage.all.runs"), a.text("coverage.all.partly"),
		a.text("coverage.all.pending"), a.text("coverage.all.empty")}
	a.countLine(a.text("coverage.all.kind"), head, head)
	for _, k := range t.Kinds {
		a.countLine(a.kind(k.Kind), head, counts(k.CoverageCounts))
	}
	a.countLine(a.text("coverage.all.sum"), head, counts(t.Counts))
	var rooms []string
	for _, r := range t.Rooms {
		rooms = append(rooms, a.text("coverage.all.room", a.text("room."+r.Room), r.Room, r.Clauses))
	}
	if len(rooms) > 0 {
		text := a.text("coverage.all.rooms", strings.Join(rooms, a.text("usage.comma")))
		for _, line := range terminal.Wrap(text, 78) {
			fmt.Fprintln(a.out, "  "+line)
		}
	}
	if len(t.Empty) > 0 {
		fmt.Fprintln(a.out, "  "+a.text("coverage.all.none", strings.Join(t.Empty, a.text("usage.comma"))))
	}
	fmt.Fprintln(a.out)
}

// kind is the kind of a clause in the run's language.
func (a *app) kind(k programme.ClauseKind) string {
	return a.text("coverage.kind." + strings.ReplaceAll(string(k), " ", "_"))
}

// countLine writes cells to the right under a head.
func (a *app) countLine(name string, head, cells []string) {
	line := "  " + terminal.Pad(name, 18)
	for i, cell := range cells {
		line += strings.Repeat(" ", max(0, terminal.Width(head[i])+2-terminal.Width(cell))) + cell
	}
	fmt.Fprintln(a.out, line)
}

func counts(n programme.CoverageCounts) []string {
	var out []string
	for _, k := range []int{n.Clauses, n.Runs, n.Partly, n.Pending, n.Empty} {
		out = append(out, strconv.Itoa(k))
	}
	return out
}
