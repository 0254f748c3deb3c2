package db

import "context"

// A Scanner is a row of a query, or its only one.
type Scanner interface{ Scan(dest ...any) error }

// Each calls read for every row of a query, until it fails.
func Each(ctx context.Context, r Reader, read func(Scanner) error, q string, args ...any) error {
	rows, err := r.Query(ctx, q, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// All returns what scan makes of the rows of a query.
func All[T any](ctx context.Context, r Reader, scan func(Scanner) (T, error), q string, args ...any) ([]T, error) {
	var out []T
	err := Each(ctx, r, func(row Scanner) error {
		v, err := scan(row)
		if err == nil {
			out = append(out, v)
		}
		return err
	}, q, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}
