package draw_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"shenbao/assign"
	"shenbao/assign/assigntest"
	"shenbao/assign/batch"
	"shenbao/assign/draw"
)

// table is a plan given as a matrix of units, without caps.
func table(units, need, load int, m [][]int) (*batch.Problem, *batch.Plan) {
	p := &batch.Problem{Seats: []batch.Seat{{PerUnit: batch.NoCap, Local: batch.NoCap}}}
	plan := &batch.Plan{Units: units, Most: units}
	var scores [][]int32
	for a, row := range m {
		p.Applications = append(p.Applications, batch.Application{ID: fmt.Sprint("A", a), Needs: []int{need}})
		scores = append(scores, make([]int32, len(row)))
		for e, n := range row {
			if n > 0 {
				plan.Shares = append(plan.Shares, batch.Share{Row: a, Expert: e, Units: n})
			}
		}
	}
	for e := range m[0] {
		p.Experts = append(p.Experts, batch.Expert{ID: fmt.Sprint("E", e), Load: load})
	}
	p.Scores = batch.NewMatrix(len(p.Experts), scores)
	return p, plan
}

// The matrix of the published vectors.
func vectors() (*batch.Problem, *batch.Plan) {
	return table(4, 2, 2, [][]int{{3, 2, 1, 0, 1, 1}, {0, 3, 2, 2, 1, 0}, {2, 0, 2, 3, 0, 1}, {1, 1, 1, 1, 2, 2}})
}

func TestVectors(t *testing.T) {
	p, plan := vectors()
	for _, c := range []struct {
		seed byte
		want string
	}{
		{0x00, "[[0 4] [1 3] [2 3] [0 5]]"},
		{0x01, "[[0 4] [1 2] [2 3] [3 5]]"},
		{0xff, "[[1 2] [1 3] [0 5] [0 4]]"},
	} {
		if got := fmt.Sprint(draw.Lottery(p, plan, draw.Seed(bytes.Repeat([]byte{c.seed}, 32)))); got != c.want {
			t.Errorf("seed %02x…: %s, want %s", c.seed, got, c.want)
		}
	}
}

// Over many draws every pair comes up as often as its share says, pairs of
// experts come together about as often as chance would have it, and the panels
// of one application take all forms: no one trail ties the batch together.
func TestStatistics(t *testing.T) {
	const draws = 40_000
	p, plan := vectors()
	single, together, panels := map[[2]int]int{}, map[[2]int]int{}, map[string]int{}
	for i := range draws {
		got := draw.Lottery(p, plan, draw.Seed(sha256.Sum256(fmt.Appendf(nil, "vec%d", i))))
		load := map[int]int{}
		for r, panel := range got {
			if len(panel) != 2 {
				t.Fatalf("draw %d: row %d has %v", i, r, panel)
			}
			for _, e := range panel {
				single[[2]int{r, e}]++
				load[e]++
			}
		}
		for e, n := range load {
			if n > 2 {
				t.Fatalf("draw %d: expert %d has %d", i, e, n)
			}
		}
		together[[2]int{got[3][0], got[3][1]}]++
		panels[fmt.Sprint(got)]++
	}
	sum := 0.0
	for _, s := range plan.Shares {
		q := float64(s.Units) / 4
		z2 := 0.0
		if q < 1 {
			d := float64(single[[2]int{s.Row, s.Expert}]) - draws*q
			z2 = d * d / (draws * q * (1 - q))
		}
		if z2 > 16 {
			t.Errorf("row %d, expert %d: z² = %.1f", s.Row, s.Expert, z2)
		}
		sum += z2
	}
	if sum > 45 { // 19 pairs: four standard deviations above their mean
		t.Errorf("sum of z² = %.1f over %d pairs", sum, len(plan.Shares))
	}
	// Of application 3 every one of the 15 panels occurs. Experts 4 and 5 have
	// one half each, and 4 with 5 would be 0.2 of the panels if the panel were
	// drawn by itself.
	if len(together) != 15 || len(panels) < 150 {
		t.Errorf("%d panels of one application, want 15; %d outcomes", len(together), len(panels))
	}
	if n := float64(together[[2]int{4, 5}]) / draws; n < .15 || n > .30 {
		t.Errorf("experts 4 and 5 meet in %.3f of the draws", n)
	}
}

