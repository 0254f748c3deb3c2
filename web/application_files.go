package web

import (
	"time"

	"github.com/a-h/templ"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/recommend"
)

// filesPage lists the materials of an application with what was handed in.
type filesPage struct {
	*apply.Sight
	Materials []apply.Wanted  `json:"materials"`
	Uploads   []*apply.Upload `json:"uploads"`          // that the reader's unit did not finish
	Frozen    int64           `json:"frozen,omitempty"` // the version whose files these are; 0: as they stand now
	Material  string          `json:"-"`                // that was being handed in
	units     map[string]string
}

func (filesPage) title(v *visit) string           { return v.T("files.title") }
func (p filesPage) body(v *visit) templ.Component { return filesBody(v, p) }
func (p filesPage) address() string               { return address(p.Sight) + "/files" }

// fragment is the section of one material.
func (p filesPage) fragment(v *visit, target string) templ.Component {
	for _, m := range p.Materials {
		if "m-"+m.ID == target {
			return filesFragment(v, p, m)
		}
	}
	return nil
}

func (s *Server) showFiles(v *visit, in atApplication) (filesPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p filesPage, err error) {
		sight, form, err := s.application(v.Context(), r, v, in.Application)
		if err != nil {
			return p, err
		}
		p = filesPage{Sight: sight, Uploads: []*apply.Upload{}, units: map[string]string{string(sight.Unit): sight.UnitName}}
		for _, one := range form.Partners {
			p.units[string(one.Unit)] = one.UnitName
		}
		draft, err := sight.SeesDraft(v.Context(), r, v.By())
		if err != nil {
			return p, err
		}
		if !draft {
			return p, p.freeze(v, r, form)
		}
		p.Materials = form.Wanted(v.Now)
		if p.MayEdit {
			p.Uploads, err = sight.Unfinished(v.Context(), r, v.By())
		}
		return p, err
	})
}

// freeze fills in the files of the version that was submitted last: what is
// being mended since is not for everybody.
func (p *filesPage) freeze(v *visit, r db.Reader, form *apply.Form) error {
	p.Frozen = p.Version
	version, err := p.VersionOf(v.Context(), r, p.Frozen)
	if err != nil {
		return err
	}
	files, err := p.FilesOf(v.Context(), r, version)
	if err != nil {
		return err
	}
	p.Materials = (&apply.Form{Package: form.Package, Files: files}).HandedIn()
	return nil
}

// attachFile takes a whole file, as a browser without scripts sends it.
func (s *Server) attachFile(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Material    string   `json:"material"`
	File        upload   `json:"file"`
}) (page, error) {
	if err := s.attach(v, in.Application, in.Material, in.File); err != nil {
		p, e := s.showFiles(v, atApplication{in.Application})
		if e != nil {
			return nil, e
		}
		p.Material = in.Material
		return p, err
	}
	return moved{"/applications/" + string(in.Application) + "/files#m-" + in.Material}, nil
}

func (s *Server) attach(v *visit, id apply.ID, material string, file upload) error {
	if file == nil {
		return fault.New(fault.Invalid, "web.no_file").In("file")
	}
	content, err := file.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = s.office.Receive(v.Context(), s.DB, v.By(), apply.Delivery{Content: content,
		Sending: apply.Sending{Application: id, Material: material, Name: file.Filename, Size: file.Size}})
	return err
}

// atFile names a file of an application.
type atFile struct {
	Application apply.ID     `json:"application" in:"path"`
	File        apply.FileID `json:"file" in:"path"`
}

func (s *Server) removeFile(v *visit, in atFile) (page, error) {
	_, err := keep(v, func(tx *db.Tx) (*apply.File, error) {
		return apply.RemoveFile(v.Context(), tx, s.office, apply.FileAt{Application: in.Application, File: in.File})
	})
	if err != nil {
		p, e := s.showFiles(v, atApplication{in.Application})
		if e != nil {
			return nil, e
		}
		return p, err
	}
	return moved{"/applications/" + string(in.Application) + "/files"}, nil
}

// keep does what leaves no line on the reader's account.
func keep[T any](v *visit, act func(tx *db.Tx) (T, error)) (T, error) {
	return db.Keep(v.Context(), v.Server.DB, func(tx *db.Tx) (T, error) {
		tx.By = v.By()
		return act(tx)
	})
}

// fileOf finds a file that the reader may see, under the name that it has now.
func (s *Server) fileOf(v *visit, in atFile) (*apply.Sight, *apply.File, error) {
	var sight *apply.Sight
	f, err := db.View(v.Context(), s.DB, func(r db.Reader) (f *apply.File, err error) {
		if sight, err = recommend.Sight(v.Context(), r, v.By(), in.Application); err != nil {
			return nil, err
		}
		if f, err = sight.File(v.Context(), r, v.By(), in.File); err != nil || !f.Removed.IsZero() {
			return f, err
		}
		form, err := s.office.FormOf(v.Context(), r, sight)
		if err != nil {
			return nil, err
		}
		if draft, err := sight.SeesDraft(v.Context(), r, v.By()); draft && form.File(f.ID) != nil || err != nil {
			return form.File(f.ID), err
		}
		return f, nil
	})
	return sight, f, err
}

func (s *Server) readFile(v *visit, in atFile) (page, error) {
	_, f, err := s.fileOf(v, in)
	if err != nil {
		return nil, err
	}
	content, err := s.Blobs.Open(v.Context(), f.Hash)
	return raw{contentType: f.Type, fileName: f.Name, stream: content, changed: f.Uploaded}, err
}

