// Package apply is the second stage (申报): a unit fills in an application,
// checks it, submits it before the deadline, and holds a receipt.
//
//	state      meaning                                    left by
//	draft      填写中: only the units in it see it           [Submit], [Drop]
//	submitted  已提交: a version stands, with its receipt     [Withdraw], [Return]
//	returned   退回修改: to be mended and submitted again      [Submit], [Drop]
//	withdrawn  已撤回: taken back while the window was open    [Submit], [Drop]
//	dropped    已放弃: for good
//
// A draft is kept field by field ([Save]): two people may work on it, and what
// they typed differently is shown to both instead of one losing it. Saving asks
// for nothing to be complete. A list is kept row by row. What the unit's profile
// knows is filled in at the beginning and can be taken over again ([Refill]).
//
// Partners ([Invite]) fill in their own part and confirm it ([ConfirmPart]); a
// confirmation holds for what was confirmed, and lapses when that changes. Who
// declined ([AnswerInvitation]) or was taken out ([RemovePartner]) sees nothing
// any more, and what they brought goes before anything is submitted. The plan
// (建设方案) is written section by section or uploaded; a file is compared with
// the outline ([Office.ReadPlan]), and a person decides.
// Files come in pieces ([BeginUpload], [KeepPart], [EndUpload]) and are inspected before they count.
//
// [Office.Assess] lists all that stands in the way, each with its place. [Submit] is
// one short request: everything is there already; it is accepted when it was
// fully received before the window ends, by the server's clock. It freezes a
// version: facts, texts, files by their hashes, the partners' confirmations and
// the unit's profile make a manifest, whose hash stands in the journal and in
// the signed receipt. The same request twice gives the same receipt.
//
// What a submitted application has that another may not have too is known by
// keys until it is taken back or given up. The rules and [Office.Conflicts] ask
// them ([Clash]): everybody learns that something of theirs is in use, and with
// whom only who may see the other application. [Office.IntegrityOf] is the gate
// of the register of integrity.
//
// Acts with a line in the journal: [Begin], [Submit], [Withdraw], [Return],
// [Drop], [Follow], [Invite], [AnswerInvitation], [ConfirmPart],
// [RemovePartner]. Filling in is
// no act: it leaves no line until it is submitted.
//
// Tables: applications, application_fields, application_files,
// application_uploads, application_upload_parts, application_partners,
// application_versions, application_remarks, application_places,
// application_keys, application_names, application_name_marks.
package apply
