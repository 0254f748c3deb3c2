package programme

import "strings"

// A unit of a quantity: written, its common name, and how many of it.
type unitForm struct {
	name   string
	factor int64
}

// unitForms are the units and counters that Figures knows. A number before
// anything else is a bare number, which any unit matches: what stands here is
// what must not be mistaken for another thing.
var unitForms = map[string]unitForm{
	"平方米": {"平方米", 1}, "平米": {"平方米", 1}, "㎡": {"平方米", 1}, "m²": {"平方米", 1}, "m2": {"平方米", 1},
	"公顷": {"平方米", 10_000}, "平方公里": {"平方米", 1_000_000}, "平方千米": {"平方米", 1_000_000}, "亩": {"亩", 1},
	"公里": {"米", 1000}, "千米": {"米", 1000}, "米": {"米", 1}, "厘米": {"厘米", 1}, "毫米": {"毫米", 1}, "微米": {"微米", 1}, "纳米": {"纳米", 1}, "英寸": {"英寸", 1},
	"km": {"米", 1000}, "cm": {"厘米", 1}, "mm": {"毫米", 1}, "nm": {"纳米", 1},
	"吨": {"千克", 1000}, "公斤": {"千克", 1}, "千克": {"千克", 1}, "kg": {"千克", 1}, "克": {"克", 1}, "g": {"克", 1},
	"千瓦": {"瓦", 1000}, "兆瓦": {"瓦", 1_000_000}, "瓦": {"瓦", 1}, "kW": {"瓦", 1000}, "MW": {"瓦", 1_000_000},
	"升": {"升", 1}, "立方米": {"立方米", 1},

	"年": {"年", 1}, "周年": {"年", 1}, "个年度": {"年", 1}, "个会计年度": {"年", 1}, "个自然年度": {"年", 1}, "个完整会计年度": {"年", 1}, "个自然年": {"年", 1},
	"个月": {"个月", 1}, "个自然月": {"个月", 1}, "周": {"周", 1}, "星期": {"周", 1}, "个星期": {"周", 1},
	"天": {"日", 1}, "日": {"日", 1}, "个自然日": {"日", 1}, "自然日": {"日", 1}, "工作日": {"工作日", 1}, "个工作日": {"工作日", 1},
	"小时": {"小时", 1}, "个小时": {"小时", 1}, "学时": {"学时", 1}, "个学时": {"学时", 1}, "分钟": {"分钟", 1}, "秒": {"秒", 1},
	"周岁": {"岁", 1}, "岁": {"岁", 1},

	"字": {"字", 1}, "个字": {"字", 1}, "汉字": {"字", 1}, "个汉字": {"字", 1}, "字符": {"字符", 1}, "个字符": {"字符", 1},
	"人": {"人", 1}, "名": {"人", 1}, "位": {"人", 1}, "人次": {"人次", 1}, "人月": {"人月", 1}, "人年": {"人年", 1},
	"家": {"家", 1}, "户": {"户", 1}, "所": {"所", 1},
	"个": {"个", 1}, "项": {"项", 1}, "件": {"件", 1}, "台": {"台", 1}, "台套": {"台", 1}, "台（套）": {"台", 1}, "台(套)": {"台", 1},
	"套": {"套", 1}, "次": {"次", 1}, "篇": {"篇", 1}, "份": {"份", 1},
	"条": {"条", 1}, "批": {"批", 1}, "类": {"类", 1}, "种": {"种", 1}, "部": {"部", 1}, "门": {"门", 1}, "款": {"款", 1},
	"支": {"支", 1}, "张": {"张", 1}, "页": {"页", 1}, "期": {"期", 1}, "轮": {"轮", 1}, "届": {"届", 1}, "座": {"座", 1},
	"间": {"间", 1}, "栋": {"栋", 1}, "册": {"册", 1}, "例": {"例", 1}, "场": {"场", 1}, "辆": {"辆", 1}, "只": {"只", 1},
	"倍": {"倍", 1}, "分": {"分", 1}, "号": {"号", 1}, "百分点": {"百分点", 1}, "个百分点": {"百分点", 1},
	"元/人": {"元", 1},
}

