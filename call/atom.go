package call

import (
	"encoding/xml"
	"time"

	"shenbao/internal/clock"
	"shenbao/internal/locale"
)

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Link    []atomLink  `xml:"link"`
	Author  atomAuthor  `xml:"author"`
	Entries []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomAuthor struct {
	Name string `xml:"name"`
}

type atomEntry struct {
	ID        string     `xml:"id"`
	Title     string     `xml:"title"`
	Updated   string     `xml:"updated"`
	Published string     `xml:"published"`
	Link      atomLink   `xml:"link"`
	Author    atomAuthor `xml:"author"`
	Summary   string     `xml:"summary"`
}

// A Feed is a list of calls for readers of news (RFC 4287): its name and the
// addresses of itself and of each call.
type Feed struct {
	Lang  string // zh or en
	Title string
	Self  string
	Link  func(ID) string
	At    time.Time // when it was asked for: what an empty feed was last changed
}

// Atom writes the feed of some calls, which need their windows and extensions.
// An entry is changed when an end is moved.
func (f Feed) Atom(calls []*Call) ([]byte, error) {
	feed := atomFeed{Lang: f.Lang, ID: f.Self, Title: f.Title, Link: []atomLink{{"self", f.Self}}, Author: atomAuthor{"Shenbao 申报"}}
	latest := time.Time{}
	for _, c := range calls {
		changed := c.Published
		for _, w := range c.Windows {
			if at := stamp(c, w); at.After(changed) {
				changed = at
			}
		}
		if changed.After(latest) {
			latest = changed
		}
		e := atomEntry{ID: "urn:shenbao:call:" + string(c.ID), Title: c.Title, Updated: atomTime(changed), Published: atomTime(c.Published),
			Link: atomLink{"alternate", f.Link(c.ID)}, Author: atomAuthor{c.IssuerName}}
		if !c.Closes.IsZero() {
			e.Summary = locale.Text(f.Lang, "call.calendar.closes", c.IssuerName, c.Closes.In(clock.Zone).Format("2006-01-02 15:04"))
		}
		feed.Entries = append(feed.Entries, e)
	}
	if latest.IsZero() {
		latest = f.At
	}
	feed.Updated = atomTime(latest)
	text, err := xml.MarshalIndent(feed, "", " ")
	return append([]byte(xml.Header), text...), err
}

func atomTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
