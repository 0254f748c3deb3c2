package applytest

import (
	"context"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"time"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/internal/db"
)

func insertFile(ctx context.Context, tx *db.Tx, f apply.File) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_files (id, application, material, owner, hash, name, given_name, size, type, found, uploaded, uploaded_by, removed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '{}', $10, '', '')`,
		f.ID, f.Application, f.Material, f.Owner, f.Hash, f.Name, f.Name, f.Size, f.Type, db.Time(tx.Now))
	return err
}

func insertPartner(ctx context.Context, tx *db.Tx, p *apply.Partner) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO application_partners (application, unit, unit_code, unit_name, state, invited, invited_by, answered, answered_by, part, reason)
		VALUES ($1, $2, $3, $4, $5, $6, '', $6, '', $7, '')
		ON CONFLICT (application, unit) DO UPDATE SET state = excluded.state, part = excluded.part`,
		p.Application, p.Unit, p.UnitCode, p.UnitName, p.State, db.Time(tx.Now), p.Part)
	return err
}

// A copier copies an application and its host.
type copier struct {
	ctx    context.Context
	tx     *db.Tx
	of     apply.ID
	host   actor.Unit
	fields []copied
}

// copied is a field of the application that is copied.
type copied struct {
	name, value, owner, source, sealed, changed, by string
}

func (h *House) copier(tx *db.Tx, of apply.ID) (*copier, error) {
	fields, err := db.All(h.Context(), tx, func(row db.Scanner) (f copied, err error) {
		err = row.Scan(&f.name, &f.value, &f.owner, &f.source, &f.sealed, &f.changed, &f.by)
		return f, err
	}, `SELECT field, value, owner, source, sealed, changed, changed_by FROM application_fields WHERE application = $1 ORDER BY field`, of)
	return &copier{h.Context(), tx, of, *h.Units["host"], fields}, err
}

// varied are what no two applications may have alike: numbers of people and
// things, and names but those of units.
var varied = regexp.MustCompile(`"(?:code|name)":"[^"]*"`)

// vary makes the value of a field that of another application.
func (c *copier) vary(f copied, u actor.Unit, mark string) string {
	value := strings.NewReplacer(c.host.Code, u.Code, c.host.Name, u.Name).Replace(f.value)
	switch {
	case f.name == "centre.name":
		return `"` + title(mark) + `"`
	case strings.HasPrefix(f.name, "units/"), strings.HasPrefix(f.name, "host."), !strings.HasPrefix(value, `{`) && !strings.HasSuffix(f.name, ".name"):
		return value
	case strings.HasPrefix(value, `"`):
		return strings.TrimSuffix(value, `"`) + mark + `"`
	}
	return varied.ReplaceAllStringFunc(value, func(s string) string { return strings.TrimSuffix(s, `"`) + mark + `"` })
}

// words are what centres are called after.
var words = strings.Fields("机器人 激光 卫星 传感 深海 矿山 光电 疫苗 电池 氢能 农机 轴承 芯片 显示 基因 高铁 储能 防腐 陶瓷 碳纤维 区块链 元宇宙 合成生物 脑机接口 无人机 遥感 数控 铸造 种业 药械 水处理 固废")

// title is the name of a centre, another one for nearly every mark.
func title(mark string) string {
	sum, out := sha256.Sum256([]byte(mark)), ""
	for _, b := range sum[:7] {
		out += words[int(b)%len(words)]
	}
	return out + "技术创新中心"
}

