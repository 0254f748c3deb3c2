package similar

import (
	"slices"
	"strings"
)

// The words that stand around the core of a centre's name.
var (
	levelWords = newWords(`国家级 国家 全国 中国 省级 市级 省部共建 部省共建 省市共建`)

	// A single 省 is a level only directly before the type: 碳捕集省重点实验室.
	backLevelWords = newWords(`国家级 国家 全国 中国 省级 市级 省部共建 部省共建 省市共建 省`)

	ministryWords = newWords(`
		教育部 科技部 科学技术部 农业农村部 农业部 自然资源部 国土资源部 生态环境部 环境保护部 工业和信息化部 工信部
		水利部 交通运输部 交通部 住房和城乡建设部 住建部 应急管理部 公安部 司法部 民政部 文化和旅游部 人力资源和社会保障部
		国家卫生健康委员会 国家卫生健康委 国家卫健委 卫生健康委 卫生部 国家中医药管理局 国家药品监督管理局 国家药监局
		国家林业和草原局 国家林草局 国家林业局 国家能源局 国家市场监督管理总局 国家市场监管总局 国家粮食和物资储备局
		国家体育总局 国家文物局 国家烟草专卖局 国家海洋局 国家发展改革委 国家发展和改革委员会 中国气象局 中国地震局
		中国科学院 中科院 中国工程院 中国农业科学院 中国医学科学院 中国林业科学研究院`)

	typeWords = newWords(`
		技术创新中心 制造业创新中心 产业创新中心 协同创新中心 创新中心 重点实验室 联合实验室 工程实验室 实验室
		工程技术研究中心 工程技术中心 工程研究中心 企业技术中心 技术研究中心 临床医学研究中心 临床医学中心 临床研究中心
		医学研究中心 研究中心 研发中心 科学中心 工程中心 技术中心 中心 产业技术研究院 技术研究院 研究院 研究所
		新型研发机构 研发机构 创新创业共同体 共同体 创新联合体 联合体 野外科学观测研究站 科学观测研究站 观测研究站 观测站
		中试基地 产业化基地 创新基地 基地 公共服务平台 服务平台 创新平台 平台`)

	planned = newWords(`筹建 筹`)
	branch  = newWords(`分中心`)
)

// generic are the words that make a name no less like another.
var generic = newWords(`技术 工程 研究 应用 关键 先进 以及 与 及 和 暨 的`)

// synonyms lists words that calls and names use for one another; each group
// stands for its first word.
var synonyms = newWords(synonymText)

const synonymText = `
	智能 智慧
	装备 设备 器械
	汽车 车辆
	疾病 病
	癌 肿瘤 癌症
	防治 防控
	诊疗 诊治 诊断
	育种 选育 繁育
	治理 处理 处置
	废物 废弃物
	利用 资源化 资源化利用
	光伏 太阳能 太阳电池
	清洁能源 新能源
	芯片 集成电路
	无人机 无人飞行器
	人工智能 机器智能
	仿真 模拟
	感知 传感
	监测 检测 探测
	预警 预报 预测
	修复 恢复 重建
	养殖 饲养
	种植 栽培
	保鲜 贮藏 储藏
	材料 新材料
	高端 高性能
	绿色 低碳
	城市 城镇
	农村 乡村
	大气 空气
	煤 煤炭
	中药 中医药
	药物 药品
	制造 加工 生产
	电池 蓄电池
	海水 海洋
	近海 近岸
	网络 互联网`

// words is a small dictionary, looked up at either end of a text.
type words struct {
	first, last map[rune][]word // longest first
}

// A word may stand for another, its group's first.
type word struct{ text, group []rune }

// newWords reads the words of a text; the words of one line are a group.
func newWords(text string) *words {
	w := &words{first: map[rune][]word{}, last: map[rune][]word{}}
	longest := func(a, b word) int { return len(b.text) - len(a.text) }
	for line := range strings.Lines(text) {
		for _, s := range strings.Fields(line) {
			one := word{[]rune(s), []rune(strings.Fields(line)[0])}
			f, l := one.text[0], one.text[len(one.text)-1]
			w.first[f] = append(w.first[f], one)
			w.last[l] = append(w.last[l], one)
			slices.SortStableFunc(w.first[f], longest)
			slices.SortStableFunc(w.last[l], longest)
		}
	}
	return w
}

// prefix is the length of the longest word that s begins with, or 0.
func (w *words) prefix(s []rune) int {
	n, _ := w.group(s)
	return n
}

// group is the same with the first word of the group.
func (w *words) group(s []rune) (n int, first []rune) {
	if len(s) > 0 {
		for _, c := range w.first[s[0]] {
			if len(c.text) <= len(s) && slices.Equal(c.text, s[:len(c.text)]) {
				return len(c.text), c.group
			}
		}
	}
	return 0, nil
}

// suffix is the length of the longest word that s ends with, or 0.
func (w *words) suffix(s []rune) int {
	if len(s) > 0 {
		for _, c := range w.last[s[len(s)-1]] {
			if k := len(s) - len(c.text); k >= 0 && slices.Equal(c.text, s[k:]) {
				return len(c.text)
			}
		}
	}
	return 0
}
