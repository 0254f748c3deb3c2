package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/journal"
	"shenbao/internal/lock"
	"shenbao/internal/secret"
)

// dataFlags say where an installation's data are. In the data directory stand:
//
//	shenbao.db (-wal, -shm)   the database, unless --database names another
//	blobs/                    attachments, unless --blobs names another store
//	mail/                     letters, when there is no mail server
//	secret.key                keys to what is encrypted in the database
//	journal.key, journal.pub  the key that signs checkpoints, and its public half
//	lock                      held by the process that serves
type dataFlags struct {
	Config   string `setting:"" placeholder:"FILE" help:"cli.flag.config"`
	Data     string `setting:"" placeholder:"DIR" default:"shenbao-data" help:"cli.flag.data"`
	Database string `setting:"" placeholder:"URL" help:"cli.flag.database"`
	Blobs    string `setting:"" placeholder:"URL" help:"cli.flag.blobs"`
}

// The names in a data directory that are not another package's.
const (
	blobsFolder = "blobs"
	mailFolder  = "mail"
	lockFile    = "lock"
)

func (f *dataFlags) path(name string) string { return filepath.Join(f.Data, name) }

// dsn is the address of the database.
func (f *dataFlags) dsn() string {
	if f.Database != "" {
		return f.Database
	}
	return f.path(db.File)
}

func (f *dataFlags) blobs() string {
	if f.Blobs != "" {
		return f.Blobs
	}
	return f.path(blobsFolder)
}

// A store is an installation's data, opened.
type store struct {
	flags *dataFlags
	db    *db.DB
	blobs blob.Store
	keys  *secret.Keys // to what is encrypted
	key   note.Signer  // signs checkpoints
	lock  *os.File     // of the data directory; nil when it is not held
}

// openToServe opens the data for the one process that serves from a directory.
// It makes what is missing and brings the schema up to date.
func (f *dataFlags) openToServe(a *app) (*store, error) {
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return nil, fileFault(f.Data, err)
	}
	s := &store{flags: f}
	err := s.hold()
	if err == nil {
		err = s.connect(a, true)
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// openToOperate opens the data for a command, also while another process
// serves. The data must be there and of this program's version.
func (f *dataFlags) openToOperate(a *app) (*store, error) {
	if _, err := os.Stat(f.dsn()); f.Database == "" && err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.Missing, "serve.no_data", f.Data).Because(err)
		}
		return nil, fileFault(f.dsn(), err)
	}
	s := &store{flags: f}
	if err := s.connect(a, false); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// hold takes the lock of the data directory: two processes that serve from one
// SQLite file would do every job and every letter in two places.
func (s *store) hold() error {
	if s.flags.Database != "" {
		return nil
	}
	f, err := lock.File(s.flags.path(lockFile))
	if errors.Is(err, lock.ErrHeld) {
		return fault.New(fault.Conflict, "serve.locked", s.flags.Data)
	}
	if err != nil {
		return fileFault(s.flags.path(lockFile), err)
	}
	s.lock = f
	return nil
}

func (s *store) connect(a *app, serve bool) error {
	d, err := db.Connect(a.ctx, s.flags.dsn())
	if err != nil {
		return err
	}
	s.db = d
	has, knows, err := d.Version(a.ctx)
	switch {
	case err != nil:
		return fmt.Errorf("ask for the version of the database: %w", err)
	case has > knows:
		return fault.New(fault.Refused, "serve.newer", has, knows)
	case has < knows && !serve:
		return fault.New(fault.Refused, "serve.older", has, knows)
	}
	if serve {
		// The keys come before the tables: a first start that is cut short
		// leaves keys without data, never data without keys.
		if err := s.openKeys(a, has == 0); err != nil {
			return err
		}
		if err := d.Migrate(a.ctx); err != nil {
			return err
		}
	}
	s.blobs, err = blob.At(a.ctx, s.flags.blobs())
	return err
}

// openKeys opens the keys of the data. Fresh data get new ones.
func (s *store) openKeys(a *app, fresh bool) (err error) {
	if s.keys, err = secret.Open(s.flags.Data, a.Getenv, fresh); err != nil {
		return err
	}
	s.key, err = journal.OpenKey(s.flags.Data, a.Getenv, fresh)
	return err
}

func (s *store) close() {
	if s.db != nil {
		_ = s.db.Close() // the last connection folds the write-ahead log into the file
	}
	if s.lock != nil {
		_ = s.lock.Close()
	}
}
