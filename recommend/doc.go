// Package recommend is the third stage (归口审核与推荐): the authorities between the
// applicant and who decides check, answer, return, rank and recommend.
//
// When an application is submitted, [Arrive] lays out its chain from the
// package: every stage of the room in the order of the call, each with the
// authority that it falls to, by the host's place or administrative line, or
// the one above where there is none. A step:
//
//	state      meaning                                    left by
//	waiting    待上一级: the step before it is not done       the step before
//	open       待办: the authority has it                    [Endorse], [SendBack], [Refuse], [File], [Receive]
//	endorsed   已通过: checked or recommended                the application's withdrawal
//	returned   已退回: the applicant mends it                the next submission
//	rejected   不予推荐                                     [AnswerAppeal]
//	filed      已备案: the authority took note               the application's withdrawal
//	received   已接收: the end of the chain                  the application's withdrawal
//	cancelled  已终止: the application was taken back          the next submission
//
// A step that recommends puts the application on the authority's summary table
// ([Summary]); handing the table up ([HandUp]) opens the step above. A resubmitted
// application comes back to the step that returned it: it keeps its place, and
// those before see that it changed. A step that is late is shown late.
//
// Beside the steps stand the register of what came on paper ([EnterPaper]), the
// letters that an authority puts beside its decision ([AttachLetter]), and the
// complaints about intermediaries, which anybody may file ([Complain]).
//
// Nobody endorses what they have not seen: a decision names the version that it
// is about. The questions of the call, the items of the form check and the
// exceptions that were asked for are answered and signed one by one ([Answer]).
// Every refusal names its ground and is signed by a person.
//
// Tables: recommend_steps, recommend_findings, recommend_answers,
// recommend_looks, recommend_relays, recommend_appeals, recommend_lists,
// recommend_list_rows, recommend_papers, recommend_letters, complaints,
// complaint_files. The places of quotas are of room apply.
package recommend
