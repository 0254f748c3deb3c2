// Package actor holds units and people (单位与人员): accounts and how they sign
// in, memberships and roles, the tree of authorities, and the one table that
// says who may do what.
//
// # Permissions
//
// may.go is the table: act → roles, by relation (self, own unit, an authority
// above, programme, any). Every act of every room asks it:
//
//	if err := actor.May(ctx, tx, tx.By, actor.ActPublishCall, c.Unit); err != nil {
//		return err // Missing: not theirs to see; Refused: they see it and may not
//	}
//
// May looks the membership up that By names, in the transaction of the act: a
// role that was taken away, an account that was disabled and a unit that was
// closed have no rights from then on. A visitor (role "visitor") needs no
// membership, nor does the program itself (role "system"), which may only what
// the table gives it. A later room adds constants to act.go, rows to may.go,
// names to the catalogues (actor.act.…) and lines to testdata/may.txt; a test
// names what is missing.
//
// # Units
//
//	pending ── ConfirmUnit ──▶ confirmed ── CloseUnit ──▶ closed
//	   └────── RefuseUnit ───▶ refused (the credit code is free again)
//
// Every unit stands under one authority (Parent), its 归口管理部门: that of its
// place, or a department that it names. Authorities form a tree. A new
// authority of a place takes over the units that follow their place
// (AddAuthority); MoveUnit changes the tree by hand. Acts: RegisterUnit,
// ConfirmUnit, RefuseUnit, ChangeUnit, CloseUnit, AddAuthority, MoveUnit.
// Reading: FindUnit, UnitByCode, ListUnits, Authorities, History.
//
// # People
//
// A membership is a role in a unit: Grant, Invite, Accept, EndMembership.
// System administrator and auditor are roles of the whole platform (unit "")
// and stand apart: who holds one of them holds nothing else, nobody gives a
// role to themself, and neither sees what applicants write.
//
// What needs keys, hashing, counters or the post hangs on a [Gate]:
//
//	FirstToken, Begin                 the first administrator
//	AskToJoin, Invite, Join, Accept   accounts by letter
//	SignIn, Code, Resume, SwitchTo, Prove, SignOut
//	AskReset, ResetPassword, ChangePassword, ChangeEmail, ConfirmEmail, EditPerson
//	NewTOTP, ConfirmTOTP, DropTOTP, NewRecoveryCodes
//	ResumeAPI, Sweep, AddPerson, HashPassword
//
// Those of its methods that take no transaction open their own, because they
// hash a password before it or because a failed attempt leaves a line, too.
// Those that return a string return the session's new token: the old one is
// worth nothing any more. Without the gate: EndSessions, DisablePerson,
// EnablePerson, CreateAPIToken, RevokeAPIToken, ListPeople, ViewPerson.
//
// To fill a database (demonstration, tests) the program acts as db.System: it
// may add authorities and people, confirm units and grant every role.
//
// # Tables
//
// people, recovery_codes, units, unit_history, memberships, sessions,
// api_tokens, one_time_tokens, attempts. Telephone numbers and keys of second
// factors are sealed, tokens and codes are stored as hashes, passwords by
// argon2id.
package actor
