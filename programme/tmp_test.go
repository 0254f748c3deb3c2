package programme

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTmp(t *testing.T) {
	l, err := Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range l.List() {
		p, _ := l.Load(e.ID)
		n, _ := filepath.Glob("../../shared/seeds/" + p.Inventory + "_*")
		f, _ := os.Open(n[0])
		r, err := p.Verify(f)
		if err != nil {
			t.Fatal(err)
		}
		t.Log(r.OK, r.Clauses, r.Sentences, r.Figures, len(r.Faults))
		for _, f := range r.Faults {
			t.Log(f.Clause, f.Locator, f.File, f.Line, f.SourceLine, f.Message.ZH)
		}
		for _, f := range r.Noise {
			t.Log(f)
		}
	}
}
