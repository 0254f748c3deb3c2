// Package money is planted.
package money

type Amount int64

// A Rate is documented.
type Rate int64

func (Rate) Of(a Amount) Amount { return a }

// The signs.
const (
	Plus  = 1
	Minus = -1
)

var Zero Amount

type hidden struct{}

func (hidden) Error() string { return "" }
