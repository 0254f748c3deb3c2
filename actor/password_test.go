package actor_test

import (
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/secret"
)

func TestPolicies(t *testing.T) {
	gates := map[string]*actor.Gate{}
	for _, p := range []actor.Policy{actor.ASVS, actor.MLPS} {
		s := actor.DefaultSettings()
		s.Policy = p
		gates[p.Name] = actor.NewGate(nil, secret.New(), s)
	}
	for _, c := range []struct{ password, asvs, mlps string }{
		{"correct horse battery", "", "actor.password_classes"},
		{"Correct horse 7 battery", "", ""},
		{"梅花香自苦寒来宝剑锋从", "actor.password_length", "actor.password_length"}, // eleven
		{"梅花香自苦寒来宝剑锋从磨", "", "actor.password_classes"},
		{strings.Repeat("keyboard lamp ", 9), "", "actor.password_classes"}, // 126 characters
		{strings.Repeat("keyboard lamp ", 10), "actor.password_length", "actor.password_length"},
		{"Short 1!", "actor.password_length", "actor.password_length"},
		{"correct horse\xff battery", "actor.password_length", "actor.password_length"},
		{"Password1234!", "actor.password_common", "actor.password_common"},
		{"P@ssw0rd2024!", "actor.password_common", "actor.password_common"},
		{"Admin123456789!", "actor.password_common", "actor.password_common"},
		{"passwordadmin2024", "actor.password_common", "actor.password_classes"},
		{"1234567890123", "actor.password_common", "actor.password_classes"},
		{"qwertyuiop[]", "actor.password_common", "actor.password_classes"},
		{"1qaz2wsx3edc4rfv", "actor.password_common", "actor.password_classes"},
		{"aaaaaaaaaaaa", "actor.password_common", "actor.password_classes"},
		{"abcabcabcabcabc", "actor.password_common", "actor.password_classes"},
		{"!@#$!@#$!@#$!@#$", "actor.password_common", "actor.password_classes"},
		{"abcdefghijklmnop", "actor.password_common", "actor.password_classes"},
		{"WoAiNi13141314!", "actor.password_common", "actor.password_common"},
		{"7294 1830 5566", "", "actor.password_classes"},
	} {
		for name, wanted := range map[string]string{actor.ASVS.Name: c.asvs, actor.MLPS.Name: c.mlps} {
			_, err := gates[name].HashPassword(t.Context(), c.password)
			want(t, name+" "+c.password, err, wanted)
		}
	}
}

func TestPasswordHoldsNoName(t *testing.T) {
	g := actor.NewGate(nil, secret.New(), actor.DefaultSettings())
	words := []string{"李四", "li.si@example.cn", "章丘新材料有限公司", "Al"}
	for password, wanted := range map[string]string{
		"章丘新材料有限公司 2024":                  "actor.password_name",
		"my name is 李四, hello":            "actor.password_name",
		"LI.SI likes long words":          "actor.password_name",
		"lisi likes long words":           "actor.password_name",
		"zhangqiuxincailiaoyouxiangongsi": "actor.password_name",
		"always a long password":          "", // two letters stand in every text
		"example words in a row":          "",
	} {
		_, err := g.HashPassword(t.Context(), password, words...)
		want(t, password, err, wanted)
	}
}

// A hash that was made with other parameters is replaced when its owner signs
// in; everything else about the account stays.
func TestHashesAreRenewed(t *testing.T) {
	dear(t)
	each(t, func(h *house) {
		p := h.person("admin of unit")
		hash, err := argon2id.CreateHash(password, &cheap)
		h.must(err)
		h.setHash(p, hash)
		h.signIn(p)
		if now := h.hashOf(p); now == hash || !strings.HasPrefix(now, "$argon2id$v=19$m=19456,t=2,p=1$") {
			h.Errorf("hash %q", now)
		}
		h.signIn(p)
	})
}

func (h *house) setHash(p *actor.Person, hash string) {
	h.Helper()
	_, err := db.Keep(h.Context(), h.db, func(tx *db.Tx) (int64, error) {
		return tx.Exec(h.Context(), "UPDATE people SET password = $2 WHERE id = $1", string(p.ID), hash)
	})
	h.must(err)
}

func (h *house) hashOf(p *actor.Person) string {
	h.Helper()
	hash, err := see(h, func(r db.Reader) (hash string, err error) {
		err = r.QueryRow(h.Context(), "SELECT password FROM people WHERE id = $1", string(p.ID)).Scan(&hash)
		return hash, err
	})
	h.must(err)
	return hash
}
