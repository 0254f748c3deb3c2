package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"

	"shenbao/assign/batch"
	"shenbao/internal/fault"
)

// The files of a bundle (存证包), in the order in which they come to be. Each is
// canonical: keys in alphabetical order, whole numbers, no spaces.
const (
	BatchFile    = "batch.json"        // the frozen batch, pseudonymous
	ScoresFile   = "scores.csv"        // application, expert, score by number, sorted
	SolutionFile = "solution.json"     // the plan with its proofs
	PlanFile     = "announcement.json" // who commits to what, and which public values will count
	RevealFile   = "reveal.json"       // the secrets and the values
	ResultFile   = "result.json"       // the seed and the panels
	ChangesFile  = "changes.json"      // experts who could not, and who took their seats
	LogFile      = "log.json"          // the digests of all, chained
)

// Version is that of the format and of the lottery.
const Version = "assign/1"

// Batch is BatchFile.
type Batch struct {
	Applications []batch.Application `json:"applications"`
	Before       [][3]int            `json:"before"` // row, expert, units of the plan before; null when none was kept to
	Experts      []batch.Expert      `json:"experts"`
	Floor        bool                `json:"floor"`
	Most         int                 `json:"most"`
	Recusals     []batch.Recusal     `json:"recusals"`
	Redraw       *Redraw             `json:"redraw"`
	RemoteFirst  bool                `json:"remote_first"`
	Scores       string              `json:"scores"` // digest of ScoresFile
	Seats        []batch.Seat        `json:"seats"`
	Units        int                 `json:"units"`
	Version      string              `json:"version"`
}

// A Redraw (重新抽取) says which draw a batch takes the place of, and why.
type Redraw struct {
	Of     string `json:"of"` // head of the earlier bundle's log
	Reason string `json:"reason"`
}

// Solution is SolutionFile.
type Solution struct {
	Batch  string        `json:"batch"` // digest of BatchFile
	Floor  int           `json:"floor"`
	Most   int           `json:"most"`
	Proofs []batch.Proof `json:"proofs"`
	Shares [][3]int      `json:"shares"` // row, expert, units
	Units  int           `json:"units"`
}

// Result is ResultFile. Alternates are not listed: Queue gives them.
type Result struct {
	Panels   [][]int `json:"panels"`
	Seed     string  `json:"seed"`
	Solution string  `json:"solution"` // digest of SolutionFile
}

// An Entry is a line of the log. Previous is the digest of the entry before.
type Entry struct {
	Digest   string `json:"digest"`
	File     string `json:"file"`
	Previous string `json:"previous"`
}

// A Bundle is its files by name.
type Bundle map[string][]byte

// Digest is SHA-256 in hexadecimal.
func Digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Canonical writes a value of this package as a bundle holds it.
func Canonical(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err) // the types above always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Freeze begins a bundle with a batch: step 0 of the protocol.
func Freeze(p *batch.Problem, b Batch) Bundle {
	scores := scoresText(p)
	b.Applications, b.Experts, b.Recusals, b.Seats = p.Applications, p.Experts, p.Recusals, p.Seats
	b.RemoteFirst, b.Scores, b.Version = p.RemoteFirst, Digest(scores), Version
	if b.Recusals == nil {
		b.Recusals = []batch.Recusal{}
	}
	out := Bundle{ScoresFile: scores}
	out.put(BatchFile, Canonical(b))
	return out
}

// put adds a file and logs it.
func (b Bundle) put(name string, text []byte) {
	b[name] = text
	var log []Entry
	if old, ok := b[LogFile]; ok {
		// The log is our own: a bundle that was read has been checked.
		_ = json.Unmarshal(old, &log)
	}
	log = append(log, Entry{Digest: Digest(text), File: name, Previous: b.Head()})
	b[LogFile] = Canonical(log)
}

// Head is the digest of the log's last entry: who knows it knows that nothing
// before it has changed. "" before the first.
func (b Bundle) Head() string {
	var log []Entry
	if json.Unmarshal(b[LogFile], &log) != nil || len(log) == 0 {
		return ""
	}
	return Digest(Canonical(log[len(log)-1]))
}

// Solve adds the plan: step 1.
func (b Bundle) Solve(plan *batch.Plan) {
	s := Solution{Batch: Digest(b[BatchFile]), Floor: plan.Floor, Most: plan.Most, Units: plan.Units, Proofs: plan.Proofs, Shares: triples(plan.Shares)}
	b.put(SolutionFile, Canonical(s))
}

func triples(list []batch.Share) [][3]int {
	out := make([][3]int, 0, len(list))
	for _, s := range list {
		out = append(out, [3]int{s.Row, s.Expert, s.Units})
	}
	return out
}

func shares(list [][3]int) []batch.Share {
	out := make([]batch.Share, 0, len(list))
	for _, s := range list {
		out = append(out, batch.Share{Row: s[0], Expert: s[1], Units: s[2]})
	}
	return out
}

