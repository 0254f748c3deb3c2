// Package job does work in the background (后台任务): a mail leaves, the journal
// is sealed, a project is opened because an application was decided.
//
// A job is a row written in the transaction of its cause ([Enqueue]), so it is
// there exactly when the cause was committed. A [Runner] claims jobs that are
// due and hands each to the handler of its kind. A job moves through these
// states:
//
//	waiting → running → done
//	            │  └──→ waiting   it failed and is tried again later
//	            └─────→ dead      it failed too often, or said so: kept, listed
//	dead → waiting                a person asked for it ([Retry])
//
// A running job is leased. Its runner renews the lease; when the runner dies,
// the lease ends and another runner takes the job. Every claim has a number one
// higher than the last, the fence: a runner that was thought dead and comes
// back finds its number out of date and can change nothing.
//
// So a handler runs at least once. What it writes in [Work.Finish] or
// [Work.Keep] is written exactly once, for the job is done in that very
// transaction; what it does outside the database must bear being done twice.
//
// Table: jobs. A job that is done loses its payload at once and its row after
// thirty days; until then its key keeps the same job from being enqueued again.
package job
