package arch

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// link recognises the target of a Markdown link or picture, and of an HTML one.
var link = regexp.MustCompile(`\]\(<?([^)>\s]+)>?(?:\s+"[^"]*")?\)|(?:src|href|srcset)="([^"]+)"`)

// inCode recognises code, where a link is only an example.
var inCode = regexp.MustCompile("(?ms)^ *(```|~~~).*?^ *(```|~~~) *$|`[^`\n]*`")

// Links checks that every relative link of every Markdown file leads to a file
// of fsys, and a link's #part to a heading of that file.
func Links(fsys fs.FS) ([]Finding, error) {
	var found []Finding
	err := walkTexts(fsys, func(name, text string) {
		if path.Ext(name) != ".md" {
			return
		}
		for _, m := range link.FindAllStringSubmatch(inCode.ReplaceAllString(text, ""), -1) {
			if why := dead(fsys, name, m[1]+m[2]); why != "" {
				found = append(found, Finding{Rule: "links", Path: name, Text: fmt.Sprintf("link %s: %s", m[1]+m[2], why)})
			}
		}
	})
	return found, err
}

// dead says why a link of the file from leads nowhere, or "".
func dead(fsys fs.FS, from, target string) string {
	u, err := url.Parse(target)
	if err != nil {
		return err.Error()
	}
	if u.Scheme != "" || u.Host != "" {
		return "" // links to other places are not followed
	}
	to := from
	if u.Path != "" {
		to = path.Join(path.Dir(from), u.Path)
	}
	if !fs.ValidPath(to) || !exists(fsys, to) {
		return "no such file"
	}
	if u.Fragment == "" || path.Ext(to) != ".md" {
		return ""
	}
	text, err := fs.ReadFile(fsys, to)
	if err != nil {
		return err.Error()
	}
	if !slices.Contains(anchors(string(text)), u.Fragment) {
		return "no such heading"
	}
	return ""
}

// heading recognises a Markdown heading, whose words become its anchor.
var heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)

// anchors returns the anchors that a forge makes of the headings of text:
// lower case, spaces as hyphens, other punctuation dropped.
func anchors(text string) (out []string) {
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		out = append(out, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				return unicode.ToLower(r)
			}
			return -1
		}, m[1]))
	}
	return out
}

// private recognises what names somebody's own machine: home and work folders,
// and the hosts that packages are fetched from. The words are put together from
// parts, so that this file does not find itself.
var private = regexp.MustCompile(`(?:^|[\s"'(=:\x60])/(?:` + strings.Join([]string{"work", "root", "farm", "home", "Users"}, "|") + `)/` +
	`|(?:proxy|sum)\.` + `golang\.org|registry\.` + `npmjs|files\.` + `pythonhosted`)

// Paths checks that no text names the machine it was written on.
func Paths(fsys fs.FS) ([]Finding, error) {
	var found []Finding
	err := walkTexts(fsys, func(name, text string) {
		for i, line := range strings.Split(text, "\n") {
			if m := private.FindString(line); m != "" {
				found = append(found, Finding{Rule: "paths", Path: name, Text: fmt.Sprintf("line %d names a machine: %s", i+1, strings.TrimSpace(m))})
			}
		}
	})
	return found, err
}

// walkTexts calls fn for every text file that could be committed. Hidden
// folders are read too (.ci holds scripts), but for the history itself; bin is
// where the Makefile builds to.
func walkTexts(fsys fs.FS, fn func(name, text string)) error {
	return fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == ".git" || d.Name() == "node_modules" || name == "bin" {
				return fs.SkipDir
			}
			return nil
		}
		if !d.Type().IsRegular() || d.Name() == ".git" { // of a second work tree, a file
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err == nil && utf8.Valid(text) {
			fn(name, string(text))
		}
		return err
	})
}

// requirement recognises a line of a require block and its comment.
var requirement = regexp.MustCompile(`^\s*(?:require\s+)?([\w.\-/~]+\.[\w.\-/~]+)\s+v\S+\s*(//.*)?$`)

// Requirements returns the modules that go.mod's text requires directly, and
// its tools, in order.
func Requirements(gomod string) (out []string) {
	block := ""
	for line := range strings.Lines(gomod) {
		line = strings.TrimRight(line, "\n")
		word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case rest == "(":
			block = word
		case word == ")":
			block = ""
		case word == "tool" && rest != "":
			out = append(out, rest)
		case block == "tool" && word != "":
			out = append(out, word)
		case block == "require" || word == "require":
			if m := requirement.FindStringSubmatch(line); m != nil && !strings.Contains(m[2], "indirect") {
				out = append(out, m[1])
			}
		}
	}
	slices.Sort(out)
	return out
}

// row recognises the first cell of a row of docs/dependencies.md.
var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|(.*)\\|$")

// Dependencies compares what the go.mod texts require with the table of
// docs/dependencies.md, and asks that no cell of a row is empty.
func Dependencies(table string, gomods ...string) (found []Finding) {
	fault := func(format string, args ...any) {
		found = append(found, Finding{Rule: "dependencies", Path: "docs/dependencies.md", Text: fmt.Sprintf(format, args...)})
	}
	listed := map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(table, -1) {
		listed[m[1]] = true
		cells := strings.Split(m[2], "|")
		if len(cells) != 3 || slices.ContainsFunc(cells, func(c string) bool { return strings.TrimSpace(c) == "" }) {
			fault("%s needs a reason, a licence and a runner-up", m[1])
		}
	}
	required := map[string]bool{}
	for _, text := range gomods {
		for _, module := range Requirements(text) {
			required[module] = true
			if !listed[module] {
				fault("%s is required and not listed", module)
			}
		}
	}
	for module := range listed {
		if !required[module] {
			fault("%s is listed and not required", module)
		}
	}
	return found
}
