package programme

// A ReviewStep (评审环节) is one step of review.
type ReviewStep struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Who     Who      `yaml:"who" jsonschema:"required"`
	Room    string   `yaml:"room" jsonschema:"required"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// A Criterion (评审指标) is what reviewers look at.
type Criterion struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Weight  *int     `yaml:"weight" jsonschema:"nullable"`
	Step    string   `yaml:"step"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// Panel is who reviews.
type Panel struct {
	At      `yaml:"-"`
	Size    *int     `yaml:"size" jsonschema:"nullable"`
	Mix     []string `yaml:"mix"`
	Recusal []string `yaml:"recusal"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// Review (评审) is what review.yaml holds.
type Review struct {
	At       `yaml:"-"`
	Steps    []*ReviewStep `yaml:"steps"`
	Criteria []*Criterion  `yaml:"criteria"`
	Panel    Panel         `yaml:"panel"`
	Blind    bool          `yaml:"blind"`
	Open     []string      `yaml:"open"`
}

// A Duty (义务) is what somebody must do, once or again.
type Duty struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Who     Who      `yaml:"who" jsonschema:"required"`
	When    string   `yaml:"when"`
	Due     string   `yaml:"due"`
	Act     string   `yaml:"act"`
	Room    string   `yaml:"room" jsonschema:"required"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// Publicity (公示) is how long a list is shown.
type Publicity struct {
	At      `yaml:"-"`
	Days    *int     `yaml:"days" jsonschema:"nullable"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// Build (建设期) is how long a project has.
type Build struct {
	At      `yaml:"-"`
	Years   *int     `yaml:"years" jsonschema:"nullable"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// Evaluation (绩效评估) is how often and in which grades results are judged.
type Evaluation struct {
	At      `yaml:"-"`
	Every   *string  `yaml:"every" jsonschema:"nullable"`
	Grades  []string `yaml:"grades"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// Money (资助) is one way in which a project is paid.
type Money struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Amount  string   `yaml:"amount"`
	When    string   `yaml:"when"`
	Room    string   `yaml:"room"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// After is what after.yaml holds: what follows a decision.
type After struct {
	At         `yaml:"-"`
	Duties     []*Duty    `yaml:"duties"`
	Publicity  Publicity  `yaml:"publicity"`
	Build      Build      `yaml:"build"`
	Evaluation Evaluation `yaml:"evaluation"`
	Money      []*Money   `yaml:"money"`
	Open       []string   `yaml:"open"`
}

// A Column is one column of an official table.
type Column struct {
	At   `yaml:"-"`
	ID   string `yaml:"id" jsonschema:"required"`
	Name string `yaml:"name" jsonschema:"required"`
	From string `yaml:"from" jsonschema:"required"`
	// Level is at which level the column names a place: province, city or
	// district; absent: with its full name.
	Level string `yaml:"level"`
	Note  string `yaml:"note"`
}

// placeLevels are what Column.Level may say.
var placeLevels = []string{"province", "city", "district"}

// A Limit is how much a column may hold; Label is the source's word for the
// column where it states the limit.
type Limit struct {
	At      `yaml:"-"`
	Column  string   `yaml:"column" jsonschema:"required"`
	Label   string   `yaml:"label" jsonschema:"required"`
	Max     string   `yaml:"max" jsonschema:"required"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// A Table (官方表格) is a table to print or hand up.
type Table struct {
	At       `yaml:"-"`
	ID       string    `yaml:"id" jsonschema:"required"`
	Name     string    `yaml:"name" jsonschema:"required"`
	Rows     string    `yaml:"rows" jsonschema:"required"`
	Order    string    `yaml:"order"`
	Seal     bool      `yaml:"seal"`
	Paper    bool      `yaml:"paper"`
	FileName string    `yaml:"file_name"`
	Stage    []string  `yaml:"stage"`
	Room     string    `yaml:"room" jsonschema:"required"`
	Columns  []*Column `yaml:"columns" jsonschema:"required"`
	Limits   []*Limit  `yaml:"limits"`
	Clauses  []string  `yaml:"clauses"`
	Note     string    `yaml:"note"`
}

// Tables is what tables.yaml holds.
type Tables struct {
	At     `yaml:"-"`
	Tables []*Table `yaml:"tables"`
}

// A Case (案例) is a situation and the verdicts expected of it.
type Case struct {
	At        `yaml:"-"`
	Name      string             `yaml:"name" jsonschema:"required"`
	AsOf      *Date              `yaml:"as_of" jsonschema:"required"`
	Facts     Raw                `yaml:"facts"`
	Drop      []string           `yaml:"drop"`
	Registers Raw                `yaml:"registers"`
	Expect    map[string]Verdict `yaml:"expect"`
	Items     map[string][]int   `yaml:"items"`
	Answer    *Answer            `yaml:"answer"`
	Note      string             `yaml:"note"`
}

// A CaseFile is one file of cases/.
type CaseFile struct {
	At        `yaml:"-"`
	Base      Raw          `yaml:"base"`
	BaseFrom  string       `yaml:"base_from"`
	Registers Raw          `yaml:"registers"`
	Cases     []*Case      `yaml:"cases"`
	Ranking   *RankingCase `yaml:"ranking"`

	Name string `yaml:"-"` // the file's name in cases/; of the guide's, behind ../
	path string // under programmes/
}

// A Term (术语表) is a dated vocabulary or a set of registers that packages share.
type Term struct {
	At        `yaml:"-"`
	ID        string      `yaml:"id" jsonschema:"required"`
	Name      string      `yaml:"name" jsonschema:"required"`
	Source    string      `yaml:"source"`
	ValidFrom *Date       `yaml:"valid_from" jsonschema:"nullable"`
	ValidTo   *Date       `yaml:"valid_to" jsonschema:"nullable"`
	Options   []*Option   `yaml:"options"`
	Registers []*Register `yaml:"registers"`
	Note      string      `yaml:"note"`
}

// A Register (名录) is a reference list that a named check may ask.
type Register struct {
	At      `yaml:"-"`
	ID      string            `yaml:"id" jsonschema:"required"`
	Name    string            `yaml:"name" jsonschema:"required"`
	Source  string            `yaml:"source"`
	Columns []*RegisterColumn `yaml:"columns" jsonschema:"required"`
	Note    string            `yaml:"note"`
}

// A RegisterColumn is one column of a register.
type RegisterColumn struct {
	At          `yaml:"-"`
	ID          string   `yaml:"id" jsonschema:"required"`
	Name        string   `yaml:"name" jsonschema:"required"`
	Kind        FactKind `yaml:"kind" jsonschema:"required"`
	OptionsFrom string   `yaml:"options_from"`
	Note        string   `yaml:"note"`
}

// An IndexEntry is one line of index.yaml.
type IndexEntry struct {
	At         `yaml:"-" json:"-"`
	ID         string `yaml:"id" json:"id" jsonschema:"required"`
	Title      string `yaml:"title" json:"title" jsonschema:"required"`
	Issuer     string `yaml:"issuer" json:"issuer" jsonschema:"required"`
	Number     string `yaml:"number" json:"number"`
	Inventory  string `yaml:"inventory" json:"inventory" jsonschema:"required"`
	Region     string `yaml:"region" json:"region" jsonschema:"required"`
	Year       int    `yaml:"year" json:"year" jsonschema:"required"`
	Status     Status `yaml:"status" json:"status" jsonschema:"required"`
	VerifiedOn *Date  `yaml:"verified_on" json:"verified_on" jsonschema:"nullable"`

	Members []*Member `yaml:"members" json:"members,omitempty"` // of a guide
}

// A Member is one programme of a guide; its folder lies in the guide's.
type Member struct {
	At    `yaml:"-" json:"-"`
	ID    string `yaml:"id" json:"id" jsonschema:"required"`
	Title string `yaml:"title" json:"title" jsonschema:"required"`
}

// Index is what index.yaml holds.
type Index struct {
	At       `yaml:"-"`
	Packages []*IndexEntry `yaml:"packages" jsonschema:"required"`
}
