package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed static
var staticFiles embed.FS

// assets are the styles and scripts. Their addresses carry a hash of their
// content, so that a browser keeps them for a year and still gets a new one.
type assets struct {
	files map[string]*asset
}

type asset struct {
	content []byte
	kind    string
	version string
	zipped  func() []byte
}

func loadAssets() (*assets, error) {
	a := &assets{files: map[string]*asset{}}
	files, err := fs.Sub(staticFiles, "static")
	if err != nil {
		return nil, err
	}
	return a, fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := fs.ReadFile(files, name)
		sum := sha256.Sum256(content)
		a.files[name] = &asset{content: content, kind: mime.TypeByExtension(path.Ext(name)), version: hex.EncodeToString(sum[:6]),
			zipped: sync.OnceValue(func() []byte { return zip(content) })}
		return err
	})
}

func zip(content []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is one of the package's own
	w.Write(content)
	w.Close()
	return b.Bytes()
}

// url is the address of an asset.
func (a *assets) url(name string) string {
	f, ok := a.files[name]
	if !ok {
		return "/static/" + name
	}
	return "/static/" + name + "?v=" + f.version
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[r.PathValue("name")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	w.Header().Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == f.version {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	content := f.content
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.Header().Set("Content-Encoding", "gzip")
		content = f.zipped()
	}
	w.Write(content)
}
