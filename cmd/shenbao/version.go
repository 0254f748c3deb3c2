package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCmd is "shenbao version".
type versionCmd struct{}

// versionJSON is what "version --json" writes.
type versionJSON struct {
	Version  string `json:"version"`            // v1.2.3, or (devel)
	Revision string `json:"revision,omitempty"` // commit it was built from
	Modified bool   `json:"modified,omitempty"` // built from a changed tree
	Go       string `json:"go"`                 // version of the Go tool
	Platform string `json:"platform"`           // linux/amd64
}

// Run implements the command.
func (versionCmd) Run(a *app) error {
	v := versionJSON{Version: "(devel)", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" {
			v.Version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				v.Revision = s.Value
			case "vcs.modified":
				v.Modified = s.Value == "true"
			}
		}
	}
	if a.JSON {
		return a.writeJSON(v)
	}
	version := v.Version
	if version == "(devel)" {
		version = a.text("cli.unknown_version")
	}
	_, err := fmt.Fprintln(a.out, a.text("cli.version.line", version, v.Go, v.Platform))
	return err
}
