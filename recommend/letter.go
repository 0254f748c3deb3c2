package recommend

import (
	"time"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/chinacode"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// LetterID is the key of a [Letter].
type LetterID string

// A Letter (函件) is a document that an authority puts beside its decision in a
// step, as the letter of a city's government (市政府推荐函). The steps above see it.
type Letter struct {
	ID            LetterID       `json:"id"`
	Step          StepID         `json:"step"`
	Version       int64          `json:"version"`          // of the application, that it is about
	Place         string         `json:"place,omitempty"`  // whose government wrote it (GB/T 2260)
	Number        string         `json:"number,omitempty"` // of the document
	Hash          blob.Hash      `json:"hash"`
	Name          string         `json:"name"`
	Type          string         `json:"type"`
	Size          int64          `json:"size"`
	Attached      time.Time      `json:"attached"`
	AuthorityName string         `json:"authority_name"`
	Person        actor.PersonID `json:"-"`
	Removed       time.Time      `json:"removed,omitzero"`
}

// A LetterEntry is a letter as it is attached: its scan was received before.
type LetterEntry struct {
	Step    StepID
	Version int64
	Place   string
	Number  string
	Scan    Seal // as [Scan.Receive] returns it
	Size    int64
}

// The limits of letters.
const (
	maxLetters = 20 // of a step
	maxNumber  = 60 // characters
)

func (e *LetterEntry) clean() error {
	_, known := chinacode.FindPlace(e.Place)
	e.Number = intake.CleanText(e.Number)
	switch {
	case !e.Scan.Hash.Valid() || e.Size <= 0:
		return fault.New(fault.Invalid, "recommend.no_scan").In("file")
	case len([]rune(e.Number)) > maxNumber:
		return fault.New(fault.Invalid, "recommend.long", len([]rune(e.Number)), maxNumber).In("number")
	case e.Place != "" && !known:
		return fault.New(fault.Invalid, "recommend.letter.place").In("place")
	}
	return nil
}
