// Package inbox tells people things (消息): inside the platform and by mail.
//
// A notice is a row written in the transaction of its cause ([Send]), together
// with the job that mails it. It holds no sentence but the key of a message and
// its arguments: the sentence is made where it is shown, in the language of
// whoever reads it. Where a person is written to is looked up when the letter
// leaves, so that nothing goes to an account that was disabled meanwhile.
//
// People are ids here: the package knows no room.
//
// Who is told much may choose one letter a day instead of a letter for each
// notice: see [Choice]. A notice to somebody as one of a unit is offered to the
// unit's webhooks, too (package hook), and is no longer mailed to who left it.
//
// Tables: notices, inbox_choices. What was read is forgotten after 180 days, and
// the key that keeps it from being sent again with it. Reading is no act and
// leaves no line in the journal.
package inbox

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

// A Notice (消息) is one thing that one person is told.
type Notice struct {
	ID     string    `json:"id"`
	Person string    `json:"-"`
	Unit   string    `json:"-"`    // as one of whose people they are told; "" for what is their own
	Key    string    `json:"key"`  // of a message in the catalogues
	Args   []any     `json:"-"`    // strings, whole numbers, instants (time.Time) and words (fault.Key)
	Link   string    `json:"link"` // a path of this site, where there is more of it: /calls/…
	At     time.Time `json:"at"`
	Read   time.Time `json:"read,omitzero"` // zero: not yet
}

// Text is the notice in a language.
func (n Notice) Text(lang string) string { return locale.Text(lang, n.Key, n.Args...) }

// check refuses a notice that leads out of the site. Browsers read a backslash
// as a slash, and over tabs and line ends.
func (n Notice) check() error {
	odd := func(r rune) bool { return r == '\\' || r <= ' ' || r == 0x7f }
	if !strings.HasPrefix(n.Link, "/") || strings.HasPrefix(n.Link, "//") || strings.ContainsFunc(n.Link, odd) {
		return fmt.Errorf("inbox: %s leads to %q, which is no path of this site", n.Key, n.Link)
	}
	if n.Person == "" || n.Key == "" {
		return fmt.Errorf("inbox: a notice %q to %q", n.Key, n.Person)
	}
	return nil
}

// kept is an argument that JSON has no form of its own for.
type kept struct {
	Word fault.Key `json:"word,omitempty"`
	At   time.Time `json:"at,omitzero"`
}

// pack writes arguments as the database keeps them.
func pack(args []any) (string, error) {
	out := make([]any, len(args))
	for i, arg := range args {
		switch a := arg.(type) {
		case fault.Key:
			out[i] = kept{Word: a}
		case time.Time:
			out[i] = kept{At: a}
		default:
			if v := reflect.ValueOf(arg); v.Kind() != reflect.String && !v.CanInt() {
				return "", fmt.Errorf("inbox: an argument of type %T", arg)
			}
			out[i] = a
		}
	}
	text, err := json.Marshal(out)
	return string(text), err
}

// unpack reads what pack wrote.
func unpack(text string) ([]any, error) {
	var parts []json.RawMessage
	if err := json.Unmarshal([]byte(text), &parts); err != nil {
		return nil, err
	}
	var args []any
	for _, part := range parts {
		var k kept
		var s string
		var n int64
		switch {
		case json.Unmarshal(part, &s) == nil:
			args = append(args, s)
		case json.Unmarshal(part, &n) == nil:
			args = append(args, n)
		case json.Unmarshal(part, &k) == nil && k.Word != "":
			args = append(args, k.Word)
		case !k.At.IsZero():
			args = append(args, k.At)
		default:
			return nil, fmt.Errorf("inbox: an argument %s", part)
		}
	}
	return args, nil
}
