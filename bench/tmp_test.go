package bench

import (
	"os"
	"testing"
	"strings"

	"shenbao/programme"
	"shenbao/rule"
)

func TestTmp(t *testing.T) {
	l, err := programme.Open(os.DirFS("../programmes"))
	if err != nil {
		t.Fatal(err)
	}
	p, err := l.Load("shandong-tic-2024")
	if err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile("../docs/example/facts.json")
	f, fs := p.Schema.ReadFacts(strings.NewReader(string(text)))
	if len(fs) > 0 {
		t.Fatal(fs)
	}
	res := p.Program.NewResult()
	p.Program.Eval(f, res)
	for i, r := range p.Program.Rules {
		t.Log(r.ID, r.Effect, r.Modality, res.Rules[i], res.Why[i].Codes(), rule.Format(r.Node, "en"))
	}
	t.Log(p.Program.Judge(f, res, p.Program.Findings(f, res)).Answer)
}
