// Package hook tells a unit's own programs what its people are told (消息推送):
// outgoing webhooks.
//
// A hook is an address with the kinds of notices that go there. A notice is
// offered to the hooks of its unit in the transaction of its cause ([Offer]) and
// leaves after commit, as a job ([Handle]): at least once, with the notice's id in
// every attempt, so that a receiver can tell that it came twice. What several
// people of a unit are told is sent once. When it leaves it is asked again whether
// the hook stands and the unit may still know; what may not be known any more is
// not sent.
//
// A message is signed with the hook's secret, which is shown once. Robots of
// WeCom (企业微信), DingTalk (钉钉) and Feishu (飞书) take theirs as text in their own
// form; the latter two have a secret of their own, by which they want it signed in
// their own way, where their owner chose that. Addresses lead out of this network only: see [Guard]. A hook that failed
// for hours is stopped, and its unit is told.
//
// Units are ids here: the package knows no room. Address and secret are sealed.
//
// Tables: hooks, hook_deliveries. A delivery is forgotten after thirty days.
package hook

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// A Format is the form of a message.
type Format string

// The formats.
const (
	JSON     Format = "json"     // our own: see [Message]
	WeCom    Format = "wecom"    // 企业微信群机器人
	DingTalk Format = "dingtalk" // 钉钉群机器人
	Feishu   Format = "feishu"   // 飞书群机器人
)

// Formats are all of them.
var Formats = []Format{JSON, WeCom, DingTalk, Feishu}

// A State is where a hook stands.
type State string

// The states of a hook.
const (
	Active  State = "active"  // 启用
	Paused  State = "paused"  // 已暂停: by its administrator
	Stopped State = "stopped" // 已停用: it failed too long
	Removed State = "removed" // 已删除
)

// A Hook (推送地址) is where a unit's notices are told.
type Hook struct {
	ID       string    `json:"id"`
	Unit     string    `json:"-"`
	Name     string    `json:"name"`
	Format   Format    `json:"format"`
	Language string    `json:"language"` // of its texts: zh or en
	Kinds    []string  `json:"kinds"`    // how the keys of its notices begin; none: every kind
	Host     string    `json:"host"`     // the rest of the address may be a key, and is not shown
	Signed   bool      `json:"signed"`   // a robot may go without
	State    State     `json:"state"`
	Failures int64     `json:"failures"`         // in a row
	Failing  time.Time `json:"failing,omitzero"` // since when
	Made     time.Time `json:"made"`
	MadeBy   string    `json:"-"`

	address, secret secret.Sealed
}

// wants reports whether notices with a key go to the hook.
func (h *Hook) wants(key string) bool {
	for _, kind := range h.Kinds {
		if strings.HasPrefix(key, kind) {
			return true
		}
	}
	return len(h.Kinds) == 0
}

func (h *Hook) subject() string { return "hook:" + h.ID }

// When a hook is stopped: after so many failures in a row, over so long.
const (
	maxFailures = 10
	maxFailing  = 6 * time.Hour
)

// spent reports whether the hook failed too long.
func (h *Hook) spent(now time.Time) bool {
	return h.Failures >= maxFailures && !h.Failing.IsZero() && now.Sub(h.Failing) >= maxFailing
}

// The limits of what people type.
const (
	maxName    = 60
	maxAddress = 1000
	maxHooks   = 20 // of a unit
)

// A New is a hook that is to be made.
type New struct {
	Unit     string
	Name     string
	Address  string // https://…
	Format   Format
	Secret   string // that the robot of DingTalk or Feishu showed; "" where it asks for none
	Language string
	Kinds    []string
}

// check reads the address and refuses what cannot be a hook.
func (n *New) check(g *Guard) (*url.URL, error) {
	n.Name, n.Address = strings.TrimSpace(n.Name), strings.TrimSpace(n.Address)
	if count := len([]rune(n.Name)); count == 0 || count > maxName {
		return nil, fault.New(fault.Invalid, "hook.name", maxName).In("name")
	}
	if _, ok := bodies[n.Format]; !ok {
		return nil, fault.New(fault.Invalid, "hook.format").In("format")
	}
	for _, kind := range n.Kinds {
		if kind == "" || len(kind) > 100 || strings.ContainsAny(kind, " \t\r\n") {
			return nil, fault.New(fault.Invalid, "hook.kind", kind).In("kinds")
		}
	}
	if err := n.checkSecret(); err != nil {
		return nil, err
	}
	u, err := g.read(n.Address)
	if err != nil {
		return nil, err.In("address")
	}
	return u, nil
}

// read reads an address. Where its host is an address itself, it is checked at
// once; a name is checked whenever it is dialled.
func (g *Guard) read(address string) (*url.URL, *fault.Fault) {
	u, err := url.Parse(address)
	switch {
	case err != nil || len(address) > maxAddress || u.Host == "" || u.Opaque != "" || u.Fragment != "":
		return nil, fault.New(fault.Invalid, "hook.address")
	case u.User != nil:
		return nil, fault.New(fault.Invalid, "hook.user")
	case u.Scheme != "https" && (u.Scheme != "http" || len(g.Networks) == 0):
		return nil, fault.New(fault.Invalid, "hook.https")
	}
	if port := u.Port(); port != "" {
		if _, err := net.LookupPort("tcp", port); err != nil {
			return nil, fault.New(fault.Invalid, "hook.address")
		}
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !g.permits(ip, u.Scheme) {
		return nil, fault.New(fault.Invalid, "hook.inside")
	}
	return u, nil
}
