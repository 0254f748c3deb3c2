package call

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
)

const callColumns = `id, package, hash, title, number, issuer, issuer_name, place, mode, year, state, reason, amends, replaced_by,
	drafted, published, opens, closes, revision`

func scanCall(row db.Scanner) (*Call, error) {
	c := &Call{}
	err := row.Scan(&c.ID, &c.Package, &c.Hash, &c.Title, &c.Number, &c.Issuer, &c.IssuerName, &c.Place, &c.Mode, &c.Year, &c.State, &c.Reason,
		&c.Amends, &c.ReplacedBy, db.Into(&c.Drafted), db.Into(&c.Published), db.Into(&c.Opens), db.Into(&c.Closes), &c.revision)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fault.New(fault.Missing, "call.missing")
	}
	return c, err
}

// findTimes returns a call whoever asks, with its windows and extensions, and
// without the files of its notice and their texts.
func findTimes(ctx context.Context, r db.Reader, id ID) (*Call, error) {
	if !keyed(string(id)) {
		return nil, fault.New(fault.Missing, "call.missing")
	}
	c, err := scanCall(r.QueryRow(ctx, `SELECT `+callColumns+` FROM calls WHERE id = $1`, id))
	if err != nil {
		return nil, err
	}
	return c, hang(ctx, r, []*Call{c})
}

// find is findTimes with all else that hangs on a call.
func find(ctx context.Context, r db.Reader, id ID) (*Call, error) {
	c, err := findTimes(ctx, r, id)
	if err != nil {
		return nil, err
	}
	if c.Attachments, err = attachments(ctx, r, id); err != nil {
		return nil, err
	}
	if len(c.Attachments) > 0 {
		c.compared, err = comparison(ctx, r, id)
		c.mark()
	}
	return c, err
}