// With caps no draw breaks one, and the shares are kept.
func TestStatisticsWithCaps(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 4))
	pairs, z2 := 0, 0.0
	for tried := 0; tried < 15; {
		p, plan, ok := planned(t, rnd, 8)
		if !ok || p.Seats[0].PerUnit == batch.NoCap && p.Seats[0].Local == batch.NoCap {
			continue
		}
		tried++
		const draws = 2000
		single := map[[2]int]int{}
		for i := range draws {
			panels := draw.Lottery(p, plan, draw.Seed(sha256.Sum256(fmt.Append(nil, tried, i))))
			if why := broken(p, panels); why != "" {
				t.Fatalf("batch %d, draw %d: %s", tried, i, why)
			}
			for r, panel := range panels {
				for _, e := range panel {
					single[[2]int{r, e}]++
				}
			}
		}
		for _, s := range plan.Shares {
			q := float64(s.Units) / 8
			if s.Units == 8 {
				if single[[2]int{s.Row, s.Expert}] != draws {
					t.Errorf("a certain pair was not drawn each time")
				}
				continue
			}
			d := float64(single[[2]int{s.Row, s.Expert}]) - draws*q
			z := d * d / (draws * q * (1 - q))
			if z > 25 {
				t.Errorf("batch %d, pair %v: z² = %.1f", tried, s, z)
			}
			z2 += z
			pairs++
		}
	}
	if mean := z2 / float64(pairs); pairs < 100 || mean < .7 || mean > 1.3 {
		t.Errorf("mean z² = %.2f over %d pairs, want about 1", mean, pairs)
	}
}

// planned is a random batch with a random plan; ok is false when there is none.
func planned(t testing.TB, rnd *rand.Rand, units int) (*batch.Problem, *batch.Plan, bool) {
	p := assigntest.Random(rnd, 1+rnd.IntN(8), 4+rnd.IntN(16))
	if p.Demand() == 0 {
		return nil, nil, false
	}
	r, err := assign.Solve(context.Background(), p, assign.Options{Units: units, Most: 1 + rnd.IntN(units)})
	if err != nil {
		t.Fatal(err)
	}
	return p, r.Plan, r.Shortage == nil
}

// broken says which rule panels break, or "".
func broken(p *batch.Problem, panels [][]int) string {
	load := map[int]int{}
	for r, row := range p.Rows() {
		if len(panels[r]) != row.Need {
			return fmt.Sprintf("row %d has %v", r, panels[r])
		}
		units, local := map[string]int{}, 0
		for _, e := range panels[r] {
			load[e]++
			if u := p.Experts[e].Unit; u != "" {
				units[u]++
			}
			if p.Local(row.Application, e) {
				local++
			}
			if load[e] > p.Experts[e].Load {
				return fmt.Sprintf("expert %d has %d", e, load[e])
			}
		}
		seat := p.Seats[row.Seat]
		if seat.Local != batch.NoCap && local > seat.Local {
			return fmt.Sprintf("row %d has %d local experts", r, local)
		}
		for _, n := range units {
			if seat.PerUnit != batch.NoCap && n > seat.PerUnit {
				return fmt.Sprintf("row %d has %d of one unit", r, n)
			}
		}
	}
	return ""
}

// caseJSON is a case of testdata/halving.py.
type caseJSON struct {
	Rows    int      `json:"rows"`
	Experts int      `json:"experts"`
	Units   int      `json:"units"`
	Seed    string   `json:"seed"`
	Shares  [][5]any `json:"shares"`
}

// On a thousand random batches, with and without caps, the Python reference
// draws the same panels.
func TestAgainstPython(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("python3 is not installed")
	}
	rnd := rand.New(rand.NewPCG(5, 5))
	var in bytes.Buffer
	var want []string
	for len(want) < 1000 {
		units := 1 << rnd.IntN(6)
		p, plan, ok := planned(t, rnd, units)
		if !ok {
			continue
		}
		seed := sha256.Sum256(fmt.Append(nil, len(want)))
		c := caseJSON{Rows: len(p.Rows()), Experts: len(p.Experts), Units: units, Seed: hex.EncodeToString(seed[:])}
		numbers, _ := p.UnitNumbers()
		for _, s := range plan.Shares {
			row := p.Rows()[s.Row]
			seat, group := p.Seats[row.Seat], int32(-1)
			if seat.PerUnit != batch.NoCap {
				group = numbers[s.Expert]
			}
			c.Shares = append(c.Shares, [5]any{s.Row, s.Expert, s.Units, group, seat.Local != batch.NoCap && p.Local(row.Application, s.Expert)})
		}
		if err := json.NewEncoder(&in).Encode(c); err != nil {
			t.Fatal(err)
		}
		panels, _ := json.Marshal(draw.Lottery(p, plan, seed))
		want = append(want, string(panels))
	}
	compareLines(t, python(t, "testdata/halving.py", &in), want)
}

