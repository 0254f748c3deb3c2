package actor

import (
	"context"
	"time"

	"github.com/alexedwards/argon2id"

	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/internal/secret"
)

// A Gate (登录入口) is what the acts about accounts need beside the database:
// keys, rules about passwords and sessions, counters against guessing, and the
// post. It may be used by several goroutines; its fields are set before it is.
type Gate struct {
	DB       *db.DB
	Keys     *secret.Keys
	Settings Settings
	// Send puts a letter in the post, in the transaction that it is about. A
	// letter to nobody (To == "") is to be put there too, so that the time it
	// takes does not tell who has an account; it is thrown away later.
	Send func(ctx context.Context, tx *db.Tx, l Letter) error

	pool *pool
}

// Settings are the rules of the gate. DefaultSettings has good ones.
type Settings struct {
	Policy    Policy        // which passwords are good enough
	TwoFactor []Role        // the roles that nobody acts in without a second factor
	Idle      time.Duration // a session ends after so long without a request, of an applicant …
	StaffIdle time.Duration // … and in any other role
	Longest   time.Duration // and after so long whatever happens
	Sessions  int           // of one person at a time; the oldest ends
	Hashers   int           // passwords hashed at a time; 0 = half as many as there are processors
	Limits    Limits
}

// Limits are how many attempts are allowed before people are asked to wait.
// Attempts to sign in count when they fail, letters when they are asked for.
type Limits struct {
	Pair    int           // on one account from one source, in Window
	Account int           // on one account from anywhere, in Window
	Source  int           // from one source, in Window
	Window  time.Duration //
	Global  int           // on all accounts from anywhere, in GlobalWindow
	// GlobalWindow is short: while it lasts nobody new gets in.
	GlobalWindow time.Duration
	Letters      int // to one address, in LetterWindow; ten times as many from one source
	LetterWindow time.Duration
}

// DefaultSettings are what an installation starts with.
func DefaultSettings() Settings {
	return Settings{
		Policy:    ASVS,
		TwoFactor: []Role{Officer, Head, ProgrammeOfficer, Expert, Finance, Auditor, SysAdmin},
		Idle:      2 * time.Hour,
		StaffIdle: 30 * time.Minute,
		Longest:   12 * time.Hour,
		Sessions:  10,
		Limits: Limits{
			Pair: 10, Account: 100, Source: 100, Window: 15 * time.Minute,
			Global: 3000, GlobalWindow: time.Minute,
			Letters: 5, LetterWindow: time.Hour,
		},
	}
}

// hashing are the parameters of argon2id: 19 MiB, two passes, one lane, as
// OWASP recommends where many sign in at once. A hash takes 15 to 35 ms of one
// processor. It names its own parameters, so these can be raised: whoever signs
// in is hashed anew.
var hashing = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// NewGate returns a gate with no post: its letters are lost until Send is set.
func NewGate(d *db.DB, keys *secret.Keys, s Settings) *Gate {
	return &Gate{
		DB: d, Keys: keys, Settings: s, pool: newPool(s.Hashers),
		Send: func(context.Context, *db.Tx, Letter) error { return nil },
	}
}

// A Hash is a password that was good enough, hashed: an argon2id string.
type Hash string

// HashPassword checks a password against the policy and hashes it, outside any
// transaction. Words are what it must not contain: the person's name and
// e-mail address, the unit's name.
func (g *Gate) HashPassword(ctx context.Context, password string, words ...string) (Hash, error) {
	if err := g.Settings.Policy.check(password, words); err != nil {
		return "", err
	}
	var hash string
	err := g.pool.run(ctx, func() (err error) {
		hash, err = argon2id.CreateHash(password, hashing)
		return err
	})
	return Hash(hash), err
}

// verify reports whether a password belongs to a hash, in the same time
// whether there is a hash or not. The third value is a new hash when the
// parameters have changed.
func (g *Gate) verify(ctx context.Context, password string, hash Hash) (bool, Hash, error) {
	var ok bool
	var renewed string
	err := g.pool.run(ctx, func() error {
		if hash == "" {
			_, err := argon2id.CreateHash(password, hashing)
			return err
		}
		var params *argon2id.Params
		var err error
		ok, params, err = argon2id.CheckHash(password, string(hash))
		if err == nil && ok && *params != *hashing {
			renewed, err = argon2id.CreateHash(password, hashing)
		}
		return err
	})
	return ok, Hash(renewed), err
}

// maxPassword is how many bytes of a password are looked at when somebody
// signs in. No policy takes longer ones.
const maxPassword = 1024

// Phone returns a person's telephone number in full.
func (g *Gate) Phone(p *Person) (string, error) {
	return g.Keys.Open("people.phone:"+string(p.ID), p.Phone)
}

// RetryAfter returns how many seconds a fault of the gate asks to wait; false
// for any other error.
func RetryAfter(err error) (int, bool) {
	if err == nil {
		return 0, false
	}
	f := fault.Of(err)
	if f.Key != "actor.busy" && f.Key != "actor.throttled" {
		return 0, false
	}
	seconds, ok := f.Args[0].(int)
	return seconds, ok
}
