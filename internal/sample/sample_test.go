package sample_test

import (
	"reflect"
	"strings"
	"testing"

	"shenbao/internal/chinacode"
	"shenbao/internal/sample"
)

func TestUnits(t *testing.T) {
	units := sample.Units()
	if len(units) != 30 || !reflect.DeepEqual(units, sample.Units()) {
		t.Fatalf("%d units, or not the same twice", len(units))
	}
	codes, people, kinds, provinces, calls := map[string]string{}, map[string]string{}, map[string]int{}, map[string]int{}, map[string]int{}
	rare := false
	for _, u := range units {
		if code, err := chinacode.CreditCode(u.Code); err != nil || code != u.Code || codes[code] != "" {
			t.Errorf("%s has the code %s: %v, %s", u.Name, u.Code, err, codes[code])
		}
		if _, ok := chinacode.FindPlace(u.Place); !ok {
			t.Errorf("%s lies in %s", u.Name, u.Place)
		}
		codes[u.Code] = u.Name
		kinds[u.Kind]++
		provinces[u.Place[:2]]++
		calls[u.Call+" "+u.Lacks]++
		for _, p := range u.Lists["staff"] {
			id, err := chinacode.ParseIdentity(p["person"])
			if err != nil || people[p["person"]] != "" || !strings.HasSuffix(p["person"][:6], "0000") {
				t.Errorf("%s of %s: %v, also %s", p["name"], u.Name, err, people[p["person"]])
			}
			if age := 2024 - id.Birth.Year(); age < 25 || age > 60 {
				t.Errorf("%s is %d", p["name"], age)
			}
			people[p["person"]] = p["name"]
			for _, r := range p["name"] {
				rare = rare || r > 0xffff
			}
		}
		if (u.Application() != nil) != (u.Call != "") {
			t.Errorf("%s: applies for %q, and its application is %v", u.Name, u.Call, u.Application() != nil)
		}
	}
	for _, kind := range []string{"enterprise", "university", "institute", "hospital"} {
		if kinds[kind] < 3 {
			t.Errorf("%d of %s", kinds[kind], kind)
		}
	}
	if provinces["37"]+provinces["14"] != 30 || calls[sample.Shandong+" "] < 3 || calls[sample.Shanxi+" "] < 2 || !rare {
		t.Errorf("provinces %v, calls %v, rare characters %v", provinces, calls, rare)
	}
}

// Authorities stand above those that name them, and registers have keepers.
func TestAuthorities(t *testing.T) {
	names := map[string]bool{}
	for _, a := range sample.Authorities() {
		if _, ok := chinacode.FindPlace(a.Place); !ok || a.Level == "department" != (a.Under != "") || a.Under != "" && !names[a.Under] {
			t.Errorf("authority %+v", a)
		}
		names[a.Name] = true
	}
	for _, r := range sample.Registers() {
		if !names[r.Keeper] || r.Document == "" || r.Day == "" {
			t.Errorf("register %s of %q", r.ID, r.Keeper)
		}
	}
}
