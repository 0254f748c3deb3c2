package apply

import (
	"context"
	"hash/fnv"
	"slices"
	"sync"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/similar"
)

// nameShards is into how many parts the names of live applications fall. When
// one is added, an index of its part is made anew: at 100,000 names, of 1,600.
const nameShards = 64

// A liveName is the name of the platform that a live application is for.
type liveName struct {
	application ID
	unit        actor.UnitID // the host
	kind, place string
	name        string
}

// A nameShard is a part of the names with their index. It never changes.
type nameShard struct {
	mark  string
	names []liveName
	index *similar.Names
}

// A nameIndex (在办名称索引) keeps the names of live applications between requests.
// Any number of programs may work on the database: what is kept of a shard holds
// for its mark, and a mark is never made twice, not even by a transaction that
// is undone. The zero value is empty.
type nameIndex struct {
	mu     sync.Mutex
	shards [nameShards]*nameShard
}

// shardOf is the shard of an application.
func shardOf(id ID) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id)) // never fails
	return int(h.Sum32() % nameShards)
}

// markShard tells everybody that a shard changed.
func markShard(ctx context.Context, tx *db.Tx, shard int) error {
	_, err := tx.Exec(ctx, `INSERT INTO application_name_marks (shard, mark) VALUES ($1, $2) ON CONFLICT (shard) DO UPDATE SET mark = excluded.mark`, shard, db.NewID())
	return err
}

// read returns the names as r sees them, reading again what changed.
func (x *nameIndex) read(ctx context.Context, r db.Reader) ([]*nameShard, error) {
	marks := map[int]string{}
	err := db.Each(ctx, r, func(row db.Scanner) error {
		shard, mark := 0, ""
		err := row.Scan(&shard, &mark)
		marks[shard] = mark
		return err
	}, `SELECT shard, mark FROM application_name_marks`)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	kept := slices.Clone(x.shards[:])
	x.mu.Unlock()
	var out []*nameShard
	for shard := range nameShards {
		mark, s := marks[shard], kept[shard]
		if mark == "" {
			continue
		}
		if s == nil || s.mark != mark {
			if s, err = readShard(ctx, r, shard, mark); err != nil {
				return nil, err
			}
			x.mu.Lock()
			x.shards[shard] = s
			x.mu.Unlock()
		}
		out = append(out, s)
	}
	return out, nil
}

func readShard(ctx context.Context, r db.Reader, shard int, mark string) (*nameShard, error) {
	names, err := db.All(ctx, r, func(row db.Scanner) (n liveName, err error) {
		return n, row.Scan(&n.application, &n.unit, &n.kind, &n.place, &n.name)
	}, `SELECT application, unit, kind, place, name FROM application_names WHERE shard = $1 ORDER BY application`, shard)
	if err != nil {
		return nil, err
	}
	return shardWith(mark, names), nil
}

func shardWith(mark string, names []liveName) *nameShard {
	texts := make([]string, len(names))
	for i := range names {
		texts[i] = names[i].name
	}
	return &nameShard{mark, names, similar.NewNames(texts)}
}
