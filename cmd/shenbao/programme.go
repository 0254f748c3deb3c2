package main

import (
	"io/fs"
	"os"

	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/programmes"
)

// programmeCmd is the group "shenbao programme": everything about packages
// (指南包) that needs no database.
type programmeCmd struct {
	Programmes string `placeholder:"DIR" help:"cli.flag.programmes"`

	List     programmeListCmd     `cmd:"" help:"cli.list"`
	Show     programmeShowCmd     `cmd:"" help:"cli.show"`
	Check    programmeCheckCmd    `cmd:"" help:"cli.check"`
	Coverage programmeCoverageCmd `cmd:"" help:"cli.coverage"`
	Try      programmeTryCmd      `cmd:"" help:"cli.try"`
	Verify   programmeVerifyCmd   `cmd:"" help:"cli.verify"`
	Outline  programmeOutlineCmd  `cmd:"" help:"cli.outline"`
	New      programmeNewCmd      `cmd:"" help:"cli.new"`
	Schema   programmeSchemaCmd   `cmd:"" help:"cli.schema"`
}

// Help names the group's longer text.
func (programmeCmd) Help() string { return "cli.programme.detail" }

// open reads the index of the packages that --programmes names, or of those
// inside the program.
func (g *programmeCmd) open() (*programme.Library, error) {
	if g.Programmes == "" {
		return programme.Open(programmes.Files)
	}
	fsys, err := folder(g.Programmes)
	if err != nil {
		return nil, err
	}
	return programme.Open(fsys)
}

// folder opens a folder that the command line names.
func folder(name string) (fs.FS, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, fileFault(name, err)
	}
	if !info.IsDir() {
		return nil, fault.New(fault.Invalid, "file.not_folder").At(name, 0, 0)
	}
	return os.DirFS(name), nil
}
