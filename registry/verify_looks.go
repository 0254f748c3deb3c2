package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"hash"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// VerifyLooks (核对查阅记录) holds every look against the line of the journal that
// took it in, and returns how many looks there are and what is wrong: a line
// whose looks are no longer those that it took in, one that has none any more, and
// a look that names a line which did not take looks in. The lines themselves are
// verified by package journal. A look of the last minutes that waits for its line
// is counted only.
func VerifyLooks(ctx context.Context, r db.Reader) (int64, []*fault.Fault, error) {
	v := &verifying{}
	if err := eachLined(ctx, r, v.add); err != nil {
		return 0, nil, err
	}
	v.end()
	lost, err := linesWithoutLooks(ctx, r)
	if err != nil {
		return 0, nil, err
	}
	for _, l := range lost {
		v.faults = append(v.faults, fault.New(fault.Missing, "registry.verify.gone", l.line, l.subject))
	}
	return v.n, v.faults, nil
}

// lined is a line of the journal that looks name.
type lined struct {
	line, verb, subject, payload string
}

// verifying is a verification while it goes through the looks, line by line.
type verifying struct {
	n      int64
	faults []*fault.Fault
	of     lined
	sum    hash.Hash // of the looks of that line
}

func (v *verifying) add(l *Look, of lined) {
	v.n++
	if l.Line == "" {
		return
	}
	if v.sum == nil || of.line != v.of.line {
		v.end()
		v.of, v.sum = of, sha256.New()
	}
	v.sum.Write(l.trace())
}

// end holds the looks of a line against it.
func (v *verifying) end() {
	if v.sum == nil {
		return
	}
	var says struct {
		Digest string `json:"digest"`
	}
	if v.of.verb != lookVerb || json.Unmarshal([]byte(v.of.payload), &says) != nil {
		v.faults = append(v.faults, fault.New(fault.Refused, "registry.verify.stray", v.of.line))
	} else if says.Digest != hex.EncodeToString(v.sum.Sum(nil)) {
		v.faults = append(v.faults, fault.New(fault.Refused, "registry.verify.changed", v.of.line, v.of.subject))
	}
	v.sum = nil
}
