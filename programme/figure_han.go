package programme

import "strings"

// Chinese numerals make figures only before a counter or unit (三年, 五家, 百分之
// 十), and never in the turns of speech below.
var (
	// hanBefore are the characters after which 一 only means the same, each, or
	// some: 同一年度, 统一, 第一, 之一, 逐一, 上一年 …
	hanBefore      = "第同统唯单之逐万合归专不另某每各任如上下"
	hanBeforeWords = []string{"最后", "最近", "最初"}
	// hanVague are the characters before 十百千万 that leave the number open.
	hanVague = "数几上成近好若"
	// hanIdioms are read over: they begin with a numeral and a counter, but
	// count nothing.
	hanIdioms = []string{
		"三位一体", "四位一体", "五位一体", "一对一", "一对多", "二次开发", "二次创业", "二次创新", "二次分配",
		"一次性", "一次能源", "二次能源", "一人一策", "一企一策", "一家之言", "百家争鸣", "十年树木", "百年大计",
		"一期一会", "一件事", "两个维护", "四个意识", "四个自信", "两个确立", "三个代表", "一项目一", "一年级",
	}
)

const hanDigits = "零一二两三四五六七八九十百千万亿"

func hanDigit(r rune) bool { return strings.ContainsRune(hanDigits, r) }

// hanNumber is the value of a Chinese numeral: 三, 十五, 二十, 一百二十, 三千万.
func hanNumber(run []rune) (int64, bool) {
	var total, section, current int64
	last := int64(1) << 60 // the scale read last, so that scales fall
	pending := false
	for i, r := range run {
		switch r {
		case '零':
			if pending || i == 0 && len(run) > 1 {
				return 0, false
			}
		case '十', '百', '千':
			scale := map[rune]int64{'十': 10, '百': 100, '千': 1000}[r]
			if !pending {
				if r != '十' || i > 0 && run[i-1] != '零' {
					return 0, false
				}
				current = 1
			}
			if scale >= last {
				return 0, false
			}
			section, current, pending, last = section+current*scale, 0, false, scale
		case '万', '亿':
			if section+current == 0 && (r == '万' || total == 0) {
				return 0, false
			}
			if r == '万' {
				total += (section + current) * 10_000
			} else {
				total = (total + section + current) * 100_000_000
			}
			if total > 1_000_000_000_000_000 {
				return 0, false
			}
			section, current, pending, last = 0, 0, false, 1<<60
		default:
			if pending {
				return 0, false
			}
			current, pending = hanValue(r), true
		}
	}
	return total + section + current, len(run) > 0
}

func hanValue(r rune) int64 {
	switch r {
	case '两':
		return 2
	case '零':
		return 0
	}
	return int64(strings.Index("一二三四五六七八九", string(r))/len("一") + 1)
}

// hanYear reads a year written digit by digit: 二〇二四.
func hanYear(run []rune) int64 {
	if len(run) != 4 {
		return 0
	}
	n := int64(0)
	for _, r := range run {
		if strings.ContainsRune("十百千万亿两", r) {
			return 0
		}
		n = n*10 + hanValue(r)
	}
	if !yearValue(n) {
		return 0
	}
	return n
}

func (s *scanner) hanRun(i int) int {
	for hanDigit(s.at(i)) && s.at(i) != 0 {
		i++
	}
	return i
}

// han reads a figure that begins with the Chinese numeral at i.
func (s *scanner) han(i int) int {
	if s.at(i) == '半' {
		if s.at(i+1) == '年' && !strings.ContainsRune("上下大多", s.at(i-1)) {
			s.add(i, i+2, Figure{Kind: FigureQuantity, Value: 6 * unitScale, Unit: "个月", Op: s.opAround(i, i+2)})
		}
		return i + 1
	}
	for _, word := range hanIdioms {
		if s.hasAt(i, word) {
			return i + len([]rune(word))
		}
	}
	if end := s.percent(i); end > 0 {
		return end
	}
	end := s.hanRun(i)
	if s.hasAt(end-1, "百分之") {
		end--
	}
	if end <= i {
		return i + 1
	}
	if s.at(i-1) == '第' || strings.ContainsRune(hanVague, s.at(i-1)) && i > 0 && strings.ContainsRune("十百千万亿", s.at(i)) {
		return end
	}
	if y := hanYear(s.r[i:end]); y > 0 && s.at(end) == '年' {
		return s.hanDate(i, end+1, y)
	}
	n, ok := hanNumber(s.r[i:end])
	if !ok || n == 0 {
		return end
	}
	return s.hanCount(i, end, n)
}

// past reads 破千, 双破万: more than a round number, whose unit the sentence
// names before.
func (s *scanner) past(i int) int {
	scale := map[rune]int64{'百': 100, '千': 1000, '万': 10_000, '亿': 100_000_000}[s.at(i+1)]
	if scale == 0 || hanDigit(s.at(i+2)) || s.unitAt(i+2).kind != FigureNumber {
		return i + 1
	}
	s.add(i, i+2, Figure{Kind: FigureNumber, Value: scale * unitScale, Op: OpOver})
	return i + 2
}

