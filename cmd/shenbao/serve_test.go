package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"shenbao/internal/db"
	"shenbao/internal/journal"
	"shenbao/internal/secret"
)

func TestFirstRun(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := start(t, data)
	if !strings.HasPrefix(r.First, r.URL+"first/") {
		t.Errorf("the first administrator begins at %q", r.First)
	}
	if code, _ := r.get(t, strings.TrimPrefix(r.First, strings.TrimSuffix(r.URL, "/"))); code != http.StatusOK {
		t.Errorf("the first page: %d", code)
	}
	if code, body := r.get(t, "/healthz"); code != http.StatusOK || body != "{\"alive\":true}\n" {
		t.Errorf("/healthz: %d %s", code, body)
	}
	if code, body := r.get(t, "/readyz"); code != http.StatusOK || strings.Contains(body, "false") {
		t.Errorf("/readyz: %d %s", code, body)
	}
	if strings.Contains(r.stderr.String(), strings.TrimPrefix(r.First, r.URL+"first/")) {
		t.Error("the token stands in the log")
	}
	if code := r.stop(); code != exitOK {
		t.Errorf("exit %d\n%s", code, r.stderr)
	}
	for _, name := range []string{db.File, secret.File, journal.KeyFile, journal.PublicFile, blobsFolder, mailFolder} {
		if _, err := os.Stat(filepath.Join(data, name)); err != nil {
			t.Error(err)
		}
	}
	for _, name := range []string{db.File + "-wal", db.File + "-shm"} {
		if _, err := os.Stat(filepath.Join(data, name)); err == nil {
			t.Errorf("%s was not folded in", name)
		}
	}
	text, err := json.Marshal(announceJSON{First: "x"})
	if err != nil {
		t.Fatal(err)
	}
	documented(t, string(text))
}

// One SQLite directory has one process that serves; commands may work beside
// it.
func TestADirectoryHasOneServer(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := start(t, data)
	fails(t, "serve.locked", "serve", "--data", data, "--addr", "127.0.0.1:0")
	fails(t, "serve.locked", "migrate", "--data", data)
	ok(t, "verify-data", "--data", data)
	if code := r.stop(); code != exitOK {
		t.Errorf("exit %d", code)
	}
	if code := start(t, data).stop(); code != exitOK {
		t.Errorf("a second start: exit %d", code)
	}
}

