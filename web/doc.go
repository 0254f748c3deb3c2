// Package web is the door (门户): it turns requests into acts of the rooms and
// their answers into pages or JSON. It holds no rule and no SQL.
//
// The way of a request: routes.go says which act a path stands for and which
// struct it reads ([read] and [change] decode it strictly); a handler of a few
// lines calls one act of one room and returns its answer as a page; answer.go
// renders that page as HTML, or as JSON when the path begins /api/v1/. An error
// picks status and text: every fault has its sentence in both languages, and
// anything else is logged and shown as one sentence and a number.
//
// Pages are templ components, one file a subject beside its handlers:
// calls.go and calls.templ. After changing a .templ file run "go generate ./web".
package web

//go:generate go tool templ generate -path .
