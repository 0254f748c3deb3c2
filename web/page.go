package web

import (
	"io"
	"time"

	"github.com/a-h/templ"
)

// A page is an answer. HTML shows it by its component; the JSON API encodes the
// struct itself, so its fields carry JSON tags and hold nothing that its reader
// may not see.
type page interface {
	// title is what the browser's tab and the page's heading say.
	title(v *visit) string
	// body is the page without the frame around it.
	body(v *visit) templ.Component
}

// A fragmented page can be asked for in parts: htmx names the element that it
// will replace.
type fragmented interface {
	fragment(v *visit, target string) templ.Component // nil: the whole page
}

// A located page stands at an address of its own: after a change the browser
// is sent there, so that going back or reloading does not repeat the change.
// "" is where it was asked for.
type located interface{ location() string }

// A raw answer is neither HTML nor JSON: a file, a feed.
type raw struct {
	contentType string
	fileName    string // offered when the browser saves; "" shows it in place
	content     []byte

	stream  io.ReadSeekCloser // instead of content: read as it is sent, and closed then
	changed time.Time         // of what is streamed
}

func (raw) title(*visit) string         { return "" }
func (raw) body(*visit) templ.Component { return templ.NopComponent }

// moved sends the reader elsewhere.
type moved struct {
	To string `json:"location"`
}

func (moved) title(*visit) string         { return "" }
func (moved) body(*visit) templ.Component { return templ.NopComponent }
func (m moved) location() string          { return m.To }
