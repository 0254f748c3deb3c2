package main

import (
	"context"
	"fmt"
	"time"

	"shenbao/actor"
	"shenbao/call"
	"shenbao/internal/clock"
	"shenbao/internal/db"
	"shenbao/internal/journal"
	"shenbao/internal/sample"
	"shenbao/registry"
)

// demoPassword is that of every account of the demonstration. It is printed;
// it protects nothing.
const demoPassword = "huanying-shiyong-2024"

// A seeder fills the demonstration by the acts that people would do it with,
// each on behalf of who would do it. To be ready within a second it does many
// acts in one transaction.
type seeder struct {
	*platform
	ctx      context.Context
	clock    *clock.Manual
	hash     actor.Hash // of demoPassword
	units    map[string]*actor.Unit
	officers map[actor.UnitID]db.By // one of every authority
	heads    map[string]db.By       // of some authorities, by name
	admins   map[string]db.By       // of the units, by name
	past     *call.Call             // the call that is over
	open     *call.Call             // the call that is open when the demonstration begins
	logins   []loginJSON
}

// seed fills a fresh database with what happened before the demonstration begins,
// and returns the accounts to be printed.
func seed(a *app, p *platform, begins time.Time) ([]loginJSON, error) {
	s := &seeder{platform: p, ctx: a.ctx, clock: clock.At(begins), units: map[string]*actor.Unit{}, officers: map[actor.UnitID]db.By{}, heads: map[string]db.By{}, admins: map[string]db.By{}}
	p.db.Clock = s.clock
	var err error
	if s.hash, err = p.gate.HashPassword(a.ctx, demoPassword); err != nil {
		return nil, err
	}
	for _, step := range []struct {
		at time.Time
		do func(tx *db.Tx) error
	}{
		{beijing(2024, 1, 8, 9), s.authorities},
		{beijing(2024, 1, 15, 9), s.registers},
		{beijing(2024, 2, 26, 9), s.applicants},
		{beijing(2024, 2, 26, 10), s.outside},
		{beijing(2024, 3, 11, 9), s.shanxi},
		{beijing(2024, 4, 29, 9), s.shanxiApplied},
		{beijing(2024, 5, 8, 10), s.shanxiPaper},
		{beijing(2024, 11, 22, 9), s.shandong},
		{beijing(2024, 11, 26, 16), s.extension},
		{beijing(2024, 11, 27, 9), s.applied},
	} {
		if step.at.After(begins) {
			break
		}
		s.clock.Set(step.at)
		if _, err := db.Update(a.ctx, p.db, db.System, func(tx *db.Tx) (int, error) { return 0, step.do(tx) }); err != nil {
			return nil, fmt.Errorf("fill the demonstration: %w", err)
		}
		// Sealed at the time at which it happened, as on any platform.
		if _, err := (&journal.Sealer{DB: p.db, Key: p.key}).Seal(a.ctx); err != nil {
			return nil, err
		}
	}
	return s.logins, nil
}

func beijing(year int, month time.Month, day, hour int) time.Time {
	return time.Date(year, month, day, hour, 0, 0, 0, clock.Zone)
}

// as does something on behalf of somebody else, in the same transaction.
func as(tx *db.Tx, by db.By, do func() error) error {
	before := tx.By
	tx.By = by
	defer func() { tx.By = before }()
	return do()
}

// account opens an account with a role; unit may be nil.
func (s *seeder) account(tx *db.Tx, local, name string, role actor.Role, unit *actor.Unit) (db.By, error) {
	p, err := s.gate.AddPerson(s.ctx, tx, actor.NewPerson{Name: name, Email: local + "@demo.example"}, s.hash)
	if err != nil {
		return db.By{}, err
	}
	by := db.By{Person: string(p.ID), Role: string(role)}
	login := loginJSON{Email: p.Email, Password: demoPassword, Name: name, Role: string(role)}
	offer := actor.Offer{Role: role}
	if unit != nil {
		by.Unit, offer.Unit, login.Unit = string(unit.ID), unit.ID, unit.Name
	}
	s.logins = append(s.logins, login)
	_, err = actor.Grant(s.ctx, tx, p.ID, offer)
	return by, err
}

