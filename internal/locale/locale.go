// Package locale turns message keys into sentences in the reader's language,
// and faults into what a person reads.
//
// The catalogues are zh/*.yaml and en/*.yaml. A file owns a namespace: the line
// "missing: …" of zh/file.yaml is the message "file.missing". A message holds
// its arguments as {1}, {2}, …, so that languages may order them differently.
// Tests keep both languages equal in keys and placeholders, and every key used
// in the code present.
package locale

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"

	"shenbao/internal/fault"
)

// The languages of the catalogues.
const (
	ZH = "zh" // Chinese, simplified characters: the default
	EN = "en" // English
)

//go:embed zh/*.yaml en/*.yaml
var files embed.FS

// catalogues are read when a language is first asked for: a command needs one.
var catalogues = map[string]func() map[string]string{
	ZH: sync.OnceValue(func() map[string]string { return mustRead(ZH) }),
	EN: sync.OnceValue(func() map[string]string { return mustRead(EN) }),
}

// Text returns the message key in lang with its arguments filled in. A language
// without a catalogue is read as Chinese. A key without a message is returned
// as it is: a strange word on a page is better than no page.
func Text(lang, key string, args ...any) string {
	message, ok := catalogue(lang)[key]
	if !ok {
		return key
	}
	return fill(lang, message, args)
}

// Fault returns what a person reads about f: place, field, sentence, and the
// clause it rests on.
//
//	form.yaml:12:3: rd_expense: 没有名为“亿”的单位
func Fault(lang string, f *fault.Fault) string {
	var b strings.Builder
	for _, part := range []string{f.Place(), f.Field} {
		if part != "" {
			b.WriteString(part + ": ")
		}
	}
	b.WriteString(Text(lang, f.Key, f.Args...))
	if f.Clause != "" {
		b.WriteString(Text(lang, "fault.clause", f.Clause))
	}
	return b.String()
}

// Choose returns the language to speak: asked when it is one of ours, else what
// the POSIX variables LC_ALL, LC_MESSAGES and LANG say (the first that is set
// decides), else Chinese.
func Choose(asked string, getenv func(string) string) string {
	if asked == ZH || asked == EN {
		return asked
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := getenv(name); v != "" {
			if strings.HasPrefix(strings.ToLower(v), EN) {
				return EN
			}
			return ZH
		}
	}
	return ZH
}

func catalogue(lang string) map[string]string {
	if c, ok := catalogues[lang]; ok {
		return c()
	}
	return catalogues[ZH]()
}

// mustRead panics on a broken catalogue: it is part of the program, and a test
// reads every one.
func mustRead(lang string) map[string]string {
	c, err := read(files, lang)
	if err != nil {
		panic(err)
	}
	return c
}

// read merges the files of one language's folder.
func read(fsys fs.FS, lang string) (map[string]string, error) {
	names, err := fs.Glob(fsys, lang+"/*.yaml")
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, name := range names {
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, err
		}
		var messages map[string]string
		if err := yaml.Unmarshal(text, &messages); err != nil {
			return nil, fmt.Errorf("catalogue %s: %w", name, err)
		}
		namespace := strings.TrimSuffix(path.Base(name), ".yaml")
		for key, message := range messages {
			// A block text (|) ends in a line end that no message wants.
			all[namespace+"."+key] = strings.TrimSuffix(message, "\n")
		}
	}
	return all, nil
}

// fill puts args into the placeholders of message in one pass, so that an
// argument that looks like a placeholder stays what it is. A placeholder
// without an argument stays visible.
func fill(lang, message string, args []any) string {
	if len(args) == 0 || !strings.Contains(message, "{") {
		return message
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(message, "{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		digit, after, closed := strings.Cut(rest, "}")
		n := 0
		if closed && len(digit) == 1 {
			n = int(digit[0] - '0')
		}
		if n < 1 || n > len(args) {
			b.WriteString("{")
			message = rest
			continue
		}
		b.WriteString(word(lang, args[n-1]))
		message = after
	}
}

// word is an argument as it stands in a message: a key or a fault is itself a
// message, an instant is written as its reader does.
func word(lang string, arg any) string {
	switch a := arg.(type) {
	case fault.Key:
		return Text(lang, string(a))
	case *fault.Fault:
		return Text(lang, a.Key, a.Args...)
	case time.Time:
		return When(lang, a)
	}
	return fmt.Sprint(arg)
}
