package apply

import (
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/fault"
	"shenbao/internal/intake"
	"shenbao/programme"
	"shenbao/rule"
)

// FileID is the key of a [File].
type FileID string

// A File (附件) is a document handed in as a material of the call.
type File struct {
	ID          FileID         `json:"id"`
	Application ID             `json:"application"`
	Material    string         `json:"material"`
	Owner       actor.UnitID   `json:"owner"` // the unit that brought it
	Hash        blob.Hash      `json:"hash"`
	Name        string         `json:"name"`       // by the rule of the call
	GivenName   string         `json:"given_name"` // as it was called when it came
	Size        int64          `json:"size"`       // bytes
	Type        string         `json:"type"`       // by content
	Found       intake.Found   `json:"found"`
	Uploaded    time.Time      `json:"uploaded"`
	UploadedBy  actor.PersonID `json:"-"`
	Removed     time.Time      `json:"removed,omitzero"` // from the application; versions may go on naming it
}

// MaxFile is how large a file of an application may be, in bytes: a film. Other
// kinds may have less.
const MaxFile = 1 << 30

// The other limits of files.
const (
	maxDocument = 50 << 20     // bytes of what is no film
	maxFiles    = 20           // of one material
	maxBytes    = 4 << 30      // of one application
	maxStored   = 4 * maxBytes // with what was removed from it
)

// kindLimit is how many bytes a file of a kind may have.
func kindLimit(k intake.Kind) int64 {
	if k == intake.MP4 {
		return MaxFile
	}
	return maxDocument
}

// fileRules are what a material asks of its files.
func fileRules(m *programme.Material) intake.Rules {
	r := intake.Rules{Kinds: intake.Kinds(m.Formats), MaxBytes: maxDocument}
	for _, k := range r.Kinds {
		r.MaxBytes = max(r.MaxBytes, kindLimit(k))
	}
	return r
}

// early refuses what can be refused before anything of it came: a size and a
// name that no file of the material has.
func early(m *programme.Material, name string, size int64) error {
	rules := fileRules(m)
	limit := rules.MaxBytes
	if ending := endingOf(name); ending != "" {
		kind := intake.Kinds([]string{ending})[0]
		if len(rules.Kinds) > 0 && !slices.Contains(rules.Kinds, kind) {
			return fault.New(fault.Invalid, "apply.file_format", ending, strings.Join(m.Formats, " ")).In("file")
		}
		limit = min(limit, kindLimit(kind))
	}
	switch {
	case size <= 0:
		return fault.New(fault.Invalid, "intake.empty").In("file")
	case size > limit:
		return errLarge(size, limit)
	}
	return nil
}

func errLarge(size, limit int64) error {
	return fault.New(fault.Invalid, "intake.large", strconv.FormatInt((size+1<<20-1)>>20, 10), strconv.FormatInt(limit>>20, 10)).In("file")
}

// endingOf is what the name of a file ends in, without the dot.
func endingOf(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(intake.CleanName(name)), "."))
}

// Material is a material of the call by its id, nil for none.
func (fm *Form) Material(id string) *programme.Material {
	i := slices.IndexFunc(fm.Package.Form.Materials, func(m *programme.Material) bool { return m.ID == id })
	if i < 0 {
		return nil
	}
	return fm.Package.Form.Materials[i]
}

// taking is the material that a file is handed in as. What belongs to a later
// stage is refused.
func (fm *Form) taking(id string) (*programme.Material, error) {
	switch m := fm.Material(id); {
	case m == nil:
		return nil, fault.New(fault.Missing, "apply.no_material")
	case !fm.AskedNow(m):
		return nil, fault.New(fault.Refused, "apply.material_later", m.Name).In("file")
	default:
		return m, nil
	}
}

// fits asks that a material takes one more file, and the application so many
// bytes more.
func (fm *Form) fits(material string, bytes int64) error {
	if len(fm.FilesOf(material)) >= maxFiles {
		return fault.New(fault.Refused, "apply.files_many", maxFiles).In("file")
	}
	for _, f := range fm.Files {
		bytes += f.Size
	}
	if bytes > maxBytes {
		return fault.New(fault.Refused, "apply.files_large", maxBytes>>30).In("file")
	}
	return nil
}

// same is the file of a material with a content, nil for none.
func (fm *Form) same(material string, h blob.Hash) *File {
	i := slices.IndexFunc(fm.Files, func(f *File) bool { return f.Material == material && f.Hash == h })
	if i < 0 {
		return nil
	}
	return fm.Files[i]
}

// File is a file that is part of the application, nil for none.
func (fm *Form) File(id FileID) *File {
	i := slices.IndexFunc(fm.Files, func(f *File) bool { return f.ID == id })
	if i < 0 {
		return nil
	}
	return fm.Files[i]
}

// nameFiles gives every file its name by the rule of the call, as the facts
// stand now. No two files of a material have the same.
func (fm *Form) nameFiles() {
	taken := map[string]bool{}
	for _, f := range fm.Files {
		name := fm.fileName(f)
		ending := path.Ext(name)
		for n := 2; taken[f.Material+"/"+strings.ToLower(name)]; n++ {
			name = intake.NameBy(strings.TrimSuffix(fm.fileName(f), ending)+" ("+strconv.Itoa(n)+")", nil, ending)
		}
		taken[f.Material+"/"+strings.ToLower(name)] = true
		f.Name = name
	}
}

// fileName is the name of a file by the rule of the call; where there is none,
// the name that it came with.
func (fm *Form) fileName(f *File) string {
	given := intake.CleanName(f.GivenName)
	m := fm.Material(f.Material)
	if m == nil || m.FileName == "" {
		return given
	}
	ending := path.Ext(given)
	if ending == "" {
		ending = string(f.Found.Kind)
	}
	values := map[string]string{}
	for _, fact := range fm.Package.Schema.Facts {
		values[fact.Code] = fm.inName(fact)
	}
	return intake.NameBy(m.FileName, values, ending)
}

// inName is a fact as it stands in the name of a file: an option and a unit by
// their names.
func (fm *Form) inName(fact *rule.Fact) string {
	field := fm.Fields[fact.Code]
	switch {
	case field.Empty() || fact.Kind == rule.ListKind || fact.Kind == rule.SeriesKind:
		return ""
	case fact.Kind == rule.ChoiceKind:
		return optionName(fact, field.ShownIn(fact))
	case fact.Kind == rule.UnitKind:
		_, name, _ := strings.Cut(field.ShownIn(fact), " ")
		return name
	}
	return field.ShownIn(fact)
}
