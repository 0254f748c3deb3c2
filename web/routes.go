package web

import (
	"shenbao/actor"
	"shenbao/apply"
	"shenbao/recommend"
)

// routes are all paths of the site, by subject: who may open each, what it
// reads, and what answers it.
func (s *Server) routes() []route {
	return []route{
		read("/{$}", public, s.home).pageOnly(),
		read("/calls", public, s.listCalls),
		read("/calls.ics", public, s.calendar).pageOnly(),
		read("/calls.atom", public, s.feed).pageOnly(),
		read("/calls/{call}", public, s.showCall),
		read("/calls/{call}/clauses", public, s.showClauses),
		read("/calls/{call}/calendar", public, s.callCalendar).pageOnly(),
		read("/calls/{call}/files/{file}", public, s.readAttachment).pageOnly(),
		read("/calls/{call}/check", public, s.showCheck),
		change("/calls/{call}/check", public, s.check),

		read("/desk", actor.ActDraftCall, s.desk),
		change("/calls", actor.ActDraftCall, s.draftCall),
		change("/calls/{call}/schedule", actor.ActDraftCall, s.scheduleCall),
		change("/calls/{call}/files", actor.ActAttachToCall, s.attachToCall).pageOnly(),
		change("/calls/{call}/publish", actor.ActPublishCall, s.publishCall),
		change("/calls/{call}/withdraw", actor.ActCloseCall, s.withdrawCall),
		change("/calls/{call}/extensions", actor.ActProposeExtension, s.proposeExtension),
		change("/calls/{call}/extensions/{extension}/approve", actor.ActApproveExtension, s.approveExtension),

		read("/sign-in", public, s.askSignIn).pageOnly(),
		change("/sign-in", public, s.signIn).pageOnly(),
		change("/sign-in/code", public, s.signInCode).pageOnly(),
		change("/sign-out", public, s.signOut).pageOnly(),

		read("/join", public, s.showJoin).pageOnly(),
		change("/join", public, s.askJoin).pageOnly(),
		read("/join/{token}", public, s.showInvitation).pageOnly(),
		change("/join/{token}", public, s.join).pageOnly(),
		change("/join/{token}/accept", signedIn, s.acceptOffer).pageOnly(),
		read("/first/{token}", public, s.showFirst).pageOnly(),
		change("/first/{token}", public, s.begin).pageOnly(),
		read("/reset", public, s.showReset).pageOnly(),
		change("/reset", public, s.askReset).pageOnly(),
		read("/reset/{token}", public, s.showRenew).pageOnly(),
		change("/reset/{token}", public, s.renew).pageOnly(),
		read("/email/{token}", public, s.showEmailLetter).pageOnly(),
		change("/email/{token}", public, s.confirmEmail).pageOnly(),

		read("/account", signedIn, s.showAccount),
		change("/account", signedIn, s.editPerson),
		change("/account/switch", signedIn, s.switchRole).pageOnly(),
		read("/account/password", signedIn, s.showPassword).pageOnly(),
		change("/account/password", signedIn, s.changePassword).pageOnly(),
		read("/account/prove", signedIn, s.askProof).pageOnly(),
		change("/account/prove", signedIn, s.prove).pageOnly(),
		change("/account/email", signedIn, s.changeEmail).pageOnly(),
		read("/account/second-factor", signedIn, s.showFactor).pageOnly(),
		change("/account/second-factor", signedIn, s.newFactor).pageOnly(),
		change("/account/second-factor/confirm", signedIn, s.confirmFactor).pageOnly(),
		change("/account/second-factor/drop", signedIn, s.dropFactor).pageOnly(),
		change("/account/recovery", signedIn, s.newCodes).pageOnly(),
		change("/account/sessions/end", signedIn, s.endSessions).pageOnly(),
		change("/account/mailing", signedIn, s.chooseMailing).pageOnly(),
		change("/account/tokens", signedIn, s.createToken).pageOnly(),
		change("/account/tokens/revoke", signedIn, s.revokeToken).pageOnly(),

		read("/inbox", signedIn, s.showInbox),
		change("/inbox/read", signedIn, s.readInbox),
		change("/inbox/{notice}/open", signedIn, s.openNotice),

		change("/calls/{call}/apply", actor.ActBeginApplication, s.beginApplication),
		read("/applications", actor.ActViewSubmitted, s.listApplications),
		read("/applications/{application}", actor.ActViewSubmitted, s.showApplication),
		read("/applications/{application}/files", actor.ActViewSubmitted, s.showFiles),
		change("/applications/{application}/files", actor.ActFillPart, s.attachFile).pageOnly().upTo(apply.MaxFile),
		read("/applications/{application}/files/{file}", actor.ActViewSubmitted, s.readFile).pageOnly(),
		read("/applications/{application}/files/{file}/view", actor.ActViewSubmitted, s.viewFile).pageOnly(),
		read("/applications/{application}/files/{file}/preview", actor.ActViewSubmitted, s.previewFile).pageOnly(),
		change("/applications/{application}/files/{file}/remove", actor.ActFillPart, s.removeFile),
		change("/applications/{application}/uploads", actor.ActFillPart, s.beginUpload),
		read("/applications/{application}/uploads/{upload}", actor.ActFillPart, s.showUpload),
		change("/applications/{application}/uploads/{upload}/parts", actor.ActFillPart, s.keepPart),
		change("/applications/{application}/uploads/{upload}/end", actor.ActFillPart, s.endUpload),
		change("/applications/{application}/uploads/{upload}/drop", actor.ActFillPart, s.dropUpload),
		change("/applications/{application}/withdraw", actor.ActWithdrawApplication, s.withdrawApplication).short(),
		change("/applications/{application}/drop", actor.ActEditApplication, s.dropApplication),
		change("/applications/{application}/follow", actor.ActEditApplication, s.followAmendment),
		change("/applications/{application}/return", actor.ActReturnApplication, s.returnApplication),
		read("/applications/{application}/form", actor.ActViewSubmitted, s.openForm).pageOnly(),
		read("/applications/{application}/form/{section}", actor.ActViewSubmitted, s.showSection),
		change("/applications/{application}/form/{section}", actor.ActEditApplication, s.saveSection),
		change("/applications/{application}/form/{section}/pick", actor.ActEditApplication, s.pickForSection),
		read("/applications/{application}/plan", actor.ActViewSubmitted, s.showPlan),
		change("/applications/{application}/plan", actor.ActEditApplication, s.savePlan),
		read("/applications/{application}/partners", actor.ActViewSubmitted, s.showPartners),
		change("/applications/{application}/partners/invite", actor.ActEditApplication, s.invitePartner),
		change("/applications/{application}/partners/remove", actor.ActEditApplication, s.removePartner),
		change("/applications/{application}/partners/confirm", actor.ActConfirmPart, s.confirmPart),
		change("/applications/{application}/partners/decline", actor.ActConfirmPart, s.declinePart),
		read("/applications/{application}/check", actor.ActViewSubmitted, s.showChecking),
		change("/applications/{application}/check", actor.ActEditApplication, s.saveReasons),
		change("/applications/{application}/submit", actor.ActSubmitApplication, s.submitApplication).short(),
		read("/applications/{application}/print.pdf", actor.ActViewSubmitted, s.printApplication).pageOnly(),
		read("/applications/{application}/versions", actor.ActViewSubmitted, s.listVersions),
		read("/applications/{application}/versions/{number}", actor.ActViewSubmitted, s.showVersion),
		read("/applications/{application}/versions/{number}/print.pdf", actor.ActViewSubmitted, s.printVersion).pageOnly(),
		read("/applications/{application}/versions/{number}/receipt.pdf", actor.ActViewSubmitted, s.printReceipt).pageOnly(),
		read("/applications/{application}/versions/{number}/receipt.txt", actor.ActViewSubmitted, s.receiptText).pageOnly(),
		read("/applications/{application}/versions/{number}/receipt.json", actor.ActViewSubmitted, s.receiptProof).pageOnly(),
		read("/applications/{application}/compare", actor.ActViewSubmitted, s.compareVersions),
		read("/form-token", public, s.newFormToken),

		read("/places", public, s.searchPlaces),
		read("/unit", signedIn, s.ownUnit).pageOnly(),
		read("/units", actor.ActViewUnit, s.listUnits),
		read("/units/new", actor.ActRegisterUnit, s.showRegister).pageOnly(),
		change("/units", actor.ActRegisterUnit, s.registerUnit),
		read("/units/{unit}", actor.ActViewUnit, s.showUnit),
		change("/units/{unit}/confirm", actor.ActConfirmUnit, s.confirmUnit),
		change("/units/{unit}/refuse", actor.ActConfirmUnit, s.refuseUnit),
		change("/units/{unit}/close", actor.ActCloseUnit, s.closeUnit),
		change("/units/{unit}/change", actor.ActChangeUnit, s.changeUnit),
		change("/units/{unit}/move", actor.ActMoveUnit, s.moveUnit),
		change("/units/{unit}/members/invite", actor.ActViewMembers, s.invite),
		change("/units/{unit}/members/end", actor.ActViewMembers, s.endMembership),

		read("/units/{unit}/profile/{list}", actor.ActViewProfile, s.showList),
		read("/units/{unit}/profile/{list}/workbook", actor.ActExportProfile, s.exportList).pageOnly(),
		change("/units/{unit}/profile/{list}", actor.ActEditProfile, s.editRow),
		change("/units/{unit}/profile/{list}/remove", actor.ActEditProfile, s.removeRow),
		change("/units/{unit}/profile/{list}/confirm", actor.ActConfirmProfile, s.confirmList),
		change("/units/{unit}/profile/{list}/verify", actor.ActVerifyProfile, s.verifyList),
		change("/units/{unit}/profile/{list}/verify-row", actor.ActVerifyProfile, s.verifyRow),
		change("/units/{unit}/profile/{list}/reveal", actor.ActRevealIdentity, s.revealNumber),
		change("/units/{unit}/profile/{list}/import", actor.ActImportProfile, s.importList).pageOnly(),

		read("/queue", actor.ActViewQueue, s.listQueue),
		change("/queue/batch", actor.ActDecideStep, s.batch).pageOnly(),
		read("/queue/{step}", actor.ActViewQueue, s.showCase),
		change("/queue/{step}/sign", actor.ActDecideStep, s.signCase),
		change("/queue/{step}/items", actor.ActDecideStep, s.signItems).pageOnly(),
		change("/queue/{step}/endorse", actor.ActDecideStep, s.decideCase("endorse")),
		change("/queue/{step}/return", actor.ActDecideStep, s.decideCase("return")),
		change("/queue/{step}/refuse", actor.ActDecideStep, s.decideCase("refuse")),
		change("/queue/{step}/file", actor.ActDecideStep, s.decideCase("file")),
		change("/queue/{step}/receive", actor.ActDecideStep, s.decideCase("receive")),
		change("/queue/{step}/appeal", actor.ActDecideStep, s.answerAppeal),

		read("/tables", actor.ActViewQueue, s.listTables),
		change("/tables", actor.ActEditTable, s.openTable),
		read("/tables/{table}", actor.ActViewQueue, s.showTable),
		read("/tables/{table}/workbook", actor.ActViewQueue, s.exportTable).pageOnly(),
		read("/tables/{table}/print.pdf", actor.ActViewQueue, s.printTable).pageOnly(),
		read("/tables/{table}/seal", actor.ActViewQueue, s.readSeal).pageOnly(),
		change("/tables/{table}/move", actor.ActEditTable, s.moveRow),
		change("/tables/{table}/order", actor.ActEditTable, s.orderRows),
		change("/tables/{table}/row", actor.ActEditTable, s.writeRow),
		change("/tables/{table}/remove", actor.ActEditTable, s.takeOff),
		change("/tables/{table}/import", actor.ActEditTable, s.importTable).pageOnly(),
		change("/tables/{table}/hand-up", actor.ActHandUp, s.handUpTable),
		change("/tables/{table}/return", actor.ActDecideStep, s.returnTable),
		change("/tables/{table}/seal", actor.ActEditTable, s.sealTable).pageOnly(),
		change("/applications/{application}/appeal", actor.ActAppeal, s.askAppeal),
		change("/calls/{call}/relay", actor.ActRelay, s.relay),

		change("/queue/{step}/letters", actor.ActDecideStep, s.attachLetter).pageOnly(),
		read("/queue/{step}/letters/{letter}", actor.ActViewQueue, s.readLetter).pageOnly(),
		change("/queue/{step}/letters/{letter}/remove", actor.ActDecideStep, s.removeLetter),

		read("/papers", actor.ActEnterPaper, s.listPapers),
		read("/papers/workbook", actor.ActEnterPaper, s.exportPapers).pageOnly(),
		read("/papers/{application}", actor.ActEnterPaper, s.showPaper),
		change("/papers/{application}", actor.ActEnterPaper, s.enterPaper),

		read("/complaints/new", public, s.newComplaint),
		change("/complaints/new", public, s.complain).pageOnly().upTo(recommend.MaxEvidence * recommend.MaxEvidenceSize),
		read("/complaints/mine/{token}", public, s.ownComplaint).pageOnly(),
		change("/complaints/mine", public, s.followComplaint).pageOnly(),
		read("/complaints", actor.ActViewComplaints, s.listComplaints),
		read("/complaints/{complaint}", actor.ActViewComplaints, s.showComplaint),
		change("/complaints/{complaint}/answer", actor.ActAnswerComplaint, s.answerComplaint),
		change("/complaints/{complaint}/reveal", actor.ActAnswerComplaint, s.revealComplainant),
		change("/complaints/{complaint}/files/{file}", actor.ActAnswerComplaint, s.openEvidence).pageOnly(),

		read("/hooks", actor.ActManageHooks, s.listHooks),
		change("/hooks", actor.ActManageHooks, s.addHook),
		change("/hooks/{hook}/state", actor.ActManageHooks, s.turnHook),
		change("/hooks/{hook}/try", actor.ActManageHooks, s.tryHook),

		read("/registers", public, s.listRegisters),
		read("/registers/{register}", actor.ActKeepRegister, s.showPart),
		read("/registers/{register}/workbook", actor.ActKeepRegister, s.exportPart).pageOnly(),
		change("/registers/{register}", actor.ActKeepRegister, s.adopt).pageOnly(),
		change("/registers/{register}/undo", actor.ActKeepRegister, s.undoEdition),
		read("/registers/looks", actor.ActViewLooks, s.listLooks),
		read("/registers/{register}/rows", actor.ActQueryRegister, s.queryRegister),
		read("/registers/{register}/rows.xlsx", actor.ActQueryRegister, s.exportRows).pageOnly(),
		change("/registers/{register}/ask", actor.ActReadRegister, s.askRegister),
		read("/help", public, s.help).pageOnly(),

		read("/people", actor.ActViewPeople, s.listPeople),
		change("/people/invite", actor.ActGrantSysAdmin, s.invitePerson).pageOnly(),
		change("/people/{person}/disable", actor.ActDisablePerson, s.disablePerson),
		change("/people/{person}/enable", actor.ActDisablePerson, s.enablePerson),
		read("/authorities/new", actor.ActAddAuthority, s.showAuthority).pageOnly(),
		change("/authorities", actor.ActAddAuthority, s.addAuthority),
		read("/journal", actor.ActViewJournal, s.listJournal),
	}
}

