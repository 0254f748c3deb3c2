package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/alecthomas/kong"

	"shenbao/internal/locale"
	"shenbao/internal/terminal"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// shenbao runs one command line as the shell would, with LANG set.
func shenbao(t *testing.T, lang, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errOut strings.Builder
	getenv := func(name string) string {
		if name == "LANG" {
			return lang
		}
		return ""
	}
	code = run(t.Context(), args, getenv, strings.NewReader(stdin), &out, &errOut)
	return code, out.String(), errOut.String()
}

// transcript shows a command line with all that came of it.
func transcript(t *testing.T, w io.Writer, lang string, args ...string) {
	t.Helper()
	code, stdout, stderr := shenbao(t, lang, "", args...)
	fmt.Fprintf(w, "$ shenbao %s\n", strings.Join(args, " "))
	for _, stream := range []struct{ name, text string }{{"stdout", stdout}, {"stderr", stderr}} {
		if stream.text != "" {
			fmt.Fprintf(w, "-- %s --\n%s", stream.name, stream.text)
		}
	}
	fmt.Fprintf(w, "-- exit %d --\n\n", code)
}

// golden compares got with a file of testdata, or rewrites it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; go test ./cmd/shenbao -update rewrites it. Got:\n%s", file, got)
	}
}

// commands lists every command line that leads to a node: "", "programme", …
func commands(t *testing.T) (all [][]string) {
	t.Helper()
	k, err := kong.New(&cli{}, kong.Name("shenbao"), kong.Vars{"lang": "zh"}, kong.NoDefaultHelp())
	if err != nil {
		t.Fatal(err)
	}
	var walk func(n *kong.Node, words []string)
	walk = func(n *kong.Node, words []string) {
		all = append(all, words)
		for _, c := range n.Children {
			walk(c, append(words[:len(words):len(words)], c.Name))
		}
	}
	walk(k.Model.Node, nil)
	return all
}

func TestHelp(t *testing.T) {
	for lang, env := range map[string]string{locale.ZH: "zh_CN.UTF-8", locale.EN: "en_GB.UTF-8"} {
		t.Run(lang, func(t *testing.T) {
			var b strings.Builder
			for _, words := range commands(t) {
				transcript(t, &b, env, append(words, "--help")...)
			}
			golden(t, "help."+lang+".golden", b.String())
			checkHelp(t, lang, b.String())
		})
	}
}

// checkHelp asks that help fits a terminal and is all in one language.
func checkHelp(t *testing.T, lang, text string) {
	t.Helper()
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.ReplaceAll(line, "Shenbao 申报", "Shenbao")
		han := strings.ContainsFunc(line, func(r rune) bool { return unicode.Is(unicode.Han, r) })
		if width := terminal.Width(line); width > 80 {
			t.Errorf("%d columns wide: %s", width, line)
		}
		if han && lang == locale.EN {
			t.Errorf("Chinese in the English help: %s", line)
		}
		if !han && lang == locale.ZH && strings.Count(line, " ") > 4 && strings.ContainsAny(line, "aeiou") && !strings.Contains(line, "shenbao") {
			t.Errorf("English in the Chinese help: %s", line)
		}
	}
	if key := regexp.MustCompile(`\b(cli|usage)\.[a-z]`).FindString(text); key != "" {
		t.Errorf("a message key shows through: %s", key)
	}
}

func TestUsageErrors(t *testing.T) {
	lines := [][]string{
		{},
		{"programme"},
		{"programme", "try"},
		{"programme", "try", "shandong-tic-2024"},
		{"programme", "lst"},
		{"programme", "quite-another"},
		{"programm"},
		{"programme", "list", "extra"},
		{"--jsom"},
		{"programme", "list", "--l"},
		{"programme", "list", "--quite-another"},
		{"programme", "-x"},
		{"--json"},
		{"programme", "list", "--lang", "fr"},
		{"programme", "verify", "shandong-tic-2024"},
		{"programme", "verify", "shandong-tic-2024", "--source"},
		{"programme", "verify", "shandong-tic-2024", "--source", "--json"},
		{"programme", "list", "--json=maybe"},
		{"version", "a\x1b[31mb"},
		{"user"},
		{"user", "add"},
		{"user", "add", "li@example.org"},
		{"user", "add", "li@example.org", "--role", "king"},
		{"user", "delete", "li@example.org"},
		{"serve", "--workers", "many"},
		{"serve", "--log-level", "loud"},
		{"serve", "--adress", "x"},
		{"journal"},
		{"job", "list", "--state", "asleep"},
		{"job", "retry"},
		{"backup"},
		{"restore"},
		{"verify-data", "here"},
	}
	for lang, env := range map[string]string{locale.ZH: "zh_CN.UTF-8", locale.EN: "en_GB.UTF-8"} {
		t.Run(lang, func(t *testing.T) {
			var b strings.Builder
			for _, words := range lines {
				code, stdout, _ := shenbao(t, env, "", words...)
				if code != exitUsage || stdout != "" {
					t.Errorf("%q: exit %d with %q on stdout, want %d and nothing", words, code, stdout, exitUsage)
				}
				transcript(t, &b, env, words...)
			}
			golden(t, "usage."+lang+".golden", b.String())
			if other := locale.Text(lang, "usage.other", ""); strings.Contains(b.String(), other) {
				t.Error("a sentence of kong is not translated")
			}
		})
	}
}

func TestLanguage(t *testing.T) {
	for _, c := range []struct {
		lang string
		args []string
		want string
	}{
		{"en_US.UTF-8", []string{"--help"}, "Usage:"},
		{"zh_CN.UTF-8", []string{"--help"}, "用法："},
		{"", []string{"--help"}, "用法："},
		{"C", []string{"--help"}, "用法："},
		{"zh_CN.UTF-8", []string{"--lang", "en", "--help"}, "Usage:"},
		{"zh_CN.UTF-8", []string{"programme", "list", "--lang=en", "--help"}, "Usage:"},
		{"en_US.UTF-8", []string{"help", "programme", "--lang=zh"}, "用法："},
	} {
		code, stdout, stderr := shenbao(t, c.lang, "", c.args...)
		if code != exitOK || stderr != "" || !strings.Contains(stdout, c.want) {
			t.Errorf("LANG=%s shenbao %q: exit %d, stderr %q, stdout without %q:\n%s", c.lang, c.args, code, stderr, c.want, stdout)
		}
	}
}
