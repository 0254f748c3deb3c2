package journal

import (
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"shenbao/internal/db"
)

// A Line is one act as the journal holds it.
type Line struct {
	ID      string          `json:"id"`
	Seq     int64           `json:"seq,omitempty"` // its place in the log, from 1; 0 before it is sealed
	At      time.Time       `json:"at"`
	Person  string          `json:"person,omitempty"`
	Unit    string          `json:"unit,omitempty"`
	Role    string          `json:"role"`
	Verb    string          `json:"verb"`
	Subject string          `json:"subject"`
	Clause  string          `json:"clause,omitempty"`
	Payload json.RawMessage `json:"payload"`
}

// A record is a line as it is stored, word for word: what is hashed.
type record struct {
	seq        int64
	id         string
	at         string
	person     string
	unit       string
	role       string
	verb       string
	subject    string
	clause     string
	commitment string
	salt       string
	payload    string
}

// fields are the fields of the leaf.
func (r *record) fields() []string {
	return []string{r.id, r.at, r.person, r.unit, r.role, r.verb, r.subject, r.clause, r.commitment}
}

// leafHash is the hash of a leaf with these fields.
func leafHash(fields []string) tlog.Hash {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(strconv.Itoa(len(f)) + ":" + f + ",")
	}
	return tlog.RecordHash([]byte(b.String()))
}

// kept reports whether the payload is the one that was committed to.
func (r *record) kept() bool {
	salt, err := hex.DecodeString(r.salt)
	return err == nil && db.Commit(salt, []byte(r.payload)) == r.commitment
}
