// Package secret keeps what a stolen database must not tell: it encrypts
// personal data at rest, makes the keyed hashes by which they can be looked
// up, and makes and hashes random tokens.
//
// Every stored value names its algorithm and its key, as
// "aes256gcm.1a2b3c4d.…": another algorithm (SM4) or a new key can be brought
// in while the old values stay readable. The keys live in a file beside the
// data or in the environment, never in the database: a backup of the database
// alone opens nothing.
package secret
