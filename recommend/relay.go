package recommend

import (
	"time"

	"shenbao/actor"
	"shenbao/call"
)

// A Relay (转发要求) is an authority's own earlier deadline for its units under a
// call, and its message to them. It closes nothing: the deadline of the call
// stands.
type Relay struct {
	Call          call.ID        `json:"call"`
	Authority     actor.UnitID   `json:"authority"`
	AuthorityName string         `json:"authority_name"`
	Until         time.Time      `json:"until,omitzero"`
	Message       string         `json:"message"`
	At            time.Time      `json:"at"`
	Person        actor.PersonID `json:"-"`
}
