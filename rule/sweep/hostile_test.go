package sweep

import (
	"bytes"
	"context"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"shenbao/internal/fault"
	"shenbao/internal/locale"
	"shenbao/rule"
)

// huge asks for files of their full size: SHENBAO_HUGE=1 go test ./rule/sweep.
var huge = os.Getenv("SHENBAO_HUGE") != ""

// sized is how often a body is repeated: a tenth of it ordinarily.
func sized(times int) int {
	if huge {
		return times
	}
	return times / 10
}

// stream makes a file as it is read: a head, a body over and over, a tail. No
// more of it than the body is ever in memory.
func stream(head, body string, times int, tail string) io.Reader {
	many := max(1, 1<<15/len(body))
	return io.MultiReader(strings.NewReader(head), &repeated{body: strings.Repeat(body, many), times: times / many}, &repeated{body: body, times: times % many}, strings.NewReader(tail))
}

type repeated struct {
	body  string
	times int
	at    int
}

func (r *repeated) Read(p []byte) (n int, err error) {
	for n < len(p) && r.times > 0 {
		m := copy(p[n:], r.body[r.at:])
		n += m
		if r.at += m; r.at == len(r.body) {
			r.at = 0
			r.times--
		}
	}
	if n == 0 {
		return 0, io.EOF
	}
	return n, nil
}

// peak loads a file and returns the most that the heap grew by meanwhile.
func peak(l *Loader, read func(l *Loader) error) (most int64, err error) {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	before, blocks := int64(m.HeapAlloc), 0
	l.Progress = func(Progress) {
		if blocks++; blocks%16 == 0 {
			runtime.ReadMemStats(&m)
			most = max(most, int64(m.HeapAlloc)-before)
		}
	}
	err = read(l)
	runtime.ReadMemStats(&m)
	return max(most, int64(m.HeapAlloc)-before), err
}

// few loads a file into a table of a few facts, and returns the first faults as
// a person reads them, all that there were and the memory it took.
type few struct {
	table  *Table
	said   []string
	faults int
	left   int
	took   int64
}

func loadFew(t *testing.T, src io.Reader, ndjson bool) *few {
	t.Helper()
	w := newWorld(1)
	f := &few{table: NewTable(w.s, nil)}
	for _, code := range []string{"flag", "name", "n", "m"} {
		f.table.use(w.s.Fact(code), nil)
	}
	l := &Loader{Table: f.table, Faults: func(r RowFault) {
		if f.faults++; r.Left {
			f.left++
		}
		if len(f.said) < 5 {
			f.said = append(f.said, said(r))
		}
	}}
	took, err := peak(l, func(l *Loader) error {
		if ndjson {
			return l.NDJSON(t.Context(), src)
		}
		return l.CSV(t.Context(), src)
	})
	f.took = took
	for _, x := range fault.All(err) {
		f.said = append(f.said, "error "+locale.Fault("en", x))
	}
	return f
}

// said is a fault as a person reads it: its rows in the file and the sentence.
func said(r RowFault) string {
	out := strconv.Itoa(r.Line)
	if r.To > r.Line {
		out += "-" + strconv.Itoa(r.To)
	}
	out += " " + locale.Fault("en", r.Fault)
	if r.List != "" {
		out = r.List + " " + out
	}
	if r.Left {
		out += " (left out)"
	}
	return out
}

