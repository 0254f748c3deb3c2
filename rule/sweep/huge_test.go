package sweep

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"shenbao/rule"
)

// unitStream makes lines of units as they are read; each has a key of its own.
type unitStream struct {
	lines [][]byte // with a place for the key: 18 digits
	at    []int
	n     int           // lines that are still to come
	key   func(int) int // of a line, counted from 1
	next  []byte
	count int
}

const keyPlace = "000000000000000000"

func (s *unitStream) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(s.next) == 0 {
			if s.n == 0 {
				break
			}
			s.n--
			i := s.count % len(s.lines)
			s.count++
			place := s.lines[i][s.at[i]:][:len(keyPlace)]
			for at, c := len(place)-1, s.key(s.count); at >= 0; at, c = at-1, c/10 {
				place[at] = byte('0' + c%10)
			}
			s.next = s.lines[i]
		}
		m := copy(p[n:], s.next)
		n, s.next = n+m, s.next[m:]
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// manyUnits makes n lines, of which one in a thousand is damaged.
func manyUnits(n int, header string, line func(i int) string, damaged ...string) io.Reader {
	s := &unitStream{n: n, key: func(i int) int { return i }}
	for i := range 4000 {
		text := line(i)
		if i%1000 == 999 {
			text = damaged[i/1000%len(damaged)]
		}
		s.lines = append(s.lines, []byte(text+"\n"))
		s.at = append(s.at, strings.Index(text, keyPlace))
	}
	return io.MultiReader(strings.NewReader(header), s)
}

// memory is the most that the process took, in MB, or 0 when the system does not
// say.
func memory() int {
	text, _ := os.ReadFile("/proc/self/status") // on other systems there is none
	m := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(text)
	if m == nil {
		return 0
	}
	kb, _ := strconv.Atoi(string(m[1])) // digits
	return kb >> 10
}

// Ten million units in 5 GB of CSV or in 10 GB of NDJSON take less than 1.5 GiB;
// ordinarily a five-hundredth of them is read. Every row that is no unit is told.
func TestHuge(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(20)) // as the command has it
	n := 20_000
	if huge {
		n = 10_000_000
	}
	p := enterprises(t)
	schema, faults := rule.NewSchema(append(slices.Clone(p.Schema.Facts), &rule.Fact{Code: "note", Name: "说明", Kind: rule.LongTextKind}), p.Schema.Params, nil)
	if len(faults) > 0 {
		t.Fatal(faults[0])
	}
	r, facts := rand.New(rand.NewPCG(7, 7)), p.Schema.NewFacts()
	for _, c := range []struct {
		name string
		load func(l *Loader) error
	}{
		{"csv", func(l *Loader) error {
			header, row := enterpriseCSV(p.Schema)
			return l.CSV(t.Context(), manyUnits(n, header, func(int) string {
				enterprise(r, facts)
				return row(facts)
			}, keyPlace+",1,2", keyPlace+",\"甲\"乙\",3", keyPlace+"\xd6\xd0\xb9\xfa", keyPlace+",\x00"))
		}},
		{"ndjson", func(l *Loader) error {
			return l.NDJSON(t.Context(), manyUnits(n, "", func(int) string {
				enterprise(r, facts)
				line := string(bytes.TrimSpace(enterpriseLine(r, facts)))
				_, rest, _ := strings.Cut(line, ", ")
				return `{"id": "` + keyPlace + `", ` + rest
			}, `{"id": "`+keyPlace+`", }`, `["`+keyPlace+`"]`, `{"`+keyPlace+`": "`+"\xd6\xd0\xb9\xfa\"}", `{"id": "`+keyPlace+`"`))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			left, told, bytes := 0, 0, int64(0)
			l := &Loader{Table: NewTable(schema, p.Rules), Progress: func(p Progress) { bytes = p.Bytes }, Faults: func(f RowFault) {
				if told++; f.Left {
					left++
				}
			}}
			began := time.Now()
			if err := c.load(l); err != nil {
				t.Fatal(err)
			}
			took := time.Since(began)
			if l.Table.Rows() != n-n/1000 || left != n/1000 || told != left {
				t.Errorf("%d units, %d left out, %d faults of %d lines", l.Table.Rows(), left, told, n)
			}
			if l.Table.Key(0) != fmt.Sprintf("%018d", 1) || l.Table.Key(l.Table.Rows()-1) != fmt.Sprintf("%018d", n-1) {
				t.Errorf("keys from %s to %s", l.Table.Key(0), l.Table.Key(l.Table.Rows()-1))
			}
			if most := memory(); huge && most > 1536 {
				t.Errorf("%d MB", most)
			}
			t.Logf("%d units, %d MB in %v: %.0f units/s, columns of %d MB, at most %d MB in memory", l.Table.Rows(), bytes>>20, took, float64(n)/took.Seconds(), l.Table.Bytes()>>20, memory())
		})
	}
}

