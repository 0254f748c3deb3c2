package call

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"shenbao/internal/clock"
)

// icsTime is a UTC instant of RFC 5545.
const icsTime = "20060102T150405Z"

// Calendar (日历) writes the windows of calls as a calendar (RFC 5545): an event
// at the end of each window, with alarms 7 days, 2 days and 4 hours before.
// Link makes the address of a call's page. An extended window keeps its event
// and moves it.
func Calendar(name string, calls []*Call, link func(ID) string) []byte {
	w := &ics{}
	w.line("BEGIN:VCALENDAR")
	w.line("VERSION:2.0")
	w.line("PRODID:-//Shenbao//Calls//ZH")
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

type ics struct{ strings.Builder }

func (w *ics) event(c *Call, win Window, link string) {
	w.line("BEGIN:VEVENT")
	w.line("UID:" + string(c.ID) + "." + win.Stage + "@shenbao")
	w.line(fmt.Sprintf("SEQUENCE:%d", c.moves(win.Stage)))
	w.line("DTSTAMP:" + stamp(c, win).UTC().Format(icsTime))
	w.line("DTSTART:" + win.Until.UTC().Format(icsTime))
	w.line("DTEND:" + win.Until.UTC().Format(icsTime))
	w.line("SUMMARY:" + escaped(c.Title+"："+win.Name+"截止"))
	w.line("DESCRIPTION:" + escaped(win.Does+"\n"+win.Until.In(clock.Zone).Format("2006-01-02 15:04")+" 前送达有效\n"+link))
	w.line("URL:" + link)
	for _, before := range []string{"P7D", "P2D", "PT4H"} {
		w.line("BEGIN:VALARM")
		w.line("ACTION:DISPLAY")
		w.line("TRIGGER:-" + before)
		w.line("DESCRIPTION:" + escaped(c.Title))
		w.line("END:VALARM")
	}
	w.line("END:VEVENT")
}

// moves is how often the end of a stage was moved.
func (c *Call) moves(stage string) (n int) {
	for _, e := range c.Extensions {
		if e.Stage == stage && !e.Approved.IsZero() {
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

func escaped(text string) string {
	return strings.NewReplacer("\\", "\\\\", ";", "\\;", ",", "\\,", "\r\n", "\\n", "\n", "\\n").Replace(text)
}
