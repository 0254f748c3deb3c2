package programme_test

import (
	"fmt"
	"strings"
	"testing"

	"shenbao/internal/fault"
	"shenbao/programme"
)

// Each planted inconsistency is found, by key and field; the severity says whose
// fault it is.
func TestCheckFinds(t *testing.T) {
	call, form, rules := demo+"/call.yaml", demo+"/form.yaml", demo+"/rules.md"
	for _, tt := range []struct {
		name     string
		edits    []edit
		severity programme.Severity
		want     string
		clauses  string
	}{
		{"region", []edit{{"index.yaml", `region: "370100"`, `region: "济南"`}}, programme.Error, "packages[0].region: programme.index.region", ""},
		{"inventory", []edit{{"index.yaml", `inventory: "900"`, `inventory: "9"`}}, programme.Error, "packages[0].inventory: programme.index.inventory", ""},
		{"verified when", []edit{{"index.yaml", "status: draft", "status: verified"}}, programme.Error, "packages[0]: programme.index.verified", ""},
		{"time zone", []edit{{call, "Asia/Shanghai", "Europe/Paris"}}, programme.Error, "time_zone: programme.call.zone", ""},
		{"clause that is not there", []edit{{call, `clauses: ["008"]`, `clauses: ["088"]`}}, programme.Error, "stages[0].clauses: programme.clause.missing", ""},
		{"clause that a rule names", []edit{{rules, "evidence: [audit]", "evidence: [audit]\nclauses: [\"099\"]"}}, programme.Error, "clauses: programme.clause.missing", ""},
		{"clause without a carrier", []edit{{demo + "/after.yaml", `clauses: ["012"]`, "clauses: []"}}, programme.Error, "programme.clause.carrier", "012"},
		{"gap in the numbers", []edit{{rules, "## 013 ·", "## 015 ·"}, {call, `clauses: ["013"]`, `clauses: ["015"]`}}, programme.Warning, "programme.clause.gap", "014"},
		{"part of the source", []edit{{rules, "## 012 · 三 ·", "## 012 · 附1.三 ·"}}, programme.Error, "programme.clause.part", "012"},
		{"id form", []edit{{call, "- {id: build,", "- {id: Build!,"}}, programme.Error, "tracks[0].id: programme.id.form", ""},
		{"id twice", []edit{{call, "- {id: prepare,", "- {id: build,"}}, programme.Error, "tracks[1].id: programme.id.twice", ""},
		{"stage and step of one id", []edit{{demo + "/review.yaml", "id: expert_review", "id: system"}}, programme.Error, "stages[0].id: programme.id.twice", ""},
		{"judge twice", []edit{{rules, "\n## 008", "\n```judge\nid: special\nwho: expert\nstage: expert_review\nask: 是否？\nroom: review\n```\n\n## 008"}}, programme.Error, "id: programme.id.twice", "007"},
		{"stage of a judge", []edit{{rules, "stage: expert_review", "stage: expert_reviews"}}, programme.Error, "stage: programme.stage.missing_near", "007"},
		{"room", []edit{{rules, "room: review", "room: reviews"}}, programme.Error, "room: programme.room.missing_near", ""},
		{"evidence", []edit{{rules, "evidence: [licence]", "evidence: [license]"}}, programme.Error, "evidence: programme.material.missing_near", ""},
		{"evidence of a fact", []edit{{form, "evidence: [audit]", "evidence: [accounts]"}}, programme.Error, "evidence: programme.material.missing", ""},
		{"route", []edit{{rules, "route: prepare", "route: prepared"}}, programme.Error, "route: programme.track.missing_near", "007"},
		{"no route", []edit{{rules, "route: prepare\n", ""}}, programme.Error, "programme.rule.no_route", "007"},
		{"stray route", []edit{{rules, "effect: flag", "effect: flag\nroute: build"}}, programme.Error, "route: programme.rule.stray_route", "010"},
		{"refusal that is soft", []edit{{rules, "effect: ask", "effect: refuse"}}, programme.Warning, "effect: programme.rule.soft_refusal", "005"},
		{"advantage that is hard", []edit{{rules, "effect: advantage", "effect: advantage\nmodality: must"}}, programme.Warning, "effect: programme.rule.hard_advantage", "006"},
		{"shows", []edit{{rules, "shows: call.document", "shows: call.contacts.county"}}, programme.Error, "shows: programme.note.shows", "001"},
		{"from", []edit{{form, "from: profile.unit", "from: profil.unit"}}, programme.Error, "from: programme.fact.from", ""},
		{"register", []edit{{form, "from: profile.unit", "from: register.platform"}}, programme.Error, "from: programme.register.missing_near", ""},
		{"stage of a material", []edit{{form, "form: file, stage: system", "form: file, stage: sistem"}}, programme.Error, "materials[0].stage: programme.stage.missing_near", ""},
		{"file name", []edit{{form, "{host.unit}建设方案", "{host.name}建设方案"}}, programme.Error, "materials[0].file_name: programme.fact.missing", ""},
		{"brace", []edit{{form, "{host.unit}建设方案", "{host.unit}}建设方案"}}, programme.Error, "materials[0].file_name: programme.file_name.brace", ""},
		{"column", []edit{{demo + "/tables.yaml", "from: profile}", "from: profiles}"}}, programme.Error, "tables[0].columns[2].from: programme.fact.missing_near", ""},
		{"limit's column", []edit{{demo + "/tables.yaml", "column: profile", "column: profil"}}, programme.Error, "tables[0].limits[0].column: programme.table.column_near", ""},
		{"limit above the form's", []edit{{demo + "/tables.yaml", "max: 300 字", "max: 3000 字"}}, programme.Warning, "tables[0].limits[0].max: programme.table.limit", "010"},
		{"level of places", []edit{{demo + "/tables.yaml", "from: host.unit}", "from: host.unit, level: citi}"}}, programme.Error, "tables[0].columns[1].level: programme.table.level_near", ""},
		{"whom a quota is for", []edit{{call, "per: district", "per: distict"}}, programme.Error, "quotas[0].per: programme.quota.per_near", ""},
		{"the fact of a quota", []edit{{call, "limit: 3,", "limit: 3, fact: host.units,"}}, programme.Error, "quotas[0].fact: programme.fact.missing_near", ""},
		{"the letter of a quota", []edit{{call, "per: district", "per: district, letter: true, room: apply"}}, programme.Error, "quotas[0].letter: programme.quota.letter", ""},
		{"when a quota counts", []edit{{call, "limit: 3,", "limit: 3, when: 没有这个事实,"}}, programme.Error, "quotas[0].when: rule.no_name", ""},
		{"after", []edit{{call, "after: [system]", "after: [systems]"}}, programme.Error, "stages[1].after: programme.stage.missing_near", ""},
		{"circle", []edit{{call, "until_rule: submitted", "until_rule: submitted\n    after: [recommend]"}}, programme.Error, "after: programme.stage.circle", ""},
		{"choice", []edit{{call, "options: [2021..2023, 2022..2024]", "options: [2020..2022, 2022..2024]"}}, programme.Warning, "parameters[2].choice.options: programme.parameter.choice", ""},
		{"parameter nobody uses", []edit{{rules, "周岁(主任.出生日期, 年龄计算日)", "周岁(主任.出生日期, 2024-03-29)"}}, programme.Info, "parameters[3]: programme.parameter.unused", "005"},
		{"set option", []edit{{call, "  - id: last3\n", "  - {id: kinds, name: 某类, type: set, of: host.kind, value: [enterprize]}\n  - id: last3\n"}}, programme.Error, "parameters[2].value: programme.parameter.option_near", ""},
		{"set of no fact", []edit{{call, "  - id: last3\n", "  - {id: kinds, name: 某类, type: set, of: host.kinds, value: [enterprise]}\n  - id: last3\n"}}, programme.Error, "parameters[2].of: programme.parameter.of", ""},
		{"open point", []edit{{demo + "/after.yaml", "open: [publicity.days]", "open: [publicity.hours]"}}, programme.Error, "open: programme.open.missing", ""},
		{"noise", []edit{{call, "noise: []", `noise: ["(["]`}}, programme.Error, "source.noise: programme.source.noise", ""},
		{"unknown file", []edit{{demo + "/notes.txt", "", "x"}}, programme.Warning, "programme.file.unknown", ""},
		{"no change log", []edit{{demo + "/CHANGES.md", "变更记录", "x"}}, "", "", ""},

		{"term with two values", []edit{{call, "tracks:\n", "  - {id: last3b, name: 近三年乙, type: years, value: 2020..2022, term: 近三年, clauses: [\"006\"]}\ntracks:\n"}}, programme.Contradiction, "parameters[4].value: programme.lint.term", "003 006"},
		{"opening before the system", []edit{{call, "  - id: recommend\n", "  - {id: early, name: 申报开始, act: apply, who: applicant, from: 2024-03-02, room: apply, clauses: [\"007\"]}\n  - id: recommend\n"}}, programme.Contradiction, "stages[1].from: programme.lint.opening", "007 008"},
		{"window turned round", []edit{{call, "until: 2024-03-29T17:00", "until: 2024-03-03T17:00"}}, programme.Contradiction, "stages[0].until: programme.lint.window", "008"},
		{"ends before what it follows", []edit{{call, "after: [system]", "until: 2024-03-20T17:00\n    after: [system]"}}, programme.Contradiction, "stages[1].until: programme.lint.ends", "008 011"},
		{"begins before what it follows", []edit{{call, "after: [system]", "from: 2024-03-01\n    after: [system]"}}, programme.Contradiction, "stages[1].from: programme.lint.begins", "008 011"},
		{"overlaps what it follows", []edit{{call, "after: [system]", "from: 2024-03-20\n    after: [system]"}}, programme.Info, "stages[1].from: programme.lint.overlap", "008 011"},
		{"label", []edit{{demo + "/tables.yaml", "label: 单位简介", "label: 单位介绍"}}, programme.Contradiction, "tables[0].limits[0].label: programme.lint.label", "010"},
		{"no clock", []edit{{call, "until: 2024-03-29T17:00", "until: 2024-03-29"}}, programme.Info, "stages[0].until: programme.lint.clock", "008"},
		{"short notice", []edit{{call, "issued: 2024-03-01", "issued: 2024-03-28"}}, programme.Info, "stages[0].until: programme.lint.notice", "008"},
		{"short notice over a weekend", []edit{{call, "until: 2024-03-29T17:00", "until: 2024-03-04T17:00"}}, programme.Info, "stages[0].until: programme.lint.notice", "008"},
		{"always", []edit{{rules, "研发费用.近三年合计 不少于 500 万元", "研发费用.近三年合计 不少于 0 万元"}}, programme.Warning, "require: programme.lint.always", "003"},
		{"never", []edit{{rules, "数量(固定人员) 不少于 20 人", "数量(固定人员) 超过 500 人"}}, programme.Warning, "require: programme.lint.never", "004"},
		{"excludes", []edit{{rules, "数量(固定人员) 不少于 20 人", "数量(固定人员) 不少于 20 人 且 数量(固定人员) 少于 20 人"}}, programme.Warning, "require: programme.lint.excludes", "004"},
		{"implied", []edit{{rules, "数量(固定人员) 不少于 20 人", "数量(固定人员) 不少于 20 人 且 数量(固定人员) 不少于 10 人"}}, programme.Warning, "require: programme.lint.implied", "004"},
		{"length that the form keeps", []edit{{form, "max: 1000 字", "max: 300 字"}}, programme.Info, "require: programme.lint.always", "010"},
		{"fact that nothing uses", []edit{{form, "label_en: profile, required: true, from: none, clauses: [\"010\"]", "label_en: profile, required: true, from: none"}, {form, "materials:\n", "  - {id: more, name: 其他, facts: [{id: idle, name: 闲置, kind: bool}]}\nmaterials:\n"}}, programme.Info, "sections[2].facts[0]: programme.fact.unused", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, _ := load(t, planted(t, tt.edits...))
			problems := p.Check()
			if tt.want == "" {
				return
			}
			var faults []*fault.Fault
			found := false
			for _, q := range problems {
				faults = append(faults, &q.Fault)
				line := fmt.Sprintf("%s: %s: %s", q.Place(), q.Field, q.Key)
				if strings.Contains(line, tt.want) && q.Severity == tt.severity {
					found = found || tt.clauses == "" || strings.Join(q.Clauses, " ") == tt.clauses
				}
			}
			expect(t, faults, tt.want)
			if !found {
				for _, q := range problems {
					t.Logf("%s %v %s", q.Severity, q.Clauses, q.Fault.Error())
				}
				t.Errorf("not as %s under %q", tt.severity, tt.clauses)
			}
		})
	}
}

