package apply

import (
	"golang.org/x/mod/sumdb/note"

	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/intake"
	"shenbao/internal/secret"
)

// An Office (受理) is what the acts of this room need beside the database. It may
// be used by several goroutines.
type Office struct {
	Keys  *secret.Keys // identity numbers are sealed and compared by them
	Shelf *call.Shelf  // packages that calls are pinned to
	Blobs blob.Store   // files
	Sign  note.Signer  // receipts

	Scanner intake.Scanner // looks for viruses in what is uploaded; nil for none

	readings readings  // texts of uploaded plans
	names    nameIndex // of live applications
}
