package verify

import _ "embed"

// Script is the verifier in JavaScript, a module without dependencies: what a
// public page hands to whoever does not trust this program.
//
//go:embed verifier.mjs
var Script string
