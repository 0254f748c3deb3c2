package draw

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"shenbao/assign/batch"
)

// Pseudonymous is a copy of a problem in which the names of applications,
// experts, units and places are each the first 16 digits of their
// HMAC-SHA256 under the batch's key. Who has the key can tell who is who; equal
// names stay equal.
func Pseudonymous(p *batch.Problem, key []byte) *batch.Problem {
	name := func(kind, s string) string {
		if s == "" {
			return ""
		}
		h := hmac.New(sha256.New, key)
		h.Write([]byte(kind + "\x00" + s))
		return hex.EncodeToString(h.Sum(nil)[:8])
	}
	c := *p
	c.Applications, c.Experts = slices.Clone(p.Applications), slices.Clone(p.Experts)
	for i := range c.Applications {
		a := &c.Applications[i]
		a.ID, a.Place = name("application", a.ID), name("place", a.Place)
	}
	for j := range c.Experts {
		e := &c.Experts[j]
		e.ID, e.Unit, e.Place = name("expert", e.ID), name("unit", e.Unit), name("place", e.Place)
	}
	return &c
}