func gbk(t *testing.T, s string) string {
	t.Helper()
	out, err := simplifiedchinese.GBK.NewEncoder().String(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// What a damaged CSV file leads to: which rows are kept, which faults name which
// lines, and never more than a few MB beside the table.
func TestHostileCSV(t *testing.T) {
	const header = "flag,name\n"
	million := strings.Repeat("a", 1_000_000)
	for _, c := range []struct {
		name   string
		src    io.Reader
		rows   int
		faults int
		first  string // the first fault or error
	}{
		{"an opening quote over hundreds of MB", stream(header+"1,甲\n1,\"", "乙,丙\n", sized(40_000_000), ""), 1, 0, "error 3: The quotation mark opened here"},
		{"a quote that opens anew in every line", stream(header+"1,甲\n1,\"", "x\",\"\n", sized(20_000_000), ""), 1, 0, "error " + strconv.Itoa(sized(20_000_000)+2) + ": The quotation mark opened here"},
		{"one line of hundreds of MB", stream(header, "甲,乙", sized(40_000_000), "\n1,丁\n"), 1, 1, "2 The row is longer than 1024 KB (left out)"},
		{"a row of commas", stream(header, ",", sized(50_000_000), "\n1,丁\n"), 1, 1, "2 " + strconv.Itoa(sized(50_000_000)+1) + " cells, the header has 2"},
		{"a row of quotes", stream(header, "\"\",", sized(50_000_000), "\n1,丁\n"), 1, 1, "2 " + strconv.Itoa(sized(50_000_000)+1) + " cells, the header has 2"},
		{"lines of nothing", stream(header, "\n", sized(30_000_000), "1,丁\n"), 1, 0, ""},
		{"cells of a million letters", stream(header, "1,"+million+"\n", 100, ""), 100, 100, "2 name: The text is longer than 64 KB; it counts as not supplied"},
		{"cells of a million characters", stream(header, "1,"+strings.Repeat("字", 1_000_000)+"\n", 30, "1,丁\n"), 1, 30, "2 The row is longer than 1024 KB (left out)"},
		{"cells of a million letters in a column that nobody reads", stream("flag,alias\n", "1,"+million+"\n", 100, ""), 100, 0, ""},
		{"a long quoted cell", stream(header+"1,\"", "字\n", sized(10_000_000), "\"\n1,丁\n"), 1, 1, "2-" + strconv.Itoa(sized(10_000_000)+2) + " The row is longer than 1024 KB (left out)"},
		{"a stray quote that swallows rows", strings.NewReader(header + "1,\"甲\n1,乙\n1,丙\"\n1,丁\n"), 2, 0, ""},
		{"a stray quote that swallows whole rows", strings.NewReader("flag,name,n\n1,\"甲,1\n1,乙,2\n1,丙\",3\n1,丁,4\n"), 1, 1, "2-4 Rows inside a cell in quotation marks"},
		{"a text of several lines", strings.NewReader("flag,name,n\n1,\"甲,1\n乙,\n丙\",3\n1,丁,4\n"), 2, 0, ""},
		{"a stray quote that swallows rows and a cell", strings.NewReader(header + "1,\"甲\n1,乙\n1,\"丙\n1,丁\n"), 1, 1, "2-4 Text behind a closing quotation mark"},
		{"quotes inside quotes", strings.NewReader(header + "1,\"甲\"乙\"\n1,丁\n"), 1, 1, "2 Text behind a closing quotation mark"},
		{"a stray quote that makes too many cells", strings.NewReader(header + "1,\"甲\n1,乙\n1\",丙\n1,丁\n"), 1, 1, "2-4 3 cells, the header has 2"},
		{"a line of a million cells", stream(header, ",1", 500_000, "\n1,丁\n"), 1, 1, "2 500001 cells, the header has 2"},
		{"one line end of CR in a row with quotes", strings.NewReader("flag,name,n\n1,\"甲\",1\r0,乙,2\n1,\"丙\",1\n1,\"丁\",1\r2\n"), 1, 2, "2 A line end of another kind"},
		{"empty cells behind a quoted row and the header", stream("flag,name,,,\n1,\"甲\"", ",", 16_000, "\n1,丁\n1,丁,,2\n"), 2, 1, "4 4 cells, the header has 2"},
		{"empty cells behind the row", stream(header+"1,甲", ",", 16_000, "\n1,丁\n"), 2, 0, ""},
		{"zero bytes", strings.NewReader(header + "1,甲\x00\n1,丁\n"), 1, 1, "2 The row has a zero byte"},
		{"zero bytes far in", stream(header, "1,甲\n", 20_000, "1,\x00\x00\n1,丁\n"), 20_001, 1, "20002 The row has a zero byte"},
		{"nothing but zero bytes", stream("", "\x00", 1_000_000, ""), 0, 0, "error This is no text"},
		{"line ends of CR", strings.NewReader("flag,name\r1,甲\r0,\"乙\r丙\"\r"), 2, 0, ""},
		{"one line end of CR among LF", strings.NewReader(header + "1,甲\r0,乙\n1,丁\n"), 1, 1, "2 A line end of another kind"},
		{"one line end of LF among CR", strings.NewReader("flag,name\r" + strings.Repeat("1,甲\r", 20_000) + "1,乙\n0,丙\r1,丁\r"), 20_001, 1, "20002 A line end of another kind"},
		{"line ends of CRCRLF", strings.NewReader("flag,name\r\r\n1,甲\r\r\n0,\"乙\"\r\r\n"), 2, 0, ""},
		{"cut in a row", strings.NewReader(header + "1,甲\n0"), 1, 1, "3 1 cells, the header has 2"},
		{"cut in a quoted cell", strings.NewReader(header + "1,甲\n0,\"乙"), 1, 0, "error 3: The quotation mark opened here"},
		{"cut in a character", strings.NewReader(header + "1,甲\n0,\xe4\xb9"), 1, 1, "3 This row is not UTF-8"},
		{"UTF-16 with a mark", strings.NewReader("\xff\xfef\x00,\x00"), 0, 0, "error The file is in UTF-16; save it again as CSV UTF-8"},
		{"UTF-16 of the other order", strings.NewReader("\xfe\xff\x00f\x00,"), 0, 0, "error The file is in UTF-16; save it again as CSV UTF-8"},
		{"UTF-16 without a mark", strings.NewReader("f\x00l\x00a\x00g\x00,\x00n\x00\n\x00"), 0, 0, "error The file is in UTF-16; save it again as CSV UTF-8"},
		{"a line of UTF-8 in GBK", strings.NewReader(gbk(t, "flag,名称\n1,甲公司\n") + "1,乙\n" + gbk(t, "1,丁\n")), 2, 1, "3 This row is not GBK"},
		{"a quoted line of UTF-8 in GBK", strings.NewReader(gbk(t, "flag,名称\n1,甲公司\n") + "1,\"乙方\"\n" + gbk(t, "1,\"丁\"\n")), 2, 1, "3 This row is not GBK"},
		{"a line of GBK in UTF-8", strings.NewReader("flag,名称\n1,甲公司\n" + gbk(t, "1,乙公司\n") + "1,丁\n"), 2, 1, "3 This row is not UTF-8"},
		{"a line of GBK behind a mark", strings.NewReader("\xef\xbb\xbfflag,name\n1,a\n" + gbk(t, "1,乙公司\n") + "1,丁\n"), 2, 1, "3 This row is not UTF-8"},
		{"a line of GBK after much ASCII", stream("flag,name\n", "1,a\n", 20_000, gbk(t, "1,乙公司\n")+"1,丁公司\n"), 20_001, 1, "20003 This row is not GBK"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := loadFew(t, c.src, false)
			if f.table.Rows() != c.rows || f.faults != c.faults || !strings.HasPrefix(strings.Join(f.said, "\n"), c.first) || c.first == "" && len(f.said) > 0 {
				t.Errorf("%d rows, %d faults, want %d and %d %q:\n%s", f.table.Rows(), f.faults, c.rows, c.faults, c.first, strings.Join(f.said, "\n"))
			}
			if rest := f.took - f.table.Bytes(); rest > 8<<20 {
				t.Errorf("takes %d MB beside the table's %d", rest>>20, f.table.Bytes()>>20)
			}
			if f.table.Bytes() > 2<<20 {
				t.Errorf("the table takes %d MB", f.table.Bytes()>>20)
			}
		})
	}
}

func TestHostileNDJSON(t *testing.T) {
	for _, c := range []struct {
		name   string
		src    io.Reader
		rows   int
		faults int
		first  string
	}{
		{"a line of 100 MB", stream("{\"name\": \"", "甲", 33_000_000, "\"}\n{\"n\": 1}\n"), 1, 1, "1 The row is longer than 1024 KB (left out)"},
		{"deep nesting", stream("", "[", 500_000, "\n{\"n\": 1}\n"), 1, 1, "1 1:18: More than 16 levels deep (left out)"},
		{"deep nesting in a fact", stream("{\"n\": ", "[", 500_000, "\n{\"n\": 1}\n"), 1, 1, "1 1:23: More than 16 levels deep (left out)"},
		{"deep nesting in names", stream("", "{\"a\":", 100_000, "\n{\"n\": 1}\n"), 1, 1, "1 1:86: More than 16 levels deep (left out)"},
		{"very many values", stream("{\"nobody\": [1", ",1", 450_000, "]}\n{\"n\": 1}\n"), 1, 1, "1 1:800009: More than 400000 values"},
		{"very many names", strings.NewReader("{" + names(60_000) + "\"n\": 2}\n{\"n\": 1}\n"), 1, 1, "1 More than 50 values of this line cannot be read (left out)"},
		{"texts of half a million letters", stream("", "{\"name\": \""+strings.Repeat("a", 500_000)+"\", \"n\": 1}\n", 100, ""), 100, 100, "1 name: The text is longer than 64 KB; it counts as not supplied"},
		{"texts of a hundred thousand letters", stream("", "{\"name\": \""+strings.Repeat("a", 100_000)+"\", \"n\": 1}\n", 10, ""), 10, 10, "1 name: The text is longer than 64 KB; it counts as not supplied"},
		{"a long text for a number", strings.NewReader("{\"n\": \"" + strings.Repeat("数", 10_000) + "\"}\n"), 1, 1, "1 n: \"" + strings.Repeat("数", 50) + "…\" is no number"},
		{"cut in a line", strings.NewReader("{\"n\": 1}\n{\"n\": 2"), 1, 1, "2 1:8: The JSON is not finished"},
		{"cut in a character", strings.NewReader("{\"n\": 1}\n{\"name\": \"\xe7\x94"), 1, 1, "2 1:12: The JSON is not finished"},
		{"lines of nothing", stream("", " \r\n", sized(10_000_000), "{\"n\": 1}\n"), 1, 0, ""},
		{"line ends of CR", strings.NewReader("{\"n\": 1}\r{\"n\": 2}\r"), 2, 0, ""},
		{"a line of GBK", strings.NewReader("{\"name\": \"甲\"}\n" + gbk(t, "{\"name\": \"乙公司\"}\n") + "{\"n\": 1}\n"), 2, 1, "2 This row is not UTF-8"},
		{"a line of UTF-8 in GBK", strings.NewReader(gbk(t, "{\"name\": \"甲公司\"}\n") + "{\"名称\": \"乙\"}\n" + gbk(t, "{\"名称\": \"丁\"}\n")), 2, 1, "2 This row is not GBK"},
		{"a mark within", strings.NewReader("\xef\xbb\xbf{\"n\": 1}\n\xef\xbb\xbf{\"n\": 2}\n"), 2, 0, ""},
		{"UTF-16", strings.NewReader("\xff\xfe{\x00}\x00"), 0, 0, "error The file is in UTF-16"},
		{"a workbook", strings.NewReader("PK\x03\x04"), 0, 0, "error This is a workbook"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := loadFew(t, c.src, true)
			if f.table.Rows() != c.rows || f.faults != c.faults || !strings.HasPrefix(strings.Join(f.said, "\n"), c.first) || c.first == "" && len(f.said) > 0 {
				t.Errorf("%d rows, %d faults, want %d and %d %q:\n%s", f.table.Rows(), f.faults, c.rows, c.faults, c.first, strings.Join(f.said, "\n"))
			}
			if rest := f.took - f.table.Bytes(); rest > 80<<20 {
				t.Errorf("takes %d MB beside the table's %d", rest>>20, f.table.Bytes()>>20)
			}
		})
	}
}

