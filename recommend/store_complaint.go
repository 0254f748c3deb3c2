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

const complaintColumns = `k.id, k.call, c.title, k.issuer, u.name, k.programme, k.state, k.about, k.story, k.contact, k.token, k.filed,
	COALESCE((SELECT MAX(m.said) FROM complaint_messages m WHERE m.complaint = k.id AND m.side = 'complainant'), k.filed),
	COALESCE((SELECT MAX(m.said) FROM complaint_messages m WHERE m.complaint = k.id AND m.side = 'office'), '')`

const complaintTables = ` FROM complaints k JOIN calls c ON c.id = k.call JOIN units u ON u.id = k.issuer `

func scanComplaint(row db.Scanner) (*Complaint, error) {
	c := &Complaint{}
	err := row.Scan(&c.ID, &c.Call, &c.CallTitle, &c.Issuer, &c.IssuerName, &c.Programme, &c.State, &c.about, &c.story, &c.contact, &c.token, db.Into(&c.Filed),
		db.Into(&c.Asked), db.Into(&c.Answered))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, errNoComplaint()
	}
	c.Reachable = c.contact != ""
	return c, err
}

// findComplaint returns a complaint whoever asks, with its files and what was said.
func findComplaint(ctx context.Context, r db.Reader, id ComplaintID) (*Complaint, error) {
	c, err := scanComplaint(r.QueryRow(ctx, `SELECT `+complaintColumns+complaintTables+`WHERE k.id = $1`, id))
	if err != nil {
		return nil, err
	}
	if c.Files, err = complaintFiles(ctx, r, id); err != nil {
		return nil, err
	}
	c.Messages, err = complaintMessages(ctx, r, id)
	return c, err
}

// findToken is findComplaint by the hash of its token, without the files.
func findToken(ctx context.Context, r db.Reader, hash string) (*Complaint, error) {
	c, err := scanComplaint(r.QueryRow(ctx, `SELECT `+complaintColumns+complaintTables+`WHERE k.token = $1`, hash))
	if err != nil {
		return nil, err
	}
	c.Messages, err = complaintMessages(ctx, r, c.ID)
	return c, err
}

// lockComplaint is findComplaint, with everybody else who would say something
// waiting.
func lockComplaint(ctx context.Context, tx *db.Tx, id ComplaintID) (*Complaint, error) {
	if _, err := tx.Exec(ctx, `UPDATE complaints SET state = state WHERE id = $1`, id); err != nil {
		return nil, err
	}
	return findComplaint(ctx, tx, id)
}

func complaintMessages(ctx context.Context, r db.Reader, id ComplaintID) ([]ComplaintMessage, error) {
	return db.All(ctx, r, func(row db.Scanner) (m ComplaintMessage, err error) {
		err = row.Scan(&m.Number, &m.Side, &m.text, db.Into(&m.Said), &m.Person)
		return m, err
	}, `SELECT number, side, text, said, person FROM complaint_messages WHERE complaint = $1 ORDER BY number`, id)
}

func complaintFiles(ctx context.Context, r db.Reader, id ComplaintID) ([]ComplaintFile, error) {
	return db.All(ctx, r, func(row db.Scanner) (f ComplaintFile, err error) {
		err = row.Scan(&f.ID, &f.hash, &f.name, &f.Type, &f.Size)
		return f, err
	}, `SELECT id, hash, name, type, size FROM complaint_files WHERE complaint = $1 ORDER BY id`, id)
}

func insertComplaint(ctx context.Context, tx *db.Tx, c *Complaint) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO complaints (id, call, issuer, programme, state, about, story, contact, token, filed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
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

// insertMessage stores what was said, and the state that follows. Whoever says it
// has locked the complaint.
func insertMessage(ctx context.Context, tx *db.Tx, c *Complaint, m ComplaintMessage) error {
	if _, err := tx.Exec(ctx, `UPDATE complaints SET state = $2 WHERE id = $1`, c.ID, c.State); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO complaint_messages (complaint, number, side, text, said, person) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.ID, m.Number, m.Side, m.text, db.Time(m.Said), m.Person)
	return err
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
