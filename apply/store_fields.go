package apply

import (
	"context"
	"encoding/json"

	"shenbao/internal/db"
)

// fields returns what was filled in, by the names of the fields.
func fields(ctx context.Context, r db.Reader, id ID) (map[string]*Field, error) {
	found := map[string]*Field{}
	err := db.Each(ctx, r, func(row db.Scanner) error {
		f := &Field{}
		var value string
		if err := row.Scan(&f.Name, &value, &f.Owner, &f.Source, &f.Sealed, &f.Tab, db.Into(&f.Changed), &f.ChangedBy); err != nil {
			return err
		}
		if value != "" {
			f.Value = json.RawMessage(value)
		}
		found[f.Name] = f
		return nil
	}, `SELECT field, value, owner, source, sealed, tab, changed, changed_by FROM application_fields WHERE application = $1`, id)
	return found, err
}

// putField writes a field.
func putField(ctx context.Context, tx *db.Tx, id ID, f *Field) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_fields (application, field, value, owner, source, sealed, tab, changed, changed_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (application, field) DO UPDATE SET value = excluded.value, owner = excluded.owner, source = excluded.source,
			sealed = excluded.sealed, tab = excluded.tab, changed = excluded.changed, changed_by = excluded.changed_by`,
		id, f.Name, string(f.Value), f.Owner, f.Source, f.Sealed, f.Tab, db.Time(f.Changed), f.ChangedBy)
	return err
}
