package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"

	"shenbao/internal/fault"
	"shenbao/internal/nearest"
)

// A setting is a flag of the platform's own: it may also stand in the
// environment, as SHENBAO_TRUSTED_PROXY for --trusted-proxy, and in the file of
// --config, as trusted-proxy. The command line goes before the environment, the
// environment before the file. The tag setting marks them; docs/operate/config.md
// lists them.

// settings finds what the command line does not say. It implements
// kong.Resolver.
type settings struct {
	getenv func(string) string
	file   map[string]string // what the file says; nil before it is read
}

// Validate implements kong.Resolver.
func (s *settings) Validate(*kong.Application) error { return nil }

// Resolve implements kong.Resolver.
func (s *settings) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if !flag.Tag.Has("setting") {
		return nil, nil
	}
	if value := s.getenv(variable(flag.Name)); value != "" {
		return value, nil
	}
	if s.file == nil {
		if err := s.read(ctx); err != nil {
			return nil, err
		}
	}
	if value, ok := s.file[flag.Name]; ok && flag.Name != "config" {
		return value, nil
	}
	return nil, nil
}

// variable is the environment variable of a flag.
func variable(flag string) string {
	return "SHENBAO_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}

// read reads the file that --config or SHENBAO_CONFIG names, if any.
func (s *settings) read(ctx *kong.Context) error {
	s.file = map[string]string{}
	name := s.getenv(variable("config"))
	for _, f := range ctx.Flags() {
		if given, _ := ctx.FlagValue(f).(string); f.Name == "config" && given != "" {
			name = given
		}
	}
	if name == "" {
		return nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return fileFault(name, err)
	}
	var file map[string]yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&file); err != nil && !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "serve.config_yaml", err).At(name, 0, 0)
	}
	known := settingNames(ctx.Model.Node)
	for key, node := range file {
		if !known[key] {
			return unknownSetting(key, known).At(name, node.Line, node.Column)
		}
		value, ok := plain(&node)
		if !ok {
			return fault.New(fault.Invalid, "serve.config_value").At(name, node.Line, node.Column).In(key)
		}
		s.file[key] = value
	}
	return nil
}

// plain is a value as it would stand on the command line.
func plain(n *yaml.Node) (string, bool) {
	if n.Kind == yaml.ScalarNode {
		return n.Value, true
	}
	if n.Kind != yaml.SequenceNode {
		return "", false
	}
	var all []string
	for _, item := range n.Content {
		if item.Kind != yaml.ScalarNode {
			return "", false
		}
		all = append(all, item.Value)
	}
	return strings.Join(all, ","), true
}

// settingNames are the settings of all commands: one file serves them all.
func settingNames(n *kong.Node) map[string]bool {
	names := map[string]bool{}
	for _, f := range n.Flags {
		if f.Tag.Has("setting") && f.Name != "config" {
			names[f.Name] = true
		}
	}
	for _, c := range n.Children {
		for name := range settingNames(c) {
			names[name] = true
		}
	}
	return names
}

func unknownSetting(key string, known map[string]bool) *fault.Fault {
	var names []string
	for name := range known {
		names = append(names, name)
	}
	if near := nearest.Word(key, names); near != "" {
		return fault.New(fault.Invalid, "serve.config_key_near", key, near)
	}
	return fault.New(fault.Invalid, "serve.config_key", key)
}
