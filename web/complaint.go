package web

import (
	"time"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/programme"
	"shenbao/recommend"
)

// complainPage is where anybody complains of an intermediary (投诉“黑中介”).
type complainPage struct {
	Call     *call.Call           `json:"call"`
	Calls    []*call.Call         `json:"-"` // to choose from, when none was named
	Contacts []*programme.Contact `json:"contacts"`
	typed    complaintTyped
}

// complaintTyped is a complaint as it was typed.
type complaintTyped struct {
	Call    call.ID `json:"call"`
	About   string  `json:"about"`
	Story   string  `json:"story"`
	Contact string  `json:"contact"`
	File    upload  `json:"file"`
	File2   upload  `json:"file2"`
	File3   upload  `json:"file3"`
}

func (complainPage) title(v *visit) string           { return v.T("complaint.title") }
func (p complainPage) body(v *visit) templ.Component { return complainBody(v, p) }

func (s *Server) newComplaint(v *visit, in struct {
	Call call.ID `json:"call"`
}) (complainPage, error) {
	return s.complainPage(v, in.Call)
}

func (s *Server) complainPage(v *visit, id call.ID) (complainPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p complainPage, err error) {
		p.Contacts = []*programme.Contact{}
		if id == "" {
			p.Calls, err = call.List(v.Context(), r, call.Filter{Limit: pageRows})
			return p, err
		}
		if p.Call, err = call.Find(v.Context(), r, db.Visitor, id); err != nil {
			return p, err
		}
		pkg, err := s.shelf.Package(v.Context(), r, p.Call.Hash)
		if err == nil {
			p.Contacts = append(p.Contacts, pkg.Call.Contacts...)
		}
		return p, err
	})
}

// complaintsAnHour is how many complaints one source may file in an hour.
const complaintsAnHour = 5

// complain files a complaint. Whoever is signed in files it as a stranger does:
// nothing tells who it was.
func (s *Server) complain(v *visit, in complaintTyped) (page, error) {
	p, err := s.complainPage(v, in.Call)
	if err != nil {
		return nil, err
	}
	p.typed = in
	if p.Call == nil {
		return p, fault.New(fault.Invalid, "web.complaint.no_call").In("call")
	}
	e := recommend.ComplaintEntry{Call: in.Call, About: in.About, Story: in.Story, Contact: in.Contact}
	if err := e.Clean(); err != nil {
		return p, err
	}
	if err := s.Gate.Throttle(v.Context(), "complaint", v.origin(), complaintsAnHour); err != nil {
		return p, err
	}
	if e.Files, err = s.evidence(v, in.File, in.File2, in.File3); err != nil {
		return p, err
	}
	token, err := db.Update(v.Context(), s.DB, db.Visitor, func(tx *db.Tx) (string, error) {
		return recommend.Complain(v.Context(), tx, s.recommending(), e)
	})
	if err != nil {
		return p, err
	}
	return filedPage{Link: s.Base + "/complaints/mine/" + token, Issuer: p.Call.IssuerName}, nil
}

// evidence receives the files that were sent with a complaint.
func (s *Server) evidence(v *visit, sent ...upload) (out []recommend.ComplaintFile, err error) {
	for i, one := range sent {
		if one == nil {
			continue
		}
		field := evidenceFields[i]
		scan, err := scanOf(one, recommend.MaxEvidenceSize)
		if err != nil {
			return nil, fault.Of(err).In(field)
		}
		f, err := s.recommending().ReceiveEvidence(v.Context(), db.NewID(), scan)
		if err != nil {
			return nil, fault.Of(err).In(field)
		}
		out = append(out, f)
	}
	return out, nil
}

// filedPage says that a complaint was filed, and shows its link, once.
type filedPage struct {
	Link   string `json:"link"`
	Issuer string `json:"issuer"`
}

func (filedPage) title(v *visit) string           { return v.T("complaint.filed") }
func (p filedPage) body(v *visit) templ.Component { return filedBody(v, p) }

// ownComplaintPage is how a complaint stands, for whoever has its link.
type ownComplaintPage struct {
	Call     string                       `json:"call"`
	Issuer   string                       `json:"issuer"`
	State    string                       `json:"state"`
	Filed    time.Time                    `json:"filed"`
	Messages []recommend.ComplaintMessage `json:"messages,omitempty"`
	token    string
	typed    string
}

func (ownComplaintPage) title(v *visit) string           { return v.T("complaint.own") }
func (p ownComplaintPage) body(v *visit) templ.Component { return ownComplaintBody(v, p) }

// byLink names the token that stands in the address of a complaint's link.
type byLink struct {
	Token string `json:"token" in:"path"`
}

func (s *Server) ownComplaint(v *visit, in byLink) (ownComplaintPage, error) {
	c, err := db.View(v.Context(), s.DB, func(r db.Reader) (*recommend.Complaint, error) {
		return recommend.ComplaintByToken(v.Context(), r, recommend.ComplaintQuery{Office: s.recommending(), Token: in.Token})
	})
	if err != nil {
		return ownComplaintPage{}, err
	}
	return ownComplaintPage{Call: c.CallTitle, Issuer: c.IssuerName, State: c.State, Filed: c.Filed, Messages: c.Messages, token: in.Token}, nil
}

