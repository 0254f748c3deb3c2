package similar

import "slices"

// The words of an enterprise's name around its 字号.
var (
	legalWords = newWords(`
		有限责任公司 股份有限公司 有限公司 集团公司 总公司 分公司 子公司 股份公司 公司 集团 股份 总厂 分厂 厂
		合伙企业 有限合伙 普通合伙 特殊普通合伙 农民专业合作社 专业合作社 合作社 事务所 工作室`)

	industryWords = newWords(`
		科技 技术 高新 高科 智能 智慧 信息 电子 电气 电器 电力 电源 电池 电机 电缆 光电 光学 光伏 微电子 半导体 芯片 集成电路
		新材料 材料 复合材料 纤维 玻璃 陶瓷 橡胶 塑料 化工 化学 石化 石油 石油化工 煤业 煤化工 煤电 焦化 矿业 能源 新能源 氢能 储能 燃气 热电
		生物 生物科技 医药 制药 药业 药物 中药 医疗 医疗器械 健康 基因 疫苗 诊断 农业 农牧 牧业 种业 种子 饲料 食品 乳业 酒业 酿酒 饮料 粮油 水产 渔业 林业
		海洋 海工 船舶 重工 船业 航空 航天 空天 飞机 无人机 卫星 汽车 车辆 机车 客车 发动机 动力 轮胎 轨道 交通 港口
		机械 机床 机电 重机 装备 设备 制造 仪器 仪表 精密 精工 工业 重型 液压 轴承 模具 机器人 自动化 数控 激光
		钢铁 特钢 钢管 铝业 铜业 有色 金属 冶金 稀土 磁业 磁材 环保 环境 生态 水务 水处理 节能
		网络 软件 数据 大数据 云计算 通信 通讯 互联网 物联网 数字 安全 系统 计算机 人工智能
		建设 建筑 建工 建材 水泥 工程 勘察 设计 设计院 路桥 置业 房地产 纺织 印染 服饰 纸业 造纸 包装 印刷 家居 家具
		实业 产业 控股 投资 发展 开发 创业 创新 咨询 服务 管理 贸易 进出口 国际 商贸 物流 供应链 传媒 文化 教育 检测 测试 研究 研究院 研究所 研发 中心
		股份 集团`)

	// Regions and old names of places: no division bears them now, but
	// enterprises begin with them as with one.
	regionWords = newWords(`
		华北 华东 华南 华中 西北 西南 东北 中原 江南 岭南 关中 塞北 胶东 鲁北 鲁南 鲁西 晋北 晋南 晋东南
		并州 豫州 雍州 幽州 益州 三晋 齐鲁 燕赵 荆楚 巴蜀`)
)

// Enterprise is what the name of an enterprise (企业名称) says. The slices share
// the memory of the folded name.
type Enterprise struct {
	Middle []rune // between place and legal form
	// Trade is the 字号, as far as a machine can tell: Middle without the words
	// of its industry and a region before it. It is empty when nothing is left.
	Trade []rune
	// Later is a second 字号 behind a place: 四方 in 中车青岛四方机车车辆股份有限公司.
	Later []rune
}

// TradeName takes the folded name of an enterprise apart. ok is false when the
// name has no legal form, as that of a university.
func TradeName(folded []rune) (e Enterprise, ok bool) {
	s := folded
	for {
		n := legalWords.suffix(s)
		if n == 0 && ok {
			n, _ = places().suffix(s, 0) // 某某公司济南分公司
			if n == len(s) || legalWords.suffix(s[:len(s)-n]) == 0 {
				n = 0
			}
		}
		if n == 0 {
			break
		}
		s, ok = s[:len(s)-n], true
	}
	if !ok {
		return Enterprise{}, false
	}
	e.Middle = s[frontAffixes(s):]
	e.Trade, e.Later = splitAtPlace(distinctive(e.Middle))
	switch n := regionWords.prefix(e.Trade); {
	case n == 0:
	case n == len(e.Trade):
		e.Trade = nil
	case len(e.Trade)-n >= 2:
		e.Trade = e.Trade[n:]
	}
	return e, true
}

// FoundIn returns the 字号 if a folded text holds it, or else a piece that may
// be one, with sure false: a machine cannot tell where a 字号 ends when it does
// not know the word behind it. It returns nothing when no piece is there.
func (e Enterprise) FoundIn(text []rune) (piece []rune, sure bool) {
	t := e.Trade
	if Contains(text, t) {
		return t, true
	}
	pieces := [4][]rune{e.Later}
	switch {
	case len(t) >= 4:
		pieces[1], pieces[2] = t[:2], t[len(t)-2:]
	case len(t) == 3:
		pieces[1] = t[:2]
	case len(t) == 0 && len(e.Middle) >= 2:
		pieces[1], pieces[2] = e.Middle, e.Middle[:2]
	}
	for i, p := range pieces {
		whole := len(t) == 0 && i == 1
		if Contains(text, p) && (whole || industryWords.prefix(p) != len(p)) {
			return p, false
		}
	}
	return nil, false
}

// distinctive is s without the industry words and places at its end; nothing
// when no two characters are left.
func distinctive(s []rune) []rune {
	for len(s) > 0 {
		n := industryWords.suffix(s)
		if k, _ := places().suffix(s, 0); k > n {
			n = k
		}
		if n == 0 || len(s)-n == 1 {
			break // one character alone is no 字号: 海尔, not 海
		}
		s = s[:len(s)-n]
	}
	if len(s) < 2 || industryWords.suffix(s) == len(s) {
		return nil
	}
	return s
}

// splitAtPlace cuts at a province or city in the middle.
func splitAtPlace(s []rune) (first, later []rune) {
	for i := 2; i < len(s)-2; i++ {
		if n, code := places().prefix(s[i:], 0); n > 0 && code%100 == 0 && len(s)-i-n >= 2 {
			return distinctive(s[:i]), distinctive(s[i+n:])
		}
	}
	return s, nil
}

// Contains reports whether a folded text holds a folded piece.
func Contains(text, piece []rune) bool {
	for i := 0; len(piece) > 0 && i+len(piece) <= len(text); i++ {
		if slices.Equal(text[i:i+len(piece)], piece) {
			return true
		}
	}
	return false
}
