package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/journal"
	"shenbao/internal/secret"
)

// backupCmd is "shenbao backup".
type backupCmd struct {
	dataFlags   `embed:""`
	To          string `arg:"" name:"FOLDER" help:"cli.arg.backup_to"`
	WithoutKeys bool   `help:"cli.flag.without_keys"`
}

// Help names the command's longer text.
func (backupCmd) Help() string { return "cli.backup.detail" }

// manifestFile is the last file of a backup that is written: a folder without
// it is no backup.
const manifestFile = "manifest.json"

// manifestFormat is the number of the format of a backup.
const manifestFormat = 1

// A manifest says what a backup holds.
type manifest struct {
	Format      int          `json:"format"`
	At          time.Time    `json:"at"`
	Schema      int64        `json:"schema"` // version of the database
	Postgres    bool         `json:"postgres"`
	Files       []backupFile `json:"files"`
	Attachments []backupBlob `json:"attachments"`
	Checkpoint  string       `json:"checkpoint,omitempty"` // the journal's newest
}

// A backupFile is a file of a backup.
type backupFile struct {
	Name   string `json:"name"` // in the backup and in the data directory
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// A backupBlob is an attachment in a backup.
type backupBlob struct {
	Hash blob.Hash `json:"hash"`
	Size int64     `json:"size"`
}

// keyFiles are the files of keys in a data directory.
var keyFiles = []string{secret.File, journal.KeyFile, journal.PublicFile}

// Run implements the command.
func (c *backupCmd) Run(a *app) error {
	s, err := c.openToOperate(a)
	if err != nil {
		return err
	}
	defer s.close()
	if err := emptyFolder(c.To); err != nil {
		return err
	}
	m, err := c.write(a.ctx, s)
	if err != nil {
		return err
	}
	if a.JSON {
		return a.writeJSON(m)
	}
	return a.sayBackup("backup.done", c.To, m)
}

// sayBackup sums up a backup.
func (a *app) sayBackup(key, folder string, m *manifest) error {
	var size int64
	for _, f := range m.Files {
		size += f.Size
	}
	for _, b := range m.Attachments {
		size += b.Size
	}
	fmt.Fprintln(a.out, a.text(key, folder, len(m.Files), len(m.Attachments), fmt.Sprintf("%.1f", float64(size)/1e6)))
	if m.Postgres {
		fmt.Fprintln(a.out, a.text("backup.postgres"))
	}
	return nil
}

// emptyFolder makes a folder, or sees that it is empty.
func emptyFolder(name string) error {
	if err := os.MkdirAll(name, 0o700); err != nil {
		return fileFault(name, err)
	}
	found, err := os.ReadDir(name)
	if err != nil {
		return fileFault(name, err)
	}
	if len(found) > 0 {
		return fault.New(fault.Conflict, "backup.not_empty").At(name, 0, 0)
	}
	return nil
}

// write writes the database first and the attachments after it: an attachment
// is kept before a row names it, so all that this state of the database names
// are there.
func (c *backupCmd) write(ctx context.Context, s *store) (*manifest, error) {
	m := &manifest{Format: manifestFormat, At: s.db.Clock.Now(), Postgres: s.db.Postgres(), Files: []backupFile{}, Attachments: []backupBlob{}}
	var err error
	if m.Schema, _, err = s.db.Version(ctx); err != nil {
		return nil, err
	}
	newest, err := db.View(ctx, s.db, func(r db.Reader) (*journal.Checkpoint, error) { return journal.Newest(ctx, r) })
	if err != nil {
		return nil, err
	}
	if newest != nil {
		m.Checkpoint = newest.Note
	}
	if !m.Postgres {
		if err := s.db.Snapshot(ctx, filepath.Join(c.To, db.File)); err != nil {
			return nil, err
		}
		if err := m.add(c.To, db.File); err != nil {
			return nil, err
		}
	}
	if !c.WithoutKeys {
		for _, name := range keyFiles {
			err := copyFile(filepath.Join(c.To, name), c.path(name))
			if errors.Is(err, fs.ErrNotExist) {
				continue // the environment has it
			}
			if err := errors.Join(err, m.add(c.To, name)); err != nil {
				return nil, fileFault(name, err)
			}
		}
	}
	if err := m.addBlobs(ctx, s.blobs, filepath.Join(c.To, blobsFolder)); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	return m, writeSynced(filepath.Join(c.To, manifestFile), text)
}

// add hashes a file of the backup into the manifest.
func (m *manifest) add(folder, name string) error {
	f, err := hashFile(folder, name)
	if err == nil {
		m.Files = append(m.Files, f)
	}
	return err
}

func hashFile(folder, name string) (backupFile, error) {
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return backupFile{}, err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	return backupFile{name, n, hex.EncodeToString(sum.Sum(nil))}, err
}

// addBlobs copies the attachments into the backup. One that does not match its
// hash is a fault: a backup of damage is none.
func (m *manifest) addBlobs(ctx context.Context, from blob.Store, folder string) error {
	to, err := blob.OpenDir(folder)
	if err != nil {
		return err
	}
	for e, err := range from.List(ctx) {
		if err != nil {
			return err
		}
		if err := copyBlob(ctx, to, from, e.Hash); err != nil {
			return err
		}
		m.Attachments = append(m.Attachments, backupBlob{e.Hash, e.Size})
	}
	return nil
}

func copyBlob(ctx context.Context, to, from blob.Store, h blob.Hash) error {
	r, err := from.Open(ctx, h)
	if err != nil {
		return err
	}
	defer r.Close()
	got, _, err := to.Put(ctx, r)
	if err != nil || got == h {
		return err
	}
	return errors.Join(fault.New(fault.Internal, "blob.damaged", h), to.Delete(ctx, got))
}

// copyFile copies a file of keys: readable by its owner alone.
func copyFile(to, from string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return writeSynced(to, text)
}

// writeSynced writes a new file that is on the disk when it returns.
func writeSynced(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}
