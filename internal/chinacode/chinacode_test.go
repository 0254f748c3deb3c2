package chinacode_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"shenbao/internal/chinacode"
	"shenbao/internal/fault"
)

const (
	goodCode   = "91350100M000100Y43" // the example of GB 32100-2015
	goodNumber = "11010519491231002X" // the example of GB 11643-1999
)

func TestCreditCode(t *testing.T) {
	for _, c := range []struct{ in, want, fault string }{
		{goodCode, goodCode, ""},
		{"91350100m000100y43", goodCode, ""},
		{" 9135 0100-M000 100Y43\t", goodCode, ""},
		{"９１３５０１００Ｍ０００１００Ｙ４３", goodCode, ""},
		{"", "", "chinacode.credit_length"},
		{goodCode[:17], "", "chinacode.credit_length"},
		{goodCode + "3", "", "chinacode.credit_length"},
		{strings.Repeat("9", 100_000), "", "chinacode.credit_length"},
		{"91350100M000100Y44", "", "chinacode.credit_check"},
		{"91350100M000010Y43", "", "chinacode.credit_check"}, // two neighbours changed places
		{"91350100I000100Y43", "", "chinacode.credit_character"},
		{"91350100M000100Z43", "", "chinacode.credit_character"},
		{"91350100甲000100Y43", "", "chinacode.credit_character"},
		{"913501A0M000100Y43", "", "chinacode.credit_place"},
	} {
		got, err := chinacode.CreditCode(c.in)
		if got != c.want || key(err) != c.fault {
			t.Errorf("CreditCode(%.30q) = %q, %v; want %q, %s", c.in, got, err, c.want, c.fault)
		}
	}
}

// Every single wrong character is found: 3 and 31 have no common divisor.
func TestCreditCodeFindsEverySlip(t *testing.T) {
	for i := range goodCode {
		for _, r := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
			slip := goodCode[:i] + string(r) + goodCode[i+1:]
			if _, err := chinacode.CreditCode(slip); (err == nil) != (slip == goodCode) {
				t.Errorf("CreditCode(%s): %v", slip, err)
			}
		}
	}
}

func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		in, birth string
		male      bool
		fault     string
	}{
		{goodNumber, "1949-12-31", false, ""},
		{"11010519491231002x", "1949-12-31", false, ""},
		{"440524188001010014", "1880-01-01", true, ""},
		{" 110105 19491231 002X ", "1949-12-31", false, ""},
		{numbered("83000019900101001"), "1990-01-01", true, ""},
		{numbered("91115619850228002"), "1985-02-28", false, ""},
		{"110105194912310021", "", false, "chinacode.identity_check"},
		{"11010519491231002", "", false, "chinacode.identity_length"},
		{"1101051949123100X2", "", false, "chinacode.identity_character"},
		{numbered("99010519491331002"), "", false, "chinacode.identity_birth"},
		{numbered("11010519490229002"), "", false, "chinacode.identity_birth"}, // no leap year
		{numbered("11010517491231002"), "", false, "chinacode.identity_birth"},
		{numbered("60010519491231002"), "", false, "chinacode.identity_region"},
		{strings.Repeat("１", 100_000), "", false, "chinacode.identity_length"},
	} {
		got, err := chinacode.ParseIdentity(c.in)
		if key(err) != c.fault {
			t.Errorf("ParseIdentity(%.30q): %v, want %s", c.in, err, c.fault)
			continue
		}
		if err != nil {
			if n := clean(c.in); utf8.RuneCountInString(n) > 6 && strings.Contains(err.Error(), n) {
				t.Errorf("the fault repeats the number: %v", err)
			}
			continue
		}
		if got.Birth.Format("2006-01-02") != c.birth || got.Male != c.male {
			t.Errorf("ParseIdentity(%q) = %v", c.in, got)
		}
	}
}

func TestIdentityFindsEverySlip(t *testing.T) {
	for i := range goodNumber {
		for _, r := range "0123456789X" {
			slip := goodNumber[:i] + string(r) + goodNumber[i+1:]
			if _, err := chinacode.ParseIdentity(slip); (err == nil) != (slip == goodNumber) {
				t.Errorf("ParseIdentity(%s): %v", slip, err)
			}
		}
	}
}

func TestMask(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{chinacode.MaskIdentity("110105194912311234"), "110***********1234"},
		{chinacode.MaskIdentity("1234567890"), "**********"},
		{chinacode.MaskIdentity(""), ""},
		{chinacode.MaskPhone("13812345678"), "138****5678"},
		{chinacode.MaskPhone("12345"), "*****"},
	} {
		if c.got != c.want {
			t.Errorf("masked %q, want %q", c.got, c.want)
		}
	}
}

