package journal

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"shenbao/internal/fault"
)

// The files of the signing key in the data directory: the key itself, and the
// public keys that checkpoints may be checked with, one a line. The second may
// be given to anybody.
const (
	KeyFile    = "journal.key"
	PublicFile = "journal.pub"
)

// KeyEnv is the environment variable that holds the key where several machines
// share a database and so need the same one.
const KeyEnv = "SHENBAO_JOURNAL_KEY"

// keyName is the name that stands beside every signature.
const keyName = "shenbao-journal"

// OpenKey returns the signing key of the environment, or else of the data
// directory, and sees to it that the file of public keys names it. When the
// directory has no key, one is made if fresh says that nothing was signed yet;
// else that is a fault, for nobody could tell a new key from a forger's.
func OpenKey(dir string, getenv func(string) string, fresh bool) (note.Signer, error) {
	text := getenv(KeyEnv)
	file := filepath.Join(dir, KeyFile)
	if text == "" {
		body, err := os.ReadFile(file)
		switch {
		case errors.Is(err, fs.ErrNotExist) && fresh:
			if text, _, err = note.GenerateKey(rand.Reader, keyName); err != nil {
				return nil, err
			}
			if err := writeSynced(file, text+"\n", 0o600); err != nil {
				return nil, keyFault(file, err)
			}
		case errors.Is(err, fs.ErrNotExist):
			return nil, fault.New(fault.Missing, "journal.lost_key", file)
		case err != nil:
			return nil, keyFault(file, err)
		default:
			text = string(body)
		}
	}
	text = strings.TrimSpace(text)
	key, err := note.NewSigner(text)
	if err != nil {
		return nil, keyFault(file, err)
	}
	return key, publish(dir, text)
}

func keyFault(file string, err error) error {
	return fault.New(fault.Internal, "journal.key", file).Because(err)
}

// publish adds the public half of a key to the file of public keys.
func publish(dir, private string) error {
	parts := strings.SplitN(private, "+", 5) // PRIVATE, KEY, name, hash, algorithm and seed
	if len(parts) != 5 {
		return keyFault(KeyFile, errors.New("not a signer's key"))
	}
	seed, err := base64.StdEncoding.DecodeString(parts[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return keyFault(KeyFile, errors.New("not an Ed25519 key"))
	}
	public := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	line, err := note.NewEd25519VerifierKey(keyName, public)
	if err != nil {
		return err
	}
	file := filepath.Join(dir, PublicFile)
	body, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return keyFault(file, err)
	}
	if slices.Contains(strings.Fields(string(body)), line) {
		return nil
	}
	if err := writeSynced(file, string(body)+line+"\n", 0o644); err != nil {
		return keyFault(file, err)
	}
	return nil
}

// writeSynced writes a file that is there whole, or not at all, after a power
// cut.
func writeSynced(name, text string, mode fs.FileMode) error {
	draft := name + ".new"
	f, err := os.OpenFile(draft, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, os.Remove(draft))
	}
	if err := os.Rename(draft, name); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(name))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// OpenPublic reads a file of public keys.
func OpenPublic(file string) (note.Verifiers, error) {
	body, err := os.ReadFile(file)
	if err != nil {
		return nil, keyFault(file, err)
	}
	var all []note.Verifier
	for line := range strings.FieldsSeq(string(body)) {
		v, err := note.NewVerifier(line)
		if err != nil {
			return nil, keyFault(file, err)
		}
		all = append(all, v)
	}
	return note.VerifierList(all...), nil
}