func names(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("\"k" + strconv.Itoa(i) + "\":1,")
	}
	return b.String()
}

// Numbers in every form that a facts file takes, in both kinds of file.
func TestNumbersAsWritten(t *testing.T) {
	for text, want := range map[string]rule.Value{
		"１２３４":         {State: rule.Known, N: 1234e6},
		"1,234.5":      {State: rule.Known, N: 1_234_500_000},
		"1，234":        {State: rule.Known, N: 1234e6},
		"１２．５　万元":      {State: rule.Known, N: 12_500_000},
		"0.0001亿元":     {State: rule.Known, N: 1_000_000},
		"123 元":        {State: rule.Known, N: 12_300},
		"12_3":         {},
		"1e3":          {},
		"0.0000001":    {},
		"12 人":         {},
		"99999999999":  {},
		"约 3000 万元":    {},
		"2,650万元 ":     {State: rule.Known, N: 2650e6},
		"-0.5":         {State: rule.Known, N: -500_000},
		"00000000012":  {State: rule.Known, N: 12e6},
		"+7":           {State: rule.Known, N: 7e6},
		"1.10":         {State: rule.Known, N: 1_100_000},
		"1.":           {State: rule.Known, N: 1e6},
		"٣":            {},
		"Infinity":     {},
		"0x10":         {},
		"1 000":        {},
		"1,2,3,4.5.6":  {},
		"-":            {},
		"123.4567 万 元": {},
	} {
		for _, src := range []struct {
			text   string
			ndjson bool
		}{{"金额\n\"" + text + "\"\n", false}, {"{\"金额\": \"" + text + "\"}\n", true}} {
			f := loadFew(t, strings.NewReader(src.text), src.ndjson)
			got := f.table.newValue("m")
			if got != want || (f.faults == 0) != (want.State == rule.Known) {
				t.Errorf("%q, NDJSON %t: %+v, want %+v; %s", text, src.ndjson, got, want, f.said)
			}
		}
	}
}

