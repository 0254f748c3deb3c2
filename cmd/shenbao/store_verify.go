package main

import (
	"context"
	"fmt"
	"slices"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/call"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/hook"
	"shenbao/internal/job"
	"shenbao/recommend"
)

// attachmentColumns are the columns that name an attachment by its hash.
var attachmentColumns = []struct{ table, column string }{
	{"profile_rows", "evidence"},
	{"call_attachments", "hash"},
	{"application_files", "hash"},
	{"application_upload_parts", "hash"},
	{"recommend_lists", "seal_hash"},
	{"recommend_letters", "hash"},
	{"complaint_files", "hash"},
}

// stateColumns are the states that a thing may be in, by table.
var stateColumns = []struct {
	table  string
	states []string
}{
	{"units", []string{actor.Pending, actor.Confirmed, actor.Refused, actor.Closed}},
	{"calls", []string{string(call.Drafted), string(call.Published), string(call.Withdrawn), string(call.Replaced)}},
	{"jobs", []string{string(job.Waiting), string(job.Running), string(job.Done), string(job.Dead)}},
	{"applications", texts(apply.States)},
	{"application_versions", []string{apply.Standing, apply.Replaced, apply.TakenBack, apply.SentBack}},
	{"application_partners", []string{apply.Invited, apply.Confirmed, apply.Declined, apply.Removed}},
	{"recommend_steps", texts(recommend.States)},
	{"recommend_appeals", []string{recommend.AppealOpen, recommend.Upheld, recommend.Reopened}},
	{"recommend_lists", texts(recommend.SummaryStates)},
	{"complaints", []string{"open", "answered"}},
	{"hooks", []string{string(hook.Active), string(hook.Paused), string(hook.Stopped), string(hook.Removed)}},
	{"hook_deliveries", []string{hook.Waiting, hook.Sent, hook.Failed, hook.Dropped}},
}

func texts[S ~string](states []S) (out []string) {
	for _, s := range states {
		out = append(out, string(s))
	}
	return out
}

// references are columns that point to a row without a foreign key, because
// they may be empty.
var references = []struct{ table, column, to string }{
	{"memberships", "unit", "units"},
	{"units", "parent", "units"},
	{"units", "contact", "people"},
	{"profile_rows", "unit", "units"},
	{"profile_snapshots", "unit", "units"},
	{"register_editions", "keeper", "units"},
	{"register_rows", "keeper", "units"},
	{"notices", "person", "people"},
	{"calls", "amends", "calls"},
	{"calls", "replaced_by", "calls"},
	{"recommend_list_rows", "application", "applications"},
	{"recommend_lists", "receiver", "units"},
	{"recommend_steps", "assignee", "people"},
}

// attachmentsNamed returns the hashes that rows name, and the table where.
func attachmentsNamed(ctx context.Context, r db.Reader) (map[string]string, error) {
	named := map[string]string{}
	for _, c := range attachmentColumns {
		if err := db.Each(ctx, r, func(row db.Scanner) error {
			var h string
			if err := row.Scan(&h); err != nil {
				return err
			}
			named[h] = c.table + "." + c.column
			return nil
		}, fmt.Sprintf(`SELECT DISTINCT %s FROM %s WHERE %s <> ''`, c.column, c.table, c.column)); err != nil {
			return nil, err
		}
	}
	return named, nil
}

// strangeStates finds states that there are not.
func strangeStates(ctx context.Context, r db.Reader) (c counted, err error) {
	for _, one := range stateColumns {
		if err := db.Each(ctx, r, func(row db.Scanner) error {
			var state string
			var n int64
			if err := row.Scan(&state, &n); err != nil {
				return err
			}
			c.n += n
			if !slices.Contains(one.states, state) {
				c.faults = append(c.faults, fault.New(fault.Refused, "verify_data.strange_state", one.table, state, n))
			}
			return nil
		}, fmt.Sprintf(`SELECT state, COUNT(*) FROM %s GROUP BY state`, one.table)); err != nil {
			return c, err
		}
	}
	return c, nil
}

// lostReferences finds rows that point to nothing.
func lostReferences(ctx context.Context, r db.Reader) (c counted, err error) {
	for _, one := range references {
		var all, lost int64
		if err := r.QueryRow(ctx, fmt.Sprintf(`SELECT COUNT(*) FROM %s WHERE %s <> ''`, one.table, one.column)).Scan(&all); err != nil {
			return c, err
		}
		if err := r.QueryRow(ctx, fmt.Sprintf(`
			SELECT COUNT(*) FROM %s a WHERE a.%s <> '' AND NOT EXISTS (SELECT 1 FROM %s b WHERE b.id = a.%s)`,
			one.table, one.column, one.to, one.column)).Scan(&lost); err != nil {
			return c, err
		}
		c.n += all
		if lost > 0 {
			c.faults = append(c.faults, fault.New(fault.Refused, "verify_data.lost", one.table, one.column, lost))
		}
	}
	return c, nil
}
