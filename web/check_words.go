package web

import (
	"slices"
	"strings"

	"shenbao/call"
	"shenbao/rule"
)

func more(questions []call.Question) bool {
	return slices.ContainsFunc(questions, func(q call.Question) bool { return !q.First })
}

func holds(words, one string) bool { return slices.Contains(strings.Fields(words), one) }

// placeShown is a place as its box shows it, whether a code was typed or the
// code with the name.
func placeShown(text string) string {
	if text == "" {
		return ""
	}
	return placeValue(placeCode(text))
}

func answerColour(a rule.Answer) string {
	switch a {
	case rule.Eligible, rule.Exceptions:
		return "good"
	case rule.NotEligible:
		return "bad"
	}
	return "open"
}

// answerSign says the answer to those who do not see colours.
func answerSign(a rule.Answer) string {
	switch a {
	case rule.Eligible, rule.Exceptions:
		return "✓"
	case rule.NotEligible:
		return "✗"
	case rule.OtherTrack:
		return "→"
	}
	return "？"
}

// verdictSign and verdictWord are a condition's answer. A rule that gives an
// advantage and is unmet fails nobody.
func verdictSign(c call.Condition) string {
	switch {
	case c.Verdict == "met":
		return "✓"
	case c.Verdict == "unmet" && optional(c):
		return "–"
	case c.Verdict == "unmet":
		return "✗"
	}
	return "？"
}

func verdictWord(v *visit, c call.Condition) string {
	switch {
	case !c.Applies:
		return v.T("verdict.not_asked")
	case c.Verdict == "unmet" && optional(c):
		return v.T("verdict.no_advantage")
	}
	return v.T("verdict." + c.Verdict)
}

func optional(c call.Condition) bool {
	return c.Effect == rule.Advantage || c.Effect == rule.Inform || c.Effect == rule.Flag
}
