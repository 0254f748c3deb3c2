package web

import (
	"context"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/inbox"
)

// inboxPage is what the reader was told, the newest first.
type inboxPage struct {
	Notices []inboxRow `json:"notices"`
	Unread  int        `json:"unread"` // of all; counted up to inbox.Most
	Newest  string     `json:"-"`      // the newest notice of the first page, which alone marks all as read
	Next    string     `json:"next,omitempty"`
}

// inboxRow is a notice in the reader's language.
type inboxRow struct {
	inbox.Notice
	Text string `json:"text"`
}

func (inboxPage) title(v *visit) string           { return v.T("inbox.title") }
func (p inboxPage) body(v *visit) templ.Component { return inboxBody(v, p) }

// mayRead asks whether the reader's own notices may be read: not by a personal
// token, which opens nothing of its person's account.
func (v *visit) mayRead(ctx context.Context, r db.Reader) error {
	return actor.MayOn(ctx, r, v.By(), actor.ActEditAccount, actor.On{Person: v.Actor.Person})
}

func (s *Server) showInbox(v *visit, in struct {
	After string `json:"after"`
}) (inboxPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p inboxPage, err error) {
		if err := v.mayRead(v.Context(), r); err != nil {
			return p, err
		}
		found, err := inbox.List(v.Context(), r, string(v.Actor.Person), in.After, pageRows)
		if err != nil {
			return p, err
		}
		p.Notices = make([]inboxRow, 0, len(found))
		for _, n := range found {
			p.Notices = append(p.Notices, inboxRow{n, n.Text(v.Lang)})
		}
		if in.After == "" && len(found) > 0 {
			p.Newest = found[0].ID
		}
		if len(found) == pageRows {
			p.Next = v.with("after", found[len(found)-1].ID)
		}
		p.Unread, err = inbox.Unread(v.Context(), r, string(v.Actor.Person))
		return p, err
	})
}

// openNotice marks a notice as read and leads to what it is about.
func (s *Server) openNotice(v *visit, in struct {
	Notice string `json:"notice" in:"path"`
}) (moved, error) {
	n, err := db.Keep(v.Context(), s.DB, func(tx *db.Tx) (inbox.Notice, error) {
		if err := v.mayRead(v.Context(), tx); err != nil {
			return inbox.Notice{}, err
		}
		return inbox.MarkRead(v.Context(), tx, string(v.Actor.Person), in.Notice)
	})
	return moved{n.Link}, err
}

func (s *Server) readInbox(v *visit, in struct {
	Newest string `json:"newest"` // what came after it stays unread; "" is all
}) (moved, error) {
	_, err := db.Keep(v.Context(), s.DB, func(tx *db.Tx) (int, error) {
		if err := v.mayRead(v.Context(), tx); err != nil {
			return 0, err
		}
		return 0, inbox.MarkAllRead(v.Context(), tx, string(v.Actor.Person), in.Newest)
	})
	return moved{"/inbox"}, err
}

// count counts what the reader has not read, for the frame of a page. A page
// without the count is better than none.
func (v *visit) count() {
	if !v.SignedIn() {
		return
	}
	n, err := db.View(v.Context(), v.Server.DB, func(r db.Reader) (int, error) {
		return inbox.Unread(v.Context(), r, string(v.Actor.Person))
	})
	if err != nil && v.Context().Err() == nil {
		v.Server.Log.ErrorContext(v.Context(), "count what is unread", "request", v.Number, "error", err.Error())
	}
	v.unread = n
}

// unreadText says how many notices are not read: 3, 99+.
func unreadText(v *visit, n int) string {
	if n >= inbox.Most {
		return v.T("inbox.unread_many", inbox.Most-1)
	}
	return v.T("inbox.unread", n)
}
