package actor

// An Act (行为) is what a permission is about, as "room.verb". The table in
// may.go says who may do it.
type Act string

// Acts of this room.
const (
	ActViewPerson     Act = "actor.view_person"
	ActViewPeople     Act = "actor.view_people" // the list of all accounts
	ActAddPerson      Act = "actor.add_person"  // an account without an invitation
	ActEditAccount    Act = "actor.edit_account"
	ActEndSessions    Act = "actor.end_sessions"
	ActDisablePerson  Act = "actor.disable_person"
	ActRegisterUnit   Act = "actor.register_unit"
	ActViewUnit       Act = "actor.view_unit"
	ActViewMembers    Act = "actor.view_members"
	ActChangeUnit     Act = "actor.change_unit"
	ActConfirmUnit    Act = "actor.confirm_unit" // confirm or refuse
	ActCloseUnit      Act = "actor.close_unit"
	ActAddAuthority   Act = "actor.add_authority"
	ActMoveUnit       Act = "actor.move_unit" // put a unit under another authority
	ActCreateAPIToken Act = "token.create"
	ActRevokeAPIToken Act = "token.revoke"
	ActViewAPITokens  Act = "token.view"
	ActViewJournal    Act = "journal.view"
	ActManageHooks    Act = "actor.manage_hooks" // webhooks of a unit
)

// To give a role, invite somebody to it or take it back is an act of its own
// for each role: see [GrantOf].
const (
	ActGrantEditor           Act = "actor.grant_editor"
	ActGrantUnitAdmin        Act = "actor.grant_unit_admin"
	ActGrantOfficer          Act = "actor.grant_officer"
	ActGrantHead             Act = "actor.grant_head"
	ActGrantProgrammeOfficer Act = "actor.grant_programme_officer"
	ActGrantExpert           Act = "actor.grant_expert"
	ActGrantFinance          Act = "actor.grant_finance"
	ActGrantAuditor          Act = "actor.grant_auditor"
	ActGrantSysAdmin         Act = "actor.grant_sysadmin"
)

// Acts of room registry.
const (
	ActViewProfile    Act = "registry.view"
	ActEditProfile    Act = "registry.edit"
	ActImportProfile  Act = "registry.import"
	ActExportProfile  Act = "registry.export"
	ActConfirmProfile Act = "registry.confirm"       // the unit says that its facts hold today
	ActVerifyProfile  Act = "registry.verify"        // an authority says that they are true
	ActRevealIdentity Act = "registry.reveal"        // one identity number in full
	ActKeepRegister   Act = "registry.keep_register" // a register (名录) that an authority issues
	ActQueryRegister  Act = "registry.query"         // a register that is a public list
	ActReadRegister   Act = "registry.read_register" // one that is not: its rows, and questions by number
	ActViewLooks      Act = "registry.view_looks"    // who looked at such a register
)

// Acts of room call. A published call is public; ActViewDraft is about one that
// is not published yet.
const (
	ActViewDraft        Act = "call.view_draft"
	ActDraftCall        Act = "call.draft"
	ActPublishCall      Act = "call.publish"
	ActAttachToCall     Act = "call.attach"
	ActProposeExtension Act = "call.extend_propose"
	ActApproveExtension Act = "call.extend_approve"
	ActCloseCall        Act = "call.close"
)

// Acts of room apply. What is being filled in is seen by the unit alone; what was
// submitted by the authorities above it, too. A partner's part belongs to the
// partner.
const (
	ActViewApplication     Act = "apply.view"
	ActViewSubmitted       Act = "apply.view_submitted"
	ActBeginApplication    Act = "apply.begin"
	ActEditApplication     Act = "apply.edit"
	ActSubmitApplication   Act = "apply.submit"
	ActWithdrawApplication Act = "apply.withdraw"
	ActReturnApplication   Act = "apply.return"
	ActViewPart            Act = "apply.view_part"
	ActFillPart            Act = "apply.fill_part"
	ActConfirmPart         Act = "apply.confirm_part"
)

// Acts of room recommend. A step belongs to the authority that it fell to; an
// appeal to the applicant.
const (
	ActViewQueue  Act = "recommend.view"
	ActDecideStep Act = "recommend.decide"
	ActEditTable  Act = "recommend.rank"
	ActHandUp     Act = "recommend.hand_up"
	ActRelay      Act = "recommend.relay"
	ActEnterPaper Act = "recommend.paper"
	ActAppeal     Act = "recommend.appeal"
	// Complaints about intermediaries belong to the issuer of the call.
	ActViewComplaints  Act = "recommend.view_complaint"
	ActAnswerComplaint Act = "recommend.answer_complaint"
)

// GrantOf is the act of giving a role; "" for the roles that nobody gives.
func GrantOf(role Role) Act {
	switch role {
	case Visitor, System:
		return ""
	}
	return Act("actor.grant_" + string(role))
}