// authorities enters the tree of authorities with an officer each, and the
// other roles where the calls need them.
func (s *seeder) authorities(tx *db.Tx) error {
	for _, one := range []struct {
		local, name string
		role        actor.Role
	}{{"admin", "林管理", actor.SysAdmin}, {"auditor", "何审计", actor.Auditor}} {
		if _, err := s.account(tx, one.local, one.name, one.role, nil); err != nil {
			return err
		}
	}
	for i, one := range sample.Authorities() {
		above := actor.UnitID("")
		if one.Under != "" {
			above = s.units[one.Under].ID
		}
		u, err := actor.AddAuthority(s.ctx, tx, actor.Authority{Name: one.Name, Place: one.Place, Level: one.Level, Under: above})
		if err != nil {
			return err
		}
		s.units[one.Name] = u
		if s.officers[u.ID], err = s.account(tx, "officer."+authorityMail[i], "经办"+authorityPeople[i], actor.Officer, u); err != nil {
			return err
		}
		if s.heads[one.Name], err = s.account(tx, "head."+authorityMail[i], "负责"+authorityPeople[i], actor.Head, u); err != nil {
			return err
		}
	}
	for _, one := range []struct {
		local, name string
		role        actor.Role
	}{{"programme.shanxi", "计划郑", actor.ProgrammeOfficer}, {"finance.shanxi", "财务吴", actor.Finance}, {"expert.shanxi", "评审周", actor.Expert}} {
		if _, err := s.account(tx, one.local, one.name, one.role, s.units[issuerShanxi]); err != nil {
			return err
		}
	}
	return nil
}

// The addresses of the authorities' people, and their names, in the order of
// sample.Authorities.
var (
	authorityMail   = []string{"shandong", "shanxi", "jinan", "qingdao", "taiyuan", "zhangqiu", "lixia", "xiaodian", "jyt.shandong", "jyt.shanxi", "wjw.jinan"}
	authorityPeople = []string{"赵", "钱", "孙", "李", "周", "吴", "郑", "王", "冯", "陈", "褚"}
)

// The authorities that issue the two provincial calls.
const (
	issuerShandong = "济南市章丘区工业信息化和科技局"
	issuerShanxi   = "山西省科学技术厅"
)

// registers adopts the registers that the provinces keep.
func (s *seeder) registers(tx *db.Tx) error {
	for _, r := range sample.Registers() {
		keeper := s.units[r.Keeper]
		a := registry.Adoption{Register: r.ID, Keeper: keeper.ID, Name: r.ID + ".csv", Data: registry.FindRegister(r.ID).CSV(r.Rows),
			Document: r.Document, Day: r.Day, Whole: true, Complete: true}
		err := as(tx, s.officers[keeper.ID], func() error {
			seen, err := a.Preview(s.ctx, tx, tx.By, s.keys)
			if err != nil {
				return err
			}
			a.Accept = seen.Accept
			_, err = registry.Adopt(s.ctx, tx, s.keys, a)
			return err
		})
		if err != nil {
			return fmt.Errorf("register %s of %s: %w", r.ID, r.Keeper, err)
		}
	}
	return nil
}

// unsettled are the units that are not confirmed when the demonstration begins.
var unsettled = map[string]string{
	"齐川材料研究院": actor.Pending, "汾阳路医院": actor.Pending, "琅琊医院": actor.Refused, "云冈医院": actor.Closed,
}

// departments are the units that a department is over, and not the authority of
// their place.
var departments = map[string]string{
	"岱麓理工大学": "山东省教育厅", "海右医科大学": "山东省教育厅", "泉城第二医院": "济南市卫生健康委员会",
	"汾河理工大学": "山西省教育厅", "并州医科大学": "山西省教育厅", "雁北师范学院": "山西省教育厅",
}

// applicants registers the units with their administrators and profiles.
func (s *seeder) applicants(tx *db.Tx) error {
	for i, u := range sample.Units() {
		if err := s.applicant(tx, i, u); err != nil {
			return fmt.Errorf("%s: %w", u.Name, err)
		}
	}
	return nil
}

