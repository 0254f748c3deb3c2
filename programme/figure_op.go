package programme

// The words that compare, before and after a figure. Longer words stand before
// those that end them.
var (
	opWordsOver  = []string{"超过", "大于", "高于", "多于", "突破", "超出", "逾", "超", ">"}
	opWordsUnder = []string{"低于", "小于", "少于", "不足", "不满", "未满", "不到", "<"}
	opWordsLeast = []string{"达到", "至少", "最少", "最低", "起码", "达", "满", "≥", ">="}
	opWordsMost  = []string{"最多", "至多", "最高", "上限", "不超", "≤", "<="}
	opWordsAbout = []string{"大约", "大概", "约为", "约"}

	opNegations = []string{"不得", "不应", "不能", "不宜", "不可", "不要", "不会", "不准", "不许", "没有", "尚未", "不", "未", "勿"}
	opFillers   = []string{"人民币", "总计", "合计", "累计", "共", "为", "每家", "每年"}

	// opDays compare days: later than, earlier than.
	opDaysOver  = []string{"晚于", "迟于"}
	opDaysUnder = []string{"早于", "先于"}
)

// opAround reads the comparison that stands with the figure at runes i to j.
// What stands behind it wins: 达到80%左右 is about 80 %.
func (s *scanner) opAround(i, j int) FigureOp {
	if op := s.opAfter(j); op != OpNone {
		return op
	}
	return s.opBefore(i)
}

func (s *scanner) opBefore(i int) FigureOp {
	at := s.back(i)
	for n := 0; n < 2; n++ {
		for _, w := range opFillers {
			if s.endsAt(at, w) {
				at = s.back(at - len([]rune(w)))
				break
			}
		}
	}
	base := func(words []string) (int, bool) {
		for _, w := range words {
			if s.endsAt(at, w) {
				return at - len([]rune(w)), true
			}
		}
		return 0, false
	}
	if _, ok := base(opWordsMost); ok {
		return OpAtMost
	}
	if k, ok := base(opWordsUnder); ok {
		return s.turned(k, OpUnder, OpAtLeast)
	}
	if k, ok := base(opDaysUnder); ok {
		return s.turned(k, OpUnder, OpAtLeast)
	}
	if _, ok := base([]string{"≥", ">="}); ok {
		return OpAtLeast
	}
	if k, ok := base(opWordsOver); ok {
		return s.turned(k, OpOver, OpAtMost)
	}
	if k, ok := base(opDaysOver); ok {
		return s.turned(k, OpOver, OpAtMost)
	}
	if _, ok := base(opWordsLeast); ok {
		return OpAtLeast
	}
	if _, ok := base(opWordsAbout); ok {
		return OpAbout
	}
	return OpNone
}

// turned is the comparison turned round when a negation stands before it: 不低于
// holds 低于, 不得超过 holds 超过.
func (s *scanner) turned(at int, plain, negated FigureOp) FigureOp {
	for _, w := range opNegations {
		if s.endsAt(s.back(at), w) {
			return negated
		}
	}
	return plain
}

// opAfter reads 以上, 及以上, （含）以上, 以下, 以内, 左右 …; （不含） on either side
// makes the limit exclusive. A counter in brackets may stand between: 100名（个）左右.
func (s *scanner) opAfter(j int) FigureOp {
	k := s.skipBlank(j)
	strict := false
	if s.at(k) == '(' {
		for n := k + 1; n <= k+maxOpBracket; n++ {
			if s.at(n) == ')' {
				strict = s.hasAt(k+1, "不含")
				k = s.skipBlank(n + 1)
				break
			}
		}
	}
	for _, w := range []string{"及其", "及", "或"} {
		if s.hasAt(k, w) {
			k += len([]rune(w))
			break
		}
	}
	word := string(s.r[min(k, len(s.r)):min(k+2, len(s.r))])
	strict = strict || s.hasAt(k+2, "(不含")
	switch {
	case word == "以上" && strict:
		return OpOver
	case word == "以上":
		return OpAtLeast
	case word == "以下" && strict:
		return OpUnder
	case word == "以下" || word == "以内" || word == "之内":
		return OpAtMost
	case word == "左右" || word == "上下":
		return OpAbout
	}
	return OpNone
}

// maxOpBracket is how far the bracket between a figure and its comparison may
// reach.
const maxOpBracket = 5