// followComplaint says more to an answer. Whoever is signed in says it as a
// stranger does.
func (s *Server) followComplaint(v *visit, in struct {
	Token   string `json:"token"`
	Message string `json:"message"`
}) (page, error) {
	p, err := s.ownComplaint(v, byLink{in.Token})
	if err != nil {
		return nil, err
	}
	p.typed = in.Message
	f := recommend.ComplaintFollowUp{Token: in.Token, Text: in.Message}
	if err := f.Clean(); err != nil {
		return p, err
	}
	if err := s.Gate.Throttle(v.Context(), "complaint", v.origin(), complaintsAnHour); err != nil {
		return p, err
	}
	_, err = db.Update(v.Context(), s.DB, db.Visitor, func(tx *db.Tx) (int, error) {
		return 0, recommend.FollowComplaint(v.Context(), tx, s.recommending(), f)
	})
	if err != nil {
		return p, err
	}
	return moved{"/complaints/mine/" + in.Token}, nil
}

// complaintsPage lists the complaints that the reader's office answers.
type complaintsPage struct {
	Complaints []*recommend.Complaint `json:"complaints"`
	Next       string                 `json:"next,omitempty"`
	State      string                 `json:"-"`
}

func (complaintsPage) title(v *visit) string           { return v.T("complaint.all") }
func (p complaintsPage) body(v *visit) templ.Component { return complaintsBody(v, p) }

func (s *Server) listComplaints(v *visit, in struct {
	State string `json:"state"`
	After string `json:"after"`
}) (complaintsPage, error) {
	all, err := db.View(v.Context(), s.DB, func(r db.Reader) ([]*recommend.Complaint, error) {
		return recommend.ListComplaints(v.Context(), r, v.By(), recommend.ComplaintFilter{State: in.State, After: in.After, Limit: pageRows})
	})
	p := complaintsPage{Complaints: []*recommend.Complaint{}, State: in.State}
	p.Complaints = append(p.Complaints, all...)
	if len(all) == pageRows {
		p.Next = v.with("after", string(all[len(all)-1].ID))
	}
	return p, err
}

// complaintPage is one complaint in front of who answers it.
type complaintPage struct {
	*recommend.Complaint
	Contact   string `json:"contact,omitempty"` // when it was asked for
	MayAnswer bool   `json:"may_answer"`
	typed     string
}

func (complaintPage) title(v *visit) string           { return v.T("complaint.one") }
func (p complaintPage) body(v *visit) templ.Component { return complaintBody(v, p) }
func (p complaintPage) address() string               { return "/complaints/" + string(p.ID) }

// atComplaint names a complaint.
type atComplaint struct {
	Complaint recommend.ComplaintID `json:"complaint" in:"path"`
}

func (s *Server) showComplaint(v *visit, in atComplaint) (complaintPage, error) {
	c, err := db.View(v.Context(), s.DB, func(r db.Reader) (*recommend.Complaint, error) {
		return recommend.FindComplaint(v.Context(), r, v.By(), recommend.ComplaintQuery{Office: s.recommending(), ID: in.Complaint})
	})
	if err != nil {
		return complaintPage{}, err
	}
	return complaintPage{Complaint: c, MayAnswer: c.State == recommend.ComplaintOpen && actor.Ever(v.Actor.Role, actor.ActAnswerComplaint)}, nil
}

func (s *Server) answerComplaint(v *visit, in struct {
	Complaint recommend.ComplaintID `json:"complaint" in:"path"`
	Seen      int64                 `json:"seen"`
	Answer    string                `json:"answer"`
}) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.Complaint, error) {
		return recommend.AnswerComplaint(v.Context(), tx, s.recommending(), recommend.ComplaintAnswer{Complaint: in.Complaint, Seen: in.Seen, Text: in.Answer})
	})
	if err == nil {
		return moved{"/complaints/" + string(in.Complaint)}, nil
	}
	p, e := s.showComplaint(v, atComplaint{in.Complaint})
	if e != nil {
		return nil, e
	}
	p.typed = in.Answer
	return p, err
}

// revealComplainant shows how whoever complained can be reached; that it was
// looked at is noted.
func (s *Server) revealComplainant(v *visit, in atComplaint) (page, error) {
	contact, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (string, error) {
		return recommend.RevealComplainant(v.Context(), tx, s.recommending(), in.Complaint)
	})
	p, e := s.showComplaint(v, in)
	if e != nil {
		return nil, e
	}
	p.Contact = contact
	return p, err
}

// openEvidence sends a file of a complaint; that it was opened is noted.
func (s *Server) openEvidence(v *visit, in struct {
	Complaint recommend.ComplaintID `json:"complaint" in:"path"`
	File      string                `json:"file" in:"path"`
}) (page, error) {
	f, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (*recommend.ComplaintFile, error) {
		return s.recommending().NoteEvidence(v.Context(), tx, in.Complaint, in.File)
	})
	if err != nil {
		return nil, err
	}
	content, err := s.recommending().Evidence(v.Context(), f)
	return raw{contentType: f.Type, fileName: f.Name, content: content}, err
}

// complaintColour is the colour of a state of complaints.
func complaintColour(state string) string {
	if state == recommend.ComplaintOpen {
		return "open"
	}
	return "good"
}

func complaintOptions(v *visit) []option {
	out := []option{{"", v.T("all")}}
	for _, one := range recommend.ComplaintStates {
		out = append(out, option{one, v.T("complaint.state." + one)})
	}
	return out
}

// callChoices are calls to choose from.
func callChoices(v *visit, calls []*call.Call) []option {
	out := []option{{"", v.T("choose")}}
	for _, c := range calls {
		out = append(out, option{string(c.ID), c.Title})
	}
	return out
}

// evidenceFields are the fields of the files that come with a complaint.
var evidenceFields = []string{"file", "file2", "file3"}
