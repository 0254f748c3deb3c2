package programme

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// show writes figures as the tables of these tests do: kind value[..high][unit]
// [key] with the comparison before it and ! for weak, ' for spelled ones.
func show(figures []Figure) string {
	var out []string
	for _, f := range figures {
		s := f.Op.sign() + string(f.Kind)
		switch f.Kind {
		case FigureQuantity, FigureNumber:
			s += fmt.Sprintf(" %g%s", float64(f.Value)/unitScale, f.Unit)
		case FigureWindow, FigureFraction:
			s += fmt.Sprintf(" %d..%d", f.Value, f.High)
		case FigureClock:
			s += fmt.Sprintf(" %d:%02d", f.Value/60, f.Value%60)
		default:
			if f.Key != "" {
				s += " " + f.Key
			} else {
				s += fmt.Sprintf(" %d", f.Value)
			}
		}
		if f.Weak {
			s += "!"
		} else if f.Spelled {
			s += "'"
		}
		out = append(out, s)
	}
	return strings.Join(out, "; ")
}

func TestFigures(t *testing.T) {
	tests := []struct{ text, want string }{
		// money
		{"研发费用不少于3000万元", "≥money 3000000000"},
		{"不少于 3,000 万元", "≥money 3000000000"},
		{"不少于３０００万元", "≥money 3000000000"},
		{"补助1.5亿元", "money 15000000000"},
		{"每人500元", "money 50000"},
		{"奖励100万", "money 100000000"},
		{"面积100万的场地", "number 1e+06"},
		{"三千万元以上", "≥money 3000000000"},
		{"最高给予五十万元", "money 50000000"},
		{"最高50万元", "≤money 50000000"},
		{"100-200万元", "≥money 100000000; ≤money 200000000"},
		{"100万-200万元", "≥money 100000000; ≤money 200000000"},
		{"上千万元、数百万元", ""},
		{"30万美元", "quantity 300000美元"},
		{"0.005 元", "digits 0.005 元"},
		{"元宇宙1个", "quantity 1个"},
		// shares
		{"比例不低于3%", "≥share 300"},
		{"占到60％以上", "≥share 6000"},
		{"千分之三", "share 30"},
		{"5‰", "share 50"},
		{"百分之六十以上", "≥share 6000"},
		{"百分之三十五点五", "share 3550"},
		{"达到80%左右", "≈share 8000"},
		{"三分之二以上通过", "≥fraction 2..3"},
		{"2/3以上", "≥fraction 2..3"},
		{"提高3个百分点", "quantity 3百分点"},
		{"1.005%", "digits 1.005%"},
		// days, months, years, times
		{"2024年11月22日", "date 20241122"},
		{"2019年12月23 日印发", "date 20191223"},
		{"自11月26日起", "date 1126"},
		{"2024-11-27", "date 20241127"},
		{"2024/11/27", "date 20241127"},
		{"2024.11.27", "date 20241127"},
		{"2024-11-27T09:00", "date 20241127; clock 9:00"},
		{"二〇二四年十一月二十二日", "date 20241122"},
		{"二○二四年", "year 2024"},
		{"十月八日", "date 1008"},
		{"十月底、二〇二四年十月", "month 10; month 202410"},
		{"二〇二四年度", "year 2024"},
		{"8时−9时、∶", "clock 8:00; clock 9:00"},
		{"9:00:30", "clock 9:00"},
		{"2024年5月", "month 202405"},
		{"每年3月底前", "month 3"},
		{"3月1日至15日", "date 301; date 315"},
		{"3月1日—4月2日", "date 301; date 402"},
		{"2024年度", "year 2024"},
		{"2024 年", "year 2024"},
		{"2020-2024年", "window 2020..2024"},
		{"2020年至2024年", "window 2020..2024"},
		{"（2024—2025年）", "window 2024..2025"},
		{"2020..2024", "window 2020..2024"},
		{"9:00开放，17：00截止", "clock 9:00; clock 17:00"},
		{"11月25日9点", "date 1125; clock 9:00"},
		{"下午5点半", "clock 17:30"},
		{"9时30分", "clock 9:30"},
		{"提出3点建议", "number 3"},
		// durations
		{"近三年", "quantity 3年"},
		{"近5年", "quantity 5年"},
		{"近3个会计年度", "quantity 3年"},
		{"三至五年", "≥quantity 3年; ≤quantity 5年"},
		{"5个工作日内", "quantity 5工作日"},
		{"半年", "quantity 6个月"},
		{"上半年、下半年", ""},
		{"不满一年", "<quantity 1年"},
		{"6个月以内", "≤quantity 6个月"},
		{"同一年度、上一年度、统一日期", ""},
		{"一个年度里", "quantity 1年!"},
		// quantities and comparisons
		{"不少于50人", "≥quantity 50人"},
		{"50名以上", "≥quantity 50人"},
		{"100名（个）左右", "≈quantity 100人"},
		{"总数不得超过3家", "≤quantity 3家"},
		{"超过3家", ">quantity 3家"},
		{"突破3.5万家", ">quantity 35000家"},
		{"企业数量双破千", ">number 1000"},
		{"年产值破亿", ">number 1e+08"},
		{"产值突破千亿元", ""},
		{"不超过60周岁", "≤quantity 60岁"},
		{"45周岁以下", "≤quantity 45岁"},
		{"45周岁以下（不含）", "<quantity 45岁"},
		{"200万元（含）以上", "≥money 200000000"},
		{"200万元（不含）以上", ">money 200000000"},
		{"不满18周岁", "<quantity 18岁"},
		{"年满18周岁", "≥quantity 18岁"},
		{"不晚于 2024-12-02", "≤date 20241202"},
		{"早于2024年5月6日", "<date 20240506"},
		{"不少于3000平方米", "≥quantity 3000平方米"},
		{"3000㎡", "quantity 3000平方米"},
		{"2公顷", "quantity 20000平方米"},
		{"约30家", "≈quantity 30家"},
		{"2500字左右", "≈quantity 2500字"},
		{"3-5个研究方向", "≥quantity 3个; ≤quantity 5个"},
		{"3—5家", "≥quantity 3家; ≤quantity 5家"},
		{"3～5家", "≥quantity 3家; ≤quantity 5家"},
		{">= 3 家", "≥quantity 3家"},
		{"≤5 项", "≤quantity 5项"},
		{"300余家", "quantity 300家"},
		{"3万余家", "quantity 30000家"},
		{"11条产业链", "quantity 11条"},
		{"面向16市", "number 16"},
		{"limit: 1", "number 1"},
		{"“1+474”体系", "number 1; number 474"},
		{"五家单位", "quantity 5家'"},
		{"两项以上", "≥quantity 2项'"},
		{"仅限申报一次", "quantity 1次!"},
		{"“四个中心”", "quantity 4个!"},
		{"5千米", "quantity 5000米"},
		{"20MW", "quantity 2e+07瓦"},
		// contacts
		{"0100-12345678", "phone 010012345678"},
		{"（0100）12345678", "phone 010012345678"},
		{"0200-1234567、7654321", "phone 02001234567; phone 02007654321"},
		{"电话：10002005/07。", "phone 10002005; phone 10002007"},
		{"手机13800000000", "phone 13800000000"},
		{"3 0100-12345678", "number 3; phone 010012345678"},
		{"400-100-2000", "phone 4001002000"},
		{"0100-12345678转801", "phone 010012345678#801"},
		{"发送至：Some.Box_1@jn.example.cn，逾期", "email some.box_1@jn.example.cn"},
		{"163abc@163.com", "email 163abc@163.com"},
		{"（https://a.example.com:8443/x/），填写", "url https://a.example.com:8443/x"},
		{"www.a-b.com）", "url www.a-b.com"},
		{"某某路249号", "quantity 249号"},
		// documents
		{"（甲科规〔2023〕3号）", "document 甲科规〔2023〕3号"},
		{"鲁科字[2020]第012号", "document 鲁科字〔2020〕12号"},
		// no figures
		{"一、总则", ""},
		{"（一）推荐；（1）材料", ""},
		{"1.材料；2.表格", ""},
		{"1、材料", ""},
		{"附件2请报送，附件1、2和3", ""},
		{"附件2份", "quantity 2份"},
		{"见表1、图2", ""},
		{"第一、第3条、第3-5名、第013至051条", ""},
		{"一级单位、一等奖、一体化、一般、一票否决", ""},
		{"同一人、统一、之一、逐一、唯一", ""},
		{"双一流、十佳、三农、四基、三级医院", ""},
		{"三位一体、二次开发、一次性", ""},
		{"“十四五”规划", ""},
		{"十几个、三五年、几十家", ""},
		{"A4纸、5G、3D软件、PM2.5、GB/T、PB级", ""},
		{"rd_expense.last3.sum", ""},
		{"最后一日", ""},
		{"12345678901234567890", "digits 12345678901234567890"},
	}
	for _, tt := range tests {
		if got := show(Figures(tt.text)); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestSameFigure(t *testing.T) {
	tests := []struct {
		cited, source string
		want          bool
	}{
		{"3000 万元", "3000万元", true},
		{"0.3 亿元", "3000万元", true},
		{"3100 万元", "3000万元", false},
		{"3000", "3000平方米", true},
		{"3000 家", "3000平方米", false},
		{"3 个", "3项", true},
		{"3 家", "3个", false},
		{"50 名", "50人", true},
		{"2024-11-26", "11月26日", true},
		{"11月26日", "2024年11月26日", true},
		{"2023-11-26", "2024年11月26日", false},
		{"2024-05", "5月", true},
		{"2024年", "2024年5月6日", true},
		{"2024", "2024年度", true},
		{"60", "60%", true},
		{"12345678", "0100-12345678", true},
		{"010012345678", "0100-12345678", true},
		{"0101-12345678", "0100-12345678", false},
		{"2345678", "0100-12345678", true},
		{"01001234567812345", "0100-12345678", false},
		{"月底前 5 月", "2024年5月", true},
		{"2024", "2024年5月", false},
		{"2024年", "2024年5月", true},
		{"12:00", "12点", true},
		{"https://a.cn/x", "https://a.cn/x/", true},
		{"根据甲科规〔2023〕3号", "甲科规〔2023〕3号", true},
		{"甲科规〔2023〕4号", "甲科规〔2023〕3号", false},
		{"2/3", "三分之二", true},
		{"66.67%", "三分之二", false},
		{"a@b.cn", "A@b.cn", true},
		{"一次", "1次", true},
	}
	for _, tt := range tests {
		a, b := Figures(tt.cited), Figures(tt.source)
		if len(a) != 1 || len(b) != 1 {
			t.Errorf("%s / %s: %v, %v", tt.cited, tt.source, show(a), show(b))
			continue
		}
		if got := a[0].same(b[0]); got != tt.want {
			t.Errorf("%s as %s: %v, want %v", tt.cited, tt.source, got, tt.want)
		}
	}
}

func TestHanNumber(t *testing.T) {
	for text, want := range map[string]int64{
		"三": 3, "十": 10, "十五": 15, "二十": 20, "二十一": 21, "一百": 100, "一百零五": 105,
		"一百一十": 110, "两千": 2000, "三千万": 30_000_000, "一亿二千万": 120_000_000, "一万零五": 10_005,
	} {
		if got, ok := hanNumber([]rune(text)); !ok || got != want {
			t.Errorf("%s = %d, %v, want %d", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "十三五", "三五", "百", "千万", "十十", "一十百", "亿", "二三十"} {
		if got, ok := hanNumber([]rune(text)); ok {
			t.Errorf("%q = %d, want none", text, got)
		}
	}
}

// TestFiguresLinear reads long lines of what could make a reader go back and
// forth; quadratic work would take minutes.
func TestFiguresLinear(t *testing.T) {
	for _, piece := range []string{"1", "1.", "1,", "1-", "一", "一、", "十万", "百分之", "(1)", "〔2023〕", "a@", "1@", "0100-", "10002005/", "2024年", "2024-", "1 ", "（", "“", "https://", "约不", "第1、", "1/", "1到"} {
		text := "电话" + strings.Repeat(piece, 50_000/len(piece))
		start := time.Now()
		checkFigures(t, text)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%d bytes of %q took %v", len(text), piece, d)
		}
	}
}

// checkFigures holds what is true of every text: offsets at rune borders, in
// order, without overlap, and the text between them kept.
func checkFigures(t *testing.T, text string) {
	t.Helper()
	end, valid := 0, utf8.ValidString(text)
	for _, f := range Figures(text) {
		if f.Start < end && f.Kind != FigureDocument || f.End <= f.Start || f.End > len(text) {
			t.Fatalf("%s at %d to %d after %d", f.Text, f.Start, f.End, end)
		}
		if got := text[f.Start:f.End]; strings.TrimSpace(got) != f.Text || valid && !utf8.ValidString(got) {
			t.Fatalf("%q is kept as %q", got, f.Text)
		}
		if f.Value < 0 || f.High < 0 {
			t.Fatalf("%s is %d, %d", f.Text, f.Value, f.High)
		}
		end = f.End
	}
}

func FuzzFigures(f *testing.F) {
	for _, text := range []string{"近5年（2020-2024年）主持1项300万元及以上", "２０２４年１１月２２日９：００", "百分之六十、三分之二", "0200-1234567、7654321", "甲科规〔2023〕3号"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		checkFigures(t, text)
		all := Figures(text)
		for _, fig := range all {
			if !fig.same(fig) {
				t.Fatalf("%s is not the same as itself", fig.Text)
			}
		}
		if !slices.Equal(all, Figures(text)) {
			t.Fatal("two readings differ")
		}
	})
}
