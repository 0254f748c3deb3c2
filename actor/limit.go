package actor

import (
	"context"
	"strings"
)

type limitKey struct{}

// limit returns a context in which [May] allows only what scopes cover: that of
// a request made with a personal token.
func limit(ctx context.Context, scopes []string) context.Context {
	return context.WithValue(ctx, limitKey{}, scopes)
}

// covered reports whether the token of the request, if there is one, covers
// act. A scope is an act ("registry.view") or a whole room ("registry").
func covered(ctx context.Context, act Act) bool {
	scopes, limited := ctx.Value(limitKey{}).([]string)
	if !limited {
		return true
	}
	for _, s := range scopes {
		if string(act) == s || strings.HasPrefix(string(act), s+".") {
			return true
		}
	}
	return false
}
