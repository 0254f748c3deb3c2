package programme_test

import (
	"slices"
	"strings"
	"testing"

	"shenbao/programme"
)

// intermediaries are the problems about papers of intermediaries, with their
// severity and clauses.
func intermediaries(p *programme.Package) (out []string) {
	for _, q := range p.Check() {
		if key, ok := strings.CutPrefix(q.Key, "programme.lint."); ok && strings.HasPrefix(key, "intermediary") {
			out = append(out, string(q.Severity)+" "+key+" "+strings.Join(q.Clauses, " "))
		}
	}
	return out
}

// A material that an intermediary makes needs a clause that asks for it; where a
// clause forbids such papers, there is none.
func TestPapersOfIntermediaries(t *testing.T) {
	form, rules := demo+"/form.yaml", demo+"/rules.md"
	asks := edit{rules, "提交建设方案、营业执照、审计报告和人员名单", "提交建设方案、营业执照和人员名单"}
	forbids := edit{rules, "通知标题：申报2024年示范技术中心。", "不得要求申报单位提供中介服务的材料。"}
	for _, c := range []struct {
		name  string
		edits []edit
		want  []string
	}{
		{"a clause asks for it", nil, nil},
		{"no clause asks for it", []edit{asks}, []string{"info intermediary 009"}},
		{"one clause asks, another forbids", []edit{forbids}, []string{"contradiction intermediary_both 001 009"}},
		{"a clause forbids it", []edit{asks, forbids}, []string{"error intermediary_banned 001"}},
		{"another clause's words do not count", []edit{asks, {rules, "申报单位是在示范市注册的企业", "申报单位是在示范市注册的、有审计报告的企业"}}, []string{"info intermediary 009"}},
		{"another kind of paper", []edit{{form, "name: 审计报告", "name: 科技查新报告"}}, []string{"info intermediary 009"}},
		{"in the help", []edit{{form, "name: 人员名单, form: file,", "name: 人员名单, help: 由第三方机构出具, form: file,"}}, []string{"info intermediary 009"}},
		{"the unit's own", []edit{asks, {form, "name: 审计报告", "name: 财务报表（单位自出）"}}, nil},
		{"forbids and asks for nothing", []edit{asks, forbids, {form, "name: 审计报告", "name: 财务报表（单位自出）"}}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := intermediaries(mustLoad(t, planted(t, c.edits...))); !slices.Equal(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// No package of ours makes applicants pay an intermediary for what its call does
// not ask; where the call forbids such papers, none is asked for, and one that is
// put in is found.
func TestOurPackagesAskForNoIntermediary(t *testing.T) {
	remarked := map[string][]string{"shandong-tic-2024": {"info intermediary 023 024 084"}} // the yearly audit, which the law asks of every company
	eachProgramme(t, func(t *testing.T, p *programme.Package) {
		if got := intermediaries(p); !slices.Equal(got, remarked[p.ID]) {
			t.Errorf("found %q, want %q", got, remarked[p.ID])
		}
		if p.ID != "shanxi-tic-2024" {
			return
		}
		for _, m := range p.Form.Materials {
			if m.ID == "rd_statement" {
				m.Name = "研发费用专项审计报告"
			}
		}
		if got := intermediaries(p); !slices.Equal(got, []string{"error intermediary_banned 054"}) {
			t.Errorf("a planted audit report: %q", got)
		}
	})
}
