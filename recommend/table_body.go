package recommend

import (
	"encoding/json"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
)

// A HandedTable is what an authority handed up: every cell as it stood. Its hash
// is over its JSON.
type HandedTable struct {
	List        SummaryID    `json:"list"`
	Call        call.ID      `json:"call"`
	Table       string       `json:"table"` // its official name
	Stage       string       `json:"stage"`
	Number      int64        `json:"number"`
	Version     int64        `json:"version"`
	Package     string       `json:"package"`
	Authority   actor.UnitID `json:"authority"`
	Recommender string       `json:"recommender"`
	Handed      time.Time    `json:"handed"`
	Columns     []string     `json:"columns"`
	Rows        []HandedRow  `json:"rows"`
}

// A HandedRow is a line of a [HandedTable].
type HandedRow struct {
	Row         RowID    `json:"row"`
	Application apply.ID `json:"application,omitempty"`
	Version     int64    `json:"version,omitempty"`
	Manifest    string   `json:"manifest,omitempty"` // hash of the version
	Reason      string   `json:"reason,omitempty"`
	Cells       []string `json:"cells"`
}

// freeze keeps what is handed up, and its hash.
func (l *Summary) freeze(h HandedTable) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	l.body, l.Hash = string(text), sum(text)
	return nil
}

// handed is what was handed up last; nil when nothing was.
func (l *Summary) handed() (*HandedTable, error) {
	if l.body == "" {
		return nil, nil
	}
	h := &HandedTable{}
	return h, json.Unmarshal([]byte(l.body), h)
}
