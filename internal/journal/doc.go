// Package journal makes the lines of the journal (存证日志) a log that cannot be
// changed without being found out, and reads them.
//
// Every act leaves a line in its own transaction (db.Tx.Record): who, when,
// what, under which clause, and a salted commitment to its content. A [Sealer]
// gives the lines their places, 1, 2, 3 …, in the order in which it finds them,
// hashes them into a Merkle tree (RFC 6962, SHA-256) and signs the tree's size
// and root: a checkpoint. Whoever keeps a checkpoint can tell later that
// nothing before it was changed, and whoever has a [Receipt] that a line was in
// the log.
//
// # Formats
//
// The leaf of a line is its fields id, at, person, unit, role, verb, subject,
// clause, commitment, in this order, each as its length in bytes, a colon, the
// bytes, and a comma (a netstring). The commitment is the SHA-256 of salt and
// payload, in hexadecimal; the salt is 16 bytes, stored in hexadecimal.
//
//	leaf hash = SHA-256(0x00 leaf)      node hash = SHA-256(0x01 left right)
//
// A checkpoint is a signed note (C2SP tlog-checkpoint; Ed25519) with this text:
//
//	shenbao journal
//	<size, decimal>
//	<root hash, base64>
//	<instant, as 2026-11-22T08:00:00.000Z>
//
// # What is found, and what is not
//
// [Verify] finds every change to what is sealed: a line edited, deleted,
// inserted or moved, a payload or an instant changed, the tail cut off, a
// checkpoint signed by somebody else. Lines of the last minutes, not sealed
// yet, are protected by their commitments alone. A whole database that is put
// back to an earlier state, key and all, is consistent in itself: only a
// checkpoint kept elsewhere finds it.
//
// Tables: journal (written by package db), journal_hashes, journal_checkpoints.
package journal
