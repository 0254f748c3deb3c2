package main

import (
	"context"
	"encoding/json"
	"strconv"

	"shenbao/apply"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// eachVersion calls fn with every submitted version.
func eachVersion(ctx context.Context, r db.Reader, fn func(keptVersion)) error {
	return db.Each(ctx, r, func(row db.Scanner) error {
		v, n := keptVersion{}, int64(0)
		if err := row.Scan(&v.application, &n, &v.received, &v.submitted, &v.call, &v.pkg, &v.manifest, &v.hash, &v.facts, &v.texts, &v.findings,
			&v.line, &v.receipt, &v.verb, &v.subject, &v.payload); err != nil {
			return err
		}
		v.number = strconv.FormatInt(n, 10)
		fn(v)
		return nil
	}, `
		SELECT v.application, v.number, v.received, v.submitted, v.call, v.package, v.manifest, v.hash, v.facts, v.texts, v.findings, v.line, v.receipt,
			COALESCE(j.verb, ''), COALESCE(j.subject, ''), COALESCE(j.payload, '')
		FROM application_versions v LEFT JOIN journal j ON j.id = v.line ORDER BY v.application, v.number`)
}

// damagedProfiles finds the copies of profiles that are not what their hash
// says, and those that a version names and that are not there.
func damagedProfiles(ctx context.Context, r db.Reader, named map[string]keptVersion) (faults []*fault.Fault, err error) {
	err = db.Each(ctx, r, func(row db.Scanner) error {
		var hash, body string
		if err := row.Scan(&hash, &body); err != nil {
			return err
		}
		delete(named, hash)
		if sha(body) != hash {
			faults = append(faults, fault.New(fault.Refused, "verify_data.profile", hash))
		}
		return nil
	}, `SELECT hash, body FROM profile_snapshots ORDER BY hash`)
	for _, v := range named {
		faults = append(faults, v.fault("version_part", apply.ProfilePart))
	}
	return faults, err
}

// lostVersions finds the lines of the journal that say that something was
// submitted of which there is no version.
func lostVersions(ctx context.Context, r db.Reader) (faults []*fault.Fault, err error) {
	err = db.Each(ctx, r, func(row db.Scanner) error {
		var line, subject string
		if err := row.Scan(&line, &subject); err != nil {
			return err
		}
		faults = append(faults, fault.New(fault.Missing, "verify_data.version_lost", subject, line))
		return nil
	}, `SELECT j.id, j.subject FROM journal j WHERE j.verb = 'apply.submit' AND NOT EXISTS (SELECT 1 FROM application_versions v WHERE v.line = j.id) ORDER BY j.id`)
	return faults, err
}

// onceOnly are what no two versions share: of one application, or of all.
var onceOnly = []string{"application, submit_key", "application, number", "hash", "receipt", "line"}

// submittedTwice finds versions that share what is one's own, and applications
// of which two versions stand.
func submittedTwice(ctx context.Context, r db.Reader) (c counted, err error) {
	if err := r.QueryRow(ctx, `SELECT COUNT(*) FROM application_versions`).Scan(&c.n); err != nil {
		return c, err
	}
	texts := map[string]string{"state": `SELECT MIN(application), COUNT(*) FROM application_versions WHERE state = 'standing' GROUP BY application HAVING COUNT(*) > 1`}
	for _, columns := range onceOnly {
		texts[columns] = `SELECT MIN(application), COUNT(*) FROM application_versions GROUP BY ` + columns + ` HAVING COUNT(*) > 1`
	}
	for what, text := range texts {
		if err := db.Each(ctx, r, func(row db.Scanner) error {
			var application string
			var n int64
			if err := row.Scan(&application, &n); err != nil {
				return err
			}
			c.faults = append(c.faults, fault.New(fault.Refused, "verify_data.twice", application, n, what))
			return nil
		}, text); err != nil {
			return c, err
		}
	}
	return c, nil
}

// disagreeingStates finds applications whose state does not agree with their
// versions: one stands when it is submitted, none otherwise, and none is
// missing.
func disagreeingStates(ctx context.Context, r db.Reader) (c counted, err error) {
	if err := r.QueryRow(ctx, `SELECT COUNT(*) FROM applications`).Scan(&c.n); err != nil {
		return c, err
	}
	err = db.Each(ctx, r, func(row db.Scanner) error {
		var id, state string
		var version, count, last, standing int64
		if err := row.Scan(&id, &state, &version, &count, &last, &standing); err != nil {
			return err
		}
		c.faults = append(c.faults, fault.New(fault.Refused, "verify_data.disagrees", id, state, version, count, standing))
		return nil
	}, `
		SELECT * FROM (
			SELECT a.id, a.state, a.version, COUNT(v.number) AS n, COALESCE(MAX(v.number), 0) AS last,
				COUNT(CASE WHEN v.state = 'standing' THEN 1 END) AS standing
			FROM applications a LEFT JOIN application_versions v ON v.application = a.id GROUP BY a.id, a.state, a.version) each_one
		WHERE version <> n OR version <> last OR standing <> CASE WHEN state = 'submitted' THEN 1 ELSE 0 END
			OR state IN ('submitted', 'returned', 'withdrawn') AND version = 0 OR state = 'draft' AND version <> 0
		ORDER BY id`)
	return c, err
}

// attachmentsSubmitted adds the files that submitted versions name: they stay
// when they are taken out of the application.
func attachmentsSubmitted(ctx context.Context, r db.Reader, named map[string]string) error {
	return db.Each(ctx, r, func(row db.Scanner) error {
		var text string
		if err := row.Scan(&text); err != nil {
			return err
		}
		m := apply.Manifest{}
		if json.Unmarshal([]byte(text), &m) != nil {
			return nil // told of by I1
		}
		for _, p := range m.Parts {
			if p.Kind == apply.FilePart {
				named[p.Hash] = "application_versions.manifest"
			}
		}
		return nil
	}, `SELECT manifest FROM application_versions`)
}
