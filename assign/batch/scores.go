package batch

import (
	"slices"
	"sort"
	"strconv"

	"shenbao/internal/fault"
)

// Scores (匹配度) are the pairs of application and expert that may be, each with
// a whole number from 0 to MaxScore, or Recused. They are kept by application:
// as lists of candidates, or as a full matrix without the experts' numbers. A
// pair that no list names may not be.
type Scores struct {
	start   []int64
	expert  []int32 // nil for a full matrix
	score   []int32
	experts int
}

// NewMatrix makes scores of a full matrix, one row an application.
func NewMatrix(experts int, rows [][]int32) *Scores {
	s := &Scores{experts: experts, start: []int64{0}}
	for _, r := range rows {
		s.score = append(s.score, r...)
		s.start = append(s.start, int64(len(s.score)))
	}
	return s
}

// A Lists makes scores of candidate lists, application by application.
type Lists struct{ s Scores }

// NewLists begins scores of candidate lists.
func NewLists(experts int) *Lists {
	return &Lists{Scores{experts: experts, start: []int64{0}, expert: []int32{}}}
}

// Add adds a candidate of the application at hand. Its list must be sorted by
// expert; Check refuses it otherwise.
func (l *Lists) Add(expert, score int32) {
	l.s.expert = append(l.s.expert, expert)
	l.s.score = append(l.s.score, score)
}

// Next ends the list of the application at hand.
func (l *Lists) Next() { l.s.start = append(l.s.start, int64(len(l.s.score))) }

// Scores are the lists so far.
func (l *Lists) Scores() *Scores { return &l.s }

// Applications is the number of applications.
func (s *Scores) Applications() int { return len(s.start) - 1 }

// Pairs is the number of pairs that are kept, recused ones included.
func (s *Scores) Pairs() int { return len(s.score) }

// Row is an application's list: the experts, nil when the list is all experts
// in order, and their scores. The caller does not change them.
func (s *Scores) Row(application int) (experts, scores []int32) {
	from, to := s.start[application], s.start[application+1]
	if s.expert != nil {
		experts = s.expert[from:to]
	}
	return experts, s.score[from:to]
}

// Of is the score of a pair, or Recused when it may not be.
func (s *Scores) Of(application, expert int) int32 {
	experts, scores := s.Row(application)
	if experts == nil {
		return scores[expert]
	}
	if k, ok := slices.BinarySearch(experts, int32(expert)); ok {
		return scores[k]
	}
	return Recused
}

// Recuse makes a pair one that may not be.
func (s *Scores) Recuse(application, expert int) {
	experts, scores := s.Row(application)
	k, ok := expert, true
	if experts != nil {
		k, ok = slices.BinarySearch(experts, int32(expert))
	}
	if ok {
		scores[k] = Recused
	}
}

// Clone copies the scores, so that a what-if may recuse in its own.
func (s *Scores) Clone() *Scores {
	c := *s
	c.score = slices.Clone(s.score)
	return &c
}

// check asks for the form that everything else relies on.
func (s *Scores) check() error {
	if len(s.score) > MaxPairs {
		return fault.New(fault.Invalid, "assign.pairs", MaxPairs)
	}
	for a := range s.Applications() {
		experts, scores := s.Row(a)
		if experts == nil && len(scores) != s.experts || experts != nil && !ascending(experts, s.experts) {
			return fault.New(fault.Invalid, "assign.list", a+1)
		}
		for k, x := range scores {
			if x < Recused || x > MaxScore {
				return fault.New(fault.Invalid, "assign.list", a+1).In(strconv.Itoa(k + 1))
			}
		}
	}
	return nil
}

// ascending reports whether every number is larger than the one before and all
// are below n.
func ascending(list []int32, n int) bool {
	last := int32(-1)
	for _, x := range list {
		if x <= last {
			return false
		}
		last = x
	}
	return int(last) < n
}

// byExpert sorts one list by expert.
type byExpert struct{ expert, score []int32 }

func (b byExpert) Len() int           { return len(b.expert) }
func (b byExpert) Less(i, j int) bool { return b.expert[i] < b.expert[j] }
func (b byExpert) Swap(i, j int) {
	b.expert[i], b.expert[j] = b.expert[j], b.expert[i]
	b.score[i], b.score[j] = b.score[j], b.score[i]
}

// sortRow sorts an application's list and returns an expert that it names
// twice, or -1.
func (s *Scores) sortRow(application int) int {
	from, to := s.start[application], s.start[application+1]
	b := byExpert{s.expert[from:to], s.score[from:to]}
	if !sort.IsSorted(b) {
		sort.Sort(b)
	}
	for k := 1; k < len(b.expert); k++ {
		if b.expert[k] == b.expert[k-1] {
			return int(b.expert[k])
		}
	}
	return -1
}

// Widen adds k experts with the score 0, whom every application may have, or
// the given ones, ascending.
func (s *Scores) Widen(k int, applications []int) *Scores {
	w := NewLists(s.experts + k)
	for a := range s.Applications() {
		experts, scores := s.Row(a)
		for i, x := range scores {
			if experts != nil {
				w.Add(experts[i], x)
			} else {
				w.Add(int32(i), x)
			}
		}
		if _, ok := slices.BinarySearch(applications, a); applications == nil || ok {
			for i := range k {
				w.Add(int32(s.experts+i), 0)
			}
		}
		w.Next()
	}
	return w.Scores()
}