func TestLostKeysAreNotMadeAnew(t *testing.T) {
	data := newData(t)
	for file, key := range map[string]string{secret.File: "secret.lost", journal.KeyFile: "journal.lost_key"} {
		text, err := os.ReadFile(filepath.Join(data, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(data, file)); err != nil {
			t.Fatal(err)
		}
		fails(t, key, "serve", "--data", data, "--addr", "127.0.0.1:0")
		if err := os.WriteFile(filepath.Join(data, file), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSettingsThatCannotBe(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	for key, args := range map[string][]string{
		"serve.tls_pair":         {"--tls-cert", "x.pem"},
		"serve.tls":              {"--tls-cert", "x.pem", "--tls-key", "y.pem"},
		"serve.proxy":            {"--trusted-proxy", "10.0.0.1,proxy"},
		"serve.url":              {"--url", "sb.example.org"},
		"serve.mail_from":        {"--mail-from", "nobody"},
		"intake.scanner_address": {"--clamd", "localhost"},
		"mail.server":            {"--mail", "http://mail.example.org"},
		"serve.listen":           {"--addr", taken.Addr().String()},
		"db.open":                {"--database", "postgres://a b@/"},
		"blob.address":           {"--blobs", "s3://x"},
	} {
		fails(t, key, append([]string{"serve", "--data", data, "--addr", "127.0.0.1:0"}, args...)...)
	}
}

// When a part fails, the platform says so to those who watch, and which part.
func TestNotReady(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	r := start(t, data)
	if err := os.RemoveAll(filepath.Join(data, blobsFolder)); err != nil {
		t.Fatal(err)
	}
	code, body := r.get(t, "/readyz")
	if code != http.StatusServiceUnavailable || body != `{"attachments":false,"database":true,"migrations":true,"serving":true}`+"\n" {
		t.Errorf("/readyz: %d %s", code, body)
	}
	if code, _ := r.get(t, "/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d", code)
	}
}

// Told to stop, the platform finishes the request that is under way and takes
// no other.
func TestGracefulStop(t *testing.T) {
	r := start(t, filepath.Join(t.TempDir(), "data"))
	address := strings.TrimPrefix(r.Address, "http://")
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	body := "email=a%40example.org&password=x"
	fmt.Fprintf(c, "POST /sign-in HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", address, len(body), body[:10])
	time.Sleep(50 * time.Millisecond) // the server has the request
	ended := make(chan int, 1)
	go func() { ended <- r.stop() }()
	refused := false
	for range 100 {
		other, err := net.Dial("tcp", address)
		if refused = err != nil; refused {
			break
		}
		other.Close()
		time.Sleep(10 * time.Millisecond)
	}
	if !refused {
		t.Error("it takes new requests while it stops")
	}
	if _, err := c.Write([]byte(body[10:])); err != nil {
		t.Fatal(err)
	}
	a, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || a.StatusCode >= 500 {
		t.Errorf("the request under way: %+v, %v", a, err)
	}
	if code := <-ended; code != exitOK {
		t.Errorf("exit %d\n%s", code, r.stderr)
	}
}

// The program that people run stops on SIGTERM with 0, and a killed one leaves
// data that the next start goes on with.
func TestSignals(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	binary := filepath.Join(t.TempDir(), "shenbao")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	data := filepath.Join(t.TempDir(), "data")
	for _, c := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGKILL, -1}, {syscall.SIGKILL, -1}, {syscall.SIGTERM, 0}, {syscall.SIGINT, 0}} {
		p := exec.Command(binary, "serve", "--data", data, "--addr", "127.0.0.1:0", "--json")
		out, err := p.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
		var said announceJSON
		if err := json.NewDecoder(out).Decode(&said); err != nil {
			p.Process.Kill()
			t.Fatal(err)
		}
		if code, _ := get(t, http.DefaultClient, said.Address+"/readyz"); code != http.StatusOK {
			t.Errorf("/readyz: %d", code)
		}
		p.Process.Signal(c.signal)
		p.Wait()
		if p.ProcessState.ExitCode() != c.code {
			t.Errorf("%s: exit %d", c.signal, p.ProcessState.ExitCode())
		}
		ok(t, "verify-data", "--data", data)
	}
}

func TestMetrics(t *testing.T) {
	r := start(t, filepath.Join(t.TempDir(), "data"), "--admin-addr", "127.0.0.1:0")
	r.get(t, "/calls/secret-token")
	var admin string
	for line := range strings.Lines(r.stderr.String()) {
		var l map[string]any
		if json.Unmarshal([]byte(line), &l) == nil && l["msg"] == "serving" {
			admin, _ = l["admin"].(string)
		}
	}
	var code int
	var body string
	for range 200 { // the first job runs a moment after the start
		if code, body = get(t, http.DefaultClient, admin+"/metrics"); strings.Contains(body, "shenbao_job_seconds_count{") {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if code != http.StatusOK {
		t.Fatalf("/metrics: %d", code)
	}
	for _, want := range []string{"shenbao_request_seconds_count{", `shenbao_db_connections{pool="write"`, "shenbao_job_seconds_count{", "go_goroutines", "process_resident_memory_bytes"} {
		if !strings.Contains(body, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(body, "secret-token") {
		t.Error("a path became a metric")
	}
	if code, _ := get(t, http.DefaultClient, admin+"/readyz"); code != http.StatusOK {
		t.Errorf("/readyz of the admin address: %d", code)
	}
	if code, _ := r.get(t, "/metrics"); code != http.StatusNotFound {
		t.Errorf("visitors see the metrics: %d", code)
	}
}

// What visitors send makes no line of its own in the log, and neither paths nor
// searches stand in it.
func TestTheLog(t *testing.T) {
	r := start(t, filepath.Join(t.TempDir(), "data"))
	for _, path := range []string{"/reset/token-1234567", "/calls?q=%0A%7B%22level%22%3A%22FORGED%22%7D", "/%0d%0aFORGED", "/张三", "/%1b[31mFORGED"} {
		r.get(t, path)
	}
	r.stop()
	log := r.stderr.String()
	for line := range strings.Lines(log) {
		var l map[string]any
		if err := json.Unmarshal([]byte(line), &l); err != nil || l["time"] == nil || l["level"] == nil {
			t.Errorf("%v: %q", err, line)
		}
	}
	for _, word := range []string{"token-1234567", "FORGED", "张三", "127.0.0.1:5"} {
		if strings.Contains(log, word) {
			t.Errorf("the log holds %q:\n%s", word, log)
		}
	}
	if !strings.Contains(log, `"msg":"request"`) {
		t.Errorf("no request in the log:\n%s", log)
	}
}

func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	trust := x509.NewCertPool()
	serial := int64(0)
	renew := func() {
		serial++
		private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		c := &x509.Certificate{SerialNumber: big.NewInt(serial), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotAfter: time.Now().Add(time.Hour)}
		der, err := x509.CreateCertificate(rand.Reader, c, c, &private.PublicKey, private)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := x509.MarshalPKCS8PrivateKey(private)
		if err != nil {
			t.Fatal(err)
		}
		for name, b := range map[string]*pem.Block{key: {Type: "PRIVATE KEY", Bytes: raw}, cert: {Type: "CERTIFICATE", Bytes: der}} {
			if err := os.WriteFile(name, pem.EncodeToMemory(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(cert, time.Time{}, time.Now().Add(time.Duration(serial)*time.Second)); err != nil {
			t.Fatal(err)
		}
		if !trust.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})) {
			t.Fatal("certificate")
		}
	}
	renew()
	r := start(t, filepath.Join(dir, "data"), "--tls-cert", cert, "--tls-key", key)
	for range 2 {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust}, ForceAttemptHTTP2: true}
		a, err := (&http.Client{Transport: transport}).Get(r.Address + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		if a.ProtoMajor != 2 || a.TLS.PeerCertificates[0].SerialNumber.Int64() != serial {
			t.Errorf("HTTP/%d, certificate %s, want %d", a.ProtoMajor, a.TLS.PeerCertificates[0].SerialNumber, serial)
		}
		transport.CloseIdleConnections()
		renew()
	}
	old := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust, MaxVersion: tls.VersionTLS11}}}
	if a, err := old.Get(r.Address + "/healthz"); err == nil {
		a.Body.Close()
		t.Error("TLS 1.1 is taken")
	}
}

