package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/intake"
	"shenbao/internal/pdf"
	"shenbao/internal/sample"
	"shenbao/recommend"
)

// The names of the units that apply in the demonstration.
const (
	passed    = "泉山智行机器人有限公司"  // checked by its district, waits at the city
	fresh     = "绣江星链通信技术有限公司" // just submitted
	sentBack  = "百脉低空航空科技有限公司" // returned to be mended
	filling   = "明水协作智造有限公司"   // being filled in; lacks one thing
	takenBack = "锦屏深探装备股份有限公司" // withdrawn
	unmetOnce = "双山合成生物科技有限公司" // submitted although a condition is not met; refused, and asked for another look
	gaveUp    = "女郎山区块链科技有限公司" // dropped
	waits     = "历山虚境信息技术有限公司" // waits for its partner
	shanxiOne = "并州星碳新材料有限公司"  // of Shanxi's call, recommended
)

// The university that builds the centres of the Shandong units with them, and
// the authority that it belongs to.
const (
	outsideAuthority = "京北市科学技术委员会"
	outsideMail      = "kw.jingbei"
)

// outside registers the university that the Shandong units name as partner.
func (s *seeder) outside(tx *db.Tx) error {
	u, err := actor.AddAuthority(s.ctx, tx, actor.Authority{Name: outsideAuthority, Place: "110000", Level: actor.Province})
	if err != nil {
		return err
	}
	s.units[u.Name] = u
	if s.officers[u.ID], err = s.account(tx, "officer."+outsideMail, "经办卫", actor.Officer, u); err != nil {
		return err
	}
	row := sample.Units()[0].Application()["units"].([]map[string]any)[1]
	unit := row["unit"].(map[string]any)
	p, err := s.gate.AddPerson(s.ctx, tx, actor.NewPerson{Name: "管理员外", Email: "partner@demo.example"}, s.hash)
	if err != nil {
		return err
	}
	admin := db.By{Person: string(p.ID), Role: string(actor.Visitor)}
	var partner *actor.Unit
	if err = as(tx, admin, func() error {
		partner, err = actor.RegisterUnit(s.ctx, tx, actor.Registration{Code: unit["code"].(string), Name: unit["name"].(string), Kind: row["kind"].(string), Place: row["place"].(string)})
		return err
	}); err != nil {
		return err
	}
	admin.Unit, admin.Role = string(partner.ID), string(actor.UnitAdmin)
	s.admins[partner.Name], s.units[partner.Name] = admin, partner
	s.logins = append(s.logins, loginJSON{Email: p.Email, Password: demoPassword, Name: p.Name, Role: admin.Role, Unit: partner.Name})
	return s.settle(tx, partner, "")
}

// applied lets the units apply under Shandong's call, each as far as it got.
func (s *seeder) applied(tx *db.Tx) error {
	for i, name := range []string{passed, fresh, sentBack, unmetOnce, takenBack, filling, gaveUp, waits} {
		s.clock.Set(beijing(2024, 11, 27, 9).Add(time.Duration(5*i) * time.Minute))
		tx.Now = s.clock.Now()
		if err := s.application(tx, name); err != nil {
			return fmt.Errorf("the application of %s: %w", name, err)
		}
	}
	return nil
}

// application brings one of them to where it stands.
func (s *seeder) application(tx *db.Tx, name string) error {
	a, err := s.filled(tx, s.open, name)
	if err != nil || name == filling {
		return err
	}
	admin := s.admins[name]
	if name == gaveUp {
		return as(tx, admin, func() error { _, err := apply.Drop(s.ctx, tx, a.ID); return err })
	}
	if err := s.partners(tx, a, name != waits); err != nil || name == waits {
		return err
	}
	if err := s.submit(tx, a.ID, name); err != nil {
		return err
	}
	switch name {
	case sentBack:
		return s.decide(tx, a.ID, s.officers[s.open.Issuer], recommend.SendBack, recommend.Decision{Reason: "请补正后在截止前重新提交。", Remarks: []apply.Remark{
			{Field: "summary.research", Text: "与建设方案写的研究内容不一致，请统一。"}, {Field: "material.audit_reports", Text: "2022年度审计报告缺审计意见页。"}}})
	case takenBack:
		return as(tx, admin, func() error {
			if _, err := apply.Withdraw(s.ctx, tx, apply.Recall{Application: a.ID, Received: tx.Now}); err != nil {
				return err
			}
			return recommend.Arrive(s.ctx, tx, s.recommending(), a.ID)
		})
	case unmetOnce:
		return s.refused(tx, a.ID)
	case passed:
		return s.decide(tx, a.ID, s.officers[s.open.Issuer], recommend.Endorse, recommend.Decision{Reason: "材料与登记、社保、审计记录核对一致。"})
	}
	return nil
}