// percent reads 百分之十, 千分之三, 三分之二.
func (s *scanner) percent(i int) int {
	if s.hasAt(i, "百分之") || s.hasAt(i, "千分之") || s.hasAt(i, "万分之") {
		factor := map[rune]int64{'百': 100, '千': 10, '万': 1}[s.at(i)]
		if d, end, ok := s.anyNumber(i + 3); ok {
			if n, exact := d.times(factor); exact {
				s.add(i, end, Figure{Kind: FigureShare, Value: n, Op: s.opAround(i, end)})
			}
			return end
		}
		return i + 3
	}
	end := s.hanRun(i)
	if !s.hasAt(end, "分之") {
		return 0
	}
	low, ok := hanNumber(s.r[i:end])
	d, stop, ok2 := s.anyNumber(end + 2)
	if !ok || !ok2 || low == 0 || d.places > 0 {
		return end + 2
	}
	s.add(i, stop, Figure{Kind: FigureFraction, Value: d.mantissa, High: low, Op: s.opAround(i, stop)})
	return stop
}

// anyNumber reads digits or a Chinese numeral, with 点: 三十五点五.
func (s *scanner) anyNumber(i int) (d decimal, end int, ok bool) {
	if digit(s.at(i)) {
		d, end = s.decimalAt(i)
		return d, end, d.digits == ""
	}
	end = s.hanRun(i)
	n, ok := hanNumber(s.r[i:end])
	d.mantissa = n
	if !ok || s.at(end) != '点' {
		return d, end, ok
	}
	stop := s.hanRun(end + 1)
	for k := end + 1; k < stop && k <= end+4; k++ {
		v := hanValue(s.r[k])
		if strings.ContainsRune("十百千万亿", s.r[k]) {
			return d, end, true
		}
		d.mantissa, d.places = d.mantissa*10+v, d.places+1
		if k == stop-1 {
			end = stop
		}
	}
	return d, end, true
}

// hanDate reads the rest of 二〇二四年十一月二十二日 after the year.
func (s *scanner) hanDate(i, j int, y int64) int {
	k := s.hanRun(j)
	m, ok := hanNumber(s.r[j:k])
	if !ok || m < 1 || m > 12 || s.at(k) != '月' {
		end, _ := s.yearWord(j - 1)
		s.add(i, end, Figure{Kind: FigureYear, Value: y})
		return end
	}
	return s.hanDay(i, k+1, y, m)
}

// hanDay reads the day after 月.
func (s *scanner) hanDay(i, j int, y, m int64) int {
	k := s.hanRun(j)
	d, ok := hanNumber(s.r[j:k])
	if ok && d >= 1 && d <= 31 && (s.at(k) == '日' || s.at(k) == '号') {
		s.add(i, k+1, Figure{Kind: FigureDate, Value: y*10000 + m*100 + d})
		return k + 1
	}
	s.add(i, j, Figure{Kind: FigureMonth, Value: y*100 + m})
	return j
}

// hanCount reads the unit after a numeral of value n, and a range: 三至五年.
func (s *scanner) hanCount(i, end int, n int64) int {
	if s.at(end) == '月' && n <= 12 {
		return s.hanDay(i, end+1, 0, n)
	}
	d := decimal{mantissa: n}
	u := s.unitAt(end)
	if from := s.rangeSign(end); from > end {
		d2, k, ok := s.anyNumber(from)
		if u2 := s.unitAt(k); ok && u2.kind != FigureNumber && d2.mantissa > n && d2.places == 0 {
			low := u2
			low.end = end
			s.keepHan(i, d, low, OpAtLeast)
			s.keepHan(from, d2, u2, OpAtMost)
			return u2.end
		}
	}
	if u.kind == FigureNumber || s.idle(i, end, n, u) {
		return end
	}
	s.keepHan(i, d, u, s.opAround(i, u.end))
	return u.end
}

func (s *scanner) keepHan(i int, d decimal, u unit, op FigureOp) {
	s.keep(i, d, u, op)
	f := &s.out[len(s.out)-1]
	if u.kind != FigureQuantity {
		f.Weak = s.quoted[i]
		return
	}
	long := s.endsAt(u.end, "年度")
	f.Weak = s.quoted[i] || d.mantissa == 1 && (!timeUnits[u.name] || long)
	f.Spelled = !timeUnits[u.name]
}

// idle reports that 一 with its counter is no number here: 同一年度, 一年度.
func (s *scanner) idle(i, end int, n int64, u unit) bool {
	if n == 1 && i > 0 && strings.ContainsRune(hanBefore, s.at(i-1)) {
		return true
	}
	for _, w := range hanBeforeWords {
		if n == 1 && s.endsAt(i, w) {
			return true
		}
	}
	return u.name == "年" && s.at(end) == '年' && (s.at(end+1) == '度' && n == 1 || s.at(end+1) == '级')
}
