package recommend

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
)

const complaintColumns = `k.id, k.call, c.title, k.issuer, u.name, k.programme, k.state, k.about, k.story, k.contact, k.token, k.filed, k.answer, k.answered, k.answered_by`

const complaintTables = ` FROM complaints k JOIN calls c ON c.id = k.call JOIN units u ON u.id = k.issuer `

func scanComplaint(row db.Scanner) (*Complaint, error) {
	c := &Complaint{}
	err := row.Scan(&c.ID, &c.Call, &c.CallTitle, &c.Issuer, &c.IssuerName, &c.Programme, &c.State, &c.about, &c.story, &c.contact, &c.token, db.Into(&c.Filed),
		&c.answer, db.Into(&c.Answered), &c.AnsweredBy)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoComplaint()
	}
	c.Reachable = c.contact != ""
	return c, err
}

// findComplaint returns a complaint whoever asks, with its files.
func findComplaint(ctx context.Context, r db.Reader, id ComplaintID) (*Complaint, error) {
	c, err := scanComplaint(r.QueryRow(ctx, `SELECT `+complaintColumns+complaintTables+`WHERE k.id = $1`, id))
	if err != nil {
		return nil, err
	}
	c.Files, err = complaintFiles(ctx, r, id)
	return c, err
}

// findToken is findComplaint by the hash of its token, without the files.
func findToken(ctx context.Context, r db.Reader, hash string) (*Complaint, error) {
	return scanComplaint(r.QueryRow(ctx, `SELECT `+complaintColumns+complaintTables+`WHERE k.token = $1`, hash))
}

func complaintFiles(ctx context.Context, r db.Reader, id ComplaintID) ([]ComplaintFile, error) {
	return db.All(ctx, r, func(row db.Scanner) (f ComplaintFile, err error) {
		err = row.Scan(&f.ID, &f.hash, &f.name, &f.Type, &f.Size)
		return f, err
	}, `SELECT id, hash, name, type, size FROM complaint_files WHERE complaint = $1 ORDER BY id`, id)
}

func insertComplaint(ctx context.Context, tx *db.Tx, c *Complaint) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO complaints (id, call, issuer, programme, state, about, story, contact, token, filed, answer, answered, answered_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, '', '', '')`,
		c.ID, c.Call, c.Issuer, c.Programme, c.State, c.about, c.story, c.contact, c.token, db.Time(c.Filed))
	for _, f := range c.Files {
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `INSERT INTO complaint_files (id, complaint, hash, name, type, size) VALUES ($1, $2, $3, $4, $5, $6)`,
			f.ID, c.ID, f.hash, f.name, f.Type, f.Size)
	}
	return err
}

// saveAnswer stores the answer to a complaint that has none; false when it has.
func saveAnswer(ctx context.Context, tx *db.Tx, c *Complaint) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE complaints SET state = $2, answer = $3, answered = $4, answered_by = $5 WHERE id = $1 AND state = 'open'`,
		c.ID, c.State, c.answer, db.Time(c.Answered), c.AnsweredBy)
	return n > 0, err
}

// complaintsAsked is what is asked of a unit's complaints.
type complaintsAsked struct {
	unit  actor.UnitID
	scope actor.Scope
	f     ComplaintFilter
}

func complaints(ctx context.Context, r db.Reader, k complaintsAsked) ([]*Complaint, error) {
	args := &arguments{}
	where := []string{"k.issuer = " + args.place(k.unit)}
	if k.f.State != "" {
		where = append(where, "k.state = "+args.place(k.f.State))
	}
	if k.f.After != "" {
		where = append(where, "k.id < "+args.place(k.f.After))
	}
	if len(k.scope) > 0 {
		var marks []string
		for _, one := range k.scope {
			marks = append(marks, args.place(one))
		}
		where = append(where, "k.programme IN ("+strings.Join(marks, ", ")+")")
	}
	return db.All(ctx, r, scanComplaint, `SELECT `+complaintColumns+complaintTables+`WHERE `+strings.Join(where, " AND ")+
		fmt.Sprintf(" ORDER BY k.id DESC LIMIT %d", k.f.Limit), args.all...)
}
