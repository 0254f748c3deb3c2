package rule

// ArgKind is what an argument of a named check must be.
type ArgKind string

// The kinds of arguments: a text fact, a list fact, a choice fact, a place
// fact, a unit fact, a set parameter, or a quoted string.
const (
	TextArg   ArgKind = "text"
	ListArg   ArgKind = "list"
	ChoiceArg ArgKind = "choice"
	PlaceArg  ArgKind = "place"
	UnitArg   ArgKind = "unit"
	SetArg    ArgKind = "set"
	StringArg ArgKind = "string"
)

// An Arg is one resolved argument of a named check: exactly one field is set.
type Arg struct {
	Fact  *Fact
	Param *Param
	Str   string
}

// A Check (具名核验) answers what one application's own facts cannot: names,
// rosters, other applications.
type Check struct {
	Code, Name string
	LabelEN    string
	Args       []ArgKind
	Columns    [][]string // by argument: codes of the columns that the list must have; "person|code" is either

	// Run answers the check. It must not allocate, and must answer Unknown with
	// a reason rather than guess.
	Run func(f *Facts, args []Arg) (Truth, Reasons)
	// Explain says what the answer rests on; it is asked only when somebody reads.
	Explain func(f *Facts, args []Arg) Detail
}

// Detail explains the answer of a named check.
type Detail struct {
	Rows    []int    // rows of the first list argument at fault, from 0
	Unknown []int    // rows that are not known
	Texts   []string // what was found, in Chinese: "“碳”“A”不是规范汉字"
	TextsEN []string
}
