// Package applytest builds a house for tests and benchmarks of applications (申报书):
// a province with its city and district, an applicant of internal/sample with
// its profile, a partner, a call of the real package that is open, and
// applications that can be submitted.
package applytest

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/sample"
	"shenbao/internal/secret"
	"shenbao/programme"
	"shenbao/registry"
)

// A House is a database with everything around an application. Its people go by
// name:
//
//	host admin, host editor, second editor     of the unit that applies
//	partner admin, partner editor              of the unit that builds the centre with it
//	other admin                                of a unit that has nothing to do with it
//	district officer, district head, …         and of city, province, abroad
//	programme officer                          of the district, which issued the call
//	visitor
type House struct {
	testing.TB
	DB      *db.DB
	Gate    *actor.Gate
	Office  *apply.Office
	Public  note.Verifiers         // check receipts
	Units   map[string]*actor.Unit // province, city, district, abroad, capital, host, partner, other
	Staff   map[string]db.By
	Call    *call.Call // of shandong-tic-2024, open at dbtest.Noon
	Version call.Version
	Host    sample.Unit
	crowd   []Applicant
}

var oneHash = sync.OnceValues(func() (actor.Hash, error) {
	return actor.NewGate(nil, secret.New(), actor.DefaultSettings()).HashPassword(context.Background(), Password)
})

// Password is that of everybody in a house.
const Password = "correct horse battery"

// Build fills a fresh database. The office is as given, or a new one with keys
// of its own and attachments in a temporary folder.
func Build(t testing.TB, d *db.DB, o *apply.Office) *House {
	t.Helper()
	h := &House{TB: t, DB: d, Office: o, Units: map[string]*actor.Unit{}, Staff: map[string]db.By{"visitor": db.Visitor}, Host: sample.Units()[0]}
	if o == nil {
		h.open()
	}
	h.Gate = actor.NewGate(d, h.Office.Keys, actor.DefaultSettings())
	h.Version = ReadVersion(t, sample.Shandong)
	for _, step := range []func(tx *db.Tx) error{h.authorities, h.registers, h.applicants, h.announce} {
		h.must(h.try(db.System, step))
	}
	return h
}

// open gives the house keys and a folder for attachments.
func (h *House) open() {
	h.Helper()
	private, public, err := note.GenerateKey(rand.Reader, "shenbao-journal")
	h.must(err)
	sign, err := note.NewSigner(private)
	h.must(err)
	check, err := note.NewVerifier(public)
	h.must(err)
	h.Public = note.VerifierList(check)
	blobs, err := blob.OpenDir(filepath.Join(h.TempDir(), "blobs"))
	h.must(err)
	h.Office = &apply.Office{Keys: secret.New(), Shelf: &call.Shelf{}, Blobs: blobs, Sign: sign}
}

func (h *House) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *House) try(by db.By, act func(tx *db.Tx) error) error {
	_, err := db.Update(h.Context(), h.DB, by, func(tx *db.Tx) (int, error) { return 0, act(tx) })
	return err
}

// Do runs one act on the account of somebody of the house.
func Do[T any](h *House, who string, act func(ctx context.Context, tx *db.Tx) (T, error)) (T, error) {
	h.Helper()
	by, ok := h.Staff[who]
	if !ok {
		h.Fatalf("nobody is called %s", who)
	}
	return db.Update(h.Context(), h.DB, by, func(tx *db.Tx) (T, error) { return act(h.Context(), tx) })
}

// as does something on behalf of somebody else, in the same transaction.
func as[T any](tx *db.Tx, by db.By, do func() (T, error)) (T, error) {
	before := tx.By
	tx.By = by
	defer func() { tx.By = before }()
	return do()
}

// Hire opens an account with a role in a unit, "" for none, under a name.
func (h *House) Hire(name, unit string, role actor.Role) db.By {
	h.Helper()
	h.must(h.try(db.System, func(tx *db.Tx) error { return h.hire(tx, name, unit, role) }))
	return h.Staff[name]
}

func (h *House) hire(tx *db.Tx, name, unit string, role actor.Role) error {
	hash, err := oneHash()
	if err != nil {
		return err
	}
	p, err := h.Gate.AddPerson(h.Context(), tx, actor.NewPerson{Name: "某人", Email: db.NewID() + "@example.cn"}, hash)
	if err != nil {
		return err
	}
	by := db.By{Person: string(p.ID), Role: string(role)}
	if u := h.Units[unit]; u != nil {
		by.Unit = string(u.ID)
	}
	h.Staff[name] = by
	if role == actor.Visitor {
		return nil
	}
	_, err = actor.Grant(h.Context(), tx, p.ID, actor.Offer{Unit: actor.UnitID(by.Unit), Role: role})
	return err
}

// authorities enters the authorities and their people.
func (h *House) authorities(tx *db.Tx) (err error) {
	for _, a := range [][4]string{{"province", "山东省科学技术厅", "370000", actor.Province}, {"city", "济南市科学技术局", "370100", actor.City},
		{"district", "济南市章丘区工业信息化和科技局", "370114", actor.District}, {"abroad", "山西省科学技术厅", "140000", actor.Province},
		{"capital", "北京市科学技术委员会", "110000", actor.Province}} {
		if h.Units[a[0]], err = actor.AddAuthority(h.Context(), tx, actor.Authority{Name: a[1], Place: a[2], Level: a[3]}); err != nil {
			return err
		}
		for _, role := range []actor.Role{actor.Officer, actor.Head} {
			if err := h.hire(tx, a[0]+" "+string(role), a[0], role); err != nil {
				return err
			}
		}
	}
	return h.hire(tx, "programme officer", "district", actor.ProgrammeOfficer)
}

