package draw

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"

	"shenbao/internal/fault"
)

// MinParties is how many parties commit at least.
const MinParties = 3

// An Announcement (抽取公告) is made when the plan is fixed and before anything
// of the seed can be known: who has committed to what, and which public values
// of the future will count.
type Announcement struct {
	Batch       string       `json:"batch"`
	Commitments []Commitment `json:"commitments"`
	Solution    string       `json:"solution"`
	Values      []Source     `json:"values"`
}

// A Commitment (承诺) is a party's, to a secret of 32 bytes.
type Commitment struct {
	Commitment string `json:"commitment"`
	Party      string `json:"party"`
}

// A Source (公开数据) is a public value that does not exist yet: what it is,
// where and when it will be published and in which form it is written, and what
// counts if it is not published.
type Source struct {
	Name      string `json:"name"`
	Otherwise string `json:"otherwise"`
	Where     string `json:"where"`
}

// A Reveal (揭示) is everything that the announcement kept back.
type Reveal struct {
	Secrets []Secret `json:"secrets"`
	Values  []Value  `json:"values"`
}

// A Secret is what a party committed to.
type Secret struct {
	Party  string `json:"party"`
	Secret string `json:"secret"`
}

// A Value is a public value as it was published.
type Value struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Commit is a party's commitment to its secret for a batch:
// SHA-256(batch digest | length of the name | name | secret).
func Commit(batchDigest, party string, secret []byte) string {
	h := sha256.New()
	digest, _ := hex.DecodeString(batchDigest) // a wrong digest commits to nothing useful
	h.Write(digest)
	h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(party))))
	h.Write([]byte(party))
	h.Write(secret)
	return hex.EncodeToString(h.Sum(nil))
}

// Announce adds the announcement: steps 2 and 3.
func (b Bundle) Announce(commitments []Commitment, values []Source) error {
	if _, done := b[PlanFile]; done {
		return fault.New(fault.Conflict, "assign.bundle.done", PlanFile)
	}
	if err := checkParties(commitments, values); err != nil {
		return err
	}
	b.put(PlanFile, Canonical(Announcement{Batch: Digest(b[BatchFile]), Solution: Digest(b[SolutionFile]), Commitments: commitments, Values: values}))
	return nil
}

// checkParties asks for enough parties, named once, and named values.
func checkParties(commitments []Commitment, values []Source) error {
	if len(commitments) < MinParties {
		return fault.New(fault.Invalid, "assign.draw.parties", len(commitments), MinParties)
	}
	if len(values) == 0 {
		return fault.New(fault.Invalid, "assign.draw.no_value")
	}
	seen := map[string]bool{}
	for _, c := range commitments {
		if c.Party == "" || seen[c.Party] {
			return fault.New(fault.Invalid, "assign.twice", c.Party)
		}
		seen[c.Party] = true
		if raw, err := hex.DecodeString(c.Commitment); err != nil || len(raw) != 32 {
			return fault.New(fault.Invalid, "assign.draw.hex", c.Commitment).In(c.Party)
		}
	}
	for _, v := range values {
		if v.Name == "" || v.Where == "" || v.Otherwise == "" || seen["="+v.Name] {
			return fault.New(fault.Invalid, "assign.draw.value", v.Name)
		}
		seen["="+v.Name] = true
	}
	return nil
}

// Derive checks a reveal against the announcement and derives the seed:
// HKDF-SHA256 of the secrets in the order of the commitments, followed by the
// canonical values, with the digest of the solution as salt and "draw/v1".
func Derive(a *Announcement, r *Reveal) (Seed, error) {
	var input []byte
	if err := checkParties(a.Commitments, a.Values); err != nil {
		return Seed{}, err
	}
	if len(r.Secrets) != len(a.Commitments) || len(r.Values) != len(a.Values) {
		return Seed{}, fault.New(fault.Refused, "assign.draw.revealed", len(r.Secrets), len(a.Commitments), len(r.Values), len(a.Values))
	}
	for i, c := range a.Commitments {
		s := r.Secrets[i]
		raw, err := hex.DecodeString(s.Secret)
		if err != nil || len(raw) != 32 {
			return Seed{}, fault.New(fault.Invalid, "assign.draw.hex", s.Secret).In(c.Party)
		}
		if s.Party != c.Party || Commit(a.Batch, c.Party, raw) != c.Commitment {
			return Seed{}, fault.New(fault.Refused, "assign.draw.commitment").In(c.Party)
		}
		input = append(input, raw...)
	}
	for i, v := range a.Values {
		if r.Values[i].Name != v.Name || r.Values[i].Value == "" {
			return Seed{}, fault.New(fault.Refused, "assign.draw.value", v.Name)
		}
	}
	salt, err := hex.DecodeString(a.Solution)
	if err != nil {
		return Seed{}, fault.New(fault.Invalid, "assign.draw.hex", a.Solution)
	}
	out, err := hkdf.Key(sha256.New, append(input, Canonical(r.Values)...), salt, "draw/v1", 32)
	if err != nil {
		return Seed{}, err
	}
	return Seed(out), nil
}

// ParseSeed reads a seed of 64 hexadecimal digits.
func ParseSeed(text string) (Seed, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != 32 {
		return Seed{}, fault.New(fault.Invalid, "assign.draw.hex", text)
	}
	return Seed(raw), nil
}

// Reveal adds what was kept back, derives the seed and draws: steps 4 and 5. A
// bundle that is drawn is not drawn again.
func (b Bundle) Reveal(r *Reveal) error {
	if _, done := b[ResultFile]; done {
		return fault.New(fault.Conflict, "assign.bundle.done", ResultFile)
	}
	var a Announcement
	if err := decode(b, PlanFile, &a); err != nil {
		return err
	}
	seed, err := Derive(&a, r)
	if err != nil {
		return err
	}
	b.put(RevealFile, Canonical(r))
	return b.draw(seed)
}

// Direct draws with a seed that was given and not derived: anyone can do the
// draw again, but how the seed was chosen is not proven.
func (b Bundle) Direct(seed Seed) error {
	if _, done := b[ResultFile]; done {
		return fault.New(fault.Conflict, "assign.bundle.done", ResultFile)
	}
	return b.draw(seed)
}

func (b Bundle) draw(seed Seed) error {
	p, _, err := b.Problem()
	if err != nil {
		return err
	}
	plan, err := b.Plan()
	if err != nil {
		return err
	}
	b.put(ResultFile, Canonical(Result{Panels: Lottery(p, plan, seed), Seed: hex.EncodeToString(seed[:]), Solution: Digest(b[SolutionFile])}))
	return nil
}
