package rule

// Truth is an answer in Kleene's strong three-valued logic. The zero value is
// Unknown, so that nothing passes or fails by being forgotten.
type Truth uint8

// The three answers: 待证明, 不符合, 符合.
const (
	Unknown Truth = iota
	Unmet
	Met
)

// String returns the answer's code: unknown, unmet or met.
func (t Truth) String() string {
	switch t {
	case Met:
		return "met"
	case Unmet:
		return "unmet"
	}
	return "unknown"
}

// ParseTruth reads an answer's code. ok is false for any other word.
func ParseTruth(s string) (t Truth, ok bool) {
	for _, t := range []Truth{Unknown, Unmet, Met} {
		if t.String() == s {
			return t, true
		}
	}
	return Unknown, false
}

// Not is Kleene negation.
func (t Truth) Not() Truth {
	switch t {
	case Met:
		return Unmet
	case Unmet:
		return Met
	}
	return Unknown
}

// And is Kleene conjunction.
func (t Truth) And(u Truth) Truth {
	switch {
	case t == Unmet || u == Unmet:
		return Unmet
	case t == Met && u == Met:
		return Met
	}
	return Unknown
}

// Or is Kleene disjunction.
func (t Truth) Or(u Truth) Truth { return t.Not().And(u.Not()).Not() }

// Of returns Met for true and Unmet for false.
func Of(b bool) Truth {
	if b {
		return Met
	}
	return Unmet
}

// Reasons is the set of causes of an Unknown; it is empty for any other answer.
type Reasons uint8

// Why something is not known: 未填报, 未核实, 已过期, 来源不一致, 清单未声明完整, 名录未接入.
const (
	Missing Reasons = 1 << iota
	Unverified
	Expired
	Conflict
	Open
	NoRegister
)

var reasonCodes = [...]string{"missing", "unverified", "expired", "conflict", "open", "register"}

// Codes lists the reasons of the set in a fixed order.
func (r Reasons) Codes() []string {
	var out []string
	for i, c := range reasonCodes {
		if r&(1<<i) != 0 {
			out = append(out, c)
		}
	}
	return out
}
