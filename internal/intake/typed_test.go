package intake_test

import (
	"testing"

	"shenbao/internal/intake"
)

func TestCleanText(t *testing.T) {
	for typed, want := range map[string]string{
		"":                                "",
		" 材料齐全\r\n\t属实 \n":                "材料齐全\n\t属实",
		"一\x00二\x1b[31m三\x7f":             "一二[31m三",
		"甲\u202e乙\u2066丙\u200f丁\ufeff":    "甲乙丙丁",
		"上\u2028下\u2029":                  "上下",
		"坏\xff的":                          "坏的",
		"\u200b\u00ad \u2060":             "", // looks like nothing: it is no reason
		"\u200d\u200c":                    "",
		"👩\u200d🔬 \U000e0041":             "👩\u200d🔬",
		"\ue000 是自造字":                     "\ue000 是自造字",
		"e\u0301 stays as it was written": "e\u0301 stays as it was written",
	} {
		if got := intake.CleanText(typed); got != want {
			t.Errorf("CleanText(%q) = %q, want %q", typed, got, want)
		}
	}
}
