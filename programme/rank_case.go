package programme

import (
	"strings"

	"shenbao/rule"
)

// A RankingCase is a list of units and the order they come out in.
type RankingCase struct {
	At     `yaml:"-"`
	AsOf   *Date             `yaml:"as_of"` // needed only by rules that ask the day
	Units  []*RankingUnit    `yaml:"units" jsonschema:"required"`
	Expect []string          `yaml:"expect" jsonschema:"required"` // names of the ranked, in order
	Index  map[string]string `yaml:"index"`                        // "12.50%" by name
}

// A RankingUnit is one unit of a ranking case; its facts are laid over the base.
type RankingUnit struct {
	At    `yaml:"-"`
	Name  string `yaml:"name" jsonschema:"required"`
	Facts Raw    `yaml:"facts"`
}

// ranking runs a ranking case.
func (r *caseRun) ranking(c *RankingCase, base *rule.Facts) {
	if r.Call.Ranking == nil {
		r.bad(c.Pos(), "case.no_ranking")
		return
	}
	asOf := ""
	if c.AsOf != nil {
		asOf = c.AsOf.String()
	}
	var units []RankUnit
	for _, u := range c.Units {
		s := situation{facts: flatten(r.Schema, r.file.path, u.Facts.node, "")}
		if facts, ok := r.read(base, s, asOf, u.Pos()); ok {
			units = append(units, RankUnit{u.Name, facts})
		}
	}
	ranked, err := r.Rank(units)
	if err != nil {
		return // the ranking itself is faulty, and check says so
	}
	var got []string
	for _, x := range ranked {
		if x.Index == nil {
			continue
		}
		got = append(got, x.Name)
		if want, ok := c.Index[x.Name]; ok && want != x.Percent() {
			r.bad(c.inside("index", x.Name), "case.index", x.Name, want, x.Percent())
		}
	}
	if want := strings.Join(c.Expect, "、"); want != strings.Join(got, "、") {
		r.bad(c.In("expect"), "case.ranking", want, strings.Join(got, "、"))
	}
}
