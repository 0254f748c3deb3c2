package rule

// Node is one node of a rule's tree: a connective or a leaf of
// docs/rule-language.md section 3.
type Node interface{ node() }

// Connectives.
type (
	// All is 且: every one of two or more.
	All struct{ Of []Node }
	// Any is 或: at least one of two or more.
	Any struct{ Of []Node }
	// Not is 非.
	Not struct{ X Node }
	// Least is 至少 K 项.
	Least struct {
		K  int
		Of []Node
	}
	// If is 若 … 则 …: not Cond, or Then.
	If struct{ Cond, Then Node }
	// Ref is another rule's answer.
	Ref struct{ Rule string }
)

// Leaves.
type (
	// Is is a bool fact that must be yes.
	Is struct{ Fact *Fact }
	// Given is 已提交: a file, text, unit, person or list that is there.
	Given struct{ Fact *Fact }
	// Compare sets two quantities, dates or years against each other.
	Compare struct {
		L  Operand
		Op Op
		R  Operand
	}
	// About is 约为: within a tolerance of a quantity, the limit included.
	About struct{ L, V, Within Operand }
	// Between is inclusive at both ends.
	Between struct{ X, Lo, Hi Operand }
	// Ratio is L op Share of Of, by exact cross-multiplication; a share of a
	// base that is not positive does not exist, and the leaf is unmet.
	Ratio struct {
		L     Operand
		Op    Op
		Share Operand
		Of    Operand
	}
	// In is a choice among the options of a set.
	In struct {
		Fact *Fact
		Set  Set
	}
	// Has is a choices fact that holds any, or all, of a set.
	Has struct {
		Fact *Fact
		All  bool
		Set  Set
	}
	// Within is a place inside one of the places of a set.
	Within struct {
		Fact *Fact
		Set  Set
	}
	// During is a day or year inside a window, both ends included.
	During struct {
		Fact   *Fact
		Window Window
	}
	// TextClass is a text made only of, or free of, a class of characters.
	TextClass struct {
		Fact    *Fact
		Without bool
		Class   string
	}
	// Matches is a text that an RE2 expression matches somewhere.
	Matches struct {
		Fact *Fact
		Re   string
	}
	// Same is a text equal to a string, or to another text fact.
	Same struct {
		Fact  *Fact
		Str   string
		Other *Fact
	}
	// Exists is a row of a list that meets Where.
	Exists struct {
		List  *Fact
		Where Node
	}
	// Every is every row of a list meeting Where.
	Every struct {
		List  *Fact
		Where Node
	}
	// Call is a named check.
	Call struct {
		Check *Check
		Args  []Arg
	}
)

func (*All) node()       {}
func (*Any) node()       {}
func (*Not) node()       {}
func (*Least) node()     {}
func (*If) node()        {}
func (*Ref) node()       {}
func (*Is) node()        {}
func (*Given) node()     {}
func (*Compare) node()   {}
func (*About) node()     {}
func (*Between) node()   {}
func (*Ratio) node()     {}
func (*In) node()        {}
func (*Has) node()       {}
func (*Within) node()    {}
func (*During) node()    {}
func (*TextClass) node() {}
func (*Matches) node()   {}
func (*Same) node()      {}
func (*Exists) node()    {}
func (*Every) node()     {}
func (*Call) node()      {}

// Operand is a quantity, day or year that a leaf compares.
type Operand interface{ operand() }

type (
	// FactOf is the value of a scalar fact or column.
	FactOf struct{ Fact *Fact }
	// ParamOf is the value of a quantity or date parameter.
	ParamOf struct{ Param *Param }
	// Number is a literal, kept in the unit it was written in.
	Number struct{ Quantity }
	// Day is a literal date, days since 1970-01-01.
	Day struct{ N int64 }
	// Agg is sum, max or min over the years of a series or the rows of a list,
	// or count of rows. Of is the series, the column, or for count the list.
	Agg struct {
		Fn    string // sum, max, min, count
		Of    *Fact
		Over  *Param // of a series: the window of years
		Where Node   // of rows: nil for all
	}
	// Age is the number of full years from a day to another.
	Age struct {
		Of *Fact
		At Operand
	}
	// Length is the number of 字 of a text.
	Length struct{ Of *Fact }
)

func (*FactOf) operand()  {}
func (*ParamOf) operand() {}
func (*Number) operand()  {}
func (*Day) operand()     {}
func (*Agg) operand()     {}
func (*Age) operand()     {}
func (*Length) operand()  {}

// Set is a set of option codes or of places, written out or a parameter.
type Set struct {
	Codes  []string // sorted option codes
	Places []int64  // sorted place codes
	Param  *Param
}

// Window is a run of years or days, both ends included, written out or a parameter.
type Window struct {
	Days     bool // From and To are days, not years
	From, To int64
	Param    *Param
}

// Op compares two numbers.
type Op uint8

// The operators. Greater and Less exclude the limit itself.
const (
	AtLeast Op = iota + 1
	AtMost
	Greater
	Less
	Equal
	NotEqual
)

// String is the operator's English form, as ">=".
func (o Op) String() string { return [...]string{"", ">=", "<=", ">", "<", "=", "!="}[o] }

// Sign is the operator as shown in findings, as "≥".
func (o Op) Sign() string { return [...]string{"", "≥", "≤", ">", "<", "=", "≠"}[o] }

// isLeaf reports whether n compares facts rather than joining nodes.
func isLeaf(n Node) bool {
	switch n.(type) {
	case *All, *Any, *Not, *Least, *If, *Ref:
		return false
	}
	return true
}

// Children returns the nodes that n joins; none for a leaf. The row condition
// of a quantified leaf is not a child.
func Children(n Node) []Node {
	switch n := n.(type) {
	case *All:
		return n.Of
	case *Any:
		return n.Of
	case *Least:
		return n.Of
	case *Not:
		return []Node{n.X}
	case *If:
		return []Node{n.Cond, n.Then}
	}
	return nil
}

// Operands returns the operands of a leaf, left to right.
func Operands(n Node) []Operand {
	switch n := n.(type) {
	case *Compare:
		return []Operand{n.L, n.R}
	case *About:
		return []Operand{n.L, n.V, n.Within}
	case *Between:
		return []Operand{n.X, n.Lo, n.Hi}
	case *Ratio:
		return []Operand{n.L, n.Share, n.Of}
	}
	return nil
}

// Where returns the row condition of a quantified leaf, or nil.
func Where(n Node) Node {
	switch n := n.(type) {
	case *Exists:
		return n.Where
	case *Every:
		return n.Where
	}
	return nil
}

// Walk calls fn for n and everything under it, row conditions included, until
// fn returns false for a node, whose parts are then passed over.
func Walk(n Node, fn func(Node) bool) {
	if n == nil || !fn(n) {
		return
	}
	for _, c := range Children(n) {
		Walk(c, fn)
	}
	if w := Where(n); w != nil {
		Walk(w, fn)
	}
	for _, o := range Operands(n) {
		if a, ok := o.(*Agg); ok && a.Where != nil {
			Walk(a.Where, fn)
		}
	}
}
