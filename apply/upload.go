package apply

import (
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/fault"
)

// UploadID is the key of an [Upload].
type UploadID string

// An Upload (分段上传) is a file that is received in parts. Everything that is
// kept of it stands in the database and in the store of attachments: it goes on
// after a crash, and at another node.
type Upload struct {
	ID          UploadID       `json:"id"`
	Application ID             `json:"application"`
	Material    string         `json:"material"`
	Owner       actor.UnitID   `json:"-"`
	Name        string         `json:"name"`
	Size        int64          `json:"size"`     // of the whole file, in bytes
	Received    int64          `json:"received"` // bytes that are kept: where the next part begins
	Begun       time.Time      `json:"begun"`
	BegunBy     actor.PersonID `json:"-"`
	File        FileID         `json:"file,omitempty"`  // that it became
	Parts       []UploadPart   `json:"parts,omitempty"` // when they are asked for

	kept bool // the part that was sent last counts
}

// An UploadPart is a piece of a file, kept as a content of its own.
type UploadPart struct {
	Position int64     `json:"position"` // of its first byte in the file
	Size     int64     `json:"size"`
	Sum      blob.Hash `json:"sum,omitempty"` // SHA-256 of the bytes, so that a sender can tell whether it has the same file

	hash blob.Hash // of what is stored: the bytes with a salt before them
}

// MaxPart is how large a part may be, in bytes.
const MaxPart = 8 << 20

// saltSize is how many random bytes stand before the bytes of a part where it is
// stored: so no part is ever the same content as anything else, and can be
// deleted.
const saltSize = 16

// uploadAge is how long an upload may take.
const uploadAge = 7 * 24 * time.Hour

func errNoUpload() error { return fault.New(fault.Missing, "apply.no_upload") }

// UploadAt names an upload.
type UploadAt struct {
	Application ID
	Upload      UploadID
}

// joined reads the parts of an upload one behind the other.
type joined struct {
	ctx   context.Context
	store blob.Store
	parts []UploadPart
	size  int64
	at    int64 // where the next byte is read

	open io.ReadSeekCloser // a part, nil for none
	part UploadPart        // which
	pos  int64             // where in its bytes it stands
}

var errParts = errors.New("the parts of an upload do not make it up")

// Seek implements io.Seeker.
func (j *joined) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += j.at
	case io.SeekEnd:
		offset += j.size
	}
	if offset < 0 {
		return 0, errParts
	}
	j.at = offset
	return offset, nil
}

// Read implements io.Reader.
func (j *joined) Read(p []byte) (int, error) {
	if j.at >= j.size {
		return 0, io.EOF
	}
	if err := j.turn(); err != nil {
		return 0, err
	}
	p = p[:min(int64(len(p)), j.part.Size-j.pos)]
	n, err := j.open.Read(p)
	j.at += int64(n)
	j.pos += int64(n)
	if errors.Is(err, io.EOF) {
		if err = nil; n == 0 && len(p) > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	return n, err
}

// turn opens the part in which the next byte is, there.
func (j *joined) turn() error {
	if j.open == nil || j.at < j.part.Position || j.at >= j.part.Position+j.part.Size {
		i := slices.IndexFunc(j.parts, func(p UploadPart) bool { return j.at >= p.Position && j.at < p.Position+p.Size })
		if i < 0 {
			return errParts
		}
		if err := j.Close(); err != nil {
			return err
		}
		var err error
		if j.open, err = j.store.Open(j.ctx, j.parts[i].hash); err != nil {
			j.open = nil
			return err
		}
		j.part, j.pos = j.parts[i], -1
	}
	if j.pos == j.at-j.part.Position {
		return nil
	}
	j.pos = j.at - j.part.Position
	_, err := j.open.Seek(saltSize+j.pos, io.SeekStart)
	return err
}

// Close closes the part that is open.
func (j *joined) Close() error {
	if j.open == nil {
		return nil
	}
	err := j.open.Close()
	j.open = nil
	return err
}

// Until is when the upload is forgotten.
func (u *Upload) Until() time.Time { return u.Begun.Add(uploadAge) }
