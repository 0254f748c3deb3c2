// Package call is the first stage (申报通知): an authority publishes a round of a
// programme, and anybody reads it and learns whether they can apply.
//
//	state      meaning                                   left by
//	draft      拟稿: only the issuer sees it              [Publish]
//	published  已发布: open or not by its windows          [Withdraw], [Publish] of an amendment
//	withdrawn  已撤回: stays readable, with the reason
//	replaced   已修订: an amendment took its place
//
// A call is pinned to a version of its package by hash and keeps a whole copy,
// so that what it said can be shown and run for as long as anybody asks. An
// amendment is another call that names the one it amends; nothing published is
// edited but two things: an attachment of the official notice may be added, and
// a window may be extended by two people ([ProposeExtension], [ApproveExtension]).
//
// Windows are instants. Something is in time when it was fully received before
// the instant at which its window ends: at 17:00:00.000 it is late.
//
// Acts: [Draft], [Schedule], [Attach], [Publish], [Withdraw],
// [ProposeExtension], [ApproveExtension], [Keep] (what a visitor typed).
//
// Tables: calls, call_packages, call_windows, call_attachments,
// call_extensions, call_words, call_kept.
package call
