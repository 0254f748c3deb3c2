package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"shenbao/internal/fault"
)

// An S3 keeps contents as objects of a bucket: prefix + hash.
type S3 struct {
	client *minio.Client
	bucket string
	prefix string
	spool  string // folder of contents that are being received
}

// OpenS3 opens a bucket that exists:
//
//	s3://bucket/prefix?endpoint=https://host:9000&region=cn-north-1&spool=/var/tmp/shenbao
//
// Endpoint is required; it is https unless the host is this machine. The keys
// come from the environment, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Spool
// is the folder where a content waits until its hash is known, by default one
// in the folder for temporary files.
func OpenS3(ctx context.Context, address *url.URL) (*S3, error) {
	q := address.Query()
	endpoint, err := url.Parse(q.Get("endpoint"))
	if err != nil || endpoint.Host == "" || address.Host == "" {
		return nil, fault.New(fault.Invalid, "blob.address").Because(err)
	}
	secure := endpoint.Scheme == "https"
	if !secure && !local(endpoint.Hostname()) {
		return nil, fault.New(fault.Refused, "blob.plain", endpoint.Host)
	}
	client, err := minio.New(endpoint.Host, &minio.Options{
		// Its own retries rewind a body that the broken connection may still be
		// reading: Put tries again itself, each time with a reader of its own.
		Creds: credentials.NewEnvAWS(), Secure: secure, Region: q.Get("region"), MaxRetries: 1,
	})
	if err != nil {
		return nil, fault.New(fault.Invalid, "blob.address").Because(err)
	}
	s := &S3{client: client, bucket: address.Host, spool: q.Get("spool")}
	if s.prefix = strings.Trim(address.Path, "/"); s.prefix != "" {
		s.prefix += "/"
	}
	if s.spool == "" {
		s.spool = filepath.Join(os.TempDir(), "shenbao-incoming")
	}
	if err := os.MkdirAll(s.spool, 0o700); err != nil {
		return nil, openFault(s.spool, err)
	}
	if err := sweep(s.spool); err != nil {
		return nil, openFault(s.spool, err)
	}
	there, err := client.BucketExists(ctx, s.bucket)
	if err == nil && !there {
		err = fmt.Errorf("there is no bucket %s", s.bucket)
	}
	if err != nil {
		return nil, openFault("s3://"+s.bucket, err)
	}
	return s, nil
}

// local reports whether a host is this machine.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Put implements [Store]. Before it answers it reads the object back and hashes
// it: an answer of the service alone has been known to be about an object that
// was cut short, or not there a moment later.
func (s *S3) Put(ctx context.Context, r io.Reader) (Hash, int64, error) {
	in, err := receive(ctx, s.spool, r)
	if err != nil {
		return "", 0, err
	}
	defer in.discard()
	for range putTries {
		if err = s.send(ctx, in); err == nil || ctx.Err() != nil {
			break
		}
	}
	if err != nil {
		return "", 0, writeFault(err)
	}
	return in.hash, in.size, nil
}

// putTries is how often a content is sent before it counts as not stored.
const putTries = 3

func (s *S3) send(ctx context.Context, in *spool) error {
	_, err := s.client.PutObject(ctx, s.bucket, s.key(in.hash), io.NewSectionReader(in.file, 0, in.size), in.size, minio.PutObjectOptions{
		ContentType: "application/octet-stream", SendContentMd5: true,
		DisableContentSha256: in.size == 0, // an empty body is otherwise sent in chunks, without a length
	})
	if err != nil {
		return err
	}
	return s.readBack(ctx, in)
}

func (s *S3) readBack(ctx context.Context, in *spool) error {
	object, err := s.client.GetObject(ctx, s.bucket, s.key(in.hash), minio.GetObjectOptions{})
	if err != nil {
		return err
	}
	defer object.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, object)
	if err != nil {
		return err
	}
	if got := Hash(hex.EncodeToString(sum.Sum(nil))); n != in.size || got != in.hash {
		return fmt.Errorf("%d bytes %s were sent and %d bytes %s came back", in.size, in.hash, n, got)
	}
	return nil
}

func (s *S3) key(h Hash) string { return s.prefix + string(h) }

// Open implements [Store].
func (s *S3) Open(ctx context.Context, h Hash) (io.ReadSeekCloser, error) {
	if !h.Valid() {
		return nil, missing(h)
	}
	object, err := s.client.GetObject(ctx, s.bucket, s.key(h), minio.GetObjectOptions{})
	if err != nil {
		return nil, s.getFault(h, err)
	}
	if _, err := object.Stat(); err != nil { // the first request is made here
		return nil, errors.Join(s.getFault(h, err), object.Close())
	}
	return object, nil
}

// Stat implements [Store].
func (s *S3) Stat(ctx context.Context, h Hash) (int64, error) {
	if !h.Valid() {
		return 0, missing(h)
	}
	info, err := s.client.StatObject(ctx, s.bucket, s.key(h), minio.StatObjectOptions{})
	if err != nil {
		return 0, s.getFault(h, err)
	}
	return info.Size, nil
}

func (s *S3) getFault(h Hash, err error) error {
	if r := minio.ToErrorResponse(err); r.StatusCode == http.StatusNotFound && r.Code != minio.NoSuchBucket {
		return missing(h)
	}
	return readFault(h, err)
}

// Delete implements [Store].
func (s *S3) Delete(ctx context.Context, h Hash) error {
	if !h.Valid() {
		return nil
	}
	return writeFault(s.client.RemoveObject(ctx, s.bucket, s.key(h), minio.RemoveObjectOptions{}))
}

// List implements [Store].
func (s *S3) List(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		ctx, stop := context.WithCancel(ctx) // an unfinished listing would go on asking
		defer stop()
		for object := range s.client.ListObjectsIter(ctx, s.bucket, minio.ListObjectsOptions{Prefix: s.prefix}) {
			if object.Err != nil {
				yield(Entry{}, openFault("s3://"+s.bucket, object.Err))
				return
			}
			h := Hash(strings.TrimPrefix(object.Key, s.prefix))
			if h.Valid() && !yield(Entry{Hash: h, Size: object.Size, Put: object.LastModified}, nil) {
				return
			}
		}
	}
}