// previewPage shows a page of a file as a picture of our own making.
type previewPage struct {
	*apply.Sight
	File *apply.File `json:"file"`
	Page int         `json:"page"`
}

func (p previewPage) title(*visit) string           { return p.File.Name }
func (p previewPage) body(v *visit) templ.Component { return fileViewBody(v, p) }
func (p previewPage) address() string               { return fileAddress(p.File) }

// previewable are the kinds of files that a picture can be made of.
var previewable = map[intake.Kind]bool{intake.PDF: true, intake.PNG: true, intake.JPEG: true, intake.GIF: true}

func (s *Server) viewFile(v *visit, in struct {
	Application apply.ID     `json:"application" in:"path"`
	File        apply.FileID `json:"file" in:"path"`
	Page        int          `json:"page"`
}) (previewPage, error) {
	sight, f, err := s.fileOf(v, atFile{in.Application, in.File})
	if err != nil {
		return previewPage{}, err
	}
	return previewPage{sight, f, max(1, in.Page)}, nil
}

func (s *Server) previewFile(v *visit, in struct {
	Application apply.ID     `json:"application" in:"path"`
	File        apply.FileID `json:"file" in:"path"`
	Page        int          `json:"page"`
}) (page, error) {
	_, f, err := s.fileOf(v, atFile{in.Application, in.File})
	if err != nil {
		return nil, err
	}
	content, err := s.Blobs.Open(v.Context(), f.Hash)
	if err != nil {
		return nil, err
	}
	defer content.Close()
	picture, err := intake.Preview(v.Context(), content, f.Found.Kind, max(1, in.Page))
	return raw{contentType: "image/png", content: picture}, err
}

// uploadPage says where an upload stands.
type uploadPage struct {
	*apply.Upload
	MaxPart int       `json:"max_part"` // bytes
	Until   time.Time `json:"until"`    // when it is forgotten
}

func (uploadPage) title(*visit) string         { return "" }
func (uploadPage) body(*visit) templ.Component { return templ.NopComponent }
func (p uploadPage) location() string          { return "/applications/" + string(p.Application) + "/files" }

func shownUpload(u *apply.Upload, err error) (uploadPage, error) {
	if err != nil {
		return uploadPage{}, err
	}
	return uploadPage{u, apply.MaxPart, u.Until()}, nil
}

func (s *Server) beginUpload(v *visit, in struct {
	Application apply.ID `json:"application" in:"path"`
	Material    string   `json:"material"`
	Name        string   `json:"name"`
	Size        int64    `json:"size"`
}) (uploadPage, error) {
	return shownUpload(keep(v, func(tx *db.Tx) (*apply.Upload, error) {
		return apply.BeginUpload(v.Context(), tx, s.office, apply.Sending{Application: in.Application, Material: in.Material, Name: in.Name, Size: in.Size})
	}))
}

// atUpload names an upload to an application.
type atUpload struct {
	Application apply.ID       `json:"application" in:"path"`
	Upload      apply.UploadID `json:"upload" in:"path"`
}

func (in atUpload) at() apply.UploadAt {
	return apply.UploadAt{Application: in.Application, Upload: in.Upload}
}

// showUpload says where to go on; with sums, also what is there, so that the
// sender can tell whether it has the same file.
func (s *Server) showUpload(v *visit, in struct {
	Application apply.ID       `json:"application" in:"path"`
	Upload      apply.UploadID `json:"upload" in:"path"`
	Sums        bool           `json:"sums"`
}) (uploadPage, error) {
	at := apply.UploadAt{Application: in.Application, Upload: in.Upload}
	if in.Sums {
		return shownUpload(s.office.Sums(v.Context(), s.DB, v.By(), at))
	}
	return shownUpload(db.View(v.Context(), s.DB, func(r db.Reader) (*apply.Upload, error) {
		return apply.FindUpload(v.Context(), r, v.By(), at)
	}))
}

// keepPart takes the bytes of a part as the body of the request.
func (s *Server) keepPart(v *visit, in struct {
	Application apply.ID       `json:"application" in:"path"`
	Upload      apply.UploadID `json:"upload" in:"path"`
	Offset      int64          `json:"offset"`
	Bytes       octets         `json:"-"`
}) (uploadPage, error) {
	at := apply.UploadAt{Application: in.Application, Upload: in.Upload}
	if in.Bytes.Reader != nil {
		return shownUpload(s.office.ReceivePart(v.Context(), s.DB, v.By(), apply.Incoming{UploadAt: at, Offset: in.Offset, Content: in.Bytes}))
	}
	return shownUpload(db.View(v.Context(), s.DB, func(r db.Reader) (*apply.Upload, error) {
		if _, err := apply.FindUpload(v.Context(), r, v.By(), at); err != nil {
			return nil, err
		}
		return nil, fault.New(fault.Invalid, "web.content_type", v.kind())
	}))
}

// handedIn is a file that was taken.
type handedIn struct{ *apply.File }

func (handedIn) title(*visit) string         { return "" }
func (handedIn) body(*visit) templ.Component { return templ.NopComponent }
func (p handedIn) location() string          { return "/applications/" + string(p.Application) + "/files" }

func (s *Server) endUpload(v *visit, in atUpload) (handedIn, error) {
	f, err := s.office.Finish(v.Context(), s.DB, v.By(), in.at())
	return handedIn{f}, err
}

func (s *Server) dropUpload(v *visit, in atUpload) (moved, error) {
	return moved{"/applications/" + string(in.Application) + "/files"}, s.office.Cancel(v.Context(), s.DB, v.By(), in.at())
}
