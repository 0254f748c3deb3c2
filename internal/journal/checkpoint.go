package journal

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"shenbao/internal/clock"
	"shenbao/internal/fault"
)

// origin is the first line of a checkpoint, and the name of its key.
const origin = "shenbao journal"

// A Checkpoint (检查点) is the signed size and root of the log at an instant.
type Checkpoint struct {
	Size int64     `json:"size"` // lines
	Root tlog.Hash `json:"root"` // base64 in JSON
	At   time.Time `json:"at"`
	Note string    `json:"note"` // the signed note, as it is kept and checked
}

// sign signs a checkpoint and fills in its note.
func (c *Checkpoint) sign(key note.Signer) error {
	text := fmt.Sprintf("%s\n%d\n%s\n%s\n", origin, c.Size, c.Root, c.At.UTC().Format(clock.Layout))
	signed, err := note.Sign(&note.Note{Text: text}, key)
	c.Note = string(signed)
	return err
}

// OpenCheckpoint reads a signed note. One that none of the keys signed, or that
// is no checkpoint, is a fault.
func OpenCheckpoint(text string, keys note.Verifiers) (*Checkpoint, error) {
	if _, err := note.Open([]byte(text), keys); err != nil {
		return nil, fault.New(fault.Invalid, "journal.signature").Because(err)
	}
	return readCheckpoint(text)
}

// readCheckpoint reads a signed note without asking who signed it.
func readCheckpoint(text string) (*Checkpoint, error) {
	signed, _, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(signed, "\n")
	if len(lines) != 4 || lines[0] != origin {
		return nil, fault.New(fault.Invalid, "journal.no_checkpoint")
	}
	c := &Checkpoint{Note: text}
	var err error
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 {
		return nil, fault.New(fault.Invalid, "journal.no_checkpoint").Because(err)
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil {
		return nil, fault.New(fault.Invalid, "journal.no_checkpoint").Because(err)
	}
	if c.At, err = time.Parse(clock.Layout, lines[3]); err != nil {
		return nil, fault.New(fault.Invalid, "journal.no_checkpoint").Because(err)
	}
	return c, nil
}