// refused refuses an application, which asks for another look.
func (s *seeder) refused(tx *db.Tx, id apply.ID) error {
	if err := s.decide(tx, id, s.officers[s.open.Issuer], recommend.Refuse, recommend.Decision{Reason: "科研用房面积不足1500平方米，未附补充材料。"}); err != nil {
		return err
	}
	return as(tx, s.admins[unmetOnce], func() error {
		of, err := apply.Find(s.ctx, tx, tx.By, id)
		if err != nil {
			return err
		}
		steps, err := recommend.Chain(s.ctx, tx, tx.By, of)
		if err != nil {
			return err
		}
		for _, step := range steps {
			if step.State == recommend.Rejected {
				_, err = recommend.Ask(s.ctx, tx, s.recommending(), step.ID, "新增租赁用房300平方米，租赁合同已签订，请复核。")
			}
		}
		return err
	})
}

// filled begins an application of a unit and fills it in.
func (s *seeder) filled(tx *db.Tx, c *call.Call, name string) (a *apply.Application, err error) {
	u := s.sample(name)
	facts, err := json.Marshal(u.Application())
	if err != nil {
		return nil, err
	}
	return a, as(tx, s.admins[name], func() error {
		if a, err = apply.Begin(s.ctx, tx, s.site.Office(), apply.Beginning{Call: c.ID, Key: db.NewID()}); err != nil {
			return err
		}
		if err := apply.Enter(s.ctx, tx, s.site.Office(), a.ID, facts); err != nil {
			return err
		}
		return s.files(tx, a, name)
	})
}

func (s *seeder) sample(name string) sample.Unit {
	for _, u := range sample.Units() {
		if u.Name == name {
			return u
		}
	}
	panic("no unit " + name)
}

// files attaches a page to every material that is asked for; the unit that is
// still filling in has not uploaded any.
func (s *seeder) files(tx *db.Tx, a *apply.Application, name string) error {
	if name == filling {
		return nil
	}
	d := pdf.New(pdf.Meta{Title: "示例证明材料"})
	d.Title("示例证明材料")
	d.Text(name + "为演示准备的材料，内容均为虚构。")
	var b bytes.Buffer
	if _, err := d.WriteTo(&b); err != nil {
		return err
	}
	size := int64(b.Len())
	hash, _, err := s.blobs.Put(s.ctx, &b)
	if err != nil {
		return err
	}
	sight, err := apply.Find(s.ctx, tx, tx.By, a.ID)
	if err != nil {
		return err
	}
	fm, err := s.site.Office().FormOf(s.ctx, tx, sight)
	if err != nil {
		return err
	}
	for _, m := range fm.Package.Form.Materials {
		if !fm.AskedNow(m) {
			continue
		}
		if _, err := apply.Attach(s.ctx, tx, s.site.Office(), apply.Arrival{Application: a.ID, Material: m.ID, Name: m.Name + ".pdf", Hash: hash, Size: size,
			Found: intake.Found{Kind: "pdf", Type: "application/pdf", Pages: 1}}); err != nil {
			return err
		}
	}
	return nil
}

// partners invites the units that an application names, and lets them confirm.
func (s *seeder) partners(tx *db.Tx, a *apply.Application, confirm bool) error {
	rows, _ := s.sample(a.UnitName).Application()["units"].([]map[string]any)
	for _, row := range rows[1:] {
		unit := row["unit"].(map[string]any)
		if err := as(tx, s.admins[a.UnitName], func() error {
			_, err := apply.Invite(s.ctx, tx, s.site.Office(), apply.Invitation{Application: a.ID, Code: unit["code"].(string)})
			return err
		}); err != nil || !confirm {
			return err
		}
		if err := as(tx, s.admins[unit["name"].(string)], func() error { return s.confirm(tx, a) }); err != nil {
			return err
		}
	}
	return nil
}

// confirm confirms the part of the unit that acts.
func (s *seeder) confirm(tx *db.Tx, a *apply.Application) error {
	sight, err := apply.Find(s.ctx, tx, tx.By, a.ID)
	if err != nil {
		return err
	}
	fm, err := s.site.Office().FormOf(s.ctx, tx, sight)
	if err != nil {
		return err
	}
	_, err = apply.ConfirmPart(s.ctx, tx, s.site.Office(), apply.Confirmation{Application: a.ID, Part: fm.Part(fm.PartnerOf(actor.UnitID(tx.By.Unit)))})
	return err
}

func (s *seeder) recommending() *recommend.Office {
	return &recommend.Office{Office: s.site.Office()}
}

// submit submits an application, and lets it arrive at its authority.
func (s *seeder) submit(tx *db.Tx, id apply.ID, name string) error {
	return as(tx, s.admins[name], func() error {
		if _, err := apply.Submit(s.ctx, tx, s.site.Office(), apply.Submission{Application: id, Key: db.NewID(), Pledges: apply.Pledges, Acknowledged: true, Received: tx.Now}); err != nil {
			return err
		}
		return as(tx, db.System, func() error { return recommend.Arrive(s.ctx, tx, s.recommending(), id) })
	})
}

