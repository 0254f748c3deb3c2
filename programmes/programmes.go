// Package programmes holds the programme packages (指南包) inside the program,
// so that one binary is enough to list, check and try them.
package programmes

import "embed"

// Files is this folder without this file: index.yaml, terms/, and the packages.
// A new package is included by being there: the name of its folder ends in a
// hyphen and the year.
//
//go:embed *.yaml *.md terms schema *-*
var Files embed.FS
