package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kong"
)

// help writes the help of a command, or of the whole program, in the run's
// language.
func (a *app) help(w io.Writer, n *kong.Node) {
	root := n.Parent == nil
	if root {
		fmt.Fprintln(w, a.text("cli.about"))
	} else {
		fmt.Fprintln(w, a.text(n.Help))
	}
	if n.Detail != "" {
		fmt.Fprintf(w, "\n%s\n", a.text(n.Detail))
	}
	fmt.Fprintf(w, "\n%s\n  %s\n", a.text("cli.usage"), a.usage(n))

	a.table(w, "cli.commands", a.commandRows(n))
	a.table(w, "cli.arguments", a.argumentRows(n))
	a.table(w, "cli.options", a.flagRows(n))

	fmt.Fprintf(w, "\n%s\n", a.text("cli.exit"))
	if len(n.Children) > 0 {
		fmt.Fprintln(w, a.text("cli.more", path(n)))
	}
}

// usage is the command's shape: shenbao programme try <ID> <FACTS> [options].
func (a *app) usage(n *kong.Node) string {
	words := []string{path(n)}
	if len(n.Children) > 0 {
		words = append(words, a.text("cli.command"))
	}
	for _, arg := range n.Positional {
		words = append(words, arg.Summary())
	}
	for _, f := range n.Flags {
		if f.Required {
			words = append(words, f.Summary())
		}
	}
	return strings.Join(append(words, a.text("cli.flags")), " ")
}

func (a *app) commandRows(n *kong.Node) (rows [][2]string) {
	for _, c := range n.Children {
		if !c.Hidden {
			rows = append(rows, [2]string{c.Name, a.text(c.Help)})
		}
	}
	return rows
}

func (a *app) argumentRows(n *kong.Node) (rows [][2]string) {
	for _, arg := range n.Positional {
		rows = append(rows, [2]string{arg.Name, a.text(arg.Help)})
	}
	return rows
}

// flagRows lists the command's own flags first, then those of its parents.
func (a *app) flagRows(n *kong.Node) (rows [][2]string) {
	for ; n != nil; n = n.Parent {
		for _, f := range n.Flags {
			name := "    --" + f.Name
			if f.Short != 0 {
				name = fmt.Sprintf("-%c, --%s", f.Short, f.Name)
			}
			if !f.IsBool() {
				name += "=" + f.PlaceHolder
			}
			rows = append(rows, [2]string{name, a.text(f.Help)})
		}
	}
	return rows
}

// table writes rows in two columns under a title. The left column is ASCII, so
// that its width is its length.
func (a *app) table(w io.Writer, title string, rows [][2]string) {
	if len(rows) == 0 {
		return
	}
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	fmt.Fprintf(w, "\n%s\n", a.text(title))
	for _, r := range rows {
		fmt.Fprintf(w, "  %-*s  %s\n", width, r[0], r[1])
	}
}
