package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/journal"
)

// A submittedOne is a dossier with an application that was submitted, mended and
// submitted again, and that is being mended once more.
type submittedOne struct {
	*dossier
	keys note.Verifiers
}

func newSubmitted(t testing.TB) *submittedOne {
	t.Helper()
	f := &submittedOne{dossier: newDossier(t, dbtest.SQLite(t))}
	private, public, err := note.GenerateKey(rand.Reader, "shenbao-journal")
	f.must(err)
	f.server.office.Sign, err = note.NewSigner(private)
	f.must(err)
	check, err := note.NewVerifier(public)
	f.must(err)
	f.keys = note.VerifierList(check)
	f.id = f.house.Ready()
	f.submit()
	return f
}

func (f *submittedOne) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *submittedOne) submit() {
	f.t.Helper()
	_, err := applytest.Do(f.house, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Version, error) {
		return apply.Submit(ctx, tx, f.server.office, applytest.Submission(f.id))
	})
	f.must(err)
}

// mend withdraws the application and enters other facts.
func (f *submittedOne) mend(facts map[string]any) {
	f.t.Helper()
	_, err := applytest.Do(f.house, "host admin", func(ctx context.Context, tx *db.Tx) (*apply.Application, error) {
		return apply.Withdraw(ctx, tx, apply.Recall{Application: f.id})
	})
	f.must(err)
	text, err := json.Marshal(facts)
	f.must(err)
	_, err = db.Keep(f.t.Context(), f.db, func(tx *db.Tx) (int, error) {
		tx.By = f.house.Staff["host editor"]
		return 0, apply.Enter(f.t.Context(), tx, f.server.office, f.id, text)
	})
	f.must(err)
}

func (f *submittedOne) seal() {
	f.t.Helper()
	_, err := (&journal.Sealer{DB: f.db, Key: f.server.office.Sign}).Seal(f.t.Context())
	f.must(err)
}

func (f *submittedOne) open(who, path string) *httptest.ResponseRecorder {
	f.t.Helper()
	return f.raw(who, http.MethodGet, f.path(path), "", nil)
}

// has asks that a page holds every text, none of those after "not".
func (f *submittedOne) has(who, path string, texts ...string) string {
	f.t.Helper()
	a := f.open(who, path)
	if a.Code != http.StatusOK {
		f.t.Fatalf("%s: %s: %d %s", who, path, a.Code, answer{text: a.Body.String()}.main())
	}
	want := true
	for _, text := range texts {
		if text == "not" {
			want = false
		} else if strings.Contains(a.Body.String(), text) != want {
			f.t.Errorf("%s: %s holds %q: %v, want %v", who, path, text, !want, want)
		}
	}
	return a.Body.String()
}

func TestReceiptPage(t *testing.T) {
	f := newSubmitted(t)
	var v apply.Version
	if code := f.api("host editor", http.MethodGet, f.path("/versions/1"), nil, &v); code != 200 || v.Hash == "" || v.Receipt == "" {
		t.Fatalf("%d %+v", code, v)
	}
	for _, who := range []string{"host admin", "partner editor", "province officer", "programme officer"} {
		f.has(who, "/versions/1", v.Hash, "2024-11-27 12:00:00.000", "第 1 版回执", "有效", v.Line, "manifest "+v.Hash, "之前可以撤回", "十分钟内封存", "营业执照", "/versions/1/receipt.pdf",
			"not", "receipt.json\"", "与本版一致")
	}
	for _, part := range v.Manifest.Parts {
		f.has("host admin", "/versions/1", part.Hash)
	}
	f.has("host admin", "/versions/1?paper="+v.Hash, "与本版一致", "not", "不一致")
	f.has("host admin", "/versions/1?paper=00", "不一致")
	f.has("host admin", "/versions", v.Hash[:16], "not", v.Hash[:20])
	for path, code := range map[string]int{"/versions/2": 404, "/versions/0": 404, "/versions/x": 404, "/versions/-1": 404, "/versions/1/receipt.json": 409, "/versions/2/print.pdf": 404, "/compare?from=x": 404, "/compare?from=9": 404} {
		if got := f.open("host admin", path).Code; got != code {
			t.Errorf("%s: %d, want %d", path, got, code)
		}
	}
	for _, path := range []string{"/versions", "/versions/1", "/versions/1/print.pdf", "/versions/1/receipt.pdf", "/versions/1/receipt.txt", "/versions/1/receipt.json", "/print.pdf", "/compare"} {
		if got := f.open("other admin", path).Code; got != http.StatusNotFound {
			t.Errorf("another unit: %s: %d", path, got)
		}
	}

	// The files are what was signed, before and after it is sealed.
	text := f.open("host editor", "/versions/1/receipt.txt").Body.String()
	if r, err := apply.OpenReceipt(text, f.keys); err != nil || r.Manifest != v.Hash {
		t.Errorf("receipt.txt: %v", err)
	}
	f.seal()
	proof := f.open("province officer", "/versions/1/receipt.json")
	if p, err := apply.OpenProof(proof.Body.Bytes(), f.keys); err != nil || p.Manifest != v.Hash {
		t.Errorf("receipt.json: %v", err)
	}
	page := f.has("host admin", "/versions/1", "receipt.json\"", "已封存", "not", "十分钟内")
	if number := regexp.MustCompile(`[1-9]\d{5}(19|20)\d{2}[01]\d[0-3]\d{4}[\dX]`).FindString(page + proof.Body.String()); number != "" {
		t.Errorf("an identity number: %s", number)
	}

	// What became of it.
	f.mend(map[string]any{"lab_area": "5300 平方米"})
	f.has("host admin", "/versions/1", "已撤回", "不再有效自")
	f.submit()
	f.has("host admin", "/versions/2", "第 2 版回执", "有效")
	f.db.Clock.(interface{ Set(time.Time) }).Set(f.house.Call.Closes.Add(time.Millisecond))
	delete(f.people, "host admin") // the session is over by then
	f.has("host admin", "/versions/2", "不能再撤回", "not", "之前可以撤回")
}

