package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// migrateCmd is "shenbao migrate".
type migrateCmd struct {
	dataFlags `embed:""`
	Check     bool `help:"cli.flag.check"`
}

// Help names the command's longer text.
func (migrateCmd) Help() string { return "cli.migrate.detail" }

// migrateJSON is what "migrate --json" writes.
type migrateJSON struct {
	From  int64 `json:"from"`  // the version of the schema before
	To    int64 `json:"to"`    // and now
	Knows int64 `json:"knows"` // the version of this program
}

// Run implements the command.
func (c *migrateCmd) Run(a *app) error {
	if _, err := os.Stat(c.dsn()); c.Database == "" && errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Missing, "serve.no_data", c.Data).Because(err)
	}
	s := &store{flags: &c.dataFlags}
	if !c.Check {
		if err := s.hold(); err != nil {
			return err
		}
	}
	defer s.close()
	var err error
	if s.db, err = db.Connect(a.ctx, c.dsn()); err != nil {
		return err
	}
	out := migrateJSON{}
	if out.From, out.Knows, err = s.db.Version(a.ctx); err != nil {
		return err
	}
	out.To = out.From
	switch {
	case out.From > out.Knows:
		return fault.New(fault.Refused, "serve.newer", out.From, out.Knows)
	case out.From < out.Knows && !c.Check:
		if err := s.db.Migrate(a.ctx); err != nil {
			return err
		}
		out.To = out.Knows
	}
	if a.JSON {
		err = a.writeJSON(out)
	} else {
		_, err = fmt.Fprintln(a.out, a.text("serve.migrated", out.From, out.To, out.Knows))
	}
	if err == nil && out.To < out.Knows {
		return errFindings
	}
	return err
}
