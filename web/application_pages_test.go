package web

import (
	"net/http"
	"testing"

	"shenbao/internal/locale"
)

// TestApplicationPages holds the pages of an application against what every page
// has to be, in both languages: one heading, a label for every input, no id
// twice, no message that is missing.
func TestApplicationPages(t *testing.T) {
	h := newHall(t)
	ready, draft := h.house.Ready(), h.house.Begin().ID
	sent := h.house.Ready()
	h.post("host admin", h.path(sent, "/submit"), http.StatusOK, h.submission("host admin", sent)...)
	back := h.house.Ready()
	h.post("host admin", h.path(back, "/submit"), http.StatusOK, h.submission("host admin", back)...)
	h.post("district officer", h.path(back, "/return"), http.StatusSeeOther, "reason", "请补正", "until", "", "field", "staff", "remark", "缺人")
	paths := []string{"/applications", "/calls/" + string(h.house.Call.ID), "/calls/" + string(h.house.Call.ID) + "/check", h.path(sent, ""), h.path(back, ""), h.path(back, "/form/team"), h.path(sent, "/form/centre")}
	for _, s := range h.house.Form(ready).Package.Form.Sections {
		paths = append(paths, h.path(ready, "/form/"+s.ID), h.path(draft, "/form/"+s.ID+"?check=1"))
	}
	for _, id := range []string{h.path(ready, ""), h.path(draft, "")} {
		paths = append(paths, id, id+"/check")
	}
	for who, paths := range map[string][]string{"host admin": paths, "host editor": paths, "district officer": {"/applications", h.path(sent, ""), h.path(sent, "/form/team"), h.path(back, "")}} {
		for _, path := range paths {
			for _, lang := range []string{locale.ZH, locale.EN} {
				d := parsed(t, h.get(who, withLang(path, lang)))
				for _, fault := range append(d.faults(h.world, lang), d.untranslated()...) {
					t.Errorf("%s opens %s in %s: %s", who, path, lang, fault)
				}
			}
		}
	}
}