func (s *seeder) applicant(tx *db.Tx, i int, u sample.Unit) error {
	name := "管理员" + string([]rune("甲乙丙丁戊己庚辛壬癸")[i%10])
	p, err := s.gate.AddPerson(s.ctx, tx, actor.NewPerson{Name: name, Email: fmt.Sprintf("unit%02d@demo.example", i+1)}, s.hash)
	if err != nil {
		return err
	}
	admin := db.By{Person: string(p.ID), Role: string(actor.Visitor)}
	var unit *actor.Unit
	err = as(tx, admin, func() error {
		unit, err = actor.RegisterUnit(s.ctx, tx, actor.Registration{Code: u.Code, Name: u.Name, Kind: u.Kind, Place: u.Place})
		return err
	})
	if err != nil {
		return err
	}
	admin.Unit, admin.Role = string(unit.ID), string(actor.UnitAdmin)
	s.admins[u.Name] = admin
	s.logins = append(s.logins, loginJSON{Email: p.Email, Password: demoPassword, Name: name, Role: admin.Role, Unit: u.Name})
	if unsettled[u.Name] != actor.Refused {
		if err := as(tx, admin, func() error { return s.profile(tx, unit.ID, u) }); err != nil {
			return err
		}
	}
	if err := s.settle(tx, unit, unsettled[u.Name]); err != nil {
		return err
	}
	if over := departments[u.Name]; over != "" {
		if _, err := actor.MoveUnit(s.ctx, tx, unit.ID, s.units[over].ID); err != nil {
			return err
		}
	}
	if i > 0 {
		return nil
	}
	_, err = s.account(tx, "editor01", "填报员", actor.Editor, unit)
	return err
}

// settle is what authorities do with a unit that registered.
func (s *seeder) settle(tx *db.Tx, u *actor.Unit, state string) error {
	return as(tx, s.officers[u.Parent], func() error {
		var err error
		switch state {
		case actor.Pending:
		case actor.Refused:
			_, err = actor.RefuseUnit(s.ctx, tx, u.ID, "统一社会信用代码证与单位名称不一致，请更正后重新注册。")
		default:
			_, err = actor.ConfirmUnit(s.ctx, tx, u.ID)
		}
		if err != nil || state != actor.Closed {
			return err
		}
		return as(tx, s.heads[issuerShanxi], func() error {
			_, err := actor.CloseUnit(s.ctx, tx, u.ID, "单位已撤并。")
			return err
		})
	})
}

// profile types a unit's facts in.
func (s *seeder) profile(tx *db.Tx, id actor.UnitID, u sample.Unit) error {
	for _, list := range registry.Lists {
		rows := u.Lists[list.ID]
		if len(rows) == 0 {
			continue
		}
		b := registry.Batch{Unit: id, List: list.ID}
		for _, cells := range rows {
			b.Changes = append(b.Changes, registry.Change{Cells: cells})
		}
		if _, err := registry.Edit(s.ctx, tx, s.keys, b); err != nil {
			return fmt.Errorf("list %s: %w", list.ID, err)
		}
	}
	return nil
}

// shanxi publishes Shanxi's call of 2024, which is over when the demonstration
// begins.
func (s *seeder) shanxi(tx *db.Tx) (err error) {
	s.past, err = s.publish(tx, issuerShanxi, sample.Shanxi)
	return err
}

// shandong publishes Shandong's call of 2024, which is open.
func (s *seeder) shandong(tx *db.Tx) (err error) {
	s.open, err = s.publish(tx, issuerShandong, sample.Shandong)
	return err
}

func (s *seeder) publish(tx *db.Tx, issuer, id string) (c *call.Call, err error) {
	v := call.Version{}
	if v.Package, err = s.site.Library.Load(id); err != nil {
		return nil, err
	}
	if v.Archive, err = s.site.Library.Archive(id); err != nil {
		return nil, err
	}
	err = as(tx, s.officers[s.units[issuer].ID], func() error {
		if c, err = call.Draft(s.ctx, tx, v, ""); err != nil {
			return err
		}
		c, err = call.Publish(s.ctx, tx, c.ID, "")
		return err
	})
	return c, err
}

// extension proposes to extend the call that is open; its head has not
// approved it.
func (s *seeder) extension(tx *db.Tx) error {
	w, _ := s.open.Stage("system_open")
	return as(tx, s.officers[s.open.Issuer], func() error {
		_, err := call.ProposeExtension(s.ctx, tx, call.Proposal{Call: s.open.ID, Stage: w.Stage, Until: w.Until.AddDate(0, 0, 2),
			Reason: "11月26日下午网络中断两小时，部分单位未能登录。"})
		return err
	})
}
