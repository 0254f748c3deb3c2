package web

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/official"
	"shenbao/programme"
)

// deskPage is where an authority's people begin: what waits for them, and the
// calls of their unit.
type deskPage struct {
	Pending  []*actor.Unit          `json:"pending"`
	Calls    []*call.Call           `json:"calls"`
	Packages []programme.IndexEntry `json:"-"` // that a call may be drafted from
	Decide   bool                   `json:"-"` // the reader may confirm units
	Draft    bool                   `json:"-"`
}

func (deskPage) title(v *visit) string           { return v.T("room.desk") }
func (p deskPage) body(v *visit) templ.Component { return deskBody(v, p) }

func (s *Server) desk(v *visit, _ nothing) (deskPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p deskPage, err error) {
		ctx := v.Context()
		if p.Decide = actor.Ever(v.Actor.Role, actor.ActConfirmUnit); p.Decide {
			p.Pending, err = actor.ListUnits(ctx, r, v.By(), actor.Filter{State: actor.Pending, Limit: 20})
			if err != nil {
				return p, err
			}
		}
		if p.Draft = actor.May(ctx, r, v.By(), actor.ActDraftCall, v.Actor.Unit) == nil; p.Draft {
			p.Packages = s.packages()
			p.Calls, err = call.Mine(ctx, r, v.By(), call.Filter{Newest: true})
		}
		return p, err
	})
}

// packages are those that a call can be drafted from: a guide itself is none,
// its members are.
func (s *Server) packages() (all []programme.IndexEntry) {
	for _, e := range s.Library.List() {
		if len(e.Members) == 0 {
			all = append(all, e)
		}
		for _, m := range e.Members {
			one := e
			one.ID, one.Title = e.ID+"/"+m.ID, e.Title+"："+m.Title
			all = append(all, one)
		}
	}
	return all
}

func (s *Server) draftCall(v *visit, in struct {
	Package string  `json:"package"`
	Amends  call.ID `json:"amends"`
}) (page, error) {
	version, err := s.version(in.Package)
	if err != nil {
		return nil, err
	}
	c, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*call.Call, error) {
		return call.Draft(v.Context(), tx, version, in.Amends)
	})
	if err != nil {
		d, e := s.desk(v, nothing{})
		if e != nil {
			return nil, e
		}
		return d, err
	}
	return moved{"/calls/" + string(c.ID)}, nil
}

// version reads a package as it stands in the library today.
func (s *Server) version(id string) (v call.Version, err error) {
	if v.Package, err = s.Library.Load(id); err != nil {
		return v, err
	}
	v.Archive, err = s.Library.Archive(id)
	return v, err
}

// acted runs an act on a call and shows the call again.
func (s *Server) acted(v *visit, id call.ID, act func(ctx context.Context, tx *db.Tx) (*call.Call, error)) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*call.Call, error) { return act(v.Context(), tx) })
	if err == nil {
		return moved{"/calls/" + string(id)}, nil
	}
	p, e := s.call(v, id)
	if e != nil {
		return nil, e
	}
	return p, err
}

func (s *Server) scheduleCall(v *visit, in struct {
	Call  call.ID `json:"call" in:"path"`
	Stage string  `json:"stage"`
	From  string  `json:"from"`
	Until string  `json:"until"`
}) (page, error) {
	return s.acted(v, in.Call, func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		from, err := instant("from", in.From)
		if err != nil {
			return nil, err
		}
		until, err := instant("until", in.Until)
		if err != nil {
			return nil, err
		}
		return call.Schedule(ctx, tx, call.Slot{Call: in.Call, Stage: in.Stage, From: from, Until: until})
	})
}

// The years in which an instant may lie: beyond them it is a slip, and cannot be
// written everywhere.
const firstYear, lastYear = 1900, 2200

// instant reads what a browser's box for an instant sends, in the time zone of
// deadlines; an empty one is the zero time.
func instant(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{localLayout, localLayout + ":05", time.RFC3339} {
		if t, err := time.ParseInLocation(layout, text, clock.Zone); err == nil && t.Year() >= firstYear && t.Year() <= lastYear {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "web.instant", text).In(field)
}

func (s *Server) publishCall(v *visit, in struct {
	Call   call.ID `json:"call" in:"path"`
	Reason string  `json:"reason"`
}) (page, error) {
	return s.acted(v, in.Call, func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		return call.Publish(ctx, tx, in.Call, in.Reason)
	})
}

func (s *Server) withdrawCall(v *visit, in struct {
	Call   call.ID `json:"call" in:"path"`
	Reason string  `json:"reason"`
}) (page, error) {
	return s.acted(v, in.Call, func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		return call.Withdraw(ctx, tx, in.Call, in.Reason)
	})
}

func (s *Server) proposeExtension(v *visit, in struct {
	Call   call.ID `json:"call" in:"path"`
	Stage  string  `json:"stage"`
	Until  string  `json:"until"`
	Reason string  `json:"reason"`
}) (page, error) {
	return s.acted(v, in.Call, func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		until, err := instant("until", in.Until)
		if err != nil {
			return nil, err
		}
		return call.ProposeExtension(ctx, tx, call.Proposal{Call: in.Call, Stage: in.Stage, Until: until, Reason: in.Reason})
	})
}

func (s *Server) approveExtension(v *visit, in struct {
	Call      call.ID `json:"call" in:"path"`
	Extension string  `json:"extension" in:"path"`
}) (page, error) {
	return s.acted(v, in.Call, func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		return call.ApproveExtension(ctx, tx, in.Call, in.Extension)
	})
}

func (s *Server) attachToCall(v *visit, in struct {
	Call call.ID `json:"call" in:"path"`
	File upload  `json:"file"`
}) (page, error) {
	p, err := s.call(v, in.Call)
	if err != nil {
		return nil, err
	}
	// The file is read before the transaction, which holds up everybody who
	// writes, and only for those who may add it.
	var f call.File
	if p.Edit {
		if f, err = s.notice(v, in.File); err != nil {
			return p, err
		}
	}
	return s.acted(v, in.Call, func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		return call.Attach(ctx, tx, in.Call, p.Package, f)
	})
}

// notice stores a file of the official notice and reads its text.
func (s *Server) notice(v *visit, file upload) (call.File, error) {
	if file == nil {
		return call.File{}, fault.New(fault.Invalid, "web.no_file").In("file")
	}
	from, err := file.Open()
	if err != nil {
		return call.File{}, err
	}
	defer from.Close()
	content, err := io.ReadAll(io.LimitReader(from, official.MaxFile+1))
	if err != nil {
		return call.File{}, err
	}
	kind, text, err := official.Read(v.Context(), content)
	if err != nil {
		return call.File{}, fault.Of(err).In("file")
	}
	hash, size, err := s.Blobs.Put(v.Context(), bytes.NewReader(content))
	return call.File{Hash: hash, Name: file.Filename, Size: size, Type: kind, Text: text}, err
}
