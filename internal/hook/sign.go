package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"shenbao/internal/fault"
)

// The headers of a message. The signature covers the timestamp and the body, so
// that an old message cannot be sent again as a new one.
const (
	HeaderDelivery  = "Shenbao-Delivery"  // the notice's id: what was seen with it before is the same
	HeaderTimestamp = "Shenbao-Timestamp" // of format JSON: seconds since 1970
	HeaderSignature = "Shenbao-Signature" // of format JSON: v1= and [Sign]
)

// Sign is the signature of a body: HMAC-SHA256 with the hook's secret over
// timestamp, a full stop and the body, in hexadecimal.
func Sign(secret string, at time.Time, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(strconv.FormatInt(at.Unix(), 10) + "."))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// A stamp is with what and when a message is signed.
type stamp struct {
	secret string // "" where the robot asks for no signature
	at     time.Time
}

// header signs a message of ours.
func (s stamp) header(h http.Header, f Format, body []byte) {
	if f == JSON {
		h.Set(HeaderTimestamp, strconv.FormatInt(s.at.Unix(), 10))
		h.Set(HeaderSignature, "v1="+Sign(s.secret, s.at, body))
	}
}

// query signs an address as a robot of DingTalk asks for it (加签): milliseconds,
// and the signature of these and the secret by the secret.
func (s stamp) query(f Format, u *url.URL) {
	if f != DingTalk || s.secret == "" {
		return
	}
	at := strconv.FormatInt(s.at.UnixMilli(), 10)
	q := u.Query()
	q.Set("timestamp", at)
	q.Set("sign", hmac64(s.secret, at+"\n"+s.secret))
	u.RawQuery = q.Encode()
}

// lark signs a message as a robot of Feishu asks for it (签名校验): seconds, and the
// signature of nothing by these and the secret.
func (s stamp) lark() (at, sign string) {
	if s.secret == "" {
		return "", ""
	}
	at = strconv.FormatInt(s.at.Unix(), 10)
	return at, hmac64(at+"\n"+s.secret, "")
}

// hmac64 is HMAC-SHA256 in Base64.
func hmac64(key, text string) string {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// takesSecret reports whether a format is signed with a secret that the receiver
// gives.
func (f Format) takesSecret() bool { return f == DingTalk || f == Feishu }

const maxSecret = 200

// checkSecret reads the secret that the robot's owner got from it. No fault holds
// it.
func (n *New) checkSecret() error {
	n.Secret = strings.TrimSpace(n.Secret)
	switch {
	case n.Secret == "":
		return nil
	case !n.Format.takesSecret():
		return fault.New(fault.Invalid, "hook.no_secret").In("secret")
	case len(n.Secret) > maxSecret || strings.ContainsFunc(n.Secret, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fault.New(fault.Invalid, "hook.secret").In("secret")
	}
	return nil
}
