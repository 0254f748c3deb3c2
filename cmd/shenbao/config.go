package main

import (
	"strings"

	"shenbao/internal/locale"
)

// config is what flags and environment say about a run. Every zero value is
// usable.
type config struct {
	Lang  string // zh or en: --lang, else LC_ALL, LC_MESSAGES, LANG, else zh
	JSON  bool   // --json: data for programs
	Debug bool   // SHENBAO_DEBUG is set: an internal error shows its place

	Getenv func(string) string // the environment
}

// readConfig reads the environment, and of the arguments --lang alone: the
// language must be known before the command line is parsed, so that what is
// wrong with it can be said. --json is filled in after parsing.
func readConfig(args []string, getenv func(string) string) config {
	return config{
		Lang:   locale.Choose(langFlag(args), getenv),
		Debug:  getenv("SHENBAO_DEBUG") != "",
		Getenv: getenv,
	}
}

// langFlag returns the value of the last --lang before --, or "".
func langFlag(args []string) (lang string) {
	for i, arg := range args {
		value, ok := strings.CutPrefix(arg, "--lang=")
		switch {
		case arg == "--":
			return lang
		case ok:
			lang = value
		case arg == "--lang" && i+1 < len(args):
			lang = args[i+1]
		}
	}
	return lang
}
