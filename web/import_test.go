package web

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"shenbao/internal/blob"
	"shenbao/registry"
)

// sheet sends a file to an address of somebody's.
func (w *world) sheet(p *player, at, name, content string) *httptest.ResponseRecorder {
	w.t.Helper()
	var body bytes.Buffer
	parts := multipart.NewWriter(&body)
	must(w.t, parts.WriteField(formToken, w.formToken(p)))
	to, err := parts.CreateFormFile("file", name)
	must(w.t, err)
	_, err = io.WriteString(to, content)
	must(w.t, err)
	must(w.t, parts.Close())
	a := httptest.NewRecorder()
	w.server.Handler().ServeHTTP(a, withBody(w.request(p, request{method: "GET", path: at}), parts.FormDataContentType(), body.String()))
	return a
}

// kept are the contents of the blob store.
func (w *world) kept() (all []string) {
	w.t.Helper()
	for e, err := range w.server.Blobs.List(w.t.Context()) {
		must(w.t, err)
		content, err := readAll(w.server.Blobs.Open(w.t.Context(), e.Hash))
		must(w.t, err)
		all = append(all, string(content))
	}
	return all
}

// A roster waits between preview and import so that nobody else can read it, and
// no longer than it must.
func TestAKeptRosterIsSealed(t *testing.T) {
	const number = "370181199003071233"
	w := populate(t, newSite(t))
	already := len(w.kept())
	mine, theirs := "/units/"+string(w.units["quan"])+"/profile/staff", "/units/"+string(w.units["hai"])+"/profile/staff"
	page := w.sheet(w.people["quan"], mine+"/import", "名册.csv", "姓名,证件号\n陈𠅤,"+number+"\n").Body.String()
	field := func(name string) string {
		m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("the preview has no %s:\n%s", name, page)
		}
		return m[1]
	}
	kept, accept := field("kept"), field("accept")
	if all := w.kept(); len(all) != already+1 || strings.Contains(strings.Join(all, "\n"), number) {
		t.Errorf("%d contents are kept, or one holds the number", len(all))
	}
	form := []string{"kept", kept, "name", "名册.csv", "accept", accept}
	if a := w.ask(w.people["hai"], request{method: "POST", path: theirs + "/import", form: form[:4]}); a.Code < 400 || strings.Contains(a.Body.String(), "陈𠅤") {
		t.Errorf("another unit opens it: %d", a.Code)
	}
	if a := w.ask(w.people["quan"], request{method: "POST", path: mine + "/import", form: form}); a.Code != 303 {
		t.Fatalf("accepting: %d %s", a.Code, a.Body)
	}
	if all := w.kept(); len(all) != already {
		t.Errorf("%d contents stay after the import, %d were there before", len(all), already)
	}
	if _, err := w.server.Blobs.Stat(t.Context(), blob.Hash(kept)); err == nil {
		t.Error("the upload stays")
	}
}

// A long list is shown in pages, each row once and in order.
func TestListPages(t *testing.T) {
	p := listPage{}
	for i := range 2*listRows + 50 {
		p.Rows = append(p.Rows, &registry.Row{ID: registry.RowID(strconv.Itoa(i))})
	}
	var seen []registry.RowID
	pages := 0
	for p.turn(""); ; p.turn(p.Next) {
		pages++
		for _, r := range p.shown() {
			seen = append(seen, r.ID)
		}
		if p.Next == "" {
			break
		}
	}
	if pages != 3 || len(seen) != len(p.Rows) || seen[0] != "0" || seen[len(seen)-1] != p.Rows[len(p.Rows)-1].ID {
		t.Errorf("%d pages with %d rows", pages, len(seen))
	}
	p.Rows = p.Rows[:listRows]
	if p.turn(""); p.Next != "" {
		t.Error("a page after the last row")
	}
}