const ledgerYAML = `period: 2024..2025
units: [{id: kjt, name: 省科技厅}]
sections: [{id: one, name: 一、攻关}]
tasks: [{id: t1, section: one, number: 1, name: 攻关, lead: [kjt], clauses: ["011"]}]
targets:
  - {id: firms, task: t1, name: 企业数, op: ">", period: year_end, unit: 家, values: {"2024": 35000 家, "2025": 38000 家}, clauses: ["011"]}
  - {id: labs, name: 实验室, op: range, period: whole, unit: 家, values: {"2025": 3..4 家}, clauses: ["011"]}
  - {id: money, name: 经费, op: none, period: none, clauses: ["011"]}
systems: [{id: platform, name: 平台, task: t1, room: instrument, clauses: ["011"]}]
reports: {every: null, who: lead, clauses: ["011"]}
`

// The work ledger carries clauses, and its references and values are checked; a
// kind of programme asks for what it needs.
func TestLedgerAndModes(t *testing.T) {
	call, ledger := demo+"/call.yaml", demo+"/ledger.yaml"
	whole := edit{ledger, "", ledgerYAML}
	p := mustLoad(t, planted(t, whole, edit{call, "mode: call", "mode: plan"}))
	for _, q := range p.Check() {
		t.Errorf("%s", q.Text("zh"))
	}
	carriers := fmt.Sprint(p.Coverage()[10].Carriers)
	for _, want := range []string{"{duty t1 pending ledger}", "{field ledger.targets.firms pending ledger}", "{stage ledger.systems.platform pending instrument}", "{duty ledger.reports pending ledger}"} {
		if !strings.Contains(carriers, want) {
			t.Errorf("no %s in %s", want, carriers)
		}
	}
	cited := fmt.Sprint(p.Claims())
	for _, want := range []string{"35000 家", "target labs"} {
		if !strings.Contains(cited, want) {
			t.Errorf("the claims hold no %s", want)
		}
	}
	for _, tt := range []struct{ old, new, want string }{
		{"lead: [kjt]", "lead: [kjd]", "tasks[0].lead: programme.ledger.missing_near"},
		{"section: one", "section: two", "tasks[0].section: programme.ledger.missing"},
		{"task: t1, room", "task: t2, room", "systems[0].task: programme.ledger.missing_near"},
		{`"2024": 35000 家`, `"2023": 35000 家`, "targets[0].values.2023: programme.ledger.year"},
		{`35000 家`, `35000 人`, "targets[0].values.2024: programme.ledger.unit"},
		{`35000 家`, `许多`, "targets[0].values.2024: programme.ledger.value"},
		{`3..4 家`, `4..3 家`, "targets[1].values.2025: programme.ledger.value"},
		{"op: range", `op: ">="`, "targets[1].values.2025: programme.ledger.value"},
		{"op: none", "op: about", "targets[2].op: programme.ledger.values"},
	} {
		p := mustLoad(t, planted(t, edit{ledger, "", strings.Replace(ledgerYAML, tt.old, tt.new, 1)}))
		expectProblem(t, p.Check(), tt.want)
	}
	for _, tt := range []struct{ mode, want string }{
		{"plan", "mode: programme.mode.needs"}, {"filing", "mode: programme.mode.needs"}, {"reference", "mode: programme.mode.needs"},
		{"reference", "mode: programme.mode.window"}, {"one-off", "mode: programme.mode.needs"}, {"entitlement", "mode: programme.mode.needs"},
	} {
		p := mustLoad(t, planted(t, edit{call, "mode: call", "mode: " + tt.mode}))
		expectProblem(t, p.Check(), tt.want)
	}
}

