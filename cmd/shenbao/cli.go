package main

import (
	"errors"
	"strings"

	"github.com/alecthomas/kong"

	"shenbao/internal/fault"
)

// cli is the command line. The help texts are keys of the catalogue: people
// read them in their language.
type cli struct {
	Help helpFlag `short:"h" help:"cli.flag.help"`
	Lang string   `enum:"zh,en" default:"${lang}" placeholder:"zh|en" help:"cli.flag.lang"`
	JSON bool     `name:"json" help:"cli.flag.json"`

	Serve serveCmd `cmd:"" help:"cli.serve"`

	Demo       demoCmd       `cmd:"" help:"cli.demo"`
	Programme  programmeCmd  `cmd:"" help:"cli.programme"`
	Sweep      sweepCmd      `cmd:"" help:"cli.sweep"`
	Fits       fitsCmd       `cmd:"" help:"fits.about"`
	Assign     assignCmd     `cmd:"" help:"cli.assign"`
	User       userCmd       `cmd:"" help:"cli.user"`
	Job        jobCmd        `cmd:"" help:"cli.job"`
	Journal    journalCmd    `cmd:"" help:"cli.journal"`
	VerifyData verifyDataCmd `cmd:"" help:"cli.verify_data"`
	Backup     backupCmd     `cmd:"" help:"cli.backup"`
	Restore    restoreCmd    `cmd:"" help:"cli.restore"`
	Migrate    migrateCmd    `cmd:"" help:"cli.migrate"`
	Version    versionCmd    `cmd:"" help:"cli.version"`
}

// errHelp ends the parsing of a command line that asks for help.
var errHelp = errors.New("help")

// helpFlag is --help. It works before anything else is checked, so that help
// can be had for a command whose arguments are not known yet.
type helpFlag bool

// BeforeReset implements kong's hook.
func (helpFlag) BeforeReset() error { return errHelp }

// IgnoreDefault implements kong's mark for flags that do not pick a default
// command.
func (helpFlag) IgnoreDefault() {}

// A parsed is a command line that was understood, or the node that help is
// asked for.
type parsed struct {
	cli  *cli
	node *kong.Node
	kong *kong.Context
}

// run runs the chosen command.
func (p *parsed) run(a *app) error { return p.kong.Run(a) }

// parse reads a command line. Its error is a *usageError, a fault of the file of
// settings, or errHelp with the node set. "help X" is read as "X --help".
func parse(args []string, lang string, getenv func(string) string) (*parsed, error) {
	if len(args) > 0 && args[0] == "help" {
		args = append(args[1:len(args):len(args)], "--help")
	}
	c := &cli{}
	k, err := kong.New(c,
		kong.Name("shenbao"),
		kong.Vars{"lang": lang},
		kong.NoDefaultHelp(),
		kong.Exit(func(int) {}),
		kong.Resolvers(&settings{getenv: getenv}),
	)
	if err != nil {
		return nil, err // the struct above is wrong: a test parses every command
	}
	ctx, err := k.Parse(args)
	var wrong *kong.ParseError
	switch {
	case errors.Is(err, errHelp) && errors.As(err, &wrong):
		return &parsed{node: deepest(wrong.Context)}, errHelp
	case isFault(err):
		return nil, fault.Of(err)
	case errors.As(err, &wrong):
		return nil, &usageError{cause: wrong.Unwrap().Error(), node: deepest(wrong.Context), bare: isBare(wrong.Context)}
	case err != nil:
		return nil, err
	}
	return &parsed{cli: c, kong: ctx}, nil
}

func isFault(err error) bool {
	_, ok := errors.AsType[*fault.Fault](err)
	return ok
}

// deepest is the command that the words so far have led to.
func deepest(ctx *kong.Context) *kong.Node {
	node := ctx.Model.Node
	for _, p := range ctx.Path {
		if p.Command != nil {
			node = p.Command
		}
	}
	return node
}

// isBare reports whether nothing was given to the command that was reached.
func isBare(ctx *kong.Context) bool {
	if len(ctx.Path) == 0 {
		return true
	}
	last := ctx.Path[len(ctx.Path)-1]
	return last.Flag == nil && last.Positional == nil && len(last.Remainder()) == 0
}

// path is the command as a person types it: shenbao programme try.
func path(n *kong.Node) string {
	words := []string{n.Name}
	for p := n.Parent; p != nil; p = p.Parent {
		words = append([]string{p.Name}, words...)
	}
	return strings.Join(words, " ")
}
