// Package blob keeps attachments (附件) by the hash of their content. The same
// bytes are kept once, and what is read under a hash is what was put.
//
// There are two stores, a directory and an S3 bucket; package blobtest holds
// what both must do. A row that names a hash is written after [Store.Put] has
// answered, so a row never names bytes that are not kept.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"strings"
	"syscall"
	"time"

	"shenbao/internal/fault"
)

// A Hash names content: the SHA-256 of its bytes, 64 hexadecimal digits in
// lower case.
type Hash string

// Valid reports whether h has the form of a hash. One that a visitor typed is
// checked by every store before it becomes part of a path.
func (h Hash) Valid() bool {
	if len(h) != 2*sha256.Size {
		return false
	}
	for _, c := range []byte(h) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Sum is the hash of bytes that are at hand.
func Sum(content []byte) Hash {
	sum := sha256.Sum256(content)
	return Hash(hex.EncodeToString(sum[:]))
}

// An Entry is one kept content as [Store.List] tells of it.
type Entry struct {
	Hash Hash
	Size int64     // bytes
	Put  time.Time // when it was last put
}

// A Store keeps contents. It may be used by several goroutines and by several
// processes at once.
type Store interface {
	// Put keeps everything that r gives and returns its hash and size in bytes.
	// When it returns without an error the content survives a power cut. When r
	// or the store fails, nothing is kept.
	Put(ctx context.Context, r io.Reader) (Hash, int64, error)
	// Open returns the content, or a missing fault. The caller closes it.
	Open(ctx context.Context, h Hash) (io.ReadSeekCloser, error)
	// Stat returns the size in bytes, or a missing fault.
	Stat(ctx context.Context, h Hash) (int64, error)
	// Delete forgets a content. One that is not there is no error.
	Delete(ctx context.Context, h Hash) error
	// List tells of every content, in the order of hashes. Files that are none
	// of the store's are passed over.
	List(ctx context.Context) iter.Seq2[Entry, error]
}

// At returns the store that an address names: s3://bucket/prefix?… for an S3
// bucket ([OpenS3]), anything else is the path of a directory ([OpenDir]).
func At(ctx context.Context, address string) (Store, error) {
	if strings.HasPrefix(address, "s3://") {
		u, err := url.Parse(address)
		if err != nil {
			return nil, fault.New(fault.Invalid, "blob.address").Because(err)
		}
		return OpenS3(ctx, u)
	}
	return OpenDir(address)
}

// Check reads a content to its end and compares it with its hash. A content
// that is missing or damaged is a fault.
func Check(ctx context.Context, s Store, h Hash) error {
	f, err := s.Open(ctx, h)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, watched{ctx, f}); err != nil {
		return readFault(h, err)
	}
	if got := Hash(hex.EncodeToString(sum.Sum(nil))); got != h {
		return fault.New(fault.Internal, "blob.damaged", h).Because(fmt.Errorf("its bytes hash to %s", got))
	}
	return nil
}

// watched is a reader that stops when nobody waits for it any more.
type watched struct {
	ctx context.Context
	r   io.Reader
}

// Read implements io.Reader.
func (w watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}

func missing(h Hash) error { return fault.New(fault.Missing, "blob.missing", h) }

// readFault says that a content could not be read.
func readFault(h Hash, err error) error {
	return fault.New(fault.Internal, "blob.unreadable", h).Because(err)
}

// writeFault says that a content could not be kept, and that the disk is full
// when it is. The sender's own trouble passes as it is: it is not the store's.
func writeFault(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fault.New(fault.Internal, "blob.full").Because(err)
	}
	return fault.New(fault.Internal, "blob.unwritten").Because(err)
}