func expectProblem(t *testing.T, problems programme.Problems, want string) {
	t.Helper()
	var faults []*fault.Fault
	for _, q := range problems {
		faults = append(faults, &q.Fault)
	}
	expect(t, faults, want)
}

// A weekend is no working day; the days of issue and closing do not count.
func TestShortNoticeCountsWorkingDays(t *testing.T) {
	// Friday to Tuesday: one working day lies in between.
	p := mustLoad(t, planted(t, edit{demo + "/call.yaml", "until: 2024-03-29T17:00", "until: 2024-03-05T17:00"}))
	for _, q := range p.Check() {
		if q.Key == "programme.lint.notice" {
			t.Errorf("remarked: %s", q.Text("zh"))
		}
	}
}

// A case that does not come out names itself, its file and line, what was
// expected, what came, and what the rule found.
func TestFailedCase(t *testing.T) {
	base, more := demo+"/cases/base.yaml", demo+"/cases/more.yaml"
	for _, tt := range []struct {
		name string
		edit edit
		want string // key
		text string // part of the Chinese message
	}{
		{"verdict", edit{base, `expect: {"003": unmet}`, `expect: {"003": met}`}, "programme.case.verdict",
			"案例“研发费用差1万元”：003 预期符合，得到不符合（近三年研发费用：实际 499 万元 · 要求 ≥ 500 万元 · 差 1 万元）"},
		{"answer", edit{base, "answer: not_eligible", "answer: eligible"}, "programme.case.answer", "预期“可以申报”，得到“不能申报”（依据 host.rd）"},
		{"rule", edit{base, `expect: {"003": unmet}`, `expect: {host.rds: unmet}`}, "programme.case.rule", "host.rds"},
		{"items", edit{base, `expect: {"003": unmet}`, `items: {staff.doctor: [3]}`}, "programme.case.items", "预期指出第 3 行，实际指出第 — 行"},
		{"drop", edit{more, "drop: [固定人员]", "drop: [固定职员]"}, "programme.case.drop", "固定职员"},
		{"base_from", edit{more, "base_from: base.yaml", "base_from: bases.yaml"}, "programme.case.base_from", "bases.yaml"},
		{"base_from in a circle", edit{base, "base:\n", "base_from: more.yaml\nbase:\n"}, "programme.case.base_from", ""},
		{"unknown fact", edit{more, "ready.director: false", "ready.directors: false"}, "rule.facts.name", "ready.directors"},
		{"wrong unit", edit{base, `facts: {rd: {"2021": 99 万元`, `facts: {rd: {"2021": 99 人`}, "rule.facts.dimension", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := mustLoad(t, planted(t, tt.edit))
			var all []*fault.Fault
			for _, r := range p.RunCases() {
				for _, q := range r.Failures {
					if q.Line == 0 || !strings.Contains(q.File, "/cases/") || q.Case == "" {
						t.Errorf("no place: %+v", q)
					}
					if q.Key == tt.want && strings.Contains(q.Text("zh"), tt.text) {
						return
					}
					all = append(all, &q.Fault)
				}
			}
			for _, f := range all {
				t.Log((&programme.Problem{Fault: *f}).Text("zh"))
			}
			t.Errorf("no failure %s with %q", tt.want, tt.text)
		})
	}
}

// The rows that a finding rests on are compared too.
func TestCaseItems(t *testing.T) {
	p := mustLoad(t, planted(t,
		edit{demo + "/rules.md", "require: 存在 固定人员 满足 (博士)", "require: 所有 固定人员 满足 (博士)"},
		edit{demo + "/cases/base.yaml", `expect: {"003": unmet}`, `items: {staff.doctor: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]}`}))
	for _, r := range p.RunCases() {
		for _, q := range r.Failures {
			if q.Key == "programme.case.items" {
				t.Error(q.Text("zh"))
			}
		}
	}
}
