package call_test

import (
	"bytes"
	"encoding/xml"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/locale"
)

// A property is a line of a calendar, unfolded.
type property struct{ name, value string }

// A component is what stands between BEGIN and END.
type component struct {
	kind  string
	props []property
	parts []*component
}

func (c *component) one(t *testing.T, name string) string {
	t.Helper()
	var found []string
	for _, p := range c.props {
		if p.name == name {
			found = append(found, p.value)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%s has %d of %s", c.kind, len(found), name)
	}
	return found[0]
}

var propertyLine = regexp.MustCompile(`^([A-Z-]+)(?:;[A-Z-]+=[^:;]+)*:(.*)$`)

// readCalendar reads RFC 5545 strictly: line ends, folding between characters at
// 75 octets, nesting, and no control characters.
func readCalendar(t *testing.T, text []byte) *component {
	t.Helper()
	if !bytes.HasSuffix(text, []byte("\r\n")) {
		t.Fatal("the last line does not end")
	}
	var lines []string
	for line := range strings.SplitSeq(strings.TrimSuffix(string(text), "\r\n"), "\r\n") {
		switch {
		case len(line) > 75:
			t.Errorf("a line of %d octets: %q", len(line), line)
		case !utf8.ValidString(line):
			t.Errorf("folded inside a character: %q", line)
		case strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			t.Errorf("a control character: %q", line)
		}
		if after, ok := strings.CutPrefix(line, " "); ok && len(lines) > 0 {
			lines[len(lines)-1] += after
			continue
		}
		lines = append(lines, line)
	}
	stack := []*component{{}}
	for _, line := range lines {
		m := propertyLine.FindStringSubmatch(line)
		if m == nil {
			t.Fatalf("no property: %q", line)
		}
		top := stack[len(stack)-1]
		switch m[1] {
		case "BEGIN":
			c := &component{kind: m[2]}
			top.parts = append(top.parts, c)
			stack = append(stack, c)
		case "END":
			if top.kind != m[2] {
				t.Fatalf("END:%s inside %s", m[2], top.kind)
			}
			stack = stack[:len(stack)-1]
		default:
			top.props = append(top.props, property{m[1], m[2]})
		}
	}
	if len(stack) != 1 || len(stack[0].parts) != 1 || stack[0].parts[0].kind != "VCALENDAR" {
		t.Fatalf("%d components are open", len(stack)-1)
	}
	return stack[0].parts[0]
}

// plainText is the value of a text property, unescaped; what is not escaped as
// it must be fails.
func plainText(t *testing.T, value string) string {
	t.Helper()
	var b strings.Builder
	for i := 0; i < len(value); i++ {
		switch c := value[i]; {
		case c == '\\' && i+1 < len(value) && strings.IndexByte(`\;,nN`, value[i+1]) >= 0:
			i++
			if value[i] == 'n' || value[i] == 'N' {
				b.WriteByte('\n')
			} else {
				b.WriteByte(value[i])
			}
		case c == '\\' || c == ';' || c == ',':
			t.Fatalf("not escaped at %d: %q", i, value)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func link(id call.ID) string { return "https://shenbao.example.cn/calls/" + string(id) }

// eventOf is the event of a stage.
func eventOf(t *testing.T, calendar *component, c *call.Call, stage string) *component {
	t.Helper()
	i := slices.IndexFunc(calendar.parts, func(e *component) bool { return strings.HasPrefix(e.one(t, "UID"), string(c.ID)+"."+stage+"@") })
	if i < 0 {
		t.Fatalf("no event of %s", stage)
	}
	return calendar.parts[i]
}

func TestCalendar(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		c, extension := s.proposed(shanghai(12, 5, 17, 0))
		before := readCalendar(t, call.Calendar(locale.ZH, "申报通知", []*call.Call{c}, link))
		for name, want := range map[string]string{"VERSION": "2.0", "CALSCALE": "GREGORIAN", "X-WR-CALNAME": "申报通知"} {
			if got := before.one(t, name); got != want {
				t.Errorf("%s is %q", name, got)
			}
		}
		ends := 0
		for _, w := range c.Windows {
			if !w.Until.IsZero() {
				ends++
			}
		}
		if len(before.parts) != ends {
			t.Errorf("%d events, %d windows end", len(before.parts), ends)
		}
		e := eventOf(t, before, c, "system_open")
		if e.one(t, "DTSTART") != "20241202T090000Z" || e.one(t, "SEQUENCE") != "0" || e.one(t, "STATUS") != "CONFIRMED" || e.one(t, "URL") != link(c.ID) {
			t.Errorf("%+v", e.props)
		}
		if text := plainText(t, e.one(t, "SUMMARY")); !strings.Contains(text, c.Title) {
			t.Errorf("summary %q", text)
		}
		if text := plainText(t, e.one(t, "DESCRIPTION")); !strings.HasSuffix(text, "\n"+link(c.ID)) || !strings.Contains(text, "2024-12-02 17:00") {
			t.Errorf("description %q", text)
		}
		var alarms []string
		for _, a := range e.parts {
			alarms = append(alarms, a.kind+a.one(t, "ACTION")+a.one(t, "TRIGGER"))
			plainText(t, a.one(t, "DESCRIPTION"))
		}
		if got := strings.Join(alarms, " "); got != "VALARMDISPLAY-P7D VALARMDISPLAY-P2D VALARMDISPLAY-PT4H" {
			t.Errorf("alarms %s", got)
		}
		s.clock.Set(dbtest.Noon.Add(time.Hour))
		c = s.must("district head", approve(c.ID, extension))
		moved := eventOf(t, readCalendar(t, call.Calendar(locale.ZH, "x", []*call.Call{c}, link)), c, "system_open")
		if moved.one(t, "UID") != e.one(t, "UID") || moved.one(t, "SEQUENCE") != "1" || moved.one(t, "DTSTART") != "20241205T090000Z" || moved.one(t, "DTSTAMP") <= e.one(t, "DTSTAMP") {
			t.Errorf("after an extension %+v", moved.props)
		}
		c = s.must("district head", withdraw(c.ID, "暂停"))
		gone := eventOf(t, readCalendar(t, call.Calendar(locale.ZH, "x", []*call.Call{c}, link)), c, "system_open")
		if gone.one(t, "UID") != e.one(t, "UID") || gone.one(t, "STATUS") != "CANCELLED" || gone.one(t, "SEQUENCE") != "2" || len(gone.parts) != 0 {
			t.Errorf("after it was withdrawn %+v", gone.props)
		}
	})
}

// Whatever stands in a title, the calendar is one and says it.
func TestHostileCalendar(t *testing.T) {
	for _, title := range []string{"a,b;c\\d", "一\r\nBEGIN:VEVENT\r\nX:1", "一\n二", "一\x00\x1b\u202e二", strings.Repeat("长", 500), strings.Repeat("a", 74) + "𠅤𠅤", "\xff\xfe", ""} {
		for shift := range 5 { // folding meets a character at every octet
			c := &call.Call{ID: "1", Title: strings.Repeat("x", shift) + title, IssuerName: title, State: call.Published, Published: dbtest.Noon,
				Windows: []call.Window{{Stage: "s", Name: title, Does: title, Until: dbtest.Noon}}}
			e := readCalendar(t, call.Calendar(locale.ZH, title, []*call.Call{c}, link)).parts
			if len(e) != 1 {
				t.Fatalf("%q: %d events", title, len(e))
			}
			summary := plainText(t, e[0].one(t, "SUMMARY"))
			if want := strings.Map(func(r rune) rune {
				if r < ' ' && r != '\n' || r == '\u202e' {
					return -1
				}
				return r
			}, strings.ToValidUTF8(strings.ReplaceAll(c.Title, "\r", ""), "\ufffd")); !strings.Contains(summary, want) {
				t.Errorf("%q is said as %q", title, summary)
			}
			text, err := call.Feed{Lang: locale.ZH, Title: title, Self: "https://shenbao.example.cn/calls.atom", Link: link, At: dbtest.Noon}.Atom([]*call.Call{c})
			if err != nil {
				t.Fatal(err)
			}
			readAtom(t, text)
		}
	}
}

type atomPerson struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atom struct {
	XMLName xml.Name
	ID      string     `xml:"http://www.w3.org/2005/Atom id"`
	Title   string     `xml:"http://www.w3.org/2005/Atom title"`
	Updated time.Time  `xml:"http://www.w3.org/2005/Atom updated"`
	Author  atomPerson `xml:"http://www.w3.org/2005/Atom author"`
	Links   []atomLink `xml:"http://www.w3.org/2005/Atom link"`
	Entries []struct {
		ID        string     `xml:"http://www.w3.org/2005/Atom id"`
		Title     string     `xml:"http://www.w3.org/2005/Atom title"`
		Updated   time.Time  `xml:"http://www.w3.org/2005/Atom updated"`
		Published time.Time  `xml:"http://www.w3.org/2005/Atom published"`
		Author    atomPerson `xml:"http://www.w3.org/2005/Atom author"`
		Links     []atomLink `xml:"http://www.w3.org/2005/Atom link"`
		Summary   string     `xml:"http://www.w3.org/2005/Atom summary"`
	} `xml:"http://www.w3.org/2005/Atom entry"`
}

// readAtom reads RFC 4287: what a feed and an entry must have, once.
func readAtom(t *testing.T, text []byte) atom {
	t.Helper()
	var f atom
	if err := xml.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	if f.XMLName.Space != "http://www.w3.org/2005/Atom" || f.XMLName.Local != "feed" || f.ID == "" || f.Updated.IsZero() ||
		len(f.Links) != 1 || f.Links[0].Rel != "self" || f.Links[0].Href == "" || f.Author.Name == "" {
		t.Errorf("feed %+v", f)
	}
	seen := map[string]bool{}
	for _, e := range f.Entries {
		if seen[e.ID] || !strings.HasPrefix(e.ID, "urn:") || e.Updated.Before(e.Published) || e.Updated.After(f.Updated) || len(e.Links) != 1 || e.Links[0].Rel != "alternate" {
			t.Errorf("entry %+v", e)
		}
		seen[e.ID] = true
	}
	if path, err := exec.LookPath("xmllint"); err == nil {
		cmd := exec.CommandContext(t.Context(), path, "--noout", "--nonet", "-")
		cmd.Stdin = bytes.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("xmllint: %s", out)
		}
	}
	return f
}

func TestFeed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newStage(t, d)
		feed := call.Feed{Lang: locale.ZH, Title: "申报通知 <新>", Self: "https://shenbao.example.cn/calls.atom?q=a&place=37", Link: link, At: dbtest.Noon}
		text, err := feed.Atom(nil)
		if err != nil {
			t.Fatal(err)
		}
		if f := readAtom(t, text); len(f.Entries) != 0 || !f.Updated.Equal(dbtest.Noon) || f.Title != feed.Title || f.Links[0].Href != feed.Self {
			t.Errorf("an empty feed is %+v", f)
		}
		c, extension := s.proposed(shanghai(12, 5, 17, 0))
		s.clock.Set(dbtest.Noon.Add(time.Hour))
		s.publishedOf("shanxi-tic-2024")
		s.clock.Set(dbtest.Noon.Add(2 * time.Hour))
		all := func() atom {
			text, err := feed.Atom(s.list(call.Filter{Newest: true, Whole: true}))
			if err != nil {
				t.Fatal(err)
			}
			return readAtom(t, text)
		}
		f := all()
		if len(f.Entries) != 2 || f.Entries[1].Title != c.Title || !f.Entries[1].Updated.Equal(dbtest.Noon) || f.Entries[1].Links[0].Href != link(c.ID) {
			t.Errorf("%+v", f)
		}
		s.must("district head", approve(c.ID, extension))
		if f := all(); !f.Entries[1].Updated.Equal(dbtest.Noon.Add(2*time.Hour)) || !strings.Contains(f.Entries[1].Summary, "2024-12-05 17:00") || !f.Updated.Equal(dbtest.Noon.Add(2*time.Hour)) {
			t.Errorf("an extension changes no entry: %+v", f.Entries)
		}
		s.must("district head", withdraw(c.ID, "暂停"))
		if f := all(); len(f.Entries) != 1 {
			t.Errorf("%d entries after one was withdrawn", len(f.Entries))
		}
	})
}

// In English the platform's own words are English; what the notice says stays.
func TestFeedsInEnglish(t *testing.T) {
	c := &call.Call{ID: "1", Title: "通知", IssuerName: "科技局", State: call.Published, Published: dbtest.Noon, Closes: dbtest.Noon,
		Windows: []call.Window{{Stage: "s", Name: "申报", Until: dbtest.Noon}}}
	e := readCalendar(t, call.Calendar(locale.EN, "Calls", []*call.Call{c}, link)).parts[0]
	text, err := call.Feed{Lang: locale.EN, Title: "Calls", Self: link(""), Link: link}.Atom([]*call.Call{c})
	if err != nil {
		t.Fatal(err)
	}
	got := plainText(t, e.one(t, "SUMMARY")) + "|" + plainText(t, e.one(t, "DESCRIPTION")) + "|" + readAtom(t, text).Entries[0].Summary
	want := "通知: 申报 closes|received before 2024-11-27 12:00\n" + link("1") + "|科技局; closes 2024-11-27 12:00"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
