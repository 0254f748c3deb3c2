package secret_test

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

func nothing(string) string { return "" }

func TestSealedTextOpensInItsPlaceOnly(t *testing.T) {
	k := secret.New()
	for _, text := range []string{"", "138 1234 5678", "生僻字𠅤", strings.Repeat("x", 100_000), "\x00\xff"} {
		s, err := k.Seal("people.phone:1", text)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := k.Open("people.phone:1", s); err != nil || back != text {
			t.Errorf("%.20q came back as %.20q, %v", text, back, err)
		}
		if text == "" {
			continue
		}
		if _, err := k.Open("people.phone:2", s); err == nil {
			t.Error("a value opened in another place")
		}
		if _, err := secret.New().Open("people.phone:1", s); err == nil {
			t.Error("a value opened with another key")
		}
		if again, _ := k.Seal("people.phone:1", text); again == s {
			t.Error("two seals of one text are equal")
		}
	}
}

func TestSealedValueNamesAlgorithmAndKey(t *testing.T) {
	s, err := secret.New().Seal("a", "b")
	if err != nil || !regexp.MustCompile(`^aes256gcm\.[0-9a-f]{8}\.[\w-]+$`).MatchString(string(s)) {
		t.Errorf("sealed value %q, %v", s, err)
	}
}

func TestChangedValueDoesNotOpen(t *testing.T) {
	k := secret.New()
	s, err := k.Seal("a", "13812345678")
	if err != nil {
		t.Fatal(err)
	}
	head := strings.LastIndexByte(string(s), '.') + 1
	body, err := base64.RawURLEncoding.DecodeString(string(s[head:]))
	if err != nil {
		t.Fatal(err)
	}
	for i := range body {
		body[i] ^= 1
		if _, err := k.Open("a", s[:head]+secret.Sealed(base64.RawURLEncoding.EncodeToString(body))); err == nil {
			t.Errorf("byte %d was changed unnoticed", i)
		}
		body[i] ^= 1
	}
	for _, bad := range []secret.Sealed{"x", "aes256gcm", "aes256gcm..", "sm4gcm.1.AAAA", s[:head], s[:len(s)-1], s + "A", secret.Sealed(strings.Replace(string(s), "aes", "Aes", 1))} {
		if _, err := k.Open("a", bad); err == nil {
			t.Errorf("%q opened", bad)
		}
	}
}

func TestDigest(t *testing.T) {
	k := secret.New()
	d := k.Digest("identity", "11010519491231002X")
	if d != k.Digest("identity", "11010519491231002X") {
		t.Error("a digest is not the same twice")
	}
	for _, other := range []string{k.Digest("identity", "110105194912310021"), k.Digest("identit", "y11010519491231002X"), secret.New().Digest("identity", "11010519491231002X")} {
		if d == other {
			t.Error("two digests are the same")
		}
	}
}

func TestKeysAreMadeOnce(t *testing.T) {
	dir := t.TempDir()
	const starters = 20
	var wait sync.WaitGroup
	digests := make([]string, starters)
	for i := range starters {
		wait.Go(func() {
			k, err := secret.Open(dir, nothing, true)
			if err != nil {
				t.Error(err)
				return
			}
			digests[i] = k.Digest("a", "b")
		})
	}
	wait.Wait()
	for _, d := range digests {
		if d != digests[0] {
			t.Fatal("programs that start together have different keys")
		}
	}
	info, err := os.Stat(filepath.Join(dir, secret.File))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("files left over: %v", left)
	}
}

func TestKeysAreNotReplaced(t *testing.T) {
	dir := t.TempDir()
	if _, err := secret.Open(dir, nothing, false); err == nil || fault.Of(err).Key != "secret.lost" {
		t.Errorf("lost keys: %v", err)
	}
	if _, err := secret.Open(dir, nothing, true); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, secret.File), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := secret.Open(dir, nothing, false); err == nil || fault.Of(err).Key != "secret.exposed" {
		t.Errorf("exposed keys: %v", err)
	}
}

func TestKeysFromText(t *testing.T) {
	key := func(b byte) string { return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(b), 32))) }
	open := func(text string) (*secret.Keys, error) {
		return secret.Open(t.TempDir(), func(name string) string { return map[string]string{secret.Env: text}[name] }, true)
	}
	old, err := open("seal one " + key('a') + "\nlookup l " + key('b') + "\n")
	if err != nil {
		t.Fatal(err)
	}
	s, err := old.Seal("p", "text")
	if err != nil {
		t.Fatal(err)
	}
	turned, err := open("# a new key came first\nseal two " + key('c') + "\n\nseal one " + key('a') + "\nlookup l " + key('b'))
	if err != nil {
		t.Fatal(err)
	}
	if back, err := turned.Open("p", s); err != nil || back != "text" {
		t.Errorf("what the old key sealed: %q, %v", back, err)
	}
	if s, _ := turned.Seal("p", "text"); !strings.HasPrefix(string(s), "aes256gcm.two.") {
		t.Errorf("sealed with %q, want the first key", s)
	}
	if old.Digest("a", "b") != turned.Digest("a", "b") {
		t.Error("a new seal key changed the digests")
	}
	for _, bad := range []string{
		"seal one " + key('a'),
		"lookup l " + key('a'),
		"seal one\nlookup l " + key('a'),
		"seal one YWJj\nlookup l " + key('a'),
		"seal a.b " + key('a') + "\nlookup l " + key('a'),
		"seal one " + key('a') + "\nseal one " + key('b') + "\nlookup l " + key('a'),
		"sign one " + key('a') + "\nseal one " + key('b') + "\nlookup l " + key('a'),
		"seal one " + key('a') + "\nlookup l " + key('a') + "\nlookup m " + key('b'),
	} {
		if _, err := open(bad); err == nil || fault.Of(err).Kind != fault.Invalid {
			t.Errorf("keys %q: %v", bad, err)
		} else if strings.Contains(err.Error(), key('a')) {
			t.Errorf("the fault repeats a key: %v", err)
		}
	}
}

func TestTokens(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		token, code := secret.NewToken(), secret.NewCode()
		if len(token) != 43 || seen[token] || seen[code] {
			t.Fatalf("token %q", token)
		}
		if !regexp.MustCompile(`^[a-z2-7]{5}-[a-z2-7]{5}$`).MatchString(code) {
			t.Fatalf("code %q", code)
		}
		seen[token], seen[code] = true, true
	}
	if secret.Hash("abc") != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
		t.Error("Hash is not SHA-256")
	}
	if !secret.Equal("a", "a") || secret.Equal("a", "b") || secret.Equal("a", "aa") {
		t.Error("Equal")
	}
}
