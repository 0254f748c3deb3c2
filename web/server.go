package web

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/blob"
	"shenbao/internal/db"
	"shenbao/internal/hook"
	"shenbao/internal/inbox"
	"shenbao/internal/intake"
	"shenbao/programme"
)

// Options are what a server needs. Key, Secure, Demo, Proxies, Even, Log and
// Observe may be left out.
type Options struct {
	DB      *db.DB
	Gate    *actor.Gate
	Blobs   blob.Store
	Library *programme.Library // packages that calls may be published from
	Key     []byte             // 32 bytes; signs form tokens; nil makes one up, for a single node
	Base    string             // the platform's address as others see it: https://sb.example.gov.cn
	Sign    note.Signer        // of receipts; nil makes one up, for a test
	Hooks   *hook.Guard        // where webhooks may lead; nil: to the open Internet
	Digest  inbox.Digest       // who has a letter of the day
	Scanner intake.Scanner     // looks for viruses in what is uploaded; nil for none
	Secure  bool               // visitors come by HTTPS
	Demo    bool               // say on every page that nothing here is real
	Proxies []string           // addresses whose X-Forwarded-For is believed

	// Even is how long it takes at least to say that something is not there: what is
	// hidden takes longer to find and refuse than what there is not, and nobody may
	// tell the two apart by a clock.
	Even time.Duration

	Log     *slog.Logger
	Observe func(pattern, method string, status int, took time.Duration) // told of every request
}

// Server answers HTTP requests.
type Server struct {
	Options
	assets  *assets
	shelf   call.Shelf // packages that calls are pinned to
	office  *apply.Office
	handler http.Handler
}

// New returns a server over an open database.
func New(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if len(o.Key) == 0 {
		o.Key = make([]byte, 32)
		rand.Read(o.Key)
	}
	a, err := loadAssets()
	if err != nil {
		return nil, err
	}
	o.Base = strings.TrimSuffix(o.Base, "/")
	if o.Sign == nil {
		if o.Sign, err = madeUp(); err != nil {
			return nil, err
		}
	}
	if o.Hooks == nil {
		o.Hooks = &hook.Guard{}
	}
	s := &Server{Options: o, assets: a}
	s.office = &apply.Office{Keys: o.Gate.Keys, Shelf: &s.shelf, Blobs: o.Blobs, Sign: o.Sign, Scanner: o.Scanner}
	s.handler = s.build()
	return s, nil
}

// Office is what acts on applications need, for work in the background.
func (s *Server) Office() *apply.Office { return s.office }

// madeUp is a key for receipts that nobody will check.
func madeUp() (note.Signer, error) {
	private, _, err := note.GenerateKey(rand.Reader, "shenbao.unknown")
	if err != nil {
		return nil, err
	}
	return note.NewSigner(private)
}

// Handler is the whole site.
func (s *Server) Handler() http.Handler { return s.handler }

// build mounts every route twice: as a page, and under apiPrefix as JSON.
func (s *Server) build() http.Handler {
	mux := http.NewServeMux()
	for _, rt := range s.routes() {
		h := s.serve(rt)
		mux.Handle(rt.method+" "+rt.pattern, h)
		if !rt.hidden {
			mux.Handle(rt.method+" "+apiPrefix+rt.pattern, h)
		}
	}
	mux.Handle("GET /static/{name}", http.HandlerFunc(s.assets.serve))
	mux.HandleFunc("GET "+apiPrefix+"/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(s.assets.files["openapi.json"].content)
	})
	mux.HandleFunc("GET /robots.txt", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "User-agent: *\nAllow: /calls\nDisallow: /\n")
	})
	mux.Handle("/", s.serve(route{pattern: "/", act: public, serve: notFound}))
	return s.observed(s.guarded(compressed(mux)))
}
