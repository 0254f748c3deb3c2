package apply_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"shenbao/apply"
)

// What two applications of different hosts share in these tests.
func sharedFacts(name string) map[string]any {
	return map[string]any{"centre.name": name, "direction": "humanoid_robot",
		"staff": list(human("王知远", numberA, "1980-03-09"))}
}

const (
	myName    = "山东省仿生灵巧操作机构技术创新中心"
	theirName = "山东省仿生灵巧操纵机构技术创新中心"
)

// Who may open both applications learns with whom the conflict is; who may open
// this one alone, that there is one; everybody else nothing.
func TestWithWhomTheConflictIs(t *testing.T) {
	above := []string{"district officer", "district head", "city officer", "province officer", "programme officer"}
	for unit, may := range map[string][]string{
		"other": above, "partner": {"programme officer"}, "host": append([]string{"host admin", "host editor"}, above...),
	} {
		t.Run(unit, func(t *testing.T) {
			each(t, func(h *house) {
				id := h.shown(h.draft("host", h.Call, sharedFacts(myName)))
				rival := h.live(h.draft(unit, h.Call, sharedFacts(theirName)))
				for _, who := range append([]string{"host admin", "host editor"}, above...) {
					text, err := json.Marshal(h.conflicts(who, id))
					h.must(err)
					told := slices.Contains(may, who)
					if bytes.Contains(text, []byte(rival)) != told || bytes.Contains(text, []byte(theirName)) != told {
						t.Errorf("%s is to be told with whom: %v\n%s", who, told, text)
					}
					if direction := told && unit != "partner"; bytes.Contains(text, []byte(`"direction"`)) != direction {
						t.Errorf("%s is to be told of the direction: %v\n%s", who, direction, text)
					}
				}
				for _, who := range []string{"partner admin", "other admin", "abroad officer", "capital officer", "visitor"} {
					_, err := h.mayConflicts(who, id)
					h.want(who, err, "apply.missing")
				}
			})
		})
	}
}

// whatIsTold is all that a reader learns of an application's surroundings.
func (h *house) whatIsTold(who string, id apply.ID) string {
	h.Helper()
	a := h.assessed("host admin", id)
	text, err := json.Marshal([]any{a, h.conflicts(who, id)})
	h.must(err)
	return string(text)
}

// Another's application changes nothing for somebody who may not know it, but
// for the fact that something of theirs is in use; and that is the same whoever
// uses it, how often and for what.
func TestOthersLeaveNoOtherTrace(t *testing.T) {
	for _, c := range []struct {
		pkg, unit string
		readers   []string // who may see the one application and not the others
	}{
		{"shandong", "other", []string{"host admin", "host editor"}},
		{"shandong", "partner", []string{"host admin", "host editor", "district officer", "city head", "province officer"}},
		{"shanxi", "other", []string{"host admin", "host editor"}},
		{"shanxi", "partner", []string{"host admin", "host editor", "district officer", "city head", "province officer"}},
	} {
		t.Run(c.pkg+" "+c.unit, func(t *testing.T) {
			each(t, func(h *house) {
				pkg := c.pkg
				of := h.Call
				if pkg == "shanxi" {
					of = h.shanxi()
				}
				id := h.shown(h.draft("host", of, withoutDirection(pkg, sharedFacts(myName))))
				read := func() (out []string) {
					for _, who := range c.readers {
						out = append(out, h.whatIsTold(who, id))
					}
					return out
				}
				alone := read()
				h.live(h.draft(c.unit, of, withoutDirection(pkg, strangersFacts())))
				if got := read(); !slices.Equal(got, alone) {
					t.Errorf("an application that shares nothing shows: %s", apart(got, alone))
				}
				first := h.live(h.draft(c.unit, of, withoutDirection(pkg, sharedFacts(theirName))))
				once := read()
				if slices.Equal(once, alone) {
					t.Fatal("the conflict does not show")
				}
				for _, text := range once {
					if strings.Contains(text, string(first)) || strings.Contains(text, theirName) || strings.Contains(text, h.Units[c.unit].Name) {
						t.Errorf("it is told with whom: %s", text)
					}
				}
				more := sharedFacts(theirName)
				more["staff"] = list(human("汪知远", numberA, "1980-03-01"), human("别人", numberB, "1977-01-01"))
				h.live(h.draft(c.unit, of, withoutDirection(pkg, more)))
				h.live(h.draft(c.unit, of, withoutDirection(pkg, more)))
				if got := read(); !slices.Equal(got, once) {
					t.Errorf("how many share it shows: %s", apart(got, once))
				}
			})
		})
	}
}

// apart is where texts begin to differ.
func apart(a, b []string) string {
	for i := range a {
		for j := range min(len(a[i]), len(b[i])) {
			if a[i][j] != b[i][j] {
				return a[i][max(0, j-200):min(len(a[i]), j+200)] + "\nand\n" + b[i][max(0, j-200):min(len(b[i]), j+200)]
			}
		}
	}
	return "by their length"
}

// withoutDirection leaves out what the form of a package does not ask.
func withoutDirection(pkg string, facts map[string]any) map[string]any {
	if pkg == "shanxi" {
		delete(facts, "direction")
	}
	return facts
}

func strangersFacts() map[string]any {
	return map[string]any{"centre.name": "山东省深海装备技术创新中心", "direction": "bci", "staff": list(human("旁人", numberB, "1980-03-09"))}
}
