package sample

// The packages that units apply for.
const (
	Shandong = "shandong-tic-2024"
	Shanxi   = "shanxi-tic-2024"
)

// spec is what makes a unit. Money is in 万元, of the year 2023.
type spec struct {
	name, kind, place, field string

	call, lacks       string
	centre, direction string // of its application: the centre's name, the direction or domain
	rd, income        int
	people            int // fixed staff, of whom all but two do research
	area, equipment   int // 平方米, 万元
}

// specs are the units. Of those that apply some meet every rule, and some fail
// one by little: 2,650 of 3,000, 49 of 50.
var specs = []spec{
	{"泉山智行机器人有限公司", "enterprise", "370114", "机器人", Shandong, "", "仿生灵巧操作机构技术创新中心", "humanoid_robot", 1600, 30000, 56, 5200, 3650},
	{"绣江星链通信技术有限公司", "enterprise", "370114", "卫星通信", Shandong, "", "空间激光通信载荷技术创新中心", "satellite_internet", 1500, 21000, 54, 3600, 2400},
	{"百脉低空航空科技有限公司", "enterprise", "370114", "无人机", Shandong, "", "大载重长航时飞行器技术创新中心", "low_altitude", 1450, 26000, 53, 4100, 2900},
	{"明水协作智造有限公司", "enterprise", "370114", "协作机器人", Shandong, "host.rd_total", "一体化关节与柔顺控制技术创新中心", "collaborative_robot", 1000, 18000, 60, 3300, 2300},
	{"锦屏深探装备股份有限公司", "enterprise", "370114", "矿山装备", Shandong, "staff.count", "深部矿产开发装备技术创新中心", "deep_earth", 1800, 40000, 51, 6000, 5200},
	{"双山合成生物科技有限公司", "enterprise", "370114", "合成生物", Shandong, "site.area", "工程菌株构建技术创新中心", "synthetic_biology", 1400, 15000, 55, 2990, 2600},
	{"女郎山区块链科技有限公司", "enterprise", "370114", "区块链", Shandong, "site.equipment", "高性能隐私计算技术创新中心", "blockchain", 1700, 22000, 58, 3500, 1950},
	{"历山虚境信息技术有限公司", "enterprise", "370112", "虚拟现实", Shandong, "host.place", "智能交互与终端显示技术创新中心", "metaverse", 1600, 24000, 57, 3400, 2200},
	{"海岱精密传感有限公司", "enterprise", "370102", "传感器", "", "", "", "", 620, 9800, 24, 1500, 900},
	{"琅琊海洋装备有限公司", "enterprise", "370211", "海洋装备", "", "", "", "", 2100, 52000, 40, 4800, 4100},
	{"岱麓理工大学", "university", "370112", "机械与材料", "", "", "", "", 9000, 0, 70, 12000, 15000},
	{"海右医科大学", "university", "370102", "医学", "", "", "", "", 7000, 0, 60, 9000, 11000},
	{"齐川材料研究院", "institute", "370114", "材料", "", "", "", "", 1300, 2500, 36, 3800, 3900},
	{"黄河口农业科学院", "institute", "370502", "农业", "", "", "", "", 900, 600, 30, 5200, 1800},
	{"泉城第二医院", "hospital", "370103", "临床医学", "", "", "", "", 800, 0, 26, 2100, 3000},
	{"琅琊医院", "hospital", "370211", "临床医学", "", "", "", "", 500, 0, 20, 1600, 2100},

	{"并州星碳新材料有限公司", "enterprise", "140105", "碳基新材料", Shanxi, "", "碳基复合纤维技术创新中心", "materials", 900, 26000, 42, 2400, 2600},
	{"汾河数擎科技有限公司", "enterprise", "140109", "大数据", Shanxi, "", "工业数据治理技术创新中心", "information", 1100, 15000, 45, 2300, 2500},
	{"三晋固废循环科技有限公司", "enterprise", "140108", "固废利用", Shanxi, "centre.rd_total", "大宗固废资源利用技术创新中心", "environment", 560, 12000, 44, 3000, 2800},
	{"雁门复合材料有限公司", "enterprise", "140902", "先进高分子材料", Shanxi, "host.enterprise", "高分子阻燃材料技术创新中心", "materials", 950, 14000, 43, 2600, 2700},
	{"壶口半导体有限公司", "enterprise", "140110", "半导体", Shanxi, "staff.count", "碳化硅衬底技术创新中心", "materials", 1300, 19000, 33, 2900, 4200},
	{"太行机电股份有限公司", "enterprise", "140106", "机电装备", "", "", "", "", 1500, 38000, 33, 3100, 2400},
	{"汾河理工大学", "university", "140109", "材料与信息", "", "", "", "", 6000, 0, 66, 9800, 12000},
	{"并州医科大学", "university", "140106", "医学", "", "", "", "", 4200, 0, 48, 6200, 8000},
	{"雁北师范学院", "university", "140213", "化学", "", "", "", "", 700, 0, 32, 2500, 1700},
	{"滹沱材料研究院", "institute", "140902", "材料", "", "", "", "", 800, 900, 28, 2600, 2300},
	{"三晋环境科学研究院", "institute", "140107", "环境", "", "", "", "", 650, 700, 27, 1900, 1600},
	{"晋阳信息技术研究所", "institute", "140105", "信息", "", "", "", "", 720, 1100, 25, 1700, 1500},
	{"汾阳路医院", "hospital", "140105", "临床医学", "", "", "", "", 480, 0, 22, 1500, 2200},
	{"云冈医院", "hospital", "140213", "临床医学", "", "", "", "", 310, 0, 18, 1200, 1400},
}
