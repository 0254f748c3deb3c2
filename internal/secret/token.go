package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// NewToken returns a random token of 256 bits for a cookie, a link or a
// program: 43 characters that stand in a URL as they are. Only its Hash is
// stored.
func NewToken() string { return base64.RawURLEncoding.EncodeToString(randomBytes(32)) }

// Hash returns the SHA-256 of a token in hexadecimal. A token is random, so
// nobody finds it by trying; what people choose needs argon2id.
func Hash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// NewCode returns a random code of 50 bits that a person can copy from paper,
// as ab3de-fgh4j. It holds no 0, 1, 8 or 9, which look like letters.
func NewCode() string {
	code := strings.ToLower(base32.StdEncoding.EncodeToString(randomBytes(10))[:10])
	return code[:5] + "-" + code[5:]
}

// Equal reports whether two secrets are the same, in a time that does not tell
// where they differ.
func Equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
