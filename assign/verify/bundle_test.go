package verify_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"slices"
	"testing"

	"shenbao/assign"
	"shenbao/assign/assigntest"
	"shenbao/assign/batch"
	"shenbao/assign/draw"
	"shenbao/assign/verify"
)

// bundleOf solves a random batch and goes through the protocol with it. ok is
// false when the batch has no plan.
func bundleOf(t testing.TB, rnd *rand.Rand, i int) (draw.Bundle, bool) {
	t.Helper()
	p := assigntest.Random(rnd, 1+rnd.IntN(8), 4+rnd.IntN(16))
	if p.Demand() == 0 {
		return nil, false
	}
	units := 1 << rnd.IntN(5)
	o := assign.Options{Floor: rnd.IntN(2) == 0, Units: units, Most: 1 + rnd.IntN(units)}
	if rnd.IntN(5) == 0 {
		o.Before = []batch.Share{{Row: 0, Expert: 0, Units: 1}}
	}
	r, err := assign.Solve(context.Background(), p, o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Shortage != nil {
		return nil, false
	}
	frozen := draw.Batch{Floor: o.Floor, Most: o.Most, Units: o.Units}
	frozen.SetBefore(o.Before)
	if i%7 == 0 {
		frozen.Redraw = &draw.Redraw{Of: draw.Digest(nil), Reason: "换人 <&> \u2028"}
	}
	b := draw.Freeze(p, frozen)
	b.Solve(r.Plan)
	proceed(t, b, i)
	return b, true
}

// proceed announces, reveals and changes, or draws directly.
func proceed(t testing.TB, b draw.Bundle, i int) {
	if i%5 == 0 {
		if err := b.Direct(draw.Seed(sha256.Sum256(fmt.Append(nil, i)))); err != nil {
			t.Fatal(err)
		}
		return
	}
	var commitments []draw.Commitment
	reveal := &draw.Reveal{Values: []draw.Value{{Name: "上证综指", Value: fmt.Sprint(3000 + i)}}}
	for _, party := range []string{"主管处室", "纪检监督", "公证处"} {
		secret := sha256.Sum256([]byte(party + fmt.Sprint(i)))
		commitments = append(commitments, draw.Commitment{Party: party, Commitment: draw.Commit(draw.Digest(b[draw.BatchFile]), party, secret[:])})
		reveal.Secrets = append(reveal.Secrets, draw.Secret{Party: party, Secret: hex.EncodeToString(secret[:])})
	}
	err := b.Announce(commitments, []draw.Source{{Name: "上证综指", Where: "收盘", Otherwise: "下一交易日"}})
	if err == nil && i%11 != 0 {
		err = b.Reveal(reveal)
	}
	if err != nil {
		t.Fatal(err)
	}
	if i%11 != 0 && i%3 == 0 {
		roll, _, err := b.Roll()
		if err != nil {
			t.Fatal(err)
		}
		for row := range min(2, len(roll.Panels)) {
			if _, err := b.Change(row, roll.Panels[row][0], "生病"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// reportJS is what the JavaScript verifier says.
type reportJS struct {
	OK    bool `json:"ok"`
	Fault *struct {
		Code, Text string
	} `json:"fault"`
	Steps  []verify.Step `json:"steps"`
	Head   string        `json:"head"`
	Open   bool          `json:"open"`
	Panels [][]int       `json:"panels"`
}

// script runs the JavaScript verifier over bundles.
func script(t testing.TB, bundles []map[string][]byte) []reportJS {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not installed")
	}
	var in bytes.Buffer
	for _, b := range bundles {
		if err := json.NewEncoder(&in).Encode(b); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("node", "testdata/run.mjs")
	cmd.Stdin = &in
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var reports []reportJS
	s := bufio.NewScanner(bytes.NewReader(out))
	s.Buffer(nil, 1<<24)
	for s.Scan() {
		var r reportJS
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	if len(reports) != len(bundles) {
		t.Fatalf("%d reports of %d bundles", len(reports), len(bundles))
	}
	return reports
}

// More than a thousand random batches, with seats, caps, floors, randomness,
// changes: both verifiers accept them all and see the same panels, to the bit.
func TestBundlesInBothLanguages(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 7))
	var bundles []map[string][]byte
	var wants []*verify.Report
	open, direct, changed := 0, 0, 0
	for i := 0; len(bundles) < 1200; i++ {
		b, ok := bundleOf(t, rnd, i)
		if !ok {
			continue
		}
		r, err := verify.Bundle(b)
		if err != nil {
			t.Fatalf("%d: %v", i, err)
		}
		if r.Open {
			open++
		}
		if r.Direct {
			direct++
		}
		if len(r.Changes) > 0 {
			changed++
		}
		bundles, wants = append(bundles, b), append(wants, r)
	}
	if min(open, direct, changed) < 50 {
		t.Errorf("one-sided: %d open, %d direct, %d changed", open, direct, changed)
	}
	for i, got := range script(t, bundles) {
		want := wants[i]
		if !got.OK || got.Head != want.Head || got.Open != want.Open || !slices.Equal(got.Steps, want.Steps) || fmt.Sprint(got.Panels) != fmt.Sprint(want.Panels) {
			t.Fatalf("%d: the script says %+v %+v, want %+v", i, got, got.Fault, want)
		}
	}
}

// A bundle in which anything was changed is refused by both: the files, and
// after that the log too, so that only the content can tell.
func TestForgedBundles(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 8))
	var bundles []map[string][]byte
	var whys []string
	for i := 1; len(bundles) < 900; i++ {
		b, ok := bundleOf(t, rnd, i)
		if !ok {
			continue
		}
		for _, f := range forgeries {
			c := draw.Bundle{}
			for name, text := range b {
				c[name] = slices.Clone(text)
			}
			if !f.forge(c, rnd) {
				continue
			}
			if f.relog {
				relog(c)
			}
			if _, err := verify.Bundle(c); err == nil {
				t.Fatalf("%d: accepted with %s", i, f.name)
			}
			bundles, whys = append(bundles, c), append(whys, f.name)
		}
	}
	for i, r := range script(t, bundles) {
		if r.OK || r.Fault == nil || r.Fault.Code == "crash" {
			t.Fatalf("%d: the script says %+v %v to %s", i, r, r.Fault, whys[i])
		}
	}
	for _, f := range forgeries {
		if !slices.Contains(whys, f.name) {
			t.Errorf("%s was never tried", f.name)
		}
	}
}

// relog writes a new log over what the files are now.
func relog(b draw.Bundle) {
	var old, log []draw.Entry
	if err := json.Unmarshal(b[draw.LogFile], &old); err != nil {
		panic(err)
	}
	previous := ""
	for _, e := range old {
		e.Previous = previous
		if e.File != draw.ChangesFile || e.Digest != "" {
			e.Digest = draw.Digest(b[e.File])
		}
		previous = draw.Digest(draw.Canonical(e))
		log = append(log, e)
	}
	b[draw.LogFile] = draw.Canonical(log)
}

// rewrite decodes a file, changes it, and writes it back.
func rewrite[T any](b draw.Bundle, name string, change func(*T) bool) bool {
	var v T
	if b[name] == nil || b.Read(name, &v) != nil || !change(&v) {
		return false
	}
	b[name] = draw.Canonical(&v)
	return true
}

// resolve ties a changed solution to what comes after it, as a forger would.
func resolve(b draw.Bundle) {
	rewrite(b, draw.PlanFile, func(a *draw.Announcement) bool { a.Solution = draw.Digest(b[draw.SolutionFile]); return true })
	rewrite(b, draw.ResultFile, func(r *draw.Result) bool { r.Solution = draw.Digest(b[draw.SolutionFile]); return true })
}

var forgeries = []struct {
	name  string
	relog bool
	forge func(b draw.Bundle, rnd *rand.Rand) bool
}{
	{"a byte of any file changed", false, func(b draw.Bundle, rnd *rand.Rand) bool {
		names := []string{draw.BatchFile, draw.ScoresFile, draw.SolutionFile, draw.LogFile}
		text := b[names[rnd.IntN(len(names))]]
		if len(text) == 0 {
			return false
		}
		text[rnd.IntN(len(text))] ^= 1 << rnd.IntN(7)
		return true
	}},
	{"a score changed", true, func(b draw.Bundle, rnd *rand.Rand) bool {
		b[draw.ScoresFile] = append(bytes.TrimSuffix(b[draw.ScoresFile], []byte("\n")), "7\n"...)
		return true
	}},
	{"a share moved", true, func(b draw.Bundle, rnd *rand.Rand) bool {
		ok := rewrite(b, draw.SolutionFile, func(s *draw.Solution) bool {
			k := rnd.IntN(len(s.Shares))
			s.Shares[k][1]++
			return true
		})
		resolve(b)
		return ok
	}},
	{"a price changed", true, func(b draw.Bundle, rnd *rand.Rand) bool {
		ok := rewrite(b, draw.SolutionFile, func(s *draw.Solution) bool {
			s.Proofs[len(s.Proofs)-1].Rows[0] += 1 << 40
			return true
		})
		resolve(b)
		return ok
	}},
	{"a proof left out", true, func(b draw.Bundle, _ *rand.Rand) bool {
		ok := rewrite(b, draw.SolutionFile, func(s *draw.Solution) bool {
			s.Proofs = s.Proofs[1:]
			return true
		})
		resolve(b)
		return ok
	}},
	{"a secret that nobody committed to", true, func(b draw.Bundle, _ *rand.Rand) bool {
		return rewrite(b, draw.RevealFile, func(r *draw.Reveal) bool {
			r.Secrets[0].Secret = draw.Digest([]byte("another"))
			return true
		})
	}},
	{"a value corrected later", true, func(b draw.Bundle, _ *rand.Rand) bool {
		return rewrite(b, draw.RevealFile, func(r *draw.Reveal) bool {
			r.Values[0].Value += "1"
			return true
		})
	}},
	{"a secret withheld", true, func(b draw.Bundle, _ *rand.Rand) bool {
		return rewrite(b, draw.RevealFile, func(r *draw.Reveal) bool {
			r.Secrets = r.Secrets[1:]
			return true
		})
	}},
	{"another seed", true, func(b draw.Bundle, _ *rand.Rand) bool {
		if b[draw.PlanFile] == nil {
			return false
		}
		return rewrite(b, draw.ResultFile, func(r *draw.Result) bool {
			r.Seed = draw.Digest([]byte(r.Seed))
			return true
		})
	}},
	{"an expert put on a panel", true, func(b draw.Bundle, _ *rand.Rand) bool {
		return rewrite(b, draw.ResultFile, func(r *draw.Result) bool {
			r.Panels[0][0]++
			return true
		})
	}},
	{"another alternate", true, func(b draw.Bundle, _ *rand.Rand) bool {
		return rewrite(b, draw.ChangesFile, func(c *[]draw.Change) bool {
			(*c)[0].In++
			return true
		})
	}},
	{"a change without a reason", true, func(b draw.Bundle, _ *rand.Rand) bool {
		return rewrite(b, draw.ChangesFile, func(c *[]draw.Change) bool {
			(*c)[0].Reason = ""
			return true
		})
	}},
	{"a file that the log does not know", false, func(b draw.Bundle, _ *rand.Rand) bool {
		if b[draw.ChangesFile] != nil || b[draw.ResultFile] == nil {
			return false
		}
		b[draw.ChangesFile] = []byte("[]")
		return true
	}},
	{"a file taken away", false, func(b draw.Bundle, _ *rand.Rand) bool {
		if b[draw.ResultFile] == nil {
			return false
		}
		delete(b, draw.ResultFile)
		return true
	}},
	{"a second draw", false, func(b draw.Bundle, _ *rand.Rand) bool {
		if b[draw.ResultFile] == nil {
			return false
		}
		var log []draw.Entry
		if json.Unmarshal(b[draw.LogFile], &log) != nil {
			return false
		}
		log = append(log, draw.Entry{Digest: draw.Digest(b[draw.ResultFile]), File: draw.ResultFile, Previous: b.Head()})
		b[draw.LogFile] = draw.Canonical(log)
		return true
	}},
	{"the log begun in the middle", false, func(b draw.Bundle, _ *rand.Rand) bool {
		var log []draw.Entry
		if json.Unmarshal(b[draw.LogFile], &log) != nil {
			return false
		}
		log = log[1:]
		log[0].Previous = ""
		b[draw.LogFile] = draw.Canonical(log)
		return true
	}},
}

// A bundle goes through the archive unchanged, and the script reads the same
// archive.
func TestPack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(9, 9))
	var b draw.Bundle
	for i, ok := 1, false; !ok; i++ {
		b, ok = bundleOf(t, rnd, i)
	}
	var zip, again bytes.Buffer
	if err := b.Pack(&zip); err != nil {
		t.Fatal(err)
	}
	got, err := draw.Unpack(bytes.NewReader(zip.Bytes()), int64(zip.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := verify.Bundle(got); err != nil {
		t.Fatal(err)
	}
	if err := got.Pack(&again); err != nil || !bytes.Equal(zip.Bytes(), again.Bytes()) {
		t.Errorf("packed again it differs (%v)", err)
	}
	for i, r := range script(t, []map[string][]byte{{"zip": zip.Bytes()}, {"zip": zip.Bytes()[:zip.Len()/2]}}) {
		if r.OK != (i == 0) {
			t.Errorf("%d: the script says %+v %v", i, r, r.Fault)
		}
	}
}
