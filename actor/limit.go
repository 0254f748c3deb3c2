package actor

import (
	"context"
	"strings"

	"shenbao/internal/fault"
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

// Covered asks that the token of the request, if there is one, covers act: for
// lists, of which [May] cannot be asked as a whole.
func Covered(ctx context.Context, act Act) error {
	if covered(ctx, act) {
		return nil
	}
	return fault.New(fault.Refused, "actor.scope", fault.Key("actor.act."+string(act)))
}
