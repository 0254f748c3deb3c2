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
