package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"shenbao/internal/db"
)

// A running is a platform that serves in this process.
type running struct {
	announceJSON
	stop   func() int // tells it to stop, waits, and returns its exit code
	stderr *buffer
}

// buffer is what a program writes while others read it.
type buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

// String is what was written so far.
func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// start serves from a data folder on a free port.
func start(t *testing.T, data string, args ...string) *running {
	t.Helper()
	return startWith(t, func(string) string { return "" }, append([]string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, args...)...)
}

func startWith(t *testing.T, getenv func(string) string, args ...string) *running {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	in, out := io.Pipe()
	r := &running{stderr: &buffer{}}
	ended := make(chan int, 1)
	go func() {
		code := run(ctx, append(args, "--json"), getenv, strings.NewReader(""), out, r.stderr)
		out.Close()
		ended <- code
	}()
	r.stop = sync.OnceValue(func() int {
		cancel()
		select {
		case code := <-ended:
			return code
		case <-time.After(40 * time.Second):
			t.Error("it does not stop")
			return -1
		}
	})
	t.Cleanup(func() { r.stop() })
	if err := json.NewDecoder(in).Decode(&r.announceJSON); err != nil || r.Address == "" {
		t.Fatalf("it does not start (%v): exit %d\n%s", err, r.stop(), r.stderr)
	}
	go io.Copy(io.Discard, in)
	return r
}

// get asks for a page and returns status and text.
func (r *running) get(t *testing.T, path string) (int, string) {
	t.Helper()
	return get(t, http.DefaultClient, r.Address+path)
}

func get(t *testing.T, c *http.Client, url string) (int, string) {
	t.Helper()
	a, err := c.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(body)
}

// ok runs a command line that must succeed and returns its standard output.
func ok(t *testing.T, args ...string) string {
	t.Helper()
	code, stdout, stderr := shenbao(t, "zh", "", args...)
	if code != exitOK {
		t.Fatalf("%q: exit %d\n%s%s", args, code, stdout, stderr)
	}
	return stdout
}

// fails runs a command line that must end with a fault of a key. One that
// serves instead is stopped after a while.
func fails(t *testing.T, key string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	var stdout, stderr strings.Builder
	code := run(ctx, append(args, "--json"), func(string) string { return "" }, strings.NewReader(""), &stdout, &stderr)
	if code == exitOK || !strings.Contains(stdout.String(), `"key": "`+key+`"`) {
		t.Errorf("%q: exit %d without %s\n%s%s", args, code, key, stdout.String(), stderr.String())
	}
}

// newData makes a data folder that a platform has served from.
func newData(t *testing.T) string {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	if code := start(t, data).stop(); code != exitOK {
		t.Fatalf("exit %d", code)
	}
	return data
}

// opened opens a data folder as a command does.
func opened(t *testing.T, data string) *store {
	t.Helper()
	a, _ := testApp()
	a.ctx, a.Getenv = t.Context(), func(string) string { return "" }
	s, err := (&dataFlags{Data: data}).openToOperate(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// change changes the database behind the platform's back.
func change(t *testing.T, d *db.DB, q string, args ...any) {
	t.Helper()
	if _, err := db.Keep(t.Context(), d, func(tx *db.Tx) (int64, error) { return tx.Exec(t.Context(), q, args...) }); err != nil {
		t.Fatal(err)
	}
}

// documented asks that docs/json.md explains every key of some JSON.
func documented(t *testing.T, text string) {
	t.Helper()
	doc, err := os.ReadFile("../../docs/json.md")
	if err != nil {
		t.Fatal(err)
	}
	words := map[string]bool{}
	for _, w := range regexp.MustCompile(`[a-z_0-9]+`).FindAllString(string(doc), -1) {
		words[w] = true
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	keysOf(v, func(key string) {
		if !words[key] {
			t.Errorf("docs/json.md does not explain %q", key)
		}
	})
}