// newValue is a fact of the only unit.
func (t *Table) newValue(code string) rule.Value {
	f := t.Schema.NewFacts()
	t.Read(0, f)
	return f.Value(t.Schema.Fact(code))
}

// stuck gives some of a file and then waits for ever.
type stuck struct {
	text io.Reader
	wait chan struct{}
}

func (s *stuck) Read(p []byte) (int, error) {
	if n, err := s.text.Read(p); err == nil {
		return n, nil
	}
	<-s.wait
	return 0, io.EOF
}

// A load is called off within 200 ms, wherever it stands: in a file without
// end, in a row without end, in a file that does not come.
func TestCancel(t *testing.T) {
	many := 1 << 40
	wait := make(chan struct{})
	defer close(wait)
	csv := func(ctx context.Context, l *Loader, src io.Reader) error { return l.CSV(ctx, src) }
	ndjson := func(ctx context.Context, l *Loader, src io.Reader) error { return l.NDJSON(ctx, src) }
	list := func(ctx context.Context, l *Loader, src io.Reader) error {
		if err := l.CSV(context.Background(), strings.NewReader("id,flag\na,1\n")); err != nil {
			return err
		}
		return l.List(ctx, ListFile{Fact: l.Table.Schema.Fact("staff")}, src)
	}
	for _, c := range []struct {
		name string
		read func(ctx context.Context, l *Loader, src io.Reader) error
		src  io.Reader
	}{
		{"rows", csv, stream("flag\n", "1\n", many, "")},
		{"rows at fault", csv, stream("flag\n", "x\n", many, "")},
		{"a quoted cell", csv, stream("flag\n\"", "1\n", many, "")},
		{"a row", csv, stream("flag\n", "1", many, "")},
		{"a pipe", csv, &stuck{strings.NewReader("flag\n1\n"), wait}},
		{"an empty pipe", csv, &stuck{strings.NewReader(""), wait}},
		{"lines", ndjson, stream("", "{\"flag\": true}\n", many, "")},
		{"lines at fault", ndjson, stream("", "{\"flag\": 7, \"x\": 1}\n", many, "")},
		{"long lines", ndjson, stream("", "{\"staff\": ["+strings.Repeat("{\"n\": \"１\"},", 250)+"{}]}\n", many, "")},
		{"a line", ndjson, stream("{", "\"flag\": ", many, "")},
		{"a pipe of lines", ndjson, &stuck{strings.NewReader("{\"flag\": true}\n"), wait}},
		{"rows of a list", list, stream("id,n\n", "a,1\nb,2\n", many, "")},
		{"a pipe of a list", list, &stuck{strings.NewReader("id,n\na,1\n"), wait}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(1)
			l := &Loader{Table: NewTable(w.s, nil)}
			l.Table.use(w.s.Fact("flag"), nil)
			l.Table.use(w.s.Fact("staff.n"), w.s.Fact("staff"))
			ctx, cancel := context.WithCancel(t.Context())
			var called time.Time
			time.AfterFunc(30*time.Millisecond, func() {
				called = time.Now()
				cancel()
			})
			err := c.read(ctx, l, c.src)
			if late := time.Since(called); err != context.Canceled || late > 200*time.Millisecond {
				t.Errorf("%v, %v after it was called off", err, late)
			}
		})
	}
}

// An error of the disk is an error of the load, not the end of the file.
func TestReadError(t *testing.T) {
	w := newWorld(1)
	for name, read := range map[string]func(l *Loader, src io.Reader) error{
		"csv":    func(l *Loader, src io.Reader) error { return l.CSV(t.Context(), src) },
		"ndjson": func(l *Loader, src io.Reader) error { return l.NDJSON(t.Context(), src) },
	} {
		l := &Loader{Table: NewTable(w.s, nil)}
		text := map[string]string{"csv": "flag\n1\n1", "ndjson": "{}\n{}\n{"}[name]
		if err := read(l, io.MultiReader(strings.NewReader(text), broken{})); err != io.ErrClosedPipe {
			t.Errorf("%s: %v", name, err)
		}
		l = &Loader{Table: NewTable(w.s, nil)}
		big := bytes.Repeat([]byte(text[:len(text)-1]), 50_000)
		if err := read(l, io.MultiReader(bytes.NewReader(big), broken{})); err != io.ErrClosedPipe {
			t.Errorf("%s, late: %v", name, err)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }
