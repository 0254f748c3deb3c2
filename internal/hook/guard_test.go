package hook_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"shenbao/internal/db"
	"shenbao/internal/dbtest"
	"shenbao/internal/fault"
	"shenbao/internal/hook"
	"shenbao/internal/secret"
)

// What may be dialled: the open Internet, and nothing that stands inside.
func TestAddresses(t *testing.T) {
	for address, open := range map[string]bool{
		"1.1.1.1": true, "8.8.8.8": true, "114.114.114.114": true, "203.119.24.1": true, "100.63.255.255": true, "100.128.0.1": true,
		"172.15.255.255": true, "172.32.0.1": true, "192.167.1.1": true, "198.17.0.1": true, "2606:4700:4700::1111": true, "240e:0:1::1": true,
		"::ffff:8.8.8.8": true,

		"127.0.0.1": false, "127.1.2.3": false, "0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "10.255.255.255": false,
		"172.16.0.1": false, "172.31.255.255": false, "192.168.0.1": false, "192.168.255.255": false, "169.254.169.254": false, "169.254.0.1": false,
		"100.64.0.1": false, "100.100.100.200": false, "168.63.129.16": false, "192.0.0.170": false, "192.0.2.7": false, "198.18.0.1": false,
		"198.51.100.7": false, "203.0.113.7": false, "224.0.0.1": false, "239.255.255.255": false, "240.0.0.1": false, "255.255.255.255": false,
		"192.88.99.1": false, "::": false, "::1": false, "fe80::1": false, "fe80::1%eth0": false, "2606:4700::1%eth0": false, "fc00::1": false,
		"fd12:3456::1": false, "fec0::1": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::ffff:169.254.169.254": false,
		"::127.0.0.1": false, "64:ff9b::7f00:1": false, "64:ff9b:1::a00:1": false, "2001::1": false, "2001:db8::1": false, "2002:7f00:1::": false,
		"100::1": false, "3fff::1": false, "5f00::1": false, "fd00:ec2::254": false,
	} {
		ip := netip.MustParseAddr(address)
		if got := new(hook.Guard).Permits(ip, "https"); got != open {
			t.Errorf("%s: permitted %v, want %v", address, got, open)
		}
		if new(hook.Guard).Permits(ip, "http") {
			t.Errorf("%s: permitted without encryption", address)
		}
	}
	lan := &hook.Guard{Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}}
	for address, want := range map[string][2]bool{"10.1.2.3": {true, true}, "::ffff:10.1.2.3": {true, true}, "10.2.0.1": {false, false},
		"127.0.0.1": {false, false}, "8.8.8.8": {true, false}} {
		ip := netip.MustParseAddr(address)
		if got := [2]bool{lan.Permits(ip, "https"), lan.Permits(ip, "http")}; got != want {
			t.Errorf("%s with a network of the operator's: %v, want %v", address, got, want)
		}
	}
}

func TestWhatIsNoHook(t *testing.T) {
	d := dbtest.SQLite(t)
	k := hook.Keeper{Keys: secret.New(), Guard: &hook.Guard{}}
	good := hook.New{Unit: "u", Name: "值班群", Address: "https://hooks.example.org/x?key=1", Format: hook.WeCom, Language: "zh"}
	for key, changes := range map[string][]func(*hook.New){
		"hook.name":      {func(n *hook.New) { n.Name = "  " }, func(n *hook.New) { n.Name = strings.Repeat("长", 61) }},
		"hook.format":    {func(n *hook.New) { n.Format = "xml" }, func(n *hook.New) { n.Format = "" }},
		"hook.kind":      {func(n *hook.New) { n.Kinds = []string{""} }, func(n *hook.New) { n.Kinds = []string{"a b"} }},
		"hook.no_secret": {func(n *hook.New) { n.Secret = "SEC1" }, func(n *hook.New) { n.Format, n.Secret = hook.JSON, "SEC1" }},
		"hook.secret":    {secretOf("SEC 1"), secretOf("SEC\n1"), secretOf("密钥"), secretOf(strings.Repeat("x", 201))},
		"hook.user":      {at("https://a:b@example.org/")},
		"hook.https": {at("http://example.org/"), at("ftp://example.org/"), at("file://example.org/etc/passwd"), at("gopher://example.org/"),
			at("javascript://example.org/"), at("//example.org/")},
		"hook.address": {at(""), at("example.org"), at("https://"), at("https:example.org"), at("https://example.org:x/"),
			at("https://example.org:99999/"), at("https://example.org/#x"), at("https://exa mple.org/"), at("https://example.org/\r\nHost: x"),
			at("https://" + strings.Repeat("x", 1000) + ".org/")},
		"hook.inside": {at("https://127.0.0.1/"), at("https://[::1]:8443/"), at("https://169.254.169.254/latest/meta-data"), at("https://[fe80::1]/"),
			at("https://[::ffff:10.0.0.1]/")},
	} {
		for i, change := range changes {
			n := good
			change(&n)
			_, err := db.Update(t.Context(), d, db.System, func(tx *db.Tx) (int, error) {
				_, _, err := k.Add(t.Context(), tx, n)
				return 0, err
			})
			if err == nil || fault.Of(err).Key != key {
				t.Errorf("%s %d (%s): %v", key, i, n.Address, err)
			}
			if n.Secret != "" && strings.Contains(fmt.Sprint(err, fault.Of(err).Args), n.Secret) {
				t.Errorf("the fault tells the secret: %v", err)
			}
		}
	}
}

func at(address string) func(*hook.New) { return func(n *hook.New) { n.Address = address } }

func secretOf(s string) func(*hook.New) {
	return func(n *hook.New) { n.Format, n.Secret = hook.DingTalk, s }
}
