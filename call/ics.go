package call

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"shenbao/internal/clock"
	"shenbao/internal/locale"
)

// icsTime is a UTC instant of RFC 5545.
const icsTime = "20060102T150405Z"

// Calendar (日历) writes the windows of calls as a calendar (RFC 5545), in lang: an
// event at the end of each window, with alarms 7 days, 2 days and 4 hours before.
// Link makes the address of a call's page. An extended window keeps its event
// and moves it; the events of a call that was withdrawn are cancelled.
func Calendar(lang, name string, calls []*Call, link func(ID) string) []byte {
	w := &ics{lang: lang}
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.line("PRODID:-//Shenbao//Calls//" + strings.ToUpper(lang))
	w.line("CALSCALE:GREGORIAN")
	w.line("X-WR-CALNAME:" + escaped(name))
	for _, c := range calls {
		for _, win := range c.Windows {
			if !win.Until.IsZero() {
				w.event(c, win, link(c.ID))
			}
		}
	}
	w.line("END:VCALENDAR")
	return []byte(w.String())
}

type ics struct {
	strings.Builder
	lang string
}

func (w *ics) event(c *Call, win Window, link string) {
	moves, status := c.moves(win.Stage), "CONFIRMED"
	if c.State == Withdrawn || c.State == Replaced {
		moves, status = moves+1, "CANCELLED"
	}
	say := func(key string, args ...any) string { return locale.Text(w.lang, "call.calendar."+key, args...) }
	w.line("BEGIN:VEVENT")
	w.line("UID:" + string(c.ID) + "." + win.Stage + "@shenbao")
	w.line(fmt.Sprintf("SEQUENCE:%d", moves))
	w.line("DTSTAMP:" + stamp(c, win).UTC().Format(icsTime))
	w.line("DTSTART:" + win.Until.UTC().Format(icsTime)) // without an end: it is a point in time
	w.line("STATUS:" + status)
	w.line("TRANSP:TRANSPARENT")
	w.line("SUMMARY:" + escaped(say("summary", c.Title, win.Name)))
	w.line("DESCRIPTION:" + escaped(strings.TrimLeft(win.Does+"\n", "\n")+say("until", win.Until.In(clock.Zone).Format("2006-01-02 15:04"))+"\n"+link))
	w.line("URL:" + strings.Map(visibleLine, link))
	if status == "CONFIRMED" {
		for _, before := range []string{"P7D", "P2D", "PT4H"} {
			w.line("BEGIN:VALARM")
			w.line("ACTION:DISPLAY")
			w.line("TRIGGER:-" + before)
			w.line("DESCRIPTION:" + escaped(say("summary", c.Title, win.Name)))
			w.line("END:VALARM")
		}
	}
	w.line("END:VEVENT")
}

// moves is how often the end of a stage was moved.
func (c *Call) moves(stage string) (n int) {
	for _, e := range c.Extensions {
		if e.Stage == stage && !e.waits() {
			n++
		}
	}
	return n
}

// stamp is when the window came to be as it is.
func stamp(c *Call, win Window) time.Time {
	at := c.Published
	for _, e := range c.Extensions {
		if e.Stage == win.Stage && e.Approved.After(at) {
			at = e.Approved
		}
	}
	return at
}

// line writes one content line, folded at 75 octets between characters.
func (w *ics) line(text string) {
	for width := 75; len(text) > width; width = 74 {
		at := width
		for !utf8.RuneStart(text[at]) {
			at--
		}
		w.WriteString(text[:at] + "\r\n ")
		text = text[at:]
	}
	w.WriteString(text + "\r\n")
}

// escaped is a text as the value of a property: line ends and separators are
// escaped, other control characters dropped.
func escaped(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\\", "\\\\", ";", "\\;", ",", "\\,").Replace(strings.ToValidUTF8(text, "\ufffd"))
	return strings.ReplaceAll(strings.Map(visible, text), "\n", "\\n")
}

// visibleLine drops line ends too.
func visibleLine(r rune) rune {
	if r == '\n' {
		return -1
	}
	return visible(r)
}
