package programme_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"shenbao/programme"
)

// The five documents hold 559 clauses; every one is present and carried.
func TestCoverageOfAll(t *testing.T) {
	lib, err := programme.Open(os.DirFS(packages))
	if err != nil {
		t.Fatal(err)
	}
	tables, total, err := lib.Coverage()
	if err != nil {
		t.Error(err)
	}
	want := map[string]int{"000": 89, "001": 97, "002": 241, "003": 38, "004": 94}
	got := map[string]int{}
	for _, c := range tables {
		got[c.Inventory] += c.Counts.Clauses
		if n := c.Counts; n.Runs+n.Partly+n.Pending+n.Empty != n.Clauses {
			t.Errorf("%s: the states do not add up: %+v", c.Package, n)
		}
		for _, id := range c.Empty {
			t.Errorf("%s: nothing carries %s", c.Package, id)
		}
	}
	sum := 0
	for seed, n := range want {
		sum += n
		if got[seed] != n {
			t.Errorf("inventory %s: %d clauses, want %d", seed, got[seed], n)
		}
	}
	if total.Counts.Clauses != sum || total.Counts.Empty != 0 {
		t.Errorf("all together: %+v, want %d clauses and none empty", total.Counts, sum)
	}
}

// Every clause has the kind that the inventory beside the project gives it.
func TestKindsAreTheInventorys(t *testing.T) {
	kinds := inventoryKinds(t)
	lib, err := programme.Open(os.DirFS(packages))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range lib.List() {
		p, _ := lib.Load(e.ID) // TestCoverageOfAll says what is wrong with it
		if p == nil {
			t.Fatalf("%s cannot be read", e.ID)
		}
		for _, c := range p.Coverage() {
			kind, ok := kinds[c.Clause]
			if !ok {
				t.Errorf("%s is not in the inventory", c.Clause)
			} else if kind != string(c.Kind) {
				t.Errorf("%s is %q, in the inventory %q", c.Clause, c.Kind, kind)
			}
			delete(kinds, c.Clause)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(kinds)) {
		t.Errorf("no package has %s", id)
	}
}

// inventoryKinds reads the kind of every clause from the list beside the
// project; where there is none, the test is skipped, except under CI.
func inventoryKinds(t *testing.T) map[string]string {
	t.Helper()
	file := filepath.Join("../../shared", "clauses.json")
	text, err := os.ReadFile(file)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal(err)
		}
		t.Skipf("not compared with the inventory, which does not stand beside the project: %v", err)
	}
	var rows []struct{ ID, Kind string }
	if err := json.Unmarshal(text, &rows); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]string{}
	for _, r := range rows {
		kinds[r.ID] = r.Kind
	}
	return kinds
}
