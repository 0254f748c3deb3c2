package recommend

import (
	"context"
	"strings"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/locale"
)

// digestLines is how many cases a digest names of each kind.
const digestLines = 5

// Digest (每日摘要) says what somebody has to do, as what they hold: how many cases
// wait, which of them are late and which changed since they looked, with the
// first lines; "" when nothing waits.
func Digest(ctx context.Context, r db.Reader, person, lang string) (string, error) {
	all, err := actor.Memberships(ctx, r, actor.PersonID(person))
	if err != nil {
		return "", err
	}
	var parts []string
	for _, m := range all {
		if !actor.Ever(m.Role, actor.ActDecideStep) {
			continue
		}
		by := db.By{Person: person, Unit: string(m.Unit), Role: string(m.Role)}
		text, err := digestOf(ctx, r, by, lang)
		if err != nil {
			return "", err
		}
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, "\n\n"), nil
}

// digestOf is the digest of one unit's cases.
func digestOf(ctx context.Context, r db.Reader, by db.By, lang string) (string, error) {
	unit, err := actor.FindUnit(ctx, r, actor.UnitID(by.Unit))
	if err != nil {
		return "", err
	}
	scope, held, err := actor.Holding(ctx, r, by)
	if err != nil || !held {
		return "", err
	}
	text := func(key string, args ...any) string { return locale.Text(lang, "recommend.digest."+key, args...) }
	var lines []string
	for _, kind := range []struct {
		key    string
		filter Filter
	}{{"waiting", Filter{}}, {"late", Filter{Late: true}}, {"changed", Filter{Changed: true}}} {
		kind.filter.State, kind.filter.Limit, kind.filter.now = Open, digestLines, r.At()
		k := asking{by: by, scope: scope, f: kind.filter}
		n, err := queueSize(ctx, r, k)
		if err != nil {
			return "", err
		}
		if n == 0 {
			continue
		}
		found, err := queue(ctx, r, k)
		if err != nil {
			return "", err
		}
		lines = append(lines, text(kind.key, n))
		for _, e := range found[:min(digestLines, len(found))] {
			lines = append(lines, text("line", e.UnitName, e.Name, e.Step.Name))
		}
	}
	if len(lines) == 0 {
		return "", nil
	}
	return text("of", unit.Name) + "\n" + strings.Join(lines, "\n"), nil
}
