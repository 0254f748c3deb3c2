package main

import (
	"database/sql"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"shenbao/internal/blob"
	"shenbao/internal/db"
)

// postgres makes a fresh PostgreSQL database and returns its address.
func postgres(t *testing.T) string {
	t.Helper()
	server := os.Getenv("TEST_DATABASE")
	if server == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("TEST_DATABASE is not set")
		}
		t.Skip("TEST_DATABASE names no PostgreSQL server")
	}
	administer := func(statement string) {
		conn, err := sql.Open("pgx", server)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	name := "o" + db.NewID()
	administer("CREATE DATABASE " + name)
	t.Cleanup(func() { administer("DROP DATABASE " + name + " WITH (FORCE)") })
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// Every kind of damage is found under its invariant, and nothing else is.
func TestVerifyDataFindsDamage(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, s *store, data string)
		want  string // invariant and fault
	}{
		"nothing": {func(*testing.T, *store, string) {}, ""},
		"a damaged attachment": {func(t *testing.T, s *store, data string) {
			h := first(t, s)
			if err := os.WriteFile(filepath.Join(data, blobsFolder, string(h[:2]), string(h)), []byte("x"), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "I3 blob.damaged"},
		"a lost attachment": {func(t *testing.T, s *store, data string) {
			h := first(t, s)
			change(t, s.db, "INSERT INTO profile_rows VALUES ('r', 1, '', 'l', 'k', '', '', '', $1, '', '', '', '', '', '', '', '', '', '', '', '')", string(h))
			if err := s.blobs.Delete(t.Context(), h); err != nil {
				t.Fatal(err)
			}
		}, "I3 blob.missing"},
		"an edited line": {func(t *testing.T, s *store, data string) {
			change(t, s.db, "UPDATE journal SET person = 'p2' WHERE seq = 1")
		}, "I5 journal.altered"},
		"a strange state": {func(t *testing.T, s *store, data string) {
			change(t, s.db, "INSERT INTO jobs VALUES ('j', 'test', 'k', '', 'asleep', '', 0, 0, '', '', '', '')")
		}, "I6 verify_data.strange_state"},
		"a look that the journal does not know": {func(t *testing.T, s *store, data string) {
			change(t, s.db, "INSERT INTO register_looks VALUES ('k', '', 'platform_staff', '2024-01-01T00:00:00.000Z', 'p', 'u', 'officer', 'rows', '', '', 1, 'x')")
		}, "looks registry.verify.stray"},
		"a lost reference": {func(t *testing.T, s *store, data string) {
			change(t, s.db, "INSERT INTO register_rows VALUES ('r', 'x', 'no-such-unit', 'k', '', '', '', 1, 0)")
		}, "references verify_data.lost"},
		"a damaged database": {func(t *testing.T, s *store, data string) {
			careless, err := sql.Open("sqlite", filepath.Join(data, db.File))
			if err != nil {
				t.Fatal(err)
			}
			defer careless.Close()
			if _, err := careless.Exec("INSERT INTO recovery_codes (person, code) VALUES ('nobody', 'x')"); err != nil {
				t.Fatal(err)
			}
		}, "references verify_data.broken"},
	} {
		t.Run(name, func(t *testing.T) {
			data := newData(t)
			s := opened(t, data)
			fill(t, s, 3)
			ok(t, "journal", "checkpoint", "--data", data)
			c.spoil(t, s, data)
			code, text, stderr := shenbao(t, "zh", "", "verify-data", "--data", data, "--json")
			documented(t, text)
			var r dataReport
			if err := json.Unmarshal([]byte(text), &r); err != nil {
				t.Fatalf("%v\n%s", err, stderr)
			}
			var found []string
			for _, i := range r.Invariants {
				for _, f := range i.Faults {
					found = append(found, i.ID+" "+f.Key)
				}
			}
			want := exitOK
			if c.want != "" {
				want = exitFindings
			}
			if got := strings.Join(slices.Compact(found), ", "); got != c.want || code != want {
				t.Errorf("exit %d, found %q, want %q", code, got, c.want)
			}
		})
	}
}

func first(t *testing.T, s *store) blob.Hash {
	t.Helper()
	for e, err := range s.blobs.List(t.Context()) {
		if err == nil {
			return e.Hash
		}
	}
	t.Fatal("no attachment")
	return ""
}

func TestVerifyDataNeedsThePublicKeys(t *testing.T) {
	data := newData(t)
	if err := os.Remove(filepath.Join(data, "journal.pub")); err != nil {
		t.Fatal(err)
	}
	fails(t, "verify_data.no_key", "verify-data", "--data", data)
}

// hashesOfOthers are columns that hold the hash of something that is no
// attachment.
var hashesOfOthers = []string{"journal_hashes", "profile_snapshots", "call_packages", "call_kept", "applications", "application_versions",
	"recommend_lists", "recommend_papers"}

// What verify-data looks at is all there is: every column that holds a state or
// a hash is in its tables, and every table and column that it names is there.
func TestVerifyDataKnowsEveryColumn(t *testing.T) {
	text, err := os.ReadFile("../../internal/db/schema.sql")
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]string{}
	for _, m := range regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`).FindAllStringSubmatch(string(text), -1) {
		tables[m[1]] = m[2]
	}
	has := func(table, column string) bool {
		line := regexp.MustCompile(`(?m)^\s*` + column + `\s+(TEXT|BIGINT).*$`).FindString(tables[table])
		return line != "" && !strings.Contains(line, "REFERENCES") // the database sees to those
	}
	known := map[string]bool{}
	for _, one := range stateColumns {
		known[one.table] = true
	}
	attached := map[string]bool{}
	for _, one := range attachmentColumns {
		attached[one.table] = true
	}
	for table := range tables {
		if has(table, "hash") && !slices.Contains(hashesOfOthers, table) && !attached[table] {
			t.Errorf("%s has a hash: is it an attachment's?", table)
		}
		if has(table, "state") != known[table] {
			t.Errorf("%s: has a state %v, in the table of states %v", table, has(table, "state"), known[table])
		}
	}
	for _, one := range references {
		if !has(one.table, one.column) || tables[one.to] == "" {
			t.Errorf("%+v: no such column", one)
		}
	}
	for _, one := range attachmentColumns {
		if !has(one.table, one.column) {
			t.Errorf("%+v: no such column", one)
		}
	}
}
