package blob_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"shenbao/internal/blob"
	"shenbao/internal/blobtest"
	"shenbao/internal/fault"
)

// A service is an S3 service in this process whose answers can be spoiled.
type service struct {
	*httptest.Server
	backend *s3mem.Backend
	spoil   atomic.Pointer[func(w http.ResponseWriter, r *http.Request, next http.Handler)]
}

func newService(t *testing.T) *service {
	s := &service{backend: s3mem.New()}
	if err := s.backend.CreateBucket("attachments"); err != nil {
		t.Fatal(err)
	}
	real := gofakes3.New(s.backend).Server()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if spoil := s.spoil.Load(); spoil != nil {
			(*spoil)(w, r, real)
			return
		}
		real.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	return s
}

func (s *service) open(t *testing.T, prefix string) (store blob.Store, spool string) {
	t.Helper()
	spool = t.TempDir()
	store, err := blob.At(t.Context(), "s3://attachments/"+prefix+"?region=us-east-1&endpoint="+url.QueryEscape(s.URL)+"&spool="+url.QueryEscape(spool))
	if err != nil {
		t.Fatal(err)
	}
	return store, spool
}

func TestS3(t *testing.T) {
	for _, prefix := range []string{"", "shenbao/2026"} {
		t.Run("prefix "+prefix, func(t *testing.T) {
			blobtest.Test(t, func(t *testing.T) blobtest.Case {
				s := newService(t)
				object := func(t *testing.T, key, text string) {
					if prefix != "" {
						key = prefix + "/" + key
					}
					if _, err := s.backend.PutObject("attachments", key, map[string]string{}, strings.NewReader(text), int64(len(text)), nil); err != nil {
						t.Fatal(err)
					}
				}
				store, spool := s.open(t, prefix)
				return blobtest.Case{
					Store: store, Incoming: spool,
					Damage:  func(t *testing.T, h blob.Hash) { object(t, string(h), "other bytes") },
					Strange: func(t *testing.T) { object(t, "README", "not a content") },
				}
			})
		})
	}
}

// Whatever the service does wrong, nothing is acknowledged that cannot be read
// back; and when the service is well again, so is the store.
func TestNoAnswerBeforeTheObjectIsThere(t *testing.T) {
	content := bytes.Repeat([]byte("申报"), 50_000)
	ok := func(w http.ResponseWriter) { w.Header().Set("ETag", `"0123456789abcdef0123456789abcdef"`) }
	for name, spoil := range map[string]func(w http.ResponseWriter, r *http.Request, next http.Handler){
		"it refuses with 500": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			http.Error(w, "", http.StatusInternalServerError)
		},
		"it is busy": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			http.Error(w, "", http.StatusServiceUnavailable)
		},
		"it says yes and keeps nothing": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodPut {
				io.Copy(io.Discard, r.Body)
				ok(w)
				return
			}
			next.ServeHTTP(w, r)
		},
		"it keeps half": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodPut {
				half := httptest.NewRequest(http.MethodPut, r.URL.String(), bytes.NewReader(content[:len(content)/2]))
				next.ServeHTTP(httptest.NewRecorder(), half)
				io.Copy(io.Discard, r.Body)
				ok(w)
				return
			}
			next.ServeHTTP(w, r)
		},
		"it keeps something else": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodPut {
				other := bytes.Clone(content)
				other[len(other)/2] ^= 1
				next.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPut, r.URL.String(), bytes.NewReader(other)))
				io.Copy(io.Discard, r.Body)
				ok(w)
				return
			}
			next.ServeHTTP(w, r)
		},
		"it does not find it afterwards": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			if r.Method == http.MethodGet {
				http.Error(w, "", http.StatusNotFound)
				return
			}
			next.ServeHTTP(w, r)
		},
		"it hangs up": func(w http.ResponseWriter, r *http.Request, next http.Handler) {
			panic(http.ErrAbortHandler)
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			store, _ := s.open(t, "")
			s.spoil.Store(&spoil)
			if h, _, err := store.Put(t.Context(), bytes.NewReader(content)); err == nil || fault.Of(err).Key != "blob.unwritten" {
				t.Errorf("Put = %s, %v", h, err)
			}
			s.spoil.Store(nil)
			h, _, err := store.Put(t.Context(), bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			if err := blob.Check(t.Context(), store, h); err != nil {
				t.Error(err)
			}
		})
	}
}

// A service that is away is not a content that is missing.
func TestUnreachableServiceIsNotMissing(t *testing.T) {
	s := newService(t)
	store, _ := s.open(t, "")
	h, _, err := store.Put(t.Context(), strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if _, err := store.Stat(t.Context(), h); err == nil || fault.Of(err).Key != "blob.unreadable" {
		t.Errorf("Stat = %v", err)
	}
	if _, err := store.Open(t.Context(), h); err == nil || fault.Of(err).Key != "blob.unreadable" {
		t.Errorf("Open = %v", err)
	}
	for _, err := range store.List(t.Context()) {
		if err == nil {
			t.Error("a listing of nothing")
		}
	}
}

func TestS3Addresses(t *testing.T) {
	s := newService(t)
	for address, want := range map[string]string{
		"s3://attachments":                                       "blob.address",
		"s3://?endpoint=" + s.URL:                                "blob.address",
		"s3://attachments?endpoint=example.org":                  "blob.address",
		"s3://attachments?endpoint=http://example.org":           "blob.plain",
		"s3://no-such-bucket?region=eu&endpoint=" + s.URL:        "blob.open",
		"s3://a b?endpoint=" + s.URL:                             "blob.address",
		"s3://attachments?endpoint=http://127.0.0.1:1&region=eu": "blob.open",
	} {
		if _, err := blob.At(context.Background(), address); err == nil || fault.Of(err).Key != want {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
	}
}

// The store of a real service, when one is named: its address as --blobs takes
// it, the keys in the environment.
func TestRealS3(t *testing.T) {
	address := os.Getenv("TEST_S3")
	if address == "" {
		t.Skip("TEST_S3 names no bucket")
	}
	store, err := blob.At(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	content := bytes.Repeat([]byte("0123456789"), 2<<20) // in several parts
	h, _, err := store.Put(t.Context(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	if err := blob.Check(t.Context(), store, h); err != nil {
		t.Error(err)
	}
	if err := store.Delete(t.Context(), h); err != nil {
		t.Error(err)
	}
}
