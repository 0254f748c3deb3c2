package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	"golang.org/x/mod/sumdb/note"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A keptVersion is a submitted version as the database holds it, word for word,
// with its line of the journal.
type keptVersion struct {
	application, number, received, submitted, call, pkg string
	manifest, hash, facts, texts, findings              string
	line, receipt                                       string
	verb, subject, payload                              string // of the line; "" when it is not there
}

// checkVersions: every version that was acknowledged is there as it was: the
// hash of its manifest, those of its parts, the receipt and the line of the
// journal all say the same.
func checkVersions(ctx context.Context, s *store) (int64, []*fault.Fault, error) {
	keys, err := s.publicKeys()
	if err != nil {
		return 0, nil, err
	}
	return viewFaults(ctx, s, func(ctx context.Context, r db.Reader) (counted, error) {
		c, profiles := counted{}, map[string]keptVersion{}
		if err := eachVersion(ctx, r, func(v keptVersion) {
			c.n++
			c.faults = append(c.faults, v.check(keys, profiles)...)
		}); err != nil {
			return c, err
		}
		damaged, err := damagedProfiles(ctx, r, profiles)
		if err != nil {
			return c, err
		}
		lost, err := lostVersions(ctx, r)
		c.faults = slices.Concat(c.faults, damaged, lost)
		return c, err
	})
}

// fault tells of something wrong with the version.
func (v keptVersion) fault(key string, args ...any) *fault.Fault {
	return fault.New(fault.Refused, "verify_data."+key, append([]any{v.application, v.number}, args...)...)
}

// check compares what stands of a version with itself. The hash of its profile
// is noted: many versions share one.
func (v keptVersion) check(keys note.Verifiers, profiles map[string]keptVersion) (found []*fault.Fault) {
	m := apply.Manifest{}
	err := json.Unmarshal([]byte(v.manifest), &m)
	if err != nil || sha(v.manifest) != v.hash {
		found = append(found, v.fault("version_manifest"))
	}
	if !v.names(m) {
		found = append(found, v.fault("version_names"))
	}
	held := map[string]string{apply.FactsPart: v.facts, apply.TextsPart: v.texts, apply.FindingsPart: v.findings}
	for _, p := range m.Parts {
		if text, ok := held[p.Kind]; ok && (sha(text) != p.Hash || int64(len(text)) != p.Size) {
			found = append(found, v.fault("version_part", p.Kind))
		}
		if p.Kind == apply.ProfilePart {
			profiles[p.Hash] = v
		}
		delete(held, p.Kind)
	}
	for kind := range held {
		found = append(found, v.fault("version_part", kind))
	}
	if r, err := apply.OpenReceipt(v.receipt, keys); err != nil || !v.receipted(r) {
		found = append(found, v.fault("version_receipt"))
	}
	if !v.recorded() {
		found = append(found, v.fault("version_line", v.line))
	}
	return found
}

// names reports whether the manifest names the version that it stands with.
func (v keptVersion) names(m apply.Manifest) bool {
	return string(m.Application) == v.application && strconv.FormatInt(m.Number, 10) == v.number && string(m.Call) == v.call && m.PackageHash == v.pkg && db.Time(m.Received) == v.received
}

// receipted reports whether the receipt says what the row says.
func (v keptVersion) receipted(r *apply.Receipt) bool {
	return string(r.Application) == v.application && strconv.FormatInt(r.Number, 10) == v.number && db.Time(r.Received) == v.received && db.Time(r.Entered) == v.submitted &&
		r.Manifest == v.hash && r.Line == v.line
}

// recorded reports whether the journal holds the submission. A payload that was
// removed is for the check of the journal to find.
func (v keptVersion) recorded() bool {
	said := struct {
		Hash string `json:"hash"`
	}{}
	return v.verb == "apply.submit" && v.subject == "application:"+v.application && (v.payload == "" || json.Unmarshal([]byte(v.payload), &said) == nil && said.Hash == v.hash)
}

// checkOnce: nothing is submitted twice.
func checkOnce(ctx context.Context, s *store) (int64, []*fault.Fault, error) {
	return viewFaults(ctx, s, submittedTwice)
}

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}
