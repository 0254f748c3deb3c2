package apply

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/programme"
	"shenbao/rule"
)

// The states of a version.
const (
	Standing  = "standing"  // 有效: the one that counts
	Replaced  = "replaced"  // 已被替换: another was submitted after it
	TakenBack = "withdrawn" // 已撤回
	SentBack  = "returned"  // 已退回
)

// A Version (提交版本) is an application as it was submitted. It never changes;
// only its state does.
type Version struct {
	Application ID             `json:"application"`
	Number      int64          `json:"number"`
	State       string         `json:"state"`
	Received    time.Time      `json:"received"`  // when the request was fully received: what counts for the deadline
	Submitted   time.Time      `json:"submitted"` // when it was entered
	Person      actor.PersonID `json:"-"`
	PersonName  string         `json:"person"`
	Call        call.ID        `json:"call"`
	Package     string         `json:"package"` // hash of the package version
	Manifest    Manifest       `json:"manifest"`
	Hash        string         `json:"hash"` // SHA-256 of the manifest, hexadecimal
	Facts       Facts          `json:"-"`
	Texts       Texts          `json:"-"`
	Findings    []rule.View    `json:"-"`
	Line        string         `json:"line"`    // of the journal
	Receipt     string         `json:"receipt"` // signed note: see [Receipt]
	Ended       time.Time      `json:"ended,omitzero"`

	key string // of the request
}

// ReadFacts are the facts of the version as rules read them, by the package that
// it was submitted under.
func (v *Version) ReadFacts(p *programme.Package) (*rule.Facts, error) {
	facts, faults := p.Schema.ReadFacts(bytes.NewReader(v.Facts))
	if len(faults) > 0 {
		return nil, fmt.Errorf("facts of version %d of %s: %w", v.Number, v.Application, faults[0])
	}
	return facts, nil
}

// Texts are what is part of an application beside its facts.
type Texts struct {
	Outline map[string]string `json:"outline,omitempty"` // by section
	Reasons map[string]string `json:"reasons,omitempty"` // for exceptions, by rule
	Pledges []string          `json:"pledges"`           // that were made
}

// A Manifest (提交清单) names every part of a version by the hash of its content.
// Its own hash, over its JSON, names the version.
type Manifest struct {
	Application ID           `json:"application"`
	Number      int64        `json:"number"`
	Call        call.ID      `json:"call"`
	Package     string       `json:"package"` // id
	PackageHash string       `json:"package_hash"`
	Unit        actor.UnitID `json:"unit"`
	UnitCode    string       `json:"unit_code"`
	UnitName    string       `json:"unit_name"`
	Name        string       `json:"name"`
	Received    time.Time    `json:"received"`
	Parts       []Part       `json:"parts"`
}

// The kinds of parts.
const (
	FactsPart    = "facts"    // 填报内容
	TextsPart    = "texts"    // 方案正文、例外说明、承诺
	FindingsPart = "findings" // 核验结果
	ProfilePart  = "profile"  // 单位档案留存
	FilePart     = "file"     // 附件
	PartnerPart  = "partner"  // 共建单位确认
)

// A Part is one content of a version.
type Part struct {
	Kind string `json:"kind"`
	Name string `json:"name,omitempty"` // of a file: its material and name; of a partner: its name
	Hash string `json:"hash"`           // SHA-256, hexadecimal
	Size int64  `json:"size"`           // bytes

	At time.Time `json:"at,omitzero"` // of a partner: when it confirmed
}

// sum is the hash of the manifest: SHA-256 over its JSON.
func (m *Manifest) sum() (string, error) {
	text, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	h := sha256.Sum256(text)
	return hex.EncodeToString(h[:]), nil
}

// link is the address of the version's receipt.
func (v *Version) link() string {
	return link(v.Application) + "/versions/" + strconv.FormatInt(v.Number, 10)
}

// part hashes a content that is kept with the version.
func part(kind string, content []byte) Part {
	h := sha256.Sum256(content)
	return Part{Kind: kind, Hash: hex.EncodeToString(h[:]), Size: int64(len(content))}
}

// fileOf reports whether a part of a version is a file, and what the file was
// called there.
func (p Part) fileOf(f *File) (name string, ok bool) {
	material, name, _ := strings.Cut(p.Name, "/")
	return name, p.Kind == FilePart && p.Hash == string(f.Hash) && material == f.Material
}
