package web

import "shenbao/actor"

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
		change("/account/tokens", signedIn, s.createToken).pageOnly(),
		change("/account/tokens/revoke", signedIn, s.revokeToken).pageOnly(),

		read("/inbox", signedIn, s.showInbox),
		change("/inbox/read", signedIn, s.readInbox),
		change("/inbox/{notice}/open", signedIn, s.openNotice),

		read("/applications/{application}", actor.ActViewSubmitted, s.showApplication),

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

		read("/registers", public, s.listRegisters),
		read("/registers/{register}", actor.ActKeepRegister, s.showPart),
		read("/registers/{register}/workbook", actor.ActKeepRegister, s.exportPart).pageOnly(),
		change("/registers/{register}", actor.ActKeepRegister, s.adopt).pageOnly(),
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
		return "/unit"
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
		return append(all, link{"/unit", v.T("room.unit")})
	case actor.Officer, actor.Head, actor.ProgrammeOfficer:
		return append(all, link{"/desk", v.T("room.desk")}, link{"/unit", v.T("room.unit")}, link{"/registers", v.T("room.registers")})
	case actor.Finance:
		return append(all, link{"/units", v.T("units.title")})
	case actor.SysAdmin:
		return append(all, link{"/people", v.T("room.people")}, link{"/units", v.T("units.title")})
	case actor.Auditor:
		return append(all, link{"/journal", v.T("room.journal")})
	}
	return all
}
