package recommend_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/call"
	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/sample"
	"shenbao/recommend"
)

// An applicant is a host, as the chain of its application depends on it.
type applicant struct {
	place string
	under string // the department over it; "" for the authority of its place
	facts string // what the application says; "" for nothing
}

// The chain is computed from the package, and from the place or the administrative
// line of the host. No step is passed over: what the host has no authority for is
// with the one above, at last with the issuer. The authority of the issuer's place
// receives, wherever the host lies.
func TestTheChainOfEveryPackage(t *testing.T) {
	inDistrict, noDistrict := applicant{place: "370114"}, applicant{place: "370105"} // 章丘, 天桥
	hospital, university := applicant{place: "370103", under: "济南市卫生健康委员会"}, applicant{place: "370112", under: "山东省教育厅"}
	noCity, noProvince := applicant{place: "371702"}, applicant{place: "320102"} // 菏泽, 南京
	jinan := map[applicant]string{
		inDistrict: "recommend 济南市章丘区工业信息化和科技局, receive 济南市科学技术局",
		noDistrict: "recommend 济南市科学技术局",
		hospital:   "recommend 济南市卫生健康委员会, receive 济南市科学技术局",
		university: "recommend 山东省教育厅, receive 济南市科学技术局",
		noCity:     "recommend 山东省科学技术厅, receive 济南市科学技术局",
		noProvince: "recommend 济南市科学技术局",
	}
	inHouse(t, func(h *house) {
		h.offices()
		for _, c := range []struct {
			pkg, issuer string
			chains      map[applicant]string
		}{
			{"jinan-2019/basic-research", "city", jinan},
			{"jinan-2019/platforms", "city", jinan},
			{"jinan-2019/clinical-project", "city", jinan},
			{"qingdao-tic-2019", "qingdao", map[applicant]string{
				{place: "370202"}: "recommend 青岛市市南区科学技术局, receive 青岛市科学技术局",
				{place: "370212"}: "recommend 青岛市科学技术局", // 崂山
				university:        "recommend 山东省教育厅, receive 青岛市科学技术局",
				noProvince:        "recommend 青岛市科学技术局",
				{place: "370202", facts: `{"entry.way":"recommended"}`}: "recommend 青岛市市南区科学技术局, receive 青岛市科学技术局",
				{place: "370202", facts: `{"entry.way":"directed"}`}:    "receive 青岛市科学技术局", // 003-025: nobody recommends whom the city asks itself
			}},
			{sample.Shandong, "district", map[applicant]string{
				inDistrict: "check 济南市章丘区工业信息化和科技局, recommend 济南市科学技术局, receive 山东省科学技术厅",
				noDistrict: "check 济南市科学技术局, recommend 济南市科学技术局, receive 山东省科学技术厅",
				hospital:   "check 济南市科学技术局, recommend 济南市科学技术局, receive 山东省科学技术厅", // by place alone
				noCity:     "check 山东省科学技术厅, recommend 山东省科学技术厅",
				noProvince: "check 济南市章丘区工业信息化和科技局, recommend 济南市章丘区工业信息化和科技局, receive 山东省科学技术厅",
			}},
			{sample.Shanxi, "abroad", map[applicant]string{
				{place: "140105"}: "check 太原市小店区科学技术局, recommend 太原市小店区科学技术局, receive 山西省科学技术厅",
				{place: "140109"}: "check 太原市科学技术局, recommend 太原市科学技术局, receive 山西省科学技术厅",
				{place: "140902"}: "check 山西省科学技术厅, recommend 山西省科学技术厅", // 忻州
				{place: "140109", under: "山西省教育厅"}: "check 山西省教育厅, recommend 山西省教育厅, receive 山西省科学技术厅",
				noProvince: "check 山西省科学技术厅, recommend 山西省科学技术厅",
			}},
		} {
			announced := h.announced(c.pkg, c.issuer)
			for host, want := range c.chains {
				if got := h.laid(announced, host); got != want {
					t.Errorf("%s, %+v:\n%s, want\n%s", c.pkg, host, got, want)
				}
			}
		}
	})
}