func TestPlaces(t *testing.T) {
	for code, want := range map[string]string{
		"370114": "山东省济南市章丘区",
		"370000": "山东省",
		"110101": "北京市东城区",
		"441900": "广东省东莞市",
		"429004": "湖北省仙桃市",
		"810000": "香港特别行政区",
		"370199": "山东省济南市370199",
	} {
		if got := chinacode.PlaceName(code); got != want {
			t.Errorf("PlaceName(%s) = %q, want %q", code, got, want)
		}
	}
	if n := len(chinacode.PlacesIn("")); n != 34 {
		t.Errorf("%d provinces, want 34", n)
	}
	if got := fmt.Sprint(chinacode.PlacesIn("110000")[:2]); got != "[{110101 东城区} {110102 西城区}]" {
		t.Errorf("in Beijing: %s", got)
	}
	if got := len(chinacode.PlacesIn("370000")); got != 16 {
		t.Errorf("%d cities in Shandong, want 16", got)
	}
	if _, ok := chinacode.PlaceParent("370000"); ok {
		t.Error("a province has a parent")
	}
}

func TestWithin(t *testing.T) {
	for _, c := range []struct {
		code, above string
		want        bool
	}{
		{"370114", "370100", true},
		{"370114", "370000", true},
		{"370114", "370114", true},
		{"370100", "370114", false},
		{"370114", "370200", false},
		{"371482", "370100", false},
		{"653299", "650000", true}, // a county that the table does not have
		{"", "", false},
		{"37", "37", false},
		{"370114", "", false},
	} {
		if got := chinacode.Within(c.code, c.above); got != c.want {
			t.Errorf("Within(%q, %q) = %v", c.code, c.above, got)
		}
	}
	for code, want := range map[string]bool{"370114": true, "653299": true, "990000": false, "37011": false, "37011a": false, "": false, "３７０１１４": false} {
		if got := chinacode.IsPlaceCode(code); got != want {
			t.Errorf("IsPlaceCode(%q) = %v", code, got)
		}
	}
}

func TestSearchPlaces(t *testing.T) {
	for text, want := range map[string]string{
		"济南 章丘":  "[{370114 章丘区}]",
		"章丘":     "[{370114 章丘区}]",
		"370114": "[{370114 章丘区}]",
		"山东省":    "[{370000 山东省} {370100 济南市}]",
		"火星":     "[]",
		"":       "[]",
	} {
		if got := fmt.Sprint(chinacode.SearchPlaces(text, 2)); got != want {
			t.Errorf("SearchPlaces(%q) = %s, want %s", text, got, want)
		}
	}
}

func FuzzCreditCode(f *testing.F) {
	for _, s := range []string{goodCode, "91350100m000100y43", "９１３５０１００Ｍ０００１００Ｙ４３", "", "甲", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		code, err := chinacode.CreditCode(s)
		if err != nil {
			if fault.Of(err).Kind != fault.Invalid || code != "" {
				t.Errorf("CreditCode(%q) = %q, %v", s, code, err)
			}
			return
		}
		if again, err := chinacode.CreditCode(code); len(code) != 18 || again != code || err != nil {
			t.Errorf("CreditCode(%q) = %q, and of that %q, %v", s, code, again, err)
		}
	})
}

func FuzzParseIdentity(f *testing.F) {
	for _, s := range []string{goodNumber, "440524188001010014", "11010519491231002x", "", "甲", "\xff\xfe"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := chinacode.ParseIdentity(s)
		if err != nil {
			if fault.Of(err).Kind != fault.Invalid || id != (chinacode.Identity{}) {
				t.Errorf("ParseIdentity(%q) = %v, %v", s, id, err)
			}
			return
		}
		again, err := chinacode.ParseIdentity(id.Number)
		if len(id.Number) != 18 || again != id || err != nil || id.Birth.Format("20060102") != id.Number[6:14] {
			t.Errorf("ParseIdentity(%q) = %v, and of that %v, %v", s, id, again, err)
		}
	})
}

// numbered appends to 17 digits the check character that fits, found by trying.
func numbered(digits string) string {
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(digits[i]-'0')
	}
	for i, r := range "0123456789X" {
		if (sum+i)%11 == 1 {
			return digits + string(r)
		}
	}
	return digits
}

func clean(s string) string { return strings.ReplaceAll(s, " ", "") }

func key(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Key
}
