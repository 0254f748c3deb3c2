package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"shenbao/call"
	"shenbao/internal/chinacode"
	"shenbao/internal/clock"
	"shenbao/programme"
)

// left says how long there is until an instant.
func (v *visit) left(until time.Time) string {
	f := call.Countdown(until, v.Now)
	return v.Text(f.Key, f.Args...)
}

func phaseColour(p call.Phase) string {
	return map[call.Phase]string{call.Open: "good", call.Closing: "open", call.Upcoming: ""}[p]
}

func phaseOptions(v *visit) []option {
	out := []option{{"", v.T("phase.current")}}
	for _, p := range []call.Phase{call.Open, call.Closing, call.Upcoming, call.Closed, anyPhase} {
		out = append(out, option{string(p), v.T("phase." + string(p))})
	}
	return out
}

func provinceOptions(v *visit) []option {
	out := []option{{"", v.T("all")}}
	for _, p := range chinacode.PlacesIn("") {
		out = append(out, option{p.Code, p.Name})
	}
	return out
}

func fieldOptions(v *visit, fields []call.Field) []option {
	out := []option{{"", v.T("all")}}
	for _, f := range fields {
		out = append(out, option{f.Code, f.Name})
	}
	return out
}

func modeOptions(v *visit) []option {
	out := []option{{"", v.T("all")}}
	for _, m := range programme.Mode("").Values() {
		out = append(out, option{m, v.T("mode." + m)})
	}
	return out
}

func stageOptions(v *visit, c *call.Call) []option {
	out := []option{{"", v.T("choose")}}
	for _, w := range c.Windows {
		if !w.Until.IsZero() {
			out = append(out, option{w.Stage, w.Name + "（" + v.When(w.Until) + "）"})
		}
	}
	return out
}

func stageName(c *call.Call, stage string) string {
	w, _ := c.Stage(stage)
	return w.Name
}

// receivedWord says which instant counts, where it is that of receipt.
func receivedWord(v *visit, w call.Window) string {
	if w.Received {
		return v.T("window.received")
	}
	return ""
}

// slot is the visit as the form of one window sees it.
func (p callPage) slot(v *visit, stage string) *visit {
	w := v.form(p.address()+"/schedule", stage)
	if v.PostForm.Get("stage") != stage {
		w.Fault = nil
	}
	return w
}

// failed is the visit as the form sees it that something is wrong with.
func (p callPage) failed(v *visit) *visit {
	if v.URL.Path == p.address()+"/schedule" {
		return p.slot(v, v.PostForm.Get("stage"))
	}
	return v.form(v.URL.Path, "")
}

// localLayout is how a browser's box for an instant writes it.
const localLayout = "2006-01-02T15:04"

func localInput(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(clock.Zone).Format(localLayout)
}

func sizeText(n int64) string {
	if n < 1<<20 {
		return fmt.Sprintf("%d KB", (n+1023)/1024)
	}
	return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
}

// kindName is what a clause is about, and how strictly.
func kindName(v *visit, c call.Paragraph) string {
	name := string(c.Kind)
	if v.Lang == "zh" {
		name = c.Kind.Name()
		if c.Modality != "none" {
			name += " · " + c.Modality.Name()
		}
	}
	return name
}

func ruleText(v *visit, r programme.RuleView) string {
	if v.Lang == "en" && r.RequireEN != "" {
		return r.RequireEN
	}
	return r.Require
}

// carriedBy names what else of the call carries a clause: fields, windows,
// materials.
func carriedBy(v *visit, c call.Paragraph) string {
	var out []string
	for _, k := range c.Carriers {
		word := v.T("carries." + k.Type)
		if k.Type != "rule" && k.Type != "judge" && k.Type != "note" && !slices.Contains(out, word) {
			out = append(out, word)
		}
	}
	return strings.Join(out, "、")
}

func packageOptions(v *visit, p deskPage) []option {
	out := []option{{"", v.T("choose")}}
	for _, e := range p.Packages {
		out = append(out, option{e.ID, e.Title})
	}
	return out
}