// homeOf is where somebody's work begins.
func homeOf(a actor.Actor) string {
	switch a.Role {
	case actor.Editor, actor.UnitAdmin:
		return "/applications"
	case actor.Officer, actor.Head, actor.ProgrammeOfficer:
		return "/desk"
	case actor.SysAdmin:
		return "/people"
	case actor.Auditor:
		return "/journal"
	}
	return "/"
}

// rooms are the places that the reader's role gives them to work in.
func (v *visit) rooms() []link {
	all := []link{{"/calls", v.T("room.calls")}}
	switch v.Actor.Role {
	case actor.Editor, actor.UnitAdmin:
		return append(all, link{"/applications", v.T("applications.title")}, link{"/unit", v.T("room.unit")})
	case actor.Officer, actor.Head, actor.ProgrammeOfficer:
		return append(all, link{"/queue", v.T("room.queue")}, link{"/tables", v.T("tables.title")}, link{"/desk", v.T("room.desk")}, link{"/applications", v.T("applications.submitted_title")}, link{"/unit", v.T("room.unit")}, link{"/registers", v.T("room.registers")})
	case actor.Finance:
		return append(all, link{"/applications", v.T("applications.submitted_title")}, link{"/units", v.T("units.title")})
	case actor.SysAdmin:
		return append(all, link{"/people", v.T("room.people")}, link{"/units", v.T("units.title")})
	case actor.Auditor:
		return append(all, link{"/journal", v.T("room.journal")}, link{"/registers/looks", v.T("registers.looks")})
	}
	return all
}