// decide answers what the open step of an application asks, and decides it.
func (s *seeder) decide(tx *db.Tx, id apply.ID, officer db.By,
	act func(ctx context.Context, tx *db.Tx, o *recommend.Office, d recommend.Decision) (*recommend.Step, error), d recommend.Decision) error {
	return as(tx, officer, func() error {
		q, err := recommend.List(s.ctx, tx, tx.By, recommend.Filter{State: recommend.Open})
		if err != nil {
			return err
		}
		for _, e := range q.Entries {
			if e.Application != id {
				continue
			}
			if d.Step, d.Version = e.ID, e.Version; d.Remarks == nil {
				err = s.answer(tx, e.ID)
			}
			if err == nil {
				_, err = act(s.ctx, tx, s.recommending(), d)
			}
			return err
		}
		return fmt.Errorf("no open step of %s", id)
	})
}

// answer signs everything that a step asks.
func (s *seeder) answer(tx *db.Tx, id recommend.StepID) error {
	k, err := recommend.Find(s.ctx, tx, tx.By, id)
	if err != nil {
		return err
	}
	p, err := s.site.Office().Shelf.Package(s.ctx, tx, k.Submitted.Package)
	if err != nil {
		return err
	}
	for _, t := range recommend.TodoOf(p, k.Step, k.Submitted) {
		if _, err := recommend.Sign(s.ctx, tx, s.recommending(), recommend.Signing{Step: id, Version: k.Version, Kind: t.Kind, Item: t.Item, Answer: recommend.Yes}); err != nil {
			return err
		}
	}
	return nil
}

// shanxiApplied is one application under Shanxi's call, with two partners: its
// authority checked and recommended it, those of the partners took note.
func (s *seeder) shanxiApplied(tx *db.Tx) error {
	a, err := s.filled(tx, s.past, shanxiOne)
	if err != nil {
		return err
	}
	if err := s.partners(tx, a, true); err != nil {
		return err
	}
	if err := s.submit(tx, a.ID, shanxiOne); err != nil {
		return err
	}
	host, err := actor.FindUnit(s.ctx, tx, a.Unit)
	if err != nil {
		return err
	}
	for range 2 { // the check, then the recommendation
		if err := s.decide(tx, a.ID, s.officers[host.Parent], recommend.Endorse, recommend.Decision{Reason: "材料属实，同意推荐。"}); err != nil {
			return err
		}
	}
	if err := s.handUp(tx, host.Parent); err != nil {
		return err
	}
	of, err := apply.Find(s.ctx, tx, s.admins[shanxiOne], a.ID)
	if err != nil {
		return err
	}
	steps, err := recommend.Chain(s.ctx, tx, s.admins[shanxiOne], of)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if step.Kind != recommend.Files {
			continue
		}
		if err := s.decide(tx, a.ID, s.officers[step.Authority], recommend.File, recommend.Decision{Reason: "已知悉。"}); err != nil {
			return err
		}
	}
	return nil
}

// handUp hands up the summary tables of an authority.
func (s *seeder) handUp(tx *db.Tx, authority actor.UnitID) error {
	u, err := actor.FindUnit(s.ctx, tx, authority)
	if err != nil {
		return err
	}
	return as(tx, s.heads[u.Name], func() error {
		all, err := recommend.ListSummaries(s.ctx, tx, s.recommending(), tx.By)
		if err != nil {
			return err
		}
		for _, l := range all.Tables {
			if _, err := recommend.HandUp(s.ctx, tx, s.recommending(), l.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// shanxiPaper is the paper original of that application, received in time, and
// the receipt by the province.
func (s *seeder) shanxiPaper(tx *db.Tx) error {
	office := s.heads[issuerShanxi]
	return as(tx, office, func() error {
		q, err := recommend.List(s.ctx, tx, tx.By, recommend.Filter{State: recommend.Open})
		if err != nil || len(q.Entries) == 0 {
			return err
		}
		step := q.Entries[0].Step
		desk, err := recommend.FindPaper(s.ctx, tx, tx.By, recommend.PaperQuery{Office: s.recommending(), Application: step.Application})
		if err != nil {
			return err
		}
		e := recommend.PaperEntry{Application: step.Application, Version: step.Version, Received: tx.Now, Copies: 1}
		for _, m := range desk.Plan.Asks {
			e.Items = append(e.Items, recommend.PaperItem{Material: m.Material, There: true, Sealed: true, Signed: true})
		}
		if _, err := recommend.EnterPaper(s.ctx, tx, s.recommending(), e); err != nil {
			return err
		}
		_, err = recommend.Receive(s.ctx, tx, s.recommending(), recommend.Decision{Step: step.ID, Version: step.Version})
		return err
	})
}
