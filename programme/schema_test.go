package programme_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/invopop/jsonschema"
	validator "github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"shenbao/programme"
)

var update = flag.Bool("update", false, "write golden files anew")

const schemaDir = "../programmes/schema"

// schemas names the root type of each kind of file. The blocks of rules.md have
// schemas too, for editors that know embedded YAML.
var schemas = map[string]any{
	"index":  programme.Index{},
	"call":   programme.Call{},
	"form":   programme.Form{},
	"review": programme.Review{},
	"after":  programme.After{},
	"tables": programme.Tables{},
	"ledger": programme.Ledger{},
	"cases":  programme.CaseFile{},
	"terms":  programme.Term{},
	"rule":   programme.RuleBlock{},
	"judge":  programme.JudgeBlock{},
	"note":   programme.NoteBlock{},
}

// reflector turns the structs that read a package into JSON Schema: the same
// tags, the same closed lists of words.
func reflector(t *testing.T) *jsonschema.Reflector {
	r := &jsonschema.Reflector{FieldNameTag: "yaml", RequiredFromJSONSchemaTags: true, ExpandedStruct: true, Mapper: mapType, AdditionalFields: forMembers}
	if err := r.AddGoComments("shenbao/programme", "./", jsonschema.WithFullComment()); err != nil {
		t.Fatal(err)
	}
	return r
}

// forMembers adds the key that every entry of a guide may have.
func forMembers(t reflect.Type) []reflect.StructField {
	if _, ok := t.FieldByName("At"); !ok {
		return nil
	}
	return []reflect.StructField{{Name: "For", Type: reflect.TypeFor[[]string](), Tag: `yaml:"for"`}}
}

func mapType(t reflect.Type) *jsonschema.Schema {
	switch t {
	case reflect.TypeFor[programme.Raw]():
		return &jsonschema.Schema{}
	case reflect.TypeFor[programme.Date]():
		return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}
	case reflect.TypeFor[programme.Instant]():
		return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?$`}
	case reflect.TypeFor[programme.Years]():
		return &jsonschema.Schema{Type: "string", Pattern: `^[0-9]{4}\.\.[0-9]{4}$`}
	case reflect.TypeFor[programme.Need]():
		return &jsonschema.Schema{OneOf: []*jsonschema.Schema{{Type: "boolean"}, {Type: "string", Pattern: "^when:"}}}
	}
	if w, ok := reflect.Zero(t).Interface().(interface{ Values() []string }); ok {
		s := &jsonschema.Schema{Type: "string"}
		for _, v := range w.Values() {
			s.Enum = append(s.Enum, v)
		}
		return s
	}
	return nil
}

// The committed JSON Schemas are those of the structs; -update writes them anew.
func TestSchemasAreCurrent(t *testing.T) {
	r := reflector(t)
	for name, root := range schemas {
		s := r.Reflect(root)
		s.ID = ""
		s.Title = name
		var b bytes.Buffer
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", "  ")
		if err := enc.Encode(s); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join(schemaDir, name+".json"), b.Bytes())
	}
}

// golden compares got with a file, or writes it with -update.
func golden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(want, got) {
		t.Errorf("%s is not what the program makes; run go test -update and look at the difference", file)
	}
}

// Every YAML file of every package validates against its schema.
func TestPackagesFitSchemas(t *testing.T) {
	files := []string{"../programmes/index.yaml"}
	for _, dir := range packageDirs(t) {
		for _, pattern := range []string{"*.yaml", "cases/*.yaml"} {
			found, err := filepath.Glob(filepath.Join("../programmes", dir, pattern))
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, found...)
		}
	}
	c := validator.NewCompiler()
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".yaml")
		switch filepath.Base(filepath.Dir(file)) {
		case "terms", "cases":
			name = filepath.Base(filepath.Dir(file))
		}
		schema, err := c.Compile(filepath.Join(schemaDir, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var doc yaml.Node
		if err := yaml.Unmarshal(text, &doc); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(plain(t, &doc)); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// packageDirs are the folders of the packages that the index names, and terms.
func packageDirs(t *testing.T) []string {
	t.Helper()
	lib, err := programme.Open(os.DirFS(packages))
	if err != nil {
		t.Fatal(err)
	}
	dirs := []string{"terms"}
	for _, e := range lib.List() {
		dirs = append(dirs, e.ID)
	}
	return dirs
}

// plain is a document as YAML 1.2 reads it: dates are text.
func plain(t *testing.T, n *yaml.Node) any {
	if n.Tag == "!!timestamp" {
		return n.Value
	}
	switch n.Kind {
	case yaml.DocumentNode:
		return plain(t, n.Content[0])
	case yaml.MappingNode:
		m := map[string]any{}
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = plain(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := []any{}
		for _, c := range n.Content {
			list = append(list, plain(t, c))
		}
		return list
	}
	var v any
	if err := n.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return v
}
