package batch

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"shenbao/internal/fault"
)

// scoreColumns are the columns of a list of candidates.
var scoreColumns = [][2]string{{"application", "申报书"}, {"expert", "专家"}, {"score", "得分"}}

// ReadScores reads applications, experts and scores from a CSV file, either of
//
//   - a list with the columns application, expert, score: the candidates; a
//     pair that it does not name may not be;
//   - a matrix: in the first row the experts, in the first column the
//     applications, a score in every cell; or the bare scores, whose
//     applications are then called A1, A2 … and experts E1, E2 ….
//
// A score is a whole number from 0 to MaxScore, or x for a recusal. A file may
// instead write all its scores as decimals from 0 to 1 with at most six places,
// each with its point: they are read exactly, as millionths.
func ReadScores(ctx context.Context, src Source) (*Problem, error) {
	t := newTable(ctx, src)
	p := &Problem{Seats: []Seat{{PerUnit: NoCap, Local: NoCap}}}
	if !t.next() {
		if len(t.faults) == 0 {
			return nil, fault.New(fault.Invalid, "assign.no_rows").At(src.Name, 0, 0)
		}
		return nil, t.err()
	}
	r := &scoreReader{table: t, p: p}
	switch {
	case t.cells == 3 && indexOf(scoreColumns, t.row[0]) == 0 && indexOf(scoreColumns, t.row[1]) == 1 && indexOf(scoreColumns, t.row[2]) == 2:
		r.list()
	case r.bare():
		r.matrix(false)
	default:
		r.header()
		r.matrix(true)
	}
	if err := t.err(); err != nil {
		return nil, err
	}
	if len(p.Applications) == 0 || len(p.Experts) == 0 {
		return nil, fault.New(fault.Invalid, "assign.no_rows").At(src.Name, 0, 0)
	}
	return p, nil
}

// scoreReader reads one file of scores.
type scoreReader struct {
	*table
	p        *Problem
	whole    bool // a whole number other than 0 was read
	decimals bool // a decimal was read
	pairs    int
}

// bare reports whether the first row holds scores and no names.
func (r *scoreReader) bare() bool {
	for _, c := range r.row {
		if _, ok := r.parse(c); !ok {
			r.whole, r.decimals = false, false
			return false
		}
	}
	return true
}

// parse reads one score and notes in which form it was written.
func (r *scoreReader) parse(c string) (int32, bool) {
	if c == "x" || c == "X" || c == "回避" {
		return Recused, true
	}
	before, after, point := strings.Cut(c, ".")
	if !point {
		n, ok := whole(c, MaxScore)
		r.whole = r.whole || ok && n != 0
		return int32(n), ok
	}
	n, ok := whole(before, 1)
	m, fine := whole(after, MaxScore-1)
	if !ok || !fine || len(after) > 6 {
		return 0, false
	}
	for range 6 - len(after) {
		m *= 10
	}
	r.decimals = true
	if n == 1 {
		return MaxScore, m == 0
	}
	return int32(m), true
}

// score reads the score in a cell; pair names it in messages.
func (r *scoreReader) score(cell string, column int, pair func() string) int32 {
	s, ok := r.parse(cell)
	switch {
	case !ok:
		r.fault(pair(), "assign.score", cell, column+1, MaxScore)
	case r.whole && r.decimals:
		r.fault(pair(), "assign.mixed", column+1)
	}
	return s
}

// room reports whether one more pair still fits.
func (r *scoreReader) room() bool {
	if r.pairs++; r.pairs <= MaxPairs {
		return true
	}
	r.fault("", "assign.pairs", MaxPairs)
	return false
}

// header reads the experts' ids.
func (r *scoreReader) header() {
	seen := map[string]bool{}
	for i, id := range r.row[1:] {
		switch {
		case id == "":
			r.fault("", "assign.nameless", i+2)
		case seen[id]:
			r.fault("", "assign.twice", id)
		}
		seen[id] = true
		r.p.Experts = append(r.p.Experts, Expert{ID: strings.Clone(id)})
	}
}

// matrix reads one application a row.
func (r *scoreReader) matrix(named bool) {
	s := &Scores{start: []int64{0}}
	r.p.Scores = s
	seen := map[string]bool{}
	first := 0
	if named {
		first = 1
	} else {
		for j := range r.row {
			r.p.Experts = append(r.p.Experts, Expert{ID: "E" + strconv.Itoa(j+1)})
		}
	}
	s.experts = len(r.p.Experts)
	for ok := !named || r.next(); ok; ok = r.next() {
		id := "A" + strconv.Itoa(len(r.p.Applications)+1)
		if named {
			if id = strings.Clone(r.row[0]); id == "" {
				r.fault("", "assign.nameless", 1)
			}
		}
		if seen[id] {
			r.fault("", "assign.twice", id)
		}
		seen[id] = true
		r.p.Applications = append(r.p.Applications, Application{ID: id})
		for k, c := range r.row[first:] {
			if !r.room() {
				return
			}
			s.score = append(s.score, r.score(c, k+first, func() string { return id + " × " + r.p.Experts[k].ID }))
			if len(r.faults) >= maxFaults {
				return
			}
		}
		s.start = append(s.start, int64(len(s.score)))
	}
}

// list reads one pair a row, in any order.
func (r *scoreReader) list() {
	s := &Scores{start: []int64{0}, expert: []int32{}}
	r.p.Scores = s
	applications, experts := map[string]int32{}, map[string]int32{}
	var of []int32 // the application of each pair
	for r.next() {
		if k := slices.Index(r.row[:2], ""); k >= 0 {
			r.fault("", "assign.nameless", k+1)
			continue
		}
		a, ok := applications[r.row[0]]
		if !ok {
			id := strings.Clone(r.row[0])
			a = int32(len(applications))
			applications[id] = a
			r.p.Applications = append(r.p.Applications, Application{ID: id})
		}
		e, ok := experts[r.row[1]]
		if !ok {
			id := strings.Clone(r.row[1])
			e = int32(len(experts))
			experts[id] = e
			r.p.Experts = append(r.p.Experts, Expert{ID: id})
		}
		if !r.room() {
			return
		}
		of, s.expert = append(of, a), append(s.expert, e)
		s.score = append(s.score, r.score(r.row[2], 2, func() string { return r.row[0] + " × " + r.row[1] }))
	}
	s.experts = len(r.p.Experts)
	s.group(of, len(r.p.Applications))
	for a := range r.p.Applications {
		if e := s.sortRow(a); e >= 0 {
			r.faults = append(r.faults, fault.New(fault.Invalid, "assign.pair_twice").At(r.src.Name, 0, 0).In(r.p.Applications[a].ID+" × "+r.p.Experts[e].ID))
		}
	}
}

// group puts the pairs of each application together; of says whose each is.
func (s *Scores) group(of []int32, applications int) {
	s.start = make([]int64, applications+1)
	for _, a := range of {
		s.start[a+1]++
	}
	for a := range applications {
		s.start[a+1] += s.start[a]
	}
	if slices.IsSorted(of) {
		return
	}
	at := slices.Clone(s.start)
	expert, score := make([]int32, len(of)), make([]int32, len(of))
	for k, a := range of {
		expert[at[a]], score[at[a]] = s.expert[k], s.score[k]
		at[a]++
	}
	s.expert, s.score = expert, score
}
