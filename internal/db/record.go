package db

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Record appends one line to the journal (存证日志) in the transaction of the
// act: who, when, which act on what. Verb is "room.act", subject "noun:id".
// Payload is what the act rests on; the line carries a salted commitment to
// its JSON, so that a line can be shown without what stands behind it.
func (t *Tx) Record(ctx context.Context, verb, subject string, payload any) error {
	return t.RecordUnder(ctx, "", verb, subject, payload)
}

// RecordUnder is Record for an act that rests on a clause, as 000-023.
func (t *Tx) RecordUnder(ctx context.Context, clause, verb, subject string, payload any) error {
	body, err := json.Marshal(payload)
	if err != nil {
		return fmt.Errorf("record %s: %w", verb, err)
	}
	salt := make([]byte, 16)
	rand.Read(salt)
	id := NewID()
	_, err = t.tx.ExecContext(ctx, `
		INSERT INTO journal (id, at, person, unit, role, verb, subject, clause, commitment, salt, payload)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		id, Time(t.Now), t.By.Person, t.By.Unit, t.By.Role, verb, subject, clause, Commit(salt, body), hex.EncodeToString(salt), string(body))
	if err != nil {
		return fmt.Errorf("record %s: %w", verb, err)
	}
	t.recorded, t.Line = true, id
	return nil
}

// Commit is the commitment to a payload: the SHA-256 of salt and payload, in
// hexadecimal.
func Commit(salt, payload []byte) string {
	h := sha256.New()
	h.Write(salt)
	h.Write(payload)
	return hex.EncodeToString(h.Sum(nil))
}
