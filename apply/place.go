package apply

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/chinacode"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/rule"
	"shenbao/similar"
)

// A Place (名额) of a quota (限额) is taken by an application until it is given
// back. The places of a quota are numbered from 1: of all who ask for the last
// one, one gets it.
type Place struct {
	Quota       string    // id, group or package, year, and whom it is for
	Place       int64     // from 1
	Most        int64     // the limit when it was taken
	Hard        bool      // the place is never above the limit
	Room        string    // that takes it and gives it back
	Holder      string    // what is counted: the application, or the authority that recommends it
	Application ID        // that took it
	Taken       time.Time // when
}

// A Claim (占用名额) asks for the places that an application needs of the quotas of a
// room.
type Claim struct {
	Application *Application
	Package     *programme.Package
	Facts       *rule.Facts  // of the version that counts
	Name        string       // of what is applied for
	Room        string       // as the quotas of the package name it
	Year        int64        // of the call
	Authority   actor.UnitID // that recommends; in room apply, the one over the host
	At          string       // GB/T 2260: where the host is
	Letters     []string     // GB/T 2260: whose governments' letters go with it; only a recommendation has any
	Over        bool         // there is a reason to go over a quota that is not a must
}

// need is one quota of which a place is taken, and its key.
type need struct {
	quota *programme.Quota
	key   string
}

// needs are the places that a claim asks for. What cannot be told from the facts
// is neither passed nor counted: it is a fault that names the quota.
func (c *Claim) needs() ([]need, error) {
	var out []need
	for _, q := range c.Package.Call.Quotas {
		if q.Room != c.Room {
			continue
		}
		switch c.Package.Counts(q, c.Facts) {
		case rule.Unmet:
			continue
		case rule.Unknown:
			return nil, c.unknown(q)
		}
		whom, ok := c.whom(q)
		if !ok {
			return nil, c.unknown(q)
		}
		out = append(out, need{q, quotaKey(q, c.Package.ID, c.Year) + whom})
	}
	return out, nil
}

// Keys are how the keys of the places begin that an application needs: a unit may
// have moved since they were taken. A letter does not move.
func (c *Claim) Keys() ([]string, error) {
	all, err := c.needs()
	if err != nil {
		return nil, err
	}
	var out []string
	for _, n := range all {
		if n.quota.Letter {
			out = append(out, n.key)
		} else {
			out = append(out, quotaKey(n.quota, c.Package.ID, c.Year))
		}
	}
	return out, nil
}

func (c *Claim) unknown(q *programme.Quota) error {
	f := fault.New(fault.Refused, "apply.quota_unknown", q.Name)
	if q.Letter {
		f = fault.New(fault.Refused, "apply.quota_letter", q.Name, fault.Key("sheet.per."+q.Per))
		if at := c.writers(q.Per); len(at) > 1 {
			f = fault.New(fault.Refused, "apply.quota_letters", q.Name, placeNames(at))
		}
		f = f.In("letters")
	}
	if q.Fact != "" {
		f = f.In(q.Fact)
	}
	return f.Under(clauseOf(c.Package, q.Clauses))
}

// quotaKey is how the keys of a quota begin, whomever it is for.
func quotaKey(q *programme.Quota, pkg string, year int64) string {
	group := q.Group
	if group == "" {
		group = pkg
	}
	return fmt.Sprintf("%s|%s|%d|%s|", q.ID, group, year, q.Per)
}

// whom is whom a quota is for, in the case of this application.
func (c *Claim) whom(q *programme.Quota) (string, bool) {
	switch {
	case q.Letter:
		at := c.writers(q.Per)
		return strings.Join(at, " "), len(at) == 1
	case q.Per == "platform" && q.Fact == "":
		return c.platform(c.Name)
	case q.Per == "person" && q.Fact == "":
		return c.fact(c.firstPerson())
	case q.Fact != "" || c.Package.Schema.Fact(q.Per) != nil:
		f := c.Package.Schema.Fact(orWord(q.Fact, q.Per))
		if q.Per == "platform" {
			return c.platform(c.Facts.Value(f).S)
		}
		return c.fact(f)
	}
	switch q.Per {
	case "authority":
		return string(c.Authority), c.Authority != ""
	case actor.Province, actor.City, actor.District:
		return placeAt(c.At, q.Per)
	case "unit", "applicant":
		return string(c.Application.Unit), true
	case "application":
		return string(c.Application.ID), true
	}
	return "", true // of the year
}

func orWord(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// platform is which platform of the host a name is of: what is the same when the
// place and the kind are left out is the same platform, under whatever programme.
func (c *Claim) platform(name string) (string, bool) {
	core := string(similar.Split(similar.Fold(nil, name)).Core)
	return string(c.Application.Unit) + "|" + core, core != ""
}

func (c *Claim) fact(f *rule.Fact) (string, bool) {
	if f == nil || f.Kind == rule.ListKind || f.Kind == rule.SeriesKind {
		return "", false
	}
	v := c.Facts.Value(f)
	if v.State != rule.Known {
		return "", false
	}
	if v.S != "" {
		return v.S, true
	}
	return strconv.FormatInt(v.N, 10), true
}

// firstPerson is the person that the form asks for first: who is in charge.
func (c *Claim) firstPerson() *rule.Fact {
	for _, s := range c.Package.Form.Sections {
		for _, d := range s.Facts {
			if f := c.Package.Schema.Fact(d.ID); f != nil && f.Kind == rule.PersonKind {
				return f
			}
		}
	}
	return nil
}

// placeAt is the place of a level that another lies in; not known for a place
// that is above it.
func placeAt(code, level string) (string, bool) {
	if len(code) != 6 {
		return "", false
	}
	switch level {
	case actor.Province:
		return code[:2] + "0000", true
	case actor.City:
		return code[:4] + "00", !strings.HasSuffix(code, "0000")
	}
	return code, !strings.HasSuffix(code, "00")
}

// writers are the places of a level whose own governments wrote the letters: what
// a district wrote is not a letter of its city.
func (c *Claim) writers(level string) (out []string) {
	for _, code := range c.Letters {
		if at, ok := placeAt(code, level); ok && at == code && !slices.Contains(out, at) {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	return out
}

func placeNames(codes []string) string {
	var names []string
	for _, code := range codes {
		names = append(names, chinacode.PlaceName(code))
	}
	return strings.Join(names, "、")
}

// holder is what takes a place of a quota.
func (c *Claim) holder(q *programme.Quota) string {
	if q.Of == "recommendation" {
		return string(c.Authority)
	}
	return string(c.Application.ID)
}

// mustBe reports whether a quota is never gone over.
func mustBe(q *programme.Quota) bool { return q.Modality == programme.Modality(rule.Must) }
