package actor

import (
	"context"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

const (
	maxMisses     = 5    // wrong codes in one session that waits for one
	totpPeriod    = 30   // seconds a code is good for
	totpSkew      = 1    // and so many periods before and after, because clocks differ
	recoveryCodes = 10   // how many there are
	totpIssuer    = "申报" // how an authenticator names the account
)

// Code (第二因素) completes a session that wants a code, with a code of the
// authenticator or one of the recovery codes, each good for once. It returns
// the session's new token. After five wrong codes the session ends.
func (g *Gate) Code(ctx context.Context, token, code string, from Origin) (string, error) {
	s, err := db.View(ctx, g.DB, func(r db.Reader) (*session, error) {
		s, a, err := g.resume(ctx, r, token)
		if err == nil && a.Wants != WantsCode {
			return nil, fault.New(fault.Conflict, "actor.code_given")
		}
		return s, err
	})
	if err != nil {
		return "", err
	}
	counters := g.signInCounters(s.person.Email, from)
	if err := g.attempt(ctx, counters); err != nil {
		return "", err
	}
	fresh, err := db.Update(ctx, g.DB, db.By{Person: string(s.person.ID), Role: string(Visitor)}, func(tx *db.Tx) (string, error) {
		subject := "person:" + string(s.person.ID)
		with, err := g.useCode(ctx, tx, s.person.ID, code)
		if err != nil {
			return "", err
		}
		if with == "" {
			if err := missed(ctx, tx, s); err != nil {
				return "", err
			}
			return "", tx.Record(ctx, "actor.code_failed", subject, map[string]string{"source": from.source()})
		}
		if err := succeed(ctx, tx, counters); err != nil {
			return "", err
		}
		s.factors, s.proved = 2, tx.Now
		fresh, err := renew(ctx, tx, s, token)
		if err != nil {
			return "", err
		}
		return fresh, tx.Record(ctx, "actor.code", subject, map[string]string{"with": with, "source": from.source()})
	})
	if err == nil && fresh == "" {
		return "", fault.New(fault.Refused, "actor.wrong_code").In("code")
	}
	return fresh, err
}

// missed counts a wrong code, and ends the session after too many.
func missed(ctx context.Context, tx *db.Tx, s *session) error {
	n, err := missSession(ctx, tx, s.ID)
	if err != nil || n < maxMisses {
		return err
	}
	_, err = endSession(ctx, tx, s.person.ID, s.ID)
	return err
}

// useCode uses up a code and says what it was: "totp", "recovery", or "" when
// it is wrong or was used before.
func (g *Gate) useCode(ctx context.Context, tx *db.Tx, person PersonID, code string) (string, error) {
	code = strings.NewReplacer(" ", "", "-", "").Replace(strings.ToLower(cut(code, 40)))
	if len(code) != 6 {
		ok, err := useRecovery(ctx, tx, person, g.recoveryDigest(person, code))
		if !ok {
			return "", err
		}
		return "recovery", err
	}
	proofs, err := findProofs(ctx, tx, person)
	if err != nil {
		return "", err
	}
	step, err := g.stepOf(person, proofs.totp, code, tx.Now)
	if err != nil || step == 0 {
		return "", err
	}
	ok, err := useStep(ctx, tx, person, step)
	if !ok {
		return "", err
	}
	return "totp", err
}

// stepOf returns the time step that a code belongs to, or 0 when it is wrong.
func (g *Gate) stepOf(person PersonID, sealed secret.Sealed, code string, now time.Time) (int64, error) {
	key, err := g.Keys.Open("people.totp:"+string(person), sealed)
	if err != nil || key == "" {
		return 0, err
	}
	step := int64(0)
	for i := -totpSkew; i <= totpSkew; i++ {
		at := now.Add(time.Duration(i) * totpPeriod * time.Second)
		want, err := totp.GenerateCodeCustom(key, at, totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil {
			return 0, err
		}
		if secret.Equal(want, code) { // all are compared: the time must not tell which it was
			step = at.Unix() / totpPeriod
		}
	}
	return step, nil
}

func (g *Gate) recoveryDigest(person PersonID, code string) string {
	return g.Keys.Digest("recovery:"+string(person), code)
}

// A TOTP is a second factor that waits to be proven.
type TOTP struct {
	Key     string `json:"key"`     // to be typed into an authenticator
	Address string `json:"address"` // otpauth://…, to be drawn as a QR code
}

// NewTOTP (绑定第二因素) chooses a new second factor for the person of a session
// that was proven a moment ago. It counts from [Gate.ConfirmTOTP] on.
func (g *Gate) NewTOTP(ctx context.Context, token string) (*TOTP, error) {
	return inSession(ctx, g, token, g.proven, func(tx *db.Tx, s *session) (*TOTP, error) {
		key, err := totp.Generate(totp.GenerateOpts{Issuer: totpIssuer, AccountName: s.person.Email, Period: totpPeriod, SecretSize: 20})
		if err != nil {
			return nil, err
		}
		sealed, err := g.Keys.Seal("people.totp:"+string(s.person.ID), key.Secret())
		if err != nil {
			return nil, err
		}
		if err := setNewTOTP(ctx, tx, s.person.ID, sealed); err != nil {
			return nil, err
		}
		return &TOTP{Key: key.Secret(), Address: key.URL()}, tx.Record(ctx, "actor.new_totp", "person:"+string(s.person.ID), nil)
	})
}

// ConfirmTOTP makes the chosen second factor count, with a first code of it. It
// ends the person's other sessions and returns this session's new token and
// ten recovery codes, which nobody can show again.
func (g *Gate) ConfirmTOTP(ctx context.Context, token, code string) (string, []string, error) {
	var codes []string
	fresh, err := inSession(ctx, g, token, g.proven, func(tx *db.Tx, s *session) (string, error) {
		person := s.person.ID
		proofs, err := findProofs(ctx, tx, person)
		if err != nil {
			return "", err
		}
		step, err := g.stepOf(person, proofs.totpNew, strings.ReplaceAll(code, " ", ""), tx.Now)
		if err != nil {
			return "", err
		}
		if step == 0 {
			return "", fault.New(fault.Refused, "actor.wrong_code").In("code")
		}
		ok, err := adoptTOTP(ctx, tx, person, proofs.totpNew, step)
		if err != nil {
			return "", err
		}
		if !ok {
			return "", fault.New(fault.Conflict, "actor.totp_changed")
		}
		if codes, err = g.issueCodes(ctx, tx, person); err != nil {
			return "", err
		}
		s.factors = 2
		return g.proofsChanged(ctx, tx, s, token, "actor.confirm_totp")
	})
	return fresh, codes, err
}

// DropTOTP (解除第二因素) removes the second factor of the person of a session
// that was proven a moment ago. Where a role asks for one, they must choose
// another before they act in it again.
func (g *Gate) DropTOTP(ctx context.Context, token string) (string, error) {
	return inSession(ctx, g, token, g.proven, func(tx *db.Tx, s *session) (string, error) {
		if err := dropTOTP(ctx, tx, s.person.ID); err != nil {
			return "", err
		}
		s.factors = 1
		return g.proofsChanged(ctx, tx, s, token, "actor.drop_totp")
	})
}

// NewRecoveryCodes replaces the recovery codes of the person of a session that
// was proven a moment ago.
func (g *Gate) NewRecoveryCodes(ctx context.Context, token string) ([]string, error) {
	return inSession(ctx, g, token, g.proven, func(tx *db.Tx, s *session) ([]string, error) {
		if !s.person.TOTP {
			return nil, fault.New(fault.Refused, "actor.no_totp")
		}
		codes, err := g.issueCodes(ctx, tx, s.person.ID)
		if err != nil {
			return nil, err
		}
		return codes, tx.Record(ctx, "actor.new_recovery_codes", "person:"+string(s.person.ID), nil)
	})
}

// RecoveryCodesLeft returns how many recovery codes the person who is signed in
// has left.
func RecoveryCodesLeft(ctx context.Context, r db.Reader, by db.By) (int, error) {
	person := PersonID(by.Person)
	if err := MayOn(ctx, r, by, ActEditAccount, On{Person: person}); err != nil {
		return 0, err
	}
	return countRecovery(ctx, r, person)
}

// issueCodes makes recovery codes and stores what they are recognised by.
func (g *Gate) issueCodes(ctx context.Context, tx *db.Tx, person PersonID) ([]string, error) {
	var codes, digests []string
	for range recoveryCodes {
		code := secret.NewCode()
		codes = append(codes, code)
		digests = append(digests, g.recoveryDigest(person, strings.ReplaceAll(code, "-", "")))
	}
	return codes, setRecovery(ctx, tx, person, digests)
}

// proofsChanged ends the other sessions of a person whose password or second
// factor changed, renews this one, writes them a letter and leaves the line.
func (g *Gate) proofsChanged(ctx context.Context, tx *db.Tx, s *session, token, verb string) (string, error) {
	if _, err := endSessions(ctx, tx, s.person.ID, s.ID); err != nil {
		return "", err
	}
	fresh, err := renew(ctx, tx, s, token)
	if err != nil {
		return "", err
	}
	if err := g.notify(ctx, tx, &s.person, verb); err != nil {
		return "", err
	}
	return fresh, tx.Record(ctx, verb, "person:"+string(s.person.ID), nil)
}

// notify writes to a person that something about their account was changed.
func (g *Gate) notify(ctx context.Context, tx *db.Tx, p *Person, verb string) error {
	return g.Send(ctx, tx, Letter{To: p.Email, Language: p.Language, Purpose: noticeChanged, About: "actor.changed." + strings.TrimPrefix(verb, "actor.")})
}
