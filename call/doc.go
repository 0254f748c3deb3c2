// Package call is the first stage (申报通知): an authority publishes a round of a
// programme, and anybody reads it and learns whether they can apply.
//
//	state      meaning                                   left by
//	draft      拟稿: only the issuer sees it              [Publish], [Withdraw]
//	published  已发布: open or not by its windows          [Withdraw], [Publish] of an amendment
//	withdrawn  已撤回: stays readable, with the reason; a draft stays hidden
//	replaced   已修订: an amendment took its place
//
// Whether a published call is open, closed or put away (archived) follows from
// its windows and the time ([Call.Phase]): opening and closing are instants, no
// jobs. A call is pinned to a version of its package by hash and keeps a whole
// copy, so that what it said can be shown and run for as long as anybody asks.
// An amendment is another call that names the one it amends; nothing published
// is edited but two things: an attachment of the official notice may be added,
// and a window may be extended by two people ([ProposeExtension],
// [ApproveExtension]). Several calls may be made of one package: each year, or
// each district that passes it on.
//
// Windows are instants. Something is in time when it was fully received before
// the instant at which its window ends: at 17:00:00.000 it is late
// ([Call.Open]).
//
// Acts, each with its line in the journal: [Draft], [Schedule], [Attach],
// [Publish] (and call.replace, on the call that an amendment replaces),
// [Withdraw], [ProposeExtension], [ApproveExtension]. What a visitor typed is no
// act: [Keep], [Forget].
//
// Reading: [List], [Mine], [Find], [Fields], [Compared], [Clauses], [Questions],
// [Check], [Kept], [Resume], [Calendar], [Feed], [Countdown].
//
// Tables: calls, call_packages, call_windows, call_fields, call_attachments,
// call_comparisons, call_extensions, call_words, call_kept.
package call
