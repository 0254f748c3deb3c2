package recommend_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"shenbao/actor"
	"shenbao/apply"
	"shenbao/apply/applytest"
	"shenbao/internal/db"
	"shenbao/internal/fault"
	"shenbao/recommend"
)

const perLetter = `  - {id: cities, name: 综合类推荐数, per: city, of: application, limit: 1, modality: must, room: recommend, letter: true, clauses: ["023"]}
`

// letter attaches the letter of a place to the city's step of an application.
func (h *house) letter(id apply.ID, place string) *recommend.Letter {
	h.Helper()
	l, err := h.attach("city officer", h.step("city officer", id), aLetter(place+string(id)), func(e *recommend.LetterEntry) { e.Place = place })
	h.must(err)
	return l
}

func (h *house) unletter(l *recommend.Letter) error {
	_, err := applytest.Do(h.House, "city officer", func(ctx context.Context, tx *db.Tx) (int, error) {
		return 0, recommend.RemoveLetter(ctx, tx, l.Step, l.ID)
	})
	return err
}

// offTable takes an application off the city's table, and signs its step anew.
func (h *house) offTable(id apply.ID) {
	h.Helper()
	t := h.cityTable()
	i := slices.IndexFunc(t.Rows, func(r *recommend.Row) bool { return r.Application == id })
	h.must(h.remove("city officer", recommend.Removal{List: t.ID, Row: t.Rows[i].ID, Reason: "复核"}))
	h.sign("city officer", h.step("city officer", id))
}

// The place that counts is the city that wrote the letter, not the host's: one
// application of a city, two of two cities, none without a letter.
func TestQuotaOfTheCityOfTheLetter(t *testing.T) {
	inHouse(t, func(h *house) {
		h.limited(perLetter)
		ids := h.ready(3)
		var err error
		h.gained("without a letter", func() { err = h.endorse("city officer", ids[0], "属实") })
		h.want("without a letter", err, "apply.quota_letter")
		if f := fault.Of(err); f.Kind != fault.Refused || f.Clause != "000-023" || f.Field != "letters" {
			t.Errorf("%v %v under %q", f.Kind, f.Field, f.Clause)
		}
		h.letter(ids[0], "")
		h.want("of nobody knows whom", h.endorse("city officer", ids[0], "属实"), "apply.quota_letter")
		h.letter(ids[0], "370114")
		h.want("of a district", h.endorse("city officer", ids[0], "属实"), "apply.quota_letter")
		first := h.letter(ids[0], "370100")
		second := h.letter(ids[0], "370200")
		err = h.endorse("city officer", ids[0], "属实")
		h.want("of two cities", err, "apply.quota_letters")
		if f := fault.Of(err); f.Args[1] != "山东省济南市、山东省青岛市" {
			t.Errorf("the cities: %v", f.Args)
		}
		h.must(h.unletter(second))
		h.must(h.endorse("city officer", ids[0], "属实"))
		h.verified("the first", 1)
		h.want("the letter of what was recommended", h.unletter(first), "recommend.not_open")

		same := h.letter(ids[1], "370100")
		err = h.endorse("city officer", ids[1], "属实")
		h.want("another of the same city", err, "apply.quota_full_by")
		if f := fault.Of(err); f.Kind != fault.Refused || f.Clause != "000-023" || f.Args[1] != 1 {
			t.Errorf("%v under %q: %v", f.Kind, f.Clause, f.Args)
		}
		h.letter(ids[2], "370200")
		h.must(h.endorse("city officer", ids[2], "属实"))
		h.verified("two cities", 2)

		h.offTable(ids[0])
		h.must(h.unletter(first))
		h.want("the first, whose letter is gone", h.endorse("city officer", ids[0], "属实"), "apply.quota_letter")
		h.must(h.endorse("city officer", ids[1], "属实"))
		h.verified("the place of the first is the second's", 2)
		h.letter(ids[0], "370100")
		h.want("the other way round", h.endorse("city officer", ids[0], "属实"), "apply.quota_full_by")

		h.change(`UPDATE recommend_letters SET place = '370300' WHERE id = '` + string(same.ID) + `'`)
		h.verified("the letter of a place was changed behind it", 2, "recommend.verify.without")
	})
}