// keyed reports whether a text can be a key: what a visitor put into an address
// may be anything, and PostgreSQL does not take it all.
func keyed(text string) bool {
	return text != "" && len(text) <= 100 && utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

// hang reads the windows and extensions of calls.
func hang(ctx context.Context, r db.Reader, calls []*Call) error {
	if len(calls) == 0 {
		return nil
	}
	byID := map[ID]*Call{}
	ids := make([]any, len(calls))
	for i, c := range calls {
		byID[c.ID], ids[i] = c, c.ID
	}
	in := ` FROM call_windows WHERE call IN (` + marks(1, len(ids)) + `) ORDER BY call, position`
	if err := db.Each(ctx, r, func(row db.Scanner) error {
		var id ID
		var clauses string
		w := Window{}
		err := row.Scan(&id, &w.Stage, &w.Name, &w.Act, &w.Who, db.Into(&w.From), db.Into(&w.Until), db.Into(&w.NoticeFrom), db.Into(&w.NoticeUntil),
			&w.Received, &w.Late, &w.Channel, &w.To, &w.Does, &clauses)
		if err != nil {
			return err
		}
		w.Clauses = strings.Fields(clauses)
		byID[id].Windows = append(byID[id].Windows, w)
		return nil
	}, `SELECT call, stage, name, act, who, opens, ends, notice_opens, notice_ends, received, late, channel, receiver, does, clauses`+in, ids...); err != nil {
		return err
	}
	in = ` FROM call_extensions WHERE call IN (` + marks(1, len(ids)) + `) ORDER BY id`
	return db.Each(ctx, r, func(row db.Scanner) error {
		var id ID
		e := Extension{}
		err := row.Scan(&id, &e.ID, &e.Stage, db.Into(&e.Before), db.Into(&e.After), &e.Reason, db.Into(&e.Proposed), &e.ProposedBy,
			db.Into(&e.Approved), &e.ApprovedBy)
		if err != nil {
			return err
		}
		e.reopens()
		byID[id].Extensions = append(byID[id].Extensions, e)
		return nil
	}, `SELECT call, id, stage, ends_before, ends_after, reason, proposed, proposed_by, approved, approved_by`+in, ids...)
}

// marks are n placeholders from the given number on.
func marks(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}

func attachments(ctx context.Context, r db.Reader, id ID) ([]Attachment, error) {
	return db.All(ctx, r, func(row db.Scanner) (a Attachment, err error) {
		err = row.Scan(&a.Hash, &a.Name, &a.Size, &a.Type, &a.text, db.Into(&a.Attached))
		return a, err
	}, `SELECT hash, name, size, type, text, attached FROM call_attachments WHERE call = $1 ORDER BY position, hash`, id)
}

// comparison is what the comparison with the package came to; the zero one when
// there was nothing to compare.
func comparison(ctx context.Context, r db.Reader, id ID) (c Comparison, err error) {
	var files string
	err = r.QueryRow(ctx, `SELECT files, faults FROM call_comparisons WHERE call = $1`, id).Scan(&files, &c.Faults)
	if errors.Is(err, sql.ErrNoRows) {
		return Comparison{}, nil
	}
	for _, h := range strings.Fields(files) {
		c.Files = append(c.Files, blob.Hash(h))
	}
	return c, err
}

// Compared returns what comparing the official notice of a call with its
// package came to, as it was kept; nil when there was nothing to compare. Who
// asks must be allowed to see the call ([Find]).
func Compared(ctx context.Context, r db.Reader, id ID) (*programme.VerifyReport, error) {
	var text string
	err := r.QueryRow(ctx, `SELECT report FROM call_comparisons WHERE call = $1`, id).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	report := &programme.VerifyReport{}
	return report, json.Unmarshal([]byte(text), report)
}

// last sorts after every instant: calls without an end come after those with
// one.
const last = "9999"

func closesOrder(c *Call) string {
	if c.Closes.IsZero() {
		return last
	}
	return db.Time(c.Closes)
}

// insert stores a new call with its windows and the words under which it is
// found.
func insert(ctx context.Context, tx *db.Tx, c *Call, s search) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO calls (`+callColumns+`, closes_order, folded)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
		c.ID, c.Package, c.Hash, c.Title, c.Number, c.Issuer, c.IssuerName, c.Place, c.Mode, c.Year, c.State, c.Reason, c.Amends, c.ReplacedBy,
		db.Time(c.Drafted), db.Time(c.Published), db.Time(c.Opens), db.Time(c.Closes), c.revision, closesOrder(c), s.folded)
	if err != nil {
		return err
	}
	if err := storeWindows(ctx, tx, c); err != nil {
		return err
	}
	return insertWords(ctx, tx, `INSERT INTO call_words (call, word) VALUES `, string(c.ID), s.words)
}

