package db

import (
	"context"
	"database/sql"
	"fmt"
	"os"
)

// Snapshot writes the state of a SQLite database at this moment into a new
// file, while others go on reading and writing. The file is on the disk when
// it returns.
func (d *DB) Snapshot(ctx context.Context, file string) error {
	if _, err := d.write.ExecContext(ctx, "VACUUM INTO $1", file); err != nil {
		return fmt.Errorf("write a snapshot of the database: %w", err)
	}
	f, err := os.OpenFile(file, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Intact asks a SQLite database whether its pages and references are in order,
// and returns what is not. PostgreSQL sees to it itself.
func (d *DB) Intact(ctx context.Context) ([]string, error) {
	if d.postgres {
		return nil, nil
	}
	var found []string
	for _, q := range []string{"PRAGMA integrity_check", "SELECT \"table\" || ' ' || rowid || ' → ' || parent FROM pragma_foreign_key_check"} {
		rows, err := d.read.QueryContext(ctx, q)
		if err != nil {
			return nil, err
		}
		defer rows.Close()
		for rows.Next() {
			var one string
			if err := rows.Scan(&one); err != nil {
				return nil, err
			}
			if one != "ok" {
				found = append(found, one)
			}
		}
		if err := rows.Err(); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Pools returns the state of the connections, by what they are for: "read" and
// "write", or "all" where both share them.
func (d *DB) Pools() map[string]sql.DBStats {
	if d.read == d.write {
		return map[string]sql.DBStats{"all": d.read.Stats()}
	}
	return map[string]sql.DBStats{"read": d.read.Stats(), "write": d.write.Stats()}
}