func python(t *testing.T, script string, in *bytes.Buffer) []string {
	cmd := exec.Command("python3", script)
	cmd.Stdin, cmd.Stderr = in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for s := bufio.NewScanner(bytes.NewReader(out)); s.Scan(); {
		lines = append(lines, strings.ReplaceAll(s.Text(), " ", ""))
	}
	return lines
}

func compareLines(t *testing.T, got, want []string) {
	if len(got) != len(want) {
		t.Fatalf("%d panels, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("case %d: %s, want %s", i, got[i], want[i])
		}
	}
}

// reference is a driver for the published reference of the lottery without
// caps, which stands beside the project.
const reference = `
import json, sys
sys.path.insert(0, sys.argv[1])
from halving_ref import draw
for line in sys.stdin:
    c = json.loads(line)
    panels = [[] for _ in range(c["rows"])]
    for a, e in draw({(s[0], s[1]): s[2] for s in c["shares"]}, c["rows"], c["experts"], c["units"], bytes.fromhex(c["seed"])):
        panels[a].append(e)
    print(json.dumps(panels))
`

func TestAgainstReference(t *testing.T) {
	dir := ""
	for _, d := range []string{"../../../shared/research/draw", "../../../../shared/research/draw"} {
		if _, err := os.Stat(d + "/halving_ref.py"); err == nil {
			dir = d
		}
	}
	if _, err := exec.LookPath("python3"); err != nil || dir == "" {
		t.Skip("the reference does not stand beside the project, or python3 is not installed")
	}
	rnd := rand.New(rand.NewPCG(6, 6))
	var in bytes.Buffer
	var want []string
	for len(want) < 1000 {
		units := 2 << rnd.IntN(5)
		p, plan, ok := planned(t, rnd, units)
		if !ok || len(p.Seats) > 1 || p.Seats[0].PerUnit != batch.NoCap || p.Seats[0].Local != batch.NoCap {
			continue
		}
		seed := sha256.Sum256(fmt.Append(nil, "r", len(want)))
		c := caseJSON{Rows: len(p.Rows()), Experts: len(p.Experts), Units: units, Seed: hex.EncodeToString(seed[:])}
		for _, s := range plan.Shares {
			c.Shares = append(c.Shares, [5]any{s.Row, s.Expert, s.Units, -1, false})
		}
		if err := json.NewEncoder(&in).Encode(c); err != nil {
			t.Fatal(err)
		}
		panels, _ := json.Marshal(draw.Lottery(p, plan, seed))
		want = append(want, string(panels))
	}
	script := t.TempDir() + "/reference.py"
	if err := os.WriteFile(script, []byte(reference), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", script, dir)
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	compareLines(t, strings.Split(strings.TrimSpace(strings.ReplaceAll(string(out), " ", "")), "\n"), want)
}

// Nobody is drawn again who has left, and the queue is the same whoever was
// drawn.
func TestAlternates(t *testing.T) {
	p, plan := vectors()
	for e := range p.Experts {
		p.Experts[e].Load = 3
	}
	seed := draw.Seed{1}
	panels := draw.Lottery(p, plan, seed)
	roll := draw.NewRoll(p, 0, seed, panels)
	queue := draw.Queue(p, 0, seed, 0)
	if len(queue) != 6 {
		t.Fatalf("queue %v", queue)
	}
	left := map[int]bool{}
	for len(left) < 3 {
		out := roll.Panels[0][0]
		left[out] = true
		want := -1
		for _, e := range queue {
			if !left[e] && !slices.Contains(roll.Panels[0], e) && busy(roll.Panels, e) < 3 {
				want = e
				break
			}
		}
		c, err := roll.Leave(0, out, "病假")
		if err != nil || c.In != want {
			t.Fatalf("%+v, %v, want %d", c, err, want)
		}
	}
	if _, err := roll.Leave(0, queue[0], ""); err == nil {
		t.Error("a change without a reason was accepted")
	}
	if _, err := roll.Leave(9, 0, "x"); err == nil {
		t.Error("a change in no row was accepted")
	}
}

func busy(panels [][]int, e int) (n int) {
	for _, panel := range panels {
		if slices.Contains(panel, e) {
			n++
		}
	}
	return n
}