// The letter that an authority below attached counts for who recommends, and
// what comes back with its next version has it still.
func TestLetterOfTheStepBefore(t *testing.T) {
	inHouse(t, func(h *house) {
		h.limited(perLetter)
		id := h.Ready()
		h.submit(id)
		district := h.step("district officer", id)
		_, err := h.attach("district officer", district, aLetter(""), func(e *recommend.LetterEntry) { e.Place = "370100" })
		h.must(err)
		h.pass(id, "district officer")
		city := h.step("city officer", id)
		_, err = h.decide("city officer", recommend.SendBack, recommend.Decision{Step: city.ID, Version: 1, Reason: "请补正"})
		h.must(err)
		h.submit(id)
		h.sign("city officer", h.step("city officer", id))
		h.must(h.endorse("city officer", id, "属实"))
		h.verified("by the letter of the district's step", 1)
	})
}

// Two officers, two applications, letters of one city: one of them gets the
// place. Against the letter being taken away: what is recommended has one.
func TestRacingForThePlaceOfACity(t *testing.T) {
	rounds := 15
	if testing.Short() {
		rounds = 3
	}
	inHouse(t, func(h *house) {
		h.limited(perLetter)
		h.Hire("second officer", "city", actor.Officer)
		ids := h.ready(2)
		h.letter(ids[0], "370100")
		last := h.letter(ids[1], "370100")
		for round := range rounds {
			endorse := func(who string, id apply.ID) func() error {
				s := h.step("city officer", id)
				return func() error {
					_, err := h.decide(who, recommend.Endorse, recommend.Decision{Step: s.ID, Version: s.Version, Reason: "属实"})
					return err
				}
			}
			got := race(endorse("city officer", ids[0]), endorse("second officer", ids[1]))
			if got[""] != 1 || got["apply.quota_full_by"] != 1 {
				t.Fatalf("round %d: %v", round, got)
			}
			h.verified("raced", 1)
			h.offTable(h.cityTable().Rows[0].Application)

			got = race(endorse("city officer", ids[1]), func() error { return h.unletter(last) })
			switch {
			case got[""] != 1 || got["recommend.not_open"]+got["apply.quota_letter"] != 1:
				t.Fatalf("round %d, against the letter: %v", round, got)
			case got["recommend.not_open"] == 1:
				h.verified("it was recommended with its letter", 1)
				h.offTable(ids[1])
			default:
				h.verified("it was not recommended", 0)
				last = h.letter(ids[1], "370100")
			}
		}
	})
}

// A comprehensive centre of Shanxi needs the letter of its city, as the package
// says; a centre of a field does not.
func TestComprehensiveCentreOfShanxi(t *testing.T) {
	inShanxi(t, func(s *shanxi) {
		s.change(`UPDATE application_versions SET facts = REPLACE(facts, '"centre.kind":"field"', '"centre.kind":"comprehensive"')`)
		s.checked()
		step := s.chainOf()[1]
		s.sign("abroad officer", step)
		endorse := func() error {
			_, err := s.decide("abroad officer", recommend.Endorse, recommend.Decision{Step: step.ID, Version: 1, Reason: "一事一议"})
			return err
		}
		err := endorse()
		s.want("without a letter", err, "apply.quota_letter")
		if f := fault.Of(err); err == nil || f.Clause != "001-012" || !strings.HasPrefix(f.Args[0].(string), "综合类") {
			t.Fatalf("%v", err)
		}
		_, err = s.attach("abroad officer", step, aLetter(""), func(e *recommend.LetterEntry) { e.Place = "140200" })
		s.must(err)
		s.must(endorse())
		places, err := db.View(s.Context(), s.DB, func(r db.Reader) ([]*apply.Place, error) { return apply.Places(s.Context(), r) })
		s.must(err)
		if !slices.ContainsFunc(places, func(p *apply.Place) bool { return p.Quota == "comprehensive_city|shanxi-tic-2024|2024|city|140200" }) {
			t.Errorf("the places: %+v", places)
		}
	})
}
