//go:build race

package web

// raced: the race detector makes everything several times slower; long tests
// then ask a part of what they ask.
const raced = true
