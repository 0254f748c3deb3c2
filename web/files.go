package web

import (
	"fmt"
	"io"

	"shenbao/internal/blob"
)

// file answers with a stored file under the name it came with. It is offered
// for saving and never shown as a page of ours.
func (s *Server) file(v *visit, hash blob.Hash, name, kind string) (page, error) {
	f, err := s.Blobs.Open(v.Context(), hash)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	if err != nil {
		return nil, fmt.Errorf("read the file %s: %w", hash, err)
	}
	return raw{contentType: kind, fileName: name, content: content}, nil
}
