package web

import (
	"shenbao/internal/db"
	"shenbao/internal/inbox"
)

// chooseMailing keeps how the reader wants to be written to (邮件方式).
func (s *Server) chooseMailing(v *visit, in struct {
	Digest inbox.Choice `json:"digest"`
}) (page, error) {
	_, err := db.Keep(v.Context(), s.DB, func(tx *db.Tx) (int, error) {
		if err := v.mayRead(v.Context(), tx); err != nil {
			return 0, err
		}
		return 0, inbox.Choose(v.Context(), tx, string(v.Actor.Person), in.Digest)
	})
	return s.accountAgain(v, err)
}

func mailingOptions(v *visit) (out []option) {
	for _, c := range inbox.Choices {
		out = append(out, option{string(c), v.T("mailing." + string(c))})
	}
	return out
}
