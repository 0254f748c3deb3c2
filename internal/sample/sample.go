// Package sample makes an invented province or two (示例数据): thirty units with
// their people, years of finance, instruments and platforms, the authorities
// over them and the registers that these keep, for tests, screenshots and the
// demonstration. Nothing in it is random: every call gives the same.
//
// It knows no room. Rows are texts by column, as somebody would type them: the
// lists of a unit have the columns of registry.Lists, the registers those of
// registry.RegisterLists, and [Unit.Application] has the facts of a package.
//
// Credit codes and identity numbers are sound and belong to nobody: identity
// numbers begin with the code of a province, under which no person was ever
// registered.
package sample

import (
	"math/rand/v2"
	"strconv"
	"time"

	"shenbao/internal/chinacode"
)

// An Authority (主管部门) is one that units stand under. Its place says which,
// but for a department, which is put under another authority by name.
type Authority struct {
	Name, Place string
	Level       string // province, city, district, department
	Under       string // of a department: the name of the authority above it
}

// Authorities are two provinces with cities, districts and departments, the
// higher ones first.
func Authorities() []Authority {
	return []Authority{
		{"山东省科学技术厅", "370000", "province", ""},
		{"山西省科学技术厅", "140000", "province", ""},
		{"济南市科学技术局", "370100", "city", ""},
		{"青岛市科学技术局", "370200", "city", ""},
		{"太原市科学技术局", "140100", "city", ""},
		{"济南市章丘区工业信息化和科技局", "370114", "district", ""},
		{"济南市历下区科学技术局", "370102", "district", ""},
		{"太原市小店区科学技术局", "140105", "district", ""},
		{"山东省教育厅", "370000", "department", "山东省科学技术厅"},
		{"山西省教育厅", "140000", "department", "山西省科学技术厅"},
		{"济南市卫生健康委员会", "370100", "department", "济南市科学技术局"},
	}
}

// A Unit (单位) is an invented organisation.
type Unit struct {
	Name, Code string
	Kind       string // a code of programmes/terms/unit-kinds
	Place      string
	Field      string
	Call       string                         // the package that it applies for, "" for none
	Lacks      string                         // the rule that it fails under that package, "" when it meets all
	Lists      map[string][]map[string]string // its profile: rows by list

	spec spec
	seed uint64
}

// Units are the thirty units, those of a province together.
func Units() []Unit {
	var all []Unit
	for i, s := range specs {
		u := Unit{Name: s.name, Kind: s.kind, Place: s.place, Field: s.field, Call: s.call, Lacks: s.lacks, spec: s, seed: uint64(i)}
		u.Code = creditCode(s.kind, s.place, i)
		u.Lists = u.lists()
		all = append(all, u)
	}
	return all
}

// dice are the unit's own random numbers for one use.
func (u Unit) dice(use uint64) *rand.Rand { return rand.New(rand.NewPCG(u.seed+1, use)) }

// creditCode is a sound credit code: 91 for companies, 12 for institutions.
func creditCode(kind, place string, n int) string {
	head := "12"
	if kind == "enterprise" {
		head = "91"
	}
	code := head + place + "MA" + padded(n+1, 7)
	for _, check := range "0123456789ABCDEFGHJKLMNPQRTUWXY" {
		if sound, err := chinacode.CreditCode(code + string(check)); err == nil {
			return sound
		}
	}
	return ""
}

// identity is a sound identity number of a province: n tells people of one
// birthday apart, and is odd for men.
func identity(place string, birth time.Time, n int) string {
	head := place[:2] + "0000" + birth.Format("20060102") + padded(n, 3)
	for _, check := range "0123456789X" {
		if _, err := chinacode.ParseIdentity(head + string(check)); err == nil {
			return head + string(check)
		}
	}
	return ""
}

func padded(n, width int) string {
	s := strconv.Itoa(n)
	for len(s) < width {
		s = "0" + s
	}
	return s
}

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}
