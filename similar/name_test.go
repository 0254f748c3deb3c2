package similar

import (
	"slices"
	"strings"
	"testing"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"“元宇宙+”":            "元宇宙",
		"碳纖維　技術·創新（中心）":     "碳纤维技术创新中心",
		"ＡＩ ａｎｄ 5G":         "aiand5g",
		"峯\u200b⼀羣":         "峰一群",
		"":                  "",
		"＋、。“”（）《》\u3000\n": "",
		"Ⅱ型":                "ⅱ型",
	} {
		if got := string(Fold(nil, in)); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestSplit(t *testing.T) {
	for _, c := range []struct{ name, front, core, back, typ string }{
		{"山东省碳捕集技术创新中心", "山东省", "碳捕集", "", "技术创新中心"},
		{"碳捕集山东省重点实验室", "", "碳捕集", "山东省", "重点实验室"},
		{"碳捕集省重点实验室", "", "碳捕集", "省", "重点实验室"},
		{"海洋工程国家重点实验室", "", "海洋工程", "国家", "重点实验室"},
		{"农业农村部盐碱地重点实验室", "农业农村部", "盐碱地", "", "重点实验室"},
		{"国家盐碱地综合利用技术创新中心（山东）分中心", "国家", "盐碱地综合利用", "", "技术创新中心山东分中心"},
		{"济南市章丘区“元宇宙+”技术创新中心（筹）", "济南市章丘区", "元宇宙", "", "技术创新中心"},
		{"省部共建煤基能源清洁高效利用国家重点实验室", "省部共建", "煤基能源清洁高效利用", "国家", "重点实验室"},
		{"太原煤层气工程研究中心", "太原", "煤层气", "", "工程研究中心"},
		{"肝胆疾病山西省临床医学研究中心", "", "肝胆疾病", "山西省", "临床医学研究中心"},
		{"智慧城市重点实验室", "", "智慧城市", "", "重点实验室"},     // not the city of 智慧城
		{"平安城市监控重点实验室", "", "平安城市监控", "", "重点实验室"}, // 平安 is a district of another province too
		{"云计算平台重点实验室", "", "云计算平台", "", "重点实验室"},   // one type only
		{"区块链", "", "区块链", "", ""},
		{"技术创新中心", "", "技术创新中心", "", ""}, // all affixes: all core
		{"山东省", "", "山东省", "", ""},
	} {
		p := Split(Fold(nil, c.name))
		if string(p.front) != c.front || string(p.Core) != c.core || string(p.back) != c.back || string(p.Type) != c.typ {
			t.Errorf("Split(%s) = %s|%s|%s|%s, want %s|%s|%s|%s", c.name,
				string(p.front), string(p.Core), string(p.back), string(p.Type), c.front, c.core, c.back, c.typ)
		}
	}
}

func TestName(t *testing.T) {
	for _, c := range []struct {
		a, b     string
		min, max int
		reasons  string
	}{
		{"山东省碳捕集技术创新中心", "碳捕集山东省技术创新中心", 1000, 1000, "same"},
		{"山东省碳捕集技术創新中心", " 山东省“碳捕集”技术创新中心", 1000, 1000, "same"},
		{"山东省碳捕集技术创新中心", "山东省碳捕集重点实验室", 990, 990, "same_core"},
		{"山东省碳捕集技术创新中心", "山西省碳捕集技术创新中心", 990, 990, "same_core"},
		{"新能源材料中心", "新能源与材料应用技术中心", 980, 980, "same_words"},
		{"山东省智慧矿山重点实验室", "山东省智能矿山技术创新中心", 970, 970, "synonym"},
		{"海洋工程装备", "装备海洋工程", 900, 960, "order"},
		{"机器视觉", "鸡器视觉", 900, 960, "same_sound"},
		{"肉羊繁育", "肉羊繁育生物", 700, 900, "words_added"},
		{"心血管疾病", "脑血管疾病", 700, 900, "some_differ"},
		{"煤层气抽采技术创新中心", "煤层气抽取技术创新中心", 700, 900, "some_differ"},
		{"智慧矿山安全", "矿山安全智能", 700, 960, "synonym order"},
		{"区块链", "小麦分子育种", 0, 0, ""},
		{"", "", 0, 0, ""},
		{"“+”", "“+”", 0, 0, ""},
	} {
		for range 2 {
			s := Name(c.a, c.b)
			if s.Permille < c.min || s.Permille > c.max || joined(s.Reasons) != c.reasons {
				t.Errorf("Name(%s, %s) = %d %v, want %d..%d %s", c.a, c.b, s.Permille, s.Reasons, c.min, c.max, c.reasons)
			}
			c.a, c.b = c.b, c.a // the order does not matter
		}
	}
}

func joined(reasons []Reason) string {
	var out []string
	for _, r := range reasons {
		out = append(out, string(r))
	}
	return strings.Join(out, " ")
}

func TestReasonLabels(t *testing.T) {
	for _, r := range []Reason{Same, SameCore, SameWords, Synonym, SameSound, Order, WordsAdded, SomeDiffer} {
		if r.Label("zh") == "" || r.Label("en") == "" || r.Label("zh") == r.Label("en") {
			t.Errorf("%s has no labels", r)
		}
	}
}

func TestTradeName(t *testing.T) {
	for _, c := range []struct {
		name, trade, later string
		ok                 bool
	}{
		{"山东芯云智能科技有限公司", "芯云", "", true},
		{"芯云（济南）科技有限公司", "芯云", "", true},
		{"济南章丘芯云机械股份有限公司", "芯云", "", true},
		{"某车青岛五方机车车辆股份有限公司", "某车", "五方", true},
		{"青岛尔海智家股份有限公司", "尔海智家", "", true},
		{"并州星碳新材料有限公司", "星碳", "", true},
		{"齐鲁制药有限公司", "", "", true},
		{"山东海洋科技有限公司", "", "", true},
		{"ＴＣＭ科技集团股份有限公司", "tcm", "", true},
		{"某某科技有限公司济南分公司", "某某", "", true},
		{"星河集团", "星河", "", true},
		{"有限公司", "", "", true},
		{"汾河理工大学", "", "", false},
		{"滹沱材料研究院", "", "", false},
		{"", "", "", false},
	} {
		e, ok := TradeName(Fold(nil, c.name))
		if string(e.Trade) != c.trade || string(e.Later) != c.later || ok != c.ok {
			t.Errorf("TradeName(%s) = %s, %s, %t; want %s, %s, %t", c.name, string(e.Trade), string(e.Later), ok, c.trade, c.later, c.ok)
		}
	}
}

func TestFoundIn(t *testing.T) {
	for _, c := range []struct {
		unit, core, piece string
		sure              bool
	}{
		{"山东芯云智能科技有限公司", "芯云数据安全", "芯云", true},
		{"山东芯云智能科技有限公司", "智能科技", "", false},
		{"青岛尔海智家股份有限公司", "尔海智家家电", "尔海智家", true},
		{"青岛尔海智家股份有限公司", "尔海冷链", "尔海", false}, // where the 字号 ends is not sure
		{"青岛尔海智家股份有限公司", "智家系统", "智家", false},
		{"某车青岛五方机车车辆股份有限公司", "五方轨道", "五方", false},
		{"山东海洋科技有限公司", "海洋牧场", "", false}, // 海洋 alone is no 字号
		{"山东海洋科技有限公司", "海洋科技装备", "海洋科技", false},
		{"齐鲁制药有限公司", "齐鲁药用辅料", "齐鲁", false},
		{"北京创新科技有限公司", "区块链", "", false},
	} {
		e, _ := TradeName(Fold(nil, c.unit))
		piece, sure := e.FoundIn(Fold(nil, c.core))
		if string(piece) != c.piece || sure != c.sure {
			t.Errorf("%s in %s: %s, %t; want %s, %t", c.unit, c.core, string(piece), sure, c.piece, c.sure)
		}
	}
}

// The gazetteer reads every line of its file.
func TestPlaces(t *testing.T) {
	n := 0
	for line := range strings.Lines(placesText) {
		p := strings.Fields(line)
		if len(p) < 2 || len(p) > 3 || len(p[0]) != 6 {
			t.Fatalf("places.txt: %q", line)
		}
		n += len(p) - 1
	}
	got := 0
	for _, ps := range places().first {
		got += len(ps)
	}
	if got != n || n < 6000 {
		t.Errorf("%d names of places, want %d", got, n)
	}
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"山东省碳捕集技术创新中心", "碳捕集", "ＡＩ+", "\xff", "𬭊一", "筹", "分中心", strings.Repeat("新材料", 200)} {
		f.Add(s, "海洋工程国家重点实验室")
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		s := Name(a, b)
		if r := Name(b, a); r.Permille != s.Permille || !slices.Equal(r.Reasons, s.Reasons) {
			t.Errorf("%q, %q: %v and %v", a, b, s, r)
		}
		if s.Permille < 0 || s.Permille > 1000 || s.Permille > 0 && len(s.Reasons) == 0 {
			t.Errorf("%q, %q: %v", a, b, s)
		}
		folded := Fold(nil, a)
		if again := Fold(nil, string(folded)); !slices.Equal(again, folded) {
			t.Errorf("%q folds to %q and then to %q", a, string(folded), string(again))
		}
		if self := Name(a, a); len(folded) > 0 && self.Permille != 1000 {
			t.Errorf("%q is not the same as itself: %v", a, self)
		}
		p := Split(folded)
		left := len(folded) - len(p.front) - len(p.Core) - len(p.back) - len(p.Type) // at most 筹建
		if len(folded) > 0 && len(p.Core) == 0 || left < 0 || left > 2 {
			t.Errorf("%q is taken apart wrongly: %q", a, string(p.Core))
		}
		e, _ := TradeName(folded)
		e.FoundIn(Fold(nil, b))
		near := NewNames([]string{a, b}).Nearest(nil, a, 5, nil)
		if len(folded) > 0 && (len(near) == 0 || near[0] != (Match{0, 1000}) || len(near) == 2 && near[1].Permille != s.Permille || len(near) == 1 && s.Permille > 0) {
			t.Errorf("%q, %q: the index says %v, Name says %v", a, b, near, s)
		}
	})
}
