package web

import (
	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/recommend"
)

// callsPage is the list of published calls.
type callsPage struct {
	Calls  []*call.Call `json:"calls"`
	Next   string       `json:"next,omitempty"`
	Filter callFilter   `json:"-"`
	Fields []call.Field `json:"-"`
	Draft  bool         `json:"-"` // the reader may draft calls
	Home   bool         `json:"-"`
}

// callFilter is what the list is narrowed by.
type callFilter struct {
	Q     string     `json:"q"`
	Place string     `json:"place"`
	Field string     `json:"field"`
	Mode  string     `json:"mode"`
	Phase call.Phase `json:"phase"`
	After string     `json:"after"`
}

// anyPhase asks for open and closed calls alike.
const anyPhase call.Phase = "any"

// query is the filter of the room. Who asks for no phase is shown what has not
// ended: that is what people come for.
func (f callFilter) query() call.Filter {
	switch f.Phase {
	case "":
		f.Phase = call.Current
	case anyPhase:
		f.Phase = ""
	}
	return call.Filter{Text: f.Q, Place: placeCode(f.Place), Field: f.Field, Mode: f.Mode, Phase: f.Phase, After: f.After, Limit: pageRows}
}

func (p callsPage) title(v *visit) string {
	if p.Home {
		return v.T("home.title")
	}
	return v.T("room.calls")
}
func (p callsPage) body(v *visit) templ.Component { return callsBody(v, p) }

func (p callsPage) fragment(v *visit, target string) templ.Component {
	if target == "calls" {
		return callsTable(v, p)
	}
	return nil
}

func (s *Server) home(v *visit, _ nothing) (callsPage, error) {
	p, err := s.listCalls(v, callFilter{})
	p.Home = true
	return p, err
}

func (s *Server) listCalls(v *visit, in callFilter) (callsPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p callsPage, err error) {
		p.Filter = in
		f := in.query()
		if p.Calls, err = call.List(v.Context(), r, f); err != nil {
			return p, err
		}
		if len(p.Calls) == pageRows {
			p.Next = v.with("after", f.Cursor(p.Calls[len(p.Calls)-1]))
		}
		p.Fields, err = call.Fields(v.Context(), r)
		return p, err
	})
}

// atCall names a call.
type atCall struct {
	Call call.ID `json:"call" in:"path"`
}

// callPage is one call: what it is, its windows, its files, and what the reader
// may do about it.
type callPage struct {
	Call    *call.Call         `json:"call"`
	Package *programme.Package `json:"-"`
	Sizes   programme.Sizes    `json:"-"`
	Open    []string           `json:"open"` // what the notice leaves to a later one
	Edit    bool               `json:"-"`    // the reader may draft, publish, attach and propose
	Approve bool               `json:"-"`
	Relays  []recommend.Relay  `json:"relays,omitempty"` // what the authorities over the reader's unit ask, and the reader's own
	Relay   bool               `json:"-"`                // the reader may say what their authority asks
}

// own is what the reader's authority asks under the call.
func (p callPage) own(v *visit) recommend.Relay {
	for _, l := range p.Relays {
		if l.Authority == v.Actor.Unit {
			return l
		}
	}
	return recommend.Relay{}
}

func (p callPage) title(*visit) string           { return p.Call.Title }
func (p callPage) body(v *visit) templ.Component { return callBody(v, p) }
func (p callPage) address() string               { return "/calls/" + string(p.Call.ID) }

func (s *Server) showCall(v *visit, in atCall) (callPage, error) { return s.call(v, in.Call) }

func (s *Server) call(v *visit, id call.ID) (callPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p callPage, err error) {
		ctx := v.Context()
		if p.Call, err = call.Find(ctx, r, v.By(), id); err != nil {
			return p, err
		}
		if p.Package, err = s.shelf.Package(ctx, r, p.Call.Hash); err != nil {
			return p, err
		}
		if v.Actor.Unit != "" {
			if p.Relays, err = recommend.RelaysFor(ctx, r, p.Call.ID, v.Actor.Unit); err != nil {
				return p, err
			}
			p.Relay = p.Call.State == call.Published && actor.May(ctx, r, v.By(), actor.ActRelay, v.Actor.Unit) == nil
		}
		p.Sizes, p.Open = p.Package.Sizes(), p.Package.Call.Open
		p.Edit, p.Approve = call.MayEdit(ctx, r, v.By(), p.Call), call.MayApprove(ctx, r, v.By(), p.Call)
		return p, nil
	})
}

// clausesPage is the notice clause by clause: the official text beside the
// rules that it became.
type clausesPage struct {
	Call       *call.Call       `json:"call"`
	Paragraphs []call.Paragraph `json:"clauses"`
}

func (p clausesPage) title(v *visit) string         { return v.T("clauses.title") }
func (p clausesPage) body(v *visit) templ.Component { return clausesBody(v, p) }

func (s *Server) showClauses(v *visit, in atCall) (clausesPage, error) {
	p, err := s.call(v, in.Call)
	if err != nil {
		return clausesPage{}, err
	}
	all, err := call.Clauses(p.Package, p.Call.OfficialText(), v.Lang)
	return clausesPage{p.Call, all}, err
}

func (s *Server) readAttachment(v *visit, in struct {
	Call call.ID   `json:"call" in:"path"`
	File blob.Hash `json:"file" in:"path"`
}) (page, error) {
	p, err := s.call(v, in.Call)
	if err != nil {
		return nil, err
	}
	for _, a := range p.Call.Attachments {
		if a.Hash == in.File {
			return s.file(v, a.Hash, a.Name, a.Type)
		}
	}
	return nil, fault.New(fault.Missing, "web.no_page")
}

// callLink is the address of a call for what leaves the platform. It never
// rests on what the request says of the host it was sent to.
func (v *visit) callLink(id call.ID) string { return v.Server.Base + "/calls/" + string(id) }

func (s *Server) callCalendar(v *visit, in atCall) (page, error) {
	p, err := s.call(v, in.Call)
	if err != nil {
		return nil, err
	}
	return raw{contentType: "text/calendar; charset=utf-8", fileName: "call.ics",
		content: call.Calendar(v.Lang, p.Call.Title, []*call.Call{p.Call}, v.callLink)}, nil
}

// feedOf gathers whole calls for a feed.
func (s *Server) feedOf(v *visit, f call.Filter) ([]*call.Call, error) {
	f.Whole = true
	return db.View(v.Context(), s.DB, func(r db.Reader) ([]*call.Call, error) { return call.List(v.Context(), r, f) })
}

func (s *Server) calendar(v *visit, in callFilter) (page, error) {
	found, err := s.feedOf(v, in.query())
	return raw{contentType: "text/calendar; charset=utf-8", fileName: "calls.ics",
		content: call.Calendar(v.Lang, v.T("calls.feed"), found, v.callLink)}, err
}

func (s *Server) feed(v *visit, in callFilter) (page, error) {
	f := in.query()
	f.Newest = true
	found, err := s.feedOf(v, f)
	if err != nil {
		return nil, err
	}
	text, err := call.Feed{Lang: v.Lang, Title: v.T("calls.feed"), Self: v.Server.Base + v.URL.RequestURI(), Link: v.callLink, At: v.Now}.Atom(found)
	return raw{contentType: "application/atom+xml; charset=utf-8", content: text}, err
}
