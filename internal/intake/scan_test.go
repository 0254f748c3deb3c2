package intake_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"shenbao/internal/fault"
	"shenbao/internal/intake"
)

// eicar is the text that every scanner takes for a virus, in two parts so that
// none takes this file for one.
var eicar = `X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-` + `ANTIVIRUS-TEST-FILE!$H+H*`

// daemon answers on a socket as clamd does. Behave may answer in its own way.
func daemon(t *testing.T, network, address string, behave func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				behave(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// scanner reads the stream and looks for the test virus; a stream of more than
// limit bytes is cut off as clamd does.
func scanner(limit int) func(net.Conn) {
	return func(conn net.Conn) {
		r := bufio.NewReader(conn)
		if command, err := r.ReadString(0); err != nil || command != "zINSTREAM\x00" {
			fmt.Fprint(conn, "UNKNOWN COMMAND\x00")
			return
		}
		var all bytes.Buffer
		for {
			var n uint32
			if binary.Read(r, binary.BigEndian, &n) != nil {
				return
			}
			if n == 0 {
				break
			}
			if all.Len()+int(n) > limit {
				fmt.Fprint(conn, "INSTREAM size limit exceeded. ERROR\x00")
				return
			}
			if _, err := io.CopyN(&all, r, int64(n)); err != nil {
				return
			}
		}
		if strings.Contains(all.String(), eicar) {
			fmt.Fprint(conn, "stream: Eicar-Test-Signature FOUND\x00")
			return
		}
		fmt.Fprint(conn, "stream: OK\x00")
	}
}

func TestScan(t *testing.T) {
	tcp, err := intake.Clamd("tcp://" + daemon(t, "tcp", "127.0.0.1:0", scanner(1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	socket, err := intake.Clamd("unix:" + daemon(t, "unix", filepath.Join(t.TempDir(), "s"), scanner(1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]intake.Scanner{"tcp": tcp, "unix": socket} {
		for _, c := range []struct{ file, virus, fault string }{
			{"harmless", "", ""},
			{"", "", ""},
			{eicar, "Eicar-Test-Signature", "intake.virus"},
			{strings.Repeat("x", 200_000) + eicar, "Eicar-Test-Signature", "intake.virus"},
			{strings.Repeat("x", 3<<20), "", "intake.scanner_limit"},
		} {
			virus, err := s.Scan(t.Context(), strings.NewReader(c.file))
			if virus != c.virus || (err != nil) != (c.fault == "intake.scanner_limit") {
				t.Errorf("%s: %q, %v of %d bytes", name, virus, err, len(c.file))
			}
			if err := intake.Clean(t.Context(), s, strings.NewReader(c.file)); faultOf(t, err) != c.fault {
				t.Errorf("%s: %v of %d bytes, want %s", name, err, len(c.file), c.fault)
			}
		}
	}
}

// faultOf is the key of a fault of the file that people can read.
func faultOf(t testing.TB, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	var f *fault.Fault
	if !errors.As(err, &f) {
		return err.Error()
	}
	readable(t, f.Key, f.Args)
	return f.Key
}

// A scanner that does not say that a file is clean leaves it out.
func TestScannerFailsClosed(t *testing.T) {
	answers := func(text string) func(net.Conn) {
		return func(conn net.Conn) {
			go func() { _, _ = io.Copy(io.Discard, conn) }()
			time.Sleep(20 * time.Millisecond)
			fmt.Fprint(conn, text)
		}
	}
	for name, behave := range map[string]func(net.Conn){
		"hangs up": func(net.Conn) {}, "says nothing": answers(""), "does not know the command": answers("UNKNOWN COMMAND\x00"),
		"has an error": answers("stream: Can't allocate memory ERROR\x00"), "says OK of something else": answers("PONG\x00"), "says OK in the middle": answers("stream: OK not at all\x00"),
	} {
		t.Run(name, func(t *testing.T) {
			s, err := intake.Clamd("tcp://" + daemon(t, "tcp", "127.0.0.1:0", behave))
			if err != nil {
				t.Fatal(err)
			}
			if err := intake.Clean(t.Context(), s, strings.NewReader("harmless")); faultOf(t, err) != "intake.scanner" {
				t.Error(err)
			}
		})
	}
	gone, err := intake.Clamd("unix:" + filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	if err := intake.Clean(t.Context(), gone, strings.NewReader("x")); faultOf(t, err) != "intake.scanner" {
		t.Error("nobody listens: ", err)
	}
	good, err := intake.Clamd("tcp://" + daemon(t, "tcp", "127.0.0.1:0", scanner(1<<20)))
	if err != nil {
		t.Fatal(err)
	}
	if err := intake.Clean(t.Context(), good, io.MultiReader(strings.NewReader("x"), &failing{})); !errors.Is(err, errDisk) {
		t.Error("the file cannot be read: ", err)
	}
}

// A scanner that is silent is not waited for when nobody waits for us.
func TestScanIsGivenUp(t *testing.T) {
	block := make(chan bool)
	t.Cleanup(func() { close(block) })
	s, err := intake.Clamd("tcp://" + daemon(t, "tcp", "127.0.0.1:0", func(net.Conn) { <-block }))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer stop()
	began := time.Now()
	if _, err := s.Scan(ctx, strings.NewReader("x")); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Error(took)
	}
}

func TestClamdAddress(t *testing.T) {
	for address, good := range map[string]bool{
		"tcp://127.0.0.1:3310": true, "tcp://clamav:3310": true, "tcp://[::1]:3310": true, "unix:/run/clamd.sock": true, "unix:///run/clamd.sock": true,
		"": false, "tcp://host": false, "http://host:1": false, "tcp://host:1/x": false, "tcp://a@host:1": false, "unix:": false, "unix:/": false, "/run/clamd.sock": false, "tcp://:3310": false, "tcp://host:a": false,
	} {
		s, err := intake.Clamd(address)
		if (err == nil) != good || (s != nil) != good {
			t.Errorf("%q: %v, %v", address, s, err)
		}
		if err != nil && faultOf(t, err) != "intake.scanner_address" {
			t.Error(err)
		}
	}
}

// The daemon itself, with the test virus as its one signature.
func TestClamAV(t *testing.T) {
	path, err := exec.LookPath("clamd")
	if err != nil {
		t.Skip("clamd is not installed")
	}
	dir := t.TempDir()
	socket := filepath.Join(dir, "clamd.sock")
	for name, text := range map[string]string{
		"test.ndb":   fmt.Sprintf("Test.Virus:0:*:%x\n", eicar),
		"clamd.conf": "LocalSocket " + socket + "\nDatabaseDirectory " + dir + "\nForeground yes\nStreamMaxLength 1M\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(path, "--config-file", filepath.Join(dir, "clamd.conf"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	s, err := intake.Clamd("unix:" + socket)
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		if _, err := os.Stat(socket); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	for file, want := range map[string]string{"harmless": "", eicar: "intake.virus", string(archive(t, entry{name: "a.txt", text: eicar})): "intake.virus", strings.Repeat("x", 3<<20): "intake.scanner_limit"} {
		if err := intake.Clean(t.Context(), s, strings.NewReader(file)); faultOf(t, err) != want {
			t.Errorf("%v of %d bytes, want %s", err, len(file), want)
		}
	}
}
