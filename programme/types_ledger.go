package programme

// Ledger (工作台账) is what ledger.yaml holds: the work that an action plan asks
// of units, with targets by year.
type Ledger struct {
	At       `yaml:"-"`
	Period   *Years           `yaml:"period" jsonschema:"required"`
	Units    []*LedgerUnit    `yaml:"units"`
	Sections []*LedgerSection `yaml:"sections"`
	Tasks    []*LedgerTask    `yaml:"tasks"`
	Targets  []*Target        `yaml:"targets"`
	Systems  []*LedgerSystem  `yaml:"systems"`
	Reports  *LedgerReports   `yaml:"reports"`
}

// A LedgerUnit is a unit that leads or supports tasks.
type LedgerUnit struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// A LedgerSection is a section of the plan.
type LedgerSection struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Number  string   `yaml:"number"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// A LedgerTask (任务) is work with those who lead and support it.
type LedgerTask struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Section string   `yaml:"section"`
	Number  int      `yaml:"number"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Lead    []string `yaml:"lead"`
	Support []string `yaml:"support"`
	Does    []string `yaml:"does"`
	Room    string   `yaml:"room"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// TargetOp says how a target's value is meant.
type TargetOp string

// Values implements word.
func (TargetOp) Values() []string {
	return []string{">=", ">", "<=", "about", "aspire", "range", "none"}
}

// TargetPeriod says when or over what a target's value counts.
type TargetPeriod string

// Values implements word.
func (TargetPeriod) Values() []string {
	return []string{"year_end", "each_year", "by", "whole", "growth", "none"}
}

// A Target (指标) is a value to be reached, by year.
type Target struct {
	At      `yaml:"-"`
	ID      string            `yaml:"id" jsonschema:"required"`
	Task    string            `yaml:"task"` // empty: of the plan as a whole
	Name    string            `yaml:"name" jsonschema:"required"`
	Op      TargetOp          `yaml:"op" jsonschema:"required"`
	Period  TargetPeriod      `yaml:"period" jsonschema:"required"`
	Unit    string            `yaml:"unit"`
	Values  map[string]string `yaml:"values"` // by year: "35000 家", of a range "3..4 家"
	Room    string            `yaml:"room"`
	Choice  *Choice           `yaml:"choice"`
	Clauses []string          `yaml:"clauses"`
	Note    string            `yaml:"note"`
}

// A LedgerSystem is a system, list or mechanism that is to exist.
type LedgerSystem struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Task    string   `yaml:"task"`
	Least   string   `yaml:"least"` // the least it must do, in our own words
	Room    string   `yaml:"room"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// LedgerReports says how often and by whom the work is reported.
type LedgerReports struct {
	At      `yaml:"-"`
	Every   *string  `yaml:"every" jsonschema:"nullable"`
	Who     string   `yaml:"who"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}
