package registry

// The most rows of a list of a profile, and of the part of a register that one
// authority keeps.
const (
	maxRows         = 5000
	maxRegisterRows = 100_000
)

// The lists of a profile, by id.
const (
	FactsList       = "facts"       // 基本情况: single facts
	FinanceList     = "finance"     // 财务: a row a year
	StaffList       = "staff"       // 人员名册
	InstrumentsList = "instruments" // 仪器设备
	PremisesList    = "premises"    // 科研用房
	PlatformsList   = "platforms"   // 已建平台
	HonoursList     = "honours"     // 荣誉和称号
	ProjectsList    = "projects"    // 承担项目
	AwardsList      = "awards"      // 科技奖励
)

// Lists are the lists of a profile, in the order in which pages show them. The
// kind of a unit, its name and its place stand with the unit itself (room
// actor), and the sums over instruments and premises are counted: nothing is
// entered twice.
var Lists = declare(false, []*List{
	{ID: FactsList, Single: true, Columns: append([]*Column{
		{Code: "legal_person", Kind: Bool},
		{Code: "legal_kind", Kind: Choice, Options: "legal_kind"},
		{Code: "founded", Kind: Date},
		{Code: "representative", Kind: Text, Max: 60},
		{Code: "line", Kind: Choice, Options: "line"},
		{Code: "capital", Kind: Money, Unit: WanYuan},
		{Code: "address", Kind: Text, Max: 200},
		{Code: "field", Kind: Text, Max: 200},
		{Code: "staff_total", Kind: Integer, Unit: People, Months: 12},
		{Code: "rd_staff", Kind: Integer, Unit: People, Months: 12},
		{Code: "above_scale", Kind: Bool, Months: 12},
		{Code: "key_service", Kind: Bool, Months: 12},
		{Code: "summary", Kind: LongText, Max: 2000, Months: 24},
	}, complete(StaffList, InstrumentsList, PremisesList, PlatformsList, HonoursList, ProjectsList, AwardsList)...)},

	{ID: FinanceList, Rows: 60, Keys: [][]string{{"year"}}, Columns: []*Column{
		{Code: "year", Kind: Year, Must: true},
		{Code: "main_income", Kind: Money, Unit: WanYuan},
		{Code: "total_income", Kind: Money, Unit: WanYuan},
		{Code: "rd_expense", Kind: Money, Unit: WanYuan},
		{Code: "net_profit", Kind: Money, Unit: WanYuan, Negative: true},
		{Code: "assets", Kind: Money, Unit: WanYuan},
		{Code: "liabilities", Kind: Money, Unit: WanYuan},
	}},

	{ID: StaffList, Months: 12, Keys: [][]string{{"person"}, {"name", "birth"}}, Columns: []*Column{
		{Code: "name", Kind: Text, Must: true, Max: 60},
		{Code: "document", Kind: Choice, Options: "document"},
		{Code: "person", Kind: Person, Also: []string{"身份证号", "身份证号码", "证件号码", "公民身份号码"}},
		{Code: "sex", Kind: Choice, Options: "sex"},
		{Code: "birth", Kind: Date},
		{Code: "degree", Kind: Choice, Options: "degree"},
		{Code: "rank", Kind: Choice, Options: "rank"},
		{Code: "title", Kind: Text, Max: 60},
		{Code: "employer", Kind: Text, Max: 100},
		{Code: "employer_code", Kind: Credit},
		{Code: "fulltime", Kind: Bool},
		{Code: "post", Kind: Choice, Options: "post"},
		{Code: "since", Kind: Date},
	}},

	{ID: InstrumentsList, Months: 24, Keys: [][]string{{"code"}, {"model", "serial"}}, Columns: []*Column{
		{Code: "name", Kind: Text, Must: true, Max: 100},
		{Code: "code", Kind: Text, Max: 60},
		{Code: "model", Kind: Text, Max: 100},
		{Code: "serial", Kind: Text, Max: 60},
		{Code: "value", Kind: Money, Unit: Yuan, Must: true, Also: []string{"设备原值", "资产原值", "金额"}},
		{Code: "bought", Kind: Date},
		{Code: "room", Kind: Text, Max: 100},
		{Code: "shared", Kind: Bool},
		{Code: "sharing_id", Kind: Text, Max: 60},
	}},

	{ID: PremisesList, Months: 24, Until: "until", Rows: 500, Keys: [][]string{{"address", "use"}}, Columns: []*Column{
		{Code: "address", Kind: Text, Must: true, Max: 200},
		{Code: "area", Kind: Area, Unit: Metre, Must: true},
		{Code: "use", Kind: Choice, Options: "use", Must: true},
		{Code: "tenure", Kind: Choice, Options: "tenure", Must: true},
		{Code: "until", Kind: Date},
		{Code: "certificate", Kind: Text, Max: 100},
	}},

	{ID: PlatformsList, Months: 24, Rows: 500, Keys: [][]string{{"kind", "name"}}, Columns: []*Column{
		{Code: "name", Kind: Text, Must: true, Max: 60},
		{Code: "kind", Kind: Choice, Options: "platform_kind", Must: true},
		{Code: "level", Kind: Choice, Options: "level"},
		{Code: "field", Kind: Text, Max: 100},
		{Code: "approved", Kind: Date},
		{Code: "number", Kind: Text, Max: 60},
		{Code: "status", Kind: Choice, Options: "status"},
	}},

	{ID: HonoursList, Until: "until", Rows: 2000, Keys: [][]string{{"name", "holder", "granted"}, {"name", "granted"}}, Columns: []*Column{
		{Code: "name", Kind: Text, Must: true, Max: 100},
		{Code: "title", Kind: Choice, Options: "honour"},
		{Code: "holder", Kind: Text, Max: 60},
		{Code: "level", Kind: Choice, Options: "level"},
		{Code: "granted", Kind: Date, Must: true},
		{Code: "until", Kind: Date},
		{Code: "number", Kind: Text, Max: 60},
	}},

	{ID: ProjectsList, Keys: [][]string{{"number"}, {"name", "year"}}, Columns: []*Column{
		{Code: "name", Kind: Text, Must: true, Max: 100},
		{Code: "number", Kind: Text, Max: 60},
		{Code: "programme", Kind: Text, Max: 100},
		{Code: "level", Kind: Choice, Options: "level"},
		{Code: "leads", Kind: Bool},
		{Code: "leader", Kind: Text, Max: 60},
		{Code: "grant", Kind: Money, Unit: WanYuan},
		{Code: "year", Kind: Year, Must: true},
		{Code: "due", Kind: Date},
	}},

	{ID: AwardsList, Rows: 2000, Keys: [][]string{{"name", "award", "year"}}, Columns: []*Column{
		{Code: "name", Kind: Text, Must: true, Max: 100},
		{Code: "award", Kind: Text, Must: true, Max: 100},
		{Code: "level", Kind: Choice, Options: "level"},
		{Code: "first", Kind: Bool},
		{Code: "holder", Kind: Text, Max: 200},
		{Code: "year", Kind: Year, Must: true},
	}},
})

// complete makes the facts that say of lists that they have no further rows:
// only then does a row that is missing mean something.
func complete(lists ...string) []*Column {
	var columns []*Column
	for _, id := range lists {
		columns = append(columns, &Column{Code: "complete_" + id, Kind: Bool, Months: 12})
	}
	return columns
}

// declare ties columns to their lists.
func declare(register bool, lists []*List) []*List {
	for _, l := range lists {
		l.register = register
		switch {
		case l.Rows > 0:
		case register:
			l.Rows = maxRegisterRows
		default:
			l.Rows = maxRows
		}
		for _, c := range l.Columns {
			c.list = l
		}
	}
	return lists
}

// FindList returns the list of a profile with that id, or nil.
func FindList(id string) *List { return find(Lists, id) }

func find(lists []*List, id string) *List {
	for _, l := range lists {
		if l.ID == id {
			return l
		}
	}
	return nil
}
