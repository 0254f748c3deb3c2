package apply

import (
	"context"
	"slices"
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

// How many keys one statement looks up, and writes: so few that there are few
// different texts, which the database keeps prepared.
const (
	keysAtOnce    = 64
	writtenAtOnce = 16
)

func insertKeys(ctx context.Context, tx *db.Tx, l live, year int) error {
	rows := packed(l.form.keys(l.host, year))
	for len(rows) > 0 {
		some := rows[:min(writtenAtOnce, len(rows))]
		rows = rows[len(some):]
		args := []any{l.ID, l.Unit, l.programme, year}
		var b strings.Builder
		b.WriteString(`INSERT INTO application_keys (application, unit, programme, year, kind, key, perhaps, firm, display, field) VALUES `)
		for i, k := range some {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("($1, $2, $3, $4")
			for _, arg := range []any{k.kind, k.key, k.perhaps, k.firm, k.shown, k.field} {
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

// A keyRow is a row of the table: of one thing a key that is sure and one that
// is weak, so that most things take one row.
type keyRow struct {
	resourceKey
	perhaps string
}

// packed puts the keys of each thing into as few rows as hold them. Those of a
// thing stand together, the sure ones first.
func packed(keys []resourceKey) []keyRow {
	var rows []keyRow
	first := 0 // row of the thing
	for _, k := range keys {
		if len(rows) == 0 || rows[first].kind != k.kind || rows[first].field != k.field {
			first = len(rows)
		}
		if !k.weak {
			rows = append(rows, keyRow{resourceKey: k})
			continue
		}
		free := slices.IndexFunc(rows[first:], func(r keyRow) bool { return r.perhaps == "" })
		if free < 0 {
			free = len(rows) - first
			rows = append(rows, keyRow{resourceKey: k})
			rows[first+free].key = ""
		}
		rows[first+free].perhaps = k.key
	}
	return rows
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
	weak bool
	firm bool // of firm things: others that are firm do not count
}

// lookups sorts keys by what is asked about them.
func lookups(keys []resourceKey) (out []lookup) {
	for _, k := range keys {
		l := lookup{kind: k.kind, weak: k.weak, firm: k.weak && k.firm}
		i := slices.IndexFunc(out, func(o lookup) bool { return o.kind == l.kind && o.weak == l.weak && o.firm == l.firm })
		if i < 0 {
			i, out = len(out), append(out, l)
		}
		out[i].keys = append(out[i].keys, k.key)
	}
	return out
}

// column is where the keys stand, and condition what others are asked beside.
func (l lookup) column() string {
	if l.weak {
		return "perhaps"
	}
	return "key"
}

func (l lookup) condition() string {
	if l.firm {
		return " AND NOT k.firm"
	}
	return ""
}

// held are those of the keys that another live application than self has. It
// reads one row of each: how many have it makes no difference.
func held(ctx context.Context, r db.Reader, self ID, keys []resourceKey) ([]resourceKey, error) {
	type asked struct {
		kind, key string
		weak      bool
	}
	found := map[asked]bool{}
	for _, l := range lookups(keys) {
		for len(l.keys) > 0 {
			some := l.keys[:min(keysAtOnce, len(l.keys))]
			l.keys = l.keys[len(some):]
			err := db.Each(ctx, r, func(row db.Scanner) error {
				key := ""
				err := row.Scan(&key)
				found[asked{l.kind, key, l.weak}] = true
				return err
			}, `WITH asked (key) AS (VALUES `+places(3, len(some), "($%d)")+`)
				SELECT asked.key FROM asked WHERE EXISTS (
					SELECT 1 FROM application_keys k WHERE k.kind = $1 AND k.`+l.column()+` = asked.key AND k.application <> $2`+l.condition()+`)`,
				argsOf(some, l.kind, self)...)
			if err != nil {
				return nil, err
			}
		}
	}
	var out []resourceKey
	for _, k := range keys {
		if found[asked{k.kind, k.key, k.weak}] {
			out = append(out, k)
		}
	}
	return out, nil
}

// A holder is another live application that has a key, and what it calls the
// thing.
type holder struct {
	application ID
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
				var h holder
				return h, row.Scan(&h.application, &h.shown)
			}, `SELECT k.application, k.display FROM application_keys k
				WHERE k.kind = $1 AND k.application <> $2 AND k.`+l.column()+` IN (`+places(3, len(some), "$%d")+`)`+l.condition()+`
				ORDER BY k.application, k.display LIMIT `+strconv.Itoa(maxHolders), argsOf(some, l.kind, self)...)
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
