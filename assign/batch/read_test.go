package batch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"shenbao/internal/fault"
)

func source(text string) Source { return Source{"f.csv", strings.NewReader(text)} }

// told are the faults of an error: line, field, key, arguments.
func told(err error) string {
	var out []string
	for _, f := range fault.All(err) {
		out = append(out, strings.TrimSpace(fmt.Sprint(f.Line, " ", f.Field, " ", strings.TrimPrefix(f.Key, "assign."), " ", f.Args)))
	}
	return strings.Join(out, "; ")
}

func TestReadScores(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"matrix", "\ufeff,E1,E2\nA1,5,x\nA2,1000000,0\n", "A1 A2|E1 E2|5 -1/1000000 0"},
		{"bare decimals", "# comment\n0.25,x\n1.000000,0.5\n", "A1 A2|E1 E2|250000 -1/1000000 500000"},
		{"list in any order", "application,expert,score\nA1,E9,7\nA2,E1,x\nA1,E1,3\n", "A1 A2|E9 E1|7 3/-1 -1"},
		{"Chinese list", "申报书,专家,得分\n甲,乙,回避\n甲,丙,1\n", "甲|乙 丙|-1 1"},
		{"empty", "", "0  no_rows []"},
		{"only a header", ",E1\n", "0  no_rows []"},
		{"ragged", ",E1,E2\nA1,5\nA2,1,2\nA3,1,2,3\n", "2  cells [2 3]; 4  cells [4 3]"},
		{"NaN", ",E1,E2\nA1,5,NaN\nA2,-1,1000001\n", "2 A1 × E2 score [NaN 3 1000000]; 3 A2 × E1 score [-1 2 1000000]; 3 A2 × E2 score [1000001 3 1000000]"},
		{"seven places", ",E1\nA1,0.1234567\n", "2 A1 × E1 score [0.1234567 2 1000000]"},
		{"more than one", ",E1\nA1,1.5\n", "2 A1 × E1 score [1.5 2 1000000]"},
		{"exponent", ",E1\nA1,1e3\n", "2 A1 × E1 score [1e3 2 1000000]"},
		{"empty cell", ",E1\nA1,\n", "2 A1 × E1 score [ 2 1000000]"},
		{"mixed", ",E1,E2\nA1,0.5,1\n", "2 A1 × E2 mixed [3]"},
		{"expert twice", ",E1,E1\nA1,1,2\n", "1  twice [E1]"},
		{"application twice", ",E1\nA1,1\nA1,2\n", "3  twice [A1]"},
		{"nameless expert", ",E1,\nA1,1,2\n", "1  nameless [3]"},
		{"nameless application", ",E1\n,2\n", "2  nameless [1]"},
		{"pair twice", "application,expert,score\nA1,E1,7\nA2,E1,1\nA1,E1,3\n", "0 A1 × E1 pair_twice []"},
		{"nameless pair", "application,expert,score\nA1,,7\n", "2  nameless [2]"},
		{"quote", ",E1\n\"A1,5\n", "2:7 quote"},
		{"GBK", ",E1\n\xbc\xd7,5\n", "2  utf8 [1]"},
	} {
		p, err := ReadScores(context.Background(), source(c.text))
		got := told(err)
		if err == nil {
			got = shown(p)
			p.Ask([]int{1}, 1)
			if err := p.Check(); err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
		} else if c.name == "quote" {
			f := fault.Of(err)
			got = fmt.Sprintf("%d:%d %s", f.Line, f.Col, strings.TrimPrefix(f.Key, "assign."))
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// shown is a problem as ids and the full matrix.
func shown(p *Problem) string {
	var apps, experts, rows []string
	for j := range p.Experts {
		experts = append(experts, p.Experts[j].ID)
	}
	for a := range p.Applications {
		apps = append(apps, p.Applications[a].ID)
		var row []string
		for j := range p.Experts {
			row = append(row, fmt.Sprint(p.Scores.Of(a, j)))
		}
		rows = append(rows, strings.Join(row, " "))
	}
	return strings.Join(apps, " ") + "|" + strings.Join(experts, " ") + "|" + strings.Join(rows, "/")
}

// An endless line, an endless file of faults and a cancelled reading end soon.
func TestReadScoresIsBounded(t *testing.T) {
	_, err := ReadScores(context.Background(), Source{"f.csv", repeat("1,")})
	if !strings.Contains(told(err), "long") {
		t.Errorf("endless line: %s", told(err))
	}
	_, err = ReadScores(context.Background(), Source{"f.csv", io.MultiReader(strings.NewReader(",E1\n"), repeat("A,NaN\n"))})
	if n := len(fault.All(err)); n != maxFaults {
		t.Errorf("endless faults: %d told, want %d", n, maxFaults)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ReadScores(ctx, Source{"f.csv", repeat("1,2\n")}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

type repeat string

func (s repeat) Read(b []byte) (int, error) {
	n := 0
	for n+len(s) <= len(b) {
		n += copy(b[n:], s)
	}
	return max(n, copy(b, s)), nil
}

func TestReadRules(t *testing.T) {
	read := func(caps, experts, applications, recusals string) (*Problem, error) {
		ctx := context.Background()
		p, err := ReadScores(ctx, source(",E1,E2,E3\nA1,5,6,7\nA2,1,2,3\n"))
		if err != nil {
			t.Fatal(err)
		}
		needs := []int{2}
		if caps != "" {
			if needs, err = p.ReadCaps(ctx, source(caps)); err != nil {
				return nil, err
			}
			if needs == nil {
				needs = []int{2}
			}
		}
		p.Ask(needs, 4)
		if experts != "" {
			if err := p.ReadExperts(ctx, source(experts), 4); err != nil {
				return nil, err
			}
		}
		if applications != "" {
			if err := p.ReadApplications(ctx, source(applications)); err != nil {
				return nil, err
			}
		}
		if recusals != "" {
			if err := p.ReadRecusals(ctx, source(recusals)); err != nil {
				return nil, err
			}
		}
		return p, p.Check()
	}
	const experts = "expert,unit,place,seat,load\nE1,U1,P1,学术,2\nE2,U2,P2,产业,\nE3,,,学术,0\n"
	p, err := read("cap,seat,value\nseat,学术,3\nseat,产业,2\nunit,学术,1\nlocal,产业,0\nremote,,first\n", experts,
		"application,place,产业\nA1,P1,1\nA2,,\n", "application,expert,rule\nA1,E2,same-unit\n")
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(p.Seats, p.Applications, p.Experts, p.RemoteFirst, p.Recusals, p.Scores.Of(0, 1))
	want := "[{-1 学术 1} {0 产业 -1}] [{A1 [3 1] P1} {A2 [3 2] }] [{E1 2 P1 0 U1} {E2 4 P2 1 U2} {E3 0  0 }] true [{0 1 same-unit}] -1"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, c := range []struct{ caps, experts, applications, recusals, want string }{
		{"cap,seat,value\nunit,,0\n", "", "", "", "2 unit cap [0]"},
		{"cap,seat,value\nunit,,many\n", "", "", "", "2 unit cap [many]"},
		{"cap,seat,value\nfoo,,1\n", "", "", "", "2 foo cap_kind [foo]"},
		{"cap,seat,value\nseat,,1\n", "", "", "", "2 seat seat_line [1]"},
		{"cap,seat,value\nremote,,last\n", "", "", "", "2 remote remote [last]"},
		{"cap,seat,value\nunit,,1\nunit,,2\n", "", "", "", "3 unit twice [unit]"},
		{"cap,seat,value\nseat,a,1\nseat,b,1\nlocal,,1\n", "", "", "", "4 local which_seat []"},
		{"cap,value\n", "", "", "", "1  no_column [seat / 席位]"},
		{"", "expert,load\nE1,-1\nE2,1\nE3,1\n", "", "", "2 E1 load [-1 1000000]"},
		{"", "expert,load\nE1,1\nE2,1\n", "", "", "0 E3 no_row []"},
		{"", "expert,load\nE1,1\nE1,1\n", "", "", "3 E1 twice [E1]"},
		{"", "expert,load,size\nE1,1,2\n", "", "", "1 size column [3 expert, unit, place, seat, load]"},
		{"", "expert,seat\nE1,a\nE2,\nE3,\n", "", "", "2 E1 which_seat [a]"},
		{"", "", "application,per\nA1,-3\nA2,1\n", "", "2 A1 need [-3 1000000]"},
		{"", "", "application,per\nA7,3\n", "", "2 A7 stranger [1]"},
		{"", "", "application,per\nA1,0\nA2,0\n", "", "0  empty []"},
		{"", "", "", "application,expert,rule\nA1,E9,r\nA9,E1,r\nA1,E1,\n", "2 E9 stranger [2]; 3 A9 stranger [1]; 4 A1 × E1 no_rule []"},
	} {
		_, err := read(c.caps, c.experts, c.applications, c.recusals)
		if got := told(err); got != c.want {
			t.Errorf("%q %q %q %q: %s, want %s", c.caps, c.experts, c.applications, c.recusals, got, c.want)
		}
	}
}

// Whatever a file holds, reading ends with a checked problem or with faults.
func FuzzReadScores(f *testing.F) {
	for _, s := range []string{",E1,E2\nA1,5,x\n", "0.25,x\n1.0,0.5\n", "application,expert,score\nA1,E9,7\nA2,E1,x\nA1,E1,3\n", "\"", "a,b\n,\n", "x\n", "0A\n00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := ReadScores(context.Background(), source(text))
		if err != nil {
			for _, x := range fault.All(err) {
				if x.Key == fault.Unforeseen {
					t.Fatal(err)
				}
			}
			return
		}
		p.Ask([]int{1}, 1)
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
	})
}

// The files of rules, likewise.
func FuzzReadRules(f *testing.F) {
	f.Add("cap,seat,value\nseat,a,3\nunit,a,1\nlocal,a,0\nremote,,first\n", "expert,unit,place,seat,load\nE1,u,p,a,2\nE2,,,a,\n",
		"application,place,a\nA1,p,1\n", "application,expert,rule\nA1,E1,r\n")
	f.Fuzz(func(t *testing.T, caps, experts, applications, recusals string) {
		ctx := context.Background()
		p, err := ReadScores(ctx, source(",E1,E2\nA1,5,6\n"))
		if err != nil {
			t.Fatal(err)
		}
		needs, err := p.ReadCaps(ctx, source(caps))
		if err != nil {
			return
		}
		if needs == nil {
			needs = []int{1}
		}
		p.Ask(needs, 1)
		if p.ReadExperts(ctx, source(experts), 1) != nil || p.ReadApplications(ctx, source(applications)) != nil || p.ReadRecusals(ctx, source(recusals)) != nil {
			return
		}
		// Check may still refuse what does not fit together, with a fault.
		for _, x := range fault.All(p.Check()) {
			if x.Key == fault.Unforeseen {
				t.Fatal(x)
			}
		}
	})
}