// Two servers share a PostgreSQL database: the second needs the keys of the
// first, in its environment, and says so.
func TestTwoServers(t *testing.T) {
	server := postgres(t)
	dir := t.TempDir()
	blobs := filepath.Join(dir, "blobs")
	args := func(name string) []string {
		return []string{"serve", "--data", filepath.Join(dir, name), "--database", server, "--blobs", blobs, "--addr", "127.0.0.1:0"}
	}
	first := startWith(t, func(string) string { return "" }, args("one")...)
	fails(t, "secret.lost", args("two")...)
	env := map[string]string{}
	for name, file := range map[string]string{secret.Env: secret.File, journal.KeyEnv: journal.KeyFile} {
		text, err := os.ReadFile(filepath.Join(dir, "one", file))
		if err != nil {
			t.Fatal(err)
		}
		env[name] = string(text)
	}
	second := startWith(t, func(name string) string { return env[name] }, args("two")...)
	for _, r := range []*running{first, second} {
		if code, body := r.get(t, "/readyz"); code != http.StatusOK {
			t.Errorf("/readyz: %d %s", code, body)
		}
	}
	if code := first.stop(); code != exitOK {
		t.Errorf("exit %d", code)
	}
	if code, _ := second.get(t, "/readyz"); code != http.StatusOK {
		t.Errorf("the second after the first: %d", code)
	}
}
