package programme

import (
	"regexp"
	"strings"
)

// intermediaryPapers are the papers that an intermediary (中介机构) makes for money,
// by the words that tell of them: a material is one of them when its name or its
// help says so, and a clause asks for it when it says a word of the same line.
var intermediaryPapers = []*regexp.Regexp{
	regexp.MustCompile(`审计报告|专项审计|经[^，。；]*审计|会计师事务所`),
	regexp.MustCompile(`查新`),
	regexp.MustCompile(`资产评估|评估报告|价值评估|信用评级`),
	regexp.MustCompile(`鉴证|法律意见书|律师事务所|公证`),
	regexp.MustCompile(`检测报告|检验报告|检测机构`),
	regexp.MustCompile(`中介|第三方|代理机构|咨询机构|咨询报告`),
}

// noIntermediaries recognises a clause that forbids to ask for such papers.
var noIntermediaries = regexp.MustCompile(`(不得|不能|禁止|严禁)[^。；]*中介[^。；]*材料`)

// lintIntermediaries finds materials that make applicants pay an intermediary.
// Where a clause forbids it, no material may be such a paper; elsewhere a clause
// has to ask for it, or it is remarked on: whoever keeps the package added it.
func (c *checker) lintIntermediaries() {
	ban := ""
	for _, cl := range c.Package.Clauses {
		if noIntermediaries.MatchString(cl.Prose) {
			ban = cl.Number
		}
	}
	for _, m := range c.Form.Materials {
		word, asked := c.intermediary(m)
		switch {
		case word == "" || !c.owns(m.At):
		case ban != "" && asked != "":
			c.contradiction(m.In("clauses"), []string{ban, asked}, "lint.intermediary_both", m.Name, word, asked, ban)
		case ban != "":
			c.bad(m.In("name"), "lint.intermediary_banned", m.Name, word, ban).under(ban)
		case asked == "":
			c.problems.add(Info, m.In("name"), "lint.intermediary", m.Name, word).under(distinctClauses(m.Clauses)...)
		}
	}
}

// intermediary is the word by which a material is the paper of an intermediary,
// "" when it is none, and the clause of the material that asks for such a paper.
func (c *checker) intermediary(m *Material) (word, asked string) {
	for _, papers := range intermediaryPapers {
		found := papers.FindString(m.Name + "\n" + m.Help)
		if found == "" {
			continue
		}
		for _, n := range m.Clauses {
			if cl := c.clause(n); cl != nil && papers.MatchString(cl.Prose) {
				return found, n
			}
		}
		word = strings.TrimSpace(found)
	}
	return word, ""
}
