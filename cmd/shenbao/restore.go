package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// restoreCmd is "shenbao restore".
type restoreCmd struct {
	dataFlags `embed:""`
	From      string `arg:"" name:"FOLDER" help:"cli.arg.backup_from"`
}

// Help names the command's longer text.
func (restoreCmd) Help() string { return "cli.restore.detail" }

// Run implements the command. It writes into an empty data directory, and the
// database last: until then the directory holds no installation.
func (c *restoreCmd) Run(a *app) error {
	m, err := readManifest(c.From)
	if err != nil {
		return err
	}
	if err := m.check(a.ctx, c.From); err != nil {
		return err
	}
	if m.Postgres != (c.Database != "") {
		return fault.New(fault.Invalid, "backup.other_database")
	}
	if err := emptyFolder(c.Data); err != nil {
		return err
	}
	if err := c.write(a.ctx, m); err != nil {
		return err
	}
	if err := c.bringUp(a.ctx); err != nil {
		return err
	}
	report, err := verifyData(a, &c.dataFlags)
	if err != nil {
		return err
	}
	if a.JSON {
		err = a.writeJSON(report)
	} else {
		err = errors.Join(a.sayBackup("backup.restored", c.Data, m), report.text(a))
	}
	if err == nil && report.Faulty() {
		return errFindings
	}
	return err
}

func readManifest(folder string) (*manifest, error) {
	file := filepath.Join(folder, manifestFile)
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fileFault(file, err)
	}
	m := &manifest{}
	if err := json.Unmarshal(text, m); err != nil || m.Format != manifestFormat {
		return nil, fault.New(fault.Invalid, "backup.manifest").At(file, 0, 0).Because(err)
	}
	return m, nil
}

// check checks every file and attachment of a backup before anything is
// written.
func (m *manifest) check(ctx context.Context, folder string) error {
	var faults []error
	for _, f := range m.Files {
		got, err := hashFile(folder, filepath.Base(f.Name))
		if err != nil {
			faults = append(faults, fileFault(f.Name, err))
		} else if got != f {
			faults = append(faults, fault.New(fault.Refused, "backup.damaged").At(f.Name, 0, 0))
		}
	}
	if len(m.Attachments) == 0 {
		return errors.Join(faults...)
	}
	blobs, err := blob.OpenDir(filepath.Join(folder, blobsFolder))
	if err != nil {
		return err
	}
	for _, b := range m.Attachments {
		if err := blob.Check(ctx, blobs, b.Hash); err != nil {
			faults = append(faults, err)
		}
	}
	return errors.Join(faults...)
}

// write copies a backup that was checked into the data directory.
func (c *restoreCmd) write(ctx context.Context, m *manifest) error {
	from, err := blob.OpenDir(filepath.Join(c.From, blobsFolder))
	if err != nil {
		return err
	}
	to, err := blob.At(ctx, c.blobs())
	if err != nil {
		return err
	}
	for _, b := range m.Attachments {
		if err := copyBlob(ctx, to, from, b.Hash); err != nil {
			return err
		}
	}
	for _, f := range m.Files {
		if slices.Contains(keyFiles, f.Name) {
			if err := copyFile(c.path(f.Name), filepath.Join(c.From, f.Name)); err != nil {
				return fileFault(f.Name, err)
			}
		}
	}
	if m.Postgres {
		return nil
	}
	draft := c.path(db.File + ".restoring")
	if err := copyLarge(draft, filepath.Join(c.From, db.File)); err != nil {
		return fileFault(db.File, err)
	}
	return os.Rename(draft, c.path(db.File))
}

// bringUp brings the database to this program's version. A newer one is found
// when it is verified.
func (c *restoreCmd) bringUp(ctx context.Context) error {
	d, err := db.Connect(ctx, c.dsn())
	if err != nil {
		return err
	}
	defer d.Close()
	has, knows, err := d.Version(ctx)
	if err != nil || has >= knows {
		return err
	}
	return d.Migrate(ctx)
}

// copyLarge copies a file that may not fit into memory.
func copyLarge(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = out.ReadFrom(in)
	return errors.Join(err, out.Sync(), out.Close())
}