// insertWords stores the words of something, many rows a statement.
func insertWords(ctx context.Context, tx *db.Tx, into, of string, words []string) error {
	const rows = 200
	for len(words) > 0 {
		some := words[:min(rows, len(words))]
		words = words[len(some):]
		var b strings.Builder
		args := []any{of}
		b.WriteString(into)
		for i, w := range some {
			if i > 0 {
				b.WriteString(", ")
			}
			args = append(args, w)
			fmt.Fprintf(&b, "($1, $%d)", len(args))
		}
		if _, err := tx.Exec(ctx, b.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

func storeWindows(ctx context.Context, tx *db.Tx, c *Call) error {
	for i, w := range c.Windows {
		_, err := tx.Exec(ctx, `
			INSERT INTO call_windows (call, position, stage, name, act, who, opens, ends, notice_opens, notice_ends,
				received, late, channel, receiver, does, clauses)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
			ON CONFLICT (call, stage) DO UPDATE SET opens = excluded.opens, ends = excluded.ends`,
			c.ID, i, w.Stage, w.Name, w.Act, w.Who, db.Time(w.From), db.Time(w.Until), db.Time(w.NoticeFrom), db.Time(w.NoticeUntil),
			w.Received, w.Late, w.Channel, w.To, w.Does, strings.Join(w.Clauses, " "))
		if err != nil {
			return err
		}
	}
	return nil
}

// save writes what the moves of a call change. The call must still be as it was
// found: two people do not undo each other.
func save(ctx context.Context, tx *db.Tx, c *Call) error {
	n, err := tx.Exec(ctx, `
		UPDATE calls SET state = $1, reason = $2, replaced_by = $3, published = $4, opens = $5, closes = $6, closes_order = $7, revision = revision + 1
		WHERE id = $8 AND revision = $9`,
		c.State, c.Reason, c.ReplacedBy, db.Time(c.Published), db.Time(c.Opens), db.Time(c.Closes), closesOrder(c), c.ID, c.revision)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "call.moved")
	}
	if err != nil {
		return err
	}
	c.revision++
	return storeWindows(ctx, tx, c)
}

func insertExtension(ctx context.Context, tx *db.Tx, id ID, e Extension) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO call_extensions (id, call, stage, ends_before, ends_after, reason, proposed, proposed_by, approved, approved_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '')`,
		e.ID, id, e.Stage, db.Time(e.Before), db.Time(e.After), e.Reason, db.Time(e.Proposed), e.ProposedBy)
	return err
}

// markApproved notes who approved a proposal, once.
func markApproved(ctx context.Context, tx *db.Tx, e Extension) error {
	n, err := tx.Exec(ctx, `UPDATE call_extensions SET approved = $1, approved_by = $2 WHERE id = $3 AND approved = ''`,
		db.Time(e.Approved), e.ApprovedBy, e.ID)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "call.approved")
	}
	return err
}

func insertAttachment(ctx context.Context, tx *db.Tx, c *Call, a Attachment) error {
	n, err := tx.Exec(ctx, `
		INSERT INTO call_attachments (call, hash, position, name, size, type, text, attached)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (call, hash) DO NOTHING`,
		c.ID, a.Hash, len(c.Attachments), a.Name, a.Size, a.Type, a.text, db.Time(a.Attached))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "call.attached", a.Name)
	}
	return err
}

// saveComparison keeps what comparing the notice with the package came to.
func saveComparison(ctx context.Context, tx *db.Tx, c *Call, report *programme.VerifyReport) error {
	text, err := json.Marshal(report)
	if err != nil {
		return err
	}
	files := make([]string, len(c.compared.Files))
	for i, h := range c.compared.Files {
		files[i] = string(h)
	}
	_, err = tx.Exec(ctx, `
		INSERT INTO call_comparisons (call, files, faults, report) VALUES ($1, $2, $3, $4)
		ON CONFLICT (call) DO UPDATE SET files = excluded.files, faults = excluded.faults, report = excluded.report`,
		c.ID, strings.Join(files, " "), c.compared.Faults, string(text))
	return err
}

// keepPackage stores the copy of a package, its fields and what it is found by,
// once a version.
func keepPackage(ctx context.Context, tx *db.Tx, v Version) error {
	hash := v.Package.Hash
	n, err := tx.Exec(ctx, `INSERT INTO call_packages (hash, id, archive) VALUES ($1, $2, $3) ON CONFLICT (hash) DO NOTHING`, hash, v.Package.ID, v.Archive)
	if err != nil || n == 0 {
		return err
	}
	for _, f := range fieldsOf(v.Package) {
		if _, err := tx.Exec(ctx, `INSERT INTO call_fields (hash, code, name) VALUES ($1, $2, $3)`, hash, f.Code, f.Name); err != nil {
			return err
		}
	}
	s := packageSearch(v.Package)
	if _, err := tx.Exec(ctx, `INSERT INTO call_texts (hash, folded) VALUES ($1, $2)`, hash, s.folded); err != nil {
		return err
	}
	return insertWords(ctx, tx, `INSERT INTO call_text_words (hash, word) VALUES `, hash, s.words)
}

// nameFields adds the fields of a published call to those that lists are
// narrowed by.
func nameFields(ctx context.Context, tx *db.Tx, hash string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO call_field_names (code, name) SELECT code, name FROM call_fields WHERE hash = $1
		ON CONFLICT (code, name) DO NOTHING`, hash)
	return err
}

func packageCopy(ctx context.Context, r db.Reader, hash string) (id string, archive []byte, err error) {
	err = r.QueryRow(ctx, `SELECT id, archive FROM call_packages WHERE hash = $1`, hash).Scan(&id, &archive)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.Missing, "call.missing")
	}
	return id, archive, err
}
