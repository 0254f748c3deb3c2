package web

import (
	"strings"

	"github.com/a-h/templ"

	"shenbao/actor"
	"shenbao/internal/db"
	"shenbao/internal/hook"
)

// hooksPage is where a unit's administrator looks after its webhooks (消息推送).
type hooksPage struct {
	Hooks  []hookRow `json:"hooks"`
	Secret string    `json:"secret,omitempty"` // of the one that was just made; shown once
	typed  hookTyped
}

// hookRow is a webhook with what was sent there last.
type hookRow struct {
	*hook.Hook
	Deliveries []*hook.Delivery `json:"deliveries"`
}

// hookTyped is a webhook as it was typed.
type hookTyped struct {
	Name    string      `json:"name"`
	Address string      `json:"address"`
	Format  hook.Format `json:"format"`
	Secret  string      `json:"secret"` // of a robot; never sent back
	Kinds   []string    `json:"kinds"`
}

func (hooksPage) title(v *visit) string           { return v.T("hooks.title") }
func (p hooksPage) body(v *visit) templ.Component { return hooksBody(v, p) }

// hookKinds are the kinds of notices that a webhook may be told, by how their keys
// begin, with the word of each.
var hookKinds = []option{
	{"recommend.notice.arrived", "arrived"}, {"recommend.notice.", "recommend"}, {"recommend.notice.paper_", "paper"}, {"recommend.notice.complaint", "complaint"},
	{"apply.", "apply"},
}

// hooks acts on webhooks.
func (s *Server) hooks() actor.Hooks {
	return actor.Hooks{Keeper: hook.Keeper{Keys: s.Gate.Keys, Guard: s.Hooks}}
}

// lastDeliveries is how many deliveries of a webhook are shown.
const lastDeliveries = 5

func (s *Server) listHooks(v *visit, _ nothing) (hooksPage, error) {
	return db.View(v.Context(), s.DB, func(r db.Reader) (p hooksPage, err error) {
		p.Hooks = []hookRow{}
		all, err := s.hooks().List(v.Context(), r, v.By())
		if err != nil {
			return p, err
		}
		for _, h := range all {
			sent, err := hook.Deliveries(v.Context(), r, h.ID, lastDeliveries)
			if err != nil {
				return p, err
			}
			p.Hooks = append(p.Hooks, hookRow{h, sent})
		}
		return p, nil
	})
}

func (s *Server) addHook(v *visit, in hookTyped) (page, error) {
	var secret string
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (h *hook.Hook, err error) {
		h, secret, err = s.hooks().Add(v.Context(), tx, hook.New{Name: in.Name, Address: in.Address, Format: in.Format, Secret: in.Secret, Kinds: in.Kinds, Language: v.Lang})
		return h, err
	})
	p, e := s.listHooks(v, nothing{})
	if e != nil {
		return nil, e
	}
	if err != nil {
		p.typed, p.typed.Secret = in, ""
		return p, err
	}
	p.Secret = secret
	return p, nil
}

func (s *Server) turnHook(v *visit, in struct {
	Hook  string     `json:"hook" in:"path"`
	State hook.State `json:"state"`
}) (page, error) {
	return s.hookAgain(v, func(tx *db.Tx) error {
		_, err := s.hooks().Turn(v.Context(), tx, in.Hook, in.State)
		return err
	})
}

func (s *Server) tryHook(v *visit, in struct {
	Hook string `json:"hook" in:"path"`
}) (page, error) {
	return s.hookAgain(v, func(tx *db.Tx) error {
		_, err := s.hooks().Try(v.Context(), tx, in.Hook)
		return err
	})
}

// hookAgain runs an act on a webhook and shows them all again.
func (s *Server) hookAgain(v *visit, act func(tx *db.Tx) error) (page, error) {
	_, err := db.Update(v.Context(), s.DB, v.By(), func(tx *db.Tx) (int, error) {
		err := act(tx)
		return 0, err
	})
	if err == nil {
		return moved{"/hooks"}, nil
	}
	p, e := s.listHooks(v, nothing{})
	if e != nil {
		return nil, e
	}
	return p, err
}

// hookColour is the colour of a state of webhooks.
func hookColour(s hook.State) string {
	return map[hook.State]string{hook.Active: "good", hook.Stopped: "bad"}[s]
}

// deliveryWord says what became of a delivery.
func deliveryWord(v *visit, d *hook.Delivery) string {
	word := v.T("hooks.delivery." + d.State)
	if d.Outcome != "" && d.State != hook.Sent {
		word += v.T("colon") + v.T("hooks.outcome."+d.Outcome, d.Code)
	}
	return word
}

// deliveryColour is the colour of what became of a delivery.
func deliveryColour(d *hook.Delivery) string {
	return map[string]string{hook.Sent: "good", hook.Failed: "bad", hook.Waiting: "open"}[d.State]
}

// kindsWord names the kinds that a webhook is told.
func kindsWord(v *visit, h *hook.Hook) string {
	var words []string
	for _, kind := range h.Kinds {
		word := kind
		for _, k := range hookKinds {
			if k.Value == kind {
				word = v.T("hooks.kind." + k.Text)
			}
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return v.T("hooks.kind.all")
	}
	return strings.Join(words, v.T("hooks.comma"))
}

// signatureWord says whether the messages of a webhook are signed.
func signatureWord(h *hook.Hook) string {
	if h.Signed {
		return "hooks.signature_yes"
	}
	return "hooks.signature_no"
}

func formatOptions(v *visit) (out []option) {
	for _, f := range hook.Formats {
		out = append(out, option{string(f), v.T("hooks.format." + string(f))})
	}
	return out
}