// scoresText writes the pairs that may be, sorted: the recused are in the batch.
func scoresText(p *batch.Problem) []byte {
	var b []byte
	for a := range p.Applications {
		experts, scores := p.Scores.Row(a)
		for k, s := range scores {
			if s == batch.Recused {
				continue
			}
			j := k
			if experts != nil {
				j = int(experts[k])
			}
			b = strconv.AppendInt(b, int64(a), 10)
			b = strconv.AppendInt(append(b, ','), int64(j), 10)
			b = strconv.AppendInt(append(b, ','), int64(s), 10)
			b = append(b, '\n')
		}
	}
	return b
}

// decode reads a canonical file strictly: what it holds must be what it would
// be written as.
func decode(b Bundle, name string, v any) error {
	text, ok := b[name]
	if !ok {
		return fault.New(fault.Missing, "assign.bundle.missing", name)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fault.New(fault.Invalid, "assign.bundle.json").At(name, 0, 0).Because(err)
	}
	if !bytes.Equal(Canonical(v), text) {
		return fault.New(fault.Invalid, "assign.bundle.canonical").At(name, 0, 0)
	}
	return nil
}

// Read decodes a file of the bundle strictly into v.
func (b Bundle) Read(name string, v any) error { return decode(b, name, v) }

// Problem reads the frozen batch.
func (b Bundle) Problem() (*batch.Problem, *Batch, error) {
	var f Batch
	if err := decode(b, BatchFile, &f); err != nil {
		return nil, nil, err
	}
	if f.Version != Version {
		return nil, nil, fault.New(fault.Invalid, "assign.bundle.version", f.Version, Version)
	}
	if Digest(b[ScoresFile]) != f.Scores {
		return nil, nil, fault.New(fault.Refused, "assign.bundle.digest", ScoresFile)
	}
	p := &batch.Problem{Applications: f.Applications, Experts: f.Experts, Seats: f.Seats, RemoteFirst: f.RemoteFirst, Recusals: f.Recusals}
	scores, err := readScores(b[ScoresFile], len(f.Applications), len(f.Experts))
	if err != nil {
		return nil, nil, err
	}
	p.Scores = scores
	return p, &f, p.Check()
}

// readScores reads ScoresFile.
func readScores(text []byte, applications, experts int) (*batch.Scores, error) {
	l := batch.NewLists(experts)
	at := 0
	wrong := fault.New(fault.Invalid, "assign.bundle.scores")
	for line := 1; len(text) > 0; line++ {
		var n [3]int
		for k, end := range []byte(",,\n") {
			digits := 0
			for digits < len(text) && digits < 8 && text[digits] >= '0' && text[digits] <= '9' {
				n[k] = 10*n[k] + int(text[digits]-'0')
				digits++
			}
			if digits == 0 || digits == len(text) || text[digits] != end {
				return nil, wrong.At(ScoresFile, line, 0)
			}
			text = text[digits+1:]
		}
		if n[0] < at || n[0] >= applications {
			return nil, wrong.At(ScoresFile, line, 0)
		}
		for ; at < n[0]; at++ {
			l.Next()
		}
		l.Add(int32(n[1]), int32(n[2]))
	}
	for ; at < applications; at++ {
		l.Next()
	}
	return l.Scores(), nil
}

// Plan reads the plan.
func (b Bundle) Plan() (*batch.Plan, error) {
	var s Solution
	if err := decode(b, SolutionFile, &s); err != nil {
		return nil, err
	}
	if s.Batch != Digest(b[BatchFile]) {
		return nil, fault.New(fault.Refused, "assign.bundle.digest", BatchFile)
	}
	return &batch.Plan{Units: s.Units, Most: s.Most, Floor: s.Floor, Proofs: s.Proofs, Shares: shares(s.Shares)}, nil
}

// BeforeShares are the shares of the plan before, nil when none was kept to.
func (f *Batch) BeforeShares() []batch.Share {
	if f.Before == nil {
		return nil
	}
	return shares(f.Before)
}

// SetBefore notes the plan before.
func (f *Batch) SetBefore(list []batch.Share) {
	if list != nil {
		f.Before = triples(list)
	}
}

// Entries reads the log and checks its chain and that every file of the bundle
// has the digest that the log holds.
func (b Bundle) Entries() ([]Entry, error) {
	var log []Entry
	if err := decode(b, LogFile, &log); err != nil {
		return nil, err
	}
	previous := ""
	seen := []string{LogFile, ScoresFile}
	for i, e := range log {
		if e.Previous != previous {
			return nil, fault.New(fault.Refused, "assign.bundle.chain", i+1)
		}
		previous = Digest(Canonical(e))
		if !slices.Contains(seen, e.File) {
			seen = append(seen, e.File)
		}
		last := i == len(log)-1 || !slices.ContainsFunc(log[i+1:], func(x Entry) bool { return x.File == e.File })
		if _, ok := b[e.File]; !ok || last && Digest(b[e.File]) != e.Digest {
			return nil, fault.New(fault.Refused, "assign.bundle.digest", e.File)
		}
		if !last && e.File != ChangesFile {
			return nil, fault.New(fault.Refused, "assign.bundle.rewritten", e.File)
		}
	}
	for name := range b {
		if !slices.Contains(seen, name) {
			return nil, fault.New(fault.Refused, "assign.bundle.unlogged", name)
		}
	}
	return log, nil
}