// Ten million units with twenty million rows of a list, which stand in no order,
// take less than 1.5 GiB too.
func TestHugeList(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(20)) // as the command has it
	n := 20_000
	if huge {
		n = 10_000_000
	}
	w := newWorld(1)
	l := &Loader{Table: NewTable(w.s, nil), Faults: func(f RowFault) { t.Fatal(said(f)) }}
	l.Table.use(w.s.Fact("flag"), nil)
	staff := w.s.Fact("staff")
	l.Table.use(w.s.Fact("staff.n"), staff)
	began := time.Now()
	if err := l.CSV(t.Context(), manyUnits(n, "编号,flag\n", func(int) string { return keyPlace + ",是" }, keyPlace+",否")); err != nil {
		t.Fatal(err)
	}
	rows := &unitStream{n: 2 * n, key: func(i int) int { return 1 + i*7919%n }, lines: [][]byte{[]byte(keyPlace + ",5\n"), []byte(keyPlace + ",7\n")}, at: []int{0, 0}}
	loaded := time.Since(began)
	if err := l.List(t.Context(), ListFile{Fact: staff, Complete: true}, io.MultiReader(strings.NewReader("编号,n\n"), rows)); err != nil {
		t.Fatal(err)
	}
	took, facts, sum := time.Since(began)-loaded, w.s.NewFacts(), int64(0)
	for unit := 0; unit < n; unit += 997 {
		l.Table.Read(unit, facts)
		of := facts.Rows(staff)
		if of.N != 2 || !of.Complete {
			t.Fatalf("unit %d has %+v", unit, of)
		}
		sum += facts.Cell(w.s.Fact("staff.n"), 0).N
	}
	if kept := l.Table.byList[staff].n; kept != 2*n {
		t.Errorf("%d rows of %d", kept, 2*n)
	}
	if most := memory(); sum == 0 || huge && most > 1536 {
		t.Errorf("%d MB", most)
	}
	t.Logf("%d units, %d rows in %v: %.0f rows/s, columns of %d MB, at most %d MB in memory", n, 2*n, took, float64(2*n)/took.Seconds(), l.Table.Bytes()>>20, memory())
}

// enterpriseCSV writes units as rows of about 500 bytes, half of them in columns
// that no rule reads.
func enterpriseCSV(s *rule.Schema) (header string, row func(f *rule.Facts) string) {
	header = "编号"
	for _, f := range s.Facts {
		if f.Kind != rule.SeriesKind {
			header += "," + f.Name
			continue
		}
		for y := f.Years[0]; y <= f.Years[1]; y++ {
			header += fmt.Sprintf(",%s.%d", f.Name, y)
		}
	}
	note := "," + strings.Repeat("由统计年报导出，", 12)
	return header + ",说明\n", func(f *rule.Facts) string {
		var b strings.Builder
		b.WriteString(keyPlace)
		for _, fact := range s.Facts {
			if fact.Kind != rule.SeriesKind {
				b.WriteString("," + cellOf(fact, f.Value(fact)))
				continue
			}
			for y := fact.Years[0]; y <= fact.Years[1]; y++ {
				b.WriteString("," + cellOf(fact, f.YearValue(fact, y)))
			}
		}
		return b.String() + note
	}
}

func cellOf(f *rule.Fact, v rule.Value) string {
	switch {
	case v.State != rule.Known:
		return ""
	case f.Kind == rule.BoolKind:
		return []string{"否", "是"}[v.N]
	case f.Kind == rule.DateKind:
		return rule.FormatDay(v.N)
	case f.Kind == rule.ChoiceKind:
		return f.Options[v.N].Code
	case f.Unit != nil && f.Unit.Base == 1e6:
		return fmt.Sprintf("%d.%04d 万元", v.N/1e6, v.N/100%1e4)
	case f.Unit != nil && f.Unit.Base == 100:
		return fmt.Sprintf("%d.%02d", v.N/100, v.N%100)
	}
	return strconv.FormatInt(v.N, 10)
}
