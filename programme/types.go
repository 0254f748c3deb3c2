package programme

// Document is the official document that a package carries out.
type Document struct {
	At      `yaml:"-"`
	Issuer  string   `yaml:"issuer" jsonschema:"required"`
	Number  string   `yaml:"number"`
	Issued  *Date    `yaml:"issued" jsonschema:"nullable"`
	Title   string   `yaml:"title" jsonschema:"required"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// Source says how the official text falls into parts.
type Source struct {
	At    `yaml:"-"`
	Parts []*SourcePart `yaml:"parts"`
	Noise []string      `yaml:"noise"` // lines around the text, by regular expression
}

// SourcePart is an annex of the official text; it begins at the line that
// equals its title.
type SourcePart struct {
	At    `yaml:"-"`
	ID    string `yaml:"id" jsonschema:"required"`
	Title string `yaml:"title" jsonschema:"required"`
}

// Place is a named place (行政区划) that rules and recommendation use.
type Place struct {
	At   `yaml:"-"`
	Code string `yaml:"code" jsonschema:"required"`
	Name string `yaml:"name" jsonschema:"required"`
}

// A Parameter (参数) is a value that rules share or that the source leaves open.
type Parameter struct {
	At      `yaml:"-"`
	ID      string        `yaml:"id" jsonschema:"required"`
	Name    string        `yaml:"name" jsonschema:"required"`
	LabelEN string        `yaml:"label_en"`
	Type    ParameterType `yaml:"type" jsonschema:"required"`
	Of      string        `yaml:"of"` // the fact whose options a set holds
	Value   Raw           `yaml:"value" jsonschema:"required"`
	Clauses []string      `yaml:"clauses"`
	Term    string        `yaml:"term"` // the source's own word
	Choice  *Choice       `yaml:"choice"`
	Note    string        `yaml:"note"`
}

// A Choice (解释记录) records how an open point was read, by whom and why.
type Choice struct {
	At       `yaml:"-"`
	Question string `yaml:"question" jsonschema:"required"`
	Options  []Raw  `yaml:"options" jsonschema:"required"`
	Why      string `yaml:"why" jsonschema:"required"`
	By       string `yaml:"by" jsonschema:"required"`
	On       *Date  `yaml:"on" jsonschema:"required"`
}

// A Track (类别) is a way on which an application may go, as 建设 and 筹建.
type Track struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// A Stage (阶段) is one step of the call: who acts, from when until when.
type Stage struct {
	At        `yaml:"-"`
	ID        string    `yaml:"id" jsonschema:"required"`
	Name      string    `yaml:"name" jsonschema:"required"`
	Act       Act       `yaml:"act" jsonschema:"required"`
	Who       Who       `yaml:"who" jsonschema:"required"`
	From      *Instant  `yaml:"from"`
	Until     *Instant  `yaml:"until"`
	UntilRule UntilRule `yaml:"until_rule"`
	Late      Late      `yaml:"late"`
	Channel   Channel   `yaml:"channel"`
	To        string    `yaml:"to"`
	After     []string  `yaml:"after"`
	When      string    `yaml:"when"` // an expression: applications of which it is unmet do not go through the stage; absent: all do
	Does      string    `yaml:"does"`
	Outcomes  []string  `yaml:"outcomes"`
	Room      string    `yaml:"room"`
	Clauses   []string  `yaml:"clauses"`
	Note      string    `yaml:"note"`
}

// A Quota (限额) limits how many of something one somebody may hand in.
type Quota struct {
	At       `yaml:"-"`
	ID       string   `yaml:"id" jsonschema:"required"`
	Name     string   `yaml:"name" jsonschema:"required"`
	Per      string   `yaml:"per" jsonschema:"required"`
	Of       string   `yaml:"of" jsonschema:"required"`
	Limit    int      `yaml:"limit" jsonschema:"required"`
	Modality Modality `yaml:"modality" jsonschema:"required"`
	Room     string   `yaml:"room" jsonschema:"required"`
	When     string   `yaml:"when"`   // an expression: only applications of which it is met count; absent: all do
	Group    string   `yaml:"group"`  // quotas of one id and group are counted together, whatever package they stand in
	Fact     string   `yaml:"fact"`   // the fact that says whom it is for, where per alone does not
	Letter   bool     `yaml:"letter"` // the place is that of the government whose letter goes with the recommendation, not the host's
	Clauses  []string `yaml:"clauses"`
	Note     string   `yaml:"note"`
}

// QuotaPer are whom a quota may be for, beside a fact of the form: a level of
// places stands for the host's place at that level, or that of the letter ([Quota.Letter]).
var QuotaPer = []string{"authority", "province", "city", "district", "platform", "unit", "applicant", "person", "application", "year"}

// Recommend says through whom an application goes up.
type Recommend struct {
	At          `yaml:"-"`
	Chain       []Who    `yaml:"chain"`
	Recommender string   `yaml:"recommender"`
	By          By       `yaml:"by"`
	Filing      bool     `yaml:"filing"`
	Clauses     []string `yaml:"clauses"`
	Note        string   `yaml:"note"`
}

// A Contact (联系方式) is whom to ask.
type Contact struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Phone   []string `yaml:"phone"`
	Person  []string `yaml:"person"`
	Address string   `yaml:"address"`
	Purpose string   `yaml:"purpose"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// A Link is a system or document that the call names.
type Link struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	URL     string   `yaml:"url"`
	What    string   `yaml:"what"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// A Reference (按文件执行) is a document that decides instead of this text.
type Reference struct {
	At       `yaml:"-"`
	ID       string   `yaml:"id" jsonschema:"required"`
	Document string   `yaml:"document" jsonschema:"required"`
	Number   string   `yaml:"number"`
	What     string   `yaml:"what"`
	Clauses  []string `yaml:"clauses"`
	Note     string   `yaml:"note"`
}

// Valid says how long the call is in force.
type Valid struct {
	At            `yaml:"-"`
	UntilReplaced bool     `yaml:"until_replaced"`
	Until         *Date    `yaml:"until"`
	Clauses       []string `yaml:"clauses"`
	Note          string   `yaml:"note"`
}

// A Call (申报通知) is what call.yaml holds.
type Call struct {
	At         `yaml:"-"`
	Document   Document     `yaml:"document"`
	TimeZone   string       `yaml:"time_zone"`
	Mode       Mode         `yaml:"mode"`
	Source     Source       `yaml:"source"`
	Places     []*Place     `yaml:"places"`
	Parameters []*Parameter `yaml:"parameters"`
	Tracks     []*Track     `yaml:"tracks"`
	Stages     []*Stage     `yaml:"stages"`
	Quotas     []*Quota     `yaml:"quotas"`
	Recommend  *Recommend   `yaml:"recommend"`
	Contacts   []*Contact   `yaml:"contacts"`
	Links      []*Link      `yaml:"links"`
	References []*Reference `yaml:"by_reference"`
	Valid      *Valid       `yaml:"valid"`
	Ranking    *Ranking     `yaml:"ranking"`
	Open       []string     `yaml:"open"` // what the text leaves to a later notice or another document
}

// An Option is one answer of a choice.
type Option struct {
	At      `yaml:"-"`
	Code    string   `yaml:"code" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Topics  []string `yaml:"topics"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// A Fact (事实) is one thing that an application says, or a column of a list.
type Fact struct {
	At          `yaml:"-"`
	ID          string    `yaml:"id" jsonschema:"required"`
	Name        string    `yaml:"name" jsonschema:"required"`
	Kind        FactKind  `yaml:"kind" jsonschema:"required"`
	LabelEN     string    `yaml:"label_en"`
	Unit        string    `yaml:"unit"`
	Counter     string    `yaml:"counter"`
	Of          FactKind  `yaml:"of"`
	Years       *Years    `yaml:"years"`
	Min         string    `yaml:"min"`
	Max         string    `yaml:"max"`
	Options     []*Option `yaml:"options"`
	OptionsFrom string    `yaml:"options_from"`
	MaxItems    int       `yaml:"max_items"`
	Complete    Complete  `yaml:"complete"`
	Row         string    `yaml:"row"`
	Columns     []*Fact   `yaml:"columns"`
	Required    Need      `yaml:"required"`
	From        string    `yaml:"from"`
	Evidence    []string  `yaml:"evidence"`
	Help        string    `yaml:"help"`
	Clauses     []string  `yaml:"clauses"`
	Note        string    `yaml:"note"`
}

// A Section groups facts on the form.
type Section struct {
	At    `yaml:"-"`
	ID    string  `yaml:"id" jsonschema:"required"`
	Name  string  `yaml:"name" jsonschema:"required"`
	Help  string  `yaml:"help"`
	Facts []*Fact `yaml:"facts" jsonschema:"required"`
}

// A Material (材料) is a document to be handed in. It is a file fact too:
// material.ID, 材料.NAME.
type Material struct {
	At       `yaml:"-"`
	ID       string       `yaml:"id" jsonschema:"required"`
	Name     string       `yaml:"name" jsonschema:"required"`
	LabelEN  string       `yaml:"label_en"`
	Form     MaterialForm `yaml:"form" jsonschema:"required"`
	Stage    string       `yaml:"stage" jsonschema:"required"`
	Required Need         `yaml:"required"`
	Copies   int          `yaml:"copies"`
	Seal     bool         `yaml:"seal"`
	Sign     bool         `yaml:"sign"`
	FileName string       `yaml:"file_name"`
	Formats  []string     `yaml:"formats"`
	Room     string       `yaml:"room" jsonschema:"required"`
	Help     string       `yaml:"help"`
	Clauses  []string     `yaml:"clauses"`
	Note     string       `yaml:"note"`
}

// An OutlineSection is a section that the plan must have.
type OutlineSection struct {
	At      `yaml:"-"`
	ID      string   `yaml:"id" jsonschema:"required"`
	Name    string   `yaml:"name" jsonschema:"required"`
	Holds   []string `yaml:"holds"`
	Clauses []string `yaml:"clauses"`
	Note    string   `yaml:"note"`
}

// A Form (申报表) is what form.yaml holds.
type Form struct {
	At        `yaml:"-"`
	Sections  []*Section        `yaml:"sections"`
	Materials []*Material       `yaml:"materials"`
	Outline   []*OutlineSection `yaml:"outline"`
}
