package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// A usageError is a command line that cannot be understood.
type usageError struct {
	cause string     // what kong says about it, in English
	node  *kong.Node // the command that had been reached
	bare  bool       // that command was given nothing at all
}

// Error implements error.
func (e *usageError) Error() string { return e.cause }

// wrong recognises kong's sentences about a wrong command line, which it has no
// types for, and names our own for each. The golden tests hold one of each, so
// that a new version of kong with other words is noticed.
var wrong = []struct {
	pattern *regexp.Regexp
	key     string
}{
	{regexp.MustCompile(`^unknown flag (\S+?)(?:, did you mean (.*)\?)?$`), "usage.unknown_flag"},
	{regexp.MustCompile(`(?s)^unexpected argument (.*?)(?:, did you mean (.*)\?)?$`), "usage.unexpected"},
	{regexp.MustCompile(`^expected "(<.*>.*)"$`), "usage.missing_argument"},
	{regexp.MustCompile(`^missing positional arguments (.*)$`), "usage.missing_argument"},
	{regexp.MustCompile(`^(?:programme .*: )?missing flags: (.*)$`), "usage.missing_flag"},
	{regexp.MustCompile(`^(?:programme .*|sweep): one of (.*)$`), "usage.either"},
	{regexp.MustCompile(`^expected (?:one of )?(".*)$`), "usage.missing_command"},
	{regexp.MustCompile(`(?s)^(--\S+) must be one of (.*) but got "(.*)"$`), "usage.one_of"},
	{regexp.MustCompile(`(?s)^(--\S+): bool value must be .*$`), "usage.needs_bool"},
	{regexp.MustCompile(`(?s)^(--\S+): expected .* value but got .*$`), "usage.needs_value"},
	{regexp.MustCompile(`(?s)^(--\S+): expected a valid 64 bit int but got .*$`), "usage.needs_number"},
}

// explain says what is wrong with a command line and how to go on. A command
// that was given nothing gets its whole help.
func (a *app) explain(e *usageError) int {
	if e.bare && e.node.Children != nil {
		a.help(a.errOut, e.node)
		return exitUsage
	}
	a.say(a.wrongText(e))
	if e.bare {
		a.say("")
		a.help(a.errOut, e.node)
	} else {
		a.say(a.text("usage.see_help", path(e.node)))
	}
	return exitUsage
}

func (a *app) wrongText(e *usageError) string {
	for _, w := range wrong {
		m := w.pattern.FindStringSubmatch(e.cause)
		if m == nil {
			continue
		}
		key := w.key
		if key == "usage.unexpected" && e.node.Children != nil {
			key = "usage.unknown_command"
		}
		switch key {
		case "usage.unknown_flag", "usage.unexpected", "usage.unknown_command":
			sentence := a.text(key, m[1])
			if near := a.choices(m[2]); near != "" {
				sentence = a.text("usage.suggest", sentence, near)
			}
			return sentence
		case "usage.one_of":
			return a.text(key, m[1], a.choices(m[2]), m[3])
		case "usage.missing_command": // kong names only the first of them
			var names []string
			for _, c := range e.node.Children {
				names = append(names, c.Name)
			}
			return a.text(key, strings.Join(names, a.text("usage.comma")))
		case "usage.either":
			return a.text(key, a.choices(m[1]))
		}
		return a.text(key, m[1])
	}
	return a.text("usage.other", e.cause)
}

// isShort recognises a one-letter flag: it is like any other, and no suggestion.
func isShort(word string) bool { return len(word) == 2 && word[0] == '-' }

// choices turns kong's list ("one of "a", "b"") into ours; "" when nothing in it
// helps.
func (a *app) choices(list string) string {
	list = strings.ReplaceAll(strings.TrimPrefix(list, "one of "), `"`, "")
	words := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
	words = slices.DeleteFunc(words, isShort)
	return strings.Join(words, a.text("usage.comma"))
}