func TestPrintedPages(t *testing.T) {
	f := newSubmitted(t)
	get := func(who, path string) []byte {
		t.Helper()
		a := f.open(who, path)
		if a.Code != 200 || a.Header().Get("Content-Type") != pdfType || !strings.HasPrefix(a.Header().Get("Content-Disposition"), "attachment") {
			t.Fatalf("%s: %s: %d %v", who, path, a.Code, a.Header())
		}
		return a.Body.Bytes()
	}
	first := get("host admin", "/versions/1/print.pdf")
	if !bytes.Equal(first, get("province officer", "/print.pdf")) || !bytes.Equal(first, get("host editor", "/print.pdf")) {
		t.Error("what was submitted is printed differently")
	}
	f.mend(map[string]any{"lab_area": "5300 平方米"})
	draft := get("host editor", "/print.pdf")
	if bytes.Equal(first, draft) || !bytes.Equal(draft, get("partner editor", "/print.pdf")) {
		t.Error("the draft is not printed")
	}
	if !bytes.Equal(first, get("province officer", "/print.pdf")) {
		t.Error("an officer gets what is being mended")
	}
	if !bytes.Equal(first, get("host editor", "/versions/1/print.pdf")) {
		t.Error("the version changed with the draft")
	}
	if dir := os.Getenv("PRINT_DIR"); dir != "" {
		f.must(os.WriteFile(filepath.Join(dir, "web.pdf"), first, 0o600))
		f.must(os.WriteFile(filepath.Join(dir, "web-draft.pdf"), draft, 0o600))
		f.must(os.WriteFile(filepath.Join(dir, "web-receipt.pdf"), get("host editor", "/versions/1/receipt.pdf"), 0o600))
	}
}

func TestComparePage(t *testing.T) {
	f := newSubmitted(t)
	f.has("host editor", "/compare", "内容没有差别")
	f.mend(map[string]any{"lab_area": "5300 平方米", "direction": "deep_earth", "centre.fit": "<script>alert(1)</script>" + strings.Repeat("对应本方向的布局。", 20), "awards": map[string]any{"complete": true,
		"rows": []any{map[string]any{"title": "新奖", "award": "prov_first", "first": true, "year": 2020}}}})
	draft := []string{"第 1 版与草稿的差别", "<del>人形机器人</del>", "<ins>深地</ins>", "新奖", "新增", "<del>5,200 平方米</del>", "&lt;script&gt;", "not", "<script>alert"}
	f.has("host editor", "/compare", draft...)
	f.has("partner editor", "/compare?from=1&to=draft", draft...)
	for _, path := range []string{"/compare?from=1&to=draft", "/compare?from=draft&to=1"} {
		if got := f.open("province officer", path).Code; got != http.StatusNotFound {
			t.Errorf("an officer compares the draft: %d", got)
		}
	}
	f.has("province officer", "/compare", "内容没有差别", "not", "草稿")
	f.house.Confirm(f.id)
	f.submit()
	f.has("province officer", "/compare", "第 1 版与第 2 版的差别", "<ins>深地</ins>")
	f.has("province officer", "/compare?from=2&to=1", "<del>深地</del>", "删除")
	var c apply.Comparison
	if code := f.api("programme officer", http.MethodGet, f.path("/compare?from=1&to=2"), nil, &c); code != 200 || c.From != 1 || c.To != 2 || len(c.Sections) < 3 {
		t.Errorf("%d %+v", code, c)
	}
}
