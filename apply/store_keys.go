package apply

import (
	"context"
	"strconv"
	"strings"

	"shenbao/actor"
	"shenbao/internal/clock"
	"shenbao/internal/db"
)

// A live (在办) application is one that was submitted: others see what it has.
type live struct {
	*Application
	programme string
	host      *actor.Unit
	form      *Form
}

// putKeys makes what a live application has known to others, in place of what
// its version before had.
func putKeys(ctx context.Context, tx *db.Tx, l live) error {
	if err := endKeys(ctx, tx, l.ID); err != nil {
		return err
	}
	year := tx.Now.In(clock.Zone).Year()
	if err := insertKeys(ctx, tx, l, year); err != nil {
		return err
	}
	f := l.form.platformFact()
	if f == nil || l.form.text(f.Code) == "" {
		return nil
	}
	shard := shardOf(l.ID)
	if _, err := tx.Exec(ctx, `INSERT INTO application_names (application, shard, unit, kind, place, name) VALUES ($1, $2, $3, $4, $5, $6)`,
		l.ID, shard, l.Unit, platformKind(l.form.Package), l.host.Place, l.form.text(f.Code)); err != nil {
		return err
	}
	return markShard(ctx, tx, shard)
}

// keysAtOnce is how many keys one statement writes or looks up.
const keysAtOnce = 400

func insertKeys(ctx context.Context, tx *db.Tx, l live, year int) error {
	keys := l.form.keys(l.host, year)
	for len(keys) > 0 {
		some := keys[:min(keysAtOnce, len(keys))]
		keys = keys[len(some):]
		args := []any{l.ID, l.Unit, l.programme, year}
		var b strings.Builder
		b.WriteString(`INSERT INTO application_keys (application, unit, programme, year, kind, key, firm, display, field) VALUES `)
		for i, k := range some {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("($1, $2, $3, $4")
			for _, arg := range []any{k.kind, k.key, k.firm, k.shown, k.field} {
				args = append(args, arg)
				b.WriteString(", $" + strconv.Itoa(len(args)))
			}
			b.WriteString(")")
		}
		if _, err := tx.Exec(ctx, b.String(), args...); err != nil {
			return err
		}
	}
	return nil
}

// endKeys ends what others see of an application that is not live any more.
func endKeys(ctx context.Context, tx *db.Tx, id ID) error {
	if _, err := tx.Exec(ctx, `DELETE FROM application_keys WHERE application = $1`, id); err != nil {
		return err
	}
	n, err := tx.Exec(ctx, `DELETE FROM application_names WHERE application = $1`, id)
	if err != nil || n == 0 {
		return err
	}
	return markShard(ctx, tx, shardOf(id))
}

// A lookup is what is asked about keys of one kind.
type lookup struct {
	kind string
	keys []string
	firm bool // of firm things: others that are firm do not count
}

// lookups sorts keys by what is asked about them.
func lookups(keys []resourceKey) (out []lookup) {
	at := map[string]int{}
	for _, k := range keys {
		group := k.kind + strconv.FormatBool(k.weak && k.firm)
		i, ok := at[group]
		if !ok {
			i = len(out)
			at[group], out = i, append(out, lookup{kind: k.kind, firm: k.weak && k.firm})
		}
		out[i].keys = append(out[i].keys, k.key)
	}
	return out
}

// held are those of the keys that another live application than self has. It
// reads one row of each: how many have it makes no difference.
func held(ctx context.Context, r db.Reader, self ID, keys []resourceKey) ([]resourceKey, error) {
	found := map[[2]string]bool{}
	for _, l := range lookups(keys) {
		for len(l.keys) > 0 {
			some := l.keys[:min(keysAtOnce, len(l.keys))]
			l.keys = l.keys[len(some):]
			err := db.Each(ctx, r, func(row db.Scanner) error {
				key := ""
				err := row.Scan(&key)
				found[[2]string{l.kind, key}] = true
				return err
			}, `WITH asked (key) AS (VALUES `+places(3, len(some), "($%d)")+`)
				SELECT asked.key FROM asked WHERE EXISTS (
					SELECT 1 FROM application_keys k WHERE k.kind = $1 AND k.key = asked.key AND k.application <> $2`+l.narrowed()+`)`,
				argsOf(some, l.kind, self)...)
			if err != nil {
				return nil, err
			}
		}
	}
	var out []resourceKey
	for _, k := range keys {
		if found[[2]string{k.kind, k.key}] {
			out = append(out, k)
		}
	}
	return out, nil
}

func (l lookup) narrowed() string {
	if l.firm {
		return ` AND NOT k.firm`
	}
	return ""
}

// A holder is another live application that has a key.
type holder struct {
	application ID
	kind, key   string
	shown       string
}

// The most that is read of those who have the same things: people look at the
// first.
const (
	holdersAtOnce = 20  // keys
	maxHolders    = 200 // of these
)

// holders are the other live applications that have some of the keys.
func holders(ctx context.Context, r db.Reader, self ID, keys []resourceKey) (out []holder, err error) {
	for _, l := range lookups(keys) {
		for len(l.keys) > 0 {
			some := l.keys[:min(holdersAtOnce, len(l.keys))]
			l.keys = l.keys[len(some):]
			found, err := db.All(ctx, r, func(row db.Scanner) (holder, error) {
				h := holder{kind: l.kind}
				return h, row.Scan(&h.application, &h.key, &h.shown)
			}, `SELECT k.application, k.key, k.display FROM application_keys k
				WHERE k.kind = $1 AND k.application <> $2 AND k.key IN (`+places(3, len(some), "$%d")+`)`+l.narrowed()+`
				ORDER BY k.key, k.application LIMIT `+strconv.Itoa(maxHolders), argsOf(some, l.kind, self)...)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	return out, nil
}

// places are n placeholders from a number on, each as form has it.
func places(from, n int, form string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = strings.Replace(form, "%d", strconv.Itoa(from+i), 1)
	}
	return strings.Join(all, ", ")
}

func argsOf(keys []string, first ...any) []any {
	for _, k := range keys {
		first = append(first, k)
	}
	return first
}
