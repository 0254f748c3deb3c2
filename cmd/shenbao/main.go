// Command shenbao is the whole platform in one binary: official calls for
// applications (申报通知) as programmes that run, check and explain.
//
// Data goes to standard output, messages to standard error. It exits with 0
// when all is well, 1 when there are findings or faults, 2 when the command
// line is wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/internal/terminal"
)

// The exit codes that other programs rely on.
const (
	exitOK       = 0
	exitFindings = 1
	exitUsage    = 2
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], os.Getenv, os.Stdin, os.Stdout, os.Stderr))
}

// run is main without the process: it returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	a := newApp(readConfig(args, getenv), stdin, stdout, stderr)
	a.ctx, a.style = ctx, terminal.StyleOf(stdout, getenv)
	defer func() {
		if p := recover(); p != nil {
			a.say(locale.Text(a.Lang, "cli.crash", p))
			if a.Debug {
				fmt.Fprintf(stderr, "%s", debug.Stack())
			}
			code = exitFindings
		}
	}()
	code = a.command(args)
	if err := a.out.Flush(); err != nil {
		a.say(locale.Text(a.Lang, "cli.write", err))
		return exitFindings
	}
	return code
}

// command parses and runs one command line.
func (a *app) command(args []string) int {
	ctx, err := parse(args, a.Lang, a.Getenv)
	var usage *usageError
	switch {
	case errors.As(err, &usage):
		return a.explain(usage)
	case errors.Is(err, errHelp):
		a.help(a.out, ctx.node)
		return exitOK
	case isFault(err):
		a.report(fault.All(err))
		return exitUsage
	case err != nil:
		panic(err)
	}
	a.JSON = ctx.cli.JSON
	switch err := ctx.run(a); {
	case err == nil:
		return exitOK
	case errors.Is(err, errFindings):
		return exitFindings
	default:
		a.report(fault.All(err))
		return exitFindings
	}
}
