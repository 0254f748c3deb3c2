package actor

import (
	"context"
	"fmt"
	"slices"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Relation (关系) is how a person at work stands to what an act is done to.
type Relation string

// The relations, the nearest first.
const (
	Self      Relation = "self"      // it is their own account; holds in every role
	Own       Relation = "own"       // it belongs to the unit they act for
	Above     Relation = "above"     // they act for an authority over the unit that it belongs to
	Programme Relation = "programme" // their unit issued the call, and their scope covers its programme
	Any       Relation = "any"       // whatever it is
)

// may lists the roles that may, by relation.
type may map[Relation][]Role

// A permission is a row of the table. Who may not do the act, but may do the
// act in sees, is refused; everybody else is told that there is no such thing.
// An empty sees is "everybody sees it". A row that is early holds for units
// that are not confirmed, too.
type permission struct {
	act   Act
	sees  Act
	early bool
	may   may
}

// Groups of roles, to keep the rows short.
var (
	everybody = Roles
	applicant = []Role{Editor, UnitAdmin}
	authority = []Role{Officer, Head}
	offices   = []Role{Officer, Head, ProgrammeOfficer, Finance}
	members   = []Role{Editor, UnitAdmin, Officer, Head, ProgrammeOfficer, Finance}
	issuers   = may{Own: authority, Programme: {ProgrammeOfficer}}
)

// table is who may do what: all of it. A role that is not in a row may not. A
// membership with a scope is narrowed to its programmes in every relation. A
// later room adds its acts to act.go, its rows here, and its lines to
// testdata/may.txt.
var table = []permission{
	{ActViewPerson, ActViewPerson, true, may{Self: everybody, Own: {UnitAdmin}, Any: {SysAdmin}}},
	{ActViewPeople, ActViewPeople, true, may{Any: {SysAdmin, System}}},
	{ActAddPerson, ActViewPeople, true, may{Any: {System}}},
	{ActEditAccount, ActViewPerson, true, may{Self: everybody}},
	{ActEndSessions, ActViewPerson, true, may{Self: everybody, Any: {SysAdmin}}},
	{ActDisablePerson, ActViewPerson, true, may{Any: {SysAdmin, System}}},

	{ActRegisterUnit, "", true, may{Any: {Visitor, Editor, UnitAdmin}}},
	{ActViewUnit, ActViewUnit, true, may{Own: members, Above: append(offices, UnitAdmin), Any: {SysAdmin}}},
	{ActViewMembers, ActViewUnit, true, may{Own: members, Above: {UnitAdmin, Officer, Head}, Any: {SysAdmin}}},
	{ActChangeUnit, ActViewUnit, true, may{Own: {UnitAdmin}, Above: authority}},
	{ActConfirmUnit, ActViewUnit, false, may{Above: authority, Any: {System}}},
	{ActCloseUnit, ActViewUnit, false, may{Above: {Head}}},
	{ActAddAuthority, ActAddAuthority, true, may{Any: {SysAdmin, System}}},
	{ActMoveUnit, ActViewUnit, true, may{Any: {SysAdmin, System}}},

	{ActGrantEditor, ActViewUnit, false, may{Own: {UnitAdmin}, Any: {System}}},
	{ActGrantUnitAdmin, ActViewUnit, false, may{Own: {UnitAdmin}, Above: {UnitAdmin}, Any: {SysAdmin, System}}},
	{ActGrantOfficer, ActViewUnit, false, may{Own: {UnitAdmin}, Any: {System}}},
	{ActGrantHead, ActViewUnit, false, may{Own: {UnitAdmin}, Any: {System}}},
	{ActGrantProgrammeOfficer, ActViewUnit, false, may{Own: {UnitAdmin}, Any: {System}}},
	{ActGrantExpert, ActViewUnit, false, may{Own: {UnitAdmin}, Any: {System}}},
	{ActGrantFinance, ActViewUnit, false, may{Own: {UnitAdmin}, Any: {System}}},
	{ActGrantAuditor, ActViewPeople, true, may{Any: {SysAdmin, System}}},
	{ActGrantSysAdmin, ActViewPeople, true, may{Any: {SysAdmin, System}}},

	{ActCreateAPIToken, ActViewPerson, true, may{Self: everybody}},
	{ActRevokeAPIToken, ActViewPerson, true, may{Self: everybody}},
	{ActViewAPITokens, ActViewPerson, true, may{Self: everybody}},
	{ActViewJournal, ActViewJournal, true, may{Any: {Auditor}}},
	{ActManageHooks, ActViewUnit, false, may{Own: {UnitAdmin}}},

	{ActViewProfile, ActViewProfile, true, may{Own: applicant, Above: offices}},
	{ActEditProfile, ActViewProfile, true, may{Own: applicant}},
	{ActImportProfile, ActViewProfile, true, may{Own: applicant}},
	{ActExportProfile, ActViewProfile, true, may{Own: applicant, Above: authority}},
	{ActConfirmProfile, ActViewProfile, true, may{Own: {UnitAdmin}}},
	{ActVerifyProfile, ActViewProfile, false, may{Above: authority}},
	{ActRevealIdentity, ActViewProfile, true, may{Own: {UnitAdmin}}},
	{ActKeepRegister, ActKeepRegister, false, may{Own: {Officer, Head, ProgrammeOfficer}, Any: {System}}},
	{ActQueryRegister, ActQueryRegister, true, may{Any: append(members, Expert, Auditor)}},
	{ActReadRegister, ActReadRegister, false, may{Own: {Officer, Head, ProgrammeOfficer}, Above: {Officer, Head, ProgrammeOfficer}}},
	{ActViewLooks, ActViewLooks, false, may{Own: {Officer, Head, ProgrammeOfficer}, Any: {Auditor}}},

	{ActViewDraft, ActViewDraft, false, issuers},
	{ActDraftCall, ActViewDraft, false, issuers},
	{ActPublishCall, ActViewDraft, false, issuers},
	{ActAttachToCall, ActViewDraft, false, issuers},
	{ActProposeExtension, ActViewDraft, false, issuers},
	{ActApproveExtension, ActViewDraft, false, may{Own: {Head}}},
	{ActCloseCall, ActViewDraft, false, issuers},

	{ActViewApplication, ActViewApplication, false, may{Own: applicant}},
	{ActViewSubmitted, ActViewSubmitted, false, may{Own: applicant, Above: offices, Programme: {ProgrammeOfficer}}},
	{ActBeginApplication, ActViewApplication, false, may{Own: applicant}},
	{ActEditApplication, ActViewApplication, false, may{Own: applicant}},
	{ActSubmitApplication, ActViewApplication, false, may{Own: {UnitAdmin}}},
	{ActWithdrawApplication, ActViewSubmitted, false, may{Own: {UnitAdmin}}},
	{ActReturnApplication, ActViewSubmitted, false, may{Above: authority, Programme: {ProgrammeOfficer}}},
	{ActViewPart, ActViewPart, true, may{Own: applicant}},
	{ActFillPart, ActViewPart, true, may{Own: applicant}},
	{ActConfirmPart, ActViewPart, true, may{Own: {UnitAdmin}}},

	{ActViewQueue, ActViewQueue, false, may{Own: offices}},
	{ActDecideStep, ActViewQueue, false, may{Own: authority}},
	{ActEditTable, ActViewQueue, false, may{Own: authority}},
	{ActHandUp, ActViewQueue, false, may{Own: {Head}}},
	{ActRelay, ActViewQueue, false, may{Own: authority}},
	{ActEnterPaper, ActViewQueue, false, may{Own: {Officer, Head, ProgrammeOfficer}}},
	{ActAppeal, ActViewSubmitted, false, may{Own: {UnitAdmin}}},
	{ActViewComplaints, ActViewComplaints, false, issuers},
	{ActAnswerComplaint, ActViewComplaints, false, issuers},
}

// rows is the table by act.
var rows = func() map[Act]permission {
	m := map[Act]permission{}
	for _, p := range table {
		m[p.act] = p
	}
	return m
}()

// On is what an act is done to. Its zero value is "nothing in particular".
type On struct {
	Unit      UnitID   // the unit that the thing belongs to
	Person    PersonID // the person that the thing belongs to
	Issuer    UnitID   // the unit that issued the call that the thing is about
	Programme string   // the id of that call's programme package
}

// May reports whether by may do act to what belongs to unit: nil, a Missing
// fault when they may not see it, a Refused fault when they see it and may not
// do it. Unit "" is an act about no unit. Whoever By names must hold that
// membership when the transaction begins, so that a role that was taken away
// is gone at once.
func May(ctx context.Context, r db.Reader, by db.By, act Act, unit UnitID) error {
	return MayOn(ctx, r, by, act, On{Unit: unit, Issuer: unit})
}

// MayOn is May for a thing that more is known of.
func MayOn(ctx context.Context, r db.Reader, by db.By, act Act, on On) error {
	row, ok := rows[act]
	if !ok {
		return fmt.Errorf("may: the table has no act %q", act)
	}
	s, err := standingOf(ctx, r, by, on)
	if err != nil {
		return err
	}
	allowed := s.allows(row)
	switch {
	case allowed && !covered(ctx, act):
		return Covered(ctx, act)
	case allowed && s.unready && !row.early:
		return fault.New(fault.Refused, "actor.unconfirmed", fault.Key("actor.act."+string(act)))
	case allowed:
		return nil
	case row.sees == "" || s.allows(rows[row.sees]):
		return fault.New(fault.Refused, "actor.refused", fault.Key("actor.role."+by.Role), fault.Key("actor.act."+string(act)))
	}
	return fault.New(fault.Missing, "actor.missing")
}

// Ever reports whether the table gives the act to a role in any relation: for
// a door that does not know yet what the act will be done to. Only [May]
// permits.
func Ever(role Role, act Act) bool {
	for _, roles := range rows[act].may {
		if slices.Contains(roles, role) {
			return true
		}
	}
	return false
}

// allows reports whether the table gives the act of row to somebody who stands
// so.
func (s standing) allows(row permission) bool {
	for relation, roles := range row.may {
		if s.is[relation] && slices.Contains(roles, s.role) {
			return true
		}
	}
	return false
}
