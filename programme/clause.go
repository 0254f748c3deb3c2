package programme

import (
	"strings"

	"shenbao/rule"
)

// ClauseKind is what a clause is about, by its code.
type ClauseKind string

// kinds pairs the Chinese name of each clause kind with its code.
var kinds = [][2]string{
	{"资格", "eligibility-must"}, {"排除", "exclusion"}, {"优先", "preference"}, {"命名", "naming rule"},
	{"限额", "quota"}, {"材料", "material"}, {"格式", "format limit"}, {"期限", "deadline"},
	{"程序", "procedure step"}, {"职责", "role"}, {"模板", "document template"}, {"指标", "KPI target"},
	{"资助", "subsidy"}, {"系统", "system-to-exist"}, {"联系", "contact"}, {"领域", "scope"}, {"背景", "background"},
}

// modalities pairs the Chinese name of each modality with its code.
var modalities = [][2]string{
	{"必须", "must"}, {"原则上", "should"}, {"优先", "prefer"}, {"左右", "about"}, {"无", "none"},
}

// Name is the kind in Chinese.
func (k ClauseKind) Name() string { return nameOf(kinds, string(k)) }

// Name is the modality in Chinese.
func (m Modality) Name() string { return nameOf(modalities, string(m)) }

func nameOf(pairs [][2]string, code string) string {
	for _, p := range pairs {
		if p[1] == code {
			return p[0]
		}
	}
	return code
}

func codeOf(pairs [][2]string, name string) string {
	for _, p := range pairs {
		if p[0] == name {
			return p[1]
		}
	}
	return ""
}

// A Clause (条款) is one normative statement of the source in our own words,
// with what carries it out.
type Clause struct {
	Number   string // three digits of the inventory
	Locator  string // where in the source, as written: 一.3·2、附1.摘要
	Kind     ClauseKind
	Modality Modality
	Prose    string
	Rules    []*RuleBlock
	Judges   []*JudgeBlock
	Notes    []*NoteBlock

	pos       Pos
	prose     []proseLine
	inherited bool // from the guide
}

// proseLine is one line of a clause's prose and where it stands.
type proseLine struct {
	line int
	text string
}

// Pos is the place of the clause's heading.
func (c *Clause) Pos() Pos { return c.pos }

// Locators are the single places of the clause's locator.
func (c *Clause) Locators() []string {
	var out []string
	for _, l := range strings.Split(c.Locator, "、") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// A RuleBlock (规则) is a rule of rules.md: what the machine decides.
type RuleBlock struct {
	At       `yaml:"-"`
	ID       string   `yaml:"id" jsonschema:"required"`
	Require  string   `yaml:"require" jsonschema:"required"`
	Effect   Effect   `yaml:"effect" jsonschema:"required"`
	Modality Modality `yaml:"modality"`
	Route    string   `yaml:"route"`
	Label    string   `yaml:"label" jsonschema:"required"`
	LabelEN  string   `yaml:"label_en" jsonschema:"required"`
	Evidence []string `yaml:"evidence"`
	Clauses  []string `yaml:"clauses"`
	Note     string   `yaml:"note"`

	clause *Clause
	node   rule.Node // nil until it parses
}

// Carries lists the clauses of the rule, its own first.
func (b *RuleBlock) Carries() []string { return withOwn(b.clause.Number, b.Clauses) }

// A JudgeBlock (人工判断) is a question to a named role at a named stage.
type JudgeBlock struct {
	At       `yaml:"-"`
	ID       string   `yaml:"id" jsonschema:"required"`
	Who      Who      `yaml:"who" jsonschema:"required"`
	Stage    string   `yaml:"stage" jsonschema:"required"`
	Ask      string   `yaml:"ask" jsonschema:"required"`
	Room     string   `yaml:"room" jsonschema:"required"`
	Evidence []string `yaml:"evidence"`
	Clauses  []string `yaml:"clauses"`
	Note     string   `yaml:"note"`

	clause *Clause
}

// Carries lists the clauses of the question, its own first.
func (b *JudgeBlock) Carries() []string { return withOwn(b.clause.Number, b.Clauses) }

// A NoteBlock (说明) says why nothing runs, or where information is held.
type NoteBlock struct {
	At    `yaml:"-"`
	Why   string `yaml:"why" jsonschema:"required"`
	Shows string `yaml:"shows"`

	clause *Clause
}

func withOwn(own string, more []string) []string {
	out := []string{own}
	for _, c := range more {
		if c != own {
			out = append(out, c)
		}
	}
	return out
}
