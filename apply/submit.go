package apply

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/inbox"
	"shenbao/internal/locale"
	"shenbao/registry"
)

// The pledges (承诺) without which nothing is submitted.
const (
	PledgeIntegrity    = "integrity"    // 诚信: what is stated is true, 000 三.3
	PledgeDeclassified = "declassified" // 脱密: nothing secret is in it, 000 三.3, 001 四.一
)

// Pledges are all of them.
var Pledges = []string{PledgeIntegrity, PledgeDeclassified}

// A Submission (提交) is one short request: what is submitted is there already.
type Submission struct {
	Application  ID
	Key          string    // made by the page: the same request twice submits one version
	Seen         string    // [Form.Digest] of what the sender saw: nobody submits what changed since
	Pledges      []string  // that were made
	Acknowledged bool      // the sender knows that conditions are not met
	Received     time.Time // when the request was fully received, by the server's clock

	prepared *prepared // see [Office.HandIn]
}

// Submit hands in an application as it stands: it freezes a version, with its
// findings and the host's profile, and signs its receipt. The same key again
// gives the version that it made. What counts for the deadline is when the
// request was fully received, not when the database had time for it: a clock
// that is set back in between makes nothing earlier.
func Submit(ctx context.Context, tx *db.Tx, o *Office, s Submission) (*Version, error) {
	a, c, err := findFor(ctx, tx, s.Application, actor.ActSubmitApplication)
	if err != nil {
		return nil, err
	}
	if !keyed(s.Key) {
		return nil, fault.New(fault.Invalid, "apply.key")
	}
	if v, err := findByKey(ctx, tx, a.ID, s.Key); v != nil || err != nil {
		return v, err
	}
	if s.Received = s.Received.UTC().Truncate(time.Millisecond); s.Received.IsZero() {
		s.Received = tx.Now
	}
	if err := a.submit(c, s.Received, tx.Now); err != nil {
		return nil, err
	}
	if c.ID != a.Call {
		return nil, fault.New(fault.Conflict, "apply.amended")
	}
	p := s.prepared
	if p == nil || p.revision != a.revision {
		if p, err = o.prepare(ctx, tx, a); err != nil {
			return nil, err
		}
	}
	if err := s.ready(p.form, p.assessed); err != nil {
		return nil, err
	}
	p.form.Of = a
	return o.freeze(ctx, tx, s, freezing{a, c, p})
}

// HandIn is [Submit] in a transaction of its own. What a version is made of is
// worked out before, without keeping others from the database; it holds unless
// the application changes in between, and then is worked out again.
func (o *Office) HandIn(ctx context.Context, d *db.DB, by db.By, s Submission) (*Version, error) {
	var err error
	if s.prepared, err = db.View(ctx, d, func(r db.Reader) (*prepared, error) { return o.early(ctx, r, by, s.Application) }); err != nil {
		return nil, err
	}
	return db.Update(ctx, d, by, func(tx *db.Tx) (*Version, error) { return Submit(ctx, tx, o, s) })
}

// prepared is what can be worked out of an application before it is submitted.
type prepared struct {
	revision int64 // of the application, that it was worked out of
	form     *Form
	assessed *Assessment
	profile  registry.Snapshot
}

func (o *Office) prepare(ctx context.Context, r db.Reader, a *Application) (p *prepared, err error) {
	p = &prepared{revision: a.revision}
	if p.form, err = o.formOf(ctx, r, a); err != nil {
		return nil, err
	}
	if p.assessed, err = o.Assess(ctx, r, p.form, locale.ZH); err != nil {
		return nil, err
	}
	p.profile, err = registry.SnapshotOf(ctx, r, a.Unit)
	return p, err
}

// early prepares what by may submit. What stands against it is for [Submit] to
// say.
func (o *Office) early(ctx context.Context, r db.Reader, by db.By, id ID) (*prepared, error) {
	a, err := find(ctx, r, id)
	if err == nil && a.Editable() {
		var c *call.Call
		if c, err = call.Newest(ctx, r, a.Call); err == nil {
			if err = may(ctx, r, by, actor.ActSubmitApplication, a, c); err == nil {
				return o.prepare(ctx, r, a)
			}
		}
	}
	if f := fault.Of(err); err != nil && f.Kind == fault.Internal {
		return nil, err
	}
	return nil, nil
}

// ready asks that nothing stands in the way.
func (s Submission) ready(fm *Form, assessed *Assessment) error {
	if s.Seen != "" && s.Seen != fm.Digest() {
		return fault.New(fault.Conflict, "apply.changed_since")
	}
	for _, p := range Pledges {
		if !slices.Contains(s.Pledges, p) {
			return fault.New(fault.Invalid, "apply.pledge."+p).In(p)
		}
	}
	for _, i := range assessed.Issues {
		if i.Blocks {
			return fault.New(fault.Refused, "apply.blocked", i.Label, i.Text).In(i.Field)
		}
	}
	if n := assessed.Unmet(); n > 0 && !s.Acknowledged {
		return fault.New(fault.Invalid, "apply.acknowledge", n).In("acknowledged")
	}
	return nil
}

// freezing is what a version is made of.
type freezing struct {
	*Application
	call *call.Call
	*prepared
}

// live is what others may not have too; it was worked out with the findings.
func (f freezing) live(tx *db.Tx, host *actor.Unit) live {
	if f.assessed.year != yearOf(tx) {
		return f.form.liveIn(tx, f.Application, host)
	}
	return live{f.Application, host, f.form, f.assessed.keys}
}

