package sweep

import (
	"context"
	"io"
)

// The blocks that are read ahead of the loader.
const (
	blockBytes = 128 << 10
	blockCount = 3
)

// source reads a file ahead of whoever uses it, in a goroutine of its own, so
// that a load can be called off while the file keeps it waiting: a pipe into
// which nobody writes, a disk that does not answer. That goroutine ends with
// the context, or when the read that it waits for returns.
type source struct {
	ctx  context.Context
	full chan block
	free chan []byte
	now  block
	rest []byte
	told func(n int) // is told of every block, in the goroutine that reads
}

// block is some of a file, and how reading it ended.
type block struct {
	data []byte
	err  error
}

// readAhead begins to read src.
func readAhead(ctx context.Context, src io.Reader, told func(n int)) *source {
	s := &source{ctx: ctx, full: make(chan block, blockCount), free: make(chan []byte, blockCount), told: told}
	for range blockCount {
		s.free <- make([]byte, blockBytes)
	}
	go s.pump(src)
	return s
}

func (s *source) pump(src io.Reader) {
	for {
		var data []byte
		select {
		case data = <-s.free:
		case <-s.ctx.Done():
			return
		}
		n, err := src.Read(data)
		select {
		case s.full <- block{data[:n], err}:
		case <-s.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// Read implements io.Reader. When the context ends it returns why.
func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if len(s.rest) == 0 {
		if s.now.err != nil {
			return 0, s.now.err
		}
		if s.now.data != nil {
			s.free <- s.now.data[:cap(s.now.data)]
		}
		select {
		case s.now = <-s.full:
		case <-s.ctx.Done():
			return 0, s.ctx.Err()
		}
		s.rest = s.now.data
		s.told(len(s.rest))
		if len(s.rest) == 0 {
			return 0, s.now.err
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}
