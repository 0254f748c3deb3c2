package locale_test

import (
	"go/ast"
	"go/token"
	"io/fs"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"shenbao/internal/arch"
	"shenbao/internal/fault"
	"shenbao/internal/locale"
)

func TestText(t *testing.T) {
	for _, c := range []struct{ lang, key, want string }{
		{"zh", "usage.one_of", "甲 只能是 {2}、乙 之一，不能是“{3}”"},
		{"en", "usage.one_of", `甲 is one of {2}、乙, not "{3}"`},
		{"fr", "usage.one_of", "甲 只能是 {2}、乙 之一，不能是“{3}”"},
		{"zh", "no.such.key", "no.such.key"},
	} {
		// The argument that looks like a placeholder and the missing third one
		// both stay as they are.
		if got := locale.Text(c.lang, c.key, "甲", "{2}、乙"); got != c.want {
			t.Errorf("Text(%s, %s) = %q, want %q", c.lang, c.key, got, c.want)
		}
	}
}

func TestTextOfKeyArguments(t *testing.T) {
	args := []any{fault.Key("file.denied")}
	if got, want := locale.Text("zh", "file.unreadable", args...), "读取失败：没有读取权限"; got != want {
		t.Errorf("Text = %q, want %q", got, want)
	}
	if args[0] != fault.Key("file.denied") {
		t.Error("the caller's arguments were changed")
	}
}

func TestFault(t *testing.T) {
	f := fault.New(fault.Invalid, "usage.needs_value", "--source").At("form.yaml", 12, 3).In("rd_expense").Under("000-023")
	for lang, want := range map[string]string{
		"zh": "form.yaml:12:3: rd_expense: 选项 --source 后面要有一个值（依据条款 000-023）",
		"en": "form.yaml:12:3: rd_expense: the option --source takes a value (under clause 000-023)",
	} {
		if got := locale.Fault(lang, f); got != want {
			t.Errorf("Fault(%s) = %q, want %q", lang, got, want)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, c := range []struct {
		asked string
		env   map[string]string
		want  string
	}{
		{"", nil, "zh"},
		{"en", map[string]string{"LANG": "zh_CN.UTF-8"}, "en"},
		{"fr", map[string]string{"LANG": "en_US.UTF-8"}, "en"},
		{"", map[string]string{"LANG": "en_US.UTF-8"}, "en"},
		{"", map[string]string{"LANG": "EN"}, "en"},
		{"", map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh"},
		{"", map[string]string{"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "zh_CN", "LC_ALL": "en_GB.UTF-8"}, "en"},
		{"", map[string]string{"LANG": "C.UTF-8"}, "zh"},
		{"", map[string]string{"LANG": "fr_FR.UTF-8"}, "zh"},
	} {
		if got := locale.Choose(c.asked, func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("Choose(%q, %v) = %q, want %q", c.asked, c.env, got, c.want)
		}
	}
}

// catalogue reads the files of a language as a translator sees them.
func catalogue(t *testing.T, lang string) map[string]string {
	t.Helper()
	all := map[string]string{}
	names, err := fs.Glob(os.DirFS("."), lang+"/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no catalogue for %s: %v", lang, err)
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		var messages map[string]string
		if err := yaml.Unmarshal(text, &messages); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for key, message := range messages {
			if strings.TrimSpace(message) == "" {
				t.Errorf("%s: %s is empty", name, key)
			}
			all[strings.TrimSuffix(path.Base(name), ".yaml")+"."+key] = message
		}
	}
	return all
}

var placeholder = regexp.MustCompile(`\{[^{}\s]*\}`)

// placeholders returns the distinct placeholders of a message, sorted.
func placeholders(message string) []string {
	all := placeholder.FindAllString(message, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

func TestCataloguesAgree(t *testing.T) {
	zh, en := catalogue(t, "zh"), catalogue(t, "en")
	for key, message := range zh {
		other, ok := en[key]
		if !ok {
			t.Errorf("%s is in zh and not in en", key)
			continue
		}
		if a, b := placeholders(message), placeholders(other); !slices.Equal(a, b) {
			t.Errorf("%s: placeholders %v in zh, %v in en", key, a, b)
		}
	}
	for key := range en {
		if _, ok := zh[key]; !ok {
			t.Errorf("%s is in en and not in zh", key)
		}
	}
}

// TestKeysInCode finds every key that the code names and asks that it has a
// message, and every message that no code names.
func TestKeysInCode(t *testing.T) {
	tree, err := arch.Load(os.DirFS("../.."), "shenbao")
	if err != nil {
		t.Fatal(err)
	}
	messages := catalogue(t, "zh")
	literals := map[string]bool{}
	for _, f := range tree.Files {
		if f.Test {
			continue
		}
		pkg := f.AST.Name.Name
		if pkg == "main" {
			pkg = path.Base(f.Dir())
		}
		ast.Inspect(f.AST, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BasicLit:
				if s, ok := unquoted(n); ok {
					literals[s] = true
					literals[pkg+"."+s] = true // a room adds its own namespace
				}
			case *ast.CallExpr:
				if key, ok := keyOf(n); ok && messages[key] == "" {
					t.Errorf("%s: no message %q", f.Path, key)
				}
			case *ast.Field:
				if key := helpKey(n); key != "" {
					literals[key] = true
					if messages[key] == "" {
						t.Errorf("%s: no message %q", f.Path, key)
					}
				}
			}
			return true
		})
	}
	for key := range messages {
		if !used(key, literals) {
			t.Errorf("no code names the message %q", key)
		}
	}
}

// used reports whether the code names a key: whole, or in parts that it puts
// together, as key + "_near" or "try." + "section.met". The word behind a
// prefix of two or more ("kind." + word) may come from anywhere.
func used(key string, literals map[string]bool) bool {
	if literals[key] {
		return true
	}
	if i := strings.LastIndexByte(key, '_'); i > 0 && literals[key[:i]] && literals[key[i:]] {
		return true
	}
	for i := range len(key) {
		if key[i] != '.' || !literals[key[:i+1]] {
			continue
		}
		prefix, rest := key[:i], key[i+1:]
		if used(rest, literals) || !strings.Contains(rest, ".") && strings.Contains(prefix, ".") {
			return true
		}
	}
	return false
}

// keyArg says which argument of a function of ours is a message key.
var keyArg = map[string]int{"Text": 1, "New": 1, "text": 0}

// keyOf returns the literal key that a call names.
func keyOf(call *ast.CallExpr) (string, bool) {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", false
	}
	if sel.Sel.Name == "T" && len(call.Args) > 0 { // a page's own words: visit.T
		lit, ok := call.Args[0].(*ast.BasicLit)
		if !ok {
			return "", false
		}
		key, ok := unquoted(lit)
		return "web." + key, ok
	}
	if from, ok := sel.X.(*ast.Ident); !ok || sel.Sel.Name == "New" && from.Name != "fault" || sel.Sel.Name == "Text" && from.Name != "locale" {
		return "", false
	}
	i, ok := keyArg[sel.Sel.Name]
	if !ok || i >= len(call.Args) {
		return "", false
	}
	lit, ok := call.Args[i].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	return unquoted(lit)
}

// helpKey returns the key in the help tag of a struct field.
func helpKey(field *ast.Field) string {
	if field.Tag == nil {
		return ""
	}
	tag, _ := unquoted(field.Tag)
	return reflect.StructTag(tag).Get("help")
}

func unquoted(lit *ast.BasicLit) (string, bool) {
	if lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
