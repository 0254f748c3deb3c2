package web

import (
	"fmt"
	"io"
	"mime"
	"path"
	"strings"
	"unicode"

	"shenbao/internal/blob"
)

// file answers with a stored file under the name it came with. It is offered
// for saving and never shown as a page of ours.
func (s *Server) file(v *visit, hash blob.Hash, name, kind string) (page, error) {
	content, err := readAll(s.Blobs.Open(v.Context(), hash))
	return raw{contentType: kind, fileName: name, content: content}, err
}

// readAll reads what was opened to its end.
func readAll(from io.ReadCloser, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	defer from.Close()
	content, err := io.ReadAll(from)
	if err != nil {
		return nil, fmt.Errorf("read a file: %w", err)
	}
	return content, nil
}

// longestName is how many bytes of a file's name file systems take.
const longestName = 255

// fileName is a name that a file may be saved under: without folders, without
// characters that do not show or that turn the direction of reading (a
// "gpj.exe" can be made to look like a picture), and not too long. What is in
// the middle goes first; the ending says what the file is.
func fileName(name string) string {
	name = strings.ToValidUTF8(name, "")
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp) {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == ".." || name == "/" {
		return "file"
	}
	if len(name) > longestName {
		end := path.Ext(name)
		if len(end) > 20 {
			end = ""
		}
		name = strings.ToValidUTF8(name[:longestName-len(end)], "") + end
	}
	return name
}

// disposition is the header that offers a file for saving (RFC 6266).
func disposition(name string) string {
	return mime.FormatMediaType("attachment", map[string]string{"filename": fileName(name)})
}