// freeze writes the version, its line and its receipt.
func (o *Office) freeze(ctx context.Context, tx *db.Tx, s Submission, f freezing) (*Version, error) {
	u, err := actor.FindUnit(ctx, tx, f.Unit)
	if err != nil {
		return nil, err
	}
	person, err := actor.FindPerson(ctx, tx, actor.PersonID(tx.By.Person))
	if err != nil {
		return nil, err
	}
	v := &Version{Application: f.ID, Number: f.Version, State: Standing, Received: s.Received, Submitted: tx.Now, Person: person.ID, PersonName: person.Name,
		Call: f.call.ID, Package: f.Hash, Facts: f.assessed.Facts, Texts: f.form.texts(), key: s.Key}
	if f.assessed.Checked != nil {
		v.Findings = f.assessed.Checked.Views()
		f.Answer = f.assessed.Checked.Answer
		f.Met, f.Unmet, f.Unknown = int64(f.assessed.Checked.Counts.Met), int64(f.assessed.Checked.Counts.Unmet), int64(f.assessed.Checked.Counts.Unknown)
	}
	if err := f.profile.Keep(ctx, tx); err != nil {
		return nil, err
	}
	v.Manifest = Manifest{Application: f.ID, Number: v.Number, Call: v.Call, Package: f.call.Package, PackageHash: f.Hash, Unit: f.Unit,
		UnitCode: u.Code, UnitName: f.UnitName, Name: f.form.NameOf(), Received: v.Received, Parts: f.form.parts()}
	if err := v.ownParts(f.profile); err != nil {
		return nil, err
	}
	if v.Hash, err = v.Manifest.sum(); err != nil {
		return nil, err
	}
	if err := o.hold(ctx, tx, f.Application, v); err != nil {
		return nil, err
	}
	if err := tx.Record(ctx, "apply.submit", f.subject(), map[string]any{"version": v.Number, "manifest": v.Manifest, "hash": v.Hash}); err != nil {
		return nil, err
	}
	v.Line = tx.Line
	if v.Receipt, err = o.sign(v); err != nil {
		return nil, err
	}
	if err := endVersions(ctx, tx, f.ID, Replaced); err != nil {
		return nil, err
	}
	if err := insertVersion(ctx, tx, v); err != nil {
		return nil, err
	}
	f.Name, f.Changed, f.ChangedBy = v.Manifest.Name, tx.Now, person.ID
	if err := save(ctx, tx, f.Application); err != nil {
		return nil, err
	}
	if err := moved(ctx, tx, f.Application); err != nil {
		return nil, err
	}
	if err := Tell(ctx, tx, f.Unit, inbox.Notice{Key: "apply.notice.submitted", Link: v.link(), Args: []any{f.Name, v.Hash[:12]}}, "apply.submitted:"+v.Hash); err != nil {
		return nil, err
	}
	return v, putKeys(ctx, tx, f.live(tx, u)) // last: who submits beside it waits for the shard of its name
}

// ownParts adds to the manifest what is kept with the version itself.
func (v *Version) ownParts(snapshot registry.Snapshot) error {
	texts, err := json.Marshal(v.Texts)
	if err != nil {
		return err
	}
	findings, err := json.Marshal(v.Findings)
	if err != nil {
		return err
	}
	v.Manifest.Parts = append([]Part{part(FactsPart, v.Facts), part(TextsPart, texts), part(FindingsPart, findings),
		{Kind: ProfilePart, Hash: snapshot.Hash, Size: int64(len(snapshot.Body))}}, v.Manifest.Parts...)
	return nil
}

// parts are the files and the confirmations of partners.
func (fm *Form) parts() []Part {
	var out []Part
	for _, f := range fm.Files {
		out = append(out, Part{Kind: FilePart, Name: f.Material + "/" + f.Name, Hash: string(f.Hash), Size: f.Size})
	}
	for _, p := range fm.Partners {
		if fm.Stands(p) {
			out = append(out, Part{Kind: PartnerPart, Name: p.UnitName, Hash: p.Part, At: p.Answered})
		}
	}
	return out
}

// texts are the sections of the plan and the reasons for exceptions.
func (fm *Form) texts() Texts {
	t := Texts{Outline: map[string]string{}, Reasons: map[string]string{}, Pledges: Pledges}
	for name, f := range fm.Fields {
		into, rest := t.Outline, strings.TrimPrefix(name, OutlinePrefix)
		if rest == name {
			into, rest = t.Reasons, strings.TrimPrefix(name, ReasonPrefix)
		}
		if rest == name {
			continue
		}
		if text, _ := f.decoded().(string); text != "" {
			into[rest] = text
		}
	}
	return t
}

// Digest tells states of the form apart: it changes whenever anything does that
// would be submitted.
func (fm *Form) Digest() string {
	content := map[string]string{}
	for name, f := range fm.Fields {
		if !f.Empty() {
			content[name] = string(f.Value)
		}
	}
	for _, f := range fm.Files {
		content["file/"+string(f.ID)] = string(f.Hash) + f.Material
	}
	for _, p := range fm.Partners {
		content["partner/"+string(p.Unit)] = p.State + p.Part
	}
	text, _ := json.Marshal(content) // texts always have a JSON form, with sorted keys
	return hashOf(text) + "." + fm.Package.Hash[:8]
}
