package web

import (
	"net/http"
	"reflect"
	"strings"

	"shenbao/actor"
)

// public marks a route that anybody may open: the act of nobody in particular.
const public actor.Act = ""

// signedIn marks a route that anybody with an account may open: it concerns
// only the person who asks.
const signedIn actor.Act = "self"

// A route is one path and what stands behind it.
type route struct {
	method, pattern string
	act             actor.Act    // who may open it at all; the room asks again about the thing itself
	in, out         reflect.Type // what it reads and what it answers with
	hidden          bool         // not in the JSON API: a form, a file, a feed
	uploads         bool         // it takes files
	largest         int64        // bytes that they may have; 0: maxUpload
	octets          bool         // it takes a body of bytes
	small           bool         // its body is one short request: see maxSmall
	serve           func(v *visit) (page, error)
}

// read mounts a page that changes nothing. When it fails, the fault is all that
// is shown.
func read[In any, Out page](pattern string, act actor.Act, fn func(*visit, In) (Out, error)) route {
	return mount(http.MethodGet, pattern, act, fn)
}

// change mounts an act. When it fails, the page that comes with the fault is
// shown: the form, with what was typed.
func change[In any, Out page](pattern string, act actor.Act, fn func(*visit, In) (Out, error)) route {
	return mount(http.MethodPost, pattern, act, fn)
}

func mount[In any, Out page](method, pattern string, act actor.Act, fn func(*visit, In) (Out, error)) route {
	return route{
		method: method, pattern: pattern, act: act,
		in: reflect.TypeFor[In](), out: reflect.TypeFor[Out](), uploads: takes[upload](reflect.TypeFor[In]()), octets: takes[octets](reflect.TypeFor[In]()),
		serve: func(v *visit) (page, error) {
			var in In
			if err := v.decode(&in); err != nil {
				return nil, err
			}
			out, err := fn(v, in)
			if err != nil && (method == http.MethodGet || reflect.ValueOf(&out).Elem().IsZero()) {
				return nil, err // no form to show again
			}
			return out, err
		},
	}
}

// takes reports whether one of the fields is an upload, or a body of bytes.
func takes[T any](in reflect.Type) bool {
	for i := range in.NumField() {
		if in.Field(i).Type == reflect.TypeFor[T]() {
			return true
		}
	}
	return false
}

// pageOnly keeps a route out of the JSON API.
func (rt route) pageOnly() route {
	rt.hidden = true
	return rt
}

// short bounds the body of a route: everything else was sent before.
func (rt route) short() route {
	rt.small = true
	return rt
}

// upTo lets the files of a route have more bytes than others.
func (rt route) upTo(bytes int64) route {
	rt.largest = bytes + maxForm
	return rt
}

// nothing is read by a route that takes no input.
type nothing struct{}

// apiPrefix is where the JSON API stands; behind it are the same paths.
const apiPrefix = "/api/v1"

// wantsJSON reports whether a request came in through the API.
func wantsJSON(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, apiPrefix+"/") }

// name is the route's own name in the API: listCalls of GET /calls.
func (rt route) name() string {
	words := strings.FieldsFunc(rt.pattern, func(r rune) bool { return r == '/' || r == '{' || r == '}' || r == '-' || r == '.' })
	name := strings.ToLower(rt.method)
	for _, w := range words {
		name += strings.ToUpper(w[:1]) + w[1:]
	}
	return name
}