// application copies the application for a unit, with fields, files and
// partners. What a partner confirmed holds for the copy: it names no id of it.
func (c *copier) application(id apply.ID, u actor.Unit) error {
	if _, err := c.tx.Exec(c.ctx, `
		INSERT INTO applications (id, call, hash, unit, unit_name, name, folded, state, begin_key, begun, begun_by, changed, changed_by, submitted, version,
			mend_until, reason, returned_by, answer, met, unmet, unknown, revision)
		SELECT $1, call, hash, $3, $4, name, folded, state, CAST($1 AS TEXT), begun, begun_by, changed, changed_by, submitted, version,
			mend_until, reason, returned_by, answer, met, unmet, unknown, revision FROM applications WHERE id = $2`, id, c.of, u.ID, u.Name); err != nil {
		return err
	}
	args, b := []any{id}, strings.Builder{}
	b.WriteString("INSERT INTO application_fields (application, field, value, owner, source, sealed, tab, changed, changed_by) VALUES ")
	for i, f := range c.fields {
		if i > 0 {
			b.WriteString(", ")
		}
		n := len(args)
		fmt.Fprintf(&b, "($1, $%d, $%d, $%d, $%d, $%d, '', $%d, $%d)", n+1, n+2, n+3, n+4, n+5, n+6, n+7)
		if f.owner == string(c.host.ID) {
			f.owner = string(u.ID)
		}
		args = append(args, f.name, c.vary(f, u, string(id[24:])), f.owner, f.source, f.sealed, f.changed, f.by)
	}
	for _, text := range []struct {
		text string
		args []any
	}{
		{b.String(), args},
		{`INSERT INTO application_files (id, application, material, owner, hash, name, given_name, size, type, found, uploaded, uploaded_by, removed)
		SELECT CAST($1 AS TEXT) || material, $1, material, $3, hash, name, given_name, size, type, found, uploaded, uploaded_by, removed
		FROM application_files WHERE application = $2`, []any{id, c.of, u.ID}},
		{`INSERT INTO application_partners (application, unit, unit_code, unit_name, state, invited, invited_by, answered, answered_by, part, reason)
		SELECT $1, unit, unit_code, unit_name, state, invited, invited_by, answered, answered_by, part, reason FROM application_partners WHERE application = $2`,
			[]any{id, c.of}},
	} {
		if _, err := c.tx.Exec(c.ctx, text.text, text.args...); err != nil {
			return err
		}
	}
	return nil
}

// unit copies the host with its profile, and makes somebody its admin.
func (c *copier) unit(u actor.Unit, by db.By) error {
	if err := c.bare(u); err != nil {
		return err
	}
	for _, text := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO memberships (id, person, unit, role, scope, valid_from, valid_to, granted_by, ended)
		SELECT CAST($1 AS TEXT), person, $1, role, scope, valid_from, valid_to, granted_by, ended FROM memberships WHERE unit = $2 AND person = $3`,
			[]any{u.ID, c.host.ID, by.Person}},
		{`INSERT INTO profile_rows (id, version, unit, list, key, cells, person, sealed, evidence, entered, entered_person, entered_unit, confirmed, confirmed_person,
			confirmed_unit, verified, verified_person, verified_unit, ended, ended_person, ended_unit)
		SELECT CAST($1 AS TEXT) || id, version, $1, list, key, cells, person, sealed, evidence, entered, entered_person, entered_unit, confirmed, confirmed_person,
			confirmed_unit, verified, verified_person, verified_unit, ended, ended_person, ended_unit FROM profile_rows WHERE unit = $2`,
			[]any{u.ID, c.host.ID}},
	} {
		if _, err := c.tx.Exec(c.ctx, text.text, text.args...); err != nil {
			return err
		}
	}
	return nil
}

// bare copies the host without its profile.
func (c *copier) bare(u actor.Unit) error {
	_, err := c.tx.Exec(c.ctx, `
		INSERT INTO units (id, code, name, kind, place, authority, level, parent, by_place, state, reason, contact, created, decided)
		SELECT $1, $3, $4, kind, place, authority, level, parent, by_place, state, reason, contact, created, decided FROM units WHERE id = $2`,
		u.ID, c.host.ID, u.Code, u.Name)
	return err
}

// row copies the application without what was filled in, as if it had been
// submitted n minutes ago.
func (c *copier) row(u actor.Unit, n int) error {
	_, err := c.tx.Exec(c.ctx, `
		INSERT INTO applications (id, call, hash, unit, unit_name, name, folded, state, begin_key, begun, begun_by, changed, changed_by, submitted, version,
			mend_until, reason, returned_by, answer, met, unmet, unknown, revision)
		SELECT $1, call, hash, $3, $4, name, folded, 'submitted', CAST($1 AS TEXT), begun, begun_by, $5, changed_by, $5, 1,
			mend_until, reason, returned_by, 'qualifies', 30, 0, 5, revision FROM applications WHERE id = $2`,
		db.NewID(), c.of, u.ID, u.Name, db.Time(c.tx.Now.Add(-time.Duration(n)*time.Minute)))
	return err
}
