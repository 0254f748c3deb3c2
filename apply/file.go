package apply

import (
	"time"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/intake"
)

// FileID is the key of a [File].
type FileID string

// A File (附件) is a document handed in as a material of the call.
type File struct {
	ID          FileID         `json:"id"`
	Application ID             `json:"application"`
	Material    string         `json:"material"`
	Owner       actor.UnitID   `json:"owner"` // the unit that brought it
	Hash        blob.Hash      `json:"hash"`
	Name        string         `json:"name"`       // by the rule of the call
	GivenName   string         `json:"given_name"` // as it was called when it came
	Size        int64          `json:"size"`       // bytes
	Type        string         `json:"type"`       // by content
	Found       intake.Found   `json:"found"`
	Uploaded    time.Time      `json:"uploaded"`
	UploadedBy  actor.PersonID `json:"-"`
}
