package actor

import (
	"context"

	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// DisablePerson (停用账号) locks an account: its sessions and personal tokens end
// at once, and nobody signs in to it. Nobody locks their own, nor the last
// system administrator's.
func DisablePerson(ctx context.Context, tx *db.Tx, person PersonID) error {
	if err := mayTo(ctx, tx, tx.By, ActDisablePerson, person); err != nil {
		return err
	}
	if string(person) == tx.By.Person {
		return fault.New(fault.Refused, "actor.own_account")
	}
	held, err := membershipsOf(ctx, tx, person)
	if err != nil {
		return err
	}
	for _, m := range held {
		if m.Role == SysAdmin {
			if err := keepOne(ctx, tx, m); err != nil {
				return err
			}
		}
	}
	if err := switchAccount(ctx, tx, person, true); err != nil {
		return err
	}
	if err := lockOut(ctx, tx, person); err != nil {
		return err
	}
	return tx.Record(ctx, "actor.disable_person", "person:"+string(person), nil)
}

// EnablePerson (恢复账号) unlocks an account.
func EnablePerson(ctx context.Context, tx *db.Tx, person PersonID) error {
	if err := mayTo(ctx, tx, tx.By, ActDisablePerson, person); err != nil {
		return err
	}
	if err := switchAccount(ctx, tx, person, false); err != nil {
		return err
	}
	return tx.Record(ctx, "actor.enable_person", "person:"+string(person), nil)
}

func switchAccount(ctx context.Context, tx *db.Tx, person PersonID, off bool) error {
	if _, err := FindPerson(ctx, tx, person); err != nil {
		return err
	}
	ok, err := setDisabled(ctx, tx, person, off)
	if err == nil && !ok {
		return fault.New(fault.Conflict, "actor.account_state")
	}
	return err
}
