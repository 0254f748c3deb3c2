package main

import (
	"fmt"
	"strings"

	"shenbao/internal/db"
	"shenbao/internal/job"
	"shenbao/internal/terminal"
)

// jobCmd is the group "shenbao job": background work that waits or failed.
type jobCmd struct {
	dataFlags `embed:""`

	List  jobListCmd  `cmd:"" help:"cli.job_list"`
	Retry jobRetryCmd `cmd:"" help:"cli.job_retry"`
}

// Help names the group's longer text.
func (jobCmd) Help() string { return "cli.job.detail" }

// jobListCmd is "shenbao job list".
type jobListCmd struct {
	State string `enum:"waiting,running,done,dead" default:"dead" placeholder:"STATE" help:"cli.flag.state"`
}

// Help names the command's longer text.
func (jobListCmd) Help() string { return "cli.job_list.detail" }

// mostJobs is how many jobs are listed: more of them have one cause.
const mostJobs = 200

// Run implements the command.
func (c *jobListCmd) Run(a *app, g *jobCmd) error {
	s, err := g.openToOperate(a)
	if err != nil {
		return err
	}
	defer s.close()
	all, err := db.View(a.ctx, s.db, func(r db.Reader) ([]job.Job, error) {
		return job.List(a.ctx, r, job.State(c.State), "", mostJobs)
	})
	if err != nil {
		return err
	}
	if a.JSON {
		return a.writeJSON(append([]job.Job{}, all...))
	}
	for _, j := range all {
		fmt.Fprintf(a.out, "%s  %-20s %3d  %s  %s\n", j.ID, j.Kind, j.Attempts, j.Created.Format("2006-01-02 15:04"), beginning(j.Error))
	}
	if len(all) == 0 {
		a.say(a.text("job.none"))
	}
	return nil
}

// beginning is the first line of an error.
func beginning(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return terminal.Clean(line)
}

// jobRetryCmd is "shenbao job retry".
type jobRetryCmd struct {
	ID string `arg:"" name:"ID" help:"cli.arg.job"`
}

// Run implements the command.
func (c *jobRetryCmd) Run(a *app, g *jobCmd) error {
	s, err := g.openToOperate(a)
	if err != nil {
		return err
	}
	defer s.close()
	j, err := db.Update(a.ctx, s.db, db.System, func(tx *db.Tx) (*job.Job, error) {
		if err := job.Retry(a.ctx, tx, job.ID(c.ID)); err != nil {
			return nil, err
		}
		return job.Find(a.ctx, tx, job.ID(c.ID))
	})
	if err != nil {
		return err
	}
	if a.JSON {
		return a.writeJSON(j)
	}
	_, err = fmt.Fprintln(a.out, a.text("job.retried", j.ID, j.Kind))
	return err
}
