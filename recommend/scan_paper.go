package recommend

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/textindex"
)

// A Scanned is what the code on a print says.
type Scanned struct {
	Application apply.ID
	Version     int64 // 0 when only the application was told
}

// ScanPaper (扫码查找) finds the application of a print by what a scanner types: the
// address in its code, the beginning of the hash at its foot, or the key of the
// application. A scanner is a keyboard, and an input method may turn its letters
// into wide ones. Nobody finds what they do not keep the register of. No fault
// and no application: the text is no code.
func ScanPaper(ctx context.Context, r db.Reader, by db.By, q PaperQuery) (*Scanned, error) {
	c := readCode(q.Text)
	if c == nil {
		return nil, nil
	}
	at, err := c.find(ctx, r)
	if err != nil {
		return nil, err
	}
	k, err := q.Office.paperCase(ctx, r, at.Application)
	if err != nil {
		return nil, err
	}
	if err := k.may(ctx, r, by); err != nil {
		return nil, err
	}
	return at, nil
}

// A code is what was read from a print. What is not there is "" or 0.
type code struct {
	application apply.ID
	version     int64
	hash        string // or its beginning
}

// shortest is how much of a hash has to be there.
const shortest = 8

// readCode reads what a scanner typed, nil for what is no code.
func readCode(text string) *code {
	words := strings.Fields(textindex.Fold(text))
	c := &code{}
	for i, w := range words {
		switch next := strings.Join(words[min(i+1, len(words)):min(i+2, len(words))], ""); w {
		case "applications":
			if len(next) == 32 && hexadecimal(next) {
				c.application = apply.ID(next)
			}
		case "versions":
			c.version, _ = strconv.ParseInt(next, 10, 32) // 0 when it is no number
		case "paper":
			if len(next) >= shortest && hexadecimal(next) {
				c.hash = next
			}
		}
	}
	if c.application != "" {
		return c
	}
	if whole := strings.Join(words, ""); len(words) <= 2 && len(whole) >= shortest && len(whole) <= 64 && hexadecimal(whole) {
		return &code{hash: whole}
	}
	return nil
}

func hexadecimal(s string) bool { return s != "" && strings.Trim(s, "0123456789abcdef") == "" }

// find finds the version that a code names. A hash that is not that of the
// version is not the paper that was submitted.
func (c *code) find(ctx context.Context, r db.Reader) (*Scanned, error) {
	if c.application == "" {
		if len(c.hash) == 32 { // a key is as long as half a hash
			if a, _, err := apply.Get(ctx, r, apply.ID(c.hash)); err == nil {
				return &Scanned{Application: a.ID}, nil
			}
		}
		return versionByHash(ctx, r, c.hash)
	}
	at := &Scanned{Application: c.application, Version: c.version}
	if c.hash == "" {
		return at, nil
	}
	found, err := versionByHash(ctx, r, c.hash)
	if f := fault.Of(err); err != nil && f.Kind == fault.Missing || err == nil && (found.Application != at.Application || at.Version > 0 && found.Version != at.Version) {
		return nil, fault.New(fault.Conflict, "recommend.paper.hash", fmt.Sprintf("%.16s", c.hash))
	}
	return found, err
}
