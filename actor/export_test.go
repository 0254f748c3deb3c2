package actor

import "github.com/alexedwards/argon2id"

// SetHashing changes what a hash of a password costs, and returns what undoes
// that: tests that do not measure it make it cheap.
func SetHashing(p argon2id.Params) (undo func()) {
	before := hashing
	hashing = &p
	return func() { hashing = before }
}
