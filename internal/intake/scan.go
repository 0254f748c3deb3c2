package intake

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"time"

	"shenbao/internal/fault"
)

// A Scanner asks an antivirus program about a file. It may be used by several
// goroutines.
type Scanner interface {
	// Scan reads r to its end and returns the name of the virus in it, "" when
	// there is none. A scanner that does not answer is a fault: the file must
	// then not be accepted. An error of r is returned as it is.
	Scan(ctx context.Context, r io.Reader) (virus string, err error)
}

// Clean returns a fault of field "file" when there is a virus in r, which it
// names, or when the scanner could not say.
func Clean(ctx context.Context, s Scanner, r io.Reader) error {
	virus, err := s.Scan(ctx, r)
	if f, ok := errors.AsType[*fault.Fault](err); ok {
		return f.In(field)
	}
	if err != nil {
		return err
	}
	if virus != "" {
		return bad("intake.virus", virus).In(field)
	}
	return nil
}

// clamd is a ClamAV daemon.
type clamd struct {
	network, address string
	dial, idle       time.Duration
}

// How long clamd may take: to be reached, to take the next piece, and to answer
// when it has everything.
const (
	dialTime = 5 * time.Second
	idleTime = 30 * time.Second
	scanTime = 4 // times idleTime
)

// Clamd returns the ClamAV daemon at an address, tcp://host:3310 or
// unix:/path/to/socket. It is reached when a file is scanned. A stream goes to
// it unencrypted, so a daemon on another machine needs a network of its own.
func Clamd(address string) (Scanner, error) {
	c := clamd{dial: dialTime, idle: idleTime}
	wrong := fault.New(fault.Invalid, "intake.scanner_address")
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		path = "/" + strings.TrimLeft(path, "/")
		if path == "/" {
			return nil, wrong
		}
		c.network, c.address = "unix", path
		return c, nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "tcp" || u.Hostname() == "" || u.Port() == "" || u.Path != "" || u.User != nil || u.RawQuery != "" {
		return nil, wrong.Because(err)
	}
	c.network, c.address = "tcp", u.Host
	return c, nil
}

// Scan implements Scanner with the command INSTREAM: pieces, each with its
// length before it, then an empty one, then the answer.
func (c clamd) Scan(ctx context.Context, r io.Reader) (string, error) {
	dialer := net.Dialer{Timeout: c.dial}
	conn, err := dialer.DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", silent(ctx, err)
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	in := &sender{r: r}
	sent := c.send(ctx, conn, in)
	if in.err != nil {
		return "", in.err
	}
	// Where it stopped to take pieces, it said why before.
	answer, err := c.answer(ctx, conn)
	if err != nil {
		return "", silent(ctx, errors.Join(sent, err))
	}
	switch {
	case strings.Contains(answer, "size limit exceeded"):
		return "", fault.New(fault.Internal, "intake.scanner_limit").Because(errors.New(answer))
	case sent == nil && answer == "stream: OK":
		return "", nil
	case strings.HasSuffix(answer, " FOUND"):
		name := strings.TrimSuffix(strings.TrimPrefix(answer, "stream: "), " FOUND")
		return shown(name, longest), nil
	}
	return "", silent(ctx, errors.Join(sent, fmt.Errorf("the scanner answered %q", answer)))
}

// silent is the fault for a scanner that cannot be asked.
func silent(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.New(fault.Internal, "intake.scanner").Because(err)
}

func (c clamd) send(ctx context.Context, conn net.Conn, r io.Reader) error {
	if err := c.write(ctx, conn, []byte("zINSTREAM\x00")); err != nil {
		return err
	}
	buf := make([]byte, 4+64<<10)
	for {
		n, err := io.ReadFull(r, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if err := c.write(ctx, conn, buf[:4+n]); err != nil {
				return err
			}
		}
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
			return c.write(ctx, conn, make([]byte, 4))
		}
		if err != nil {
			return err
		}
	}
}

func (c clamd) write(ctx context.Context, conn net.Conn, b []byte) error {
	if err := c.deadline(ctx, conn, c.idle); err != nil {
		return err
	}
	_, err := conn.Write(b)
	return err
}

// deadline gives the connection so much time more, unless nobody waits.
func (c clamd) deadline(ctx context.Context, conn net.Conn, d time.Duration) error {
	if err := conn.SetDeadline(time.Now().Add(d)); err != nil {
		return err
	}
	return ctx.Err()
}

func (c clamd) answer(ctx context.Context, conn net.Conn) (string, error) {
	if err := c.deadline(ctx, conn, scanTime*c.idle); err != nil {
		return "", err
	}
	text, err := io.ReadAll(io.LimitReader(conn, 4<<10))
	if len(text) == 0 && err == nil {
		err = io.ErrUnexpectedEOF
	}
	if len(text) > 0 {
		err = nil // it may close in haste behind its answer
	}
	return strings.TrimRight(string(text), "\x00\r\n"), err
}

// A sender remembers that it was the reader that failed, not the scanner.
type sender struct {
	r   io.Reader
	err error
}

// Read implements io.Reader.
func (s *sender) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