// maxUnitRunes is the length of the longest unit.
const maxUnitRunes = 7

// timeUnits make a figure of 一 too: 一年 is a duration, 一次 a turn of speech.
var timeUnits = map[string]bool{"年": true, "个月": true, "周": true, "日": true, "工作日": true, "小时": true, "分钟": true}

// unitClass puts units together that the rule language counts as one
// dimension: things; the rest stand for themselves.
func unitClass(unit string) string {
	switch unit {
	case "个", "项", "件", "台", "套", "次", "篇", "份":
		return "个"
	}
	return unit
}

// moneyWords make 100万 an amount when they stand near it.
var moneyWords = []string{"元", "金额", "资金", "经费", "投资", "投入", "补助", "补贴", "奖励", "资助", "费用", "预算", "产值", "收入", "营收", "利润", "贷款", "出资", "原值"}

const moneyContext = 24 // runes on each side

// unit is what follows a number.
type unit struct {
	kind   FigureKind
	name   string // of a quantity
	factor int64  // base units in one, times the multiplier 十百千万亿
	mult   int64  // the multiplier alone
	end    int    // rune index after it
	none   bool   // nothing follows that is a unit
	guess  bool   // an amount only by the words around it: 100万
}

// unitAt reads 万元, %, 平方米, 人 … at rune i, after white space and 余 or 多.
func (s *scanner) unitAt(i int) unit {
	mult, j, had := s.multiplier(i)
	j = s.skipBlank(j)
	if had && (s.at(j) == '余' || s.at(j) == '多') {
		j++
	} else if !had && (s.at(j) == '余' || s.at(j) == '多') {
		mult, j, had = s.multiplier(j + 1)
		j = s.skipBlank(j)
	}
	switch {
	case s.hasAt(j, "美元"), s.hasAt(j, "欧元"), s.hasAt(j, "港元"), s.hasAt(j, "日元"):
		return unit{FigureQuantity, string(s.r[j : j+2]), mult * unitScale, mult, j + 2, false, false}
	case s.at(j) == '元' && s.at(j+1) != '宇' && s.at(j+1) != '器':
		return unit{FigureMoney, "", mult * 100, mult, j + 1, false, false}
	case s.at(j) == '%':
		return unit{FigureShare, "", mult * 100, mult, j + 1, false, false}
	case s.at(j) == '‰':
		return unit{FigureShare, "", mult * 10, mult, j + 1, false, false}
	}
	for n := min(maxUnitRunes, len(s.r)-j); n > 0; n-- {
		word := string(s.r[j : j+n])
		form, ok := unitForms[word]
		if ok && !(word[0] < 0x80 && letter(s.at(j+n))) {
			return unit{FigureQuantity, form.name, mult * unitScale * form.factor, mult, j + n, false, false}
		}
	}
	if mult >= unitScale && s.moneyNear(i) {
		return unit{FigureMoney, "", mult * 100, mult, j, false, true}
	}
	return unit{FigureNumber, "", mult * unitScale, mult, s.back(j), !had, false}
}

// multiplier reads 万, 千万, 亿 … at rune i.
func (s *scanner) multiplier(i int) (mult int64, end int, had bool) {
	mult, end = 1, s.skipBlank(i)
	for n := 0; n < 3; n++ {
		m, ok := map[rune]int64{'十': 10, '百': 100, '千': 1000, '万': 10_000, '亿': 100_000_000}[s.at(end)]
		if !ok || s.at(end+1) == '分' && s.at(end+2) == '之' {
			break
		}
		if word := string(s.r[end:min(end+2, len(s.r))]); word == "千米" || word == "千克" || word == "千瓦" {
			break
		}
		if mult > 1_000_000_000_000/m {
			break
		}
		mult, end, had = mult*m, end+1, true
	}
	if !had {
		return 1, i, false
	}
	return mult, end, true
}

func (s *scanner) moneyNear(i int) bool {
	near := string(s.r[max(0, i-moneyContext):min(len(s.r), i+moneyContext)])
	for _, w := range moneyWords {
		if strings.Contains(near, w) {
			return true
		}
	}
	return false
}
