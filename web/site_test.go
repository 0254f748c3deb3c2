package web

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"shenbao/actor"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/secret"
)

// A site is a server under test, its post box and its log.
type site struct {
	*httptest.Server
	server  *Server
	db      *db.DB
	log     bytes.Buffer
	mu      sync.Mutex
	letters []actor.Letter
}

// newSite starts a server on a fresh SQLite database.
func newSite(t testing.TB) *site { return siteOn(t, dbtest.SQLite(t)) }

func siteOn(t testing.TB, d *db.DB) *site {
	t.Helper()
	s := &site{db: d}
	gate := actor.NewGate(d, secret.New(), actor.DefaultSettings())
	gate.Send = func(_ context.Context, _ *db.Tx, l actor.Letter) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.letters = append(s.letters, l)
		return nil
	}
	store, err := blob.OpenDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.server, err = New(Options{DB: d, Gate: gate, Blobs: store, Base: "https://sb.example.gov.cn", Log: slog.New(slog.NewTextHandler(&s.log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	s.Server = httptest.NewServer(s.server.Handler())
	t.Cleanup(func() {
		s.Close()
		if t.Failed() {
			t.Log(s.log.String())
		}
	})
	return s
}

// A browser keeps cookies and follows redirects, as people's do.
type browser struct {
	*http.Client
	t    *testing.T
	site *site
}

func (s *site) browser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{&http.Client{Jar: jar}, t, s}
}

// an answer is what came back.
type answer struct {
	status int
	header http.Header
	text   string
	url    *url.URL
}

func (b *browser) do(r *http.Request) answer {
	b.t.Helper()
	resp, err := b.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, string(text), resp.Request.URL}
}

func (b *browser) get(path string) answer {
	b.t.Helper()
	r, err := http.NewRequest(http.MethodGet, b.site.URL+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

var tokenField = regexp.MustCompile(`name="form_token" value="([^"]+)"`)

// send opens the page of a form and sends it.
func (b *browser) send(form, path string, values ...string) answer {
	b.t.Helper()
	page := b.get(form)
	m := tokenField.FindStringSubmatch(page.text)
	if m == nil {
		b.t.Fatalf("%s holds no form: %d %s", form, page.status, page.text)
	}
	v := url.Values{formToken: {m[1]}}
	for i := 0; i+1 < len(values); i += 2 {
		v.Add(values[i], values[i+1])
	}
	r, err := http.NewRequest(http.MethodPost, b.site.URL+path, strings.NewReader(v.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// main is the answer without the frame.
func (a answer) main() string {
	if i := strings.Index(a.text, "<main"); i >= 0 {
		return a.text[i:]
	}
	return a.text
}

func (a answer) want(t *testing.T, status int, texts ...string) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("%s: status %d, want %d\n%s", a.url, a.status, status, a.main())
	}
	for _, one := range texts {
		if !strings.Contains(a.text, one) {
			t.Errorf("%s does not say %q\n%s", a.url, one, a.main())
		}
	}
	return a
}

// begun is a site with a system administrator, who is signed in.
func begun(t *testing.T) (*site, *browser) {
	s := newSite(t)
	token, err := s.server.Gate.FirstToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser(t)
	b.send("/first/"+token, "/first/"+token, "name", "周正", "email", "admin@example.gov.cn", "password", "湖光山色共一楼 2024").want(t, 200)
	return s, b
}