// offices enters more authorities than a house has: of Qingdao, of Taiyuan, and
// departments.
func (h *house) offices() {
	h.Helper()
	h.system(func(tx *db.Tx) error {
		for _, o := range [][4]string{
			{"qingdao", "青岛市科学技术局", "370200", actor.City}, {"shinan", "青岛市市南区科学技术局", "370202", actor.District},
			{"taiyuan", "太原市科学技术局", "140100", actor.City}, {"xiaodian", "太原市小店区科学技术局", "140105", actor.District},
			{"city", "济南市卫生健康委员会", "370100", actor.Department}, {"province", "山东省教育厅", "370000", actor.Department}, {"abroad", "山西省教育厅", "140000", actor.Department},
		} {
			a := actor.Authority{Name: o[1], Place: o[2], Level: o[3]}
			name := o[0]
			if o[3] == actor.Department {
				a.Under, name = h.Units[o[0]].ID, o[1]
			}
			u, err := actor.AddAuthority(h.Context(), tx, a)
			if err != nil {
				return err
			}
			h.Units[name] = u
		}
		return nil
	})
	h.Hire("qingdao officer", "qingdao", actor.Officer)
}

func (h *house) system(act func(tx *db.Tx) error) {
	h.Helper()
	_, err := db.Update(h.Context(), h.DB, db.System, func(tx *db.Tx) (int, error) { return 0, act(tx) })
	h.must(err)
}

// announced is a call of a package, as an authority issues it.
func (h *house) announced(pkg, issuer string) *call.Call {
	h.Helper()
	v := applytest.ReadVersion(h, pkg)
	c, err := act(h, issuer+" officer", func(ctx context.Context, tx *db.Tx) (*call.Call, error) {
		c, err := call.Draft(ctx, tx, v, "")
		if err != nil {
			return nil, err
		}
		return call.Publish(ctx, tx, c.ID, "")
	})
	h.must(err)
	return c
}

// laid is the chain of a new application of a host under a call, when it arrives.
func (h *house) laid(c *call.Call, from applicant) string {
	h.Helper()
	who := db.NewID()
	h.Hire(who, "", actor.Visitor)
	id := apply.ID(db.NewID())
	reg := actor.Registration{Code: soundCode(id), Name: "单位" + string(id), Kind: "enterprise", Place: from.place}
	if from.under != "" {
		reg.Under = h.Units[from.under].ID
	}
	u, err := act(h, who, func(ctx context.Context, tx *db.Tx) (*actor.Unit, error) { return actor.RegisterUnit(ctx, tx, reg) })
	h.must(err)
	at := db.Time(h.DB.Clock.Now())
	h.change(fmt.Sprintf(`
		INSERT INTO applications (id, call, hash, unit, unit_name, name, folded, state, begun, begun_by, changed, changed_by, submitted, version, mend_until,
			reason, returned_by, answer, met, unmet, unknown, revision, begin_key)
		VALUES ('%[1]s', '%[2]s', '%[3]s', '%[4]s', 'n', 'n', 'n', 'submitted', '%[5]s', '', '%[5]s', '', '%[5]s', 1, '', '', '', '', 0, 0, 0, 0, 'k')`, id, c.ID, c.Hash, u.ID, at))
	h.change(fmt.Sprintf(`
		INSERT INTO application_versions (application, number, state, submit_key, received, submitted, person, person_name, call, package, manifest, hash, facts, texts,
			findings, line, receipt, ended)
		VALUES ('%[1]s', 1, 'standing', 'k', '%[4]s', '%[4]s', '', '', '%[2]s', '%[3]s', '{}', '%[1]s', '%[5]s', '{}', '[]', '', '', '')`, id, c.ID, c.Hash, at, cmp.Or(from.facts, "{}")))
	h.arrive(id)
	all, err := db.View(h.Context(), h.DB, func(r db.Reader) ([]*recommend.Step, error) {
		of, err := apply.SightOf(h.Context(), r, id)
		if err != nil {
			return nil, err
		}
		return recommend.Chain(h.Context(), r, db.System, of)
	})
	h.must(err)
	var out []string
	for i, s := range all {
		if open := s.State == recommend.Open; open != (i == 0) || s.Position != int64(i+1) {
			h.Errorf("step %d is %s at %d", i, s.State, s.Position)
		}
		out = append(out, string(s.Kind)+" "+s.AuthorityName)
	}
	return strings.Join(out, ", ")
}

// soundCode is a credit code that nobody has.
func soundCode(id apply.ID) string {
	head := "91370114MA" + strings.ToUpper(strings.NewReplacer("i", "1", "o", "0", "s", "5", "z", "2", "v", "0").Replace(string(id[len(id)-7:])))
	i := slices.IndexFunc([]byte("0123456789ABCDEFGHJKLMNPQRTUWXY"), func(check byte) bool {
		_, err := chinacode.CreditCode(head + string(check))
		return err == nil
	})
	return head + "0123456789ABCDEFGHJKLMNPQRTUWXY"[i:i+1]
}
