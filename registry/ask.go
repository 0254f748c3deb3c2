package registry

import (
	"context"

	"shenbao/internal/chinacode"
	"shenbao/internal/db"
	"shenbao/internal/fault"
)

// A Question asks whether a person or a unit stands in a register.
type Question struct {
	Register string
	Number   string // an identity number, or the credit code of a unit
	Day      string // as the register stood on that day; "" for now
}

// An Answer says what a register has of a person or a unit.
type Answer struct {
	Held     bool       `json:"held"`
	Complete bool       `json:"complete"` // every part that was asked says: a row that is not there does not exist
	Parts    []*Edition `json:"parts"`
	Rows     []FoundRow `json:"rows"`
}

// Ask (按证件号查询) compares a number with a register by its keyed hash, without
// showing a number to anybody. Of a register that is no public list it asks the
// parts that the reader's authority keeps, stands over or stands under: those
// that its findings rest on. Every question leaves a trace.
func (x Reading) Ask(ctx context.Context, by db.By, q Question) (*Answer, error) {
	l := look{register: q.Register, kind: LookAsked, query: Query{Register: q.Register, Day: q.Day}}
	return traced(ctx, x, by, l, func(r db.Reader, l *look) (*Answer, error) {
		list := FindRegister(q.Register)
		if list == nil {
			return nil, fault.New(fault.Missing, "registry.missing")
		}
		if err := mayQuery(ctx, r, by, list); err != nil {
			return nil, err
		}
		n, err := x.number(list, q.Number)
		if err != nil {
			return nil, err
		}
		l.number, l.query.Text, l.query.Code = n.person, n.masked, n.code
		if err := l.query.check(list); err != nil {
			return nil, err
		}
		return answered(ctx, r, by, question{scope{list, l.query.Day, true}, n, l})
	})
}

// A question is one that can be answered: where, by what, and the look it is.
type question struct {
	scope
	number
	look *look
}

func answered(ctx context.Context, r db.Reader, by db.By, q question) (*Answer, error) {
	parts, err := partsFor(ctx, r, by, q.scope)
	if err != nil {
		return nil, err
	}
	day := q.day
	if day == "" {
		day = dayOf(r.At())
	}
	a := &Answer{Complete: len(parts) > 0, Parts: []*Edition{}, Rows: []FoundRow{}}
	for _, e := range parts {
		a.Parts, a.Complete = append(a.Parts, e.public()), a.Complete && e.completeOn(day)
		rows, err := heldNumbered(ctx, r, e, q.number)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			a.Rows = append(a.Rows, FoundRow{row.ID, row.Unit, row.shown()})
		}
		q.look.reach(e.Keeper, len(rows))
	}
	a.Held = len(a.Rows) > 0
	return a, nil
}

// A number is what is asked by: the keyed hash of an identity number, or a
// credit code.
type number struct{ person, masked, code string }

// number reads the number of a question, as far as the register has such.
func (x Reading) number(list *List, typed string) (number, error) {
	identity, err := chinacode.ParseIdentity(typed)
	if err == nil && list.kind(Person) != nil {
		return number{person: PersonKey(x.Keys, identity.Number), masked: chinacode.MaskIdentity(identity.Number)}, nil
	}
	if code, bad := chinacode.CreditCode(typed); bad == nil && list.kind(Credit) != nil {
		return number{code: code}, nil
	}
	return number{}, fault.New(fault.Invalid, "registry.ask_number").In("number")
}
