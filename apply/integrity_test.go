package apply_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/locale"
	"shenbao/registry"
	"shenbao/rule"
)

// integrityOf asks the gate on a day, as later rooms do.
func (h *house) integrityOf(id apply.ID, day string) *apply.Integrity {
	h.Helper()
	n, ok := rule.ParseDay(day)
	if !ok {
		h.Fatal(day)
	}
	out, err := db.View(h.Context(), h.DB, func(r db.Reader) (*apply.Integrity, error) {
		s, err := apply.Find(h.Context(), r, h.Staff["host admin"], id)
		if err != nil {
			return nil, err
		}
		fm, err := h.Office.FormOf(h.Context(), r, s)
		if err != nil {
			return nil, err
		}
		return h.Office.IntegrityOf(h.Context(), r, fm, n)
	})
	h.must(err)
	return out
}

// An active record about the host, a partner, the director or somebody listed
// blocks, with its ground; one that is over or yet to come does not, and one that
// only bears the name is for people to compare.
func TestTheIntegrityGate(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		h.enter("host", id, director(human("王知远", numberA, "1980-03-09")))
		h.Confirm(id)
		host, partner := h.Units["host"], h.Units["partner"]
		staff := h.Host.Lists["staff"][3]
		for _, c := range []struct {
			what, row string // unit,unit_code,person,matter,valid_from,valid_to
			subject   string // "" for no record
			field     string
			sure      bool
		}{
			{"the host by its code", "旧名公司," + host.Code + ",,逾期,2024-01-01,2025-01-01", host.Name, "", true},
			{"the last day", "旧名公司," + host.Code + ",,逾期,2024-01-01,2024-11-27", host.Name, "", true},
			{"the first day, without an end", "旧名公司," + host.Code + ",,逾期,2024-11-27,", host.Name, "", true},
			{"over since yesterday", "旧名公司," + host.Code + ",,逾期,2024-01-01,2024-11-26", "", "", false},
			{"from tomorrow", "旧名公司," + host.Code + ",,逾期,2024-11-28,", "", "", false},
			{"a partner by its code", "某大学," + partner.Code + ",,逾期,2024-01-01,", partner.Name, "units", true},
			{"the director by the number", "王之远,," + numberA + ",学术不端,2024-01-01,", "王知远", "director.person", true},
			{"somebody listed by the number", staff["name"] + ",," + staff["person"] + ",学术不端,2024-01-01,", staff["name"], "staff", true},
			{"another of the director's name", "王知远,," + numberB + ",学术不端,2024-01-01,", "", "", false},
			{"the director's name alone", "王知远,,,学术不端,2024-01-01,", "王知远", "director.person", false},
			{"the host's name alone", host.Name + ",,,逾期,2024-01-01,", host.Name, "", false},
			{"somebody else", "旁人有限公司," + h.Units["other"].Code + ",,逾期,2024-01-01,", "", "", false},
		} {
			e := h.adopt("integrity", "unit,unit_code,person,matter,valid_from,valid_to", c.row)
			n := h.integrityOf(id, "2024-11-27")
			if !n.Connected || !n.Complete || n.Blocks() != c.sure || len(n.Breaches) > 1 || (len(n.Breaches) == 1) != (c.subject != "") {
				t.Errorf("%s: %+v", c.what, n)
				continue
			}
			_, err := h.submit("host admin", applytest.Submission(id))
			if blocked := key(err) == "apply.blocked"; blocked != c.sure {
				t.Errorf("%s: submitting gives %v", c.what, err)
			}
			if err == nil {
				_, err = h.withdraw("host admin", apply.Recall{Application: id})
				h.must(err)
			}
			if c.subject == "" {
				continue
			}
			b := n.Breaches[0]
			code, _, _ := strings.Cut(b.Field, "/")
			if b.Subject != c.subject || code != c.field || b.Keeper != h.Units["province"].Name || b.Document != e.Document || b.Edition != e.Number {
				t.Errorf("%s: %+v", c.what, b)
			}
			for lang, words := range map[string][]string{locale.ZH: {"异议"}, locale.EN: {"object"}} {
				words = append(words, b.Subject, b.Matter, b.Keeper, b.Document, fmt.Sprint(b.Edition))
				for _, word := range words {
					if text := b.Text(lang); !strings.Contains(text, word) {
						t.Errorf("%s: %q is not in: %s", c.what, word, text)
					}
				}
			}
		}
	})
}

// The day decides, not when the record was entered: later rooms ask on theirs.
func TestIntegrityOnADay(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		h.adopt("integrity", "unit,unit_code,person,matter,valid_from,valid_to", "某公司,"+h.Units["host"].Code+",,逾期,2024-06-01,2024-12-31")
		for day, blocks := range map[string]bool{"2024-05-31": false, "2024-06-01": true, "2024-12-31": true, "2025-01-01": false} {
			if n := h.integrityOf(id, day); n.Blocks() != blocks {
				t.Errorf("%s: %+v", day, n)
			}
		}
	})
}

// A register that nobody keeps says nothing, and that it says nothing is known.
func TestIntegrityNotConnected(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		_, err := kept(h, "host admin", func(ctx context.Context, tx *db.Tx) (int64, error) {
			return tx.Exec(ctx, `DELETE FROM register_editions`)
		})
		h.must(err)
		if n := h.integrityOf(id, "2024-11-27"); n.Connected || n.Complete || n.Blocks() {
			t.Errorf("%+v", n)
		}
		for _, i := range h.assessed("host admin", id).Issues {
			if i.Blocks {
				t.Errorf("blocks: %+v", i)
			}
		}
	})
}

// A record names the edition of the authority that keeps it, among several.
func TestEditionsOfSeveralKeepers(t *testing.T) {
	each(t, func(h *house) {
		id := h.Ready()
		h.adopt("integrity", "unit,unit_code,person,matter,valid_from,valid_to", "某公司,"+h.Units["host"].Code+",,逾期,2024-01-01,")
		a := registry.Adoption{Register: "integrity", Keeper: h.Units["abroad"].ID, Name: "x.csv", Document: "晋科名录1号", Day: "2024-11-01", Whole: true, Complete: true,
			Data: []byte("单位或人员名称,代码,事项,起始日期\n某公司," + h.Units["host"].Code + ",造假,2024-02-01")}
		_, err := do(h, "abroad officer", func(ctx context.Context, tx *db.Tx) (*registry.Edition, error) {
			seen, err := a.Preview(ctx, tx, tx.By, h.Office.Keys)
			if err != nil {
				return nil, err
			}
			a.Accept = seen.Accept
			return registry.Adopt(ctx, tx, h.Office.Keys, a)
		})
		h.must(err)
		var got []string
		for _, b := range h.integrityOf(id, "2024-11-27").Breaches {
			got = append(got, b.Matter+" "+b.Keeper+" "+b.Document)
		}
		slices.Sort(got)
		if want := []string{"造假 山西省科学技术厅 晋科名录1号", "逾期 山东省科学技术厅 鲁科名录〔2024〕99号"}; !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
