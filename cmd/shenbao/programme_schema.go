package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"shenbao/programmes"
)

// programmeSchemaCmd is "shenbao programme schema".
type programmeSchemaCmd struct {
	Out string `placeholder:"DIR" help:"cli.flag.out"`
}

// Help names the command's longer text.
func (programmeSchemaCmd) Help() string { return "cli.schema.detail" }

// Run implements the command.
func (c *programmeSchemaCmd) Run(a *app, g *programmeCmd) error { return schema(a, g, c.Out) }

// schema writes the JSON Schemas of the package format: all as one object to
// standard output, or each as a file into a folder.
func schema(a *app, _ *programmeCmd, out string) error {
	names, err := fs.Glob(programmes.Files, "schema/*.json")
	if err != nil {
		return err
	}
	all := map[string]json.RawMessage{}
	for _, name := range names {
		text, err := fs.ReadFile(programmes.Files, name)
		if err != nil {
			return err
		}
		base := strings.TrimPrefix(name, "schema/")
		all[strings.TrimSuffix(base, ".json")] = text
		if out == "" {
			continue
		}
		file := filepath.Join(out, base)
		if err := os.MkdirAll(out, 0o755); err != nil {
			return fileFault(out, err)
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return fileFault(file, err)
		}
	}
	if out != "" {
		return nil
	}
	return a.writeJSON(all)
}
