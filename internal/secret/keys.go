package secret

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"shenbao/internal/fault"
)

// File is the name of the file of keys in the data directory.
const File = "secret.key"

// Env is the environment variable that holds the text of the file of keys
// where there is no file.
const Env = "SHENBAO_SECRET_KEY"

// keySize is the length of every key in bytes.
const keySize = 32

// Keys are the keys of an installation. They are safe for use by several
// goroutines.
type Keys struct {
	seal   map[string][]byte // by id
	sealID string            // the key that seals; the others only open
	lookup []byte            // of keyed hashes; it never changes, or nothing is found any more
}

// Open returns the keys of the environment, when it has any, else those of the
// file in dir. Where the file is missing, it is made when fresh says that the
// data are new; else that is a fault, because new keys would lock up the data
// for good.
func Open(dir string, getenv func(string) string, fresh bool) (*Keys, error) {
	if text := getenv(Env); text != "" {
		return parse([]byte(text), Env)
	}
	file := filepath.Join(dir, File)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) && fresh {
		if err := create(file); err != nil {
			return nil, err
		}
		text, err = os.ReadFile(file)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.Missing, "secret.lost", file, Env)
	case err != nil:
		return nil, fault.New(fault.Internal, "secret.unreadable", file).Because(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return nil, err
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fault.New(fault.Refused, "secret.exposed", file)
	}
	return parse(text, file)
}

// New returns new keys that are kept nowhere: for tests and demonstrations.
func New() *Keys {
	k, err := parse(newText(), File)
	if err != nil {
		panic(err) // newText makes what parse reads
	}
	return k
}

// create writes a file of new keys. Of two programs that start at once one
// writes, the other reads what it wrote.
func create(file string) error {
	draft, err := os.CreateTemp(filepath.Dir(file), File+".*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(draft.Name())
	if _, err := draft.Write(newText()); err != nil {
		return errors.Join(err, draft.Close())
	}
	if err := errors.Join(draft.Sync(), draft.Close()); err != nil {
		return err
	}
	if err := os.Link(draft.Name(), file); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	dir, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close()) // the name must outlive a power cut, as the data do
}

// newText is the text of a file with one key of each use.
func newText() []byte {
	var b bytes.Buffer
	b.WriteString("# 数据密钥。没有它，数据库中的加密内容无法读取：请与数据库分开备份。\n")
	b.WriteString("# Keys to the encrypted data. Without them it cannot be read: back them up apart from the database.\n")
	for _, use := range []string{"seal", "lookup"} {
		id := hex.EncodeToString(randomBytes(4))
		fmt.Fprintf(&b, "%s %s %s\n", use, id, base64.StdEncoding.EncodeToString(randomBytes(keySize)))
	}
	return b.Bytes()
}

// parse reads lines of use, id and key. The first seal key seals, the others
// open what was sealed before it came.
func parse(text []byte, from string) (*Keys, error) {
	k := &Keys{seal: map[string][]byte{}}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		word := strings.Fields(line)
		if len(word) != 3 {
			return nil, fault.New(fault.Invalid, "secret.line").At(from, n, 0)
		}
		key, err := base64.StdEncoding.DecodeString(word[2])
		if err != nil || len(key) != keySize || !k.add(word[0], word[1], key) {
			return nil, fault.New(fault.Invalid, "secret.line").At(from, n, 0)
		}
	}
	if k.sealID == "" || k.lookup == nil {
		return nil, fault.New(fault.Invalid, "secret.incomplete", from)
	}
	return k, lines.Err()
}

// add takes in one key; false when its use is unknown or its id is taken.
func (k *Keys) add(use, id string, key []byte) bool {
	switch {
	case strings.Contains(id, "."):
		return false
	case use == "seal" && k.seal[id] == nil:
		k.seal[id] = key
		if k.sealID == "" {
			k.sealID = id
		}
		return true
	case use == "lookup" && k.lookup == nil:
		k.lookup = key
		return true
	}
	return false
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
