package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// Sealed (密文) is an encrypted text as it is stored; "" is the sealed empty
// text, so that a column shows whether there is anything.
type Sealed string

// algorithms make the cipher of a key, by the name that stands in a sealed
// value. sealWith seals, all open.
var algorithms = map[string]func(key []byte) (cipher.AEAD, error){
	"aes256gcm": func(key []byte) (cipher.AEAD, error) {
		block, err := aes.NewCipher(key)
		if err != nil {
			return nil, err
		}
		return cipher.NewGCM(block)
	},
}

const sealWith = "aes256gcm"

// Seal encrypts text for one place of the database, as "people.phone:ID". A
// sealed value that was moved to another place does not open.
func (k *Keys) Seal(place, text string) (Sealed, error) {
	if text == "" {
		return "", nil
	}
	aead, err := algorithms[sealWith](k.seal[k.sealID])
	if err != nil {
		return "", fmt.Errorf("seal %s: %w", place, err)
	}
	head := sealWith + "." + k.sealID + "."
	nonce := randomBytes(aead.NonceSize())
	body := aead.Seal(nonce, nonce, []byte(text), []byte(head+place))
	return Sealed(head + base64.RawURLEncoding.EncodeToString(body)), nil
}

// Open decrypts what was sealed for place. It fails when the value was changed
// or moved, or its key is not there.
func (k *Keys) Open(place string, s Sealed) (string, error) {
	if s == "" {
		return "", nil
	}
	name, rest, _ := strings.Cut(string(s), ".")
	id, coded, _ := strings.Cut(rest, ".")
	cipherOf, ok := algorithms[name]
	if !ok || k.seal[id] == nil {
		return "", fmt.Errorf("open %s: no key %q for algorithm %q", place, id, name)
	}
	aead, err := cipherOf(k.seal[id])
	if err != nil {
		return "", fmt.Errorf("open %s: %w", place, err)
	}
	body, err := base64.RawURLEncoding.DecodeString(coded)
	if err != nil || len(body) < aead.NonceSize() {
		return "", fmt.Errorf("open %s: the value is damaged", place)
	}
	text, err := aead.Open(nil, body[:aead.NonceSize()], body[aead.NonceSize():], []byte(name+"."+id+"."+place))
	if err != nil {
		return "", fmt.Errorf("open %s: %w", place, err)
	}
	return string(text), nil
}

// Digest returns the keyed hash of a text, equal for equal texts of the same
// use ("identity"): for unique columns and lookups of what is stored sealed.
// Without the key nobody can try out all identity numbers.
func (k *Keys) Digest(use, text string) string {
	h := hmac.New(sha256.New, k.lookup)
	fmt.Fprintf(h, "%d:%s%s", len(use), use, text)
	return "hmacsha256." + hex.EncodeToString(h.Sum(nil))
}