// registers adopts the registers that the host's province keeps.
func (h *House) registers(tx *db.Tx) error {
	keeper := h.Units["province"]
	for _, r := range sample.Registers() {
		if r.Keeper != keeper.Name {
			continue
		}
		a := registry.Adoption{Register: r.ID, Keeper: keeper.ID, Name: r.ID + ".csv", Data: registry.FindRegister(r.ID).CSV(r.Rows), Document: r.Document, Day: r.Day, Whole: true, Complete: true}
		if _, err := as(tx, h.Staff["province officer"], func() (*registry.Edition, error) {
			seen, err := a.Preview(h.Context(), tx, tx.By, h.Office.Keys)
			if err != nil {
				return nil, err
			}
			a.Accept = seen.Accept
			return registry.Adopt(h.Context(), tx, h.Office.Keys, a)
		}); err != nil {
			return err
		}
	}
	return nil
}

// applicants registers the host with its profile, its partner and another unit.
func (h *House) applicants(tx *db.Tx) error {
	partner := h.partnerOf()
	for _, u := range []struct {
		name, over string
		actor.Registration
	}{
		{"host", "district", actor.Registration{Code: h.Host.Code, Name: h.Host.Name, Kind: h.Host.Kind, Place: h.Host.Place}},
		{"partner", "capital", partner},
		{"other", "district", registration(sample.Units()[1])},
	} {
		if err := h.hire(tx, u.name+" admin", "", actor.Visitor); err != nil {
			return err
		}
		admin := h.Staff[u.name+" admin"]
		unit, err := as(tx, admin, func() (*actor.Unit, error) { return actor.RegisterUnit(h.Context(), tx, u.Registration) })
		if err != nil {
			return err
		}
		admin.Unit, admin.Role = string(unit.ID), string(actor.UnitAdmin)
		h.Units[u.name], h.Staff[u.name+" admin"] = unit, admin
		if _, err := as(tx, h.Staff[u.over+" officer"], func() (*actor.Unit, error) { return actor.ConfirmUnit(h.Context(), tx, unit.ID) }); err != nil {
			return err
		}
	}
	for name, unit := range map[string]string{"host editor": "host", "second editor": "host", "partner editor": "partner"} {
		if err := h.hire(tx, name, unit, actor.Editor); err != nil {
			return err
		}
	}
	_, err := as(tx, h.Staff["host admin"], func() (int, error) { return 0, h.profile(tx) })
	return err
}

func registration(u sample.Unit) actor.Registration {
	return actor.Registration{Code: u.Code, Name: u.Name, Kind: u.Kind, Place: u.Place}
}

// partnerOf is the unit that the host's application names beside it.
func (h *House) partnerOf() actor.Registration {
	rows := h.Host.Application()["units"].([]map[string]any)
	unit := rows[1]["unit"].(map[string]any)
	return actor.Registration{Code: unit["code"].(string), Name: unit["name"].(string), Kind: rows[1]["kind"].(string), Place: rows[1]["place"].(string)}
}

// profile types the host's facts in.
func (h *House) profile(tx *db.Tx) error {
	for _, list := range registry.Lists {
		b := registry.Batch{Unit: h.Units["host"].ID, List: list.ID}
		for _, cells := range h.Host.Lists[list.ID] {
			b.Changes = append(b.Changes, registry.Change{Cells: cells})
		}
		if len(b.Changes) == 0 {
			continue
		}
		if _, err := registry.Edit(h.Context(), tx, h.Office.Keys, b); err != nil {
			return err
		}
	}
	return nil
}

// announce publishes the call.
func (h *House) announce(tx *db.Tx) (err error) {
	h.Call, err = as(tx, h.Staff["district officer"], func() (*call.Call, error) {
		c, err := call.Draft(h.Context(), tx, h.Version, "")
		if err != nil {
			return nil, err
		}
		return call.Publish(h.Context(), tx, c.ID, "")
	})
	return err
}

// ReadVersion is a package of programmes/ with its copy, read once.
func ReadVersion(t testing.TB, id string) call.Version {
	t.Helper()
	versions.Lock()
	defer versions.Unlock()
	if v, ok := versions.read[id]; ok {
		return v
	}
	folder := "programmes"
	for range 3 {
		if _, err := os.Stat(filepath.Join(folder, "index.yaml")); err == nil {
			break
		}
		folder = filepath.Join("..", folder)
	}
	l, err := programme.Open(os.DirFS(folder))
	if err != nil {
		t.Fatal(err)
	}
	v := call.Version{}
	if v.Package, err = l.Load(id); err != nil {
		t.Fatal(err)
	}
	if v.Archive, err = l.Archive(id); err != nil {
		t.Fatal(err)
	}
	versions.read[id] = v
	return v
}

var versions = struct {
	sync.Mutex
	read map[string]call.Version
}{read: map[string]call.Version{}}
