package web

import "github.com/a-h/templ"

// helpPage tells how to use the platform.
type helpPage struct{}

func (helpPage) title(v *visit) string         { return v.T("help") }
func (helpPage) body(v *visit) templ.Component { return helpBody(v) }

func (s *Server) help(*visit, nothing) (page, error) { return helpPage{}, nil }

// helpTopics are the questions that the help page answers, in their order.
var helpTopics = []string{"check", "account", "profile", "deadline", "confirm", "publish", "extend", "journal", "keys"}
