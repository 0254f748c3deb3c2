package apply

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"fmt"
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
	host *actor.Unit
	form *Form
	keys []resourceKey // of the form, in the year of the transaction
}

// liveIn is an application with what it has in the year of tx.
func (fm *Form) liveIn(tx *db.Tx, a *Application, host *actor.Unit) live {
	return live{a, host, fm, fm.keys(host, yearOf(tx))}
}

// yearOf is the year, of 年度, in which r reads.
func yearOf(r db.Reader) int { return r.At().In(clock.Zone).Year() }

// putKeys makes what a live application has known to others, in place of what
// its version before had.
func putKeys(ctx context.Context, tx *db.Tx, l live) error {
	if err := endKeys(ctx, tx, l.ID); err != nil {
		return err
	}
	if err := insertKeys(ctx, tx, l); err != nil {
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

func insertKeys(ctx context.Context, tx *db.Tx, l live) error {
	rows := packed(l.keys)
	for len(rows) > 0 {
		some := rows[:min(writtenAtOnce, len(rows))]
		rows = rows[len(some):]
		args := []any{l.ID}
		var b strings.Builder
		b.WriteString(`INSERT INTO application_keys (application, key, key_sum, perhaps, perhaps_sum, firm, display, field) VALUES `)
		for i, k := range some {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("($1")
			for _, arg := range []any{k.sure, sumOf(k.sure), k.perhaps, sumOf(k.perhaps), k.firm, k.shown, k.field} {
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

// stored is a key as its row has it.
func (k resourceKey) stored() string { return k.kind + "/" + k.key }

// sumOf is the number by which a stored key is found; none of "".
func sumOf(stored string) sql.NullInt64 {
	h := sha256.Sum256([]byte(stored))
	return sql.NullInt64{Int64: int64(binary.BigEndian.Uint64(h[:])), Valid: stored != ""}
}

// A keyRow is a row of the table: of one thing a key that is sure and one that
// is weak, so that most things take one row.
type keyRow struct {
	resourceKey
	sure, perhaps string // as they are stored, "" for none
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
			rows = append(rows, keyRow{resourceKey: k, sure: k.stored()})
			continue
		}
		free := slices.IndexFunc(rows[first:], func(r keyRow) bool { return r.perhaps == "" })
		if free < 0 {
			free = len(rows) - first
			rows = append(rows, keyRow{resourceKey: k})
		}
		rows[first+free].perhaps = k.stored()
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

// A lookup is what is asked about keys that are looked up alike.
type lookup struct {
	keys []string // as they are stored
	weak bool
	firm bool // of firm things: others that are firm do not count
}

// lookups sorts keys by what is asked about them.
func lookups(keys []resourceKey) (out []lookup) {
	for _, k := range keys {
		l := lookup{weak: k.weak, firm: k.weak && k.firm}
		i := slices.IndexFunc(out, func(o lookup) bool { return o.weak == l.weak && o.firm == l.firm })
		if i < 0 {
			i, out = len(out), append(out, l)
		}
		out[i].keys = append(out[i].keys, k.stored())
	}
	return out
}

// column is where the keys stand, and others is the condition that a row k is of
// another application than $1.
func (l lookup) column() string {
	if l.weak {
		return "perhaps"
	}
	return "key"
}

func (l lookup) others() string {
	if l.firm {
		return "k.application <> $1 AND NOT k.firm"
	}
	return "k.application <> $1"
}

// places are the placeholders of n arguments, from a number on.
func places(from, n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(from+i)
	}
	return strings.Join(all, ", ")
}

// held are those of the keys that another live application than self has. It
// reads one row of each: how many have it makes no difference. (PostgreSQL would
// make one join of all that EXISTS asks, and read the whole table.)
func held(ctx context.Context, r db.Reader, self ID, keys []resourceKey) ([]resourceKey, error) {
	type answer struct {
		key  string
		weak bool
	}
	found := map[answer]bool{}
	for _, l := range lookups(keys) {
		for some := range slices.Chunk(l.keys, keysAtOnce) {
			args := []any{self}
			var asked strings.Builder
			for i, k := range some {
				if i > 0 {
					asked.WriteString(", ")
				}
				fmt.Fprintf(&asked, "($%d, CAST($%d AS BIGINT))", 2*i+2, 2*i+3)
				args = append(args, k, sumOf(k))
			}
			err := db.Each(ctx, r, func(row db.Scanner) error {
				a := answer{weak: l.weak}
				err := row.Scan(&a.key)
				found[a] = true
				return err
			}, `WITH asked (key, sum) AS (VALUES `+asked.String()+`) SELECT asked.key FROM asked WHERE (
				SELECT 1 FROM application_keys k WHERE k.`+l.column()+`_sum = asked.sum AND k.`+l.column()+` = asked.key AND `+l.others()+` LIMIT 1) = 1`, args...)
			if err != nil {
				return nil, err
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k resourceKey) bool { return !found[answer{k.stored(), k.weak}] }), nil
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
		for some := range slices.Chunk(l.keys, holdersAtOnce) {
			args := []any{self}
			for _, k := range some {
				args = append(args, k)
			}
			for _, k := range some {
				args = append(args, sumOf(k))
			}
			found, err := db.All(ctx, r, func(row db.Scanner) (holder, error) {
				var h holder
				return h, row.Scan(&h.application, &h.shown)
			}, `SELECT k.application, k.display FROM application_keys k
				WHERE k.`+l.column()+`_sum IN (`+places(len(some)+2, len(some))+`) AND k.`+l.column()+` IN (`+places(2, len(some))+`) AND `+l.others()+`
				ORDER BY k.application, k.display LIMIT `+strconv.Itoa(maxHolders), args...)
			if err != nil {
				return nil, err
			}
			out = append(out, found...)
		}
	}
	return out, nil
}
