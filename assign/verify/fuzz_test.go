package verify_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"shenbao/assign/draw"
	"shenbao/assign/verify"
	"shenbao/internal/fault"
)

// sample is a bundle that has gone all the way.
func sample(t testing.TB) draw.Bundle {
	rnd := rand.New(rand.NewPCG(3, 3))
	for i := 3; ; i += 3 {
		if b, ok := bundleOf(t, rnd, i); ok && b[draw.ChangesFile] != nil && len(b[draw.BatchFile]) < 1500 {
			return b
		}
	}
}

// Whatever an archive holds, checking it ends with a report or a fault.
func FuzzUnpack(f *testing.F) {
	var zip bytes.Buffer
	if err := sample(f).Pack(&zip); err != nil {
		f.Fatal(err)
	}
	f.Add(zip.Bytes())
	f.Add([]byte("PK"))
	f.Fuzz(func(t *testing.T, text []byte) {
		b, err := draw.Unpack(bytes.NewReader(text), int64(len(text)))
		if err == nil {
			_, err = verify.Bundle(b)
		}
		faultOnly(t, err)
	})
}

// Files that a forger wrote, with a log that fits them, end with a fault.
func FuzzBundle(f *testing.F) {
	b := sample(f)
	f.Add(string(b[draw.BatchFile]), string(b[draw.ScoresFile]), string(b[draw.SolutionFile]), string(b[draw.ResultFile]), string(b[draw.ChangesFile]))
	f.Fuzz(func(t *testing.T, frozen, scores, solution, result, changes string) {
		c := draw.Bundle{}
		for name, text := range b {
			c[name] = text
		}
		c[draw.ScoresFile] = []byte(scores)
		c[draw.BatchFile] = []byte(frozen)
		rewrite(c, draw.BatchFile, func(x *draw.Batch) bool { x.Scores = draw.Digest(c[draw.ScoresFile]); return true })
		c[draw.SolutionFile] = []byte(solution)
		rewrite(c, draw.SolutionFile, func(x *draw.Solution) bool { x.Batch = draw.Digest(c[draw.BatchFile]); return true })
		c[draw.ResultFile], c[draw.ChangesFile] = []byte(result), []byte(changes)
		resolve(c)
		relog(c)
		_, err := verify.Bundle(c)
		faultOnly(t, err)
	})
}

func faultOnly(t *testing.T, err error) {
	for _, x := range fault.All(err) {
		if x.Key == fault.Unforeseen {
			t.Fatal(err)
		}
	}
}
